#!/usr/bin/python3
"""Whatever the program waits for, a signal ends it soon, and a reader that does not read holds up no work."""

import contextlib
import fcntl
import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from world import HOST, PROGRAM, World, needs_root, tiny

SOON = 5  # seconds; it is well below one on a machine with nothing else to do
MANY = 3000  # mistakes: more than a pipe holds
WRONG = "retouch: 1\nname: x\nsource: {image: base}\nproperties: {a: b}\n" + "".join(
    f"unknown{i}: 1\n" for i in range(MANY))
SMALLEST_PIPE = 4096  # bytes; less than what is said of WRONG
SLEEPY = "commands: [sleep 1]\npublish: {name: out}\n"


def fifo(world, name):
    """A FIFO beside the recipe."""
    os.mkfifo(world.directory / name)
    return name


def large(world):
    """A recipe that injects 8 GB, all of them holes."""
    with open(world.directory / "large", "wb") as file:
        file.truncate(8 << 30)
    return world.recipe("files: [{to: /large, from: large}]\n")


@contextlib.contextmanager
def directory_locked(world):
    """What opens the catalog holds this lock for a moment; a stopped one keeps it."""
    descriptor = os.open(world.catalog, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@contextlib.contextmanager
def database_locked(world):
    """As a program in the middle of a transaction does."""
    connection = sqlite3.connect(world.catalog / "catalog.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.close()


@contextlib.contextmanager
def monitor_silent(world):
    """Ceph's monitor is connected to and never answers; cloud.yaml is the configuration of its cloud."""
    with socket.create_server(("127.0.0.1", 0)) as monitor:
        keyring = world.write("keyring", "[client.glance]\nkey = AQDxZpRlAAAAABAAkTzL5Lh+6t4Q8aWnCwRBxg==\n")
        conf = world.write("ceph.conf", f"[global]\nmon_host = v1:127.0.0.1:{monitor.getsockname()[1]}\n")
        rbd = {"conf": str(conf), "user": "glance", "keyring": str(keyring)}
        cloud = {"type": "glance", "cloud": "none", "rbd": rbd}
        world.write("cloud.yaml", json.dumps({"default": "cloud", "catalogs": {"cloud": cloud}}))
        yield


# In namespaces of its own: names are asked of a server that never answers, whose socket the program inherits.
SILENT_NAMES = """
import fcntl, os, socket, struct, subprocess, sys
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
up = 1
fcntl.ioctl(names, 0x8914, struct.pack("16sh14x", b"lo", up))  # SIOCSIFFLAGS
names.bind(("127.0.0.53", 53))
names.set_inheritable(True)
for name in ("resolv.conf", "nsswitch.conf"):
    subprocess.run(["mount", "--bind", name, "/etc/" + name], check=True)
os.execv(sys.argv[1], sys.argv[1:])
"""

# name: (what holds it up, or None; the command line)
WAITS = {
    "for a reader of events": (None, lambda w: ["apply", w.recipe(SLEEPY), "--yes", *HOST, "--events", fifo(w, "f")]),
    "for a reader of a plan": (None, lambda w: ["plan", w.recipe(SLEEPY), *HOST, "-o", fifo(w, "f")]),
    "for a reader of a report": (None, lambda w: ["check", w.recipe(SLEEPY), "--report", f"junit={fifo(w, 'f')}"]),
    "for a reader of standard output": (None, lambda w: ["check", w.recipe(WRONG), "--format", "json"]),
    "for a reader of standard error": (None, lambda w: ["check", w.recipe(WRONG)]),
    "for the catalog's directory": (directory_locked, lambda w: ["import", tiny(), "--name", "more"]),
    "for the catalog's database": (database_locked, lambda w: ["remove", w.image("base")["id"], "--yes"]),
    "for a Ceph monitor": (monitor_silent, lambda w: ["--config", "cloud.yaml", "doctor"]),
    "for a digest, in check": (None, lambda w: ["check", large(w)]),
    "for a digest, in plan": (None, lambda w: ["plan", large(w), *HOST]),
}


def state(process):
    """Whether it sleeps, and its time on a processor so far."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return fields[0] == "S", int(fields[11]) + int(fields[12])


def await_waiting(process):
    """Until it does nothing any more for a while, or has worked for two seconds."""
    deadline = time.monotonic() + 60
    idle = 0
    _, before = state(process)
    while idle < 4:
        time.sleep(0.3)
        if process.poll() is not None:
            raise AssertionError(f"it ended by itself: {process.returncode}\n{process.communicate()}")
        if time.monotonic() > deadline:
            raise AssertionError("it neither waits nor works")
        sleeps, after = state(process)
        if after > 200:
            return
        idle = idle + 1 if sleeps and after <= before + 1 else 0
        before = after


@needs_root
class Signals(unittest.TestCase):
    def ends(self, process, sign):
        """The signal ends it soon, with the exit code docs/cli.md names."""
        await_waiting(process)
        sent = time.monotonic()
        process.send_signal(sign)
        try:
            code = process.wait(SOON)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.fail(f"it did not end within {SOON} s")
        finally:
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()
        self.assertEqual(128 + sign, code)
        return time.monotonic() - sent

    def test_each_kind_of_waiting_ends_with_a_signal(self):
        for name, (hold, command) in WAITS.items():
            for sign in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(waits=name, signal=sign.name), World() as world:
                    world.retouch("import", tiny(), "--name", "base")
                    before = world.state()
                    with hold(world) if hold else contextlib.nullcontext():
                        self.ends(world.start(*command(world), pipesize=SMALLEST_PIPE), sign)
                    self.assertEqual(before, world.state())
                    self.assertEqual([], world.leftovers())

    def test_a_name_that_does_not_resolve_is_not_waited_for_after_a_signal(self):
        with World() as world:
            world.write("resolv.conf", "nameserver 127.0.0.53\noptions timeout:30 attempts:5\n")
            world.write("nsswitch.conf", "hosts: dns\n")
            auth = {"auth_url": "http://keystone.example:5000/v3", "username": "a", "password": "b",
                    "project_name": "c", "user_domain_name": "d", "project_domain_name": "d"}
            world.environment["OS_CLIENT_CONFIG_FILE"] = str(
                world.write("clouds.yaml", json.dumps({"clouds": {"far": {"auth": auth}}})))
            world.write("cloud.yaml", json.dumps({"catalogs": {"far": {"type": "glance", "cloud": "far"}}}))
            for sign in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(signal=sign.name):
                    self.ends(world.start("--config", "cloud.yaml", "images", through=[
                        "unshare", "-mn", "/usr/bin/python3", "-c", SILENT_NAMES]), sign)

    def test_the_question_ends_with_a_signal(self):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            ours, theirs = pty.openpty()
            environment = {**os.environ, "TMPDIR": str(world.temporary), "TERM": "dumb"}
            process = subprocess.Popen([PROGRAM, "apply", world.recipe(SLEEPY), *HOST], cwd=world.directory,
                                       env=environment, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE)
            os.close(theirs)
            shown = b""
            while b"accepted: " not in shown:
                shown += os.read(ours, 4096)
            self.ends(process, signal.SIGTERM)
            os.close(ours)
            self.assertEqual([], world.leftovers())

    def test_a_done_apply_whose_report_nobody_reads_says_what_it_published(self):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            steps = ", ".join(f"'echo {'x' * 200}{i}'" for i in range(400))
            process = world.start("apply", world.recipe(f"commands: [{steps}]\npublish: {{name: out}}\n"), "--yes",
                                  "--quiet", *HOST)
            deadline = time.monotonic() + 120
            while not any(image["name"] == "out" for image in world.images()) and time.monotonic() < deadline:
                time.sleep(0.2)
            await_waiting(process)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(143, process.wait(SOON))
            image = world.image("out")
            self.assertEqual(f"error: interrupted by SIGTERM\n  \"out\" is published: retouch show {image['id']}\n",
                             process.stderr.read())
            process.stdout.close()
            process.stderr.close()


@needs_root
class OthersThatDoNotGoOn(unittest.TestCase):
    def test_a_lock_that_is_kept_is_an_error_after_a_while(self):
        for name, hold, words in (
                ("directory", directory_locked, "is locked by another process"),
                ("database", database_locked, "database is locked")):
            with self.subTest(name), World() as world:
                world.retouch("import", tiny(), "--name", "base")
                with hold(world):
                    result = world.retouch("import", tiny(), "--name", "more", expect=75)
                self.assertIn(words, result.stderr)
                self.assertEqual(["base"], [image["name"] for image in world.images()])

    def test_work_goes_on_without_a_reader_of_events_that_does_not_read(self):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            path = world.directory / fifo(world, "events")
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
            steps = ", ".join(f"'echo {i}'" for i in range(40))
            result = world.retouch("apply", world.recipe(f"commands: [{steps}]\npublish: {{name: out}}\n"), "--yes",
                                   "--quiet", *HOST, "--events", "events")
            os.close(reader)
            self.assertEqual("warning: events are missing: nobody reads events\n", result.stderr)
            self.assertEqual("active", world.image("out")["status"])

    def test_a_fifo_where_a_file_is_read_is_refused_at_once(self):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            fifo(world, "f.yaml")
            good = world.recipe(SLEEPY)
            for command in (["check", "f.yaml"], ["plan", "f.yaml"], ["apply", "f.yaml", "--yes"],
                            ["plan", good, "--policy", "f.yaml"], ["import", "f.yaml", "--name", "x"],
                            ["--config", "f.yaml", "images"]):
                with self.subTest(command=command):
                    result = world.retouch(*command, expect=(65, 78))
                    self.assertIn("f.yaml", result.stderr)


if __name__ == "__main__":
    unittest.main()
