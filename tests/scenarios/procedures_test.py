#!/usr/bin/python3
"""The procedures of docs/procedures, step by step, with the recipes that stand in them and servers of our own."""

import os
import re
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from web import Web, body, sha512
from world import HOST, World, debian, mounted, needs_root, tiny

PROCEDURES = Path(__file__).parents[2] / "docs/procedures"


def block(page):
    """The first piece of a recipe in it."""
    return re.search(r"^```yaml\n(.*?)^```", (PROCEDURES / page).read_text(encoding="utf-8"), re.S | re.M).group(1)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@needs_root
class Procedures(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())

    def test_a_new_vendor_image(self):
        world, disk = self.world, tiny().read_bytes()
        web = Web(world.directory)
        self.addCleanup(web.close)
        world.environment.update(XDG_CACHE_HOME=str(world.directory / "cache"), CURL_CA_BUNDLE=str(web.authority))
        home = tempfile.mkdtemp(prefix="rtg.", dir="/tmp")
        self.addCleanup(run, "rm", "-rf", home)
        self.addCleanup(run, "gpgconf", "--homedir", home, "--kill", "all")
        gpg = ("gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
        run(*gpg, "--quick-gen-key", "vendor <vendor@example.org>", "ed25519", "sign", "never")
        world.write("keys/ubuntu-cloud.asc", run(*gpg, "--armor", "--export"))
        file = "noble-server-cloudimg-amd64.img"

        def publish(bytes_):
            world.write("SUMS", f"{sha512(bytes_)}  {file}\n")
            run(*gpg, "--detach-sign", "-o", world.directory / "SUMS.gpg", world.directory / "SUMS")
            web.answers[f"/noble/{file}"] = body(bytes_)
            web.answers["/noble/SHA256SUMS"] = body((world.directory / "SUMS").read_bytes())
            web.answers["/noble/SHA256SUMS.gpg"] = body((world.directory / "SUMS.gpg").read_bytes())

        publish(disk)
        text = block("new-vendor-image.md")
        self.assertIn("https://cloud-images.ubuntu.com/noble/current/", text)
        recipe = world.recipe("retouch: 1\nname: noble\n" +
                              text.replace("https://cloud-images.ubuntu.com/noble/current/", f"{web.secure}/noble/") +
                              "files: [{to: /etc/motd, content: \"ours\\n\"}]\n")
        self.assertIn("apply fetches", world.retouch("plan", recipe, *HOST).stdout)
        self.assertIn("~ write /etc/motd", world.retouch("plan", "--rehearse", recipe, *HOST).stdout)
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        publish(disk + b"\0" * 1048576)
        self.assertIn("the source image changed", world.retouch("plan", recipe, *HOST).stdout)
        world.retouch("apply", recipe, *HOST, "--yes")
        hidden = sorted(image["name"] for image in world.images() if image["hidden"])
        self.assertEqual([file, file, "ubuntu-24.04"], hidden)
        self.assertEqual([], world.leftovers())

    def make_older(self, name, days):
        """As if it had been made so long ago."""
        with sqlite3.connect(world_database(self.world)) as database:
            changed = database.execute(
                "update images set created_at = strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', ?) "
                "where name = ? and hidden = 0", (f"-{days} days", name)).rowcount
        self.assertEqual(1, changed)

    def test_monthly_patching(self):
        world = self.world
        world.retouch("import", debian(), "--name", "debian-12")
        text = block("monthly-patching.md").replace("packages:\n  - update: all\n", "commands: ['true']\n")
        recipe = world.recipe("retouch: 1\nname: monthly\nsource: {image: debian-12}\npublish: {name: patched}\n" + text)
        self.assertIn("rebuild: {after: 30d}", text)
        world.retouch("plan", "--rehearse", recipe, *HOST)
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertIn("No changes", world.retouch("apply", recipe, *HOST, "--yes").stdout)
        first = world.image("patched")["id"]
        self.make_older("patched", 31)
        self.assertIn("31 days old, and is built again after 30 days", world.retouch("plan", recipe, *HOST).stdout)
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertNotEqual(first, world.image("patched")["id"])
        self.assertIn("No changes", world.retouch("apply", recipe, *HOST, "--yes").stdout)
        world.retouch("plan", "--rebuild", "--rehearse=keep", "-o", "p.json", recipe, *HOST)
        self.assertIn("published the very bytes", world.retouch("apply", "p.json", "--yes", *HOST).stdout)
        self.assertEqual([], world.leftovers())

    def test_packages_are_looked_at_again(self):
        world = self.world
        world.retouch("import", debian(), "--name", "debian-12")
        add = "printf '\\nPackage: clock\\nStatus: install ok installed\\nArchitecture: all\\nVersion: %s\\n' {} " \
              ">> /var/lib/dpkg/status"

        def recipe(name, version):
            return world.recipe(f"retouch: 1\nname: {name}\nsource: {{image: debian-12}}\npublish: {{name: {name}}}\n"
                                f"rebuild: {{when: [source, packages]}}\ncommands:\n  - run: |\n      {add.format(version)}\n",
                                f"{name}.yaml")

        same, newer = recipe("same", "1"), recipe("newer", "$(date +%s%N)")
        for each in (same, newer):
            world.retouch("apply", each, *HOST, "--yes")
        first = {name: world.image(name)["id"] for name in ("same", "newer")}
        plan = world.retouch("plan", same, *HOST).stdout
        self.assertIn("is built again to see whether packages are newer; only then it is published", plan)
        self.assertIn("nothing new was published", world.retouch("apply", same, *HOST, "--yes").stdout)
        self.assertEqual(first["same"], world.image("same")["id"])
        rehearsed = world.retouch("plan", "--rehearse", "--detailed-exitcode", same, *HOST).stdout
        self.assertIn("No changes", rehearsed)
        applied = world.retouch("apply", newer, *HOST, "--yes").stdout
        self.assertRegex(applied, f"packages that differ from image {first['newer']}: clock [0-9]+ -> [0-9]+")
        self.assertNotEqual(first["newer"], world.image("newer")["id"])
        world.retouch("plan", "-o", "p.json", newer, *HOST)
        world.retouch("apply", "p.json", "--yes", *HOST)
        self.assertEqual([], world.leftovers())

    def test_rotating_a_secret(self):
        world = self.world
        world.retouch("import", debian(), "--name", "debian-12")
        vault = world.write("bin/vault", "#!/bin/sh\ncat \"$(dirname \"$0\")/../password\"\n")
        vault.chmod(0o755)
        world.environment["PATH"] = f"{vault.parent}:{os.environ['PATH']}"
        configuration = world.directory / "retouch.yaml"
        configuration.write_text(configuration.read_text(encoding="utf-8") + "secrets: {programs: [vault]}\n",
                                 encoding="utf-8")
        recipe = world.recipe("retouch: 1\nname: secret\nsource: {image: debian-12}\npublish: {name: ours}\n" +
                              block("rotating-a-secret.md"))
        world.write("password", "before-9!\n")
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        world.retouch("plan", "--rebuild", "-o", "p.json", recipe, *HOST)
        former = self.password_of(world.image("ours"))
        world.write("password", "after-9!\n")
        self.assertIn("the recipe changed, or one of its secrets", world.retouch("plan", recipe, *HOST).stdout)
        self.assertIn("secret", world.retouch("apply", "p.json", "--yes", *HOST, expect=4).stderr)
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertNotEqual(former, self.password_of(world.image("ours")))
        hidden = world.image("ours", hidden=True)["id"]
        world.retouch("remove", hidden, "--yes")
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        self.assertEqual([], world.leftovers())

    def password_of(self, image):
        with mounted(self.world.bytes_of(image)) as root:
            return next(line.split(":")[1] for line in (root / "etc/shadow").read_text(encoding="utf-8").splitlines()
                        if line.startswith("root:"))


def world_database(world):
    return next(world.directory.rglob("catalog.db"))


if __name__ == "__main__":
    unittest.main()
