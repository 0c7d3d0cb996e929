#!/usr/bin/python3
"""A file is imported into a cloud as a new image, whole or not at all; what others need is not removed unasked.

Parts of a real rig (RETOUCH_RIG); what is there afterwards is seen through rbd, rados and REST.
"""

import shutil
import signal
import unittest
import uuid

from cloud import VM_POOL, Cloud, needs_rig, run
from world import ROOT, needs_root, sha256, tiny

RECIPE = """retouch: 1
name: {recipe}
source: {{image: {source}}}
properties: {{os_distro: debian}}
publish: {{name: {name}, visibility: private}}
"""


@needs_rig
@needs_root
class Import(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.name = f"imported-{uuid.uuid4().hex[:8]}"
        self.file = self.world.directory / "disk.qcow2"
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", tiny(), self.file)

    def imported(self, *more, expect=0):
        return self.world.retouch("import", self.file, "--name", self.name, *more, expect=expect)

    def check_nothing_left(self):
        self.assertEqual([], [record for record in self.world.records() if record["name"] == self.name])
        self.assertEqual([], self.world.leftovers())
        self.assertEqual([], [name for name in self.world.objects() if name not in self.world.present])
        self.assertEqual([], list(self.world.directory.glob("cache/**/*.raw")))

    def test_a_qcow2_file_becomes_a_private_raw_image(self):
        self.imported("--property", "os_distro=debian")
        [record] = [record for record in self.world.records() if record["name"] == self.name]
        self.assertEqual(
            ("active", "private", False, "raw", "debian"),
            tuple(record[key] for key in ("status", "visibility", "os_hidden", "disk_format", "os_distro")))
        self.assertEqual([], [key for key in record if key.startswith("retouch")])
        self.assertEqual(sha256(tiny()), self.world.digest(record["id"]))
        self.assertEqual([], list(self.world.directory.glob("cache/**/*.raw")))

    def test_without_ceph_the_file_goes_as_it_is(self):
        self.world.configure(self.world.catalog)
        settings = self.world.directory / "retouch.yaml"
        settings.write_text("default: cloud\ncatalogs:\n  cloud: {type: glance, cloud: admin}\n", encoding="utf-8")
        self.imported()
        [record] = [record for record in self.world.records() if record["name"] == self.name]
        self.assertEqual(("active", "qcow2", self.file.stat().st_size),
                         tuple(record[key] for key in ("status", "disk_format", "size")))

    def test_a_file_that_is_none_makes_nothing(self):
        self.file.write_text("x" * 1024, encoding="ascii")
        self.imported(expect=65)
        self.check_nothing_left()

    def test_what_a_killed_import_left_the_next_command_removes(self):
        for words in ("copying the file", "asking for the record", "sending the image"):
            with self.subTest(words):
                self.world.killed_when_it_says(words, "import", self.file, "--name", self.name)
                self.world.retouch("remove", self.world.upload(tiny())["id"], "--yes")
                self.check_nothing_left()


    def part(self, action, name):
        run(ROOT / "tests/rig/part", action, name, self.world.rig.dir)

    def test_it_ends_when_asked_while_the_image_service_hangs(self):
        process = self.world.start("import", self.file, "--name", self.name)
        self.addCleanup(self.part, "continue", "glance")
        for line in process.stderr:
            if "asking for the record" in line:
                break
        self.part("pause", "glance")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)  # waiting for an answer takes two minutes
        self.assertEqual(143, process.returncode)
        self.part("continue", "glance")
        self.imported()
        [record] = [record for record in self.world.records() if record["name"] == self.name]
        self.world.delete(record["id"])
        self.check_nothing_left()

    def test_a_file_of_a_killed_import_nobody_remembers_goes_with_the_next(self):
        self.world.killed_when_it_says("asking for the record", "import", self.file, "--name", self.name)
        self.world.delete(next((r["id"] for r in self.world.records() if r["name"] == self.name), str(uuid.uuid4())))
        shutil.rmtree(self.world.directory / "state")
        self.assertEqual(1, len(list(self.world.directory.glob("cache/**/.import-*.raw"))))
        self.imported()
        self.assertEqual([], list(self.world.directory.glob("cache/**/.import-*.raw")))


@needs_rig
@needs_root
class Removal(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.source = self.world.upload(tiny())

    def refused(self):
        """What is said; nothing is changed, and the snapshot machines run from is still there."""
        before = self.world.state()
        said = self.world.retouch("remove", self.source["id"], "--yes", expect=5).stderr
        self.assertEqual(before, self.world.state())
        self.assertEqual([("snap", "true")], self.world.snapshots(self.source["id"]))
        return said

    def test_clones_are_found_before_the_image_service_is_asked(self):
        in_use = f"image {self.source['id']} is in use: "
        with self.world.machine_disk(self.source["id"]):
            [disk] = self.world.children(self.source["id"])
            self.assertIn(in_use + "it has clones, and some are in pools that may not be read here\n", self.refused())
            self.world.configure(self.world.catalog, user="admin", keyring=str(self.world.rig.keyring("admin")))
            self.assertIn(f"{in_use}1 clone, {VM_POOL}/{disk['image']}\n", self.refused())
        self.world.retouch("remove", self.source["id"], "--yes")

    def test_the_base_of_a_lineage_stays(self):
        name = f"made-{uuid.uuid4().hex[:8]}"
        recipe = RECIPE.format(recipe="removal", source=self.source["name"], name=name)
        self.world.retouch("apply", self.world.recipe(recipe), "--yes")
        before = self.world.records()
        said = self.world.retouch("remove", self.source["id"], "--yes", expect=5).stderr
        self.assertIn(f'"{name}"', said)
        self.assertEqual(before, self.world.records())
        made, = (record for record in before if record["name"] == name)
        self.world.patch(made["id"], {"op": "replace", "path": "/os_hidden", "value": True})
        said = self.world.retouch("remove", self.source["id"], "--yes", expect=5).stderr
        self.assertIn(f'"{name}"', said)
        self.world.retouch("remove", self.source["id"], "--yes", "--break-lineage")


if __name__ == "__main__":
    unittest.main()
