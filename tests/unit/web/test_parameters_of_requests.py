"""Parameters: what each does, and that whatever does not fit is a 400 that names it, never a 500."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from newsroom import Newsroom, item

from aggregator.errors import QueryError
from aggregator.web import parameters
from aggregator.web.app import UNKNOWN
from aggregator.web.terms import MAX_TERMS, MAX_WORDS, as_typed, terms

BAD = (
    ("limit", "0"),
    ("limit", "501"),
    ("limit", "-1"),
    ("limit", "1e9"),
    ("limit", "1" + "0" * 400),
    ("limit", "ten"),
    ("limit", "٣"),
    ("min_publishers", "0"),
    ("min_publishers", "51"),
    ("primary", "maybe"),
    ("view", "none"),
    ("since", "yesterday"),
    ("since", "2026-13-01"),
    ("until", f"2026-11-24T12:00:00.{'1' * 300}"),  # Python reads any number of digits, and each link would repeat them
    ("until", "99999h"),
    ("until", "24x"),
    ("section", "none"),
    ("topic", "none"),
    ("source", "none"),
    ("q", "a" * 1001),
    ("q", "€"),
    ("q", '-""'),
    ("q", " ".join(f"w{n}" for n in range(21))),
    ("publisher", "x" * 201),
    ("lang", "e\x00n"),
    ("lang", "%"),
    ("lang", "e"),
    ("lang", "English, please"),
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("section=Defense", "did you mean `defense`?"), ("source=BBC%20World", "did you mean `bbc-world`?"),
        ("section=defence", "did you mean `defense`?"), ("section=news", "; `/news/sections` lists all"),
    ],
)  # fmt: skip
def test_an_id_that_is_written_as_a_name_is_told_the_id(client: FlaskClient, asked: str, told: str) -> None:
    got = client.get(f"/api/v1/stories?{asked}")
    assert (got.status_code, got.get_json()["status"]) == (400, 400)
    assert told in got.get_json()["detail"]


@pytest.mark.parametrize(("name", "value"), BAD)
@pytest.mark.parametrize("address", ["/latest.rss", "/latest", "/search.json", "/sections/defense.atom"])
def test_what_does_not_fit_is_400_and_names_the_parameter(
    client: FlaskClient, address: str, name: str, value: str
) -> None:
    got = client.get(f"{address}?{name}={quote(value)}")
    assert got.status_code == 400
    assert got.content_type == "text/plain; charset=utf-8"
    assert f"`{name}`" in got.text


@pytest.mark.parametrize(
    ("name", "value"), [*BAD, ("cursor", "x"), ("cursor", "%"), ("cursor", "é"), ("changed_since", "never")]
)
def test_api_says_so_as_problem_json(client: FlaskClient, name: str, value: str) -> None:
    got = client.get(f"/api/v1/stories?{name}={quote(value)}")
    assert got.status_code == 400
    assert got.content_type == "application/problem+json"
    assert got.get_json()["parameter"] == name
    assert got.get_json()["status"] == 400


@pytest.mark.parametrize("address", ["/latest.rss", "/latest", "/api/v1/stories", "/api/v1/items", "/sections/defense"])
@pytest.mark.parametrize("twice", ["section=defense&section=world", "q=frigate&q=", "limit=5&limit=6"])
def test_what_is_given_twice_is_refused_where_it_says_different_things(
    client: FlaskClient, address: str, twice: str
) -> None:
    name = twice.partition("=")[0]
    got = client.get(f"{address}?{twice}")
    assert got.status_code == 400
    assert f"`{name}` must be given only once" in got.text
    assert client.get(f"{address}?limit=5&limit=5").status_code == 200
    assert client.get(f"{address}?utm_source=a&utm_source=b").status_code == 200, "what means nothing here"


@pytest.mark.parametrize("address", ["/latest.rss", "/latest", "/api/v1/stories", "/sections/defense.json"])
@pytest.mark.parametrize(
    ("slip", "name"),
    [("min_publisher", "min_publishers"), ("minPublishers", "min_publishers"), ("sections", "section"), ("Q", "q"), ("limt", "limit"),
     ("limti", "limit"), ("tpoic", "topic"), ("lable", "label"), ("sinse", "since"), ("untill", "until"), ("labul", "label")],
)  # fmt: skip
def test_a_slip_is_told_instead_of_everything(client: FlaskClient, address: str, slip: str, name: str) -> None:
    got = client.get(f"{address}?{slip}=3")
    assert got.status_code == 400
    assert f"did you mean `{name}`?" in got.text


OTHERS = """
utm_source utm_medium utm_campaign utm_content utm_term utm_id fbclid gclid msclkid dclid yclid mc_cid mc_eid igshid ref ref_src src s
si sid session referrer cmp cid at_medium at_campaign _ _t t ts time v ver version rnd rand random cb cachebuster nocache no_cache cache
format feed type output amp share via locale key token id fb_source pk_source sc_source source_id
"""


@pytest.mark.parametrize(
    "address", ["/latest.rss", "/latest", "/api/v1/stories", "/subscriptions.opml", "/latest/2026-11"]
)
def test_what_others_add_to_an_address_is_no_slip(client: FlaskClient, address: str) -> None:
    added = [name for name in OTHERS.split() if (name, address) != ("id", "/api/v1/stories")]  # a field of its rows
    for some in (added[n : n + UNKNOWN] for n in range(0, len(added), UNKNOWN)):
        assert client.get(f"{address}?{'&'.join(f'{name}=1' for name in some)}").status_code == 200, some


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/stories?page=2", "page"),
        ("/api/v1/stories?view=items", "view"),
        ("/api/v1/items?of=sources", "of"),
        ("/api/v1/sections?min_publishers=3", "min_publishers"),
        ("/api/v1/topics?order=relevance", "order"),
        ("/api/v1/sources?view=items", "view"),
        ("/api/v1/status?limit=3", "limit"),
        ("/latest?page=2", "page"),
        ("/latest.rss?changed_since=24h", "changed_since"),
        ("/latest/2026-11?cursor=c3Rvcmllcy1tb250aC4xLjE", "cursor"),
        ("/sections/defense/daily.rss?min_publishers=3", "min_publishers"),
        ("/sources.rss?label=owner:public", "label"),
        ("/subscriptions.opml?primary=1", "primary"),
    ],
)
def test_a_parameter_of_ours_is_refused_where_it_would_change_nothing(
    client: FlaskClient, address: str, name: str
) -> None:
    got = client.get(address)
    assert got.status_code == 400
    assert f"`{name}` means nothing here: this address takes " in got.text
    none = address.startswith("/api/v1/status")
    assert ("takes no parameters" in got.text) is none
    assert client.get(address.partition("?")[0]).status_code == 200


@pytest.mark.parametrize("name", ["stories", "items", "sections", "topics", "sources"])
def test_a_field_of_the_rows_that_does_not_narrow_a_list_is_refused(client: FlaskClient, name: str) -> None:
    """Who asked for `items?story=…`, or for `sources?state=silent`, got all of them."""
    address = f"/api/v1/{name}"
    described = client.get("/openapi.json").get_json()["paths"][address]["get"]["parameters"]
    taken = {one["name"] for one in described}
    for field in client.get(address).get_json()[name][0].keys() - taken:
        got = client.get(f"{address}?{field}=x&utm_source=x")
        assert (got.status_code, got.content_type) == (400, "application/problem+json"), field
        told = got.get_json()["detail"]
        slip = field.removesuffix("s")  # `sections` is one of `section`
        expected = (
            [f"did you mean `{slip}`?"]
            if slip in taken
            else [f"`{field}` means nothing here", *(f"`{one}`" for one in taken)]
        )
        assert all(part in told for part in expected), told


@pytest.mark.parametrize("address", ["/latest", "/latest.rss", "/sections/defense.json", "/sources", "/sources.rss"])
def test_fields_of_the_api_may_be_added_to_addresses_of_feeds_and_pages(client: FlaskClient, address: str) -> None:
    assert client.get(f"{address}?id=1&title=x&url=y&state=z&story=1&updated=2").status_code == 200


@pytest.mark.parametrize("address", ["/", "/sections", "/sources", "/docs", "/sections/defense/daily", "/healthz"])
def test_links_to_pages_that_take_none_may_have_any(client: FlaskClient, address: str) -> None:
    """The addresses of feeds that a page tells are the same as without."""
    found = client.get(f"{address}?source=letter&lang=en&page=1&view=app&label=x")
    assert found.status_code == 200
    for feed in re.findall(r'rel="alternate"[^>]* href="https://wire.example.org/news([^"]*)"', found.text):
        assert client.get(unescape(feed)).status_code == 200, feed


@pytest.mark.parametrize("name", ["stories", "items", "sections", "topics", "sources"])
def test_every_list_of_the_api_takes_the_parameters_of_search(client: FlaskClient, name: str) -> None:
    """Where they say nothing of its rows, they change nothing."""
    asked = "limit=5&changed_since=2026-01-01&q=frigate&since=30d&until=2027-01-01&lang=en&cursor="
    got = client.get(f"/api/v1/{name}?{asked}")
    assert (got.status_code, bool(got.get_json()[name])) == (200, True)
    narrowed = f"{asked}&section=defense&topic=nato&source=kyodo&publisher=Kyodo&label=country:JP"
    assert client.get(f"/api/v1/{name}?{narrowed}").status_code == 200, "also where it is a field of its rows"


def test_lists_of_sections_and_topics_are_narrowed_to_one(client: FlaskClient) -> None:
    assert [one["id"] for one in client.get("/api/v1/sections?section=defense").get_json()["sections"]] == ["defense"]
    assert [one["id"] for one in client.get("/api/v1/topics?topic=nato").get_json()["topics"]] == ["nato"]
    assert client.get(f"/api/v1/topics?topic={'x' * 201}").status_code == 400


def test_other_addresses_refuse_it_too(client: FlaskClient) -> None:
    assert client.get("/subscriptions.opml?of=topics&of=sources").status_code == 400
    assert client.get("/latest/2026-11?page=1&page=2").status_code == 400


@pytest.mark.parametrize("address", ["/sections/defense/daily.rss", "/sources.json"])
def test_feeds_of_few_entries_may_be_asked_for_fewer(client: FlaskClient, address: str) -> None:
    """Some programs ask every feed for so many entries."""
    assert client.get(f"{address}?limit=20").status_code == 200
    for wrong in ("limit=0", "limit=501", "limit=x", "limt=3", "view=items"):
        assert client.get(f"{address}?{wrong}").status_code == 400


def test_limit_min_publishers_view(client: FlaskClient) -> None:
    def titles(address: str) -> list[str]:
        return [entry["title"] for entry in client.get(address).get_json()["items"]]

    assert len(titles("/latest.json?limit=2")) == 2
    assert len(titles("/latest.json?view=items")) == 7
    assert titles("/latest.json?min_publishers=3") == ["China Grants Rare Earth Licenses to US Auto Suppliers"]
    assert titles("/latest.json?min_publishers=4") == []


def test_a_language_is_found_by_its_former_code_too(room: Newsroom) -> None:
    room.publish(item("Presiden bertemu para menteri", lang="id"))
    found = {
        lang: room.client.get(f"/search.json?lang={lang}").get_json()["items"] for lang in ("id", "in", "IN", "iw")
    }
    assert [len(items) for items in found.values()] == [1, 1, 1, 0]


def test_primary_limits_whatever_names_a_section(newsroom: Newsroom) -> None:
    """The section of the address, or that of a search; it has no meaning without one."""
    client = newsroom.client

    def titles(address: str, key: str = "items") -> set[str]:
        return {entry["title"] for entry in client.get(address).get_json()[key]}

    every, own = titles("/sections/defense.json"), titles("/sections/defense.json?primary=1")
    assert own < every
    for view in ("stories", "items"):
        own = titles(f"/sections/defense.json?primary=1&view={view}")
        assert own == titles(f"/api/v1/{view}?section=defense&primary=1", view)
        for kind in ("search", "latest"):
            assert titles(f"/{kind}.json?section=defense&primary=true&view={view}") == own
        nato = titles(f"/topics/nato.json?view={view}")
        assert nato
        assert titles(f"/topics/nato.json?primary=1&view={view}") == nato
        for section, expected in (("defense", set()), ("asia-pacific", nato)):
            assert titles(f"/topics/nato.json?section={section}&primary=1&view={view}") == expected
        assert titles(f"/latest.json?primary=1&view={view}") == titles(f"/latest.json?view={view}")


def test_search(client: FlaskClient) -> None:
    def found(query: str) -> int:
        return len(client.get(f"/search.json?{query}").get_json()["items"])

    assert found("q=frigate") == 2
    assert found("q=FRIGATE+navy") == 1
    assert found("q=%22newest+frigate%22") == 1
    assert found("q=%22frigate+newest%22") == 0
    assert found("q=frigate+-navy") == 1
    assert found("q=frigate+-%22newest+frigate%22") == 1
    assert found("q=frigate+-%22frigate+newest%22") == 2
    assert found("q=-frigate") == 3
    assert found("source=kyodo") == 2
    assert found("publisher=bbc") == found("publisher=BBC+News") == found("publisher=bbc.example") == 3
    assert found("label=owner:public") == 3
    assert found("label=cooperative") == 2
    assert found("label=nothing") == 0
    assert found("label=folder:Europe: London") == found("label=Europe: London") == 3, "a value may have colons"
    assert found("lang=en") == found("lang=EN") == 5
    assert found("lang=en-GB") == found("lang=en_gb") == found("lang=EN-GB") == 1
    assert found("lang=en-US") == 0
    assert found("section=defense") == 3
    assert found("topic=rare-earths") == 1
    assert [found(f"since={age}") for age in ("90m", "150m", "24h", "2d", "2w", "3w", "7w")] == [0, 1, 2, 3, 3, 4, 5]
    assert found("since=2026-11-01&until=2026-11-10T00:00:00Z") == 1
    assert found("since=2026-11-24T09:30:00%2B02:00") == found("since=2026-11-24t07:30:00z") == 1


@pytest.mark.parametrize("address", ["/search.rss", "/latest", "/api/v1/items"])
def test_a_period_that_ends_before_it_begins_is_refused(newsroom: Newsroom, address: str) -> None:
    for period, code in (
        ("since=2026-11-10&until=2026-11-01", 400),
        ("since=24h&until=7d", 400),
        ("since=7d&until=24h", 200),
        ("since=24h&until=24h", 200),
        ("since=24h&until=2026-11-01", 200),
        ("since=2026-11-24&until=7d", 200),
    ):
        got = newsroom.client.get(f"{address}?{period}")
        assert got.status_code == code, period
        assert code == 200 or "`since` is later than `until`" in got.text


def test_not_in_capitals_excludes_as_a_minus_does() -> None:
    """It was a word, which gave stories with both."""
    assert terms("navy NOT football") == terms("navy AND NOT football") == (("navy",), ("football",))
    assert terms('NOT (golf "world cup") navy') == (("navy",), ("golf", '"world cup"'))
    assert terms('"do NOT enter" NOT') == terms('("do NOT enter" NOT)') == (('"do NOT enter"',), ())
    assert terms("NOT") == (("NOT",), ())


def test_commas_part_words_as_blanks_do() -> None:
    """`gaza,israel` was the phrase, and of `gaza,"air raid"` the first two words and the third."""
    assert terms("gaza,israel 中国，日本 10,000") == (("gaza", "israel", "中国", "日本", "10,000"), ())
    assert terms("दिल्ली,मुंबई cafe\u0301,bar F-35,F-16 missile*,drone*") == (
        ("दिल्ली", "मुंबई", "café", "bar", "F-35", "F-16", "missile*", "drone*"),
        (),
    )
    assert terms('"paris,texas" gaza, !,') == (('"paris,texas"', "gaza"), ())
    assert terms('gaza,"air raid","rare earth",oil 5" gun,bore') == (
        ("gaza", '"air raid"', '"rare earth"', "oil", '5"', "gun", "bore"),
        (),
    )


def test_all_that_a_minus_and_commas_name_is_excluded() -> None:
    """`-football,golf` was a feed of golf alone: a minus stands before what follows up to the next blank."""
    for typed in ("navy -football,golf", "navy NOT football,golf", "navy,-football -golf", "navy,-football,golf"):
        assert terms(typed) == (("navy",), ("football", "golf")), typed
    assert terms('navy -"world cup",golf,"ski race"') == (("navy",), ('"world cup"', "golf", '"ski race"'))
    assert terms('"navy"NOT (-football,golf)') == (('"navy"',), ("football", "golf"))


def test_initials_with_spaces_are_one_word() -> None:
    assert terms("J. D. Vance") == (("J. D.", "Vance"), ())
    assert terms("Кии\u0306в -e\u0301te\u0301") == (("Кийв",), ("été",))  # accents as macOS writes them
    assert terms("-J. R. R. Tolkien A. Smith") == (("Tolkien", "A.", "Smith"), ("J. R. R.",))


def test_marks_that_are_no_words_of_the_index_are_left_out() -> None:
    """SQLite would find nothing with them, PostgreSQL all that has the other words."""
    assert terms('navy ʼ -ـ "ʼ ʻ" %') == (("navy",), ())
    with pytest.raises(QueryError, match="at least one word"):
        terms("ʼ")


def test_what_programs_make_of_quotes_and_words_is_undone() -> None:
    quoted = ('"south china sea" -"world cup"', "“south china sea” -„world cup“", "«south china sea» -＂world cup＂")
    for typed in quoted:
        assert terms(typed) == (('"south china sea"',), ('"world cup"',))
    assert terms("cease\u00adfire \u200bnow\ufeff \u2068Kyiv\u2069") == (("ceasefire", "now", "Kyiv"), ())
    assert terms("می\u200cخواهم")[0] == ("می\u200cخواهم",), "which joins its letters otherwise"


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("drone OR missile strike", "drone OR missile, strike", ""),
        ('strike drone OR missile* OR "air raid" -exercise', 'strike, drone OR missile* OR "air raid"', "exercise"),
        ("drone or missile", "drone, or, missile", ""),
        ('drone "OR" missile', 'drone, "OR", missile', ""),
        ('"drone OR missile" OR tank', '"drone OR missile" OR tank', ""),
        ('5" OR "a b" OR c', '5" OR "a b" OR c', ""),
        ("OR drone", "drone", ""),
        ("drone OR", "drone", ""),
        ("drone OR OR OR missile", "drone OR missile", ""),
        ("drone OR AND missile", "drone, missile", ""),
        ("drone AND missile", "drone, missile", ""),
        ("drone OR drone", "drone", ""),
        ("drone OR -missile tank", "drone, tank", "missile"),
        ("drone OR * tank", "drone OR tank", ""),
        ("OR", "OR", ""),
        ("NOT ) OR", '"NOT", "OR"', ""),
        ("-OR", "", "OR"),
        ("(drone OR missile) strike", "drone OR missile, strike", ""),
        ("strike (drone OR missile", "strike, drone OR missile", ""),
        ("strike) OR raid", "strike OR raid", ""),
        ("red (sea OR gulf)", "red, sea OR gulf", ""),
        ("(red sea) OR houthi", "red OR houthi, sea OR houthi", ""),
        ("houthi OR (red sea)", "houthi OR red, houthi OR sea", ""),
        ("((a OR b) c) OR d e", "a OR b OR d, c OR d, e", ""),
        ("(a b) OR (c d)", "a OR c, a OR d, b OR c, b OR d", ""),
        ("a OR () b", "a OR b", ""),
        ('navy -(drone OR "air raid")', "navy", 'drone, "air raid"'),
        ("navy -(drone (missile OR tank)) ship", "navy, ship", "drone, missile, tank"),
        ("(navy -drone) OR army", "navy OR army", "drone"),
        ("(navy -drone)army", "navy, army", "drone"),
        ("Boeing (737 MAX)", "Boeing, 737, MAX", ""),
        ("Boeing(737) f(x)", "Boeing(737), f(x)", ""),
        ("(U. S. Grant) OR lincoln", "U. S. OR lincoln, Grant OR lincoln", ""),
        ("(J. D. OR x)", "J. D. OR x", ""),
        (")))((( navy :-) (", "navy", ""),
        ("(" * 900 + "navy", "navy", ""),
    ],
)
def test_which_words_a_search_asks_for(typed: str, wanted: str, unwanted: str) -> None:
    told = terms(typed)
    assert tuple(map(", ".join, told)) == (wanted, unwanted)
    assert terms(as_typed(*told)) == told, "a link with these words asks for the same"


@given(
    st.text(st.sampled_from('abc ()-"*OR,0'), max_size=60),
    st.lists(st.sampled_from(["a", "OR", "(", ")", "-(", "-", '"b c"', "d*", "AND", "NOT", "e,f", "-g,NOT"])),
)
def test_whatever_is_typed_is_read_and_reads_the_same_when_it_is_shown(text: str, parts: list[str]) -> None:
    for typed in (text, " ".join(parts)):
        try:
            told = terms(typed)
        except QueryError:
            continue
        assert terms(as_typed(*told)) == told


def test_words_joined_by_or_are_counted_each() -> None:
    assert len(terms(" OR ".join(f"a{n}" for n in range(MAX_TERMS)))[0]) == 1
    for typed in (
        " OR ".join(f"a{n}" for n in range(MAX_TERMS + 1)),
        "(a b c d) OR (e f g h)",
        " OR ".join(["(a b)"] * 99),
    ):
        with pytest.raises(QueryError):
            terms(typed)


def test_words_of_phrases_are_counted_each() -> None:
    """The index compares each with all texts that have it: 240 times "the" took as long as thirty searches."""
    assert terms(f'"{"the " * MAX_WORDS}"')[0]
    assert terms("ข่าวดี " * 20)[0]
    for typed in (
        f'"{"the " * (MAX_WORDS + 1)}"',
        "a-" * 101,
        " OR ".join(f'"{"a " * 21}{n}"' for n in range(5)),
        f'-"{"a " * 101}"',
        "的" * 404,
    ):
        with pytest.raises(QueryError):
            terms(typed)


HOSTILE = (
    '"', "NEAR(", "a AND", "title:x", "{t b}:x", "^a", "a*", "(", "*", "''", '""', "a OR b", "\x00", "-", "--", "\\", ";DROP",
    "a NEAR/2 b", "💣", "﷽", "ا", "中国", "\u202e", "%%%", "_",
)  # fmt: skip


@pytest.mark.parametrize("q", [*HOSTILE, "x" * 1000, "é" * 1000])
@pytest.mark.parametrize("address", ["/search", "/search.rss", "/api/v1/items", "/api/v1/stories"])
def test_hostile_words_find_or_are_refused(client: FlaskClient, address: str, q: str) -> None:
    assert client.get(f"{address}?q={quote(q)}").status_code in (200, 400)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.dictionaries(
        st.sampled_from([*{name for name, _ in BAD}, "cursor", "changed_since", "of", "label"]),
        st.text(max_size=30),
        max_size=4,
    )
)
def test_any_text_in_any_parameter(newsroom: Newsroom, values: dict[str, str]) -> None:
    query = {name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
    raw = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    for address in ("/search.json", "/api/v1/stories", "/subscriptions.opml"):
        assert newsroom.client.get(f"{address}?{raw}").status_code in (200, 400)


@given(st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1), st.sampled_from(["stories", "items-changed"]))
def test_cursors_come_back_as_they_were_and_belong_to_their_list(time: int, n: int, kind: str) -> None:
    cursor = parameters.encode_cursor(kind, time, n)
    assert parameters.decode_cursor({"cursor": cursor}, kind) == (time, n)
    with pytest.raises(QueryError):
        parameters.decode_cursor({"cursor": cursor}, "sources")


def test_cursors_of_impossible_size_are_refused(client: FlaskClient) -> None:
    huge = parameters.encode_cursor("stories", 10**18 - 1, 10**18 - 1)
    for address in ("/api/v1/stories", "/latest.rss", "/latest", "/search"):
        assert client.get(f"{address}?cursor={huge}").status_code == 200
    forged = parameters.encode_cursor("stories", 10**19, 1)
    assert client.get(f"/api/v1/stories?cursor={forged}").status_code == 400


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("/sections/defense", "Test Wire – Defense"),
        ("/sections/defense?primary=1", "Test Wire – Defense"),
        ("/sections/defense?min_publishers=3&q=-football", "Test Wire – Defense – 3 outlets or more – -football"),
        ("/search?label=owner:public&lang=en", "Test Wire – Search – label owner:public, language en"),
        ("/search?section=asia-pacific&topic=nato&source=kyodo&publisher=BBC", "Test Wire – Search – Asia-Pacific, NATO, Kyodo, from BBC"),
        ("/search?q=BBC", "Test Wire – Search – BBC"),
        ("/latest?q=frigate&min_publishers=2", "Test Wire – Latest – 2 outlets or more – frigate"),
        ("/search?q=%22rare+earth%22+-<b>", "Test Wire – Search – “rare earth” -< b>"),
        ("/sections/defense?since=24h", "Test Wire – Defense – last 24h"),
        ("/sections/defense?since=7d&until=24h&min_publishers=2", "Test Wire – Defense – 2 outlets or more, last 7d, until 24h ago"),
        ("/latest?since=2026-11-24T08:00%2B01:00&until=2026-12-01", "Test Wire – Latest – since 2026-11-24T08:00+01:00, until 2026-12-01"),
        ("/latest?since=2026-11-24T08:00+01:00", "Test Wire – Latest – since 2026-11-24T08:00+01:00"),
        ("/search?q=BBC&since=2026-11-24<08:00", "Test Wire – Search – since 2026-11-24<08:00 – BBC"),
        ("/search?publisher=%E2%80%AE<img src=x onerror=a()>&label=a:</b>",
         "Test Wire – Search – from < img src=x onerror=a()>, label a:< /b>"),
    ],
)  # fmt: skip
def test_a_stream_is_called_by_what_narrows_it(client: FlaskClient, address: str, called: str) -> None:
    """A reader subscribes to several searches, and tells them apart by their titles; a page says what it shows."""
    path, _, query = address.partition("?")
    assert client.get(f"{path}.json?{query}").get_json()["title"] == called
    page = unescape(client.get(address).text)
    heads = [re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("title", "h1")]
    for part in called.split(" – ")[1:]:
        assert all(head and part in head[1] for head in heads), part


def test_a_page_names_the_words_of_a_search_first(client: FlaskClient) -> None:
    """A tab of the browser shows no more than the beginning of its title."""
    page = client.get("/search?since=7d&min_publishers=2&q=frigate").text
    assert "<title>Search – frigate, 2 outlets or more, last 7d – Test Wire</title>" in page
    assert "<h1>Search <small>frigate, 2 outlets or more, last 7d</small></h1>" in page


def test_a_search_within_a_search_keeps_what_narrows_it(client: FlaskClient) -> None:
    kept = {
        "since": "2026-10-01", "until": "2026-11-30", "min_publishers": "4", "primary": "1", "view": "items", "limit": "7",
        "section": "defense", "topic": "nato", "source": "kyodo", "publisher": "BBC", "label": "owner:public", "lang": "en",
    }  # fmt: skip
    assert {"q", *kept} == {*parameters.KEPT}
    for name in kept.keys() - {"primary", "view", "limit"}:
        alone = client.get("/search", query_string={"q": "zebra", name: kept[name]}).text
        assert re.search("try other words, (?!or )", alone), f"{name} may be why nothing is found"
    page = client.get("/search", query_string={"q": "x", **kept}).text
    form = page.split('class="finder"', 1)[1].split("</form>", 1)[0]
    sent = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', form, re.DOTALL):
        sent.update((name, value) for value in re.findall(r'<option value="([^"]*)" selected>', options))
    assert sent == {"q": "x", **kept}
    assert 'name="topic"' not in client.get("/search?lang=en&topic=").text


def test_what_narrows_a_search_unseen_can_be_dropped(client: FlaskClient) -> None:
    """A link on the page of a story leads to all of one label; who searches on from there would never get rid of it."""
    page = client.get("/search?q=navy+%26+more&section=defense&label=country:GB&view=items&topic=").text
    (found,) = re.findall(r'<a href="/news(/search[^"]*)">Search without label, view</a>', page)
    assert found == "/search?q=navy+%26+more&amp;section=defense"
    best = client.get("/search?q=navy&lang=en&order=relevance").text
    assert '<a href="/news/search?q=navy&amp;order=relevance">Search without language</a>' in best
    for address in (found.replace("&amp;", "&"), "/search", "/search?since=7d&min_publishers=2"):
        assert ">Search without" not in client.get(address).text


def test_a_part_of_a_month_that_is_not_there_says_how_many_there_are(client: FlaskClient) -> None:
    got = client.get("/latest/2026-11?page=9")
    assert (got.status_code, got.text) == (404, "Not Found\n\nThere is no such page: the last of this month is 1.\n")
