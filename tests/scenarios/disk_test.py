#!/usr/bin/python3
"""A full disk, a read-only catalog, a catalog nobody may write: clean failures, nothing left."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import unittest

from world import HOST, PARTITION, World, needs_root, tiny

APPLIANCE = ["--guest", "appliance"]


@contextlib.contextmanager
def small_disk(world, mebibytes):
    """A filesystem of that size as the place of the catalog."""
    disk, point = world.directory / "scenario-disk.img", world.directory / "scenario-disk"
    point.mkdir()
    subprocess.run(["truncate", "-s", f"{mebibytes}M", disk], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", disk], check=True)
    subprocess.run(["mount", "-o", "loop", disk, point], check=True)
    try:
        world.configure(point / "catalog")
        yield point
    finally:
        subprocess.run(["umount", point], check=True)


@contextlib.contextmanager
def filled(point, leave):
    """The filesystem at `point`, filled until about `leave` MiB are free."""
    ballast = point / "ballast"
    with open(ballast, "wb") as file, contextlib.suppress(OSError):
        while (free := shutil.disk_usage(point).free - (leave << 20)) > 0:
            os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), min(free, 1 << 20))
    try:
        yield
    finally:
        ballast.unlink()


# A small TMPDIR of the program's own, with no more than that many bytes left.
IN_FULL_TMPDIR = """
mount -t tmpfs -o size=2M tmpfs "$TMPDIR"
head -c $((2097152 - $1)) /dev/zero >"$TMPDIR/ballast"
shift
exec "$@"
"""


def with_full_journal(source, made):
    """What a snapshot of a running machine's disk is: of its last changes no more than the journal."""
    with tempfile.TemporaryDirectory(dir=made.parent) as point:
        subprocess.run(["unshare", "-m", "sh", "-euc", f"""
cp --sparse=always {source} {made}.disk
mount -o loop,offset={PARTITION} {made}.disk {point}
for i in $(seq 200); do echo $i >{point}/opt$i; done
sync -f {point}
cp --sparse=always {made}.disk {made}
"""], check=True)
    made.with_name(made.name + ".disk").unlink()
    return made


@needs_root
class Disk(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())

    def test_a_full_disk_fails_cleanly_at_each_size(self):
        recipe = self.world.recipe("files: [{to: /opt/large, from: large.bin}]\npublish: {name: base}\n")
        self.world.write("large.bin", os.urandom(24 << 20))
        failures = 0
        with small_disk(self.world, 64) as point:
            self.world.retouch("import", tiny(), "--name", "base")
            before = self.world.state()
            for free in (0, 1, 2, 4, 8, 16, 24):
                with filled(point, free):
                    result = self.world.retouch("apply", recipe, "--yes", *HOST, expect=(0, 1, 69, 75))
                if result.returncode == 0:
                    break
                failures += 1
                self.assertRegex((result.stdout + result.stderr).lower(), "no space|full|free some space", f"{free} MiB free")
                self.assertEqual(before, self.world.state(), f"{free} MiB free")
                self.assertEqual([], self.world.leftovers(), f"{free} MiB free")
            self.assertGreaterEqual(failures, 3)
            self.world.retouch("apply", recipe, "--yes", *HOST)

    def test_an_import_into_a_full_disk_leaves_nothing(self):
        with small_disk(self.world, 16) as point:
            self.world.retouch("import", tiny(), "--name", "base")
            before = self.world.state()
            with filled(point, 1):
                result = self.world.retouch("import", tiny(), "--name", "second", expect=(1, 69, 75))
            self.assertRegex(result.stderr.lower(), "no space|full|free some space")
            self.assertEqual(before, self.world.state())
            self.assertEqual([], self.world.leftovers())

    def test_a_full_place_of_temporary_files_is_told_as_that_and_not_as_a_fault_of_the_image(self):
        recipe = self.world.recipe("files: [{to: /etc/motd, content: x}]\npublish: {name: base}\n")
        self.world.retouch("import", with_full_journal(tiny(), self.world.directory / "dirty.raw"), "--name", "base")
        before = self.world.state()
        plan, apply = ["plan", recipe], ["apply", recipe, "--yes"]
        cases = [(65536, plan, HOST), (4096, plan, HOST), (0, plan, HOST), (0, apply, HOST),
                 (65536, plan, APPLIANCE), (65536, apply, APPLIANCE), (0, apply, APPLIANCE)]
        for left, words, guest in cases:
            # A machine of our own needs next to nothing there, and does its work.
            self.world.environment["RETOUCH_APPLIANCE"] = "libguestfs" if words is apply else "best"
            with self.subTest(left=left, words=words[0], guest=guest[1]):
                process = self.world.start(*words, *guest, through=[
                    "unshare", "-m", "sh", "-euc", IN_FULL_TMPDIR, "sh", str(left)])
                out, err = process.communicate(timeout=300)
                place = self.world.temporary
                self.assertEqual(69, process.returncode, out + err)
                self.assertIn(f"error: the disk for temporary files is full: no more fits into {place}: No space left on "
                              "device\n", out + err)
                self.assertIn(f"  free some space on the filesystem of {place}, or set TMPDIR to a directory on another "
                              "one, and run again\n", out + err)
                self.assertEqual(before, self.world.state())
                self.assertEqual([], self.world.leftovers())

    def test_a_read_only_catalog_can_be_looked_at_and_not_changed(self):
        recipe = self.world.recipe("files: [{to: /etc/motd, content: x}]\npublish: {name: base}\n")
        with small_disk(self.world, 64) as point:
            self.world.retouch("import", tiny(), "--name", "base")
            subprocess.run(["mount", "-o", "remount,ro", point], check=True)
            self.assertEqual(["base"], [image["name"] for image in self.world.images()])
            self.assertIn("create a new image", self.world.retouch("plan", recipe, *HOST).stdout)
            for arguments in (("apply", recipe, "--yes", *HOST), ("import", tiny(), "--name", "second"),
                              ("remove", "base", "--yes")):
                result = self.world.retouch(*arguments, expect=(1, 5, 69, 77, 78))
                self.assertRegex(result.stderr.lower(), "read-only", arguments[0])
            self.assertEqual(["base"], [image["name"] for image in self.world.images()])
            self.assertEqual([], self.world.leftovers())


if __name__ == "__main__":
    unittest.main()
