#!/usr/bin/python3
"""What our pages show of a real image is what the program prints about it."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from world import PLACE, PROGRAM, ROOT, debian

sys.path.insert(0, str(ROOT / "tests/meta"))
import pages  # noqa: E402


class Pages(unittest.TestCase):
    maxDiff = None

    def check(self, kind, prepare):
        """Every page with sessions of `kind`; prepare(folder, environment) gives the directory they run in."""
        for path in pages.pages():
            if f"<!-- shell: {kind} -->" not in path.read_text(encoding="utf-8"):
                continue
            with self.subTest(page=path.name), tempfile.TemporaryDirectory(dir=PLACE, prefix="rtp.") as folder:
                guest = "host" if os.geteuid() == 0 else "appliance"
                environment = pages.environment(XDG_CONFIG_HOME=folder, RETOUCH_GUEST=guest)
                directory = prepare(folder, environment)
                for wanted, shown in pages.differences(path, {kind: (environment, directory)}):
                    self.assertEqual(wanted, shown, "UPDATE_GOLDEN=1 corrects the page")

    def test_sessions_with_an_image_are_real(self):
        def prepare(folder, environment):
            config = Path(folder, "retouch/config.yaml")
            config.parent.mkdir()
            config.write_text("default: quickstart\n"
                              f"catalogs: {{quickstart: {{type: local, path: {folder}/catalog}}}}\n", encoding="utf-8")
            subprocess.run([PROGRAM, "import", debian(), "--name", "debian-12", "--property", "build_host=vendor-7"],
                           check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            return ROOT

        self.check("image", prepare)

    def test_sessions_with_an_image_of_ones_own_are_real(self):
        def prepare(folder, _):
            work = Path(folder, "work")
            shutil.copytree(ROOT / "docs/examples", work)
            subprocess.run(["qemu-img", "convert", "-O", "qcow2", debian(), work / "debian-12.qcow2"], check=True)
            return work

        self.check("own", prepare)


if __name__ == "__main__":
    unittest.main()
