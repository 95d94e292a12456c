"""The titles of streams, what is said of their filters, and which sections and topics are called as a search is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aggregator.model.stream import StreamQuery
from aggregator.normalise.plain import inert
from aggregator.render.fit import fit
from aggregator.text.search import EITHER
from aggregator.text.words import stems, tokens
from aggregator.web.in_force import InForce
from aggregator.web.library import Library
from aggregator.web.parameters import is_age
from aggregator.web.rows import index_rows
from aggregator.web.terms import as_typed
from aggregator.web.times import month_of

_QUOTED = re.compile(r'"([^"]*)"')
CALLED = 5
"""Of so many sections and topics at most a search says that they are called like it."""


def heading(force: InForce, query: StreamQuery) -> str:
    """The title of a stream on its own page."""
    return force.names.titles(query.kind).get(query.id or "") or query.kind.capitalize()


def title(force: InForce, query: StreamQuery, args: Mapping[str, str]) -> str:
    """The title of a feed. It includes that of the site, since readers list it among feeds of other sites. `args`: those of the request."""
    parts = [force.settings.site.title, heading(force, query)]
    if narrowed := narrowings(force, query, args):
        parts.append(", ".join(narrowed))
    if words := searched(query):
        parts.append(words)
    if query.window:
        parts.append(month_of(query.window[0], force.zone))
    return " – ".join(parts)


def searched(query: StreamQuery) -> str:
    """The words of a search for display, with typographic quotes."""
    return _shown(_QUOTED.sub(r"“\1”", as_typed(query.filter.words, query.filter.without)))


def called(lib: Library, query: StreamQuery) -> list[tuple[str, str]]:
    """(title, path) of the first sections and topics whose titles have all the words of a search, in any form, those that have no others
    first: who looks for `rare earths` finds texts with both words, but not those of that topic that say neodymium. Nothing for phrases,
    beginnings, alternatives and words to be left out."""
    typed = "" if query.filter.without else " ".join(query.filter.words)
    if query.kind != "search" or not typed or '"' in typed or "*" in typed or EITHER in typed:
        return []
    words = _words(typed)
    found = [row for row in lib.lasting(_titles) if words <= row[0]]
    found.sort(key=lambda row: row[0] != words)
    return [(title, path) for _, title, path in found[:CALLED]]


def _titles(lib: Library) -> list[tuple[frozenset[str], str, str]]:
    """(words of the title, title, path) of the sections and topics of the file, and of topics that were found and have stories."""
    return [
        (_words(row.title), row.title, f"/{kind}s/{row.id}")
        for kind in ("section", "topic")
        for row in index_rows(lib, kind)
    ]


def _words(text: str) -> frozenset[str]:
    return frozenset(stems(tokens(text)))


def narrowings(force: InForce, query: StreamQuery, args: Mapping[str, str]) -> list[str]:
    """The filters of a stream, except words, as readers see them. Times are told as the request names them: what `24h` means changes."""
    filters = [one for one, _ in _filters(force, query)]
    return [shown for one in (*filters, *_times(args)) if one and (shown := _shown(one))]


def _times(args: Mapping[str, str]) -> Iterator[str]:
    for name, age in (("since", "last {}"), ("until", "until {} ago")):
        if text := args.get(name):
            yield age.format(text) if is_age(text) else f"{name} {text.replace(' ', '+')}"


def wider(force: InForce, query: StreamQuery) -> list[str]:
    """What a search that finds nothing may be tried with instead: `other words`, `all sections`, …"""
    wanted = query.filter
    words = ["fewer words" if len(wanted.words) > 1 else "other words"] if wanted.words else []
    times = ["a longer time"] if wanted.since or wanted.until else []
    return list(dict.fromkeys([*words, *(wider for one, wider in _filters(force, query) if one), *times]))


def _filters(force: InForce, query: StreamQuery) -> tuple[tuple[str | None, str], ...]:
    """(as readers see it, what is wider) of each filter; the former is None if there is none."""
    wanted, names = query.filter, force.names
    return (
        (names.sections.get(wanted.section or ""), "all sections"),
        (names.topics.get(wanted.topic or "", wanted.topic), "all topics"),
        (names.sources.get(wanted.source or "", wanted.source), "all outlets"),
        # or else it would look like a word that is searched
        (f"from {wanted.publisher}" if wanted.publisher else None, "all outlets"),
        (f"label {wanted.label}" if wanted.label else None, "another label"),
        (f"language {wanted.lang}" if wanted.lang else None, "all languages"),
        (f"{query.min_publishers} outlets or more" if query.min_publishers > 1 else None, "fewer outlets"),
    )


def _shown(text: str) -> str:
    """The text made safe in the same way as titles of items, since anybody can link to a search with any words."""
    return inert(fit(text))


def description(force: InForce, query: StreamQuery) -> str:
    """What a stream has: of a section or topic in the editor's own words, if there are any."""
    rules = {"section": force.settings.sections, "topic": force.settings.topics}.get(query.kind, ())
    if said := next((one.description for one in rules if one.id == query.id), None):
        return said
    what = "Items" if query.view == "items" else "Stories, each with all the outlets that report it,"
    called = heading(force, query)
    kinds = {
        "section": f"in the section {called}.",
        "topic": f"on {called}.",
        "source": f"from {called}.",
        "latest": "as they come in.",
    }
    return f"{what} {kinds.get(query.kind, 'found by a search.')}"
