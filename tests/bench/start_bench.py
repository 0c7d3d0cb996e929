#!/usr/bin/python3
"""What starting and looking costs, in processor time, and how it grows; in one run on one machine.

Commands that do little beside an empty program linked with nothing; the same beside 10, 1,000 and 10,000 records and
finished runs; images of one name; an import beside cp and sha512sum, at three degrees of fragmentation. Medians count.
With --write the table replaces the one in docs/performance.md. Needs root, for the first apply.
"""

import argparse
import contextlib
import os
import resource
import sqlite3
import statistics
import struct
import subprocess
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/scenarios"), str(ROOT / "tests/bench")]

import bench  # noqa: E402
from world import HOST, World, tiny  # noqa: E402

SIZES = (10, 1000, 10000)
RECIPE = "files: [{to: /etc/motd, content: new}]\npublish: {name: made}\n"
COLUMNS = ("name,status,visibility,disk_format,size,virtual_size,min_disk,min_ram,protected,hidden,"
           "created_at,updated_at").split(",")


def in_turns(works, repeat, clean=lambda: None):
    """Milliseconds of processor time of the children of each of `works`, the medians of some runs. They take turns, so
    that a machine that is slower for a while is so for all; after each run, `clean`."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    taken = [[] for _ in works]
    for _ in range(repeat):
        for work, times in zip(works, taken):
            before = spent()
            work()
            times.append(1000 * (spent() - before))
            clean()
    return [statistics.median(times) for times in taken]


def processor_ms(work, repeat):
    """The same of one."""
    return in_turns([work], repeat)[0]


def fill(world, count, name=None):
    """Records with a dozen properties: of other names and recipes, or of one name, each made from the one before."""
    with sqlite3.connect(world.catalog / "catalog.db") as database:
        row = list(database.execute(f"SELECT {','.join(COLUMNS)} FROM images WHERE name = 'base'").fetchone())
        former = None
        for number in range(count):
            image = str(uuid.uuid4())
            row[0] = name or f"other {number}"
            row[-1] = row[-2] = f"2020-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
            (world.catalog / "images" / f"{image}.raw").touch()
            database.execute(f"INSERT INTO images (id,{','.join(COLUMNS)}) VALUES (?{',?' * len(row)})", [image, *row])
            properties = {f"property_{i}": f"value {i}" for i in range(12)}
            properties["retouch_recipe"] = f"recipe-{number}"
            if former:
                properties["retouch_source"] = former
            database.executemany("INSERT INTO image_properties VALUES (?,?,?)",
                                 [(image, key, value) for key, value in properties.items()])
            former = image if name else None
    database.close()
    for number in range(0 if name else count):
        (world.catalog / "runs" / f"20991231T{number:06}Z-{number:08}.jsonl").write_text("{}\n", encoding="utf-8")


def starts(repeat):
    """command -> ms at each size"""
    with contextlib.ExitStack() as stack:
        worlds, recipes = [], []
        for size in SIZES:
            worlds.append(stack.enter_context(World()))
            worlds[-1].retouch("import", tiny(), "--name", "base")
            recipes.append(worlds[-1].recipe(RECIPE))
            worlds[-1].retouch("apply", recipes[-1], "--yes", *HOST)
            fill(worlds[-1], size)
        commands = {"version": ["version"], "check of a recipe": ["check", RECIPE], "show NAME": ["show", "made"],
                    "plan, nothing to do": ["plan", RECIPE], "drift": ["drift", RECIPE],
                    "apply, nothing to do": ["apply", RECIPE, "--yes", *HOST]}

        def command(world, recipe, words):
            return lambda: world.retouch(*(recipe if word is RECIPE else word for word in words))
        return {what: in_turns([command(world, recipe, words) for world, recipe in zip(worlds, recipes)], repeat)
                for what, words in commands.items()}


def namesakes(repeat):
    rows = {}
    for size in (100, 1000, 10000):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            recipe = world.recipe(RECIPE)
            world.retouch("apply", recipe, "--yes", *HOST)
            fill(world, size, "made")
            rows[size] = processor_ms(lambda: world.retouch("plan", recipe), repeat)
    return rows


def batches(repeat):
    """Recipes on one image in one plan."""
    rows = {}
    for size in (1, 10, 40):
        with World() as world:
            world.retouch("import", tiny(), "--name", "base")
            recipes = [world.recipe(f"retouch: 1\nname: r{i}\nsource: {{image: base}}\nfiles: [{{to: /etc/motd, content: '{i}'}}]\n"
                                    f"publish: {{name: made {i}}}\n", f"r{i}.yaml") for i in range(size)]
            rows[size] = processor_ms(lambda: world.retouch("plan", *recipes, *HOST), repeat)
    return rows


def write_disk(path, size, pieces, length):
    """A disk of `size` bytes with so many `pieces` of random bytes, equally far from each other."""
    with open(path, "wb") as file:
        file.truncate(size)
        for number in range(pieces):
            os.pwrite(file.fileno(), os.urandom(length), number * (size // pieces))
        partition = struct.pack("<8BII", 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, size // 512 - 2048)
        os.pwrite(file.fileno(), partition + bytes(48) + b"\x55\xaa", 446)


def import_ratio(size, pieces, length, repeat):
    """What an import costs of cp and sha512sum."""
    with World() as world:
        disk = world.directory / "disk.raw"
        write_disk(disk, size, pieces, length)
        os.sync()
        copy = ["sh", "-c", "cp disk.raw copy && sha512sum copy"]

        def clean():
            """Memory a system has not used before costs more than what it gets back."""
            (world.directory / "copy").unlink(missing_ok=True)
            for image in world.images():
                world.retouch("remove", image["id"], "--yes")

        theirs, ours = in_turns([lambda: subprocess.run(copy, cwd=world.directory, check=True, stdout=subprocess.DEVNULL),
                                 lambda: world.retouch("import", disk, "--name", "x")], repeat, clean)
        return ours / theirs


def imports(repeat):
    """32 MiB in pieces of 4 KiB, one in each 4 KiB, 64 KiB, 1 MiB; 1 GiB that is full."""
    pieces = (32 << 20) // 4096
    return ([import_ratio(pieces * step, pieces, 4096, 1 if step > 65536 else repeat)
             for step in (4096, 64 << 10, 1 << 20)], import_ratio(1 << 30, 1024, 1 << 20, 2 * repeat + 1))


def verdict(met):
    return "met" if met else "**missed**"


def report(repeat, few):
    start, same, batch, brought = starts(repeat), namesakes(few), batches(few), imports(few)
    limits = {"version": 10, "check of a recipe": 10, "apply, nothing to do": 15}
    lines = [f"Measured by `tests/bench/start_bench.py`: {bench.machine()}. Processor time, medians of {repeat} and {few}.", "",
             "| beside records and finished runs | 10 | 1,000 | 10,000 | aim |", "| --- | --- | --- | --- | --- |"]
    for what, values in start.items():
        limit = limits.get(what)
        aim = f"{limit} ms {verdict(max(values) <= limit)}, " if limit else ""
        lines.append(f"| {what} | " + " | ".join(f"{value:.1f} ms" for value in values) +
                     f" | {aim}flat {verdict(values[-1] <= 1.5 * values[0])} |")
    lines += ["", "| what | three sizes | measured | aim |", "| --- | --- | --- | --- |"]
    values = list(same.values())
    lines.append("| plan, visible images of one name | 100, 1,000, 10,000 | " + ", ".join(f"{value:.0f}" for value in values) +
                 f" ms | in proportion {verdict(values[2] <= 13 * values[1])} |")
    values = list(batch.values())
    lines.append("| plan of recipes on one image | 1, 10, 40 | " + ", ".join(f"{value:.0f}" for value in values) +
                 f" ms | 40 in a tenth of 40 plans {verdict(values[2] <= 4 * values[0])} |")
    fragmented, full = brought
    lines.append("| import of 32 MiB in pieces of 4 KiB, of cp and sha512sum | one in 4 KiB, 64 KiB, 1 MiB | " +
                 ", ".join(f"{value:.2f}" for value in fragmented) + f" | 1.2 {verdict(max(fragmented) <= 1.2)} |")
    lines.append(f"| import of 1 GiB without holes, of cp and sha512sum | | {full:.2f} | 1.2 {verdict(full <= 1.2)} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=20, help="runs of what takes milliseconds")
    parser.add_argument("--few", type=int, default=3, help="runs of the rest")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    text = report(options.repeat, options.few)
    print(text, end="")
    if options.write:
        bench.write_between("start", text)


if __name__ == "__main__":
    main()
