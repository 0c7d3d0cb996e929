"""The rig's one-node Ceph: a monitor, a manager and a bluestore OSD on a sparse file, with cephx.

Everything listens on 127.0.0.1. Knows nothing of OpenStack.
"""

import json
import shutil

import rados
import rbd

from parts import daemon
from parts.layout import POOL, VM_POOL, RigError

CONF = """\
# The rig's Ceph, for its daemons and its clients alike.
[global]
fsid = {fsid}
mon_host = [v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
run_dir = {dir}/run
crash_dir = {dir}/run

[client]
keyring = {dir}/$cluster.$name.keyring

[mon]
mon_data = {dir}/ceph/mon
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_warn = 2
mon_data_avail_crit = 1
auth_allow_insecure_global_id_reclaim = false
# Each snapshot waits for the monitors to agree; a monitor alone agrees with itself.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01

[mgr]
mgr_data = {dir}/ceph/mgr
mgr_initial_modules =

[osd]
osd_data = {dir}/ceph/osd
osd_objectstore = bluestore
osd_memory_target = 1073741824
bluestore_block_size = {osd_bytes}
# How long a killed client still counts as a user of its image.
osd_client_watch_timeout = 10
# The only one halted for longer than a lease (16 s) never reads again what came just before: nobody else
# is there whose answer would wake it.
osd_pool_default_read_lease_ratio = 60
"""

# Who may do what. client.glance has what a real Glance has, and no more.
CAPS = {
    "mon.": {"mon": "allow *"},
    "mgr.a": {"mon": "allow profile mgr", "osd": "allow *", "mds": "allow *"},
    "osd.0": {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *", "mds": "allow *"},
    "client.glance": {"mon": "profile rbd", "osd": f"profile rbd pool={POOL}", "mgr": f"profile rbd pool={POOL}"},
}

COMMANDS = {
    "mon": ["ceph-mon", "-i", "a"],
    "mgr": ["ceph-mgr", "-i", "a"],
    "osd": ["ceph-osd", "-i", "0"],
}


def up(rig):
    """Makes the cluster on the first run, and starts it."""
    if not rig.is_done("ceph"):
        for part in reversed(COMMANDS):
            daemon.stop(rig.dir, part)
        make_monitor(rig)
        start(rig, "mon")
        make_osd(rig)
    for part in COMMANDS:
        start(rig, part)
    if not rig.is_done("ceph"):
        make_pools(rig)
        rig.mark_done("ceph")
    with connected(rig) as cluster:
        for pool in (POOL, VM_POOL):
            with cluster.open_ioctx(pool) as ioctx:
                ioctx.stat("rbd_info")  # answered when the pool's data can be read


def start(rig, part):
    ready = {"mon": mon_answers, "mgr": mgr_is_active, "osd": osd_is_up}[part]
    # -d: in the foreground, with the log on stderr.
    command = ["/usr/bin/" + COMMANDS[part][0], *COMMANDS[part][1:], "-d", "-c", rig.ceph_conf]
    daemon.start(rig, part, command, lambda: ready(rig))


def make_monitor(rig):
    home = rig.path("ceph")
    shutil.rmtree(home, ignore_errors=True)
    for part in COMMANDS:
        (home / part).mkdir(parents=True)
    v2, v1 = rig.mon_ports
    rig.write("ceph.conf", CONF.format(
        fsid=rig.fsid, v2=v2, v1=v1, dir=rig.dir, osd_bytes=rig.osd_gib * 1024**3), mode=0o644)

    keys, log = home / "keyring", "ceph-make"
    daemon.run(rig, log, "ceph-authtool", "--create-keyring", keys)
    for name, caps in CAPS.items():
        words = [word for service, cap in caps.items() for word in ("--cap", service, cap)]
        daemon.run(rig, log, "ceph-authtool", keys, "--gen-key", "-n", name, *words)
    for name, place in (("client.admin", rig.keyring("admin")), ("client.glance", rig.keyring("glance")),
                        ("mgr.a", home / "mgr/keyring"), ("osd.0", home / "osd/keyring")):
        extract(rig, keys, name, place)

    monmap = home / "monmap"
    daemon.run(rig, log, "monmaptool", "--create", "--fsid", rig.fsid, "--set-min-mon-release", "16",
               "--addv", "a", f"[v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]", monmap)
    daemon.run(rig, log, "ceph-mon", "--mkfs", "-i", "a", "-c", rig.ceph_conf, "--monmap", monmap, "--keyring", keys)
    keys.unlink()
    monmap.unlink()


def extract(rig, keys, name, place):
    """Copies one key, without its rights, which only the monitor needs to know."""
    section, lines = None, []
    for line in keys.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        if section == f"[{name}]" and (line == section or "key =" in line):
            lines.append(line)
    rig.write(place.relative_to(rig.dir), "\n".join(lines) + "\n")


def make_osd(rig):
    ask(rig, {"prefix": "osd new", "uuid": rig.osd_uuid, "id": 0})
    # The key must lie there before; mkfs leaves it alone.
    daemon.run(rig, "ceph-make", "ceph-osd", "--mkfs", "-i", "0", "-c", rig.ceph_conf, "--osd-uuid", rig.osd_uuid)


def make_pools(rig):
    with connected(rig) as cluster:
        for pool in (POOL, VM_POOL):
            if not cluster.pool_exists(pool):
                cluster.create_pool(pool)
            with cluster.open_ioctx(pool) as ioctx:
                rbd.RBD().pool_init(ioctx, True)


def connected(rig, seconds=20):
    # No time-out of its own for an operation: the pool's first may wait for its placement groups.
    return rados.Rados(name="client.admin", conffile=str(rig.ceph_conf),
                       conf={"client_mount_timeout": str(seconds)})


def ask(rig, command, seconds=20):
    """What the monitor answers to a command."""
    with connected(rig, seconds) as cluster:
        code, out, error = cluster.mon_command(json.dumps({**command, "format": "json"}), b"", timeout=seconds)
    if code != 0:
        raise RigError(f"the monitor refused '{command['prefix']}': {error}", rig.log("mon"))
    return json.loads(out) if out.strip() else {}


def mon_answers(rig):
    try:
        ask(rig, {"prefix": "quorum_status"}, 2)
    except (rados.Error, RigError):
        return False
    return True


def mgr_is_active(rig):
    return bool(ask(rig, {"prefix": "mgr dump"})["available"])


def osd_is_up(rig):
    """Whether the OSD has come up since the monitor last saw it go, which after a crash takes a moment."""
    osds = ask(rig, {"prefix": "osd dump"})["osds"]
    return bool(osds and osds[0]["up"] and osds[0]["in"])
