#!/usr/bin/python3
"""What only one machine may have is not published in an image for many, unless the recipe says that it is meant."""

import unittest

from world import HOST, World, needs_root, tiny

FILL = "commands: ['echo 0123456789abcdef0123456789abcdef >/etc/machine-id; mkdir -p /etc/ssh; echo x >/etc/ssh/ssh_host_rsa_key']\n"
FOUND = ("a step has given the image what all machines made from it would share: /etc/machine-id, "
         "/etc/ssh/ssh_host_rsa_key")


@needs_root
class Identity(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")

    def test_it_is_refused_by_rehearsal_and_apply_with_what_to_do(self):
        recipe = self.world.recipe(FILL)
        before = self.world.images()
        plan = self.world.retouch("plan", recipe, "--rehearse", *HOST, expect=1)
        self.assertIn(FOUND, plan.stdout)
        report = self.world.retouch("apply", recipe, "--yes", *HOST, expect=1)
        self.assertIn(FOUND, report.stdout + report.stderr)
        self.assertIn("clean it up with cleanup: [machine-id, ssh-host-keys], or say under 'volatile' that it is meant",
                      report.stdout + report.stderr)
        self.assertEqual(before, self.world.images())
        self.assertEqual([], self.world.leftovers())

    def test_what_is_cleaned_up_or_meant_or_was_there_is_published(self):
        for number, more in enumerate((
                FILL + "cleanup: [machine-id, ssh-host-keys]\n",
                FILL + "volatile: [/etc/machine-id, /etc/ssh/*]\n",
                "files: [{to: /etc/machine-id, content: \"0123456789abcdef0123456789abcdef\\n\"}]\n",
                "commands: ['echo uninitialized >/etc/machine-id']\n")):
            with self.subTest(more=more):
                self.world.retouch("apply", self.world.recipe(more + f"publish: {{name: made{number}}}\n"), "--yes", *HOST)
        self.world.retouch("apply", self.world.recipe(
            "retouch: 1\nname: again\nsource: {image: made1}\ncommands: ['echo y >/etc/ssh/ssh_host_rsa_key']\n"), "--yes", *HOST)


if __name__ == "__main__":
    unittest.main()
