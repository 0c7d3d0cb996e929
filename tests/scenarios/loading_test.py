#!/usr/bin/python3
"""What few commands need is not loaded by the others: librbd, librados, libguestfs, libcurl, libarchive.

The dynamic loader itself tells which libraries it opens (LD_DEBUG=files).
"""

import re
import unittest

from world import HOST, World, needs_root, tiny

LATE = {"librbd.so.1", "librados.so.2", "libguestfs.so.0", "libcurl.so.4", "libarchive.so.13"}
RECIPE = 'files: [{to: /etc/motd, content: "new"}]\npublish: {name: made}\n'


class Loading(unittest.TestCase):
    maxDiff = None

    def loaded(self, world, *arguments, expect=0):
        """Those of LATE that this run opens."""
        world.environment["LD_DEBUG"] = "files"
        try:
            told = world.retouch(*arguments, expect=expect).stderr
        finally:
            del world.environment["LD_DEBUG"]
        files = set(re.findall(r"file=(\S+) \[\d+\];  (?:needed|dynamically loaded) by", told))
        self.assertIn("libsqlite3.so.0", files, "the loader told nothing")
        return files & LATE

    def test_commands_that_open_no_image_load_none(self):
        world = self.enterContext(World())
        recipe = world.recipe(RECIPE)
        for arguments in (["version"], ["--help"], ["check", recipe], ["schema"], ["completion", "bash"], ["images"]):
            with self.subTest(arguments):
                self.assertEqual(set(), self.loaded(world, *arguments))

    @needs_root
    def test_nothing_to_do_loads_none(self):
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base")
        recipe = world.recipe(RECIPE)
        self.assertEqual(set(), self.loaded(world, "apply", recipe, "--yes", *HOST))
        for arguments in (["apply", recipe, "--yes", *HOST], ["plan", recipe], ["drift", recipe], ["show", "made"]):
            with self.subTest(arguments):
                self.assertEqual(set(), self.loaded(world, *arguments))

    def test_a_diagnosis_of_all_loads_what_it_looks_at(self):
        world = self.enterContext(World())
        (world.directory / "retouch.yaml").write_text(
            "default: cloud\ncatalogs: {cloud: {type: glance, cloud: x, rbd: {pool: images, conf: ceph.conf}}}\n",
            encoding="utf-8")
        (world.directory / "ceph.conf").write_text("[global]\n", encoding="utf-8")
        (world.directory / "clouds.yaml").write_text(
            "clouds: {x: {auth: {auth_url: 'http://127.0.0.1:9/v3', username: u, password: p, project_name: p}}}\n",
            encoding="utf-8")
        self.assertEqual({"librados.so.2", "libguestfs.so.0", "libcurl.so.4"}, self.loaded(world, "doctor", expect=(1, 69, 77, 78)))


if __name__ == "__main__":
    unittest.main()
