#!/usr/bin/python3
"""Killed or interrupted at any moment: the next run clears everything and the source is untouched."""

import os
import random
import signal
import time
import unittest

from world import GUESTS, HOST, THOROUGH, World, fsck, guestfish_on, needs_root, sha256, tiny

RECIPE = """
files: [{to: /opt/large, from: large.bin}]
commands: ["sleep 0.3; date > /etc/built"]
checks: [{file: /etc/built}]
publish: {name: made}
"""
LENGTHS = {}  # by options
SEED = int(os.environ.get("RETOUCH_SEED", random.randrange(1 << 32)))


def await_handler(process, sign):
    """Until the program handles the signal: before it has begun, a signal ends it in its own way."""
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
            caught = next((line for line in status if line.startswith("SigCgt:")), "SigCgt: 0")
        if int(caught.split()[1], 16) >> (sign - 1) & 1:
            return
        time.sleep(0.01)


class Death(unittest.TestCase):
    def setUp(self):
        print(f"RETOUCH_SEED={SEED}", end=" ", flush=True)
        self.random = random.Random(SEED)
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.write("large.bin", os.urandom(8 << 20))
        self.recipe = self.world.recipe(RECIPE)
        self.original = self.world.image("base")

    def length_of_a_run(self, *options):
        """Seconds of an undisturbed apply, measured once; its result is removed again."""
        if options not in LENGTHS:
            started = time.monotonic()
            self.world.retouch("apply", self.recipe, "--yes", *options)
            LENGTHS[options] = time.monotonic() - started
            self.reset()
        return LENGTHS[options]

    def reset(self):
        """Back to a catalog without the result, and with something to do."""
        for image in self.world.images():
            if "retouch_fingerprint" in image["properties"]:
                self.world.retouch("remove", image["id"], "--yes")
        self.recipe = self.world.recipe(RECIPE.replace("date", f"echo {self.random.random()};date"))

    def die(self, sign, after, *options):
        """Starts an apply and sends it `sign`; returns its exit code and what it said."""
        process = self.world.start("apply", self.recipe, "--yes", *options)
        time.sleep(after)
        if sign != signal.SIGKILL:
            await_handler(process, sign)
        process.send_signal(sign)
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    def next_run_clears(self, when, *options):
        """One more apply succeeds, and after it there is nothing that should not be."""
        self.world.retouch("apply", self.recipe, "--yes", *options)
        self.assertEqual([], self.world.leftovers(), when)
        self.assertEqual(sha256(tiny()), sha256(self.world.bytes_of(self.original)), when)
        visible = [i for i in self.world.images() if i["name"] == "made" and not i["hidden"]]
        self.assertEqual(1, len(visible), when)
        self.assertEqual("", fsck(self.world.bytes_of(visible[0])), when)

    def killed_repeatedly(self, times, *options):
        length = self.length_of_a_run(*options)
        for number in range(times):
            after = length * (number + self.random.random()) / times
            code, _ = self.die(signal.SIGKILL, after, *options)
            self.assertIn(code, (-signal.SIGKILL, 0))
            self.next_run_clears(f"killed after {after:.3f} of {length:.3f} s", *options)
            self.reset()

    @needs_root
    def test_kill_with_the_host_guest(self):
        self.killed_repeatedly(16, *HOST)

    def test_kill_with_the_appliance(self):
        self.killed_repeatedly(6 if THOROUGH else 2, "--guest", "appliance")

    def test_interruption_rolls_back_at_once(self):
        for guest in GUESTS:
            length = self.length_of_a_run("--guest", guest)
            signs = [signal.SIGINT, signal.SIGTERM]
            self.random.shuffle(signs)
            for sign in signs * 3 if guest == "host" or THOROUGH else signs[:1]:
                before = self.world.images()
                after = 0.05 + (length - 0.05) * self.random.random() * 0.9
                when = f"{guest}: {sign.name} after {after:.3f} of {length:.3f} s"
                code, err = self.die(sign, after, "--guest", guest)
                self.assertEqual([], self.world.leftovers(), when)
                if code == 0:
                    self.reset()  # it was done already
                    continue
                self.assertEqual({signal.SIGINT: 130, signal.SIGTERM: 143}[sign], code, when + err)
                self.assertEqual(before, self.world.images(), when)

    def test_an_interruption_does_not_wait_for_the_appliance_to_boot(self):
        # At its first start ever libguestfs makes its appliance, and what it began stays when it is killed.
        guestfish_on([tiny()], ["run"])
        self.world.environment["RETOUCH_APPLIANCE"] = "libguestfs"
        self.interrupted_while_it_boots((0.5, 2))

    def test_an_interruption_does_not_wait_for_a_machine_to_be_saved(self):
        self.world.environment["RETOUCH_APPLIANCE"] = "machine"
        cache = self.world.directory / "cache"
        self.world.environment["XDG_CACHE_HOME"] = str(cache)
        self.interrupted_while_it_boots((0.3, 1))
        self.assertEqual(["lock"], [path.name for path in (cache / "retouch/machine").iterdir()])

    def interrupted_while_it_boots(self, moments):
        for after in moments:
            before = self.world.images()
            process = self.world.start("apply", self.recipe, "--yes", "--guest", "appliance")
            time.sleep(after)
            await_handler(process, signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            begin = time.monotonic()
            process.communicate(timeout=120)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertEqual(143, process.returncode)
            self.assertEqual([], self.world.leftovers())
            self.assertEqual(before, self.world.images())


if __name__ == "__main__":
    unittest.main()
