#!/usr/bin/python3
"""A type name is defined once in the whole program; and the check itself finds what is defined twice."""

import tempfile
import unittest
from pathlib import Path

import type_names

ROOT = Path(__file__).resolve().parents[2]


class Repository(unittest.TestCase):
    def test_a_type_name_is_defined_once(self):
        self.assertEqual([], type_names.defined_twice(ROOT))


class TheCheckItself(unittest.TestCase):
    def types(self, text):
        return list(type_names.types_of(text))

    def test_types_are_found_by_their_whole_names(self):
        self.assertEqual(
            ["retouch::A", "retouch::B", "retouch::C", "retouch::render::D"],
            self.types("namespace retouch {\nstruct A { int x; };\nclass B final : public A {};\n"
                       "enum class C : int { one };\nnamespace render { union D {}; }\n}\n"))

    def test_what_is_nobody_elses_is_none(self):
        self.assertEqual(
            [], self.types("namespace retouch {\nstruct Known;\nnamespace {\nstruct A {};\n}\n"
                           "void f() { struct B {}; }\n// struct C {};\nauto d = \"struct D {\";\nchar e = '{';\n}\n"))

    def test_a_name_in_two_files_is_told_with_both(self):
        with tempfile.TemporaryDirectory() as root:
            for name, space in (("engine/a.hpp", "retouch::plan"), ("include/b.hpp", "retouch")):
                Path(root, name).parent.mkdir()
                Path(root, name).write_text(f"namespace {space} {{\nstruct A {{}};\n}}\n", encoding="utf-8")
            self.assertEqual(["A: engine/a.hpp, include/b.hpp"], type_names.defined_twice(root))


if __name__ == "__main__":
    unittest.main()
