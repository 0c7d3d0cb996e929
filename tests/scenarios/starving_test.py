#!/usr/bin/python3
"""Too few files, no process, no memory to be had: retouch says so, changes nothing, and leaves everybody in peace.

Each run is in a PID namespace beside a bystander, so that a signal to everybody would be seen and go no further.
"""

import errno
import signal
import time
import unittest

from world import HOST, THOROUGH, World, needs_root, tiny

RECIPE = """
commands: [{run: "date > /etc/built", unless: test -e /etc/built}]
publish: {name: made}
"""
MASKED = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); os.execv(sys.argv[1], sys.argv[1:])"
COMMANDS = {
    "plan": ["plan", "recipe.yaml"],
    "apply": ["apply", "recipe.yaml", "--yes"],
    "rehearse": ["plan", "recipe.yaml", "--rehearse"],
    "doctor": ["doctor"],
}
APPLIANCE = ["--guest", "appliance"]

# 99: the bystander did not live through it.
BESIDE = """
sleep 1000 & bystander=$!
setsid "$@"; code=$?
read -r pid name state rest </proc/$bystander/stat || exit 99
[ "$state" = S ] || exit 99
kill $bystander
exit $code
"""
# A system call that fails, in what is run and in all it starts. Threads are no processes.
FAILING = """
import ctypes, os, struct, sys
call, code = map(int, sys.argv[1:3])
load, equal, any_of, give = 0x20, 0x15, 0x45, 0x06
allow, refuse, is_thread = 0x7fff0000, 0x50000 | code, 0x10000
program = [(load, 0, 0, 0), (equal, 0, 4, call), (equal, 0, 2, 56), (load, 0, 0, 16), (any_of, 1, 0, is_thread),
           (give, 0, 0, refuse), (give, 0, 0, allow)]
if call == 56:  # glibc asks for the newer one first
    program = [(load, 0, 0, 0), (equal, 0, 1, 435), (give, 0, 0, 0x50000 | 38)] + program[1:]
text = b"".join(struct.pack("HBBI", *one) for one in program)
buffer = ctypes.create_string_buffer(text)
filter = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, filter, 0, 0):
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[3], sys.argv[3:])
"""
CALLS = {"clone": 56, "pipe2": 293, "pidfd_open": 434, "memfd_create": 319}


@needs_root
class Starving(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")
        self.world.recipe(RECIPE)
        self.before = self.world.state()

    def run_beside(self, words, through):
        """Exit code and what it said; the bystander lived and nothing was left."""
        process = self.world.start(*words, through=[
            "unshare", "-pf", "--mount-proc", "sh", "-c", BESIDE, "sh", *through])
        out, err = process.communicate(timeout=300)
        self.assertNotEqual(99, process.returncode, f"everybody was killed\n{err}")
        self.assertEqual([], self.world.leftovers())
        return process.returncode, out + err

    def run_with_limit(self, soft, hard, words):
        return self.run_beside(words, ["prlimit", f"--nofile={soft}:{hard}"])

    def run_failing(self, call, code, words):
        return self.run_beside(words, ["/usr/bin/python3", "-c", FAILING, str(CALLS[call]), str(code)])

    def test_with_few_descriptors_every_command_is_refused_before_it_begins(self):
        for name, words in COMMANDS.items():
            options = HOST if name != "doctor" else []
            for count in range(8, 128, 1 if THOROUGH else 5 if name == "plan" else 25):
                with self.subTest(name, count=count):
                    self.assertEqual((69, f"error: this process may have {count} files open at once, and needs 128\n"
                                      "  raise the hard limit of open files: 'ulimit -Hn' shows it, LimitNOFILE= "
                                      "sets it for a service\n"),
                                     self.run_with_limit(count, count, words + options))
        self.assertEqual(self.before, self.world.state())

    def test_what_is_asked_for_is_enough_and_a_low_soft_limit_is_raised(self):
        for soft, hard, guest in ((128, 128, HOST), (128, 128, APPLIANCE), (12, 4096, HOST)):
            with self.subTest(soft, guest=guest):
                code, said = self.run_with_limit(soft, hard, COMMANDS["rehearse"] + guest)
                self.assertEqual(0, code, said)
        self.assertEqual(self.before, self.world.state())

    def test_commands_run_where_no_process_has_the_number_two(self):
        """As in a container: bubblewrap knows its child by that number."""
        process = self.world.start(*COMMANDS["rehearse"], *HOST, through=[
            "unshare", "-pf", "--mount-proc", "sh", "-c", '/bin/true; "$@"; exit $?', "sh"])
        out, err = process.communicate(timeout=300)
        self.assertEqual(0, process.returncode, err + out)
        self.assertEqual([], self.world.leftovers())

    def test_a_command_has_the_usual_limit_whatever_retouch_was_started_with(self):
        self.world.recipe("""
commands: [{run: "ulimit -S -n > /etc/built"}]
checks: [{run: cat /etc/built, matches: "^1024$"}]
publish: {name: made}
""")
        code, said = self.run_with_limit(40, 4096, COMMANDS["rehearse"] + HOST)
        self.assertEqual(0, code, said)

    def test_when_a_system_call_fails_it_says_so(self):
        for call, code in (("clone", errno.EAGAIN), ("clone", errno.ENOMEM), ("pipe2", errno.EMFILE),
                           ("pipe2", errno.ENFILE), ("memfd_create", errno.EMFILE)):
            for name in ("plan", "apply"):
                with self.subTest(call, errno=errno.errorcode[code], command=name):
                    status, said = self.run_failing(call, code, COMMANDS[name] + HOST)
                    self.assertEqual(69, status, said)
                    self.assertRegex(said, r"cannot (start|create) [^\n]+: [A-Z][a-z ]+\n")
                    self.assertEqual(self.before, self.world.state())

    def test_no_hold_on_a_process_is_needed_that_did_not_come_with_it(self):
        status, said = self.run_failing("pidfd_open", errno.EMFILE, COMMANDS["rehearse"] + HOST)
        self.assertEqual(0, status, said)

    def test_a_limit_of_a_files_size_is_an_error_and_no_death(self):
        for limit in (0, 1000, 100000, 1 << 20):
            for name, words in COMMANDS.items():
                with self.subTest(limit, command=name):
                    options = HOST if name != "doctor" else []
                    code, said = self.run_beside(words + options, ["prlimit", f"--fsize={limit}"])
                    self.assertIn(code, (0, 1, 69), said)
                    self.assertTrue(code == 0 or "error: " in said or "failed" in said, said)
                    if name != "apply":
                        self.assertEqual(self.before, self.world.state())

    def test_a_hard_limit_of_processes_below_ours_is_kept(self):
        through = ["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource",
                   "prlimit", "--nproc=200:200"]
        code, said = self.run_beside(COMMANDS["rehearse"] + HOST, through)
        self.assertEqual(0, code, said)

    def test_what_it_was_told_to_ignore_it_ignores_and_a_mask_does_not_make_it_deaf(self):
        self.world.recipe("commands: [sleep 3]\npublish: {name: made}\n")
        for through, sign, expected in ((["nohup"], signal.SIGHUP, 0), ([], signal.SIGHUP, 129),
                                        (["/usr/bin/python3", "-c", MASKED], signal.SIGTERM, 143)):
            with self.subTest(through[:1], signal=sign):
                process = self.world.start(*COMMANDS["rehearse"], *HOST, through=through)
                time.sleep(1.5)
                process.send_signal(sign)
                out, err = process.communicate(timeout=60)
                self.assertEqual(expected, process.returncode, err + out)
                self.assertEqual([], self.world.leftovers())

    def test_the_appliance_without_processes_says_so(self):
        for call, appliance in (("clone", "best"), ("clone", "libguestfs"), ("pidfd_open", "libguestfs")):
            self.world.environment["RETOUCH_APPLIANCE"] = appliance
            with self.subTest(call, appliance=appliance):
                status, said = self.run_failing(call, errno.EAGAIN, COMMANDS["plan"] + APPLIANCE)
                self.assertEqual(69, status, said)
        self.assertEqual(self.before, self.world.state())


if __name__ == "__main__":
    unittest.main()
