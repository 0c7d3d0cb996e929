#!/usr/bin/python3
"""A recipe takes files of the host from its own work tree and from where the configuration allows, and shows no others."""

import os
import shutil
import subprocess
import unittest

from world import HOST, PROGRAM, World, needs_root, tiny

SECRET = "MYSECRET-outside"
CONFIGURATION = "default: world\ncatalogs:\n  world: {{type: local, path: {catalog}}}\nfiles: {{allow: [outside]}}\n"


class Team(World):
    """An image, a folder `team` with recipes, and a folder `outside` with what is no recipe's business."""

    def __enter__(self):
        super().__enter__()
        self.retouch("import", tiny(), "--name", "base")
        self.write("outside/shadow.txt", SECRET + "\n")
        self.write("team/recipes/own.txt", "own\n")
        self.write("team/packages/shared.txt", "shared\n")
        (self.directory / "team/recipes/link").symlink_to("../../outside/shadow.txt")
        (self.directory / "team/recipes/tree").mkdir()
        (self.directory / "team/recipes/tree/link").symlink_to("../../../outside")
        return self

    def from_(self, path, to="/etc/motd"):
        """A recipe of the team that takes `path`."""
        return self.recipe(f"files: [{{to: {to}, from: {path}}}]\npublish: {{name: out}}\n", "team/recipes/r.yaml")

    def allow_outside(self):
        """As whoever runs the program may."""
        self.write("retouch.yaml", CONFIGURATION.format(catalog=self.catalog))


def run_in(world, directory, *arguments, leave=False):
    """The program, started in `directory`, which is removed before when `leave`."""
    script = 'cd "$1" && { [ "$2" = no ] || rmdir "$1"; } && shift 2 && exec "$0" "$@"'
    return subprocess.run(["sh", "-c", script, PROGRAM, directory, "yes" if leave else "no", *map(str, arguments)],
                          env={**os.environ, "TMPDIR": str(world.temporary), "HOME": str(world.directory / "home")},
                          text=True, capture_output=True, timeout=120, check=False)


@needs_root
class Boundary(unittest.TestCase):
    def test_what_lies_outside_is_refused_by_check_plan_and_apply(self):
        with Team() as world:
            before = world.state()
            for path in ("../../outside/shadow.txt", world.directory / "outside/shadow.txt", "link", "../../outside",
                         "../packages/shared.txt", "../../outside/absent", "/etc/shadow"):
                recipe = world.from_(path)
                for command in (["check"], ["plan", *HOST], ["plan", "--rehearse", *HOST], ["apply", "--yes", *HOST]):
                    with self.subTest(path=str(path), command=command):
                        result = world.retouch(command[0], recipe, *command[1:], expect=65)
                        self.assertIn(f"{recipe}:4:31: error: '{path}' is outside the recipe's directory\n",
                                      result.stderr)
                        self.assertIn("files: {allow: [DIRECTORY]}", result.stderr)
                        self.assertNotIn(SECRET, result.stdout + result.stderr)
            self.assertEqual(before, world.state())

    def test_a_work_tree_is_one_place(self):
        with Team() as world:
            (world.directory / "team/.git").mkdir()
            world.retouch("check", world.from_("../packages/shared.txt"))
            world.retouch("check", world.from_("link"), expect=65)
            os.chown(world.directory / "team/.git", 65534, 65534)
            world.retouch("check", world.from_("../packages/shared.txt"), expect=65)
            shutil.rmtree(world.directory / "team/.git")
            world.write("team/.git", "gitdir: elsewhere\n")  # as in a second work tree
            world.retouch("check", world.from_("../packages/shared.txt"))

    def test_a_recipe_that_is_a_link_to_something_else_shows_nothing_of_it(self):
        with Team() as world:
            shadow = world.write("outside/shadow", f"root:$6$salt${SECRET}:19000:0:99999:7:::\nretouch:!:19000::::::\n")
            recipe = world.directory / "team/recipes/r.yaml"
            for target in (shadow, "/proc/self/environ", world.directory / "outside/shadow.txt"):
                recipe.unlink(missing_ok=True)
                recipe.symlink_to(target)
                for command in (["check"], ["plan", *HOST], ["check", "--format", "json"]):
                    with self.subTest(target=str(target), command=command):
                        result = world.retouch(command[0], recipe, *command[1:], expect=65)
                        said = result.stdout + result.stderr
                        self.assertIn("links followed, outside the work tree or in its .git, and is not a recipe", said)
                        for secret in (SECRET, "root", "PATH="):
                            self.assertNotIn(secret, said)
            recipe.unlink()
            (world.directory / "team/.git").mkdir()
            world.write("team/.git/config", f"[http]\n\textraheader = {SECRET}\n")
            (world.directory / "team/elsewhere").symlink_to("../outside")
            (world.directory / "team/git").symlink_to(".git")
            for path in ("elsewhere/shadow", "elsewhere/shadow.txt", "git/config", ".git/config",
                         "recipes/../elsewhere/shadow"):
                with self.subTest(path=path):
                    result = world.retouch("check", world.directory / "team" / path, expect=65)
                    said = result.stdout + result.stderr
                    self.assertIn("links followed, outside the work tree or in its .git, and is not a recipe", said)
                    self.assertNotIn(SECRET, said)
            shutil.rmtree(world.directory / "team/.git")
            real = world.recipe("commands: [echo a]\npublish: {name: out}\n", "outside/real.yaml")
            recipe.symlink_to(real)
            world.retouch("check", recipe)

    def test_what_git_keeps_for_itself_goes_into_no_image(self):
        with Team() as world:
            world.write("team/.git/config", f"[http]\n\textraheader = {SECRET}\n")
            (world.directory / "team/recipes/git").symlink_to("../.git/config")
            for path in ("../.git/config", "git", "../.git", ".."):
                for command in (["check"], ["plan", *HOST]):
                    with self.subTest(path=path, command=command):
                        result = world.retouch(command[0], world.from_(path), *command[1:], expect=65)
                        self.assertRegex(result.stderr, "is outside the recipe's directory|is git's own")
                        self.assertNotIn(SECRET, result.stdout + result.stderr)

    def test_links_inside_a_tree_are_copied_as_links(self):
        with Team() as world:
            plan = world.json("plan", world.from_("tree", "/opt/tree"), *HOST)
            entries = plan["targets"][0]["steps"][0]["options"]["entries"]
            self.assertEqual([("", "directory", None), ("link", "link", "../../../outside")],
                             [(e["path"], e["type"], e.get("target")) for e in entries])
            self.assertEqual([], plan["targets"][0]["injected"])

    def test_what_is_allowed_goes_into_the_image_and_is_never_shown(self):
        with Team() as world:
            world.allow_outside()
            recipe = world.recipe("files: [{to: /etc/motd, from: ../../outside/shadow.txt}]\n"
                                  "commands: [echo more >> /etc/motd]\npublish: {name: out}\n", "team/recipes/r.yaml")
            world.retouch("check", recipe)
            shown = ""
            for form in ("text", "json", "markdown"):
                for more in ([], ["--rehearse"]):
                    shown += world.retouch("plan", recipe, *HOST, "--format", form, *more).stdout
            shown += world.retouch("apply", recipe, "--yes", *HOST, "--format", "json").stdout
            self.assertNotIn(SECRET, shown)
            self.assertIn("/etc/motd", shown)
            self.assertEqual("active", world.image("out")["status"])


@needs_root
class Configuration(unittest.TestCase):
    def test_a_planted_configuration_is_refused_unless_named(self):
        with World() as world:
            deep = world.directory / "planted/sub"
            deep.mkdir(parents=True)
            planted = world.write("planted/retouch.yaml", "guest: host\n")
            for path, change in ((planted, lambda p: os.chown(p, 65534, 65534)), (planted, lambda p: os.chmod(p, 0o666)),
                                 (planted.parent, lambda p: os.chmod(p, 0o777))):
                before = path.stat()
                change(path)
                result = run_in(world, deep, "images")
                self.assertEqual(78, result.returncode, result.stderr)
                self.assertIn(f"error: the configuration {planted} is not used: ", result.stderr)
                self.assertEqual(0, run_in(world, deep, "--config", planted, "images").returncode)
                os.chown(path, before.st_uid, before.st_gid)
                os.chmod(path, before.st_mode)
            self.assertEqual(0, run_in(world, deep, "images").returncode)

    def test_a_working_directory_that_is_gone_is_said_in_words(self):
        with World() as world:
            (world.directory / "retouch.yaml").unlink()
            for command in (["images"], ["import", tiny(), "--name", "x"], ["export", "x", "y"], ["check", "r.yaml"]):
                gone = world.directory / "gone"
                gone.mkdir()
                result = run_in(world, gone, *command, leave=True)
                self.assertIn(result.returncode, (65, 69, 78), result.stderr)
                self.assertNotIn("bug", result.stderr)


if __name__ == "__main__":
    unittest.main()
