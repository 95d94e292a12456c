"""What a place hangs on, and which edits move a text."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from aggregator.categorise.attribution import cause
from aggregator.categorise.counterfactuals import outcome
from aggregator.categorise.judge import judge
from aggregator.categorise.proposing import edited, proposals
from aggregator.categorise.receipts import receipts
from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.categorise.usage import Usage
from aggregator.config.compile import compile_texts
from aggregator.model.judgement import Case
from aggregator.model.settings import Term
from aggregator.model.stream import StreamName

ASIA_PACIFIC = StreamName("section", "asia-pacific")
DEFENSE = StreamName("section", "defense")


RULES = """
sections:
  - id: defense
    words: [missile*, {turret: 0.2}]
    never: [recipe]
  - id: asia-pacific
    places: [eastern-asia]
    not: [fine china]
  - id: europe
    places: [europe]
  - id: world
topics:
  - {id: panda, words: [panda*]}
"""


def book(text: str = RULES) -> Rulebook:
    settings = compile_texts({"feeds.yaml": text}, {})[0]
    return compile_rules(settings.sections, settings.topics, settings.fallback)


def test_the_line_without_which_it_would_stand_elsewhere() -> None:
    found = outcome(book(), Case("Missiles over Norway and missile parts"))
    assert (found.section, found.runner_up) == ("europe", "defense")
    (counterfactual,) = found.turns
    assert (counterfactual.rule, counterfactual.then) == ("places: europe", "defense")
    assert found.behind > 0


def test_the_line_is_named_as_in_its_receipt() -> None:
    """Whoever reads both finds the one by the other, and two lines may differ in `unless` alone."""
    rules = book(RULES.replace("{turret: 0.2}", "{all: [tank, moat], unless: [fish]}"))
    case = Case("Tank in a moat")
    (counterfactual,), (receipt,) = outcome(rules, case).turns, receipts(rules, case)
    assert counterfactual.rule == receipt.rule == "words: all: tank, moat, unless: fish"


def test_without_its_only_place_a_section_needs_more_than_a_weak_word() -> None:
    words = "words: [{fjord: 0.2}]"
    case = Case("Fjord of Norway")
    (deciding,) = outcome(book(RULES.replace("[europe]", f"[europe]\n    {words}")), case).turns
    assert (deciding.rule, deciding.then) == ("places: europe", "world")
    assert judge(book(RULES.replace("places: [europe]", words)), case).section == "world"


def test_without_a_phrase_the_words_inside_it_count() -> None:
    heavy = RULES.replace("missile*,", "{missile*: 2},")
    case = Case("Missile defence for Japan")
    assert outcome(book(heavy), case).section == "defense"
    found = outcome(book(heavy.replace("{missile*: 2},", "{missile*: 2}, {missile defence: 2.2},")), case)
    assert (found.section, found.runner_up, found.turns) == ("defense", "asia-pacific", ())


def test_what_is_too_weak_for_any_section_lacks_something() -> None:
    found = outcome(book(RULES.replace("missile*", "{missile*: 0.05}")), Case("Missiles fly"))
    assert (found.section, found.runner_up) == ("world", "defense")
    assert found.behind > 0


def test_nothing_found_hangs_on_nothing() -> None:
    found = outcome(book(), Case("Octopuses dream"))
    assert (found.section, found.runner_up, found.turns) == ("world", None, ())


@pytest.mark.parametrize("wanted", ["defense", "asia-pacific", "world"])
def test_every_proposal_moves_the_text(wanted: str) -> None:
    rules = book()
    case = Case("Norway shows laser turret")
    found = list(proposals(rules, case, wanted))
    assert found
    for proposal in found:
        tried = compile_rules(edited(rules.rules[: rules.sections], proposal), (), rules.fallback)
        assert judge(tried, case).section == wanted


def test_a_heavier_line_is_proposed_in_its_place() -> None:
    found = next(one for one in proposals(book(), Case("Norway shows laser turret"), "defense") if one.was)
    assert (found.key, found.was and found.was.weight, found.term.parts) == ("words", 0.2, ("turret",))
    assert found.term.weight == 2.0, "the least that is enough"
    assert len(found.rules.words) == 2


def test_a_phrase_that_is_not_meant_is_proposed_for_not() -> None:
    case = Case("Bone Japan porcelain shines")
    lines = {(one.key, one.term.parts[0]) for one in proposals(book(), case, "world")}
    assert ("not", "bone japan") in lines


def test_names_of_places_are_not_proposed_as_words() -> None:
    found = [one.term.parts[0] for one in proposals(book(), Case("Norway opens museum"), "world")]
    assert "norway" not in found
    assert "museum" in found


def test_a_place_that_no_section_lists_is_proposed_as_place() -> None:
    case = Case("Canada opens museum")
    found = {(one.key, one.term.parts[0]): one for one in proposals(book(), case, "europe")}
    assert found.keys() == {("places", "CA"), ("words", "museum"), ("words", "opens"), ("words", "opens museum")}
    assert found["places", "CA"].rules.places[-1] == found["places", "CA"].term
    fewer = {one.key for one in proposals(book(), case, "defense")}
    assert fewer == {"words"}, "the first place of a section would change how its words weigh"
    other = {one.key for one in proposals(book(), Case("Norway opens museum"), "asia-pacific")}
    assert other == {"words"}, "the place of another section is left to it"


def test_new_words_are_proposed_without_the_possessive() -> None:
    found = {one.term.parts[0] for one in proposals(book(), Case("IMF’s octopus's garden dreams"), "defense")}
    assert found == {"IMF", "octopus", "garden", "dreams", "garden dreams"}


def test_words_that_say_nothing_in_the_language_of_the_headline_are_not_proposed() -> None:
    german = Case("Nach der Kritik an den Raketen ist die Koalition auf dem Weg zu sich")
    found = {one.term.parts[0] for one in proposals(book(), german, "defense")}
    assert {"kritik", "raketen", "koalition", "weg"} == found
    assert "den" in {one.term.parts[0] for one in proposals(book(), Case("Tiger leaves den"), "defense")}


def test_new_words_of_japanese_are_not_whole_headlines() -> None:
    found = {one.term.parts[0] for one in proposals(book(), Case("政策金利の引き上げ、トヨタが新型EV発表"), "defense")}
    assert {"政策金利", "トヨタ", "新型", "発表"} <= found


def test_a_word_that_is_listed_with_capitals_alone_is_proposed_without() -> None:
    rules = book(RULES.replace("missile*", "EON!, ION"))
    found = {
        one.term.parts[0] for one in proposals(rules, Case("Eon raises prices, ION follows"), "defense") if not one.was
    }
    assert "eon" in found
    assert not {"ION", "ion"} & found


def test_never_and_a_fixed_section_rule_every_edit_out() -> None:
    assert list(proposals(book(), Case("A recipe for turret cake in Norway"), "defense")) == []
    assert list(proposals(book(), Case("Norway shows laser turret", section="europe"), "defense")) == []


def test_the_line_that_moved_a_text_from_one_file_to_the_next() -> None:
    old = book()
    more = book(RULES.replace("missile*,", "missile*, {laser: 9},"))
    title = "Norway shows laser"
    assert cause(old, more, DEFENSE, title, "", comes=True).rule == "words: laser"
    gone = cause(more, old, DEFENSE, title, "", comes=False)
    assert (gone.rule, gone.gone) == ("words: laser", True)
    blocked = book(RULES.replace("fine china", "japan porcelain"))
    porcelain = "Bone Japan porcelain shines"
    assert cause(old, blocked, ASIA_PACIFIC, porcelain, "", comes=False).rule == "not: japan porcelain"
    freed = cause(blocked, old, ASIA_PACIFIC, porcelain, "", comes=True)
    assert (freed.rule, freed.gone) == ("not: japan porcelain", True)
    fewer, further = (
        book(
            RULES.replace("missile*,", "missile*, turret,").replace(
                "never:", f"not: [{{all: [{words}, toy]}}]\n    never:"
            )
        )
        for words in ("missile*", "missile* | turret")
    )
    toy = "Toy missile with a turret"
    kept = cause(fewer, further, DEFENSE, toy, "", comes=False)
    assert (kept.rule, kept.gone) == ("not: missile*, toy", False), (
        "a further alternative of a line moves it, not `words`"
    )
    let = cause(further, fewer, DEFENSE, toy, "", comes=True)
    assert (let.rule, let.gone) == ("not: missile*, toy", True)


def test_lines_that_do_nothing_are_counted_while_judging() -> None:
    rules = book(RULES.replace("[missile*, {turret: 0.2}]", "[missile*, {turret: 0.01}, rocket]"))
    usage = Usage(rules)
    for title in ("Missile hits Norway", "Turret of a castle in Japan", "Fine china auction"):
        assert usage.judge(Case(title)) == judge(rules, Case(title))
    dead = {(one.of.id, one.key, one.term.parts[0], one.found) for one in usage.dead()}
    assert dead == {
        ("defense", "words", "turret", True),
        ("defense", "words", "rocket", False),
        ("defense", "never", "recipe", False),
        ("panda", "words", "panda*", False),
    }


def test_a_line_under_not_is_used_once_all_its_parts_are_found() -> None:
    usage = Usage(book(RULES.replace("never: [recipe]", "not: [{all: [missile* | rocket, toy]}]")))
    usage.judge(Case("Missile and rocket"))
    assert ("defense", "not") in {(one.of.id, one.key) for one in usage.dead()}
    usage.judge(Case("Toy rocket"))
    assert ("defense", "not") not in {(one.of.id, one.key) for one in usage.dead()}


def test_a_line_whose_word_stands_inside_a_phrase_is_found() -> None:
    usage = Usage(book(RULES.replace("missile*,", "missile*, {missile defence: 2},")))
    usage.judge(Case("Missile defence shown"))
    assert ("defense", "missile*") not in {(one.of.id, one.term.parts[0]) for one in usage.dead()}


def test_a_case_carries_the_prior_of_its_source() -> None:
    case = Case("Octopuses dream", usually="europe")
    assert outcome(book(), case).section == "europe"
    assert outcome(book(), replace(case, usually=None)).section == "world"


def test_another_section_is_left_alone_where_a_word_of_the_expected_one_is_enough() -> None:
    found = list(proposals(book(), Case("Norway shows laser turret"), "defense"))
    assert {(one.key, one.rules.id) for one in found} == {("words", "defense")}


def test_another_sections_not_is_proposed_where_nothing_else_works() -> None:
    """No word to add, no line to weigh: its source alone speaks for the section."""
    found = list(proposals(book(), Case("Japan in it", usually="europe"), "europe"))
    assert {(one.key, one.rules.id) for one in found} == {("not", "asia-pacific")}


def test_other_words_are_proposed_where_the_first_cannot_count() -> None:
    rules = book(RULES.replace("never: [recipe]", "not: [porcelain auction]"))
    found = {one.term.parts[0] for one in proposals(rules, Case("Porcelain auction breaks records"), "defense")}
    assert found == {"records", "breaks", "breaks records"}


def test_words_beside_one_that_needs_more_weigh_no_more_than_they_must() -> None:
    """`octopuses` stands inside a phrase that counts already, so it must outweigh that."""
    rules = book(RULES.replace("[missile*,", "[missile*, {octopuses dream: 0.05},"))
    found = {
        one.term.parts[0]: one.term.weight
        for one in proposals(rules, Case("Norway: octopuses dream at home"), "defense")
    }
    assert found["octopuses"] == found["home"] == 2.0
    assert found["octopuses dream"] == 2.0


HOME_AND_ABROAD = """
sections:
  - {id: america, places: [US, north-america]}
  - {id: europe, places: [europe], words: [{tariff: 1.2}]}
  - {id: economy, words: [trade]}
  - id: world
"""


def test_a_country_that_another_line_lists_too_hangs_on_neither() -> None:
    assert outcome(book(HOME_AND_ABROAD), Case("US octopuses dream")).turns == ()


def test_without_a_place_the_words_of_other_sections_count_in_full() -> None:
    rules = HOME_AND_ABROAD.replace(", north-america", "")
    case = Case("US tariff trade")
    (counterfactual,) = outcome(book(rules), case).turns
    assert counterfactual.then == judge(book(rules.replace(", places: [US]", "")), case).section == "europe"


@pytest.mark.parametrize("title", ["US meets Norway", "Trade with octopuses", "US tariff trade"])
def test_a_word_of_the_weight_that_is_lacking_moves_the_text(title: str) -> None:
    """Words of a section count for little where a place of another one acts, and on a tie the first section leads."""
    text = HOME_AND_ABROAD.replace("words: [trade]", "words: [trade, {octopuses: 0.5}]").replace(
        "id: world", "{id: world, words: [octopuses]}"
    )
    rules = book(text)
    assert_least_that_moves(rules, title)


@pytest.mark.parametrize("title", ["Trade, zoo", "Missile over zoo", "Trade in weak", "Weak"])
def test_no_lighter_word_moves_the_text(title: str) -> None:
    """On a tie the first section leads, and what a section needs at least is enough."""
    words = {"defense": "missile", "economy": "{trade: 2}", "nature": "{zoo: 2}", "sea": "{weak: 0.05}", "land": ""}
    sections = "".join(f"  - {{id: {name}, words: [{word}]}}\n" for name, word in words.items())
    assert_least_that_moves(book(f"sections:\n{sections}"), title)


def assert_least_that_moves(rules: Rulebook, title: str) -> None:
    found = outcome(rules, Case(title))
    for weight, moves in ((found.behind, True), (found.behind - 0.01, False)):
        word = Term(("zebra",), weight, rules.rules[0].at)
        more = [replace(one, words=(*one.words, word)) if one.id == found.runner_up else one for one in rules.rules]
        moved = judge(compile_rules(more, (), rules.fallback), Case(f"{title} zebra")).section == found.runner_up
        assert moved == moves, (found, weight)


def test_of_several_lines_that_keep_a_text_out_the_first_is_named() -> None:
    """Any of them was, so that two runs of one plan named different lines."""
    phrases = "fine porcelain, blue porcelain, old porcelain, rare porcelain, white porcelain, red porcelain"
    old, blocked = book(), book(RULES.replace("not: [fine china]", f"not: [{phrases}, fine china]"))
    title = "Japan sells " + phrases.replace(",", " and")
    assert cause(old, blocked, ASIA_PACIFIC, title, "", comes=False).rule == "not: fine porcelain"
    assert cause(blocked, old, ASIA_PACIFIC, title, "", comes=True).rule == "not: fine porcelain"
