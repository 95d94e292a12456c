"""What holds for any text: lengths, offsets, boundaries, and that receipts agree with judgements."""

from __future__ import annotations

from functools import cache

from builders.judging import judge, receipts
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.model.settings import Position, Rules, Term
from aggregator.model.stream import RulesKind
from aggregator.text.fold import fold, lower, offsets, span
from aggregator.text.match import Matcher, haystack, needle, searchable
from aggregator.text.words import tokens

AT = Position("feeds.yaml", 1, 1)
ANY = st.text(max_size=80)
WORDS = "U.S. US us China china Erdoğan’s Kyiv — F‑35 ‘Done’ de-escalation 北京 missile Missiles NATO Sen. St. in"
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)
TEXT = ANY | PIECES


@cache
def _book() -> Rulebook:
    def rule(
        kind: RulesKind, id: str, places: tuple[str, ...], words: tuple[str, ...], nots: tuple[str, ...] = ()
    ) -> Rules:
        def made(parts: tuple[str, ...]) -> tuple[Term, ...]:
            return tuple(Term((part,), 1.0, AT) for part in parts)

        return Rules(kind, id, id, AT, places=made(places), words=made(words), nots=made(nots))

    sections = (
        rule("section", "asia", ("CN",), ("北京",), ("in china",)),
        rule("section", "america", ("US",), ("NATO",)),
        rule("section", "war", ("UA", "europe"), ("missile*",)),
        rule("section", "world", (), ()),
    )
    return compile_rules(sections, (rule("topic", "nato", (), ("NATO", "f-35")),), "world")


@given(TEXT)
def test_searchable_and_lower_keep_the_length(text: str) -> None:
    folded = fold(text)
    assert len(lower(folded)) == len(folded) == len(searchable(folded)) == len(offsets(text))


@given(TEXT)
def test_offsets_rise_and_stay_inside(text: str) -> None:
    found = offsets(text)
    assert all(0 <= at < len(text) for at in found)
    assert list(found) == sorted(found)


@given(TEXT, st.integers(0, 80), st.integers(1, 20))
def test_a_span_folds_to_what_it_came_from(text: str, start: int, length: int) -> None:
    folded = fold(text)
    if start + length > len(folded):
        return
    first, last = span(text, start, start + length, offsets(text))
    assert 0 <= first < last <= len(text)
    kept = [char for char in folded[start : start + length] if char.isalnum()]
    inside = [char for char in fold(text[first:last]) if char.isalnum()]
    # The ends of a span may cut a pair such as ß = ss; everything wanted is inside it.
    assert set(kept) <= set(inside) | {"'"}


@given(TEXT, TEXT)
def test_a_phrase_is_found_in_a_text_that_holds_it(before: str, after: str) -> None:
    made = needle("rare earth")
    assert made is not None
    assert Matcher([made]).find(haystack(f"{before} | rare earth | {after}"))


@given(TEXT)
def test_words_inside_words_are_not_found(text: str) -> None:
    made = needle("oman")
    assert made is not None
    hay = haystack(f"{text}oman woman oman")
    found = Matcher([made]).find(hay)
    assert found[-1][2] == len(hay.text)
    assert all(hay.text[start] == " " and hay.text[end - 1] == " " for _, start, end in found)


@settings(max_examples=150)
@given(TEXT, TEXT, st.sampled_from([None, "asia", "nowhere"]), st.sampled_from([None, "america"]))
def test_receipts_agree_with_the_judgement(title: str, summary: str, usually: str | None, section: str | None) -> None:
    found = judge(_book(), title, summary, usually=usually, section=section)
    why = receipts(_book(), title, summary, usually=usually, section=section)
    assert tuple((one.section, one.score) for one in why[: len(found.scores)]) == found.scores
    assert found.section == found.scores[0][0]
    for one in why:
        for match in one.matched:
            text = title if match.field == "title" else summary
            assert text[match.start : match.end] == match.text != ""


WRITTEN = "U.S O'Brien l’Iran 10,000 9:30 a_b naïve e\u0301te\u0301 कि 北京市 — x. ,5 ٣"
PARTS = st.sampled_from(WRITTEN.split())


@given(TEXT | st.lists(PARTS, max_size=8).map(" ".join) | st.lists(PARTS, max_size=8).map("".join))
def test_the_words_of_a_text_are_the_same_beside_a_sign_of_another_script(text: str) -> None:
    """Texts that are ASCII, or without such signs, are read by simpler expressions."""
    assert [*tokens(text), "कि"] == tokens(f"{text} कि")
