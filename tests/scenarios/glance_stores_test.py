#!/usr/bin/python3
"""An image may lie in several stores, as on a cloud with a store at each site: the copy in our cluster is used, and no copy is drift.

Parts of a real rig (RETOUCH_RIG), whose Glance has a second store, a directory.
"""

import time
import unittest
import uuid

from cloud import Cloud, needs_rig
from world import HOST, tiny

RECIPE = """retouch: 1
name: stores
source: {{image: {source}}}
properties: {{changed: "{change}"}}
publish: {{name: {name}}}
"""


@needs_rig
class Stores(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())

    def copy(self, image):
        """The image as the service has it once there is a copy of it in the directory."""
        self.world.ask("POST", f"/images/{image}/import", {"method": {"name": "copy-image"}, "stores": ["fs"]})
        deadline = time.monotonic() + 60
        while "fs" not in (record := self.world.record(image))["stores"].split(","):
            self.assertLess(time.monotonic(), deadline, record)
            time.sleep(0.2)
        self.assertEqual(["rbd", "file"], [location["url"].split(":")[0] for location in record["locations"]])
        return record

    def recipe(self, source, change="yes"):
        name = f"stores-{uuid.uuid4().hex[:8]}"
        return self.world.recipe(RECIPE.format(source=source, name=name, change=change)), name

    def apply(self, recipe):
        return self.world.json("apply", recipe, "--yes", *HOST)["targets"][0]

    def test_the_copy_in_our_cluster_is_cloned_and_a_copy_is_no_drift(self):
        world = self.world
        source = self.copy(world.upload(tiny())["id"])
        recipe, _ = self.recipe(source["name"])
        self.assertIn("this endpoint shows locations", world.retouch("plan", recipe).stdout)
        image = self.apply(recipe)["image_id"]
        self.assertEqual("rbd", world.record(image)["stores"])
        self.assertEqual(world.digest(source["id"]), world.digest(image))
        self.copy(image)
        self.assertEqual([], world.json("drift", recipe)["drift"])
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])


if __name__ == "__main__":
    unittest.main()
