#!/usr/bin/python3
"""A kind of step with names of its own needs no change elsewhere: it is shown, bundled, compared and undone."""

import json
import tarfile
import unittest

from world import HOST, World, debugfs, needs_root, tiny

VERSE = "the one, the other\n"
SHEET = "as it is written\n"
RECITAL = """
recital:
  - stand: /poem
    verse: "%s"
    sheet: sheet.txt
    delivery: |
      # with a pause
      cp /poem.sheet /heard
publish: {name: %s}
"""


@needs_root
class Recital(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.write("sheet.txt", SHEET)
        self.recipe = self.write_recipe()

    def write_recipe(self, verse=r"the one, the other\n", name="out"):
        return self.world.recipe(RECITAL % (verse, name))

    def test_a_reviewer_sees_its_script_and_what_it_remarks(self):
        for form in ("text", "markdown"):
            with self.subTest(form):
                shown = self.world.retouch("plan", self.recipe, "--format", form, *HOST).stdout
                for words in ("recite at /poem", "aloud", "# with a pause", "cp /poem.sheet /heard"):
                    self.assertIn(words, shown)

    def test_what_it_puts_there_is_shown_as_a_difference(self):
        shown = self.world.retouch("plan", self.recipe, "--rehearse", *HOST).stdout
        self.assertIn("+the one, the other\n", shown)
        self.assertEqual(1, shown.count("+as it is written\n"), "beside what it puts there, nothing of / is shown")

    def test_a_bundle_carries_its_host_file(self):
        bundle = self.world.directory / "plan.tar"
        self.world.retouch("plan", self.recipe, "--bundle", "-o", bundle, *HOST)
        with tarfile.open(bundle) as members:
            held = [members.extractfile(name).read() for name in members.getnames() if name.startswith("files/")]
        self.assertEqual([SHEET.encode()], held)
        self.recipe.unlink()
        (self.world.directory / "sheet.txt").unlink()
        self.world.retouch("apply", bundle, "--yes", *HOST)
        image = self.world.bytes_of(self.world.image("out"))
        self.assertEqual(VERSE.strip(), debugfs(image, "cat /poem").strip())
        self.assertEqual(SHEET.strip(), debugfs(image, "cat /heard").strip())

    def test_a_saved_plan_is_refused_when_its_host_file_changed(self):
        plan = self.world.directory / "plan.json"
        self.world.retouch("plan", self.recipe, "-o", plan, *HOST)
        self.assertIn("sheet.txt", json.dumps(json.loads(plan.read_text(encoding="utf-8"))["targets"][0]["injected"]))
        self.world.write("sheet.txt", "otherwise\n")
        self.assertIn("sheet.txt", self.world.retouch("apply", plan, "--yes", *HOST, expect=4).stderr)

    def test_it_decides_the_contents(self):
        self.world.retouch("apply", self.recipe, "--yes", *HOST)
        self.assertIn("No changes.", self.world.retouch("plan", self.recipe, *HOST).stdout)
        self.write_recipe(verse="another")
        self.assertNotIn("No changes.", self.world.retouch("plan", self.recipe, *HOST).stdout)
        self.write_recipe()
        self.world.write("sheet.txt", "otherwise\n")
        self.assertNotIn("No changes.", self.world.retouch("plan", self.recipe, *HOST).stdout)

    def test_its_schema_is_the_programs(self):
        schema = json.loads(self.world.retouch("schema").stdout)
        self.assertEqual("array", schema["properties"]["recital"]["type"])
        self.world.recipe("recital: [{stand: /x}]\npublish: {name: out}\n", "short.yaml")
        self.assertIn("missing key 'verse' in an entry of 'recital'", self.world.retouch("check", "short.yaml", expect=65).stderr)


if __name__ == "__main__":
    unittest.main()
