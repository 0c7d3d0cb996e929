#!/usr/bin/python3
"""Kernels, boot loaders and what packages put in the place of our own files, on a real Debian with GRUB.

Nothing is booted here; what would boot it is read with debugfs.
"""

import os
import re
import subprocess
import tempfile
import unittest

from world import QUICK_GUESTS, ROOT, World, debugfs, fsck, making, needs_root, tiny

ROOT_UUID = "11111111-2222-4333-8444-555555555555"
PACKAGES = "systemd-sysv,linux-image-cloud-amd64,grub2-common,grub-pc-bin,initramfs-tools"
SOURCE = "retouch: 1\nname: kernel\nsource: {image: grub}\n"


def grub():
    """A Debian 12 with a kernel and GRUB's tools; made anew when this file is."""
    with making("grub.raw") as path:
        if path.exists() and path.stat().st_mtime >= os.stat(__file__).st_mtime:
            return path
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            sources = subprocess.run([ROOT / "tests/scripts/debian-sources.sh", "bookworm"], check=True,
                                     capture_output=True, text=True).stdout
            tar = f"{work}/tree.tar"
            subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={PACKAGES}",
                            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
                            "--dpkgopt=path-exclude=/usr/share/locale/*", "bookworm", tar, "-"],
                           input=sources, text=True, check=True)
            tree = f"{work}/tree"
            os.mkdir(tree)
            subprocess.run(["tar", "-x", "--numeric-owner", "-f", tar, "-C", tree], check=True)
            release, = (name.removeprefix("vmlinuz-") for name in os.listdir(f"{tree}/boot") if name.startswith("vmlinuz-"))
            menu = (f"menuentry 'as delivered' {{\n  linux /boot/vmlinuz-{release} root=UUID={ROOT_UUID} ro\n"
                    f"  initrd /boot/initrd.img-{release}\n}}\n")
            for name, text in (("etc/fstab", f"UUID={ROOT_UUID} / ext4 errors=remount-ro 0 1\n"),
                               ("etc/resolv.conf", "nameserver 192.0.2.1\n"), ("boot/grub/grub.cfg", menu)):
                os.makedirs(os.path.dirname(f"{tree}/{name}"), exist_ok=True)
                if os.path.lexists(f"{tree}/{name}"):
                    os.unlink(f"{tree}/{name}")
                with open(f"{tree}/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            part = f"{work}/disk"
            subprocess.run(["truncate", "-s", "2G", part], check=True)
            subprocess.run(["sfdisk", "-q", part], input="label: gpt\nstart=1024KiB, type=linux\n", text=True, check=True)
            subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "root", "-U", ROOT_UUID, "-E", "offset=1048576", "-d", tree,
                            part, "2095104k"], check=True)
            os.rename(part, path)
        return path


@needs_root
class Kernel(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", grub(), "--name", "grub")

    def apply(self, guest, steps, expect=0):
        recipe = self.world.recipe(SOURCE + steps)
        return self.world.json("apply", recipe, "--yes", "--guest", guest, expect=expect)["targets"][0]

    def test_a_kernel_and_its_boot_loader_are_configured(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                self.apply(guest, "commands:\n"
                           "  - update-grub\n"
                           "  - dpkg-reconfigure linux-image-$(ls /lib/modules)\n"
                           "  - sed -i s/^MODULES=.*/MODULES=dep/ /etc/initramfs-tools/initramfs.conf\n"
                           "  - {run: update-initramfs -u, timeout: 20m}\n"
                           "  - \"! (echo x >$(grub-probe -t device /)) 2>/dev/null\"\n"
                           f"publish: {{name: {guest}}}\n")
                disk = self.world.bytes_of(self.world.image(guest))
                self.assertEqual("", fsck(disk))
                menu = debugfs(disk, "cat /boot/grub/grub.cfg")
                kernels = re.findall(r"^\s*linux\s+(\S+) root=(\S+)", menu, re.MULTILINE)
                self.assertEqual({f"UUID={ROOT_UUID}"}, {root for _, root in kernels})
                self.assertNotIn("loop", menu)
                self.assertEqual({True}, {"Type: regular" in debugfs(disk, f"stat {path}") for path, _ in kernels})
                self.assertNotIn("retouch", debugfs(disk, "ls -l /etc/initramfs-tools/conf.d"))

    def test_the_section_kernel_changes_command_line_and_initramfs(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                section = ("kernel:\n  - append: [console=ttyS0, net.ifnames=0]\n  - remove: [quiet]\n"
                           "  - initramfs: {modules: [overlay]}\n")
                before = f"commands: ['echo GRUB_CMDLINE_LINUX_DEFAULT=quiet >/etc/default/grub']\npublish: {{name: quiet-{guest}}}\n"
                self.apply(guest, before)
                recipe = self.world.recipe(f"retouch: 1\nname: words-{guest}\nsource: {{image: quiet-{guest}}}\n"
                                           f"{section}publish: {{name: words-{guest}}}\n")
                planned = self.world.retouch("plan", recipe, "--guest", guest).stdout
                self.assertRegex(planned, r"1 of 1 menu entry to make anew")
                self.assertRegex(planned, r"rebuild for 6\.\S+ \(module overlay missing\)")
                self.world.retouch("apply", recipe, "--yes", "--guest", guest)
                disk = self.world.bytes_of(self.world.image(f"words-{guest}"))
                self.assertEqual("", fsck(disk))
                menu = debugfs(disk, "cat /boot/grub/grub.cfg")
                lines = re.findall(r"^\s*linux\s+(.+)$", menu, re.MULTILINE)
                self.assertGreater(len(lines), 1)
                for line in lines:
                    words = line.split()
                    self.assertEqual((1, 1, 0), tuple(words.count(word) for word in ("console=ttyS0", "net.ifnames=0", "quiet")))
                release, = set(re.findall(r"/vmlinuz-(\S+)", menu))
                initrd = self.world.directory / f"initrd-{guest}"
                debugfs(disk, f"dump /boot/initrd.img-{release} {initrd}")
                held = subprocess.run(["lsinitramfs", initrd], check=True, capture_output=True, text=True).stdout
                self.assertIn("/overlay.ko", held)
                self.assertIn("No changes", self.world.retouch("plan", recipe, "--guest", guest).stdout)
                again = self.world.recipe(f"retouch: 1\nname: again-{guest}\nsource: {{image: words-{guest}}}\n{section}")
                steps = self.world.json("plan", again, "--guest", guest)["targets"][0]["steps"]
                self.assertEqual(["unchanged", "unchanged"], [step["state"] for step in steps])

    def test_an_image_that_cannot_boot_any_more_is_not_published(self):
        guest = QUICK_GUESTS[-1]
        for number, command in enumerate((": >/boot/grub/grub.cfg", "rm /boot/vmlinuz-*", "rm /boot/initrd.img-*")):
            with self.subTest(command=command):
                target = self.apply(guest, f"commands: [update-grub, '{command}', ': {number}']\n", expect=1)
                self.assertEqual("failed", target["outcome"])
                self.assertIn("the image could be booted before, and cannot be now: ", target["error"])
        recipe = self.world.recipe(SOURCE + "commands: ['rm /boot/vmlinuz-*']\n")
        plan = self.world.retouch("plan", recipe, "--rehearse", "--guest", guest, expect=1)
        self.assertIn("the image could be booted before, and cannot be now: ", plan.stdout)
        self.assertEqual([], self.world.leftovers())

    def test_packages_replace_what_we_put_in_the_place_of_their_files(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                self.apply(guest, "commands:\n"
                           "  - {run: 'grep -q nameserver /etc/resolv.conf && ! grep 192.0.2 /etc/resolv.conf', network: true}\n"
                           "  - grep -qx 'nameserver 192.0.2.1' /etc/resolv.conf\n"
                           "  - {run: 'mv /etc/resolv.conf /etc/resolv.conf.old && ln -s ../run/systemd/x /etc/resolv.conf', network: true}\n"
                           "  - 'test -x /usr/sbin/policy-rc.d && rm /usr/sbin/policy-rc.d'\n"
                           "  - {run: 'grep -q nameserver /etc/resolv.conf', network: true}\n"
                           f"publish: {{name: {guest}}}\n")
                disk = self.world.bytes_of(self.world.image(guest))
                self.assertEqual("nameserver 192.0.2.1\n", debugfs(disk, "cat /etc/resolv.conf.old"))
                self.assertIn('Fast link dest: "../run/systemd/x"', debugfs(disk, "stat /etc/resolv.conf"))
                for directory in ("/etc", "/usr/sbin"):
                    self.assertNotIn("retouch", debugfs(disk, f"ls {directory}"))
                self.assertNotIn("policy-rc.d", debugfs(disk, "ls /usr/sbin"))

    def test_every_networked_command_resolves_names_whatever_resolv_conf_is(self):
        guest = QUICK_GUESTS[-1]
        for number, before in enumerate(("ln -sf /opt/none/resolv.conf /etc/resolv.conf", "ln -sf resolv.conf /etc/resolv.conf",
                                         "rm -f /etc/resolv.conf")):
            with self.subTest(before=before):
                self.apply(guest, f"commands:\n  - {before}\n"
                           "  - {run: 'grep -q nameserver /etc/resolv.conf && ! grep 192.0.2 /etc/resolv.conf', network: true}\n"
                           f"publish: {{name: n{number}}}\n")

    def test_an_immutable_resolv_conf_is_covered_and_stays(self):
        disk = self.world.directory / "immutable.raw"
        subprocess.run(["cp", "--sparse=always", tiny(), disk], check=True)
        # Extents, and immutable; a command may not set that.
        subprocess.run(["debugfs", "-w", "-R", "set_inode_field /etc/resolv.conf flags 0x80010", f"{disk}?offset=1048576"],
                       check=True, capture_output=True)
        before = [debugfs(disk, request) for request in ("cat /etc/resolv.conf", "stat /etc")]
        self.world.retouch("import", disk, "--name", "immutable")
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                recipe = self.world.recipe(
                    "retouch: 1\nname: immutable\nsource: {image: immutable}\ncommands:\n"
                    "  - {run: 'grep -q nameserver /etc/resolv.conf && ! grep 192.0.2 /etc/resolv.conf', network: true}\n"
                    f"publish: {{name: i-{guest}}}\n")
                self.world.retouch("apply", recipe, "--yes", "--guest", guest)
                made = self.world.bytes_of(self.world.image(f"i-{guest}"))
                self.assertEqual(before[0], debugfs(made, "cat /etc/resolv.conf"))
                self.assertIn("Flags: 0x80010", debugfs(made, "stat /etc/resolv.conf"))
                self.assertEqual(re.findall("mtime: .*", before[1]), re.findall("mtime: .*", debugfs(made, "stat /etc")))


if __name__ == "__main__":
    unittest.main()
