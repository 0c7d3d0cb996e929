#!/usr/bin/python3
"""A generation is never its own source: what a second apply builds from, in every case there is."""

import contextlib
import sqlite3
import subprocess
import unittest

from world import HOST, ROOT, World, debugfs, needs_root, sha256, tiny

MOTD = "files: [{to: /etc/motd, content: %s}]\npublish: {name: base}\n"


@needs_root
class Lineage(unittest.TestCase):
    def world(self):
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base")
        return world

    def apply(self, world, text, *options, expect=0):
        return world.retouch("apply", world.recipe(text), "--yes", *HOST, *options, expect=expect)

    def motd(self, world, image):
        return debugfs(world.bytes_of(image), "cat /etc/motd")

    def set_hidden(self, world, image, hidden):
        with contextlib.closing(sqlite3.connect(world.catalog / "catalog.db")) as database, database:
            database.execute("UPDATE images SET hidden = ? WHERE id = ?", (hidden, image["id"]))

    def take_back(self, world, image, former):
        self.set_hidden(world, image, True)
        self.set_hidden(world, former, False)

    def test_a_changed_recipe_builds_from_the_original_again(self):
        world = self.world()
        original = world.image("base")
        self.apply(world, MOTD % "first" + "commands: [touch /root/first]\n")
        self.apply(world, MOTD % "second")
        result = world.image("base")
        self.assertEqual(original["id"], result["properties"]["retouch_source"])
        self.assertEqual("second", self.motd(world, result))
        self.assertNotIn("first", debugfs(world.bytes_of(result), "ls /root"))
        self.assertEqual(3, len(world.images()))
        self.assertEqual(sha256(tiny()), sha256(world.bytes_of(original)))

    def test_what_was_taken_back_by_hand_stays_so_until_the_recipe_changes(self):
        world = self.world()
        original = world.image("base")
        self.apply(world, MOTD % "first")
        first = world.image("base")
        self.apply(world, MOTD % "second")
        second = world.image("base")
        for taken, former, text in ((second, first, "second"), (first, original, "first")):
            self.take_back(world, taken, former)
            before = world.images()
            result = self.apply(world, MOTD % text)
            self.assertIn(f"change the recipe, or show image {taken['id']} again", result.stdout)
            self.assertIn("No changes", result.stdout)
            plan = world.directory / "held.json"
            world.retouch("plan", world.recipe(MOTD % text), *HOST, "-o", plan)
            world.retouch("apply", plan, "--yes")
            self.assertEqual(before, world.images())
        self.apply(world, MOTD % "third")
        self.assertEqual("third", self.motd(world, world.image("base")))
        third = world.image("base")
        self.take_back(world, third, second)
        self.set_hidden(world, third, False)
        self.apply(world, MOTD % "third")
        self.assertEqual(third["id"], world.image("base")["id"])

    def test_without_the_original_nothing_to_do_is_still_known(self):
        world = self.world()
        original = world.image("base")
        self.apply(world, MOTD % "first")
        world.retouch("remove", original["id"], "--yes", "--break-lineage")
        self.assertIn("No changes.", world.retouch("plan", world.recipe(MOTD % "first"), *HOST).stdout)

    def test_without_the_original_a_changed_recipe_needs_from_current(self):
        world = self.world()
        original = world.image("base")
        self.apply(world, MOTD % "first" + "commands: [touch /root/first]\n")
        world.retouch("remove", original["id"], "--yes", "--break-lineage")
        before = world.state()
        refused = self.apply(world, MOTD % "second", expect=1)
        self.assertIn("--from-current", refused.stderr)
        self.assertEqual(before, world.state())
        self.apply(world, MOTD % "second", "--from-current")
        result = world.image("base")
        self.assertEqual("second", self.motd(world, result))
        self.assertIn("first", debugfs(world.bytes_of(result), "ls /root"))

    def test_a_new_vendor_image_under_the_name_becomes_the_source(self):
        world = self.world()
        self.apply(world, MOTD % "first")
        subprocess.run([ROOT / "tests/support/tiny_image.sh", world.directory / "vendor.raw",
                        "--root-hook", "echo 2 >etc/vendor-build"], check=True)
        world.retouch("import", "vendor.raw", "--name", "base", "--property", "vendor_build=2")
        vendor = next(i for i in world.images() if i["properties"].get("vendor_build"))
        plan = world.retouch("plan", world.recipe(MOTD % "first"), "--detailed-exitcode", *HOST, expect=2)
        self.assertIn(vendor["id"], plan.stdout)
        self.apply(world, MOTD % "first")
        visible = world.image("base")
        self.assertEqual(vendor["id"], visible["properties"]["retouch_source"])
        self.assertEqual("2\n", debugfs(world.bytes_of(visible), "cat /etc/vendor-build"))

    def test_recipes_stack(self):
        world = self.world()
        self.apply(world, "files: [{to: /etc/first, content: one}]\npublish: {name: middle}\n")
        middle = world.image("middle")
        second = world.recipe("retouch: 1\nname: second\nsource: {image: middle}\n"
                              "files: [{to: /etc/second, content: two}]\npublish: {name: top}\n", "second.yaml")
        world.retouch("apply", second, "--yes", *HOST)
        top = world.image("top")
        self.assertEqual(middle["id"], top["properties"]["retouch_source"])
        self.assertEqual("one", debugfs(world.bytes_of(top), "cat /etc/first"))
        self.assertEqual("two", debugfs(world.bytes_of(top), "cat /etc/second"))
        self.assertIn("No changes.", world.retouch("plan", second, *HOST).stdout)

    def test_only_properties_changed_needs_no_new_image(self):
        world = self.world()
        self.apply(world, MOTD % "first" + "properties: {a: one}\n")
        first = world.image("base")
        report = world.json("apply", world.recipe(MOTD % "first" + "properties: {a: two, b: new}\n"), "--yes", *HOST)
        self.assertEqual("updated", report["targets"][0]["outcome"])
        second = world.image("base")
        self.assertEqual(first["id"], second["id"])
        self.assertEqual(("two", "new"), (second["properties"]["a"], second["properties"]["b"]))

    def test_each_policy_for_the_previous_image(self):
        for policy in ("hide", "rename", "deactivate", "keep"):
            with self.subTest(policy=policy):
                world = self.world()
                original = world.image("base")
                self.apply(world, "files: [{to: /etc/motd, content: x}]\n"
                                  f"publish: {{name: base, previous: {policy}}}\n")
                now = next(i for i in world.images() if i["id"] == original["id"])
                self.assertEqual(policy == "hide", now["hidden"])
                self.assertEqual(policy != "rename", now["name"] == "base")
                self.assertEqual("deactivated" if policy == "deactivate" else "active", now["status"])


if __name__ == "__main__":
    unittest.main()
