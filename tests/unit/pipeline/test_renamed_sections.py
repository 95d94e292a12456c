"""A section or topic with another id (`was`): its readers are led to it, and nothing in it is told as new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, item

from aggregator.bootstrap import Application
from aggregator.cli import shapes
from aggregator.cli.comparison import Comparison
from aggregator.errors import ConfigError
from aggregator.pipeline.edition import edition
from aggregator.pipeline.edits.alike import place_alike
from aggregator.pipeline.edits.changes import changes
from aggregator.pipeline.re_placement import re_place_stories

ROOT = "https://wire.example.org/news"
RENAMED = (
    CONFIG.replace("  - id: defense\n", "  - id: security\n    was: [defense]\n")
    .replace("title: Defense", "title: Security")
    .replace("{id: nato, title: NATO,", "{id: alliance, title: Alliance, was: [nato],")
)
BARE = item("A Quiet Day", "kyodo", summary="The navy told NATO of its frigate.", age=timedelta(hours=6))


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS, BARE)
    return room


Standing = tuple[object, ...]


def stands(room: Newsroom, **names: str) -> dict[str, Standing]:
    """Each story with its entry, and the places where it is: since when, and since when first. Under other `names`."""

    def now(stream: str) -> str:
        kind, _, id = stream.partition(":")
        return f"{kind}:{names.get(id, id)}"

    return {
        title: (
            state.id,
            state.entry,
            [(now(f"section:{id}"), score) for id, score in state.scores],
            {now(str(one.stream)): (one.entered, one.primary_since) for one in state.streams if one.active},
        )
        for title, state in room.stories().items()
    }


def report(room: Newsroom, text: str) -> tuple[shapes.Plan, list[str]]:
    comparison = Comparison(Application.of_texts(room.place, {"feeds.yaml": text}), room.archive)
    found = comparison.report(room.archive.edition.pages(), lambda done: None)
    return found, comparison.changes.lines()


def test_every_story_keeps_its_place_and_its_time(room: Newsroom) -> None:
    assert "section:defense" in repr(stands(room))
    before = stands(room, defense="security", nato="alliance")
    room.edit(RENAMED)
    assert stands(room) == before


def test_stories_whose_texts_are_gone_stay_in_it(room: Newsroom) -> None:
    room.now += timedelta(days=365)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    room.edit(RENAMED)
    quiet = room.stories()["A Quiet Day"]
    assert (quiet.section, quiet.topics) == ("security", ("alliance",))
    assert {str(one.stream) for one in quiet.streams if one.active} == {"section:security", "topic:alliance"}


def test_what_entered_it_late_stays_where_it_entered(room: Newsroom) -> None:
    """Its outlet wrote of the navy only later: by its text of today it would have entered a day earlier."""
    dream = NEWS[4]
    later = replace(dream, title="Navy and NATO Discover How Octopuses Dream", summary="A frigate.", hash="later")
    room.change(later)
    room.publish()
    before = stands(room, defense="security", nato="alliance")
    (place,) = [one for one in room.stories()[later.title].streams if str(one.stream) == "section:defense"]
    assert place.entered == int(room.now.timestamp())
    room.edit(RENAMED)
    assert stands(room) == before


def test_one_feed_has_the_same_entries_as_the_former(room: Newsroom) -> None:
    old = room.client.get("/sections/defense.json").json
    room.edit(RENAMED)
    new = room.client.get("/sections/security.json").json
    assert old and new
    assert [(one["id"], one.get("date_modified")) for one in new["items"]] == [
        (one["id"], one.get("date_modified")) for one in old["items"]
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/sections/defense", "/sections/security"),
        ("/sections/defense.rss?limit=5&q=navy", "/sections/security.rss?limit=5&q=navy"),
        ("/sections/defense/2026-11", "/sections/security/2026-11"),
        ("/sections/defense/2026-11.atom", "/sections/security/2026-11.atom"),
        ("/sections/defense/daily", "/sections/security/daily"),
        ("/sections/defense/daily.json", "/sections/security/daily.json"),
        ("/topics/nato.json", "/topics/alliance.json"),
        ("/topics/nato/2026-11.rss", "/topics/alliance/2026-11.rss"),
    ],
)
def test_former_addresses_lead_to_it(room: Newsroom, old: str, new: str) -> None:
    assert room.client.get(old).status_code == 200
    room.edit(RENAMED)
    answer = room.client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (301, ROOT + new)
    assert room.client.get(new).status_code == 200


@pytest.mark.parametrize("asked", ["/api/v1/stories?section=defense", "/search.json?q=navy&section=defense"])
def test_a_search_within_the_former_one_finds_the_same(room: Newsroom, asked: str) -> None:
    before = room.client.get(asked).get_data(as_text=True)
    room.edit(RENAMED)
    after = room.client.get(asked)
    assert after.status_code == 200
    assert before.count("urn:uuid:") == after.get_data(as_text=True).count("urn:uuid:") > 0


def test_the_form_of_a_search_within_the_former_one_names_the_present_one(room: Newsroom) -> None:
    """Else it would say “any”, and the next search would be in all of them."""
    room.edit(RENAMED)
    page = room.client.get("/search?q=navy&section=defense").text
    assert '<option value="security" selected>' in page


def test_the_daily_brief_keeps_its_ids(room: Newsroom) -> None:
    room.now += timedelta(days=1)
    before = room.client.get("/sections/defense/daily.json").json
    room.edit(RENAMED)
    after = room.client.get("/sections/security/daily.json").json
    assert before and after and before["items"]
    assert [one["id"] for one in before["items"]] == [one["id"] for one in after["items"]]


def test_a_plan_says_renamed_and_moves_nothing(room: Newsroom) -> None:
    found, lines = report(room, RENAMED)
    assert (found["changed"], found["moved"]) == (0, 0)
    assert lines == [
        "~ section defense is renamed to security; its former addresses lead to it",
        "+ section security: title: Security",
        "- section security: title: Defense",
        "~ topic nato is renamed to alliance; its former addresses lead to it",
        "+ topic alliance: title: Alliance",
        "- topic alliance: title: NATO",
    ]
    assert found["configuration"]["sections"] == {
        "added": (), "removed": (), "renamed": [{"from": "defense", "to": "security"}],
        "changed": ({"id": "security", "added": ("title: Security",), "removed": ("title: Defense",)},),
    }  # fmt: skip


def test_a_plan_of_a_renaming_still_tells_what_else_moves(room: Newsroom) -> None:
    found, _ = report(room, RENAMED.replace("frigate*]", "frigate*, octopus*]"))
    assert (found["changed"], found["moved"]) == (1, 1)
    (row,) = [one for one in found["sections"] if one["id"] == "security"]
    assert [one["rule"] for one in row["coming"]] == ["words: octopus*"]


def test_without_was_a_plan_says_what_would_keep_it(room: Newsroom) -> None:
    _, lines = report(room, CONFIG.replace("- id: defense", "- id: security"))
    assert "- section defense is removed; if it is security now, say `was: [defense]` there" in lines


def test_two_sections_become_one(room: Newsroom) -> None:
    text = CONFIG.replace(
        "    words: [missile*, navy, frigate*]\n",
        "    words: [missile*, navy, frigate*]\n    was: [defense, asia-pacific]\n    places: [CN, JP, eastern-asia]\n",
    )
    text = text.replace("- id: defense", "- id: security").replace(
        "  - id: asia-pacific\n    title: Asia-Pacific\n    places: [CN, JP, eastern-asia]\n", ""
    )
    found, lines = report(room, text)
    assert "~ section asia-pacific is renamed to security; its former addresses lead to it" in lines
    assert found["moved"] == 0
    room.edit(text)
    assert {state.section for state in room.stories().values()} == {"security", "world"}
    assert room.client.get("/sections/asia-pacific.rss").headers["Location"] == f"{ROOT}/sections/security.rss"


def test_what_is_united_stays_so_if_the_line_is_removed_before_all_is_placed_again(room: Newsroom) -> None:
    """Stories whose texts are gone fell to the last section, although the address of theirs led to the other."""
    before = {title: state.section for title, state in room.stories().items()}
    room.now += timedelta(days=365)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    asia = "  - id: asia-pacific\n    title: Asia-Pacific\n"
    united = CONFIG.replace(asia, "").replace("title: Defense\n", "title: Defense\n    was: [asia-pacific]\n")
    room.put_in_force(united)
    room.edit(united.replace("    was: [asia-pacific]\n", ""))
    after = {title: state.section for title, state in room.stories().items()}
    assert after == {title: {"asia-pacific": "defense"}.get(id, id) for title, id in before.items()}


def test_renamed_twice(room: Newsroom) -> None:
    before = stands(room, defense="safety", nato="alliance")
    room.edit(RENAMED)
    again = RENAMED.replace("id: security", "id: safety").replace("was: [defense]", "was: [defense, security]")
    assert "~ section security is renamed to safety; its former addresses lead to it" in report(room, again)[1]
    room.edit(again)
    assert stands(room) == before
    assert room.client.get("/sections/defense").headers["Location"] == f"{ROOT}/sections/safety"


def test_an_address_stays_known_through_a_chain_of_which_the_file_names_the_last_alone(room: Newsroom) -> None:
    room.now += timedelta(days=1)
    briefs = [id for id, *_ in listed(room, "/sections/defense/daily.json")]
    room.put_in_force(RENAMED)
    again = RENAMED.replace("id: security", "id: safety").replace("was: [defense]", "was: [security]")
    room.put_in_force(again)
    assert [id for id, *_ in listed(room, "/sections/safety/daily.json")] == briefs
    for old in ("defense", "security"):
        assert room.client.get(f"/sections/{old}.rss").headers["Location"] == f"{ROOT}/sections/safety.rss"
    room.put_in_force(again.replace("    was: [security]\n", ""))
    assert room.client.get("/sections/defense").headers["Location"] == f"{ROOT}/sections/safety", "nor without the line"
    room.put_in_force(
        again.replace("  - id: safety\n", "  - id: defense\n    was: [safety]\n").replace("    was: [security]\n", "")
    )
    assert room.client.get("/sections/defense").status_code == 200
    assert room.client.get("/sections/security").headers["Location"] == f"{ROOT}/sections/defense"
    room.put_in_force(CONFIG.replace("  - id: defense\n", "  - id: other\n"))
    assert {room.client.get(f"/sections/{id}").status_code for id in ("defense", "security", "safety")} == {404}


def test_a_renaming_is_undone_by_saving_the_former_file(room: Newsroom) -> None:
    """Readers who followed it are led back, and stories whose texts are gone stay in it."""
    before = stands(room)
    room.edit(RENAMED)
    room.now += timedelta(days=365)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    found, lines = report(room, CONFIG)
    assert (found["changed"], found["moved"]) == (0, 0)
    assert "~ section security is renamed to defense; its former addresses lead to it" in lines
    room.put_in_force(CONFIG)
    assert stands(room) == before
    room.follow()
    assert stands(room) == before
    assert room.client.get("/sections/security.rss").headers["Location"] == f"{ROOT}/sections/defense.rss"
    assert room.client.get("/topics/alliance").headers["Location"] == f"{ROOT}/topics/nato"
    assert "~ section defense is renamed to security" in "".join(
        report(room, RENAMED.replace("was: [defense]", "was: []"))[1]
    )


def test_a_renaming_is_undone_though_an_edition_told_of_the_former_id_meanwhile(room: Newsroom) -> None:
    """By a process that did not know of it yet; nothing was placed anew in between, and by its epoch all is as the file says."""
    before, former = stands(room), room.application.policy
    room.put_in_force(RENAMED)
    room.receive(item("Navy Sails Home", "reuters", summary="A frigate.", age=timedelta(hours=1)))
    edition(room.archive, former, lambda: int(room.now.timestamp()))
    room.edit(CONFIG)
    after = stands(room)
    assert "section:defense" in repr(after.pop("Navy Sails Home"))
    assert after == before


def test_a_section_comes_back_whole_though_its_renamed_one_was_removed_before_anything_was_placed_anew(
    room: Newsroom,
) -> None:
    before = stands(room)
    room.put_in_force(RENAMED)
    start, _, rest = RENAMED.partition("  - id: security\n")
    room.put_in_force(start + rest[rest.index("  - id: asia-pacific") :])
    room.edit(CONFIG)
    assert stands(room) == before


def test_a_section_that_comes_anew_takes_nothing_from_one_that_stays(room: Newsroom) -> None:
    room.edit(RENAMED)
    both = RENAMED.replace("    was: [defense]\n", "").replace(
        "  - {id: world,", "  - {id: defense, words: [octopus*]}\n  - {id: world,"
    )
    room.edit(both)
    assert {state.section for state in room.stories().values()} >= {"security", "defense"}
    assert room.client.get("/sections/security").status_code == room.client.get("/sections/defense").status_code == 200


def test_to_remove_the_line_later_moves_nothing(room: Newsroom) -> None:
    room.edit(RENAMED)
    renamed = room.application.settings
    for text, alike in (
        (RENAMED.replace("    was: [defense]\n", ""), True),
        (RENAMED.replace("[defense]", "[defense, arms]"), False),
    ):
        assert place_alike(renamed, Application.of_texts(room.place, {"feeds.yaml": text}).settings, ()) is alike


def test_a_topic_named_like_a_country_leaves_the_found_one_alone(room: Newsroom) -> None:
    """Where a former id is that of a topic which the program finds, both go on."""
    topic = "  - {id: japan, title: Japan desk, words: [hokkaido]}\n"
    room.edit(CONFIG + topic)
    renamed = CONFIG + topic.replace("{id: japan,", "{id: japan-desk, was: [japan],")
    room.edit(renamed)
    assert room.client.get("/topics/japan").status_code == 200
    assert all(
        "topic:japan-desk" not in {str(one.stream) for one in state.streams} for state in room.stories().values()
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RENAMED.replace("was: [defense]", "was: [security]"), "was: `security` is this section's own id; name only"),
        (RENAMED.replace("was: [defense]", "was: [world]"), "was: `world` is the id of the section on line 21"),
        (RENAMED + "  - {id: more, was: [nato], words: [x]}\n", "was: `nato` is claimed on line 24 already: one history, one topic"),
        (RENAMED.replace("was: [defense]", "was: [world]").replace("- {id: world, title: World}", "- {id: rest, words: [x]}"),
         "was: the file still has a section `world`, which is added for items that no rule places"),
        (RENAMED.replace("{name: Silent,", "{name: Silent, usually: defense,"),
         "usually: there is no section `defense`; it is `security` now"),
    ],
)  # fmt: skip
def test_what_cannot_be(room: Newsroom, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[")):
        Application.of_texts(room.place, {"feeds.yaml": text})


def test_sources_and_pins_of_a_renamed_section_do_not_change(room: Newsroom) -> None:
    old = CONFIG.replace("{name: Silent,", "{name: Silent, usually: defense,")
    old += 'stories: {pin: [{url: "https://bbc.example/1", section: defense}]}\n'
    new = old.replace("  - id: defense\n", "  - id: security\n    was: [defense]\n").replace(": defense", ": security")
    before, after = (Application.of_texts(room.place, {"feeds.yaml": text}).settings for text in (old, new))
    assert changes(before, after).lines() == [
        "~ section defense is renamed to security; its former addresses lead to it"
    ]


def listed(room: Newsroom, address: str) -> list[tuple[object, ...]]:
    found = room.client.get(address).json
    assert found
    return [(one["id"], one["url"], one.get("date_published"), one.get("date_modified")) for one in found["items"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/sections/defense.json", "/sections/security.json"),
        ("/sections/defense.json?primary=1", "/sections/security.json?primary=1"),
        ("/sections/defense.json?view=items", "/sections/security.json?view=items"),
        ("/sections/defense/2026-10.json", "/sections/security/2026-10.json"),
        ("/topics/nato.json", "/topics/alliance.json"),
        ("/topics/nato.json?view=items", "/topics/alliance.json?view=items"),
    ],
)
def test_its_feeds_are_whole_before_stories_are_placed_anew(room: Newsroom, old: str, new: str) -> None:
    before = listed(room, old)
    assert before
    room.put_in_force(RENAMED)
    assert listed(room, new) == before
    room.follow()
    assert listed(room, new) == before


def test_stories_and_items_say_the_new_id_at_once_and_count_as_changed(room: Newsroom) -> None:
    until = room.client.get("/api/v1/stories?changed_since=2026-01-01").json["changed_until"]  # type: ignore[index]
    room.now += timedelta(minutes=1)
    room.put_in_force(RENAMED)
    for what in ("stories", "items"):
        told = room.client.get(f"/api/v1/{what}?changed_since={until}").json[what]  # type: ignore[index]
        assert told
        assert all(
            "security" in one["sections"] and "defense" not in (one["section"], *one["sections"]) for one in told
        )
    topics = {id for state in room.stories().values() for id in state.topics}
    assert "alliance" in topics
    assert "nato" not in topics
    room.now += timedelta(minutes=1)
    again = room.client.get(f"/api/v1/stories?changed_since={until}").json["changed_until"]  # type: ignore[index]
    room.follow()
    assert room.client.get(f"/api/v1/stories?changed_since={again}").json["stories"] == []  # type: ignore[index]


def test_the_daily_brief_is_not_dated_anew(room: Newsroom) -> None:
    room.now += timedelta(days=1)
    before = listed(room, "/sections/defense/daily.json")
    room.now += timedelta(minutes=1)
    room.edit(RENAMED)
    after = listed(room, "/sections/security/daily.json")
    assert before
    assert [(id, modified) for id, _, _, modified in after] == [(id, modified) for id, _, _, modified in before]


def test_a_renaming_is_undone_by_another(room: Newsroom) -> None:
    """Also where an edition that was under way when it was renamed told of a story under the former id."""
    before = stands(room)
    late = room.application.policy
    room.put_in_force(RENAMED)
    re_place_stories(room.archive, late, [max(state.n for state in room.stories().values())], lambda: 0)
    room.follow()
    back = CONFIG.replace("  - id: defense\n", "  - id: defense\n    was: [security]\n")
    back = back.replace("{id: nato, title: NATO,", "{id: nato, title: NATO, was: [alliance],")
    room.put_in_force(back)
    assert stands(room) == before
    room.follow()
    assert stands(room) == before
