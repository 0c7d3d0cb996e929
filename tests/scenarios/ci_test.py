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
from world import PROGRAM, ROOT, World, mounted, needs_root, tiny

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

    def run_lines(self, lines, expect=0, shell="bash -eo pipefail", **environment):
        done = subprocess.run([*shell.split(), "-c", lines], cwd=self.directory, text=True, check=False,
                              env={**self.environment, **environment}, stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(expect, done.returncode, f"{lines}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def run_gitlab(self, name, expect=0, **environment):
        """A job as GitLab's runner runs it: all its script in one shell, which ends at what fails."""
        job = job_file("gitlab")[name]
        self.run_lines("\n".join(job["script"]), expect, CI_JOB_NAME=name, **environment)
        self.check_artifacts(job)
        return [self.directory / path for path in job.get("artifacts", {}).get("paths", [])]

    def run_github(self, name, expect=0, **environment):
        """A job as GitHub's runner runs it: a shell for each step, and after a failure only those that always run.
        What was uploaded last is what is downloaded."""
        codes = []
        for step in job_file("github")["jobs"][name]["steps"]:
            if any(codes) and step.get("if") != "always()":
                continue
            what, _, _ = step.get("uses", "").partition("@")
            if what == "actions/upload-artifact":
                self.kept = self.directory / step["with"]["path"]
            elif what == "actions/download-artifact":
                shutil.copytree(self.kept, self.directory / step["with"]["path"])
            if "run" not in step:
                continue
            shell = "bash --noprofile --norc -eo pipefail" if step.get("shell") == "bash" else "bash -e"
            done = subprocess.run([*shell.split(), "-c", step["run"]], cwd=self.directory, text=True, check=False,
                                  env={**self.environment, "GITHUB_JOB": name, **environment},
                                  stdin=subprocess.DEVNULL, capture_output=True)
            codes.append(done.returncode)
            self.said = done.stdout + done.stderr
        self.assertEqual(expect, max(codes), self.said)

    def check_out_again(self, **recipes):
        """Another runner's directory, in which the branch has gone on."""
        later = Path(f"{self.directory}/later")
        later.mkdir()
        shutil.copy(self.directory / "retouch.yaml", later)
        (later / "recipes").mkdir()
        for name, text in recipes.items():
            (later / f"recipes/{name}.yaml").write_text(text, encoding="utf-8")
        self.directory = later

    def read(self, name):
        return (self.directory / name).read_text(encoding="utf-8")

    def check_artifacts(self, job):
        """What a job says it leaves is there and can be read."""
        for kind, name in job.get("artifacts", {}).get("reports", {}).items():
            paths = list(self.directory.glob(name))
            self.assertTrue(paths, name)
            for path in paths:
                if kind == "junit":
                    self.assertEqual("testsuites", xml.fromstring(path.read_text(encoding="utf-8")).tag)
                else:
                    self.assertEqual({"create", "update", "delete"}, set(json.loads(path.read_text(encoding="utf-8"))))
        for name in job.get("artifacts", {}).get("paths", []):
            self.assertTrue((self.directory / name).exists())

    def motd(self, world, name):
        with mounted(world.bytes_of(world.image(name))) as root:
            return (root / "etc/motd").read_text(encoding="utf-8")

    @needs_root
    def test_gitlab_of_a_merge_request(self):
        world = self.world()
        self.assertEqual({"check", "plan", "plan-merged", "apply", "drift"}, set(job_file("gitlab")) - {"stages"})
        marker = "<!-- retouch plan -->\n"
        with gitlab() as server:
            server.notes.append({"id": 1, "body": "looks good"})
            merge_request = {"CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4", "CI_PROJECT_ID": "3",
                             "CI_MERGE_REQUEST_IID": "7", "RETOUCH_TOKEN": "secret"}
            self.run_gitlab("check")
            self.run_gitlab("plan", **merge_request)
            self.run_gitlab("plan", **merge_request)
            self.assertEqual(["looks good", marker + self.read("plan.md")], [note["body"] for note in server.notes])
            self.assertEqual({"create": 2, "update": 0, "delete": 0}, json.loads(self.read("plan.json")))
            world.write("recipes/one.yaml", RECIPE.format(name="one") + "commands: [exit 7]\n")
            world.write("recipes/zero.yaml", RECIPE.format(name="zero").replace("base", "lost"))
            self.run_gitlab("plan", expect=3, **merge_request)
            self.assertEqual(["looks good", marker + self.read("plan.md")], [note["body"] for note in server.notes])
            self.assertIn("Failed: 2 of 3 recipes: recipes/one.yaml", server.notes[1]["body"])
            self.assertIn("- `recipes/zero.yaml`: ", server.notes[1]["body"])
            self.assertEqual({"create": 1, "update": 0, "delete": 0}, json.loads(self.read("plan.json")))
            world.write("recipes/one.yaml", "no: recipe\n")
            self.run_gitlab("plan", expect=65, **merge_request)
            self.assertEqual(["looks good", marker + "There is no plan (exit code 65); the log of the job says why.\n"],
                             [note["body"] for note in server.notes])
            self.run_gitlab("check", expect=65)

    @needs_root
    def test_gitlab_applies_what_was_looked_at(self):
        world = self.world()
        plans, = self.run_gitlab("plan-merged")
        self.check_out_again(one=RECIPE.format(name="one").replace("content: new", "content: newer"))
        shutil.copytree(plans, self.directory / "plans")
        self.run_gitlab("apply")
        self.assertEqual(["new", "new"], [self.motd(world, name) for name in ("one", "two")])
        self.directory = world.directory
        self.run_gitlab("drift")
        world.write("recipes/two.yaml", RECIPE.format(name="two") + "commands: [exit 7]\n")
        self.run_lines("\n".join(job_file("gitlab")["plan-merged"]["script"]), expect=1)

    @needs_root
    def test_github(self):
        world = self.world()
        comments = world.directory / "comments.json"
        gh = world.write("tools/gh", GH.format(store=str(comments)))
        gh.chmod(0o755)
        self.assertEqual({"check", "plan", "plan-merged", "apply", "drift"}, set(job_file("github")["jobs"]))
        known = {"GITHUB_REPOSITORY": "site/images", "GITHUB_STEP_SUMMARY": str(world.directory / "summary.md"),
                 "GH_TOKEN": "secret", "NUMBER": "7"}
        marker = "<!-- retouch plan -->\n"

        def posted():
            return [comment["body"] for comment in json.loads(comments.read_text())]
        comments.write_text(json.dumps([{"id": 1, "body": "looks good"}]), encoding="utf-8")
        for name in ("check", "plan", "plan"):
            self.run_github(name, **known)
        self.assertEqual([], json.loads(self.read("recipes.sarif"))["runs"][0]["results"])
        self.assertEqual(["looks good", marker + self.read("plan.md")], posted())
        self.assertIn(self.read("plan.md"), self.read("summary.md"))
        good = self.read("recipes/two.yaml")
        world.write("recipes/two.yaml", good + "commands: [exit 7]\n")
        self.run_github("plan", expect=3, **known)
        self.assertEqual(["looks good", marker + self.read("plan.md")], posted())
        self.assertIn("Failed: 1 of 2 recipes: recipes/two.yaml", posted()[1])
        world.write("recipes/two.yaml", "no: recipe\n")
        self.run_github("plan", expect=65, **known)
        self.assertEqual(["looks good", marker + "There is no plan; the log of the job says why.\n"], posted())
        world.write("recipes/two.yaml", good)
        self.run_github("plan-merged", **known)
        self.check_out_again(one=RECIPE.format(name="one").replace("content: new", "content: newer"))
        self.run_github("apply", **known)
        self.assertEqual(["new", "new"], [self.motd(world, name) for name in ("one", "two")])
        self.directory = world.directory
        self.run_github("drift", **known)
        self.assertIn("### Applied `recipes/one.yaml`", self.read("summary.md"))

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
