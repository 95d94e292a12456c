"""What folds, and that a folded place leads back to the text it came from."""

from __future__ import annotations

import pytest

from aggregator.text.fold import fold, is_all_caps, key, lower, offsets, span


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("U.S.-China talks", "US-China talks"),
        ("the U.S. and the U.K.", "the US and the UK"),
        ("J.D. Vance", "JD Vance"),
        ("Sen. Cruz in St. Louis", "Sen Cruz in St Louis"),
        ("F‑35 over Taiwan—again", "F-35 over Taiwan-again"),
        ("Erdoğan’s Ankara", "Erdogan Ankara"),
        ("Ukraine's war", "Ukraine war"),
        ("Girls’ schools", "Girls schools"),
        ("Côte d’Ivoire", "Cote d'Ivoire"),
        ("Łódź, Tromsø, Weiß", "Lodz, Tromso, Weiss"),
        ("de-escalation and re-election", "deescalation and reelection"),
        ("Rio-de-Janeiro", "Rio-de-Janeiro"),
        ("ＵＳ　ｄｏｌｌａｒ", "US dollar"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("two  spaces\u00a0here", "two spaces here"),
        ("x.com costs 3.5 dollars.", "x.com costs 3.5 dollars."),
        ("Plan B. A start", "Plan B. A start"),
        ("the USS Gerald R. Ford, J. D. Vance, Roe v. Wade", "the USS Gerald R Ford, J D Vance, Roe v Wade"),
        ("on Sept. 11. In Jan. it", "on Sept 11. In Jan. it"),
        ("가각 が हिन्दी", "가각 が हिन्दी"),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_key_is_the_same_for_variants() -> None:
    assert key("Erdoğan") == key("ERDOGAN") == key(" erdogan ")
    assert key("U.S.") == key("US")
    assert key("ΑΘΗΝΑΣ") == key("αθηνας")


def test_lower_keeps_the_length() -> None:
    assert lower("ISTANBUL ΣΑΣ") == "istanbul σασ"


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("the U.S. said", "US", "U.S"),
        ("near Weißrussland", "ss", "ß"),
        ("Erdoğan’s palace", "Erdogan", "Erdoğan"),
        ("a cafe\u0301 there", "cafe", "cafe\u0301"),
        ("“F‑35s” land", "F-35s", "F‑35s"),
    ],
)
def test_span_leads_back(text: str, part: str, original: str) -> None:
    start = fold(text).index(part)
    first, last = span(text, start, start + len(part), offsets(text))
    assert text[first:last] == original


def test_offsets_have_one_entry_a_character() -> None:
    text = "U.S.’s “Straße” — de-escalation…"
    assert len(offsets(text)) == len(fold(text))


def test_shouts_only_where_everything_is_capital() -> None:
    assert is_all_caps("TRUMP THREATENS TARIFFS ON CHINA")
    assert not is_all_caps("US, UK AND EU")
    assert not is_all_caps("Trump Threatens Tariffs")
