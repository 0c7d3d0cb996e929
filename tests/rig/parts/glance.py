"""The rig's two Glance servers on one database: "glance" shows locations and takes them, as a cloud's
inner one does; "glance-plain" does neither, as the one for users should. Both store in Ceph by
default, and in a directory when asked for the store "fs".
"""

import shutil

from parts import daemon, rest
from parts.keystone import write_ahead
from parts.layout import POOL, REGION

CONF = """\
[DEFAULT]
bind_host = 127.0.0.1
bind_port = {port}
workers = 0
use_stderr = true
enabled_backends = rbd:rbd, fs:file
enabled_import_methods = [glance-direct,web-download,copy-image]
show_multiple_locations = {locations}
show_image_direct_url = {locations}

[glance_store]
default_backend = rbd

[rbd]
rbd_store_ceph_conf = {ceph_conf}
rbd_store_user = glance
rbd_store_pool = {pool}

[fs]
filesystem_store_datadir = {home}/fs

[os_glance_staging_store]
filesystem_store_datadir = {home}/{name}-staging

[os_glance_tasks_store]
filesystem_store_datadir = {home}/{name}-tasks

[database]
connection = sqlite:///{home}/glance.sqlite

[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini

[oslo_concurrency]
lock_path = {home}

[oslo_policy]
policy_file = {home}/policy.yaml
policy_dirs = {home}/policy.d

# A revoked token is refused at once, so that tests can revoke one.
[keystone_authtoken]
auth_type = password
auth_url = {keystone_url}
www_authenticate_uri = {keystone_url}
region_name = {region}
project_name = service
project_domain_id = default
username = glance
user_domain_id = default
password = {password}
token_cache_time = -1
"""


def prepare(rig):
    """Makes the database and the configuration, on the first run."""
    if rig.is_done("glance"):
        return
    for part in ("glance", "glance-plain"):
        daemon.stop(rig.dir, part)
    home = rig.path("glance")
    shutil.rmtree(home, ignore_errors=True)
    (home / "policy.d").mkdir(parents=True)
    rig.write("glance/policy.yaml", "{}\n")
    write_conf(rig, "glance", 1, "true")
    write_conf(rig, "glance-plain", 2, "false")
    for name in ("fs", "glance-staging", "glance-tasks", "glance-plain-staging", "glance-plain-tasks"):
        (home / name).mkdir()
    write_ahead(home / "glance.sqlite")
    daemon.run(rig, "glance-make", "/usr/bin/glance-manage", "--config-file", home / "glance.conf", "db_sync")
    rig.mark_done("glance")


def write_conf(rig, name, offset, locations):
    rig.write(f"glance/{name}.conf", CONF.format(
        name=name, port=rig.port + offset, locations=locations, home=rig.path("glance"), ceph_conf=rig.ceph_conf,
        pool=POOL, keystone_url=rig.keystone_url, region=REGION, password=rig.passwords["glance"]))


def start(rig, part):
    """Starts one of the two; Ceph must run, or it cannot open its store."""
    url = rig.glance_url if part == "glance" else rig.glance_plain_url
    # What /usr/bin/glance-api does, whose package would start a server of its own when installed.
    command = ["/usr/bin/python3", "-c", "from glance.cmd.api import main; main()",
               "--config-file", rig.path("glance", f"{part}.conf")]
    daemon.start(rig, part, command, lambda: rest.answers(url + "/versions"))
