"""Lines that are valid and hardly mean what they say are pointed out, at their place; quotes say that they do."""

from __future__ import annotations

import pytest

from aggregator.config.compile import compile_texts
from aggregator.errors import ConfigError

FILE = """\
publishers:
  - {name: BBC, domains: [bbc.example]}
sources:
  - name: One
    url: https://one.example/feed
sections:
  - id: climate
    words:
      - warming
      - heat
    never: [recipe]
  - id: world
stories: {join: [["https://one.example/a", "https://one.example/b"]]}
"""


def warned(old: str, new: str) -> list[str]:
    assert FILE.count(old) == 1
    return [str(problem) for problem in compile_texts({"feeds.yaml": FILE.replace(old, new)}, {})[1]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- heat", "- us", "10:9: warning: `us` is a word that most texts have: write `US`, which is found in capitals only"),
        ("- heat", "- all: [heat, it | drought]", "10:9: warning: `it` is a word that most texts have: write `IT`"),
        ("[recipe]", "[{all: [recipe, who]}]", "11:13: warning: `who` is a word that most texts have: write `WHO`"),
        ("- heat", "- Us", "10:9: warning: `Us` is a word that most texts have: write `US`, which is found in capitals only"),
        ("- heat", "- u.s.", "10:9: warning: `u.s.` is a word that most texts have: write `U.S.`, which is found in capitals only"),
        (
            "- heat",
            "- {all: [heat, drought], unless: [who]}",
            "10:9: warning: `who` is a word that most texts have: write `WHO`",
        ),
        ("- heat", "- heat, drought", "10:9: warning: `heat, drought` is one phrase: write a line with - for each"),
        ("- heat", "- heat；drought", "10:9: warning: `heat；drought` is one phrase"),
        ("- heat", "- heat,drought", "10:9: warning: `heat,drought` is one phrase"),
        ("- heat", "- U.S., U.K.", "10:9: warning: `U.S., U.K.` is one phrase"),
        ("- heat", "- heat NOT fever", "in which NOT is a word: what must not count goes under `not` or `never`"),
        ("[recipe]", "[drone missile tank artillery]", "11:13: warning: `drone missile tank artillery` is one phrase, found word for word"),
        ("[recipe]", "[NATO EU]", "11:13: warning: `NATO EU` is one phrase, found word for word: if these are words"),
        ("- heat", "- NATO x2", "`NATO x2` is one phrase: a weight follows a colon and a space (`NATO: 2`), or quote it"),
        ("- heat", "- sea level 1.5×", "a weight follows a colon and a space (`sea level: 1.5`)"),
        ("name: One", "name: One\n    publisher: null", "5:16: warning: `null` is text here, not nothing: leave the line out"),
        ("- id: world", "- id: world\n    title: ~", "13:12: warning: `~` is text here"),
        ("- heat", "- Null", "10:9: warning: `Null` is text here"),
        ("- heat", "- heat OR drought", "10:9: warning: `heat OR drought` is one phrase, in which OR is a word: write a line"),
        ("- heat", "- heat AND drought", "in which AND is a word: two words that must both be found are {all: [a, b]}"),
        ("- heat", "- heat + drought", "in which + is a word"),
        ("- heat", "- heat = 2", "in which = is a word: a weight follows a colon and a space (`quad: 2`)"),
        ("- heat", "- heat\n        wave", "11:9: warning: this belongs to the phrase above: begin it with `- `, or write both on"),
        ("- heat", "- -heat", "10:9: warning: `-heat` counts as `heat`: what must not count goes under `not` or `never`"),
        ("- heat", "- all: [heat, drought]\n      - weight: 3", "11:9: warning: `weight` is a word here; words that must both"),
        ("- heat", "- all: 2", "10:9: warning: `all` is a word here; words that must both be found"),
        ("- heat", "- heat #wave", "10:14: warning: `#wave` is a comment, since a space precedes the #: quote the text"),
        ("- id: world", "- id: world\n    examples:\n      - Harvest hits record #1", "14:29: warning: `#1` is a comment"),
        ("name: One", "name: Channel #1", "4:19: warning: `#1` is a comment"),
        ("[recipe]", "[heat]", "11:13: warning: never: `heat` is under `words` too, on line 10, and so excludes its own items"),
        ("never: [recipe]", "not: [Heat]", "11:11: warning: not: `Heat` is under `words` too, on line 10, and so never counts"),
        ("one.example/feed", "one.example/feed,", "5:10: warning: the address ends with `,`: delete it"),
        ("one.example/feed", "one.example/feed?a=1&amp;b=2", "5:10: warning: `&amp;` is how HTML writes `&`"),
        ("one.example/feed", "one.example/feed\u200b", "5:10: warning: the address has an invisible character in it (U+200B)"),
        ("one.example/feed", "one.example/می/feed\u200c", "5:10: warning: the address has an invisible character in it (U+200C)"),
        ("one.example/feed", "one.example/f\u200deed", "5:10: warning: the address has an invisible character in it (U+200D)"),
        ("name: One", "name: “One”", "4:11: warning: the quotes in `“One”` are part of the text: YAML knows only \" and '"),
        ("id: world", "id: world\n    title: ‘World’", "13:12: warning: the quotes in `‘World’` are part of the text"),
        ("feed\n", "feed\n    lang: JP\n", "6:11: warning: `JP` is a country, not a language; did you mean `ja`?"),
        ("bbc.example", "co.uk", "2:27: warning: everybody's domains end with `co.uk`"),
        ("example/b", "example/a?utm_source=x", "13:18: warning: join: these are one article, so nothing is joined"),
        ("{join", '{split: ["https://one.example/b"], join', "join: `split` on line 13 takes one of these articles out again"),
    ],
)  # fmt: skip
def test_a_slip_is_pointed_out(old: str, new: str, message: str) -> None:
    (told,) = warned(old, new)
    assert message in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- heat", '- "heat, drought"'),
        ("name: One", 'name: "“One”"'),
        ("name: One", "name: “One” World"),
        ("name: One", "name: “One” and “Two”"),
        ("one.example/feed", "one.example/می\u200cخواهم"),
        ("one.example/feed", "one.example/क्\u200dष"),
        ("- heat", "- 'heat OR drought'"),
        ("- heat", "- 1,5 degrees"),
        ("- heat", "- Washington, D.C."),
        ("- heat", "- Luther King, Jr."),
        ("- heat", "- COP 30"),
        ("[recipe]", "[south china sea]"),
        ("[recipe]", "[lord of the rings]"),
        ("[recipe]", "[guerra de los treinta anos]"),
        ("[recipe]", '["drone missile tank artillery"]'),
        ("[recipe]", "[north carolina supreme court, recipe]"),
        ("- heat", "- north carolina supreme court"),
        ("    never: [recipe]", "    never:\n      - north carolina supreme court"),
        ("- heat", "- UK GDP"),
        ("- heat", "- US Navy"),
        ("- heat", "- Model X"),
        ("- heat", '- "NATO EU"'),
        ("- heat", "- 'null'"),
        ("name: One", "name: 'Null'"),
        ("name: One", "name: Null Island"),
        ("- heat", "- procter & gamble"),
        ("- heat", "- C# or F#"),
        ("- heat", "- heat  # of summer"),
        ("- heat", "- heat #of summer"),
        ("- heat", "- all: [heat, drought]"),
        ("- heat", "- {all: [heat, drought], weight: 3}"),
        ("- heat", "- " + "heat " * 12 + "\n        " + "wave " * 12),
        ("- heat", '- "heat\n        wave"'),
        ("    never: [recipe]", "    never: [recipe, heat\n      wave]"),
        ("name: One", 'name: "Channel #1"'),
        ("name: One", "name: One, Two"),
        ("    never: [recipe]", "    never: [recipe]\n    examples:\n      - Heat, warming and\n        more"),
        ("feed\n", "feed\n    every: 5m #1\n"),
        ("feed\n", "feed\n    lang: uk\n"),
        ("bbc.example", "bbc.co.uk"),
        ("bbc.example", "gov.uk"),  # governments publish at www.gov.uk, www.gov.cn, www.gob.mx
        ("bbc.example", "gob.mx"),
        ("- heat\n    never: [recipe]", "- {all: [heat, wave]}\n    not: [{all: [heat, wave]}]"),
    ],
)
def test_what_may_be_meant_is_left_alone(old: str, new: str) -> None:
    assert warned(old, new) == []


@pytest.mark.parametrize("line", ["{all: climate, change}", "{all: 'climate, change'}", "{all: climate}"])
def test_all_without_brackets_is_told_to_take_a_list(line: str) -> None:
    with pytest.raises(ConfigError, match="10:15: words: `all` takes a list: write"):
        warned("- heat", f"- {line}")
