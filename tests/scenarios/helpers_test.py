#!/usr/bin/python3
"""Helpers die with retouch; when one of them dies alone, or stands still, retouch says so and ends."""

import os
import signal
import time
import unittest
from pathlib import Path

from world import GUESTS, World, needs_root, tiny

RECIPE = """
commands:
  - ": begin; sleep 300; echo after > /etc/after; sync"
publish: {name: made}
"""
SERVER = "qemu-storage-daemon"
MACHINE = "qemu-system"
SANDBOX = "bwrap"
NETWORK = "slirp4netns"
# Makes the network that a run tries first; the next never gets as far as saying that it is there.
SLOW_NETWORK = """#!/bin/bash
[ "$1" = --version ] && exec /usr/bin/slirp4netns "$@"
[ -e "$0.tried" ] || { : > "$0.tried"; exec /usr/bin/slirp4netns "$@"; }
rm "$0.tried"
for word; do case $word in --exit-fd=*) eval "exec cat <&${word#*=}";; esac; done
"""
NETWORKED = """
commands: [{run: ": begin; sleep 300; echo after > /etc/after; sync", network: true}]
publish: {name: made}
"""
# A tool that looks at the disk, and finds that nobody serves it any more.
KILLING = """#!/bin/bash
for entry in /proc/[0-9]*; do
    read -r parent < <(sed 's/.*) . \\([0-9]*\\) .*/\\1/' $entry/stat 2>/dev/null)
    [ "$parent" = $PPID ] && tr '\\0' '\\n' <$entry/cmdline | head -1 | grep -q {server} && kill -9 ${{entry#/proc/}}
done
sleep 0.3
exec $(PATH=/usr/sbin:/sbin:/usr/bin:/bin command -v {tool}) "$@"
"""
HINT = ("  nothing that was written since can be trusted; see what ended it ('dmesg' tells when memory ran out), "
        "and run the command again\n")


class Run:
    """An apply whose command runs and waits, and its processes."""

    def __init__(self, world, guest, recipe, sign=SANDBOX):
        """`sign`: in the host guest, the program that runs when the command is about to."""
        self.sign = sign
        self.process = world.start("apply", recipe, "--yes", "--guest", guest, "--events", "events.jsonl")
        self.events = world.directory / "events.jsonl"
        deadline = time.monotonic() + 240
        while ": begin" not in self.events_text() or not self.has_begun(guest):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.process.kill()
                raise AssertionError(f"the command does not run\n{self.process.communicate()[1]}")
            time.sleep(0.05)
        time.sleep(2 if guest == "appliance" else 0.3)

    def events_text(self):
        return self.events.read_text(encoding="utf-8") if self.events.exists() else ""

    def has_begun(self, guest):
        return guest == "appliance" or self.find(self.sign) != []

    def family(self):
        """Process ids of everything it started, by parentage."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
        found, last = set(), {self.process.pid}
        while last:
            last = {pid for pid, parent in parents.items() if parent in last}
            found |= last
        return found

    def find(self, name):
        """Those of its processes that were called by this name; some programs are run from memory."""
        found = []
        for pid in sorted(self.family()):
            if Path(called(pid)).name.startswith(name):
                found.append(pid)
        return found

    def signal(self, name, number):
        """To the first such process; fails when there is none."""
        pid = self.find(name)[0]
        os.kill(pid, number)
        return pid

    def ended(self, seconds):
        """Exit code, what it said, and how long it took."""
        start = time.monotonic()
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, err + out, time.monotonic() - start


def called(pid):
    """What a process was called by; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


def namespaces(pids):
    """Those of these processes that are not this one's, as (kind, number)."""
    found = set()
    for pid in pids:
        for kind in ("mnt", "net", "pid", "user", "ipc", "uts", "cgroup"):
            try:
                name = os.readlink(f"/proc/{pid}/ns/{kind}")
            except OSError:
                continue
            if name != os.readlink(f"/proc/self/ns/{kind}"):
                found.add(name)
    return found


def all_alive():
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if state(entry.name) not in ("", "Z", "X")]


def state(pid):
    """The letter of a process's state; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return ""


@needs_root
class Helpers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.recipe = self.world.recipe(RECIPE)
        self.before = self.world.state()

    def run_in(self, guest):
        run = Run(self.world, guest, self.recipe)
        self.addCleanup(run.process.stdout.close)
        self.addCleanup(run.process.stderr.close)
        self.addCleanup(run.process.kill)
        return run

    def all_gone(self, family, inhabited, seconds=5):
        """Fails unless these processes end soon, and then nobody is in the namespaces they had."""
        deadline = time.monotonic() + seconds
        while left := [pid for pid in family if state(pid) not in ("", "Z", "X")]:
            self.assertLess(time.monotonic(), deadline, f"{left} live on: {[called(pid) for pid in left]}")
            time.sleep(0.05)
        self.assertEqual(set(), namespaces(all_alive()) & inhabited)

    def nothing_happened(self):
        self.assertEqual([], self.world.leftovers())
        self.assertEqual(self.before, self.world.state())

    def test_killed_without_a_word_retouch_takes_everything_with_it(self):
        for guest in GUESTS:
            with self.subTest(guest):
                run = self.run_in(guest)
                family = run.family()
                inhabited = namespaces(family)
                self.assertNotEqual([], run.find(SERVER))
                self.assertNotEqual([], run.find(MACHINE if guest == "appliance" else SANDBOX))
                run.process.send_signal(signal.SIGKILL)
                # Not waited for: a parent that is busy must not keep them alive.
                self.all_gone(family, inhabited)
                run.process.communicate(timeout=10)
                self.world.retouch("apply", self.world.recipe("commands: ['true']\npublish: {name: other}\n",
                                                              "other.yaml"), "--yes", "--guest", "host")
                self.assertEqual([], self.world.leftovers())

    def test_a_disk_helper_that_ends_is_named_at_once_whatever_the_command_does(self):
        for guest in GUESTS:
            for sign, recipe, end in ((signal.SIGKILL, RECIPE, "was killed (signal 9)"),
                                      (signal.SIGKILL, NETWORKED, "was killed (signal 9)"),
                                      (signal.SIGTERM, RECIPE, "ended with exit status 0")):
                with self.subTest(guest, end=end, network=recipe == NETWORKED):
                    self.recipe = self.world.recipe(recipe)
                    run = self.run_in(guest)
                    family = run.family() - {run.process.pid}
                    run.signal(SERVER, sign)
                    code, said, seconds = run.ended(120)
                    self.assertIn(f"    error: the disk helper qemu-storage-daemon {end}: it said nothing\n"
                                  "    " + HINT, said)
                    self.assertEqual(1, code)
                    # The command would sleep for 300 s; an emulated machine on a busy host has taken 28 s to end.
                    self.assertLess(seconds, 60)
                    self.all_gone(family, set())
                    self.nothing_happened()

    def test_a_disk_helper_that_ends_while_partitions_are_read_is_named(self):
        for tool in ("sfdisk", "blkid"):
            for command in (["plan"], ["apply", "--yes"]):
                with self.subTest(tool, command=command):
                    wrapper = self.world.write(f"{tool}-first/{tool}", KILLING.format(tool=tool, server=SERVER))
                    wrapper.chmod(0o755)
                    self.world.environment["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"
                    result = self.world.retouch(command[0], self.recipe, *command[1:], "--guest", "host", expect=1)
                    self.assertIn(f"the disk helper {SERVER} was killed (signal 9)", result.stdout + result.stderr)
                    self.nothing_happened()

    def test_a_killed_sandbox_is_named(self):
        run = self.run_in("host")
        run.signal(SANDBOX, signal.SIGKILL)
        code, said, _ = run.ended(60)
        self.assertIn("error: the sandbox the command ran in (bwrap) was killed (signal 9)\n", said)
        self.assertEqual(1, code)
        self.nothing_happened()

    def test_the_network_of_a_command_dies_with_retouch_and_with_the_sandbox(self):
        self.recipe = self.world.recipe(NETWORKED)
        for sign, expected in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)):
            with self.subTest(retouch=sign):
                run = self.run_in("host")
                family = run.family()
                inhabited = namespaces(family)
                self.assertEqual(1, len(run.find(NETWORK)))
                run.process.send_signal(sign)
                self.all_gone(family, inhabited)
                self.assertEqual(expected, run.ended(10)[0])
        with self.subTest("sandbox"):
            run = self.run_in("host")
            family = run.family() - {run.process.pid}
            inhabited = namespaces(run.find(NETWORK))
            run.signal(SANDBOX, signal.SIGKILL)
            code, said, _ = run.ended(60)
            self.assertIn("error: the sandbox the command ran in (bwrap) was killed (signal 9)\n", said)
            self.assertEqual(1, code)
            self.all_gone(family, inhabited)
            self.nothing_happened()

    def test_a_killed_network_helper_is_named_at_once(self):
        for guest, end in (("host", "ended while the command ran"), ("appliance", "was killed (signal 9)")):
            with self.subTest(guest):
                self.recipe = self.world.recipe(NETWORKED)
                run = self.run_in(guest)
                family = run.family() - {run.process.pid}
                run.signal(NETWORK, signal.SIGKILL)
                code, said, seconds = run.ended(60)
                self.assertIn(f"error: the network helper slirp4netns {end}\n", said)
                self.assertEqual(1, code)
                self.assertLess(seconds, 10)
                self.all_gone(family, set())
                self.nothing_happened()

    def test_a_network_that_is_not_there_yet_dies_with_retouch_and_with_the_launcher(self):
        slow = self.world.write(f"programs/{NETWORK}", SLOW_NETWORK)
        slow.chmod(0o755)
        self.world.environment["PATH"] = f"{slow.parent}:{os.environ['PATH']}"
        self.recipe = self.world.recipe(NETWORKED)
        for victim in ("retouch", "launcher"):
            with self.subTest(victim):
                run = Run(self.world, "host", self.recipe, "cat")
                self.addCleanup(run.process.stdout.close)
                self.addCleanup(run.process.stderr.close)
                self.addCleanup(run.process.kill)
                family = run.family()
                inhabited = namespaces(family)
                if victim == "retouch":
                    run.process.send_signal(signal.SIGKILL)
                    self.all_gone(family, inhabited)
                    self.assertEqual(-signal.SIGKILL, run.ended(10)[0])
                    continue
                helper = run.find("cat")[0]
                os.kill(int(Path(f"/proc/{helper}/stat").read_text(encoding="utf-8").split()[3]), signal.SIGKILL)
                code, said, _ = run.ended(60)
                self.assertIn("error: the sandbox the command ran in (bwrap) was killed (signal 9)\n", said)
                self.assertEqual(1, code)
                self.all_gone(family - {run.process.pid}, set())
                self.nothing_happened()

    def test_a_killed_machine_is_named(self):
        run = self.run_in("appliance")
        run.signal(MACHINE, signal.SIGKILL)
        code, said, _ = run.ended(60)
        self.assertRegex(said, "error: [^\n]*appliance[^\n]*\n")
        self.assertEqual(1, code)
        self.nothing_happened()

    def test_a_command_that_ends_like_a_killed_one_is_its_own_fault(self):
        for command, status in (("exit 137", 137), ("kill -9 $$", 137)):
            with self.subTest(command):
                recipe = self.world.recipe(f"commands: ['{command}']\npublish: {{name: made}}\n")
                run = self.world.retouch("apply", recipe, "--yes", "--guest", "host", expect=1)
                self.assertIn(f"exited with status {status}", run.stderr + run.stdout)
                self.assertNotIn("(signal 9)", run.stderr)
                self.nothing_happened()

    def test_a_helper_that_stands_still_does_not_keep_an_interruption_waiting(self):
        cases = [("host", SERVER), ("host", SANDBOX), ("appliance", SERVER), ("appliance", MACHINE)]
        for guest, helper in cases:
            for sign, expected in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
                if guest == "appliance" and sign == signal.SIGINT:
                    continue
                with self.subTest(guest, helper=helper, signal=sign):
                    # The command reads and writes, so that it waits for the disk.
                    self.recipe = self.world.recipe(RECIPE.replace(
                        "sleep 300", "while :; do dd if=/dev/zero of=/opt/x bs=64k count=50 conv=fsync 2>/dev/null; "
                                     "sleep 0.05; done"))
                    run = self.run_in(guest)
                    run.signal(helper, signal.SIGSTOP)
                    time.sleep(1)
                    run.process.send_signal(sign)
                    code, said, seconds = run.ended(60)
                    self.assertEqual(expected, code, said)
                    self.assertLess(seconds, 10)
                    self.nothing_happened()


if __name__ == "__main__":
    unittest.main()
