#!/usr/bin/python3
"""retouch beside what one would do without it, in one run on one machine.

For each virtual size of one real Debian image: copying the file and running virt-customize with one
upload and one command, against `retouch apply` with the same, through both guests. The same followed
by virt-diff, against `retouch plan --rehearse`. Then an apply with nothing to do, and the check of a
thousand recipes. Runs alternate, medians count. With --write the tables replace those in
docs/performance.md. Needs root and the packages of the sets run, demo, bench.
"""

import argparse
import collections
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RETOUCH", ROOT / "build/release/retouch"))
PAGE = ROOT / "docs/performance.md"
COMMAND = "dpkg-query -W > /opt/site/packages && sync"

# What is aimed at: name of a row -> (limit, unit)
AIMS = {"host": (0.10, "ratio"), "appliance": (0.75, "ratio"), "rehearsal, host": (0.10, "ratio"),
        "rehearsal, appliance": (0.45, "ratio"), "rehearsal, apply": (1.3, "ratio"), "no-op": (0.050, "s"), "check": (1.0, "s"),
        "memory": (64.0, "MiB")}


class Bench:
    """One directory with a catalog, the images and the recipes of this run."""

    def __init__(self, directory, repeat):
        self.directory, self.repeat, self.number = directory, repeat, 0
        self.peak = 0.0
        (directory / "retouch.yaml").write_text(
            "default: bench\ncatalogs:\n  bench:\n    type: local\n    path: catalog\n", encoding="utf-8")
        (directory / "payload").write_bytes(os.urandom(1 << 20))

    def timed(self, *command, environment=None):
        """Seconds that a command takes; it must succeed."""
        started = time.monotonic()
        subprocess.run(command, cwd=self.directory, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})})
        return time.monotonic() - started

    def retouch(self, *arguments):
        """The same for our program; its own peak of memory is watched, without its children."""
        started = time.monotonic()
        with open(self.directory / "log", "wb") as log:
            process = subprocess.Popen([PROGRAM, *arguments], cwd=self.directory, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
            status = Path(f"/proc/{process.pid}/status")
            while process.poll() is None:
                match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
                if match:
                    self.peak = max(self.peak, int(match[1]) / 1024)
                time.sleep(0.002)
        seconds = time.monotonic() - started
        if process.returncode != 0:
            sys.exit((self.directory / "log").read_text(encoding="utf-8"))
        return seconds

    def recipe(self, image):
        """A recipe never applied before, so that there is something to build."""
        self.number += 1
        path = self.directory / "bench.yaml"
        path.write_text(
            f"retouch: 1\nname: bench\nsource: {{image: {image}}}\n"
            f"files:\n  - {{to: /opt/site/payload, from: payload}}\n"
            f"commands:\n  - '{COMMAND} # {self.number}'\n"
            f"publish: {{name: {image}-next}}\n", encoding="utf-8")
        return path

    def by_hand(self, image):
        """Seconds of copying the file and virt-customize, and of virt-diff then."""
        tcg = {"LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
        copy = self.directory / "copy.raw"
        made = self.timed("cp", "--sparse=always", image, copy)
        made += self.timed(
            "virt-customize", "--quiet", "--no-network", "--format", "raw", "-a", copy,
            "--mkdir", "/opt/site", "--upload", f"{self.directory}/payload:/opt/site/payload", "--run-command", COMMAND,
            environment=tcg)
        compared = self.timed("virt-diff", "--format=raw", "-a", image, "--format=raw", "-A", copy, environment=tcg)
        copy.unlink()
        return made, compared

    def size(self, size):
        """Medians for one virtual size: by hand, host, appliance, their rehearsals, no-op."""
        image = self.directory / f"debian-{size}.raw"
        subprocess.run([ROOT / "tests/scripts/debian-image.sh", image, size], check=True)
        self.retouch("import", str(image), "--name", f"debian-{size}")
        results = collections.defaultdict(list)
        for _ in range(self.repeat):
            made, compared = self.by_hand(image)
            results["by hand"].append(made)
            results["by hand, compared"].append(made + compared)
            for guest in ("host", "appliance"):
                recipe = str(self.recipe(f"debian-{size}"))
                results[f"{guest}, rehearsal"].append(self.retouch("plan", recipe, "--rehearse", "--guest", guest))
                results[guest].append(self.retouch("apply", recipe, "--yes", "--guest", guest))
            results["no-op"].append(self.retouch("apply", recipe, "--yes", "--guest", "host"))
        image.unlink()
        shutil.rmtree(self.directory / "catalog")
        return {name: statistics.median(seconds) for name, seconds in results.items()}

    def check(self, count):
        """Seconds to check that many recipes in one call."""
        folder = self.directory / "many"
        folder.mkdir()
        text = (ROOT / "recipes/debian-hardening.yaml").read_text(encoding="utf-8")
        for number in range(count):
            (folder / f"{number}.yaml").write_text(
                text.replace("name: debian-hardening", f"name: recipe-{number}"), encoding="utf-8")
        names = sorted(str(path) for path in folder.iterdir())
        return statistics.median(self.retouch("check", *names) for _ in range(self.repeat))


def verdict(name, value):
    """Whether an aim is met, in words."""
    limit, unit = AIMS[name]
    return f"{limit:g}{'' if unit == 'ratio' else ' ' + unit} {'met' if value <= limit else '**missed**'}"


def machine():
    """What it ran on, in one line."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))[1]) >> 20
    kvm = "KVM" if re.search(r"\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text(encoding="utf-8")) else "no KVM"
    return (f"{os.cpu_count()} cores of {cpu[1] if cpu else platform.machine()}, {memory} GiB, {kvm}, "
            f"Debian {Path('/etc/debian_version').read_text(encoding='ascii').strip()}, Linux {platform.release()}")


def report(rows, noop, check, count, peak, repeat):
    """The tables."""
    lines = [f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {machine()}. Medians of {repeat}.", "",
             "| virtual size | copy and virt-customize | apply, host guest | ratio | apply, appliance | ratio |",
             "| --- | --- | --- | --- | --- | --- |"]
    for size, seconds in rows.items():
        hand = seconds["by hand"]
        lines.append(f"| {size} | {hand:.2f} s | {seconds['host']:.2f} s | {seconds['host'] / hand:.3f} "
                     f"| {seconds['appliance']:.2f} s | {seconds['appliance'] / hand:.3f} |")
    worst = {guest: max(s[guest] / s["by hand"] for s in rows.values()) for guest in ("host", "appliance")}
    lines += ["", "| virtual size | copy, virt-customize and virt-diff | plan --rehearse, host guest | ratio "
              "| plan --rehearse, appliance | ratio |", "| --- | --- | --- | --- | --- | --- |"]
    for size, seconds in rows.items():
        hand, host, appliance = (seconds[n] for n in ("by hand, compared", "host, rehearsal", "appliance, rehearsal"))
        lines.append(f"| {size} | {hand:.2f} s | {host:.2f} s | {host / hand:.3f} | {appliance:.2f} s "
                     f"| {appliance / hand:.3f} |")
    rehearsed = {guest: max(s[f"{guest}, rehearsal"] / s["by hand, compared"] for s in rows.values())
                 for guest in ("host", "appliance")}
    applied = {guest: max(s[f"{guest}, rehearsal"] / s[guest] for s in rows.values()) for guest in ("host", "appliance")}
    lines += ["", "| what | measured | aim |", "| --- | --- | --- |",
              f"| host guest against virt-customize, worst size | {worst['host']:.3f} | {verdict('host', worst['host'])} |",
              f"| appliance against virt-customize, worst size | {worst['appliance']:.3f} "
              f"| {verdict('appliance', worst['appliance'])} |"]
    for guest, name in (("host", "host guest"), ("appliance", "appliance")):
        lines += [f"| rehearsal, {name}, against virt-customize and virt-diff, worst size | {rehearsed[guest]:.3f} "
                  f"| {verdict(f'rehearsal, {guest}', rehearsed[guest])} |",
                  f"| rehearsal, {name}, against apply, worst size | {applied[guest]:.2f} "
                  f"| {verdict('rehearsal, apply', applied[guest])} |"]
    lines += [f"| apply with nothing to do | {noop * 1000:.0f} ms | {verdict('no-op', noop)} |",
              f"| check of {count} recipes | {check:.2f} s | {verdict('check', check)} |",
              f"| peak memory of our process, any of these | {peak:.0f} MiB | {verdict('memory', peak)} |"]
    return "\n".join(lines) + "\n"


def write_between(mark, text):
    """Replaces what stands between that mark and its end in docs/performance.md."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"(?s)(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: m[1] + text + m[2], page),
                    encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="2G,20G,200G", help="virtual sizes, as 2G,20G,200G")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each")
    parser.add_argument("--recipes", type=int, default=1000, help="how many recipes are checked")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("The benchmark needs root, for the host guest.")
    subprocess.run([ROOT / "tests/scripts/packages.sh", "build", "run", "demo", "bench"], check=True)

    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="retouch-bench.") as folder:
        bench = Bench(Path(folder), options.repeat)
        # libguestfs makes its appliance once, whoever asks first.
        bench.timed("guestfish", "-a", "/dev/null", "run", environment={"LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"})
        rows = {}
        for size in options.sizes.split(","):
            rows[size] = bench.size(size)
            print(size, {name: round(value, 3) for name, value in rows[size].items()}, file=sys.stderr)
        check = bench.check(options.recipes)
        noop = max(seconds["no-op"] for seconds in rows.values())
        tables = report(rows, noop, check, options.recipes, bench.peak, options.repeat)
    print(tables, end="")
    if options.write:
        write_between("bench", f"\n{tables}\n")


if __name__ == "__main__":
    main()
