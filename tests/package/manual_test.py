#!/usr/bin/python3
"""The manual is complete, reads well in man and mandoc, and says what the program and docs/ say."""

import gzip
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
import manual  # noqa: E402
import markdown  # noqa: E402

PROGRAM = os.environ.get("RETOUCH", str(ROOT / "build/release/retouch"))
MADE = Path(os.environ.get("RETOUCH_BUILD", ROOT / "build/release")) / "packaging/made"
PAGES = {path.name.removesuffix(".gz"): path for path in (MADE / "man").rglob("*.gz")}
COMMANDS = dict(manual.entries(manual.parts_of(manual.said(PROGRAM, "--help"))["Commands"]))


def read(name):
    """A page as text of 78 columns, without its bold."""
    environment = {**os.environ, "MANWIDTH": "78", "LC_ALL": "C.UTF-8", "GROFF_NO_SGR": "1"}
    shown = subprocess.run(["man", "-l", PAGES[name]], env=environment, check=True, capture_output=True, text=True)
    return re.sub(r".\x08", "", shown.stdout)


class TheManual(unittest.TestCase):
    maxDiff = None

    def test_there_is_a_page_for_the_program_each_command_and_each_format(self):
        self.assertEqual({"retouch.1", "retouch-recipe.5", "retouch-plan.5", "retouch-exit-codes.7",
                          *(f"retouch-{name}.1" for name in COMMANDS)}, set(PAGES))

    def test_man_and_mandoc_have_nothing_to_say(self):
        for name, path in PAGES.items():
            said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path],
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}, check=True,
                                  capture_output=True, text=True)
            self.assertEqual("", said.stderr, name)
            linted = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path], check=False, capture_output=True,
                                    text=True)
            self.assertEqual("", linted.stdout + linted.stderr, name)

    def test_a_page_has_every_option_and_argument_that_the_help_has(self):
        for name in COMMANDS:
            page = read(f"retouch-{name}.1")
            for heading, lines in manual.parts_of(manual.said(PROGRAM, name, "--help")).items():
                if heading in ("Arguments", "Options", "Global options"):
                    for label, _ in manual.entries(lines):
                        self.assertIn(f"       {label}", page, name)

    def test_the_page_of_exit_codes_has_those_of_the_help(self):
        codes = [label for label, _ in manual.entries(manual.parts_of(manual.said(PROGRAM, "--help"))["Exit codes"])]
        self.assertEqual(codes, re.findall(r"^ {7}(\d+(?:, \d+)*)\b", read("retouch-exit-codes.7"), re.MULTILINE))

    def test_the_page_of_recipes_has_a_section_for_each_step_kind(self):
        page = read("retouch-recipe.5")
        for path in (ROOT / "docs/steps").glob("*.md"):
            self.assertRegex(page, f"(?m)^{path.stem.upper()}$")

    def test_the_pages_are_those_that_this_program_and_these_docs_make(self):
        date = re.search(r'^\.TH \S+ \S+ "([^"]+)"', gzip.open(PAGES["retouch.1"], "rt").read(), re.MULTILINE)[1]
        wanted = manual.Manual(PROGRAM, ROOT / "docs", date).pages()
        self.assertEqual(wanted, {name: gzip.open(path, "rt", encoding="utf-8").read()
                                  for name, path in PAGES.items()}, "build the target installed_files again")


class Markdown(unittest.TestCase):
    def test_a_paragraph_is_a_sentence_a_line(self):
        self.assertEqual(["It is so.", "\\fBretouch\\fR says it\\(aqs \\fBnot\\fR."],
                         markdown.page("It is so. `retouch`\nsays it's **not**.\n"))

    def test_a_table_is_a_list_of_its_first_column(self):
        self.assertEqual([".TP", "\\fB\\-x\\fR", "does what it says", ".br", "(default: \\fB1\\fR)"],
                         markdown.page("| option | default | meaning |\n| --- | --- | --- |\n"
                                       "| `-x` | `1` | does what it says |\n"))

    def test_a_list_has_bullets_or_numbers_and_lines_that_go_on(self):
        self.assertEqual([".IP \\(bu 2", "one and more"], markdown.page("- one\n  and more\n"))
        self.assertEqual([".IP 1. 4", "one", ".IP 2. 4", "two"], markdown.page("1. one\n2. two\n"))

    def test_a_block_of_code_stays_as_it_is(self):
        self.assertEqual([".RS 4", ".nf", "\\&.a: \\e", "# b", ".fi", ".RE"],
                         markdown.page("```yaml\n.a: \\\n# b\n```\n"))

    def test_a_link_names_a_manual_page_or_where_the_package_puts_the_page(self):
        self.assertEqual(["see retouch\\-plan(5) and /usr/share/doc/retouch/ci.md and below"],
                         markdown.page("see [plan.md](plan.md#x) and [ci.md](ci.md) and [below](#x)\n"))

    def test_nothing_in_a_text_is_a_request_of_roff(self):
        self.assertEqual(["\\&.so /etc/passwd \\efB"], markdown.page(".so /etc/passwd \\fB\n"))


if __name__ == "__main__":
    unittest.main()
