"""Reads the texts of a configuration (the main file and those it includes), from a folder or from memory, substitutes variables, and
validates."""

from __future__ import annotations

import os
import select
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct, field

from aggregator.config.characters import fault
from aggregator.config.environment import NAME, REFERENCE, expand, quoted, references
from aggregator.config.schema import FeedsFile, IncludedFile
from aggregator.config.tree import MAX_BYTES, Items, Node, Table, Text, read_tree
from aggregator.config.validate import validate
from aggregator.errors import OUT_OF_FILES, Problem, TooManyFiles
from aggregator.model.settings import Position

MAX_INCLUDES = 50
PATTERN = ": `include` takes no patterns, list each file"
OF_THE_ARCHIVE = frozenset({"AGGREGATOR_DATABASE_URL", "PGPASSWORD"})
"""Variables that hold the password of the database. Whoever plans a file that a stranger proposes has them set, and prints its titles."""
START = (
    ": name yours with `--config FILE`, or write one; it needs no more than `sources:` and below it "
    "`  - {name: BBC World, url: https://feeds.bbci.co.uk/news/world/rss.xml}`"
)
PATIENCE = 10  # seconds to wait for the first bytes of a pipe: `plan <(git show draft:feeds.yaml)`

Reader = Callable[[str], str]
"""A function that returns the text of a file by its name in the configuration. Raises Unreadable."""


class Unreadable(Exception):
    """A file cannot be read as text; `line` and `column` say where the error is."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class Missing(Unreadable):
    def __init__(self) -> None:
        super().__init__("does not exist")


class Project(Struct):
    """What has been read so far. `variables` are the names of the environment variables that are used; `shown` are those whose values
    become part of the settings (the others are secret)."""

    environ: Mapping[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    main: FeedsFile | None = None
    parts: list[IncludedFile] = field(default_factory=list)  # in order, the main file first
    sections: set[str] = field(default_factory=set)  # the ids of all, also of invalid entries


def read_project(main: str, read: Reader, environ: Mapping[str, str]) -> Project:
    """Reads all files, and collects their problems."""
    project = Project(environ)
    tree = _tree(project, main, read, None)
    if tree is None:
        return project
    project.main, problems = validate(tree, FeedsFile)
    _tell(project, problems)
    if project.main:
        project.parts.append(project.main)
        _include(project, main, read)
    return project


def _include(project: Project, main: str, read: Reader) -> None:
    assert project.main
    for index, name in enumerate(project.main.include):
        at = project.main.at("include", index)
        refusal = _refusal(name, main, project, index)
        if refusal:
            project.problems.append(at.problem(f"include: {refusal}"))
            continue
        tree = _tree(project, name, read, at)
        if tree is not None:
            part, problems = validate(tree, IncludedFile)
            _tell(project, problems)
            project.parts += [part] if part else []


def _tell(project: Project, problems: Sequence[Problem]) -> None:
    """Adds what is wrong with values, except where something is told already: that a variable is not set."""
    told = {(one.file, one.line, one.column) for one in project.problems if not one.warning}
    project.problems += [one for one in problems if (one.file, one.line, one.column) not in told]


def _refusal(name: str, main: str, project: Project, index: int) -> str | None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        return (
            f"{quoted(name)} must be in the folder of this file or below: write it without a leading / and without .."
        )
    if path.as_posix() == PurePosixPath(main).name or path in map(PurePosixPath, project.texts):
        return f"`{name}` is included already"
    if index >= MAX_INCLUDES:
        return f"more than {MAX_INCLUDES} files"
    return None


def _tree(project: Project, name: str, read: Reader, included_at: Position | None) -> Table | None:
    try:
        text = read(name)
    except Unreadable as fault:
        at = (
            included_at
            if included_at and fault.line == 1 and fault.column == 1
            else Position(name, fault.line, fault.column)
        )
        advice = START if included_at is None else PATTERN if set(name) & set("*?[") else ""
        project.problems.append(at.problem(f"`{name}` {fault}{advice if isinstance(fault, Missing) else ''}"))
        return None
    project.texts[name] = text
    tree, problems = read_tree(name, text, included=included_at is not None)
    project.problems += problems
    if tree is None:
        return None
    _fill_in(project, tree)
    sections = tree.get("sections")
    if isinstance(sections, Items):
        project.sections |= {str(entry["id"]) for entry in sections if isinstance(entry, Table) and "id" in entry}
    return tree


def _fill_in(project: Project, tree: Table) -> None:
    """Substitutes `${NAME}` in the tree. Addresses and headers of sources are marked as secret."""
    sources = tree.get("sources")
    for entry in sources if isinstance(sources, Items) else ():
        if isinstance(entry, Table):
            for key in ("url", "headers"):
                if key in entry:
                    entry[key] = _fill(project, entry[key], secret=True)
    _fill(project, tree, secret=False)


def _fill(project: Project, node: Node, secret: bool) -> Node:
    if isinstance(node, Table):
        for key, inner in node.items():
            node[key] = _fill(project, inner, secret)
    elif isinstance(node, Items):
        node[:] = [_fill(project, inner, secret) for inner in node]
    elif "${" in node and node.template is None:
        return _fill_text(project, node, secret)
    return node


def _fill_text(project: Project, text: Text, secret: bool) -> Text:
    names = references(text)
    for name in names:
        refusal = _unfit(name, text, project.environ)
        if refusal:
            project.problems.append(text.at.problem(refusal))
            return Text(text, text.at, template=str(text), secret=secret)
    project.variables.update(names)
    if not secret:
        project.shown.update(names)
    return Text(expand(text, project.environ), text.at, template=str(text), secret=secret)


def _unfit(name: str, text: str, environ: Mapping[str, str]) -> str | None:
    closed = any(match[0].endswith("}") for match in REFERENCE.finditer(text) if match[1] == name)
    if not NAME.fullmatch(name) or not closed:
        return "expected ${NAME} with a name of letters, digits and _; for a literal ${ write $${"
    if name in OF_THE_ARCHIVE:
        return f"the environment variable {name} opens the archive, so this file cannot show it or send it anywhere"
    if name not in environ:
        return f"the environment variable {name} is not set: set it for the service and for its commands"
    if not environ[name].strip():
        return f"the environment variable {name} is empty"
    found = fault(environ[name])
    return f"the environment variable {name} contains {found}" if found else None


def disk(main: Path) -> Reader:
    """Reads the main file by its path, and included files by their names in its folder."""
    return lambda name: decode(read_bytes(main if name == str(main) else main.parent / name))


def held(texts: Mapping[str, str]) -> Reader:
    """Reads texts in memory, by their names."""

    def read(name: str) -> str:
        if name not in texts:
            raise Missing
        return texts[name]

    return read


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Of a file that is too large, just enough for `read_tree` to refuse it.

    Raises:
        Unreadable: the file is missing or cannot be read; its author can mend that.
        TooManyFiles: this process has too many files open; nothing is known about the file.
    """
    try:
        with open(path, "rb", opener=without_waiting) as file:
            if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode) and not select.select([file], [], [], PATIENCE)[0]:
                raise Unreadable("is a pipe into which nobody writes")
            os.set_blocking(file.fileno(), True)
            return file.read(len(BOM_UTF8) + MAX_BYTES + 1)
    except FileNotFoundError:
        raise Missing from None
    except IsADirectoryError:
        raise Unreadable("is a folder, not a file") from None
    except PermissionError:
        raise Unreadable("is not readable: give the service permission to read it") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
            raise TooManyFiles from error
        raise Unreadable(f"cannot be read: {getattr(error, 'strerror', error)}") from error


def without_waiting(path: str, flags: int) -> int:
    """Opens without blocking: opening a pipe would wait until somebody writes into it, which may be never."""
    return os.open(path, flags | os.O_NONBLOCK)


def decode(data: bytes) -> str:
    """Decodes UTF-8, without a byte order mark. Raises Unreadable with the position of the first invalid byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:  # the latter without a byte order mark
        raise Unreadable("is UTF-16: save it as UTF-8")
    if data.startswith(rb"{\rtf"):
        raise Unreadable("is rich text (RTF): save it as plain text")
    text = data.removeprefix(BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        if len(text) > MAX_BYTES:  # `read_tree` refuses it; and `read_bytes` may have cut a character
            return text.decode(errors="replace")
        before = text[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        line = before.count(b"\n") + 1
        raise Unreadable(
            f"is not UTF-8 here (byte 0x{text[error.start]:02X}): save it as UTF-8", line, column
        ) from None
