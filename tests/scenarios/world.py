"""A world for one scenario: a catalog of its own, the program run on it, and other eyes on the result.

Everything of a world lies below two directories, so that `leftovers` can tell what a run left behind.
"""

import array
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("RETOUCH", str(ROOT / "build/release/retouch"))
SET_ATTRIBUTE = Path(os.environ.get("RETOUCH_SET_ATTRIBUTE", str(ROOT / "build/release/tests/set_attribute")))
IMAGES = ROOT / "build/scenarios"
PLACE = os.environ.get("RETOUCH_TEST_DIRECTORY", "/var/tmp")  # where worlds are
PARTITION = 1024 * 1024  # where the root partition of our images starts

needs_root = unittest.skipUnless(os.geteuid() == 0, "needs root")
HOST = ["--guest", "host"]
GUESTS = ["appliance", "host"] if os.geteuid() == 0 else ["appliance"]
# An emulated appliance takes its time. What the guests' own tests show for both is tried again on both
# by ./test --deep only.
THOROUGH = os.environ.get("RETOUCH_THOROUGH") == "1"
QUICK_GUESTS = GUESTS if THOROUGH else GUESTS[-1:]
KILLED_AT_ENTRY = os.environ.get("RETOUCH_KILLED_AT_ENTRY")
needs_death = unittest.skipUnless(KILLED_AT_ENTRY, "needs the library of tests/support/killed_at_entry.cpp")


@contextlib.contextmanager
def making(name):
    """The path of an image file to be made, by one test at a time."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open(IMAGES / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield IMAGES / name


def debian(size="2G"):
    """A small real Debian 12, up to date with the script that makes it."""
    with making(f"debian-12-{size}.raw") as path:
        subprocess.run([ROOT / "tests/scripts/debian-image.sh", path, size], check=True)
        return path


def tiny():
    """busybox that says it is Debian 12; see tests/support/tiny_image.sh."""
    with making("tiny.raw") as path:
        script = ROOT / "tests/support/tiny_image.sh"
        if not path.exists() or path.stat().st_mtime < script.stat().st_mtime:
            subprocess.run([script, f"{path}.part"], check=True)
            os.rename(f"{path}.part", path)
        return path


def sha256(path):
    """Of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class World:
    """`with World() as world:`; `world.retouch(...)` runs the program in world.directory."""

    def __enter__(self):
        # Short names: unix sockets lie below TMPDIR.
        self.directory = Path(tempfile.mkdtemp(prefix="rtw.", dir=PLACE))
        self.temporary = Path(tempfile.mkdtemp(prefix="rtt.", dir="/tmp"))
        self.environment = {}  # of the program, beside ours
        self.catalog = self.directory / "catalog"
        self.configure(self.catalog)
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.directory)
        shutil.rmtree(self.temporary)

    def configure(self, catalog):
        """Makes `catalog` the local catalog of this world."""
        self.catalog = catalog
        (self.directory / "retouch.yaml").write_text(
            f"default: world\ncatalogs:\n  world:\n    type: local\n    path: {catalog}\n", encoding="utf-8")

    def start(self, *arguments, through=(), **more):
        """The program, started (`through` other programs), with its output in pipes."""
        environment = {**os.environ, "TMPDIR": str(self.temporary), "NO_COLOR": "1",
                       "LIBGUESTFS_CACHEDIR": "/var/tmp",  # shared by all, or each would make its own
                       **self.environment}
        environment.pop("RETOUCH", None)
        return subprocess.Popen([*through, PROGRAM, *map(str, arguments)], cwd=self.directory, env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, **more)

    def retouch(self, *arguments, expect=0):
        """Runs the program to its end; fails unless it exits with `expect`."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=600)
        expected = expect if isinstance(expect, (tuple, list)) else (expect,)
        if process.returncode not in expected:
            raise AssertionError(f"retouch {' '.join(map(str, arguments))} exited with "
                                 f"{process.returncode}, not {expect}\n{out}{err}")
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def killed_when_it_says(self, words, *arguments):
        """Runs the program, which is killed as soon as a line on its standard error has these words."""
        process = self.start(*arguments)
        said = ""
        for line in process.stderr:
            said += line
            if words in line:
                break
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(f"not killed, but exited with {process.returncode}\n{said}{err}{out}")

    def killed_at(self, entry, *arguments):
        """Runs the program, which dies as soon as its journal has that entry; what it said."""
        self.environment.update(LD_PRELOAD=KILLED_AT_ENTRY, RETOUCH_KILL_AT_ENTRY=entry)
        try:
            process = self.start(*arguments)
            out, err = process.communicate(timeout=600)
        finally:
            for name in ("LD_PRELOAD", "RETOUCH_KILL_AT_ENTRY"):
                del self.environment[name]
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(f"not killed at {entry}, but exited with {process.returncode}\n{err}{out}")
        return err + out

    def json(self, *arguments, expect=0):
        """What a command prints with --format json."""
        return json.loads(self.retouch(*arguments, "--format", "json", expect=expect).stdout)

    def images(self):
        """Every record."""
        return self.json("images")["images"]

    def image(self, name, hidden=False):
        """The one record of that name."""
        found = [i for i in self.images() if i["name"] == name and i["hidden"] == hidden]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} images called {name}, hidden: {hidden}")
        return found[0]

    def bytes_of(self, image):
        """The file that holds an image's bytes."""
        return self.catalog / "images" / f"{image['id']}.{image['disk_format']}"

    def recipe(self, text, name="recipe.yaml"):
        """Writes a recipe; the usual first lines are added."""
        path = self.directory / name
        head = "" if "retouch:" in text else "retouch: 1\nname: scenario\nsource: {image: base}\n"
        path.write_text(head + text, encoding="utf-8")
        return path

    def write(self, name, content):
        """A file beside the recipe."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def state(self):
        """The whole catalog as a value: records, and the digest of every file of bytes."""
        files = {p.name: sha256(p) for p in sorted((self.catalog / "images").glob("*"))}
        return self.images(), files

    def processes(self):
        """Of a run, and what it started. The one that waits for a disk (fsync) may end a little after it."""
        ours = (str(self.directory), str(self.temporary))
        deadline = time.monotonic() + 10
        while True:
            found = []
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if any(o in line for o in ours):
                        found.append(f"process {line}")
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.05)

    def leftovers(self):
        """What no run may leave behind, as lines: mounts, loop devices, processes, files."""
        ours = (str(self.directory), str(self.temporary))
        found = [f"mount {line}" for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
                 if any(o in line for o in ours) and "scenario-disk" not in line]
        loops = subprocess.run(["losetup", "-l", "-n", "-O", "NAME,BACK-FILE"], text=True,
                               capture_output=True, check=True).stdout.splitlines()
        found += [f"loop {line}" for line in loops if any(o in line for o in ours) and "scenario-disk" not in line]
        found += self.processes()
        found += [f"temporary {path.name}" for path in self.temporary.iterdir()]
        if self.catalog.exists():
            known = {self.bytes_of(image).name for image in self.images()}
            found += [f"bytes {path.name}" for path in (self.catalog / "images").iterdir()
                      if path.name not in known]
            found += [f"record {i['id']} {i['status']}" for i in self.images() if i["status"] == "queued"]
        return found


def await_full_pipe(pipe):
    """Until whoever writes into it, which nobody reads, has to wait."""
    deadline = time.monotonic() + 60
    held = array.array("i", [0])
    while held[0] < 65536:
        if time.monotonic() > deadline:
            raise AssertionError(f"only {held[0]} bytes were written")
        time.sleep(0.01)
        fcntl.ioctl(pipe, termios.FIONREAD, held)


@contextlib.contextmanager
def mounted(path):
    """The root filesystem of a raw image, mounted read-only by the kernel; root only."""
    with tempfile.TemporaryDirectory(dir=PLACE, prefix="rtm.") as point:
        subprocess.run(["mount", "-o", f"ro,noload,loop,offset={PARTITION}", path, point], check=True)
        try:
            yield Path(point)
        finally:
            subprocess.run(["umount", point], check=True)


def tree(path):
    """Every file of a raw image: path -> (type, mode, owner, group, digest or link target)."""
    result = {}
    with mounted(path) as root:
        for folder, folders, files in os.walk(root):
            for name in folders + files:
                file = Path(folder, name)
                status = file.lstat()
                if file.is_symlink():
                    content = os.readlink(file)
                else:
                    content = sha256(file) if file.is_file() else ""
                result["/" + str(file.relative_to(root))] = (
                    oct(status.st_mode), status.st_uid, status.st_gid, content)
    return result


def fsck(path):
    """Output of a check of the root filesystem that found faults, else an empty string."""
    result = subprocess.run(["e2fsck", "-fn", f"{path}?offset={PARTITION}"], text=True, capture_output=True,
                            check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def debugfs(path, command):
    """What debugfs prints for one command on the root filesystem of a raw image."""
    result = subprocess.run(["debugfs", "-R", command, f"{path}?offset={PARTITION}"], text=True,
                            capture_output=True, check=True)
    return result.stdout or result.stderr


def guestfish(path, *commands):
    """What guestfish prints on a raw image, opened read-only with its filesystems mounted."""
    environment = {**os.environ, "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
    return subprocess.run(["guestfish", "--ro", "--format=raw", "-a", path, "-i"], text=True,
                          input="\n".join(commands), capture_output=True, check=True, env=environment).stdout


def guestfish_on(paths, lines, writable=False):
    """What guestfish prints for these lines on several raw images, with nothing mounted before."""
    environment = {**os.environ, "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
    words = ["guestfish", "--rw" if writable else "--ro"]
    for path in paths:
        words += ["--format=raw", "-a", path]
    return subprocess.run(words, text=True, input="\n".join(lines), capture_output=True, check=True,
                          env=environment).stdout
