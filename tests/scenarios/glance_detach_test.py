#!/usr/bin/python3
"""A detach that is killed, stopped or without room is continued until the image stands alone, byte for byte the source.

Recipes here change no byte, so that whatever differs was lost. Parts of a real rig (RETOUCH_RIG) fill up.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
import unittest
import uuid

from cloud import POOL, Cloud, needs_rig, run
from world import ROOT, THOROUGH, needs_death

RECIPE = """retouch: 1
name: detach
source: {{image: {source}}}
properties: {{changed: "yes"}}
publish: {{name: {name}, lineage: {lineage}{more}}}
"""
MEBIBYTES = 160  # 20 objects of Glance's, of which ten are copied at once
KILLS = 40 if THOROUGH else 20
AFTER = (0.3, 0.9, 0.6, 1.3, 0.1)  # seconds from the first object on: early, midway and late


@needs_rig
class Detach(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        path = self.world.write("source.raw", os.urandom(MEBIBYTES << 20))
        self.source = self.world.upload(path)
        self.blocks = self.digests(path)
        path.unlink()
        self.kills = 0

    @staticmethod
    def digests(path):
        """Of each MiB, so that a difference shows where and how much."""
        with open(path, "rb") as file:
            return [hashlib.sha256(block).hexdigest() for block in iter(lambda: file.read(1 << 20), b"")]

    def recipe(self, lineage="detach", more=""):
        """One that publishes under a name nobody has; that name."""
        name = f"detach-{uuid.uuid4().hex[:8]}"
        return self.world.recipe(RECIPE.format(source=self.source["name"], name=name, lineage=lineage, more=more)), name

    def kill(self, *arguments, begun):
        """Kills the program a while after that has begun, unless it has ended by then."""
        process = self.world.start(*arguments)
        deadline = time.monotonic() + 60
        while process.poll() is None and not begun():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        time.sleep(AFTER[self.kills % len(AFTER)])
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.kills += process.returncode == -signal.SIGKILL

    def kill_apply(self, recipe, phase):
        events = self.world.directory / f"events-{uuid.uuid4().hex}"

        def begun():
            lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
            return any('"phase_started"' in line and f'"{phase}"' in line for line in lines)

        self.kill("apply", recipe, "--yes", "--events", events, begun=begun)

    def publish_only(self, recipe):
        """Kills apply before it detaches what it has published."""
        self.world.killed_at("published", "apply", recipe, "--yes")

    def kill_detach(self, image):
        started = time.monotonic()
        self.kill("detach", image, begun=lambda: time.monotonic() - started > 0.3)

    def of(self, name):
        """The one visible image of that name."""
        found = self.world.made(name)
        self.assertEqual(1, len(found), found)
        return found[0]["id"]

    def check_whole(self, image):
        """Head and snapshot are the source's bytes, without it, and the cluster's maps of them can be trusted."""
        world = self.world
        for name in (image, f"{image}@snap"):
            with world.exported(name) as path:
                found = self.digests(path)
            self.assertEqual([], [at for at, pair in enumerate(zip(self.blocks, found, strict=True)) if len({*pair}) > 1],
                             f"these MiB of {name} are not the source's")
            info = world.info(name)
            self.assertNotIn("parent", info)
            self.assertEqual(self.source_features, sorted(info["features"]))
            self.assertEqual([], info["flags"], name)
            world.rbd("object-map", "check", "--no-progress", name)
        self.assertNotIn("retouch.maps", world.rbd("image-meta", "list", image))
        self.assertEqual([("snap", "true")], world.snapshots(image))
        record = world.record(image)
        self.assertEqual((False, None), (record["protected"], record.get("retouch_detach")))

    @property
    def source_features(self):
        return sorted(self.world.info(self.source["id"])["features"])

    def test_killed_in_apply_and_in_detach_and_continued_by_either(self):
        while self.kills < KILLS:
            recipe, name = self.recipe()
            self.kill_apply(recipe, "detach")
            image = self.of(name)
            for _ in range(4):
                self.kill_detach(image)
            continued = ["detach", image] if self.kills % 2 else ["apply", recipe, "--yes"]
            self.world.retouch(*continued)
            self.check_whole(image)
        self.assertEqual([], self.world.leftovers())

    def test_killed_while_it_is_made_to_stand_alone_before_it_is_published(self):
        recipe, name = self.recipe("flatten")
        for _ in range(3):
            self.kill_apply(recipe, "seal")
        self.world.retouch("apply", recipe, "--yes")
        self.check_whole(self.of(name))
        self.assertEqual([], self.world.leftovers())

    def at_work(self, protected=False):
        """An image whose detaching was killed, and a process that goes on with it."""
        recipe, name = self.recipe(more=", protected: true" if protected else "")
        self.kill_apply(recipe, "detach")
        image = self.of(name)
        prefix = self.world.info(image)["block_name_prefix"]
        copied = self.pieces(prefix)
        process = self.world.start("detach", image)
        deadline = time.monotonic() + 60
        while self.pieces(prefix) == copied:  # what comes before the copy has a time limit
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll(), "it ended before it was seen at work")
        return recipe, image, process

    def pieces(self, prefix):
        """How many objects there are of an image's data."""
        return run("rados", "-p", POOL, "ls", env=self.world.ceph).count(prefix)

    def ended(self, process):
        out, err = process.communicate(timeout=100)
        self.assertEqual(0, process.returncode, err + out)
        return err

    def test_it_is_protected_for_as_long_as_it_is_open(self):
        world = self.world
        recipe, image, process = self.at_work()
        world.ask("DELETE", f"/images/{image}", wanted=(403,))
        record = world.record(image)
        self.assertEqual((True, "pending, protected until then"), (record["protected"], record["retouch_detach"]))
        report = world.json("drift", recipe)
        self.assertEqual([], report["drift"])
        self.ended(process)
        self.check_whole(image)
        self.assertIn("No changes: 1 image unchanged", world.retouch("apply", recipe, "--yes").stdout)
        world.ask("DELETE", f"/images/{image}")

    @contextlib.contextmanager
    def standing_still(self):
        """The daemon that keeps the data takes requests and answers none."""
        run(ROOT / "tests/rig/part", "pause", "osd")
        try:
            yield
        finally:
            run(ROOT / "tests/rig/part", "continue", "osd")

    def test_ceph_may_stand_still_for_longer_than_a_minute(self):
        _, image, process = self.at_work()
        with self.standing_still():
            time.sleep(70)
            if process.poll() is not None:
                self.fail("it did not wait: " + "".join(process.communicate()))
        self.ended(process)
        self.check_whole(image)

    def test_while_ceph_stands_still_a_signal_ends_it_all_the_same(self):
        _, image, process = self.at_work()
        with self.standing_still():
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            out, err = process.communicate(timeout=60)
            took = time.monotonic() - began
        self.assertEqual(143, process.returncode, err + out)
        self.assertLess(took, 5, err)
        self.world.retouch("detach", image)
        self.check_whole(image)

    def test_what_the_recipe_protects_stays_so(self):
        _, image, process = self.at_work(protected=True)
        self.ended(process)
        self.assertTrue(self.world.record(image)["protected"])

    @contextlib.contextmanager
    def open_for_writing(self, image):
        """As it is while it is detached."""
        world = self.world
        opened = subprocess.Popen(["qemu-io", "-f", "raw", f"rbd:{POOL}/{image}:id=glance:conf={world.rig.ceph_conf}:"
                                   f"keyring={world.rig.keyring('glance')}", "-c", "sleep 60000"],
                                  stdin=subprocess.DEVNULL)
        try:
            while not json.loads(world.rbd("status", "--format", "json", image))["watchers"]:
                self.assertIsNone(opened.poll())
            yield
        finally:
            opened.terminate()
            opened.wait()

    def test_a_delete_by_force_takes_the_snapshot_which_is_put_back(self):
        world = self.world
        recipe, name = self.recipe()
        self.kill_apply(recipe, "detach")
        image = self.of(name)
        with self.open_for_writing(image):
            world.patch(image, {"op": "replace", "path": "/protected", "value": False})
            world.ask("DELETE", f"/images/{image}", wanted=(409, 500))
        self.assertEqual([], world.snapshots(image))
        process = world.start("detach", image)
        self.assertIn(f"note: somebody tried to delete image {image} while it was open: its snapshot images/{image}@snap "
                      "was gone or unprotected, and was put back\n", self.ended(process))
        self.check_whole(image)

    @needs_death
    def test_one_whose_bytes_are_lost_keeps_no_other_waiting(self):
        world, images = self.world, []
        for _ in range(2):
            recipe, name = self.recipe()
            self.publish_only(recipe)
            images.append(self.of(name))
        lost, whole = images
        world.rbd("snap", "unprotect", f"{lost}@snap")
        world.rbd("snap", "rm", "--no-progress", f"{lost}@snap")
        world.rbd("rm", "--no-progress", lost)
        result = world.retouch("detach", expect=5)
        self.assertIn(f"({lost}) are lost: there is no RBD image images/{lost}\n", result.stderr)
        self.assertIn(f"({whole}) depends on no other image.\n", result.stdout)
        self.assertRegex(result.stdout, rf"\nFailed: 1 of 2 images: [^,]+ \({lost}\)\.\n$")
        self.check_whole(whole)

    def test_what_only_says_that_it_waits_keeps_its_protection(self):
        world = self.world
        path = world.write("copy.raw", os.urandom(1 << 20))
        copied = world.upload(path, protected=True, retouch_recipe="detach",
                              retouch_detach="pending, protected until then")["id"]
        for words in ([copied], []):
            self.assertIn(f"error: image {copied} says that it waits to be detached, but its bytes carry no mark of retouch\n",
                          world.retouch("detach", *words, expect=5).stderr)
        self.assertTrue(world.record(copied)["protected"])

    def quota(self, limit):
        run("ceph", "osd", "pool", "set-quota", POOL, "max_bytes", limit, env=self.world.ceph)

    def await_pool(self, full):
        deadline = time.monotonic() + 60
        while self.is_full() != full:
            self.assertLess(time.monotonic(), deadline, "the monitor does not see it")
            time.sleep(0.2)

    def is_full(self):
        pools = json.loads(run("ceph", "osd", "pool", "ls", "detail", "--format", "json", env=self.world.ceph))
        return any("full" in pool["flags_names"] for pool in pools if pool["pool_name"] == POOL)

    def test_a_pool_that_gets_full_midway_is_told_at_once_and_the_rest_is_done_when_there_is_room(self):
        self.addCleanup(self.await_pool, full=False)
        self.addCleanup(self.quota, 0)
        _, image, process = self.at_work()
        process.send_signal(signal.SIGSTOP)  # until the monitor has seen it
        self.quota(1 << 20)
        self.await_pool(full=True)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=100)
        self.assertEqual(75, process.returncode, err + out)
        self.assertIn(f"error: cannot detach the RBD image images/{image}: Disk quota exceeded\n"
                      "  free space in the pool or raise its quota; 'ceph df' shows both\n", err)
        self.quota(0)
        self.await_pool(full=False)
        self.world.retouch("detach", image)
        self.check_whole(image)


if __name__ == "__main__":
    unittest.main()
