"""`aggregator classify`: classify and group items from JSON Lines, with the code and settings of the edition; one line out per item."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson
from msgspec import Struct

from aggregator.addresses import host_of
from aggregator.bootstrap import Application, Installation
from aggregator.cli.arguments import Command, option
from aggregator.cli.child_process import beside
from aggregator.cli.judgement import judgement
from aggregator.cli.terminal import say
from aggregator.errors import AggregatorError
from aggregator.text.plurals import counted

SHOWN = 20  # at most so many invalid lines are reported one by one
LONGEST = 64 << 20  # bytes of a line
ENDLESS = 16  # times LONGEST; a longer line ends the command, since /dev/zero has one without end
READ = 2000
"""So many characters are read of a text without its markup. Items from feeds have a quarter of that; one with a word ten thousand times
takes ten seconds."""


def add(parser: argparse.ArgumentParser) -> None:
    keys = "`title` and any of id, summary, content, publisher, published, url, lang"
    parser.add_argument("file", nargs="?", help=f"JSON Lines with {keys} (default: standard input)")
    option(
        parser, "--no-receipts", "look for no receipts (`receipts` is [] then), which is faster", action="store_true"
    )


class InputItem(Struct, frozen=True):
    line: str  # its name, such as `line-7`
    id: Any
    title: str
    summary: str
    publisher: str
    at: int | None  # epoch seconds
    url: str | None
    lang: str | None


def run(args: argparse.Namespace, installation: Installation) -> int:
    """Invalid lines are reported at the end; all others are classified."""
    from aggregator.pipeline.edition import gc_paused

    application = Application.load(installation)
    out = sys.stdout.buffer
    with gc_paused():
        items, wrong = _read(args.file)
        with beside(lambda: _stories(application, items)) as stories:
            judged = BytesIO()  # with a `bytes` for each item it would take three times the memory
            for item in items:
                found = judgement(application, item.title, item.summary, receipts=not args.no_receipts)
                judged.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
            judged.seek(0)
            for item, story, line in zip(items, stories(), judged, strict=True):
                out.write(orjson.dumps({"id": item.id, "story": story})[:-1] + b"," + line[1:])
    out.flush()
    for message in wrong[:SHOWN]:
        say(message)
    if wrong:
        more = f", {SHOWN} of which are named above" if len(wrong) > SHOWN else ""
        raise AggregatorError(f"{counted(len(wrong), 'line is no item', 'lines are no items')}{more}")
    return 0


def _read(file: str | None) -> tuple[list[InputItem], list[str]]:
    """(items, messages about invalid lines). Raises AggregatorError if the file cannot be read."""
    name = "standard input" if file in (None, "-") else file
    if name != file and sys.stdin.isatty():  # else nothing would say what it waits for
        say("Type items as JSON Lines, then Ctrl-D.")
    items, wrong = [], []
    try:
        with nullcontext(sys.stdin.buffer) if name != file else Path(file).open("rb") as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LONGEST), b""), 1):
                if len(line) == LONGEST and not line.endswith(b"\n"):
                    long = f"{name}:{number}: a line of more than {LONGEST >> 20} MiB"
                    if not _passed(lines):
                        raise AggregatorError(f"{long}: these are no JSON Lines")
                    wrong.append(long)
                elif line.strip():
                    try:
                        items.append(_item(line.removeprefix(codecs.BOM_UTF8), number))
                    except ValueError as error:
                        wrong.append(f"{name}:{number}: {error}")
    except OSError as error:
        raise AggregatorError(f"{name}: cannot be read: {error.strerror}") from error
    return items, wrong


def _passed(lines: IO[bytes]) -> bool:
    """Pass over the rest of a line; False if it does not end."""
    parts = (lines.readline(LONGEST) for _ in range(ENDLESS))
    return any(len(part) < LONGEST or part.endswith(b"\n") for part in parts)


def _item(line: bytes, number: int) -> InputItem:
    """The item in a line. Raises ValueError with a message that says what is wrong."""
    from aggregator.normalise.plain import plain
    from aggregator.text.languages import language_tag

    try:
        value = orjson.loads(line)
    except ValueError as error:
        if line.decode(errors="replace").encode() != line:
            raise ValueError("is not UTF-8: save the file as UTF-8") from error
        raise ValueError(f"is not JSON: {error}") from error
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        raise ValueError("expected an object with a `title`")
    id = value.get("id")
    if isinstance(id, float) and abs(id) >= 1 << 63:  # as a longer number is read, without its last digits
        raise ValueError("`id` is a number of more than 64 bits: write it in quotes")
    try:
        orjson.dumps({"id": id})
    except TypeError as error:  # it reads deeper lists than it writes
        raise ValueError("`id` is nested too deeply") from error

    def text(key: str) -> str:
        found = value.get(key)
        return found if isinstance(found, str) else ""

    name = f"line-{number}"
    return InputItem(
        line=name,
        id=name if id is None else id,
        title=plain(text("title"))[:READ],
        summary=plain(text("summary") or text("content"))[:READ],
        publisher=text("publisher") or text("source"),
        at=_seconds(value.get("published")),
        url=text("url") or None,
        lang=language_tag(text("lang")),
    )


def _seconds(value: Any) -> int | None:
    """Epoch seconds of a time, which is read as in feeds; None if it is empty. Raises ValueError."""
    from aggregator.normalise.dates import read

    if value is None or value == "":
        return None
    moment = read(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("`published` must be a time like 2026-11-24T12:00:00Z")
    return int(moment.timestamp())


def _dated(items: list[InputItem]) -> list[int]:
    """A time for each item: its own, else that of the last dated item before it, else that of the first dated item."""
    last = next((item.at for item in items if item.at is not None), 0)
    times = []
    for item in items:
        last = last if item.at is None else item.at
        times.append(last)
    return times


def _at_home(application: Application, item: InputItem) -> bool:
    """Whether an article is at a domain of its publisher, which is identified by its name alone: others may link to the domain."""
    outlet = application.outlets.at(host_of(item.url or "") or "")
    return outlet is not None and outlet is application.outlets.named(item.publisher)


def _stories(application: Application, items: list[InputItem]) -> list[Any]:
    """For each item the name of its story (see `_named`). The items are grouped in order of publication, in batches of the same size as
    in the edition."""
    from aggregator.normalise.address import is_article, typed
    from aggregator.normalise.identity import SEVERAL
    from aggregator.pipeline.edition import BATCH
    from aggregator.pipeline.stored_at import shared
    from aggregator.stories.candidate import Candidate
    from aggregator.stories.feature_cache import FeatureCache
    from aggregator.stories.grouping import group
    from aggregator.stories.memory import Memory

    memory, cache = Memory(), FeatureCache()
    times = _dated(items)
    order = sorted(range(len(items)), key=lambda index: times[index])
    addresses = [typed(item.url) or "" for item in items]
    told = zip(addresses, items, strict=True)
    often = {address for address, count in Counter(addresses).items() if address and count >= SEVERAL}
    several = shared(
        (address, item.publisher, item.title, _at_home(application, item))
        for address, item in told
        if address in often and item.publisher
    )
    for start in range(0, len(order), BATCH):
        batch = [
            Candidate(
                index, item.title, item.summary, application.fold_publisher(item.publisher, item.url),
                address if is_article(address) and address not in several else None, times[index], item.lang,
            )
            for index in order[start : start + BATCH]
            for item, address in ((items[index], addresses[index]),)
        ]  # fmt: skip
        memory.apply(batch, group(batch, memory, cache=cache))
    # Of items with equal times the first line counts (the edition would compare their texts).
    names = _named((memory.story(index), items[index]) for index in order)
    return [names[memory.story(index)] for index in range(len(items))]


def _named(placed: Iterable[tuple[int, InputItem]]) -> dict[int, Any]:
    """For each story the id of its first item, or if another story has that name already, the line of its first item."""
    names: dict[int, Any] = {}
    taken: set[str] = set()
    for story, item in placed:
        if story not in names:
            name = item.id if repr(item.id) not in taken else item.line
            while repr(name) in taken:
                name += "'"
            names[story] = name
            taken.add(repr(name))
    return names


COMMAND = Command(
    "Read items as JSON Lines, and print one line for each, in the same order, with its id, story, section, sections, topics and "
    "receipts. Items with the same `story` are of one story.",
    add,
    run,
    "classify items.jsonl > placed.jsonl",
)
