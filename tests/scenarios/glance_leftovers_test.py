#!/usr/bin/python3
"""What dead runs and dead doctors left on a cloud is named by doctor, and gone after the commands it names.

Parts of a real rig (RETOUCH_RIG). The state directory of the dead is gone, as it is with a container of a CI job.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
import uuid
from pathlib import Path

from cloud import POOL, Cloud, needs_rig, run
from parts import rest
from parts.users import Directory, sign_in
from world import HOST, needs_death, needs_root, tiny

RECIPE = """retouch: 1
name: {recipe}
source: {{image: {name}}}
commands: [{command}]
publish: {{visibility: private{more}}}
"""
TIME = "[-0-9]{10}T[0-9:.]{8,15}Z"


@needs_rig
@needs_root
class Leftovers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.source = self.world.upload(tiny())

    def recipe(self, command="sleep 60", name="left-overs", more=""):
        return self.world.recipe(RECIPE.format(recipe=name, name=self.source["name"], command=json.dumps(command), more=more))

    def found(self, *subjects):
        return [(f["subject"], f["detail"], f["remedy"]) for f in self.world.json("doctor")["findings"]
                if f["area"].startswith("Cloud") and f["state"] == "warning" and (not subjects or f["subject"] in subjects)]

    def kill_at_first_step(self, more=""):
        self.world.killed_when_it_says("step 1 of", "apply", self.recipe(more=more), "--yes", *HOST)

    def forget(self):
        shutil.rmtree(self.world.directory / "state")

    def unfinished(self):
        return [r for r in self.world.records() if "retouch_unfinished" in r and r["id"] not in self.world.before]

    def follow(self, remedy):
        time.sleep(12)  # the rig forgets a dead writer after ten seconds
        environment = {**self.world.ceph, **self.world.environment, "OS_CLOUD": "admin"}
        run("sh", "-ec", remedy.split("else: ")[-1], env=environment)

    def check_nothing_left(self):
        kinds = ("bytes", "record")  # the locks of the dead expire, and the next run on this host clears its directories
        self.assertEqual([], [left for left in self.world.leftovers() if left.startswith(kinds)])
        self.assertEqual([], self.world.children(self.source["id"]))
        self.world.ask("DELETE", f"/images/{self.source['id']}", wanted=(204,))

    def test_a_record_whose_run_died_with_its_journal(self):
        self.kill_at_first_step()
        record, = self.unfinished()
        self.forget()
        (_, detail, remedy), = self.found("unfinished image")
        self.assertRegex(detail, f"^image {record['id']} '{self.source['name']}', made {TIME}, was not finished, and no "
                                 "run holds the lock of its name$")
        stage = f"{POOL}/retouch-stage-{record['id']}"
        self.assertEqual("the next apply of the recipe 'left-overs' that publishes under this name removes it; else: openstack image delete "
                         f"{record['id']}; rbd snap purge {stage} && rbd rm {stage}", remedy)
        self.assertEqual([], self.found("abandoned stage"))
        self.follow(remedy)
        self.assertEqual([], self.found("unfinished image", "abandoned stage"))
        self.check_nothing_left()

    def test_the_next_apply_removes_it_as_doctor_says(self):
        self.kill_at_first_step()
        self.forget()
        self.assertEqual(1, len(self.found("unfinished image")))
        time.sleep(12)
        self.world.retouch("apply", self.recipe("true"), "--yes", *HOST)
        self.assertEqual([], self.found("unfinished image", "abandoned stage"))
        self.assertEqual([], self.world.leftovers())

    def test_a_living_run_is_no_leftover(self):
        process = self.world.start("apply", self.recipe(), "--yes", *HOST)
        for line in process.stderr:
            if "step 1 of" in line:
                break
        self.assertEqual([], self.found("unfinished image", "abandoned stage"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual([], self.world.leftovers())

    @needs_death
    def test_bytes_that_look_published_and_hold_their_source(self):
        self.world.killed_at("publish", "apply", self.recipe("true"), "--yes", *HOST)
        record, = self.unfinished()
        self.forget()
        (_, _, remedy), = self.found("unfinished image")
        self.follow(remedy)
        self.check_nothing_left()

    @needs_death
    def test_an_active_record_that_was_never_shown(self):
        self.world.killed_at("hand-over", "apply", self.recipe("true"), "--yes", *HOST)
        record, = self.unfinished()
        self.assertEqual("active", record["status"])
        self.forget()
        (_, _, remedy), = self.found("unfinished image")
        self.assertTrue(remedy.endswith(f"else: openstack image delete {record['id']}"), remedy)
        self.follow(remedy)
        self.check_nothing_left()

    def test_an_administrator_is_told_of_bytes_whose_record_is_gone(self):
        self.kill_at_first_step()
        record, = self.unfinished()
        self.forget()
        self.world.ask("DELETE", f"/images/{record['id']}")
        identity = str(uuid.uuid4())
        time.sleep(12)
        run("rbd", "mv", f"{POOL}/retouch-stage-{record['id']}", f"{POOL}/{identity}", env=self.world.ceph)
        self.world.rbd("image-meta", "set", identity, "retouch.stage", identity)
        (_, detail, remedy), = self.found("bytes without record")
        self.assertRegex(detail, f"^{POOL}/{identity}, made {TIME}, carries retouch's mark, and no image has its id$")
        self.world.configure(self.world.catalog, "member")
        self.assertEqual([], self.found("bytes without record"))
        run("rbd", "snap", "create", f"{POOL}/{identity}@snap", "--no-progress", env=self.world.ceph)
        run("rbd", "snap", "protect", f"{POOL}/{identity}@snap", env=self.world.ceph)
        self.follow(remedy)
        self.check_nothing_left()

    def test_a_record_of_another_lock_is_left_alone_for_a_day(self):
        self.kill_at_first_step()
        record, = self.unfinished()
        self.forget()
        self.world.patch(record["id"], {"op": "replace", "path": "/retouch_unfinished", "value": "run@elsewhere/pool/project"})
        self.assertEqual([], self.found("unfinished image", "abandoned stage"))
        self.date_back(record["id"], "-25 hours")
        (_, detail, remedy), = self.found("unfinished image")
        self.assertTrue(detail.endswith(", was not finished, and it is older than a day; its run locked elsewhere"), detail)
        self.follow(remedy)
        self.check_nothing_left()

    def test_a_record_for_another_project_is_seen_by_an_administrator(self):
        lab = Directory(self.world.rig, self.world.token).ensure("project", "lab")
        self.kill_at_first_step(f", owner: {lab}")
        record, = self.unfinished()
        self.assertEqual(lab, record["owner"])
        self.forget()
        (_, detail, remedy), = self.found("unfinished image", "abandoned stage")
        self.assertRegex(detail, f"^image {record['id']} '{self.source['name']}', made {TIME} for project {lab}, was not "
                                 "finished, and no run holds the lock of its name$")
        self.follow(remedy)
        self.check_nothing_left()

    def test_who_cannot_see_a_record_says_so(self):
        self.kill_at_first_step()
        record, = self.unfinished()
        self.forget()
        self.world.configure(self.world.catalog, "member")
        stage = f"{POOL}/retouch-stage-{record['id']}"
        (_, detail, remedy), = self.found("unfinished image", "abandoned stage")
        self.assertRegex(detail, f"^{stage}, made {TIME} on [^ ]+, has no record that this project may see .an administrator's "
                                 "doctor knows whether there is one., and no run works on it$")
        self.assertEqual("the next run on its host removes it if that still has the journal; else: "
                         f"rbd snap purge {stage} && rbd rm {stage}", remedy)
        self.follow(remedy)
        self.world.ask("DELETE", f"/images/{record['id']}")
        self.check_nothing_left()

    def test_the_lock_of_a_dead_run(self):
        self.kill_at_first_step()
        record, = self.unfinished()
        self.forget()
        self.world.delete(record["id"])
        lock, = (name for name in self.world.objects() if name.startswith("retouch.lock.") and name not in self.world.present)
        detail, remedy = self.found_locks()[lock]
        self.assertRegex(detail, f"^{POOL}/{lock}, written {TIME}, is the lock of a run that died; nobody holds it, and it "
                                 "holds up nobody$")
        self.assertEqual("the next run under its name removes it; else, while none is at work: "
                         f"rados -p {POOL} rm {lock}", remedy)
        run("sh", "-ec", remedy.split("work: ")[-1], env=self.world.ceph)
        (_, _, remedy), = self.found("abandoned stage")
        self.follow(remedy)
        self.assertEqual([], self.found("abandoned stage"))
        self.assertNotIn(lock, self.found_locks())
        self.check_nothing_left()

    def found_locks(self):
        """Those of the dead of other cases are there, too."""
        return {detail.split(",")[0].split("/")[1]: (detail, remedy) for _, detail, remedy in self.found("free lock")}

    def announce(self, identity, pid):
        """As a run does before it makes a stage."""
        space = f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()} {os.readlink('/proc/self/ns/pid')}"
        said = self.world.directory / "announcement"
        said.write_text(json.dumps({"host": "here", "space": space, "pid": str(pid)}), encoding="utf-8")
        run("rados", "-p", POOL, "put", f"retouch.stage.{identity}", said, env=self.world.ceph)

    def dead_process(self):
        return int(run("sh", "-c", "echo $$"))

    def test_a_stage_that_was_begun_and_is_in_no_list(self):
        identity, living = str(uuid.uuid4()), str(uuid.uuid4())
        self.announce(identity, self.dead_process())
        self.announce(living, os.getpid())
        for one in (identity, living):
            run("rados", "-p", POOL, "create", f"rbd_id.retouch-stage-{one}", env=self.world.ceph)
        (_, detail, remedy), = self.found("begun stage")
        self.assertRegex(detail, f"^{POOL}/rbd_id.retouch-stage-{identity}, written {TIME} on here, is all there is of a stage, "
                                 "has no record, and no run works on it$")
        self.assertEqual(f"rados -p {POOL} rm retouch.stage.{identity}; rados -p {POOL} rm rbd_id.retouch-stage-{identity}",
                         remedy)
        run("sh", "-ec", remedy, env=self.world.ceph)
        self.assertEqual([], self.found("begun stage"))
        for name in (f"retouch.stage.{living}", f"rbd_id.retouch-stage-{living}"):
            run("rados", "-p", POOL, "rm", name, env=self.world.ceph)
        self.assertEqual([], self.world.leftovers())

    def test_what_a_run_published_and_the_trash_has(self):
        made, needed = str(uuid.uuid4()), str(uuid.uuid4())
        for identity in (made, needed):
            self.world.rbd("create", "--size", "1M", identity)
            self.world.rbd("image-meta", "set", identity, "retouch.stage", identity)
        self.world.rbd("snap", "create", "--no-progress", f"{needed}@snap")
        run("rbd", "clone", "--rbd-default-clone-format", "2", f"{POOL}/{needed}@snap", f"{POOL}/{needed}-disk", env=self.world.ceph)
        self.world.rbd("snap", "rm", "--no-progress", f"{needed}@snap")
        for identity in (made, needed):
            self.world.rbd("trash", "mv", identity)
        (_, detail, remedy), = self.found("trash")
        self.assertRegex(detail, f"^{POOL}/{made}, removed {TIME}, is in the pool's trash: a run that died made it, or the image "
                                 "service deleted it while it had clones, which cannot be told apart; nothing needs it any more$")
        run("sh", "-ec", remedy, env=self.world.ceph)
        self.assertEqual([], self.found("trash"))
        self.world.rbd("rm", "--no-progress", f"{needed}-disk")
        (_, _, remedy), = self.found("trash")
        run("sh", "-ec", remedy, env=self.world.ceph)
        self.assertEqual([], self.found("trash"))

    def test_a_run_removes_its_own_also_where_the_pool_has_a_trash(self):
        run("rbd", "config", "pool", "set", POOL, "rbd_move_to_trash_on_remove", "true", env=self.world.ceph)
        self.addCleanup(run, "rbd", "config", "pool", "rm", POOL, "rbd_move_to_trash_on_remove", env=self.world.ceph)
        self.kill_at_first_step()
        time.sleep(12)
        self.world.retouch("apply", self.recipe("true"), "--yes", *HOST)
        self.assertEqual([], self.found("trash", "unfinished image", "abandoned stage", "begun stage"))
        self.assertEqual("[]", run("rbd", "trash", "ls", "--format", "json", POOL, env=self.world.ceph).strip())
        self.assertEqual([], self.world.leftovers())

    def date_back(self, image, by):
        with contextlib.closing(sqlite3.connect(self.world.rig.path("glance/glance.sqlite"), timeout=30)) as records, records:
            records.execute("UPDATE images SET created_at = datetime(created_at, ?) WHERE id = ?", (by, image))

    def test_a_doctor_that_was_killed(self):
        for wanted in ("-clone$", "[0-9a-f]$"):
            with self.subTest(wanted=wanted):
                process = self.stopped_doctor(wanted)
                process.send_signal(signal.SIGKILL)
                process.communicate(timeout=60)
                left = self.doctor_images()
                self.assertTrue(left)
                found = self.found("doctor's image")
                self.assertEqual(sorted(left, reverse=True), [detail.split(",")[0].split("/")[1] for _, detail, _ in found])
                time.sleep(12)
                for _, _, remedy in found:
                    run("sh", "-c", remedy, env=self.world.ceph)
                self.assertEqual([], self.doctor_images())
                self.assertEqual([], self.found("doctor's image"))

    def doctor_images(self):
        return [name for name in self.world.rbd("ls").split() if name.startswith("retouch-doctor-")]

    def stopped_doctor(self, wanted):
        """A doctor stopped while there is an image of its own so named, and every one there is tells its run."""
        process = self.world.start("doctor")
        while True:
            process.send_signal(signal.SIGSTOP)
            images = self.doctor_images()
            if any(re.search(wanted, name) for name in images) and all(map(self.tells_its_run, images)):
                return process
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            if process.poll() is not None:  # it was faster than the look at its image
                process.communicate()
                process = self.world.start("doctor")

    def tells_its_run(self, name):
        """One whose run dies before that is told of when a doctor would long have ended."""
        return subprocess.run(("rbd", "image-meta", "get", f"{POOL}/{name}", "retouch.pid"), capture_output=True,
                              env=self.world.ceph, check=False).returncode == 0

    def test_the_record_of_a_doctor_that_was_killed(self):
        token, _ = sign_in(self.world.rig, "admin", "admin")
        record = rest.want("POST", f"{self.world.rig.glance_url}/v2/images",
                           {"name": "retouch doctor", "visibility": "private", "os_hidden": True,
                            "disk_format": "raw", "container_format": "bare"}, token)
        self.assertEqual([], self.found("doctor's record"))
        self.date_back(record["id"], "-11 minutes")
        (_, detail, remedy), = self.found("doctor's record")
        self.assertRegex(detail, f"^image {record['id']} 'retouch doctor', made {TIME}, is one of a doctor that died$")
        self.follow(remedy)
        self.assertEqual([], self.found("doctor's record"))


if __name__ == "__main__":
    unittest.main()
