"""The JSON API: shapes, paging, order of change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from msgspec import structs
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, Rooms, item

from aggregator.model.story import Batch, Merge, StoryView
from aggregator.pipeline.edition import edition
from aggregator.store.reading import Reading


def walk(client: FlaskClient, name: str, query: str = "") -> list[Any]:
    """All pages of a list, by `next_url`."""
    rows: list[Any] = []
    address: str | None = f"/news/api/v1/{name}{query}"
    while address:
        got = client.get(address)
        assert got.status_code == 200
        more = {"removed", "changed_until"} if "changed_since" in query else set()
        assert set(got.get_json()) == {name, "next", "next_url"} | more
        assert more == set() or (got.get_json()["changed_until"] is None) == (got.get_json()["next"] is not None)
        rows += got.get_json()[name]
        following = got.get_json()["next_url"]
        assert (following is None) == (got.get_json()["next"] is None)
        assert ("Link" in got.headers) == bool(following)
        address = following and following.removeprefix("https://wire.example.org")
    return rows


@pytest.mark.parametrize("view", ["stories", "items"])
def test_an_id_is_known_with_and_without_its_scheme(client: FlaskClient, view: str) -> None:
    id = client.get(f"/api/v1/{view}?limit=1").get_json()[view][0]["id"]
    for form in (id, id.removeprefix("urn:uuid:"), id.upper()):
        assert client.get(f"/api/v1/{view}/{form}").get_json()["id"] == id


def test_every_topic_of_a_story_has_a_title(client: FlaskClient) -> None:
    """Also a found topic that so few stories have that the page of topics leaves it out."""
    used = {topic for view in ("stories", "items") for told in walk(client, view) for topic in told["topics"]}
    topics = {one["id"]: one for one in walk(client, "topics")}
    assert used <= set(topics)
    (rare,) = client.get("/api/v1/topics?topic=japan").get_json()["topics"]
    assert (rare["title"], 0 < rare["stories"] < 5) == ("Japan", True)
    assert "/topics/japan" not in client.get("/topics").text


@pytest.mark.parametrize("name", ["stories", "items", "sections", "topics", "sources"])
@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_put_together_are_the_list(client: FlaskClient, name: str, limit: int) -> None:
    whole = walk(client, name)
    assert [row["id"] for row in walk(client, name, f"?limit={limit}")] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == len(whole) > 1


def test_a_cursor_belongs_to_its_list(client: FlaskClient) -> None:
    cursor = client.get("/api/v1/stories?limit=1").get_json()["next"]
    assert client.get(f"/api/v1/items?limit=1&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/sources?cursor={cursor}").status_code == 400


def test_paging_is_not_disturbed_by_news(room: Newsroom) -> None:
    room.publish(*NEWS)
    before = [row["id"] for row in walk(room.client, "stories")]
    first = room.client.get("/api/v1/stories?limit=2").get_json()
    room.publish(item("Typhoon Reaches Luzon", age=timedelta(minutes=1)))
    rest = walk(room.client, "stories", f"?limit=2&cursor={first['next']}")
    assert [row["id"] for row in (*first["stories"], *rest)] == before


@pytest.mark.parametrize("view", ["stories", "items"])
def test_what_changes_while_a_page_is_read_takes_nothing_else_from_who_follows_changes(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    """Between finding the rows of a page and reading them, the last of them changes: the next page goes on from where it was."""
    titles = ["Typhoon Reaches Luzon", "Octopuses Dream", "Parliament Elects a Speaker", "Grain Prices Fall"]
    for title in titles:
        room.publish(item(title, age=timedelta(minutes=1)))
        room.now += timedelta(minutes=5)
    read = getattr(Reading, f"_{view}")
    waiting = [replace(item(titles[1], age=timedelta(minutes=1)), summary="Corrected.", hash="new")]

    def interrupted(reading: Reading, pairs: Any) -> Any:
        for one in waiting:
            waiting.clear()
            room.change(one)
            room.publish()
        return read(reading, pairs)

    monkeypatch.setattr(Reading, f"_{view}", interrupted)
    rows = walk(room.client, view, "?changed_since=2026-11-24T00:00:00Z&limit=2")
    assert {row["title"] for row in rows} >= set(titles)


def merged_when_read(room: Newsroom, monkeypatch: pytest.MonkeyPatch, older: str, *younger: str) -> None:
    """These stories merge after the rows of the next request were found, and before they are read."""
    known = [room.archive.reading.story(id.removeprefix("urn:uuid:")) for id in (older, *younger)]
    first, *others = (story.n for story in known if isinstance(story, StoryView))
    merges = tuple(Merge(first, other) for other in others)
    read, waiting = Reading._stories, [Batch(merges=merges, epoch="one", now=int(room.now.timestamp()))]

    def interrupted(reading: Reading, pairs: Any) -> Any:
        if waiting:
            room.archive.edition.apply(waiting.pop())
        return read(reading, pairs)

    monkeypatch.setattr(Reading, "_stories", interrupted)


def test_a_merge_while_a_page_is_read_does_not_end_the_list(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.publish(*NEWS)
    before = [row["id"] for row in walk(room.client, "stories")]
    merged_when_read(room, monkeypatch, before[1], before[0])
    assert [row["id"] for row in walk(room.client, "stories", "?limit=2")] == before[1:]


@pytest.mark.parametrize("since", ["", "&changed_since=2026-11-24T00:00:00Z"])
@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize("limit", [1, 2])
def test_merges_of_a_whole_page_while_it_is_read_do_not_end_a_list(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, since: str, page: int, limit: int
) -> None:
    for title in (
        "Typhoon Reaches Luzon",
        "Octopuses Dream",
        "Parliament Elects",
        "Grain Prices Fall",
        "Bakers Strike",
    ):
        room.publish(item(title, age=timedelta(minutes=1)))
        room.now += timedelta(minutes=5)
    told = [row["id"] for row in walk(room.client, "stories", f"?limit=500{since}")]
    read, (first, second, third, *_) = told[:page], told[page:]
    cursor = f"&cursor={room.client.get(f'/api/v1/stories?limit=1{since}').get_json()['next']}" if page else ""
    merged_when_read(room, monkeypatch, third, first, second)
    rest = {row["id"] for row in walk(room.client, "stories", f"?limit={limit}{since}{cursor}")}
    assert rest == {*told} - {*read, first, second}


def test_a_story_that_is_merged_while_it_is_read_redirects(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.publish(*NEWS)
    young, old = (row["id"] for row in room.client.get("/api/v1/stories?limit=2").get_json()["stories"])
    merged_when_read(room, monkeypatch, old, young)
    got = room.client.get(f"/api/v1/stories/{young}")
    assert (got.status_code, got.headers["Location"]) == (301, f"https://wire.example.org/news/api/v1/stories/{old}")


def test_changed_since_gives_what_changed_oldest_first(room: Newsroom) -> None:
    room.publish(*NEWS)
    room.now += timedelta(hours=1)
    room.publish(item("Typhoon Reaches Luzon", age=timedelta(minutes=1)), live=True)
    room.now += timedelta(hours=1)
    room.publish(
        item("Navy's Newest Frigate Delayed Again, Says Shipbuilder", "kyodo", age=timedelta(minutes=1)), live=True
    )
    rows = room.client.get("/api/v1/stories?changed_since=2026-11-24T12:30:00Z").get_json()["stories"]
    assert [row["title"] for row in rows] == [
        "Typhoon Reaches Luzon",
        "Navy's Newest Frigate Delayed Again, Shipbuilder Says",
    ]
    paged = walk(room.client, "stories", "?changed_since=2026-11-24T12:30:00Z&limit=1")
    assert [row["id"] for row in paged] == [row["id"] for row in rows]


def test_who_asks_for_changes_again_and_again_misses_nothing_that_is_being_placed(room: Newsroom) -> None:
    room.publish(*NEWS)
    room.now += timedelta(hours=1)
    asked = {"stories": room.now, "items": room.now}
    got: dict[str, dict[str, Any]] = {"stories": {}, "items": {}}

    def ask() -> None:
        for view, since in asked.items():
            asked[view] = room.now
            rows = room.client.get(f"/api/v1/{view}?changed_since={since:%Y-%m-%dT%H:%M:%SZ}").get_json()[view]
            got[view].update({row["title"]: row for row in rows})

    def clock() -> int:
        """Time passes with every step of the edition, and the client asks meanwhile."""
        ask()
        room.now += timedelta(seconds=1.7)
        return int(room.now.timestamp())

    room.receive(item("Typhoon Reaches Luzon", age=timedelta(minutes=1)), live=True)
    room.now += timedelta(seconds=5)
    edition(room.archive, room.application.policy, clock)
    room.now += timedelta(seconds=5)
    ask()
    assert [*got["stories"]] == [*got["items"]] == ["Typhoon Reaches Luzon"]
    assert got["items"]["Typhoon Reaches Luzon"]["story"] == got["stories"]["Typhoon Reaches Luzon"]["id"]
    ask()
    room.now += timedelta(seconds=5)
    got["items"].clear()
    ask()
    assert not got["items"], "what has not changed since is not listed again"


def test_the_status_of_an_archive_that_never_had_an_edition(room: Newsroom) -> None:
    assert room.client.get("/api/v1/status").get_json()["last_edition"] is None


def test_a_paused_source_has_no_next_poll(room: Newsroom) -> None:
    (kyodo,) = room.archive.sources.states(["kyodo"])
    room.archive.sources.save([structs.replace(kyodo, next_poll=room.now + timedelta(hours=1))])

    def row() -> Any:
        return next(one for one in room.client.get("/api/v1/sources").get_json()["sources"] if one["id"] == "kyodo")

    assert row()["next_poll"] == "2026-11-24T13:00:00Z"
    room.put_in_force(CONFIG.replace("{name: Kyodo, url", "{name: Kyodo, enabled: false, url"))
    assert (row()["state"], row()["next_poll"]) == ("paused", None)


@pytest.mark.parametrize("address", ["/api", "/api/v1", "/api/v1/storys"])
def test_an_address_that_the_api_lacks_leads_to_those_that_it_has(client: FlaskClient, address: str) -> None:
    got = client.get(address)
    assert got.status_code == 404
    assert "/docs" in got.get_json()["detail"]
    assert client.get("/docs").status_code == 200


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("label=GB", ["bbc-world"]), ("label=owner:public", ["bbc-world"]), ("label=kind:broadcaster", ["bbc-world"]),
        ("label=country:JP", ["kyodo"]), ("publisher=BBC", ["bbc-world"]), ("source=silent", ["silent"]), ("label=FR", []),
        ("label=gb", ["bbc-world"]), ("label=OWNER:Public", ["bbc-world"]),
        ("label=GB&publisher=Kyodo", []),
        ("publisher=bbc+news", ["bbc-world"]), ("publisher=kyodo", ["kyodo"]), ("", ["bbc-world", "kyodo", "reuters", "silent"]),
    ],
)  # fmt: skip
def test_sources_are_searched_by_what_they_are(client: FlaskClient, asked: str, ids: list[str]) -> None:
    found = client.get(f"/api/v1/sources?{asked}").get_json()["sources"]
    assert [one["id"] for one in found] == ids


@pytest.mark.parametrize("asked", ["publisher=BBC", "label=owner:public"])
def test_a_source_is_of_the_outlet_for_which_its_items_count(rooms: Rooms, asked: str) -> None:
    """Also where only the host of its feed tells which."""
    room = rooms(CONFIG.replace('Reuters, url: "https://reuters.example', 'Auntie, url: "https://bbc.example'))
    room.publish(item("Navy tows frigate", "auntie", publisher="Auntie"))
    (found,) = room.client.get(f"/api/v1/items?{asked}").get_json()["items"]
    listed = room.client.get(f"/api/v1/sources?{asked}").get_json()["sources"]
    assert {one["id"]: one["publisher"] for one in listed} == {"bbc-world": "BBC", found["source"]: found["publisher"]}


@pytest.mark.parametrize("name", ["sections", "topics", "sources"])
def test_an_id_that_nothing_has_is_refused_in_all_lists(client: FlaskClient, name: str) -> None:
    for listed in (name, "stories", "items"):
        got = client.get(f"/api/v1/{listed}?{name[:-1]}=none")
        assert (got.status_code, got.get_json()["parameter"]) == (400, name[:-1]), listed


@pytest.mark.parametrize("asked", ["The Ödland Post", "the ödland post", "ODLAND POST", "BBC", "bbc news"])
def test_an_outlet_is_found_by_its_name_however_it_is_written(rooms: Rooms, asked: str) -> None:
    """Not only one that `publishers` lists."""
    room = rooms(CONFIG.replace("{name: Reuters, url", '{name: Reuters, publisher: "The Ödland Post", url'))
    room.publish(item("Navy tows frigate", "reuters", publisher="The Ödland Post"), item("Rain is expected"))
    outlet = "BBC" if asked.lower().startswith("bbc") else "The Ödland Post"
    for kind in ("stories", "items"):
        (found,) = room.client.get(f"/api/v1/{kind}", query_string={"publisher": asked}).get_json()[kind]
        assert outlet in (found.get("publisher"), *found.get("publishers", ())), kind
    (source,) = room.client.get("/api/v1/sources", query_string={"publisher": asked}).get_json()["sources"]
    assert source["publisher"] == outlet
    feed = room.client.get("/search.json", query_string={"publisher": asked}).get_json()
    assert feed["title"] == f"Test Wire – Search – from {outlet}"


def test_two_outlets_whose_names_differ_in_case_are_told_apart_by_it(rooms: Rooms) -> None:
    names = ("Écho", "ÉCHO")
    config = CONFIG
    for source, name in zip(("Reuters", "Silent"), names, strict=True):
        config = config.replace(f"{{name: {source}, url", f'{{name: {source}, publisher: "{name}", url')
    room = rooms(config)
    for asked in names:
        feed = room.client.get("/search.json", query_string={"publisher": asked}).get_json()
        assert feed["title"] == f"Test Wire – Search – from {asked}"


@pytest.mark.parametrize("asked", ["Post", "POST", "The Post", "the post", "thé post"])
def test_an_outlet_that_a_wrapper_names_is_found_by_its_name_beside_one_with_a_similar_name(
    rooms: Rooms, asked: str
) -> None:
    config = CONFIG.replace("{name: Reuters, url", '{name: Reuters, publisher: "The Post", url')
    room = rooms(config.replace("{name: Silent, url", "{name: Silent, wrapper: true, url"))
    room.publish(item("Navy tows frigate", "reuters"), item("Rain is expected", "silent", publisher="Post"))
    (found,) = room.client.get("/api/v1/items", query_string={"publisher": asked}).get_json()["items"]
    assert found["publisher"] == ("Post" if asked.lower() == "post" else "The Post")


def test_a_source_is_found_by_the_names_by_which_its_news_is(tmp_path: Path) -> None:
    """The id that it had before, and the outlet that the name of its publisher stands for."""
    renamed = CONFIG.replace("{name: Kyodo, url", "{name: Kyodo News, was: [kyodo], url")
    room = Newsroom(tmp_path, renamed.replace("publisher: BBC,", "publisher: BBC News,"))
    rows = {
        asked: [
            (row["id"], row["publisher"]) for row in room.client.get(f"/api/v1/sources?{asked}").get_json()["sources"]
        ]
        for asked in ("source=kyodo", "publisher=BBC", "label=owner:public")
    }
    room.close()
    assert rows == {
        "source=kyodo": [("kyodo-news", "Kyodo News")],
        "publisher=BBC": [("bbc-world", "BBC")],
        "label=owner:public": [("bbc-world", "BBC")],
    }


def test_a_merged_story_redirects_for_good(room: Newsroom) -> None:
    room.publish(*NEWS)
    stories = room.client.get("/api/v1/stories").get_json()["stories"]
    old, young = (story["id"].removeprefix("urn:uuid:") for story in stories[:2])
    known = [room.archive.reading.story(id) for id in (old, young)]
    older, younger = (story.n for story in known if isinstance(story, StoryView))
    room.archive.edition.apply(Batch(merges=(Merge(older, younger),), epoch="one", now=int(room.now.timestamp())))
    got = room.client.get(f"/stories/{young}", headers={"Host": "evil.example"})
    assert (got.status_code, got.headers["Location"]) == (301, f"https://wire.example.org/news/stories/{old}")
    got = room.client.get(f"/api/v1/stories/{young}")
    assert got.headers["Location"] == f"https://wire.example.org/news/api/v1/stories/urn:uuid:{old}"
    assert (got.content_type, got.get_json()) == ("application/json", {"location": got.headers["Location"]})
    described = room.client.get("/openapi.json").get_json()["paths"]["/api/v1/stories/{id}"]["get"]["responses"]["301"]
    assert described["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Moved"}
    told = room.client.get("/api/v1/stories").get_json()["stories"]
    assert [story["merged"] for story in told if story["id"] == f"urn:uuid:{old}"] == [[f"urn:uuid:{young}"]]
    assert all(story["merged"] == [] for story in told if story["id"] != f"urn:uuid:{old}")


def test_a_story_page_shows_its_parts_and_no_empty_heading(client: FlaskClient) -> None:
    told = client.get("/api/v1/stories?q=licenses").get_json()["stories"][0]
    text = client.get(told["url"].removeprefix("https://wire.example.org")).text
    for part in (
        "China Grants",
        "Sources</h2>",
        "Related Topics</h2>",
        "Related News</h2>",
        "What happened, at length.",
    ):
        assert part in text
    assert 'href="/news/topics/rare-earths"' in text
    octopus = client.get("/api/v1/stories?q=octopuses").get_json()["stories"][0]
    assert "Related Topics</h2>" not in client.get(octopus["url"].removeprefix("https://wire.example.org")).text


def test_the_last_edition_is_never_in_the_future(room: Newsroom) -> None:
    """Changes of one second are dated one after the other, such as the texts of many articles at a first start."""
    room.publish(*NEWS)
    lead, now = room.archive.reading.stories_at([NEWS[0].canonical or ""])[0].lead, int(room.now.timestamp())
    room.archive.articles.claim(["bbc-world"], 0, 50, now, now + 3600)
    for text in ("One", "Two", "Three"):
        room.archive.articles.save(lead, f"<p>{text}</p>", None, now)
    assert room.client.get("/api/v1/status").get_json()["last_edition"] == "2026-11-24T12:00:00Z"
