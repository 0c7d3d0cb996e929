#!/usr/bin/python3
"""Plans and bundles that somebody changed and made the digest of right again: what is in them cannot
reach the host's files, cannot look harmless and do something else, and cannot fill the disk."""

import hashlib
import io
import json
import os
import signal
import sqlite3
import tarfile
import time
import unittest

from world import HOST, World, debugfs, needs_root, tiny

RECIPE = """
files:
  - {to: /opt/agent, from: agent.bin}
  - {to: /opt/tree, from: tree}
commands: [echo hi]
properties: {a: one}
publish: {name: base}
"""
GIB = 1 << 30


def resealed(plan):
    """The text of a plan with the digest it should have."""
    plan = {key: value for key, value in plan.items() if key != "digest"}
    compact = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    return json.dumps({**plan, "digest": "sha256:" + hashlib.sha256(compact.encode()).hexdigest()})


class HostilePlans(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        (self.world.directory / "tree").mkdir()
        self.world.write("agent.bin", "agent 1\n")
        self.world.write("tree/a", "a\n")
        self.secret = self.world.directory / "shadow.txt"
        self.secret.write_text("MYSECRET\n", encoding="utf-8")
        self.recipe = self.world.recipe(RECIPE)
        self.file = self.world.directory / "plan.json"
        self.bundle = self.world.directory / "plan.tar"
        self.world.retouch("plan", self.recipe, "-o", self.file, *HOST)
        self.plan = json.loads(self.file.read_text(encoding="utf-8"))
        self.target = self.plan["targets"][0]
        self.world.retouch("plan", self.recipe, "--bundle", "-o", self.bundle, *HOST)

    def refused(self, path, *words, code=65):
        """Applying it exits with `code`, says `words`, changes and leaves nothing."""
        before = self.world.state()
        result = self.world.retouch("apply", path, "--yes", *HOST, expect=code)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(before, self.world.state())
        self.assertEqual([], self.world.leftovers())
        return result.stderr

    def plan_refused(self, *words):
        """The changed plan is refused by every command that takes a plan, before anything is opened."""
        self.file.write_text(resealed(self.plan), encoding="utf-8")
        said = self.refused(self.file, "error: the plan is not acceptable: ", *words)
        self.assertNotIn("Opening", said)
        for command in ("show", "discard"):
            self.assertEqual(said, self.world.retouch(command, self.file, expect=65).stderr)

    def members(self):
        """Of the bundle: name -> bytes."""
        with tarfile.open(self.bundle) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive}

    def pack(self, members):
        """Makes `members`, pairs of TarInfo and bytes, the bundle."""
        with tarfile.open(self.bundle, "w", format=tarfile.PAX_FORMAT) as archive:
            for member, data in members:
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))

    def packed_plan(self):
        """The changed plan as the bundle's first member."""
        return tarfile.TarInfo("plan.json"), resealed(self.plan).encode()


@needs_root
class Plan(HostilePlans):
    def steal(self):
        """Points the first step to a file that nobody reviewed."""
        data = self.secret.read_bytes()
        options = self.target["steps"][0]["options"]
        options["from"] = str(self.secret)
        for entry in (options["entries"][0], self.target["steps"][0]["identity"]["entries"][0]):
            entry.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    def test_a_step_that_reads_what_is_not_injected(self):
        self.steal()
        self.plan_refused("targets[0].injected[0]: no step reads this file with this size and sha256")
        self.target["injected"] = self.target["injected"][1:]
        self.plan_refused(f"targets[0].injected: a step reads {self.secret}, which is not listed")

    def test_a_file_without_the_bytes_the_plan_names(self):
        for step in self.target["steps"][:1]:
            step["options"]["from"] = "/dev/zero"
        self.target["injected"][0]["path"] = "/dev/zero"
        self.file.write_text(resealed(self.plan), encoding="utf-8")
        self.refused(self.file, "/dev/zero", code=4)

    def test_a_summary_that_lies(self):
        for step in self.target["steps"]:
            step["summary"] = "harmless"
        self.file.write_text(resealed(self.plan), encoding="utf-8")
        shown = self.world.retouch("show", self.file).stdout
        self.assertNotIn("harmless", shown)
        self.assertIn("copy agent.bin to /opt/agent", shown)
        report = self.world.json("apply", self.file, "--yes", *HOST)
        self.assertEqual(["copy agent.bin to /opt/agent", "copy tree/ to /opt/tree (1 file)", "run: echo hi"],
                         [step["summary"] for step in report["targets"][0]["steps"]])

    def test_a_command_that_was_exchanged(self):
        self.target["steps"][2]["options"]["run"] = "echo FORGED"
        self.plan_refused('targets[0].steps[2].identity.run: expected "echo FORGED"')
        self.target["steps"][2]["identity"]["run"] = "echo FORGED"
        self.plan_refused("targets[0].fingerprint: expected ")

    def test_a_kind_of_step_nobody_knows(self):
        self.target["steps"][1]["kind"] = "nokind"
        self.plan_refused("targets[0].steps[1].kind: unknown kind of step, expected one of ")

    def test_options_of_another_kind(self):
        for options, where in (({}, ""), ({"run": 5}, ".run"), ({"env": [1]}, ".env"), ({"run": None}, ".run")):
            with self.subTest(options):
                step = self.target["steps"][2]
                former, step["options"] = step["options"], {**step["options"], **options} if options else {}
                self.plan_refused(f"targets[0].steps[2].options{where}: ")
                step["options"] = former

    def test_times_no_calendar_has(self):
        for time_text in ("9999-99-99", "zzz", "2027-02-30T00:00:00Z", "9999-12-31T23:59:59Z"):
            with self.subTest(time_text):
                self.plan["expires_at"] = time_text
                self.plan_refused("expires_at: expected a time ")

    def test_an_update_of_nothing(self):
        self.target["action"] = "update"
        self.plan_refused("targets[0].present: expected an image")

    def test_an_image_that_was_not_looked_at_loses_no_name(self):
        self.target["publish"]["superseded"][0]["image"]["id"] = "11111111-1111-4111-8111-111111111111"
        self.plan_refused("targets[0].publish.superseded[0].image: expected one of the images in 'observed'")


def at(document, place, value):
    """Sets what stands at `place`, keys and numbers; a function gets what stood there."""
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value(document.get(place[-1])) if callable(value) else value


@needs_root
class Catalog(HostilePlans):
    """What a plan says of images is compared with their records; the rest is what a recipe may choose."""

    def stale(self, *words):
        """The changed plan is refused when it is applied, before anything is opened."""
        self.file.write_text(resealed(self.plan), encoding="utf-8")
        said = self.refused(self.file, "make a new plan with `retouch plan -o FILE RECIPE` and review it",
                            *words, code=4)
        self.assertNotIn("Opening", said)

    def forged(self, cases):
        """Each case changes one thing of the plan, given as {place: value}, and tells what is said then."""
        before = json.dumps(self.plan)
        for edits, words in cases:
            with self.subTest(edits):
                self.plan = json.loads(before)
                for place, value in edits.items():
                    at(self.plan["targets"][0], place, value)
                self.stale(*words)
        self.plan = json.loads(before)
        self.target = self.plan["targets"][0]

    def bear(self, **fields):
        """Gives the one image fields that no recipe could choose."""
        with sqlite3.connect(self.world.catalog / "catalog.db") as database:
            for table, values in fields.items():
                for value in values:
                    database.execute(f"insert into {table} values ({','.join('?' * (len(value) + 1))})",
                                     (self.world.image("base")["id"], *value))
        database.close()

    def test_an_image_under_a_name_it_does_not_bear(self):
        image = self.target["source"]["id"]
        names = [("source", "name"), ("publish", "name"), ("observed", 0, "name"),
                 ("publish", "superseded", 0, "image", "name")]
        for name in ("\u202eetc\u001b[31m", "../../evil", "other"):
            self.forged([({place: name for place in names}, [f"image {image} is called 'base', but "])])
        # Without a word of it among the observed.
        self.forged([({("source", "name"): "a\u202eb", ("publish", "name"): "a\u202eb", ("observed",): [],
                       ("publish", "superseded"): []}, [f"image {image} is called 'base', but 'a\\u{{202e}}b' in the plan"])])

    def test_a_source_with_other_bytes_or_of_another_time(self):
        self.forged([({("source", "updated_at"): "2020-01-01T00:00:00.000000Z"}, ["was changed at "]),
                     ({("observed", 0, "digest"): "md5:" + "0" * 32, ("publish", "superseded"): []},
                      ["has the contents sha512-extents:", "but md5:0000"])])

    def test_what_a_new_image_takes_from_its_source(self):
        self.forged([
            ({("publish", "owner"): "0123"}, ['publish.owner: "0123" in the plan, but ""']),
            ({("publish", "members"): [{"project": "0123", "status": "accepted"}]},
             ['publish.members: [{"project":"0123","status":"accepted"}] in the plan, but []']),
            ({("publish", "container_format"): "ova"}, ['publish.container_format: "ova" in the plan, but "bare"']),
            ({("publish", "disk_format"): "qcow2"}, ['publish.disk_format: "qcow2" in the plan, but "raw"']),
            ({("publish", "way", "method"): "location"}, ['publish.way.method: "location" in the plan, but "local"']),
            ({("properties", "keep"): {"os_secure_boot": "optional"}},
             ['properties.keep.os_secure_boot: "optional" in the plan, but nothing']),
            ({("properties", "keep"): {"a\u202eb": "1"}}, ["properties.keep.a\\u{202e}b: "]),
            ({("properties", "remove"): ["b"]}, ['properties.remove: ["b"] in the plan, but []']),
            ({("properties", "before"): {"a": "0"}}, ['properties.before.a: "0" in the plan, but nothing']),
            ({("publish", "changed_fields"): ["hidden"]}, ["publish.changed_fields: "]),
        ])

    def test_a_property_that_somebody_else_writes(self):
        for name in ("os_hash_value", "os_hash_algo", "os_hash_x", "checksum", "direct_url", "locations", "stores",
                     "os_glance_x", "owner", "status", "img_signature", "retouch_recipe", "retouch_new"):
            with self.subTest(name):
                self.target["properties"]["keep"] = {name: "1"}
                self.plan_refused("targets[0].properties.keep: expected no property that ")

    def test_images_a_recipe_would_not_touch(self):
        self.world.retouch("import", tiny(), "--name", "other")
        record = self.world.image("other")
        other = record["id"]
        reference = {"id": other, "name": "other", "digest": self.target["source"]["digest"],
                     "updated_at": record["updated_at"], "owner": ""}
        self.forged([
            ({("detach",): [other]}, [f'detach: ["{other}"] in the plan, but []']),
            ({("present",): reference}, ["present: ", "but null"]),
            ({("present",): reference, ("action",): "update"}, ['action: "update" in the plan, but "create"']),
            ({("present",): reference, ("action",): "none"}, ['action: "none" in the plan, but "create"']),
            ({("observed",): lambda images: images + [reference]}, ["observed: ", "in the plan, but "]),
            ({("observed",): lambda images: images + [{**reference, "name": "base"}],
              ("publish", "superseded"): lambda former: former + [{**former[0], "image": {**reference, "name": "base"}}]},
             [f"image {other} is called 'other', but 'base' in the plan"]),
            ({("publish", "superseded"): []}, ["publish.superseded: [] in the plan, but "]),
            ({("publish", "superseded", 0, "policy"): "rename", ("publish", "superseded", 0, "new_name"): "other"},
             ['publish.superseded[0].new_name: "other" in the plan, but "base-20']),
        ])

    def test_what_the_source_bears_is_kept_and_shown_escaped(self):
        self.bear(image_tags=[["a\u202eb"], ["c\u001b[31m"]], image_properties=[["p\u202e", "v\u001b"]])
        self.world.retouch("plan", self.recipe, "-o", self.file, *HOST)
        shown = self.world.retouch("show", self.file).stdout
        for unsafe in "\u202e\u001b":
            self.assertNotIn(unsafe, shown)
        self.plan = json.loads(self.file.read_text(encoding="utf-8"))
        self.assertEqual(["a\u202eb", "c\u001b[31m"], self.plan["targets"][0]["publish"]["tags"])
        # Nobody adds one of that kind.
        at(self.plan["targets"][0], ("publish", "tags"), ["a\u202eb", "b\u202ec"])
        changed = self.world.write("changed.json", resealed(self.plan))
        self.refused(changed, "targets[0].publish.tags[0]: ", "may not hold the character \\u{202e}")
        self.world.retouch("apply", self.file, "--yes", *HOST)
        made = self.world.image("base")
        self.assertEqual(["a\u202eb", "c\u001b[31m"], made["tags"])
        self.assertEqual("v\u001b", made["properties"]["p\u202e"])


@needs_root
class Bundle(HostilePlans):
    def test_host_files_are_not_read(self):
        """Also not those with the right contents: a bundle's files come from the bundle."""
        self.pack([self.packed_plan()])
        self.refused(self.bundle, "agent.bin is missing")

    def test_what_is_unpacked_is_gone_afterwards(self):
        self.world.retouch("apply", self.bundle, "--yes", *HOST)
        image = self.world.bytes_of(self.world.image("base"))
        self.assertEqual("a\n", debugfs(image, "cat /opt/tree/a"))
        self.assertEqual([], self.world.leftovers())

    def test_members_nobody_needs(self):
        plan, *files = [(tarfile.TarInfo(name), data) for name, data in self.members().items()]
        stray = tarfile.TarInfo("files/" + "0" * 64)
        for case, members, said in (
                ("another file", [plan, *files, (stray, b"x")], f"no use for the member {stray.name}"),
                ("a second plan", [plan, *files, plan], "no use for the member plan.json"),
                ("the same twice", [plan, *files, files[0]], f"no use for the member {files[0][0].name}"),
                ("the plan not first", [files[0], plan, files[1]], ""),
                ("one that leads out", [plan, (tarfile.TarInfo("../../etc/x"), b"x")],
                 "no use for the member ../../etc/x")):
            with self.subTest(case):
                self.pack(members)
                self.refused(self.bundle, said)

    def test_members_that_are_no_files(self):
        plan, first, *rest = [(tarfile.TarInfo(name), data) for name, data in self.members().items()]
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            with self.subTest(kind):
                member = tarfile.TarInfo(first[0].name)
                member.type, member.linkname = kind, str(self.secret)
                self.pack([plan, (member, b""), *rest])
                self.refused(self.bundle, "is not a file")

    def sparse(self, size, data):
        """The bundle with a first file of `size` bytes, of which only the last are there."""
        self.target["injected"][0].update(size=size, sha256="0" * 64)
        step = self.target["steps"][0]
        for entry in (step["options"]["entries"][0], step["identity"]["entries"][0]):
            entry.update(size=size, sha256="0" * 64)
        # The fingerprint must fit, or the plan is refused before the archive is looked at.
        self.file.write_text(resealed(self.plan), encoding="utf-8")
        said = self.world.retouch("show", self.file, expect=65).stderr
        self.target["fingerprint"] = said.split('expected "')[1].split('"')[0]
        member = tarfile.TarInfo("files/" + "0" * 64)
        member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(size),
                              "GNU.sparse.numblocks": "1", "GNU.sparse.map": f"{size - len(data)},{len(data)}"}
        self.pack([self.packed_plan(), (member, data)])

    def test_holes_are_not_filled(self):
        self.sparse(600 * GIB, b"x")
        self.assertLess(self.bundle.stat().st_size, 1 << 20)
        begin = time.monotonic()
        self.refused(self.bundle, "has holes")
        self.assertLess(time.monotonic() - begin, 20)

    def test_a_compressed_one_is_none(self):
        import gzip
        self.bundle.write_bytes(gzip.compress(self.bundle.read_bytes()))
        self.refused(self.bundle)

    def test_it_ends_when_asked_while_it_unpacks(self):
        data = os.urandom(1 << 20) * 300
        self.world.write("agent.bin", "")
        (self.world.directory / "agent.bin").write_bytes(data)
        self.world.retouch("plan", self.recipe, "--bundle", "-o", self.bundle, *HOST)
        process = self.world.start("apply", self.bundle, "--yes", *HOST)
        while process.poll() is None and not list(self.world.temporary.glob("retouch-run-*/files/*")):
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(143, process.returncode)
        self.assertEqual([], self.world.leftovers())

    def test_killed_while_it_unpacks_the_next_run_clears_it(self):
        (self.world.directory / "agent.bin").write_bytes(os.urandom(1 << 20) * 150)
        self.world.retouch("plan", self.recipe, "--bundle", "-o", self.bundle, *HOST)
        process = self.world.start("apply", self.bundle, "--yes", *HOST)
        while process.poll() is None and not list(self.world.temporary.glob("retouch-run-*/files/*")):
            time.sleep(0.01)
        process.kill()
        process.communicate()
        self.assertNotEqual([], self.world.leftovers())
        (self.world.directory / "agent.bin").write_bytes(b"small enough for the image")
        self.world.retouch("apply", self.recipe, "--yes", *HOST)
        self.assertEqual([], self.world.leftovers())


if __name__ == "__main__":
    unittest.main()
