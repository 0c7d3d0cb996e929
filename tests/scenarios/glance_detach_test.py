#!/usr/bin/python3
"""A detach that is killed, stopped or without room is continued until the image stands alone, byte for byte the source.

Recipes here change no byte, so that whatever differs was lost. Parts of a real rig (RETOUCH_RIG) fill up.
"""

import hashlib
import json
import os
import signal
import time
import unittest
import uuid

from cloud import POOL, Cloud, needs_rig, run
from world import THOROUGH

RECIPE = """retouch: 1
name: detach
source: {{image: {source}}}
properties: {{changed: "yes"}}
publish: {{name: {name}, lineage: {lineage}}}
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

    def recipe(self, lineage="detach"):
        """One that publishes under a name nobody has; that name."""
        name = f"detach-{uuid.uuid4().hex[:8]}"
        return self.world.recipe(RECIPE.format(source=self.source["name"], name=name, lineage=lineage)), name

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
        recipe, name = self.recipe()
        self.kill_apply(recipe, "detach")
        image = self.of(name)
        self.addCleanup(self.await_pool, full=False)
        self.addCleanup(self.quota, 0)
        process = self.world.start("detach", image)
        time.sleep(0.3)
        self.quota(1 << 20)
        out, err = process.communicate(timeout=100)
        self.assertEqual(1, process.returncode, err + out)
        self.assertIn(f"error: cannot detach the RBD image images/{image}: Disk quota exceeded\n"
                      "  free space in the pool or raise its quota; 'ceph df' shows both\n", err)
        self.quota(0)
        self.await_pool(full=False)
        self.world.retouch("detach", image)
        self.check_whole(image)


if __name__ == "__main__":
    unittest.main()
