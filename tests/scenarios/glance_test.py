#!/usr/bin/python3
"""The whole procedure on a real Glance and Ceph, seen by openstack, rbd and REST."""

import datetime
import hashlib
import os
import re
import signal
import time
import unittest

from cloud import Cloud, needs_rig
from world import HOST, THOROUGH, debugfs, fsck, needs_root, sha256, tiny

# Properties a source has; the recipe sets, changes and removes some.
SOURCE = {"os_distro": "debian", "os_version": "12", "hw_disk_bus": "virtio", "image_meta_old": "x",
          "img_signature": "of the old bytes"}
WHOLE = """retouch: 1
name: whole
source: {{image: {name}}}
files:
  - {{to: /etc/motd, content: "from a recipe\\n", mode: "0640"}}
  - {{to: /opt/agent, from: agent.bin}}
commands:
  - cp /etc/motd /etc/motd.copy
  - {{run: "false", unless: test -e /etc/motd.copy}}
cleanup: [temporary-files, shell-history]
checks:
  - {{file: /etc/motd.copy}}
properties:
  os_version: "12.1"
  hw_qemu_guest_agent: "yes"
  image_meta_old: null
"""
SMALL = """retouch: 1
name: small
source: {{image: {name}}}
files: [{{to: /etc/motd, content: "{text}\\n"}}]
{more}
"""


def different_bytes(one, other, block=512):
    """In sectors that differ."""
    with open(one, "rb") as first, open(other, "rb") as second:
        return sum(block for a, b in zip(iter(lambda: first.read(block), b""), iter(lambda: second.read(block), b""))
                   if a != b)


@needs_rig
class Glance(unittest.TestCase):
    maxDiff = None

    def cloud(self, **fields):
        """A world, the record of its source image, and the digest of that image's bytes."""
        world = self.enterContext(Cloud())
        source = world.upload(tiny(), **{**SOURCE, **fields})
        return world, source, world.digest(source["id"])

    def small(self, world, source, text="new", more=""):
        return world.recipe(SMALL.format(name=source["name"], text=text, more=more))

    def apply(self, world, recipe, *options, expect=0):
        return world.retouch("apply", recipe, "--yes", *HOST, *options, expect=expect)

    def the_result(self, world, source):
        """The one visible image that took the name."""
        made = world.made(source["name"])
        self.assertEqual(1, len(made), made)
        return made[0]

    def check_published(self, world, result, source, parent=False):
        """What must be true of every published image, whatever the recipe."""
        image = result["id"]
        self.assertEqual("active", result["status"])
        self.assertEqual([f"rbd://{world.rig.fsid}/images/{image}/snap"],
                         [location["url"] for location in result["locations"]])
        self.assertEqual([("snap", "true")], world.snapshots(image))
        self.assertEqual(parent, "parent" in world.info(image))
        self.assertEqual(parent, "parent" in world.info(f"{image}@snap"))
        self.assertEqual(world.info(image)["size"], result["size"])
        self.assertEqual(source["size"], result["size"])
        self.assertEqual([], world.leftovers())

    def check_untouched(self, world, source, digest):
        """The old image, hidden, with its bytes as they were and free of clones."""
        now = world.record(source["id"])
        self.assertEqual((source["name"], "active", True), (now["name"], now["status"], now["os_hidden"]))
        changed = {"os_hidden", "updated_at"}
        self.assertEqual({k: v for k, v in source.items() if k not in changed},
                         {k: v for k, v in now.items() if k not in changed})
        self.assertEqual(digest, world.digest(source["id"]))
        self.assertEqual([], world.children(source["id"]))
        world.rbd("snap", "unprotect", f"{source['id']}@snap")
        world.rbd("snap", "protect", f"{source['id']}@snap")

    def life(self, guest):
        """The whole life of one image."""
        world, source, digest = self.cloud(tags=["base", "site"], min_disk=1)
        agent = os.urandom(1 << 20)
        world.write("agent.bin", agent)
        recipe = world.recipe(WHOLE.format(name=source["name"]))
        options = ["--guest", guest]

        before = world.state()
        plan = world.retouch("plan", recipe, "--detailed-exitcode", *options, expect=2)
        self.assertIn("create a new image", plan.stdout)
        self.assertIn("this endpoint shows locations", plan.stdout)
        self.assertEqual(before, world.state(), "planning wrote something")

        asked = len(world.requests())
        world.retouch("apply", recipe, "--yes", *options)
        requests = world.requests()[asked:]
        publishing = [line for line in requests if not line.startswith("GET /v2/images?")]
        self.assertLessEqual(len(publishing), 15, requests)
        lists = [line for line in requests if "limit=1000" in line]
        self.assertEqual(5, len(lists), f"three for the plan, and what dead runs left under the name: {requests}")
        self.assertEqual([], [line for line in lists if "&name=" not in line and "&retouch_recipe=" not in line])

        result = self.the_result(world, source)
        self.check_published(world, result, source)
        self.check_untouched(world, source, digest)
        self.assertEqual("public", result["visibility"])
        self.assertEqual((["base", "site"], 1), (sorted(result["tags"]), result["min_disk"]))
        ours = {key: value for key, value in result.items() if key.startswith("retouch_")}
        self.assertEqual({"retouch_recipe", "retouch_source", "retouch_source_digest", "retouch_fingerprint",
                          "retouch_version"}, set(ours))
        self.assertEqual(source["id"], ours["retouch_source"])
        shown = world.openstack("image", "show", result["id"])
        self.assertEqual(("active", source["name"]), (shown["status"], shown["name"]))
        properties = shown["properties"]
        self.assertEqual(("debian", "12.1", "virtio", "yes"), tuple(properties.get(key) for key in (
            "os_distro", "os_version", "hw_disk_bus", "hw_qemu_guest_agent")))
        self.assertNotIn("image_meta_old", properties)
        self.assertNotIn("img_signature", properties)

        with world.machine_disk(result["id"]) as disk:
            self.assertEqual("", fsck(disk))
            self.assertEqual("from a recipe\n", debugfs(disk, "cat /etc/motd.copy"))
            self.assertRegex(debugfs(disk, "stat /etc/motd"), r"Mode:\s+0640")
            self.assertRegex(debugfs(disk, "stat /opt/agent"), rf"Size: {len(agent)}\b")

        after = world.state()
        again = world.retouch("plan", recipe, "--detailed-exitcode", *options)
        self.assertIn("No changes.", again.stdout)
        report = world.json("apply", recipe, "--yes", *options)
        self.assertEqual(["unchanged"], [target["outcome"] for target in report["targets"]])
        self.assertEqual(after, world.state())

    @needs_root
    def test_the_whole_procedure_with_the_host_guest(self):
        self.life("host")

    def test_the_whole_procedure_with_the_appliance(self):
        self.life("appliance")

    @needs_root
    def test_a_larger_disk_is_published_with_its_size_and_its_root_fills_it(self):
        world, source, digest = self.cloud()
        recipe = self.small(world, source, more="disk: {size: 160 MiB}")
        said = self.apply(world, recipe).stdout
        self.assertIn("disk: 64.0 MiB -> 160.0 MiB, partition 1 (last) and its ext4 grow\n", said)
        result = self.the_result(world, source)
        self.check_published(world, result, {**source, "size": 160 << 20})
        self.check_untouched(world, source, digest)
        self.assertEqual(1, result["min_disk"])
        with world.machine_disk(result["id"]) as disk:
            self.assertEqual("", fsck(disk))
            blocks = re.search(r"Block count:\s+(\d+)", debugfs(disk, "stats"))[1]
            size = re.search(r"Block size:\s+(\d+)", debugfs(disk, "stats"))[1]
            self.assertGreater(int(blocks) * int(size), 158 << 20)
        self.assertIn("No changes.", world.retouch("plan", recipe, *HOST).stdout)

    @needs_root
    def test_properties_alone_converge_and_nothing_else_is_touched(self):
        world, source, _ = self.cloud()
        self.apply(world, self.small(world, source, more="properties: {a: one, b: two}"))
        first = self.the_result(world, source)
        world.patch(first["id"], {"op": "add", "path": "/by_an_operator", "value": "kept"},
                    {"op": "replace", "path": "/a", "value": "changed by hand"})
        recipe = self.small(world, source, more="properties: {a: one, b: null, c: three}")
        report = world.json("apply", recipe, "--yes", *HOST)
        self.assertEqual(["updated"], [target["outcome"] for target in report["targets"]])
        second = self.the_result(world, source)
        self.assertEqual(first["id"], second["id"])
        self.assertEqual(("one", None, "three", "kept"), tuple(second.get(k) for k in ("a", "b", "c", "by_an_operator")))
        self.assertIn("No changes.", world.retouch("plan", recipe, *HOST).stdout)

    def test_properties_without_contents_need_no_guest(self):
        world = self.enterContext(Cloud())
        source = world.upload(world.write("windows.raw", os.urandom(9 << 20)), os_type="windows")
        digest = world.digest(source["id"])
        recipe = world.recipe(f"retouch: 1\nname: windows\nsource: {{image: {source['name']}}}\nproperties:\n"
                              "  hw_video_model: qxl\n  hw_video_ram: \"64\"\n  os_admin_user: Administrator\n")
        world.retouch("apply", recipe, "--yes")
        result = self.the_result(world, source)
        self.assertEqual(("qxl", "64", "Administrator", "windows"), tuple(result[key] for key in (
            "hw_video_model", "hw_video_ram", "os_admin_user", "os_type")))
        self.check_published(world, result, source)
        self.check_untouched(world, source, digest)
        self.assertEqual(digest, world.digest(result["id"]))

    @needs_root
    def test_each_lineage(self):
        for lineage in ("flatten", "keep"):
            with self.subTest(lineage=lineage):
                world, source, digest = self.cloud()
                self.apply(world, self.small(world, source, more=f"publish: {{lineage: {lineage}}}"))
                result = self.the_result(world, source)
                self.check_published(world, result, source, parent=lineage == "keep")
                self.assertEqual(digest, world.digest(source["id"]))
                if lineage == "flatten":
                    self.check_untouched(world, source, digest)
                else:
                    self.assertEqual([result["id"]], [child["image"] for child in world.children(source["id"])])
                    self.addCleanup(world.delete, source["id"])  # after what was made from it
                    world.delete(result["id"])

    @needs_root
    def test_each_policy_for_the_previous_image(self):
        for policy in ("hide", "rename", "deactivate", "keep"):
            with self.subTest(policy=policy):
                world, source, _ = self.cloud()
                self.apply(world, self.small(world, source, more=f"publish: {{previous: {policy}}}"))
                self.check_published(world, self.the_result(world, source), source)
                now = world.record(source["id"])
                today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
                self.assertEqual(policy == "hide", now["os_hidden"])
                self.assertEqual(f"{source['name']}-{today}" if policy == "rename" else source["name"], now["name"])
                self.assertEqual("deactivated" if policy == "deactivate" else "active", now["status"])

    @needs_root
    def test_an_image_taken_back_by_hand_is_not_published_again(self):
        world, source, _ = self.cloud()
        recipe = self.small(world, source)
        self.apply(world, recipe)
        made = self.the_result(world, source)
        for image, hidden in ((made, True), (source, False)):
            world.patch(image["id"], {"op": "replace", "path": "/os_hidden", "value": hidden})
        before = world.records()
        held = self.apply(world, recipe)
        self.assertIn(f"or show image {made['id']} again", held.stdout)
        self.assertIn("held back", world.retouch("plan", recipe).stdout)
        self.assertIn(f"or show image {made['id']} again", world.retouch("drift", recipe).stdout)
        self.assertEqual(before, world.records())

    @needs_root
    def test_a_failing_command_leaves_nothing(self):
        world, source, _ = self.cloud()
        before = world.state()
        result = self.apply(world, self.small(world, source, more="commands: [exit 7]"), expect=1)
        self.assertIn("7", result.stdout)
        self.assertEqual(before, world.state())
        self.assertEqual([], world.leftovers())

    def limited(self, guest):
        """What steps write into a disk in Ceph is counted, reported and held against a limit."""
        world, source, _ = self.cloud()
        eight, options = 8 << 20, ["--yes", "--guest", guest]
        before = world.state()
        more = "commands: [dd if=/dev/urandom of=/opt/eight bs=1M count=8]\nlimits: {bytes_written: %s}"
        result = world.retouch("apply", self.small(world, source, more=more % "8 MiB"), *options, expect=5)
        self.assertRegex(result.stdout, r"the steps together wrote 8\.[0-9] MiB, more than the 8\.0 MiB of bytes_written")
        self.assertEqual(before, world.state())
        self.assertEqual([], world.leftovers())

        report = world.json("apply", self.small(world, source, more=more % "9 MiB"), *options)["targets"][0]
        self.check_published(world, self.the_result(world, source), source)
        of_steps = sum(step["effect"]["bytes_written"] for step in report["steps"])
        self.assertTrue(eight < of_steps <= report["bytes_written"] < eight + (1 << 20), report)
        # No sector that is another now was left out.
        with world.exported(f"{source['id']}@snap") as old, world.exported(f"{report['image_id']}@snap") as new:
            changed = different_bytes(old, new)
        self.assertTrue(eight < changed <= report["bytes_written"], (changed, report))

    @needs_root
    def test_a_limit_on_what_is_written_stops_it_with_the_host_guest(self):
        self.limited("host")

    @unittest.skipUnless(THOROUGH, "an appliance takes its time")
    def test_a_limit_on_what_is_written_stops_it_with_the_appliance(self):
        self.limited("appliance")

    @needs_root
    def test_without_the_right_to_publish_it_is_refused_before_the_work(self):
        world, source, _ = self.cloud()
        world.configure(world.catalog, "member")
        before = world.state()
        started = time.time()
        recipe = self.small(world, source, more="commands: [touch /root/worked]")
        text = recipe.read_text(encoding="utf-8").replace("image: ", f"owner: {source['owner']}, image: ", 1)
        result = self.apply(world, world.recipe(text), expect=77)
        self.assertNotIn("step 1", result.stderr)
        self.assertIn("public", result.stdout + result.stderr)
        self.assertLess(time.time() - started, 60)
        self.assertEqual(before, world.state())
        self.assertEqual([], world.leftovers())

    @needs_root
    def test_a_member_updates_an_image_of_the_project(self):
        world, source, digest = self.cloud(user="member", visibility="private")
        world.configure(world.catalog, "member")
        self.apply(world, self.small(world, source))
        result = self.the_result(world, source)
        self.assertEqual(("private", source["owner"]), (result["visibility"], result["owner"]))
        self.check_published(world, result, source)
        self.check_untouched(world, source, digest)

    def answers(self, world, image):
        members = world.ask("GET", f"/images/{image}/members")["members"]
        return {member["member_id"]: member["status"] for member in members}

    def share(self, world, image, project, status):
        world.ask("POST", f"/images/{image}/members", {"member": project}, wanted=(200, 409))
        world.ask("PUT", f"/images/{image}/members/{project}", {"status": status})

    @needs_root
    def test_an_administrator_carries_over_members_and_what_they_answered(self):
        world, source, _ = self.cloud(visibility="shared")
        project = world.openstack("project", "show", "lab")["id"]
        other = world.openstack("project", "show", "admin")["id"]
        self.share(world, source["id"], project, "accepted")
        world.ask("POST", f"/images/{source['id']}/members", {"member": other})
        recipe = self.small(world, source)
        self.assertIn(f"members      {other} (pending), {project} (accepted)" if other < project else
                      f"members      {project} (accepted), {other} (pending)",
                      world.retouch("plan", recipe, *HOST).stdout)
        self.apply(world, recipe)
        result = self.the_result(world, source)
        self.assertEqual("shared", result["visibility"])
        self.assertEqual({project: "accepted", other: "pending"}, self.answers(world, result["id"]))

    @needs_root
    def test_a_member_cannot_accept_for_others_who_keep_the_image_before_until_they_do(self):
        world, source, _ = self.cloud(user="member", visibility="shared")
        world.configure(world.catalog, "member")
        other = world.openstack("project", "show", "admin")["id"]
        self.share(world, source["id"], other, "accepted")
        recipe = self.small(world, source)
        note = (f"image {source['id']} keeps its name until its members have accepted the new image, as only they or an "
                f"administrator can: {other}")
        self.assertIn(note, world.retouch("plan", recipe, *HOST).stdout)
        self.apply(world, recipe)
        made = world.made(source["name"])[0]
        self.assertEqual({other: "pending"}, self.answers(world, made["id"]))
        self.assertFalse(world.record(source["id"])["os_hidden"])
        self.assertIn("unchanged", self.apply(world, recipe).stdout)
        self.assertIn(note, world.retouch("plan", recipe, *HOST).stdout)
        self.assertFalse(world.record(source["id"])["os_hidden"])
        self.assertEqual([], world.json("drift", recipe)["drift"])
        self.share(world, made["id"], other, "accepted")
        self.apply(world, recipe)
        self.assertTrue(world.record(source["id"])["os_hidden"])
        self.assertEqual([made["id"]], [record["id"] for record in world.made(source["name"])])

    @needs_root
    def test_without_locations_the_bytes_are_uploaded(self):
        world, source, digest = self.cloud()
        world.configure(world.catalog, "admin-public")
        recipe = self.small(world, source)
        self.assertIn("uploaded through the image service", world.retouch("plan", recipe, *HOST).stdout)
        self.apply(world, recipe)
        result = self.the_result(world, source)
        self.check_published(world, result, source)
        self.check_untouched(world, source, digest)
        with world.exported(f"{result['id']}@snap") as disk:
            self.assertEqual("new\n", debugfs(disk, "cat /etc/motd"))
            self.assertEqual(result["os_hash_value"], hashlib.sha512(disk.read_bytes()).hexdigest())

    @needs_root
    def test_an_image_of_another_store_goes_through_the_image_service(self):
        world = self.enterContext(Cloud())
        source = world.upload(tiny(), store="fs")
        recipe = self.small(world, source)
        self.assertIn("store of type file", world.retouch("plan", recipe, *HOST).stdout)
        self.apply(world, recipe)
        result = self.the_result(world, source)
        self.assertEqual("active", result["status"])
        self.assertTrue(world.record(source["id"])["os_hidden"])
        self.assertEqual([], world.leftovers())

    @needs_root
    def test_of_two_at_once_one_is_told_to_try_again(self):
        world, source, digest = self.cloud()
        recipe = self.small(world, source, more="commands: [sleep 6]")
        both = []
        for host in ("one", "another"):  # each keeps what it notes to itself, as two hosts do
            for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
                world.environment[name] = str(world.directory / host / name)
            both.append(world.start("apply", recipe, "--yes", *HOST))
        ends = [(process.communicate(timeout=600), process.returncode) for process in both]
        self.assertEqual([0, 75], sorted(code for _, code in ends), ends)
        said = next(err for (_, err), code in ends if code == 75)
        self.assertRegex(said, "since")
        self.check_published(world, self.the_result(world, source), source)
        self.check_untouched(world, source, digest)

    @needs_root
    def test_a_plan_whose_source_somebody_deleted_is_stale(self):
        world, source, _ = self.cloud()
        plan = world.directory / "plan.json"
        world.retouch("plan", self.small(world, source), "-o", plan, *HOST)
        world.delete(source["id"])
        before = world.state()
        result = self.apply(world, plan, expect=4)
        self.assertIn(source["name"], result.stderr)
        self.assertEqual(before, world.state())

    @needs_root
    def test_a_machine_made_meanwhile_keeps_its_disk(self):
        world, source, digest = self.cloud()
        with world.machine_disk(source["id"]) as disk:
            before = sha256(disk)
            self.apply(world, self.small(world, source))
            self.check_published(world, self.the_result(world, source), source)
            self.assertEqual(1, len(world.children(source["id"])))
            self.assertEqual(before, digest)
        self.check_untouched(world, source, digest)

    @needs_root
    def test_killed_at_any_moment_the_next_run_clears_up(self):
        world, source, digest = self.cloud()
        moments = ["staging", "step 2 of", "sealing", "publishing", "completing"]
        for number, moment in enumerate(moments):
            for pause in (0, 0.3, 1) if THOROUGH else (0.2 * number,):
                with self.subTest(moment=moment, pause=pause):
                    recipe = self.small(world, source, f"{moment} {pause}", "commands: [sleep 0.5]")
                    process = world.start("apply", recipe, "--yes", *HOST)
                    for line in process.stderr:
                        if moment in line:
                            break
                    time.sleep(pause)
                    process.send_signal(signal.SIGKILL)
                    process.communicate(timeout=60)
                    visible = [r for r in world.records() if r["name"] == source["name"] and not r["os_hidden"]
                               and r["status"] == "active" and "retouch_unfinished" not in r]
                    self.assertGreaterEqual(len(visible), 1)
                    self.apply(world, recipe)
                    self.assertEqual([], world.leftovers())
                    result = self.the_result(world, source)
                    self.check_published(world, result, source)
                    self.check_untouched(world, source, digest)
                    with world.exported(f"{result['id']}@snap") as disk:
                        self.assertEqual("", fsck(disk))
                        self.assertEqual(f"{moment} {pause}\n", debugfs(disk, "cat /etc/motd"))


if __name__ == "__main__":
    unittest.main()
