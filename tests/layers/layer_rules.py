"""The layer table of docs/architecture.md as data, and the check of a source tree against it.

It reads #include lines and a few other facts that need no parser. It does not compile anything.
"""

import re
from pathlib import Path

# layer -> layers whose headers it may include (its own are always allowed)
BELOW = {
    "base": [],
    "model": ["base"],
    "recipe": ["base", "model"],
    "store": ["base", "model"],
    "catalog": ["base", "model", "store"],
    "guest": ["base", "model", "store"],
    "steps": ["base", "model", "guest"],
    "plan": ["base", "model", "recipe", "store", "catalog", "guest", "steps"],
    "apply": ["base", "model", "recipe", "store", "catalog", "guest", "steps", "plan"],
    "render": ["base", "model"],
    "cli": ["base", "model", "recipe", "store", "catalog", "guest", "steps", "plan", "apply", "render"],
}

# public header -> the layer it belongs to
PUBLIC = {
    "error": "base", "diagnostics": "base",
    "json": "model", "value": "model", "recipe": "model", "image": "model", "publish": "model", "sealed": "model", "facts": "model",
    "step": "model", "plan": "model", "event": "model", "report": "model", "name_lock": "model", "finding": "model", "image_query": "model",
    "drift": "model", "effect": "model", "file_info": "model", "file_label": "model", "guest_kind": "model", "limits": "model",
    "disk_growth": "model", "secret": "model", "output_wish": "model",
    "store": "store", "catalog": "catalog", "guest": "guest", "step_kind": "steps",
}

# beginning of a third-party header's name -> layers that may include it
THIRD_PARTY = {
    "fmt/": list(BELOW),  # text is formatted everywhere
    "openssl/": ["base"],
    "crypt.h": ["base"],
    "boost/": ["base"],
    "dtl/": ["base"],
    "re2/": ["base"],  # others through base/pattern.hpp
    "nlohmann/": ["model"],  # others through retouch/json.hpp
    "yaml-cpp/": ["recipe", "catalog"],  # clouds.yaml is not ours to be strict about
    "valijson/": ["recipe"],
    "SQLiteCpp/": ["catalog", "apply"],
    "sqlite3.h": ["catalog"],
    "curl/": ["catalog"],
    "rbd/": ["store"],
    "rados/": ["store"],
    "guestfs.h": ["guest"],
    "seccomp.h": ["guest"],
    "nettle/": ["guest"],  # the runner in the appliance only; others through base/digest.hpp
    "archive.h": ["plan"],
    "archive_entry.h": ["plan"],
    "CLI/": ["cli"],
}

STANDARD = re.compile(r"[a-z_]+")
SYSTEM = re.compile(
    r"(sys|linux|arpa|netinet)/[a-z0-9_]+\.h|(dirent|dlfcn|fcntl|fnmatch|ftw|grp|ifaddrs|mntent|poll|pthread|pwd|sched|spawn|termios|unistd)\.h")

# calls that few files may make: (their names, the files, what others do)
FEW_MAY = [
    ("kill|killpg|tkill|tgkill|sigqueue|pidfd_send_signal",
     {"engine/base/pidfd.hpp", "engine/base/process_handle.cpp"},
     "signals are sent by base/process_handle.hpp: the number of a failed start would mean everybody"),
    ("fork|vfork|clone|clone3|posix_spawnp?|popen|system",
     {"engine/base/child_start.cpp", "engine/base/sync_file.cpp", "engine/guest/appliance/runner/main.cpp",
      "engine/guest/appliance/runner/command_process.cpp",
      "engine/guest/appliance/runner/first_process.cpp", "engine/guest/appliance/runner/kernel_views.cpp",
      "engine/guest/host/launcher/network.cpp", "engine/guest/host/launcher/process_namespace.cpp",
      "engine/guest/host/launcher/user_namespace.cpp", "engine/guest/machine/server/main.cpp"},
     "programs are started by base/process.hpp"),
]

MAX_LINES = 500
NAMESPACE = re.compile(r"namespace (retouch(?:::\w+)*) \{")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CALLS = [(re.compile(rf"(?<![\w.>])(?:{names})\s*\(|\bSYS_(?:{names})\b"), files, advice) for names, files, advice in FEW_MAY]
PRINTING = re.compile(r"std::(cout|cerr|clog|puts|printf)\b|\bfmt::print\b|(?<![\w:])f?(puts|printf)\s*\(")

# What waits without hearing of signals -> what to use instead. The primitives are in engine/base.
WAITING = {
    r"\b(sleep_for|sleep_until|usleep|nanosleep)\b": "pause_for of base/waiting.hpp",
    r"(?<![\w.])(::)?p?poll\s*\(|\bepoll_wait\b": "wait_for_events of base/waiting.hpp",
    r"\bflock\s*\(|\bF_(OFD_)?SETLKW\b": "lock_within of base/waiting.hpp or LockFile",
    r"(?<![\w.>])(fsync|fdatasync|syncfs)\s*\(": "sync_file of base/sync_file.hpp",
    r"\bbusy_timeout\b|\bsetBusyTimeout\b": "the busy handler of catalog/database.cpp",
}
# The same for files of this host. The guest layer opens what is in an image, where only regular files are read.
READING = {
    r"\bstd::[io]?fstream\b": "read_file and write_all of base/file.hpp",
    r"(?<![\w.>:])(::)?(read|write)\s*\(\s*(\w*fd_?|\w+\.(get|fd)\(\)|STD[A-Z]+_FILENO)\s*,":
        "read_some and write_all of base/file.hpp",
}
# file -> why it waits in a way of its own
WAITS_ITSELF = {
    "engine/apply/journal.cpp": "a line at a time, and undoing relies upon it",
    "engine/guest/host/loop_device.cpp": "what is attached cannot be left before it is written",
    "engine/guest/host/rooted.cpp": "what is mounted cannot be left before it is written",
    "engine/guest/appliance/watchdog.cpp": "is what hears of signals while the appliance works",
    "engine/guest/appliance/qemu_monitor.cpp": "the watchdog ends the machine it waits for",
    "engine/guest/host/bubblewrap.cpp": "a moment, for what it has killed",
    "engine/guest/host/launcher_program.cpp": "two seconds at most, for a child that is being started",
    "engine/guest/tree/tree_walk.cpp": "a second at most, in the appliance too, where there is no base",
    "engine/store/new_file.cpp": "only asks whether somebody holds a lock",
    "engine/guest/sandbox/call_names.hpp": "names the calls, it makes none",
}


def instead_of_waiting(path, layer, line):
    """What to use instead of the call in `line` that waits and hears of no signal, or None."""
    if layer == "base" or {"runner", "launcher"} & set(path.parts) or str(path) in WAITS_ITSELF or line.lstrip().startswith("//"):
        return None
    calls = WAITING if layer == "guest" else {**WAITING, **READING}
    return next((instead for call, instead in calls.items() if re.search(call, line)), None)


def layer_of(path):
    """The layer a file of engine/ or include/retouch/ belongs to, or None."""
    parts = path.parts
    if parts[0] == "engine":
        return parts[1] if len(parts) > 2 and parts[1] in BELOW else None
    return PUBLIC.get(path.stem) if parts[:2] == ("include", "retouch") and len(parts) == 3 else None


def problem_of_include(layer, bracket, name):
    """Why `layer` may not have this include line, or None."""
    if bracket == '"':
        folder, _, rest = name.partition("/")
        if folder == "retouch":
            target = PUBLIC.get(rest.removesuffix(".hpp"))
        else:
            target = folder if folder in BELOW and rest and ".." not in name else None
        if target is None:
            return f'"{name}" is in no layer; write "FOLDER/FILE.hpp"'
        if target != layer and target not in BELOW[layer]:
            return f"{layer} may not include {target} (\"{name}\")"
        return None
    if STANDARD.fullmatch(name) or SYSTEM.fullmatch(name):
        return None
    for prefix, layers in THIRD_PARTY.items():
        if name.startswith(prefix):
            return None if layer in layers else f"{layer} may not use <{name}>"
    return f"<{name}> is not in the table of third-party headers"


def problem_of_namespace(path, layer, name):
    """Why the file may not open this namespace, or None. What a public header declares is defined in a source."""
    if path.parts[0] == "include":
        return None if name == "retouch" else f"a public header declares in retouch, not in {name}"
    if name == "retouch":
        return None if path.suffix == ".cpp" else f"what is no public header declares in retouch::{layer}"
    return None if name.split("::")[1] == layer else f"the namespace of this layer is retouch::{layer}, not {name}"


def problems_of_file(path, text, has_header):
    """Everything wrong with one file, as (line, message).

    A source whose own header stands beside it may leave the opening comment to that header.
    """
    layer = layer_of(path)
    if layer is None:
        yield 1, "the file belongs to no layer"
        return
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        yield MAX_LINES + 1, f"{len(lines)} lines; the limit is {MAX_LINES}"
    if path.suffix == ".hpp" and (not lines or lines[0] != "#pragma once"):
        yield 1, "the first line of a header is #pragma once"
    opening = [line for line in lines[:3] if line.strip() and line != "#pragma once"]
    if not has_header and not (opening and opening[0].startswith("// ")):
        yield 1, "the file does not open with a comment that says what it is"
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include:
            problem = problem_of_include(layer, *include.groups())
            if problem:
                yield number, problem
            continue
        if line.lstrip().startswith("//"):
            continue
        namespace = NAMESPACE.match(line)
        problem = namespace and problem_of_namespace(path, layer, namespace.group(1))
        if problem:
            yield number, problem
        if layer != "cli" and PRINTING.search(line):
            yield number, "the engine never prints; return a value or emit an event"
        for pattern, files, advice in CALLS:
            if path.as_posix() not in files and pattern.search(line):
                yield number, advice
        instead = instead_of_waiting(path, layer, line)
        if instead:
            yield number, f"this waits and hears of no signal; use {instead}"


def problems_of_tree(root):
    """Everything wrong below `root`, as sorted "file:line: message" lines."""
    found = []
    for folder in ("engine", "include"):
        for file in sorted(Path(root, folder).rglob("*.[ch]pp")):
            path = file.relative_to(root)
            has_header = path.suffix == ".cpp" and file.with_suffix(".hpp").exists()
            for line, message in problems_of_file(path, file.read_text(encoding="utf-8"), has_header):
                found.append(f"{path}:{line}: {message}")
    return found
