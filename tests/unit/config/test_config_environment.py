from __future__ import annotations

import pytest

from aggregator.config.compile import compile_texts
from aggregator.config.environment import expand, mask, pattern, references, secrets, secrets_in_items
from aggregator.errors import ConfigError


def test_expand_fills_in_and_escapes() -> None:
    assert expand("a ${X} $${X} $X ${X}${Y}", {"X": "1", "Y": "${X}"}) == "a 1 ${X} $X 1${X}"
    assert references("${A}/$${B}/${C}") == ("A", "C")


def test_white_space_around_a_value_is_left_out_wherever_it_stands() -> None:
    """A secret from a file ends in a line break; a block of YAML does too."""
    text = """
sources:
  - name: A
    url: https://a.example/${KEY}
    headers:
      Authorization: Bearer ${KEY}
      X-Literal: |
        as is
"""
    environ = {"KEY": " letmein\n"}
    settings, *_ = compile_texts({"f": text}, environ)
    (source,) = settings.sources
    assert [expand(value, environ) for _, value in source.headers] == ["Bearer letmein", "as is"]
    assert (
        mask("polled https://a.example/letmein", pattern(secrets(settings.sources, environ)))
        == "polled https://a.example/***"
    )


@pytest.mark.parametrize("written", ["a b/c", "a%20b%2Fc", "a%20b%2fc", "a%20b/c", "a+b%2Fc", "a+b%2fc"])
def test_a_secret_is_masked_in_every_form_that_it_takes_in_an_address(written: str) -> None:
    environ = {"KEY": "a b/c", "PART": "x"}
    text = "sources: [{name: A, url: 'https://a.example/${PART}', headers: {X: '${KEY}'}}]"
    settings, *_ = compile_texts({"f": text}, environ)
    told = mask(f"GET https://a.example/x/{written}/rss failed", pattern(secrets(settings.sources, environ)))
    assert told == "GET https://a.example/x/***/rss failed", "but one letter is no secret"


@pytest.mark.parametrize(
    ("source", "told", "masked"),
    [
        ("url: 'https://me:p%40ss%3Aword@a.example/'", "p@ss:word p%40ss:word p%40ss%3aword", "*** *** ***"),
        ("url: 'https://a.example/', headers: {Authorization: Bearer letmein}", "Bearer letmein, letmein", "***, ***"),
        ("url: 'https://a.example/', headers: {X-Api-Key: R&D <1>}", "R&D <1> R&amp;D &lt;1&gt;", "*** ***"),
    ],
)
def test_a_secret_is_masked_alone_without_escapes_and_in_html(source: str, told: str, masked: str) -> None:
    settings, *_ = compile_texts({"f": f"sources: [{{name: A, {source}}}]"}, {})
    assert mask(told, pattern(secrets(settings.sources, {}))) == masked


def test_a_value_of_three_letters_is_no_secret() -> None:
    """It stands in half of all sentences; *** in each of them would hide the news."""
    environ = {"SHORT": "war", "LONG": "wars"}
    text = "sources: [{name: A, url: 'https://a.example/${SHORT}/${LONG}'}]"
    settings, *_ = compile_texts({"f": text}, environ)
    assert mask("war and wars", pattern(secrets(settings.sources, environ))) == "war and ***"


def test_a_section_whose_id_comes_from_the_environment_can_be_named() -> None:
    text = (
        "sections: [{id: '${DESK}', words: [election]}, {id: world}]\n"
        "sources: [{name: A, url: 'https://a.example/', section: home}, {name: B, url: 'https://b.example/', usually: '${DESK}'}]\n"
    )
    settings, *_ = compile_texts({"f": text}, {"DESK": "home"})
    assert [rules.id for rules in settings.sections] == ["home", "world"]
    assert (settings.sources[0].section, settings.sources[1].usually) == ("home", "home")


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(KeyError, match="NOPE"):
        expand("${NOPE}", {})


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET https://u:p@ss@x.example/a failed", "GET https://u:***@x.example/a failed"),
        ("https://token@x.example/", "https://***@x.example/"),
        ("https://x.example/@user", "https://x.example/@user"),
        ("found `http://u:a/b@c@x.example/`; @", "found `http://u:***@x.example/`; @"),
        ("found `http://u:a?b@x.example/`", "found `http://u:***@x.example/`"),
        ("http://u:a#b@x.example/ http://y.example/", "http://u:***@x.example/ http://y.example/"),
        ("'http://u:a b\t@x.example/'", "'http://u:***@x.example/'"),
        ("http:\\\\u:a@x.example", "http:\\\\u:***@x.example"),
        ("http:///u:a@x.example", "http:///u:***@x.example"),
        ("HTTP:u:a@x.example https//y.example", "HTTP:u:***@x.example https//y.example"),
        ("https//u:a@x.example", "https//u:***@x.example"),
        ("http://x.example:80/@user, a@b.example", "http://x.example:80/@user, a@b.example"),
        ("http://[::1]:80/@user", "http://[::1]:80/@user"),
        ("http://x.example: ask a@b.example", "http://x.example: ask a@b.example"),
        ("https://x.example/a:b@c", "https://x.example/a:b@c"),
        ("mail a@b.example", "mail a@b.example"),
        ("https://x.example/rss?token=abc&n=5 failed", "https://x.example/rss?token=***&n=5 failed"),
        ("https://x.example/?a=1&api_key=abc#top", "https://x.example/?a=1&api_key=***#top"),
        ("https://x.example/?accessToken=a", "https://x.example/?accessToken=***"),
        ("https://x.example/?key=a&X-Amz-Signature=b", "https://x.example/?key=***&X-Amz-Signature=***"),
        (f"https://x.example/.rss?feed={'0a' * 20}&user=ann", "https://x.example/.rss?feed=***&user=ann"),
        (f"https://x.example/.rss?user=ann;feed={'0a' * 20};n=5", "https://x.example/.rss?user=ann;feed=***"),
        ("https://x.example/?token=a;b=c;d&n=5", "https://x.example/?token=***&n=5"),
        ("https://x.example/a?b=1&amp;token=a;b&amp;c=d", "https://x.example/a?b=1&amp;token=***&amp;c=d"),
        ("https://x.example/a#access_token=a", "https://x.example/a#access_token=***"),
        ("https://x.example/?feedKey=a&accesskey=b&jwt=c", "https://x.example/?feedKey=***&accesskey=***&jwt=***"),
        ("https://x.example/?feed=rss2&feed=abcdef", "https://x.example/?feed=rss2&feed=abcdef"),
        ("https://x.example/?keyword=a&author=b&compass=c", "https://x.example/?keyword=a&author=b&compass=c"),
        ("the token=abc of a sentence", "the token=abc of a sentence"),
    ],
)
def test_passwords_and_keys_in_addresses_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_every_secret_is_masked_in_every_form() -> None:
    text = """
sources:
  - {name: A, url: "https://a.example/?k=${KEY}", headers: {Authorization: "Bearer ${TOKEN}", X-Api-Key: literal-key}}
  - {name: B, url: "https://me:letmein@b.example/", headers: {Accept: application/xml}}
"""
    environ = {"KEY": "p&q=r/s", "TOKEN": "tok-tok", "OTHER": "public"}
    settings, *_ = compile_texts({"f": text}, environ)
    hidden = pattern(secrets(settings.sources, environ))
    told = "p&q=r/s p%26q%3Dr%2Fs p%26q%3Dr/s tok-tok literal-key letmein application/xml public A"
    assert mask(told, hidden) == "*** *** *** *** *** *** application/xml public A"


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("?user=ann;token=abcdefgh;n=5", "?token=abcdefgh&n=1 ?token=abcdefgh;n=5", "?***&n=1 ?***"),
        ("?token=abcdefgh;b=c", "?token=abcdefgh;b=c token=abcdefgh", "?*** ***"),
        ("?auth=abcdefgh;pass=ijklmnop", "?pass=ijklmnop;auth=abcdefgh", "?***;***"),
    ],
)
def test_a_key_with_a_semicolon_is_found_in_items_with_what_follows_and_without(
    query: str, text: str, shown: str
) -> None:
    """Whether `;` belongs to the value or separates parameters, only the server knows."""
    settings, *_ = compile_texts({"f": f"sources:\n  - {{name: A, url: 'https://x.example/{query}'}}\n"}, {})
    found = secrets_in_items(settings.sources[0], {})
    assert found
    assert found.sub("***", text) == shown


def test_addresses_that_the_environment_makes_one_are_one() -> None:
    text = "sources:\n  - {name: A, url: 'https://a.example/${ONE}'}\n  - {name: B, url: 'https://a.example/${TWO}'}\n"
    compile_texts({"f": text}, {"ONE": "first", "TWO": "second"})
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": text}, {"ONE": "secret", "TWO": "secret"})
    assert str(caught.value) == "f:3:20: this address is polled by source `a` already, on line 2: keep one"


def test_a_source_that_is_listed_twice_is_told_once() -> None:
    """It was also said to need another id."""
    text = "sources:\n" + 2 * "  - {name: A, url: 'https://a.example/', was: [b]}\n"
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": text}, {})
    assert str(caught.value) == "f:3:20: this address is polled by source `a` already, on line 2: keep one"


def test_of_a_value_whose_variable_is_missing_that_alone_is_told() -> None:
    text = """site: {url: "${SITE}"}
sources:
  - {name: A, url: "https://a.example/${ONE}", every: "${EVERY}"}
  - {name: B, url: "${TWO}", headers: {X: "${HEADER}"}}
  - {name: C, url: "${TWO}"}
sections: [{id: "${ID}", title: A, words: [b], examples: [b]}]
"""
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": text}, {})
    assert [line.split(": ")[1].split(" is not")[0] for line in str(caught.value).splitlines()] == [
        f"the environment variable {name}" for name in ("SITE", "ONE", "EVERY", "TWO", "HEADER", "TWO", "ID")
    ]


def test_a_longer_secret_is_masked_before_one_inside_it() -> None:
    text = "sources: [{name: A, url: 'https://a.example/${A}/${B}'}]"
    environ = {"A": "abcd", "B": "abcdefgh"}
    hidden = pattern(secrets(compile_texts({"f": text}, environ)[0].sources, environ))
    assert mask("abcdefgh abcd", hidden) == "*** ***"
