"""Sources are added to whatever people write: every line stays as it is, and the file says the same and the additions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aggregator.config.compile import compile_texts
from aggregator.config.edit import NewSource, append_sources
from aggregator.errors import ConfigError
from aggregator.model.settings import Settings
from aggregator.pipeline.edits.changes import changes

NEW = (
    NewSource("New Feed", "https://new.example/feed"),
    NewSource("東京: #1", "https://new2.example/?a=${x}", id="tokyo", publisher="X, y", folder="A, b"),
)
pick = st.sampled_from
tails = pick(["", "", "  ", " # why", "   # 東京 ]}", "\t# tab"])
comments = pick(
    ["# x", "#", "# - name: B", "#\ta: 'b", "# sources:", "# a\u2028b", "# ...", "#  url: https://b.example"]
)
beside = st.lists(
    st.tuples(st.integers(0, 9), comments).map(lambda at: " " * at[0] + at[1]) | pick(["", "  "]), max_size=2
)
HEADS = ("sources:", '"sources":', "'sources' :")
NAMES = (
    "{pad}name: A {n}",
    "{pad}'name':   'A {n}'",
    '{pad}"name" : "A\n{pad}  {n}"',
    "{pad}name: A\n{pad}  {n}",
    "{pad}name: >\n{pad}  A {n}",
    "{pad}name: |+\n{pad}   A {n}\n\n",
    "{pad}name:\n{pad}   A {n}",
    "{pad}? name\n{pad}: A {n}",
)
MORE = (
    "{pad}was:\n{pad}- old-{n}",
    "{pad}labels:\n{pad}  country: GB\n{pad}  # none",
    "{pad}was: []",
    "{pad}labels:",
    '{pad}headers: {\n{pad} Accept: "*/*"\n{pad} }',
    "{pad}every: 5m",
)
EMPTY = (
    "sources:",
    "sources: []",
    "sources: [ ]  # none",
    "sources:\n []",
    "sources:\n  # - name: B",
    "sources: [\n  # none\n ]",
    "",
)
FLOW = ("sources: [{name: A, url: 'https://a.example/'}]", "sources: [\n  {name: A,\n   url: 'https://a.example/'}, # all\n ]",
        "? sources\n: - name: A\n    url: https://a.example/")  # fmt: skip
OTHERS = ("site: {title: 'X'}", "sections:\n- id: asia\n  words: [a, {quad: 2}]\n- id: world", "sections: []",
          "topics:\n  - id: rare\n    description: |+\n      Text\n\n", "topics:", "publishers:\n  - {name: BBC}")  # fmt: skip


@st.composite
def entries(draw: st.DrawFn, dash: int) -> str:
    n, gap = draw(st.integers(0, 10**9)), draw(pick([1, 1, 2, 3, 7]))
    if draw(st.booleans()):
        return f"{' ' * dash}- {{name: A {n}, url: 'https://a.example/{n}'{draw(pick(['', ',']))}}}{draw(tails)}\n"
    pad = " " * (dash + 1 + gap)
    lines = [
        draw(pick(NAMES)),
        "{pad}url: https://a.example/{n}" + draw(tails),
        *draw(st.lists(pick(MORE), max_size=1)),
    ]
    text = ""
    for line in draw(st.permutations(lines)):
        text += "\n".join([line.replace("{pad}", pad).replace("{n}", str(n)), *draw(beside), ""])
    return f"{' ' * dash}-\n{text}" if draw(st.booleans()) else f"{' ' * dash}-{text[dash + 1 :]}"


@st.composite
def files(draw: st.DrawFn) -> str:
    dash = draw(pick([0, 1, 2, 2, 4, 8]))
    listed = f"{draw(pick(HEADS))}\n" + "".join(draw(st.lists(entries(dash), min_size=1, max_size=3)))
    blocks = [
        draw(st.just(listed) | pick([*EMPTY, *FLOW])),
        *draw(st.lists(pick(OTHERS), max_size=3, unique_by=lambda one: one[:5])),
    ]
    text = draw(pick(["", "", "---\n", "--- # x\n", "# x\n\n"]))
    for block in draw(st.permutations(blocks)):
        text += "".join(f"{line}\n" for line in [block.removesuffix("\n"), *draw(beside)])
    text += draw(pick(["", "", "...\n", "... # x\n\n", "        # the end\n"]))
    return (text if draw(st.booleans()) else text.rstrip("\n")).replace("\n", draw(pick(["\n", "\n", "\r\n", "\r"])))


def read(text: str) -> Settings:
    return compile_texts({"feeds.yaml": text}, {})[0]


def kept(before: str, after: str) -> bool:
    """Whether `after` is `before` with an insertion at one place."""
    start = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    return after.endswith(before[start:])


def breaks(text: str) -> set[str]:
    return set(re.findall(r"\r\n|\r|\n", text))


@settings(max_examples=100)
@given(files(), st.sampled_from([NEW[:1], NEW[1:], NEW]))
def test_what_people_write_stays_as_it_is(before: str, new: Sequence[NewSource]) -> None:
    try:
        old = read(before)
    except ConfigError:
        assume(False)
    after = append_sources(before, new)
    made = read(after)
    assert [(one.name, one.url.replace("$${", "${")) for one in made.sources[len(old.sources) :]] == [
        (one.name, one.url) for one in new
    ]
    found = changes(old, made)
    assert found.sources.added == tuple(one.id for one in made.sources[len(old.sources) :])
    assert found.lines() == [f"+ source {id} starts" for id in found.sources.added]
    bare = re.sub(r"(sources:[\r\n]*) *\[ *\]", r"\1", before)  # a line each replaces empty brackets
    assert kept(before, after) or kept(bare, after)
    assert breaks(after) <= (breaks(before) or {"\n"})
