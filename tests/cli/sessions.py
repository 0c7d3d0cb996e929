"""Runs the session of a case and compares it with what stands there.

usage: sessions.py PROGRAM CASE...

A case is a folder with session.txt; its other files are copied into an empty working directory. In
session.txt a line "$ WORDS" is a command, split like a shell would but run without one, with PROGRAM
first in PATH as "retouch"; NAME=VALUE words before it are environment. What follows is what it must print:
standard output as it is, standard error behind a line "[stderr]", and "[exit N]" unless N is 0.
Lines "> WORDS" right behind a command make it run on a (dumb) terminal and are typed when it asks; what
the terminal then shows stands behind "[terminal]".
Ids, times, durations and the working directory are replaced by fixed words first.
UPDATE_GOLDEN=1 rewrites session.txt from what was printed.
"""

import difflib
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TIME_LIMIT = 60
QUESTION = b"accepted: "
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def environment(directory):
    """The same for everybody: nothing of the caller's configuration or terminal."""
    return {"PATH": f"{directory}/bin:{os.environ['PATH']}", "HOME": f"{directory}/home", "LANG": "C.UTF-8",
            "TMPDIR": f"{directory}/tmp",
            **{name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
               if name in os.environ}}


class Normaliser:
    """Replaces what differs from run to run; ids are numbered in order of appearance."""

    def __init__(self, directory):
        self.directory = str(directory)
        self.ids = {}

    def number(self, match):
        return f"ID-{self.ids.setdefault(match.group(), len(self.ids) + 1)}"

    def __call__(self, text):
        text = UUID.sub(self.number, text).replace(self.directory, "DIR")
        text = re.sub(r"\b[0-9a-f]{128}\b", "SHA512", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "TIME", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD HH:MM", text)
        return re.sub(r"\b\d+\.\d s\b", "N s", text)


def run(command, directory):
    """Standard output, standard error and exit code of one command line."""
    words = shlex.split(command)
    variables = environment(directory)
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    done = subprocess.run(words, cwd=f"{directory}/work", env=variables, timeout=TIME_LIMIT,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return (done.stdout.decode(errors="surrogateescape"),
            done.stderr.decode(errors="surrogateescape"), done.returncode)


def run_on_terminal(command, answers, directory):
    """What the terminal showed, and the exit code."""
    words = shlex.split(command)
    variables = {**environment(directory), "TERM": "dumb"}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(f"{directory}/work")
        os.execvpe(words[0], words, variables)
    shown = b""
    while select.select([terminal], [], [], TIME_LIMIT)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if answers and shown.endswith(QUESTION):
            os.write(terminal, answers.pop(0).encode() + b"\n")
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return shown.decode(errors="surrogateescape").replace("\r\n", "\n"), code


def one(command, answers, normalise, directory):
    """The part of a session that belongs to one command."""
    text = f"$ {command}\n"
    if answers:
        text += "".join(f"> {answer}\n" for answer in answers)
        shown, code = run_on_terminal(command, list(answers), directory)
        text += f"[terminal]\n{ended(normalise(shown))}"
    else:
        out, err, code = run(command, directory)
        text += ended(normalise(out))
        if err:
            text += f"[stderr]\n{ended(normalise(err))}"
    return text + (f"[exit {code}]\n" if code != 0 else "")


def transcript(commands, program, case):
    """The whole session as it went in a fresh working directory."""
    with tempfile.TemporaryDirectory(prefix="test-retouch-") as directory:
        shutil.copytree(case, f"{directory}/work", ignore=shutil.ignore_patterns("session.txt"))
        for folder in ("bin", "home", "tmp"):
            os.mkdir(f"{directory}/{folder}")
        os.symlink(program, f"{directory}/bin/retouch")
        normalise = Normaliser(directory)
        return "".join(one(command, answers, normalise, directory)
                       for command, answers in commands)


def commands_of(session):
    """Each command with the answers to be typed."""
    commands = []
    answers_follow = False
    for line in session.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
            answers_follow = True
        elif line.startswith("> ") and answers_follow:
            commands[-1][1].append(line[2:])
        else:
            answers_follow = False
    return commands


def ended(text):
    return text if not text or text.endswith("\n") else text + "\n[no newline]\n"


def check(case, program):
    """True when the session went as written."""
    file = case / "session.txt"
    wanted = file.read_text(errors="surrogateescape")
    commands = commands_of(wanted)
    if not commands:
        sys.exit(f"{file}: no commands")
    actual = transcript(commands, program, case)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(actual, errors="surrogateescape")
        return True
    if actual == wanted:
        return True
    sys.stdout.writelines(difflib.unified_diff(
        wanted.splitlines(True), actual.splitlines(True), f"{case.name}: wanted", "actual"))
    return False


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program = str(Path(sys.argv[1]).resolve())
    results = [check(Path(case), program) for case in sys.argv[2:]]
    sys.exit(0 if all(results) else 1)


main()
