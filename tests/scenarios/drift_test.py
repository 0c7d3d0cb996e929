#!/usr/bin/python3
"""What was changed by hand after an apply is found, named, and fixed where apply fixes it."""

import os
import sqlite3
import unittest

from world import HOST, World, debugfs, needs_root, tiny

RECIPE = """files: [{to: /etc/motd, content: "new"}]
properties: {os_distro: debian, gone: null}
publish: {name: made, visibility: public, tags: [lts]}
"""


@needs_root
class Drift(unittest.TestCase):
    maxDiff = None

    def world(self, text=RECIPE):
        """A world in which the recipe is applied."""
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base", "--property", "arch=x86", "--property", "gone=x")
        self.recipe = world.recipe(text)
        world.retouch("apply", self.recipe, "--yes", *HOST)
        return world

    def by_hand(self, world, statement, *values):
        """A change behind the program's back."""
        with sqlite3.connect(world.catalog / "catalog.db") as database:
            database.execute("PRAGMA foreign_keys = ON")
            self.assertGreater(database.execute(statement, values).rowcount, 0, statement)
        database.close()

    def drift(self, world, *options, expect=2):
        """What differs: kind -> (expected, found, whether apply fixes it)."""
        report = world.json("drift", self.recipe, *options, expect=expect)
        return {(d["kind"], d["what"]): (d["expected"], d["found"], d["apply_fixes"]) for d in report["drift"]}

    def apply(self, world, expect=0):
        return world.json("apply", self.recipe, "--yes", *HOST, expect=expect)["targets"][0]

    def test_right_after_apply_there_is_none(self):
        world = self.world()
        before = world.state()
        report = world.json("drift", self.recipe, "--bytes")
        self.assertEqual(("none", [], [], []), tuple(report[k] for k in ("state", "drift", "pending", "unchecked")))
        self.assertEqual(world.image("made")["id"], report["image"]["id"])
        self.assertEqual("No drift.", world.retouch("drift", self.recipe).stdout.splitlines()[-1])
        self.assertEqual(before, world.state())

    def test_what_the_recipe_names_is_mended_by_apply_and_the_rest_is_said(self):
        world = self.world()
        made = world.image("made")
        self.by_hand(world, "UPDATE image_properties SET value = 'ubuntu' WHERE image_id = ? AND name = 'os_distro'", made["id"])
        self.by_hand(world, "UPDATE image_properties SET value = 'arm' WHERE image_id = ? AND name = 'arch'", made["id"])
        self.by_hand(world, "INSERT INTO image_properties (image_id, name, value) VALUES (?, 'by_hand', 'x')", made["id"])
        self.by_hand(world, "UPDATE images SET visibility = 'private', hidden = 1, min_ram = 64 WHERE id = ?", made["id"])
        found = self.drift(world)
        self.assertEqual({
            ("hidden", "hidden"): ("no", "yes", True),
            ("visibility", "visibility"): ("public", "private", True),
            ("min_ram", "min_ram"): ("0 MiB", "64 MiB", False),
            ("property", "property arch"): ('"x86"', '"arm"', False),
            ("property", "property by_hand"): ("none", '"x"', False),
            ("property", "property os_distro"): ('"debian"', '"ubuntu"', True)}, found)
        target = self.apply(world)
        self.assertEqual("updated", target["outcome"])
        self.assertEqual({key: value for key, value in found.items() if not value[2]}, self.drift(world))
        for word in ("min_ram", "arch", "by_hand"):
            self.assertTrue(any(word in note for note in target["notes"]), (word, target["notes"]))
        self.assertEqual("unchanged", self.apply(world)["outcome"])

    def test_bytes_are_read_when_asked_for(self):
        world = self.world()
        made = world.image("made")
        file = world.bytes_of(made)
        os.chmod(file, 0o644)
        with open(file, "r+b") as disk:
            disk.seek(1 << 20)
            disk.write(b"changed by hand")
        self.assertEqual({}, self.drift(world, expect=0))
        self.assertEqual([("bytes", f"bytes of {file.name}")], list(self.drift(world, "--bytes")))
        os.truncate(file, 1 << 20)
        self.assertEqual([("size", f"size of {file.name}")], list(self.drift(world)))
        file.unlink()
        self.assertEqual({("file", f"file {file.name}"): ("a file", "nothing", False)}, self.drift(world))
        self.assertTrue(any(file.name in note for note in self.apply(world)["notes"]))
        world.retouch("remove", made["id"], "--yes")
        self.assertEqual("published", self.apply(world)["outcome"])
        self.assertEqual({}, self.drift(world, "--bytes", expect=0))
        self.assertEqual("new", debugfs(world.bytes_of(world.image("made")), "cat /etc/motd"))

    def test_renamed_or_deactivated_it_is_still_found(self):
        world = self.world()
        made = world.image("made")
        self.by_hand(world, "UPDATE images SET name = 'mine' WHERE id = ?", made["id"])
        self.assertEqual({("name", "name"): ('"made"', '"mine"', False)}, self.drift(world))
        self.by_hand(world, "UPDATE images SET name = 'made', status = 'deactivated' WHERE id = ?", made["id"])
        self.assertEqual({("status", "status"): ("active", "deactivated", False)}, self.drift(world))

    def test_the_image_before_made_visible_again_is_named(self):
        world = self.world(RECIPE.replace("made", "base"))
        source = next(i for i in world.images() if i["hidden"])
        self.by_hand(world, "UPDATE images SET hidden = 0 WHERE id = ?", source["id"])
        self.assertEqual([("superseded", f"image {source['id']}, which this one replaced")], list(self.drift(world)))
        self.assertEqual("updated", self.apply(world)["outcome"])
        self.assertEqual({}, self.drift(world, expect=0))

    def test_a_changed_recipe_is_pending_and_no_drift(self):
        world = self.world()
        self.recipe = world.recipe(RECIPE.replace("new", "newer"))
        report = world.json("drift", self.recipe)
        self.assertEqual(("pending", []), (report["state"], report["drift"]))
        self.recipe = world.recipe(RECIPE.replace("name: made", "name: other"), "other.yaml")
        self.assertEqual([("name", "name")], list(self.drift(world)))

    def test_a_recipe_never_applied_has_nothing_to_compare(self):
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base")
        report = world.json("drift", world.recipe(RECIPE))
        self.assertEqual(("absent", None, []), (report["state"], report["image"], report["drift"]))

    def test_of_several_recipes_one_drifted_is_enough(self):
        world = self.world()
        other = world.recipe("retouch: 1\nname: other\nsource: {image: made}\npublish: {name: top}\n", "top.yaml")
        world.retouch("apply", other, "--yes")
        self.by_hand(world, "UPDATE images SET visibility = 'private' WHERE name = 'made'")
        said = world.retouch("drift", other, self.recipe, expect=2).stdout
        self.assertEqual(["Drift: 1 difference; apply fixes it."],
                         [line for line in said.splitlines() if line.startswith("Drift:") and "apply" in line][-1:])
        self.assertEqual(f"Drifted: 2 of 2 recipes: {other}, {self.recipe}; 2 differences, apply fixes 1 of them.",
                         said.splitlines()[-1])
        missing = world.recipe("retouch: 1\nname: lost\nsource: {image: nowhere}\n", "lost.yaml")
        self.assertIn("nowhere", world.retouch("drift", missing, self.recipe, expect=3).stderr)


if __name__ == "__main__":
    unittest.main()
