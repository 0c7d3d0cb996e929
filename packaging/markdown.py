"""The markdown of our pages as man(7): what docs/ uses of it, and no more.

Headings, paragraphs, lists, tables and fenced blocks; in a line code, bold and links. A table becomes a
list of its first column, since terminals are narrow. A link to a page that is a manual page too names that
one, a link to another says where the package puts it.
"""

import re

DOCS = "/usr/share/doc/retouch"
MANUAL = {"recipe.md": "retouch-recipe(5)", "plan.md": "retouch-plan(5)", "cli.md": "retouch(1)"}
ITEM = re.compile(r"(?:-|\d+\.) +")


def escaped(text):
    """`text` so that roff prints just that."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace(
        "^", "\\(ha").replace("~", "\\(ti")


def line(text):
    """`text`, which has its escapes, as a line that is no request."""
    return f"\\&{text}" if text.startswith((".", "'")) else text


def link(match):
    """What stands for [text](target)."""
    text, page = match[1], match[2].partition("#")[0]
    name = page.removeprefix("../")
    if not name.endswith(".md") or not text.endswith(".md"):
        return text
    if name.startswith("steps/"):
        return f"the section {name[6:-3].upper()} of retouch-recipe(5)"
    return MANUAL.get(name, f"{DOCS}/{name}")


def inline(text):
    """One paragraph: code and bold are bold, the rest is prose."""
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", link, text)
    text = re.sub(r"\*\*`([^`]+)`\*\*", r"`\1`", text)
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    result = ""
    for part in parts:
        if len(part) > 1 and part[0] == part[-1] == "`":
            result += f"\\fB{escaped(part[1:-1])}\\fR"
        elif part.startswith("**") and len(part) > 4:
            result += f"\\fB{escaped(part[2:-2])}\\fR"
        else:
            result += escaped(part.replace("\\|", "|"))
    return result


def prose(text):
    """A paragraph, a sentence a line."""
    return [line(part) for part in re.sub(r"([.:?!]) +(?=[A-Z`\\])", r"\1\n", inline(text)).split("\n")]


def cells(row):
    """The cells of a row of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip()[1:-1])]


def table(rows):
    """A list whose tags are the first column and whose texts are the others, the wordiest first."""
    head, *body = [cells(row) for row in rows if not re.fullmatch(r"[|\s:-]+", row)]
    others = range(1, len(head))
    main = max(others, key=lambda column: sum(len(row[column]) for row in body))
    result = []
    for row in body:
        result += [".TP", line(inline(row[0])) or "\\&"]
        result += prose(row[main]) if row[main] else ["\\&"]
        for column in others:
            if column != main and row[column]:
                title = f"{head[column]}: ".replace("?: ", "? ") if head[column] else ""
                result += [".br", line(inline(f"({title}{row[column]})"))]
    return result


def fenced(lines):
    """A block as it stands."""
    return [".RS 4", ".nf", *(line(escaped(text)) for text in lines), ".fi", ".RE"]


def items(lines):
    """A list, bulleted or numbered."""
    found = []
    for text in lines:
        if ITEM.match(text):
            found.append((text.split(" ", 1)[0], ITEM.sub("", text, count=1)))
        else:
            mark, said = found[-1]
            found[-1] = mark, f"{said} {text.strip()}"
    result = []
    for mark, said in found:
        result += [".IP \\(bu 2" if mark == "-" else f".IP {mark} 4", *prose(said)]
    return result


def blocks(text):
    """The blocks of a page as (kind, lines)."""
    kind, lines = "", []

    def take():
        nonlocal kind, lines
        if lines:
            yield kind, lines
        kind, lines = "", []

    for text_line in re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL).splitlines():
        if text_line.startswith("```"):
            closing = kind == "fence"
            yield from take()
            kind = "" if closing else "fence"
        elif kind == "fence":
            lines.append(text_line)
        elif text_line.startswith("#"):
            yield from take()
            yield "heading", [text_line]
        elif not text_line.strip():
            yield from take()
        else:
            if not lines:
                kind = "table" if text_line.startswith("|") else "list" if ITEM.match(text_line) else "text"
            elif kind == "text" and (ITEM.match(text_line) or text_line.startswith("|")):
                yield from take()
                kind = "list" if ITEM.match(text_line) else "table"
            lines.append(text_line)
    yield from take()


def page(text, skip=lambda kind, lines: False):
    """The lines of man(7) for a page without its title; second headings are sections."""
    result = []
    for kind, lines in blocks(text):
        if skip(kind, lines):
            continue
        if kind == "heading":
            level, title = lines[0].split(" ", 1)
            result.append(f".SH {inline(title.upper())}" if len(level) < 3 else f".SS {inline(title)}")
        elif kind == "table":
            result += table(lines)
        elif kind == "list":
            result += items(lines)
        else:
            first = not result or result[-1].startswith((".SH", ".SS"))
            result += [] if first else [".PP"]
            result += fenced(lines) if kind == "fence" else prose(" ".join(lines))
    return result


def sections(text):
    """The parts of a page by their second headings: title -> text, the first under ''."""
    result, title, fence = {"": ""}, "", False
    for text_line in text.splitlines():
        fence ^= text_line.startswith("```")
        if text_line.startswith("## ") and not fence:
            title = text_line[3:]
            result[title] = ""
        elif not text_line.startswith("# ") or fence:
            result[title] += text_line + "\n"
    return result
