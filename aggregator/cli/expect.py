"""`explain --expect SECTION`: proposes edits of one line that would put a text into a section, with the effect of each on the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial

from msgspec.structs import replace

from aggregator.bootstrap import Application
from aggregator.categorise.judge import judge
from aggregator.categorise.proposing import Proposal, edited
from aggregator.cli import shapes
from aggregator.cli.comparison import move
from aggregator.cli.subject import Subject
from aggregator.cli.terminal import bar, say
from aggregator.config.edit import NO_TEXT, scalar
from aggregator.errors import UsageError
from aggregator.model.settings import Position, Term
from aggregator.pipeline.edits.changes import term_text
from aggregator.pipeline.edits.expectation import LOOKED_AT, Effect, Expectation

SHOWN = 3

_BARE = re.compile(r"\w(?:[^,:#\"\[\]{}]|[:#]\b)*")


def known_section(application: Application, section: str) -> None:
    """Raise UsageError if there is no such section."""
    from aggregator.config.suggest import did_you_mean

    ids = [rules.id for rules in application.settings.sections]
    if section not in ids and any(topic.id == section for topic in application.settings.topics):
        raise UsageError(
            f"--expect: {section} is a topic, and this takes a section (for a topic, one of its words is enough)"
        )
    if section not in ids:
        raise UsageError(f"--expect: there is no section {section}{did_you_mean(section, ids)}")


def answer(application: Application, subject: Subject, section: str) -> shapes.Expectation:
    """The answer as for --json, with the best proposals first."""
    story, fixed = subject.story, subject.case.section
    if subject.stays:
        primary = story.section if story else None
        return {"section": section, "fixed": None, "story": primary, "holds": subject.stays == section, "proposals": []}
    database, own = application.database, fixed or judge(application.rulebook, subject.case).section
    say(database.missing())
    with closing(database.open_to_read()) if database.exists else nullcontext() as archive:
        expectation = Expectation(application, archive, subject.case, section, story.n if story else None)
        held = expectation.leading(application)
        best: list[Effect] = []
        if not fixed and own != section:
            with bar("Trying edits") as progress:
                best = expectation.best(partial(_trial, application), progress)[:SHOWN]
    rows = [_row(application, effect, expectation.led(effect)) for effect in best]
    return {"section": section, "fixed": fixed, "story": held, "holds": own == section, "proposals": rows}


def _trial(application: Application, proposal: Proposal) -> Application:
    settings = application.settings
    sections, epoch = edited(settings.sections, proposal), f"{settings.epoch}+"
    return Application(application.installation, replace(settings, sections=sections, epoch=epoch))


def _row(application: Application, effect: Effect, led: int) -> shapes.Proposal:
    proposal, moves = effect.proposal, effect.moves
    samples = [*moves.coming.samples, *moves.becoming.samples, *moves.going.samples]
    at, edit = _edit(application, proposal)
    return {
        "section": proposal.rules.id,
        "key": proposal.key,
        "line": effect.line,
        "was": term_text(proposal.was) if proposal.was else None,
        "at": str(at),
        "edit": edit,
        "fails": [str(miss.problem) for miss in effect.fails],
        "weight": proposal.term.weight,
        "story": effect.story,
        "looked_at": effect.plan.stories,
        "led": led,
        "moved": effect.plan.moved,
        "changed": effect.plan.changed,
        "come": moves.coming.stories,
        "go": moves.going.stories,
        "samples": [
            {"title": sample.title, "old": sample.old, "new": sample.new}
            for sample in sorted(samples, key=lambda sample: sample.old == sample.new)[:SHOWN]
        ],
    }


def _edit(application: Application, proposal: Proposal) -> tuple[Position, str]:
    """(position, what an editor has to type there): that of the list's last line, or of the section if it has no such list yet."""
    rules, key, line = proposal.rules, proposal.key, _typed(proposal.term)
    if proposal.was:
        return proposal.was.at, f"{key}: - {_typed(proposal.was)}  →  - {line}"
    if rules.at.column == 1:  # the position of the whole file, since the section is not in it (the implied fallback)
        above = [rules.at, *(one.at for one in application.settings.sections if one.at != rules.at)][-1]
        return above, f"as the last one of `sections`: - {{id: {rules.id}, {key}: [{line}]}}"
    lines = (term.at for term in reversed(rules.lists[key]) if term is not proposal.term)
    return next(lines, rules.at), f"{key}, add: {line}"


def _typed(term: Term) -> str:
    """As `term_text`, with the quotes that YAML needs within brackets."""
    parts, unless = (
        tuple(one if _BARE.fullmatch(one) and one.lower() not in NO_TEXT else scalar(one, flow=True) for one in words)
        for words in (term.parts, term.unless)
    )
    return term_text(replace(term, parts=parts, unless=unless))


def expectation(value: shapes.Expectation) -> Iterator[str]:
    """The answer as lines for people."""
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
        yield "Proposed edit:" if count == 0 else "Or:"
        yield f"  {row['at']}  {row['section']}, {row['edit']}"
        yield from (f"    fails an example: {problem}" for problem in row["fails"])
        if row["key"] == "not":
            yield f"    “{row['line']}” then no longer counts for {row['section']} anywhere"
        if row["story"] not in (None, section):
            yield f"    its story stays in {row['story']}"
        yield f"    {_effect(row, section)}"
        listed = f"no longer in {row['section']}" if row["key"] == "not" else f"also in {row['section']}"
        for sample in row["samples"]:
            stays = f", {listed}" if sample["old"] == sample["new"] else ""
            yield f"      {sample['title']}  ({move(sample)}{stays})"


def _effect(row: shapes.Proposal, section: str) -> str:
    """How many stored stories an edit moves. Those that keep their primary section are counted apart."""
    newest = "newest " if row["looked_at"] == LOOKED_AT else ""
    beside = row["changed"] - row["moved"]
    told = f", changes further sections of {beside}" if beside else ""
    there = f"; {row['led']} of them in {section} already" if row["led"] else ""
    return f"moves {row['moved']} of the {row['looked_at']} {newest}stored stories that it could affect{told}{there}"
