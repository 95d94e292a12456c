"""The errors that are shown to users, or that one package raises and another handles. All others stay within their package.

::

    AggregatorError                  exit 1
    ├── UsageError                   exit 2: a bad argument, an unknown source or section
    │   └── QueryError               a bad parameter of a request (400) or of a search
    ├── ConfigError                  exit 2: feeds.yaml is broken; carries every Problem found
    ├── StoreError                   the archive cannot be used; the message names the file and the way out
    │   ├── StoreBusy                another writer holds the database longer than we wait
    │   │   └── RenamedMeanwhile     a section or topic was renamed while an edition was using its former id
    │   ├── StoreFull                no space left on the disk; reading still works
    │   ├── StoreReadOnly            the file or folder may not be written
    │   ├── StoreCorrupt             damaged pages; nothing is written any more
    │   ├── NotAStore                the file is no database of ours
    │   ├── StoreTooNew              written by a later version of the program
    │   └── ClockApart               this machine's clock and that of the archive's server disagree
    ├── Lacking                      this machine lacks a resource: no source is to blame
    │   ├── TooManyFiles             this process or machine may open no more files
    │   ├── TooManyProcesses         no further process or thread may be started
    │   ├── OutOfMemory              no memory is left, or allowed
    │   └── NoReader                 no child process for parsing can be started
    ├── AlreadyRunning               a second `run` or `worker` on one SQLite archive
    ├── CannotListen                 the port is in use or not permitted
    ├── SandboxError                 a parsing child stalled or died
    └── ParseError                   a document is not a feed (or a page not an article), is empty, or nests too deep

Errors of remote servers are common, so they are not exceptions but values: `model.source.Failed`.
"""

from __future__ import annotations

import errno
from typing import Literal

from msgspec import Struct

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


class AggregatorError(Exception):
    """Root of the tree. Its message is shown to the user unchanged."""

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


class StoreSlow(StoreBusy):
    """A query took too long and was broken off."""


class RenamedMeanwhile(StoreBusy):
    """An edit renamed sections or topics since this edition began, so its batch may use former ids. The next edition does the rest."""


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
    """This machine lacks a resource. It is not the fault of a source, and the next source would fail in the same way."""


class TooManyFiles(Lacking):
    """EMFILE or ENFILE (`OUT_OF_FILES`)."""

    def __str__(self) -> str:
        return "too many files are open here; allow more (ulimit -n, or LimitNOFILE= of systemd)"


class TooManyProcesses(Lacking):
    def __str__(self) -> str:
        return "no further process or thread can be started here; allow more (ulimit -u, or TasksMax= of systemd)"


class OutOfMemory(Lacking):
    def __str__(self) -> str:
        return "there is not enough memory here; allow more (ulimit -v)"


def lack(error: BaseException) -> Lacking | None:
    """What this machine lacks, if that is the reason for an unexpected error."""
    number = error.errno if isinstance(error, OSError) else None
    if number in OUT_OF_FILES:
        return TooManyFiles()
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return OutOfMemory()
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return TooManyProcesses()
    return None


class NoReader(Lacking):
    """No child process for parsing documents can be started."""


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
    """A document cannot be read as a feed, or a page not as an article."""

    def __init__(self, kind: DocumentFailure | PageFailure, message: str) -> None:
        super().__init__(message)
        self.kind: DocumentFailure | PageFailure = kind
