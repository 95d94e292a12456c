"""Checks across entries: ids and addresses that are used twice, unknown names, doubtful lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import ada_url

from aggregator.addresses import Allowance, host_of, literal_private
from aggregator.config.environment import expand
from aggregator.config.publishers import name_key
from aggregator.config.rule_checks import rule_problems
from aggregator.config.scalars import slug
from aggregator.config.schema import FeedsFile, IncludedFile, Rules, Source
from aggregator.config.slips import slips
from aggregator.config.suggest import closest, did_you_mean
from aggregator.errors import Problem
from aggregator.model.settings import FALLBACK, Position

POLITE = timedelta(minutes=1)
IMPOLITE = "polling others' servers more than once a minute is impolite: write 1m or more"

PAGE = re.compile(r"/stories/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/?([?#].*)?\Z")


class Findings:
    """Collects problems: `note` adds a warning, `refuse` an error."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, at: Position, message: str) -> None:
        self.problems.append(at.problem(message))

    def note(self, at: Position, message: str) -> None:
        self.problems.append(at.problem(message, warning=True))


def check(main: FeedsFile, parts: list[IncludedFile], ids: set[str], environ: Mapping[str, str]) -> list[Problem]:
    """All problems of the files together. `ids` are the ids of all sections, including those of entries with other errors."""
    findings = Findings()
    sources = [source for part in parts for source in part.sources]
    sections = [rules for part in parts for rules in part.sections]
    topics = [rules for part in parts for rules in part.topics]
    _publishers(findings, parts)
    _sources(findings, main, sources, environ)
    _references(findings, main, parts, sources, ids)
    _publisher_names(findings, parts, sources)
    for kind, entries in (("section", sections), ("topic", topics)):
        _former_ids(findings, kind, entries, _unique_ids(findings, kind, entries))
    if lacks_fallback(sections):
        _fallback_is_no_former_id(findings, sections)
    for kind, entries in (("section", sections), ("topic", topics)):
        for rules in entries:
            findings.problems += rule_problems(rules, kind)
    for topic in topics:
        if topic.id in ids:  # a page would tell the rule of one of the two under the name of the other
            message = (
                f"`{topic.id}` is the id of a section, too, and receipts name only the id: give one of them another"
            )
            findings.note(topic.at("id"), message)
    _stories(findings, main)
    for at, message in slips(parts, main):
        findings.note(at, message)
    return findings.problems


def source_id(source: Source) -> str:
    return source.id or slug(source.name)


def _line(at: Position, beside: Position) -> str:
    """`line 12`, or `FILE:12` if it is another file."""
    return f"line {at.line}" if at.file == beside.file else f"{at.file}:{at.line}"


def _publishers(findings: Findings, parts: list[IncludedFile]) -> None:
    names: dict[str, tuple[str, Position]] = {}
    domains: dict[str, tuple[str, Position]] = {}
    for entry in (publisher for part in parts for publisher in part.publishers):
        written = [(entry.name, entry.at("name"), names)]
        written += [(alias, entry.at("aliases", i), names) for i, alias in enumerate(entry.aliases)]
        written += [(host, entry.at("domains", i), domains) for i, host in enumerate(entry.domains)]
        mine = names.get(name_key(entry.name))
        if mine is not None and mine[0] == entry.name:
            findings.refuse(
                entry.at("name"),
                f"duplicate publisher `{entry.name}`, first on {_line(mine[1], entry.at('name'))}",
            )
            continue
        for text, at, taken in written:
            owner, first = taken.setdefault(name_key(text) if taken is names else text, (entry.name, at))
            if owner != entry.name:
                findings.refuse(
                    at,
                    f"`{text}` belongs to publisher `{owner}` already, on {_line(first, at)}: one name, one publisher",
                )


def _sources(findings: Findings, main: FeedsFile, sources: list[Source], environ: Mapping[str, str]) -> None:
    allowed = Allowance.of(main.allow_private)
    ids: dict[str, Position] = {}
    urls: dict[str, tuple[str, Position]] = {}
    for source in sources:
        at = source.at("id") if source.id else source.at("name")
        own = source_id(source)
        if not own:
            findings.refuse(at, f"no id can be made from the name `{source.name}`: add one, such as `id: my-source`")
            continue
        if own in ids:
            findings.refuse(at, f"source id `{own}` is taken by {_line(ids[own], at)}: give one of them another `id`")
        ids.setdefault(own, at)
        where = source.at("url")
        other, first = urls.setdefault(_polled(source.url, environ), (own, where))
        if first is not where:
            findings.refuse(where, f"this address is polled by source `{other}` already, on {_line(first, where)}")
        _source_warnings(findings, source, allowed)
    _former_ids(findings, "source", sources, ids)
    hosts = {host_of(source.url) or "" for source in sources if source.every is None}
    if main.defaults.every < POLITE and not all(map(allowed.names, hosts)):
        findings.note(main.defaults.at("every"), IMPOLITE)


def _source_warnings(findings: Findings, source: Source, allowed: Allowance) -> None:
    host = host_of(source.url) or ""
    if literal_private(source.url) and not allowed.names(host):
        advice = f"it will not be polled unless `allow_private: [{host}]` names it"
        findings.note(source.at("url"), f"{host} is a private address: {advice}")
    elif source.every is not None and source.every < POLITE and not allowed.names(host):
        findings.note(source.at("every"), IMPOLITE)
    if source.section and source.usually:
        findings.refuse(
            source.at("usually"), "`section` fixes the section, so `usually` has no effect: keep one of them"
        )


def _former_ids(
    findings: Findings, kind: str, entries: Sequence[Source] | Sequence[Rules], ids: Mapping[str, Position]
) -> None:
    former: dict[str, Position] = {}
    for entry in entries:
        own = entry.id if isinstance(entry, Rules) else source_id(entry)
        for index, old in enumerate(entry.was):
            at = entry.at("was", index)
            if old in ids:
                whose = f"this {kind}'s own id" if old == own else f"the id of the {kind} on {_line(ids[old], at)}"
                findings.refuse(at, f"was: `{old}` is {whose}; name only ids that no {kind} has any more")
            elif old in former:
                findings.refuse(
                    at, f"was: `{old}` is claimed on {_line(former[old], at)} already: one history, one {kind}"
                )
            former.setdefault(old, at)


def _polled(url: str, environ: Mapping[str, str]) -> str:
    """The address that a source requests; as it is written if it is invalid or the environment lacks a variable."""
    try:
        parsed = ada_url.URL(expand(url, environ))
    except (KeyError, ValueError):
        return url
    parsed.hash = ""
    return str(parsed.href)


def lacks_fallback(sections: list[Rules]) -> bool:
    """Whether the section `world` must be added.

    Items that no rule places go to the fallback: to `world`, or else to the last section, if that has no rules. They must not go to a
    section with rules of its own.
    """
    named = any(section.id == FALLBACK for section in sections)
    return not named and (not sections or bool(sections[-1].words or sections[-1].places))


def _references(
    findings: Findings, main: FeedsFile, parts: list[IncludedFile], sources: list[Source], ids: set[str]
) -> None:
    known = ids | {FALLBACK} if lacks_fallback([rules for part in parts for rules in part.sections]) else ids
    former = {old: rules.id for part in parts for rules in part.sections for old in rules.was}
    places = [
        (s.at(key), key, name)
        for s in sources
        for key, name in (("usually", s.usually), ("section", s.section))
        if name
    ]
    places += [(pin.at("section"), "section", pin.section) for pin in main.stories.pin]
    for at, said, name in places:
        if name not in known:
            hint = f"; it is `{former[name]}` now" if name in former else did_you_mean(name, sorted(known))
            findings.refuse(at, f"{said}: there is no section `{name}`{hint}")


def _publisher_names(findings: Findings, parts: list[IncludedFile], sources: list[Source]) -> None:
    """Warns of names that nearly equal one in `publishers`. Any other name that is not listed is valid."""
    entries = [publisher for part in parts for publisher in part.publishers]
    known = {name_key(name): entry.name for entry in entries for name in (entry.name, *entry.aliases)}
    for source in sources:
        name = source.publisher
        if name is None or name_key(name) in known:
            continue
        near = closest(name_key(name), known, cutoff=0.85)
        if near is not None:
            findings.note(source.at("publisher"), f"`publishers` does not list `{name}`; did you mean `{known[near]}`?")


def _unique_ids(findings: Findings, kind: str, entries: Iterable[Rules]) -> dict[str, Position]:
    """The ids, each with its first position."""
    first: dict[str, Position] = {}
    for entry in entries:
        at = entry.at("id")
        if entry.id in first:
            findings.refuse(at, f"{kind} id `{entry.id}` is taken by {_line(first[entry.id], at)}")
        first.setdefault(entry.id, at)
    return first


def _fallback_is_no_former_id(findings: Findings, sections: Iterable[Rules]) -> None:
    for section in sections:
        if FALLBACK in section.was:
            findings.refuse(
                section.at("was", section.was.index(FALLBACK)),
                f"was: the file still has a section `{FALLBACK}`, which is added for items that no rule places; to give "
                "that another id, list it last and without rules",
            )


def _articles(findings: Findings, main: FeedsFile) -> None:
    """Refuses overrides that name a page of this service instead of an outlet's article."""
    ours = host_of(main.site.url or "")
    for _, url, at in main.stories.overrides.lines():
        if PAGE.search(url) and (host_of(url) == ours or literal_private(url)):
            findings.refuse(
                at,
                "this is a page of this service: name the address of the article; a story's page lists those of all its articles",
            )


def _stories(findings: Findings, main: FeedsFile) -> None:
    from aggregator.normalise.address import typed

    _articles(findings, main)
    hidden = set(map(typed, main.stories.hide))
    pinned: dict[str | None, Position] = {}
    for pin in main.stories.pin:
        article, at = typed(pin.url), pin.at("url")
        if article in pinned and pin.until is None:  # else the earlier pin takes effect afterwards
            findings.note(
                at, f"this article is pinned already on line {pinned[article].line}, and this pin replaces that"
            )
        pinned.setdefault(article, at)
        if article in hidden:
            findings.refuse(at, "this article is both pinned and hidden: keep one")
