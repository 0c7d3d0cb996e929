#!/usr/bin/python3
"""What our pages show of a real image is what the program prints about it."""

import os
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

    def test_sessions_with_an_image_are_real(self):
        for path in pages.pages():
            if "<!-- shell: image -->" not in path.read_text(encoding="utf-8"):
                continue
            with self.subTest(page=path.name), tempfile.TemporaryDirectory(dir=PLACE, prefix="rtp.") as folder:
                config = Path(folder, "retouch")
                config.mkdir()
                (config / "config.yaml").write_text(
                    f"default: quickstart\ncatalogs: {{quickstart: {{type: local, path: {folder}/catalog}}}}\n"
                    f"guest: {'host' if os.geteuid() == 0 else 'appliance'}\n", encoding="utf-8")
                environment = pages.environment(XDG_CONFIG_HOME=folder)
                subprocess.run([PROGRAM, "import", debian(), "--name", "debian-12", "--property", "build_host=vendor-7"],
                               check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
                for wanted, shown in pages.differences(path, {"image": environment}):
                    self.assertEqual(wanted, shown, "UPDATE_GOLDEN=1 corrects the page")


if __name__ == "__main__":
    unittest.main()
