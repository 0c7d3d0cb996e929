#!/usr/bin/python3
"""retouch beside the procedure operators type by hand, on a real Glance and Ceph, in one run.

One real Debian image of three virtual sizes: two uploaded through Glance, which writes all of them, one
sparse and registered where it lies. By hand is tests/bench/by_hand.sh. `live` is when the new image
has the name; `done` is when it also depends on no other. Runs alternate, medians count. Starts a rig of
its own. With --write the table replaces the one in docs/performance.md. Needs root.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/scenarios"), str(ROOT / "tests/bench")]

import bench  # noqa: E402

COMMAND = "dpkg-query -W > /opt/site/packages && sync"
# Of the time by hand, at most: virtual size -> (live, done)
AIMS = {"2G": (0.35, 1.0), "10G": (0.10, 1.0), "100G": (None, 1.0)}


def rig(directory):
    """Starts one and puts what a shell must export into our environment."""
    subprocess.run([ROOT / "tests/rig/up", directory, "--osd-size", "42"], check=True, stdout=subprocess.DEVNULL)
    script = f'eval "$({ROOT}/tests/rig/env {directory})" && env -0'
    output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
    os.environ.update(line.split("=", 1) for line in output.split("\0") if "=" in line)
    os.environ["RETOUCH_RIG"] = str(directory)
    # The rig's monitor agrees at once; that of a cloud collects what to agree on, as by Ceph's defaults.
    for name, value in (("paxos_propose_interval", "1"), ("paxos_min_wait", "0.05")):
        subprocess.run(["ceph", "tell", "mon.a", "config", "set", name, value], check=True, capture_output=True)


def register(world, disk):
    """A sparse image put into the pool by hand and pointed at, as some clouds keep large ones."""
    record = world.ask("POST", "/images", {"name": "sparse", "visibility": "public", "disk_format": "raw",
                                           "container_format": "bare"})
    image = record["id"]
    world.rbd("import", "--no-progress", disk, image)
    world.rbd("snap", "create", "--no-progress", f"{image}@snap")
    world.rbd("snap", "protect", f"{image}@snap")
    url = f"rbd://{world.rig.fsid}/{os.environ['RIG_POOL']}/{image}/snap"
    world.patch(image, {"op": "add", "path": "/locations/-", "value": {"url": url, "metadata": {}}})
    return world.record(image)


def by_hand(world, source, number):
    started = time.monotonic()
    subprocess.run([ROOT / "tests/bench/by_hand.sh", source["id"], f"by-hand-{number}", world.directory / "payload",
                    COMMAND], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def by_retouch(world, source, number):
    """Seconds until live and until done."""
    recipe = world.recipe(f"retouch: 1\nname: bench\nsource: {{image: {source['id']}}}\n"
                          "files: [{to: /opt/site/payload, from: payload}]\n"
                          f"commands: ['{COMMAND} # {number}']\npublish: {{name: next, visibility: public}}\n")
    started = time.monotonic()
    report = world.json("apply", recipe, "--yes", "--guest", "host")
    seconds = time.monotonic() - started
    phases = {phase["name"]: phase["seconds"] for phase in report["targets"][0]["phases"]}
    return seconds - phases["detach"], seconds


def measure(world, size, repeat):
    disk = world.directory / "disk.raw"
    subprocess.run([ROOT / "tests/scripts/debian-image.sh", disk, size], check=True)
    source = register(world, disk) if size == "100G" else world.upload(disk)
    disk.unlink()
    hand, live, done = [], [], []
    for number in range(repeat):
        if number % 2 == 0:  # neither is always the first
            hand.append(by_hand(world, source, number))
        seconds = by_retouch(world, source, number)
        live.append(seconds[0])
        done.append(seconds[1])
        if number % 2 == 1:
            hand.append(by_hand(world, source, number))
        print(size, json.dumps([round(value, 2) for value in (hand[-1], *seconds)]), file=sys.stderr)
        for record in world.records():
            if record["id"] != source["id"] and record["id"] not in world.before:
                world.delete(record["id"])
    world.delete(source["id"])
    return tuple(statistics.median(values) for values in (hand, live, done))


def verdict(value, limit):
    return "" if limit is None else f" ({limit:g} {'met' if value <= limit else '**missed**'})"


def table(rows, repeat):
    lines = [f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {bench.machine()}. Medians of {repeat}.", "",
             "| virtual size | by hand | retouch, live | ratio | retouch, done | ratio |", "| --- | --- | --- | --- | --- | --- |"]
    for size, (hand, live, done) in rows.items():
        aim = AIMS.get(size, (None, None))
        lines.append(f"| {size} | {hand:.1f} s | {live:.1f} s | {live / hand:.2f}{verdict(live / hand, aim[0])} "
                     f"| {done:.1f} s | {done / hand:.2f}{verdict(done / hand, aim[1])} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="2G,10G,100G", help="virtual sizes; 100G is registered, others uploaded")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("The benchmark needs root, for the host guest.")
    directory = Path("/var/tmp/retouch-bench-rig")
    rows = {}
    try:
        rig(directory)
        from cloud import Cloud  # it reads RETOUCH_RIG
        with Cloud() as world:
            world.write("payload", os.urandom(1 << 20))
            for size in options.sizes.split(","):
                rows[size] = measure(world, size, options.repeat)
                print(size, json.dumps([round(value, 2) for value in rows[size]]), file=sys.stderr)
    finally:
        subprocess.run([ROOT / "tests/rig/down", directory], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(directory, ignore_errors=True)
    text = table(rows, options.repeat)
    print(text, end="")
    if options.write:
        bench.write_between("cloud", text)


if __name__ == "__main__":
    main()
