#!/usr/bin/python3
"""Drift on a real Glance and Ceph: changed with `openstack`, REST and `rbd`, as an operator would."""

import os
import unittest

from cloud import POOL, Cloud, needs_rig, run
from world import HOST, needs_root, tiny

RECIPE = """retouch: 1
name: drift
source: {{image: {name}}}
files: [{{to: /etc/motd, content: new}}]
properties: {{os_distro: debian}}
publish: {{tags: [lts]{more}}}
"""


@needs_rig
@needs_root
class GlanceDrift(unittest.TestCase):
    maxDiff = None

    def cloud(self, more="", **fields):
        """A cloud in which the recipe is applied, and the id of what it published."""
        world = self.enterContext(Cloud())
        source = world.upload(tiny(), arch="x86", **fields)
        self.recipe = world.recipe(RECIPE.format(name=source["name"], more=more))
        world.retouch("apply", self.recipe, "--yes", *HOST)
        return world, world.made(source["name"])[0]["id"], source

    def image_set(self, world, *words):
        environment = {**os.environ, **world.environment, "OS_CLOUD": "admin"}
        run("/usr/bin/openstack", "image", "set", *words, env=environment)

    def drift(self, world, *options, expect=2):
        """What differs: what -> (expected, found, whether apply fixes it)."""
        before = world.state()
        report = world.json("drift", self.recipe, *options, expect=expect)
        self.assertEqual(before, world.state(), "looking changed something")
        self.unchecked = report["unchecked"]
        return {d["what"]: (d["expected"], d["found"], d["apply_fixes"]) for d in report["drift"]}

    def apply(self, world):
        return world.json("apply", self.recipe, "--yes", *HOST)["targets"][0]

    def test_each_lineage_has_none_right_after_apply(self):
        for lineage in ("detach", "flatten", "keep"):
            with self.subTest(lineage=lineage):
                world, image, source = self.cloud(f", lineage: {lineage}")
                self.assertEqual({}, self.drift(world, expect=0))
                self.assertEqual([], self.unchecked)
                self.assertEqual({}, self.drift(world, "--bytes", expect=0))
                self.assertEqual(["the bytes: the record holds no checksum; images published by location have none"],
                                 self.unchecked)
                if lineage == "keep":
                    self.addCleanup(world.delete, source["id"])
                    world.delete(image)

    def test_records_changed_with_openstack(self):
        world, image, _ = self.cloud()
        self.image_set(world, "--property", "os_distro=ubuntu", "--property", "arch=arm", "--property", "mine=x",
                       "--private", "--tag", "extra", "--min-ram", "64", "--protected", image)
        self.image_set(world, "--hidden", image)
        left = {"visibility": ("public", "private", False), "min_ram": ("0 MiB", "64 MiB", False),
                "protected": ("no", "yes", False), "property arch": ('"x86"', '"arm"', False),
                "property mine": ("none", '"x"', False)}
        fixed = {"hidden": ("no", "yes", True), "tags": ("lts", "extra, lts", True),
                  "property os_distro": ('"debian"', '"ubuntu"', True)}
        self.assertEqual({**left, **fixed}, self.drift(world))
        target = self.apply(world)
        self.assertEqual("updated", target["outcome"])
        self.assertEqual(len(left), len([n for n in target["notes"] if n.startswith("changed by hand: ")]), target)
        self.assertEqual(left, self.drift(world))
        self.image_set(world, "--property", "arch=x86", "--public", "--min-ram", "0", "--unprotected", image)
        environment = {**os.environ, **world.environment, "OS_CLOUD": "admin"}
        run("/usr/bin/openstack", "image", "unset", "--property", "mine", image, env=environment)
        self.assertEqual({}, self.drift(world, expect=0))
        self.assertEqual([], self.apply(world)["notes"])

    def test_renamed_and_deactivated(self):
        world, image, source = self.cloud()
        self.image_set(world, "--name", "mine", image)
        self.assertEqual({"name": (f'"{source["name"]}"', '"mine"', False)}, self.drift(world))
        self.image_set(world, "--name", source["name"], "--deactivate", image)
        self.assertEqual({"status": ("active", "deactivated", False)}, self.drift(world))
        self.image_set(world, "--activate", image)
        self.assertEqual({}, self.drift(world, expect=0))

    def test_the_source_made_visible_again(self):
        world, _, source = self.cloud()
        self.image_set(world, "--unhidden", source["id"])
        self.assertEqual([f"image {source['id']}, which this one replaced"], list(self.drift(world)))
        self.assertEqual("updated", self.apply(world)["outcome"])
        self.assertEqual({}, self.drift(world, expect=0))

    def test_snapshots_changed_with_rbd(self):
        world, image, _ = self.cloud()
        world.rbd("snap", "unprotect", f"{image}@snap")
        unprotected = {"snapshot protection": ("protected", "not protected", False)}
        self.assertEqual(unprotected, self.drift(world))
        target = self.apply(world)
        self.assertEqual("unchanged", target["outcome"])
        self.assertIn(f"rbd snap protect images/{image}@snap", target["notes"][0])
        world.rbd("snap", "create", "--no-progress", f"{image}@mine")
        self.assertEqual({**unprotected, "other snapshot": ("none", "mine", False)}, self.drift(world))
        world.rbd("snap", "rm", "--no-progress", f"{image}@snap")
        world.rbd("snap", "rm", "--no-progress", f"{image}@mine")
        self.assertEqual({"snapshot": (f"images/{image}@snap", "nothing", False)}, self.drift(world))
        world.rbd("snap", "create", "--no-progress", f"{image}@snap")
        world.rbd("snap", "protect", f"{image}@snap")
        self.assertEqual({}, self.drift(world, expect=0))

    def test_bytes_changed_with_rbd(self):
        world, image, source = self.cloud()
        size = source["size"]
        world.rbd("resize", "--no-progress", "--size", f"{size + (8 << 20)}B", image)
        self.assertEqual({"size of the RBD image": (f"{size} bytes", f"{size + (8 << 20)} bytes", False)},
                         self.drift(world))
        world.rbd("snap", "rollback", "--no-progress", f"{image}@snap")
        self.assertEqual({}, self.drift(world, expect=0))
        world.rbd("image-meta", "set", image, "retouch.source",
                  f"{world.rig.fsid}/images/00000000-0000-4000-8000-000000000000@snap")
        self.assertEqual({"image-meta retouch.source": (source["id"], "00000000-0000-4000-8000-000000000000", False)},
                         self.drift(world))
        world.rbd("rename", image, f"{image}.mine")
        self.assertEqual({"RBD image": (f"images/{image}", "nothing", False)}, self.drift(world))
        world.rbd("rename", f"{image}.mine", image)

    def test_a_second_location_and_bytes_of_somebody_else(self):
        world, image, source = self.cloud()
        url = f"rbd://{world.rig.fsid}/images/{image}/snap"
        other = f"rbd://{world.rig.fsid}/images/{source['id']}/snap"
        world.patch(image, {"op": "add", "path": "/locations/-", "value": {"url": other, "metadata": {}}})
        self.assertEqual({"location": (url, f"{url}, {other}", False)}, self.drift(world))

    def test_an_uploaded_image_is_compared_with_its_checksum(self):
        world = self.enterContext(Cloud())
        source = world.upload(tiny())
        world.configure(world.catalog, "admin-public")
        self.recipe = world.recipe(RECIPE.format(name=source["name"], more=""))
        world.retouch("apply", self.recipe, "--yes", *HOST)
        image = world.made(source["name"])[0]["id"]
        self.assertEqual({}, self.drift(world, "--bytes", expect=0))
        self.assertEqual(["the location: this endpoint of the image service does not show it"], self.unchecked)
        world.rbd("snap", "unprotect", f"{image}@snap")
        world.rbd("snap", "rm", "--no-progress", f"{image}@snap")
        patch = world.write("patch.sh", f"rbd -p images export --no-progress {image} - | "
                            f"sed 's/busybox/BUSYBOX/' > bytes && rbd -p images rm --no-progress {image} && "
                            f"rbd -p images import --no-progress --object-size 8M bytes {image}\n")
        run("bash", "-eo", "pipefail", patch, env=world.ceph, cwd=world.directory)
        world.rbd("snap", "create", "--no-progress", f"{image}@snap")
        world.rbd("snap", "protect", f"{image}@snap")
        self.assertEqual({}, self.drift(world, expect=0))
        self.assertEqual([f"bytes of images/{image}@snap"], list(self.drift(world, "--bytes")))

    def test_an_image_made_without_steps_is_compared_with_its_source(self):
        world = self.enterContext(Cloud())
        source = world.upload(tiny())
        self.recipe = world.recipe(f"retouch: 1\nname: same\nsource: {{image: {source['name']}}}\nproperties: {{a: b}}\n")
        world.retouch("apply", self.recipe, "--yes")
        image = world.made(source["name"])[0]["id"]
        self.assertEqual({}, self.drift(world, "--against-source", expect=0))
        self.assertEqual([], self.unchecked)
        world.rbd("snap", "unprotect", f"{image}@snap")
        world.rbd("snap", "rm", "--no-progress", f"{image}@snap")
        access = f"id=glance:conf={world.rig.ceph_conf}:keyring={world.rig.keyring('glance')}"
        run("qemu-io", "-f", "raw", f"rbd:{POOL}/{image}:{access}", "-c", "write -P 0x5a 1M 4k", env=world.ceph)
        world.rbd("snap", "create", "--no-progress", f"{image}@snap")
        world.rbd("snap", "protect", f"{image}@snap")
        self.assertEqual({}, self.drift(world, expect=0))
        difference, = self.drift(world, "--against-source").items()
        what, (expected, found, _) = difference
        self.assertEqual((f"bytes of images/{image}@snap", f"those of the source, images/{source['id']}@snap"),
                         (what, expected))
        self.assertRegex(found, "^40(9[0-6]|[0-8][0-9]) bytes differ, the first at 10485[0-9]{2}$")

    def test_still_sharing_data_is_pending_until_it_should_not(self):
        world, image, source = self.cloud(", lineage: keep")
        world.rbd("image-meta", "set", image, "retouch.lineage", "detach")
        self.assertEqual({"parent": ("none", f"images/{source['id']}@snap", False)}, self.drift(world))
        world.patch(image, {"op": "add", "path": "/retouch_detach", "value": "pending"})
        report = world.json("drift", self.recipe)
        self.assertEqual(("pending", []), (report["state"], report["drift"]))
        self.apply(world)
        self.assertEqual({}, self.drift(world, expect=0))


if __name__ == "__main__":
    unittest.main()
