#!/usr/bin/python3
"""What our pages show is real, as far as that needs no image; and their links lead somewhere."""

import os
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import pages
from repository import ROOT


class Pages(unittest.TestCase):
    maxDiff = None

    def test_files_and_sessions_are_real(self):
        shells = {"file": None, "offline": (pages.environment(), ROOT)}
        for path in pages.pages():
            for wanted, shown in pages.differences(path, shells):
                self.assertEqual(wanted, shown, f"{path.relative_to(ROOT)}: UPDATE_GOLDEN=1 corrects it")

    def test_links_lead_somewhere(self):
        for path in pages.pages():
            text = path.read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
                if "://" not in target:
                    self.assertTrue((path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}")


@mock.patch.dict(os.environ, {"UPDATE_GOLDEN": "0"})
class TheCheckItself(unittest.TestCase):
    def differences(self, text):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text(text, encoding="utf-8")
            return pages.differences(page, {"file": None, "offline": (pages.environment(), ROOT)})

    def test_a_file_shown_wrongly_is_found(self):
        right = (ROOT / ".gitignore").read_text(encoding="utf-8")
        self.assertEqual([], self.differences(f"<!-- file: .gitignore -->\n```\n{right}```\n"))
        self.assertEqual([(right, "old\n")], self.differences("<!-- file: .gitignore -->\n```\nold\n```\n"))

    def test_a_session_shown_wrongly_is_found(self):
        self.assertEqual([], self.differences("<!-- shell: offline -->\n```console\n$ echo 3.4 s\n0.1 s\n```\n"))
        self.assertEqual(
            [("$ echo new\nnew\n", "$ echo new\nold\n")],
            self.differences("<!-- shell: offline -->\n```console\n$ echo new\nold\n```\n"))


if __name__ == "__main__":
    unittest.main()
