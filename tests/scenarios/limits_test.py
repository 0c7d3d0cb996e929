#!/usr/bin/python3
"""What retouch.yaml allows a command holds in every guest, and who meets a limit reads which and where it is set."""

import unittest

from world import GUESTS, THOROUGH, World, tiny

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
        self.assertIn("error: '48h' is no time from 1s to 24h\n", run.stderr)


if __name__ == "__main__":
    unittest.main()
