"""Words and their stems."""

from __future__ import annotations

import pytest

from aggregator.text.words import stem


@pytest.mark.parametrize(
    ("word", "lang", "expected"),
    [
        ("Sanctions", "en", "sanction"),
        ("Sanktionen", "de-AT", "sanktion"),
        ("talossa", "fi", "talo"),
        ("talossa", "fil", "talossa"),  # Filipino, not Finnish: English stems where a language has none
        ("sanctions", "xx", "sanction"),
    ],
)
def test_a_word_is_stemmed_in_its_language(word: str, lang: str, expected: str) -> None:
    assert stem(word, lang) == expected
