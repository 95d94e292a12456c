"""The errors that are shown to users, or that one package raises and another handles. All others stay within their package.

Errors of remote servers are common, so they are not exceptions but values: `model.source.Failed`.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import PurePath
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)

RequestFailure = Literal[
    "dns", "refused", "reset", "timeout", "tls", "address", "redirect", "too-large", "http", "challenge", "protocol",
    "truncated", "empty", "robots", "waiting",
]  # fmt: skip
"""`waiting`: no request was made, because the host has asked for a pause or its robots.txt cannot be read."""
DocumentFailure = Literal["empty", "not-a-feed", "too-deep", "malformed"]
PageFailure = Literal["not-a-page", "too-large", "paid", "no-article", "another-text", "shorter"]
"""Why the page of an article gives no text."""
ChildFailure = Literal["timeout", "crashed"]
PollFailure = (
    RequestFailure
    | DocumentFailure
    | Literal["parser-timeout", "parser-crashed"]  # a ChildFailure
    | Literal["secret", "crashed"]  # an environment variable is missing; an error in this program
)
"""Why a poll has no result."""
FailureKind = PollFailure | PageFailure


class Problem(Struct, frozen=True):
    """One error or warning in a configuration file: where it is, and what to do. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        level = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {level}{self.message}"

    def under(self, main: str) -> Problem:
        """With the path of an included file, which is named from the folder of the main file on, from the current folder on."""
        return self if self.file == main else replace(self, file=str(PurePath(main).parent / self.file))


class AggregatorError(Exception):
    """The root of all errors here. Its message is shown to the user unchanged, and the command exits with `exit_code`."""

    exit_code = 1


class UsageError(AggregatorError):
    """A bad argument, an unknown source or section."""

    exit_code = 2


class QueryError(UsageError):
    """A parameter of a request or of a search is malformed or out of range; `parameter` names it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


def bounded(problems: Sequence[Problem], count: int) -> tuple[Problem, ...]:
    """Of `count` errors, or warnings, at most `ConfigError.MOST`: the first, and a last one that counts the others (a wrong file may have
    one in each of 100,000 lines)."""
    listed = tuple(problems[: ConfigError.MOST])
    if count == len(listed):
        return listed
    further = problems[len(listed)]
    kind = "warnings" if further.warning else "errors"
    message = f"{kind} from here on that are not listed: {count - len(listed):,}"
    return (*listed, replace(further, message=message))


class ConfigError(AggregatorError):
    """The configuration is refused as a whole; `problems` has every error, in file order, `bounded`. `main` is the main file, under the
    name that problems use for it."""

    MOST = 200
    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...], main: str) -> None:
        super().__init__("\n".join(str(problem.under(main)) for problem in problems))
        self.problems, self.main = problems, main


class StoreError(AggregatorError):
    """The archive cannot be used; the message names the file and the way out."""


class StoreBusy(StoreError):
    """Another writer holds the database longer than we wait."""


class StoreLocked(StoreBusy):
    """Others hold the lock of a table longer than we wait."""


class StoreSlow(StoreBusy):
    """A query took too long and was broken off."""


class StoreChanged(StoreBusy):
    """A file that is read without locks, since its disk could only be read, was written all the same, or can be written by now."""


class RenamedMeanwhile(StoreBusy):
    """An edit renamed sections or topics since this edition began, so its batch may use former ids. The next edition does the rest."""


class StoreFull(StoreError):
    """No space is left on the disk; the message says whether reading still works."""


class StoreReadOnly(StoreError):
    """The file or folder may not be written."""


class Unstorable(StoreError):
    """These values cannot be stored, others can."""


class StoreCorrupt(StoreError):
    """Pages are damaged; nothing is written any more."""


class NotAStore(StoreError):
    """The file is no database of ours."""


class StoreTooNew(StoreError):
    """A later version of the program has written the archive."""


class ClockApart(StoreError):
    """This machine's clock and that of the archive's server disagree."""


class Lacking(AggregatorError):
    """This machine lacks a resource. It is not the fault of a source, and the next source would fail in the same way."""


class TooManyFiles(Lacking):
    """This process or machine may open no more files (`OUT_OF_FILES`)."""

    def __str__(self) -> str:
        return "too many files are open here; allow more (ulimit -n, or LimitNOFILE= of systemd)"


class TooManyProcesses(Lacking):
    """No further process or thread may be started."""

    def __str__(self) -> str:
        return "no further process or thread can be started here; allow more (ulimit -u, or TasksMax= of systemd)"


class OutOfMemory(Lacking):
    """No memory is left, or allowed."""

    def __str__(self) -> str:
        return "there is not enough memory here; allow more (ulimit -v)"


class NoReader(Lacking):
    """No child process for parsing documents can be started."""


def lack(error: BaseException) -> Lacking | None:
    """What this machine lacks, if that is the reason for an unexpected error."""
    number = error.errno if isinstance(error, OSError) else None
    if number in OUT_OF_FILES:
        return TooManyFiles()
    is_unloaded = isinstance(error, ImportError) and "failed to map segment" in str(error)  # of a module written in C
    if isinstance(error, MemoryError) or number == errno.ENOMEM or is_unloaded:
        return OutOfMemory()
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return TooManyProcesses()
    return None


def of_one(error: Exception) -> bool:
    """Whether an unexpected error may be due to one source: neither the archive nor this machine would fail the next in the same way."""
    if isinstance(error, Lacking) or lack(error):
        return False
    return isinstance(error, Unstorable) or not isinstance(error, StoreError)


class AlreadyRunning(AggregatorError):
    """A second `run` or `worker` on one SQLite archive."""


class CannotListen(AggregatorError):
    """The port is in use or not permitted."""


class SandboxError(AggregatorError):
    """A parsing child process was killed (`timeout`) or died (`crashed`)."""

    def __init__(self, kind: ChildFailure, message: str) -> None:
        super().__init__(message)
        self.kind: ChildFailure = kind


class ParseError(AggregatorError):
    """A document is not a feed (or a page not an article), is empty, or nests too deep."""

    def __init__(self, kind: DocumentFailure | PageFailure, message: str) -> None:
        super().__init__(message)
        self.kind: DocumentFailure | PageFailure = kind
