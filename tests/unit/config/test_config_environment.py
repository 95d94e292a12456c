from __future__ import annotations

import pytest

from aggregator.config.environment import expand, mask, references, secrets
from aggregator.config.load import parse


def test_expand_fills_in_and_escapes() -> None:
    assert expand("a ${X} $${X} $X ${X}${Y}", {"X": "1", "Y": "${X}"}) == "a 1 ${X} $X 1${X}"
    assert references("${A}/$${B}/${C}") == ("A", "C")


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(KeyError, match="NOPE"):
        expand("${NOPE}", {})


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET https://u:p@ss@x.example/a failed", "GET https://u:***@x.example/a failed"),
        ("https://token@x.example/", "https://***@x.example/"),
        ("https://x.example/@user", "https://x.example/@user"),
        ("mail a@b.example", "mail a@b.example"),
    ],
)
def test_passwords_in_addresses_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_every_secret_is_masked_in_every_form() -> None:
    text = """
sources:
  - {name: A, url: "https://a.example/?k=${KEY}", headers: {Authorization: "Bearer ${TOKEN}", X-Api-Key: literal-key}}
  - {name: B, url: "https://me:letmein@b.example/", headers: {Accept: application/xml}}
"""
    environ = {"KEY": "p&q=r/s", "TOKEN": "tok-tok", "OTHER": "public"}
    settings, _ = parse({"f": text}, "f", environ)
    hidden = secrets(settings, environ)
    told = "p&q=r/s p%26q%3Dr%2Fs p%26q%3Dr/s tok-tok literal-key letmein application/xml public A"
    assert mask(told, hidden) == "*** *** *** *** *** *** application/xml public A"


def test_a_longer_secret_is_masked_before_one_inside_it() -> None:
    text = "sources: [{name: A, url: 'https://a.example/${A}/${B}'}]"
    environ = {"A": "abcd", "B": "abcdefgh"}
    hidden = secrets(parse({"f": text}, "f", environ)[0], environ)
    assert mask("abcdefgh abcd", hidden) == "*** ***"
