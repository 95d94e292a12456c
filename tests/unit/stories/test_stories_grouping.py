from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations, count, pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from aggregator.model.story import KnownItem, Merge
from aggregator.stories.batch_context import LATEST, read
from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import Comparison
from aggregator.stories.decision import Grouping, Join
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.grouping import group
from aggregator.stories.groups import Groups
from aggregator.stories.linkage import SHOWN, Linkage
from aggregator.stories.marks import Marks
from aggregator.stories.memory import Memory
from aggregator.stories.tuning import TUNING

HOUR, DAY = 3_600, 86_400
NOON = 1_700_000_000
numbers = count(1)


def item(
    title: str,
    summary: str = "",
    publisher: str = "",
    at: int = NOON,
    canonical: str | None = None,
    lang: str | None = "en",
) -> Candidate:
    return Candidate(next(numbers), title, summary, publisher, canonical, at, lang)


def alike(one: Sequence[int], other: Sequence[int]) -> list[float]:
    return [0.9] * (len(one) * len(other))


def told(*batches: Sequence[Candidate]) -> tuple[Memory, list[Join]]:
    memory = Memory()
    joins: list[Join] = []
    for batch in batches:
        decided = group(batch, memory)
        memory.apply(batch, decided)
        joins += decided.joins
    return memory, joins


DAM = item(
    "Kakhovka dam gives way, flooding villages along the Dnipro",
    "Thousands were told to leave after the Kakhovka dam was breached on Tuesday near Kherson.",
    "Bugle",
)
DAM_TOO = item(
    "Flooding in Kherson after Kakhovka dam is breached",
    "Villages along the Dnipro river were flooded on Tuesday when the Kakhovka dam gave way.",
    "Herald",
    NOON + HOUR,
)
GRAIN = item(
    "Brazil expects record soybean harvest",
    "Farmers in Mato Grosso will bring in more soybeans than ever, the ministry of agriculture said.",
    "Herald",
    NOON + HOUR,
)


def test_two_outlets_on_one_event_are_one_story() -> None:
    memory, joins = told([DAM, DAM_TOO, GRAIN])
    assert memory.story(DAM.item) == memory.story(DAM_TOO.item) == DAM.item
    assert memory.story(GRAIN.item) == GRAIN.item
    join = next(join for join in joins if join.item == DAM_TOO.item)
    assert join.reason == "alike"
    assert join.shared[:2] == ("kakhovka", "dam"), "what tells most comes first"
    assert 1 > join.score > join.runner_up_score


def test_a_headline_that_says_little_joins_by_the_words_of_its_address() -> None:
    address = "https://e.org/world/kakhovka-dam-breached-villages-flooding-kherson"
    bare = [
        item("‘We lost all’: villages after the flooding", "", "Gazette", NOON + HOUR, at) for at in (None, address)
    ]
    for one, home in zip(bare, (bare[0].item, DAM.item), strict=True):
        memory, _ = told([DAM, DAM_TOO, GRAIN, one])
        assert memory.story(one.item) == home


@pytest.mark.parametrize(("known", "new"), [(DAM, DAM_TOO), (DAM_TOO, DAM)], ids=["later", "late"])
@pytest.mark.parametrize("days", [-9, 9])
def test_a_later_batch_joins_the_known_story(known: Candidate, new: Candidate, days: int) -> None:
    """Also if it arrives late, and whatever else arrives with it."""
    other = replace(GRAIN, item=next(numbers), at=NOON + days * DAY)
    memory, joins = told([known, GRAIN], [new, other])
    assert memory.story(new.item) == known.item
    assert next(join.story for join in joins if join.item == new.item) == known.item


def test_beyond_the_window_nothing_joins() -> None:
    late = Candidate(next(numbers), DAM_TOO.title, DAM_TOO.summary, "Herald", None, NOON + 30 * DAY, "en")
    for batches in ([[DAM], [late]], [[DAM, late]]):
        memory, _ = told(*batches)
        assert memory.story(late.item) == late.item


def test_other_languages_are_other_stories() -> None:
    foreign = Candidate(next(numbers), DAM_TOO.title, DAM_TOO.summary, "Herald", None, DAM_TOO.at, "sw")
    memory, _ = told([DAM, foreign])
    assert memory.story(foreign.item) == foreign.item


def test_one_address_is_one_story_whatever_the_text() -> None:
    first = item("A first headline about rivers", canonical="https://a.example/1")
    second = item("Quite another headline on mountains", canonical="https://a.example/1", at=NOON + 60 * DAY)
    for batches in ([[first, second]], [[first], [second]]):
        memory, joins = told(*batches)
        assert memory.story(second.item) == first.item
        assert joins[-1].reason == "same address"


class Forgetful(Memory):
    """What a store knows of old items: their addresses alone."""

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        return {}

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {}


def test_an_address_leads_to_its_story_for_good() -> None:
    old, new = (item("Rivers rise in the valley", canonical="https://a.example/1", at=at) for at in (NOON, NOON + DAY))
    memory = Forgetful()
    memory.apply([old], group([old], memory))
    (join,) = group([new], memory).joins
    assert (join.story, join.reason) == (old.item, "same address")


@pytest.mark.parametrize(
    ("publisher", "apart", "one"),
    [("Herald", DAY, True), ("Herald", 3 * DAY, False), ("Bugle", HOUR, True), ("Bugle", DAY, False)],
)
def test_equal_headlines_join_within_two_days_but_a_daily_column_does_not(
    publisher: str, apart: int, one: bool
) -> None:
    first = item("What the papers say about the harvest festival", "Aubergines and pumpkins.", "Bugle")
    second = item("What the papers say about the harvest festival", "Weather ruins parade.", publisher, NOON + apart)
    for batches in ([[first, second]], [[first], [second]], [[second], [first]]):
        _, joins = told(*batches)
        assert (joins[-1].reason == "same headline") is one


def test_a_headline_is_compared_with_all_that_have_it_in_one_batch_as_in_several() -> None:
    """The last one before it is of its own outlet, and too long ago; the one before that is not."""
    told_at = [("Herald", 0), ("Bugle", 1), ("Bugle", 20)]
    days = [
        item("What the papers say about the harvest festival", publisher=publisher, at=NOON + hours * HOUR)
        for publisher, hours in told_at
    ]
    for batches in ([days], [[day] for day in days]):
        memory, joins = told(*batches)
        assert len(memory.stories()) == 1
        assert {join.reason for join in joins[1:]} == {"same headline"}


def test_a_column_of_one_outlet_is_no_story_however_alike_its_days() -> None:
    def column(
        at: int, publisher: str = "Bugle", summary: str = "The latest on banks, markets and insurers."
    ) -> Candidate:
        return item("Financial Services Roundup: Market Talk", summary, publisher, at)

    days = [column(NOON), column(NOON + DAY), column(NOON + 2 * DAY, summary="Banks and insurers lead the market.")]
    for batches in ([days], [[day] for day in days]):
        memory, _ = told(*batches)
        assert len(memory.stories()) == 3
    same_day = [column(NOON), column(NOON + HOUR)]
    assert len(told(same_day)[0].stories()) == 1


@pytest.mark.parametrize(
    ("lead", "stories"),
    [
        ("Four fishermen drowned as a storm sank their boat near Bandar Abbas, rescuers say.", 2),
        ("Ships of all flags may pass since the treaty was signed by the minister in Muscat.", 1),
        ("Four fishermen drowned.", 1),
    ],
)
def test_a_line_that_heads_all_posts_of_an_account_is_not_the_news(lead: str, stories: int) -> None:
    """They were one story, hours apart; so were two pieces of a column of one day."""
    line = "Breaking News From the Strait of Hormuz"
    first = item(line, "The minister signed a treaty in Muscat that opens the waterway to ships of all flags.", "Bugle")
    second = item(line, lead, "Bugle", NOON + 6 * HOUR)
    for batches in ([[first, second]], [[first], [second]], [[second], [first]]):
        memory, joins = told(*batches)
        assert len(memory.stories()) == stories
        assert (joins[-1].score == 0) is (stories == 2), "nor are they nearly one"


def test_two_shared_words_are_not_enough() -> None:
    memory, _ = told([item("Vegan courgette fritters recipe"), item("Banana fritters recipe")])
    assert len(memory.stories()) == 2


def test_two_shared_words_are_enough_if_they_are_rare_and_one_is_a_name() -> None:
    memory, _ = told([item("Cyclone Velmora batters coast"), item("Thousands flee as cyclone Velmora nears")])
    assert len(memory.stories()) == 1


@pytest.mark.parametrize(
    ("headline", "lead", "stories"),
    [
        (
            "Brennan Dillard borrows two million dollars",
            "Lenders in Tulsa will be repaid after the primary in Oklahoma, he told reporters.",
            2,
        ),
        (
            "Brennan Dillard remembers two million dollars",
            "Lenders in Tulsa will be repaid, Dillard told reporters.",
            1,
        ),
    ],
)
def test_names_alone_are_not_enough(headline: str, lead: str, stories: int) -> None:
    """They may be those of one person of whom there are two pieces of news."""
    told_first = item(
        "A handball coach taught Brennan Dillard courage",
        "Senator Dillard of Oklahoma remembers the gym in Tulsa where he trained as a boy, long before anybody asked him for votes.",
        "Bugle",
    )
    other = item(headline, lead, "Herald", NOON + HOUR)
    memory, joins = told([told_first, other])
    assert len(memory.stories()) == stories
    against = next(join.vetoes for join in joins if join.item == other.item)
    assert ("little but names in common" in against) == (stories == 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            item(
                "Senator Holloway's office evacuated after white powder found",
                "Staff of Sen. Frank Holloway (D-Mich.) left his office on Tuesday after white powder was found in a letter.",
                "Bugle",
            ),
            item(
                "Holloway calls for probe of drug prices",
                "Sen. Frank Holloway, D-Mich., asked regulators on Tuesday to look into the prices of insulin makers.",
                "Herald",
                NOON + HOUR,
            ),
        ),
        (
            item(
                "Pruitt heckled at town hall over hospital closures",
                "Voters jeered Rep. Ann Pruitt (R-Texas) on Monday as she defended the closure of two hospitals.",
                "Bugle",
            ),
            item(
                "Pruitt to introduce bill on water rights",
                "Rep. Ann Pruitt, R-Texas, announced a bill on Monday to settle a dispute over water from the Rio Grande.",
                "Herald",
                NOON + HOUR,
            ),
        ),
    ],
)
def test_the_party_and_state_of_a_member_of_congress_are_in_all_news_about_that_member(
    one: Candidate, other: Candidate
) -> None:
    assert len(told([one, other])[0].stories()) == 2


@pytest.mark.parametrize(
    ("one", "one_lead", "other", "other_lead"),
    [
        (
            "Monday briefing: Chancellor rules out tax cuts",
            "Plus, the latest updates on the storm, the best photos and a quiz.",
            "Monday briefing: Thousands flee as volcano erupts",
            "Plus, the latest updates on the strike, the best photos and a quiz.",
        ),
        (
            "Rail strike latest: which trains are running on Friday",
            "Latest updates on the rail strike and which trains are running.",
            "Storm Hedda latest: which roads are closed on Friday",
            "Latest updates on the storm and which roads are closed.",
        ),
        (
            "The rise of the far right in Germany – podcast",
            "Our correspondent explains the rise of the party, and what happens next.",
            "The fall of a crypto king – podcast",
            "Our correspondent explains the trial of the founder, and what happens next.",
        ),
    ],
)
def test_that_two_items_have_one_form_is_no_evidence(one: str, one_lead: str, other: str, other_lead: str) -> None:
    first, second = item(one, one_lead, "Bugle"), item(other, other_lead, "Herald", NOON + HOUR)
    assert len(told([first, second])[0].stories()) == 2


def test_a_headline_of_nothing_but_its_form_is_not_a_report_of_its_short_lead() -> None:
    briefing = item("Monday Briefing", "An averted government shutdown.", "Bugle")
    markets = "Asian shares mixed as Korean exports rise and U.S. shutdown is averted"
    shares = item(markets, "Shares were mostly higher in thin trading on Monday.", "Herald", NOON + HOUR)
    assert len(told([briefing, shares])[0].stories()) == 2


def test_an_edition_that_tells_several_pieces_of_news_is_no_report_of_any() -> None:
    """Its lead names what the reports of each tell."""
    lead = "Five people are dead after a cargo plane crash at Velmora airport, envoys go to Tarvel, Arden's far right wins."
    brief = item("Morning news brief", lead, "Bugle")
    crash = item(
        "Five killed as cargo plane crashes at Velmora airport", "The plane left the runway.", "Herald", NOON + HOUR
    )
    vote = item("Far right wins state vote in Arden", "It is its first victory in Arden.", "Courier", NOON + 2 * HOUR)
    assert len(told([brief, crash, vote])[0].stories()) == 3


@pytest.mark.parametrize(
    ("one", "other", "stories"),
    [
        (
            "Turkey warns freighters to keep clear of naval drills in the Sea of Marmara",
            "Turkey bans noisy water scooters and plastic bags from the Sea of Marmara coast",
            2,
        ),
        (
            "How a Drought in the Southern Vineyards Could Shape the Rugby World Cup",
            "Brewers along the coast hire hundreds of extra staff ahead of the Rugby World Cup",
            2,
        ),
        (
            "Turkey rescues crew of freighter that sank in the Sea of Marmara",
            "Freighter sinks off Turkey in the Sea of Marmara, crew rescued",
            1,
        ),
    ],
)
def test_the_words_of_one_name_count_as_one(one: str, other: str, stories: int) -> None:
    """Two headlines about one sea share three words, and not what happened there."""
    first, second = item(one, publisher="Bugle"), item(other, publisher="Herald", at=NOON + HOUR)
    for batches in ([[first, second]], [[first], [second]]):
        assert len(told(*batches)[0].stories()) == stories


@pytest.mark.parametrize(
    ("one", "other", "further"),
    [
        ("Huge crowds flock to the Velmora Tarvel Cup", "Why the Velmora Tarvel Cup really matters", 2),
        ("Heavy rain falls at the Cup of Velmora", "Snow delays play at the Velmora Cup again", 1),
        ("Heavy Rain Falls at the Velmora Cup", "Snow delays play at the Velmora Cup again", 1),
        (
            "heavy rain falls at the velmora cup",
            "Snow Delays Play at the Velmora Cup",
            0,
        ),  # nothing says that it is a name
        ("Huge crowds see Velmora beat Tarvel at home", "Velmora lose again to Tarvel away", 0),
        ("Envoys join the Israel-Lebanon talks", "Doubts grow over Israel-Lebanon talks", 0),
    ],
)
def test_how_many_shared_words_are_further_ones_of_a_name(one: str, other: str, further: int) -> None:
    compared = Comparison(read([item(one), item(other)], Memory(), FeatureCache()))
    assert len(compared._further(0, 1)) == len(compared._further(1, 0)) == further


def test_a_headline_that_lists_several_pieces_of_news_is_no_report_of_any() -> None:
    crash = item("Five killed as cargo plane crashes at Velmora airport", publisher="Herald")
    vote = item("Far right wins state vote in Arden", publisher="Courier", at=NOON + HOUR)
    listed = "Live: Cargo plane crashes at Velmora airport, five killed; Far right wins state vote in Arden; Envoys go to Tarvel"
    roundup = item(listed, "A cargo plane has crashed at Velmora airport.", "Bugle", NOON + 2 * HOUR)
    again = item(listed, "", "Echo", NOON + 3 * HOUR)
    for batches in ([[crash, vote, roundup, again]], [[crash, vote], [roundup], [again]]):
        assert {frozenset(of) for of in told(*batches)[0].stories().values()} == {
            frozenset([crash.item]),
            frozenset([vote.item]),
            frozenset([roundup.item, again.item]),
        }


@pytest.mark.parametrize("label", ["", "BREAKING: ", "Arden: "])
def test_a_headline_of_three_parts_is_a_report_of_its_event(label: str) -> None:
    crash = item("Five killed as cargo plane crashes at Velmora airport", publisher="Herald")
    three = f"{label}Cargo plane crashes at Velmora airport; five dead; runway closed"
    parts = item(three, publisher="Bugle", at=NOON + HOUR)
    assert len(told([crash, parts])[0].stories()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Live Nation shares slump after lawsuit", "Live Nation stock falls on US lawsuit"),
        ("Apple Watch ban takes effect", "Apple Watch banned from import"),
        ("Windows update breaks printers", "Printers fail after Windows update"),
        ("World Court opinion: Israeli settlements illegal", "ICJ gives opinion on Israeli settlements"),
    ],
)
def test_in_a_report_words_of_form_are_what_it_tells(one: str, other: str) -> None:
    """In a short headline without a lead hardly anything else is left."""
    first, second = item(one, publisher="Bugle"), item(other, "", "Herald", NOON + HOUR)
    assert len(told([first, second])[0].stories()) == 1


def test_names_are_enough_for_headlines_without_a_lead() -> None:
    """They have few words beside them."""
    penalty = item("Fulham 2-1 Wolves: late penalty settles scrappy contest", publisher="Bugle")
    beaten = item("Wolves beaten again as Fulham snatch winner in stoppage time", "", "Herald", NOON + HOUR)
    memory, _ = told([penalty, beaten])
    assert len(memory.stories()) == 1


def test_one_outlet_numbers_its_headlines() -> None:
    notes = [item(f"Quarry {n} is closed", "Dust.", "Post", NOON - n * HOUR) for n in range(1, 5)]
    assert len(told(notes)[0].stories()) == 4


@pytest.mark.parametrize(
    ("headline", "before", "after"),
    [
        ("Texas floods: {} dead as search for missing campers goes on", 24, 51),
        ("Oil jumps {}% after Iran seizes tanker in Hormuz", 3, 5),
    ],
)
def test_an_outlet_that_counts_anew_tells_one_story(headline: str, before: int, after: int) -> None:
    reports = [item(headline.format(n), "Hundreds wait.", "Post", NOON + n * 600) for n in (before, after)]
    assert len(told(reports)[0].stories()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Israel strikes Gaza hospital", "Israel allows more aid into Gaza"),
        ("Zelensky meets Macron in Paris", "Macron urges Zelensky to hold elections"),
        ("Japan approves record defence budget", "Japan births fall to record low"),
    ],
)
def test_who_acts_is_not_enough(one: str, other: str) -> None:
    memory, _ = told([item(one), item(other, at=NOON + HOUR)])
    assert len(memory.stories()) == 2


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Houthis strike airport with missile", "Missile from Yemen hits airport", {"airport", "missil", "yemen"}),
        (
            "Houthis strike airport with missile",
            "Missile from Yemen hits airport: Peru",
            {"airport", "missil", "yemen"},
        ),
        # The background of news has no word for this country: it is as rare as can be.
        ("Nouakchott ferry sinks", "Ferry capsizes off Mauritania", {"ferri", "mauritania"}),
    ],
)
def test_a_country_that_both_refer_to_counts_as_a_shared_word(one: str, other: str, shared: set[str]) -> None:
    """Of words shared, and the reason says by which word."""
    memory, joins = told([item(one), item(other, at=NOON + HOUR)])
    assert len(memory.stories()) == 1
    assert set(joins[1].shared) == shared


CRASH = (
    (
        "At least 20 dead after coach crashes off overpass near Tarvel",
        "At least 20 died in a coach crash in the north.",
    ),
    ("Bus crash kills at least 20 near Tarvel", "There are 15 survivors of the accident in a suburb of Tarvel."),
    ("Twenty killed as bus falls off overpass near Tarvel", "A bus fell off an overpass in a suburb of Tarvel."),
)


@pytest.mark.parametrize(
    ("outlets", "hours", "earlier", "stories"),
    [
        (["Post", "Globe", "Herald"], 2, False, 1),
        (["Post", "Globe", "Herald"], 2, True, 3),  # a chapter of what is in the news for days
        (["Post", "Globe", "Herald"], 25, False, 2),  # the next day
        (["Post", "Globe", "Globe"], 2, False, 2),  # too few tell it to know what it is about
    ],
)
def test_what_is_new_and_told_by_several_is_one_event(
    outlets: list[str], hours: int, earlier: bool, stories: int
) -> None:
    """A report that is less like the others than it would have to be otherwise."""
    news = [
        item(title, lead, outlet, NOON + n * 600)
        for n, ((title, lead), outlet) in enumerate(zip(CRASH, outlets, strict=True))
    ]
    angle = item(
        "Tourists among dead in Tarvel coach plunge",
        "It was on its way to a campsite by the lake with guests from Denmark who had come to swim, sail, hike, climb and camp.",
        "Wire",
        NOON + hours * HOUR,
    )
    warned = item(
        "Bus nearly falls off overpass near Tarvel", "A coach hit the barrier in the suburb.", "Echo", NOON - 2 * DAY
    )
    memory, _ = told([*news, angle, *([warned] if earlier else [])])
    assert len(memory.stories()) == stories


FERRY = (
    "Ferry capsizes off Velmora, dozens missing",
    "Dozens missing after ferry capsizes off Velmora coast",
    "Velmora ferry capsizes with 200 aboard",
    "At least 40 missing as ferry capsizes near Velmora",
    "Overloaded ferry sank within minutes off Velmora, survivors say",
)
MARCH = "Thousands marched through the old town with drums, flags and paper lanterns on Tuesday evening, and students blocked two bridges."


@pytest.mark.parametrize(
    ("headline", "lead", "outlets", "hours", "joins"),
    [
        ("Overloaded ship sank within minutes, survivors say", "", 5, 2, True),
        ("Overloaded ship sank within minutes, survivors say", "", 2, 2, False),
        ("Overloaded ship sank within minutes, survivors say", "", 5, 25, False),
        ("Overloaded ship sank within minutes, survivors say", MARCH, 5, 2, False),
    ],
    ids=["many tell it", "two tell it", "the next day", "a report has other words to say it in"],
)
def test_headlines_of_what_many_tell_need_not_be_like_most_of_the_others(
    headline: str, lead: str, outlets: int, hours: int, joins: bool
) -> None:
    """It is like one of them, and has hardly a word in common with the rest, as most headlines of one event."""
    names = ("Post", "Globe", "Herald", "Argus", "Echo")
    news = [item(title, publisher=names[n % outlets], at=NOON + n * 600) for n, title in enumerate(FERRY)]
    late = item(headline, lead, "Wire", NOON + hours * HOUR)
    memory, found = told(news, [late])
    assert len({memory.story(one.item) for one in news}) == 1
    assert (memory.story(late.item) == news[0].item) == joins
    assert not joins or found[-1].score >= TUNING.min_link_new, "the reason says how alike they are"


@pytest.mark.parametrize(
    "headline",
    [
        "Petrenko dismisses coach of football team",  # his name, and a word of one report
        "Petrenko visits Paris for talks on security",
        "Novak to fire intelligence agency chief",
        "Spy chief warns of sabotage at ports",
    ],
)
def test_what_else_is_told_of_one_person_does_not_join_what_many_tell(headline: str) -> None:
    """Two words in common are too few to unite two headlines, and the others have hardly one."""
    told_of = (
        "Petrenko seeks to fire spy agency chief",
        "Prime minister Petrenko moves to fire domestic intelligence chief",
        "Petrenko says he will dismiss head of internal security agency",
        "Petrenko to fire intelligence agency chief",
    )
    outlets = ("Post", "Globe", "Herald", "Argus")
    news = [
        item(title, publisher=outlet, at=NOON + n * 600)
        for n, (title, outlet) in enumerate(zip(told_of, outlets, strict=True))
    ]
    late = item(headline, publisher="Wire", at=NOON + 2 * HOUR)
    memory, _ = told(news, [late])
    assert memory.story(late.item) == late.item


VOTE = (
    (
        "Assembly votes to remove Speaker Tarvel after rebels revolt",
        "Lawmakers voted on Tuesday to remove the Speaker, whom a band of rebels accused of breaking promises.",
    ),
    (
        "Speaker Tarvel removed by assembly in revolt of rebels",
        "Rebels accused the Speaker of broken promises, and lawmakers voted to remove him on Tuesday.",
    ),
    (
        "Rebels remove Tarvel as assembly Speaker",
        "The Speaker broke promises, rebels said before lawmakers voted on Tuesday to remove him.",
    ),
)
HISTORY = (
    (
        "Tarvel becomes first Speaker ousted in history of Velmora",
        "Rebels have his gavel. No leader of the chamber had lost it in two centuries.",
    ),
    (
        "First Speaker in Velmora history to be ousted: Tarvel loses gavel",
        "The chamber has no leader for the first time in two centuries, and a deputy takes over.",
    ),
    ("Tarvel ousted, chamber of Velmora without leader", "History was made when the gavel passed to a deputy."),
)
THREATS = (
    ("Rebels threaten to oust Speaker Tarvel", "They accuse the Speaker of the assembly of broken promises."),
    (
        "Speaker Tarvel of Velmora says he will not be ousted",
        "The leader of the chamber dared rebels to take the gavel.",
    ),
)


@pytest.mark.parametrize(
    ("many", "hours", "stories"),
    [
        (3, 3, [2, 6]),
        (2, 3, [2, 2, 3]),  # too few tell one of them to know that
        (3, 25, [2, 3, 3]),  # the next day
    ],
)
def test_what_many_tell_within_a_day_in_two_ways_is_one_event(many: int, hours: int, stories: list[int]) -> None:
    """Also in an affair that has been in the news for days: some outlets tell what happened, others that it never did before."""
    outlets = iter(("Post", "Globe", "Herald", "Wire", "Echo", "Argus", "Mail", "Courier"))
    vote = [item(*told, next(outlets), NOON + n * 600) for n, told in enumerate(VOTE)]
    history = [item(*told, next(outlets), NOON + hours * HOUR + n * 600) for n, told in enumerate(HISTORY[-many:])]
    threats = [item(*told, next(outlets), NOON - 2 * DAY) for told in THREATS]
    memory, _ = told([*vote, *history, *threats])
    assert sorted(map(len, memory.stories().values())) == stories


RULING = (
    (
        "Supreme Court rules on {of} in {votes} decision",
        "The Supreme Court on Friday ruled in the case of {whom} over {of}. {judge} wrote for the majority.",
    ),
    (
        "In {votes} ruling, justices decide fight over {of}",
        "The decision affects {whom} and the administration. {judge} wrote the opinion.",
    ),
    (
        "What the Supreme Court's {of} ruling means",
        "The justices split {votes} on Friday. Here is what comes next for {whom}.",
    ),
    (
        "Supreme Court ruling on {of}: {whom} respond",
        "Lawyers for {whom} spoke outside the court after Friday's decision.",
    ),
    (
        "President reacts to Supreme Court decision on {of}",
        "The president commented minutes after the {votes} ruling.",
    ),
)


def test_two_rulings_of_one_court_that_many_tell_stay_two_stories() -> None:
    """They are alike, apart from what they are about; and the reports of each are close to each other."""
    one = {"of": "mail ballots", "votes": "7-2", "whom": "Democratic states", "judge": "Barrett"}
    other = {"of": "birthright citizenship", "votes": "6-3", "whom": "immigrant groups", "judge": "Roberts"}
    outlets = ("Post", "Globe", "Herald", "Wire", "Echo", "Argus")
    news = [
        item(title.format(**ruling), lead.format(**ruling), outlets[first + n], NOON + first * HOUR + n * 2_700)
        for ruling, first, told_in in ((other, 0, (0, 1, 2, 3)), (one, 2, (1, 4, 3, 0)))
        for n, (title, lead) in enumerate(RULING[told] for told in told_in)
    ]
    memory, _ = told(news)
    assert sorted(map(len, memory.stories().values())) == [4, 4]


def test_the_founder_is_the_earliest_of_its_batch() -> None:
    memory, joins = told([DAM_TOO, DAM])
    assert memory.story(DAM_TOO.item) == DAM.item
    assert [join.reason for join in joins] == ["founder", "alike"]


def test_known_stories_merge_into_the_older_key() -> None:
    """What two of one event lacked in common, a third may bring."""
    memory, batch = Memory(), [DAM, DAM_TOO]
    founders = tuple(Join(one.item, one.item, "founder", 0.0) for one in batch)
    memory.apply(batch, replace(group(batch, memory), joins=founders))
    third = item(
        "Dnipro villages flooded as Kakhovka dam near Kherson is breached",
        "Thousands leave their villages as the Kakhovka dam gave way on Tuesday.",
        "Post",
        NOON + 2 * HOUR,
    )
    decided = group([third], memory)
    memory.apply([third], decided)
    assert decided.merges == (Merge(older=DAM.item, younger=DAM_TOO.item),)
    assert memory.stories() == {DAM.item: [DAM.item, DAM_TOO.item, third.item]}


def test_groups_unite_into_the_smaller_index() -> None:
    unions = Linkage([[1], [2], [3]], alike, best=0.5).unite([(0, 1), (1, 2)], 0.5)
    assert unions == [(0, 1), (0, 2)]


@pytest.mark.parametrize("seed", range(40))
def test_the_most_similar_groups_unite_first_by_the_links_that_they_have_then(seed: int) -> None:
    """Compared with plain Python that computes all links anew after each union."""
    chance = random.Random(seed)
    pairs = {frozenset(pair): chance.random() for pair in combinations(range(8), 2)}
    forbidden = set(chance.sample(list(pairs), 2))
    best, least = chance.random(), chance.uniform(0.2, 0.8)
    cuts = sorted(chance.sample(range(1, 8), 5))
    start = [list(range(8))[a:b] for a, b in pairwise([0, *cuts, 8])]

    def scores(one: Sequence[int], other: Sequence[int]) -> list[float]:
        return [pairs[frozenset((a, b))] for a in one for b in other]

    def agree(one: list[int], other: list[int], link: float) -> bool:
        return not any(frozenset((a, b)) in forbidden for a in one for b in other)

    strengths: list[float] = []

    def noted(one: list[int], other: list[int], link: float) -> bool:
        agrees = agree(one, other, link)
        strengths.extend([link] * agrees)
        return agrees

    def more(one: Sequence[int], other: Sequence[int], highest: float) -> float:
        return min(len(one), len(other)) / 50 * (highest > 0.5)

    def link(one: list[int], other: list[int]) -> float:
        found = scores(one, other)
        return best * max(found) + (1 - best) * (sum(found) / len(found) + more(one, other, max(found)))

    groups, expected = dict(enumerate(map(list, start))), list[tuple[float, int, int]]()
    while links := [
        (link(groups[a], groups[b]), a, b)
        for a, b in combinations(groups, 2)
        if (strength := link(groups[a], groups[b])) >= least and agree(groups[a], groups[b], strength)
    ]:
        strength, kept, absorbed = max(links)
        groups[kept] += groups.pop(absorbed)
        expected.append((strength, kept, absorbed))
    unions = Linkage(start, scores, best, noted, more).unite(combinations(range(len(start)), 2), least)
    assert unions == [(kept, absorbed) for _, kept, absorbed in expected]
    assert strengths == pytest.approx([strength for strength, *_ in expected])


def test_what_a_union_has_to_compare_is_scored_together() -> None:
    """Group by group, a flood of nearly equal headlines takes several times as long."""
    known, scored = set[tuple[int, int]](), list[int]()

    def scores(one: Sequence[int], other: Sequence[int]) -> list[float]:
        pairs = [(a, b) for a in one for b in other]
        scored.append(len(set(pairs) - known))
        known.update(pairs)
        return [1.0 if pair == (0, 1) else 0.6 for pair in pairs]

    edges = [(0, 1), *((0, c) for c in range(2, 50)), *((1, c) for c in range(50, 100))]
    linkage = Linkage([[n] for n in range(100)], scores, 0.5, lambda one, other, link: link == 1)
    assert linkage.unite(edges, 0.5) == [(0, 1)]
    assert [new for new in scored if new] == [1] * len(edges) + [50, 48]


class Reposted:
    """A history that lists some items under every word."""

    def __init__(self, memory: Memory, items: list[int]) -> None:
        self._memory, self._items, self.calls = memory, items, 0

    def documents(self) -> int:
        return self._memory.documents()

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        return self._memory.frequencies(words)

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        return dict.fromkeys(words, self._items)

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        self.calls += 1
        return self._memory.known(items)

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        self.calls += 1
        return self._memory.members(stories)

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        self.calls += 1
        return self._memory.same_address(canonicals)

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        self.calls += 1
        return self._memory.same_headline(keys, since, until)


def test_the_history_is_asked_a_fixed_number_of_times() -> None:
    memory, _ = told([DAM, GRAIN])
    asked = []
    for size in (1, 50):
        history = Reposted(memory, [DAM.item])
        group([item(f"Headline number {n} on something else", at=NOON + n) for n in range(size)], history)
        asked.append(history.calls)
    assert asked[0] == asked[1] <= 6


def test_events_of_one_kind_stay_apart() -> None:
    """Two fights of one champion: each group has a mark that all its members bear and none of the other."""

    def fight(number: int, rival: str, round_: str) -> Candidate:
        return item(
            f"Champion Wolodymyr Petrenko stops {rival} in {round_} round to keep heavyweight belts",
            f"Heavyweight champion Wolodymyr Petrenko stopped {rival} in the {round_} round on Saturday, report {number}.",
        )

    autumn = [fight(n, "Delacroix", "seventh") for n in range(3)]
    spring = [fight(n, "Okonkwo", "sixth") for n in range(3)]
    rivals = (("Lindqvist", "fifth"), ("Marchetti", "ninth"), ("Nakamura", "third"))
    tour = [fight(9, rival, round_) for rival, round_ in rivals]
    compared = Comparison(read(autumn + spring + tour, Memory(), FeatureCache()))
    marks = Marks(compared.words, compared.rarity)

    def apart(one: Sequence[int], other: Sequence[int]) -> bool:
        return marks.between(one, other, names=True) is not None

    mine, theirs = [one.item for one in autumn], [one.item for one in spring]
    assert apart(mine, theirs)
    assert not apart(mine[:2], theirs), "two items prove no mark"
    assert not apart(mine, [one.item for one in tour]), "one with a mark may be part of one without"
    assert not apart(mine, [*mine[:2], *theirs[:1]]), "a mark that the other bears too is none"
    nearly = [*mine, theirs[0]]
    agree = Linkage([mine, theirs], alike, 0.5, lambda one, other, link: not apart(one, other))
    unions = agree.unite([(0, 1)], 0.5)
    assert unions == []
    assert not apart(nearly, theirs)


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [(NOON, NOON + DAY // 2, False), (NOON, NOON + 2 * DAY, True), (0, 0, True)],
    ids=["within a day", "two days apart", "no dates"],
)
def test_within_a_day_other_words_for_one_event_are_no_marks(first: int, second: int, apart: bool) -> None:
    """What is in the headlines of all outlets of one half, and of none of the other, but is no name."""

    def trial(words: str, number: int, at: int) -> Candidate:
        return item(
            f"Palace intruder Wolodymyr Petrenko {words}", f"Petrenko was sentenced on Friday, report {number}.", at=at
        )

    weapon = [trial("who carried crossbow sentenced", n, first) for n in range(3)]
    motive = [trial("sentenced: chatbot urged him on", n, second) for n in range(3)]
    groups = Groups(read(weapon + motive, Memory(), FeatureCache()))
    halves = [one.item for one in weapon], [one.item for one in motive]
    assert (groups.mark(*halves) is not None) is apart


def test_nothing_comes_of_nothing() -> None:
    assert group([], Memory()) == Grouping((), ())
    _, joins = told([item(""), item("")])
    assert [join.reason for join in joins] == ["founder", "founder"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_which_order_the_items_of_a_poll_arrive_changes_no_story(seed: int) -> None:
    """Their numbers follow that order, and so nothing may depend on these: sources are polled side by side."""
    news, arrival = random.Random(0), random.Random(seed)
    places, events = (
        ["Velmora", "Tarvel", "Ostrava", "Karellia"],
        ["dam breach", "rail strike", "refinery fire", "vote recount"],
    )
    text = "minister villages hundreds rescue damage night officials crews warned hospital bridge power river police"
    words = text.split()
    told = [
        Candidate(
            0,
            f"{place} {event}: {' '.join(news.sample(words, 3))}",
            f"{' '.join(news.sample(words, 6))} {event}",
            f"Outlet {news.randrange(9)}",
            None,
            NOON + n * 240,
            "en",
        )
        for n in range(300)
        for place, event in [(news.choice(places), news.choice(events))]
    ]

    def stories(shuffled: bool) -> set[frozenset[int]]:
        memory = Memory()
        for start in range(0, len(told), 30):
            arrived = list(range(start, start + 30))
            if shuffled:
                arrival.shuffle(arrived)
            batch = [replace(one, item=n) for one, n in zip(told[start : start + 30], arrived, strict=True)]
            memory.apply(batch, group(batch, memory))
            times.update({one.item: one.at for one in batch})
        return {frozenset(times[n] for n in members) for members in memory.stories().values()}

    times: dict[int, int] = {}
    assert stories(shuffled=True) == stories(shuffled=False)


def test_a_headline_that_comes_every_hour_begins_a_new_story_after_two_days() -> None:
    memory = Memory()
    for n in range(24 * 6):
        one = Candidate(n, "Weather report for the coast today", "Wind.", "Bugle", None, NOON + n * HOUR, "en")
        memory.apply([one], group([one], memory))
    spans = [[n * HOUR for n in items] for items in memory.stories().values()]
    assert 3 <= len(spans) <= 4
    assert all(max(times) - min(times) <= 2 * DAY for times in spans)


def test_events_of_one_kind_in_two_places_are_two_stories() -> None:
    def fire(place: str, country: str, outlet: str) -> list[Candidate]:
        return [
            item(f"Wildfire near {place} forces hundreds to flee", f"Winds fanned a blaze in {country}.", "Bugle"),
            item(f"Hundreds evacuated as wildfire rages outside {place}", f"Flames rage in {country}.", outlet),
        ]

    memory, _ = told([*fire("Athens", "Greece", "Herald"), *fire("Izmir", "western Turkey", "Gazette")])
    assert sorted(map(len, memory.stories().values())) == [2, 2]


FLOOD = "River levels and flood warnings in Yorkshire this morning"


def test_a_late_report_finds_its_headline_although_many_have_it_since_and_news_arrives_with_it() -> None:
    first = item(FLOOD, publisher="Bugle")
    since = [item(FLOOD, publisher="Bugle", at=NOON + day * DAY) for day in range(3, 3 + LATEST)]
    late = item(FLOOD, publisher="Herald", at=NOON + HOUR)
    _, joins = told([first], since, [late, item("Octopuses dream", at=NOON + 30 * DAY)])
    (join,) = [one for one in joins if one.item == late.item]
    assert (join.story, join.reason) == (first.item, "same headline")


def _judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pairs each call judges from now on."""
    judged: list[int] = []
    judge = Comparison._judge

    def counted(self: Comparison, one: Any, *rest: Any) -> Any:
        judged.append(len(one))
        return judge(self, one, *rest)

    monkeypatch.setattr(Comparison, "_judge", counted)
    return judged


def test_thousands_of_one_headline_are_not_compared_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = _judged(monkeypatch)
    batch = [
        Candidate(n, "Quake hits the capital again today", "", f"Outlet {n}", None, NOON, "en") for n in range(1000)
    ]
    memory = Memory()
    memory.apply(batch[:500], group(batch[:500], memory))
    memory.apply(batch[500:], group(batch[500:], memory))
    assert len(memory.stories()) == 1
    assert sum(judged) < 40 * len(batch)
    assert len(judged) < 50, "many at once"


def test_thousands_of_headlines_of_one_wording_are_not_scored_ahead_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """4,000 of four outlets took 1.6 GB."""
    ahead: list[int] = []
    score = Comparison.score_all

    def counted(self: Comparison, pairs: Iterable[tuple[int, int]]) -> None:
        asked = list(pairs)
        ahead.append(len(asked))
        score(self, asked)

    chance = random.Random(1)
    words = ["".join(chance.choices("bdfglmnprst", k=5)) for _ in range(300)]
    batch = [
        item(f"A story about {chance.choice(words)} and {chance.choice(words)} {number}", "", f"Outlet {number % 4}")
        for number in range(300)
    ]
    monkeypatch.setattr(Comparison, "score_all", counted)
    group(batch, Memory())
    assert ahead[0] > 200, "else this tests nothing"
    ahead.clear()
    monkeypatch.setattr("aggregator.stories.groups.ALL_PREFETCHED", 200)
    group(batch, Memory())
    assert 0 < ahead[0] <= 200


def test_many_pairs_are_scored_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million at once took 650 MB. How many, changes nothing."""
    words = [f"{one}{other}" for one in ("harb", "mint", "frig", "tarl") for other in ("ado", "elo", "imu", "ora")]
    batch = [
        item(f"Kralovec blast in {one} and {other}", "", f"Outlet {number % 4}")
        for number, (one, other) in enumerate(combinations(words, 2))
    ]
    context = read(batch, Memory(), FeatureCache())
    pairs = list(combinations([one.item for one in batch], 2))
    whole = Comparison(context)
    whole.score_all(pairs)
    judged = _judged(monkeypatch)
    monkeypatch.setattr("aggregator.stories.comparison.TOGETHER", 500)
    parts = Comparison(context)
    judged.clear()
    parts.score_all(iter(pairs))
    assert sum(judged) > 5000
    assert max(judged) <= 500
    mine, others = [one.item for one in batch[:60]], [one.item for one in batch[60:]]
    assert parts.scores(mine, others) == whole.scores(mine, others)


@pytest.mark.parametrize(
    ("round_", "day", "hours", "outlet", "against"),
    [
        (
            "6th", "on Sunday", 26, "Bugle",
            {"one outlet tells both", "no figure in common", "other days of the week", "1 day between them"},
        ),
        ("7th", "on Saturday", 26, "Bugle", {"one outlet tells both", "1 day between them"}),
        ("final", "at last", 50, "Bugle", {"one outlet tells both", "2 days between them"}),
        ("6th", "on Sunday", 2, "", {"no figure in common", "other days of the week"}),
    ],
)  # fmt: skip
def test_what_speaks_against_the_story_that_came_next_is_told_in_words(
    round_: str, day: str, hours: int, outlet: str, against: set[str]
) -> None:
    """Of items without an outlet nobody knows that one tells both; and what only one of them tells is no other figure or day."""

    def fight(rival: str, round_: str, day: str, hours: int) -> Candidate:
        return Candidate(
            hours + 1,
            f"Petrenko stops {rival} in {round_} round to keep heavyweight belts in Odesa",
            f"Champion Wolodymyr Petrenko stopped {rival} {day} before a crowd in Odesa.",
            outlet, None, 1_700_000_000 + hours * 3600, "en",
        )  # fmt: skip

    batch = [fight("Delacroix", "7th", "on Saturday", 0), fight("Okonkwo", round_, day, hours)]
    joins = group(batch, Memory()).joins
    assert {join.item: join.runner_up for join in joins} == {1: hours + 1, hours + 1: 1}
    for join in joins:
        assert (join.reason, join.runner_up_score < TUNING.min_link) == ("founder", True)
        assert set(join.vetoes) == {"each headline names what the other report does not", *against}


def test_a_mark_of_each_story_is_named() -> None:
    def fight(number: int, rival: str, round_: str) -> Candidate:
        return Candidate(
            number, f"Champion Wolodymyr Petrenko stops {rival} in {round_} round to keep heavyweight belts",
            f"Heavyweight champion Wolodymyr Petrenko stopped {rival} in the {round_} round, report {number}.",
            f"Outlet {number}", None, 1_700_000_000 + number, "en",
        )  # fmt: skip

    batch = [fight(n, "Delacroix", "seventh") for n in (1, 2, 3)] + [fight(n, "Okonkwo", "sixth") for n in (4, 5, 6)]
    joins = {join.item: join for join in group(batch, Memory()).joins}
    assert joins[5].story != joins[2].story
    assert "each story has a word of its own that the other lacks: okonkwo" in joins[5].vetoes
    batch += [fight(7, "Okonkwo", "sixth"), fight(8, "the challenger", "sixth")]
    (unnamed,) = (join for join in group(batch, Memory()).joins if join.item == 8)
    assert "each story has a word of its own that the other lacks" in unnamed.vetoes, "the report itself lacks it, too"


COUP = (
    ("Soldiers in Karellia say they have seized power", "Officers said on state television that they had deposed "
     "the president of Karellia and closed the borders."),
    ("Army officers announce takeover in Karellia, shut borders", "Gunfire was heard near the presidential palace."),
)  # fmt: skip


def coup(title: str, lead: str) -> dict[int, Join]:
    """The joins of the two reports of `COUP` and a third: 0, 1 and 2."""
    batch = [
        Candidate(n, title, lead, f"Outlet {n}", None, 1_700_000_000 + n, "en")
        for n, (title, lead) in enumerate([*COUP, (title, lead)])
    ]
    return {join.item: join for join in group(batch, Memory()).joins}


def test_a_report_joins_a_story_with_one_of_whose_reports_it_shares_two_words() -> None:
    """Two shared words are not enough to unite two reports, but speak less against one event than none."""
    joins = coup(
        "Karellia coup: officers declare 'total control'",
        "The announcement of the officers came a day before election results were due.",
    )
    assert [joins[item].story for item in range(3)] == [0, 0, 0]


def test_one_outlet_rather_tells_the_next_chapter_than_the_same_event_again() -> None:
    for outlets, stories in ((("Bugle", "Herald"), 1), (("Bugle", "Bugle"), 2), (("", ""), 1)):
        batch = [item(*told_, outlet) for told_, outlet in zip(COUP, outlets, strict=True)]
        assert len(told(batch)[0].stories()) == stories, outlets


def test_what_an_outlet_told_beside_it_does_not_keep_its_report_out_of_a_story() -> None:
    """Its report and its portrait are hardly one event: that is no evidence, however little, against what the report shares with the
    report of another outlet."""
    fined = item("Regulator fines Zorva Airlines over lost luggage", "", "Herald")
    portrait = item(
        "What we know about lost luggage and airlines chief Dan Tomlin",
        "Our reporter looks at what links Zorva and Marlow.",
        "Bugle",
        NOON + HOUR,
    )
    report = item(
        "Regulator fines Zorva after passengers stranded",
        "It told members that the loss of luggage was careless and costly.",
        "Bugle",
        NOON + 3 * HOUR,
    )
    memory, _ = told([fined], [portrait], [report])
    assert len(memory.stories()) == 1


def test_that_the_rest_of_its_story_keeps_an_item_from_the_next_is_told() -> None:
    joins = coup("Heavy gunfire heard near presidential palace", "The army did not say who was in control.")
    assert (joins[1].story, joins[1].runner_up) == (0, 2)
    assert joins[1].runner_up_score > TUNING.min_link
    assert joins[1].vetoes == (f"its story as a whole is less like it: {joins[2].runner_up_score:.2f}",)


SALT = (
    "Salt mine collapse traps eleven workers in Ordova",
    "Eleven workers trapped as salt mine in Ordova collapses",
    "Collapse of Ordova salt mine traps eleven workers",
)
OPERA = (
    "Opera singer Lina Marsk retires after final Vienna concert",
    "After a final concert in Vienna opera singer Lina Marsk retires",
    "Opera singer Lina Marsk retires, giving final concert in Vienna",
)


@pytest.mark.parametrize("place", [0, 1])
def test_the_words_that_a_report_shares_are_those_with_the_most_similar_one_of_its_story(place: int) -> None:
    reports = [
        (
            "Eleven trapped after Ordova salt mine collapse, rescuers drill shaft",
            "They are in the gallery below Ordova.",
        ),
        ("Rescuers drill shaft to reach eleven trapped in Ordova salt mine", "A second one leads to the gallery."),
    ]
    reports.insert(place, (SALT[0], ""))
    batch = [item(title, lead, f"Outlet {n}", NOON + n) for n, (title, lead) in enumerate(reports)]
    memory, joins = told(batch)
    assert len(memory.stories()) == 1
    (join,) = (join for join in joins if join.item == batch[2].item)
    assert {"shaft", "drill", "trap"} <= set(join.shared)


def test_a_report_of_a_long_story_is_compared_with_its_other_reports_alone() -> None:
    """The first and last ones stand for it: compared with themselves as well, these would seem less like it than those between."""
    own = [f"{one}{other}" for one in ("harb", "mint", "frig", "tarl") for other in ("ado", "elo", "imu")]
    batch = [item(f"{SALT[0]}, {word} reports", "", f"Outlet {n}", NOON + n) for n, word in enumerate(own)]
    memory, joins = told(batch)
    assert len(memory.stories()) == 1
    scores = [join.score for join in joins if join.reason != "founder"]
    assert len(scores) == len(own) - 1 > SHOWN
    assert scores == pytest.approx([scores[0]] * len(scores))


@pytest.mark.parametrize("batches", ["before", "together", "after"])
@pytest.mark.parametrize("made_of_both", [f"{SALT[0]}; {OPERA[0]}", f"{SALT[0]} as {OPERA[0]}"])
def test_one_outlet_unites_no_stories_of_several_by_a_headline_made_of_both(made_of_both: str, batches: str) -> None:
    salt = [item(title, "", outlet) for title, outlet in zip(SALT, ("Bugle", "Herald", "Gazette"), strict=True)]
    opera = [item(title, "", outlet) for title, outlet in zip(OPERA, ("Herald", "Gazette", "Post"), strict=True)]
    bridge = [item(made_of_both, "", "Bridge", NOON + n) for n in range(2)]
    told_ = {
        "before": [bridge, [*salt, *opera]],
        "together": [[*bridge, *salt, *opera]],
        "after": [[*salt, *opera], bridge],
    }
    memory, joins = told(*told_[batches])
    assert len({memory.story(one.item) for one in salt}) == len({memory.story(one.item) for one in opera}) == 1
    assert memory.story(salt[0].item) != memory.story(opera[0].item)
    why = "of the two stories only reports of one outlet are alike"
    assert batches == "before" or any(why in join.vetoes for join in joins)


def test_words_with_vowel_signs_are_compared_as_words() -> None:
    """Taken for letters alone, all reports in Hindi share most of them."""
    one = item(
        "यूक्रेन की राजधानी कीव पर मिसाइल हमले में सात लोगों की मौत",
        "रूस ने बुधवार रात यूक्रेन की राजधानी कीव पर मिसाइलों और ड्रोन से हमला किया, जिसमें सात लोग मारे गए और तीस घायल हुए।",
        lang="hi",
    )
    other = item(
        "कीव पर रूसी मिसाइल हमला, सात की मौत, तीस घायल",
        "यूक्रेन की राजधानी कीव पर रात भर हुए रूसी मिसाइल और ड्रोन हमलों में सात लोग मारे गए, अधिकारियों ने बताया।",
        lang="hi",
    )
    _, joins = told([one, other])
    assert joins[0].story == joins[1].story
    assert set(joins[1].shared) & {"कीव", "मिसाइल", "यूक्रेन", "राजधानी"}
