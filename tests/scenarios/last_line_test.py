#!/usr/bin/python3
"""The last line of a call is true of all its recipes, and fits the exit code."""

import json
import unittest

from world import HOST, World, needs_root, tiny

GOOD = "publish: {name: good}\nfiles: [{to: /etc/motd, content: new}]\n"
BAD = "publish: {name: bad}\ncommands: [exit 7]\n"
LOST = "retouch: 1\nname: lost\nsource: {image: lost}\npublish: {name: lost}\n"
LIMITED = "publish: {name: limited}\nfiles: [{to: /etc/motd, content: new}]\nlimits: {may_change: [/srv/**]}\n"


@needs_root
class LastLine(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        for name, text in (("good", GOOD), ("bad", BAD), ("lost", LOST), ("limited", LIMITED)):
            self.world.recipe(f"retouch: 1\nname: {name}\nsource: {{image: base}}\n{text}" if "retouch" not in text else text,
                              f"{name}.yaml")

    def last(self, *arguments, expect, stream="stdout"):
        return getattr(self.world.retouch(*arguments, expect=expect), stream).splitlines()[-1]

    def test_a_rehearsal_that_did_not_pass(self):
        self.assertEqual('Failed: the rehearsal of "bad" failed.',
                         self.last("plan", "bad.yaml", "--rehearse", *HOST, expect=1))
        self.assertEqual('Failed: the rehearsal of "limited": limits broken.',
                         self.last("plan", "limited.yaml", "--rehearse", *HOST, expect=5))
        for form in ("json", "markdown"):
            self.assertEqual('Failed: the rehearsal of "bad" failed.',
                             self.last("plan", "bad.yaml", "--rehearse", *HOST, "--format", form, expect=1, stream="stderr"))

    def test_plans_of_several_recipes(self):
        plan = ["plan", "--rehearse", *HOST]
        said = ('Failed: 3 of 4 recipes: limited.yaml (the rehearsal of "limited": limits broken), lost.yaml (no plan), '
                'bad.yaml (the rehearsal of "bad" failed). Plan: 1 image to create, 0 to update in place; 1 step '
                'changes, 0 unchanged, 0 will run with unknown effect, 0 skipped (1 recipe).')
        recipes = [f"{name}.yaml" for name in ("limited", "lost", "bad", "good")]
        self.assertEqual(said, self.last(*plan, *recipes, expect=3))
        self.assertEqual(said, self.last(*plan, *recipes, "--format", "json", "--quiet", expect=3, stream="stderr"))

    def test_applies_and_what_follows(self):
        apply = ["apply", "--yes", *HOST]
        said = self.last(*apply, "bad.yaml", "lost.yaml", "good.yaml", expect=3)
        self.assertRegex(said, r"^Failed: 2 of 3 recipes: bad\.yaml, lost\.yaml\. 1 image published, 1 image failed of "
                               r"3 recipes, in [0-9.]+ s\.$")
        self.assertEqual("Failed: 1 of 3 recipes: lost.yaml. No drift in 1 recipe. 1 recipe with nothing to compare.",
                         self.last("drift", "lost.yaml", "good.yaml", "bad.yaml", expect=3))
        self.assertEqual("No changes. 2 recipes are fulfilled already.",
                         self.last("plan", "good.yaml", "good.yaml", *HOST, expect=0))

    def documents(self, *arguments, expect):
        text, found = self.world.retouch(*arguments, "--format", "json", expect=expect).stdout, []
        while text.strip():
            value, end = json.JSONDecoder().raw_decode(text.lstrip())
            found.append(value)
            text = text.lstrip()[end:]
        return found

    @staticmethod
    def path_of(document):
        """Of the recipe a plan, report or drift report is about."""
        return (document["recipe"] if "recipe" in document else document["targets"][0]["recipe"])["path"]

    def test_no_document_leaves_a_recipe_out(self):
        error = {"format_version": "1.0", "recipe": {"path": "lost.yaml", "name": "lost"}, "error": {"exit_code": 1}}
        for command in (["plan", *HOST], ["apply", "--yes", *HOST], ["drift"]):
            with self.subTest(command=command):
                found = self.documents(*command, "lost.yaml", "good.yaml", expect=3)
                self.assertIn("lost", found[0]["error"]["message"])
                first = {**error, "error": {**found[0]["error"], **error["error"]}}
                self.assertEqual([first, "good.yaml"], [found[0], self.path_of(found[1])])
                self.assertEqual([first], self.documents(*command, "lost.yaml", expect=1))
                text = self.world.retouch(*command, "good.yaml", "lost.yaml", "--format", "markdown", expect=3).stdout
                kind = {"apply": "report"}.get(command[0], command[0])
                self.assertEqual([f"<!-- retouch:{kind} -->"], [line for line in text.splitlines() if line.startswith("<!--")])
                self.assertTrue(text.startswith("<!--"))
                self.assertIn("- `lost.yaml`: ", text)
                self.assertIn("good.yaml", text)

    def test_a_catalog_that_cannot_be_opened_is_no_reason_to_say_nothing(self):
        (self.world.catalog / "catalog.db").write_bytes(b"no database" * 1000)
        for command in (["plan", *HOST], ["plan", "--rehearse", *HOST], ["apply", "--yes", *HOST]):
            with self.subTest(command=command):
                junit = self.world.directory / "junit.xml"
                two = [*command, "good.yaml", "bad.yaml", "--report", f"junit={junit}"]
                code = self.world.retouch(*two, expect=list(range(1, 128))).returncode
                self.assertEqual([("good.yaml", code), ("bad.yaml", code)],
                                 [(each["recipe"]["path"], each["error"]["exit_code"])
                                  for each in self.documents(*two, expect=code)])
                self.assertEqual(2, junit.read_text(encoding="utf-8").count("<error "))
                text = self.world.retouch(*two, "--format", "markdown", expect=code).stdout
                self.assertEqual([1, 1], [text.count(f"- `{name}.yaml`: ") for name in ("good", "bad")])
        self.assertEqual(["good.yaml", "bad.yaml"],
                         [each["recipe"]["path"] for each in self.documents("drift", "good.yaml", "bad.yaml", expect=code)])

    def test_what_a_policy_refuses_is_no_plan(self):
        policy = self.world.write("policy.json", '{"properties": {"targets": {"maxItems": 0}}}')
        found = self.documents("plan", "good.yaml", "--policy", policy, *HOST, expect=5)
        self.assertEqual([True, 5], ["targets" in found[0], found[1]["error"]["exit_code"]])
        text = self.world.retouch("plan", "good.yaml", "--policy", policy, "--format", "markdown", *HOST, expect=5).stdout
        self.assertIn("\nFailed: 1 of 1 recipe: good.yaml (refused).\n", text)

    def test_checks(self):
        self.world.recipe("publihs: {}\n", "wrong.yaml")
        self.assertEqual("error: 1 of 2 recipes is not valid: 1 mistake in wrong.yaml",
                         self.last("check", "good.yaml", "wrong.yaml", expect=65, stream="stderr"))


if __name__ == "__main__":
    unittest.main()
