#!/usr/bin/python3
"""Reports for CI systems are what readers of their formats expect, also of runs that fail."""

import json
import subprocess
import unittest
import xml.etree.ElementTree as xml

import jsonschema
from world import HOST, ROOT, World, needs_root, tiny

RESULTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
# The parts of SARIF 2.1.0 that its schema and code scanning ask of what we write.
SARIF = {
    "type": "object", "required": ["version", "runs", "$schema"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"type": "array", "minItems": 1, "items": {
        "type": "object", "required": ["tool", "results"], "properties": {
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                "type": "object", "required": ["name", "rules"], "properties": {"rules": {"type": "array", "items": {
                    "type": "object", "required": ["id", "shortDescription"]}}}}}},
            "columnKind": {"enum": ["unicodeCodePoints"]},
            "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
            "results": {"type": "array", "items": {
                "type": "object", "required": ["ruleId", "level", "message", "locations"], "properties": {
                    "level": {"enum": ["error", "warning"]},
                    "message": {"type": "object", "required": ["text"]},
                    "locations": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
                        "physicalLocation": {"type": "object", "required": ["artifactLocation"], "properties": {
                            "artifactLocation": {"type": "object", "required": ["uri"], "properties": {
                                "uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%:-]+$"}}},
                            "region": {"type": "object", "required": ["startLine"], "properties": {
                                "startLine": {"type": "integer", "minimum": 1},
                                "startColumn": {"type": "integer", "minimum": 1}}}}}}}}}}}}}}}}


def junit(test, path):
    """The suites of a report, after it was found well-formed with counts that are right."""
    subprocess.run(["xmllint", "--noout", path], check=True)
    root = xml.parse(path).getroot()
    test.assertEqual("testsuites", root.tag)
    for suite in root:
        cases = suite.findall("testcase")
        test.assertEqual(int(suite.get("tests")), len(cases))
        for count, element in RESULTS.items():
            test.assertEqual(int(suite.get(count)), len(suite.findall(f"testcase/{element}")), count)
        for case in cases:
            test.assertTrue(case.get("name") and case.get("classname"))
            float(case.get("time"))
    for count in ("tests", "failures", "errors"):
        test.assertEqual(int(root.get(count)), sum(int(suite.get(count)) for suite in root))
    return {suite.get("name"): {case.get("name"): next((child.tag for child in case if child.tag != "system-out"), "passed")
                                for case in suite} for suite in root}


class Reports(unittest.TestCase):
    maxDiff = None

    def test_golden_documents_are_well_formed(self):
        for path in (ROOT / "tests/unit/render/golden").glob("*.junit.xml"):
            with self.subTest(path=path.name):
                self.assertTrue(junit(self, path))

    def test_check(self):
        world = self.enterContext(World())
        good = world.recipe("properties: {a: b}\n", "good.yaml")
        bad = world.recipe("retouch: 1\nname: bad\nsource: {image: a, imgae: \x7f}\ncommands: [\"<&\\\">\"]\nfoo: 1\n",
                           "b\u00e4d & <more>.yaml")
        arguments = ["check", good.name, bad.name, "--report", "junit=junit.xml", "--report", "sarif=sarif.json"]
        world.retouch(*arguments, expect=65)
        self.assertEqual({"retouch check": {good.name: "passed", bad.name: "failure"}},
                         junit(self, world.directory / "junit.xml"))
        sarif = json.loads((world.directory / "sarif.json").read_text(encoding="utf-8"))
        jsonschema.validate(sarif, SARIF)
        places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                  for result in sarif["runs"][0]["results"]}
        self.assertEqual({"b%C3%A4d%20%26%20%3Cmore%3E.yaml"}, places)
        world.retouch("check", good.name, "--report", "sarif=sarif.json")
        sarif = json.loads((world.directory / "sarif.json").read_text(encoding="utf-8"))
        jsonschema.validate(sarif, SARIF)
        self.assertEqual([], sarif["runs"][0]["results"])

    @needs_root
    def test_plan_and_apply(self):
        world = self.enterContext(World())
        world.retouch("import", tiny(), "--name", "base")
        good = world.recipe("files: [{to: /etc/motd, content: \"<new> & more\\n\"}]\n"
                            "commands: [{run: \"false\", unless: \"true\"}, \"echo '<&]]>'\"]\n", "good.yaml")
        fails = world.recipe("retouch: 1\nname: fails\nsource: {image: base}\npublish: {name: other}\n"
                             "commands: [\"printf 'a\\\\001\\\\033[31m\\\\377<b>'; exit 7\", \"true\"]\n", "fails.yaml")
        lost = world.recipe("retouch: 1\nname: lost\nsource: {image: nowhere}\n", "lost.yaml")
        world.retouch("plan", "good.yaml", "fails.yaml", "lost.yaml", *HOST, "--report", "junit=plan.xml",
                      "--report", "gitlab-terraform=counts.json", expect=3)
        self.assertEqual({"good.yaml: base": {"write /etc/motd": "passed", "run: false": "skipped",
                                              "run: echo '<&]]>'": "passed", "publish base": "passed"}},
                         {name: cases for name, cases in junit(self, world.directory / "plan.xml").items()
                          if name.startswith("good")})
        self.assertEqual({"lost.yaml": "error"}, junit(self, world.directory / "plan.xml")["lost.yaml"])
        self.assertEqual({"create": 2, "update": 0, "delete": 0},
                         json.loads((world.directory / "counts.json").read_text(encoding="utf-8")))

        world.retouch("apply", good, fails, lost, "--yes", *HOST, "--report", "junit=apply.xml", expect=3)
        suites = junit(self, world.directory / "apply.xml")
        self.assertEqual(["failure", "skipped", "skipped"], list(suites[f"{fails}: other"].values()))
        self.assertEqual({"passed", "skipped"}, set(suites[f"{good}: base"].values()))
        text = (world.directory / "apply.xml").read_text(encoding="utf-8")
        self.assertIn("a\\x01\\x1b[31m\\xff&lt;b&gt;", text)

        world.retouch("apply", lost, "--yes", "--report", "junit=alone.xml", expect=1)
        self.assertEqual({str(lost): {str(lost): "error"}}, junit(self, world.directory / "alone.xml"))
        world.recipe("files: [{to: /etc/motd, content: \"<new> & more\\n\"}]\nproperties: {a: b}\n"
                     "commands: [{run: \"false\", unless: \"true\"}, \"echo '<&]]>'\"]\n", "good.yaml")
        world.retouch("plan", "good.yaml", *HOST, "--report", "gitlab-terraform=counts.json")
        self.assertEqual({"create": 0, "update": 1, "delete": 0},
                         json.loads((world.directory / "counts.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    unittest.main()
