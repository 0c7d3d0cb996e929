#!/usr/bin/python3
"""Accounts and services of a real Debian, made by steps that run nothing of it: looked at with its own
pwck, grpck and id, and with the systemctl of this machine."""

import json
import subprocess
import unittest

from world import QUICK_GUESTS, World, debian, mounted, needs_root

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q ops@example"
RECIPE = """groups:
  - {name: deploy, gid: 901}
users:
  - {name: ansible, uid: 900, groups: [deploy, adm], shell: /bin/bash, authorized_keys: [{from: ops.pub}]}
  - {name: alice, comment: Alice}
  - {name: metrics, system: true}
  - {name: games, state: absent}
files:
  - {to: /home/alice/notes, content: "x\\n", owner: alice, group: alice}
  - {to: /srv/deploy, content: "x\\n", owner: ansible, group: deploy}
  - to: /etc/systemd/system/agent.service
    content: "[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\nAlias=guest-agent.service\\n"
services:
  - enable: [agent, serial-getty@ttyS0, systemd-networkd]
  - disable: [apt-daily.timer]
  - mask: [e2scrub_all.timer]
  - default_target: multi-user
"""
ENABLED = {"agent.service": "enabled", "guest-agent.service": "alias", "serial-getty@ttyS0.service": "enabled",
           "systemd-networkd.socket": "enabled", "systemd-networkd.service": "enabled", "apt-daily.timer": "disabled",
           "e2scrub_all.timer": "masked", "systemd-journald.service": "static"}


def said(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


@needs_root
class Accounts(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", debian(), "--name", "base")
        self.world.write("ops.pub", KEY + "\n")

    def states(self, source, name, guest):
        """Of the steps over `source`: each with what the plan says of it."""
        head = f"retouch: 1\nname: {name}\nsource: {{image: {source}}}\n"
        recipe = self.world.recipe(head + RECIPE + f"publish: {{name: {name}}}\n", f"{name}.yaml")
        plan = json.loads(self.world.retouch("plan", recipe, "--guest", guest, "--format", "json").stdout)
        return recipe, {step["summary"]: step["state"] for step in plan["targets"][0]["steps"]}

    def test_they_are_as_the_image_itself_wants_them_and_no_second_time_changes_them(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                recipe, states = self.states("base", f"made-{guest}", guest)
                self.assertEqual({"change"}, set(states.values()), states)
                self.world.retouch("apply", recipe, "--yes", "--guest", guest)
                with mounted(self.world.bytes_of(self.world.image(f"made-{guest}"))) as root:
                    self.look_at(root)
                _, states = self.states(f"made-{guest}", f"again-{guest}", guest)
                self.assertEqual({"unchanged"}, set(states.values()), states)

    def look_at(self, root):
        self.assertEqual("", said("chroot", root, "grpck", "-r"))
        for line in said("chroot", root, "pwck", "-r").splitlines():
            self.assertRegex(line, "^(user '.*': directory '.*' does not exist|pwck: no changes)$")
        self.assertEqual("uid=900(ansible) gid=900(ansible) groups=900(ansible),4(adm),901(deploy)",
                         said("chroot", root, "id", "ansible"))
        self.assertEqual("uid=1000(alice) gid=1000(alice) groups=1000(alice)", said("chroot", root, "id", "alice"))
        self.assertEqual("", said("chroot", root, "id", "games"))
        self.assertEqual("1000:1000 644\n900:901 644\n900:900 600", said(
            "stat", "-c", "%u:%g %a", f"{root}/home/alice/notes", f"{root}/srv/deploy",
            f"{root}/home/ansible/.ssh/authorized_keys"))
        found = {unit: said("systemctl", f"--root={root}", "is-enabled", unit) for unit in ENABLED}
        self.assertEqual(ENABLED, found)
        self.assertEqual("multi-user.target", said("systemctl", f"--root={root}", "get-default"))


if __name__ == "__main__":
    unittest.main()
