"""What a sound file means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from aggregator.config.compile import compile_file, compile_texts
from aggregator.errors import ConfigError
from aggregator.model.settings import Position, Settings, Term

WHOLE = """\
site:
  title: World Wire
  url: https://wire.example.org/news/
  language: en
  timezone: UTC
  contact: editor@example.org
  reload: manual
  cors: false
allow_private: [127.0.0.1, 10.0.0.0/8, nas.local]
defaults: {every: 30m, keep: 60d, retry_after: source}
publishers:
  - {name: BBC, aliases: [BBC News], domains: [bbc.co.uk, bbc.com], labels: {country: NO, owner: public}}
sources:
  - name: BBC World
    url: https://feeds.bbci.co.uk/news/world/rss.xml
    publisher: bbc news
    every: 5m
    keep: 2w
    usually: asia-pacific
    full_text: true
    was: [bbc, bbc-old]
    headers: {Authorization: "Bearer ${WIRE_TOKEN}", X-Two: b}
    labels: {desk: 1}
    lang: en-GB
    retry_after: host
  - {name: Süddeutsche & Łódź Today, url: 'http://10.1.2.3/${PATH_PART}', section: asia-pacific, enabled: false}
  - {id: gn, name: Google News, url: 'https://news.example.com/', wrapper: true}
sections:
  - id: asia-pacific
    title: Asia-Pacific
    description: From Kabul to Tonga
    places: [CN, NO, eu, {TW: 2}, south-eastern-asia]
    words: [south  china sea, {quad: 2}, missile*, {all: [drone, taiwan]}, {all: [a, b], weight: 2.5}, 2024, F-35, OPEC+]
    not: [fine china]
    never: [recipe, {all: [wok, noodles]}]
    examples: ["China Grants Rare Earth Licenses to US Auto Suppliers"]
    counterexamples: ["Fine China Auction Breaks Records"]
topics:
  - {id: rare-earths, words: [rare earth, {all: [ant |  bee*, c], unless: [d e, fog*]}]}
stories:
  join: [[https://a.example/1, https://b.example/2]]
  split: [https://a.example/3]
  hide: [https://a.example/4]
  pin: [{url: https://a.example/5, section: asia-pacific, until: 2026-12-01}]
"""
ENVIRON = {"WIRE_TOKEN": "open-sesame", "PATH_PART": "feed"}


@pytest.fixture(name="settings", scope="module")
def _settings() -> Settings:
    return compile_texts({"feeds.yaml": WHOLE}, ENVIRON)[0]


def test_site_and_defaults(settings: Settings) -> None:
    assert settings.site.url == "https://wire.example.org/news"
    assert (settings.site.reload, settings.site.cors, settings.site.republish_full_text) == ("manual", False, False)
    assert settings.allow_private == ("127.0.0.1", "10.0.0.0/8", "nas.local")
    assert (settings.defaults.every, settings.defaults.keep) == (timedelta(minutes=30), timedelta(days=60))
    assert (settings.defaults.retry_after, [one.retry_after for one in settings.sources]) == (
        "source",
        ["host", None, None],
    )
    assert compile_texts({"feeds.yaml": "site: {title: A}\n"}, {})[0].defaults.retry_after == "host"


def test_sources(settings: Settings) -> None:
    bbc, paper, google = settings.sources
    assert (bbc.id, bbc.publisher, bbc.every, bbc.keep) == (
        "bbc-world",
        "BBC",
        timedelta(minutes=5),
        timedelta(days=14),
    )
    assert (bbc.usually, bbc.section, bbc.full_text, bbc.was) == ("asia-pacific", None, True, ("bbc", "bbc-old"))
    assert (bbc.labels, bbc.lang, bbc.at) == ((("desk", "1"),), "en-GB", Position("feeds.yaml", 14, 5))
    assert (paper.id, paper.publisher) == ("suddeutsche-and-lodz-today", "Süddeutsche & Łódź Today")
    assert (paper.section, paper.enabled, google.wrapper, google.id) == ("asia-pacific", False, True, "gn")


def test_secrets_stay_names(settings: Settings) -> None:
    assert settings.sources[0].headers == (("Authorization", "Bearer ${WIRE_TOKEN}"), ("X-Two", "b"))
    assert settings.sources[1].url == "http://10.1.2.3/${PATH_PART}"
    assert "sesame" not in repr(settings)


def test_text_stays_text(settings: Settings) -> None:
    assert settings.publishers[0].labels == (("country", "NO"), ("owner", "public"))
    assert settings.sections[0].places[1].parts == ("NO",)


def test_grammar_of_rules(settings: Settings) -> None:
    rules = settings.sections[0]
    assert [(term.parts, term.weight) for term in rules.words] == [
        (("south china sea",), 1), (("quad",), 2), (("missile*",), 1), (("drone", "taiwan"), 1), (("a", "b"), 2.5),
        (("2024",), 1), (("F-35",), 1), (("OPEC+",), 1),
    ]  # fmt: skip
    several = settings.topics[0].words[1]
    assert (several.parts, several.choices, several.unless) == (
        ("ant | bee*", "c"),
        (("ant", "bee*"), ("c",)),
        ("d e", "fog*"),
    )
    assert rules.places[3] == Term(("TW",), 2.0, Position("feeds.yaml", 32, 26))
    assert [term.parts for term in rules.nots + rules.nevers] == [("fine china",), ("recipe",), ("wok", "noodles")]
    assert rules.words[1].at == Position("feeds.yaml", 33, 31)
    assert rules.examples[0].at.line == 36
    assert rules.counterexamples[0].text == "Fine China Auction Breaks Records"
    assert (settings.topics[0].kind, settings.topics[0].title) == ("topic", "Rare earths")


def test_overrides(settings: Settings) -> None:
    overrides = settings.overrides
    assert [(key, url) for key, url, _ in overrides.lines()] == [
        ("join", "https://a.example/1"),
        ("join", "https://b.example/2"),
        ("split", "https://a.example/3"),
        ("hide", "https://a.example/4"),
        ("pin", "https://a.example/5"),
    ]
    assert (overrides.pin[0].section, overrides.pin[0].until) == ("asia-pacific", date(2026, 12, 1))


def sections(text: str) -> list[str]:
    return [section.id for section in compile_texts({"f": text}, {})[0].sections]


def test_what_no_rule_places_never_lands_in_a_section_with_rules() -> None:
    assert sections("sources: []\n") == ["world"]
    assert sections("sections: [{id: a, words: [x]}]\n") == ["a", "world"]
    assert sections("sections: [{id: a, words: [x]}, {id: rest}]\n") == ["a", "rest"]
    assert sections("sections: [{id: world}, {id: a, words: [x]}]\n") == ["world", "a"]


def test_keys_whose_entries_are_commented_out_are_empty() -> None:
    settings, warnings, _ = compile_texts({"f": "site:\ninclude:\nsources:\n  # - name: A\ntopics:\n"}, {})
    assert (settings.sources, settings.site.title, warnings) == ((), "World Wire", ())


def warned(text: str) -> list[str]:
    return [str(problem) for problem in compile_texts({"f": text}, {})[1]]


def test_an_article_that_is_joined_and_split_is_pointed_out() -> None:
    """The line of `join` had no effect, and nobody said so."""
    told = "f:2:10: warning: `split` on line 3 names an article of this list, and takes precedence: keep one"
    assert warned(
        "stories:\n  join: [[https://a.example/1, https://b.example/]]\n  split: [https://A.example/1/, https://c.example/]\n"
    ) == [told]


def test_a_variable_without_braces_is_a_warning_where_the_environment_has_it() -> None:
    text = "sources: [{name: A, url: 'https://a.example/$KEY', headers: {X: 'Bearer $KEY', Y: '${KEY}', Z: $OTHER}}]\n"
    found = compile_texts({"f": text}, {"KEY": "hush"})[1]
    assert [(one.line, one.column) for one in found] == [(1, 26), (1, 61)]
    assert "without the braces" in found[0].message
    assert "hush" not in str(found)


def test_a_private_address_is_a_warning_unless_allowed() -> None:
    (told,) = warned("sources: [{name: A, url: 'http://0x7f.1:8000/f'}]\n")
    assert told.startswith("f:1:26: warning: 127.0.0.1 is a private address")
    assert "allow_private: [127.0.0.1]" in told
    assert warned("allow_private: [127.0.0.0/8]\nsources: [{name: A, url: 'http://127.0.0.1/f', every: 2s}]\n") == []
    assert warned("allow_private: [127.0.0.1]\nsources: [{name: A, url: 'http://localhost/f'}]\n") == []
    assert warned("allow_private: [10.0.0.0/8]\nsources: [{name: A, url: 'http://localhost/f'}]\n")


@pytest.mark.parametrize("host", ["10.1", "localhost", "[::1]", "[fd00::5]", "[::ffff:10.0.0.5]"])
def test_the_line_that_admits_a_private_address_can_be_copied_into_the_file(host: str) -> None:
    source = f"sources: [{{name: A, url: 'http://{host}/f'}}]\n"
    (told,) = warned(source)
    assert warned(f"{told.split('`')[1]}\n{source}") == []


def test_an_entry_that_yaml_takes_for_a_part_of_the_one_above_is_a_warning() -> None:
    (told,) = warned("sections:\r\n  - id: a\r\n    words:\r\n      - navy\r\n        - fleet\r\n      - boat\r\n")
    assert told.startswith("f:5:9: warning: this belongs to the text above")
    for text in ('"navy\n        - fleet"', ">\n        navy\n        - fleet"):
        assert warned(f"sections:\n  - id: a\n    words:\n      - {text}\n") == []


def test_a_weight_without_a_blank_before_it_is_a_warning() -> None:
    (told,) = warned("topics:\n  - id: a\n    words:\n      - quad:2\n      - 9:11\n      - tank: 2\n")
    assert told.endswith(
        "f:4:9: warning: `quad:2` is a phrase without a weight; one stands outside quotes, after a colon and a space: `quad: 2`"
    )


def test_a_name_that_holds_a_number_is_no_weight() -> None:
    assert (
        warned('topics: [{id: a, words: [iso:9001, "vision: 2030", {"apollo:11": 3}, {all: [leopard:2, tank]}]}]\n')
        == []
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [{name: A, url: 'https://a.example/', every: 2s}]", "impolite"),
        ("defaults: {every: 2s}\nsources: [{name: A, url: 'https://a.example/'}]", "impolite"),
        ("topics: [{id: a, words: [war, War, WAR]}]", "twice, first on line 1"),
        ("topics: [{id: a, words: [US, NATO, nato, far right, U.S., {all: [far-right, US]}]}]",
         "`U.S.` is the same word as `US` on line 1: keep one"),
        ("topics: [{id: a, places: [VN, JP, viet-nam, asean, south-eastern-asia]}]",
         "`viet-nam` is the same place as `VN` on line 1: keep one"),
        ("topics: [{id: a}]", "neither words nor places: nothing will be found"),
        # without rules it holds nothing, not what names the country
        ("topics: [{id: france, title: Frankreich}]", "nothing will be found (the country is `places: [FR]`)"),
        ("publishers: [{name: The Guardian}]\nsources: [{name: A, url: 'https://a.example/', publisher: The Guardain}]",
         "did you mean `The Guardian`"),
    ],
)  # fmt: skip
def test_other_warnings(text: str, message: str) -> None:
    (told,) = warned(f"{text}\n")
    assert message in told


def test_a_topic_with_the_id_of_a_section_is_a_warning() -> None:
    (told,) = warned(
        "sections: [{id: navy, words: [navy]}]\ntopics: [{id: fleet, words: [fleet]}, {id: navy, words: [boat]}]\n"
    )
    assert told.startswith("f:2:44: warning: `navy` is the id of a section, too")


def test_a_pin_that_replaces_another_for_good_is_a_warning() -> None:
    file = "sections: [{id: one, title: One}]\nstories:\n  pin:\n    - {url: 'https://a.example/1', section: one%s}\n"
    again = "    - {url: 'http://www.a.example/1/?utm_source=rss', section: one%s}\n"
    (told,) = warned(file % "" + again % "")
    assert told.startswith("f:5:13: warning: this article is pinned already on line 4")
    assert warned(file % "" + again % ", until: 2099-01-01") == []


def test_an_article_may_have_an_address_like_that_of_a_story_here_or_be_on_this_host() -> None:
    page = "https://a.example/stories/744d4142-272d-5a29-b049-1d20f9f8a3b8"
    for url in (page, "https://w.example/1", "http://127.0.0.1:8000/1"):
        assert warned(f"site: {{url: https://w.example}}\nstories: {{hide: ['{url}']}}\n") == []


MAIN = "include: [more/asia.yaml]\nsources: [{name: A, url: 'https://a.example/', usually: asia}]\n"


def test_include_adds_and_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "asia.yaml").write_text("sections: [{id: asia, words: [x]}]\ntopics: [{id: t, words: [y]}]\n")
    main = tmp_path / "feeds.yaml"
    main.write_text(MAIN)
    settings = compile_file(main, {})[0]
    assert [*settings.texts] == [str(main), "more/asia.yaml"]
    assert settings.sections[0].at == Position("more/asia.yaml", 1, 12, included=True)
    assert (str(settings.sections[0].at), str(settings.sources[0].at)) == ("more/asia.yaml:1", "feeds.yaml:2")
    again, *_ = compile_texts(settings.texts, {})
    assert again == settings


@pytest.mark.parametrize("again", ["asia.yaml", "./asia.yaml", "./f"])
def test_a_file_is_included_once_however_its_name_is_written(tmp_path: Path, again: str) -> None:
    main = tmp_path / "f"
    main.write_text(f"include: [asia.yaml, {again}]\n")
    (tmp_path / "asia.yaml").write_text("sections: [{id: asia, words: [x]}]\ntopics: [{id: t, words: [y]}]\n")
    with pytest.raises(ConfigError) as caught:
        compile_file(main, {})[0]
    assert [str(problem) for problem in caught.value.problems] == [
        f"{main}:1:22: include: `{again}` is included already"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("site: {}\n", "asia.yaml:1:1: `site` is allowed in the main file only"),
        ("include: [x]\n", "asia.yaml:1:1: `include` is allowed in the main file only"),
        ("sources: [{name: A, url: 'https://b.example/'}]\n", "asia.yaml:1:18: source id `a` is taken by f:2"),
        ("sources: [{name: B, url: x}]\n", "asia.yaml:1:26: url: expected an http"),
    ],
)
def test_faults_of_an_included_file_name_it(text: str, told: str) -> None:
    main = "include: [asia.yaml]\nsources: [{name: A, url: 'https://a.example/'}]\n"
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": main, "asia.yaml": text}, {})
    assert [str(problem)[: len(told)] for problem in caught.value.problems] == [told]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"site:\n  title: caf\xe9\n", ":2:13: `f.yaml` is not UTF-8 here (byte 0xE9)"),
        (b"\xef\xbb\xbfsite:\n  title: caf\xe9\n", ":2:13: `f.yaml` is not UTF-8 here (byte 0xE9)"),
        ("site: {}".encode("utf-16"), "is UTF-16: save it as UTF-8"),
        ("site: {}".encode("utf-16-le"), "is UTF-16: save it as UTF-8"),
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Helvetica;} site:\}", "is rich text (RTF): save it as plain text"),
        (b"#" * (1 << 20) + "é".encode(), "1 MiB"),
        (b"\xef\xbb\xbf" + b"#" * (1 << 20) + "é".encode(), "1 MiB"),
        (b"\xef\xbb\xbfsite: {}\n" + b"#" * (1 << 20), "1 MiB"),
    ],
)
def test_bytes_that_are_no_utf8(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"f\.yaml:\d") as caught:
        compile_file(path, {})[0]
    assert told in str(caught.value).replace(str(path), "f.yaml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfsite: {title: A}\n")
    assert compile_file(path, {})[0].site.title == "A"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not exist: name yours with `--config FILE`.* or write one") as caught:
        compile_file(tmp_path / "f.yaml", {})[0]
    smallest = re.search(r"  - \{.*?\}", str(caught.value))
    assert smallest
    (tmp_path / "f.yaml").write_text(f"sources:\n{smallest[0]}\n")
    assert [source.id for source in compile_file(tmp_path / "f.yaml", {})[0].sources] == ["bbc-world"]
    with pytest.raises(ConfigError, match="folder"):
        compile_file(tmp_path, {})[0]


def test_epoch_follows_texts_and_shown_values_but_no_secret() -> None:
    def epoch(text: str, **environ: str) -> str:
        return compile_texts({"f": text}, environ)[0].epoch

    secret = "sources: [{name: A, url: 'https://a.example/${K}'}]\n"
    assert epoch(secret, K="1") == epoch(secret, K="2") != epoch(secret + "#\n", K="1")
    assert epoch("site: {title: '${K}'}\n", K="1") != epoch("site: {title: '${K}'}\n", K="2")


def test_the_default_file_holds(default_file: Path) -> None:
    settings, warnings, _ = compile_texts({"feeds.yaml": default_file.read_text("utf-8")}, {})
    assert warnings == ()
    assert 95 <= len(settings.sources) <= 130
    known = {publisher.name for publisher in settings.publishers} | {"Google News"}
    assert {source.publisher for source in settings.sources} <= known


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("BBC World", "bbc-world"), ("Süddeutsche Zeitung", "suddeutsche-zeitung"), ("A.P. & Co.", "ap-and-co"),
        ("Le Monde's «Œil»", "le-mondes-oeil"), (f"{'a' * 63} b", "a" * 63), ("a" * 70, "a" * 64), ("24", "24"),
    ],
)  # fmt: skip
def test_the_id_of_a_source_is_made_of_its_name(name: str, id: str) -> None:
    (source,) = compile_texts({"f": f"sources: [{{name: \"{name}\", url: 'https://a.example/'}}]\n"}, {})[0].sources
    assert source.id == id


def named(count: int) -> list[str]:
    return [f"w{n}x" for n in range(count)]


@pytest.mark.parametrize(
    ("most", "written"),
    [
        (64, lambda n: f"topics: [{{id: {'i' * n}, words: [x]}}]\n"),
        (200, lambda n: f"site: {{title: {'t' * n}}}\n"),
        (200, lambda n: f"topics: [{{id: a, words: [{'w' * n}]}}]\n"),
        (100, lambda n: f"topics: [{{id: a, words: [{{x: {n}}}]}}]\n"),
        (8, lambda n: f"topics: [{{id: a, words: [{{all: [{', '.join(named(n))}]}}]}}]\n"),
        (100, lambda n: f"topics: [{{id: a, words: [{{all: [a, {' | '.join(named(n))}]}}]}}]\n"),
        (100, lambda n: f"topics: [{{id: a, words: [{{all: [a, b], unless: [{', '.join(named(n))}]}}]}}]\n"),
        (100, lambda n: f"publishers: [{{name: A, labels: {{x: {'l' * n}}}}}]\n"),
        (500, lambda n: f"topics: [{{id: a, words: [x], examples: [{'e' * n}]}}]\n"),
        (2048, lambda n: f"stories: {{hide: [https://a.example/{'p' * (n - 18)}]}}\n"),
        (8192, lambda n: f"sources: [{{name: A, url: 'https://a.example/', headers: {{X: {'h' * n}}}}}]\n"),
        (28, lambda n: f"defaults: {{every: {n}d}}\n"),
        (36500, lambda n: f"defaults: {{keep: {n}d}}\n"),
        (50, lambda n: f"include: [{', '.join(named(n))}]\n"),
        ((1 << 20) - 10, lambda n: f"site: {{}} #{'c' * n}"),
    ],
)
def test_as_much_as_is_allowed_is_taken_and_no_more(most: int, written: Callable[[int], str]) -> None:
    files = dict.fromkeys(named(most + 1), "topics:\n")
    compile_texts({"f": written(most), **files}, {})
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": written(most + 1), **files}, {})
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(("least", "below"), [("defaults: {every: 1s}\n", "0s"), ("defaults: {keep: 1d}\n", "23h")])
def test_as_little_as_is_allowed_is_taken_and_no_less(least: str, below: str) -> None:
    compile_texts({"f": least}, {})
    with pytest.raises(ConfigError):
        compile_texts({"f": re.sub(r"1\w", below, least)}, {})
