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
        ("- heat", "- {all: [heat, drought], unless: [who]}", "10:9: warning: `who` is a word that most texts have: write `WHO`"),
        ("- heat", "- heat, drought", "10:9: warning: `heat, drought` is one phrase: write a line with - for each word"),
        ("- heat", "- heat；drought", "10:9: warning: `heat；drought` is one phrase"),
        ("- heat", "- heat,drought", "10:9: warning: `heat,drought` is one phrase"),
        ("- heat", "- {all: [Gaza, truce | gaza]}", "10:9: warning: `gaza` is the same word as `Gaza` in this line: keep one"),
        ("- heat", "- {all: [US, truce], unless: [U.S.]}", "10:9: warning: `U.S.` is the same word as `US` in this line"),
        ("[recipe]", "[{all: [recipe, F-35 | F35, F 35]}]", "11:13: warning: `F 35` is the same word as `F-35` in this line"),
        ("- heat", "- दिल्ली, मुंबई", "10:9: warning: `दिल्ली, मुंबई` is one phrase"),
        ("- heat", "- दिल्ली,मुंबई", "10:9: warning: `दिल्ली,मुंबई` is one phrase"),
        ("- heat", "- दिल्ली:2", "10:9: warning: `दिल्ली:2` is a phrase without a weight"),
        ("- heat", "- U.S., U.K.", "10:9: warning: `U.S., U.K.` is one phrase"),
        ("- heat", "- heat NOT fever", "`heat NOT fever` is one phrase: write a line"),
        ("name: One", "name: One\n    publisher: null", "5:16: warning: `null` is text here, not nothing: leave the line out"),
        ("- id: world", "- id: world\n    title: ~", "13:12: warning: `~` is text here"),
        ("- heat", "- Null", "10:9: warning: `Null` is text here"),
        ("- heat", "- heat OR drought", "10:9: warning: `heat OR drought` is one phrase: write a line"),
        ("- heat", "- heat AND drought", "or {all: [a, b]} if all must be found"),
        ("- heat", "- -heat", "10:9: warning: `-heat` counts as `heat`: what must not count goes under `not` or `never`"),
        ("- heat", "- C#", "10:9: warning: `C#` counts as `C`, since signs at the end of a word do not count: write phrases"),
        ("- heat", "- C++", "10:9: warning: `C++` counts as `C`, since signs at the end of a word do not count: write phrases"),
        ("- id: world", "- id: floods\n  - id: world", "12:5: warning: section `floods` has neither words nor places"),
        ("- heat", "- /heat wave/i", "`/heat wave/i` is found as it is written: words are plain text, not patterns; write `heat wave`"),
        ("- heat", "- all: [heat, drought]\n      - weight: 3", "11:9: warning: `weight` is a word here; words that must both"),
        ("- heat", "- all: 2", "10:9: warning: `all` is a word here; words that must both be found"),
        ("feed\n", "feed\n    lang: JP\n", "6:11: warning: `JP` is a country, not a language; did you mean `ja`?"),
        ("- heat", "- heat + drought", "10:9: warning: `heat + drought` is one phrase"),
        ("- heat", "- heat #wave", "10:14: warning: `#wave` is a comment, since a space precedes the #: quote the text"),
        ("- id: world", "- id: world\n    examples:\n      - Harvest hits record #1", "14:29: warning: `#1` is a comment"),
        ("name: One", "name: Channel #1", "4:19: warning: `#1` is a comment"),
        ("name: One", "name: “One”", '4:11: warning: `“` is no quote to YAML: type ", or delete it: it is part of the text here'),
        ("[recipe]", "[“pie, recipe]", "11:13: warning: `“` is no quote to YAML"),
        ("feed\n", "feed\n  - {name: Two, url: http://www.one.example/feed/}\n", "6:22: warning: source `one` on line 5 has"),
        ("[recipe]", "[heat]", "11:13: warning: never: `heat` is under `words` too, on line 10, and so excludes its own items"),
        ("never: [recipe]", "not: [Heat]", "11:11: warning: not: `Heat` is under `words` too, on line 10, and so never counts"),
        ("bbc.example", "co.uk", "2:27: warning: everybody's domains end with `co.uk`"),
    ],
)  # fmt: skip
def test_a_slip_is_pointed_out(old: str, new: str, message: str) -> None:
    (told,) = warned(old, new)
    assert message in told


def test_a_password_is_in_no_warning() -> None:
    """They are written into the log, and shown by `check`."""
    (told,) = warned("name: One", "name: One #https://me:hunter22@one.example/")
    assert "`#https://me:***@one.example/` is a comment" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- heat", '- "heat, drought"'),
        ("- heat", "- 'heat OR drought'"),
        ("- heat", "- '/heat/i'"),
        ("- heat", "- C++ code"),
        ("- heat", "- की"),  # a letter and its vowel sign
        ("- heat", "- दिल्ली*"),
        ("- heat", "- '*दिल्ली*'"),
        ("- heat", "- cafe\u0301*"),  # as macOS writes é
        ("- heat", "- X!"),
        ("- heat", "- /pol/"),
        ("- heat", "- /r/gis"),
        ("- heat", "- heat/drought"),
        ("- heat", "- 1,5 degrees"),
        ("- heat", "- Washington, D.C."),
        ("- heat", "- Luther King, Jr."),
        ("- heat", "- COP 30"),
        ("- heat", "- UK GDP"),
        ("- heat", "- US"),
        ("- heat", "- U.S."),
        ("- heat", "- 'null'"),
        ("name: One", "name: 'Null'"),
        ("name: One", "name: Null Island"),
        ("- heat", "- procter & gamble"),
        ("- heat", "- C# or F#"),
        ("- heat", "- heat  # of summer"),
        ("- heat", "- heat #of summer"),
        ("- heat", "- all: [heat, drought]"),
        ("- heat", "- {all: [heat, drought], weight: 3}"),
        ("feed\n", "feed\n    lang: uk\n"),
        ("name: One", 'name: "Channel #1"'),
        ("name: One", "name: “One” and more"),
        ("name: One", "name: One, Two"),
        ("    never: [recipe]", "    never: [recipe]\n    examples:\n      - Heat, warming and\n        more"),
        ("feed\n", "feed\n    every: 5m #1\n"),
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
