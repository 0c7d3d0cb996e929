#!/usr/bin/python3
"""Sources that are files of the web or of this host, images that are built again, and the newest of a name."""

import json
import os
import subprocess
import tempfile
import unittest

from web import Web, body, broken_off, sha512
from world import HOST, World, needs_root, tiny


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


@needs_root
class Sources(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.web = Web(self.world.directory)
        self.addCleanup(self.web.close)
        self.world.environment.update(XDG_CACHE_HOME=str(self.world.directory / "cache"),
                                      CURL_CA_BUNDLE=str(self.web.authority))
        self.disk = tiny().read_bytes()
        self.offer(self.disk)

    def offer(self, disk):
        self.web.answers["/r/vendor.raw"] = body(disk)
        self.web.answers["/r/SUMS"] = body(f"{sha512(disk)}  vendor.raw\n".encode())

    def recipe(self, source, more="publish: {name: ours}\n"):
        return self.world.recipe(f"retouch: 1\nname: ours\nsource: {json.dumps(source)}\n{more}"
                                 "files: [{to: /etc/motd, content: \"hello\\n\"}]\n")

    def listed(self):
        return {"url": f"{self.web.secure}/r/vendor.raw", "sums": f"{self.web.secure}/r/SUMS"}

    def names(self):
        return sorted((image["name"], image["hidden"]) for image in self.world.images())

    def test_a_plan_asks_for_the_checksum_alone_and_apply_fetches(self):
        world, recipe = self.world, self.recipe(self.listed())
        plan = world.retouch("plan", recipe, *HOST).stdout
        self.assertIn('source  "vendor.raw" (to be fetched)', plan)
        self.assertIn("the source is not in the catalog yet: apply fetches", plan)
        self.assertIn("disk_format  (known when the source has been fetched)", plan)
        self.assertIn("? write /etc/motd (known when the source has been fetched)", plan)
        refused = world.retouch("plan", recipe, *HOST, "-o", "p.json", expect=1).stderr
        self.assertIn("so no plan of it can be saved", refused)
        self.assertEqual({"/r/SUMS"}, set(self.web.asked))
        self.assertEqual([], world.images())
        applied = world.retouch("apply", recipe, *HOST, "--yes")
        self.assertIn("published", applied.stdout)
        self.assertEqual([("ours", False), ("vendor.raw", True)], self.names())
        self.assertEqual(f"sha512:{sha512(self.disk)}",
                         world.image("vendor.raw", hidden=True)["properties"]["retouch_download"])
        self.assertNotIn("retouch_download", world.image("ours")["properties"])
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        world.retouch("drift", recipe)
        self.assertEqual([], world.leftovers())

    def test_another_image_upstream_is_another_source(self):
        world, recipe = self.world, self.recipe(self.listed())
        world.retouch("apply", recipe, *HOST, "--yes")
        self.offer(self.disk + b"\0" * 1048576)
        self.assertIn("the source image changed", world.retouch("plan", recipe, *HOST).stdout)
        rehearsed = world.retouch("plan", recipe, *HOST, "--rehearse", "-o", "p.json").stdout
        self.assertIn("~ write /etc/motd", rehearsed)
        world.retouch("apply", "p.json", *HOST, "--yes")
        self.assertEqual([("ours", False), ("ours", True), ("vendor.raw", True), ("vendor.raw", True)], self.names())
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)

    def test_what_is_not_what_was_promised_becomes_no_image(self):
        world = self.world
        cases = {
            "are not the ones promised": ({"url": f"{self.web.url}/r/vendor.raw", "sha256": "0" * 64}, 1),
            "says nothing of other.raw": ({"url": f"{self.web.secure}/r/other.raw",
                                           "sums": f"{self.web.secure}/r/SUMS"}, 1),
            "holds a name or a password": ({"url": "https://me:pw@localhost/vendor.raw", "sha512": "0" * 128}, 65),
        }
        for said, (source, code) in cases.items():
            with self.subTest(said):
                self.assertIn(said, world.retouch("apply", self.recipe(source), *HOST, "--yes", expect=code).stderr)
        self.web.answers["/r/vendor.raw"] = broken_off(self.disk)
        world.retouch("apply", self.recipe(self.listed()), *HOST, "--yes", expect=69)
        self.web.answers["/r/vendor.raw"] = body(self.disk[:-512])
        self.assertIn("are not the ones promised",
                      world.retouch("apply", self.recipe(self.listed()), *HOST, "--yes", expect=1).stderr)
        self.assertEqual([], world.images())
        self.assertEqual([], world.leftovers())

    def test_a_list_is_believed_when_its_key_signed_it(self):
        world = self.world
        home = tempfile.mkdtemp(prefix="rtg.", dir="/tmp")
        self.addCleanup(run, "rm", "-rf", home)
        gpg = ("gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
        self.addCleanup(run, "gpgconf", "--homedir", home, "--kill", "all")
        for name, until in (("ours", "never"), ("other", "never"), ("old", "seconds=2")):
            run(*gpg, "--quick-gen-key", f"{name} <{name}@example.org>", "ed25519", "sign", until)
            world.write(f"{name}.asc", run(*gpg, "--armor", "--export", name))
        world.write("SUMS", f"{sha512(self.disk)}  vendor.raw\n")
        source = {**self.listed(), "signature": {"url": f"{self.web.secure}/r/SUMS.sig", "key": {"from": "ours.asc"}}}

        def sign(name, file="SUMS"):
            run(*gpg, "--local-user", name, "--detach-sign", "-o", world.directory / "SUMS.sig",
                world.directory / file)
            self.web.answers["/r/SUMS.sig"] = body((world.directory / "SUMS.sig").read_bytes())

        def refused():
            return world.retouch("plan", self.recipe(source), *HOST, expect=1).stderr

        sign("other")
        self.assertIn("is not good: it was made by another key", refused())
        world.write("else", "something else\n")
        sign("ours", "else")
        self.assertIn("is not good: it is not the signature of these bytes", refused())
        self.web.answers["/r/SUMS.sig"] = body(b"nothing\n")
        self.assertIn("is not good: it is no signature", refused())
        source["signature"]["key"]["from"] = "old.asc"
        sign("old")
        run("sleep", "3")
        self.assertIn("is not good: its key has expired", refused())
        source["signature"]["key"]["from"] = "ours.asc"
        sign("ours")
        world.retouch("apply", self.recipe(source), *HOST, "--yes")
        self.assertEqual([("ours", False), ("vendor.raw", True)], self.names())
        source["signature"]["key"]["from"] = "SUMS"
        self.assertIn("this is no public key of OpenPGP",
                      world.retouch("check", self.recipe(source), expect=65).stderr)

    def test_a_clear_signed_list_is_believed_for_what_is_within_its_signature(self):
        world = self.world
        home = tempfile.mkdtemp(prefix="rtg.", dir="/tmp")
        self.addCleanup(run, "rm", "-rf", home)
        gpg = ("gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
        self.addCleanup(run, "gpgconf", "--homedir", home, "--kill", "all")
        for name in ("ours", "other"):
            run(*gpg, "--quick-gen-key", f"{name} <{name}@example.org>", "ed25519", "sign", "never")
            world.write(f"{name}.asc", run(*gpg, "--armor", "--export", name))
        source = {**self.listed(), "signature": {"key": {"from": "ours.asc"}}}

        def offer(lines, name="ours", before=""):
            world.write("SUMS", lines)
            signed = run(*gpg, "--local-user", name, "--clear-sign", "-o", "-", world.directory / "SUMS")
            self.web.answers["/r/SUMS"] = body((before + signed).encode())

        def refused():
            return world.retouch("plan", self.recipe(source), *HOST, expect=1).stderr

        line = f"{sha512(self.disk)}  vendor.raw\n"
        offer(line, "other")
        self.assertIn("is not good: it was made by another key", refused())
        self.web.answers["/r/SUMS"] = body(line.encode())
        self.assertIn("is not good: it is no signature", refused())
        offer("nothing of it\n", before=line)
        self.assertIn("says nothing of vendor.raw", refused())
        offer(line)
        world.retouch("apply", self.recipe(source), *HOST, "--yes")
        self.assertEqual([("ours", False), ("vendor.raw", True)], self.names())
        self.assertEqual([], world.leftovers())

    def test_a_file_of_this_host(self):
        world = self.world
        world.write("images/vendor.raw", self.disk)
        recipe = self.recipe({"file": "images/vendor.raw"})
        self.assertIn("to be fetched", world.retouch("plan", recipe, *HOST).stdout)
        world.retouch("apply", recipe, *HOST, "--yes")
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        self.assertEqual([], self.web.asked)
        world.retouch("check", self.recipe({"file": "../../../../../../../../etc/hostname"}), expect=65)

    def test_an_image_of_the_catalog_needs_no_directory_for_what_is_fetched(self):
        world = self.world
        world.retouch("import", tiny(), "--name", "base")
        process = world.start("plan", self.recipe({"image": "base"}), *HOST,
                              through=("env", "-u", "HOME", "-u", "XDG_CACHE_HOME"))
        out, err = process.communicate(timeout=600)
        self.assertEqual(0, process.returncode, err)
        self.assertIn("Plan: 1 image to create", out)

    def test_nobody_is_asked_and_so_nothing_is_fetched(self):
        refused = self.world.retouch("apply", self.recipe(self.listed()), *HOST, expect=64).stderr
        self.assertIn("nobody is there to confirm the changes", refused)
        self.assertEqual([], self.world.images())

    def test_an_image_is_built_again_when_it_is_asked_for_and_not_twice(self):
        world = self.world
        world.retouch("import", tiny(), "--name", "base")
        recipe = self.recipe({"image": "base"})
        world.retouch("apply", recipe, *HOST, "--yes")
        first = world.image("ours")["id"]
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        plan = world.retouch("plan", recipe, *HOST, "--rebuild", "-o", "p.json").stdout
        self.assertIn("it is as the recipe says, and is to be built again (--rebuild)", plan)
        world.retouch("apply", "p.json", *HOST, "--yes")
        second = world.image("ours")["id"]
        self.assertNotEqual(first, second)
        self.assertIn("already applied", world.retouch("apply", "p.json", *HOST, "--yes").stdout)
        self.assertEqual(second, world.image("ours")["id"])
        world.retouch("apply", recipe, *HOST, "--yes", "--rebuild")
        self.assertNotEqual(second, world.image("ours")["id"])
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        self.assertEqual([], world.leftovers())

    def test_the_newest_of_a_name(self):
        world = self.world
        world.retouch("import", tiny(), "--name", "base")
        world.write("second.raw", self.disk + b"\0" * 1048576)
        world.retouch("import", "second.raw", "--name", "base")
        ambiguous = world.retouch("plan", self.recipe({"image": "base"}), *HOST, expect=1).stderr
        self.assertIn("newest: true", ambiguous)
        newest = max(world.images(), key=lambda image: image["created_at"])
        plan = world.json("plan", self.recipe({"image": "base", "newest": True}), *HOST)
        self.assertEqual(newest["id"], plan["targets"][0]["source"]["id"])


if __name__ == "__main__":
    os.environ.pop("XDG_CACHE_HOME", None)
    unittest.main()
