"""`aggregator plan`: show what a file would change in the archive before it is applied."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path

from msgspec.structs import replace

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.bootstrap.installation import is_there
from aggregator.categorise.examples import Turned
from aggregator.cli import shapes
from aggregator.cli.arguments import Command, json_option, number, option, unexpected
from aggregator.cli.comparison import Comparison, move
from aggregator.cli.terminal import bar, print_json, say
from aggregator.errors import ConfigError, QueryError, UsageError
from aggregator.ports import ReadableArchive
from aggregator.text.plurals import counted

SHOWN = 12  # at most so many unused lines from the edit are shown; --json has all
SHOWN_BESIDE = 3  # of what is unused and not from the edit, so many are shown


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", help="the proposed file (default: the configured one)")
    option(parser, "--since", "only stories since then: an age such as 24h, 7d, 4w, or a date (default: all)")
    option(parser, "--limit", "at most this many stories, newest first (default: all)")
    option(parser, "--markdown", "print Markdown, for a review in version control", action="store_true")
    json_option(parser)


def run(args: argparse.Namespace, installation: Installation) -> int:
    with suppress(OSError):  # loading the file will report the error
        if args.file and not is_there(Path(args.file)):
            raise UsageError(
                f"{args.file} does not exist: name the proposed file, or none to plan {installation.config}"
            )
    proposed = Application.load(replace(installation, config=Path(args.file)) if args.file else installation)
    since, limit = _since(args.since), number("--limit", args.limit) if args.limit else None
    database = proposed.database
    say(database.missing())
    with closing(database.open_to_read()) if database.exists else nullcontext() as archive:
        comparison = Comparison(proposed, archive)
        report = _report(comparison, archive, since, limit)
    if args.json:
        print_json(report)
        return 0
    write = _markdown if args.markdown else _table
    for line in write(report, comparison.changes.lines(), part=bool(args.since or args.limit)):
        print(line)
    return 0


def _report(comparison: Comparison, archive: ReadableArchive | None, since: int, limit: int | None) -> shapes.Plan:
    if archive is None:
        return comparison.report(iter(()), lambda done: None)
    total = archive.edition.count(since)
    total = total if limit is None else min(total, limit)
    with bar("Planning") as progress:
        return comparison.report(archive.edition.pages(since, limit), lambda done: progress(done, total))


def _since(text: str | None) -> int:
    if not text:
        return 0
    from aggregator.web.parameters import moment

    try:
        since = moment({"--since": text}, "--since", utc_now())
    except QueryError as error:
        raise unexpected("--since", "an age such as 24h, 7d or 4w, or a date such as 2026-11-24", text) from error
    return int(since.timestamp()) if since else 0


def _headline(report: shapes.Plan, edits: Sequence[str]) -> str:
    if report["in_force"] is None:
        return "Nothing is in force yet: every source of this file starts, and there is nothing to compare with."
    if not report["changed"] and not edits:
        if report["waiting"]:
            return "This file changes nothing."
        stay = counted(report["stories"], "stored story stays where it is", "stored stories stay where they are")
        return f"Nothing changes: {stay}."
    if not report["changed"]:
        return f"None of {report['stories']} stored stories changes its sections or topics."
    return (
        f"Of {counted(report['stories'], 'stored story', 'stored stories')} "
        f"{counted(report['changed'], 'changes its', 'change their')} sections or topics, "
        f"{report['moved']} of them the primary section."
    )


def _waiting(report: shapes.Plan) -> Iterator[str]:
    """A line about stories that move anyway, without this file. They are not listed: stories are compared with where they will be after
    that."""
    if count := report["waiting"]:
        yield (
            f"{counted(count, 'stored story is', 'stored stories are')} still to be placed anew after an upgrade or an earlier edit: "
            "what that moves is not listed here."
        )


def _overruled(report: shapes.Plan) -> list[str]:
    """Lines about stories that would be merged or split, or lose or regain an article, and about overrides without effect."""
    lines = []
    for join in report["joins"]:
        lines += [f"+ {one['title']}\n      joins: {join['title']}" for one in join["joined_by"]]
    for split in report["splits"]:
        lines += [f"- {one['title']}\n      leaves: {split['title']}" for one in split["leaving"]]
    for hide in report["hides"]:
        where = "hidden, and its story with it" if hide["whole"] else f"hidden from: {hide['title']}"
        lines += [f"- {one['title']}\n      {where}" for one in hide["hiding"]]
        lines += [f"+ {one['title']}\n      shown again: {hide['title']}" for one in hide["showing"]]
    return [*lines, *(f"? {address}: no stored item has this address" for address in report["unknown"])]


def _touched(report: shapes.Plan) -> list[shapes.StreamMoves]:
    return [row for row in (*report["sections"], *report["topics"]) if row["come"] or row["go"] or row["become"]]


def _why(sample: shapes.Sample) -> str:
    at = f" ({sample['at']})" if sample["at"] else ""
    if sample["rule"] == "fallback":
        return "no rule matches another section"
    if sample["rule"] == "outweighed":
        return "others outweigh it"
    return f"{sample['rule']}{at}{', removed' if sample['gone'] else ''}"


def _example(one: Turned) -> str:
    said = "holds now" if one.holds else "fails" if one.held is None else "held, fails now"
    return f"{one.at}: {said}: {one.why or one.text}"


def _refusal(report: shapes.Plan) -> Iterator[str]:
    if count := report["refused"]:
        yield f"{counted(count, 'example fails', 'examples fail')} (see `check`), so this file would not be put in force."


def _table(report: shapes.Plan, edits: Sequence[str], *, part: bool) -> Iterator[str]:
    yield _headline(report, edits)
    yield from _waiting(report)
    yield from _section("The file", edits)
    touched = _touched(report)
    if touched:
        width = max(len(row["id"]) for row in touched)
        yield ""
        yield f"{'':{width + 2}}   now  then  come    go"
    for row in touched:
        yield f"  {row['id']:{width}} {row['before']:5} {row['after']:5} {row['come']:5} {row['go']:5}"
        ways = (
            ("+", row["coming"], row["come"]),
            ("-", row["going"], row["go"]),
            ("~", row["becoming"], row["become"]),
        )
        for sign, samples, count in ways:
            for sample in samples:
                yield f"      {sign} {sample['title']}"
                yield f"        {move(sample)}: {_why(sample)}"
            if rest := count - len(samples):
                yield f"      {sign} … and {rest} more"
    for title, lines in _further(report, edited=bool(edits), part=part):
        yield from _section(title, lines)


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _further(report: shapes.Plan, *, edited: bool, part: bool) -> Iterator[tuple[str, Sequence[str]]]:
    """(title, lines) of what follows the stories that move; the lines may be none."""
    yield "Stories joined, split and hidden", _overruled(report)
    examples = report["examples"]
    shown = [_example(one) for one in examples[: ConfigError.MOST]]
    yield "Examples", [*_refusal(report), *shown, *_more(len(examples) - len(shown))]
    yield from _dead(report, edited=edited, part=part)


def _more(rest: int) -> list[str]:
    return [f"… and {rest} more, all in --json"] if rest > 0 else []


def _dead(report: shapes.Plan, *, edited: bool, part: bool) -> Iterator[tuple[str, Sequence[str]]]:
    """Lines about rules and sources that have no use in the archive, or in that `part` of it that was examined, with their titles."""
    unused, none = ("Unused by the stories examined", "no item") if part else ("Unused", "no stored item")
    never = [row for row in report["dead"]["lines"] if not row["found"]]
    useless = [row for row in report["dead"]["lines"] if row["found"]]
    for words, rows in ((none, never), ("only items placed elsewhere", useless)):
        if rows:
            own = [row for row in rows if row["new"]] if edited else rows
            named = own[:SHOWN] or rows[:SHOWN_BESIDE]
            lines = [f"{row['at']}  {row['of']}: {row['key']}: {row['line']}" for row in named]
            whose = "" if own else " (none from this edit)"
            title = f"{unused}: {counted(len(rows), 'line matches', 'lines match')} {words}{whose}"
            yield title, [*lines, *_more(len(rows) - len(lines))]
    sources = [f"{row['id']} ({counted(row['stories'], 'story', 'stories')})" for row in report["dead"]["sources"]]
    most = SHOWN_BESIDE if edited else SHOWN
    title = f"{unused}: sources that were never first with a story nor the only one to report it"
    yield title, [*sources[:most], *_more(len(sources) - most)]


def escaped(text: str) -> str:
    """Escape a text for Markdown. Headlines are not trusted: nothing in them may act as Markdown or HTML, nor become a link or a mention
    of a user, an issue and the like, which code-review sites make of bare addresses, of @name, and of #1, !1, $1, %1, &1, ~1, GH-1, GL-1
    and [issue:1], escaped or not (an invisible joiner prevents that)."""
    line = re.sub(r"([\\`*_{}\[\]<>|~#&$])", r"\\\1", " ".join(text.split()))
    line = re.sub(r":(?=//)|\.(?<=\bwww\.)", r"\\\g<0>", line, flags=re.IGNORECASE)
    line = re.sub(r"@|[#!$%&~](?=\d)|(?:\bGH|GL)-(?=\d)|\[(?=\w+:)", "\\g<0>\u2060", line, flags=re.IGNORECASE)
    return f"\\{line}" if line[:1] in ("-", "+") else line


def _markdown(report: shapes.Plan, edits: Sequence[str], *, part: bool) -> Iterator[str]:
    yield f"## Plan for {escaped(report['file'])}"
    yield ""
    yield _headline(report, edits)
    yield from (f"\n{line}" for line in _waiting(report))
    yield from _bullets("The file", edits)
    touched = _touched(report)
    if touched:
        yield from ("", "### Sections and topics", "", "| | now | then | come | go |", "|---|--:|--:|--:|--:|")
        for row in touched:
            yield f"| {escaped(row['title'])} | {row['before']} | {row['after']} | {row['come']} | {row['go']} |"
        yield from ("", "### Stories", "", "| | headline | primary section | why |", "|---|---|---|---|")
        for row in touched:
            ways = (("comes to", row["coming"]), ("leaves", row["going"]), ("is now first in", row["becoming"]))
            for sign, samples in ways:
                for sample in samples:
                    cells = (f"{sign} {row['title']}", sample["title"], move(sample), _why(sample))
                    yield f"| {' | '.join(map(escaped, cells))} |"
    for title, lines in _further(report, edited=bool(edits), part=part):
        yield from _bullets(title, lines)


def _bullets(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"### {escaped(title)}", "")
        yield from (f"- {escaped(line)}" for line in lines)


COMMAND = Command(
    "Show what the proposed file would change in the stored archive, compared with the configuration in force: stories that "
    "come and go, with the rule responsible; sources that start and stop; examples whose result changes; unused lines and "
    "sources. Changes nothing itself.",
    add,
    run,
    "plan proposal.yaml --since 30d",
)
