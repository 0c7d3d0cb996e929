"""Where each type is defined. Two of one name in different layers would be two things to a reader; in one, they
would be one to the linker, which keeps a destructor of either.
"""

import re
from collections import defaultdict
from pathlib import Path

# Comments and literals, which hold braces and keywords of no meaning.
NOISE = re.compile(r"""//[^\n]*|/\*(?:.|\n)*?\*/|R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*\""""
                   r"""|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""")
OPENING = re.compile(
    r"namespace\s+(?P<space>[\w:]*)\s*\{"
    r"|\b(?:enum\s+(?:class|struct)|enum|struct|class|union)\s+(?:\[\[\w+\]\]\s+)?(?P<type>\w+)(?:\s+final)?"
    r"\s*(?::[^:;{][^;{]*)?\{|[{}]")


def types_of(text):
    """The types `text` defines outside anonymous namespaces, functions and other types."""
    inside = []  # of each open brace the namespace it opens, "" for any other
    for match in OPENING.finditer(NOISE.sub('""', text)):
        if match.group() == "}":
            inside.pop()
            continue
        if match["type"] and all(inside):
            yield "::".join([*inside, match["type"]])
        inside.append(match["space"] or "")


def defined_twice(root):
    """One line for each name that several files define, in whatever namespaces."""
    places = defaultdict(set)
    for folder in ("engine", "include"):
        for path in sorted(Path(root, folder).rglob("*.?pp")):
            for name in types_of(path.read_text(encoding="utf-8")):
                places[name.rpartition("::")[2]].add(str(path.relative_to(root)))
    return [f"{name}: {', '.join(sorted(files))}" for name, files in sorted(places.items()) if len(files) > 1]
