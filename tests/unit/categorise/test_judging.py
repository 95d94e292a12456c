"""The rule grammar as an editor writes it, judged and explained."""

from __future__ import annotations

import pytest
from builders.judging import judge, receipts

from aggregator.categorise import examples, weights
from aggregator.categorise.attribution import Cause, blocking
from aggregator.categorise.examples import check_examples
from aggregator.categorise.judge import story_sections
from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.model.judgement import Judgement
from aggregator.model.settings import Example, Position, Rules, Term
from aggregator.model.stream import RulesKind

Line = str | tuple[str, float] | list[str] | tuple[list[str], tuple[str, ...]]  # the last: `all` and `unless`


def terms(lines: tuple[Line, ...], first: int) -> tuple[Term, ...]:
    made = []
    for number, line in enumerate(lines):
        at = Position("feeds.yaml", first + number, 9)
        if isinstance(line, str):
            made.append(Term((line,), 1.0, at))
        elif isinstance(line, list):
            made.append(Term(tuple(line), 1.0, at))
        elif isinstance(line[0], list) and isinstance(line[1], tuple):
            made.append(Term(tuple(line[0]), 1.0, at, line[1]))
        else:
            assert isinstance(line[0], str) and isinstance(line[1], float)
            made.append(Term((line[0],), line[1], at))
    return tuple(made)


def rule(
    id: str,
    *words: Line,
    places: tuple[Line, ...] = (),
    nots: tuple[Line, ...] = (),
    nevers: tuple[Line, ...] = (),
    examples: tuple[str, ...] = (),
    counterexamples: tuple[str, ...] = (),
    kind: RulesKind = "section",
) -> Rules:
    return Rules(
        kind,
        id,
        id.title(),
        places=terms(places, 10),
        words=terms(words, 100),
        nots=terms(nots, 200),
        nevers=terms(nevers, 300),
        examples=tuple(Example(text, Position("feeds.yaml", 400 + n, 9)) for n, text in enumerate(examples)),
        counterexamples=tuple(
            Example(text, Position("feeds.yaml", 500 + n, 9)) for n, text in enumerate(counterexamples)
        ),
        at=Position("feeds.yaml", 1, 5),
    )


def book(*sections: Rules, topics: tuple[Rules, ...] = ()) -> Rulebook:
    return compile_rules((*sections, rule("world")), topics, "world")


ASIA = rule("asia", ("tariff", 1.0), places=("CN", "south-eastern-asia"))
AMERICA = rule("america", places=("US",))


def test_the_subject_outweighs_the_other_place() -> None:
    both = book(AMERICA, ASIA)
    assert judge(both, "China sends envoy to US").section == "asia"
    assert judge(both, "US sends envoy to China").section == "america"
    assert set(judge(both, "China sends envoy to US").sections) == {"asia", "america"}


def test_further_words_of_one_section_do_not_push_another_out() -> None:
    both = book(rule("defense", ("atacms", 5.0), ("himars", 5.0), ("storm shadow", 5.0)), AMERICA, ASIA)
    found = judge(both, "China buys ATACMS, HIMARS and Storm Shadow")
    assert found.sections == ("defense", "asia")
    assert found.scores[0][1] > judge(both, "China buys ATACMS").scores[0][1] > 0.9, "more is still more"


def test_the_headline_outweighs_the_summary() -> None:
    assert judge(book(AMERICA, ASIA), "Tariff row", "The US and Washington object").section == "asia"


def test_where_somebody_is_charged_outweighs_where_he_is_from() -> None:
    europe = rule("europe", places=("GB",))
    assert judge(book(europe, ASIA, AMERICA), "British Man Charged in U.S. With Spying for China").section == "america"


def test_nothing_found_is_the_fallback() -> None:
    found = judge(book(ASIA), "Octopuses dream")
    assert (found.section, found.scores, found.places) == ("world", (("world", 0.0),), ())


def test_a_word_in_passing_places_nothing_in_a_section_without_places() -> None:
    economy, america = rule("economy", ("gold", 0.3), ("stocks", 1.0)), rule("america", ("storm", 0.3), places=("US",))
    both = book(economy, america)
    assert judge(both, "Horseshoe crab wins gold").section == "world"
    assert judge(both, "Crab wins gold", "And more gold").section == "economy", "said twice, it is what it is about"
    assert judge(both, "A crab", "Stocks of it are low").section == "economy", "a word of weight 1"
    assert judge(both, "Crab wins gold", usually="economy").section == "economy", "or a source that mostly means it"
    assert judge(both, "Storm of the century").section == "america", "whose news it is, a weak word tells too"
    assert judge(both, "Gold in the storm").scores == (("america", 0.4737),), "nor is it there as a further section"


def test_the_least_evidence_is_enough_for_a_score() -> None:
    america = rule("america", ("storm", 0.3), places=("US",))
    assert judge(book(america), "A crab", "It is in a storm.").scores == (("america", 0.2308),)
    assert weights.LEAST >= weights.THRESHOLD * (weights.LEAST + weights.HALF), "else it were left out"


def test_regions_hold_their_countries_and_their_own_name() -> None:
    asia = rule("asia", places=("south-eastern-asia",))
    assert judge(book(asia), "Hanoi floods").section == "asia"
    assert judge(book(asia), "Southeast Asia trades more").section == "asia"
    assert judge(book(asia), "Tokyo floods").section == "world"


def test_a_name_of_several_countries_is_no_topic_of_a_third_of_them() -> None:
    topics = (rule("syria", places=("SY",)), rule("north-korea", places=("KP",)))
    both = book(rule("middle-east", places=("middle-east",)), topics=topics)
    assert judge(both, "Kurds mourn in Paris").topics == ()
    assert judge(both, "Kurds mourn in Paris").section == "middle-east", "where all three are"
    assert judge(both, "Kurds of Syria mourn in Paris").topics == ("syria",)
    assert judge(both, "Korean Peninsula is calm").topics == ("north-korea",), "half of it"


def test_a_weight_of_five_outranks_any_single_place() -> None:
    heavy, both = rule("defense", ("hypersonic", 5.0)), rule("asia", places=(("CN", 2.0), ("JP", 1.2)))
    for title in (
        "China protests loudly",
        "China said on Monday",
        "China live: ministers meet",
        "Japan live: ministers meet",
    ):
        assert judge(book(both, heavy), title, "The hypersonic thing").section == "defense"


def test_a_tie_goes_to_the_section_that_stands_first() -> None:
    one, two = rule("one", "summit"), rule("two", "summit")
    assert judge(book(one, two), "Summit opens").section == "one"
    assert judge(book(two, one), "Summit opens").section == "two"
    assert judge(book(two, one), "Summit opens").sections == ("two", "one")


def test_a_tie_is_one_also_where_the_parts_add_up_to_a_hair_more() -> None:
    assert 1.1 + 2.2 > 3.3
    one, two = rule("one", ("summit", 3.3)), rule("two", ("summit", 1.1), ("opens", 2.2))
    assert judge(book(one, two), "Summit opens").sections == ("one", "two")
    assert judge(book(two, one), "Summit opens").sections == ("two", "one")


def test_a_word_is_enough_also_where_its_parts_add_up_to_a_hair_less() -> None:
    assert 0.6 + 0.3 + 0.1 < 1
    lines: tuple[Line, ...] = ([*"abcdef"], ("alpha", 0.6), ("beta", 0.3), ("gamma", 0.1))
    rules = book(rule("one", *lines), topics=(rule("two", *lines, kind="topic"),))
    for said in ("alpha beta gamma", "gamma beta alpha", "a b c d e f"):
        found = judge(rules, "Summit opens", said)
        assert (found.section, found.topics) == ("one", ("two",)), said


def test_of_alternatives_one_is_enough_and_the_line_counts_once() -> None:
    war = rule("war", ["moscow | kremlin", "drone* | missile*"])
    for title in ("Moscow fires drones", "Missile seen from the Kremlin"):
        assert judge(book(war), title).section == "war", title
    for title in ("Moscow, says the Kremlin", "Drones and missiles", "Moscow"):
        assert judge(book(war), title).section == "world", title
    every = "Moscow and the Kremlin fire drones and missiles"
    assert judge(book(war), every).scores == judge(book(war), "Moscow fires drones").scores
    (told,) = receipts(book(war), every)
    assert told.rule == "words: all: moscow | kremlin, drone* | missile*"
    assert [one.text for one in told.matched] == ["Moscow", "drones"], "the first of each"
    assert judge(book(war), "Moscow", "It fires drones").scores == judge(book(war), "Moscow", "drones").scores


def test_alternatives_do_not_count_inside_what_does_not_count() -> None:
    war = rule("war", ["moscow", "drone* | missile*"], nots=("drone show",))
    assert judge(book(war), "Moscow has a drone show").section == "world"
    assert judge(book(war), "Moscow has a drone show, and missiles").section == "war"


def test_a_receipt_tells_lines_that_differ_in_unless_alone_apart() -> None:
    war = rule("war", (["moscow", "truce"], ("gaza",)), (["moscow", "truce"], ("syria", "iran")))
    for title, unless in (("Moscow: truce in Gaza", "syria, iran"), ("Moscow: truce in Syria", "gaza")):
        (told,) = receipts(book(war), title)
        assert told.rule == f"words: all: moscow, truce, unless: {unless}"


def test_a_line_does_not_count_beside_what_it_names_under_unless() -> None:
    war = rule("war", (["trump", "truce | ceasefire"], ("gaza", "syria*")), ["kyiv", "truce"])
    assert judge(book(war), "Trump wants a truce").section == "war"
    assert judge(book(war), "Trump wants a Gaza truce").section == "world"
    assert judge(book(war), "Trump wants a ceasefire", "Syrians hope").section == "world"
    assert judge(book(war), "Trump wants a truce, as in Gaza, for Kyiv").section == "war", "another line"


def test_words_that_stand_together_under_not_do_not_count_and_others_do() -> None:
    trade = rule(
        "trade",
        ("walmart", 2.0),
        ("shares", 1.0),
        ("heathrow airport", 1.0),
        nots=(["walmart | heathrow", "gunman | fire"],),
    )
    assert judge(book(trade), "Gunman at Walmart").section == "world"
    assert judge(book(trade), "Walmart evacuated", "A fire broke out").section == "world", "wherever they stand"
    assert judge(book(trade), "Walmart grows").section == "trade"
    (told,) = receipts(book(trade), "Walmart shares fall after fire")
    assert [one.text for one in told.matched] == ["shares"]
    assert judge(book(trade), "Fire at Heathrow Airport").section == "trade", (
        "another word, though one of them is in it"
    )
    army = rule("army", "military", "military academy", nots=(["military academy", "attack"],))
    assert judge(book(army), "Attack at military academy").section == "world", "nor does what stands inside such a word"
    assert judge(book(army), "Attack at military academy", "The military mourns").section == "army"
    assert judge(book(army), "Attack at military academy, military mourns").section == "army", "in the same field too"


def test_a_word_that_begins_as_one_under_not_does_not_count_beside_others() -> None:
    trade = rule("trade", "airlines", "airline", nots=(["airline*", "fire"],))
    assert judge(book(trade), "Airlines merge").section == "trade"
    assert judge(book(trade), "Airlines on fire").section == "world"


def test_a_place_that_is_named_beside_another_word_does_not_count() -> None:
    asia = rule("asia", places=("CN",), nots=(["china", "porcelain | teapot"], ["fine china", "auction"]))
    assert judge(book(asia), "China sends envoy").section == "asia"
    assert judge(book(asia), "China teapot auction").section == "world"
    assert judge(book(asia), "Teapot of Beijing").section == "asia"
    assert judge(book(asia), "Fine China auction").section == "world"
    assert judge(book(asia), "Fine China auction in China").section == "asia", "this one stands elsewhere"


def test_what_stands_under_not_leaves_other_sections_and_lines_alone() -> None:
    trade = rule("trade", ("walmart", 2.0), ["walmart", "shares"], nots=(["walmart", "fire"],))
    crime = rule("crime", ("walmart", 1.0))
    assert judge(book(trade, crime), "Walmart fire").sections == ("crime",)
    assert judge(book(trade), "Walmart shares burn in fire").section == "trade", (
        "a line with all says more than its words"
    )


def test_never_takes_alternatives() -> None:
    defense = rule("defense", "missile", nevers=(["toy | game", "shop"],))
    assert judge(book(defense), "Missile game in shop").section == "world"
    assert judge(book(defense), "Missile game").section == "defense"


def test_all_needs_every_part_and_weighs_as_a_whole() -> None:
    drones = rule("drones", ["drone", "taiwan"])
    assert judge(book(drones), "Drone seen near Taiwan").section == "drones"
    assert judge(book(drones), "Drone seen", "It came from Taiwan").section == "drones"
    assert judge(book(drones), "Drone seen near Japan").section == "world"
    single = rule("single", ("summit", 1.0))
    assert judge(book(single), "Summit").scores == (("single", judge(book(drones), "Drone Taiwan").scores[0][1]),)


def test_a_word_inside_a_phrase_of_its_section_counts_once_as_the_heavier() -> None:
    both = book(rule("tech", ("tech", 1.2), ("firms", 2.0), ("tech firms", 1.2)), rule("schools", ("pupils", 2.5)))
    assert judge(both, "Pupils and firms").section == "schools"
    assert judge(both, "Pupils and tech firms").section == "tech", "two words, neither inside the other"
    (receipt,) = receipts(both, "Tech firms")
    assert [match.text for match in receipt.matched] == ["firms", "Tech"]
    weapons = book(rule("defense", "missile*", "missile defense", "hypersonic missile", ("strikes", 0.5)))
    (receipt,) = receipts(weapons, "Missile defense strikes")
    assert [match.text for match in receipt.matched] == ["Missile defense", "strikes"], "of equals the longer"
    endings = book(rule("tech", "firms", ("tech firm*", 2.0), "munitions", ("loitering munition*", 2.0)))
    (receipt,) = receipts(endings, "Tech firms buy loitering munitions")
    assert [match.text for match in receipt.matched] == ["Tech firms", "loitering munitions"]


def test_two_lines_that_mean_one_word_count_once_as_the_heavier() -> None:
    """`U.S.` and `US` are one word, as are `Missile` and `missile`."""
    twice = book(rule("arms", ("missile", 1.0), ("Missile", 2.0), "U.S.", "US"))
    (arms,) = receipts(twice, "US buys missile", "Another missile")
    assert [(match.text, match.weight) for match in arms.matched] == [("missile", 6.0), ("US", 3.0), ("missile", 2.0)]


def test_a_term_of_several_parts_counts_beside_its_parts_and_a_place_beside_words() -> None:
    one = book(rule("america", "troops", ["US", "troops"]))
    (receipt,) = receipts(one, "US troops")
    assert [match.text for match in receipt.matched] == ["troops", "US", "troops"]
    repeated = book(rule("war", "attack", "drone attack", "on Kyiv", ["Kyiv", "attack"], places=("ukraine",)))
    (receipt,) = receipts(repeated, "Drone attack on Kyiv")
    assert sorted(match.text for match in receipt.matched) == ["Drone attack", "Kyiv", "Kyiv", "attack", "on Kyiv"]


def test_not_takes_its_span_out_of_this_section_alone() -> None:
    china = rule("china", "china", nots=("fine china",))
    other = rule("other", "china")
    found = judge(book(china, other), "Fine China Auction")
    assert found.sections == ("other",)
    assert judge(book(china), "Fine china from China").section == "china"


def test_not_blanks_a_place_too() -> None:
    china = rule("china", places=("CN",), nots=("made in China",))
    assert judge(book(china), "Toys made in China break").section == "world"


@pytest.mark.parametrize("title", ["Japan week auction in Texas", "Tokyo sushi auction in Texas"])
def test_a_place_that_not_excludes_is_not_the_actor(title: str) -> None:
    """Words of other sections yielded to it, though no section counted it."""
    asia = rule("asia", places=("JP",), nots=("japan week", ["tokyo", "sushi"]))
    both = book(asia, rule("america", "auction", places=("US",)))
    found, plain = (receipts(both, said)[0] for said in (title, "Annual spring auction in Texas"))
    assert [(one.text, one.weight) for one in found.matched] == [(one.text, one.weight) for one in plain.matched]
    assert found.section == "america"


@pytest.mark.parametrize(
    "heading", ["Japan quake live", "Japan quake live updates", "Japan–China talks latest", "Tokyo Briefing"]
)
def test_live_news_is_about_its_heading_whatever_it_reports(heading: str) -> None:
    both = book(rule("asia", places=("JP", "CN")), rule("america", places=("US",)))
    told = "US pledges help as Trump meets Rubio"
    assert judge(both, f"{heading}: {told}").section == "asia"
    assert judge(both, f"Japan quake: {told}").section == "america"
    assert judge(both, f"Tokyo talks go live as {told}").section == "america", "no heading"


def test_a_place_acts_for_the_sections_that_do_not_exclude_it() -> None:
    asia = rule("asia", places=("JP",), nots=("japan week",))
    europe = rule("europe", "vote*", places=("JP", "DE"))
    said = receipts(book(asia, europe), "Japan week vote")
    assert [(one.section, one.matched[0].weight) for one in said] == [("europe", 4.8)]


def test_never_rules_the_section_out() -> None:
    food = rule("asia", places=("CN",), nevers=("recipe", ["cook", "dinner"]))
    assert judge(book(food), "China recipe of the day").section == "world"
    assert judge(book(food), "Cook a China dinner").section == "world"
    assert judge(book(food), "Cook visits China").section == "asia"
    assert judge(book(food), "China recipe of the day", usually="asia").section == "world"


def test_usually_is_a_prior_and_section_fixes() -> None:
    both = book(AMERICA, ASIA)
    assert judge(both, "Octopuses dream", usually="asia").section == "asia"
    assert judge(both, "US votes", usually="asia").section == "america"
    fixed = judge(both, "US votes", section="asia")
    assert fixed.sections == ("asia", "america")
    assert judge(both, "Octopuses dream", usually="unknown").section == "world"


def test_topics_hold_beside_any_section() -> None:
    nato = rule("nato", "NATO", kind="topic")
    found = judge(book(AMERICA, topics=(nato,)), "US warns", "The allies of NATO agree")
    assert (found.section, found.topics) == ("america", ("nato",))
    assert judge(book(topics=(nato,)), "Nato is a town").topics == ()
    games = rule("games", "league", kind="topic", nevers=("arab league",))
    assert judge(book(topics=(games,)), "League opens").topics == ("games",)
    assert judge(book(topics=(games,)), "League opens as the Arab League meets").topics == ()


def test_after_the_opening_of_a_summary_one_word_is_not_enough_for_a_topic() -> None:
    """There it is a mention: one that recalls, compares or lists."""
    storms = rule("storms", "hurricane", "flood*", ["rain", "roofs"], ("storm", 2.0), kind="topic")
    rules = book(rule("weather", "hurricane"), topics=(storms,))

    def held(title: str, opening: str, end: str) -> tuple[str, ...]:
        calm = "calm " * (weights.OPENING // 5)
        return judge(rules, title, f"{opening} {calm} {end}").topics

    assert held("A quiet day", "A hurricane nears", "") == ("storms",)
    assert held("A quiet day", "", "It recalls a hurricane") == ()
    assert held("A quiet day", "Rain on", "all the roofs") == ()
    assert held("A quiet day", "", "A hurricane brought floods") == ("storms",)
    assert held("A quiet day", "", "It recalls a storm") == ("storms",), "a word that weighs more says it by itself"
    assert held("Hurricane nears", "", "") == ("storms",)
    assert judge(rules, "A quiet day", "calm " * weights.OPENING + "hurricane").section == "weather"


def test_a_place_that_a_summary_names_after_another_is_not_enough_for_a_topic() -> None:
    """It is where somebody comes from, or one of a list. What is named first says what the headline omits."""
    haiti = rule("haiti", "gangs", places=("HT",), kind="topic")
    rules = book(rule("caribbean", places=("HT",)), topics=(haiti,))

    assert judge(rules, "Bus crash in Mexico kills 18", "Three of them were from Haiti").topics == ()
    assert judge(rules, "Leaders to meet", "Mexico receives Haiti").topics == ()
    assert judge(rules, "Bus crash kills 18", "It fell into a ravine in Haiti").topics == ("haiti",)
    assert judge(rules, "Mexico sends police to Haiti").topics == ("haiti",)
    assert judge(rules, "Mexico sends police", "In Haiti gangs rule the capital").topics == ("haiti",)
    assert "caribbean" in dict(judge(rules, "Bus crash in Mexico", "They were from Haiti").scores)


def test_a_score_grows_with_the_evidence_beside_that_of_the_best_section() -> None:
    one, two = rule("one", ("summit", 2.0)), rule("two", "summit")
    assert judge(book(one, two), "Summit opens").scores == (("one", round(6 / 7, 4)), ("two", round(3 / 7, 4)))
    assert judge(book(one, two), "Opens", "At the summit").scores == (
        ("one", round(2 / 3, 4)),
        ("two", round(1 / 3, 4)),
    )


def test_places_come_headline_first() -> None:
    assert judge(book(), "Kyiv warns Moscow", "London agrees").places == ("UA", "RU", "GB")


def test_receipts_say_why() -> None:
    both = book(AMERICA, ASIA)
    first, second = receipts(both, "China’s tariff hits US", "Beijing says no")
    assert (first.section, first.rule, str(first.at)) == ("asia", "places: CN", "feeds.yaml:10")
    assert [(match.text, match.field) for match in first.matched] == [
        ("China", "title"),
        ("tariff", "title"),
        ("Beijing", "summary"),
    ]
    assert first.runner_up is not None and first.runner_up.section == "america"
    assert second.section == "america" and second.matched[0].text == "US"


def test_receipts_follow_judge() -> None:
    nato = rule("nato", "NATO", kind="topic")
    everything = book(AMERICA, ASIA, topics=(nato,))
    for title, usually, section in [
        ("China and US at NATO", None, None),
        ("Octopuses dream", "asia", None),
        ("US votes", None, "asia"),
        ("Nothing", None, None),
    ]:
        found = judge(everything, title, usually=usually, section=section)
        why = receipts(everything, title, usually=usually, section=section)
        assert tuple((one.section, one.score) for one in why[: len(found.scores)]) == found.scores
        assert tuple(one.section for one in why[len(found.scores) :]) == found.topics
    assert receipts(everything, "Nothing")[0].rule == "fallback"
    assert receipts(everything, "US votes", section="asia")[0].rule == "section: asia"
    assert receipts(everything, "Octopuses", usually="asia")[0].rule == "usually: asia"


def test_examples_that_miss_say_what_came_instead() -> None:
    europe = rule("europe", places=("FR",), examples=("France votes", "China votes"))
    asia = rule("asia", places=("CN",), counterexamples=("China wins", "France wins"))
    nato = rule("nato", "NATO", kind="topic", examples=("NATO meets", "Rain falls"), counterexamples=("NATO dines",))
    problems = check_examples(book(europe, asia, topics=(nato,)))
    assert [str(problem) for problem in problems] == [
        'feeds.yaml:401:9: "China votes": expected section europe, got asia '
        "(places: CN at feeds.yaml:10 matched “China”)",
        'feeds.yaml:500:9: "China wins": expected not in asia, but it is (places: CN at feeds.yaml:10 matched “China”)',
        'feeds.yaml:401:9: "Rain falls": expected topic nato, got no topic',
        'feeds.yaml:500:9: "NATO dines": expected not in nato, but it is '
        "(words: NATO at feeds.yaml:100 matched “NATO”)",
    ]


def test_an_example_that_a_line_keeps_out_names_that_line() -> None:
    """That no rule matched was all that was said of it, beside the rule that did."""
    asia = rule("asia", places=("CN",), nevers=("recipe",), examples=("China recipe wins",))
    nato = rule("nato", "NATO", kind="topic", nevers=("recipe",), examples=("NATO recipe",))
    told = [problem.message for problem in check_examples(book(asia, topics=(nato,)))]
    assert told[0].startswith(
        '"China recipe wins": expected section asia, got world (no rule matched); never: recipe at '
    )
    assert told[0].endswith(" keeps it out of asia")
    assert "expected topic nato, got no topic; never: recipe at " in told[1]
    firms = rule("asia", places=("JP",), nots=("japan tobacco",), examples=("Japan Tobacco gains",))
    assert "got world (no rule matched); not: japan tobacco at " in check_examples(book(firms))[0].message


def test_of_very_many_failing_examples_the_first_are_told_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To say why takes longer than to judge: for 8,192 it took 19 s."""
    found: list[str] = []

    def counting(book: Rulebook, rule: Rules, text: str) -> Cause | None:
        found.append(text)
        return blocking(book, rule, text)

    monkeypatch.setattr(examples, "blocking", counting)
    asia = rule("asia", places=("CN",), examples=tuple(f"Rain falls {n}" for n in range(500)))
    told = check_examples(book(asia))
    assert len(found) <= 201
    assert len(told) == 201
    assert told[199].message == '"Rain falls 199": expected section asia, got world (no rule matched)'
    assert told[200].message == "errors from here on that are not listed: 300"


@pytest.mark.parametrize(
    ("words", "nots", "nevers", "named"),
    [
        (("frigate",), ("frigate bird",), (), "not: frigate bird"),
        (("frigate",), ("nests", "frigate bird"), (), "not: frigate bird"),
        (("frigate",), (["bird", "nests"], "frigate bird"), (), "not: frigate bird"),
        (((["frigate", "nests"], ("bird",)),), ("the",), (), "unless: bird"),
        (((["frigate", "nests"], ("bird",)),), (), (), "unless: bird"),
        (("frigate", "navy"), (), ("nests",), "never: nests"),
        (("navy",), ("frigate bird",), ("nests",), None),
        (("bird",), (), (), None),
    ],
)
def test_what_keeps_an_example_out_is_the_line_without_which_it_has_words_of_the_section(
    words: tuple[Line, ...], nots: tuple[Line, ...], nevers: tuple[Line, ...], named: str | None
) -> None:
    example = "The frigate bird nests"
    stronger = rule("america", ("bird", 9.0))
    made = book(stronger, rule("defense", *words, nots=nots, nevers=nevers, examples=(example,)))
    (problem,) = check_examples(made)
    reason = problem.message.partition("); ")[2].partition(" at ")[0]
    assert reason == (named or "")


def scored(**scores: float) -> Judgement:
    ranked = tuple(sorted(scores.items(), key=lambda entry: -entry[1]))
    return Judgement(ranked[0][0], ranked, ())


def test_a_story_is_the_mean_over_publishers() -> None:
    found = story_sections(
        [("BBC", scored(asia=0.9)), ("BBC", scored(asia=0.7)), ("CNN", scored(america=0.9, asia=0.2))],
        ["america", "asia"],
        "world",
    )
    assert found == (("asia", 0.5), ("america", 0.45))


def test_a_publisher_with_many_items_has_one_voice() -> None:
    many = [("BBC", scored(asia=0.8))] * 5
    assert story_sections([*many, ("CNN", scored(europe=0.9))], ["asia", "europe"], "world")[0][0] == "europe"


def test_a_story_keeps_its_primary_and_drops_what_few_say() -> None:
    few = [("A", scored(asia=0.3)), ("B", scored(europe=0.1)), ("C", scored(europe=0.1))]
    assert story_sections(few, ["asia", "europe"], "world") == (("asia", 0.1),)
    odd = [("A", scored(asia=0.9, defense=0.3)), ("B", scored(asia=0.9)), ("C", scored(asia=0.9))]
    assert [section for section, _ in story_sections(odd, ["asia", "defense"], "world")] == ["asia"]


@pytest.mark.parametrize("judgements", [[], [("A", scored(world=0.0))]])
def test_a_story_of_nothing_is_the_fallback(judgements: list[tuple[str, Judgement]]) -> None:
    assert story_sections(judgements, ["asia", "world"], "world") == (("world", 0.0),)


def test_reports_that_no_section_holds_speak_for_the_fallback() -> None:
    order, silent = ["economy", "asia", "world"], scored(world=0.0)
    passing = [("A", scored(economy=0.5)), ("B", silent), ("C", silent)]
    assert story_sections(passing, order, "world") == (("world", 0.22),), "a word in passing of one of three"
    named = [("A", scored(asia=0.8)), ("B", silent), ("C", silent)]
    assert story_sections(named, order, "world") == (("asia", 0.2667),), "and a place in the headline of one"
    several = [("A", scored(asia=0.9)), *((name, silent) for name in "BCD")]
    assert story_sections(several, order, "world") == (("world", 0.2475), ("asia", 0.225)), "it stays in what it is in"
    own = [("A", scored(world=0.3)), ("B", silent)]
    assert story_sections(own, order, "world") == (("world", 0.165),), "once, though its own words speak for it too"


def test_a_report_that_no_section_holds_counts_once_for_its_publisher() -> None:
    both = [("A", scored(world=0.0)), ("A", scored(asia=0.9)), ("B", scored(asia=0.9))]
    assert story_sections(both, ["asia", "world"], "world") == (("asia", 0.675),)


def test_a_story_on_a_tie_goes_to_the_section_that_stands_first() -> None:
    even = [("A", scored(asia=0.8)), ("B", scored(europe=0.8))]
    assert story_sections(even, ["europe", "asia"], "world")[0][0] == "europe"
    assert story_sections(even, ["asia", "europe"], "world")[0][0] == "asia"


def test_words_of_a_section_with_places_yield_to_who_acts() -> None:
    war = rule("war", ("invasion", 1.5), ("front line", 1.5), places=("UA",))
    both = book(war, AMERICA)
    title = "US Vows to Answer an Invasion on the Front Line in Ukraine"
    assert judge(both, title).section == "america"
    assert judge(both, title.replace("US", "Kyiv")).section == "war"
    assert judge(both, "Invasion Stalls on the Front Line", "The US says so.").section == "war"
    yielding = {match.text: match.weight for match in receipts(both, title)[1].matched}
    assert yielding["Invasion"] == pytest.approx(weights.YIELDING * weights.HEADLINE * 1.5)


def test_words_that_outrank_places_yield_to_none() -> None:
    war = rule("war", ("invasion", 5.0), places=("UA",))
    assert judge(book(AMERICA, war), "US Vows to Answer Invasion").section == "war"


def test_words_of_a_section_without_places_yield_to_none() -> None:
    economy = rule("economy", ("inflation", 2.0))
    assert judge(book(AMERICA, economy), "US Inflation Slows").section == "economy"


def test_further_places_of_one_section_add_ever_less() -> None:
    europe = rule("europe", places=("DE", "FR", "IT"))
    found = receipts(book(europe), "Germany, France and Italy urge calm")[0]
    first, second, third = (match.weight for match in found.matched)
    assert first == pytest.approx(weights.HEADLINE * weights.SUBJECT, abs=0.001)
    assert second == pytest.approx(weights.HEADLINE * weights.FURTHER, abs=0.001)
    assert third == pytest.approx(weights.HEADLINE * weights.FURTHER**2, abs=0.001)


def test_the_lead_tells_what_the_headline_leaves_out() -> None:
    europe = rule("europe", places=("PL",))
    lead = "The town near Warsaw was flooded, Poland said, before rivers rose in the US."
    by_lead = {
        match.text: match.weight for match in receipts(book(europe, AMERICA), "Whole Town Flooded", lead)[0].matched
    }
    assert by_lead["Warsaw"] == weights.LEAD
    named = {match.text: match.weight for match in receipts(book(europe, AMERICA), "US Mourns", lead)[1].matched}
    assert named["Warsaw"] == 1.0


def test_initials_are_no_town() -> None:
    africa = rule("africa", places=("africa",))
    assert judge(book(africa), "GAO Finds Delays").section == "world"
    assert judge(book(africa), "Gao Falls to Rebels").section == "africa"
    assert judge(book(AMERICA), "NYC Floods").section == "america"


def test_a_receipt_shows_the_whole_word_that_an_open_end_found() -> None:
    weather = rule("weather", ("flood*", 1.0), ["river*", "burst*"], ("洪水*", 1.0))
    found = receipts(book(weather), "Flooding as Rivers Are Bursting", "Floods; 洪水警報が出た")[0]
    assert {match.text for match in found.matched} == {"Flooding", "Rivers", "Bursting", "Floods", "洪水"}


def test_a_word_with_any_beginning_finds_compounds() -> None:
    """German, Dutch and the Nordic languages write them as one word: an editor had to list each kind of fire."""
    police = rule("police", "*brand", "*überfall*", nots=("sonnenbrand",))
    said = receipts(book(police), "Wohnungsbrand nach Raubüberfällen", "Ein Brand.")[0]
    assert {match.text for match in said.matched} == {"Wohnungsbrand", "Raubüberfällen", "Brand"}
    assert judge(book(police), "Sonnenbrand im Mai").section == "world"
    assert judge(book(police), "Brandt besucht Brandenburg").section == "world"
    heavier = rule("police", ("*brand", 2.0), "großbrand")
    assert [match.text for match in receipts(book(heavier), "Großbrand in Porz")[0].matched] == ["Großbrand"], "once"


@pytest.mark.parametrize(
    "words", [("groß*", "*brand"), ("groß*", "*brand", "großbrand"), ("*brand", "*wald*", "groß*")]
)
def test_a_word_of_which_two_lines_find_an_end_each_counts_once(words: tuple[str, ...]) -> None:
    fires = rule("police", *words)
    for title in ("Großbrand in Porz", "Großwaldbrand in Porz"):
        assert len(receipts(book(fires), title)[0].matched) == 1
    assert len(receipts(book(fires), "Brand in Großporz")[0].matched) == 2, "two words"


@pytest.mark.parametrize(("words", "nots"), [("*brand", "sonnen*"), ("sonnen*", "*brand"), ("*brand", "*nnen*")])
def test_an_open_word_under_not_is_all_of_the_word(words: str, nots: str) -> None:
    burns = book(rule("police", words, nots=(nots,)))
    assert judge(burns, "Sonnenbrand im Mai").section == "world"
    assert judge(burns, "Sonnenbrand: Brand, Sonnenschein").section == "police", "beside others"


def test_words_in_the_name_of_anothers_institution_are_not_counted_where_places_are_listed() -> None:
    politics = rule("politics", "senate", places=(("US", 0.05),), kind="topic")
    votes = rule("votes", "senate", kind="topic")
    both = book(AMERICA, ASIA, topics=(politics, votes))
    assert judge(both, "Senate passes budget").topics == ("politics", "votes")
    assert judge(both, "Philippine Senate passes budget").topics == ("votes",)
    assert judge(both, "Philippine Senate passes budget").section == "asia"
    assert judge(both, "Philippine Senate passes budget").sections == ("asia",)
    assert judge(both, "Philippine Senate thanks US Senate").topics == ("politics", "votes")
    assert judge(both, "US thanks Manila").topics == ()
    assert judge(both, "Senate questions Duterte").topics == ("votes",), "nothing binds it, but only Manila has one"
    assert judge(both, "Senate questions Duterte").sections == ("asia",)
    assert judge(both, "Senate questions Duterte about US").topics == ("politics", "votes")


def test_a_term_of_several_parts_needs_those_that_are_not_taken_out() -> None:
    court = rule("court", ["supreme court", "abortion"], places=(("US", 0.05),), kind="topic")
    rulings = book(AMERICA, ASIA, topics=(court,))
    assert judge(rulings, "Supreme Court hears abortion case").topics == ("court",)
    assert judge(rulings, "Philippine Supreme Court hears abortion case").topics == ()


def test_a_sea_that_several_countries_share_names_none_of_them() -> None:
    assert judge(book(ASIA), "Ship sinks in South China Sea").places == ()
    assert judge(book(ASIA), "Ship sinks in South China Sea").section == "asia"
    assert judge(book(ASIA), "Vietnamese ship sinks in South China Sea").places == ("VN",)


def test_words_of_one_letter_stand_inside_phrases_too() -> None:
    """美 is America in a Chinese headline, but not in 美食, good food."""
    rules = book(rule("america", "美", "美国", nots=("美食",)))
    assert judge(rules, "美食节开幕").section == "world"
    assert judge(rules, "美方回应").section == "america"
    assert [match.text for match in receipts(rules, "美国总统访问")[0].matched] == ["美国"]


def test_a_term_of_several_parts_counts_where_a_part_stands_outside_what_is_not_meant_too() -> None:
    rules = book(rule("asia", ["china", "tariff"], nots=("fine china",)))
    assert judge(rules, "Makers of fine china feel the tariff").section == "world"
    assert judge(rules, "Makers of fine china feel the tariff", "China imposed it in May.").section == "asia"


def test_what_one_section_does_not_mean_another_may() -> None:
    rules = book(rule("defense", "strike", nots=("labor strike",)), rule("economy", "strike", nots=("air strike",)))
    for title in ("Air strike hits as labor strike ends", "Labor strike ends as air strike hits"):
        assert set(judge(rules, title).sections) == {"defense", "economy"}, title
