#!/usr/bin/python3
"""A saved plan is done exactly or refused with what moved; a plan edited by hand is no plan."""

import hashlib
import io
import json
import shutil
import signal
import subprocess
import tarfile
import time
import unittest

from world import HOST, World, debugfs, needs_root, tiny

RECIPE = """
files:
  - {to: /etc/motd, content: planned}
  - {to: /opt/agent, from: agent.bin}
commands: [cp /etc/motd /etc/motd.copy]
properties: {a: one}
publish: {name: base}
"""


@needs_root
class SavedPlan(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.write("agent.bin", "agent 1\n")
        self.recipe = self.world.recipe(RECIPE)
        self.plan = self.world.directory / "plan.json"
        self.world.retouch("plan", self.recipe, "-o", self.plan, *HOST)

    def refused(self, code, *words):
        """Applying exits with `code`, says `words` and changes nothing."""
        before = self.world.state()
        result = self.world.retouch("apply", self.plan, "--yes", *HOST, expect=code)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())

    def test_it_is_the_documented_contract(self):
        plan = json.loads(self.plan.read_text(encoding="utf-8"))
        self.assertEqual("2.0", plan["format_version"])
        self.assertLessEqual({"format_version", "tool", "catalog", "targets"}, set(plan))
        target = plan["targets"][0]
        self.assertLessEqual({"path", "sha256", "name"}, set(target["recipe"]))
        self.assertLessEqual({"action", "source", "present", "fingerprint", "steps", "properties", "preconditions"},
                             set(target))
        self.assertEqual("create", target["action"])
        self.assertLessEqual({"id", "name"}, set(target["source"]))
        self.assertLessEqual({"set", "remove", "keep"}, set(target["properties"]))
        for step in target["steps"]:
            self.assertLessEqual({"id", "kind", "summary", "origin", "state"}, set(step))

    def test_it_is_done(self):
        self.recipe.unlink()
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        self.assertEqual("planned", debugfs(self.world.bytes_of(self.world.image("base")), "cat /etc/motd.copy"))

    def test_it_drops_what_recipe_and_catalog_dropped_when_it_was_made(self):
        configuration = self.world.directory / "retouch.yaml"
        was = configuration.read_text(encoding="utf-8")
        self.world.retouch("import", tiny(), "--name", "dated", "--property", "made_date=1", "--property", "owner_x=2",
                           "--property", "os_distro=debian", "--property", "img_signature=s")
        recipe = self.world.recipe("""
retouch: 1
name: dated
source: {image: dated}
properties: {owner_y: three}
drop_properties: ["*_date"]
commands: ["true"]
publish: {name: dated}
""")
        configuration.write_text(was + '    drop_properties: ["owner_*"]\n', encoding="utf-8")
        shown = self.world.retouch("plan", recipe, "-o", self.plan, *HOST).stdout
        self.assertIn("      + owner_y        \"three\"\n"
                      "      - img_signature  belongs to the source alone\n"
                      "      - made_date      dropped by '*_date'\n"
                      "      - owner_x        dropped by 'owner_*'\n", shown)
        self.assertIn("the source is signed, the new image is not", shown)
        configuration.write_text(was, encoding="utf-8")
        recipe.unlink()
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        properties = {name: value for name, value in self.world.image("dated")["properties"].items()
                      if not name.startswith("retouch_")}
        self.assertEqual({"os_distro": "debian", "owner_y": "three"}, properties)

    def test_a_second_time_it_is_applied_already(self):
        self.world.retouch("apply", self.plan, "--yes", *HOST)
        before = self.world.state()
        self.assertIn("already applied: ", self.world.retouch("apply", self.plan, *HOST).stdout)
        self.assertEqual(before, self.world.state())

    def test_an_edited_one_is_refused(self):
        text = self.plan.read_text(encoding="utf-8")
        self.assertIn("cp /etc/motd /etc/motd.copy", text)
        self.plan.write_text(text.replace("cp /etc/motd /etc/motd.copy", "cp /etc/motd /etc/shadow"),
                             encoding="utf-8")
        self.refused(65, "plan")

    def test_a_torn_one_is_refused(self):
        text = self.plan.read_text(encoding="utf-8")
        self.plan.write_text(text[:len(text) // 2], encoding="utf-8")
        self.refused(65, "plan")

    def test_it_names_an_injected_file_that_changed(self):
        self.world.write("agent.bin", "agent 2\n")
        self.refused(4, "agent.bin")

    def test_a_signal_while_its_files_are_read_is_no_staleness(self):
        with open(self.world.directory / "agent.bin", "wb") as file:
            file.truncate(16 << 30)
        self.world.retouch("plan", self.recipe, "-o", self.plan, *HOST)
        for sign, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(sign):
                process = self.world.start("apply", self.plan, "--yes", *HOST)
                time.sleep(0.5)
                process.send_signal(sign)
                out, err = process.communicate(timeout=60)
                self.assertEqual(code, process.returncode, out + err)
                self.assertNotIn("stale", out + err)

    def test_it_names_a_source_that_is_gone(self):
        self.world.retouch("remove", self.world.image("base")["id"], "--yes")
        self.refused(4, "base")

    def test_it_names_a_new_image_under_the_name(self):
        self.world.retouch("import", tiny(), "--name", "base")
        self.refused(4, "base")


TREE = """
files:
  - {to: /opt/agent, from: agent.bin}
  - {to: /opt/agent.copy, from: other/same.bin}
  - {to: /opt/tree, from: tree}
publish: {name: base}
"""


@needs_root
class Bundle(unittest.TestCase):
    """A plan that brings its files with it."""

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        for name, content in (("agent.bin", "agent 1\n" * 40000), ("other/same.bin", "agent 1\n" * 40000),
                              ("tree/a/b", "b\n"), ("tree/empty", "")):
            (self.world.directory / name).parent.mkdir(parents=True, exist_ok=True)
            self.world.write(name, content)
        (self.world.directory / "tree/link").symlink_to("a/b")
        self.recipe = self.world.recipe(TREE)
        self.bundle = self.world.directory / "plan.tar"
        self.world.retouch("plan", self.recipe, "--bundle", "-o", self.bundle, *HOST)

    def forget_sources(self):
        self.recipe.unlink()
        for name in ("agent.bin", "other", "tree"):
            path = self.world.directory / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def rewritten(self, change):
        """The bundle after `change(members)`; members: name -> bytes."""
        with tarfile.open(self.bundle) as archive:
            members = {m.name: archive.extractfile(m).read() for m in archive}
        change(members)
        with tarfile.open(self.bundle, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, data in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))

    def refused(self, message):
        before = self.world.state()
        result = self.world.retouch("apply", self.bundle, "--yes", *HOST, expect=65)
        self.assertIn(message, result.stderr)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())

    def test_it_is_an_archive_for_everyone_and_private(self):
        listed = subprocess.run(["tar", "tf", self.bundle], check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual("plan.json", listed[0])
        digests = sorted(hashlib.sha256(data).hexdigest() for data in (b"agent 1\n" * 40000, b"b\n", b""))
        self.assertEqual([f"files/{digest}" for digest in digests], sorted(listed[1:]))
        self.assertEqual(0o600, self.bundle.stat().st_mode & 0o777)
        self.assertEqual(self.world.retouch("show", self.bundle).stdout.splitlines()[1:],
                         self.world.retouch("plan", self.recipe, *HOST).stdout.splitlines()[1:])

    def test_it_is_done_elsewhere_without_recipe_and_files(self):
        self.forget_sources()
        self.world.retouch("apply", self.bundle, "--yes", *HOST)
        image = self.world.bytes_of(self.world.image("base"))
        self.assertEqual("agent 1\n" * 40000, debugfs(image, "cat /opt/agent"))
        self.assertEqual("agent 1\n" * 40000, debugfs(image, "cat /opt/agent.copy"))
        self.assertEqual("b\n", debugfs(image, "cat /opt/tree/a/b"))
        self.assertIn('Fast link dest: "a/b"', debugfs(image, "stat /opt/tree/link"))
        self.assertEqual([], self.world.leftovers())

    def test_a_recipe_that_changed_meanwhile_does_not_matter(self):
        self.world.write("agent.bin", "agent 2\n")
        self.world.retouch("apply", self.bundle, "--yes", *HOST)
        self.assertTrue(debugfs(self.world.bytes_of(self.world.image("base")), "cat /opt/agent").startswith("agent 1\n"))

    def test_other_bytes_under_a_name_are_refused(self):
        def change(members):
            name = next(n for n, data in members.items() if data == b"b\n")
            members[name] = b"c\n"
        self.rewritten(change)
        self.refused("tree/a/b has other contents")

    def test_a_longer_file_is_refused(self):
        def change(members):
            name = next(n for n, data in members.items() if data == b"b\n")
            members[name] = b"b\n" * 1000000
        self.rewritten(change)
        self.refused("tree/a/b has other contents")

    def test_a_missing_file_is_refused(self):
        def change(members):
            del members[next(n for n, data in members.items() if data == b"b\n")]
        self.rewritten(change)
        self.refused("tree/a/b is missing")

    def test_a_plan_edited_by_hand_is_refused(self):
        def change(members):
            members["plan.json"] = members["plan.json"].replace(b"/opt/agent.copy", b"/opt/agent.evil")
        self.rewritten(change)
        self.refused("the plan was changed after it was made")

    def test_a_torn_one_is_refused(self):
        data = self.bundle.read_bytes()
        with tarfile.open(self.bundle) as archive:
            agent = next(m for m in archive if m.size == 320000)
        self.bundle.write_bytes(data[:agent.offset_data + 1000])
        self.refused(f"error: the bundle {self.bundle} is damaged: it ends within its member {agent.name}\n"
                     "  make the bundle again with: retouch plan --bundle -o FILE RECIPE\n")

    def test_what_belongs_to_no_member_is_refused_and_where_it_stands_is_told(self):
        good = self.bundle.read_bytes()
        with tarfile.open(self.bundle) as archive:
            first, second, *_ = archive
        end = len(good) - 1024
        padding = first.offset_data + first.size
        comment = tarfile.TarInfo("x")
        comment.pax_headers = {"comment": "hidden"}
        extension = comment.tobuf(tarfile.PAX_FORMAT)[:1024]
        record = -len(good) % 10240
        for name, data, said in (
                ("behind the end", good + b"junk", f"it ends at byte {len(good)}, and 4 more follow"),
                ("zeros behind the end", good + bytes(512), f"it ends at byte {len(good)}, and 512 more follow"),
                ("another bundle", good + good, f"it ends at byte {len(good)}, and {len(good)} more follow"),
                ("in the last record", good + bytes(record - 1) + b"x", f"at byte {len(good) + record - 1} belongs to"),
                ("a block of zeros, then more", good[:end] + bytes(512) + b"x" * 512, f"at byte {end + 512} belongs to"),
                ("in the padding of the plan", good[:padding] + b"x" + good[padding + 1:], f"at byte {padding} belongs to"),
                ("an extension", good[:second.offset] + extension + good[second.offset:],
                 f"at byte {second.offset}, before its member {second.name}, is more than a file's head"),
                ("no end", good[:end], f"it stops at byte {end}, before its end is marked"),
                ("half an end", good[:-512], f"it stops at byte {end + 512}, before its end is marked"),
                ("a cut end", good[:-1], f"it stops at byte {len(good) - 1}, before its end is marked")):
            with self.subTest(name):
                self.bundle.write_bytes(data)
                self.refused(said)
                said_by_show = self.world.retouch("show", self.bundle, expect=65).stderr
                self.assertIn(said, said_by_show)

    def test_one_that_tar_wrote_again_is_as_good(self):
        self.rewritten(lambda members: None)
        self.assertEqual(0, self.bundle.stat().st_size % 10240)
        self.world.retouch("apply", self.bundle, "--yes", *HOST)

    def test_a_plan_with_anything_behind_it_is_refused(self):
        plan = self.world.directory / "plan.json"
        self.world.retouch("plan", self.recipe, "-o", plan, *HOST)
        good = plan.read_bytes()
        for more in (b"x", b"{}", good, b"\0", b"\0{}"):
            with self.subTest(more[:5]):
                plan.write_bytes(good + more)
                for command in (["apply", plan, "--yes", *HOST], ["show", plan], ["discard", plan]):
                    self.assertIn("is not JSON: line ", self.world.retouch(*command, expect=65).stderr)

    def test_a_file_that_vanished_leaves_no_bundle(self):
        (self.world.directory / "tree/empty").unlink()
        target = self.world.directory / "no" / "plan.tar"
        self.world.retouch("plan", self.recipe, "--bundle", "-o", target, *HOST, expect=1)
        self.assertFalse(target.exists())
        result = self.world.retouch("plan", self.recipe, "--bundle", *HOST, expect=64)
        self.assertIn("--bundle needs a file to write", result.stderr)


if __name__ == "__main__":
    unittest.main()
