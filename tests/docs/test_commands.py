"""The commands of README.md and docs/: the parser takes each, and those without a mark run on the bundled models.

A fenced block whose first line is `# not run by the tests: REASON` is not run. The other blocks of a page run from top
to bottom in one folder: `bash` as the command line in this process, `python` as it is. A block whose info string has a
second word, such as `csv mine.csv`, is that file. Comparisons take few items here, whatever the page says."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xlt_core import __main__
from xlt_core.settings import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
INLINE = re.compile(r"`(python -m xlt_core [^`]+)`")
MARK = re.compile(r"# not run by the tests: \w")
PROGRAM = ["-m", "xlt_core"]
FEW = {name: ["--samples", "3"] for name in ("compare", "sweep", "diagnose")}  # the last one counts
KINDS = {"bash", "python", "csv", "json", "text"}


@dataclass(frozen=True)
class Block:
    """A fenced block. name: of the file that it is; line: where its text begins."""

    language: str
    name: str
    text: str
    line: int

    @property
    def marked(self) -> bool:
        return MARK.match(self.text) is not None


def blocks(text: str) -> Iterator[Block]:
    for found in FENCE.finditer(text):
        language, name, inside = found.groups()
        yield Block(language, name or "", inside, text.count("\n", 0, found.start(3)) + 1)


def commands(script: str) -> list[list[str]]:
    """The words of each line of a script, without comments; a backslash joins lines."""
    lines = (shlex.split(line, comments=True) for line in script.replace("\\\n", " ").splitlines())
    return [words for words in lines if words]


def arguments(words: list[str]) -> list[str] | None:
    """What a command gives to xlt_core, also behind variables or a launcher; None where it starts something else."""
    places = [n for n in range(len(words) - 1) if words[n : n + 2] == PROGRAM]
    return words[places[0] + 2 :] if places else None


def calls(text: str) -> Iterator[list[str]]:
    """The arguments of every call of xlt_core on a page, in blocks and within sentences."""
    scripts = [block.text for block in blocks(text) if block.language == "bash"] + INLINE.findall(text)
    given = (arguments(words) for script in scripts for words in commands(script))
    return (found for found in given if found is not None)


CALLS = [
    pytest.param(call, id=f"{page.name}: {' '.join(call)}") for page in PAGES for call in calls(page.read_text("utf-8"))
]


@pytest.fixture(scope="module")
def parser() -> argparse.ArgumentParser:
    return __main__._parser()


@pytest.mark.parametrize("given", CALLS)
def test_the_parser_takes_the_command(parser: argparse.ArgumentParser, given: list[str]) -> None:
    assert parser.parse_args(given).run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_has_no_mark_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = {"__name__": page.stem}
    for block in blocks(page.read_text("utf-8")):
        if block.name:
            Path(block.name).write_text(block.text, encoding="utf-8")
        elif block.language == "python" and not block.marked:
            exec(compile(block.text, f"{page.name}, line {block.line}", "exec"), names)
        elif block.language == "bash" and not block.marked:
            run(block, page)


def run(block: Block, page: Path) -> None:
    """Runs the lines of a block, which are calls of xlt_core."""
    for words in commands(block.text):
        assert words[:3] == ["python", *PROGRAM], f"{page.name}, line {block.line}: mark what the tests cannot run"
        given = words[3:]
        assert __main__.main([*given, *FEW.get(given[0], [])]) == 0, " ".join(given)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_is_overlooked(page: Path) -> None:
    text = page.read_text("utf-8")
    assert {block.language for block in blocks(text)} <= KINDS
    assert not re.search(r"^ +```", text, re.M), "blocks begin at the margin"
    assert len(re.findall(r"-m xlt_core \w", text)) == len([*calls(text)])


def test_lines_are_split_as_a_shell_does() -> None:
    script = "# not run by the tests: slow\nA=1 python -m xlt_core score \\\n    --task ner  # why\npython app.py\n"
    (block,) = blocks(f"```bash\n{script}```\n")
    assert block.marked and block.line == 2
    first, second = commands(block.text)
    assert arguments(first) == ["score", "--task", "ner"] and arguments(second) is None
    assert arguments(["accelerate", "launch", "-m", "xlt_core", "adapt"]) == ["adapt"]
