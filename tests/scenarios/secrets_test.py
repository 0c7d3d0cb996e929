#!/usr/bin/python3
"""Secrets: their values get into the image where the recipe says, and into nothing else that a run leaves."""

import base64
import json
import subprocess
import threading
import time
import unittest
from pathlib import Path

from world import HOST, PARTITION, World, debian, needs_root

ROOT_PASSWORD = "correct-horse-Battery-9"
TOKEN = "tok_Zx81-Qy72-Ww63"
KEY = "-----BEGIN KEY-----\nMIIabc/def+ghi0123456789\n-----END KEY-----"

RECIPE = """
secrets:
  rootpw: {env: ROOT_PASSWORD}
  token: {file: token.txt}
  key: {command: [./give, key]}
users:
  - {name: root, password: "${secret.rootpw}"}
  - {name: deploy, password: {secret: rootpw}}
files:
  - {to: /etc/app.conf, content: "token=${secret.token}\\n${secret.key}\\n"}
  - {to: /etc/app.tmpl, from: app.tmpl, substitute: true, mode: "0644"}
lines:
  - {file: /etc/app.ini, ini: {password: "${secret.token}"}, section: db, create: true}
commands:
  - run: |
      echo "got $TOKEN"; printf %s "$TOKEN" | base64; echo "$KEY"; set -x; test -n "$TOKEN"
      cp /etc/app.tmpl /etc/app.copy
    env: {TOKEN: "${secret.token}", KEY: "${secret.key}"}
checks:
  - run: printf '%s\\n' "$TOKEN" | grep -qFf - /etc/app.conf
    env: {TOKEN: "${secret.token}"}
"""


def forms(value):
    """How a value may look in what a run leaves."""
    return [value.encode(), base64.b64encode(value.encode()), value.encode().hex().encode(),
            *(line.encode() for line in value.splitlines() if len(line) > 20)]


def hash_of(password, setting):
    """As crypt(3) makes it."""
    return subprocess.run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, setting], check=True, text=True,
                          capture_output=True).stdout


class Watch:
    """Looks at the command lines of all processes while it runs."""

    def __init__(self, values):
        self.values = [value.encode() for value in values]
        self.found = set()
        self.stopped = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopped:
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                if any(value in line for value in self.values):
                    self.found.add(line)
            time.sleep(0.01)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        self.thread.join()


@needs_root
class Secrets(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.state = self.world.directory / "state"
        self.world.environment.update(ROOT_PASSWORD=ROOT_PASSWORD, XDG_STATE_HOME=str(self.state))
        self.allow("./give")
        self.world.write("token.txt", TOKEN + "\n")
        self.world.write("key.txt", KEY + "\n")
        self.world.write("app.tmpl", "template with ${secret.token}\n").chmod(0o644)
        self.program("cat key.txt")

    def allow(self, *programs, more=""):
        with open(self.world.directory / "retouch.yaml", "a", encoding="utf-8") as file:
            file.write(f"secrets:\n  programs: {json.dumps(programs)}\n{more}")

    def program(self, text):
        self.world.write("give", f"#!/bin/sh\n{text}\n").chmod(0o755)

    def recipe(self, text=RECIPE):
        return self.world.recipe(text.replace("./give", str(self.world.directory / "give")))

    def assert_nowhere(self, *texts):
        """No value is in `texts`, nor in a file of the run but the image and where values come from."""
        own = {"token.txt", "key.txt"}
        files = [path for top in (self.world.directory, self.world.temporary) for path in top.rglob("*")
                 if path.is_file() and path.name not in own and path.suffix not in (".raw", ".qcow2")]
        for value in (ROOT_PASSWORD, TOKEN, KEY):
            for form in forms(value):
                for text in texts:
                    self.assertNotIn(form.decode(), text)
                for path in files:
                    self.assertNotIn(form, path.read_bytes(), path)

    def text_in(self, image, path):
        """Of a file of an image, read by another tool; with what it says of the file."""
        disk = f"{self.world.bytes_of(image)}?offset={PARTITION}"
        ask = lambda request: subprocess.run(["debugfs", "-R", request, disk], check=True, text=True,
                                             capture_output=True).stdout
        return ask(f"cat {path}"), ask(f"stat {path}")

    def test_a_run(self):
        world = self.world
        world.retouch("import", debian(), "--name", "base")
        recipe = self.recipe()
        with Watch([ROOT_PASSWORD, TOKEN]) as watch:
            plan = world.retouch("plan", recipe, *HOST)
            rehearsed = world.retouch("plan", recipe, *HOST, "--rehearse", "--prove")
            saved = world.retouch("plan", recipe, *HOST, "--rehearse", "-o", "saved.json", "--format", "markdown")
            applied = world.retouch("apply", "saved.json", "--yes", *HOST, "--events", "events.jsonl",
                                    "--report", "junit=junit.xml", "--format", "json")
            again = world.retouch("plan", recipe, *HOST)
        self.assertEqual(set(), watch.found)
        self.assertIn("password set", plan.stdout)
        self.assertIn("secret rootpw", plan.stdout)
        self.assertIn("got (secret token)", applied.stdout)
        self.assertIn("(a line that holds a secret is not shown)", applied.stdout)
        self.assertIn("No changes", again.stdout)
        self.assert_nowhere(*(text for run in (plan, rehearsed, saved, applied, again)
                              for text in (run.stdout, run.stderr)))
        image = world.image("base")
        text, stat = self.text_in(image, "/etc/app.conf")
        self.assertEqual(f"token={TOKEN}\n{KEY}\n", text)
        self.assertIn("Mode:  0600", stat)
        self.assertEqual(f"template with {TOKEN}\n", self.text_in(image, "/etc/app.tmpl")[0])
        self.assertEqual(f"[db]\npassword={TOKEN}\n", self.text_in(image, "/etc/app.ini")[0].replace(" = ", "="))
        for line in self.text_in(image, "/etc/shadow")[0].splitlines():
            name, hashed = line.split(":")[:2]
            if name in ("root", "deploy"):
                self.assertEqual(hashed, hash_of(ROOT_PASSWORD, hashed))
        self.assertEqual([], world.leftovers())

    def test_another_value_builds_anew_and_the_same_does_not(self):
        world = self.world
        world.retouch("import", debian(), "--name", "base")
        recipe = self.recipe("secrets: {token: {file: token.txt}}\n"
                             "files: [{to: /etc/a, content: \"${secret.token}\"}]\n")
        world.retouch("apply", recipe, "--yes", *HOST)
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)
        world.write("token.txt", TOKEN + "2\n")
        changed = world.retouch("plan", recipe, *HOST, "-o", "p.json").stdout
        self.assertIn("the recipe changed, or one of its secrets", changed)
        world.write("token.txt", TOKEN + "3\n")
        refused = world.retouch("apply", "p.json", "--yes", *HOST, expect=4)
        self.assertIn("the secret 'token' is not the one that the plan was made with", refused.stderr)

    def test_nothing_is_rehearsed_or_made_where_a_value_is_missing(self):
        world = self.world
        world.retouch("import", debian(), "--name", "base")
        before = world.state()
        file = "secrets: {token: {file: token.txt}}\nfiles: [{to: /etc/a, content: \"${secret.token}\"}]\n"
        command = file.replace("{file: token.txt}", "{command: [./give]}")
        env = file.replace("{file: token.txt}", "{env: NOT_SET}")
        for text, value, program, said in (
                (env, None, None, "the secret 'token' comes from $NOT_SET, which is not set"),
                (file, "", None, "the secret 'token' is empty"),
                (file, "abc\n", None, "the secret 'token' has less than 4 characters"),
                (file, "x" * 70000, None, "larger than"),
                (file, b"a\0bcd", None, "the secret 'token' is not text"),
                (command, None, "true", "the secret 'token' is empty"),
                (command, None, "head -c 1048576 /dev/zero | tr '\\0' x", "is longer than 64 KiB"),
                (command, None, f"echo {TOKEN}; echo no {TOKEN} for you >&2; exit 3", "ended with exit status 3: no ***"),
                (command.replace("[./give]", "[env]"), None, None,
                 "the secret 'token' comes from the program env, which recipes may not run")):
            with self.subTest(said):
                if value is not None:
                    world.write("token.txt", value)
                if program:
                    self.program(program)
                run = world.retouch("apply", self.recipe(text), "--yes", *HOST, expect=(1, 5, 69, 78))
                self.assertIn(said, run.stderr)
                self.assertNotIn(TOKEN, run.stdout + run.stderr)
        self.assertEqual(before, world.state())

    def test_the_key_is_the_callers_alone(self):
        world = self.world
        world.retouch("import", debian(), "--name", "base")
        recipe = self.recipe("secrets: {token: {file: token.txt}}\n"
                             "files: [{to: /etc/a, content: \"${secret.token}\"}]\n")
        world.retouch("plan", recipe, *HOST)
        key = self.state / "retouch" / "secrets.key"
        self.assertEqual(0o600, key.stat().st_mode & 0o777)
        key.chmod(0o644)
        refused = world.retouch("plan", recipe, *HOST, expect=78)
        self.assertIn("is not its owner's alone", refused.stderr)

    def test_two_hosts_that_share_a_key_agree(self):
        world = self.world
        world.retouch("import", debian(), "--name", "base")
        world.write("team.key", "0123456789abcdef" * 4).chmod(0o600)
        self.allow_key()
        recipe = self.recipe("secrets: {token: {file: token.txt}}\n"
                             "files: [{to: /etc/a, content: \"${secret.token}\"}]\n")
        world.retouch("apply", recipe, "--yes", *HOST)
        world.environment["XDG_STATE_HOME"] = str(world.directory / "state-of-another-host")
        self.assertIn("No changes", world.retouch("plan", recipe, *HOST).stdout)

    def allow_key(self):
        path = self.world.directory / "retouch.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "  key: team.key\n", encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
