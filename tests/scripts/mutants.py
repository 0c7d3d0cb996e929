#!/usr/bin/python3
"""Mutation check: changes one condition of the engine at a time, and expects a unit test to fail.

Works on a copy of the last commit in build/mutants, which is built once; each mutant then costs the
compilation of its source and a run of its layer's unit tests. What survives is printed: a place
where the program can be wrong and no unit test says so.
"""

import argparse
import io
import random
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build/mutants"
LAYERS = ("base", "model", "recipe", "plan")
PATIENCE = 5  # times as long as a layer's unit tests take; what takes longer waits for something that never comes

# What is looked for, and what stands there instead. Blanks around operators keep templates out of it.
CHANGES = [(re.compile(pattern), new) for pattern, new in (
    (r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "), (r" >= ", " > "),
    (r" && ", " || "), (r" \|\| ", " && "), (r"(?<=[ (])!(?=[a-z_(])", ""), (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"), (r" \+ 1\b", ""), (r" - 1\b", ""), (r"\bbreak;", "continue;"), (r"\bcontinue;", "break;"),
)]
STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')


def code_of(line):
    """`line` with everything that is no code blanked out, as long as before."""
    line = STRING.sub(lambda text: "_" * len(text[0]), line)
    return line.split("//")[0]


def mutants_of(path):
    """(line number, changed line) for every change that can be made to a source."""
    in_text = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        in_text = in_text or 'R"' in line
        code = code_of(line)
        if not in_text and not code.lstrip().startswith(("#", "template", "static_assert", "assert", "constexpr")):
            for pattern, new in CHANGES:
                for found in pattern.finditer(code):
                    yield number, line[:found.start()] + new + line[found.end():]
        in_text = in_text and ')"' not in line


def run(*command, **more):
    """Runs a command in the copy; its exit status, None when it took too long."""
    try:
        return subprocess.run(command, cwd=COPY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                              **more).returncode
    except subprocess.TimeoutExpired:
        return None


def build(layer):
    return run("cmake", "--build", "--preset", "debug", "--target", f"test_{layer}") == 0


def tests_fail(layer, seconds=300):
    return run(f"build/debug/test_{layer}", "~[rig]", "--abort", timeout=seconds) != 0


def refresh():
    """Makes the copy what the last commit is; what is the same already keeps its time, so that little is built."""
    COPY.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    wanted = set()
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            path = COPY / member.name
            wanted.add(path)
            if member.isfile():
                data = members.extractfile(member).read()
                if not path.is_file() or path.read_bytes() != data:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                path.chmod(member.mode)
            elif member.issym() and not path.is_symlink():
                path.symlink_to(member.linkname)
    for path in COPY.rglob("*"):
        if path.is_file() and path not in wanted and COPY / "build" not in path.parents:
            path.unlink()


def prepare(layers):
    """The copy, built, with unit tests that pass; how many seconds each layer's may take from then on."""
    refresh()
    if run("cmake", "--preset", "debug") != 0:
        sys.exit("the copy cannot be configured")
    patience = {}
    for layer in layers:
        built = build(layer)
        begin = time.monotonic()
        if not built or tests_fail(layer):
            sys.exit(f"the unit tests of {layer} fail before anything is changed")
        patience[layer] = 10 + PATIENCE * (time.monotonic() - begin)
    return patience


def outcome(path, layer, number, line, seconds):
    """"killed", "survived", or "no program" when it is none."""
    was = path.read_text(encoding="utf-8")
    lines = was.splitlines()
    lines[number] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        if not build(layer):
            return "no program"
        return "killed" if tests_fail(layer, seconds) else "survived"
    finally:
        path.write_text(was, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layer", action="append", choices=LAYERS, help="one of these only; can be repeated")
    parser.add_argument("--count", type=int, default=40, help="how many mutants (40)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    parser.add_argument("--minutes", type=float, default=60, help="begin no further mutant after these (60)")
    arguments = parser.parse_args()
    layers = arguments.layer or LAYERS
    patience = prepare(layers)
    mutants = [(path, layer, *change) for layer in layers
               for path in sorted((COPY / "engine" / layer).rglob("*.cpp")) for change in mutants_of(path)]
    chosen = random.Random(arguments.seed).sample(mutants, min(arguments.count, len(mutants)))
    counts = {"killed": 0, "survived": 0, "no program": 0}
    end = time.monotonic() + arguments.minutes * 60
    for path, layer, number, line in chosen:
        if time.monotonic() > end:
            break
        result = outcome(path, layer, number, line, patience[layer])
        counts[result] += 1
        if result == "survived":
            print(f"{path.relative_to(COPY)}:{number + 1}: survived: {line.strip()}", flush=True)
    tried = counts["killed"] + counts["survived"]
    print(f"{counts['killed']} of {tried} mutants killed; {counts['no program']} were no program; "
          f"{len(mutants)} possible")
    return counts["survived"] > 0


if __name__ == "__main__":
    sys.exit(main())
