"""Acts that a headline announces ("House to vote on aid bill") or tells as done ("House votes for aid bill"). English only.

Only what happens at a time of its own counts: a visit, a vote, a strike. Where the news is a decision, outlets tell it as what it will do
("Sunak to raise smoking age", "premier to step down") and as done, and both mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.text.headline import is_ahead

_SUFFERED = ("executed", "sentenced", "arraigned", "buried", "sworn", "released", "freed")
_ACTS = (  # as announced after "to" or "will" (of what is to come also after "poised for", "faces"); as done
    ("visit travel fly", "visits visited arrives arrived lands landed"),
    ("meet", "meets met"),
    ("host hold", "hosts hosted holds held"),
    ("vote", "votes voted approves approved passes passed rejects rejected"),
    ("sign", "signs signed"),
    ("launch", "launches launched"),
    (
        "strike begin start open reopen resume",
        "strike begin begins began starts started opens opened reopens reopened resumes resumed",
    ),
    ("testify", "testifies testified"),
    *((done, done) for done in _SUFFERED),
)
_ANNOUNCED = {word: act for act, (words, _) in enumerate(_ACTS) for word in words.split()}
_DONE = {word: act for act, (_, words) in enumerate(_ACTS) for word in words.split()}
_EITHER = _ANNOUNCED.keys() | _DONE.keys()
# "Workers strike over pay" and "workers strike in" tell it as done, "workers' strike in" and "air strike in" do not.
_OVER = frozenset(["over", "as", "after", "at", "across"])
_BOTH = (_ANNOUNCED.keys() & _DONE.keys()).difference(_SUFFERED)  # of many, as done: "workers strike", "talks begin"
# A headline with one of these does not tell that it has happened ("strike dates announced", "says votes will go ahead").
_NOT_YET = frozenset([
    "may", "might", "could", "would", "should", "must", "if", "not", "never", "will",
    "announce", "announces", "announced", "plan", "plans", "planned", "dates", "threat", "threatens", "looms",
])  # fmt: skip
# What follows "to" is no announcement after these: who had to sign has signed; "due to strike" and "responds to vote" tell of what was.
_NOT_AHEAD = frozenset([
    "forced", "had", "has", "have", "having", "due", "led", "leads", "leading", "thanks", "prior",
    "reaction", "reacts", "reacting", "reacted", "response", "responds", "responding", "responded",
])  # fmt: skip
# Nor after these: "becomes first premier to visit" tells of a visit.
_ONE_OF = frozenset(["first", "last", "only", "latest", "becomes", "became"])
_FACING = frozenset(["for", "face", "faces", "facing"])  # "poised for largest strike", "faces vote"
_WORD, _ASCII_WORD = re.compile(r"[^\W\d_]+['’]?"), re.compile(r"[a-z]+'?")


def acts(headline: str) -> Iterator[tuple[int, bool]]:
    """(number of an act, whether it is told as done) of each act. What a headline announces is not told as done in it."""
    text = headline.casefold()
    words = ["", "", "", *(_ASCII_WORD if text.isascii() else _WORD).findall(text), ""]
    if _EITHER.isdisjoint(words):
        return
    announced, faced, done = set(), set(), set()
    for place, word in enumerate(words):
        if word in _EITHER:
            before, after = words[place - 1], words[place + 1]
            is_verb = word != "strike" or after in _OVER or (after == "in" and before.endswith("s"))
            start = place - 1 if before != "be" else place - 2
            coming = words[start] == "will" or (
                words[start] == "to" and words[start - 1] not in _NOT_AHEAD and _ONE_OF.isdisjoint(words[:start])
            )
            if coming and word in _ANNOUNCED:
                announced.add(_ANNOUNCED[word])
            elif is_verb and word in _DONE and not (word in _BOTH and "to" in words):  # "to build wall, begin talks"
                done.add(_DONE[word])
            if word in _ANNOUNCED and not _FACING.isdisjoint(words[place - 3 : place]):
                faced.add(_ANNOUNCED[word])
    if announced:
        yield from ((act, False) for act in announced)
    elif is_ahead(headline):  # its other acts may be over ("quake strikes, toll expected to rise")
        yield from ((act, False) for act in faced)
    elif _NOT_YET.isdisjoint(words):
        yield from ((act, True) for act in done)
