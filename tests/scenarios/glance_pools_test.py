#!/usr/bin/python3
"""Images may lie in another pool than the one retouch.yaml names: what a dead run left there is found all the same.

Parts of a real rig (RETOUCH_RIG); what is there afterwards is seen through rbd, rados and REST.
"""

import json
import shutil
import unittest
import uuid

from cloud import POOL, Cloud, needs_rig, run
from world import HOST, needs_root, tiny

RECIPE = """retouch: 1
name: pools
source: {{image: {name}}}
commands: [{command}]
"""


@needs_rig
@needs_root
class Pools(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.source = self.world.upload(tiny())
        self.other = self.world.upload(tiny())
        name, keyring = f"pools-{uuid.uuid4().hex[:8]}", self.world.directory / "pools.keyring"
        self.ceph("osd", "pool", "create", name, "8")
        self.addCleanup(self.ceph, "osd", "pool", "rm", name, name, "--yes-i-really-really-mean-it")
        run("rbd", "pool", "init", name, env=self.world.ceph)
        self.ceph("auth", "get-or-create", f"client.{name}", "mon", "profile rbd", "osd", "profile rbd", "-o", keyring)
        self.addCleanup(self.ceph, "auth", "del", f"client.{name}")
        self.pool = name
        self.world.configure(self.world.catalog, pool=name, user=name, keyring=str(keyring))

    def ceph(self, *words):
        return run("ceph", *words, env=self.world.ceph)

    def recipe(self, command="sleep 30"):
        return self.world.recipe(RECIPE.format(name=self.source["name"], command=json.dumps(command)))

    def kill(self, *words):
        self.world.killed_when_it_says("step 1 of", *words, *HOST)
        self.assertEqual(1, len(self.stages()))

    def stages(self):
        return [name for name in self.world.rbd("ls").split() if name.startswith("retouch-stage-") and name not in self.world.present]

    def run_of_something_else(self):
        """It never looks at the source of the run that died."""
        self.world.retouch("remove", self.other["id"], "--yes")

    def check_nothing_left(self):
        self.assertEqual([], self.world.leftovers())
        self.assertEqual([], self.world.children(self.source["id"]))
        self.assertEqual([], [name for name in self.world.objects() if name not in self.world.present])

    def test_the_next_run_clears_what_a_killed_apply_left(self):
        self.kill("apply", self.recipe(), "--yes")
        self.run_of_something_else()
        self.check_nothing_left()

    def test_the_next_run_clears_what_a_killed_rehearsal_left(self):
        self.kill("plan", self.recipe(), "--rehearse")
        self.run_of_something_else()
        self.check_nothing_left()

    def test_without_its_journal_the_record_tells_where_its_bytes_are(self):
        self.kill("apply", self.recipe(), "--yes")
        shutil.rmtree(self.world.directory / "state")
        record = next(r for r in self.world.records()
                      if r["name"] == self.source["name"] and "retouch_unfinished" in r)
        self.assertTrue(record["retouch_unfinished"].endswith(f" in rbd:{POOL}"), record)
        self.world.retouch("remove", record["id"], "--yes")
        self.check_nothing_left()

    def test_discard_finds_the_stage_that_a_plan_keeps(self):
        for here in (True, False):
            with self.subTest(here=here):
                plan = self.world.directory / "plan.json"
                self.world.retouch("plan", self.recipe("echo x > /etc/added"), "--rehearse=keep", "-o", plan, *HOST)
                kept = json.loads(plan.read_text(encoding="utf-8"))["targets"][0]["rehearsal"]["kept"]
                self.assertEqual([f"retouch-stage-{kept['id']}"], self.stages())
                if not here:
                    shutil.rmtree(self.world.directory / "state")
                self.world.retouch("discard", plan)
                self.check_nothing_left()


if __name__ == "__main__":
    unittest.main()
