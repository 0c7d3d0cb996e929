#!/usr/bin/python3
"""What a command is asked to write destroys nothing, and what cannot be written is said before the work."""

import json
import os
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from world import HOST, PROGRAM, World, needs_root, sha256, tiny

RECIPE = "files: [{to: /etc/a, content: b, mode: '0600'}, {to: /etc/c, from: empty}]\npublish: {name: out}\n"


class Base(World):
    """With an image and a recipe."""

    def __enter__(self):
        super().__enter__()
        self.retouch("import", tiny(), "--name", "base")
        self.write("empty", "")
        self.recipe(RECIPE)
        return self

    def shell(self, text):
        """A line for bash, with the program as $R."""
        environment = {**os.environ, "TMPDIR": str(self.temporary), "NO_COLOR": "1", "R": PROGRAM}
        return subprocess.run(["bash", "-c", text], cwd=self.directory, env=environment, text=True,
                              capture_output=True, timeout=300, check=False)

    def files(self):
        """Every file of the world that is no catalog's, with what it holds."""
        return {str(p.relative_to(self.directory)): sha256(p) for p in sorted(self.directory.rglob("*"))
                if p.is_file() and self.catalog not in p.parents}


# The ways to have something written: name -> the arguments, {} being the file.
WAYS = {
    "plan": ["plan", "recipe.yaml", *HOST, "-o", "{}"],
    "bundle": ["plan", "recipe.yaml", *HOST, "--bundle", "-o", "{}"],
    "junit of plan": ["plan", "recipe.yaml", *HOST, "--report", "junit={}"],
    "gitlab": ["plan", "recipe.yaml", *HOST, "--report", "gitlab-terraform={}"],
    "junit of check": ["check", "recipe.yaml", "--report", "junit={}"],
    "sarif": ["check", "recipe.yaml", "--report", "sarif={}"],
    "events": ["apply", "recipe.yaml", "--yes", *HOST, "--events", "{}"],
    "junit of apply": ["apply", "recipe.yaml", "--yes", *HOST, "--report", "junit={}"],
}
PRIVATE = {"plan", "bundle", "junit of plan", "junit of check", "events", "junit of apply"}


def arguments(way, file):
    """The command line of a way."""
    return [word.replace("{}", str(file)) for word in WAYS[way]]


@needs_root
class Destroying(unittest.TestCase):
    maxDiff = None

    def refused(self, world, way, file, words):
        """Exit code 64 before anything was done."""
        before = (world.files(), world.state())
        result = world.retouch(*arguments(way, file), expect=64)
        self.assertIn(words, result.stderr)
        self.assertEqual("", result.stdout)
        self.assertEqual(before, (world.files(), world.state()))
        self.assertEqual([], world.leftovers())

    def test_nothing_of_another_kind_is_replaced(self):
        with Base() as world:
            world.write("other.yaml", "retouch: 1\n")
            world.write("notes.txt", "mine")
            world.write("terraform.json", '{"format_version":"1.2","terraform_version":"1.9.0"}')
            (world.directory / "folder").mkdir()
            (world.directory / "link").symlink_to("notes.txt")
            image = world.bytes_of(world.image("base"))
            for way in WAYS:
                for file in ("recipe.yaml", "other.yaml", "notes.txt", "link", "terraform.json", "folder",
                             "retouch.yaml", world.catalog / "catalog.db", image):
                    with self.subTest(way=way, file=str(file)):
                        self.refused(world, way, file, "choose another name, or move it away")

    def test_nothing_the_run_reads_is_written_whatever_it_is_called(self):
        with Base() as world:
            world.write("policy.json", "{}")
            os.link(world.directory / "empty", world.directory / "same")
            (world.directory / "link").symlink_to("empty")
            for way in ("plan", "bundle", "events", "junit of apply"):
                for file in ("empty", "same", "link", "./empty"):
                    with self.subTest(way=way, file=file):
                        self.refused(world, way, file, "a file that goes into the image")
            world.retouch("plan", "recipe.yaml", *HOST, "-o", "saved.json")
            before = world.files()
            for words in (["apply", "saved.json", "--yes", *HOST, "--events", "saved.json"],
                          ["apply", "saved.json", "--yes", *HOST, "--report", "junit=saved.json"],
                          ["plan", "recipe.yaml", *HOST, "-o", "x.json", "--report", "junit=./x.json"],
                          ["plan", "recipe.yaml", *HOST, "--policy", "policy.json", "-o", "policy.json"]):
                with self.subTest(words=words):
                    world.retouch(*words, expect=64)
                    self.assertEqual(before, world.files())

    def test_nothing_is_written_where_the_catalog_keeps_its_files(self):
        with Base() as world:
            for file in ("catalog.db-journal", "images/x.json", "runs/x.json"):
                with self.subTest(file=file):
                    (world.catalog / "runs").mkdir(exist_ok=True)
                    self.refused(world, "plan", world.catalog / file, "a place where the catalog keeps its own files")

    def test_devices_and_pipes_are_written_into(self):
        with Base() as world:
            null = world.directory / "null"
            os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
            (world.directory / "to-null").symlink_to("null")
            for way in WAYS:
                for file in ("null", "to-null"):
                    with self.subTest(way=way, file=file):
                        world.retouch(*arguments(way, file))
                        self.assertTrue(stat.S_ISCHR(null.stat().st_mode))
                        self.assertTrue((world.directory / "to-null").is_symlink())
            disk = world.directory / "disk"
            os.mknod(disk, stat.S_IFBLK | 0o600, os.makedev(7, 250))
            result = world.retouch(*arguments("plan", "disk"), expect=64)
            self.assertIn("disk is a disk; it is not overwritten", result.stderr)

    def test_standard_output_and_other_pipes_by_their_names(self):
        with Base() as world:
            for text in ("$R plan recipe.yaml --guest host -o /dev/stdout 2>/dev/null | cat > seen",
                         "$R plan recipe.yaml --guest host -o /dev/stdout > seen 2>/dev/null",
                         "$R plan recipe.yaml --guest host -o >(cat > seen) >/dev/null 2>&1; sleep 1",
                         "mkfifo f; cat f > seen & $R plan recipe.yaml --guest host -o f >/dev/null 2>&1; wait; rm f",
                         "$R plan recipe.yaml --guest host -o /dev/fd/7 7> seen >/dev/null 2>&1"):
                with self.subTest(text):
                    (world.directory / "seen").unlink(missing_ok=True)
                    result = world.shell(text)
                    self.assertEqual(0, result.returncode, result.stderr)
                    seen = (world.directory / "seen").read_text(encoding="utf-8")
                    plan, _ = json.JSONDecoder().raw_decode(seen[seen.index("{\n  \"format_version\""):])
                    self.assertEqual("out", plan["targets"][0]["publish"]["name"])
            self.assertTrue(Path("/dev/stdout").is_symlink())

    def test_links_are_followed(self):
        with Base() as world:
            (world.directory / "below").mkdir()
            (world.directory / "link").symlink_to("below/plan.json")
            for _ in range(2):  # the first time it leads to nothing
                world.retouch(*arguments("plan", "link"))
                self.assertTrue((world.directory / "link").is_symlink())
                self.assertEqual("out", json.loads((world.directory / "below/plan.json").read_text(encoding="utf-8"))[
                    "targets"][0]["publish"]["name"])

    def test_a_link_of_another_user_in_a_directory_open_to_all_is_not_followed(self):
        with Base() as world, tempfile.TemporaryDirectory() as shared:
            os.chmod(shared, 0o1777)
            link = Path(shared, "plan.json")
            link.symlink_to(world.directory / "planted.json")
            os.chown(link, 65534, 65534, follow_symlinks=False)
            self.refused(world, "plan", link, "a link another user made")

    def test_an_earlier_output_is_replaced_and_only_its_owner_may_read_it(self):
        with Base() as world:
            for number, way in enumerate(WAYS):
                with self.subTest(way=way):
                    file = world.directory / f"out{number}"
                    for _ in range(2):
                        world.retouch(*arguments(way, file))
                        self.assertEqual(0o600 if way in PRIVATE else 0o644, stat.S_IMODE(file.stat().st_mode))
                        os.chmod(file, 0o644)


@needs_root
class Failing(unittest.TestCase):
    def test_what_cannot_be_written_is_said_before_the_work(self):
        with Base() as world:
            full = world.directory / "full"
            full.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "none", full], check=True)
            try:
                before = world.state()
                for way in WAYS:
                    for file, words in (("absent/file", "make the directory absent first"),
                                        ("recipe.yaml/file", "Not a directory"),
                                        ("full/file", "No space left on device")):
                        with self.subTest(way=way, file=file):
                            result = world.retouch(*arguments(way, file), expect=(1, 64))
                            self.assertIn(words, result.stderr)
                            self.assertEqual("", result.stdout)
                self.assertEqual([], list(full.iterdir()))
                self.assertEqual(before, world.state())
            finally:
                subprocess.run(["umount", full], check=True)

    def test_a_published_image_is_never_called_failed(self):
        with Base() as world:
            result = world.shell("$R apply recipe.yaml --yes --quiet --guest host > /dev/full")
            image = world.image("out")
            self.assertEqual(74, result.returncode)
            self.assertEqual("error: cannot write to standard output: No space left on device\n"
                             "  free some space on the filesystem of standard output and run again\n"
                             f"  \"out\" is published: retouch show {image['id']}\n", result.stderr)

    def test_a_report_that_fails_after_the_work_is_no_failed_work(self):
        with Base() as world:
            # The directory is there when it is tried, and gone when the report is written.
            recipe = world.recipe("commands: [sleep 5]\npublish: {name: out}\n")
            gone = world.directory / "gone"
            gone.mkdir()
            process = world.start("apply", recipe, "--yes", "--quiet", *HOST, "--report", "junit=gone/r.xml",
                                  "--events", "events")
            events = world.directory / "events"
            while not events.exists() or "step_started" not in events.read_text(encoding="utf-8"):
                time.sleep(0.05)
            gone.rmdir()
            out, err = process.communicate(timeout=120)
            image = world.image("out")
            self.assertEqual(74, process.returncode, err)
            self.assertIn("published", out)
            self.assertRegex(err, r"\Aerror: cannot create \S+: No such file or directory\n")
            self.assertIn(f"  \"out\" is published: retouch show {image['id']}\n", err)

    def test_a_plan_of_which_nothing_can_be_shown_is_74(self):
        with Base() as world:
            for text in ("$R plan recipe.yaml --guest host > /dev/full", "$R images > /dev/full",
                         "$R check recipe.yaml > /dev/full"):
                self.assertEqual(74, world.shell(text).returncode)


@needs_root
class Exports(unittest.TestCase):
    def test_an_export_is_new_and_private(self):
        with Base() as world:
            world.retouch("export", "base", "copy.raw")
            self.assertEqual(0o600, stat.S_IMODE((world.directory / "copy.raw").stat().st_mode))
            for file in ("copy.raw", "recipe.yaml", "/dev/null", "absent/copy.raw"):
                world.retouch("export", "base", file, expect=(1, 5))
            self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_an_export_is_not_written_where_the_catalog_keeps_its_files(self):
        with Base() as world:
            for file in ("catalog.db-journal", "images/x", "runs/x", "images/../images/x"):
                with self.subTest(file=file):
                    result = world.retouch("export", "base", world.catalog / file, expect=64)
                    self.assertIn("it is a place where the catalog keeps its own files", result.stderr)
                    self.assertFalse((world.catalog / file).exists())

    def test_what_a_mask_takes_from_the_owner_is_given_all_the_same(self):
        with Base() as world:
            process = world.start("apply", "recipe.yaml", "--yes", *HOST, "--report", "junit=r.xml",
                                  through=["sh", "-c", 'umask 777; exec "$@"', "sh"])
            out, err = process.communicate(timeout=60)
            self.assertEqual(0, process.returncode, err + out)
            made = [*(world.catalog / "images").iterdir(), world.directory / "r.xml", world.catalog / "runs"]
            self.assertEqual([], [str(path) for path in made if not path.stat().st_mode & 0o400])

    def test_only_its_owner_may_read_a_catalog(self):
        with Base() as world:
            world.retouch("apply", "recipe.yaml", "--yes", *HOST)
            def loose():
                kept = [world.catalog, *world.catalog.glob("*"), *(world.catalog / "images").glob("*")]
                return [str(p) for p in kept if p.stat().st_mode & 0o077]
            self.assertEqual([], loose())
            for path in (world.catalog / "images", *(world.catalog / "images").iterdir(), world.catalog / "catalog.db"):
                os.chmod(path, path.stat().st_mode | 0o055)
            world.retouch("import", tiny(), "--name", "more")
            self.assertEqual([], loose())



@needs_root
class Exports(unittest.TestCase):
    def test_checksums_are_read_by_sha256sum_whatever_the_file_is_called(self):
        with Base() as world:
            for name in ("plain.qcow2", "two\nlines.qcow2", "back\\slash.raw"):
                world.retouch("export", "base", name, "--checksum", "sha256")
                checked = subprocess.run(["sha256sum", "-c", f"{name}.sha256"], cwd=world.directory,
                                         capture_output=True, text=True, check=False)
                self.assertEqual(0, checked.returncode, checked.stderr)

    def test_a_file_is_whole_once_it_has_its_name(self):
        with Base() as world:
            world.write(".a.qcow2.part", "left by one that was killed")
            world.retouch("export", "base", "a.qcow2")
            self.assertFalse((world.directory / ".a.qcow2.part").exists())
            self.assertIn("exists already", world.retouch("export", "base", "a.qcow2", expect=5).stderr)
            self.assertEqual([], list(world.directory.glob(".*.part")))


if __name__ == "__main__":
    unittest.main()
