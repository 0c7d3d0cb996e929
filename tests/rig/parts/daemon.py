"""Starts, finds and stops the rig's processes, without pid files: every one carries the name of its
rig and part in its environment, so that a crash, a reboot or a reused pid cannot deceive us.
"""

import contextlib
import os
import select
import signal
import subprocess
import time

from parts.layout import RigError

MARK = "RETOUCH_RIG_PART"
TOOL = "tool"  # the part that tools count as which a killed up left running
PATIENCE = 120  # seconds; a loaded machine is no failure


def environment(rig, **more):
    """What a process of the rig sees: nothing of the caller's Python, proxies or cloud."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(rig.path("tmp")),
        "TMPDIR": str(rig.path("tmp")),
        "NO_PROXY": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def run(rig, log, *command, **more):
    """Runs a tool to its end; its output goes to a log of that name."""
    with open(rig.log(log), "ab") as out:
        command = [str(word) for word in command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                              env=environment(rig, **{MARK: f"{rig.dir}:{TOOL}"}, **more), check=False)
    if done.returncode != 0:
        raise RigError(f"{os.path.basename(command[0])} failed with {done.returncode}", rig.log(log))


def start(rig, part, command, is_ready, **more):
    """Starts a part unless it runs, and waits until it is ready to serve."""
    child = None
    if not pids(rig.dir, part):
        with open(rig.log(part), "ab") as out:
            child = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, cwd=rig.path("tmp"),
                env=environment(rig, **{MARK: f"{rig.dir}:{part}"}, **more))
    wait_for(rig, part, is_ready, child)


def wait_for(rig, part, is_ready, child=None):
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        if child and child.poll() is not None:
            raise RigError(f"{part} ended with {child.returncode} when it was started", rig.log(part))
        if time.monotonic() > deadline:
            raise RigError(f"{part} did not answer within {PATIENCE} s", rig.log(part))
        time.sleep(0.2)


def pids(directory, part=None):
    """The running processes of the rig of a directory, or of one part of it."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and belongs(int(name), directory, part):
            found.append(int(name))
    return found


def belongs(pid, directory, part):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            variables = file.read().split(b"\0")
    except OSError:
        return False
    mark = os.fsencode(f"{MARK}={directory}:{part or ''}")
    return any(entry == mark if part else entry.startswith(mark) for entry in variables)


def tell(directory, part, signal_number):
    """Sends a signal to the processes of one part."""
    for pid in pids(directory, part):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)


def stop(directory, part=None, gently=True):
    """Stops the processes of a rig or of one part; those that do not end in time are killed."""
    ending = {}
    for pid in pids(directory, part):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ending[handle] = pid
        if belongs(pid, directory, part):  # that very process, not a later one of the same number
            send(handle, signal.SIGTERM if gently else signal.SIGKILL)
    left = await_end(set(ending), 20)
    for handle in left:
        send(handle, signal.SIGKILL)
    left = await_end(left, 20)
    survivors = [str(ending[handle]) for handle in left]
    for handle in ending:
        os.close(handle)
    if survivors:
        raise RigError(f"cannot end the processes {' '.join(survivors)}")
    return len(ending)


def send(handle, number):
    try:
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass


def await_end(handles, seconds):
    """Those of the processes that have not ended in time."""
    poller = select.poll()
    for handle in handles:
        poller.register(handle, select.POLLIN)
    left, deadline = set(handles), time.monotonic() + seconds
    while left and time.monotonic() < deadline:
        for handle, _ in poller.poll(max(0, deadline - time.monotonic()) * 1000):
            poller.unregister(handle)
            left.discard(handle)
    return left
