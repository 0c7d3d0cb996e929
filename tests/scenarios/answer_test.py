#!/usr/bin/python3
"""The time somebody takes to answer is no time of the work."""

import json
import os
import pty
import select
import time
import unittest

from world import HOST, PROGRAM, World, needs_root, tiny

PATIENCE = 4  # seconds


@needs_root
class Answer(unittest.TestCase):
    def test_elapsed_times_do_not_hold_it(self):
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base")
        recipe = world.recipe("files: [{to: /etc/motd, content: new}]\npublish: {name: out}\n")
        report = world.directory / "report.json"
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(world.directory)
            os.dup2(os.open(report, os.O_WRONLY | os.O_CREAT, 0o600), 1)
            os.execve(PROGRAM, [PROGRAM, "apply", str(recipe), *HOST, "--format", "json"],
                      {**os.environ, "TERM": "xterm", "TMPDIR": str(world.temporary)})
        shown = b""
        with open(terminal, "rb+", buffering=0) as dialog:
            while select.select([dialog], [], [], 60)[0]:
                try:
                    said = dialog.read(4096)
                except OSError:  # it has ended
                    break
                shown += said
                if said.endswith(b"accepted: "):
                    time.sleep(PATIENCE)
                    dialog.write(b"yes\n")
        self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown)
        self.assertLess(json.loads(report.read_text(encoding="utf-8"))["seconds"], PATIENCE)
        after = shown.split(b"accepted: ")[1].decode()
        self.assertIn("step 1 of 1", after)
        self.assertNotRegex(after, rf"step 1 of 1: write /etc/motd +(\x1b\[[0-9]*m)?[{PATIENCE}-9]\.\d s")


if __name__ == "__main__":
    unittest.main()
