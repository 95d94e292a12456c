"""Caches compiled settings in the instance folder, so that a command need not read YAML first.

An entry is valid for the same bytes of the files, the same values of the variables that they use, and the same code. Of the variables
that are secret, only salted digests are stored: the settings do not contain their values. If anything is wrong with an entry, the files
are read instead. Entries are MessagePack and are decoded to value types, so a manipulated entry can contain wrong settings, but cannot run
code.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

import aggregator
from aggregator.errors import Problem
from aggregator.model.settings import Settings

FOLDER = "cache"
LARGEST = 2 << 20  # bytes; no file that compiles is larger, and a log that was moved over one is not read as a whole
_CODE = ("config", "model", "text", "normalise", "addresses.py", "errors.py")
"""The modules, relative to the package, whose code decides what is compiled."""
KEPT = 8
"""So many entries are kept, those written last: each draft that `plan` is given has its own."""


class Entry(msgspec.Struct, frozen=True):
    """What a configuration was compiled from, and the compiled settings, still encoded."""

    code: str
    files: list[tuple[str, str]]  # name, digest of its bytes
    salt: str
    variables: list[tuple[str, str]]  # name, salted digest of its value
    check: str  # digest of `settings`, so that a damaged file cannot become a wrong configuration
    settings: bytes


class Compiled(msgspec.Struct, frozen=True):
    settings: Settings
    warnings: tuple[Problem, ...]


def examine_cached(path: Path, instance: Path, environ: Mapping[str, str]) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a file and those it includes, and the warnings; from the cache if nothing has changed.

    Raises ConfigError. It is no error if the cache cannot be written.
    """
    file = instance / FOLDER / f"settings-{_digest(os.fsencode(path.absolute()) + os.fsencode(path))[:16]}.msgpack"
    found = _recall(file, path, environ)
    if found is not None:
        return found.settings, found.warnings
    from aggregator.config.compile import compile_file  # brings pydantic and PyYAML

    settings, warnings, variables = compile_file(path, environ)
    if path.is_file():
        _keep(file, Compiled(settings, warnings), variables, environ)
    return settings, warnings


def _recall(file: Path, path: Path, environ: Mapping[str, str]) -> Compiled | None:
    try:
        entry = msgspec.msgpack.decode(file.read_bytes(), type=Entry)
        if entry.code != _code() or any(
            _salted(entry.salt, environ.get(name)) != seen for name, seen in entry.variables
        ):
            return None
        texts = {}
        for name, seen in entry.files:
            held = path if name == str(path) else path.parent / name
            # Not a pipe: it can be read only once (`plan <(git show draft:feeds.yaml)`), and perhaps nobody writes into it.
            if not held.is_file() or held.stat().st_size > LARGEST:
                return None
            texts[name] = held.read_bytes().decode("utf-8-sig")
            if _digest(texts[name].encode()) != seen:
                return None
        if _digest(entry.settings) != entry.check:
            return None
        compiled = msgspec.msgpack.decode(entry.settings, type=Compiled)
    except (OSError, ValueError):  # msgspec's errors and bad UTF-8 are ValueErrors
        return None
    return Compiled(replace(compiled.settings, texts=MappingProxyType(texts)), compiled.warnings)


def _keep(file: Path, compiled: Compiled, variables: tuple[str, ...], environ: Mapping[str, str]) -> None:
    """Writes the entry as a whole or not at all, readable only by this user."""
    texts = compiled.settings.texts
    bare = Compiled(replace(compiled.settings, texts={}), compiled.warnings)
    encoded = msgspec.msgpack.encode(bare)
    salt = os.urandom(16).hex()
    entry = Entry(
        code=_code(),
        files=[(name, _digest(text.encode())) for name, text in texts.items()],
        salt=salt,
        variables=[(name, _salted(salt, environ.get(name))) for name in variables],
        check=_digest(encoded),
        settings=encoded,
    )
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, msgspec.msgpack.encode(entry))
        # Only entries, and what a killed process left of one: in a folder that somebody names as the instance, `cache` may have been
        # there before, with the files of others.
        entries = file.parent.glob("*settings-*.msgpack*")
        for old in sorted(entries, key=lambda one: one.stat().st_mtime_ns)[:-KEPT]:
            old.unlink()


def _write(file: Path, data: bytes) -> None:
    import tempfile

    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _code() -> str:
    """A digest of the code that compiles: its version, and the sizes and times of its files, which may have been edited. As they were when
    it was first needed, before anything was compiled: an upgrade may replace the files under a service that runs."""
    stats = [f"{file.name}:{stat.st_size}:{stat.st_mtime_ns}" for file in code_files() if (stat := file.stat())]
    return _digest("\n".join([aggregator.__version__, *stats]).encode())


def code_files() -> Iterator[Path]:
    for name in _CODE:
        place = Path(aggregator.__file__).parent / name
        yield from [place] if place.suffix else sorted(place.glob("*.py"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _salted(salt: str, value: str | None) -> str:
    return "" if value is None else _digest(f"{salt}:{value}".encode("utf-8", "surrogateescape"))
