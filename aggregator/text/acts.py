"""Acts that a headline announces ("House to vote on aid bill") or tells as done ("House votes for aid bill"). English only.

Only what happens at a time of its own counts: a visit, a vote, a strike. Where the news is a decision, outlets tell it as what it will do
("Sunak to raise smoking age") and as done, and both mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.text.headline import is_ahead

_ACTS = (  # as announced after "to" or "will", or by a headline about what is to come; as done
    ("visit travel fly", "visits visited arrives arrived lands landed"),
    ("meet", "meets met"),
    ("host hold", "hosts hosted holds held"),
    ("vote", "votes voted approves approved passes passed rejects rejected"),
    ("sign", "signs signed"),
    ("strike", "strike strikes struck"),
    ("launch", "launches launched"),
    (
        "begin start open reopen resume",
        "begin begins began starts started opens opened reopens reopened resumes resumed",
    ),
    ("resign step quit", "resigns resigned steps stepped quits"),
    ("name appoint", "names named appoints appointed"),
    ("testify", "testifies testified"),
    *((done, done) for done in ("executed", "sentenced", "arraigned", "buried", "sworn", "released", "freed")),
)
_ANNOUNCED = {word: act for act, (words, _) in enumerate(_ACTS) for word in words.split()}
_DONE = {word: act for act, (_, words) in enumerate(_ACTS) for word in words.split()}
_EITHER = _ANNOUNCED.keys() | _DONE.keys()
_PERHAPS = frozenset(["may", "might", "could", "would", "should", "must", "if", "not", "never"])
_FORCED = frozenset(["forced", "had", "has", "have", "having"])  # who was forced to resign has resigned
_WORD = re.compile(r"[^\W\d_]+")


def acts(headline: str) -> Iterator[tuple[int, bool]]:
    """(number of an act, whether it is told as done) of each act. What a headline announces is not told as done in it."""
    words = ["", "", "", *_WORD.findall(headline.casefold())]
    if _EITHER.isdisjoint(words):
        return
    announced, done = set(), set()
    for place, word in enumerate(words):
        if word in _EITHER:
            start = place - 1 if words[place - 1] != "be" else place - 2
            coming = words[start] == "will" or (words[start] == "to" and words[start - 1] not in _FORCED)
            if coming and word in _ANNOUNCED:
                announced.add(_ANNOUNCED[word])
            elif word in _DONE:
                done.add(_DONE[word])
    if announced:
        yield from ((act, False) for act in announced)
    elif is_ahead(headline):
        yield from ((act, False) for act in done.union(_ANNOUNCED[word] for word in words if word in _ANNOUNCED))
    elif _PERHAPS.isdisjoint(words):
        yield from ((act, True) for act in done)
