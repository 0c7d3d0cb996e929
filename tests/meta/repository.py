"""Where things are in this repository, and running the program that was built from it."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("RETOUCH", str(ROOT / "build/release/retouch"))
RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))


def kinds():
    """The names of all step kinds: every source directly in engine/steps/ defines one."""
    return {path.stem for path in (ROOT / "engine/steps").glob("*.cpp")}


def run(*arguments, directory=ROOT, program=PROGRAM):
    """Runs the program; the result has stdout, stderr and returncode, as text."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RETOUCH")}
    return subprocess.run([program, *arguments], cwd=directory, env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
