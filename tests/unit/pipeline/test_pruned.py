"""Texts go after `keep`, sections and months of stories stay for good: nothing is judged from a headline whose text is
gone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.cli.main import main
from aggregator.model.item import Enclosure
from aggregator.model.story import StoryState
from aggregator.model.stream import StreamName

WIRE = (
    "GENEVA (Reuters) - The missile that fell on the harbour at dawn was one of a kind that no navy of NATO has admitted to own, "
    "officials said on Tuesday after a first look at what was left of it, and they asked for more time."
)
SPOKEN = Enclosure("https://bbc-world.example/talks.mp3", "audio/mpeg", 1_000)
TALKS = item(
    "Talks End Without a Word", summary="Admirals of the navy spoke of rare earths and of NATO.", enclosures=[SPOKEN]
)
COPY = item(
    "Talks end without a word", "kyodo", age=timedelta(minutes=50), summary="The navy's admirals spoke of NATO."
)
HARBOUR = item("Morning in the harbour of Lumio", summary=WIRE)
PRINTED = item("Morning in the harbour of Lumio", "reuters", age=timedelta(minutes=40), summary=WIRE)
BARE = item("Octopus Dreams", "kyodo", summary="", content="")
EDIT = CONFIG.replace("[missile*, navy, frigate*]", "[missile*, navy, frigate*, octopus*]")


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(TALKS, COPY, HARBOUR, PRINTED, BARE)
    return room


@pytest.fixture
def pruned(room: Newsroom) -> Newsroom:
    """A year later, when all texts are gone."""
    room.now += timedelta(days=365)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {}) == 4
    return room


def edited(room: Newsroom, text: str) -> dict[str, StoryState]:
    """The stories after an edit."""
    room.edit(text)
    assert room.archive.edition.count_outdated(room.application.policy.epoch) == 0, "not tried again and again"
    return room.stories()


def stands(state: StoryState) -> tuple[object, ...]:
    return state.section, state.scores, state.topics, state.entry, [one for one in state.streams if one.active]


def planned(room: Newsroom, text: str) -> tuple[int, int]:
    """How many stories a proposed file would change, and move."""
    report = room.plan(text)
    return report["changed"], report["moved"]


def test_an_edit_leaves_stories_whose_texts_are_gone_where_they_are(pruned: Newsroom) -> None:
    before = pruned.stories()
    assert {one.section for one in before.values()} == {"defense", "world"}
    assert set(before["Talks End Without a Word"].topics) == {"nato", "rare-earths"}
    after = edited(pruned, EDIT)
    untouched = {title: replace(one, epoch="") for title, one in after.items() if title != BARE.title}
    assert untouched == {title: replace(one, epoch="") for title, one in before.items() if title != BARE.title}


def test_an_item_that_never_had_a_text_follows_the_rules(pruned: Newsroom) -> None:
    assert pruned.stories()[BARE.title].section == "world"
    assert edited(pruned, EDIT)[BARE.title].section == "defense"


def test_a_plan_over_texts_that_are_gone_foresees_what_the_edit_does(pruned: Newsroom) -> None:
    assert planned(pruned, CONFIG) == (0, 0)
    assert planned(pruned, EDIT) == (1, 1)
    removed = CONFIG.replace("id: nato", "id: pact")
    assert planned(pruned, removed) == (2, 0)


def test_a_line_that_a_headline_still_holds_is_no_dead_wood(pruned: Newsroom) -> None:
    text = CONFIG.replace("frigate*]", "frigate*, harbour]")
    pruned.put_in_force(text)
    report = pruned.plan()
    assert "harbour" not in {row["line"] for row in report["dead"]["lines"] if not row["found"]}


def test_what_the_file_no_longer_has_goes_and_comes_back_with_it(pruned: Newsroom) -> None:
    before = pruned.stories()
    without = CONFIG.replace("id: defense", "id: defence").replace("id: nato", "id: pact")
    after = edited(pruned, without)["Talks End Without a Word"]
    assert (after.section, after.topics) == ("world", ("rare-earths",))
    told = pruned.client.get("/api/v1/items?limit=50").json
    assert told and not any("defense" in row["sections"] or "nato" in row["topics"] for row in told["items"])
    assert {row["section"] for row in told["items"]} == {"world"}
    back = edited(pruned, CONFIG)
    assert {title: stands(one) for title, one in back.items()} == {title: stands(one) for title, one in before.items()}


def test_what_the_editor_says_without_a_text_still_applies(pruned: Newsroom) -> None:
    after = edited(
        pruned,
        CONFIG.replace("{name: Kyodo, labels", "{name: Kyodo News, aliases: [Kyodo], labels")
        + f'stories: {{hide: ["{HARBOUR.url}", "{PRINTED.url}"], pin: [{{url: "{TALKS.url}", section: asia-pacific}}]}}\n',
    )
    assert "Morning in the harbour of Lumio" not in after
    talks = after["Talks End Without a Word"]
    assert talks.section == "asia-pacific"
    assert {name for name, _ in talks.publishers} == {"BBC", "Kyodo News"}


def test_an_outlet_that_is_shown_again_counts_again(room: Newsroom) -> None:
    edited(room, CONFIG + f'stories: {{hide: ["{COPY.url}"]}}\n')
    room.now += timedelta(days=365)
    room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    assert [name for name, _ in room.stories()["Talks End Without a Word"].publishers] == ["BBC"]
    shown = edited(room, CONFIG)["Talks End Without a Word"]
    assert [name for name, _ in shown.publishers] == ["BBC", "Kyodo"]


def test_what_an_agency_wrote_once_still_counts_once(pruned: Newsroom) -> None:
    before = pruned.stories()["Morning in the harbour of Lumio"]
    assert [name for name, _ in before.publishers] == ["BBC"], "the other prints the same text"
    late = item("Morning in the harbour of Lumio again", "bbc-world", age=timedelta(minutes=-5), summary="More of it.")
    again = edited(pruned, EDIT)["Morning in the harbour of Lumio"]
    assert (again.publishers, again.lead) == (before.publishers, before.lead)
    text = EDIT + f'stories: {{join: [["{HARBOUR.url}", "{late.url}"]]}}\n'
    pruned.put_in_force(text)
    pruned.publish(late, live=True)
    joined = pruned.stories()["Morning in the harbour of Lumio"]
    assert (joined.publishers, joined.entry) == (before.publishers, before.entry), "its outlet's next item is no news"


def test_what_an_agency_wrote_counts_once_in_stories_that_are_joined_when_one_text_is_gone(room: Newsroom) -> None:
    """The earlier report is still listed, and of the other its story's entry has the text: readers of what two outlets tell would get
    what one agency wrote."""
    room.overrule(split=[PRINTED])
    room.now += timedelta(days=365)
    room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {"bbc-world": 400 * 86_400})
    (gone,) = (one for one in room.archive.edition.items(range(1, 6)) if one.id == PRINTED.id)
    assert (gone.pruned, gone.summary) == (True, "")
    room.overrule(join=[[HARBOUR, PRINTED]])
    joined = room.stories()[HARBOUR.title]
    assert {one.item.id for one in room.archive.edition.members([joined.n])[joined.n]} == {HARBOUR.id, PRINTED.id}
    assert [name for name, _ in joined.publishers] == ["BBC"]
    room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    again = edited(room, f"{EDIT}stories: {{join: [['{HARBOUR.url}', '{PRINTED.url}']]}}\n")[HARBOUR.title]
    assert again.publishers == joined.publishers, "nor once both are gone"


def test_an_entry_keeps_what_it_said_when_another_outlet_joins(pruned: Newsroom) -> None:
    before = pruned.stories()["Talks End Without a Word"]
    late = item("Talks ended without a word", "reuters", age=timedelta(minutes=-5), summary="Navy officers said so.")
    pruned.put_in_force(CONFIG + f'stories: {{join: [["{TALKS.url}", "{late.url}"]]}}\n')
    pruned.publish(late, live=True)
    after = pruned.stories()["Talks End Without a Word"]
    assert [name for name, _ in after.publishers] == ["BBC", "Kyodo", "Reuters"]
    assert (after.lead, after.entry.summary) == (before.lead, TALKS.summary)
    assert after.entry.enclosures == (SPOKEN,)


def test_an_entry_keeps_a_recording_without_words_when_another_outlet_joins(room: Newsroom) -> None:
    spoken = item("Talks of the Week", summary="", content="", enclosures=[SPOKEN])
    room.publish(spoken)
    room.now += timedelta(days=365)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {}) == 5
    late = item("The talks of this week", "reuters", age=timedelta(minutes=-5), summary="Navy officers said so.")
    room.put_in_force(CONFIG + f'stories: {{join: [["{spoken.url}", "{late.url}"]]}}\n')
    room.publish(late, live=True)
    (after,) = (
        one for one in room.stories().values() if len(one.entry.reports) == 2 and one.entry.reports[0].url == spoken.url
    )
    assert (after.entry.title, after.entry.enclosures) == (spoken.title, (SPOKEN,))


def test_an_entry_keeps_what_it_said_when_an_article_is_split_off(pruned: Newsroom) -> None:
    before = pruned.stories()["Talks End Without a Word"]
    after = edited(pruned, CONFIG + f'stories: {{split: ["{COPY.url}"]}}\n')["Talks End Without a Word"]
    assert [report.publisher for report in after.entry.reports] == ["BBC"]
    assert (after.lead, after.entry.summary) == (before.lead, TALKS.summary)


def test_a_text_that_comes_back_is_judged(pruned: Newsroom) -> None:
    store = pruned.archive.edition
    n = next(n for n, one in store.stories(pruned.numbers()).items() if one.section == "defense")
    (one, *_) = store.members([n])[n]
    wanted = next(known for known in (TALKS, HARBOUR) if known.title == one.item.title)
    pruned.change(replace(wanted, summary="A recipe for fish.", hash="new"))
    assert not store.items([one.item.n])[0].pruned
    pruned.publish()
    (one, *_) = store.members([n])[n]
    assert one.judgement.section == "world"


@pytest.mark.parametrize("keep", [90, 3])
def test_a_text_that_comes_back_enters_a_section_that_an_edit_gave_it_meanwhile_when_it_would_have(
    room: Newsroom, keep: int
) -> None:
    """A source that was down lists its old reports again, a word of each changed: readers of the section got all of them as news."""
    room.now += timedelta(days=keep + 2)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), keep * 86_400, {}) == 4
    rules = CONFIG.replace("[CN, JP, eastern-asia]", "[CN, JP, eastern-asia]\n    words: [admirals]")
    edited(room, rules.replace("every: 15m", f"every: 15m, keep: {keep}d"))
    before = room.stories()[TALKS.title]
    assert "asia-pacific" not in dict(before.scores)
    room.change(replace(TALKS, content="<p>As it was, beside other advertisements.</p>", hash="new"))
    room.publish()
    after = room.stories()[TALKS.title]
    entered = {one.stream: one.entered for one in after.streams if one.active}
    assert entered[StreamName("section", "asia-pacific")] == after.entered
    assert after.entry == before.entry


def test_a_copy_whose_text_comes_back_before_that_of_its_original_does_not_count(room: Newsroom) -> None:
    """Its outlet was down, and lists its old reports again: those that an agency wrote would all be told as further outlets'."""
    own = item(
        "Morning in the harbour of Lumio", "kyodo", age=timedelta(hours=1, minutes=10),
        summary="Kyodo's own men saw the smoke over Lumio, and describe at length what no agency had in its first report.",
    )  # fmt: skip
    room.publish(own, live=True)
    room.put_in_force(CONFIG + f'stories: {{join: [["{HARBOUR.url}", "{own.url}"]]}}\n')
    room.follow()
    before = room.stories()[HARBOUR.title]
    assert (before.entry.link, {name for name, _ in before.publishers}) == (own.url, {"BBC", "Kyodo"})
    room.now += timedelta(days=365)
    room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {})
    room.change(PRINTED)
    room.publish()
    after = room.stories()[HARBOUR.title]
    assert (after.publishers, after.entry) == (before.publishers, before.entry)


def test_explain_says_where_it_stays_not_what_its_headline_says(
    pruned: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """The headline alone would be in no section."""
    (pruned.folder / "feeds.yaml").write_text(pruned.text)
    command = [
        "--config",
        str(pruned.folder / "feeds.yaml"),
        "--instance",
        str(pruned.folder),
        "explain",
        str(TALKS.url),
    ]
    assert main([*command, "--json", "--expect", "world"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["section"], told["sections"], told["topics"]) == ("defense", ["defense"], ["rare-earths", "nato"])
    assert told["outcome"] == {"section": "defense", "runner_up": None, "behind": 0.0, "turns": []}
    assert told["expect"] == {"section": "world", "fixed": None, "story": "defense", "holds": False, "proposals": []}
    assert main([*command, "--expect", "world"]) == 0
    assert capsys.readouterr().out.endswith(
        "Its text is gone after `keep`, so it stays in defense: what its headline alone says decides nothing, nor do words.\n"
    )
