"""An edit of feeds.yaml that places every stored item as before leaves stored stories as they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from newsroom import CONFIG, NEWS, NOON, Newsroom, item

from aggregator.bootstrap import Application
from aggregator.errors import StoreError
from aggregator.model.poll import PollResult, Recognition
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place_all, re_place_stories

Edit = tuple[str, str]
"""Old and new text."""

ALIKE: tuple[Edit, ...] = (
    ("site:", "# a comment\nsite:"),
    ("{title: Test Wire,", "{title: Another Wire,"),
    ("language: en,", "language: de,"),
    ("every: 15m", "every: 1h"),
    ("defaults: {", "defaults: {keep: 30d, "),
    ("labels: {country: JP, owner: cooperative}", "labels: {country: JP}"),
    ("https://reuters.example/feed.xml", "https://reuters.example/moved.xml"),
    ('"https://silent.example/feed.xml"}', '"https://silent.example/feed.xml", enabled: false}'),
    ("\nsections:", '\n  - {name: New One, url: "https://new.example/", publisher: BBC, every: 5m}\nsections:'),
    ("title: Defense", "title: Defence"),
    ("{id: nato, title: NATO,", "{id: nato, title: Alliance,"),
    ("    description: Forces & weapons", "    description: Of war"),
    ("frigate*]\n", 'frigate*]\n    examples: ["Navy Frigate Delayed"]\n'),
)
DIFFERENT: tuple[Edit, ...] = (
    ("frigate*]", "frigate*, octopus*]"),
    ("places: [CN, JP, eastern-asia]", "places: [CN]"),
    ("words: [NATO]", "words: [NATO, frigate]"),
    ("  - {id: nato, title: NATO, words: [NATO]}\n", ""),
    ("aliases: [BBC News]", "aliases: [BBC News, Reuters]"),
    ("domains: [bbc.example]", "domains: [bbc.example, kyodo.example]"),
    ("{name: Reuters, url", "{name: Reuters, publisher: Thomson, url"),
    ("{name: Reuters, url", "{name: Reuters, usually: world, url"),
    ("{name: Reuters, url", "{name: Reuters, section: world, url"),
    ("{name: Reuters, url", "{name: Reuters, wrapper: true, url"),
    ("{name: Reuters, url", "{name: Reuters World, url"),
    ("https://reuters.example/feed.xml", "https://feeds.bbc.example/asia.xml"),
    ('  - {name: Silent, url: "https://silent.example/feed.xml"}\n', ""),
    ("\nsections:", '\n  - {name: New One, url: "https://new.example/", usually: defense}\nsections:'),
    ("\nsections:", "\nstories: {hide: ['https://bbc.example/1']}\nsections:"),
    ("timezone: UTC", "timezone: Asia/Tokyo"),
)


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    return room


def save(room: Newsroom, edit: Edit) -> None:
    """As a running service takes a save."""
    assert room.text.count(edit[0]) == 1
    room.text = room.text.replace(*edit)
    room.put_in_force(room.text)
    room.archive.sources.sync(room.application.settings.sources)


def outdated(room: Newsroom) -> int:
    return room.archive.edition.count_outdated(room.application.policy.with_stored(room.archive, seconds(room)).epoch)


def seconds(room: Newsroom) -> int:
    return int(room.now.timestamp())


def stories(room: Newsroom) -> list[object]:
    return [room.archive.edition.stories(room.numbers()), room.archive.edition.members(room.numbers())]


@pytest.mark.parametrize("edit", ALIKE)
def test_stored_stories_stay_and_placing_them_anew_would_change_nothing(room: Newsroom, edit: Edit) -> None:
    save(room, edit)
    assert outdated(room) == 0
    before = stories(room)
    policy = room.application.policy.with_stored(room.archive, 0)
    re_place_stories(room.archive, policy, room.numbers(), lambda: seconds(room))
    assert stories(room) == before


@pytest.mark.parametrize("edit", DIFFERENT)
def test_stored_stories_are_placed_anew_where_an_edit_may_move_them(room: Newsroom, edit: Edit) -> None:
    save(room, edit)
    assert outdated(room) == len(room.numbers()) > 0
    assert re_place_all(room.archive, room.application.policy, lambda: seconds(room), lambda: True) > 0
    assert outdated(room) == 0


def test_edits_in_a_row_count_together(room: Newsroom) -> None:
    for edit in ALIKE:
        save(room, edit)
    assert outdated(room) == 0
    room.publish(item("Octopuses dream of something else now", "reuters"))
    assert outdated(room) == 0, "what comes under the last is placed as under the first"
    save(room, DIFFERENT[0])
    assert outdated(room) > 0
    save(room, (DIFFERENT[0][1], DIFFERENT[0][0]))  # undone before anything was placed anew
    re_place_all(room.archive, room.application.policy, lambda: seconds(room), lambda: True)
    assert outdated(room) == 0


@pytest.mark.parametrize(
    "line",
    [
        '{name: Reuters, publisher: Thomson, url: "https://reuters.example/feed.xml"}',
        '{name: Thomson, url: "https://reuters.example/feed.xml"}',
        '{name: Thomson, was: [reuters], url: "https://thomson.example/feed.xml"}',
    ],
    ids=["its name", "its address", "was"],
)
def test_a_source_that_returns_may_have_another_publisher_now(room: Newsroom, line: str) -> None:
    save(room, ('  - {name: Reuters, url: "https://reuters.example/feed.xml"}\n', ""))
    re_place_all(room.archive, room.application.policy, lambda: seconds(room), lambda: True)
    save(room, ("\nsections:", f"\n  - {line}\nsections:"))
    assert outdated(room) > 0


def test_sources_of_one_site_that_exchange_their_addresses_take_their_items_with_them(tmp_path: Path) -> None:
    """Each history stays with its address, under the other name, so that the section of the other applies."""
    asia, defence = ("https://kyodo.example/asia.xml", "https://kyodo.example/defence.xml")
    lines = '  - {{name: Asia, section: asia-pacific, url: "{0}"}}\n  - {{name: Guns, section: defense, url: "{1}"}}\n'
    text = CONFIG.replace("\nsections:", "\n" + lines.format(defence, asia) + "sections:")
    room = Newsroom(tmp_path, text)
    news = [item("Octopuses dream", "asia", publisher="Asia"), item("Plum harvest fails", "guns", publisher="Guns")]
    room.publish(*news)

    def sections() -> dict[str, str]:
        return {one["title"]: one["section"] for one in room.client.get("/api/v1/stories").get_json()["stories"]}

    assert sections() == {news[0].title: "asia-pacific", news[1].title: "defense"}
    room.edit(text.replace(lines.format(defence, asia), lines.format(asia, defence)))
    assert sections() == {news[0].title: "defense", news[1].title: "asia-pacific"}
    room.close()


def test_a_value_of_the_environment_that_changed_counts_as_an_edit(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_WORD", "octopus*")
    save(room, ("frigate*]", 'frigate*, "${WIRE_WORD}"]'))
    re_place_all(room.archive, room.application.policy, lambda: seconds(room), lambda: True)
    monkeypatch.setenv("WIRE_WORD", "scientist*")
    room.put_in_force(room.text)
    assert outdated(room) > 0


def test_what_one_process_put_in_force_is_not_taken_for_what_another_compared_with(room: Newsroom) -> None:
    upkeep, epoch = room.archive.upkeep, room.application.settings.epoch
    upkeep.put_in_force("third", {"feeds.yaml": CONFIG}, seconds(room))
    upkeep.put_in_force("fourth", {"feeds.yaml": CONFIG}, seconds(room), epoch)
    assert upkeep.like("fourth") is None
    upkeep.put_in_force("fifth", {"feeds.yaml": CONFIG}, seconds(room), "fourth")
    upkeep.put_in_force("sixth", {"feeds.yaml": CONFIG}, seconds(room), "fifth")
    assert [upkeep.like(one) for one in ("fifth", "sixth", "never")] == ["fourth", "fourth", None]


def test_news_is_placed_once_whatever_was_saved_before(room: Newsroom) -> None:
    save(room, ALIKE[0])
    room.receive(item("Navy's Newest Frigate Delayed Again, Shipbuilder Says", "kyodo"))
    edition(room.archive, room.application.policy, lambda: seconds(room))
    assert outdated(room) == 0


def test_a_shorter_interval_holds_from_the_save_on(room: Newsroom) -> None:
    hour = timedelta(hours=1)
    room.put_in_force(room.text)
    states = [structs.replace(one, last_success=room.now, last_attempt=room.now, next_poll=room.now + 6 * hour, etag="x")
              for one in room.archive.sources.states()]  # fmt: skip
    room.archive.sources.save(states)
    room.put_in_force(room.text.replace("{name: Kyodo, url", "{name: Kyodo, every: 5m, url"))
    plans = {state.id: state.next_poll or NOON for state in room.archive.sources.states()}
    assert room.now < plans.pop("kyodo") <= room.now + timedelta(minutes=5)
    assert set(plans.values()) == {room.now + 6 * hour}
    room.put_in_force(room.text.replace("{every: 15m}", "{every: 10m}"))
    plans = {state.id: state.next_poll or NOON for state in room.archive.sources.states()}
    assert set(plans.values()) != {room.now + 6 * hour}
    assert max(plans.values()) <= room.now + timedelta(minutes=10)


def test_both_hold_for_a_source_that_the_same_edit_renames(room: Newsroom) -> None:
    hour = timedelta(hours=1)
    room.put_in_force(room.text)
    states = [structs.replace(one, last_success=room.now, last_attempt=room.now, next_poll=room.now + 6 * hour, etag="x",
                              body_hash="z") for one in room.archive.sources.states()]  # fmt: skip
    room.archive.sources.save(states)
    named = room.text.replace("{name: Kyodo, url", "{name: Kyodo News, was: [kyodo], lang: ja, every: 5m, url")
    room.archive.sources.sync(Application.of_texts(room.place, {"feeds.yaml": named}).settings.sources)
    room.put_in_force(named)
    (kyodo,) = room.archive.sources.states(["kyodo-news"])
    assert (kyodo.etag, kyodo.body_hash) == (None, "")
    assert kyodo.next_poll is not None and kyodo.next_poll <= room.now + timedelta(minutes=5)


def test_an_edit_that_fails_half_way_is_taken_whole_the_next_time(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in force is not put in force again."""
    room.put_in_force(room.text)
    room.archive.sources.save([structs.replace(one, etag="x", body_hash="z") for one in room.archive.sources.states()])
    named = room.text.replace("{name: Kyodo, url", "{name: Kyodo, lang: ja, url")

    def fail(ids: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(room.archive.sources, "read_anew", fail)
        with pytest.raises(StoreError):
            room.put_in_force(named)
    room.put_in_force(named)
    assert room.archive.sources.states(["kyodo"])[0].etag is None


def test_a_language_that_the_editor_names_has_the_whole_feed_read_at_the_next_poll(room: Newsroom) -> None:
    """Else it waited until the feed changed: a 304 says nothing of what is listed."""
    room.put_in_force(room.text)
    known = [structs.replace(one, etag="x", last_modified="y", body_hash="z") for one in room.archive.sources.states()]
    room.archive.sources.save([structs.replace(one, body_hash=None) if one.id == "silent" else one for one in known])
    named = room.text.replace("{name: Kyodo, url", "{name: Kyodo, lang: ja, url").replace(
        "{name: Silent,", "{name: Silent, lang: fr,"
    )
    room.put_in_force(named)

    def kept() -> dict[str, tuple[object, ...]]:
        return {one.id: (one.etag, one.last_modified, one.body_hash) for one in room.archive.sources.states()}

    whole = ("x", "y", "z")
    assert kept() == {"bbc-world": whole, "kyodo": (None, None, ""), "reuters": whole, "silent": ("x", "y", None)}
    room.archive.sources.save(known)
    room.put_in_force(named + "# a comment")
    assert set(kept().values()) == {whole}


@pytest.mark.parametrize("more", ["every: 5m", "lang: ja"])
def test_a_poll_that_is_under_way_does_not_undo_an_edit(room: Newsroom, more: str) -> None:
    """Its answer was asked for, read and planned by what was said before: it brings news, and its source is polled once more."""
    room.put_in_force(room.text)
    sources = room.archive.sources
    sources.save([structs.replace(one, next_poll=room.now, last_success=room.now) for one in sources.states()])
    claimed = {one.id: one for one in sources.claim("us", room.now, timedelta(minutes=5))}
    room.put_in_force(room.text.replace("{name: Kyodo, url", f"{{name: Kyodo, {more}, url"))
    for id in ("kyodo", "reuters"):
        later = room.now + timedelta(hours=6)
        polled = structs.replace(claimed[id], last_attempt=room.now, next_poll=later, etag="x", body_hash="z")
        found = Recognition(new=(item(f"News of {id}", id),))
        room.archive.intake.apply([PollResult(polled, found, after=claimed[id].polls)], room.now, "us")
    assert {one.title for one in room.archive.edition.items(room.archive.edition.pending())} >= {
        "News of kyodo",
        "News of reuters",
    }
    kyodo, reuters = sources.states(["kyodo", "reuters"])
    assert kyodo.next_poll == room.now + timedelta(minutes=1)
    assert (kyodo.etag, reuters.etag) == (None, "x")
    claimable = (
        [one.id for one in sources.claim("us", at, timedelta(minutes=5))] for at in (room.now, kyodo.next_poll)
    )
    assert list(claimable) == [[], ["kyodo"]], "nor at once"


WIRE = (
    "GENEVA (Reuters) - The ferry that sank off the harbour at dawn had been inspected in spring, officials said on Tuesday after a first "
    "look at what was left of it, and they asked for more time."
)
FERRY = item("Ferry sinks off the harbour of Lumio", summary=WIRE)
PRINTED = item("Ferry sinks off the harbour of Lumio", "reuters", age=timedelta(), summary=WIRE)


@pytest.mark.parametrize(
    ("text", "asked", "listed"),
    [
        (
            CONFIG.replace("topics:", "topics:\n  - {id: carmakers, words: [automakers]}"),
            "topic=carmakers",
            [("Kyodo", NEWS[1].title)],
        ),
        (
            CONFIG.replace("publishers:", "publishers:\n  - {name: Reuters News, aliases: [Reuters]}"),
            "q=ferry",
            [("Reuters News", PRINTED.title), ("BBC", FERRY.title)],
        ),
        (f'{CONFIG}stories: {{hide: ["{PRINTED.url}"]}}\n', "q=ferry", [("BBC", FERRY.title)]),
    ],
)
def test_what_an_edit_changes_of_an_item_alone_is_stored_though_its_story_stays(
    room: Newsroom, text: str, asked: str, listed: list[tuple[str, str]]
) -> None:
    """Of three reports only one tells of the new topic; and who copies an agency's text is none of the outlets that tell the story."""
    room.publish(FERRY)
    room.publish(PRINTED, live=True)
    story = NEWS[0].title if asked.startswith("topic") else FERRY.title
    before = room.stories()[story]
    room.edit(text)
    assert structs.replace(room.stories()[story], epoch="") == structs.replace(before, epoch="")
    rows = room.client.get(f"/api/v1/items?{asked}").get_json()["items"]
    assert [(row["publisher"], row["title"]) for row in rows] == listed
