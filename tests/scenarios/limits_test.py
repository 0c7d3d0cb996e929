#!/usr/bin/python3
"""What retouch.yaml allows a command holds in every guest, and who meets a limit reads which and where it is set."""

import contextlib
import os
import re
import signal
import time
import unittest
from pathlib import Path

from world import GUESTS, HOST, THOROUGH, World, needs_root, tiny

# The limits, a command that meets the last of them, and what the first line of the message says after the status.
CASES = [
    ("memory: 64MiB", "x=$(head -c 100000000 /dev/zero | tr '\\0' a); echo $${#x}",
     "the limit of 64.0 MiB of memory (commands.memory in retouch.yaml)"),
    ("processes: 16", "i=0; while [ $i -lt 40 ]; do i=$((i+1)); sleep 2 & done; wait",
     "the limit of 16 processes (commands.processes in retouch.yaml)"),
    ("open_files: 64", "tail -n 1 $(i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo /etc/passwd; done)",
     "the limit of 64 open files (commands.open_files in retouch.yaml)"),
    ("file_size: 1MiB", "head -c 2000000 /dev/zero > /opt/x",
     "the limit of 1.0 MiB for a file (commands.file_size in retouch.yaml)"),
    ("time: 2s", "sleep 100",
     "the limit of 2.0 s for any command (commands.time in retouch.yaml)"),
]
COUNTED = [CASES[1], CASES[4]]  # by the appliance itself; what its kernel does about the others is every kernel's


class Limits(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.configuration = self.world.directory / "retouch.yaml"
        self.usual = self.configuration.read_text(encoding="utf-8")

    def limit(self, limits):
        self.configuration.write_text(f"{self.usual}commands: {{{limits}}}\n", encoding="utf-8")

    def test_each_limit_is_met_and_named(self):
        for guest in GUESTS:
            for limits, command, message in CASES if guest == "host" or THOROUGH else COUNTED:
                with self.subTest(guest, limits=limits):
                    self.limit(limits)
                    recipe = self.world.recipe(f"commands:\n  - |\n    {command}\npublish: {{name: made}}\n")
                    run = self.world.retouch("apply", recipe, "--yes", "--guest", guest, expect=1)
                    said = run.stdout + run.stderr
                    self.assertRegex(said, "(exited with status [0-9]+|timed out): it (met|seems to have met) the limit")
                    self.assertIn(message, said)
                    self.assertEqual([], self.world.leftovers())

    def test_a_guard_and_a_check_meet_them_too(self):
        self.limit("time: 1s")
        for guest in GUESTS[-1:]:
            recipe = self.world.recipe("commands: [{run: 'true', unless: sleep 100}]\npublish: {name: made}\n")
            run = self.world.retouch("apply", recipe, "--yes", "--guest", guest, expect=1)
            self.assertIn("unless: sleep 100 timed out: it met the limit of 1.0 s for any command (commands.time in "
                          "retouch.yaml)", run.stdout + run.stderr)
            recipe = self.world.recipe("checks: [{run: sleep 100}]\npublish: {name: made}\n")
            run = self.world.retouch("apply", recipe, "--yes", "--guest", guest, expect=1)
            self.assertIn("timed out: it met the limit of 1.0 s", run.stdout + run.stderr)

    def test_what_stays_below_them_succeeds(self):
        self.limit("memory: 128MiB, processes: 64, open_files: 64, file_size: 64MiB, time: 1m")
        for guest in GUESTS[-1:]:
            recipe = self.world.recipe("commands: ['head -c 1000000 /dev/zero > /opt/x; (sleep 0.1 & sleep 0.1 & wait)']\n"
                                       "publish: {name: made}\n")
            self.world.retouch("apply", recipe, "--yes", "--guest", guest)

    def test_a_limit_that_cannot_hold_is_refused(self):
        self.limit("time: 48h")
        recipe = self.world.recipe("commands: ['true']\npublish: {name: made}\n")
        run = self.world.retouch("plan", recipe, expect=78)
        self.assertIn("error: '48h' is not a time from 1s to 24h\n", run.stderr)


def mounted(kind, option=""):
    """Where control groups of this kind are mounted, or None."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, what = line.partition(" - ")
        if what.split()[0] == kind and option in what.split()[-1].split(","):
            return Path(place.split()[4])
    return None


def own_group(controller):
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.lstrip("/")
    return None


def place_for_groups():
    """Where the host guest makes control groups, and their version, or None: of version 2 beside our own, if the one
    above gives what it needs; of version 1 below it."""
    top, own = mounted("cgroup2", "rw"), own_group("")
    if top and own is not None:
        for place in (top / own, (top / own).parent):
            control = place / "cgroup.subtree_control"
            if control.exists() and {"memory", "pids"} <= set(control.read_text(encoding="utf-8").split()):
                return place, 2
    top, own = mounted("cgroup", "memory"), own_group("memory")
    return (top / own, 1) if top and own is not None and os.access(top / own, os.W_OK) else (None, 0)


PLACE, VERSION = place_for_groups()
WITHOUT_GROUPS = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh"]
LIMIT = "commands: {memory: 128MiB, processes: 30}\n"
MET = ": it met the limit of 128.0 MiB of memory (commands.memory in retouch.yaml)"
# More than the limit, in ways that no limit of one process sees.
SHARED = [
    "for i in 1 2 3 4 5 6; do (x=$(head -c 30000000 /dev/zero | tr '\\0' a); sleep 5; :) & done; wait",
    "head -c 200000000 /dev/zero > /dev/shm/x; sleep 5",
    "head -c 100000000 /dev/zero > /dev/shm/x; x=$(head -c 50000000 /dev/zero | tr '\\0' a); sleep 5",
]


@needs_root
class Shared(unittest.TestCase):
    """Without a word about groups: it holds where the kernel counts for us and where it does not."""

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        with open(self.world.directory / "retouch.yaml", "a", encoding="utf-8") as configuration:
            configuration.write(LIMIT)

    def run_apply(self, command, through):
        recipe = self.world.recipe(f"commands:\n  - |\n    {command}\npublish: {{name: made}}\n")
        process = self.world.start("apply", recipe, "--yes", *HOST, through=through)
        out, err = process.communicate(timeout=240)
        self.assertEqual([], self.world.leftovers())
        return process.returncode, out + err

    def test_memory_is_counted_for_all_that_a_command_starts(self):
        for through in ([], WITHOUT_GROUPS):
            for command in SHARED:
                with self.subTest(command, groups=through == []):
                    code, said = self.run_apply(command, through)
                    self.assertIn("exited with status 137" + MET, said)
                    self.assertEqual(1, code)

    def test_what_stays_below_the_limit_succeeds(self):
        for through in ([], WITHOUT_GROUPS):
            with self.subTest(groups=through == []):
                code, said = self.run_apply("head -c 90000000 /dev/zero > /dev/shm/x; for i in 1 2 3 4; do sleep 1 & done; "
                                            "wait", through)
                self.assertEqual(0, code, said)


@needs_root
@unittest.skipUnless(PLACE, "no place for control groups")
class Groups(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        with open(self.world.directory / "retouch.yaml", "a", encoding="utf-8") as configuration:
            configuration.write(LIMIT)

    def left(self):
        """Groups that stay; those of the runs of other tests, at the same time, go with them."""
        seen, deadline = {*PLACE.glob("retouch-command-*")}, time.monotonic() + 120
        while seen and time.monotonic() < deadline:
            time.sleep(0.2)
            seen &= {*PLACE.glob("retouch-command-*")}
        return sorted(seen)

    def group_of(self, process):
        """The group that a command of that run is in; None when there is none yet."""
        for group in PLACE.glob("retouch-command-*"):
            with contextlib.suppress(OSError):  # it, or one of its processes, has just ended
                for pid in (group / "cgroup.procs").read_text(encoding="utf-8").split():
                    while pid not in ("0", "1", str(process.pid)):
                        status = Path("/proc", pid, "status").read_text(encoding="utf-8")
                        pid = re.search(r"^PPid:\s+(\d+)$", status, re.M)[1]
                    if pid == str(process.pid):
                        return group
        return None

    def apply(self, command, expect=0):
        recipe = self.world.recipe(f"commands:\n  - |\n    {command}\npublish: {{name: made}}\n")
        run = self.world.retouch("apply", recipe, "--yes", *HOST, expect=expect)
        self.assertEqual([], self.left())
        return run.stdout + run.stderr

    def test_a_command_that_met_its_memory_leaves_no_group(self):
        self.assertIn(MET, self.apply(SHARED[1], expect=1))

    @unittest.skipUnless(VERSION == 2, "version 1 counts memory only")
    def test_processes_are_counted_whatever_the_command_says(self):
        said = self.apply("i=0; while [ $i -lt 60 ]; do i=$((i+1)); (sleep 2 & ) 2>/dev/null; done; exit 0", expect=1)
        self.assertIn("exited with status 1: it met the limit of 30 processes (commands.processes in retouch.yaml)", said)

    def test_a_group_of_a_killed_run_is_removed_by_the_next(self):
        recipe = self.world.recipe("commands: [sleep 300]\npublish: {name: made}\n")
        process = self.world.start("apply", recipe, "--yes", *HOST)
        deadline = time.monotonic() + 240
        while not (group := self.group_of(process)):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        other = self.world.recipe("commands: ['true']\npublish: {name: other}\n", "other.yaml")
        self.world.retouch("apply", other, "--yes", *HOST)
        self.assertEqual(group, self.group_of(process))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
        self.apply("true")


if __name__ == "__main__":
    unittest.main()
