#!/usr/bin/python3
"""Whose images count: what other projects call their images, and write on them, makes them neither a source nor a
generation, whatever the one who runs retouch may see."""

import json
import unittest
import uuid

from cloud import Cloud, needs_rig
from parts.users import Directory
from world import HOST, debugfs, needs_root, tiny

RIVAL = "rival"  # a second project, whose member is the same person
SMALL = """retouch: 1
name: small
source: {{image: {name}{owner}}}
files: [{{to: /etc/motd, content: "from a recipe\\n"}}]
{more}
"""
COPIED = ("retouch_recipe", "retouch_source", "retouch_source_digest", "retouch_fingerprint", "retouch_version")


class Neighbours(Cloud):
    """A cloud of two more projects, lab and rival, and clouds of the program for each."""

    def __enter__(self):
        super().__enter__()
        people = Directory(self.rig, self.token)
        people.join("member", RIVAL, "member")
        people.join("member", RIVAL, "reader")
        self.projects = {name: people.ensure("project", name) for name in ("admin", "lab", RIVAL)}
        clouds = self.rig.path("clouds.yaml").read_text(encoding="utf-8")
        start = clouds.index("  member:\n")
        entry = clouds[start:clouds.index("  member-", start)]
        clouds += entry.replace("  member:", f"  {RIVAL}:", 1).replace('"lab"', f'"{RIVAL}"', 1)
        self.clouds = self.directory / "clouds.yaml"
        self.clouds.write_text(clouds, encoding="utf-8")
        self.become("admin")
        return self

    def become(self, cloud):
        """From now on the program is that one; what it keeps of runs is its own."""
        self.configure(self.catalog, cloud)
        self.environment["OS_CLIENT_CONFIG_FILE"] = str(self.clouds)

    def of(self, project, path, visibility="private", **fields):
        """A new image of a member of that project."""
        return self.upload(path, visibility, user="member", project=project, **fields)

    def small(self, name, owner=None, more=""):
        return self.recipe(SMALL.format(name=name, owner=f", owner: {owner}" if owner else "", more=more))

    def generations(self, name, project):
        """The visible ones of that project, by id."""
        return [r["id"] for r in self.made(name) if r["owner"] == self.projects[project]]

    def motd(self, image):
        with self.machine_disk(image) as disk:
            return debugfs(disk, "cat /etc/motd")


@needs_rig
@needs_root
class Owners(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Neighbours())
        self.name = f"base-{uuid.uuid4().hex[:8]}"

    def apply(self, recipe, *options, expect=0):
        return self.world.json("apply", recipe, "--yes", *HOST, *options, expect=expect)["targets"][0]

    def trespass(self, generation):
        """What a tenant may do: images of that name, of both kinds, with and without what is written on ours."""
        copied = {key: generation[key] for key in COPIED}
        strange = self.world.write("strange.raw", b"x" * (1 << 20))
        return [self.world.of("lab", strange, visibility, name=self.name, **more)
                for visibility in ("private", "community") for more in ({}, copied)]

    def test_what_tenants_upload_is_nothing_to_an_administrator(self):
        source = self.world.upload(tiny(), name=self.name)
        recipe = self.world.small(self.name)
        self.apply(recipe)
        ours = self.world.generations(self.name, "admin")
        strangers = self.trespass(self.world.record(ours[0]))
        before = self.world.state()
        self.assertIn("No changes.", self.world.retouch("plan", recipe, *HOST).stdout)
        self.assertIn("No drift", self.world.retouch("drift", recipe).stdout)
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])
        self.assertEqual(before, self.world.state())
        listed = {image["id"] for image in self.world.images()}
        self.assertEqual({source["id"], *ours}, listed & {source["id"], *ours, *(s["id"] for s in strangers)})
        # Nor is any of it touched by a new generation.
        made = self.apply(self.world.small(self.name, more="commands: [touch /root/second]"))
        self.assertEqual("published", made["outcome"])
        self.assertEqual([made["image_id"]], self.world.generations(self.name, "admin"))
        self.assertEqual(source["id"], self.world.record(made["image_id"])["retouch_source"])
        self.assertEqual(strangers, [self.world.record(stranger["id"]) for stranger in strangers])

    def test_a_saved_plan_stays_as_good_whatever_tenants_upload(self):
        self.world.upload(tiny(), name=self.name)
        self.world.become("admin")
        plan = self.world.directory / "plan.json"
        self.world.retouch("plan", self.world.small(self.name), "-o", plan, *HOST)
        self.world.of("lab", self.world.write("strange.raw", b"x" * 512), "community", name=self.name)
        self.world.retouch("apply", plan, "--yes", *HOST)
        self.assertEqual(1, len(self.world.generations(self.name, "admin")))

    def test_a_project_that_does_not_exist_gets_no_image(self):
        self.world.upload(tiny(), name=self.name)
        self.world.become("admin")
        before = self.world.state()
        for owner in ("lab", "0" * 32):
            recipe = self.world.small(self.name, more=f"publish: {{owner: '{owner}'}}")
            for words in (("plan", recipe), ("apply", recipe, "--yes", *HOST)):
                said = self.world.retouch(*words, expect=5).stderr
                self.assertIn(f"there is no project '{owner}'", said)
                self.assertIn("openstack project show -c id", said)
        self.assertEqual(before, self.world.state())

    def test_neither_a_domain_nor_a_disabled_project_gets_an_image(self):
        self.world.upload(tiny(), name=self.name)
        self.world.become("admin")
        closed = Directory(self.world.rig, self.world.token).ensure("project", "closed", domain_id="default", enabled=False)
        before = self.world.state()
        for owner, why in (("default", "'default' is a domain, and images belong to projects"),
                           (closed, f"project '{closed}' is disabled: nobody could use its images")):
            recipe = self.world.small(self.name, more=f"publish: {{owner: '{owner}'}}")
            for words in (("plan", recipe), ("apply", recipe, "--yes", *HOST)):
                self.assertIn(why, self.world.retouch(*words, expect=5).stderr)
        self.assertEqual(before, self.world.state())

    def test_the_base_of_a_third_projects_image_stays(self):
        self.world.become("admin")
        base = self.world.upload(tiny(), name=f"{self.name}-base")
        lab = self.world.projects["lab"]
        self.apply(self.world.recipe(f"retouch: 1\nname: theirs\nsource: {{image: {base['id']}}}\nproperties: {{a: b}}\n"
                                     f"publish: {{owner: {lab}, name: {self.name}-made}}\n"))
        self.world.patch(base["id"], {"op": "replace", "path": "/owner", "value": self.world.projects[RIVAL]})
        said = self.world.retouch("remove", base["id"], "--yes", expect=5).stderr
        self.assertIn(f"image {base['id']} is the base of 1 image", said)
        self.assertEqual("active", self.world.record(base["id"])["status"])

    def test_detach_also_finds_what_was_published_for_another_project(self):
        self.world.become("admin")
        base = self.world.upload(tiny(), name=f"{self.name}-base")
        lab = self.world.projects["lab"]
        made = self.apply(self.world.recipe(
            f"retouch: 1\nname: theirs\nsource: {{image: {base['id']}}}\nproperties: {{a: b}}\n"
            f"publish: {{owner: {lab}, name: {self.name}-made}}\n"))["image_id"]
        self.world.patch(made, {"op": "add", "path": "/retouch_detach", "value": "pending"})
        self.assertIn(made, self.world.retouch("detach").stdout)
        self.assertNotIn("retouch_detach", self.world.record(made))

    def test_nobody_elses_image_is_removed_by_its_name_nor_a_base_of_theirs(self):
        self.world.become("admin")
        public = self.world.upload(tiny(), name=self.name, project="admin")
        self.world.patch(public["id"], {"op": "replace", "path": "/owner", "value": self.world.projects["lab"]})
        said = self.world.retouch("remove", self.name, "--yes", expect=1).stderr
        self.assertIn(f"no image '{self.name}' in catalog", said)
        self.assertEqual("active", self.world.record(public["id"])["status"])
        base = self.world.of("lab", tiny(), name=f"{self.name}-base")
        recipe = self.world.recipe(f"retouch: 1\nname: theirs\nsource: {{image: {base['id']}}}\nproperties: {{a: b}}\n"
                                   f"publish: {{owner: {self.world.projects['lab']}, name: {self.name}-made}}\n")
        self.apply(recipe)
        said = self.world.retouch("remove", base["id"], "--yes", expect=5).stderr
        self.assertIn(f"image {base['id']} is the base of 1 image", said)
        self.assertEqual("active", self.world.record(base["id"])["status"])

    def test_lists_are_asked_for_by_owner(self):
        self.world.upload(tiny(), name=self.name)
        asked = len(self.world.requests())
        self.apply(self.world.small(self.name))
        lists = [line for line in self.world.requests()[asked:] if line.startswith("GET /v2/images?")]
        self.assertEqual([], [line for line in lists if f"owner={self.world.projects['admin']}" not in line])

    def test_community_images_of_others_are_no_source_of_a_member(self):
        strange = self.world.of(RIVAL, tiny(), "community", name=self.name)
        self.world.become("member")
        recipe = self.world.small(self.name)
        before = self.world.state()
        said = self.world.retouch("apply", recipe, "--yes", *HOST, expect=1).stderr
        self.assertIn(f"no image '{self.name}' to build from", said)
        self.assertEqual(before, self.world.state())
        # Nor beside one of the own project, ...
        own = self.world.of("lab", tiny(), name=self.name)
        self.apply(recipe)
        made, = self.world.generations(self.name, "lab")
        self.assertEqual(own["id"], self.world.record(made)["retouch_source"])
        # ... but by its id.
        report = self.apply(self.world.small(strange["id"], more="publish: {name: by-id, visibility: private}"))
        record = self.world.record(report["image_id"])
        self.assertEqual((self.world.projects["lab"], strange["id"], self.world.projects[RIVAL]),
                         (record["owner"], record["retouch_source"], record["retouch_source_owner"]))
        self.assertEqual(strange, self.world.record(strange["id"]))

    def test_a_public_image_of_others_is_a_source_once_its_owner_is_named(self):
        public = self.world.upload(tiny(), name=self.name)
        self.world.become("member")
        more = "publish: {visibility: private}"
        said = self.world.retouch("plan", self.world.small(self.name, more=more), *HOST, expect=5).stderr
        owner = self.world.projects["admin"]
        for word in (public["id"], f"project {owner}", f"source.owner: {owner}"):
            self.assertIn(word, said)
        self.assertNotIn("lab", said)
        named = self.world.small(self.name, owner, more)
        self.assertIn(f"of project {owner}", self.world.retouch("plan", named, *HOST).stdout)
        made = self.apply(named)["image_id"]
        record = self.world.record(made)
        self.assertEqual((self.world.projects["lab"], "private", owner),
                         (record["owner"], record["visibility"], record["retouch_source_owner"]))
        self.assertEqual(public, self.world.record(public["id"]))
        self.assertEqual("unchanged", self.apply(named)["outcome"])
        # Its owner is known from then on, and another one is not taken for it.
        unnamed = self.world.small(self.name, more=more)
        self.assertEqual("unchanged", self.apply(unnamed)["outcome"])
        newer = self.world.upload(self.world.write("newer.raw", tiny().read_bytes() + b"newer"), name=self.name)
        self.assertEqual("published", self.apply(unnamed)["outcome"])
        made, = self.world.generations(self.name, "lab")
        self.assertEqual(newer["id"], self.world.record(made)["retouch_source"])
        own = self.world.of("lab", tiny(), name=self.name)
        said = self.world.retouch("plan", unnamed, *HOST, expect=5).stderr
        for word in (own["id"], f"project {self.world.projects['lab']}", f"source.owner: {owner}"):
            self.assertIn(word, said)

    def test_an_owner_may_be_named_by_the_configuration(self):
        self.world.upload(tiny(), name=self.name)
        self.world.become("member")
        path = self.world.directory / "retouch.yaml"
        settings = json.loads(path.read_text(encoding="utf-8").partition("  cloud: ")[2])
        settings["source_owners"] = [self.world.projects["admin"]]
        path.write_text(f"default: cloud\ncatalogs:\n  cloud: {json.dumps(settings)}\n", encoding="utf-8")
        self.apply(self.world.small(self.name, more="publish: {visibility: private}"))
        self.assertEqual(1, len(self.world.generations(self.name, "lab")))

    def test_two_teams_share_a_recipe_and_nothing_else(self):
        sources = {project: self.world.of(project, tiny(), "community", name=self.name) for project in ("lab", RIVAL)}
        recipe = self.world.small(self.name)
        made = {}
        for cloud, project in (("member", "lab"), (RIVAL, RIVAL)):
            self.world.become(cloud)
            made[project] = self.apply(recipe)["image_id"]
        for cloud, project in (("member", "lab"), (RIVAL, RIVAL)):
            self.world.become(cloud)
            record = self.world.record(made[project])
            self.assertEqual((self.world.projects[project], sources[project]["id"], False),
                             (record["owner"], record["retouch_source"], record["os_hidden"]))
            self.assertEqual("unchanged", self.apply(recipe)["outcome"])
        self.world.become("admin")
        self.world.upload(tiny(), name=self.name)
        public = self.apply(recipe)
        self.assertEqual("published", public["outcome"])
        self.assertEqual([made["lab"]], self.world.generations(self.name, "lab"))
        self.assertEqual([made[RIVAL]], self.world.generations(self.name, RIVAL))
        self.world.become("member")
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])

    def test_an_administrator_publishes_for_another_project_when_asked_to(self):
        source = self.world.of("lab", tiny(), name=self.name)
        lab = self.world.projects["lab"]
        recipe = self.world.small(self.name, more=f"publish: {{owner: {lab}}}")
        made = self.apply(recipe)["image_id"]
        record = self.world.record(made)
        self.assertEqual((lab, "private", True),
                         (record["owner"], record["visibility"], self.world.record(source["id"])["os_hidden"]))
        self.assertEqual("from a recipe\n", self.world.motd(made))
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])
        # For whose members it is theirs.
        self.world.become("member")
        self.assertEqual("unchanged", self.apply(self.world.small(self.name))["outcome"])
        self.world.become(RIVAL)
        self.world.of(RIVAL, tiny(), name=self.name)
        before = self.world.state()
        recipe = self.world.small(self.name, more=f"publish: {{owner: {lab}}}")
        self.world.retouch("apply", recipe, "--yes", *HOST, expect=77)
        self.assertEqual(before, self.world.state())

    def test_properties_copied_within_the_project_make_no_generation(self):
        source = self.world.upload(tiny(), name=self.name)
        recipe = self.world.small(self.name)
        ours = self.apply(recipe)["image_id"]
        generation = self.world.record(ours)
        copy = self.world.upload(self.world.write("strange.raw", b"x" * (1 << 20)), "private", name=self.name,
                                 **{key: generation[key] for key in COPIED})
        plan = self.world.retouch("plan", recipe, *HOST).stdout
        self.assertIn("No changes.", plan)
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])
        self.assertEqual(copy, self.world.record(copy["id"]))
        changed = self.world.small(self.name, more="commands: [touch /root/second]")
        self.assertIn(f"image {copy['id']} says that this recipe made it", self.world.retouch("plan", changed, *HOST).stdout)
        made = self.apply(changed)["image_id"]
        self.assertEqual(source["id"], self.world.record(made)["retouch_source"])
        self.assertEqual(copy, self.world.record(copy["id"]))

    def test_what_was_uploaded_bears_a_mark_and_counts(self):
        self.world.upload(tiny(), name=self.name)
        self.world.become("admin-public")
        recipe = self.world.small(self.name)
        made = self.apply(recipe)["image_id"]
        self.assertEqual(made, self.world.rbd("image-meta", "get", made, "retouch.uploaded").strip())
        self.assertEqual([("snap", "true")], self.world.snapshots(made))
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])
        # Without it, it is as one that somebody else uploaded.
        self.world.rbd("image-meta", "remove", made, "retouch.uploaded")
        self.assertIn(f"retouch.uploaded {made}", self.world.retouch("plan", recipe, *HOST, expect=1).stderr)
        self.world.rbd("image-meta", "set", made, "retouch.uploaded", made)
        self.assertEqual("unchanged", self.apply(recipe)["outcome"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
