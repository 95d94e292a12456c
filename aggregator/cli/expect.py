"""`explain --expect SECTION`: the smallest edits that would put a text there, each with what it would move in the
archive."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from aggregator.bootstrap import Application
from aggregator.categorise.examples import check_examples
from aggregator.categorise.judge import judge
from aggregator.categorise.proposing import Proposal, edited, proposals
from aggregator.config.characters import in_lines
from aggregator.config.edit import scalar
from aggregator.config.tree import Items, Table, read_tree
from aggregator.errors import Problem, UsageError
from aggregator.model.judgement import Case
from aggregator.model.settings import FALLBACK, Position, Term
from aggregator.model.stream import StreamName
from aggregator.pipeline.category_topics import stored_topics
from aggregator.pipeline.changes import term_text
from aggregator.pipeline.plan import PAGE, Plan, Row, archive_rows, plan
from aggregator.ports import Archive

TRIED = 24  # proposals whose effect on the archive is worked out
SHOWN = 3
LOOKED_AT = 2000  # stories with the words of a proposal, newest first

_BARE = re.compile(r"\w(?:[^,:#\"\[\]{}]|[:#]\b)*")

At = tuple[str, int, int]
"""File, line and column of an example."""


def known_section(application: Application, section: str) -> None:
    """Raises UsageError where there is no such section."""
    from aggregator.config.suggest import did_you_mean

    ids = [rules.id for rules in application.settings.sections]
    if section not in ids:
        raise UsageError(f"--expect: there is no section {section}{did_you_mean(section, ids)}")


def expected(application: Application, case: Case, section: str, story: int | None) -> dict[str, Any]:
    """`{section, holds, story, proposals: [...]}`: those first that fail no example, then those that move the story of the text
    as well, then those that move least in the archive, the lighter edit on a tie. `story`: its primary section."""
    archive = application.database.open() if application.database.exists else None
    held = _leading(application, application, archive, story)
    if case.section:
        return answer(section, case.section, held, fixed=case.section)
    own = judge(application.rulebook, case).section
    rows: list[dict[str, Any]] = []
    if own != section:
        found = islice(
            filter(partial(_keeps_fallback, application), proposals(application.rulebook, case, section)), TRIED
        )
        failing = {_at(problem) for problem in check_examples(application.rulebook)}
        rows = [_row(application, proposal, archive, story, failing) for proposal in found]
        telling = _telling(application, case)
        rows.sort(key=lambda row: _rank(row, section, telling))
    return answer(section, own, held, proposals=rows[:SHOWN])


def answer(
    section: str, own: str, story: str | None, *, fixed: str | None = None, proposals: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """`own`: the section of the text by itself; `story`: that of its story."""
    return {"section": section, "fixed": fixed, "story": story, "holds": own == section, "proposals": proposals}


def _keeps_fallback(application: Application, proposal: Proposal) -> bool:
    """A last section without rules takes what no rule places; with a rule it would lose that role."""
    return proposal.rules.id != application.settings.fallback or proposal.rules.id == FALLBACK


def _telling(application: Application, case: Case) -> frozenset[str]:
    """Words of the text that topics use: they say what it is about."""
    topics = {topic.id for topic in application.settings.topics}
    found = application.receipts(case.title, case.summary)
    return frozenset(match.text.lower() for one in found if one.section in topics for match in one.matched)


def _rank(row: dict[str, Any], section: str, telling: frozenset[str]) -> tuple[Any, ...]:
    """Edits that move the story itself come first, of those the ones that move and weigh the least; then words that topics
    know, single words, and rare ones; nothing is known of a word that no stored story has."""
    told = row["line"].partition(":")[0].strip("{} ").lower() in telling
    seen = row["looked_at"]
    fails = len(row["fails"])
    stays = row["story"] not in (None, section)
    return (
        fails,
        stays,
        row["moved"],
        row["weight"],
        not told,
        row["line"].count(" "),
        not seen,
        seen,
        -len(row["line"]),
    )


def _row(
    application: Application,
    proposal: Proposal,
    archive: Archive | None,
    story: int | None,
    failing: Container[At],
) -> dict[str, Any]:
    settings = application.settings
    trial = Application(
        application.installation,
        replace(settings, sections=edited(settings.sections, proposal), epoch=f"{settings.epoch}+"),
    )
    found = _effect(application, trial, proposal, archive) if archive else Plan()
    moves = found.streams.get(StreamName("section", proposal.rules.id))
    at, edit = _edit(application, proposal)
    return {
        "section": proposal.rules.id,
        "key": proposal.key,
        "line": term_text(proposal.term),
        "was": term_text(proposal.was) if proposal.was else None,
        "at": str(at),
        "edit": edit,
        "fails": [str(problem) for problem in check_examples(trial.rulebook) if _at(problem) not in failing],
        "weight": proposal.term.weight,
        "story": _leading(application, trial, archive, story),
        "looked_at": found.stories,
        "moved": found.changed,
        "come": moves.come if moves else 0,
        "go": moves.go if moves else 0,
        "samples": [
            {"title": sample.title, "old": sample.old, "new": sample.new}
            for sample in ([*moves.coming, *moves.becoming, *moves.going][:SHOWN] if moves else ())
        ],
    }


def _leading(before: Application, after: Application, archive: Archive | None, story: int | None) -> str | None:
    """The primary section that a stored story would have."""
    if archive is None or story is None:
        return None
    found = plan(archive.edition, before.policy, after.policy, iter([[(0, story, "")]]))
    return next((name.id for name, moves in found.streams.items() if moves.leads), None)


def _effect(application: Application, trial: Application, proposal: Proposal, archive: Archive) -> Plan:
    """The plan of the edit, over the stories that it can move."""
    pages: Iterator[Sequence[Row]]
    if proposal.phrase:
        rows = archive.edition.containing(proposal.phrase, LOOKED_AT)
        pages = (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))
    else:
        pages = archive_rows(archive.edition, limit=LOOKED_AT)
    return plan(archive.edition, application.policy, trial.policy, pages, category_topics=stored_topics(archive))


def _edit(application: Application, proposal: Proposal) -> tuple[Position, str]:
    """What an editor has to type, and where: in a list that is a block, stands in brackets, or is still missing."""
    rules, key, line = proposal.rules, proposal.key, _typed(proposal.term)
    if proposal.was:
        return proposal.was.at, f"{key}: - {_typed(proposal.was)}  →  - {line}"
    if rules.at.column == 1:  # the whole file: the section stands there because it has none
        return rules.at, f"as the last one of `sections`: - {{id: {rules.id}, {key}: [{line}]}}"
    text = application.settings.texts[rules.at.file]
    lines, section = in_lines(text).splitlines(), _written(text, rules.at)
    if key not in section:
        braces = _sign(lines, section.at) == "{"
        return section.keys_at["id"], f"{'within the braces' if braces else 'below that line'}: {key}: [{line}]"
    terms: Sequence[Term] = {"words": rules.words, "places": rules.places, "not": rules.nots}[key]
    last = next((term.at for term in reversed(terms) if term is not proposal.term), None)
    held = section[key]
    if isinstance(held, Items) and _sign(lines, held.at) == "[":
        return last or held.at, f"{key}, within the brackets: {line}"
    at = last if last and _ends_there(lines, last) else section.keys_at[key]
    return at, f"{key}, below that line: - {line}"


@lru_cache(maxsize=2)
def _written(text: str, at: Position) -> Table:
    """The section as it stands in the file."""
    tree, _ = read_tree(at.file, text, included=at.included)
    assert tree is not None  # the text is that of a valid configuration
    found: Table = next(entry for entry in tree["sections"] if entry.at == at)
    return found


def _sign(lines: Sequence[str], at: Position) -> str:
    return lines[at.line - 1][at.column - 1]


def _ends_there(lines: Sequence[str], at: Position) -> bool:
    """Whether the entry of a block that stands there is on one line with its dash: what comes next is not indented further
    than that."""
    before = lines[at.line - 1][: at.column - 1]
    if before.strip() != "-":
        return False
    dash = before.index("-")
    rest = (line for line in lines[at.line :] if line.strip() and not line.lstrip().startswith("#"))
    after = next(rest, "")
    return len(after) - len(after.lstrip()) <= dash


def _typed(term: Term) -> str:
    """As `term_text`, in quotes where YAML needs them inside brackets."""
    parts = (part if _BARE.fullmatch(part) else scalar(part, flow=True) for part in term.parts)
    return term_text(replace(term, parts=tuple(parts)))


def _at(problem: Problem) -> At:
    return problem.file, problem.line, problem.column


def expectation(value: dict[str, Any]) -> Iterator[str]:
    """As lines for people."""
    section, story = value["section"], value["story"]
    if value["holds"]:
        if story in (None, section):
            yield f"It is in {section} already."
        else:
            yield f"By itself it is in {section} already; its story is in {story} because of its other reports, or of a pin."
        return
    if story == section:
        yield f"Its story is in {section} already. To put this report there by itself:"
    if value["fixed"]:
        yield f"Its source sets `section: {value['fixed']}`, which no word overrides. Delete that line, or write `usually:`."
        return
    if not value["proposals"]:
        yield f"No edit of a single line moves it to {section}; a `never` of the section, or several rules, prevent it."
        return
    for count, row in enumerate(value["proposals"]):
        yield "Smallest edit:" if count == 0 else "Or:"
        yield f"  {row['at']}  {row['section']}, {row['edit']}"
        yield from (f"    fails an example: {problem}" for problem in row["fails"])
        if row["key"] == "not":
            yield f"    “{row['line']}” then no longer counts for {row['section']} anywhere"
        newest = "newest " if row["looked_at"] == LOOKED_AT else ""
        if row["story"] not in (None, section):
            yield f"    its story stays in {row['story']}"
        yield f"    moves {row['moved']} of the {row['looked_at']} {newest}stored stories that it could affect"
        for sample in row["samples"]:
            moved = sample["new"] if sample["old"] == sample["new"] else f"{sample['old']} → {sample['new']}"
            yield f"      {sample['title']}  ({moved})"
