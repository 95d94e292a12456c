"""Checks across entries: ids and addresses that are used twice, unknown names, doubtful lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice

from aggregator.addresses import Allowance, host_of, literal_private, requested
from aggregator.config.environment import expand
from aggregator.config.publishers import name_key
from aggregator.config.rule_checks import rule_problems, slips, unknown_places
from aggregator.config.scalars import shown, slug
from aggregator.config.schema import Entry, FeedsFile, IncludedFile, Rules, Source
from aggregator.config.suggest import closest, did_you_mean
from aggregator.errors import ConfigError, Problem
from aggregator.model.settings import FALLBACK, Position
from aggregator.text.plurals import counted

POLITE = timedelta(minutes=1)
IMPOLITE = "polling others' servers more than once a minute is impolite: write 1m or more"

COMPARED = 1_000_000
"""At most so many pairs of a source's publisher and a listed name are compared for misspellings, which takes about a second."""

BARE = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)  # a variable as shells know it

SPELLING = re.compile(r"^https?://(www\.)?|/$")  # what two addresses of one feed often differ by

PAGE = re.compile(r"/stories/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/?([?#].*)?\Z")


def check(main: FeedsFile, parts: list[IncludedFile], ids: set[str], environ: Mapping[str, str]) -> Iterator[Problem]:
    """All problems of the files together. `ids` are the ids of all sections, including those of entries with other errors."""
    sources = [source for part in parts for source in part.sources]
    sections = [rules for part in parts for rules in part.sections]
    topics = [rules for part in parts for rules in part.topics]
    yield from _publishers(parts)
    # One that is pasted twice is told by its address: another id would be no help.
    unlike: dict[tuple[str, str], Source] = {}
    for source in sources:
        unlike.setdefault((source_id(source), source.url), source)
    yield from _ids("source", list(unlike.values()))
    yield from _sources(main, sources, environ)
    yield from _references(main, sections, sources, ids)
    yield from _publisher_names(parts, sources)
    for kind, entries in (("section", sections), ("topic", topics)):
        yield from _ids(kind, entries)
        yield from unknown_places(entries)
        for rules in entries:
            yield from rule_problems(rules, kind)
    if lacks_fallback(sections):
        yield from _fallback_is_no_former_id(sections)
    yield from _empty(main, sections, sources)
    for topic in topics:
        if topic.id in ids:  # a page would tell the rule of one of the two under the name of the other
            message = (
                f"`{topic.id}` is the id of a section, too, and receipts name only the id: give one of them another"
            )
            yield topic.at("id").warning(message)
    yield from _stories(main)
    yield from slips(parts)


def source_id(source: Source) -> str:
    return source.id or slug(source.name)


def _line(at: Position, beside: Position) -> str:
    """`line 12`, or `FILE:12` if it is another file."""
    return f"line {at.line}" if at.file == beside.file else f"{at.file}:{at.line}"


def _publishers(parts: list[IncludedFile]) -> Iterator[Problem]:
    names: dict[str, tuple[str, Position]] = {}
    domains: dict[str, tuple[str, Position]] = {}
    for entry in (publisher for part in parts for publisher in part.publishers):
        written = [(entry.name, entry.at("name"), names)]
        written += [(alias, entry.at("aliases", i), names) for i, alias in enumerate(entry.aliases)]
        written += [(host, entry.at("domains", i), domains) for i, host in enumerate(entry.domains)]
        mine = names.get(name_key(entry.name))
        if mine is not None and mine[0] == entry.name:
            yield entry.at("name").problem(
                f"duplicate publisher `{entry.name}`, first on {_line(mine[1], entry.at('name'))}: keep one"
            )
            continue
        for text, at, taken in written:
            owner, first = taken.setdefault(name_key(text) if taken is names else text, (entry.name, at))
            if owner != entry.name:
                yield at.problem(
                    f"`{text}` belongs to publisher `{owner}` already, on {_line(first, at)}: one name, one publisher"
                )


def _sources(main: FeedsFile, sources: list[Source], environ: Mapping[str, str]) -> Iterator[Problem]:
    allowed = Allowance.of(main.allow_private)
    urls: dict[str, tuple[str, Position]] = {}
    alike: dict[str, tuple[str, Position]] = {}
    for source in sources:
        own, where = source_id(source), source.at("url")
        if not own:
            yield source.at("name").problem(
                f"no id can be made from the name `{source.name}`: add one, such as `id: my-source`"
            )
            continue
        polled = _polled(source.url, environ)
        other, first = urls.setdefault(polled, (own, where))
        near, seen = alike.setdefault(SPELLING.sub("", polled), (own, where))
        if first is not where:
            yield where.problem(
                f"this address is polled by source `{other}` already, on {_line(first, where)}: keep one"
            )
        elif seen is not where:
            yield where.warning(
                f"source `{near}` on {_line(seen, where)} has this address but for http, https, www. or a slash at the end: "
                "if both are one feed, keep one"
            )
        yield from _source_warnings(source, allowed)
        for key, written in (("url", source.url), *(("headers", value) for _, value in source.headers)):
            if any(name in environ for name in BARE.findall(written)):
                yield source.at(key).warning(
                    "a variable is written ${NAME}: without the braces it is sent as it stands"
                )
    hosts = {host_of(source.url) or "" for source in sources if source.every is None}
    if main.defaults.every < POLITE and not all(map(allowed.names, hosts)):
        yield main.defaults.at("every").warning(IMPOLITE)


def _source_warnings(source: Source, allowed: Allowance) -> Iterator[Problem]:
    host = host_of(source.url) or ""
    if literal_private(source.url) and not allowed.names(host):
        entry = f'"{host}"' if host.startswith(":") else host  # in brackets YAML takes the colon for that of a table
        advice = f"it will not be polled unless `allow_private: [{entry}]` names it"
        yield source.at("url").warning(f"{host} is a private address: {advice}")
    elif source.every is not None and source.every < POLITE and not allowed.names(host):
        yield source.at("every").warning(IMPOLITE)
    if source.section and source.usually:
        yield source.at("usually").problem("`section` fixes the section, so `usually` has no effect: keep one of them")


def _ids(kind: str, entries: Sequence[Source] | Sequence[Rules]) -> Iterator[Problem]:
    """Present and former ids that are used twice."""
    ids: dict[str, Position] = {}
    former: dict[str, Position] = {}
    named = [(entry, source_id(entry) if isinstance(entry, Source) else entry.id) for entry in entries]
    for entry, own in named:
        at = entry.at("id") if entry.id else entry.at("name")
        if own and own in ids:
            yield at.problem(f"{kind} id `{own}` is taken by {_line(ids[own], at)}: give one of them another `id`")
        ids.setdefault(own, at)
    for entry, own in named:
        for index, old in enumerate(entry.was):
            at = entry.at("was", index)
            if old in ids:
                whose = f"this {kind}'s own id" if old == own else f"the id of the {kind} on {_line(ids[old], at)}"
                yield at.problem(f"was: `{old}` is {whose}; name only ids that no {kind} has any more")
            elif old in former:
                yield at.problem(
                    f"was: `{old}` is claimed on {_line(former[old], at)} already: one history, one {kind}"
                )
            former.setdefault(old, at)


def _polled(url: str, environ: Mapping[str, str]) -> str:
    """The address that a source requests; as it is written if it is invalid or the environment lacks a variable."""
    try:
        return requested(expand(url, environ))
    except (KeyError, ValueError):
        return url


def lacks_fallback(sections: Sequence[Rules]) -> bool:
    """Whether the section `world` must be added.

    Items that no rule places go to the fallback: to `world`, or else to the last section, if that has no rules. They must not go to a
    section with rules of its own.
    """
    named = any(section.id == FALLBACK for section in sections)
    return not named and (not sections or bool(sections[-1].words or sections[-1].places))


def _empty(main: FeedsFile, sections: Sequence[Rules], sources: Iterable[Source]) -> Iterator[Problem]:
    """A warning for each section into which nothing leads."""
    named = {source.section or source.usually for source in sources} | {pin.section for pin in main.stories.pin}
    fallback = FALLBACK if lacks_fallback(sections) or any(one.id == FALLBACK for one in sections) else sections[-1].id
    for section in sections:
        if not (section.words or section.places or section.id in named or section.id == fallback):
            yield section.at().warning(
                f"section `{section.id}` has neither words nor places, and no source is placed in it: it stays empty, since what "
                f"no rule places goes to `{fallback}`"
            )


def _references(main: FeedsFile, sections: list[Rules], sources: list[Source], ids: set[str]) -> Iterator[Problem]:
    # An id with letters that ids cannot have is an error where it stands, not where it is meant.
    known = ids | set(map(slug, ids))
    known |= {FALLBACK} if lacks_fallback(sections) else set()
    former = {old: rules.id for rules in sections for old in rules.was}
    places: list[tuple[Entry, str, str]] = [
        (s, key, name) for s in sources for key, name in (("usually", s.usually), ("section", s.section)) if name
    ]
    places += [(pin, "section", pin.section) for pin in main.stories.pin]
    unknown = [place for place in places if place[-1] not in known]
    # Where more sections are missing than there are, the first line tells it, and counts the others: perhaps only a key `sections` is
    # misspelt, in one of several files. Two may be misspelt where there is only one.
    further = unknown[1:] if len({name for *_, name in unknown}) > max(len(ids), 2 if ids else 0) else []
    for count, (entry, key, name) in enumerate(unknown[: len(unknown) - len(further)]):
        hint = f"; it is `{former[name]}` now" if name in former else ""
        if not hint and count < ConfigError.MOST:  # for as many as are listed, since each is compared with all sections
            hint = did_you_mean(name, sorted(known))
        if further:
            hint += f"; {counted(len(further), 'further line names', 'further lines name')} one that is missing"
        found = shown(entry.written(key))  # a variable by its name: its value may be secret
        yield entry.at(key).problem(f"{key}: there is no section {found}{hint}")


def _publisher_names(parts: list[IncludedFile], sources: list[Source]) -> Iterator[Problem]:
    """Warns of names that nearly equal one in `publishers`. Any other name that is not listed is valid."""
    entries = [publisher for part in parts for publisher in part.publishers]
    known = {name_key(name): entry.name for entry in entries for name in (entry.name, *entry.aliases)}
    unlisted = ((source, name) for source in sources if (name := source.publisher) and name_key(name) not in known)
    for source, name in islice(unlisted, COMPARED // (len(known) or 1)):
        near = closest(name_key(name), known, cutoff=0.85)
        if near is not None:
            message = f"`publishers` does not list `{name}`; did you mean `{known[near]}`?"
            yield source.at("publisher").warning(message)


def _fallback_is_no_former_id(sections: Iterable[Rules]) -> Iterator[Problem]:
    for section in sections:
        if FALLBACK in section.was:
            yield section.at("was", section.was.index(FALLBACK)).problem(
                f"was: the file still has a section `{FALLBACK}`, which is added for items that no rule places; to give "
                "that another id, list it last and without rules"
            )


def _stories(main: FeedsFile) -> Iterator[Problem]:
    from aggregator.normalise.address import typed

    ours = host_of(main.site.url or "")
    split = {typed(url): main.stories.at("split", n) for n, url in enumerate(main.stories.split)}
    for key, url, at in main.stories.overrides.lines():
        if PAGE.search(url) and (host_of(url) == ours or literal_private(url)):
            yield at.problem(
                "this is a page of this service: name the address of the article; a story's page lists those of all its articles"
            )
        if key == "join" and (apart := split.get(typed(url))):
            yield at.warning(
                f"`split` on {_line(apart, at)} names an article of this list, and takes precedence: keep one"
            )
    hidden = set(map(typed, main.stories.hide))
    pinned: dict[str | None, Position] = {}
    for pin in main.stories.pin:
        article, at = typed(pin.url), pin.at("url")
        if article in pinned and pin.until is None:  # else the earlier pin takes effect afterwards
            yield at.warning(
                f"this article is pinned already on line {pinned[article].line}, and this pin replaces that"
            )
        pinned.setdefault(article, at)
        if article in hidden:
            yield at.problem("this article is both pinned and hidden: keep one")
