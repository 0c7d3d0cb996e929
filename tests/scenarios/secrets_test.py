#!/usr/bin/python3
"""What not everybody may read in an image is in no output that shows a plan, a rehearsal or a report."""

import json
import os
import stat
import unittest

from world import HOST, World, needs_root, tiny

SECRET = "hunter2-of-the-site"
RECIPE = f"""files:
  - {{to: /etc/token, content: "{SECRET}\\n", mode: "0600"}}
  - {{to: /etc/copied, from: copied, mode: "0640"}}
  - {{to: /etc/motd, content: "for all\\n"}}
commands:
  - echo more >> /etc/token
publish: {{name: out}}
"""


@needs_root
class Secrets(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.write("copied", SECRET + " of a file\n")
        self.recipe = self.world.recipe(RECIPE)

    def require_unseen(self, text, shown="for all"):
        self.assertIn(shown, text)
        self.assertNotIn(SECRET, text)

    def test_plans_and_reports(self):
        for how in ([], ["--rehearse"], ["--prove"]):
            for form in ("text", "markdown"):
                with self.subTest(how=how, form=form):
                    junit = self.world.directory / "junit.xml"
                    result = self.world.retouch("plan", self.recipe, *how, *HOST, "--format", form, "--report",
                                                f"junit={junit}", expect=1 if how == ["--prove"] else 0)
                    self.require_unseen(result.stdout + result.stderr)
                    self.assertNotIn(SECRET, junit.read_text(encoding="utf-8"))
        events = self.world.directory / "events.jsonl"
        for form in ("text", "markdown", "json"):
            recipe = self.world.recipe(RECIPE.replace("name: out", f"name: {form}"), f"{form}.yaml")
            result = self.world.retouch("apply", recipe, "--yes", *HOST, "--format", form, "--events", events)
            self.require_unseen(result.stdout + result.stderr, shown="/etc/token")
            self.assertNotIn(SECRET, events.read_text(encoding="utf-8"))

    def test_what_a_command_takes_of_a_file_that_others_may_not_read_here(self):
        self.world.write("ours", SECRET + " of this host\n").chmod(0o600)
        recipe = self.world.recipe("""files:
  - {to: /etc/ours, from: ours, mode: "0644"}
  - {to: /etc/motd, content: "for all\\n"}
commands: [cp /etc/ours /etc/copy; ln /etc/ours /root/link; mv /etc/ours /etc/moved]
publish: {name: moved}
""")
        for form in ("text", "markdown", "json"):
            with self.subTest(form):
                shown = self.world.retouch("plan", recipe, "--rehearse", *HOST, "--format", form).stdout
                self.require_unseen(shown)
                for path in ("/etc/copy", "/root/link", "/etc/moved"):
                    self.assertIn(path, shown)

    def test_a_plan_as_json_holds_what_apply_needs_and_no_more(self):
        for how in ([], ["--rehearse"]):
            plan = self.world.json("plan", self.recipe, *how, *HOST)
            token = plan["targets"][0]["steps"][0]
            self.assertEqual(SECRET + "\n", token["options"].pop("content"))
            self.require_unseen(json.dumps(plan))

    def test_a_saved_plan_is_for_its_owner_whatever_was_there(self):
        for more in ([], ["--bundle"]):
            saved = self.world.directory / "out.plan"
            self.world.retouch("plan", self.recipe, *HOST, *more, "-o", saved)
            self.assertEqual(0o600, stat.S_IMODE(saved.stat().st_mode))
            saved.chmod(0o666)
            with open(saved, encoding="latin-1") as held:  # by somebody who opened it before
                self.world.retouch("plan", self.recipe, *HOST, *more, "-o", saved)
                self.assertEqual(0o600, stat.S_IMODE(saved.stat().st_mode))
                self.assertNotEqual(saved.stat().st_ino, os.fstat(held.fileno()).st_ino)


if __name__ == "__main__":
    unittest.main()
