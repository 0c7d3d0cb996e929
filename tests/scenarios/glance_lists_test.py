#!/usr/bin/python3
"""What Glance is asked for does not grow with the images nobody asked about.

Parts of a real rig (RETOUCH_RIG). Ten thousand records are put into Glance's database, for to make them through
its API takes an hour. Times are measured in tests/bench, not here.
"""

import contextlib
import json
import sqlite3
import unittest
import urllib.parse
import uuid

from cloud import Cloud, needs_rig
from world import HOST, needs_root, tiny

MANY = 10_000
COLUMNS = ("INSERT INTO images (id, name, size, status, visibility, created_at, updated_at, deleted, disk_format,"
           " container_format, min_disk, min_ram, owner, protected, os_hidden) VALUES (?, ?, 1048576, 'active', ?,"
           " '2020-01-01 00:00:00.000000', '2020-01-01 00:00:00.000000', 0, 'raw', 'bare', 0, 0, ?, 0, ?)")
PROPERTY = "INSERT INTO image_properties (image_id, name, value, created_at, deleted) VALUES (?, ?, ?, '2020-01-01 00:00:00.000000', 0)"
ODD = ("in:one,two", "24.04: LTS", 'quo"te, and \\ back', "a&b=c%20d#é中", "100 % : of ' all ;", "eq:x", ",", '"')


@contextlib.contextmanager
def many_records(world, owner):
    """Images as a cloud has that was never tidied; a tenth are hidden generations of another recipe."""
    ids = [str(uuid.uuid4()) for _ in range(MANY)]
    database = world.rig.path("glance/glance.sqlite")
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as records:
        with records:
            records.executemany(COLUMNS, ((image, f"image {number // 3}", "public" if number % 7 == 0 else "private",
                                           owner, number % 10 == 0) for number, image in enumerate(ids)))
            records.executemany(PROPERTY, ((image, name, "lists of another" if number % 10 == 0 else "none")
                                           for number, image in enumerate(ids) for name in ("retouch_recipe", "os_distro")))
        try:
            yield
        finally:
            with records:
                records.executemany("DELETE FROM image_properties WHERE image_id = ?", ((image,) for image in ids))
                records.executemany("DELETE FROM images WHERE id = ?", ((image,) for image in ids))


@needs_rig
@needs_root
class Lists(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.source = self.world.upload(tiny())

    def asked(self, *words, **more):
        """The lists a command asks for, their filters read."""
        before = len(self.world.requests())
        self.world.retouch(*words, **more)
        lists = [urllib.parse.urlsplit(line.partition(" ")[2]) for line in self.world.requests()[before:]
                 if line.startswith("GET /v2/images?")]
        return [{name: value for name, value in urllib.parse.parse_qsl(url.query)
                 if name not in ("limit", "visibility", "sort_key", "sort_dir")} for url in lists]

    def test_ten_thousand_images(self):
        owner, name = self.source["owner"], self.source["name"]
        recipe = self.world.recipe(f"retouch: 1\nname: lists\nsource: {{image: {name}}}\nproperties: {{lists: tried}}\n")
        named = {"owner": owner, "name": f"eq:{name}", "os_hidden": "False"}
        made = [{"owner": owner, "retouch_recipe": "lists", "os_hidden": hidden} for hidden in ("False", "True")]
        unfinished = [{"owner": owner, "name": f"eq:{name}", "os_hidden": hidden} for hidden in ("False", "True")]
        with many_records(self.world, owner):
            for expected, words in (
                    ([named, *made], ("plan", recipe)),
                    ([named, *made, named, *unfinished], ("apply", recipe, "--yes", *HOST)),
                    ([named, *made], ("plan", recipe)),
                    ([named, *made], ("drift", recipe)),
                    ([{"owner": owner, "retouch_detach": state, "os_hidden": hidden}
                      for state in ("pending", "pending, protected until then") for hidden in ("False", "True")], ("detach",)),
                    ([{"owner": owner, "name": f"eq:{name}", "os_hidden": hidden} for hidden in ("False", "True")],
                     ("detach", name))):
                with self.subTest(words=words):
                    self.assertEqual(self.lowered(expected), self.lowered(self.asked(*words, expect=(0, 2))))
        made, = self.world.made(name)
        self.assertEqual("tried", made["lists"])

    def lowered(self, lists):
        return [{**each, "os_hidden": each["os_hidden"].lower()} for each in lists]

    def test_names_that_could_be_taken_for_filters(self):
        for number, odd in enumerate(ODD):
            # Every other one is published under the name of its source.
            published = odd if number % 2 == 0 else ODD[number - 1]
            with self.subTest(name=odd, published=published):
                source = self.world.upload(tiny(), name=odd)
                recipe = (f"retouch: 1\nname: odd-{number}\nsource: {{image: {json.dumps(odd)}}}\n"
                          f"publish: {{name: {json.dumps(published)}, previous: rename}}\n")
                first = self.published(recipe, published)
                second = self.published(recipe + "commands: ['true']\n", published)
                self.assertEqual([source["id"]] * 2, [first["retouch_source"], second["retouch_source"]])
                self.assertNotEqual(published, self.world.record(first["id"])["name"])
                for image in (second, first, source):
                    self.world.delete(image["id"])

    def published(self, recipe, name):
        recipe = self.world.recipe(recipe)
        self.world.retouch("apply", recipe, "--yes", *HOST)
        self.world.retouch("plan", recipe, "--detailed-exitcode")
        made, = self.world.made(name)
        return made


if __name__ == "__main__":
    unittest.main()
