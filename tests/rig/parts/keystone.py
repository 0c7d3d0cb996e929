"""The rig's Keystone: SQLite, Fernet tokens, served by uwsgi on 127.0.0.1.

Makes the administrator and nobody else.
"""

import grp
import os
import pwd
import shutil
import sqlite3

from parts import daemon, rest
from parts.layout import REGION

CONF = """\
[DEFAULT]
use_stderr = true

[database]
connection = sqlite:///{home}/keystone.sqlite

[token]
provider = fernet
expiration = 3600

[fernet_tokens]
key_repository = {home}/fernet-keys

# Made along with the others; unset, it would be in /etc.
[fernet_receipts]
key_repository = {home}/receipt-keys

# Remembered in the one process, which is all there is. Without it a request takes half a second.
[cache]
enabled = true
backend = oslo_cache.dict

[identity]
password_hash_rounds = 4
"""


def up(rig):
    if not rig.is_done("keystone"):
        daemon.stop(rig.dir, "keystone")
        make(rig)
        rig.mark_done("keystone")
    start(rig)


def start(rig):
    command = ["/usr/bin/uwsgi_python3", "--http-socket", f"127.0.0.1:{rig.port}",
               "--wsgi-file", "/usr/bin/keystone-wsgi-public", "--enable-threads", "--threads", "4",
               "--die-on-term", "--need-app", "--buffer-size", "65535",
               # Without it clients that keep a connection see it reset.
               "--add-header", "Connection: close"]
    daemon.start(rig, "keystone", command, lambda: rest.answers(rig.keystone_url),
                 OS_KEYSTONE_CONFIG_DIR=str(rig.path("keystone")))


def make(rig):
    home = rig.path("keystone")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    conf = rig.write("keystone/keystone.conf", CONF.format(home=home))
    write_ahead(home / "keystone.sqlite")
    user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    manage(rig, conf, "db_sync")
    manage(rig, conf, "fernet_setup", "--keystone-user", user, "--keystone-group", group)
    manage(rig, conf, "bootstrap", "--bootstrap-username", "admin", "--bootstrap-project-name", "admin",
           "--bootstrap-role-name", "admin", "--bootstrap-service-name", "keystone", "--bootstrap-region-id", REGION,
           *(word for kind in ("public", "internal", "admin") for word in (f"--bootstrap-{kind}-url", rig.keystone_url)),
           OS_BOOTSTRAP_PASSWORD=rig.passwords["admin"])


def manage(rig, conf, *words, **more):
    daemon.run(rig, "keystone-make", "/usr/bin/keystone-manage", "--config-file", conf, *words, **more)


def write_ahead(path):
    """An empty database that several processes can use at a time without finding it locked."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=wal")
    database.close()
