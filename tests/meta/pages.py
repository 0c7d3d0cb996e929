"""Blocks of our pages that show something real, and what they must say.

A fenced block with one of these comments right above it is checked:

    <!-- file: recipes/quickstart.yaml -->      the block is that file
    <!-- shell: offline -->                     the block is a shell session in the repository:
                                                "$ COMMAND" lines, each followed by what it prints
    <!-- shell: image -->                       the same, with a catalog that holds a Debian image
    <!-- shell: own -->                         the same, where debian-12.qcow2 and docs/examples/ are, with
                                                an empty catalog

Ids, digests, dates, times and amounts differ from run to run; they need only look alike.
UPDATE_GOLDEN=1 writes what is real into the pages.
"""

import os
import re
import subprocess
from pathlib import Path

from repository import PROGRAM, ROOT

BLOCK = re.compile(r"(<!-- (?P<kind>file|shell): (?P<what>[^\n]+?) -->\n```[a-z]*\n)(?P<text>.*?)(?=^```$)",
                   re.MULTILINE | re.DOTALL)

VARYING = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b[0-9a-f]{12,128}\b"), "DIGEST"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(T[0-9:.]+Z| \d\d:\d\d)"), "TIME"),
    (re.compile(r"\(\d[\w.+~:-]*\)|\b\d+(\.\d+)+-\d[\w.+~]*|\b\d+(?= files and directories)"), "VERSION"),
    (re.compile(r"\b(\d+ [hm] )*\d+(\.\d+)? (s|ms|B|KiB|MiB|GiB)\b"), "AMOUNT"),
    (re.compile(r" +"), " "),
]


def pages():
    """README.md and everything below docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def alike(text):
    """`text` with everything that differs from run to run replaced."""
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text


def session(text, environment, directory=ROOT):
    """The shell session `text` as it really goes."""
    result = ""
    for command in re.findall(r"^\$ (.+(?:\\\n.+)*)$", text, re.MULTILINE):
        run = subprocess.run(["bash", "-c", command], cwd=directory, env=environment, text=True,
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
        result += f"$ {command}\n{run.stdout}"
        if run.returncode not in (0, 2, 5, 65):
            raise AssertionError(f"$ {command}\n{run.stdout}{run.stderr}(exit {run.returncode})")
    return result


def environment(**more):
    """The environment of a session: the program is `retouch` in PATH, nothing of ours leaks in."""
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    return {**kept, "PATH": f"{Path(PROGRAM).parent}:/usr/sbin:/usr/bin:/sbin:/bin", "NO_COLOR": "1", **more}


def differences(path, shells):
    """What is not real in the page, as (wanted, shown) pairs.

    `shells` maps a kind of session to the environment and the directory it runs in; others are left alone,
    and so are files when "file" is not in it.
    """
    page = path.read_text(encoding="utf-8")
    found = []

    def check(match):
        kind, what, shown = match["kind"], match["what"], match["text"]
        if kind == "file" and "file" in shells:
            wanted = (ROOT / what).read_text(encoding="utf-8")
        elif kind == "shell" and what in shells:
            wanted = session(shown, *shells[what])
        else:
            return match[0]
        if alike(wanted) == alike(shown):
            return match[0]
        found.append((wanted, shown))
        return match[1] + wanted

    fresh = BLOCK.sub(check, page)
    if found and os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(fresh, encoding="utf-8")
        return []
    return found
