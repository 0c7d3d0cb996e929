#!/usr/bin/python3
"""The quickstart recipe on a real Debian, through both guests, seen by guestfish, debugfs and fsck."""

import re
import unittest

from world import GUESTS, ROOT, World, debian, debugfs, fsck, guestfish, mounted, needs_root, sha256, tree

RECIPE = ROOT / "recipes/quickstart.yaml"

# What the recipe itself and the package tools it calls may change; everything else must stay.
DECLARED = re.compile(r"""
    /etc/cloud/cloud\.cfg\.d/90_datasource\.cfg | /etc/image-description | /usr/local/bin/site-report |
    /usr/bin/site-agent | /etc/site-agent\.conf |
    /var/lib/dpkg(/.*)? | /var/cache(/.*)? | /var/lib/apt(/.*)? | /etc/alternatives(/.*)? |
    /(usr/)?bin/(r?nano|editor|pico) | /usr/share/(nano|info|menu|man)(/.*)? | /etc/nanorc |
    /var/lib/cloud(/.*)? | /etc/machine-id | /var/lib/dbus(/.*)? | /etc/ssh/ssh_host_.* |
    /var/log(/.*)? | /(var/)?tmp(/.*)? | /root/\.bash_history | /usr/share/doc(-base)?(/.*)?
    """, re.VERBOSE)

# Package tools stamp these with the time; the two guests cannot agree on them.
STAMPED = re.compile(r"/var/log/.*|/var/lib/dpkg/.*|/var/cache/.*|/etc/alternatives.*")


class Quickstart(unittest.TestCase):
    maxDiff = None

    def life(self, guest):
        """The whole life of one image; returns the tree of the result, if it can be mounted."""
        with World() as world:
            world.retouch("import", debian(), "--name", "debian-12", "--property", "build_host=vendor-7")
            source = world.image("debian-12")
            digest = sha256(world.bytes_of(source))
            options = ["--guest", guest]

            plan = world.retouch("plan", RECIPE, "--detailed-exitcode", *options, expect=2)
            self.assertIn("create a new image", plan.stdout)
            self.assertIn("+datasource_list: [ OpenStack, None ]", plan.stdout)
            self.assertEqual([source], world.images(), "planning wrote something")

            world.retouch("apply", RECIPE, "--yes", *options)
            self.assertEqual([], world.leftovers())
            result = world.image("debian-12")
            previous = world.image("debian-12", hidden=True)
            self.assertEqual(source["id"], previous["id"])
            self.assertEqual(digest, sha256(world.bytes_of(previous)), "the source has changed")
            self.assertEqual("active", result["status"])
            self.assertEqual("public", result["visibility"])
            self.assertEqual("debian", result["properties"]["os_distro"])
            self.assertNotIn("build_host", result["properties"])
            self.assertEqual(source["id"], result["properties"]["retouch_source"])
            file = world.bytes_of(result)
            self.assertEqual("", fsck(file))
            self.look_inside(file, guest)

            before = world.images()
            again = world.retouch("plan", RECIPE, "--detailed-exitcode", *options)
            self.assertIn("No changes.", again.stdout)
            report = world.json("apply", RECIPE, "--yes", *options)
            self.assertEqual(["unchanged"], [target["outcome"] for target in report["targets"]])
            self.assertEqual(before, world.images())

            world.retouch("remove", previous["id"], "--yes", "--break-lineage")
            self.assertIn("No changes.", world.retouch("plan", RECIPE, *options).stdout)
            return tree(file) if "host" in GUESTS else None

    def look_inside(self, file, guest):
        """The result with other tools' eyes."""
        status = debugfs(file, "stat /usr/local/bin/site-report")
        self.assertRegex(status, r"Mode:\s+0755")
        self.assertRegex(status, r"User:\s+0\s+Group:\s+0")
        self.assertIn("datasource_list: [ OpenStack, None ]",
                      debugfs(file, "cat /etc/cloud/cloud.cfg.d/90_datasource.cfg"))
        self.assertIn("File not found", debugfs(file, "stat /usr/bin/nano"))
        if guest == "host":
            return
        seen = guestfish(
            file, "is-file /usr/bin/nano", "is-symlink /var/lib/cloud/instance", "exists /tmp/site-agent.deb",
            "command 'dpkg-query -W -f ${Status} site-agent'", "filesize /etc/machine-id").split("\n")
        self.assertEqual(["false", "false", "false", "install ok installed", "0", ""], seen)

    def test_through_each_guest_with_the_same_result(self):
        trees = {}
        for guest in GUESTS:
            with self.subTest(guest=guest):
                trees[guest] = self.life(guest)
        if len(trees) < 2:
            self.skipTest("comparing the guests needs root")
        appliance, host = trees["appliance"], trees["host"]
        for path in sorted(appliance.keys() | host.keys()):
            if not STAMPED.fullmatch(path):
                self.assertEqual(appliance.get(path), host.get(path), path)

    @needs_root
    def test_nothing_undeclared_is_written(self):
        with World() as world:
            world.retouch("import", debian(), "--name", "debian-12")
            world.retouch("apply", RECIPE, "--yes", "--guest", "host")
            before, after = tree(debian()), tree(world.bytes_of(world.image("debian-12")))
            with mounted(debian()) as root:
                resolver = (root / "etc/resolv.conf").is_symlink() or (root / "etc/resolv.conf").exists()
            self.assertEqual(resolver, "/etc/resolv.conf" in after)
            undeclared = [path for path in sorted(before.keys() | after.keys())
                          if before.get(path) != after.get(path) and not DECLARED.fullmatch(path)]
            self.assertEqual([], undeclared)


if __name__ == "__main__":
    unittest.main()
