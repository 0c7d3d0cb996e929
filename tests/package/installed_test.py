#!/usr/bin/python3
"""The Debian package, installed where nothing but Debian is: the whole life of an image from /usr/bin."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from roots import PLACE, ROOT, Tree, release

sys.path.insert(0, str(ROOT / "tests/scenarios"))
from world import debian  # noqa: E402

BUILD = Path(os.environ.get("RETOUCH_BUILD", ROOT / "build/release"))
EXAMPLES = "/usr/share/doc/retouch/examples"
UNITS = ["retouch-apply@.service", "retouch-drift@.service", "retouch-drift@.timer"]


def field(package, name):
    """A field of a package's control file."""
    return subprocess.run(["dpkg-deb", "--field", package, name], check=True, text=True,
                          capture_output=True).stdout.strip()


def names(relations):
    """The packages that a field names, of alternatives the first."""
    return [re.split(r"[ (|]", relation.strip())[0] for relation in relations.split(",")]


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Installed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="rtd.", dir=PLACE)
        cls.addClassCleanup(folder.cleanup)
        subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder.name], check=True,
                       stdout=subprocess.DEVNULL)
        [cls.package] = Path(folder.name).glob("*.deb")
        # The package comes from a file, so apt is told its dependencies; what it recommends is left out but
        # for what reads the manual and checks the units.
        tree = Tree(release(), [*names(field(cls.package, "Depends")), "man-db", "bash-completion"])
        cls.tree = cls.enterClassContext(tree)
        cls.tree.lend(cls.package, "/root/retouch.deb")
        cls.tree.run("dpkg", "--install", "/root/retouch.deb")

    def test_lintian_finds_nothing(self):
        found = subprocess.run(["lintian", "--fail-on", "error,warning", self.package], text=True,
                               capture_output=True, check=False)
        self.assertEqual((0, ""), (found.returncode, found.stdout), found.stderr)

    def test_it_is_of_the_version_that_the_program_and_the_changelog_name(self):
        program = self.tree.run("retouch", "--version").split()[1]
        changelog = (ROOT / "packaging/debian/changelog").read_text(encoding="utf-8")
        self.assertEqual(f"{program}-1", field(self.package, "Version"))
        self.assertTrue(changelog.startswith(f"retouch ({program}-1) "), changelog)

    def test_the_pages_name_it_as_it_is_called(self):
        for page in ("README.md", "docs/installing.md"):
            self.assertIn(f"./build/package/{self.package.name}", (ROOT / page).read_text(encoding="utf-8"), page)

    def test_what_the_program_loads_later_is_among_its_dependencies(self):
        needed = names(field(self.package, "Depends"))
        for library in ("librbd", "librados", "libguestfs", "libcurl"):
            self.assertTrue(any(name.startswith(library) for name in needed), f"{library} not in {needed}")

    def test_every_library_that_the_sources_name_for_later_is_linked_with_the_module_that_stands_for_them(self):
        named = {name for path in (ROOT / "engine").rglob("*.?pp")
                 for name in re.findall(r'"(lib\w+\.so\.\d+)"', path.read_text(encoding="utf-8"))}
        module = subprocess.run(["objdump", "-p", BUILD / "packaging/liblate_libraries.so"], check=True, text=True,
                                capture_output=True).stdout
        self.assertLessEqual(named, set(re.findall(r"NEEDED +(\S+)", module)))

    def test_every_dependency_is_met(self):
        self.assertEqual("", self.tree.run("dpkg", "--audit"))
        self.assertNotIn("not found", self.tree.run("ldd", "/usr/bin/retouch"))

    def test_man_finds_each_page(self):
        for page in ("retouch", "retouch-apply", "retouch-recipe", "retouch-plan", "retouch-exit-codes"):
            self.assertIn(f"/{page}.", self.tree.run("man", "--where", page))

    def test_bash_finds_the_completions(self):
        loaded = "_comp_load retouch 2>&- || __load_completion retouch"  # of Debian 13 and of 12
        words = f"source /usr/share/bash-completion/bash_completion; {loaded}; complete -p retouch"
        self.assertIn("retouch", self.tree.run("bash", "-c", words))

    def test_the_example_configuration_is_valid(self):
        listing = self.tree.run("retouch", "images", "--config", f"{EXAMPLES}/config.yaml")
        self.assertEqual("No images in catalog images.\n", listing)

    def test_the_examples_are_valid(self):
        self.tree.run("bash", "-c", f"retouch check {EXAMPLES}/*.yaml", expect=65)  # config.yaml is no recipe
        self.tree.run("bash", "-c", f"ls {EXAMPLES}/*.yaml | grep -v config.yaml | xargs retouch check")

    def test_the_units_and_those_of_the_pages_are_valid(self):
        units = [*UNITS]
        page = (ROOT / "docs/installing.md").read_text(encoding="utf-8")
        for name, text in re.findall(r"^<!-- unit: (\S+) -->\n```ini\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
            self.tree.write(f"/etc/systemd/system/{name}", text)
            units += [name] if "/" not in name else []
        self.assertEqual(5, len(units))
        git = self.tree.path / "usr/bin/git"  # which one of them starts
        git.touch(mode=0o755)
        found = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", f"--root={self.tree.path}",
             *(unit.replace("@.", "@web.") for unit in units)], text=True, capture_output=True, check=False)
        self.assertEqual((0, ""), (found.returncode, found.stdout + found.stderr))

    def test_the_quickstart_recipe_makes_the_next_version(self):
        self.tree.lend(debian(), "/root/debian-12.raw")
        recipe = f"{EXAMPLES}/quickstart.yaml"
        host = ["--guest", "host"]
        self.tree.run("retouch", "import", "/root/debian-12.raw", "--name", "debian-12")
        self.assertIn("create a new image", self.tree.run("retouch", "plan", recipe, *host))
        self.assertIn("Done: 1 image published", self.tree.run("retouch", "apply", recipe, "--yes", *host))
        self.assertIn("No changes.", self.tree.run("retouch", "plan", recipe, *host))
        self.tree.run("retouch", "export", "debian-12", "/root/next.qcow2")
        loops = subprocess.run(["losetup", "-l", "-n", "-O", "BACK-FILE"], text=True, capture_output=True, check=True)
        self.assertNotIn(str(self.tree.path), loops.stdout)


if __name__ == "__main__":
    unittest.main()
