"""Root trees of Debian to try things in, made by mmdebstrap from the mirror this machine uses.

What they are made of is cached as a tar file, since it comes over the network; each test has its own tree.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = os.environ.get("RETOUCH_TEST_DIRECTORY", "/var/tmp")
CACHE = Path(os.environ.get("RETOUCH_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retouch")


def release():
    """The code name of the Debian this runs on."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)["VERSION_CODENAME"]


def sources(suite):
    """Where this machine gets Debian from, as sources of `suite`."""
    return subprocess.run([ROOT / "tests/scripts/debian-sources.sh", suite], check=True, text=True,
                          capture_output=True).stdout


def tree_of(suite, packages):
    """A tar file with a minimal root tree and `packages`."""
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = ",".join(sorted(packages))
    where = sources(suite)
    name = hashlib.sha256(f"{where}{wanted}".encode()).hexdigest()[:12]
    path = CACHE / f"root-{suite}-{name}.tar"
    with open(CACHE / "roots.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part = path.with_suffix(".part")
            subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=tar",
                            *([f"--include={wanted}"] if wanted else []), suite, part, "-"], input=where, text=True, check=True)
            part.rename(path)
    return path


class Tree:
    """`with Tree(suite, packages) as tree:`; `tree.run(...)` runs a command in it."""

    def __init__(self, suite, packages):
        self.tar = tree_of(suite, packages)

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="rtr.", dir=PLACE))
        subprocess.run(["tar", "-xpf", self.tar, "-C", self.path], check=True)
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.path)

    def run(self, *command, network=False, expect=0, timeout=600, **more):
        """What a command prints; fails unless it exits with `expect`."""
        options = ["--network"] if network else []
        done = subprocess.run([ROOT / "tests/package/in_root.sh", *options, self.path, *map(str, command)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                              check=False, **more)
        if done.returncode != expect:
            raise AssertionError(f"{' '.join(map(str, command))} exited with {done.returncode}, not {expect}\n"
                                 f"{done.stdout[-20000:]}{done.stderr[-20000:]}")
        return done.stdout

    def write(self, path, text):
        """A file in it."""
        file = self.path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def lend(self, file, path):
        """Copies a file of this host into it, holes and all."""
        subprocess.run(["cp", "--reflink=auto", "--sparse=always", file, self.path / path.lstrip("/")], check=True)
