#!/usr/bin/python3
"""failures.py RESULTS...: what the tests that failed said last, from ctest's JUnit files; the last lines of a long
log are what is kept of it, so that they must tell why."""

import sys
import xml.etree.ElementTree
from pathlib import Path

LINES = 30

for path in filter(Path.exists, map(Path, sys.argv[1:])):
    try:
        cases = xml.etree.ElementTree.parse(path).iter("testcase")
    except xml.etree.ElementTree.ParseError as error:
        cases = ()
        print(f"\n---- {path}: {error}")
    for case in cases:
        if case.get("status") == "fail":
            said = (case.findtext("system-out") or "").rstrip().splitlines()
            print(f"\n---- {path.parent.name}: {case.get('name')}: the last lines of {len(said)}")
            print("\n".join(said[-LINES:]))
