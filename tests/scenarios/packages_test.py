#!/usr/bin/python3
"""Packages of a real Debian, from a signed repository of packages made here: what the plan says before, what
the image's own apt and dpkg make of it, and what happens when the repository is not what it was."""

import json
import shutil
import subprocess
import unittest

from world import QUICK_GUESTS, World, debian, mounted, needs_root

HEAD = "retouch: 1\nname: {name}\nsource: {{image: {source}}}\n"
REPOSITORY = """repositories:
  - name: ours
    apt: {uri: "file:/srv/ours", suite: ./}
    key: {from: ours.asc, fingerprint: FINGERPRINT}
"""
PACKAGES = """packages:
  - answers: {agent/token: "true"}
  - install: [agent, {name: kube, version: "1.33.*"}]
    by_family: {debian: [tool], rhel: [tool-rpm]}
    recommends: false
  - remove: [{name: nano, purge: true}, snapd]
  - hold: [kube]
"""


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **more).stdout


def said(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


@needs_root
class Packages(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = cls.enterClassContext(World())
        cls.repository = cls.world.directory / "ours"
        cls.repository.mkdir()
        cls().make_base()

    def make_base(self):
        """An image that has the repository, and knows no other."""
        self.make_key()
        self.make("agent", "1.0", "Depends: library\nRecommends: extras\n",
                  "#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_get agent/token\n"
                  'echo "$RET" > /etc/agent.answer\ninvoke-rc.d agent start || echo "not started" >> /etc/agent.answer\n')
        for name, version in (("library", "2"), ("extras", "1"), ("tool", "1"), ("kube", "1.32.9-1"),
                              ("kube", "1.33.1-1"), ("kube", "1.33.2-1"), ("kube", "1.34.0-1")):
            self.make(name, version)
        self.sign()
        recipe = (HEAD.format(name="base", source="debian") + "files:\n  - {from: ours, to: /srv/ours}\n"
                  "commands:\n  - rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\npublish: {name: base}\n")
        self.world.retouch("import", debian(), "--name", "debian")
        self.world.retouch("apply", self.world.recipe(recipe), "--yes", "--guest", "host")

    @classmethod
    def make_key(cls):
        home = cls.world.directory / "gnupg"
        home.mkdir(mode=0o700)
        cls.gpg = ("gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
        run(*cls.gpg, "--quick-gen-key", "Ours <ours@example.org>", "ed25519", "sign", "never")
        cls.world.write("ours.asc", run(*cls.gpg, "--armor", "--export"))
        lines = run(*cls.gpg, "--with-colons", "--list-keys").splitlines()
        cls.fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr"))

    def make(self, name, version, more="", postinst=None):
        """A package in the repository; with it, when it has a postinst, a service of System V."""
        tree = self.world.directory / "package"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Ours <ours@example.org>\n"
            f"{more}Description: made for tests\n", encoding="utf-8")
        (tree / "usr/share").mkdir(parents=True)
        (tree / f"usr/share/{name}").write_text(version + "\n", encoding="utf-8")
        if postinst is not None:
            (tree / "DEBIAN/postinst").write_text(postinst, encoding="utf-8")
            (tree / "DEBIAN/postinst").chmod(0o755)
            (tree / "DEBIAN/templates").write_text(f"Template: {name}/token\nType: boolean\nDefault: false\n"
                                                   "Description: a token?\n", encoding="utf-8")
        run("dpkg-deb", "--build", "--root-owner-group", tree, self.repository / f"{name}_{version}_all.deb")
        shutil.rmtree(tree)

    def sign(self):
        (self.repository / "Packages").write_text(run("apt-ftparchive", "packages", ".", cwd=self.repository),
                                                  encoding="utf-8")
        release = self.world.write("Release", run("apt-ftparchive", "release", self.repository))
        run(*self.gpg, "--clearsign", "-o", self.repository / "InRelease", release)
        run("gpgconf", "--homedir", self.gpg[2], "--kill", "all")  # an agent would be taken for a leftover

    def planned(self, name, sections, guest, source="base"):
        """The recipe, and of its steps: each with state and reason."""
        text = (HEAD.format(name=name, source=source) + REPOSITORY.replace("FINGERPRINT", self.fingerprint) + sections +
                f"publish: {{name: {name}}}\n")
        recipe = self.world.recipe(text, f"{name}.yaml")
        plan = json.loads(self.world.retouch("plan", recipe, "--guest", guest, "--format", "json").stdout)
        return recipe, [(step["summary"], step["state"], step["reason"]) for step in plan["targets"][0]["steps"]]

    def test_the_plan_says_it_apt_does_it_and_no_second_time_changes_anything(self):
        for guest in QUICK_GUESTS:
            with self.subTest(guest=guest):
                recipe, steps = self.planned(f"made-{guest}", PACKAGES, guest)
                self.assertEqual([
                    ("repository ours", "change", "description is new, key is new"),
                    ("answer 1 question of packages", "change", "agent/token"),
                    ("install agent, kube 1.33.*, tool (debian), tool-rpm (rhel)", "change",
                     "agent is not there, kube 1.33.* is not there, tool is not there"),
                    ("remove nano, snapd", "change", self.editor()),
                    ("hold kube", "change", "kube as it comes")], steps)
                self.world.retouch("apply", recipe, "--yes", "--guest", guest)
                with mounted(self.world.bytes_of(self.world.image(f"made-{guest}"))) as root:
                    self.look_at(root)
                _, steps = self.planned(f"again-{guest}", PACKAGES, guest, f"made-{guest}")
                self.assertEqual({"unchanged"}, {state for _, state, _ in steps}, steps)

    def editor(self):
        with mounted(debian()) as root:
            return said("dpkg-query", f"--root={root}", "-W", "-f", "${Package} ${Version}", "nano")

    def look_at(self, root):
        status = {}
        for name in ("agent", "library", "extras", "tool", "kube", "nano"):
            status[name] = said("dpkg-query", f"--root={root}", "-W", "-f", "${db:Status-Abbrev} ${Version}", name)
        self.assertEqual({"agent": "ii  1.0", "library": "ii  2", "extras": "un", "tool": "ii  1", "kube": "hi  1.33.2-1",
                          "nano": "un"}, status)
        self.assertEqual("kube", said("chroot", root, "apt-mark", "showhold"))
        self.assertEqual("", said("chroot", root, "dpkg", "--audit"))
        self.assertIn("true\n", (root / "etc/agent.answer").read_text(encoding="utf-8"))
        self.assertEqual([], list((root / "var/cache/apt/archives").glob("*.deb")))

    def test_what_is_held_changes_only_where_the_recipe_holds_it(self):
        recipe, _ = self.planned("held", PACKAGES, "host")
        self.world.retouch("apply", recipe, "--yes", "--guest", "host")
        newer = "packages:\n  - install: [{name: kube, version: 1.34.0-1}]\n"
        text = self.world.recipe(HEAD.format(name="newer", source="held") + newer + "publish: {name: newer}\n")
        refused = self.world.retouch("plan", text, "--guest", "host", expect=1)
        self.assertIn("kube 1.33.2-1 is on hold in the image: name it in `hold` of the recipe too, or in an `unhold` "
                      "before", refused.stdout + refused.stderr)
        recipe, steps = self.planned("newer", newer + "  - hold: [kube]\n", "host", "held")
        self.assertEqual([("install kube 1.34.0-1", "change", "kube 1.33.2-1 -> 1.34.0-1"),
                          ("hold kube", "unchanged", "on hold")], steps[1:])
        self.world.retouch("apply", recipe, "--yes", "--guest", "host")
        with mounted(self.world.bytes_of(self.world.image("newer"))) as root:
            self.assertEqual("hi  1.34.0-1", said("dpkg-query", f"--root={root}", "-W", "-f",
                                                  "${db:Status-Abbrev} ${Version}", "kube"))

    def fails(self, sections, name="failing"):
        """apply fails at its step and leaves nothing; what it says."""
        before = self.world.state()
        recipe, _ = self.planned(name, sections, "host")
        done = self.world.retouch("apply", recipe, "--yes", "--guest", "host", expect=1)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        return done.stdout + done.stderr

    def test_what_cannot_be_had_fails_and_publishes_nothing(self):
        for package, words in (("ku.e", "E: Unable to locate package ku.e"),
                               ("{name: kube, version: '9.*'}", "E: Version '9.*' for 'kube' was not found")):
            with self.subTest(package=package):
                self.assertIn(words, self.fails(f"packages:\n  - install: [{package}]\n"))

    def test_a_repository_that_is_not_what_was_signed_is_not_installed_from(self):
        middle = "commands:\n  - echo changed\npackages:\n  - install: [tool]\n"
        (self.repository / "Packages").write_text("Package: tool\n", encoding="utf-8")
        source = (HEAD.format(name="damaged", source="base") + "files:\n  - {from: ours, to: /srv/ours}\n"
                  "publish: {name: damaged}\n")
        self.world.retouch("apply", self.world.recipe(source), "--yes", "--guest", "host")
        recipe, _ = self.planned("from-damaged", middle, "host", "damaged")
        done = self.world.retouch("apply", recipe, "--yes", "--guest", "host", expect=1)
        self.assertIn("install tool: the package manager exited with status 100\n    Nothing was published", done.stdout)
        self.assertIn("Hash Sum mismatch", done.stdout)

    def test_updates_are_what_the_repositories_have_newer(self):
        recipe, _ = self.planned("old", "packages:\n  - install: [{name: kube, version: 1.32.9-1}, tool]\n", "host")
        self.world.retouch("apply", recipe, "--yes", "--guest", "host")
        recipe, steps = self.planned("new", "packages:\n  - update: [tool]\n  - update: all\n", "host", "old")
        self.assertEqual([("unknown", "what is newer, only the repositories know")] * 2, [step[1:] for step in steps[1:]])
        done = self.world.retouch("apply", recipe, "--yes", "--guest", "host").stdout
        self.assertRegex(done, "unchanged +update tool")
        self.assertRegex(done, r"changed +update all packages \(1 package: kube 1\.32\.9-1 -> 1\.34\.0-1\)")

    def test_a_recipe_without_network_may_not_have_it(self):
        text = ("packages:\n  - install: [tool]\nlimits: {no_network: true}\npublish: {name: x}\n")
        done = self.world.retouch("plan", self.world.recipe(text), "--guest", "host", expect=5)
        self.assertIn("steps of the recipe go beyond its own limits", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
