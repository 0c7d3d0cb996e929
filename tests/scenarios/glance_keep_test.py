#!/usr/bin/python3
"""A rehearsed stage that is kept in Ceph waits for its plan, and is published byte for byte or not at all."""

import json
import unittest

from cloud import Cloud, needs_rig
from world import HOST, await_full_pipe, debugfs, fsck, needs_death, needs_root, sha256, tiny

# Another result each time it runs.
RECIPE = """retouch: 1
name: keep
source: {{image: {name}}}
files: [{{to: /etc/from, from: from.txt}}]
commands: [cat /proc/sys/kernel/random/uuid > /etc/drawn]
{more}
"""


@needs_rig
@needs_root
class Keep(unittest.TestCase):
    maxDiff = None

    def cloud(self, more="", catalog="admin", **fields):
        """A world with an image, and a plan whose rehearsal was kept."""
        self.world = world = self.enterContext(Cloud())
        self.source = world.upload(tiny(), **fields)
        world.configure(world.catalog, catalog)
        world.write("from.txt", "a file of the planner's host\n")
        self.recipe = world.recipe(RECIPE.format(name=self.source["name"], more=more))
        self.plan = world.directory / "plan.json"
        self.records = world.records()
        self.rehearse()
        return world

    def rehearse(self):
        self.world.retouch("plan", self.recipe, "--rehearse=keep", "-o", self.plan, *HOST)
        self.target = json.loads(self.plan.read_text(encoding="utf-8"))["targets"][0]
        self.kept = self.target["rehearsal"]["kept"]
        self.stage = f"retouch-stage-{self.kept['id']}"

    def on_another_host(self):
        """All that the planner's host knows is not there."""
        (self.world.directory / "from.txt").unlink(missing_ok=True)
        for variable in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
            self.world.environment[variable] = str(self.world.directory / "elsewhere" / variable)

    def apply(self, expect=0):
        result = self.world.retouch("apply", self.plan, "--yes", expect=expect)
        return result.stdout + result.stderr

    def discard(self):
        self.assertIn(self.kept["location"], self.world.retouch("discard", self.plan).stdout)

    def drawn(self, disk):
        self.assertEqual("", fsck(disk))
        self.assertEqual("a file of the planner's host\n", debugfs(disk, "cat /etc/from"))
        return debugfs(disk, "cat /etc/drawn")

    def check_only_kept(self):
        """Nobody who uses the cloud sees a difference, and the stage is there with its mark."""
        self.assertEqual(self.records, self.world.records())
        self.assertIn(self.stage, self.world.rbd("ls").split())
        self.assertEqual(self.kept["id"], self.world.rbd("image-meta", "get", self.stage, "retouch.stage").strip())
        self.assertEqual(self.kept["until"], self.world.rbd("image-meta", "get", self.stage, "retouch.kept").strip())

    def check_nothing_kept(self):
        self.assertEqual([], self.world.leftovers())

    def check_published(self, drawn):
        world = self.world
        made = world.made(self.source["name"])
        self.assertEqual(1, len(made), made)
        image = made[0]["id"]
        self.assertEqual([f"rbd://{world.rig.fsid}/images/{image}/snap"],
                         [location["url"] for location in made[0]["locations"]])
        self.assertEqual([("snap", "true")], world.snapshots(image))
        self.assertNotIn("parent", world.info(image))
        self.assertNotIn("retouch.kept", world.rbd("image-meta", "list", image))
        with world.machine_disk(image) as disk:
            self.assertEqual(drawn, self.drawn(disk))
        self.assertTrue(world.record(self.source["id"])["os_hidden"])
        self.assertEqual([], world.children(self.source["id"]))
        self.check_nothing_kept()
        return image

    def test_another_host_publishes_the_very_bytes(self):
        world = self.cloud()
        digest = world.digest(self.source["id"])
        self.assertEqual(f"rbd:images/{self.stage}", self.kept["location"])
        self.check_only_kept()
        self.assertEqual([("kept", "false")], world.snapshots(self.stage))
        with world.exported(self.stage) as disk:
            drawn, bytes_kept = self.drawn(disk), sha256(disk)
        self.on_another_host()
        self.assertIn("published the very bytes of the rehearsal", self.apply())
        image = self.check_published(drawn)
        self.assertEqual(bytes_kept, world.digest(image))
        self.assertEqual(digest, world.digest(self.source["id"]))
        self.assertIn("already applied: ", self.apply())

        # On the planner's host it is known of still; nothing of it touches what was published.
        state = world.directory / "state"
        world.environment["XDG_STATE_HOME"] = str(state)
        for path in state.rglob("kept/*.jsonl"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(self.kept["until"], "2020-01-01T00:00:00.000000Z"), encoding="utf-8")
        world.retouch("discard", self.plan)
        self.assertEqual([], list(state.rglob("kept/*.jsonl")))
        self.assertEqual(bytes_kept, world.digest(image))

    def test_bytes_somebody_wrote_to_are_not_published(self):
        world = self.cloud()
        world.rbd("bench", "--io-type", "write", "--io-size", "4096", "--io-total", "4096", self.stage)
        said = self.apply(expect=4)
        self.assertIn(f"the bytes the rehearsal kept were written to: images/{self.stage}", said)
        self.assertIn("rehearse again with --rehearse=keep", said)
        self.check_only_kept()
        for _ in range(2):
            self.discard()
            self.check_nothing_kept()
        self.assertIn(f"the bytes the rehearsal kept are gone: images/{self.stage}", self.apply(expect=4))
        self.assertEqual(self.records, world.records())
        self.check_nothing_kept()

    def test_the_source_cannot_be_broken_meanwhile(self):
        world = self.cloud()
        digest = world.digest(self.source["id"])
        world.ask("DELETE", f"/images/{self.source['id']}", wanted=(409,))
        self.assertEqual(digest, world.digest(self.source["id"]))
        self.check_only_kept()
        with world.exported(self.stage) as disk:
            drawn = self.drawn(disk)
        self.apply()
        self.check_published(drawn)

    def test_a_stage_flattened_before_it_was_kept_needs_no_source(self):
        world = self.cloud(more="publish: {lineage: flatten}")
        self.assertNotIn("parent", world.info(self.stage))
        with world.exported(self.stage) as disk:
            drawn = self.drawn(disk)
        self.apply()
        self.check_published(drawn)

    @needs_death
    def test_killed_midway_it_is_still_kept_or_published_or_gone(self):
        world = self.cloud()
        for entry in ("stage", "publish", "hand-over"):
            with self.subTest(entry):
                world.killed_at(entry, "apply", self.plan, "--yes")
                # The next run clears up.
                world.retouch("detach")
                visible = world.made(self.source["name"])
                if self.stage in world.rbd("ls").split():
                    self.check_only_kept()
                elif not visible:
                    self.assertEqual(self.records, world.records())
                    self.check_nothing_kept()
                world.retouch("discard", self.plan)
                self.check_nothing_kept()
                for record in visible:
                    world.delete(record["id"])
                world.patch(self.source["id"], {"op": "replace", "path": "/os_hidden", "value": False})
                self.records = world.records()
                self.rehearse()
        self.discard()

    def test_killed_between_keeping_and_saving_it_leaves_nothing_after_the_next_run(self):
        world = self.cloud()
        self.discard()
        self.plan.unlink()
        # Nobody reads the plan, which is larger than a pipe holds.
        recipe = world.recipe(RECIPE.format(name=self.source["name"], more="").replace(
            "commands: [", "commands: [for i in $(seq 500); do echo $i > /opt/$i; done, "))
        running = world.start("plan", recipe, "--rehearse=keep", "-o", self.plan, "--format", "json", *HOST)
        await_full_pipe(running.stdout)
        stage, = (name for name in world.rbd("ls").split() if name.startswith("retouch-stage-"))
        self.assertEqual([("kept", "false")], world.snapshots(stage))
        running.kill()
        running.communicate()
        self.assertFalse(self.plan.exists())
        self.assertIn("cleared", world.retouch("detach").stderr)
        self.assertEqual(self.records, world.records())
        self.check_nothing_kept()

    def test_a_stage_that_is_uploaded_in_the_end(self):
        world = self.cloud(catalog="admin-public")
        self.assertEqual("upload", self.target["publish"]["way"]["method"])
        with world.exported(self.stage) as disk:
            drawn = self.drawn(disk)
        self.on_another_host()
        self.apply()
        self.check_published(drawn)

    def test_a_stage_outside_ceph_is_kept_on_the_host_of_the_rehearsal(self):
        world = self.cloud(store="fs")
        here = dict(world.environment)
        self.on_another_host()
        self.assertIn("the bytes the rehearsal kept are not on this host", self.apply(expect=4))
        self.assertEqual(self.records, world.records())
        world.environment = here
        drawn = self.drawn(self.kept["location"])
        self.apply()
        with world.machine_disk(world.made(self.source["name"])[0]["id"]) as disk:
            self.assertEqual(drawn, self.drawn(disk))
        self.assertEqual([], list(world.directory.rglob(".stage-*")))
        self.check_nothing_kept()


if __name__ == "__main__":
    unittest.main()
