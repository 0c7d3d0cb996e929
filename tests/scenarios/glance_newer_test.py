#!/usr/bin/python3
"""Publishing with the add-location call of Image API 2.17, which Debian's Glance does not have: a fake adds it."""

import json
import unittest

import yaml

from cloud import Cloud, needs_rig, sign_in
from newer_glance import NewerGlance
from parts.users import Directory
from world import HOST, needs_root, tiny

RECIPE = "retouch: 1\nname: newer\nsource: {{image: {}}}\nfiles: [{{to: /etc/motd, content: \"new\\n\"}}]\n"


@needs_rig
@needs_root
class Newer(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(Cloud())
        Directory(self.world.rig, self.world.token).join("admin", "admin", "service")
        self.source = self.world.upload(tiny())
        self.recipe = self.world.recipe(RECIPE.format(self.source["name"]))

    def newer(self, cloud="admin", **behaviour):
        """A fake in between, and the cloud of that name behind it."""
        glance = self.enterContext(NewerGlance(self.world.rig, self.world.token, self.delete_bytes, **behaviour))
        clouds = yaml.safe_load(self.world.rig.path("clouds.yaml").read_text(encoding="utf-8"))["clouds"]
        clouds[cloud]["image_endpoint_override"] = glance.url
        path = self.world.write("clouds.json", json.dumps({"clouds": clouds}))
        self.world.configure(self.world.catalog, cloud)
        self.world.environment["OS_CLIENT_CONFIG_FILE"] = str(path)
        return glance

    def delete_bytes(self, image):
        self.world.rbd("snap", "unprotect", f"{image}@snap")
        self.world.rbd("snap", "purge", "--no-progress", image)
        self.world.rbd("rm", "--no-progress", image)

    def test_the_role_service_registers_locations_with_the_new_call(self):
        glance = self.newer()
        plan = self.world.retouch("plan", self.recipe, *HOST).stdout
        self.assertIn("location registered with the add-location call (this endpoint hides locations, but takes them "
                      "from the role 'service'; ", plan)
        self.world.retouch("apply", self.recipe, "--yes", *HOST)
        result = self.world.made(self.source["name"])[0]
        url = f"rbd://{self.world.rig.fsid}/images/{result['id']}/snap"
        self.assertEqual([{"url": url}], glance.orders, "validation data that is wrong would delete the bytes")
        self.assertEqual(("active", [url]), (result["status"], [place["url"] for place in result["locations"]]))
        self.assertEqual([("snap", "true")], self.world.snapshots(result["id"]))
        self.assertNotIn("parent", self.world.info(result["id"]))
        self.assertEqual([], self.world.leftovers())
        self.assertIn("No changes.", self.world.retouch("plan", self.recipe, *HOST).stdout)

    def test_the_name_changes_hands_only_once_the_service_has_read_the_bytes(self):
        """Its task would put the record back to what it was before the hand-over."""
        glance = self.newer(hash_seconds=8)
        plan = self.world.retouch("plan", self.recipe, *HOST).stdout
        self.assertIn("the image service may read all bytes before the image can be published", plan)
        self.world.retouch("apply", self.recipe, "--yes", *HOST)
        self.assertEqual(set(), glance.busy)
        result = self.world.made(self.source["name"])
        self.assertEqual([("active", "public", False)],
                         [(r["status"], r["visibility"], r["os_hidden"]) for r in result])
        self.assertEqual([], self.world.leftovers())
        self.assertTrue(self.world.record(self.source["id"])["os_hidden"])

    def test_an_order_that_waits_in_a_queue_is_waited_for(self):
        self.newer(queue_seconds=20)
        self.world.retouch("apply", self.recipe, "--yes", *HOST)
        self.assertEqual(["active"], [r["status"] for r in self.world.made(self.source["name"])])

    def test_without_the_role_the_bytes_are_uploaded(self):
        glance = self.newer("member")
        text = self.recipe.read_text(encoding="utf-8").replace("image: ", f"owner: {self.source['owner']}, image: ", 1)
        self.world.write("recipe.yaml", text + "publish: {visibility: private}\n")
        plan = self.world.retouch("plan", self.recipe, *HOST).stdout
        self.assertIn("bytes uploaded through the image service", plan)
        self.assertEqual([], glance.orders)

    def test_an_order_that_comes_to_nothing_is_taken_back(self):
        self.newer(location_works=False)
        before = self.world.state()
        failed = self.world.retouch("apply", self.recipe, "--yes", *HOST, expect=1)
        self.assertIn("is not complete: its status is queued", failed.stdout)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())


if __name__ == "__main__":
    unittest.main()
