"""What the documents name is there: files, headings, commands with their options, targets of make, benchmarks, variables."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from aggregator.cli.main import COMMANDS, GLOBAL, load, parser
from aggregator.web.parameters import STREAM

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("aggregator", "benchmarks", "docs", "tests")
FILES = [
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")))
    if path.is_file()
]
DOCUMENTS = [ROOT / file for file in FILES if re.fullmatch(r"(?:docs/.+|[A-Z]+)\.md", file)]


def code(document: Path) -> Iterator[str]:
    """What is set as code: lines of blocks, and words within a line."""
    text = document.read_text()
    for block in re.findall(r"^ *```(?:sh|console)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        yield from (line.partition(" # ")[0] for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


WORD = re.compile(r"\w+")
WORDS = sorted({(document.relative_to(ROOT).as_posix(), word) for document in DOCUMENTS for word in code(document)})


def help_of(command: str) -> str:
    own = argparse.ArgumentParser()
    load(command).add(own)
    return own.format_help()


def headings(document: Path) -> set[str]:
    """As addresses name them: `## A proxy in front` is #a-proxy-in-front."""
    found = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_link_leads_somewhere() -> None:
    dead = []
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", document.read_text()):
            path, _, heading = link.partition("#")
            to = (document.parent / path).resolve() if path else document
            if not to.exists() or (heading and heading not in headings(to)):
                dead.append((document.name, link))
    assert dead == []


def test_every_file_that_is_named_is_there() -> None:
    ends = {"/".join(file.split("/")[n:]) for file in FILES for n in range(file.count("/") + 1)}
    named = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:md|py|tsv|bin|service)|(?:[\w.-]+/)+[\w.-]+\.txt")
    assert [(where, word) for where, word in WORDS if named.fullmatch(word) and word not in ends] == []


def test_every_function_and_table_that_developers_are_sent_to_is_there() -> None:
    written = {
        word for file in FILES if re.search(r"\.(?:py|sql)$", file) for word in WORD.findall((ROOT / file).read_text())
    }
    named = [word for where, word in WORDS if where == "ARCHITECTURE.md" and re.fullmatch(r"\w+", word)]
    assert len(named) > 50
    assert [word for word in named if word not in written] == []


def test_every_command_and_option_that_is_named_is_there() -> None:
    line = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S* )*(?:\S*/)?(?:aggregator|wire) ((?:--[a-z]+ \S+ )*)([a-z]+)( .*)?")
    named = [
        (where, found.groups(""))
        for where, word in WORDS
        for part in re.split(r" && | \| ", word)
        if (found := line.fullmatch(part.strip()))
    ]
    assert {command for _, (_, command, _) in named} == set(COMMANDS)
    flags = re.compile("--[a-z-]+")
    assert [
        (where, flag) for where, (before, _, _) in named for flag in flags.findall(before) if flag not in GLOBAL
    ] == []
    assert [
        (where, command, flag)
        for where, (_, command, after) in named
        for flag in flags.findall(after)
        if flag not in help_of(command)
    ] == []


def test_every_target_and_benchmark_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [
        (where, found[1]) for where, word in WORDS if (found := re.search(r"(?:^|\s)make (?:-C \S+ )?([a-z-]+)", word))
    ]
    assert [(where, target) for where, target in named if target not in targets] == []
    modules = [(where, found[1]) for where, word in WORDS if (found := re.search(r"-m benchmarks\.(\w+)", word))]
    assert [(where, module) for where, module in modules if f"benchmarks/{module}.py" not in FILES] == []


def test_the_variables_of_options_are_documented_and_no_others() -> None:
    variable = re.compile("AGGREGATOR_[A-Z_]+")
    helps = [parser().format_help(), *map(help_of, COMMANDS)]
    variables = set(variable.findall(" ".join(helps)))
    table = set(re.findall(r"`(AGGREGATOR_[A-Z_]+)`", (ROOT / "docs/operations/README.md").read_text()))
    assert len(variables) > 10
    assert variables - table == set()
    written = " ".join((ROOT / file).read_text() for file in FILES if file.endswith(".py"))
    read = variables | set(variable.findall(written))
    assert [(where, name) for where, word in WORDS for name in variable.findall(word) if name not in read] == []


def test_every_parameter_of_streams_is_told_to_readers() -> None:
    told = {found[0] for where, word in WORDS if where == "README.md" and (found := re.match(r"\w+", word))}
    assert set(STREAM) - told == set()
