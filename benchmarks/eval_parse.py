"""Evaluates the parsers: `python -m benchmarks.eval_parse CORPUS`.

Three results: the outcome for every document (items, or a clear error, within the time limit); how often our fields equal
feedparser's on real documents; and how many of the expectations in feedparser's own test documents hold, of those about
fields that we keep.
"""

from __future__ import annotations

import calendar
import re
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser

from aggregator.errors import ParseError
from aggregator.model.item import NormalFeed, ParsedFeed, ParsedItem
from aggregator.model.source import ParseJob
from aggregator.normalise.address import absolute, canonical
from aggregator.normalise.dates import earliest
from aggregator.normalise.dates import read as read_date
from aggregator.normalise.document import normalise
from aggregator.normalise.markup import sanitise
from aggregator.normalise.plain import plain
from aggregator.parse.reader import parse
from benchmarks.conformance import Expectation, content_type, expectations, reason

LIMIT = 15.0  # seconds a document may take
BASE = "http://127.0.0.1:8097/feed"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
JOB = ParseJob("source", "source", "Publisher", False, None, NOW)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Report:
    """`outcomes` counts documents by how they were read; `fields` maps a field to (equal, compared);
    `conformance` likewise by field; `misses` says which expectations do not hold."""

    outcomes: Counter[str] = field(default_factory=Counter)
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    slowest: float = 0.0
    items: int = 0
    fields: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    conformance: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    not_kept: int = 0
    misses: list[tuple[str, str, object, object]] = field(default_factory=list)
    differences: list[tuple[str, str, object, object]] = field(default_factory=list)

    @property
    def conformance_share(self) -> float:
        held, all_ = (sum(counts[place] for counts in self.conformance.values()) for place in (0, 1))
        return held / all_ if all_ else 0.0


def run(corpus: Path, write: Callable[[str], None] = print, verbose: bool = False, compare: bool = True) -> Report:
    """Reads `documents/` and `conformance/feedparser/` of the corpus, and tells the figures; without `compare`
    feedparser, which takes most of the time, is not asked."""
    warnings.simplefilter("ignore")  # feedparser warns about its own dictionaries
    report = Report()
    for path in sorted(one for one in (corpus / "documents").rglob("*") if one.is_file()):
        body = path.read_bytes()
        read = _read(body, None, path.name, report)
        if read is not None and compare:
            _compare(read[0], body, path.name, report)
    for path in sorted((corpus / "conformance" / "feedparser").rglob("*.*")):
        body = path.read_bytes()
        read = _read(body, content_type(body), path.name, report)
        for expected in expectations(body):
            _expect(expected, read, path, report)
    for line in show(report, verbose):
        write(line)
    return report


def _read(body: bytes, header: str | None, name: str, report: Report) -> tuple[ParsedFeed, NormalFeed] | None:
    start = time.perf_counter()
    try:
        parsed = parse(body, header, BASE)
        normal = normalise(parsed, JOB, BASE)
    except ParseError as error:
        report.outcomes[f"error: {error.kind}"] += 1
        report.errors[f"{error.kind}: {error}"].append(name)
        return None
    finally:
        took = time.perf_counter() - start
        report.slowest = max(report.slowest, took)
        report.outcomes["over the time limit"] += took > LIMIT
    report.outcomes[f"read by {parsed.parser}"] += 1
    report.items += len(normal.items)
    return parsed, normal


# ------------------------------------------------------------------ feedparser, field by field


def _compare(ours: ParsedFeed, body: bytes, name: str, report: Report) -> None:
    if ours.format == "json":
        return
    theirs = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    entries: Sequence[Mapping[str, Any]] = theirs["entries"]
    counts = report.fields["entries"]
    counts[1] += max(len(entries), len(ours.items))
    counts[0] += min(len(entries), len(ours.items))
    if len(entries) != len(ours.items):
        report.differences.append(("entries", name, len(ours.items), len(entries)))
        return
    for item, entry in zip(ours.items, entries, strict=True):
        for what, (mine, yours) in _pairs(item, entry).items():
            counts = report.fields[what]
            counts[1] += 1
            counts[0] += mine == yours
            if mine != yours:
                report.differences.append((what, name, mine, yours))


def _pairs(item: ParsedItem, entry: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    base = item.base or BASE
    links = [link.get("href") for link in entry.get("links") or () if link.get("rel") == "enclosure"]
    tags = [tag.get("label") or tag.get("term") or "" for tag in entry.get("tags") or ()]
    link = entry.get("link") or entry.get("id")
    return {
        "title": (plain(item.title or ""), plain(_of_detail(entry.get("title_detail")))),
        "link": (absolute(item.link or item.guid, base), absolute(link, base)),
        "id": (item.guid or item.link, entry.get("id") or entry.get("link")),
        "date": (
            _date(read_date(item.published), read_date(item.updated)),
            _date(_time(entry, "published"), _time(entry, "updated")),
        ),
        "author": (plain(item.author or ""), plain(_author(entry))),
        "categories": (_set(item.categories), _set(tags)),
        "enclosures": (_set(one.url for one in item.enclosures), _set(link or "" for link in links)),
        "content": (_text(item.content or item.summary), _text(_longest(entry))),
    }


def _set(values: Iterator[str] | Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(plain(value).split()) for value in values if value)


def _of_detail(detail: Mapping[str, Any] | None) -> str:
    return str((detail or {}).get("value") or "")


def _author(entry: Mapping[str, Any]) -> str:
    names = [one["name"] for one in entry.get("authors") or () if one.get("name")]
    return ", ".join(dict.fromkeys(names)) or str(entry.get("author") or "")


def _longest(entry: Mapping[str, Any]) -> str:
    contents = [str(one.get("value") or "") for one in entry.get("content") or ()]
    return max(contents, key=len) if contents else str(entry.get("summary") or "")


def _text(markup: str | None) -> str:
    return "".join(plain(sanitise(markup or "", BASE, Counter())).split())


def _time(entry: Mapping[str, Any], name: str) -> datetime | None:
    parsed = dict.get(entry, f"{name}_parsed") if isinstance(entry, dict) else None
    return _EPOCH + timedelta(seconds=calendar.timegm(parsed)) if parsed else None


def _date(*times: datetime | None) -> datetime | None:
    first = earliest(times)
    return min(first, NOW).replace(microsecond=0) if first else None


# ------------------------------------------------------------------ feedparser's own expectations


def _expect(expected: Expectation, read: tuple[ParsedFeed, NormalFeed] | None, path: Path, report: Report) -> None:
    name, getter = _kept(expected.path)
    if getter is None:
        report.not_kept += 1
        return
    counts = report.conformance[name]
    counts[1] += 1
    try:
        actual = getter(*read) if read else "(no feed)"
    except IndexError:
        actual = "(missing)"
    if _same(name, actual, expected.value):
        counts[0] += 1
    else:
        report.misses.append((f"{path.parent.name}/{path.name}", name, actual, expected.value))


Getter = Callable[[ParsedFeed, NormalFeed], Any]


def _kept(path: tuple[str | int, ...]) -> tuple[str, Getter | None]:
    """The name of the field that a path means, and how we read it; None for what we do not keep."""
    if path[0] == "feed":
        return _kept_of_feed(path[1:])
    if len(path) < 3 or not isinstance(path[1], int):
        return "", None
    at, rest = path[1], tuple(part for part in path[2:])
    match rest:
        case ("title",) | ("title_detail", "value"):
            return "title", lambda parsed, normal: normal.items[at].title if parsed.items[at].title else ""
        case ("link",):
            return "link", lambda parsed, normal: normal.items[at].url
        case ("id",) | ("guid",):
            return "id", lambda parsed, _: parsed.items[at].guid or parsed.items[at].link
        case ("summary",) | ("description",) | ("summary_detail", "value"):
            return "summary", lambda parsed, _: parsed.items[at].summary or parsed.items[at].content
        case ("content", 0, "value"):
            return "content", lambda parsed, _: parsed.items[at].content or parsed.items[at].summary
        case ("authors", 0, "name"):
            return "author", lambda parsed, normal: (normal.items[at].author or "").split(", ")[0]
        case ("author",) | ("author_detail", "name"):
            return "author", lambda parsed, normal: normal.items[at].author
        case ("published_parsed",) | ("updated_parsed",) | ("created_parsed",):
            return "date", lambda parsed, normal: normal.items[at].published
        case ("tags", int(place), "term" | "label"):
            return "category", lambda parsed, normal: parsed.items[at].categories[place]
        case ("enclosures", int(place), "href" | "url"):
            return "enclosure", lambda parsed, normal: normal.items[at].enclosures[place].url
        case ("enclosures", int(place), "type"):
            return "enclosure", lambda parsed, normal: normal.items[at].enclosures[place].type
        case ("enclosures", int(place), "length"):
            return "enclosure", lambda parsed, normal: str(normal.items[at].enclosures[place].length)
        case ("source", "title"):
            return "source", lambda parsed, _: parsed.items[at].publisher
        case ("source", "href" | "link"):
            return "source", lambda parsed, _: absolute(parsed.items[at].publisher_url, BASE)
        case ("language",):
            return "language", lambda parsed, normal: normal.items[at].lang
        case ("media_thumbnail", 0, "url"):
            return "image", lambda parsed, normal: normal.items[at].image
    return "", None


_FEED: dict[tuple[str | int, ...], tuple[str, Getter]] = {
    ("title",): ("feed title", lambda _, normal: normal.channel.title),
    ("title_detail", "value"): ("feed title", lambda _, normal: normal.channel.title),
    ("link",): ("feed link", lambda _, normal: normal.channel.link),
    ("language",): ("feed language", lambda _, normal: normal.channel.language),
    ("ttl",): ("feed ttl", lambda parsed, _: str(parsed.channel.ttl)),
    ("icon",): ("feed icon", lambda _, normal: normal.channel.icon),
    ("image", "href"): ("feed icon", lambda _, normal: normal.channel.icon),
    ("image", "url"): ("feed icon", lambda _, normal: normal.channel.icon),
    ("logo",): ("feed icon", lambda _, normal: normal.channel.icon),
}


def _kept_of_feed(path: tuple[str | int, ...]) -> tuple[str, Getter | None]:
    return _FEED.get(path, ("", None))


_ADDRESS = re.compile(r"\s*\([^()\s]+@[^()\s]+\)$")


def _same(name: str, actual: Any, expected: Any) -> bool:
    if expected is None:
        return not actual
    actual = "" if actual is None else actual
    if name == "date":
        return isinstance(expected, tuple) and bool(actual) and tuple(actual.timetuple()[:6]) == expected[:6]
    if name in ("summary", "content"):
        return _text(str(actual)) == _text(str(expected))
    if name in ("link", "enclosure", "source", "feed link", "feed icon") and "/" in str(expected):
        return canonical(absolute(str(actual), BASE)) == canonical(absolute(str(expected), BASE))
    if "language" in name:
        return str(actual).lower() == str(expected).lower()
    if name == "author":
        expected = _ADDRESS.sub("", str(expected))  # we keep the name alone
    return plain(str(actual)) == plain(str(expected), titled=name == "title")


def show(report: Report, verbose: bool = False) -> Iterator[str]:
    """The report in lines."""
    yield "Documents: " + ", ".join(f"{what} {count}" for what, count in report.outcomes.most_common() if count)
    yield f"  {report.items} items; the slowest document took {report.slowest:.2f} s"
    for what, names in report.errors.items():
        yield f"  {what} ({len(names)}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''})"
    yield "Fields equal to feedparser's, real documents:"
    for what, (equal, all_) in report.fields.items():
        yield f"  {what:12} {equal / all_:8.2%} of {all_}"
    yield f"Expectations of feedparser's test documents that hold: {report.conformance_share:.1%}"
    for what, (held, all_) in sorted(report.conformance.items()):
        yield f"  {what:14} {held:4} of {all_:4}"
    yield f"  {report.not_kept} expectations are about what we do not keep; those that do not hold, by reason:"
    for why, count in Counter(reason(miss[0]) for miss in report.misses).most_common():
        yield f"  {count:4} {why}"
    if verbose:
        yield from (f"MISS {miss!r:.300}" for miss in report.misses)
        yield from (f"DIFF {difference!r:.300}" for difference in report.differences)


if __name__ == "__main__":
    run(Path(sys.argv[1]), verbose="-v" in sys.argv)
