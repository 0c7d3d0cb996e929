#!/usr/bin/python3
"""What was rehearsed and kept is published byte for byte, or not at all; and what is kept ends."""

import html
import json
import os
import unittest

from world import HOST, World, await_full_pipe, debugfs, needs_death, needs_root, tiny

# Another result each time it runs.
RECIPE = """publish: {name: result}
commands:
  - cat /proc/sys/kernel/random/uuid > /etc/drawn
  - date +%s%N > /etc/when
"""
SLOW = RECIPE + "  - sleep 30\n"


@needs_root
class Keep(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.recipe = self.world.recipe(RECIPE)
        self.plan = self.world.directory / "plan.json"
        self.before = self.world.images()

    def rehearse(self, *options, expect=0):
        """What the plan says of what is kept."""
        self.world.retouch("plan", self.recipe, "--rehearse=keep", "-o", self.plan, *options, *HOST, expect=expect)
        self.assertEqual(self.before, self.world.images())
        return json.loads(self.plan.read_text(encoding="utf-8"))["targets"][0]["rehearsal"]["kept"]

    def apply(self, *options, expect=0):
        return self.world.retouch("apply", self.plan, "--yes", *options, expect=expect)

    def stages(self):
        return sorted(path.name for path in (self.world.catalog / "images").glob(".stage-*"))

    def waiting(self):
        """Journals of what is kept."""
        return list((self.world.catalog / "runs/kept").glob("*.jsonl"))

    def check_kept(self, kept):
        self.assertEqual([f".stage-{kept['id']}.raw"], self.stages())
        self.assertEqual(1, len(self.waiting()))
        self.assertEqual(self.before, self.world.images())

    def check_nothing_kept(self):
        self.assertEqual([], self.waiting())
        self.assertEqual([], self.world.leftovers())

    def contents(self, path):
        return [debugfs(path, f"cat /etc/{name}") for name in ("drawn", "when")]

    def test_the_very_bytes_are_published(self):
        kept = self.rehearse()
        self.check_kept(kept)
        rehearsed = self.contents(kept["location"])
        self.assertRegex(rehearsed[0], "^[0-9a-f-]{36}\n$")
        self.world.retouch("import", tiny(), "--name", "other")  # the next run clears nothing of it
        self.assertEqual([f".stage-{kept['id']}.raw"], self.stages())

        # Neither the appliance nor the host guest could be opened where nothing is in PATH.
        self.world.environment = {"PATH": "/nowhere", "LIBGUESTFS_PATH": "/nowhere"}
        report = json.loads(self.apply("--format", "json").stdout)["targets"][0]
        self.world.environment = {}
        self.assertEqual("published", report["outcome"])
        self.assertEqual(["ran", "ran"], [step["outcome"] for step in report["steps"]])
        self.assertEqual({"adopt", "publish"}, {phase["name"] for phase in report["phases"]})
        self.assertEqual(kept["bytes_written"], report["bytes_written"])
        self.assertRegex(" ".join(report["notes"]), "published the very bytes of the rehearsal of 20")
        result = self.world.image("result")
        self.assertEqual(rehearsed, self.contents(self.world.bytes_of(result)))
        self.assertEqual({kept["checksum_algorithm"]: kept["checksum"]}, result["checksums"])
        self.check_nothing_kept()
        self.assertIn("No changes.", self.world.retouch("plan", self.recipe).stdout)

        self.assertIn("already applied: ", self.apply().stdout)
        self.world.retouch("discard", self.plan)
        self.assertEqual(result, self.world.image("result"))

    def test_the_plan_says_what_is_kept_until_when_and_how_to_drop_it(self):
        kept = self.rehearse("--expires", "2")
        plan = json.loads(self.plan.read_text(encoding="utf-8"))
        self.assertEqual(plan["expires_at"], kept["until"])
        for form in ("text", "markdown"):
            shown = self.world.retouch("show", self.plan, "--format", form).stdout
            self.assertIn(f"kept until {kept['until'][:19]}Z as {kept['location']}", html.unescape(shown))
            self.assertIn("apply publishes these very bytes and runs no step again; retouch discard drops them "
                          "before their time", shown)

    def test_bytes_changed_by_hand_are_not_published(self):
        kept = self.rehearse()
        os.chmod(kept["location"], 0o644)
        with open(kept["location"], "r+b") as file:
            file.seek(5 << 20)
            file.write(b"x")
        result = self.apply(expect=4)
        self.assertIn(f"the bytes the rehearsal kept were changed: {kept['location']}", result.stdout + result.stderr)
        self.check_kept(kept)
        os.unlink(kept["location"])
        result = self.apply(expect=4)
        self.assertIn("rehearse again with --rehearse=keep", result.stdout + result.stderr)
        self.assertEqual(self.before, self.world.images())

    def test_what_is_kept_can_be_discarded(self):
        self.rehearse()
        for _ in range(2):
            self.assertIn('Nothing is kept for "result" any more', self.world.retouch("discard", self.plan).stdout)
            self.check_nothing_kept()
        self.apply(expect=4)
        self.world.retouch("plan", self.recipe, "--rehearse", "-o", self.plan, *HOST)
        self.assertEqual("The plan keeps no stage: there is nothing to discard.\n",
                         self.world.retouch("discard", self.plan).stdout)
        self.assertIn("is not a saved plan", self.world.retouch("discard", self.recipe, expect=64).stderr)

    def test_an_hour_after_the_plan_expired_it_is_cleared(self):
        kept = self.rehearse()
        for path in self.waiting():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(kept["until"], "2020-01-01T00:00:00.000000Z"), encoding="utf-8")
        result = self.world.retouch("apply", self.plan, "--yes", expect=4)
        self.assertIn(f"cleared the stage {kept['id']} kept for 'result': its plan expired at 2020-", result.stderr)
        self.check_nothing_kept()

    def test_a_moved_world_is_stale_and_the_stage_stays(self):
        kept = self.rehearse()
        self.world.retouch("import", tiny(), "--name", "result")
        self.before = self.world.images()
        self.assertIn("the plan is stale", self.apply(expect=4).stderr)
        self.check_kept(kept)

    def test_a_rehearsal_that_fails_keeps_nothing(self):
        self.recipe = self.world.recipe(RECIPE + "  - exit 3\n")
        self.assertIsNone(self.rehearse(expect=1))
        self.check_nothing_kept()

    def test_a_plan_that_is_refused_or_cannot_be_saved_keeps_nothing(self):
        policy = self.world.write("policy.json", '{"required": ["approved_by_the_queen"]}')
        self.world.retouch("plan", self.recipe, "--rehearse=keep", "-o", self.plan, "--policy", policy, *HOST, expect=5)
        self.check_nothing_kept()
        self.plan = self.world.directory / "no/such/directory/plan.json"
        self.world.retouch("plan", self.recipe, "--rehearse=keep", "-o", self.plan, *HOST, expect=1)
        self.check_nothing_kept()

    def test_what_makes_no_sense_is_refused_before_anything_runs(self):
        for words, said in (
                ((), "--rehearse=keep needs --output"),
                (("-o", self.plan, "--prove"), "--prove runs the steps once more"),
                (("-o", self.plan, "--expires", "0"), "its plan must expire")):
            result = self.world.retouch("plan", self.recipe, "--rehearse=keep", *words, expect=64)
            self.assertIn(said, result.stderr)
        self.assertIn("'kep' is not one of keep; did you mean 'keep'?",
                      self.world.retouch("plan", self.recipe, "--rehearse=kep", expect=64).stderr)

    def test_killed_while_rehearsing_it_leaves_nothing_after_the_next_run(self):
        self.recipe = self.world.recipe(SLOW)
        self.world.killed_when_it_says("step 3 of 3", "plan", self.recipe, "--rehearse=keep", "-o", self.plan, *HOST)
        self.assertFalse(self.plan.exists())
        self.assertIn("cleared", self.world.retouch("import", tiny(), "--name", "other").stderr)
        self.check_nothing_kept()

    def test_killed_between_keeping_and_saving_it_leaves_nothing_after_the_next_run(self):
        # Nobody reads the plan, which is larger than a pipe holds.
        self.recipe = self.world.recipe("publish: {name: result}\ncommands:\n"
                                        "  - for i in $(seq 500); do echo $i > /opt/$i; done\n")
        running = self.world.start("plan", self.recipe, "--rehearse=keep", "-o", self.plan, "--format", "json", *HOST)
        await_full_pipe(running.stdout)
        self.assertEqual(1, len(self.stages()))
        running.kill()
        running.communicate()
        self.assertFalse(self.plan.exists())
        self.assertIn("cleared", self.world.retouch("import", tiny(), "--name", "other").stderr)
        self.check_nothing_kept()

    @needs_death
    def test_killed_while_applying_it_leaves_the_old_or_the_new(self):
        for entry in ("stage", "publish", "hand-over", "published"):
            with self.subTest(entry):
                self.rehearse()
                self.world.killed_at(entry, "apply", self.plan, "--yes")
                self.world.retouch("import", tiny(), "--name", f"after {entry}")
                self.world.retouch("discard", self.plan)
                self.check_nothing_kept()
                names = [image["name"] for image in self.world.images() if image["status"] == "active"]
                self.assertIn("base", names)
                for image in self.world.images():
                    if image["name"] == "result":
                        self.world.retouch("remove", image["id"], "--yes")
                self.before = self.world.images()


if __name__ == "__main__":
    unittest.main()
