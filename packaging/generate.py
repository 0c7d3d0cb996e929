#!/usr/bin/python3
"""Makes what is installed beside the program: manual pages, completions, schemas and examples.

usage: generate.py PROGRAM DIRECTORY

All of it comes from the program that is installed and from what lies in the repository.
"""

import gzip
import shutil
import sys
from email.utils import parsedate_to_datetime
from pathlib import Path

from manual import Manual, said

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = "/usr/share/retouch"
COMPLETIONS = {"bash": "retouch", "zsh": "_retouch", "fish": "retouch.fish"}


def fresh(directory):
    """An empty directory."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def compressed(path, data):
    """Writes `data` as Debian wants manuals and changelogs: gzip, without name and time."""
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(data)


def date_of_release():
    """When the newest entry of the changelog was written."""
    changelog = (ROOT / "packaging/debian/changelog").read_text(encoding="utf-8")
    stamp = next(line for line in changelog.splitlines() if line.startswith(" -- ")).split(">  ")[1]
    return parsedate_to_datetime(stamp).date().isoformat()


def make_manual(program, directory):
    for name, text in Manual(program, ROOT / "docs", date_of_release()).pages().items():
        section = directory / f"man{name[-1]}"
        section.mkdir(exist_ok=True)
        compressed(section / f"{name}.gz", text.encode())


def make_completions(program, directory):
    for shell, name in COMPLETIONS.items():
        (directory / f"{shell}").mkdir()
        (directory / shell / name).write_text(said(program, "completion", shell), encoding="utf-8")


def make_schemas(program, directory):
    for of in ("recipe", "plan"):
        (directory / f"{of}.schema.json").write_text(said(program, "schema", "--of", of), encoding="utf-8")
    shutil.copy(ROOT / "schemas/configuration.schema.json", directory)


def make_examples(directory):
    """The recipes, whose first line names the schema where the package puts it, and a configuration."""
    shutil.copytree(ROOT / "recipes", directory, dirs_exist_ok=True)
    for path in directory.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("$schema=../schemas/", f"$schema={SCHEMAS}/", 1), encoding="utf-8")
    shutil.copy(ROOT / "packaging/config.yaml", directory)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, out = sys.argv[1], Path(sys.argv[2])
    make_manual(program, fresh(out / "man"))
    make_completions(program, fresh(out / "completions"))
    make_schemas(program, fresh(out / "schemas"))
    make_examples(fresh(out / "examples"))
    compressed(out / "changelog.Debian.gz", (ROOT / "packaging/debian/changelog").read_bytes())


main()
