#!/usr/bin/python3
"""Every step kind has its schema, page and case, nothing else has one, and every schema is strict."""

import json
import unittest

import jsonschema

from repository import ROOT, kinds, run

SCHEMAS = sorted((ROOT / "schemas").rglob("*.json"))


def subschemas(schema, where="#"):
    """Every schema inside `schema`, itself first, each with its place."""
    yield where, schema
    for key in ("properties", "patternProperties", "definitions"):
        for name, inner in schema.get(key, {}).items():
            yield from subschemas(inner, f"{where}/{key}/{name}")
    for key in ("items", "additionalProperties", "if", "then", "else", "not", "contains"):
        if isinstance(schema.get(key), dict):
            yield from subschemas(schema[key], f"{where}/{key}")
    for key in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(key, [])):
            yield from subschemas(inner, f"{where}/{key}/{index}")


def laxities(schema):
    """Where `schema` takes keys it does not know, or has a key it does not describe."""
    for where, inner in subschemas(schema):
        types = inner.get("type", [])
        mapping = "object" in ([types] if isinstance(types, str) else types)
        conditional = any(part in where for part in ("/if", "/then", "/else", "/not", "/allOf", "/anyOf"))
        if mapping and "additionalProperties" not in inner and not conditional:
            yield f"{where} takes unknown keys"
        if inner.get("additionalProperties") is True:
            yield f"{where} takes unknown keys"
        if not conditional:
            for name, value in inner.get("properties", {}).items():
                if not value.get("description") and "$ref" not in value:
                    yield f"{where}/properties/{name} has no description"


class Kinds(unittest.TestCase):
    def test_there_are_kinds(self):
        self.assertLessEqual({"files", "commands", "cleanup", "checks"}, kinds())

    def test_each_has_a_schema_and_no_schema_is_left_over(self):
        self.assertEqual(kinds(), {path.stem for path in (ROOT / "schemas/steps").iterdir()})

    def test_each_has_a_page_and_no_page_is_left_over(self):
        self.assertEqual(kinds(), {path.stem for path in (ROOT / "docs/steps").iterdir()})

    def test_each_has_cases_and_no_case_is_left_over(self):
        folders = {path.name: path for path in (ROOT / "tests/steps").iterdir() if path.is_dir()}
        self.assertEqual(kinds(), set(folders))
        for name, folder in folders.items():
            self.assertTrue(any(case.is_dir() for case in folder.iterdir()), f"{name} has no case")

    def test_each_page_names_every_key_of_the_schema(self):
        for kind in sorted(kinds()):
            page = (ROOT / f"docs/steps/{kind}.md").read_text(encoding="utf-8")
            schema = json.loads((ROOT / f"schemas/steps/{kind}.json").read_text(encoding="utf-8"))
            for where, inner in subschemas(schema):
                for name in inner.get("properties", {}):
                    self.assertIn(f"`{name}`", page, f"docs/steps/{kind}.md says nothing of {where} {name}")


class Schemas(unittest.TestCase):
    def test_each_is_a_draft_7_schema(self):
        for path in SCHEMAS:
            jsonschema.Draft7Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))

    def test_each_refuses_unknown_keys_and_describes_every_key(self):
        for path in SCHEMAS:
            found = list(laxities(json.loads(path.read_text(encoding="utf-8"))))
            if path.name == "plan.schema.json":  # a newer minor version may have more keys
                found = [line for line in found if not line.endswith("takes unknown keys")]
            self.assertEqual([], found, path.name)

    def test_each_example_fits_its_schema(self):
        for path in SCHEMAS:
            text = run("schema").stdout if path.name == "recipe.schema.json" else path.read_text(encoding="utf-8")
            schema = json.loads(text)
            resolver = jsonschema.RefResolver.from_schema(schema)
            for where, inner in subschemas(schema):
                validator = jsonschema.Draft7Validator(inner, resolver=resolver)
                for example in inner.get("examples", []):
                    errors = [e.message for e in validator.iter_errors(example)]
                    self.assertEqual([], errors, f"{path.name} {where}")

    def test_the_program_prints_one_strict_schema_with_every_kind(self):
        schema = json.loads(run("schema").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        self.assertEqual([], list(laxities(schema)))
        self.assertLessEqual(kinds(), set(schema["properties"]))


class TheCheckItself(unittest.TestCase):
    def test_a_lax_object_is_found(self):
        lax = {"type": "array", "items": {"type": ["string", "object"], "properties": {}}}
        self.assertEqual(["#/items takes unknown keys"], list(laxities(lax)))

    def test_a_key_without_words_is_found(self):
        bare = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}
        self.assertEqual(["#/properties/a has no description"], list(laxities(bare)))


if __name__ == "__main__":
    unittest.main()
