#!/usr/bin/python3
"""A recipe whose commands want a network that this host cannot give is refused before any work."""

import os
import unittest
from pathlib import Path

from world import HOST, World, needs_root, tiny

RECIPE = """
commands: [{run: "true", network: true}]
publish: {name: made}
"""
WITHOUT_TUNNELS = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/net && exec "$@"', "sh"]


@needs_root
class Network(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.before = self.world.state()

    def without(self, program):
        """From here on `program` is not to be found."""
        programs = self.world.directory / "programs"
        programs.mkdir()
        for folder in ("/usr/bin", "/usr/sbin"):
            for path in Path(folder).iterdir():
                if path.name != program and not (programs / path.name).is_symlink():
                    (programs / path.name).symlink_to(path)
        self.world.environment["PATH"] = str(programs)

    def refused(self, message, hint, through=()):
        """plan, a rehearsal and apply say so, exit with 69, open nothing and leave nothing."""
        recipe = self.world.recipe(RECIPE)
        for arguments in (["plan", recipe], ["plan", recipe, "--rehearse"], ["apply", recipe, "--yes"]):
            with self.subTest(arguments[0::2]):
                process = self.world.start(*arguments, *HOST, through=through)
                out, err = process.communicate(timeout=120)
                self.assertIn(f"error: {message}\n", err + out)
                self.assertIn(f"  {hint}\n", err + out)
                self.assertEqual(69, process.returncode)
                for phase in ("copying", "opening", "stage", "open"):
                    self.assertNotIn(phase, (err + out).replace("cannot open", ""))
                self.assertEqual([], self.world.leftovers())
                self.assertEqual(self.before, self.world.state())

    def doctor(self, through=()):
        process = self.world.start("doctor", through=through)
        return process.communicate(timeout=120)[0]

    def test_without_slirp4netns(self):
        self.without("slirp4netns")
        message = "commands cannot have a network: slirp4netns is not installed"
        hint = "install the package slirp4netns, or use --guest appliance"
        self.refused(message, hint)
        self.assertIn(f"  warning  network              {message}\n           {hint}\n", self.doctor())

    def test_without_the_device_of_tunnels(self):
        message = "commands cannot have a network: cannot open /dev/net/tun: No such file or directory"
        hint = ("load the kernel module tun: modprobe tun (in a container, give it the device), or use --guest "
                "appliance")
        self.refused(message, hint, WITHOUT_TUNNELS)
        self.assertIn(f"  warning  network              {message}\n           {hint}\n",
                      self.doctor(WITHOUT_TUNNELS))

    def test_with_a_slirp4netns_that_does_not_run(self):
        broken = self.world.write("programs/slirp4netns", "#!/bin/sh\necho 'libslirp.so.0 is missing' >&2; exit 127\n")
        broken.chmod(0o755)
        self.world.environment["PATH"] = f"{broken.parent}:{os.environ['PATH']}"
        self.refused(f"commands cannot have a network: {broken} does not run: libslirp.so.0 is missing",
                     "install the package slirp4netns again, or use --guest appliance")

    def test_with_a_slirp4netns_that_makes_no_network(self):
        hint = "install the package slirp4netns again, or use --guest appliance"
        for script, said in (("exit 0", "ended without a word"), ("kill -9 $$", "ended without a word"),
                             ("echo 'no tap for you' >&2; exit 3", "said: no tap for you")):
            with self.subTest(script):
                silent = self.world.write("programs/slirp4netns", f'#!/bin/sh\n[ "$1" = --version ] && exit 0\n{script}\n')
                silent.chmod(0o755)
                self.world.environment["PATH"] = f"{silent.parent}:{os.environ['PATH']}"
                message = f"commands cannot have a network: cannot connect the network: slirp4netns {said}"
                self.refused(message, hint)
                self.assertIn(f"  warning  network              {message}\n           {hint}\n", self.doctor())

    def test_with_a_slirp4netns_that_fails_only_later(self):
        once = self.world.write("programs/slirp4netns", """#!/bin/sh
[ "$1" = --version ] && exit 0
[ -e "$0.tried" ] && exit 0
: > "$0.tried"; exec /usr/bin/slirp4netns "$@"
""")
        once.chmod(0o755)
        self.world.environment["PATH"] = f"{once.parent}:{os.environ['PATH']}"
        run = self.world.retouch("apply", self.world.recipe(RECIPE), "--yes", *HOST, expect=1)
        self.assertIn("error: the command could not be started in the guest: cannot connect the network: slirp4netns "
                      "ended without a word\n", run.stdout + run.stderr)
        self.assertIn("install the package slirp4netns again, or use --guest appliance\n", run.stdout + run.stderr)
        self.assertEqual([], self.world.leftovers())

    def test_what_wants_no_network_needs_none(self):
        self.without("slirp4netns")
        quiet = self.world.recipe("commands: ['true']\npublish: {name: made}\n")
        self.world.retouch("apply", quiet, "--yes", *HOST)
        # There is nothing to do, so nothing is needed for it.
        networked = self.world.recipe(RECIPE)
        self.world.environment.pop("PATH")
        self.world.retouch("apply", networked, "--yes", *HOST)
        self.world.environment["PATH"] = str(self.world.directory / "programs")
        self.assertIn("No changes.", self.world.retouch("plan", networked, *HOST).stdout)
        self.assertIn("unchanged", self.world.retouch("apply", networked, "--yes", *HOST).stdout)


if __name__ == "__main__":
    unittest.main()
