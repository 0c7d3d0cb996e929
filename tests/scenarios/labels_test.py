#!/usr/bin/python3
"""SELinux labels on a real Debian with its policy: what steps make bears what the policy wants.

They are looked at with setfiles, the kernel and debugfs. Nothing is booted.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from world import QUICK_GUESTS, ROOT, SET_ATTRIBUTE, World, debugfs, fsck, making, mounted, needs_root

CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"
ETC = "system_u:object_r:etc_t:s0"


def labelled():
    """A Debian 12 with a policy, labelled as after its first boot; made anew when this file is."""
    with making("labelled.raw") as path:
        if path.exists() and path.stat().st_mtime >= os.stat(__file__).st_mtime:
            return path
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            sources = subprocess.run([ROOT / "tests/scripts/debian-sources.sh", "bookworm"], check=True,
                                     capture_output=True, text=True).stdout
            tar, tree, part = f"{work}/tree.tar", f"{work}/tree", f"{work}/disk"
            subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--include=selinux-policy-default",
                            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
                            "--dpkgopt=path-exclude=/usr/share/locale/*", "bookworm", tar, "-"],
                           input=sources, text=True, check=True)
            os.mkdir(tree)
            subprocess.run(["tar", "-x", "--numeric-owner", "-f", tar, "-C", tree], check=True)
            for name, text in (("etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n"), ("etc/motd", "old\n"), ("etc/unlabelled", "x\n")):
                with open(f"{tree}/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            subprocess.run(["setfiles", "-F", "-r", tree, f"{tree}/{CONTEXTS}", tree], check=True)
            os.removexattr(f"{tree}/etc/unlabelled", "security.selinux")
            os.setxattr(f"{tree}/etc/issue", "security.selinux", b"system_u:object_r:shadow_t:s0\0")
            subprocess.run(["truncate", "-s", "1G", part], check=True)
            subprocess.run(["sfdisk", "-q", part], input="label: gpt\nstart=1024KiB, type=linux\n", text=True, check=True)
            subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "offset=1048576", "-d", tree, part, "1046528k"], check=True)
            os.rename(part, path)
        return path


def label(root, path):
    """The label of a path below `root`, links not followed; None where there is none."""
    try:
        return os.getxattr(f"{root}{path}", "security.selinux", follow_symlinks=False).rstrip(b"\0").decode()
    except OSError:
        return None


def wrong_labels(root):
    """What the real library would change below `root`, as lines."""
    told = subprocess.run(["setfiles", "-n", "-v", "-F", "-r", root, f"{root}/{CONTEXTS}", root],
                          check=True, capture_output=True, text=True)
    return sorted(line.replace(str(root), "") for line in told.stdout.splitlines() if "elabel" in line)


RECIPE = """retouch: 1
name: labels
source: {image: labelled}
files:
  - {to: /etc/motd, content: "new\\n"}
  - {to: /etc/ssh/made.conf, content: "x\\n"}
  - {to: /root/.ssh/authorized_keys, content: "ssh-ed25519 AAAA nobody\\n", mode: "0600"}
commands:
  - useradd -m carol
  - mkdir -p /srv/web /opt/tool/bin && ln -s tool /opt/tool/bin/link && mkfifo /opt/tool/fifo && echo x >/opt/tool/bin/tool
  - cp /etc/passwd /usr/bin/made && cp /etc/passwd /var/log/made.log && mv /etc/issue /etc/issue.moved
  - mkdir -p /home/carol/.ssh && echo x >/home/carol/.ssh/authorized_keys
cleanup: [machine-id, logs]
checks:
  - run: test -s /etc/motd
"""
MADE = {
    "/etc/motd": ETC,
    "/etc/ssh": ETC,
    "/root/.ssh/authorized_keys": "unconfined_u:object_r:ssh_home_t:s0",
    "/home/carol/.ssh/authorized_keys": "unconfined_u:object_r:ssh_home_t:s0",
    "/etc/passwd": ETC,
    "/etc/shadow": "system_u:object_r:shadow_t:s0",
    "/opt/tool/bin": "system_u:object_r:bin_t:s0",
    "/opt/tool/bin/link": "system_u:object_r:bin_t:s0",
    "/opt/tool/fifo": "system_u:object_r:usr_t:s0",
    "/usr/bin/made": "system_u:object_r:bin_t:s0",
    "/etc/issue.moved": "system_u:object_r:shadow_t:s0",  # as it was, whatever the policy says
    "/etc/unlabelled": None,
}
NOTE = "what the steps make is labelled as the image's SELinux policy 'default' wants it"


@needs_root
class Labels(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", labelled(), "--name", "labelled")

    def test_what_is_made_bears_the_labels_of_the_image_s_policy(self):
        with mounted(labelled()) as root:
            before = wrong_labels(root)
        self.assertEqual(f"Would relabel /etc/issue from system_u:object_r:shadow_t:s0 to {ETC}", before[0])
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                recipe = self.world.recipe(RECIPE + f"publish: {{name: made-{guest}}}\n")
                report = self.world.json("apply", recipe, "--yes", "--guest", guest)["targets"][0]
                self.assertEqual([], report["notes"])
                disk = self.world.bytes_of(self.world.image(f"made-{guest}"))
                self.assertEqual("", fsck(disk))
                self.assertIn("shadow_t:s0\\000", debugfs(disk, "ea_get /etc/shadow security.selinux"))
                with mounted(disk) as root:
                    self.assertEqual(MADE, {path: label(root, path) for path in MADE})
                    self.assertEqual([line.replace("/etc/issue ", "/etc/issue.moved ") for line in before],
                                     wrong_labels(root))

    def test_the_section_selinux_says_mode_and_which_files_are_labelled(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                recipe = self.world.recipe(
                    "retouch: 1\nname: all\nsource: {image: labelled}\nfiles: [{to: /srv/new, content: x}]\n"
                    f"selinux: {{mode: enforcing, relabel: all}}\npublish: {{name: all-{guest}}}\n")
                planned = self.world.json("plan", recipe, "--guest", guest)["targets"][0]
                self.assertEqual(["all files are labelled as the image's SELinux policy 'default' wants it"], planned["notes"])
                report = self.world.json("apply", recipe, "--yes", "--guest", guest)["targets"][0]
                self.assertEqual([], report["notes"])
                disk = self.world.bytes_of(self.world.image(f"all-{guest}"))
                self.assertEqual("", fsck(disk))
                self.assertIn("\nSELINUX=enforcing\n", debugfs(disk, "cat /etc/selinux/config"))
                with mounted(disk) as root:
                    self.assertEqual([], wrong_labels(root))
                    self.assertEqual([ETC, ETC], [label(root, path) for path in ("/etc/issue", "/etc/unlabelled")])
                recipe = self.world.recipe(
                    "retouch: 1\nname: none\nsource: {image: labelled}\nfiles: [{to: /srv/new, content: x}]\n"
                    f"selinux: {{relabel: none}}\npublish: {{name: none-{guest}}}\n")
                self.world.retouch("apply", recipe, "--yes", "--guest", guest)
                with mounted(self.world.bytes_of(self.world.image(f"none-{guest}"))) as root:
                    self.assertIsNone(label(root, "/srv/new"))

    def test_a_plan_says_so_and_a_rehearsal_shows_the_labels_within_the_limits(self):
        guest = QUICK_GUESTS[-1]
        shutil.copy(SET_ATTRIBUTE, self.world.directory / "set")
        recipe = self.world.recipe(
            "retouch: 1\nname: rehearsed\nsource: {image: labelled}\n"
            "files:\n  - {to: /etc/motd, content: new}\n  - {to: /opt/bin/made, content: x}\n"
            "  - {to: /opt/bin/set, from: set, mode: '0755'}\n"
            "commands:\n  - groupadd new\n  - /opt/bin/set /etc/motd security.selinux system_u:object_r:shadow_t:s0\n"
            "limits: {may_change: [/etc/motd, /opt/bin, /opt/bin/**, '/etc/group*', '/etc/gshadow*', /etc/.pwd.lock]}\n")
        planned = self.world.json("plan", recipe, "--guest", guest)["targets"][0]
        self.assertEqual([NOTE], planned["notes"])
        for form in ("text", "markdown"):
            said = self.world.retouch("plan", recipe, "--guest", guest, "--rehearse", "--format", form).stdout
            self.assertIn(NOTE, said.replace("\\", ""))
            self.assertIn("label bin_t", said.replace("\\", ""))
            self.assertIn("label etc_t -> shadow_t", said.replace("\\", ""))
        saved = self.world.directory / "saved.plan.json"
        self.world.retouch("plan", recipe, "--guest", guest, "--rehearse", "-o", saved)
        plan = json.loads(saved.read_text(encoding="utf-8"))["targets"][0]
        self.assertTrue(plan["rehearsal"]["passed"])
        files = {change["path"]: change for step in plan["steps"] for change in step["rehearsed"]["effect"]["files"]}
        want = "security.selinux=" + b"system_u:object_r:bin_t:s0\0".hex()
        self.assertEqual(want, files["/opt/bin/made"]["after"]["attributes"].strip())
        self.assertEqual(files["/etc/group"]["before"]["attributes"], files["/etc/group"]["after"]["attributes"])
        self.world.retouch("apply", saved, "--yes", "--guest", guest)

    def test_a_rule_that_cannot_be_followed_is_a_note_of_the_rehearsal(self):
        recipe = self.world.recipe(
            "retouch: 1\nname: odd\nsource: {image: labelled}\n"
            "files:\n  - {to: /opt/made, content: x}\n"
            f"commands:\n  - echo '/opt/(?!x).* system_u:object_r:odd_t:s0' >>/{CONTEXTS}.local\n")
        planned = self.world.json("plan", recipe, "--guest", QUICK_GUESTS[-1], "--rehearse")["targets"][0]
        self.assertEqual([NOTE, "rules of the image's SELinux policy 'default' that retouch cannot follow were passed over: "
                          "file_contexts.local:1 ((?! is not known; there is no lookahead or lookbehind)"],
                         planned["notes"])


if __name__ == "__main__":
    unittest.main()
