"""Other words for a search that finds little or nothing, tried on the archive. (`suggestions.py` makes them.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from msgspec.structs import replace

from aggregator.model.stream import Filter, StreamQuery
from aggregator.text.languages import language_code
from aggregator.text.search import alternatives
from aggregator.web.library import Library
from aggregator.web.queries import query_string
from aggregator.web.suggestions import FEW, NEAREST, as_typed, everywhere, narrowest, rarest, respelled, suggestions


def broader(lib: Library, query: StreamQuery, path: str, results: int) -> list[tuple[str, str]]:
    """(words, path) of broader forms of a search that found little. If it found nothing, only those that find something."""
    if results >= FEW or query.window:
        return []
    asked = query.filter
    return [
        (shown, path + query_string({**request.args, "q": shown}))
        for words in suggestions(asked.words, asked.without)
        if results or _finds(lib, replace(query, filter=replace(asked, words=words)))
        for shown in [as_typed(words, asked.without)]
    ]


def meant(lib: Library, query: StreamQuery, path: str) -> tuple[str, str] | None:
    """(words, path) of a search that found nothing, with words that no text has replaced by similar ones, so that it finds something.
    None if there is no such replacement. English only."""
    wanted = query.filter
    if query.window or language_code(wanted.lang or "en") != "en":
        return None
    terms = {word: narrowest(wanted.words, word) for word in rarest(wanted.words, lib.archive.past.frequencies)}
    nowhere = [term for term in dict.fromkeys(terms.values()) if not _finds(lib, _alone(term))]
    if nowhere:
        wrong = {term: [word for word in terms if word in alternatives(term)] for term in nowhere}
    else:
        wrong = {"": [word for word, term in terms.items() if word != term and not _finds(lib, _alone(word))]}
    better = _respelled(lib, query, wrong)
    shown = as_typed(better, wanted.without)
    return (shown, path + query_string({**request.args, "q": shown})) if better else None


def _respelled(lib: Library, query: StreamQuery, wrong: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The words of a search with one word of each term in `wrong` replaced by a similar one, so that it finds something; () if it does not.
    The terms are respelled one after the other, each so that the search finds something without the next ones."""
    better, tries = query.filter.words, NEAREST
    for n, alike in enumerate(wrong.values(), 1):
        next_ones = [*wrong][n:]
        similar = [
            (word, other)
            for word in alike
            for other in respelled(word, lib.archive.past.frequencies)[: NEAREST // len(alike)]
        ]
        for word, other in similar[:tries]:
            tries -= 1
            tried = everywhere(better, word, other)
            asked = tuple(term for term in tried if term not in next_ones)
            if _finds(lib, replace(query, filter=replace(query.filter, words=asked))):
                better = tried
                break
        else:
            return ()
    return better


def _alone(term: str) -> StreamQuery:
    return StreamQuery("search", view="items", filter=Filter(words=(term,)))


def _finds(lib: Library, query: StreamQuery) -> bool:
    ask = lib.archive.reading.items if query.view == "items" else lib.archive.reading.stories
    return bool(ask(replace(query, limit=1), lib.seconds())[0])
