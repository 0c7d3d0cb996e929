"""The manual pages: those of commands from the program's own --help, the rest from docs/.

Nothing here repeats what a page or the program says, so the manual cannot go stale; what docs/cli.md tells
of a command stands in its page under what --help tells.
"""

import re
import subprocess

import markdown
from markdown import escaped, inline, line

# Sections of docs/cli.md that have another place in the manual.
ELSEWHERE = {"", "Options every command takes", "Environment", "Exit codes"}
SEE_ALSO = ", ".join(["\\fBretouch\\fR(1)", "\\fBretouch\\-recipe\\fR(5)", "\\fBretouch\\-plan\\fR(5)",
                      "\\fBretouch\\-exit\\-codes\\fR(7)"])


def said(program, *arguments):
    """What the program prints."""
    return subprocess.run([program, *arguments], check=True, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env={"NO_COLOR": "1", "PATH": "/usr/bin:/bin"}).stdout


def entries(lines):
    """A list of --help, "  LABEL  text", as (label, text) pairs."""
    found = []
    indent = min(len(text) - len(text.lstrip()) for text in lines)
    for text in lines:
        if len(text) - len(text.lstrip()) <= indent + 2:  # numbers are set right
            label, _, rest = text.strip().partition("  ")
            found.append([label, rest.strip()])
        else:
            found[-1][1] = f"{found[-1][1]} {text.strip()}".strip()
    return [(label, re.sub(r" {2,}", " ", text)) for label, text in found]


def parts_of(text):
    """The parts of a --help: title -> lines; what the program is under '', a title's own line first."""
    result, title = {"": []}, ""
    for block in text.rstrip("\n").split("\n\n"):
        head, *rest = block.split("\n")
        match = re.fullmatch(r"([A-Z][a-z]+(?: [a-z]+)?):(?: (.+))?", head)
        title = match[1] if match else ""
        result.setdefault(title, []).extend(([match[2]] if match[2] else []) + rest if match else [head, *rest])
    return result


def listed(pairs):
    """Labels and texts as a list."""
    result = []
    for label, text in pairs:
        result += [".TP", f"\\fB{escaped(label)}\\fR", line(escaped(text))]
    return result


def examples(lines):
    """The lines of examples, one below the other."""
    return [".nf", *(line(escaped(text.strip())) for text in lines), ".fi"]


def title(name, section, date, version):
    """The first line of a page."""
    return f'.TH {escaped(name.upper())} {section} "{date}" "retouch {version}" "retouch"'


def name_section(name, text):
    """The line that whatis and apropos read."""
    text = text.rstrip(".\n")
    return [".SH NAME", f"{escaped(name)} \\- {escaped(text[0].lower() + text[1:])}"]


class Manual:
    """All pages: `pages()` gives file name -> text."""

    def __init__(self, program, docs, date):
        self.program = program
        self.docs = docs
        self.date = date
        self.version = said(program, "--version").split()[-1]
        self.help = parts_of(said(program, "--help"))
        self.commands = dict(entries(self.help["Commands"]))
        self.cli = markdown.sections((docs / "cli.md").read_text(encoding="utf-8"))

    def text(self, name, section, what, body, see_also=SEE_ALSO):
        """A whole page."""
        head = [title(name, section, self.date, self.version), *name_section(name, what)]
        return "\n".join([*head, *body, ".SH SEE ALSO", see_also]) + "\n"

    def program_page(self):
        """retouch(1)."""
        commands = [(f"retouch-{name}(1)", text) for name, text in self.commands.items()]
        general = [part for key, text in self.cli.items()
                   if key not in ELSEWHERE and key not in self.commands
                   for part in markdown.page(f"## {key}\n{text}")]
        body = [".SH SYNOPSIS", inline("`retouch` COMMAND [ARGUMENTS] [OPTIONS]"),
                ".SH EXAMPLES", *examples(self.help["Examples"]),
                ".SH COMMANDS", *listed(commands),
                ".SH OPTIONS", *listed(entries(self.help["Global options"])),
                ".SH ENVIRONMENT", *listed(entries(self.help["Environment"])),
                ".SH FILES", *markdown.prose(" ".join(self.help["Configuration"])),
                *general,
                ".SH EXIT STATUS", *listed(entries(self.help["Exit codes"]))]
        return self.text("retouch", 1, self.help[""][0], body)

    def command_page(self, name):
        """retouch-NAME(1)."""
        parts = parts_of(said(self.program, name, "--help"))

        def repeated(kind, lines):
            """What the synopsis and the options say already."""
            synopsis = kind == "text" and re.fullmatch(r"`retouch [^`]+`", " ".join(lines))
            return synopsis or (kind == "table" and lines[0].startswith("| option |"))

        words = " ".join(parts[""])
        synopsis = parts["Usage"][0].removeprefix(f"retouch {name}")
        body = [".SH SYNOPSIS", f"\\fBretouch {escaped(name)}\\fR{escaped(synopsis)}",
                ".SH DESCRIPTION", *markdown.prose(words)]
        more = next((text for key, text in self.cli.items() if key == name), "")
        told = markdown.page(more, repeated)
        body += ([".PP"] if told and not told[0].startswith(".") else []) + told
        for heading in ("Arguments", "Options"):
            if parts.get(heading):
                body += [f".SH {heading.upper()}", *listed(entries(parts[heading]))]
        body += [".SS Options every command takes" if "Options" in parts else ".SH OPTIONS",
                 *listed(entries(parts["Global options"]))]
        body += [".SH EXAMPLES", *examples(parts["Examples"])]
        return self.text(f"retouch-{name}", 1, words, body)

    def of_docs(self, name):
        """A page of docs/ with its sections and a first one."""
        text = (self.docs / name).read_text(encoding="utf-8")
        return [".SH DESCRIPTION", *markdown.page(text.split("\n", 1)[1])]

    def step_sections(self):
        """The pages of docs/steps/, a section each."""
        result = []
        for path in sorted((self.docs / "steps").glob("*.md")):
            heading, text = path.read_text(encoding="utf-8").split("\n", 1)
            result += markdown.page(f"## {heading[2:]}\n" + re.sub(r"^## ", "### ", text, flags=re.MULTILINE))
        return result

    def pages(self):
        """Every page by its file name."""
        result = {"retouch.1": self.program_page()}
        for name in self.commands:
            result[f"retouch-{name}.1"] = self.command_page(name)
        result["retouch-recipe.5"] = self.text(
            "retouch-recipe", 5, "what the next version of an image must hold",
            [*self.of_docs("recipe.md"), *self.step_sections()])
        result["retouch-plan.5"] = self.text(
            "retouch-plan", 5, "what an apply would do, as JSON", self.of_docs("plan.md"))
        result["retouch-exit-codes.7"] = self.text(
            "retouch-exit-codes", 7, "what the exit codes of retouch mean",
            [".SH DESCRIPTION", *markdown.page(self.cli["Exit codes"])])
        return result
