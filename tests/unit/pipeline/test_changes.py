"""What one configuration changes of another."""

from __future__ import annotations

import pytest

from aggregator.config.compile import compile_texts
from aggregator.model.settings import Settings
from aggregator.pipeline.edits.changes import Changes, RuleChange, changes

OLD = """
site: {title: Wire}
sources:
  - {name: One, url: "https://one.example/"}
  - {name: Two, url: "https://two.example/"}
  - {name: Three, url: "https://three.example/"}
sections:
  - {id: defense, words: [missile, {frigate: 2}], places: [CN]}
  - {id: europe, places: [europe]}
  - {id: world}
topics:
  - {id: nato, words: [NATO]}
"""


def read(text: str) -> Settings:
    return compile_texts({"feeds.yaml": text}, {})[0]


def told(old: str, new: str) -> Changes:
    return changes(read(OLD), read(OLD.replace(old, new)), public=str)


def test_comments_and_places_in_the_file_are_no_difference() -> None:
    assert not told("sources:", "# a comment\n\nsources:")
    assert told("sources:", "# a comment\nsources:").lines() == []


def test_sources_start_stop_and_change() -> None:
    found = told('  - {name: One, url: "https://one.example/"}\n', '  - {name: Four, url: "https://four.example/"}\n')
    assert (found.sources.added, found.sources.removed) == (("four",), ("one",))
    assert found.lines() == ["+ source four starts", "- source one stops; its items stay"]
    found = told("https://one.example/", "https://uno.example/")
    assert (found.sources.changed, found.lines()) == (
        ("one",),
        ["~ source one: url: https://one.example/ → https://uno.example/"],
    )
    hidden = changes(read(OLD), read(OLD.replace("https://one.example/", "https://uno.example/")))
    assert hidden.lines() == ["~ source one: url: *** (the part that is not shown changes)"], (
        "unless told what is public"
    )
    paused = OLD.replace('One, url: "https://one.example/"', 'One, enabled: false, url: "https://one.example/"')
    found = changes(read(OLD), read(paused))
    assert (found.sources.paused, found.sources.changed) == (("one",), ())
    assert found.lines() == ["- source one pauses; its items stay"]
    found = changes(read(paused), read(OLD))
    assert (found.sources.resumed, found.lines()) == (("one",), ["+ source one is polled again"])
    more = told("sources:\n", 'sources:\n  - {name: Four, url: "https://four.example/", enabled: false}\n')
    assert (more.sources.added, more.sources.paused) == (("four",), ("four",))
    assert more.lines() == ["+ source four is new, and paused"]


def test_a_source_is_renamed_by_was_or_by_its_address() -> None:
    for new in ('Uno, url: "https://one.example/"', 'Uno, was: [one], url: "https://elsewhere.example/"'):
        edited = read(OLD.replace('One, url: "https://one.example/"', new))
        found = changes(read(OLD), edited, first={"one": "one"})
        assert found == changes(read(OLD), edited, first={"one": "uno"}), "the same as where the edit is in force"
        assert found.sources.renamed == (("one", "uno"),)
        assert (found.sources.added, found.sources.removed, found.sources.lost) == ((), (), ())
        assert found.as_json()["sources"]["renamed"] == [{"from": "one", "to": "uno"}]
        line, *more = found.lines()
        same = "*** (the part that is not shown changes)"
        assert line == f"~ source one is renamed to uno (name: {same})"
        assert more == ([f"~ source uno: url: {same}"] if "elsewhere" in new else [])
        again = changes(read(OLD), edited, first={"ein": "one"})
        assert again.sources.lost == (() if "was" in new else ("one",)), "its first id leads to it, this one does not"
        hint = "" if "was" in new else "; with `was: [one]` its former addresses lead to it"
        assert again.lines() == [f"{line}{hint}", *more]


def test_each_setting_of_a_source_that_changes_is_told() -> None:
    more = "name: Uno, id: one, keep: 30d, usually: europe, full_text: true, lang: en, was: [ein], retry_after: source"
    found = told("name: One,", f"{more}, labels: {{country: GB}}, headers: {{A: b}},")
    lines = [
        "name: One → Uno",  # and so its publisher
        "keep: unset → 30 d",
        "usually: unset → europe",
        "full_text: false → true",
        "was: unset → [ein]",
        "headers: unset → ***",
        "labels.country: unset → GB",
        "lang: unset → en",
        "retry_after: unset → source",
    ]
    assert found.lines() == [f"~ source one: {line}" for line in lines]
    assert found.lines(most=2) == [*(f"~ source one: {line}" for line in lines[:2]), "~ source one: 7 more"]
    assert found.as_json()["sources"]["settings"][1] == {"id": "one", "key": "keep", "from": "unset", "to": "30 d"}
    assert found.sources.changed == ("one",)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("90s", "2m", "90 s → 2 min"),
        ("36h", "90m", "36 h → 90 min"),
        ("1d", "25h", "1 d → 25 h"),
    ],
)
def test_times_that_nearly_equal_are_told_as_they_are(before: str, after: str, line: str) -> None:
    timed = OLD.replace("name: One,", f"name: One, every: {before},")
    found = changes(read(timed), read(timed.replace(before, after)))
    assert found.lines() == [f"~ source one: every: {line}"]


def test_what_else_changes_of_a_source_that_pauses_is_told() -> None:
    found = told("name: One,", "name: One, enabled: false, every: 1h,")
    assert found.sources.changed == ()
    assert found.lines() == ["~ source one: every: unset → 1 h", "- source one pauses; its items stay"]


def test_the_name_of_one_source_goes_to_another() -> None:
    names = OLD.replace("name: Two", "name: Deux").replace("name: One", "name: Two, was: [one]")
    found = changes(read(OLD), read(names)).sources
    assert (found.renamed, found.added, found.removed) == ((("one", "two"), ("two", "deux")), (), ())
    assert found.lost == (), "`was: [two]` would name the id of another source"


def test_who_takes_over_the_address_of_a_renamed_source_starts() -> None:
    both = 'Uno, was: [one], url: "https://uno.example/"}\n  - {name: Four, url: "https://one.example/"'
    found = told('One, url: "https://one.example/"', both)
    assert (found.sources.renamed, found.sources.added, found.sources.removed) == ((("one", "uno"),), ("four",), ())


def test_sections_and_topics_tell_their_lines() -> None:
    found = told("[missile, {frigate: 2}]", "[missile, {frigate: 3}, {all: [drone, taiwan]}]")
    assert found.sections.changed == (
        RuleChange("defense", ("words: {frigate: 3}", "words: {all: [drone, taiwan]}"), ("words: {frigate: 2}",)),
    )
    found = told(
        "[missile, {frigate: 2}]", "[missile, {frigate: 2}, {all: [drone, oslo | bonn], unless: [toy, game*]}]"
    )
    (line,) = found.sections.changed[0].added
    assert line == "words: {all: [drone, oslo | bonn], unless: [toy, game*]}", "as it is typed"
    found = told("  - {id: nato, words: [NATO]}", "  - {id: otan, words: [NATO]}")
    assert (found.topics.added, found.topics.removed) == (("otan",), ("nato",))
    hint = "; if it is otan now, say `was: [nato]` there"
    assert found.lines() == ["+ topic otan is new", f"- topic nato is removed{hint}"]
    found = told("  - {id: europe, places: [europe]}\n", "")
    assert found.lines() == ["- section europe is removed; its pages and feeds are found no more"]
    found = told("topics:\n  - {id: nato, words: [NATO]}\n", "")
    assert found.lines() == ["- topic nato is removed"], "it may still be found among places or categories"
    found = told("{id: europe,", "{id: europe, description: Cities, examples: [Rain in Paris], counterexamples: [Ode],")
    said = ("description: Cities", "example: Rain in Paris", "counterexample: Ode")
    assert found.lines() == [f"+ section europe: {line}" for line in said]


def test_a_former_id_that_comes_later_than_the_renaming_is_told() -> None:
    """Whoever followed the hint (say `was: [nato]` there) was told that nothing changes, while addresses that led nowhere lead on."""
    nato = OLD.replace("id: nato,", "id: nato, title: Allies,")
    otan = nato.replace("id: nato,", "id: otan,")
    late = nato.replace("id: nato,", "id: otan, was: [nato],")
    assert changes(read(otan), read(late)).lines() == ["+ topic otan: was: nato"]
    assert changes(read(nato), read(late)).lines() == [
        "~ topic nato is renamed to otan; its former addresses lead to it"
    ]
    assert not changes(read(late), read(otan)), "it leads on"


def test_a_log_tells_the_first_lines_of_a_long_edit() -> None:
    found = told("[missile, {frigate: 2}]", "[missile, drone, tank, radar]")
    words = [f"+ section defense: words: {word}" for word in ("drone", "tank", "radar")]
    assert found.lines() == [*words, "- section defense: words: {frigate: 2}"]
    assert found.lines(most=2) == [*words[:2], "~ section defense: 2 more"]


def test_the_order_of_sections_decides_ties_and_is_told() -> None:
    europe = "  - {id: europe, places: [europe]}\n"
    moved = OLD.replace(europe, "").replace("sections:\n", f"sections:\n{europe}")
    assert changes(read(OLD), read(moved)).other == ("order of sections",)
    assert told("sources:", "stories: {hide: ['https://x.example/']}\nsources:").lines() == ["~ stories changes"]


def test_a_topic_that_another_one_takes_in_is_not_said_to_become_it() -> None:
    two = OLD.replace("  - {id: nato, words: [NATO]}", "  - {id: nato, words: [NATO]}\n  - {id: war, words: [war]}")
    one = OLD.replace("{id: nato, words: [NATO]}", "{id: war, was: [nato], words: [war]}")
    assert changes(read(two), read(one)).lines() == [
        "~ topic nato becomes part of war; its former addresses lead to it"
    ]


def test_which_publishers_change_and_how_is_told() -> None:
    bbc = "publishers: [{name: BBC, aliases: [BBC News], domains: [bbc.com]}, {name: Post}]\n"
    more = "publishers: [{name: BBC, domains: [bbc.com, bbc.co.uk], labels: {country: GB}}, {name: Wire}]\n"
    found = changes(read(bbc + OLD), read(more + OLD))
    assert found.lines() == [
        "+ publisher Wire is new",
        "- publisher Post is removed",
        "+ publisher BBC: domains: bbc.co.uk",
        "+ publisher BBC: labels: country: GB",
        "- publisher BBC: aliases: BBC News",
    ]
    assert found.as_json()["publishers"]["removed"] == ("Post",)
    assert found.other == ("publishers",)
    turned = "publishers: [{name: Post}, {name: BBC, aliases: [BBC News], domains: [bbc.com]}]\n"
    assert changes(read(bbc + OLD), read(turned + OLD)).lines() == ["~ publishers changes"], "their order alone"


def test_which_setting_changes_from_what_to_what_is_told() -> None:
    found = told(
        "site: {title: Wire}", "site: {title: Other, url: 'https://w.example', cors: false}\ndefaults: {keep: 30d}"
    )
    assert found.lines() == [
        "~ site.title: Wire → Other",
        "~ site.url: unset → https://w.example",
        "~ site.cors: true → false",
        "~ defaults.keep: 90 d → 30 d",
    ]
    assert found.as_json()["settings"][0] == {"key": "site.title", "from": "Wire", "to": "Other"}
    assert found.other == ()


def test_the_address_for_outlets_is_not_told_to_everybody() -> None:
    found = told("site: {title: Wire}", "site: {title: Wire, contact: ann@example.org}")
    assert (found.settings, found.lines()) == ((), ["~ site.contact changes"])


def test_that_a_join_or_split_outlives_its_line_is_told_where_one_is_removed() -> None:
    a, b = (f"https://x.example/{name}" for name in "ab")
    said = {
        key: read(f"{OLD}stories: {{{key}: {value}}}\n")
        for key, value in (("join", f"[['{a}', '{b}']]"), ("split", f"['{a}']"), ("hide", f"['{a}']"))
    }
    plain, note = (
        read(OLD),
        "~ a join or split that is removed stays in effect (how to reverse it: docs/editing.md, Undo)",
    )
    assert changes(said["join"], plain).lines() == changes(said["split"], plain).lines() == ["~ stories changes", note]
    for old, new in ((plain, said["join"]), (said["split"], said["join"]), (said["hide"], plain)):
        assert changes(old, new).lines() == ["~ stories changes"]
    assert "lasting" not in changes(said["join"], plain).as_json()
