#!/usr/bin/python3
"""What a plan costs on a cloud with ten thousand images, beside asking that cloud for all of them, in one run.

Needs a rig (RETOUCH_RIG, see tests/rig/up) and root. Prints seconds, the median of some runs.
"""

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/scenarios"), str(ROOT / "tests/rig")]

from cloud import Cloud  # noqa: E402
from glance_lists_test import MANY, many_records  # noqa: E402
from world import HOST, tiny  # noqa: E402

RUNS = 5


def seconds(work):
    taken = []
    for _ in range(RUNS):
        started = time.monotonic()
        work()
        taken.append(time.monotonic() - started)
    return statistics.median(taken)


def all_images(world):
    """As a client does that filters by itself: pages of a thousand."""
    for hidden in ("false", "true"):
        path = f"/images?limit=1000&visibility=all&os_hidden={hidden}"
        while path:
            path = world.ask("GET", path).get("next", "").removeprefix("/v2")


def main():
    with Cloud() as world:
        source = world.upload(tiny())
        recipe = world.recipe(f"retouch: 1\nname: lists\nsource: {{image: {source['name']}}}\nproperties: {{a: b}}\n")
        world.retouch("apply", recipe, "--yes", *HOST)
        few = seconds(lambda: world.retouch("plan", recipe))
        with many_records(world, source["owner"]):
            many = seconds(lambda: world.retouch("plan", recipe))
            started = time.monotonic()
            all_images(world)
            whole = time.monotonic() - started
    print(f"plan with nothing to do: {few:.2f} s; with {MANY:,} more images: {many:.2f} s; all of their records: {whole:.1f} s")


if __name__ == "__main__":
    main()
