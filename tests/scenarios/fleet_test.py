#!/usr/bin/python3
"""One recipe for many images: planned as one, saved as one, applied one after the other, gone on with."""

import json
import os
import signal
import subprocess
import time
import unittest

from world import HOST, World, needs_root, tiny

RECIPE = """retouch: 1
name: fleet
source: {images: ["web-*", db]}
files: [{to: /etc/motd, content: "one for all\\n"}]
"""


@needs_root
class Fleet(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        for name in ("web-01", "web-02", "web-03", "db"):
            self.world.retouch("import", tiny(), "--name", name)
        self.recipe = self.world.recipe(RECIPE)

    def visible(self):
        """Names of visible images, and which recipe made each."""
        return {image["name"]: image["properties"].get("retouch_recipe", "") for image in self.world.images()
                if not image["hidden"]}

    def test_images_that_get_the_same_are_shown_once(self):
        text = self.world.retouch("plan", self.recipe, *HOST).stdout
        self.assertIn("+ 4 images: create new ones, all alike\n    images  web-01..web-03 (3), db\n", text)
        self.assertEqual(1, text.count("write /etc/motd"))
        self.assertIn("Plan: 4 images to create, 0 to update in place", text)

    def test_one_plan_holds_them_all_and_is_gone_on_with(self):
        world, plan = self.world, self.world.directory / "fleet.plan.json"
        world.retouch("plan", "--rehearse", self.recipe, *HOST, "-o", plan)
        document = json.loads(plan.read_text(encoding="utf-8"))
        self.assertEqual(["web-01", "web-02", "web-03", "db"],
                         [target["publish"]["name"] for target in document["targets"]])
        some = world.json("apply", plan, "--yes", *HOST, "--only", "web-0[12]")
        self.assertEqual(["published", "published"], [target["outcome"] for target in some["targets"]])
        self.assertEqual({"web-01": "fleet", "web-02": "fleet", "web-03": "", "db": ""}, self.visible())
        rest = world.json("apply", plan, "--yes", *HOST)
        self.assertEqual(["unchanged", "unchanged", "published", "published"],
                         [target["outcome"] for target in rest["targets"]])
        self.assertEqual({name: "fleet" for name in ("web-01", "web-02", "web-03", "db")}, self.visible())
        self.assertIn("No changes. Everything already is as", world.retouch("plan", self.recipe, *HOST).stdout)
        self.assertEqual(8, len(world.images()))
        world.retouch("drift", self.recipe)
        self.assertEqual([], world.leftovers())

    def test_the_recipe_itself_is_applied_to_all_but_those_left_out(self):
        report = self.world.json("apply", self.recipe, "--yes", *HOST, "--except", "d*")
        self.assertEqual(["web-01", "web-02", "web-03"], [target["name"] for target in report["targets"]])
        self.assertEqual("", self.visible()["db"])
        self.world.retouch("apply", self.recipe, "--yes", *HOST, "--only", "mail", expect=64)

    def test_one_that_cannot_be_planned_keeps_the_others_from_being_saved_alone(self):
        world, plan = self.world, self.world.directory / "fleet.plan.json"
        subprocess.run(["mkfs.ext4", "-q", world.write("empty.raw", b"\0" * 8388608)], check=True)
        world.retouch("import", "empty.raw", "--name", "web-04")
        refused = world.retouch("plan", self.recipe, *HOST, "-o", plan, expect=1)
        self.assertIn("web-04: ", refused.stderr)
        self.assertIn("was not saved: 1 of 1 recipes have no whole plan", refused.stderr)
        self.assertIn("+ 4 images: create new ones, all alike", refused.stdout)
        self.assertFalse(plan.exists())
        world.retouch("plan", self.recipe, *HOST, expect=3)
        world.retouch("plan", self.recipe, *HOST, "-o", plan, "--except", "web-04")
        report = world.json("apply", self.recipe, "--yes", *HOST, expect=3)
        self.assertEqual({"web-01": "published", "web-02": "published", "web-03": "published", "web-04": "failed",
                          "db": "published"}, {target["name"]: target["outcome"] for target in report["targets"]})
        self.assertEqual([], world.leftovers())

    def test_no_more_are_begun_when_enough_have_failed(self):
        world = self.world
        failing = world.recipe(RECIPE.replace("name: fleet", "name: bad") + "commands: ['false']\n", "bad.yaml")
        report = world.json("apply", failing, "--yes", *HOST, "--stop-after", "2", expect=(1, 3))
        self.assertEqual(["failed", "failed", "not-started", "not-started"],
                         [target["outcome"] for target in report["targets"]])
        world.retouch("plan", failing, *HOST, "-o", "bad.json")
        report = world.json("apply", "bad.json", "--yes", *HOST, "--stop-after", "1", expect=(1, 3))
        self.assertEqual(["failed", "not-started", "not-started", "not-started"],
                         [target["outcome"] for target in report["targets"]])
        self.assertEqual(4, len(world.images()))
        self.assertEqual([], world.leftovers())

    def test_a_signal_rolls_back_the_one_at_work_and_begins_no_other(self):
        world = self.world
        slow = world.recipe(RECIPE.replace("name: fleet", "name: slow") + "commands: ['sleep 30']\n", "slow.yaml")
        process = world.start("apply", slow, "--yes", *HOST, "--format", "json")
        for line in process.stderr:
            if "run: sleep 30" in line:
                break
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(143, process.returncode)
        report = json.loads(out)
        self.assertEqual(["failed", "not-started", "not-started", "not-started"],
                         [target["outcome"] for target in report["targets"]])
        self.assertEqual(4, len(world.images()))
        self.assertEqual([], world.leftovers())

    def saved(self, more="", name="fleet"):
        """A plan of the four images."""
        recipe = self.world.recipe(RECIPE.replace("name: fleet", f"name: {name}") + more, f"{name}.yaml")
        self.world.retouch("plan", recipe, *HOST, "-o", f"{name}.json")
        return self.world.directory / f"{name}.json"

    def outcomes(self, *words, expect=0):
        return [target["outcome"] for target in self.world.json("apply", *words, "--yes", *HOST, expect=expect)["targets"]]

    def test_images_are_applied_at_the_same_time_by_processes_of_their_own(self):
        world, plan, results = self.world, self.saved(), self.world.directory / "results"
        words = (plan, "--parallel", "2", "--results", results)
        self.assertEqual(["published"] * 4, self.outcomes(*words))
        reports = [json.loads((results / f"{item}.json").read_text(encoding="utf-8")) for item in range(4)]
        self.assertEqual(["web-01", "web-02", "web-03", "db"], [report["targets"][0]["name"] for report in reports])
        self.assertIn("write /etc/motd", (results / "0.log").read_text(encoding="utf-8"))
        self.assertEqual(["unchanged"] * 4, self.outcomes(*words))
        self.assertEqual({name: "fleet" for name in ("web-01", "web-02", "web-03", "db")}, self.visible())
        self.assertEqual(8, len(world.images()))
        self.assertEqual([], world.leftovers())

    def test_the_recipe_is_rolled_out_too(self):
        text = self.world.retouch("apply", self.recipe, "--yes", *HOST, "--parallel", "3", "--except", "db").stdout
        self.assertIn("Done: 3 images published", text)
        self.assertEqual({"web-01": "fleet", "web-02": "fleet", "web-03": "fleet", "db": ""}, self.visible())
        self.assertEqual([], self.world.leftovers())

    def test_a_canary_goes_first_and_the_rest_waits_for_it(self):
        plan = self.saved("commands: ['test ! -e /etc/stop']\n")
        self.assertEqual(["published"] * 4, self.outcomes(plan, "--canary", "web-03", "--parallel", "2"))
        bad = self.saved("commands: ['false']\n", "bad")
        self.assertEqual(["not-started", "not-started", "failed", "not-started"],
                         self.outcomes(bad, "--canary", "web-03", "--parallel", "2", expect=(1, 3)))
        self.assertEqual([], self.world.leftovers())

    def test_one_whose_process_is_killed_has_failed_and_the_others_go_on(self):
        world, plan = self.world, self.saved("commands: ['sleep 3']\n")
        process = world.start("apply", plan, "--yes", *HOST, "--parallel", "2", "--format", "json")
        victim = self.child(process, "--item 0")
        os.kill(victim, signal.SIGKILL)
        out, _ = process.communicate(timeout=120)
        report = json.loads(out)
        self.assertEqual(["failed", "published", "published", "published"],
                         [target["outcome"] for target in report["targets"]])
        self.assertIn("its process was killed (signal 9) and left no report", report["targets"][0]["error"])
        self.assertEqual(["published", "unchanged", "unchanged", "unchanged"], self.outcomes(plan))
        self.assertEqual([], world.leftovers())

    @staticmethod
    def child(process, words):
        """The process of ours that has these words, once it is there and at work."""
        for _ in range(200):
            time.sleep(0.05)
            found = subprocess.run(["pgrep", "-f", "--", words], capture_output=True, text=True, check=False).stdout.split()
            if found:
                time.sleep(1)
                return int(found[0])
        raise AssertionError(f"no process has {words}, or {process.args} ended")

    def test_two_rollouts_of_one_plan_publish_each_image_once(self):
        world, plan = self.world, self.saved("commands: ['sleep 0.3']\n")
        both = [world.start("apply", plan, "--yes", *HOST, "--parallel", "2", "--format", "json") for _ in range(2)]
        reports = [json.loads(process.communicate(timeout=120)[0]) for process in both]
        self.assertEqual([0, 0], [process.returncode for process in both])
        for at_once in zip(*(report["targets"] for report in reports)):
            self.assertEqual(["published", "unchanged"], sorted(target["outcome"] for target in at_once))
        self.assertEqual(8, len(world.images()))
        self.assertEqual([], world.leftovers())

    def test_a_signal_rolls_back_all_that_are_at_work(self):
        world, plan = self.world, self.saved("commands: ['sleep 30']\n")
        process = world.start("apply", plan, "--yes", *HOST, "--parallel", "2", "--format", "json")
        self.child(process, "--item 1")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(143, process.returncode)
        self.assertEqual(["failed", "failed", "not-started", "not-started"],
                         [target["outcome"] for target in json.loads(out)["targets"]])
        self.assertEqual(4, len(world.images()))
        self.assertEqual([], world.leftovers())

    def test_killed_outright_it_leaves_nothing_that_the_next_run_does_not_clear(self):
        world, plan = self.world, self.saved("commands: ['sleep 3']\n")
        process = world.start("apply", plan, "--yes", *HOST, "--parallel", "2")
        self.child(process, "--item 1")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertEqual(["published"] * 4, self.outcomes(plan, "--parallel", "2"))
        self.assertEqual(8, len(world.images()))
        self.assertEqual([], world.leftovers())

    def test_several_recipes_and_rows_are_one_plan(self):
        world = self.world
        rows = world.recipe("retouch: 1\nname: rows\nmatrix: [{nr: '1'}, {nr: '2'}]\nsource: {image: \"web-0${nr}\"}\n"
                            "files: [{to: /etc/row, content: \"${nr}\"}]\npublish: {name: 'row ${nr}'}\n", "rows.yaml")
        world.retouch("plan", rows, self.recipe, *HOST, "-o", "all.json")
        report = world.json("apply", "all.json", "--yes", *HOST)
        self.assertEqual([("rows/1", "row 1"), ("rows/2", "row 2"), ("fleet", "web-01"), ("fleet", "web-02"),
                          ("fleet", "web-03"), ("fleet", "db")],
                         [(target["recipe"]["name"], target["name"]) for target in report["targets"]])
        self.assertEqual({"published"}, {target["outcome"] for target in report["targets"]})
        self.assertEqual([], world.leftovers())

    def test_two_of_one_name_are_no_plan(self):
        world = self.world
        other = world.recipe("retouch: 1\nname: other\nsource: {image: db}\npublish: {name: web-02}\n", "other.yaml")
        refused = world.retouch("plan", other, self.recipe, *HOST, "-o", "all.json", expect=5)
        self.assertRegex(refused.stderr, 'two images would be published as "web-02": that of .*other.yaml, made from')
        self.assertFalse((world.directory / "all.json").exists())


if __name__ == "__main__":
    unittest.main()
