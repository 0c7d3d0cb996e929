#!/usr/bin/python3
"""Each request to a real Glance fails in turn: afterwards the cloud is as before or as wanted.

Needs a rig (RETOUCH_RIG); tests/rig/up starts one.
"""

import json
import os
import subprocess
import unittest

import yaml

from faulty_glance import MODES, FaultyGlance
from world import HOST, ROOT, THOROUGH, World, needs_root

RIG = os.environ.get("RETOUCH_RIG")
RECIPE = """retouch: 1
name: faults
source: {{image: {source}}}
files: [{{to: /etc/wanted, content: "{content}\\n"}}]
properties: {{wanted: "{content}"}}
publish: {{name: {name}, visibility: public, previous: {previous}}}
"""


def rig_environment():
    """What tests/rig/env exports."""
    script = f'eval "$({ROOT}/tests/rig/env {RIG})" && env -0'
    output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in output.split("\0") if "=" in line)


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not RIG:
            raise unittest.SkipTest("needs a rig: tests/rig/up, RETOUCH_RIG")
        os.environ.update(rig_environment())

    def setUp(self):
        self.world = self.enterContext(World())
        self.glance = self.enterContext(FaultyGlance(os.environ["RIG_GLANCE"]))
        clouds = self.world.directory / "clouds.json"
        with open(os.environ["OS_CLIENT_CONFIG_FILE"], encoding="utf-8") as file:
            admin = yaml.safe_load(file)["clouds"]["admin"]
        clouds.write_text(json.dumps({"clouds": {
            "straight": admin, "faulty": {**admin, "image_endpoint_override": self.glance.url}}}), encoding="utf-8")
        (self.world.directory / "retouch.yaml").write_text(
            "default: cloud\ncatalogs:\n  cloud:\n    type: glance\n    cloud: straight\n    rbd:\n"
            f"      conf: {os.environ['CEPH_CONF']}\n      user: glance\n"
            f"      keyring: {RIG}/ceph.client.glance.keyring\n", encoding="utf-8")
        os.environ.update(OS_CLIENT_CONFIG_FILE=str(clouds), XDG_STATE_HOME=str(self.world.directory / "state"),
                          XDG_CACHE_HOME=str(self.world.directory / "cache"))
        self.name = f"faults-{os.getpid()}"

    def rbd(self, *arguments):
        return subprocess.run(["rbd", "-p", os.environ["RIG_POOL"], *arguments], check=True, capture_output=True,
                              text=True).stdout

    def digest(self, image):
        return subprocess.run(f"rbd -p {os.environ['RIG_POOL']} export {image['id']}@snap - 2>/dev/null | sha256sum",
                              shell=True, check=True, capture_output=True, text=True).stdout.split()[0]

    def ours(self):
        return [i for i in self.world.images() if i["name"].startswith(self.name)]

    def visible(self):
        return [i for i in self.ours() if not i["hidden"] and i["status"] == "active"]

    def unclean(self):
        """What must not be there: temporary bytes, bytes without a record, unfinished records, locks."""
        records = {i["id"]: i for i in self.world.images()}
        found = [f"bytes {name}" for name in self.rbd("ls").split() if name not in records]
        found += [f"record {i['id']}" for i in records.values()
                  if i["status"] == "queued" or "retouch_unfinished" in i["properties"]]
        locks = subprocess.run(["rados", "-p", os.environ["RIG_POOL"], "-N", "retouch", "ls"], check=True,
                               capture_output=True, text=True).stdout.split()
        return found + [f"lock {name}" for name in locks]

    def recipe(self, content):
        return self.world.recipe(RECIPE.format(source="debian-12", name=self.name, content=content, previous="hide"))

    def apply(self, *options, expect=0):
        return self.world.retouch("apply", "recipe.yaml", "--yes", *HOST, *options, expect=expect)

    @needs_root
    def test_every_request_in_turn(self):
        self.recipe("first")
        self.apply()
        before = self.visible()
        self.assertEqual(1, len(before))
        original = self.digest(before[0])
        number, outcomes = 0, []
        while True:
            number += 1
            for mode in MODES if THOROUGH else [MODES[number % len(MODES)]]:
                with self.subTest(number=number, mode=mode):
                    self.recipe(f"{number}-{mode}")
                    self.glance.arm(number, mode)
                    result = self.apply("--os-cloud", "faulty", expect=(0, 1, 3, 69, 75, 77))
                    seen = self.glance.seen
                    what = f"{mode} {seen[number - 1] if len(seen) >= number else 'nothing'}: {result.stdout}{result.stderr}"
                    outcomes.append((seen[number - 1:number], mode, result.returncode))
                    now = self.visible()
                    self.assertEqual(1, len(now), what)
                    if result.returncode != 0:
                        self.assertEqual(before[0]["id"], now[0]["id"], what)
                    self.assertEqual(original, self.digest(before[0]), what)
                    self.glance.arm(0, "refuse")
                    self.apply()
                    self.assertEqual([], self.unclean(), what)
                    before = self.visible()
                    self.assertEqual(1, len(before), what)
                    self.assertEqual(f"{number}-{mode}", before[0]["properties"]["wanted"], what)
                    original = self.digest(before[0])
                    for old in self.ours():
                        if old["hidden"]:
                            self.world.retouch("remove", old["id"], "--yes")
            if len(seen) < number:
                break
        for outcome in outcomes:
            print(*outcome)
        self.assertTrue({0, 1} <= {code for _, _, code in outcomes}, outcomes)
        self.assertGreater(number, 8)

    def tearDown(self):
        for image in self.ours():
            self.world.retouch("remove", image["id"], "--yes")


if __name__ == "__main__":
    unittest.main()
