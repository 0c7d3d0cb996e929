#!/usr/bin/python3
"""`disk: {size, grow}`: every kind of root that grows, looked at with other tools, and those that do not."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from disk_test import filled, small_disk
from world import HOST, ROOT, THOROUGH, World, guestfish_on, making, needs_root, sha256, tiny

MIB = 1 << 20
APPLIANCE = ["--guest", "appliance"]
# What sfdisk makes of each disk. In the first the root is the last partition by its place, not by its number.
TABLES = {
    "gpt": "label: gpt\n1: start=4MiB, size=+, type=linux\n15: start=1MiB, size=3MiB, type=uefi\n",
    "mbr": "label: dos\nstart=1MiB, size=+, type=83\n",
    "whole": None,
    "xfs": "label: gpt\nstart=1MiB, size=+, type=linux\n",
    "btrfs": "label: gpt\nstart=1MiB, size=+, type=linux\n",
    "lvm": "label: gpt\nstart=1MiB, size=+, type=lvm\n",
    "before": "label: gpt\nstart=1MiB, size=60MiB, type=linux\nstart=64MiB, size=+, type=swap\n",
}
SIZES = {"xfs": 320, "btrfs": 160}
GROWN = {"xfs": 640, "btrfs": 320}
FORMATS = {
    "gpt": "mkfs ext4 {disk}1", "mbr": "mkfs ext4 {disk}1", "whole": "mkfs ext4 {disk}",
    "xfs": "mkfs xfs {disk}1", "btrfs": "mkfs btrfs {disk}1", "before": "mkfs ext4 {disk}1\nmkswap {disk}2",
    "lvm": "pvcreate {disk}1\nvgcreate scenario {disk}1\nlvcreate root scenario 48\nmkfs ext4 /dev/scenario/root",
}
ROOTS = {"whole": "{disk}", "lvm": "/dev/scenario/root"}
# MiB of the root's filesystem that are there at least once it has grown.
LEAST = {"gpt": 248, "mbr": 250, "whole": 254, "xfs": 630, "btrfs": 317, "lvm": 244}


def size_of(kind):
    return SIZES.get(kind, 96)


def root_of(kind, disk):
    return ROOTS.get(kind, "{disk}1").format(disk=disk)


def disks(kinds):
    """Where libguestfs shows them."""
    return {kind: f"/dev/sd{chr(ord('a') + i)}" for i, kind in enumerate(kinds)}


def make_images():
    """One raw image of each kind, with the same small system; made once, all by one appliance."""
    with making("growth") as directory:
        script = ROOT / "tests/support/tiny_image.sh"
        done = directory / "done"
        newest = max(script.stat().st_mtime, Path(__file__).stat().st_mtime)
        if done.exists() and done.stat().st_mtime > newest:
            return directory
        directory.mkdir(exist_ok=True)
        lines = ["run"]
        for kind, disk in disks(TABLES).items():
            path = directory / f"{kind}.raw"
            path.unlink(missing_ok=True)
            with open(path, "wb") as file:
                file.truncate(size_of(kind) * MIB)
            if TABLES[kind]:
                subprocess.run(["sfdisk", "-q", path], input=TABLES[kind], text=True, check=True)
        with tempfile.TemporaryDirectory() as work:
            archive = f"{work}/root.tar"
            guestfish_on([tiny()], ["run", "mount-ro /dev/sda1 /", f"tar-out / {archive}"])
            for kind, disk in disks(TABLES).items():
                lines += [FORMATS[kind].format(disk=disk), f"mount {root_of(kind, disk)} /", f"tar-in {archive} /",
                          "umount /"]
            guestfish_on([directory / f"{kind}.raw" for kind in TABLES], lines, writable=True)
        done.touch()
        return directory


def table(path):
    """The partitions by number: first sector and number of sectors."""
    said = subprocess.run(["sfdisk", "--json", path], capture_output=True, text=True, check=True).stdout
    found = json.loads(said)["partitiontable"]["partitions"]
    return {p["node"].removeprefix(str(path)): (p["start"], p["size"]) for p in found}


def filesystem_size(path, offset):
    """In MiB, of an ext filesystem that e2fsck finds sound."""
    place = f"{path}?offset={offset}"
    subprocess.run(["e2fsck", "-fn", place], check=True, capture_output=True)
    said = subprocess.run(["dumpe2fs", "-h", place], capture_output=True, text=True, check=True).stdout
    facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    return int(facts["Block count"]) * int(facts["Block size"]) // MIB


class Growth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.images = make_images()

    def setUp(self):
        self.world = self.enterContext(World())

    def recipe_for(self, kind, size):
        return self.world.recipe(
            f"retouch: 1\nname: {kind}\nsource: {{image: {kind}}}\ndisk: {{size: {size} MiB}}\n"
            f"files: [{{to: /opt/grown, content: x}}]\npublish: {{name: {kind}-grown}}\n", f"{kind}.yaml")

    def grown(self, kind, *guest, **imported):
        """The file of the image that a recipe for the kind made."""
        source = imported.get("source", self.images / f"{kind}.raw")
        before = sha256(source)
        self.world.retouch("import", source, "--name", kind)
        recipe = self.recipe_for(kind, GROWN.get(kind, 256))
        self.world.retouch("apply", recipe, "--yes", *guest)
        self.assertEqual(before, sha256(self.world.bytes_of(self.world.image(kind))))
        image = self.world.image(f"{kind}-grown")
        self.assertEqual(GROWN.get(kind, 256) * MIB, image["virtual_size"])
        self.assertEqual(1, image["min_disk"])
        self.assertEqual([], self.world.leftovers())
        self.assertIn("No changes.", self.world.retouch("plan", recipe).stdout)
        return self.world.bytes_of(image)

    def test_every_kind_of_root_fills_the_larger_disk(self):
        kinds = [kind for kind in TABLES if kind != "before" and (THOROUGH or kind in ("gpt", "lvm"))]
        files = {kind: self.grown(kind, *APPLIANCE) for kind in kinds}
        for kind in {"gpt", "xfs", "btrfs", "lvm"} & set(kinds):
            said = subprocess.run(["sgdisk", "-v", files[kind]], capture_output=True, text=True, check=True).stdout
            self.assertIn("No problems found", said)
        sectors = 256 * MIB // 512
        parts = table(files["gpt"])
        self.assertEqual((2048, 6144), parts["15"])
        self.assertEqual(8192, parts["1"][0])
        # sgdisk leaves as much free before the second copy of the table as is before the first partition.
        self.assertLessEqual(sectors - sum(parts["1"]), 2048 + 8)
        self.assertGreaterEqual(filesystem_size(files["gpt"], 4 * MIB), LEAST["gpt"])
        if THOROUGH:
            self.assertEqual(sectors, sum(table(files["mbr"])["1"]))
            self.assertGreaterEqual(filesystem_size(files["mbr"], MIB), LEAST["mbr"])
            self.assertGreaterEqual(filesystem_size(files["whole"], 0), LEAST["whole"])
        lines = ["run"]
        for kind, disk in disks(kinds).items():
            lines += [f"mount-ro {root_of(kind, disk)} /", f"echo {kind}", "cat /opt/grown", "echo", "statvfs /",
                      "umount /"]
        said = guestfish_on(files.values(), lines)
        for kind, text in zip(kinds, said.split("bsize: ")[1:]):
            facts = dict(line.split(": ") for line in ("bsize: " + text).splitlines() if ": " in line)
            # ext and XFS leave out of it what they keep for themselves.
            self.assertGreaterEqual(int(facts["blocks"]) * int(facts["frsize"]) / MIB, LEAST[kind] * 0.88, kind)

    @needs_root
    def test_a_qcow2_grows_as_a_raw_image_and_by_the_host_guest_too(self):
        source = self.world.directory / "gpt.qcow2"
        subprocess.run(["qemu-img", "convert", "-O", "qcow2", self.images / "gpt.raw", source], check=True)
        file = self.grown("gpt", *HOST, source=source)
        said = json.loads(subprocess.run(["qemu-img", "info", "--output=json", file], capture_output=True,
                                         check=True).stdout)
        self.assertEqual(("qcow2", 256 * MIB), (said["format"], said["virtual-size"]))
        subprocess.run(["qemu-img", "check", "-q", file], check=True)
        raw = self.world.directory / "grown.raw"
        subprocess.run(["qemu-img", "convert", "-O", "raw", file, raw], check=True)
        self.assertGreaterEqual(filesystem_size(raw, 4 * MIB), LEAST["gpt"])

    def test_plans_say_what_grows_and_nothing_where_it_has_grown(self):
        self.world.retouch("import", self.images / "gpt.raw", "--name", "gpt")
        recipe = self.recipe_for("gpt", 256)
        said = self.world.retouch("plan", recipe).stdout
        self.assertIn("disk    96.0 MiB -> 256.0 MiB, partition 1 (last) and its ext4 grow\n", said)
        saved = self.world.directory / "plan.json"
        self.world.retouch("plan", recipe, "--rehearse", "-o", saved)
        planned = json.loads(saved.read_text())["targets"][0]["disk"]
        self.assertEqual({"size": 256 * MIB, "grow": "root", "state": "change", "before": 96 * MIB,
                          "after": 256 * MIB, "partition": 1, "filesystem": "ext4", "logical_volume": "",
                          "grows": ["partition", "filesystem"]}, planned)
        report = json.loads(self.world.retouch("apply", saved, "--yes", "--format", "json").stdout)
        self.assertEqual(planned, report["targets"][0]["disk"])
        # The recipe laid over its own result.
        recipe.write_text(recipe.read_text().replace("{image: gpt}", "{image: gpt-grown}")
                          .replace("{name: gpt-grown}", "{name: again}").replace("name: gpt\n", "name: again\n"))
        self.assertIn("disk    stays at 256.0 MiB, nothing on it is to grow\n",
                      self.world.retouch("plan", recipe).stdout)
        self.world.retouch("apply", recipe, "--yes")
        self.assertEqual(256 * MIB, self.world.image("again")["virtual_size"])

    def test_what_cannot_be_is_refused_by_the_plan_and_nothing_is_made(self):
        self.world.retouch("import", self.images / "before.raw", "--name", "before")
        recipe = self.recipe_for("before", 256)
        before = self.world.state()
        for words in (["plan"], ["apply", "--yes"]):
            said = self.world.retouch(*words, recipe, expect=(1, 5))
            self.assertIn("partition 1, and partition 2 (swap) stands behind it", said.stdout + said.stderr)
            said = self.world.retouch(*words, self.recipe_for("before", 64), expect=(1, 5))
            self.assertIn("a disk is never made smaller: 'disk.size' is 64.0 MiB (67108864 bytes), but the source's "
                          "disk has 96.0 MiB (100663296 bytes)", said.stdout + said.stderr)
            recipe = self.recipe_for("before", 256)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        recipe.write_text(recipe.read_text().replace("256 MiB", "256 MiB, grow: none"))
        self.world.retouch("apply", recipe, "--yes")
        self.assertEqual(table(self.images / "before.raw"),
                         table(self.world.bytes_of(self.world.image("before-grown"))))

    def test_killed_while_it_grows_it_leaves_nothing_behind_the_next_run(self):
        self.world.retouch("import", self.images / "gpt.raw", "--name", "gpt")
        recipe = self.recipe_for("gpt", 256)
        before = self.world.image("gpt")
        self.world.killed_when_it_says("runs emulated", "apply", recipe, "--yes")
        self.assertEqual([], self.world.processes())
        self.world.retouch("apply", recipe, "--yes")
        self.assertEqual([], self.world.leftovers())
        self.assertEqual(before["id"], self.world.image("gpt")["id"])

    @needs_root
    def test_a_disk_that_is_full_while_it_grows_is_told_and_nothing_is_left(self):
        with small_disk(self.world, 160) as point:
            self.world.retouch("import", self.images / "whole.raw", "--name", "whole")
            # What an ext4 of 64 GiB keeps of itself does not fit.
            recipe = self.recipe_for("whole", 1 << 16)
            before = self.world.state()
            with filled(point, 8):
                said = self.world.retouch("apply", recipe, "--yes", expect=(1, 69, 75))
            self.assertIn("the host's disk may be full", said.stdout + said.stderr)
            self.assertEqual(before, self.world.state())
            self.assertEqual([], self.world.leftovers())


if __name__ == "__main__":
    unittest.main()
