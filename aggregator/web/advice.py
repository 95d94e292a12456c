"""Other words for a search that finds little or nothing, tried on the archive. (`suggestions.py` makes them.)"""

from __future__ import annotations

from flask import request
from msgspec.structs import replace

from aggregator.model.stream import Filter, StreamQuery
from aggregator.text.languages import language_code
from aggregator.text.search import alternatives
from aggregator.web.library import Library
from aggregator.web.queries import query_string
from aggregator.web.suggestions import FEW, NEAREST, everywhere, narrowest, rarest, respelled, suggestions, typed


def broader(lib: Library, query: StreamQuery, path: str, results: int) -> list[tuple[str, str]]:
    """(words, path) of broader forms of a search that found little. If it found nothing, only those that find something."""
    if results >= FEW or query.window:
        return []
    asked = query.filter
    return [
        (shown, path + query_string({**request.args, "q": shown}))
        for words in suggestions(asked.words, asked.without)
        if results or _finds(lib, replace(query, filter=replace(asked, words=words)))
        for shown in [typed(words, asked.without)]
    ]


def meant(lib: Library, query: StreamQuery, path: str) -> tuple[str, str] | None:
    """(words, path) of a search that found nothing, with a word that no text has replaced by a similar one, so that it finds something.
    None if there is no such replacement. English only."""
    wanted = query.filter
    if query.window or language_code(wanted.lang or "en") != "en":
        return None
    words, known = wanted.words, lib.archive.past.frequencies
    terms = {word: narrowest(words, word) for word in rarest(words, known)}
    nowhere = next((term for term in terms.values() if not _finds(lib, _alone(term))), None)
    if nowhere:  # respelling a word of another term would not help: nothing has this term
        alike = [word for word in terms if word in alternatives(nowhere)]
    else:
        alike = [word for word, term in terms.items() if word != term and not _finds(lib, _alone(word))]
    for word in alike:
        for other in respelled(word, known)[: NEAREST // len(alike)]:
            better = everywhere(words, word, other)
            if _finds(lib, replace(query, filter=replace(wanted, words=better))):
                shown = typed(better, wanted.without)
                return shown, path + query_string({**request.args, "q": shown})
    return None


def _alone(term: str) -> StreamQuery:
    return StreamQuery("search", view="items", filter=Filter(words=(term,)))


def _finds(lib: Library, query: StreamQuery) -> bool:
    ask = lib.archive.reading.items if query.view == "items" else lib.archive.reading.stories
    return bool(ask(replace(query, limit=1), lib.seconds())[0])
