#!/usr/bin/python3
"""The jobs of docs/ci.md do what the page says: their lines are run here, with services that only listen."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
import unittest
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from world import PROGRAM, ROOT, World, needs_root, tiny

PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
RECIPE = "retouch: 1\nname: {name}\nsource: {{image: base}}\nfiles: [{{to: /etc/motd, content: new}}]\n" \
         "publish: {{name: {name}}}\n"
# Just enough of GitHub's client: it keeps comments in a file.
GH = """#!/usr/bin/python3
import json, sys
from pathlib import Path
store = Path({store!r})
words = sys.argv[1:]
comments = json.loads(store.read_text()) if store.exists() else []
path = next(word for word in words if word.startswith("repos/"))
body = next((Path(word[6:]).read_text() for word in words if word.startswith("body=@")), None)
if "PATCH" in words:
    next(c for c in comments if path.endswith(f"/comments/{{c['id']}}"))["body"] = body
elif "POST" in words:
    comments.append({{"id": len(comments) + 1, "body": body}})
else:
    print(json.dumps(comments))
store.write_text(json.dumps(comments))
"""


def job_file(name):
    """The block of the page that is called so."""
    found = re.search(rf"<!-- job: {name} -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return yaml.safe_load(found[1])


class Notes(BaseHTTPRequestHandler):
    """Just enough of GitLab's notes of a merge request."""

    def do_GET(self):
        self.answer(self.server.notes)

    def do_POST(self):
        note = {"id": len(self.server.notes) + 1, "body": self.sent()}
        self.server.notes.append(note)
        self.answer(note)

    def do_PUT(self):
        note = self.server.notes[int(self.path.rsplit("/", 1)[1]) - 1]
        note["body"] = self.sent()
        self.answer(note)

    def sent(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

    def answer(self, value):
        assert self.headers["PRIVATE-TOKEN"] == "secret" and "/merge_requests/7/notes" in self.path
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def gitlab():
    """A running GitLab with no notes yet."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    server.notes = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Jobs(unittest.TestCase):
    maxDiff = None

    def world(self, image=True):
        """A checked-out repository with two recipes, and where its jobs run."""
        world = self.enterContext(World())
        (world.directory / "retouch.yaml").write_text(
            f"default: world\nguest: host\ncatalogs:\n  world: {{type: local, path: {world.catalog}}}\n", encoding="utf-8")
        if image:
            world.retouch("import", tiny(), "--name", "base")
        for name in ("one", "two"):
            world.write(f"recipes/{name}.yaml", RECIPE.format(name=name))
        tools = world.directory / "tools"
        tools.mkdir()
        (tools / "retouch").symlink_to(Path(PROGRAM).resolve())
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(world.temporary),
                            "NO_PROXY": "127.0.0.1", "HOME": str(world.directory), "GIT_CONFIG_GLOBAL": "/dev/null"}
        self.directory = world.directory
        return world

    def run_lines(self, lines, expect=0, **environment):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", lines], cwd=self.directory, text=True, check=False,
                              env={**self.environment, **environment}, stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(expect, done.returncode, f"{lines}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def read(self, name):
        return (self.directory / name).read_text(encoding="utf-8")

    def check_artifacts(self, job):
        """What a job says it leaves is there and can be read."""
        for kind, name in job["artifacts"]["reports"].items():
            if kind == "junit":
                self.assertEqual("testsuites", xml.fromstring(self.read(name)).tag)
            else:
                self.assertEqual({"create", "update", "delete"}, set(json.loads(self.read(name))))
        for name in job["artifacts"].get("paths", []):
            self.assertTrue(self.read(name))

    @needs_root
    def test_gitlab(self):
        world = self.world()
        jobs = job_file("gitlab")
        self.assertEqual({"check", "plan", "apply", "drift"}, set(jobs) - {"stages"})
        with gitlab() as server:
            merge_request = {"CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4", "CI_PROJECT_ID": "3",
                             "CI_MERGE_REQUEST_IID": "7", "RETOUCH_TOKEN": "secret"}
            for name in ("check", "plan", "plan"):
                for lines in jobs[name]["script"]:
                    self.run_lines(lines, **merge_request)
                self.check_artifacts(jobs[name])
            self.assertEqual([self.read("plan.md")], [note["body"] for note in server.notes])
        self.assertTrue(self.read("plan.md").startswith("<!-- retouch:plan:one -->\n"))
        self.assertEqual({"create": 2, "update": 0, "delete": 0}, json.loads(self.read("plan.json")))
        for name in ("apply", "drift"):
            for lines in jobs[name]["script"]:
                self.run_lines(lines)
        self.check_artifacts(jobs["apply"])
        self.assertEqual(["one", "two"], [world.image(name)["name"] for name in ("one", "two")])
        world.write("recipes/two.yaml", RECIPE.format(name="two").replace("source", "suorce"))
        self.run_lines(jobs["check"]["script"][0], expect=65)
        self.check_artifacts(jobs["check"])

    @needs_root
    def test_github(self):
        world = self.world()
        comments = world.directory / "comments.json"
        gh = world.write("tools/gh", GH.format(store=str(comments)))
        gh.chmod(0o755)
        jobs = job_file("github")["jobs"]
        self.assertEqual({"check", "plan", "apply", "drift"}, set(jobs))
        known = {"GITHUB_REPOSITORY": "site/images", "GITHUB_STEP_SUMMARY": str(world.directory / "summary.md"),
                 "GH_TOKEN": "secret", "NUMBER": "7"}
        for name in ("check", "plan", "plan"):
            for step in jobs[name]["steps"]:
                self.run_lines(step.get("run", "true"), **known)
        self.assertEqual([], json.loads(self.read("recipes.sarif"))["runs"][0]["results"])
        self.assertEqual([self.read("plan.md")], [comment["body"] for comment in json.loads(comments.read_text())])
        self.assertIn(self.read("plan.md"), self.read("summary.md"))
        for name in ("apply", "drift"):
            for step in jobs[name]["steps"]:
                self.run_lines(step.get("run", "true"), **known)
        self.assertIn(self.read("apply.md"), self.read("summary.md"))
        self.assertEqual(["one", "two"], [world.image(name)["name"] for name in ("one", "two")])

    def test_pre_commit(self):
        world = self.world(image=False)
        hooks = world.directory / "hooks"
        hooks.mkdir()
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        commit = "git -c user.name=x -c user.email=x@example.org commit -qm x"
        self.run_lines(f"cd hooks && git init -q && git add . && {commit} && git tag v0.1.0")
        configuration = job_file("pre-commit")
        configuration["repos"][0]["repo"] = str(hooks)
        world.write(".pre-commit-config.yaml", yaml.safe_dump(configuration))
        world.write("other.yaml", "not: a recipe\n")
        self.run_lines("git init -q && git add recipes other.yaml .pre-commit-config.yaml")
        hook = f"PRE_COMMIT_HOME={world.directory}/cache pre-commit run --all-files --color never"
        self.assertIn("Passed", self.run_lines(hook))
        world.write("recipes/two.yaml", RECIPE.format(name="two").replace("source", "suorce"))
        said = self.run_lines(hook, expect=1)
        self.assertIn("recipes/two.yaml:3:1: error: unknown key 'suorce'", said)
        self.assertNotIn("other.yaml", said)


if __name__ == "__main__":
    unittest.main()
