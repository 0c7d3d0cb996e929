#!/usr/bin/python3
"""Wrong input of every kind: a clear error, its exit code, and nothing changed."""

import contextlib
import os
import sqlite3
import subprocess
import time
import unittest

from world import GUESTS, HOST, QUICK_GUESTS, ROOT, World, needs_root, tiny

YAML = {  # name: (bytes of the recipe, what the error must say)
    "empty file": (b"", "empty"),
    "tabs": (b"retouch: 1\nname: x\nsource:\n\timage: base\n", "tab"),
    "a list at the top": (b"- retouch: 1\n", "mapping"),
    "duplicate key": (b"retouch: 1\nname: x\nname: y\nsource: {image: base}\n", "name"),
    "a key without colon": (b"retouch: 1\nname: x\nsource\n", "source"),
    "two documents": (b"retouch: 1\nname: x\nsource: {image: base}\n---\na: 1\n", "document"),
    "alias": (b"retouch: 1\nname: &a x\ndescription: *a\nsource: {image: base}\n", "alias"),
    "merge key": (b"retouch: 1\nname: x\nsource: {image: base, <<: {a: b}}\n", "<<"),
    "tag": (b"retouch: 1\nname: !!str x\nsource: {image: base}\n", "tag"),
    "depth": (b"retouch: 1\nname: " + b"[" * 70 + b"]" * 70 + b"\n", "deep"),
    "invalid UTF-8": (b"retouch: 1\nname: \xff\xfe\nsource: {image: base}\n", "UTF-8"),
    "control character": (b"retouch: 1\nname: \"a\x01b\"\nsource: {image: base}\n", "control"),
    "a plain no": (b"retouch: 1\nname: no\nsource: {image: base}\n", "quote"),
    "a plain mode": (b"retouch: 1\nname: x\nsource: {image: base}\nfiles: [{to: /a, content: b, mode: 0644}]\n",
                     '"0644"'),
    "a plain time": (b"retouch: 1\nname: x\ndescription: 1:30\nsource: {image: base}\n", "quote"),
    "long scalar": (b"retouch: 1\nname: x\ndescription: \"" + b"a" * 300000 + b"\"\nsource: {image: base}\n", "256"),
    "unknown key": (b"retouch: 1\nname: x\nsorce: {image: base}\n", "source"),
    "undefined variable": (b"retouch: 1\nname: x\nsource: {image: '${nothing}'}\n", "nothing"),
}
FILES = {  # name: (entries, what the error must say)
    "from missing": ("[{to: /a, from: missing}]", "missing"),
    "from a directory where a file is meant": ("[{to: /etc/hostname, from: folder, mode: '0644x'}]", "mode"),
    "from a device": ("[{to: /a, from: /dev/null}]", "/dev/null"),
    "from a dangling link": ("[{to: /a, from: dangling}]", "dangling"),
    "to with ..": ("[{to: /../x, content: y}]", ".."),
    "to relative": ("[{to: x, content: y}]", "absolute"),
    "to with a slash at the end": ("[{to: /x/, content: y}]", "/x"),
    "two owners of a path": ("[{to: /x, content: y}, {to: /x, content: z}]", "/x"),
    "neither content nor from": ("[{to: /x}]", "content"),
    "both content and from": ("[{to: /x, content: y, from: folder}]", "from"),
}
COMMANDS = {  # name: (entry, exit code, what the error must say)
    "fails": ("exit 7", 1, "7"),
    "hangs": ("{run: sleep 600, timeout: 2s}", 1, "timed out after 2s"),
    "ignores signals and hangs": ("{run: \"trap '' TERM INT HUP; sleep 600 & wait; sleep 600\", timeout: 2s}", 1, "timed out after 2s"),
    "kills its parent": ("'kill -9 $PPID; kill -9 -1; exit 3'", 1, ""),
    "no such shell": ("{run: x, shell: /bin/nothing}", 1, "/bin/nothing"),
}


class World_(World):
    """With an image `base` in it."""

    def __enter__(self):
        super().__enter__()
        self.retouch("import", tiny(), "--name", "base")
        return self


class Recipes(unittest.TestCase):
    def refuse(self, world, path, word, code=65):
        """check, plan and apply all refuse it alike, and nothing changes."""
        before = world.state()
        for command in (["check"], ["plan", *HOST], ["apply", "--yes", *HOST]):
            result = world.retouch(command[0], path, *command[1:], expect=code)
            self.assertIn(word.lower(), result.stderr.lower())
            self.assertEqual("", result.stdout)
            self.assertRegex(result.stderr, r"(?m)^\S*wrong\.yaml(:\d+:\d+)?: error: ")
        self.assertEqual(before, world.state())
        self.assertEqual([], world.leftovers())

    def test_each_refused_form_of_yaml(self):
        with World_() as world:
            for name, (content, word) in YAML.items():
                with self.subTest(name):
                    self.refuse(world, world.write("wrong.yaml", content), word)

    def test_a_recipe_of_100_megabytes_is_refused_at_once(self):
        with World_() as world:
            path = world.write("wrong.yaml", b"retouch: 1\n" + b"# comment\n" * (10 << 20))
            started = time.monotonic()
            self.refuse(world, path, "1.0 MiB")
            self.assertLess(time.monotonic() - started, 3)

    def test_each_wrong_file_entry(self):
        with World_() as world:
            (world.directory / "folder").mkdir()
            (world.directory / "dangling").symlink_to("nowhere")
            for name, (entries, word) in FILES.items():
                with self.subTest(name):
                    text = f"retouch: 1\nname: x\nsource: {{image: base}}\nfiles: {entries}\n"
                    self.refuse(world, world.write("wrong.yaml", text), word)

    def test_no_recipe_at_all(self):
        with World_() as world:
            for path in (world.directory / "wrong.yaml", world.directory):
                result = world.retouch("check", path, expect=(65, 64))
                self.assertIn("error", result.stderr)


class Images(unittest.TestCase):
    def test_a_fifo_in_a_catalog_is_named_and_not_waited_for(self):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            recipe = world.recipe("commands: [echo a]\npublish: {name: out}\n")
            for name in ("catalog.db-journal", "catalog.db-wal", "catalog.db-shm"):
                path = world.catalog / name
                path.unlink(missing_ok=True)
                os.mkfifo(path)
                for words in (["images"], ["plan", recipe, *HOST], ["apply", recipe, "--yes", *HOST]):
                    with self.subTest(name, command=words[0]):
                        result = world.retouch(*words, expect=1)
                        self.assertIn(f"error: {path} is not a regular file\n", result.stderr)
                path.unlink()
            world.retouch("images")

    def test_source_unknown_or_ambiguous(self):
        with World_() as world:
            world.retouch("import", tiny(), "--name", "twice")
            world.retouch("import", tiny(), "--name", "twice")
            ids = [i["id"] for i in world.images() if i["name"] == "twice"]
            for name, words in (("nothing", ["nothing"]), ("bsae", ["base"]), ("twice", ids)):
                recipe = world.recipe(f"retouch: 1\nname: x\nsource: {{image: {name}}}\n")
                for command in (["plan"], ["apply", "--yes"]):
                    result = world.retouch(command[0], recipe, *command[1:], *HOST, expect=1)
                    for word in words:
                        self.assertIn(word, result.stderr)
            self.assertEqual(3, len(world.images()))

    def test_imports_of_what_is_no_image(self):
        with World_() as world:
            before = world.state()
            qemu_img = lambda *arguments: subprocess.run(["qemu-img", *arguments], cwd=world.directory,
                                                         check=True, capture_output=True)
            world.write("text.raw", "hello\n")
            world.write("empty.raw", "")
            qemu_img("create", "-f", "qcow2", "-b", str(tiny()), "-F", "raw", "backed.qcow2")
            qemu_img("create", "-f", "qcow2", "-o", "data_file=data.raw", "outside.qcow2", "1M")
            qemu_img("convert", "-O", "qcow2", str(tiny()), "whole.qcow2")
            whole = (world.directory / "whole.qcow2").read_bytes()
            world.write("torn.qcow2", whole[:len(whole) // 2])
            world.write("header.qcow2", whole[:40])
            world.write("torn.raw", tiny().read_bytes()[:1000000 + 7])
            (world.directory / "folder.raw").mkdir()
            for name, word in (("empty.raw", "empty"), ("backed.qcow2", "back"), ("outside.qcow2", "another file"),
                               ("torn.qcow2", "truncated"), ("header.qcow2", "qcow2"), ("text.raw", "text.raw"),
                               ("torn.raw", "torn.raw"), ("folder.raw", "folder.raw"), ("missing.raw", "missing.raw")):
                with self.subTest(name):
                    result = world.retouch("import", name, "--name", "wrong", expect=(1, 65))
                    self.assertIn(word, result.stderr)
                    self.assertEqual(before, world.state())
                    self.assertEqual([], world.leftovers())

    @needs_root
    def test_images_without_a_system(self):
        recipe = "retouch: 1\nname: x\nsource: {image: wrong}\nfiles: [{to: /a, content: b}]\n"
        hooks = {
            "no system": ("rm -rf etc usr bin sbin lib", [], "no operating system"),
            "unknown system": ("rm -f etc/os-release", [], "operating system"),
            "two systems": ("", ["--roots", "2"], "operating systems"),
        }
        for guest in QUICK_GUESTS:
            with World_() as world:
                for name, (hook, options, words) in hooks.items():
                    with self.subTest(name=name, guest=guest):
                        file = world.directory / "wrong.raw"
                        subprocess.run([ROOT / "tests/support/tiny_image.sh", file, *options, "--root-hook", hook or ":"],
                                       check=True)
                        world.retouch("import", file, "--name", "wrong")
                        before = world.state()
                        result = world.retouch("apply", world.recipe(recipe), "--yes", "--guest", guest,
                                               expect=(1, 5, 65))
                        self.assertRegex(result.stdout, words)
                        self.assertEqual(before, world.state())
                        self.assertEqual([], world.leftovers())
                        world.retouch("remove", world.image("wrong")["id"], "--yes")


@needs_root
class Commands(unittest.TestCase):
    def fails(self, world, text, code, word, guest="host"):
        """The apply fails and changes nothing."""
        before = world.state()
        started = time.monotonic()
        result = world.retouch("apply", world.recipe(text), "--yes", "--guest", guest, expect=code)
        self.assertIn(word, result.stdout + result.stderr)
        self.assertEqual(before, world.state())
        self.assertEqual([], world.leftovers())
        return time.monotonic() - started

    def test_each_bad_command(self):
        for guest in QUICK_GUESTS:
            with World_() as world:
                for name, (entry, code, word) in COMMANDS.items():
                    with self.subTest(name=name, guest=guest):
                        text = f"commands: [{entry}]\npublish: {{name: out}}\n"
                        self.assertLess(self.fails(world, text, code, word, guest), 60)

    def test_a_daemon_left_behind_is_ended(self):
        for guest in QUICK_GUESTS:
            with World_() as world, self.subTest(guest=guest):
                recipe = world.recipe("commands: ['(setsid sh -c \"while :; do sleep 1; date >> /etc/alive; done\" "
                                      ">/dev/null 2>&1 &) ; sleep 0.2']\npublish: {name: out}\n")
                started = time.monotonic()
                world.retouch("apply", recipe, "--yes", "--guest", guest)
                self.assertLess(time.monotonic() - started, 60)
                self.assertEqual([], world.leftovers())

    def test_output_of_100_megabytes_is_bounded(self):
        for guest in QUICK_GUESTS:
            with World_() as world, self.subTest(guest=guest):
                recipe = world.recipe("commands: ['yes 0123456789abcdef | head -c 104857600; echo the end']\n"
                                      "publish: {name: out}\n")
                report = world.json("apply", recipe, "--yes", "--guest", guest)
                step = report["targets"][0]["steps"][0]
                self.assertIn("the end", str(step))
                self.assertLess(len(str(step)), 300000)

    def test_deleting_everything_hurts_only_the_stage(self):
        for guest in QUICK_GUESTS:
            with World_() as world, self.subTest(guest=guest):
                before = world.state()
                recipe = world.recipe("commands: ['rm -rf --no-preserve-root / 2>/dev/null; rm -rf /*; exit 1']\n"
                                      "publish: {name: out}\n")
                world.retouch("apply", recipe, "--yes", "--guest", guest, expect=1)
                self.assertEqual(before, world.state())
                self.assertEqual([], world.leftovers())
                self.assertTrue(os.path.exists("/bin/sh"))

    def test_links_in_the_image_never_lead_out(self):
        secret = "/etc/retouch-scenario-secret"
        hook = (f"mv etc etc.real; ln -s /tmp etc; cp -a etc.real/. tmp/; ln -s {secret} tmp/link; "
                "ln -s / tmp/root; ln -s ../../../../../../../.. tmp/up")
        try:
            with open(secret, "w", encoding="utf-8") as file:
                file.write("host")
            for guest in GUESTS:
                with World_() as world, self.subTest(guest=guest):
                    file = world.directory / "links.raw"
                    subprocess.run([ROOT / "tests/support/tiny_image.sh", file, "--root-hook", hook], check=True)
                    world.retouch("import", file, "--name", "links")
                    recipe = world.recipe(
                        "retouch: 1\nname: x\nsource: {image: links}\nfiles:\n"
                        "  - {to: /etc/link, content: guest}\n"
                        "  - {to: /etc/up/etc/retouch-scenario-new, content: guest}\n"
                        "  - {to: /etc/root/etc/retouch-scenario-other, content: guest}\n"
                        "publish: {name: out}\n")
                    world.retouch("apply", recipe, "--yes", "--guest", guest, expect=(0, 1, 5))
                    with open(secret, encoding="utf-8") as kept:
                        self.assertEqual("host", kept.read())
                    self.assertFalse(os.path.exists("/etc/retouch-scenario-new"))
                    self.assertFalse(os.path.exists("/etc/retouch-scenario-other"))
                    self.assertFalse(os.path.exists("/tmp/link"))
                    self.assertEqual([], world.leftovers())
        finally:
            os.unlink(secret)


@needs_root
class Detach(unittest.TestCase):
    """Only what a recipe made is detached; everything that is named is looked at before anything is changed."""

    def mark(self, world, image, name, value):
        """A property that no command sets."""
        with contextlib.closing(sqlite3.connect(world.catalog / "catalog.db", isolation_level=None)) as database:
            database.execute("INSERT INTO image_properties VALUES (?, ?, ?)", (image["id"], name, value))

    def test_what_is_named(self):
        with World_() as world:
            world.retouch("apply", world.recipe("commands: ['true']\npublish: {name: made}\n"), "--yes", *HOST)
            world.retouch("apply", world.recipe("commands: ['true']\npublish: {name: unfinished}\n").rename(
                world.directory / "other.yaml"), "--yes", *HOST)
            base, made, unfinished = map(world.image, ("base", "made", "unfinished"))
            self.mark(world, made, "retouch_detach", "pending")
            self.mark(world, unfinished, "retouch_unfinished", "run")
            foreign = f'error: "base" ({base["id"]}) was not made by a recipe; only such images are detached'
            at_work = f'error: "unfinished" ({unfinished["id"]}) is still being made by another run'
            independent = f'"made" ({made["id"]}) depends on no other image.'
            for named, code, said in (
                    ([base["id"]], 5, foreign),
                    (["base"], 5, foreign),
                    ([made["id"], base["id"]], 5, foreign),
                    ([unfinished["id"]], 75, at_work),
                    (["made", "unfinished"], 75, at_work),
                    ([made["id"][:-1]], 1, f"error: no image '{made['id'][:-1]}' in catalog world"),
                    (["00000000-0000-4000-8000-000000000000"], 1, "error: no image '00000000-"),
                    (["../images"], 1, "error: no image '../images' in catalog world")):
                with self.subTest(named=named):
                    before = world.state()
                    self.assertIn(said, world.retouch("detach", *named, expect=code).stderr)
                    self.assertEqual(before, world.state())
            self.assertEqual(independent + "\n", world.retouch("detach", made["id"]).stdout)
            self.assertNotIn("retouch_detach", world.image("made")["properties"])
            before = world.state()
            self.assertEqual(independent + "\n", world.retouch("detach", made["id"]).stdout)
            self.assertEqual(before, world.state())


if __name__ == "__main__":
    unittest.main()
