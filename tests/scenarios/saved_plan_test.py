#!/usr/bin/python3
"""A saved plan is done exactly or refused with what moved; a plan edited by hand is no plan."""

import json
import unittest

from world import HOST, World, debugfs, needs_root, tiny

RECIPE = """
files:
  - {to: /etc/motd, content: planned}
  - {to: /opt/agent, from: agent.bin}
commands: [cp /etc/motd /etc/motd.copy]
properties: {a: one}
publish: {name: base}
"""


@needs_root
class SavedPlan(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.write("agent.bin", "agent 1\n")
        self.recipe = self.world.recipe(RECIPE)
        self.plan = self.world.directory / "plan.json"
        self.world.retouch("plan", self.recipe, "-o", self.plan, *HOST)

    def refused(self, code, *words):
        """Applying exits with `code`, says `words` and changes nothing."""
        before = self.world.state()
        result = self.world.retouch("apply", self.plan, "--yes", *HOST, expect=code)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())

    def test_it_is_the_documented_contract(self):
        plan = json.loads(self.plan.read_text(encoding="utf-8"))
        self.assertEqual("1.1", plan["format_version"])
        self.assertLessEqual({"format_version", "tool", "recipe", "catalog", "targets"}, set(plan))
        self.assertLessEqual({"path", "sha256", "name"}, set(plan["recipe"]))
        target = plan["targets"][0]
        self.assertLessEqual({"action", "source", "present", "fingerprint", "steps", "properties", "preconditions"},
                             set(target))
        self.assertEqual("create", target["action"])
        self.assertLessEqual({"id", "name"}, set(target["source"]))
        self.assertLessEqual({"set", "remove", "keep"}, set(target["properties"]))
        for step in target["steps"]:
            self.assertLessEqual({"id", "kind", "summary", "origin", "state"}, set(step))

    def test_it_is_done(self):
        self.recipe.unlink()
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        self.assertEqual("planned", debugfs(self.world.bytes_of(self.world.image("base")), "cat /etc/motd.copy"))

    def test_a_second_time_it_is_stale(self):
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        self.refused(4, "stale")

    def test_an_edited_one_is_refused(self):
        text = self.plan.read_text(encoding="utf-8")
        self.assertIn("cp /etc/motd /etc/motd.copy", text)
        self.plan.write_text(text.replace("cp /etc/motd /etc/motd.copy", "cp /etc/motd /etc/shadow"),
                             encoding="utf-8")
        self.refused(65, "plan")

    def test_a_torn_one_is_refused(self):
        text = self.plan.read_text(encoding="utf-8")
        self.plan.write_text(text[:len(text) // 2], encoding="utf-8")
        self.refused(65, "plan")

    def test_it_names_an_injected_file_that_changed(self):
        self.world.write("agent.bin", "agent 2\n")
        self.refused(4, "agent.bin")

    def test_it_names_a_source_that_is_gone(self):
        self.world.retouch("remove", self.world.image("base")["id"], "--yes")
        self.refused(4, "base")

    def test_it_names_a_new_image_under_the_name(self):
        self.world.retouch("import", tiny(), "--name", "base")
        self.refused(4, "base")


if __name__ == "__main__":
    unittest.main()
