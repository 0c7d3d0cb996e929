#!/usr/bin/python3
"""The Containerfile names what is there. Where podman is at hand, it is for podman to say more."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "packaging/Containerfile"
INSTRUCTIONS = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "VOLUME", "ENTRYPOINT"}


def instructions():
    """The file as (instruction, words)."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split()[1:]) for line in text.splitlines() if line.strip()]


class Containerfile(unittest.TestCase):
    def of(self, instruction):
        """The words of every such instruction."""
        return [words for name, words in instructions() if name == instruction]

    def test_every_line_is_an_instruction(self):
        self.assertEqual(set(), {name for name, _ in instructions()} - INSTRUCTIONS)

    def test_each_stage_starts_from_the_same_debian(self):
        self.assertEqual({"docker.io/library/debian:${DEBIAN}-slim"}, {words[0] for words in self.of("FROM")})
        self.assertEqual([["DEBIAN=bookworm"]], self.of("ARG"))

    def test_what_is_copied_is_in_the_repository_or_in_a_stage_before(self):
        for words in self.of("COPY"):
            if words[0] == "--from=build":
                continue
            for source in words[:-1]:
                self.assertTrue((ROOT / source).exists(), source)

    def test_what_is_run_of_ours_is_there_and_takes_these_words(self):
        runs = [words for words in self.of("RUN") if words[0] != "apt-get"]
        self.assertEqual([["tests/scripts/packages.sh", "build", "package"], ["./package"]], runs)
        for words in runs:
            self.assertTrue(os.access(ROOT / words[0], os.X_OK), words[0])

    def test_it_installs_what_the_package_recommends_on_this_architecture(self):
        [words] = [words for words in self.of("RUN") if words[0] == "apt-get"]
        recommended = re.search(r'RECOMMENDS\s+"([^"]+)"', (ROOT / "packaging/package.cmake").read_text())[1]
        for relation in recommended.split(", "):
            names = relation.split(" | ")
            self.assertTrue(set(words) & {*names, "linux-image-cloud-amd64"} if "linux-image" in relation
                            else names[0] in words, relation)

    @unittest.skipUnless(shutil.which("podman") and os.environ.get("RETOUCH_THOROUGH") == "1",
                         "needs podman, and RETOUCH_THOROUGH=1, since it builds")
    def test_it_builds(self):
        subprocess.run(["podman", "build", "--file", FILE, "--tag", "localhost/retouch-test", ROOT], check=True)
        said = subprocess.run(["podman", "run", "--rm", "localhost/retouch-test", "--version"], check=True,
                              text=True, capture_output=True).stdout
        self.assertTrue(said.startswith("retouch "), said)


if __name__ == "__main__":
    unittest.main()
