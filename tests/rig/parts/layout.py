"""Where a rig keeps its things: its directory, ports, names and secrets, remembered in rig.json.

Starts nothing and talks to nobody.
"""

import fcntl
import json
import os
import secrets
import socket
import time
import uuid
import zlib
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PORTS_OF_A_RIG = 10
LONGEST_DIRECTORY = 70  # Ceph's sockets below it must stay within the 107 bytes of a socket's path

POOL = "images"
VM_POOL = "vms"
REGION = "RegionOne"
PROJECT = "lab"


class RigError(Exception):
    """What went wrong, with the log that tells more."""

    def __init__(self, text, log=None):
        super().__init__(text)
        self.log = log


def say(text):
    print(text, flush=True)


def directory_of(argument):
    """The directory meant on a command line: the one given, $RETOUCH_RIG, or build/rig."""
    return Path(os.path.realpath(argument or os.environ.get("RETOUCH_RIG") or ROOT / "build/rig"))


class Rig:
    def __init__(self, directory, facts):
        self.dir = directory
        self.facts = facts

    def __getattr__(self, name):
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    def path(self, *names):
        return self.dir.joinpath(*names)

    def log(self, name):
        return self.path("log", f"{name}.log")

    @property
    def keystone_url(self):
        return f"http://127.0.0.1:{self.port}/v3"

    @property
    def glance_url(self):
        """The Glance that shows and takes locations."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def glance_plain_url(self):
        """The Glance for users, which knows no locations."""
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def mon_ports(self):
        return self.port + 3, self.port + 4

    @property
    def ceph_conf(self):
        return self.path("ceph.conf")

    def keyring(self, user):
        return self.path(f"ceph.client.{user}.keyring")

    def is_done(self, stage):
        return self.path("done", stage).exists()

    def mark_done(self, stage):
        self.path("done", stage).touch()

    def write(self, name, text, mode=0o600):
        """Writes a file whole or not at all, readable by nobody else."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as out:
            out.write(text)
        new.replace(path)
        return path


def open_rig(directory):
    """The rig of a directory, or None where there is none."""
    try:
        return Rig(directory, json.loads((directory / "rig.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def create_rig(directory, port, osd_gib):
    if not is_empty(directory):
        raise RigError(f"{directory} is not empty and holds no rig; name another directory")
    if port and not are_free(port):
        raise RigError(f"some of the ports {port} to {port + PORTS_OF_A_RIG - 1} are in use; name others with --port")
    facts = {
        "fsid": str(uuid.uuid4()),
        "osd_uuid": str(uuid.uuid4()),
        "port": port or free_ports(directory),
        "osd_gib": osd_gib,
        "passwords": {user: secrets.token_urlsafe(18) for user in ("admin", "member", "glance")},
        "credentials": {user: secrets.token_urlsafe(30) for user in ("admin", "member")},
    }
    rig = Rig(directory, facts)
    rig.write("rig.json", json.dumps(facts, indent=2) + "\n")
    return rig


def is_empty(directory):
    """Whether nothing is there but what an up leaves that was killed in its first moment."""
    return set(os.listdir(directory)) <= {"lock", "rig.json.new"}


def free_ports(directory):
    """The first of PORTS_OF_A_RIG ports that nobody uses. The search starts at a place of the
    directory's own, so that rigs started at the same moment do not choose the same."""
    places = 1000
    first = zlib.crc32(os.fsencode(directory)) % places
    for place in range(first, first + places):
        port = 21000 + place % places * PORTS_OF_A_RIG
        if are_free(port):
            return port
    raise RigError("no free ports between 21000 and 31000; name some with --port")


def are_free(first):
    return all(is_free(port) for port in range(first, first + PORTS_OF_A_RIG))


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def locked(directory, patience=600):
    """Holds the directory, which is made where missing, against another up or down."""
    if len(os.fsencode(directory)) > LONGEST_DIRECTORY:
        raise RigError(f"{directory} is too long a path; at most {LONGEST_DIRECTORY} bytes work")
    deadline = time.monotonic() + patience
    while True:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(directory / "lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.exists(lock.name) and os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name)):
                    yield
                    return
            except BlockingIOError:
                pass
        if time.monotonic() > deadline:
            raise RigError(f"another up or down works in {directory}; waited {patience} s for it")
        time.sleep(0.5)
