"""Word boundaries, capitals, scripts without spaces, trailing *."""

from __future__ import annotations

import pytest

from aggregator.text import fold, match
from aggregator.text.match import Locator, Matcher, Needle, haystack, needle
from aggregator.text.scripts import unspaced
from aggregator.text.search import indexed


def found(phrase: str, title: str, summary: str = "") -> list[str]:
    made = needle(phrase)
    assert made is not None
    return _hits(made, title, summary)


def _hits(made: Needle, title: str, summary: str = "") -> list[str]:
    hay = haystack(title, summary)
    locator = Locator(title, summary, hay)
    places = [locator.locate(start, end) for _, start, end in Matcher([made]).find(hay)]
    assert all(text == {"title": title, "summary": summary}[field] for field, text, _, _ in places)
    return [text[first:last] for _, text, first, last in places]


@pytest.mark.parametrize(
    ("phrase", "title", "expected"),
    [
        ("US", "US sends ships", ["US"]),
        ("US", "The U.S. sends ships", ["U.S"]),
        ("U.S.", "US-China talks", ["US"]),
        ("US", "Tell us more", []),
        ("US", "A loan of US$58 million to the US", ["US"]),
        ("US", "Ships of the US  ", ["US"]),
        ("join US", "Join us", []),
        ("aid", "AID SHIPS LEAVE PORT", ["AID"]),
        ("AID", "AID SHIPS LEAVE PORT", []),
        ("join US", "They join US forces", ["join US"]),
        ("HK", "HK$455 million for HK painter", ["HK"]),
        ("WHO", "Who won?", []),
        ("us auto", "US Auto Suppliers", ["US Auto"]),
        ("oman", "A woman in Rome", []),
        ("missile*", "Missiles fly", ["Missile"]),
        ("missile", "Missiles fly", []),
        ("*brand", "Großbrand und Wohnungs-Brand, Brand! Brandstifter, Rembrandts", ["brand", "Brand", "Brand"]),
        ("*brand*", "Großbrandes", ["brand"]),
        ("*feuer wehr", "Das Großfeuer-Wehr-Lied", ["feuer-Wehr"]),
        ("McDonald's*", "McDonald’s opens", ["McDonald"]),
        ("U.S*", "US says", ["US"]),
        ("rare earth", "Rare-earth exports", ["Rare-earth"]),
        ("south china sea", "Ships in the South China Sea’s reefs", ["South China Sea"]),
        ("new york", "New, York is old", []),
        ("escalation", "A de-escalation deal", []),
        ("de-escalation", "A deescalation deal", ["deescalation"]),
        ("F-35", "Two F‑35 jets", ["F‑35"]),
        ("gerald r. ford", "The Gerald R. Ford sails", ["Gerald R. Ford"]),
        ("gerald r. ford", "The Gerald R Ford sails", ["Gerald R Ford"]),
        ("gerald r ford", "The Gerald R. Ford sails", ["Gerald R. Ford"]),
        ("sept. 11", "After Sept. 11 it was", ["Sept. 11"]),
        ("paris, texas", "Fire in Paris, Texas, kills two", ["Paris, Texas"]),
        ("yahoo! news", "Yahoo! News is sold", ["Yahoo! News"]),
        ("gen. caine", "Gen. Caine speaks", ["Gen. Caine"]),
        ("gen caine", "Gen. Caine speaks", ["Gen. Caine"]),
        ("standard & poor's", "Standard & Poor’s cuts", ["Standard & Poor"]),
        ("ukraine – russia war", "A Ukraine — Russia war", ["Ukraine — Russia war"]),
        ("côte d’ivoire", "Cote d'Ivoire votes", ["Cote d'Ivoire"]),
        ("erdogan", "Erdoğan’s rivals", ["Erdoğan"]),
        ("北京", "今天北京说", ["北京"]),
        ("중국", "중국은 좋다", ["중국"]),
        ("กรุงเทพ", "ในกรุงเทพวันนี้", ["กรุงเทพ"]),
        ("NATO", "NATO首脳会議、米NATO大使", ["NATO", "NATO"]),
        ("NATO", "ＮＡＴＯが合意", ["ＮＡＴＯ"]),
        ("NATO", "한국과 NATO가 합의", ["NATO"]),
        ("F-35", "最新鋭F-35を20機配備", ["F-35"]),
        ("F-35", "最新鋭F-350型", []),
        ("NATO", "⚠\ufe0fNATO, 1\ufe0f\u20e3NATO, N\ufe0fATO", ["NATO", "NATO", "N\ufe0fATO"]),
        ("葛城", "葛\U000e0100城市", ["葛\U000e0100城"]),
        ("ＧＤＰ統計", "中国GDP統計を発表", ["GDP統計"]),
        ("中国", "対中国GDP", ["中国"]),
        ("이란", "ICBM이란 무엇인가", []),
        ("대만", "20대만 고용률 하락", []),
        ("AI 반도체", "AI반도체 수출", ["AI반도체"]),
        ("WHO", "WHO事務局長がUS代表団と会談へ", ["WHO"]),
        ("WHO", "ASEANとBRICSがWHO支持", ["WHO"]),
        ("WHO", "منظمة الصحة العالمية WHO تحذر من تفشي", ["WHO"]),
    ],
)
def test_finds(phrase: str, title: str, expected: list[str]) -> None:
    assert found(phrase, title) == expected


def test_only_signs_is_no_needle() -> None:
    assert needle("--") is None
    assert needle(" *") is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("TELL US WHO HATES CHINA AGAIN", []),
        ("US STRIKES TARGETS ACROSS YEMEN", ["US"]),
    ],
)
def test_a_headline_in_capitals_does_not_turn_us_into_the_us(title: str, expected: list[str]) -> None:
    assert found("US", title) == expected


def test_other_acronyms_hold_in_a_headline_in_capitals() -> None:
    assert found("NATO", "LEADERS OF NATO GATHER TODAY") == ["NATO"]


def test_phrases_do_not_run_from_title_into_summary() -> None:
    assert found("south china", "Ships sail south", "China protests") == []


def test_finds_in_the_summary_with_its_own_offsets() -> None:
    assert found("tariff*", "News of the day", "Of tariffs — and Erdoğan") == ["tariff"]
    assert found("erdogan", "Gülen dies", "It was Erdoğan who spoke") == ["Erdoğan"]


def test_places_of_phrases_are_counted_in_characters_in_every_script() -> None:
    needles = [
        made for phrase in ("Иран и НАТО", "НАТО", "首脳会談", "首脳", "ship*", "이란") if (made := needle(phrase))
    ]
    hay = haystack("Иран и НАТО: 首脳会談, ships", "이란 shipped 首脳 — НАТО")
    hits = Matcher(needles).find(hay)
    assert [hay.text[start:end] for _, start, end in hits] == [needles[index].text for index, _, _ in hits]
    assert [index for index, _, _ in hits] == [0, 1, 3, 2, 4, 5, 4, 3, 1]


@pytest.mark.parametrize(
    ("text", "found"), [("NATO meets", True), ("Nato meets", True), ("nato ieri", False), ("Natomas", False)]
)
def test_a_phrase_with_an_exclamation_mark_needs_its_capital(text: str, found: bool) -> None:
    made = needle("Nato!")
    assert made
    assert bool(list(Matcher([made]).find(haystack(text)))) is found
    assert needle("!") is None
    assert needle("US!") == needle("US"), "capitals as they are asked for"
    assert needle("日本!") == needle("日本"), "this script has no capitals"


def test_of_a_phrase_with_an_exclamation_mark_the_words_need_a_capital_that_it_writes_with_one() -> None:
    party, turkey = needle("Law and Justice!"), needle("wild turkey!")
    assert party
    assert turkey
    assert _hits(party, "Law and Justice loses, and so does Law And Justice") == ["Law and Justice", "Law And Justice"]
    assert _hits(party, "Law and justice for all, or law and Justice") == []
    assert _hits(turkey, "Wild Turkey or wild turkey") == ["Wild Turkey"]


def test_an_abbreviation_that_ends_with_a_capital_needs_all_of_its_capitals() -> None:
    """The currency of Zimbabwe is no language of programmers, and the ministry no subculture."""
    zig, ministry, fighter = needle("ZiG!"), needle("MoD!"), needle("MiG 31!")
    assert zig
    assert ministry
    assert fighter
    assert _hits(zig, "ZiG holds, Zig 0.15 is out, ZIG IN CAPITALS, zig") == ["ZiG", "ZIG"]
    assert _hits(ministry, "MoD and Mod and mod") == ["MoD"]
    assert _hits(fighter, "A MiG-31 and a Mig-31") == ["MiG-31", "Mig-31"]


def test_capitalised_names_need_their_capital() -> None:
    turkey = needle("Turkey!")
    assert turkey is not None
    assert _hits(turkey, "Turkey votes") == ["Turkey"]
    assert _hits(turkey, "How to roast a turkey") == []


def test_the_index_of_a_search_keeps_the_same_scripts_apart_and_korean_besides() -> None:
    for code in range(0x80, 0x40000):
        char = chr(code)
        hangul = "\uac00" <= char <= "\ud7a3"
        assert (indexed(char) == f" {char} ") == (unspaced(char) or hangul), hex(code)


def test_a_feed_that_lists_all_of_unicode_does_not_fill_the_memory() -> None:
    haystack("".join(map(chr, range(0xFF00, 0x10100))), "😀")
    assert all(max(table) <= 0xFFFF for table in (fold._TABLE, match._SEARCHABLE_FIELDS))
