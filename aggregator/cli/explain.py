"""`aggregator explain`: show why a story or item is where it is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from math import floor
from typing import Any

from aggregator.bootstrap import Application, Installation
from aggregator.categorise.attribution import kept_out
from aggregator.categorise.counterfactuals import Outcome, outcome
from aggregator.cli import shapes
from aggregator.cli.arguments import Command, json_option, option
from aggregator.cli.judgement import judgement, lines
from aggregator.cli.subject import Subject, look_up
from aggregator.cli.terminal import is_terminal, print_json
from aggregator.errors import UsageError
from aggregator.model.joining import Joining, in_words
from aggregator.model.judgement import Match, Receipt
from aggregator.model.story import ItemView, StoryView
from aggregator.normalise.characters import one_line
from aggregator.render.entry import urn
from aggregator.render.fit import fit_address, rfc3339
from aggregator.render.shapes import located, reports
from aggregator.stories.tuning import TUNING
from aggregator.text.plurals import counted


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="+", help="a headline, the address of an article, or the id of a story or item")
    option(parser, "--expect", "propose edits of one line that would put it into this section", metavar="SECTION")
    json_option(parser)


def run(args: argparse.Namespace, installation: Installation) -> int:
    application = Application.load(installation)
    text = one_line(os.fsencode(" ".join(args.what)).decode(errors="replace"))  # works in an ASCII locale, too
    if args.expect:
        from aggregator.cli import expect  # brings pydantic and PyYAML, which a plain question need not wait for

        expect.known_section(application, args.expect)
    if not text:
        raise UsageError("give a headline, an address or an id")
    subject = look_up(application, text) or Subject(text)
    topics, stays = _found_topics(application, subject), subject.stays
    found = Outcome(stays, None, 0.0, ()) if stays else outcome(application.rulebook, subject.case)
    value = _value(application, subject, topics, found)
    answer = expect.answer(application, subject, args.expect) if args.expect else None
    if args.json:
        print_json({**value, "expect": answer} if answer else value)
        return 0
    receipts = (*application.receipts(subject.title, subject.summary, subject.source), *topics)
    print(*_lines(subject, value, receipts), sep="\n")
    if stays:
        print(
            f"  Its text is gone after `keep`, so it stays in {stays}: what its headline alone says decides nothing, nor do words."
        )
        return 0
    for one in value["kept_out"]:
        print(f"  Kept out of {one['id']} by {one['rule']} ({one['at']}).")
    print(_what_would_change(found, fixed=subject.case.section is not None))
    explained = {one.section for one in receipts}
    if others := [one for one in subject.why if one.section not in explained and one.rule != "stories: pin"]:
        print("  Through other reports its story is also in:", *lines(others), sep="\n")
    for line in expect.expectation(answer) if answer else ():
        print(line)
    return 0


def _value(application: Application, subject: Subject, topics: Iterable[Receipt], found: Outcome) -> shapes.Explanation:
    """All results, as for --json."""
    item, story = subject.item, subject.story
    judged = judgement(application, subject.title, subject.summary, subject.source)
    if item and subject.stays:
        judged |= {"section": subject.stays, "sections": [*item.sections], "topics": [*item.topics]}
    told: shapes.InStory = _story(item, story, subject) if item and story else {}
    return {
        "id": urn(item.id) if item else None,
        "story": urn(item.story) if item and item.story else None,
        **judged,
        "found_topics": [{"topic": one.section, "rule": one.rule, "text": one.matched[0].text} for one in topics],
        **told,
        "outcome": found,
        "kept_out": [] if subject.stays else _kept_out(application, subject, judged),
    }


def _found_topics(application: Application, subject: Subject) -> list[Receipt]:
    """Receipts for topics that no line of the file gave the item: those from categories of the feed, and from places."""
    ruled = {one.id for one in application.settings.topics}
    named = [
        Receipt(topic, 1.0, f"categories: {text}", None, (Match(text, "category", 1.0),), None)
        for topic, text in subject.categories.items()
        if topic not in ruled
    ]
    places = application.found_topics(subject.title, subject.summary)
    return [*named, *(one for one in places if one.section not in subject.categories)]


def _kept_out(application: Application, subject: Subject, judged: shapes.Judgement) -> list[shapes.KeptOut]:
    """Sections and topics in which the text would be if a line did not keep it out (`never`, `not`, `unless`)."""
    held = {("section", id) for id in judged["sections"]} | {("topic", id) for id in judged["topics"]}
    return [
        {"kind": stream.kind, "id": stream.id, "rule": cause.rule, "at": str(cause.at)}
        for stream, cause in kept_out(application.rulebook, subject.case)
        if stream not in held
    ]


def _lines(subject: Subject, value: shapes.Explanation, receipts: tuple[Receipt, ...]) -> Iterator[str]:
    """Lines for people: the text with the words that counted, its story, and the receipts."""
    yield marked(subject.title, receipts, "title")
    if subject.summary:
        yield f"  {marked(subject.summary, receipts, 'summary')}"
    if item := subject.item:
        yield f"  from {item.publisher} ({item.source}){'' if item.story else ', not placed yet'}"
        yield from _joined(item)
        yield from (f"  named by {one['rule']}  ({one['at']})" for one in value.get("overrides", []))
        if story := subject.story:
            yield f"  story {urn(story.id)}: {counted(len(story.reports), 'report')}, primary section {story.section}"
            if pin := subject.pinned:
                yield f"  held in {pin.section} by stories: pin  ({pin.at})"
            lead = story.lead_report if len(story.reports) > 1 else None
            for one in story.reports:
                why = "  ← heads the story, as the earliest full report that tells its news" if one is lead else ""
                yield f"    {rfc3339(one.published)}  {one.publisher}: {one.title}{why}"
    yield from lines(receipts)


def _what_would_change(found: Outcome, *, fixed: bool) -> str:
    """A sentence that says what would have changed the outcome."""
    if fixed:
        return "  Its source fixes the section: no word would change it."
    if found.turns:
        rules: dict[str, list[str]] = {}
        for one in found.turns[:3]:
            rules.setdefault(one.then, []).append(f"{one.rule} ({one.at})")
        told = (f"Without {' or '.join(lines)} it would be in {then}." for then, lines in rules.items())
        return f"  {' '.join(told)}"
    if found.runner_up is None:
        return "  No other section matches."
    return f"  One more word in the headline, of weight {found.behind:g}, would put it in {found.runner_up}."


def marked(text: str, receipts: Iterable[Receipt], field: str) -> str:
    """The text with the words that counted in bold (on a terminal) or in [brackets]."""
    start, end = ("\033[1m", "\033[0m") if is_terminal(sys.stdout) else ("[", "]")
    spans = sorted({(one.start, one.end) for receipt in receipts for one in receipt.matched if one.field == field})
    joined: list[tuple[int, int]] = []
    for first, last in spans:  # merge overlapping ones
        begun, done = joined.pop() if joined and first < joined[-1][1] else (first, last)
        joined.append((begun, max(done, last)))
    shown, done = "", 0
    for first, last in joined:
        shown += f"{text[done:first]}{start}{text[first:last]}{end}"
        done = last
    return shown + text[done:]


def _story(item: ItemView, story: StoryView, subject: Subject) -> shapes.InStory:
    pinned = subject.pinned
    return {
        "joined": in_words(item.joining) if item.joining else item.why,
        "joining": _joining(item.joining) if item.joining else None,
        "story_section": story.section,
        "story_sections": [{"section": name, "score": score} for name, score in story.scores],
        "story_receipts": [located(one) for one in subject.why],
        "pinned": {"section": pinned.section, "at": str(pinned.at)} if pinned else None,
        "overrides": [{"rule": f"stories: {key}", "at": str(at)} for key, at in subject.overrides],
        "headed_by": fit_address(story.link),
        "told_by": reports(story.reports),
    }


def _joining(found: Joining) -> dict[str, Any]:
    """Why an item is in its story, as JSON. `next`: the story that came next when it was grouped; `against`: what spoke against it."""
    return {
        "reason": found.reason,
        "score": round(found.score, 3),
        "needed": TUNING.min_link,
        "shared": list(found.shared),
        "next": {
            "story": urn(found.next_id) if found.next_id else None,
            "title": found.next_title,
            "score": round(found.next_score, 3),
            "against": list(found.vetoes),
        }
        if found.next is not None
        else None,
    }


def _joined(item: ItemView) -> Iterator[str]:
    """Why an item is in its story, and which story was the runner-up, as lines for people."""
    found = item.joining
    if found is None:  # there was no runner-up
        if item.why == "founder":
            yield "  joined: it founded its story: nothing came near"
        return
    yield f"  joined: {_reason(found)}"
    if found.shared:
        yield f"    in common: {', '.join(found.shared)}"
    if found.next is not None:
        title = f"“{found.next_title}”" if found.next_title else "a story that no longer exists"
        id = f" ({urn(found.next_id)})" if found.next_id else ""
        yield f"    next came {title}{id} with {_below(found.next_score)}"
        yield from (f"    against it: {veto}" for veto in found.vetoes)


def _reason(found: Joining) -> str:
    if found.reason == "founder":
        near = found.next is not None and found.next_score >= TUNING.min_link
        return f"it founded its story{'' if near else f': none reached {TUNING.min_link:g}'}"
    if found.reason == "alike":
        less = "" if found.score >= TUNING.min_link else ", or less of what several outlets tell within a day"
        return f"alike, {found.score:.2f} where {TUNING.min_link:g} is needed{less}"
    return found.reason


def _below(score: float) -> str:
    """A score rounded down, so that one just below the threshold does not look as if it had reached it."""
    return f"{floor(score * 100 + 1e-9) / 100:.2f}"


COMMAND = Command(
    "Show why a story or item is where it is: sections, topics and story, with the responsible line of the file, the words "
    "that counted, the runner-up and what would have changed the outcome. Uses the file as it is saved now.",
    add,
    run,
    "explain 'China Grants Licenses' --expect asia-pacific",
)
