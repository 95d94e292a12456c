"""The errors that a user is told, or that one package raises for another to handle. Other ones stay within a package.

::

    AggregatorError                  exit 1
    ├── UsageError                   exit 2: a bad argument, an unknown source or section
    │   └── QueryError               a bad parameter of a request (400) or of a search
    ├── ConfigError                  exit 2: feeds.yaml is broken; carries every Problem found
    ├── StoreError                   the archive cannot be used; the message names the file and the way out
    │   ├── StoreBusy                another writer holds the database longer than we wait
    │   │   └── RenamedMeanwhile     an edit gave up ids by which an edition works
    │   ├── StoreFull                no space on the disk; what is open is read on
    │   ├── StoreReadOnly            the file or folder may not be written
    │   ├── StoreCorrupt             damaged pages; nothing is written any more
    │   ├── NotAStore                the file is no database of ours
    │   ├── StoreTooNew              written by a later version of the program
    │   └── ClockApart               this machine's clock and that of the archive's server disagree
    ├── Lacking                      what this machine lacks: no source is to blame
    │   ├── TooManyFiles             this process or machine may open no more files
    │   └── NoReader                 no child starts that parses documents
    ├── AlreadyRunning               a second `run` or `worker` on one SQLite archive
    ├── CannotListen                 the port is taken or may not be used
    ├── SandboxError                 a parsing child stalled or died
    └── ParseError                   a document is no feed (or a page no article), is empty, or nests too deep

An error of a remote server is not an exception but a value, `model.source.Failed`: it is the common case.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)

RequestFailure = Literal[
    "dns", "refused", "reset", "timeout", "tls", "address", "redirect", "too-large", "http", "challenge", "protocol",
    "truncated", "empty", "robots", "waiting",
]  # fmt: skip
"""`waiting`: no request was made, because the host wants a pause (or its robots.txt cannot be read)."""
DocumentFailure = Literal["empty", "not-a-feed", "too-deep", "malformed"]
PageFailure = Literal["not-a-page", "too-large", "paid", "no-article", "another-text", "shorter"]
"""Of the page of an article."""
ChildFailure = Literal["timeout", "crashed"]
PollFailure = (
    RequestFailure
    | DocumentFailure
    | Literal["parser-timeout", "parser-crashed"]  # a ChildFailure
    | Literal["secret", "crashed"]  # an environment variable is missing; an error in this program
)
"""Why a poll has no result."""
FailureKind = PollFailure | PageFailure


@dataclass(frozen=True, slots=True)
class Problem:
    """One error in a configuration file: where it is, and what to do. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        level = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {level}{self.message}"


class AggregatorError(Exception):
    """Root of the tree; the message is shown to the user as it is."""

    exit_code = 1


class UsageError(AggregatorError):
    exit_code = 2


class QueryError(UsageError):
    """A parameter is malformed or out of range; `parameter` names it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class ConfigError(AggregatorError):
    """The configuration is refused as a whole; `problems` has every error, in file order. `main` is the main file,
    under the name that problems use for it."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...], main: str) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems, self.main = problems, main


class StoreError(AggregatorError):
    pass


class StoreBusy(StoreError):
    pass


class RenamedMeanwhile(StoreBusy):
    """An edition works by ids that an edit gave up since it began. The next one continues."""


class StoreFull(StoreError):
    pass


class StoreReadOnly(StoreError):
    pass


class StoreCorrupt(StoreError):
    pass


class NotAStore(StoreError):
    pass


class StoreTooNew(StoreError):
    pass


class ClockApart(StoreError):
    pass


class Lacking(AggregatorError):
    """What this machine lacks: no fault of a source, and nothing that the next one would be spared."""


class TooManyFiles(Lacking):
    """EMFILE or ENFILE (`OUT_OF_FILES`)."""

    def __str__(self) -> str:
        return "too many files are open here; allow more (ulimit -n, or LimitNOFILE= of systemd)"


class NoReader(Lacking):
    """No child process starts that parses documents."""


class AlreadyRunning(AggregatorError):
    pass


class CannotListen(AggregatorError):
    pass


class SandboxError(AggregatorError):
    """A parsing child process was killed (`timeout`) or died (`crashed`)."""

    def __init__(self, kind: ChildFailure, message: str) -> None:
        super().__init__(message)
        self.kind: ChildFailure = kind


class ParseError(AggregatorError):
    """A document is no feed that can be read, or a page no article."""

    def __init__(self, kind: DocumentFailure | PageFailure, message: str) -> None:
        super().__init__(message)
        self.kind: DocumentFailure | PageFailure = kind
