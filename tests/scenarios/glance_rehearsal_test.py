#!/usr/bin/python3
"""A rehearsal in Ceph shows what steps do and leaves nothing, also for a user who may only read the images.

Such a user has a pool of its own to rehearse in (rbd: scratch_pool); the rights are real ones of a rig
(RETOUCH_RIG), and what is there afterwards is seen through rbd, rados and REST.
"""

import json
import shutil
import time
import unittest
import uuid

from cloud import POOL, Cloud, needs_rig, run
from world import HOST, needs_root, tiny

RECIPE = """retouch: 1
name: rehearsed
source: {{image: {name}}}
files: [{{to: /etc/motd, content: "rehearsed\\n", mode: "0644"}}]
commands: [{command}]
publish: {{owner: {owner}}}
"""
READ = f"profile rbd-read-only pool={POOL}"


@needs_rig
@needs_root
class Rehearsal(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.source = self.world.upload(tiny())
        self.digest = self.world.digest(self.source["id"])
        self.plan = self.world.directory / "plan.json"

    def ceph(self, *words):
        return run("ceph", *words, env=self.world.ceph)

    def scratch(self):
        """A pool to rehearse in."""
        name = f"scratch-{uuid.uuid4().hex[:8]}"
        self.ceph("osd", "pool", "create", name, "8")
        self.addCleanup(self.ceph, "osd", "pool", "rm", name, name, "--yes-i-really-really-mean-it")
        run("rbd", "pool", "init", name, env=self.world.ceph)
        return name

    def reviewer(self, scratch=None, osd=READ):
        """From now on the program is a user of Ceph with these rights, and a plain member in Glance."""
        keyring = self.world.directory / "reviewer.keyring"
        user = f"reviewer-{uuid.uuid4().hex[:8]}"
        rights = osd + (f", profile rbd pool={scratch}" if scratch else "")
        self.ceph("auth", "get-or-create", f"client.{user}", "mon", "profile rbd", "osd", rights, "-o", keyring)
        self.addCleanup(self.ceph, "auth", "del", f"client.{user}")
        pool = {"scratch_pool": scratch} if scratch else {}
        self.world.configure(self.world.catalog, "member", user=user, keyring=str(keyring), **pool)
        return user

    def recipe(self, command="echo x > /etc/added"):
        return self.world.recipe(RECIPE.format(name=self.source["name"], owner=self.source["owner"],
                                               command=json.dumps(command)))

    def contents(self, pool):
        """The images of a pool, and the objects of ours."""
        listed = run("rados", "-p", pool, "--all", "ls", env=self.world.ceph).splitlines()
        return run("rbd", "ls", pool, env=self.world.ceph).split(), [line for line in listed if "retouch" in line]

    def rehearse(self, recipe, *options, expect=0):
        return self.world.retouch("plan", recipe, "--rehearse", "-o", self.plan, *HOST, *options, expect=expect)

    def check_nothing_left(self, before):
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        self.assertEqual([], self.world.children(self.source["id"]))
        self.assertEqual(self.digest, self.world.digest(self.source["id"]))

    def check_shown(self):
        steps = json.loads(self.plan.read_text(encoding="utf-8"))["targets"][0]["steps"]
        shown = [[change["path"] for change in step["rehearsed"]["effect"]["files"]] for step in steps]
        self.assertIn("/etc/motd", shown[0])
        self.assertIn("/etc/added", shown[1])

    def start_and_kill(self, recipe):
        """A rehearsal that dies while its first command runs."""
        self.world.killed_when_it_says("step 2 of", "plan", recipe, "--rehearse", *HOST)

    def life(self, pool):
        """Shown, proven, failed and killed in `pool`; afterwards there is nothing, and nobody was asked to write."""
        before = self.world.state()
        asked = len(self.world.requests())
        self.rehearse(self.recipe())
        self.check_shown()
        self.check_nothing_left(before)
        written = [line for line in self.world.requests()[asked:] if not line.startswith("GET ")]
        self.assertEqual([], written)

        self.rehearse(self.recipe("echo x >> /etc/added"), "--prove", expect=1)
        self.rehearse(self.recipe("exit 3"), expect=1)
        self.check_nothing_left(before)

        self.start_and_kill(self.recipe("sleep 30"))
        images, _ = self.contents(pool)
        self.assertEqual(1, len([name for name in images if name.startswith("retouch-stage-")]), images)
        result = self.rehearse(self.recipe())
        self.assertIn("cleared unfinished image", result.stderr)
        self.check_shown()
        self.check_nothing_left(before)

    def test_with_the_rights_of_apply_it_is_made_beside_the_image(self):
        self.life(POOL)

    def test_who_may_only_read_rehearses_in_a_pool_of_its_own(self):
        scratch = self.scratch()
        self.reviewer(scratch)
        self.life(scratch)
        self.assertEqual(([], []), self.contents(scratch))

    def test_what_was_rehearsed_elsewhere_is_applied_by_who_may(self):
        scratch = self.scratch()
        self.reviewer(scratch)
        self.rehearse(self.recipe())
        self.world.configure(self.world.catalog, scratch_pool=scratch)  # which this user may not use
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        self.assertEqual(1, len(self.world.made(self.source["name"])))
        self.assertEqual([], self.world.leftovers())
        self.assertEqual(([], []), self.contents(scratch))

    def test_apply_does_not_use_it(self):
        scratch = self.scratch()
        self.reviewer(scratch)
        before = self.world.state()
        self.world.retouch("apply", self.recipe(), "--yes", *HOST, expect=77)
        self.check_nothing_left(before)
        self.assertEqual(([], []), self.contents(scratch))

    def test_without_a_pool_of_its_own_the_remedy_is_named(self):
        user = self.reviewer()
        before = self.world.state()
        result = self.rehearse(self.recipe(), expect=77)
        self.assertIn(
            f"error: cannot write to the Ceph pool '{POOL}': Operation not permitted; a rehearsal works on a clone, "
            f"and client.{user} may make none there\n"
            "  name a pool it may write to in retouch.yaml (rbd: scratch_pool), or give it the rights 'profile rbd' "
            "on the pool of the images\n", result.stderr)
        self.check_nothing_left(before)

    def test_a_pool_that_may_not_be_written_to_or_is_not_there_is_named(self):
        scratch = self.scratch()
        user = self.reviewer()
        before = self.world.state()
        access = {"user": user, "keyring": str(self.world.directory / "reviewer.keyring")}
        self.world.configure(self.world.catalog, "member", scratch_pool=scratch, **access)
        result = self.rehearse(self.recipe(), expect=77)
        self.assertIn(f"to rehearse, client.{user} needs the rights 'profile rbd pool={scratch}' and "
                      f"'profile rbd-read-only pool={POOL}'\n", result.stderr)
        self.world.configure(self.world.catalog, "member", scratch_pool="nowhere", **access)
        result = self.rehearse(self.recipe(), expect=5)
        self.assertIn("has no pool 'nowhere'\n", result.stderr)
        self.check_nothing_left(before)

    def test_the_doctor_tries_it(self):
        scratch = self.scratch()
        user = self.reviewer(scratch)
        found = {(f["area"], f["subject"]): f for f in self.world.json("doctor")["findings"]}
        self.assertEqual(("ok", f"client.{user} may rehearse in '{scratch}'"),
                         (found["Ceph", "scratch pool"]["state"], found["Ceph", "scratch pool"]["detail"]))
        self.assertEqual(("warning", f"client.{user} may not write to '{POOL}': it can plan and rehearse, but not apply"),
                         (found["Ceph", "lock"]["state"], found["Ceph", "lock"]["detail"]))
        self.assertEqual(([], []), self.contents(scratch))
        self.world.configure(self.world.catalog, scratch_pool="nowhere")
        found = {(f["area"], f["subject"]): f for f in self.world.json("doctor", expect=5)["findings"]}
        self.assertEqual("failed", found["Ceph", "scratch pool"]["state"])

    def test_the_doctor_finds_a_stage_that_nobody_remembers(self):
        self.start_and_kill(self.recipe("sleep 30"))
        shutil.rmtree(self.world.directory / "state")
        stage = next(name for name in self.contents(POOL)[0] if name.startswith("retouch-stage-"))
        found = [f for f in self.world.json("doctor")["findings"] if f["subject"] == "abandoned stage"]
        self.assertEqual(["warning"], [f["state"] for f in found], found)
        self.assertRegex(found[0]["detail"], f"^{POOL}/{stage}, made [-0-9T:]+Z on .+, has no record, and no run works on it$")
        remedy = found[0]["remedy"].split("; else: ")[1]
        self.assertEqual(f"rbd snap purge {POOL}/{stage} && rbd rm {POOL}/{stage}", remedy)
        time.sleep(12)  # the rig forgets a dead writer after ten seconds
        run("sh", "-c", remedy, env=self.world.ceph)
        self.assertEqual([], [f for f in self.world.json("doctor")["findings"] if f["subject"] == "abandoned stage"])
        self.assertEqual([], self.world.children(self.source["id"]))


if __name__ == "__main__":
    unittest.main()
