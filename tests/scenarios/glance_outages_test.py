#!/usr/bin/python3
"""Midway of a run a part of the cloud stops, fills up or is changed by somebody, or the run is killed.

Afterwards the image is the old one or the new one, and the next run leaves nothing but that: parts of a
real rig (RETOUCH_RIG) go and come back. Single calls that fail are glance_faults_test.py's.
"""

import contextlib
import json
import threading
import time
import unittest
import uuid

from cloud import POOL, ROOT, VM_POOL, Cloud, needs_rig, rest, run, sign_in
from world import HOST, THOROUGH, debugfs, fsck, needs_death, needs_root, sha256, tiny

RECIPE = """retouch: 1
name: outages
source: {{image: {name}}}
files: [{{to: /etc/motd, content: "{text}\\n"}}]
commands: [sleep {seconds}]
{more}
"""
MIDWAY = "step 2 of"
GRACE = 4  # seconds in which a part that comes back is not missed


@needs_rig
@needs_root
class Outages(unittest.TestCase):
    maxDiff = None

    def cloud(self, catalog="admin", **fields):
        """A world with an image to update, and with things of other people in it."""
        self.world = world = self.enterContext(Cloud())
        self.source = world.upload(tiny(), **fields)
        self.digest = world.digest(self.source["id"]) if fields.get("store") != "fs" else None
        self.current = self.source["id"]  # whose the name is
        self.text = f"new {uuid.uuid4().hex[:8]}"
        self.others_bytes = f"retouch-{uuid.uuid4()}"  # a name that looks like ours
        world.rbd("create", "--size", "4M", self.others_bytes)
        self.addCleanup(world.rbd, "rm", "--no-progress", self.others_bytes)
        world.present.update((self.others_bytes, *world.objects()))
        self.others_record = world.ask("POST", "/images", {
            "name": self.source["name"], "visibility": "private", "disk_format": "raw", "container_format": "bare"})
        self.addCleanup(world.delete, self.others_record["id"])
        world.before.add(self.others_record["id"])
        world.configure(world.catalog, catalog)
        return world

    def recipe(self, seconds=0, more=""):
        return self.world.recipe(RECIPE.format(name=self.source["name"], text=self.text, seconds=seconds, more=more))

    def part(self, action, name):
        run(ROOT / "tests/rig/part", action, name)

    def without(self, name, how="kill"):
        """Takes a part away, unawares unless told to stop; it is back at the end of the test at the latest."""
        self.addCleanup(self.part, "start", name)
        self.part(how, name)

    @contextlib.contextmanager
    def midway(self, *options, seconds=2, more=""):
        """The body runs while an apply is in its second step; `self.ended` is what came of it."""
        process = self.world.start("apply", self.recipe(seconds, more), "--yes", *HOST, *options)
        try:
            said = ""
            for line in process.stderr:
                said += line
                if MIDWAY in line:
                    break
            else:
                raise AssertionError(said)
            yield process
            out, err = process.communicate(timeout=300)
        finally:
            process.kill()
            process.wait()
        self.ended, self.said = process.returncode, f"{said}{err}{out}"

    def visible(self):
        """Those whom a machine can be made from by the name."""
        return [r for r in self.world.records() if r["name"] == self.source["name"] and r["status"] == "active"
                and not r["os_hidden"] and r["visibility"] == self.source["visibility"]]

    def check_others(self):
        self.assertEqual(4 << 20, self.world.info(self.others_bytes)["size"], self.said)
        now = self.world.record(self.others_record["id"])
        self.assertEqual(self.others_record, now, self.said)

    def check_old(self):
        """The run failed, and nobody who boots the image by its name sees a difference."""
        self.assertNotEqual(0, self.ended, self.said)
        self.assertEqual([self.current], [record["id"] for record in self.visible()], self.said)
        if self.digest:
            self.assertEqual(self.digest, self.world.digest(self.source["id"]), self.said)
        self.check_others()

    def check_new(self):
        """One new image has the name, whole and on its own; the old one is aside with its bytes."""
        world, shown = self.world, self.said
        visible = [record["id"] for record in self.visible()]
        self.assertEqual(1, len(visible), shown)
        self.assertNotEqual([self.current], visible, shown)
        self.current = visible[0]
        self.assertEqual([("snap", "true")], world.snapshots(self.current), shown)
        self.assertNotIn("parent", world.info(self.current), shown)
        with world.exported(f"{self.current}@snap") as disk:
            self.assertEqual("", fsck(disk), shown)
            self.assertEqual(f"{self.text}\n", debugfs(disk, "cat /etc/motd"), shown)
        self.assertEqual([], world.leftovers(), shown)
        if self.digest:
            self.assertEqual(self.digest, world.digest(self.source["id"]), shown)
        self.check_others()

    def check_next_run(self):
        """A run afterwards has its way and clears up."""
        result = self.world.retouch("apply", self.recipe(), "--yes", *HOST)
        self.said += f"--- the next run\n{result.stderr}{result.stdout}"
        self.check_new()

    def check_said(self, *patterns):
        """What happened and what to do, in words."""
        for pattern in patterns:
            self.assertRegex(self.said, pattern)

    def comes_back(self, name, how="kill"):
        """A part that is away for a moment is waited for."""
        self.cloud()
        with self.midway(seconds=1):
            self.without(name, how)
            time.sleep(GRACE)
            self.part("start", name)
        self.assertEqual(0, self.ended, self.said)
        self.check_new()

    def stays_away(self, name):
        """A part that does not come back ends the run."""
        self.cloud()
        with self.midway(seconds=1):
            self.without(name)
        self.part("start", name)
        self.check_old()

    def test_the_storage_daemon_comes_back(self):
        self.comes_back("osd", "stop")

    @unittest.skipUnless(THOROUGH, "after a crash its data waits for 16 seconds")
    def test_the_storage_daemon_crashes(self):
        self.comes_back("osd")

    def test_the_monitor_comes_back(self):
        self.comes_back("mon")

    def test_the_image_service_comes_back(self):
        self.comes_back("glance")

    def test_the_identity_service_comes_back(self):
        self.comes_back("keystone")

    @unittest.skipUnless(THOROUGH, "waits twice as long as a request is tried again")
    def test_the_image_service_stays_away(self):
        self.stays_away("glance")
        self.check_said("no connection to http://127", "check that the service runs")
        self.check_next_run()

    @unittest.skipUnless(THOROUGH, "waits twice as long as a request is tried again")
    def test_the_identity_service_stays_away(self):
        self.stays_away("keystone")
        self.check_said("cannot log in to cloud .* no connection to http://127", "check that the service runs")
        self.check_next_run()

    @unittest.skipUnless(THOROUGH, "waits for Ceph's time limits")
    def test_the_monitor_stays_away(self):
        self.stays_away("mon")
        self.check_said("the Ceph cluster does not answer|cannot reach the Ceph cluster", "ceph -s")
        self.check_next_run()

    def quota(self, limit):
        run("ceph", "osd", "pool", "set-quota", POOL, "max_bytes", limit, env=self.world.ceph)

    def full(self):
        """Until the pool takes nothing more."""
        self.addCleanup(self.await_pool, full=False)
        self.addCleanup(self.quota, 0)
        self.quota(1 << 20)
        self.await_pool(full=True)

    def await_pool(self, full):
        deadline = time.monotonic() + 60
        while self.is_full() != full:
            self.assertLess(time.monotonic(), deadline, "the monitor does not see it")
            time.sleep(0.2)

    def is_full(self):
        pools = json.loads(run("ceph", "osd", "pool", "ls", "detail", "--format", "json", env=self.world.ceph))
        return any("full" in pool["flags_names"] for pool in pools if pool["pool_name"] == POOL)

    def test_a_full_pool_that_gets_room_again(self):
        self.cloud()
        with self.midway(seconds=1):
            self.full()
            time.sleep(GRACE)
            self.quota(0)
        # For some seconds Ceph may still call the pool full; detaching does not wait for it, and says so.
        self.assertIn(self.ended, (0, 75), self.said)
        self.assertEqual(self.ended == 75, "complete it with: retouch detach" in self.said, self.said)
        self.await_pool(full=False)
        self.world.retouch("detach")
        self.check_new()

    @unittest.skipUnless(THOROUGH, "the run waits for room for two minutes")
    def test_a_full_pool_that_stays_full(self):
        """The run ends by itself and clears up; until then every sync of this host waits, so not for long."""
        self.cloud()
        # Ceph removes nothing from a full pool from which nothing was ever removed; the next run does then.
        self.world.rbd("create", "--size", "4M", "removed")
        self.world.rbd("rm", "--no-progress", "removed")
        room_at_last = threading.Timer(400, self.quota, [0])
        self.addCleanup(room_at_last.cancel)
        room_at_last.start()
        with self.midway(seconds=15):
            self.full()
        self.assertEqual(75, self.ended, self.said)
        self.check_said("the Ceph pool 'images' takes no more data, and nobody made room for 120 s",
                        r"free space in the pool or raise its quota \('ceph df' shows both\), and run the command again")
        self.assertTrue(self.is_full(), "the run went on because there was room")
        self.assertEqual([], self.world.leftovers(), self.said)
        # What is to be begun there is refused at once.
        result = self.world.retouch("apply", self.recipe(), "--yes", *HOST, expect=1)
        self.assertIn("free space in the pool or raise its quota; 'ceph df' shows both", result.stderr + result.stdout)
        self.quota(0)
        self.await_pool(full=False)
        self.check_old()  # which the rbd tool can read only now
        self.check_next_run()

    def configured(self, server):
        """A function that starts a server of the image service again, with one more line of settings or as it was."""
        conf = self.world.rig.path(f"glance/{server}.conf")
        usual = conf.read_text(encoding="utf-8")

        def restart(setting=""):
            conf.write_text(usual.replace("[DEFAULT]\n", f"[DEFAULT]\n{setting}\n"), encoding="utf-8")
            self.part("kill", server)
            self.part("start", server)

        self.addCleanup(restart)
        return restart

    def check_quota_said(self):
        self.check_said("413", "a quota of the project or a limit of the service is reached: remove images that are not "
                               "needed any more, or properties and tags where one image has too many, or ask an "
                               "administrator of the cloud to raise it")

    def test_a_quota_of_the_image_service(self):
        """Only the upload of a finished image meets it."""
        self.cloud("admin-public")
        restart = self.configured("glance-plain")
        with self.midway(seconds=1):
            restart("image_size_cap = 1000000")
        self.check_old()
        self.check_quota_said()
        self.assertEqual([], self.world.leftovers(), self.said)

    def test_a_quota_of_storage_that_a_location_meets(self):
        """At the end of the work when it is reached meanwhile, else before the work begins."""
        self.cloud()
        restart = self.configured("glance")
        with self.midway(seconds=1):
            restart("user_storage_quota = 1MB")
        self.check_old()
        self.check_quota_said()
        self.assertEqual([], self.world.leftovers(), self.said)

        result = self.world.retouch("apply", self.recipe(), "--yes", *HOST, expect=5)
        self.said = result.stderr + result.stdout
        self.check_quota_said()
        self.assertNotIn("step 1", self.said)
        self.assertEqual([], self.world.leftovers(), self.said)
        restart()
        self.check_next_run()

    def test_a_token_revoked(self):
        self.cloud("member", user="member", visibility="private")
        rig = self.world.rig
        token, _ = sign_in(rig, "admin", "admin")
        _, member = sign_in(rig, "member", "lab")
        with self.midway(seconds=4):
            # A password set again ends every token given for the old one.
            self.set_password(token, member)
        self.assertEqual(0, self.ended, self.said)
        self.check_new()

    def set_password(self, token, user):
        status, _, answer = rest.call(
            "PATCH", f"{self.world.rig.keystone_url}/users/{user}",
            {"user": {"password": self.world.rig.passwords["member"]}}, token)
        self.assertEqual(200, status, answer)

    def test_a_source_somebody_deletes(self):
        """Ceph keeps what a stage is made of; the image service says so to whoever deletes it."""
        self.cloud()
        with self.midway():
            self.world.ask("DELETE", f"/images/{self.source['id']}", wanted=range(400, 600))
        self.assertEqual(0, self.ended, self.said)
        self.check_new()

    def test_a_source_somebody_deletes_after_it_was_read(self):
        """Nothing is left to be put aside."""
        self.cloud(store="fs")
        with self.midway():
            self.world.delete(self.source["id"])
        self.assertEqual(0, self.ended, self.said)
        self.assertEqual(["active"], [record["status"] for record in self.visible()], self.said)
        self.assertEqual([], self.world.leftovers(), self.said)
        self.check_others()

    def test_a_source_somebody_renames(self):
        self.cloud()
        with self.midway():
            self.world.patch(self.source["id"], {"op": "replace", "path": "/name", "value": "taken away"})
        self.assertEqual(0, self.ended, self.said)
        self.check_new()
        now = self.world.record(self.source["id"])
        self.assertEqual(("taken away", "active", False), (now["name"], now["status"], now["os_hidden"]), self.said)

    def test_a_machine_somebody_makes(self):
        world = self.cloud()
        disk = f"{uuid.uuid4()}_disk"
        with self.midway():
            run("rbd", "clone", "--rbd-default-clone-format", "2", f"{POOL}/{self.source['id']}@snap",
                f"{VM_POOL}/{disk}", env=world.ceph)
            self.addCleanup(run, "rbd", "-p", VM_POOL, "rm", "--no-progress", disk, env=world.ceph)
        self.assertEqual(0, self.ended, self.said)
        self.check_new()
        self.assertEqual([disk], [child["image"] for child in world.children(self.source["id"])])
        with world.exported(disk, VM_POOL) as path:
            self.assertEqual(self.digest, sha256(path))

    def killed_after(self, entry, more=""):
        """An apply that dies as soon as its journal has that entry."""
        self.said = f"killed after {entry}: " + self.world.killed_at(entry, "apply", self.recipe(more=more), "--yes", *HOST)

    @needs_death
    def test_killed_while_only_properties_change(self):
        """The image stays, with the old properties or the new ones, and the next run has its way."""
        properties = "properties: {{os_version: '{0}', hw_disk_bus: {1}}}\npublish: {{min_disk: {2}}}"
        wanted = ("12", "virtio", 1)
        self.cloud()
        self.world.retouch("apply", self.recipe(more=properties.format(*wanted)), "--yes", *HOST)
        image = self.visible()[0]["id"]

        def seen():
            record = self.world.record(image)
            return record["os_version"], record["hw_disk_bus"], record["min_disk"]

        for number, entry in enumerate(("run", "converge", "converged")):
            with self.subTest(entry=entry):
                old, wanted = wanted, (f"12.{number}", "scsi" if wanted[1] == "virtio" else "virtio", 2 + number)
                more = properties.format(*wanted)
                digest = self.world.digest(image)
                self.killed_after(entry, more)
                self.assertEqual(wanted if entry == "converged" else old, seen(), self.said)
                self.assertEqual([image], [record["id"] for record in self.visible()], self.said)
                result = self.world.retouch("apply", self.recipe(more=more), "--yes", *HOST)
                self.said += f"--- the next run\n{result.stderr}{result.stdout}"
                self.assertEqual(wanted, seen(), self.said)
                self.assertEqual([image], [record["id"] for record in self.visible()], self.said)
                self.assertEqual(digest, self.world.digest(image), self.said)
                self.assertEqual([], self.world.leftovers(), self.said)
                self.assertIn("No changes", self.world.retouch("plan", self.recipe(more=more), *HOST).stdout)
                self.check_others()

    @needs_death
    def test_killed_after_each_entry_of_the_journal(self):
        self.cloud()
        for entry in ("run", "stage", "publish", "hand-over", "published"):
            with self.subTest(entry=entry):
                self.text = f"after {entry}"
                self.killed_after(entry)
                before, visible = self.current, {record["id"] for record in self.visible()}
                if entry != "published":
                    self.assertEqual({before}, visible, self.said)
                self.assertEqual(self.digest, self.world.digest(self.source["id"]), self.said)
                self.check_next_run()
                if entry == "published":
                    self.assertEqual({self.current}, visible, self.said)
                if before != self.source["id"]:
                    self.world.delete(before)


if __name__ == "__main__":
    unittest.main()
