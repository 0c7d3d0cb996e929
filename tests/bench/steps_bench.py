#!/usr/bin/python3
"""What looking at each step costs: a rehearsal of 1, 10, 100 and 300 commands beside a plain apply of them, on a small
tree and on a large one; in one run on one machine, processor time.

With --write the table replaces the one in docs/performance.md. Needs root.
"""

import argparse
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/scenarios"), str(ROOT / "tests/bench")]

import bench  # noqa: E402
from start_bench import processor_ms, verdict  # noqa: E402
from world import HOST, World  # noqa: E402

TREES = {8_700: 200, 200_000: 4000}  # entries -> MiB
COMMANDS = (1, 10, 100, 300)
FILL = "mkdir -p srv/d; for d in $(seq {}); do mkdir srv/d/$d; (cd srv/d/$d; seq 98 | xargs touch); done"


def image(directory, entries):
    path = Path(directory) / f"{entries}.raw"
    subprocess.run([ROOT / "tests/support/tiny_image.sh", path, "--size", str(TREES[entries]), "--root-hook",
                    FILL.format(entries // 100)], check=True, stdout=subprocess.DEVNULL)
    return path


def recipe(world, commands, tree):
    """One that makes an image of its own."""
    name = f"r-{uuid.uuid4().hex[:8]}"
    lines = "\n".join(f"  - echo {number} > /srv/n{number}" for number in range(commands))
    return world.recipe(f"retouch: 1\nname: {name}\nsource: {{image: base{tree}}}\ncommands:\n{lines}\n"
                        f"publish: {{name: {name}}}\n", f"{name}.yaml")


def measured(repeat):
    """(entries, commands) -> (rehearsal, apply), milliseconds."""
    rows = {}
    with World() as world:
        for tree in TREES:
            with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
                world.retouch("import", image(directory, tree), "--name", f"base{tree}")
            for count in COMMANDS:
                rows[tree, count] = [
                    processor_ms(lambda words=words: world.retouch(*words, recipe(world, count, tree), *HOST), repeat)
                    for words in (("plan", "--rehearse"), ("apply", "--yes"))]
    return rows


def report(repeat):
    rows = measured(repeat)
    lines = [f"Measured by `tests/bench/steps_bench.py`: {bench.machine()}. Processor time, medians of {repeat}, host guest.", "",
             "| entries | commands | plan --rehearse | apply | ratio |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {tree:,} | {count} | {ours / 1000:.2f} s | {plain / 1000:.2f} s | {ours / plain:.2f} |"
              for (tree, count), (ours, plain) in rows.items()]
    worst = max(rows[tree, 300][0] / rows[tree, 300][1] for tree in TREES)
    lines += ["", f"300 commands in at most twice the time of a plain apply: {worst:.2f}, {verdict(worst <= 2)}."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    text = report(options.repeat)
    print(text, end="")
    if options.write:
        bench.write_between("steps", text)


if __name__ == "__main__":
    main()
