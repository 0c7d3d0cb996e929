#!/usr/bin/python3
"""Signing in where retouch cannot: by a program that prints a token, and with a token somebody else got."""

import json
import re
import unittest
import uuid

from cloud import Cloud, needs_rig, run
from world import HOST, needs_root, tiny

RECIPE = """retouch: 1
name: small
source: {{image: {name}}}
files: [{{to: /etc/motd, content: "from a recipe\\n"}}]
"""
ENDS = re.compile(r"the token of cloud '\S+' ends in 59 min, at [-0-9]{10} [0-9:]{5} UTC, and cannot be renewed: a run "
                  "that takes longer cannot publish")


@needs_rig
@needs_root
class SignIn(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(Cloud())
        self.name = f"base-{uuid.uuid4().hex[:8]}"
        self.source = self.world.upload(tiny(), name=self.name)
        self.recipe = self.world.recipe(RECIPE.format(name=self.name))

    def configure(self, cloud, **more):
        """Keys of the catalog more, beside those of the rig; no cloud when it is None."""
        self.world.configure(self.world.catalog)
        path = self.world.directory / "retouch.yaml"
        head, _, catalog = path.read_text(encoding="utf-8").partition("  cloud: ")
        keys = {**json.loads(catalog), "cloud": cloud, **more}
        path.write_text(head + "  cloud: " + json.dumps({k: v for k, v in keys.items() if v}) + "\n", encoding="utf-8")

    def unspeakable(self, cloud):
        """The program sees that cloud with a kind of login it does not speak, `openstack` as it is."""
        path = self.world.directory / "clouds.yaml"
        clouds = self.world.rig.path("clouds.yaml").read_text(encoding="utf-8")
        start = clouds.index(f"  {cloud}:\n")
        path.write_text(clouds[:start] + re.sub('auth_type: "[a-z0-9]+"', "auth_type: v3totp", clouds[start:], count=1),
                        encoding="utf-8")
        self.world.environment["OS_CLIENT_CONFIG_FILE"] = str(path)

    def program(self, cloud):
        """A program that signs in there, and keeps each token it has printed."""
        kept = self.world.temporary / "tokens"
        path = self.world.write("bin/sign-in", f"#!/bin/sh\nOS_CLIENT_CONFIG_FILE={self.world.rig.path('clouds.yaml')} "
                                               f"openstack token issue -f json | tee -a {kept}\n")
        path.chmod(0o700)
        return kept

    def where_shown(self, secret, *said):
        """Files of runs, and what they said, that hold it."""
        files = [p for p in self.world.directory.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
        return files + [text for text in said if secret in text]

    def test_a_kind_of_login_that_is_not_spoken_is_named_with_the_way_there_is(self):
        self.configure("admin")
        self.unspeakable("admin")
        said = self.world.retouch("plan", self.recipe, *HOST, expect=78).stderr
        self.assertIn("has auth_type 'v3totp', which retouch cannot do", said)
        self.assertIn("auth_command in retouch.yaml", said)

    def test_the_openstack_client_signs_in_as_it_is(self):
        self.configure("admin", auth_command=["openstack", "token", "issue", "-f", "json"])
        report = self.world.json("apply", self.recipe, "--yes", *HOST)["targets"][0]
        self.assertEqual(("published", []), (report["outcome"], report["notes"]))
        self.assertEqual([report["image_id"]], [r["id"] for r in self.world.made(self.name)])

    def test_a_program_signs_in_where_we_cannot_and_its_token_is_nowhere(self):
        for cloud in ("admin", "admin-credential"):
            with self.subTest(cloud):
                self.configure(cloud, auth_command=["bin/sign-in"])
                self.unspeakable(cloud)
                kept = self.program(cloud)
                self.recipe = self.world.recipe(RECIPE.format(name=self.name) + f"commands: [touch /root/{cloud}]\n")
                done = self.world.retouch("apply", self.recipe, "--yes", *HOST, "--format", "json",
                                          "--report", "junit=report.xml")
                tokens = re.findall(r'"id": "([^"]+)"', kept.read_text(encoding="utf-8"))
                self.assertTrue(tokens)
                for token in tokens:
                    self.assertEqual([], self.where_shown(token, done.stdout, done.stderr))
                self.assertEqual("published", json.loads(done.stdout)["targets"][0]["outcome"])

    def test_a_program_that_fails_is_told_without_its_secrets(self):
        password = re.search('password: "(.+)"', self.world.rig.path("clouds.yaml").read_text(encoding="utf-8"))[1]
        self.configure("admin", auth_command=["sh", "-c", f"echo got {password} >&2; exit 4"])
        said = self.world.retouch("images", expect=77).stderr
        self.assertIn("cannot log in to cloud 'admin': its auth_command (sh) ended with exit status 4: got ***", said)
        self.assertNotIn(password, said)

    def test_the_end_of_a_token_that_was_handed_over_is_told(self):
        environment = {**self.world.environment, "OS_CLOUD": "admin"}
        self.configure("admin")
        environment.update(self.world.environment)
        token = run("openstack", "token", "issue", "-f", "value", "-c", "id", env={"PATH": "/usr/bin:/bin", **environment})
        self.configure(None)
        del self.world.environment["OS_CLIENT_CONFIG_FILE"]
        self.world.environment.update(
            OS_AUTH_URL=self.world.rig.keystone_url, OS_TOKEN=token.strip(), OS_PROJECT_NAME="admin",
            OS_PROJECT_DOMAIN_ID="default", OS_REGION_NAME="RegionOne", OS_INTERFACE="internal")
        self.assertRegex(self.world.retouch("plan", self.recipe, *HOST).stdout, ENDS)
        found = {f["subject"]: f for f in self.world.json("doctor", expect=(0, 1, 69, 77, 78))["findings"]
                 if f["area"].startswith("Cloud")}
        self.assertEqual(("ok", "warning"), (found["login"]["state"], found["token"]["state"]))
        self.assertRegex(found["token"]["detail"], ENDS)
        done = self.world.retouch("apply", self.recipe, "--yes", *HOST, "--format", "json")
        report = json.loads(done.stdout)["targets"][0]
        self.assertEqual("published", report["outcome"])
        self.assertRegex("\n".join(report["notes"]), ENDS)
        self.assertEqual([], self.where_shown(token.strip(), done.stdout, done.stderr))


if __name__ == "__main__":
    unittest.main()
