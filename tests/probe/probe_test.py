#!/usr/bin/python3
"""Nothing gets out of the sandbox: the probe runs as command, guard and check, in plan, rehearsal and
apply, in both guests, with and without network, and prints nothing. Without a sandbox it prints a lot."""

import ctypes
import os
import socket
import stat
import subprocess
import sys
import unittest
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from world import IMAGES, ROOT, World, making, needs_root  # noqa: E402  (found by the line above)

PROBE = Path(os.environ.get("RETOUCH_PROBE", ROOT / "build/release/tests/probe/probe"))
TINY = ROOT / "tests/support/tiny_image.sh"
C = ctypes.CDLL(None, use_errno=True)
ADD_KEY, KEYCTL = 248, 250
USER_KEYRING, UNLINK = -4, 9
SHARED_MEMORY_KEY = 0x70726F62

# Outside of any sandbox, as root, each of these is open wherever the tests run. Were one of them
# missing, the probe would not see what it is there to see.
OPEN_WITHOUT_SANDBOX = """
open a file by its inode, from /
make a file immutable
set a trusted attribute
make the node of a loop device
make a node by an old call
write a setting of the kernel
write below /proc
write below /sys
write the handler of core files
read the log of the kernel
restart the machine
load a program into the kernel
add a key
set the clock
adjust the clock
swap to a file
account for processes
a system call for 32-bit programs: namespaces
a system call for 32-bit programs: a socket to the hypervisor
a user namespace by unshare
a mount namespace by clone
a user namespace by clone3
enter a network namespace
enter namespaces of a process
mount a tmpfs
mount another /proc
mount / anew, writable
change the root of all
copy a tree of mounts
the environment of another process
the arguments of another process
trace the first process
read the memory of the first process
run before everybody else
hand a core file to the host's handler
shared memory of old of the host
shared memory of the host
temporary files of the host
administers the system
dangerous rights in effect
is root of the host
may gain rights
no filter of system calls
change its host name
a socket to the wire
a raw socket
a socket to the hypervisor
the kernel's audit
a service on this loopback
a service at an address of the host
an abstract socket of the host
""".strip().splitlines()


def image():
    """The tiny guest with the probe in it."""
    with making("probe.raw") as path:
        newest = max(PROBE.stat().st_mtime, TINY.stat().st_mtime)
        if not path.exists() or path.stat().st_mtime < newest:
            hook = f"install -m 0755 '{PROBE}' opt/probe; mkdir -p lib boot srv"
            subprocess.run([TINY, f"{path}.part", "--root-hook", hook], check=True)
            os.rename(f"{path}.part", path)
        return path


def host_addresses():
    """Of this host's interfaces, but for the loopback's own; at least one."""
    listed = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    words = [line.split() for line in listed.splitlines()]
    return [word[3].split("/")[0] for word in words if word[1] != "lo" and word[2] == "inet"] or ["127.0.0.1"]


class Host:
    """What the probe looks for: signs of the host in every place where one could be reached."""

    def __enter__(self):
        self.canary = f"probe-canary-{uuid.uuid4()}"
        self.before = {path: Host.node(path) for path in self.nodes()}
        self.files = [Path(place, self.canary) for place in ("/dev/shm", "/tmp", "/run")]
        for path in self.files:
            path.touch()
        self.key = C.syscall(ADD_KEY, b"user", self.canary.encode(), b"secret", 6, USER_KEYRING)
        self.memory = C.shmget(SHARED_MEMORY_KEY, 4096, 0o1600)
        self.service = socket.create_server(("0.0.0.0", 0))
        self.port = self.service.getsockname()[1]
        self.six = socket.create_server(("::", self.port), family=socket.AF_INET6)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(f"\0{self.canary}")
        self.abstract.listen()
        return self

    def __exit__(self, *exception):
        self.changed_nodes()
        for thing in (self.service, self.six, self.abstract):
            thing.close()
        for path in self.files:
            path.unlink(missing_ok=True)
        if self.key > 0:
            C.syscall(KEYCTL, UNLINK, self.key, USER_KEYRING)
        C.shmctl(self.memory, 0, None)

    @staticmethod
    def nodes():
        """Device nodes that every program of a host relies on."""
        return [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx")]

    @staticmethod
    def node(path):
        status = os.stat(path)
        return (status.st_mode, status.st_uid, status.st_gid, status.st_rdev, status.st_mtime_ns)

    def changed_nodes(self):
        """Those that are no longer as they were, put back."""
        changed = [path for path, was in self.before.items() if Host.node(path)[:4] != was[:4]]
        for path in changed:
            os.chown(path, *self.before[path][1:3])
            os.chmod(path, stat.S_IMODE(self.before[path][0]))
        return changed

    def words(self):
        """The probe's arguments."""
        return f"canary={self.canary} port={self.port} hosts={','.join(host_addresses())}"


MEDDLE = "chmod 0640 /dev/null /dev/full /dev/zero; chown 1:1 /dev/null /dev/full; touch -d 2001-01-01 /dev/full"


@needs_root
class Guests:
    guest = None
    appliance = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.host = self.enterContext(Host())
        self.world.environment["RETOUCH_TEST_SECRET"] = self.host.canary
        if self.appliance:
            self.world.environment["RETOUCH_APPLIANCE"] = self.appliance
        self.world.retouch("import", image(), "--name", "source")

    def recipe(self, steps):
        return self.world.recipe(f"retouch: 1\nname: probe\nsource: {{image: source}}\n{steps}\npublish: {{name: result}}\n")

    def test_a_guard_finds_no_way_out_while_a_plan_is_made(self):
        probe = f"/opt/probe {self.host.words()}"
        recipe = self.recipe(f"commands:\n"
                             f"  - {{run: 'true', unless: '{probe}'}}\n"
                             f"  - {{run: 'true', unless: '{MEDDLE}; true'}}")
        plan = self.world.json("plan", recipe, "--guest", self.guest)
        states = [step["state"] for step in plan["targets"][0]["steps"]]
        self.assertEqual(["skipped", "skipped"], states, "a guard found a way; run the probe as a check to see it")
        self.assertEqual([], self.host.changed_nodes())

    def test_neither_command_guard_nor_check_finds_a_way_out(self):
        words = self.host.words()
        recipe = self.recipe(f"commands:\n"
                             f"  - '/opt/probe writable {words}'\n"
                             f"  - {{run: '/opt/probe writable {words}', network: true}}\n"
                             f"  - {{run: 'false', unless: '/opt/probe {words}'}}\n"
                             f"  - '{MEDDLE}; true'\n"
                             f"checks:\n"
                             f"  - run: /opt/probe {words}\n"
                             f"  - {{run: '/opt/probe {words}', network: true}}\n"
                             f"  - run: {MEDDLE}; true\n")
        self.world.retouch("plan", recipe, "--rehearse", "--guest", self.guest)
        self.world.retouch("apply", recipe, "--yes", "--guest", self.guest)
        self.assertEqual([], self.host.changed_nodes())
        self.assertEqual([], self.world.leftovers())


class HostGuest(Guests, unittest.TestCase):
    guest = "host"


class Appliance(Guests, unittest.TestCase):
    guest = "appliance"


class Libguestfs(Guests, unittest.TestCase):
    guest = "appliance"
    appliance = "libguestfs"


@needs_root
class Nowhere(unittest.TestCase):
    """Without a sandbox, in namespaces of its own, so that nothing is done to this machine."""

    def test_the_probe_sees_what_is_open(self):
        with Host() as host:
            command = f"RETOUCH_TEST_SECRET={host.canary} sleep 100 & sleep 1; exec '{PROBE}' writable {host.words()}"
            run = subprocess.run(["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--uts",
                                  "sh", "-c", f"({command})"], capture_output=True, text=True, timeout=300, check=False,
                                 stdin=subprocess.DEVNULL)
        self.assertEqual(1, run.returncode)
        found = run.stdout.splitlines()
        # Kernels may be without calls for 32-bit programs: then not one of them is open.
        of_32_bits = "a system call for 32-bit programs: "
        expected = [name for name in OPEN_WITHOUT_SANDBOX
                    if not name.startswith(of_32_bits) or any(line.startswith(of_32_bits) for line in found)]
        missing = [name for name in expected
                   if not any(line == name or line.startswith(f"{name}: ") for line in found)]
        self.assertEqual([], missing, run.stdout)

    def test_more_than_sixty_ways_are_tried_and_none_twice(self):
        names = subprocess.run([PROBE, "list"], capture_output=True, text=True, check=True).stdout.splitlines()
        self.assertGreater(len(names), 200)
        self.assertEqual(sorted(set(names)), sorted(names))


if __name__ == "__main__":
    unittest.main()
