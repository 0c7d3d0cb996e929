#!/usr/bin/python3
"""The scripts of this repository are sound, as far as shellcheck and a first look at ./test can tell."""

import subprocess
import unittest

from repository import ROOT


def scripts():
    """Every script of a shell."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in names:
        path = ROOT / name
        if name and path.is_file() and path.read_bytes()[:20].startswith((b"#!/bin/bash", b"#!/bin/sh")):
            yield name


class Scripts(unittest.TestCase):
    def test_shellcheck_has_no_warning(self):
        # 2065 takes the name of the script for the command test; 2154 does not read what is sourced.
        done = subprocess.run(["shellcheck", "-x", "-S", "warning", "-e", "SC2065,SC2154", *scripts()], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        self.assertEqual("", done.stdout + done.stderr)

    def test_every_function_of_the_tests_script_is_defined_before_it_says_what_it_is_for(self):
        done = subprocess.run([ROOT / "test", "--help"], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("usage: ./test", done.stdout)


if __name__ == "__main__":
    unittest.main()
