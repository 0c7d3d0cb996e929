#!/usr/bin/python3
"""The recipes we ship are right, in the eyes of our program and of an independent validator."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

from repository import RECIPES, ROOT, run


class Strings(yaml.SafeLoader):
    """Reads plain scalars as an editor does that follows YAML 1.2: no dates, no yes and no."""


for first, resolvers in list(Strings.yaml_implicit_resolvers.items()):
    Strings.yaml_implicit_resolvers[first] = [
        (tag, pattern) for tag, pattern in resolvers
        if not tag.endswith(":timestamp") and not (tag.endswith(":bool") and first not in "tTfF")]


class Recipes(unittest.TestCase):
    def test_each_passes_the_check(self):
        self.assertGreaterEqual(len(RECIPES), 3)
        for path in RECIPES:
            result = run("check", str(path.relative_to(ROOT)))
            self.assertEqual(0, result.returncode, result.stderr)

    def test_each_fits_the_printed_schema(self):
        validator = jsonschema.Draft7Validator(json.loads(run("schema").stdout))
        for path in RECIPES:
            recipe = yaml.load(path.read_text(encoding="utf-8"), Loader=Strings)
            self.assertEqual([], [error.message for error in validator.iter_errors(recipe)], path.name)

    def test_each_tells_editors_where_the_schema_is(self):
        for path in RECIPES:
            first = path.read_text(encoding="utf-8").splitlines()[0]
            match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
            self.assertTrue(match and (path.parent / match[1]).is_file(), path.name)

    def test_each_with_one_unknown_key_is_refused_at_that_key(self):
        for path in RECIPES:
            text = path.read_text(encoding="utf-8") + "unknown_key: 1\n"
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "wrong.yaml").write_text(text, encoding="utf-8")
                result = run("check", "wrong.yaml", directory=folder)
            self.assertEqual(65, result.returncode, path.name)
            self.assertIn(f"wrong.yaml:{len(text.splitlines())}:1: error:", result.stderr)
            self.assertIn("unknown_key", result.stderr)

    def test_the_package_in_git_is_what_its_tree_builds(self):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder, "made.deb")
            subprocess.run([ROOT / "recipes/packages/build", made], check=True)
            kept = ROOT / "recipes/packages/site-agent_1.0_all.deb"
            self.assertEqual(made.read_bytes(), kept.read_bytes(), "run recipes/packages/build")


if __name__ == "__main__":
    unittest.main()
