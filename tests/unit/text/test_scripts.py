"""The direction of a text."""

from __future__ import annotations

import pytest

from aggregator.text.scripts import direction


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Missile lands near Hokkaido", "ltr"),
        ("Reuters: مصر تعلن فتح معبر رفح", "rtl"),
        ("F-16 חדשים יגיעו ב-2024", "rtl"),
        ("الجزيرة: Gaza crossing opens for the first time", "ltr"),
        ("台灣國防部：24小時", "ltr"),
        ("Reuters, غزة الآن", "ltr"),
        ("2024!", "ltr"),
        ("", "ltr"),
    ],
)
def test_a_text_runs_as_most_of_its_letters_do(text: str, runs: str) -> None:
    assert direction(text) == runs
