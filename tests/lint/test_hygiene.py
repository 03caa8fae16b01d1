"""What a reader of the repository may rely on: links that lead somewhere, no private paths."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("ecs", "schema", "systems", "net", "persistence", "ringfall")
LINES_MAX = 400
BINARY = {".bin", ".png", ".jpg", ".webp", ".ico", ".woff", ".woff2", ".journal", ".zst", ".ttf"}

# Written as patterns so that this file does not match itself.
MACHINE_PATH = re.compile(
    r"(?<![\w.~$}/-])/(?:work|root|Users/\w+|home/(?!\.{3}|you\b|user\b|me\b)\w+)/[\w.-]"
)
REGISTRY_HOST = re.compile(
    r"registry\.(?:npmjs|yarnpkg)\.|(?:test\.)?pypi\.org|pythonhosted\.org|deb\.debian\.org"
    r"|extra[-]index[-]url|art[i]factory|proxy\.golang\.org",
    re.IGNORECASE,
)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
IMAGE = re.compile(r"<(?:img|source)\b[^>]*?\bsrc(?:set)?=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


@cache
def repository_files() -> tuple[Path, ...]:
    """Return the files git tracks or would track, and exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: an unpacked archive has no list of files to hold to this")
    files = tuple(ROOT / name for name in listed.stdout.split("\0") if name)
    assert len(files) > 20
    return tuple(file for file in files if file.is_file())


def text_files() -> Iterator[tuple[Path, str]]:
    for file in repository_files():
        if file.suffix not in BINARY:
            yield file, file.read_text(encoding="utf-8")


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}: {found.group()}"
        for file, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_no_paths_of_somebodys_machine() -> None:
    assert matches(MACHINE_PATH) == []


def test_no_registry_hosts() -> None:
    assert matches(REGISTRY_HOST) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"see /{'work'}/main/x.py", True),
        (f"cd /{'root'}/.cache", True),
        (f"/{'home'}/anna/ringfall", True),
        ("/home/you/ringfall", False),
        ("docs/work/plan.md", False),
        ("http://host/work/x", False),
        ("/rooted/x", False),
    ],
)
def test_the_path_pattern(text: str, found: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is found


def test_files_stay_small() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in repository_files()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] not in ("tests", "benchmarks")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }
    assert long == {}, f"longer than {LINES_MAX} lines: split them by what they are about"


# --- documents -----------------------------------------------------------------------------------


def anchors_of(text: str) -> set[str]:
    """Return the anchors that a forge gives the headings of a Markdown text."""
    anchors: set[str] = set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in anchors:
            number += 1
        anchors.add(anchor)
    anchors.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    return anchors


def broken_links(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    prose = FENCE.sub("", text)
    broken = []
    for target in LINK.findall(prose) + IMAGE.findall(prose):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        if not linked.exists() or (
            anchor
            and linked.suffix == ".md"
            and anchor not in anchors_of(linked.read_text(encoding="utf-8"))
        ):
            broken.append(f"{document.name}: {target}")
    return broken


def test_links_between_documents_resolve() -> None:
    documents = [file for file in repository_files() if file.suffix == ".md"]
    assert documents
    assert [link for document in documents for link in broken_links(document)] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# One `thing` — two\n")
    a = tmp_path / "a.md"
    a.write_text(
        "[ok](b.md) [ok](b.md#one-thing--two) [web](https://example.org/x) ![no](no.png)\n"
        '[no](c.md "title") [no](b.md#three) <img src="gone.png">\n'
        "```\n[not a link](nowhere.md)\n```\n"
    )
    assert broken_links(a) == ["a.md: no.png", "a.md: c.md", "a.md: b.md#three", "a.md: gone.png"]


def command_names(command: Any, prefix: str) -> Iterator[str]:
    """Yield the full names of a command-line program's commands, depth first."""
    children = getattr(command, "commands", None)
    if not children:
        yield prefix
        return
    for name, child in children.items():
        if not child.hidden:
            yield from command_names(child, f"{prefix} {name}")


def test_every_command_is_documented() -> None:
    if not any((ROOT / "ringfall").glob("cli*")):
        pytest.skip("the command line does not exist yet")
    typer_main = importlib.import_module("typer.main")
    cli = importlib.import_module("ringfall.cli")
    names = list(command_names(typer_main.get_command(cli.app), "ringfall"))
    assert len(names) >= 4
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    prose = "\n".join(document.read_text(encoding="utf-8") for document in documents)
    undocumented = [name for name in names if not re.search(re.escape(name) + r"\b", prose)]
    assert undocumented == [], "name each command in README.md or docs/, with what it is for"
