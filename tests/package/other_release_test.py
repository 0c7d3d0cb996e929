#!/usr/bin/python3
"""The commands of the README on the other release of Debian, in a fresh root of it.

It downloads and builds everything, so it is for RETOUCH_THOROUGH=1 only.
"""

import os
import shutil
import subprocess
import unittest

from roots import ROOT, Tree, release

OTHER = {"bookworm": "trixie", "trixie": "bookworm"}


def copy_of_the_repository(folder):
    """What is in git, or would be: no build."""
    folder.mkdir()
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if os.path.lexists(ROOT / name):  # it may be removed and not committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


@unittest.skipUnless(os.environ.get("RETOUCH_THOROUGH") == "1", "needs RETOUCH_THOROUGH=1, since it builds")
@unittest.skipUnless(os.geteuid() == 0, "needs root")
class OtherRelease(unittest.TestCase):
    def test_quickstart_and_package_work(self):
        with Tree(OTHER[release()], []) as tree:
            copy_of_the_repository(tree.path / "root/retouch")
            shutil.copy("/etc/resolv.conf", tree.path / "etc/resolv.conf")
            told = tree.run("env", "RETOUCH_GUEST=host", "/root/retouch/quickstart", network=True, timeout=5000)
            self.assertIn("Done: 1 image published", told)
            self.assertIn("No changes.", told)
            tree.run("/root/retouch/package", network=True, timeout=5000)
            tree.run("bash", "-c", "dpkg --install /root/retouch/build/package/*.deb")
            self.assertTrue(tree.run("/usr/bin/retouch", "--version").startswith("retouch "))


if __name__ == "__main__":
    unittest.main()
