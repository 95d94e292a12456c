"""Articles that their outlet moves to another address (a live page becomes a report, a slug is corrected): the editor's word
goes on meaning them, by the address they had and by the one they have."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item, of_the_file

from aggregator.cli.main import main
from aggregator.model.item import Item
from aggregator.model.judgement import Judgement
from aggregator.model.story import EditionItem
from aggregator.pipeline.edition import edition
from aggregator.pipeline.survey import survey

LIVE = item("Live: frigates collide off Lumio")
FROM, TO = LIVE.url or "", "https://bbc-world.example/report"
REPORT = replace(LIVE, title="Frigates collide off Lumio, nine hurt", url=TO, canonical=TO, hash="moved")
SECOND = item("Frigates collide off Lumio, nine hurt", "kyodo", age=timedelta(minutes=40))
OTHER = item("Octopuses dream", "reuters")


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    for one in (LIVE, OTHER):
        room.publish(one)
    return room


def moves(room: Newsroom) -> None:
    """The outlet moves its article, and a poll and an edition see that."""
    room.change(REPORT)
    room.publish()


def edit(room: Newsroom, stories: str) -> None:
    room.now += timedelta(hours=1)
    room.edit(f"{CONFIG}stories: {stories}\n")


def told(room: Newsroom) -> list[dict[str, Any]]:
    return list(room.client.get("/api/v1/stories").get_json()["stories"])


def section(room: Newsroom) -> str:
    """The section of the story of the article that moved, after an edition."""
    room.publish()
    return next(str(one["section"]) for one in told(room) if one["link"] == TO)


def keys(room: Newsroom) -> set[frozenset[str]]:
    return {frozenset(one["url"] for one in story["sources"]) for story in told(room)}


def test_what_is_hidden_stays_hidden_where_it_goes(room: Newsroom) -> None:
    edit(room, f"{{hide: ['{FROM}']}}")
    assert keys(room) == {frozenset({OTHER.url})}
    moves(room)
    assert keys(room) == {frozenset({OTHER.url})}
    survey(room.archive, room.application.policy, lambda: int(room.now.timestamp()))
    assert keys(room) == {frozenset({OTHER.url})}


@pytest.mark.parametrize(
    "said",
    ["hide: ['{0}']", "split: ['{0}']", "join: [['{0}', '{1}']]", "pin: [{{url: '{0}', section: asia-pacific}}]"],
)
def test_no_outlet_does_to_what_another_publishes_what_the_editor_did_to_its_own(room: Newsroom, said: str) -> None:
    """… by moving its article to the address of the other's."""
    theirs = item("Plum harvest fails in Lumio", "kyodo", url=TO)
    second = item("Plum harvest fails in Lumio, growers say", "reuters")
    room.publish(theirs)
    room.publish(second)
    (before,) = [one for one in told(room) if {TO, second.url} == {report["url"] for report in one["sources"]}]
    edit(room, f"{{{said.format(FROM, OTHER.url)}}}")
    moves(room)
    room.publish(item("Plum harvest fails in Lumio again", "bbc-world"))
    after = next(one for one in told(room) if one["id"] == before["id"])
    assert {one["url"] for one in after["sources"]} >= {TO, second.url}
    assert after["section"] == before["section"]
    if said.startswith("hide"):
        assert REPORT.title not in {one["title"] for story in told(room) for one in story["sources"]}
        edit(room, f"{{{said.format(FROM, OTHER.url)}}}\n# again")
        assert REPORT.title not in {one["title"] for story in told(room) for one in story["sources"]}


def test_what_moved_to_the_article_of_another_before_it_was_placed_holds_up_no_edit(room: Newsroom) -> None:
    theirs = item("Plum harvest fails in Lumio", "kyodo", url=TO)
    room.publish(theirs)
    waiting = item("Frigate Sachsen leaves Lumio")
    room.receive(waiting)
    room.change(replace(waiting, url=theirs.url, canonical=theirs.canonical, hash="moved"))
    edit(room, f"{{split: ['{TO}']}}")
    assert frozenset({TO}) in keys(room)


@pytest.mark.parametrize("address", [FROM, TO])
def test_what_has_moved_is_hidden_set_apart_and_joined_by_either_address(room: Newsroom, address: str) -> None:
    moves(room)
    room.publish(SECOND)
    assert keys(room) == {frozenset({TO, SECOND.url}), frozenset({OTHER.url})}
    edit(room, f"{{hide: ['{address}']}}")
    assert keys(room) == {frozenset({SECOND.url}), frozenset({OTHER.url})}
    edit(room, f"{{split: ['{address}']}}")
    assert keys(room) == {frozenset({TO}), frozenset({SECOND.url}), frozenset({OTHER.url})}
    edit(room, f"{{join: [['{address}', '{OTHER.url}']]}}")
    assert keys(room) == {frozenset({TO, OTHER.url}), frozenset({SECOND.url})}


@pytest.mark.parametrize(("split", "joined"), [(FROM, TO), (TO, FROM)])
def test_what_has_moved_is_set_apart_though_its_other_address_is_to_be_joined(
    room: Newsroom, split: str, joined: str
) -> None:
    moves(room)
    edit(room, f"{{join: [['{joined}', '{OTHER.url}']], split: ['{split}']}}")
    assert keys(room) == {frozenset({TO}), frozenset({OTHER.url})}


def test_what_links_to_the_old_address_of_what_is_set_apart_stays_with_it(room: Newsroom) -> None:
    moves(room)
    edit(room, f"{{split: ['{FROM}']}}")
    room.publish(item("Nine hurt as frigates collide", "kyodo", url=FROM))
    together = {frozenset({FROM, TO}), frozenset({OTHER.url})}
    assert keys(room) == together
    edit(room, f"{{split: ['{FROM}'], hide: ['https://nowhere.example/']}}")
    assert keys(room) == together


@pytest.mark.parametrize("address", [FROM, TO])
def test_what_has_moved_is_pinned_by_either_address(room: Newsroom, address: str) -> None:
    moves(room)
    edit(room, f"{{pin: [{{url: '{address}', section: asia-pacific}}]}}")
    (story,) = [one for one in told(room) if one["link"] == TO]
    assert story["section"] == "asia-pacific"
    assert f"/stories/{LIVE.id}" in room.client.get("/sections/asia-pacific").get_data(as_text=True)
    rules = {one["section"]: one["rule"] for one in story["receipts"]}
    assert rules["asia-pacific"] == "stories: pin"
    assert "stories: pin" in room.client.get(f"/stories/{LIVE.id}").get_data(as_text=True)


def test_what_is_pinned_and_moves_stays_pinned_although_others_link_to_it(room: Newsroom) -> None:
    edit(room, f"{{pin: [{{url: '{FROM}', section: asia-pacific}}]}}")
    moves(room)
    room.publish(item("Nine hurt in the strait", "kyodo", url=TO))
    assert section(room) == "asia-pacific"
    room.publish(item(REPORT.title, "reuters"))
    assert section(room) == "asia-pacific"
    edit(room, "{}")
    assert section(room) == "defense"


def test_who_links_to_where_a_hidden_article_went_is_hidden_with_it(room: Newsroom) -> None:
    """As who links to where it was."""
    there, goes = "https://bbc.example/live", "https://bbc.example/report"
    live = item("Live: mayor of Lumio resigns", url=there)
    room.publish(live)
    edit(room, f"{{hide: ['{there}']}}")
    room.change(replace(live, url=goes, canonical=goes, hash="moved"))
    room.publish(item("Mayor gone", "kyodo", url=goes))
    assert goes not in {url for urls in keys(room) for url in urls}
    edit(room, f"{{hide: ['{there}']}}\n# again")
    room.publish(item("Plum harvest fails in Lumio", "kyodo"))
    edit(room, f"{{hide: ['{there}', 'https://nowhere.example/']}}")
    assert goes not in {url for urls in keys(room) for url in urls}


@pytest.mark.parametrize(
    "page",
    [
        "https://bbc.example",
        "https://bbc.example/news",
        pytest.param("https://elsewhere.example/news", id="of an outlet whose site no domain names"),
    ],
)
@pytest.mark.parametrize("linked", [True, False])
def test_a_page_to_which_all_entries_of_a_feed_link_for_a_while_is_not_hidden(
    room: Newsroom, page: str, linked: bool
) -> None:
    """… with one of them: with it all went."""
    hidden, *others = (item(title) for title in ("Mayor of Lumio resigns", "Plum harvest fails", "Chess title for Ito"))
    room.publish(hidden, *others)
    if linked:
        room.publish(item("What the outlet is like", "kyodo", url=page))
    edit(room, f"{{hide: ['{hidden.url}']}}")
    before = len(told(room))
    there = [replace(one, url=page, canonical=page, hash=f"moved {one.hash}") for one in (hidden, *others)]
    room.change(*there)
    room.publish()
    edit(room, f"{{hide: ['{hidden.url}'], pin: [{{url: '{page}', section: world}}]}}")
    titles = [one["title"] for story in told(room) for one in story["sources"]]
    assert len(told(room)) == before
    assert {one.title for one in others} < set(titles)
    assert hidden.title not in titles


def test_a_hidden_live_page_of_several_entries_stays_hidden_where_it_goes(room: Newsroom) -> None:
    """They are the headlines of one article, not the articles of a page."""
    there, goes = "https://bbc.example/live", "https://bbc.example/report"
    entries = [
        item(title, url=there)
        for title in ("Mayor of Lumio to speak", "Mayor of Lumio resigns", "Rivals of the mayor gather")
    ]
    room.publish(*entries)
    edit(room, f"{{hide: ['{there}']}}")
    room.change(*(replace(one, url=goes, canonical=goes, hash=f"moved {one.hash}") for one in entries))
    room.publish(item("Lumio votes in March", url=goes), item("Mayor gone", "kyodo", url=goes))
    edit(room, f"{{hide: ['{there}', 'https://nowhere.example/']}}")
    assert goes not in {url for urls in keys(room) for url in urls}


@pytest.mark.parametrize("said", ["hide: ['{0}']", "split: ['{0}']", "split: ['{1}']", "join: [['{1}', '{2}']]"])
def test_what_comes_where_an_article_went_is_at_once_where_the_next_edit_would_put_it(
    room: Newsroom, said: str
) -> None:
    """Whose article is at an address that no outlet's domain tells is doubtful as soon as another outlet has one there."""
    said = said.format(FROM, TO, OTHER.url)
    edit(room, f"{{{said}}}")
    room.change(REPORT)
    room.publish(replace(SECOND, url=TO, canonical=TO))
    before = [(one["id"], one["sources"]) for one in told(room)]
    edit(room, f"{{{said}, pin: [{{url: 'https://nowhere.example/', section: world}}]}}")
    assert [(one["id"], one["sources"]) for one in told(room)] == before


@pytest.mark.parametrize("said", ["hide: ['{0}']", "pin: [{{url: '{0}', section: asia-pacific}}]"])
@pytest.mark.parametrize("to", [TO, "https://bbc.example/report"], ids=["whoever's", "its own site"])
def test_what_was_where_an_article_went_is_at_once_where_the_next_edit_would_put_it(
    room: Newsroom, said: str, to: str
) -> None:
    """On its own site others only link to an article; elsewhere they do once they link to where it was, too."""
    said = said.format(FROM)
    room.publish(item("Central bank lowers its rates", "kyodo", url=to))
    edit(room, f"{{{said}}}")
    room.change(replace(REPORT, url=to, canonical=to))
    room.publish()
    room.publish(item("Plum harvest fails in Lumio", "kyodo", url=FROM))
    before = [(one["id"], one["section"]) for one in told(room)]
    edit(room, f"{{{said}, split: ['https://nowhere.example/']}}")
    assert [(one["id"], one["section"]) for one in told(room)] == before


@pytest.mark.parametrize("said", ["hide: ['{0}']", "split: ['{0}']"])
def test_it_is_there_also_if_the_process_was_killed_meanwhile(room: Newsroom, said: str) -> None:
    """As soon as the news was placed; it was never made up for."""

    class Killed(BaseException):
        pass

    def now() -> int:
        if not room.archive.edition.pending():
            raise Killed
        return int(room.now.timestamp())

    said = said.format(FROM)
    edit(room, f"{{{said}}}")
    moves(room)
    room.publish(item("Captains are questioned", url=TO))
    room.receive(item("Plum harvest fails in Lumio", "kyodo", url=TO))
    with suppress(Killed):
        edition(room.archive, room.application.policy, now)
    assert not room.archive.edition.pending()
    room.publish(item("Central bank lowers its rates", "reuters"))
    before = [(one["id"], one["section"], one["sources"]) for one in told(room)]
    edit(room, f"{{{said}, join: [['https://nowhere.example/', 'https://nowhere.example/else']]}}")
    assert [(one["id"], one["section"], one["sources"]) for one in told(room)] == before


def test_what_is_news_in_a_pinned_article_that_moved_is_on_top_of_the_section_that_it_is_about_now(
    room: Newsroom,
) -> None:
    """It enters that section when it is placed there, as any other article whose text changes."""
    vague = item("Something is happening off Lumio", "bbc-world", summary="", content="")
    room.publish(vague)
    edit(room, f"{{pin: [{{url: '{vague.url}', section: asia-pacific}}]}}")
    room.publish(item("Navy orders a frigate", "kyodo", age=timedelta()))
    room.now += timedelta(minutes=5)
    moved = replace(vague, title="Missile hits a frigate of the navy off Lumio", url=TO, canonical=TO, hash="moved")
    room.change(moved)
    room.publish()
    first, *_ = room.client.get("/api/v1/stories?section=defense").get_json()["stories"]
    assert first["title"] == moved.title


LISTED, MOVED = "https://bbc.example/live-quake", "https://bbc.example/quake"


def resigns(room: Newsroom, *links: Item) -> None:
    """An article moves on the site of its outlet, where others link to it already."""
    live = item("Live: mayor of Lumio resigns", url=LISTED)
    room.publish(live, item("Mayor of Lumio resigns", "reuters", age=timedelta(minutes=30)), *links)
    room.change(replace(live, url=MOVED, canonical=MOVED, hash="moved"))
    room.publish()


@pytest.mark.parametrize("at_first", [True, False])
@pytest.mark.parametrize(
    "said", ["split: ['{0}']", "join: [['{0}', '{1}']]", "pin: [{{url: '{0}', section: asia-pacific}}]"]
)
def test_an_address_means_the_article_that_moved_there_on_its_own_site_although_another_outlet_linked_to_it_before(
    room: Newsroom, said: str, at_first: bool
) -> None:
    """It meant the link alone."""
    said = f"{{{said.format(MOVED, OTHER.url)}}}"
    if at_first:
        edit(room, said)
    resigns(room, item("Plum harvest fails", "kyodo", url=MOVED))
    if not at_first:
        edit(room, said)
    ((titles, section),) = [
        (titles, story["section"])
        for story in told(room)
        if "Live: mayor of Lumio resigns" in (titles := {one["title"] for one in story["sources"]})
    ]
    if "split" in said:
        assert titles == {"Live: mayor of Lumio resigns"}
    elif "join" in said:
        assert OTHER.title in titles
    else:
        assert section == "asia-pacific"


@pytest.mark.parametrize(("address", "link"), [(LISTED, MOVED), (MOVED, LISTED), (MOVED, MOVED)])
def test_what_links_to_what_is_set_apart_is_at_once_where_the_next_edit_would_put_it(
    room: Newsroom, address: str, link: str
) -> None:
    resigns(room)
    edit(room, f"{{split: ['{address}']}}")
    room.publish(item("Mayor gone", "kyodo", url=link))
    before = keys(room)
    edit(room, f"{{split: ['{address}', 'https://nowhere.example/']}}")
    assert keys(room) == before


def test_what_moves_to_one_page_a_poll_at_a_time_is_not_hidden_with_one_of_them(room: Newsroom) -> None:
    """Once it is known that it is a page; it was, until the next edit."""
    hidden, *others = (item(title) for title in ("Mayor of Lumio resigns", "Plum harvest fails", "Chess title for Ito"))
    room.publish(hidden, *others)
    edit(room, f"{{hide: ['{hidden.url}']}}")
    for one in (hidden, *others):
        room.change(replace(one, url="https://bbc.example/news", canonical="https://bbc.example/news", hash="moved"))
        room.publish()
    titles = {one["title"] for story in told(room) for one in story["sources"]}
    assert {one.title for one in others} < titles
    assert hidden.title not in titles


def test_what_another_outlet_publishes_where_a_hidden_article_went_is_shown_although_it_linked_to_where_that_was(
    room: Newsroom,
) -> None:
    edit(room, f"{{hide: ['{FROM}']}}")
    moves(room)
    theirs = item("Plum harvest fails in Lumio", "kyodo", url=TO)
    room.publish(theirs)
    room.publish(item("Frigates off Lumio, says the BBC", "kyodo", url=FROM))
    assert {one["title"] for story in told(room) for one in story["sources"]} == {OTHER.title, theirs.title}


def test_what_a_page_under_hide_told_is_looked_at_once_however_many_addresses_it_went_to(room: Newsroom) -> None:
    """Each edition looked at all of it for each of them: at 2,000 for two seconds."""
    page, count = "https://bbc.example/live-quake", 40
    told = [item(f"Report {n} of the quake", url=page) for n in range(count)]
    room.publish(*told)
    to = [f"https://bbc.example/quake-report-{n}" for n in range(count)]
    room.change(*(replace(one, url=url, canonical=url, hash="moved") for one, url in zip(told, to, strict=True)))
    edit(room, f"{{hide: ['{page}']}}")
    policy, asked = room.application.policy, []

    def publisher(one: EditionItem) -> str:
        asked.append(one.n)
        return policy.publisher(one)

    following = replace(policy, publisher=publisher).following(room.archive.edition)
    assert following.overrides.hidden == {page, *to}
    assert len(asked) < 10 * count


def test_nothing_joins_what_is_set_apart_by_the_address_that_it_had_before(room: Newsroom) -> None:
    """It did, and left with the next edit."""
    moves(room)
    edit(room, f"{{split: ['{TO}']}}")
    room.publish(item("Nine hurt as frigates collide", "kyodo", url=FROM))
    apart = {frozenset({TO}), frozenset({FROM}), frozenset({OTHER.url})}
    assert keys(room) == apart
    edit(room, f"{{split: ['{TO}', 'https://nowhere.example/']}}")
    assert keys(room) == apart


@pytest.mark.parametrize("said", ["hide: ['{0}']", "pin: [{{url: '{0}', section: asia-pacific}}]"])
def test_news_at_an_address_that_is_overruled_has_nothing_else_there_judged_again(room: Newsroom, said: str) -> None:
    """An outlet tells everything on one page: each news took the longer, the more was there."""
    judged: list[int] = []
    edit(room, f"{{{said.format(FROM)}}}")
    policy = room.application.policy

    def judge(one: EditionItem) -> Judgement:
        judged.append(one.n)
        return policy.judge(one)

    for title in ("Octopuses dream again", "Plum harvest fails in Lumio", "Bridge closes for repairs"):
        judged.clear()
        room.receive(item(title, url=FROM))
        edition(room.archive, replace(policy, judge=judge), lambda: int(room.now.timestamp()))
        assert len(judged) == len({*judged}) == 1


def test_no_outlet_hides_what_another_publishes_on_the_same_host(room: Newsroom) -> None:
    blogs = [f'  - {{name: Blog {x}, url: "https://blogs.example/{x}.xml"}}\n' for x in "ab"]
    config = CONFIG.replace("sections:\n", f"{''.join(blogs)}sections:\n", 1)
    room.edit(config)
    room.archive.sources.sync(room.application.settings.sources)
    mine, theirs = "https://blogs.example/a/1", "https://blogs.example/b/1"
    post = item("Octopuses hide in shells", "blog-a", publisher="Blog a", url=mine)
    room.publish(post, item("Plum harvest fails in Lumio", "blog-b", publisher="Blog b", url=theirs))
    room.edit(f"{config}stories: {{hide: ['{mine}']}}\n")
    room.change(replace(post, url=theirs, canonical=theirs, hash="moved"))
    room.edit(f"{config}stories: {{hide: ['{mine}', 'https://nowhere.example/']}}\n")
    titles = {one["title"] for story in told(room) for one in story["sources"]}
    assert "Plum harvest fails in Lumio" in titles
    assert post.title not in titles


@pytest.mark.parametrize("address", [FROM, TO])
def test_a_pin_of_what_has_moved_ends_on_its_day(room: Newsroom, address: str) -> None:
    moves(room)
    edit(room, f"{{pin: [{{url: '{address}', section: asia-pacific, until: 2026-11-24}}]}}")

    assert section(room) == "asia-pacific"
    room.now += timedelta(days=1)
    assert section(room) == "defense"


@of_the_file
def test_explain_says_that_what_has_moved_is_pinned(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    moves(room)
    edit(room, f"{{pin: [{{url: '{FROM}', section: asia-pacific}}]}}")
    room.place.config.write_text(room.application.settings.texts["feeds.yaml"])
    assert main(["--config", str(room.place.config), "--instance", str(room.folder), "explain", TO]) == 0
    assert "held in asia-pacific by stories: pin" in capsys.readouterr().out


def test_a_plan_knows_both_addresses(room: Newsroom) -> None:
    moves(room)
    report = room.plan(f"{CONFIG}stories: {{hide: ['{FROM}'], join: [['{TO}', '{OTHER.url}']]}}\n")
    assert report["unknown"] == []
    assert [one["hiding"][0]["url"] for one in report["hides"]] == [TO]
    assert len(report["joins"]) == 1


@pytest.mark.parametrize(
    "said", ["hide: ['{0}']", "pin: [{{url: '{0}', section: asia-pacific}}]", "join: [['{0}', '{1}']]"]
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_plan_tells_the_line_that_names_the_address_that_an_article_had(
    room: Newsroom, said: str, gone: bool
) -> None:
    """It told the key alone."""
    moves(room)
    text = f"{CONFIG}stories: {{{said.format(FROM, OTHER.url)}}}\n"
    if gone and not said.startswith("join"):
        room.edit(text)
        text = CONFIG
    report = room.plan(text)
    samples = [one for row in report["sections"] for key in ("coming", "going") for one in row[key]]
    assert {one["at"] for one in samples} == {f"feeds.yaml:{CONFIG.count(chr(10)) + 1}"}


def test_a_plan_tells_the_pin_in_force_of_several_by_the_addresses_of_one_article(room: Newsroom) -> None:
    """It told the first."""
    moves(room)
    by_both = [f"  - {{url: '{FROM}', section: asia-pacific}}\n", f"  - {{url: '{TO}', section: world}}\n"]
    for pins in (by_both, by_both[::-1]):
        report = room.plan(f"{CONFIG}stories:\n  pin:\n{''.join(pins)}")
        samples = [one for row in report["sections"] for one in row["coming"]]
        assert [one["at"] for one in samples] == [f"feeds.yaml:{CONFIG.count(chr(10)) + 4}"]


def test_a_plan_lists_no_story_for_a_line_that_names_a_hidden_article_by_its_other_address(room: Newsroom) -> None:
    moves(room)
    edit(room, f"{{hide: ['{FROM}']}}")
    report = room.plan(f"{CONFIG}stories: {{hide: ['{TO}']}}\n")
    assert report["hides"] == []


def test_a_plan_tells_of_what_moved_to_a_hidden_article_and_returns_with_it(room: Newsroom) -> None:
    room.publish(item("Central bank lowers its rates", "kyodo", url=TO))
    edit(room, f"{{hide: ['{TO}']}}")
    moves(room)
    assert keys(room) == {frozenset({OTHER.url})}
    report = room.plan(CONFIG)
    assert {one["id"]: one["come"] for one in report["sections"] if one["come"]} == {"defense": 1, "world": 1}
    assert {one["showing"][0]["title"] for one in report["hides"]} == {"Central bank lowers its rates", REPORT.title}
    room.edit(CONFIG)
    assert len(told(room)) == 3


def test_a_plan_does_not_count_what_moved_to_a_hidden_article_and_stays_hidden_with_it(room: Newsroom) -> None:
    room.publish(item("Central bank lowers its rates", "kyodo", url=TO))
    edit(room, f"{{hide: ['{TO}']}}")
    moves(room)
    text = f"{CONFIG.replace('frigate*', 'corvette*')}stories: {{hide: ['{TO}']}}\n"
    report = room.plan(text)
    assert (report["stories"], report["moved"], report["changed"]) == (1, 0, 0)
    assert "bbc-world" in {one["id"] for one in report["dead"]["sources"]}


def test_a_new_guid_at_the_new_address_is_the_same_item(room: Newsroom) -> None:
    moves(room)
    assert room.archive.intake.known_addresses({"bbc-world": [TO, FROM]})["bbc-world"] == {
        TO: [LIVE.id],
        FROM: [LIVE.id],
    }
    assert room.archive.intake.known_addresses({"kyodo": [TO]})["kyodo"] == {}


@pytest.mark.parametrize("lasting", [FROM, TO])
@pytest.mark.parametrize("passing", [FROM, TO])
def test_when_one_pin_ends_another_of_the_article_holds(room: Newsroom, lasting: str, passing: str) -> None:
    moves(room)
    edit(
        room,
        f"{{pin: [{{url: '{lasting}', section: world}}, {{url: '{passing}', section: asia-pacific, until: 2026-11-24}}]}}",
    )

    assert section(room) == "asia-pacific"
    room.now += timedelta(days=1)
    assert section(room) == "world"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("split: ['{0}']", {frozenset({TO}), frozenset({SECOND.url}), frozenset({OTHER.url})}),
        ("join: [['{0}', '{1}']]", {frozenset({TO, SECOND.url, OTHER.url})}),
    ],
    ids=["split", "join"],
)
def test_an_article_is_set_apart_or_joined_once_it_comes_to_the_address_in_the_file(
    room: Newsroom, said: str, found: set[frozenset[str]]
) -> None:
    """The editor has the address from the outlet's site; the feed gives it only later."""
    room.publish(SECOND)
    edit(room, f"{{{said.format(TO, OTHER.url)}}}")
    assert keys(room) == {frozenset({FROM, SECOND.url}), frozenset({OTHER.url})}
    moves(room)
    assert keys(room) == found


def test_one_that_cannot_be_read_where_it_comes_holds_up_no_other(room: Newsroom) -> None:
    edit(room, f"{{join: [['{TO}', '{OTHER.url}']]}}")
    policy = room.application.policy

    def judge(one: EditionItem) -> Judgement:
        if one.title == REPORT.title:
            raise ValueError
        return policy.judge(one)

    n = room.archive.intake.known([LIVE.id])[LIVE.id].number
    room.receive(item("Central bank lowers its rates", "kyodo"))
    room.change(REPORT)
    report = edition(room.archive, replace(policy, judge=judge), lambda: int(room.now.timestamp()))
    assert (report.items, report.set_aside) == (1, frozenset({n}))


@pytest.mark.parametrize(
    "said",
    [
        "hide: ['{0}']",
        "split: ['{0}']",
        "join: [['{0}', '{1}']]",
        "pin: [{{url: '{0}', section: asia-pacific, until: 2026-11-24}}]",
    ],
)
def test_one_that_is_stored_and_cannot_be_judged_any_more_holds_up_no_news(room: Newsroom, said: str) -> None:
    """By the rules of the edit. All news waited for the next one."""
    room.publish(SECOND)  # in the story of LIVE
    said = said.format(FROM, OTHER.url)
    if said.startswith("pin"):
        edit(room, f"{{{said}}}")
        room.now += timedelta(days=2)
    else:
        room.put_in_force(f"{CONFIG}stories: {{{said}}}\n")
    policy = room.application.policy

    def judge(one: EditionItem) -> Judgement:
        if one.title == LIVE.title:
            raise ValueError
        return policy.judge(one)

    room.receive(item("Central bank lowers its rates", "kyodo"))
    report = edition(room.archive, replace(policy, judge=judge), lambda: int(room.now.timestamp()))
    assert (report.items, report.set_aside) == (1, frozenset())


def test_what_comes_to_an_address_joins_the_article_that_was_there_first(room: Newsroom) -> None:
    """… not one that its outlet moved there since, though that is the older one and a story by itself."""
    theirs = item("Central bank lowers its rates", "kyodo", url=TO)
    room.publish(theirs)
    moves(room)
    late = item("Markets cheer", "reuters", url=TO)
    room.publish(late)
    found = {frozenset(one["title"] for one in story["sources"]) for story in told(room)}
    assert found == {frozenset({theirs.title, late.title}), frozenset({REPORT.title}), frozenset({OTHER.title})}


def test_no_outlet_joins_a_story_to_others_by_moving_its_article_to_an_address_in_the_file(room: Newsroom) -> None:
    """… at which another outlet's article is."""
    theirs = item("Central bank lowers its rates", "kyodo", url=TO)
    room.publish(theirs)
    room.publish(replace(SECOND, source="reuters", publisher="Reuters"))
    said = f"{{join: [['{TO}', '{OTHER.url}']]}}"
    edit(room, said)
    before = keys(room)
    assert before == {frozenset({FROM, SECOND.url}), frozenset({TO, OTHER.url})}
    moves(room)
    room.publish(item("Markets cheer", "reuters", url=TO))
    edit(room, f"{said}\n# again")
    assert keys(room) == {frozenset({TO, SECOND.url}), frozenset({TO, OTHER.url})}


def test_no_outlet_has_its_story_pinned_by_moving_its_article_to_where_the_pinned_one_is(room: Newsroom) -> None:
    theirs = item("Missile test over the sea alarms NATO", "kyodo", url=TO)
    for one in (theirs, SECOND):
        room.publish(replace(one, source="reuters", publisher="Reuters") if one is SECOND else one)
    edit(room, f"{{pin: [{{url: '{TO}', section: asia-pacific}}]}}")
    moves(room)
    assert [one["title"] for one in told(room) if one["section"] == "asia-pacific"] == [theirs.title]
    edit(room, f"{{pin: [{{url: '{TO}', section: asia-pacific}}]}}\n# again")
    assert [one["title"] for one in told(room) if one["section"] == "asia-pacific"] == [theirs.title]
    assert room.client.get("/sections/asia-pacific").text.count("Pinned") == 1
