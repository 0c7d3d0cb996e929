"""How a command of the rig ends: quietly, or with what failed, the log's name and its last lines."""

import sys

from parts.layout import RigError

LINES = 25


def told(command):
    try:
        command()
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        if error.log:
            print(f"rig: the end of {error.log}:\n{tail(error.log)}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("rig: interrupted; run it again to go on, or tests/rig/down to remove the rig", file=sys.stderr)
        sys.exit(130)


def tail(path):
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16384))
            lines = file.read().decode(errors="replace").splitlines()[-LINES:]
    except OSError as error:
        return f"    (cannot be read: {error.strerror})"
    return "\n".join("    " + line for line in lines) or "    (empty)"
