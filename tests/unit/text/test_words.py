"""Words and their stems."""

from __future__ import annotations

import pytest

from aggregator.text import words
from aggregator.text.words import plains, stem, stem_ids, stems, tokens


@pytest.mark.parametrize(
    ("word", "lang", "expected"),
    [
        ("Sanctions", "en", "sanction"),
        ("Sanktionen", "de-AT", "sanktion"),
        ("talossa", "fi", "talo"),
        ("talossa", "fil", "talossa"),  # Filipino, not Finnish: English stems where a language has none
        ("sanctions", "xx", "sanction"),
        ("2020luvulla", "fi", "2020luvulla"),
    ],
)
def test_a_word_is_stemmed_in_its_language(word: str, lang: str, expected: str) -> None:
    assert stem(word, lang) == expected


@pytest.mark.parametrize("text", ["東京都", "\uf98e\uf90a\uf92f", "\U00020000\U0002a700\U00030000"])
def test_characters_of_scripts_without_spaces_are_taken_in_pairs(text: str) -> None:
    assert tokens(text) == [text[:2], text[1:]]


def test_a_character_that_stands_alone_is_a_word() -> None:
    assert tokens("美 and 中国 or 中") == ["美", "and", "中国", "or", "中"]


@pytest.mark.parametrize("text", ["यूक्रेन की राजधानी", "ইউক্রেনে হামলা", "தமிழ்நாட்டில் வெள்ளம்", "غزّة أولاً", "ප්‍රති", "été l’été"])
def test_vowel_signs_and_accents_belong_to_their_word(text: str) -> None:
    assert tokens(text) == text.split()


def test_words_are_compared_without_what_is_written_in_many_ways() -> None:
    assert plains(["U.S.", "us", "O’Brien", "Erdoğan's", "3.5", "F35"]) == [
        "us",
        "us",
        "obrien",
        "erdogan",
        "3.5",
        "f35",
    ]


def test_the_caches_of_all_languages_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its own, and there were sixty-seven of 9 MB."""
    monkeypatch.setattr(words._Memo, "MOST", 100)
    for lang in ("en", "de", "fr", "ru", "ar"):
        numbered = [f"{lang}word{n}" for n in range(70)]
        assert stem_ids(numbered, lang) == stem_ids(numbered, lang)
        assert len(set(stems(numbered, lang))) == len(set(plains(numbered))) == 70
    assert sum(map(len, words._MEMOS)) <= 100
    assert len(words._NUMBERED) <= 100


def test_words_that_are_too_long_to_be_words_are_not_kept() -> None:
    """65,000 of 500 letters in each of the caches were 200 MB of letters, and those of a script beyond U+FFFF twice as much."""
    long = ["щ" * 490 + letter for letter in "абвгд"]
    assert stem_ids(long, "ru") == stem_ids(long, "ru")
    assert len(set(stem_ids(long, "ru"))) == len(set(stems(long, "ru"))) == len(set(plains(long))) == 5
    assert not any(word in memo for word in long for memo in words._MEMOS)
    assert max(map(len, words._NUMBERED.values()), default=0) < 490
