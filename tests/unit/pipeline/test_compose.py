"""What a story says and since when it stands where, worked out from its items."""

from __future__ import annotations

import pytest
from builders import by_words, policy
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.model.item import Enclosure
from aggregator.model.judgement import Judgement
from aggregator.model.story import EditionItem, InStream, Member, StoryState
from aggregator.model.stream import StreamName
from aggregator.normalise.address import canonical
from aggregator.pipeline import corroboration
from aggregator.pipeline.announcing import Change
from aggregator.pipeline.compose import compose, keeps_place, recomposed
from aggregator.pipeline.edits.plan import streams_of
from aggregator.pipeline.policy import Policy
from aggregator.stories import copies

ASIA_PACIFIC = StreamName("section", "asia-pacific")
DEFENSE = StreamName("section", "defense")
EUROPE = StreamName("section", "europe")
WORLD = StreamName("section", "world")
NATO = StreamName("topic", "nato")


def member(n: int, publisher: str, title: str, entered: int, *, at: int | None = None, summary: str = "") -> Member:
    seen = entered if at is None else at
    pending = EditionItem(
        n, f"00000000-0000-5000-8000-{n:012}", publisher.lower(), publisher, title, summary, f"https://x.example/{n}",
        f"https://x.example/{n}", "en", (), None, seen, entered, entered,
    )  # fmt: skip
    return Member(pending, by_words(pending))


def told(
    members: list[Member],
    old: StoryState | None = None,
    *,
    joined: list[int] | None = None,
    now: int = 0,
    rules: Policy | None = None,
    **more: object,
) -> StoryState:
    ordered = sorted(members, key=lambda one: (one.item.entered, one.item.n))
    numbers = [one.item.n for one in members] if joined is None else joined
    founder = old.n if old else ordered[0].item.n
    return compose(founder, ordered, old, rules or policy(), Change(now, numbers, **more))  # type: ignore[arg-type]


def test_a_section_is_entered_when_the_story_is_first_placed_there() -> None:
    first = told([member(1, "A", "Defense plan", 100)])
    assert [(p.stream, p.entered, p.primary_since) for p in first.streams] == [(DEFENSE, 100, 100)]
    second = told([member(1, "A", "Defense plan", 100), member(2, "B", "Europe plan", 200)], first, joined=[2], now=200)
    since = {p.stream: p.entered for p in second.streams}
    assert since == {DEFENSE: 100, EUROPE: 200}
    titles = ("Defense", "Europe and defense", "Defense again")
    third = told([member(n, f"P{n}", title, n * 100) for n, title in enumerate(titles, 1)])
    assert {p.stream: (p.entered, p.primary_since) for p in third.streams} == {
        DEFENSE: (100, 100), EUROPE: (200, None),
    }  # fmt: skip


def test_a_topic_is_entered_when_enough_items_have_it() -> None:
    titles = ("They meet", "NATO meets", "NATO met")
    story = told([member(n, f"P{n}", title, n * 100) for n, title in enumerate(titles, 1)])
    assert {p.stream: p.entered for p in story.streams} == {
        WORLD: 100,
        NATO: 200,
    }


def test_a_section_found_by_an_update_in_place_is_entered_now() -> None:
    first = told([member(1, "A", "A plan", 100)])
    edited = told([member(1, "A", "A plan for Europe", 100)], first, joined=[], now=900)
    assert [p for p in edited.streams if p.active] == [InStream(EUROPE, 900, 900)]


def test_after_an_edit_of_the_rules_a_story_stands_where_it_would_have_stood() -> None:
    first = told([member(1, "A", "A plan", 100)])
    moved = told([member(1, "A", "A plan for Europe", 100)], first, joined=[], now=900, replacing=True)
    assert {p.stream: p.entered for p in moved.streams if p.active} == {EUROPE: 100}
    assert moved.entry == first.entry, "an edit of the rules announces nothing"


def test_of_a_long_story_a_section_that_only_later_items_bring_is_entered_with_the_newest() -> None:
    """The times are looked for among the first items; an edit of the rules must not bring it up as older than it is."""
    members = [member(n, f"P{n}", "Defense" if n > 24 else "A plan", n * 10) for n in range(1, 61)]
    story = told(members)
    assert InStream(DEFENSE, 600, 600) in story.streams
    soon = [member(n, f"P{n}", "Defense" if n > 9 else "A plan", n * 10) for n in range(1, 31)]
    assert told(soon).streams == (InStream(DEFENSE, 140, 140),), "when a third of them said so"


def test_a_story_that_left_a_section_and_comes_back_keeps_its_time() -> None:
    first = told([member(1, "A", "Defense", 100)])
    gone = told([member(1, "A", "Other", 100)], first, joined=[], now=200)
    assert [p.active for p in gone.streams if p.stream == DEFENSE] == [False]
    back = told([member(1, "A", "Defense", 100)], gone, joined=[], now=300)
    assert [(p.entered, p.active) for p in back.streams if p.stream == DEFENSE] == [(100, True)]


def test_a_story_told_by_two_from_the_start_was_updated_when_the_second_came() -> None:
    story = told([member(1, "A", "Defense", 100), member(2, "B", "Defense", 250), member(3, "A", "Defense", 300)])
    assert story.entry.updated == 250


@pytest.mark.parametrize(
    ("title", "summary"), [("Defense, corrected", "A plan."), ("Defense", "A plan, and its price.")]
)
def test_updated_moves_when_the_lead_says_something_else(title: str, summary: str) -> None:
    first = told([member(1, "A", "Defense", 100, summary="A plan.")])
    second = told([member(1, "A", title, 100, summary=summary)], first, joined=[], now=300)
    assert (second.entry.title, second.entry.summary, second.entry.updated) == (title, summary, 300)


def linked(one: Member, url: str) -> Member:
    return Member(replace(one.item, url=url, canonical=canonical(url)), one.judgement, one.counted_as)


@pytest.mark.parametrize("end", ["?utm_source=rss", ";jsessionid=0A1B", "?t=1764400000", "#top"])
def test_an_address_that_only_tracks_readers_in_another_way_announces_nothing(end: str) -> None:
    one = member(1, "A", "Defense", 100, summary="A plan, and its price.")
    first = told([one])
    again = told([linked(one, f"http://www.x.example/1{end}")], first, joined=[], now=300)
    assert (again.entry, again.lead) == (first.entry, 1)
    moved = told([linked(one, f"https://x.example/2{end}")], first, joined=[], now=300)
    assert (moved.entry.link, moved.entry.updated) == (f"https://x.example/2{end}", 300)
    gone = pruned(linked(one, f"http://www.x.example/1{end}"))
    assert told([gone], again, joined=[], now=9_000_000).entry == first.entry, "its text is that of the entry"


def test_an_update_always_moves_forward() -> None:
    """A back-catalogue item that joins an announced story is older than what was said last."""
    first = told([member(5, "A", "Defense", 1000)])
    second = told([member(5, "A", "Defense", 1000), member(6, "B", "Defense", 400)], first, joined=[6], now=2000)
    assert second.entry.updated == 1001


LEAD = (
    "KYIV (Reuters) - Ukraine and its allies agreed on Monday on a plan to restore the power grid before winter, the "
    "energy ministry said, after a week of strikes that left a million people in the dark."
)


def test_copies_of_one_agency_count_once_while_all_outlets_stay_listed() -> None:
    bare = LEAD.replace("KYIV (Reuters) - ", "")
    own = "The grid will be mended by spring, our reporter hears in Kyiv."
    members = [
        member(n, name, f"Grid {n}", n * 100, summary=text)
        for n, (name, text) in enumerate(zip("ABC", (LEAD, bare, own), strict=True), 1)
    ]
    story = told(members)
    assert story.publishers == (("A", 100), ("C", 300))
    assert [report.publisher for report in story.entry.reports] == ["A", "B", "C"]
    first = told(members[:1])
    assert told(members[:2], first, joined=[2], now=200).entry == first.entry, "a copy announces nothing"
    short = member(5, "E", "Grid 5", 500, summary=" ".join(LEAD.split()[:22]))
    assert told([members[0], short]).publishers == (("A", 100),), "cut short, it is still a copy"
    long = "Half of the city had light again by noon, while crews went from street to street with cables that had come by train."
    also = member(6, "F", "Grid 6", 600, summary=f"{long} In the north (Reuters) saw none.")
    assert [name for name, _ in told([members[0], also]).publishers] == ["A", "F"], "who quotes an agency writes too"
    later = member(4, "D", "Grid 4", 50, summary=bare)
    assert told([later, *members[:2]]).publishers == (("D", 50),), "whoever of them names the agency"
    headline = member(7, "A", "Grid 7", 50)
    assert told([headline, *members[:2]]).publishers == (("A", 50),), "whatever headline it had before"
    unlinked = [replace(one, item=replace(one.item, canonical=None)) for one in members]
    assert told(unlinked).publishers == story.publishers


def test_an_outlet_that_only_printed_an_agency_counts_from_when_it_says_something_of_its_own() -> None:
    """Readers of what three outlets tell would find it below all that came since it printed the agency's text."""
    print_of = [
        member(n, name, "Grid", n * 100, summary=text) for n, (name, text) in enumerate((("A", LEAD), ("B", LEAD)), 1)
    ]
    first = told(print_of)
    assert (first.publishers, first.reached) == ((("A", 100),), (100,))
    own = member(2, "B", "Grid", 200, summary="The grid will be mended by spring, our reporter hears in Kyiv.")
    second = told([print_of[0], own], first, joined=[], now=900)
    assert (second.publishers, second.reached) == ((("A", 100), ("B", 200)), (100, 900))
    edited = told([print_of[0], own], second, joined=[], now=1200, replacing=True)
    assert edited == second
    gone = replace(own, item=replace(own.item, summary="", pruned=True, story=1))
    assert told([print_of[0], gone], second, joined=[], now=1200).publishers == second.publishers
    deleted = told([pruned(print_of[0]), of(1, own)], first, joined=[], now=900)
    assert deleted.publishers == second.publishers, "also once the agency's text is deleted, which the entry still has"
    bare = member(4, "Z", "Grid", 50)
    third = told([of(4, one) for one in (bare, print_of[0], own)], told([bare, *print_of]), joined=[], now=900)
    assert third.publishers == (("Z", 50), *second.publishers), "and where a headline had no text that could be gone"


def test_a_text_that_its_outlet_takes_away_is_told_no_more() -> None:
    """Unlike one that was deleted after `keep`."""
    one = member(1, "A", "Grid", 100, summary="The grid will be mended by spring, our reporter hears in Kyiv.")
    before = told([one])
    taken = Member(replace(one.item, summary="", hash="of the headline"), one.judgement)
    assert told([taken], before, joined=[], now=900).entry.summary == ""
    assert told([pruned(one)], before, joined=[], now=900).entry == before.entry


def test_a_number_of_outlets_is_kept_since_when_it_was_reached_though_one_counts_by_a_later_report_now() -> None:
    """Its first one is now a copy: who follows what two outlets tell would see the story a second time, at the place of the later."""
    ones = [
        member(1, "A", "Grid", 100, summary=LEAD),
        member(2, "B", "Grid", 200, summary="The grid will be mended by spring, our reporter hears in Kyiv."),
        member(3, "B", "Grid", 700, summary="Lights are on again in half of the city, as our reporter saw."),
    ]
    first = told(ones)
    second = told([ones[0], member(2, "B", "Grid", 200, summary=LEAD), ones[2]], first, joined=[], now=900)
    assert (first.publishers, first.reached) == ((("A", 100), ("B", 200)), (100, 200))
    assert (second.publishers, second.reached) == ((("A", 100), ("B", 700)), (100, 200))


def test_a_number_of_outlets_that_is_reached_again_was_reached_when_it_first_was() -> None:
    """Who follows what two outlets tell has had the story; it would come back at the top, as news."""
    own = "The grid will be mended by spring, our reporter hears in Kyiv."
    one, other = (member(n, name, "Grid", n * 100, summary=text) for n, name, text in ((1, "A", LEAD), (2, "B", own)))
    first = told([one, other])
    fell = told([one, member(2, "B", "Grid", 200, summary=LEAD)], first, joined=[], now=900)
    assert (fell.publishers, fell.reached) == ((("A", 100),), (100, 200))
    third = member(3, "C", "Grid", 1000, summary="Half of the city has light again, says its mayor, and the trams run.")
    more = [member(4, "D", "Grid", 1100, summary="Nobody knows yet who did it, as the police told us on the spot.")]
    again = told([one, other, third, *more], fell, joined=[3, 4], now=1200)
    assert [name for name, _ in again.publishers] == ["A", "B", "C", "D"]
    assert again.reached == (100, 200, 1100, 1100)


def test_a_merge_keeps_since_when_each_number_of_outlets_told_it_and_more_of_them_do_from_now() -> None:
    ones = [member(n, name, "Grid", at) for n, name, at in ((1, "A", 100), (4, "D", 400))]
    others = [member(n, name, "Grid", at) for n, name, at in ((2, "B", 200), (3, "C", 300), (5, "E", 500))]
    older, younger = told(ones), told(others)
    merged = told([*ones, *others], older, joined=[], now=900, absorbed=[younger])
    assert merged.publishers == (("A", 100), ("B", 200), ("C", 300), ("D", 400), ("E", 500))
    assert merged.reached == (100, 300, 500, 900, 900)


def test_hundreds_of_reports_of_agencies_are_not_read_anew_for_each_of_their_copies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    runs = copies._runs.__wrapped__

    def counted(text: str) -> frozenset[int]:
        read.append(text)
        return runs(text)

    monkeypatch.setattr(copies, "_runs", counted)
    words = [f"{chr(97 + n % 26)}{n}" for n in range(6_000)]
    reports = [f"KYIV (Reuters) - {' '.join(words[n * 80 : n * 80 + 60])}" for n in range(60)]
    own = [member(n + 1, "Reuters", f"Grid {n}", n + 1, summary=report) for n, report in enumerate(reports)]
    printed = [member(n + 61, "Daily", f"Grid {n}", n + 61, summary=f"{reports[-1]} {n}") for n in range(60)]
    assert told([*own, *printed]).publishers == (("Reuters", 1),)
    assert 100 < len(read) < 2_000, "7,200 if each copy reads what came before"


def test_two_outlets_that_fill_a_story_with_texts_of_agencies_and_their_copies_hold_up_no_edition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[copies.Lead] = []

    def counted(one: copies.Lead, other: copies.Lead) -> bool:
        compared.append(one)
        return copies.is_copy(one, other)

    monkeypatch.setattr(corroboration, "is_copy", counted)
    words = [f"{chr(97 + n % 26)}{n}" for n in range(30_000)]
    texts = [f"KYIV (AP) - {' '.join(words[n * 40 : n * 40 + 40])}" for n in range(700)]
    own = [member(n + 1, "Y", "Grid", n + 1, summary=text) for n, text in enumerate(texts)]
    printed = [member(n + 701, "X", "Grid", n + 701, summary=text) for n, text in enumerate(texts)]
    assert told([*own, *printed]).publishers == (("Y", 1),)
    assert len(compared) < 10_000, "245,350 if each copy is looked for"


RUSSIAN = (
    "Украина и её союзники согласовали в понедельник план восстановления энергосети до зимы, заявило министерство энергетики, "
    "после недели ударов, оставивших без света миллион человек в трёх областях."
)
ARABIC = (
    "اتفقت أوكرانيا وحلفاؤها يوم الاثنين على خطة لإعادة بناء شبكة الكهرباء قبل حلول الشتاء بحسب ما أعلنت وزارة الطاقة بعد أسبوع من "
    "الضربات التي تركت مليون شخص بلا كهرباء في ثلاث مناطق."
)

GERMAN = (
    "Ein Unbekannter hat am Montagabend einen Kiosk an der Venloer Straße in Ehrenfeld überfallen und ist mit den Einnahmen des Tages "
    "in Richtung des Gürtels geflüchtet, wo ihn Zeugen aus den Augen verloren."
)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        (RUSSIAN, "КИЕВ, 27 ноября. /ТАСС/. {}"),
        (RUSSIAN, "МОСКВА, 27 ноя – РИА Новости. {}"),
        (RUSSIAN, "{} Об этом сообщает Укринформ."),
        (ARABIC, "القاهرة (أ ف ب) - {}"),
        (ARABIC, "كييف (رويترز) - {}"),
        (GERMAN, "Köln (ots) - {}"),
        (GERMAN, "Wien (OTS) - {}"),
        (GERMAN, "Wien (APA-OTS/PWK) - {}"),
        (GERMAN, "KÖLN, Dec. 1, 2026 /CNW/ - {}"),
        (GERMAN, "KÖLN, Dec. 1, 2026 /PRNewswire/ -- {}"),
        (GERMAN, "KÖLN--(BUSINESS WIRE)--{}"),
        (GERMAN, "KÖLN, Dec. 01, 2026 (GLOBE NEWSWIRE) -- {}"),
    ],
)
def test_agencies_and_services_for_press_releases_are_known(text: str, credit: str) -> None:
    bare, credited = (member(n, name, f"Grid {n}", n * 100, summary=said) for n, (name, said) in
                      enumerate([("A", text), ("B", credit.format(text))], 1))  # fmt: skip
    assert told([bare, credited]).publishers == (("A", 100),)
    own = replace(credited, item=replace(credited.item, summary=text))
    assert len(told([bare, own]).publishers) == 2, "without a credit two outlets may quote one statement"


@pytest.mark.parametrize("author", ["Reuters", "The Associated Press", "AFP and Ann Lee", "Associated Press in Kyiv"])
def test_a_text_of_which_an_agency_is_the_author_is_its(author: str) -> None:
    """As Dawn, NPR and many others name it, without a credit in the text."""
    bare = LEAD.replace("KYIV (Reuters) - ", "")
    first, second = (member(n, name, f"Grid {n}", n * 100, summary=bare) for n, name in ((1, "A"), (2, "B")))
    by_agency = replace(second, item=replace(second.item, author=author))
    assert told([first, by_agency]).publishers == (("A", 100),)
    by_others = replace(second, item=replace(second.item, author="Ann Reuters, AP Singh"))
    assert len(told([first, by_others]).publishers) == 2


def test_one_article_in_several_feeds_is_one_report() -> None:
    """The feeds of one outlet have different names, and so are different publishers until the file says otherwise."""
    one, other, own = (member(n, name, "Grid plan", n * 100) for n, name in enumerate("ABC", 1))
    linked = replace(other, item=replace(other.item, url=one.item.url, canonical=one.item.canonical))
    first = told([one])
    both = told([one, linked], first, joined=[2], now=200)
    assert both.publishers == (("A", 100),)
    assert both.entry == first.entry, "it announces nothing"
    assert [
        name
        for name, _ in told([one, linked, own, replace(own, item=replace(own.item, n=4, publisher="B"))]).publishers
    ] == ["A", "C"]
    again = member(5, "B", "Grid plan, as B tells it", 500)
    assert [name for name, _ in told([one, linked, again]).publishers] == ["A", "B"], "an article of its own counts"


def test_an_outlet_that_copies_others_and_names_an_agency_takes_the_place_of_one_at_most() -> None:
    """Polled before them, it made three outlets with texts of their own one, which is in no list of what several report."""
    texts = (
        "The ministers of four countries met in the old town hall, where they spoke at length about the price of grain and rail.",
        "After eleven hours of talks behind closed doors the governments signed a treaty that lowers duties on steel until spring.",
        "Farmers along the border greeted the agreement with flags and tractors, while unions warned that thousands might lose their jobs.",
    )
    own = [
        member(n, name, f"Grid {n}", 200, summary=text) for n, name, text in zip((4, 5, 6), "ABC", texts, strict=True)
    ]
    copies = [member(n, "H", f"Grid {n}", 100, summary=f"{text} (AP)") for n, text in enumerate(texts, 1)]
    assert [name for name, _ in told([*copies, *own]).publishers] == ["H", "B", "C"]
    late = [member(7, "D", "Grid 7", 300, summary=f"{texts[1]} (AP)")]
    assert [name for name, _ in told([*copies, *late]).publishers] == ["H"], "who names the agency, too, has its text"
    listed = [member(n, name, f"Grid {n}", 150, summary="Few words.") for n, name in ((8, "E"), (9, "F"))]
    links = [
        replace(copy, item=replace(copy.item, canonical=one.item.canonical))
        for copy, one in zip(copies, listed, strict=False)
    ]
    at_home = policy(at_home=lambda item: item.publisher in "EF")
    counted = [name for name, _ in told([*links, *listed, *own], rules=at_home).publishers]
    assert counted == ["E", "F", "B", "C"], "nor by links to articles of others"
    for agency in ("Associated Press", "AP News"):
        wire = [replace(copy, item=replace(copy.item, publisher=agency)) for copy in copies]
        assert [name for name, _ in told([*wire, *own]).publishers] == [agency], "but the agency's own are its"


def test_who_antedates_a_late_report_takes_over_neither_headline_nor_month() -> None:
    text = "What happened there on Monday, told at length."
    here = [member(1, "A", "Defense plan", 90_000, at=89_000, summary=text)]
    prompt = member(2, "B", "Europe plan", 90_600, at=88_000, summary=f"{text} B says so.")
    late = member(3, "C", "Buy now", 99_000, at=1, summary=f"{text} C says so.")
    story = told([*here, prompt, late])
    assert (story.lead, story.published) == (2, 88_000)
    seldom_polled = member(4, "D", "Europe plans", 99_000, at=70_000, summary=f"{text} D says so.")
    assert (told([*here, prompt, late, seldom_polled]).lead) == 4, "it did report first"
    assert [name for name, _ in story.publishers] == ["A", "B", "C"]
    bare = member(1, "A", "Defense plan", 90_000)
    assert told([bare, late]).lead == 3, "but it is the first full report"
    days_old = member(2, "B", "Europe plan", 90_600, at=1, summary=f"{text} B says so.")
    assert told([*here, days_old]).published == 1, "of what came together the earliest counts, as in a back-catalogue"


@pytest.mark.parametrize("entered", [89_500, 90_300])
def test_who_links_to_an_article_does_not_date_its_story(entered: int) -> None:
    """Today's news was that of 1970 within a minute, and so on no front page, if a feed of links said so."""
    own = member(1, "A", "Defense plan", 90_000, at=89_000)
    link = member(2, "B", "Defense plan", entered, at=1)
    link = replace(link, item=replace(link.item, url=own.item.url, canonical=own.item.canonical))
    story = told([own, link], rules=policy(at_home=lambda item: item.publisher == "A"))
    assert (story.lead, story.published) == (1, 89_000)


def test_a_summary_in_chinese_is_one_although_it_has_fewer_characters() -> None:
    bare = member(1, "A", "基辅遭无人机袭击", 100, summary="乌克兰首都。")
    full = member(
        2, "B", "无人机袭击基辅", 200, summary="乌克兰首都基辅周一凌晨遭到无人机袭击，造成两人死亡，多栋房屋受损。"
    )
    assert len(full.item.summary) < 40
    assert told([bare, full]).lead == 2


def test_the_lead_tells_the_news() -> None:
    """A question, an explainer or a live page is the headline only of a story that has no other."""
    asking = member(1, "A", "What was the massacre that he wanted to avenge?", 100, summary=LEAD)
    live = member(2, "B", "Crossbow intruder sentenced – live", 200, summary=LEAD)
    bare = member(3, "C", "Crossbow intruder sentenced to nine years", 300)
    assert told([asking, live, bare]).lead == 3
    assert told([asking, live]).lead == 1
    column = member(4, "D", "A crossbow is no argument", 50, summary=LEAD)
    column = replace(column, item=replace(column.item, url="https://x.example/opinion/crossbow"))
    assert told([column, asking, live, bare]).lead == 3


SAMPLES = (
    (
        "Agency shows first samples of asteroid",
        "The agency showed the first samples of the asteroid that a capsule brought home.",
    ),
    (
        "Water and carbon in samples of asteroid",
        "The samples that the capsule brought home have water and carbon, the agency said.",
    ),
    (
        "Samples brought from asteroid are shown",
        "What the capsule brought home of the asteroid has carbon, the agency showed.",
    ),
)
SHOWN = [
    member(n, name, *text[:1], n * 100, summary=text[1])
    for n, name, text in zip((2, 3, 4), "BCD", SAMPLES, strict=True)
]
PROBE = (
    "This next asteroid is metal",
    "A probe starts on Friday; it will need six years to a body that may be the core of a planet.",
)


def test_what_tells_something_else_than_the_others_does_not_lead() -> None:
    """The grouping took it for one of the story; the others must not stand beneath its headline."""
    other = member(1, "A", PROBE[0], 100, summary=PROBE[1])
    assert told([other, *SHOWN]).lead == 2
    assert told(SHOWN).lead == 2
    assert told([other, SHOWN[0]]).lead == 1, "of two nobody knows which is the odd one"
    again = replace(SHOWN[1], item=replace(SHOWN[1].item, publisher="B"))
    assert told([other, SHOWN[0], again]).lead == 1, "nor of two outlets"
    assert told([other, *SHOWN[:2], pruned(SHOWN[2])]).lead == 1, "nor once texts are gone"


def test_a_headline_that_says_nothing_of_what_the_others_say_does_not_lead() -> None:
    """It may stand over a text like theirs: a history, a column, a preview."""
    history = member(1, "A", "Eleven years of hope", 100, summary=SAMPLES[0][1] + " It says so.")
    assert told([history, *SHOWN]).lead == 2
    assert told([history, SHOWN[0]]).lead == 1, "of two nobody knows which stands for the story"
    bare = [replace(one, item=replace(one.item, summary="")) for one in SHOWN]
    assert told([history, *bare]).lead == 1, "it tells more than a headline, and nothing else"


def test_what_happened_leads_before_what_was_about_to() -> None:
    ahead, *after = [
        member(n, name, title, n * 100, summary=f"{SAMPLES[0][1]} {name} says so.")
        for n, (name, title) in enumerate(
            (("A", "Agency set to show samples of asteroid"), ("B", SAMPLES[0][0]), ("C", SAMPLES[1][0])), 1
        )
    ]
    assert told([ahead, *after]).lead == 2
    assert told([ahead, after[0]]).lead == 1, "of two nobody knows whether they tell one thing"
    later = replace(after[1], item=replace(after[1].item, publisher="A"))
    assert told([ahead, after[0], later]).lead == 1, "nor if one of the two tells it twice"
    still = replace(after[0], item=replace(after[0].item, title="Agency expected to show samples"))
    assert told([ahead, still, after[1]]).lead == 1, "one may be a portrait of who is to be tried"
    alone = replace(after[1], item=replace(after[1].item, publisher="B"))
    third = member(4, "C", still.item.title, 400, summary=still.item.summary)
    assert told([ahead, after[0], alone, third]).lead == 1, "also if it tells that twice"
    probe = member(4, "D", PROBE[0], 150, summary=PROBE[1])
    assert told([ahead, *after, probe]).lead == 2, "what tells something else does not lead for that either"


def test_what_others_report_leads_after_what_outlets_tell_themselves() -> None:
    """The first flash of an attack stood over its story for days."""
    heard, *own = [
        member(n, name, title, n * 100, summary=f"Sirens are heard in Velmora, where rockets fell, {name} says.")
        for n, (name, title) in enumerate(
            (
                ("A", "Rockets fall on Velmora: News reports"),
                ("B", "Rockets fall on Velmora"),
                ("C", "Rockets hit Velmora"),
            ),
            1,
        )
    ]
    assert told([heard, *own]).lead == 2
    twice = replace(own[1], item=replace(own[1].item, publisher="A"))
    assert told([heard, own[0], twice]).lead == 1, "of two nobody knows whether they tell one thing"
    also = replace(own[1], item=replace(own[1].item, title="Rockets hit Velmora: report"))
    assert told([heard, own[0], also]).lead == 1, "who alone tells it himself may be wrong"


def test_a_headline_with_two_thirds_of_the_dead_does_not_lead_once_two_outlets_count_more() -> None:
    titles = (
        "Quake kills 15 in Velmora",
        "Quake shakes Velmora",
        "Velmora's quake kills 2,400",
        "Quake in Velmora kills 2,000",
    )
    first, bare, *later = [
        member(n, name, title, n * 100, summary=f"The quake in Velmora is the worst in years, {name} says.")
        for n, (name, title) in enumerate(zip("ABCD", titles, strict=True), 1)
    ]
    assert told([first, bare, later[0]]).lead == 1, "one outlet may be wrong"
    assert told([first, bare, *later]).lead == 3
    assert told([first, *later, member(5, "C", "Aid reaches Velmora", 500)]).lead == 3
    twice = replace(later[1], item=replace(later[1].item, publisher="A"))
    assert told([first, later[0], twice]).lead == 1, "two outlets may both be wrong"
    same = [replace(one, item=replace(one.item, publisher="C")) for one in later]
    assert told([first, bare, *same]).lead == 1
    link = member(9, "L", later[0].item.title, later[0].item.entered)
    link = replace(link, item=replace(link.item, canonical=later[0].item.canonical))
    at_home = policy(at_home=lambda item: item.publisher == later[0].item.publisher)
    assert told([first, bare, later[0], link], rules=at_home).lead == 1, "nor he who links to its article"
    most = replace(first, item=replace(first.item, title="Quake kills 1,300 in Velmora"))
    assert told([most, bare, *later]).lead == 3
    nearly = replace(first, item=replace(first.item, title="Quake kills 1,400 in Velmora"))
    assert told([nearly, bare, *later]).lead == 1, "tolls that differ little are of one time"


def test_a_headline_without_the_death_does_not_lead_once_half_of_the_outlets_tell_it() -> None:
    titles = (
        "Velmora's speaker shot at rally",
        "Speaker in hospital after shots at rally in Velmora",
        "Velmora's speaker dies of wounds after rally",
        "Speaker of Velmora shot dead at rally",
        "Velmora mourns its speaker, shot at rally",
    )
    shot, hurt, dies, dead, mourned = [
        member(n, name, title, n * 100, summary=f"The speaker of Velmora spoke at a rally, {name} says.")
        for n, (name, title) in enumerate(zip("ABCDE", titles, strict=True), 1)
    ]
    assert told([shot, hurt, dies]).lead == 1, "one outlet may be wrong"
    assert told([shot, hurt, dies, dead]).lead == 3
    assert told([shot, hurt, dies, dead, mourned]).lead == 1, "most tell something else"
    assert told([shot, dies]).lead == 1
    listed = [replace(shot, item=replace(shot.item, n=n, publisher=f"List {n}")) for n in range(11, 15)]
    assert told([shot, *listed, hurt, dies, dead]).lead == 3, (
        "who lists the first report or copies it is no other outlet"
    )
    bare = replace(dead, item=replace(dead.item, summary=""))
    assert told([shot, hurt, dies, bare]).lead == 3, "a bare headline tells it too"
    link = replace(bare, item=replace(bare.item, title=dies.item.title, canonical=dies.item.canonical))
    at_home = policy(at_home=lambda item: item.publisher == "C")
    assert told([shot, hurt, dies, link], rules=at_home).lead == 1, "but who links to the article of another does not"


def test_whoever_led_before_an_upgrade_leads_on_while_the_entry_stays() -> None:
    """A page with the headline of one report and the text of another tells the story wrongly."""
    other = member(1, "A", PROBE[0], 100, summary=PROBE[1])
    before = replace(told([other, *SHOWN]), lead=1, entry=told([other]).entry)  # as the version before would have it
    after = told([other, *SHOWN], before, joined=[], now=900, replacing=True)
    assert (after.entry, after.lead) == (before.entry, 1)
    fifth = member(5, "E", "Asteroid samples are shown", 500, summary=SAMPLES[0][1] + " It said so.")
    last = told([other, *SHOWN, fifth], after, joined=[5], now=900)
    assert (last.lead, last.entry.title) == (2, SAMPLES[0][0]), "another is announced when someone joins"


def test_whoever_led_leads_on_once_texts_are_gone() -> None:
    """A late report of an outlet that told it already must not bring back the headline of the odd one, which a slow feed still lists."""
    other = member(1, "A", PROBE[0], 100, summary=PROBE[1])
    before = told([other, *SHOWN])
    again = member(5, "B", SAMPLES[2][0], 900, summary=SAMPLES[2][1])
    later = told([other, *(pruned(one) for one in SHOWN), again], before, joined=[5], now=900)
    assert (later.lead, later.entry) == (2, before.entry)


def test_a_report_whose_text_is_gone_does_not_get_that_of_another() -> None:
    """Its story was headed by it, and announced under another, as an earlier version had it."""
    other = member(1, "A", PROBE[0], 100, summary=PROBE[1])
    before = replace(told([other, *SHOWN]), lead=1)
    assert before.entry.title == SAMPLES[0][0]
    fifth = member(5, "E", "Asteroid samples are shown", 500)
    last = told([*map(pruned, (other, *SHOWN)), fifth], before, joined=[5], now=900)
    assert (last.entry.title, last.entry.summary) == (PROBE[0], "")


def test_copies_of_an_agencys_text_do_not_outvote_the_first_report() -> None:
    other = member(1, "A", PROBE[0], 100, summary=PROBE[1])
    printed = [
        member(n, name, "Grid is repaired", n * 100, summary=LEAD) for n, name in zip((2, 3, 4), "BCD", strict=True)
    ]
    assert told([other, *printed]).lead == 1


def test_an_outlet_leads_before_a_wrapper_that_tells_more_and_earlier() -> None:
    wrapped = member(1, "A", "Defense", 100, summary="A summary that says what has happened, in a sentence.")
    rules = policy(wrappers=frozenset({"a"}))
    assert told([wrapped, member(2, "B", "Defense", 200)], rules=rules).lead == 2


def test_what_an_outlet_explains_leads_before_the_bare_headline_of_a_wrapper() -> None:
    """Led by the wrapper, the story would have no summary and no text, and its link would lead through the wrapper."""
    explained = member(
        1, "B", "What we know about the protests", 100, summary="Our correspondent looks at what is behind them."
    )
    wrapped = member(2, "A", "Minister condemns the protests", 200, summary="")
    assert told([explained, wrapped], rules=policy(wrappers=frozenset({"a"}))).lead == 1


def pruned(one: Member) -> Member:
    return Member(replace(one.item, summary="", pruned=True), one.judgement, one.item.publisher)


def test_who_counted_before_the_texts_went_still_does_and_since_then() -> None:
    one, other = member(1, "A", "Grid", 100), member(2, "B", "Grid", 200)
    third, fourth = member(3, "B", "Power", 300), member(4, "C", "Power", 400)
    older, younger = told([one, other]), told([third, fourth])
    whole = [pruned(of(1, one)), pruned(of(1, other)), pruned(of(3, third)), pruned(of(3, fourth))]
    merged = told(whole, older, joined=[], now=500, absorbed=[younger])
    assert merged.publishers == (("A", 100), ("B", 200), ("C", 400))
    assert told(whole[:2]).publishers == older.publishers, "of what leaves a story nobody knows that it was a copy"
    agency = member(1, "A", "Grid", 100, summary=LEAD)
    copy = member(2, "B", "Grid", 200, summary=LEAD.replace("KYIV (Reuters) - ", ""))
    own = member(3, "B", "Power", 300, summary="The grid will be mended by spring, our reporter hears in Kyiv.")
    before = told([agency, copy, own])
    after = told([pruned(agency), pruned(copy), pruned(own)], before, joined=[], now=500)
    assert after.publishers == before.publishers == (("A", 100), ("B", 300)), "not since it copied"
    new = member(4, "C", "Light again", 400, summary="The trams run again, and the mayor of Kyiv thanks the crews.")
    early = member(5, "D", "Grid down", 50, summary="All of Kyiv is dark tonight, and only hospitals have light.")
    later = told([early, pruned(agency), of(5, copy), new], told([early, agency, copy]), joined=[4], now=500)
    assert later.publishers == (("D", 50), ("A", 100), ("C", 400)), "nor once the text that it copied is gone"
    beside = member(6, "E", "Trams", 150, summary="No tram runs in Kyiv, and its people walk home in the dark.")
    four = told([early, agency, beside, copy])
    among = told([early, pruned(agency), of(5, beside), of(5, copy), new], four, joined=[4], now=500)
    assert among.publishers == (("D", 50), ("A", 100), ("E", 150), ("C", 400)), "whatever texts there still are"
    left = told([pruned(copy), pruned(own)], before, joined=[], now=500)
    assert left.publishers == (("B", 200),), "somebody reports each story"
    renamed = Member(replace(own.item, summary="", pruned=True, publisher="Z"), own.judgement, "B")
    anew = told([pruned(agency), renamed], before, joined=[], now=500, replacing=True)
    assert anew.publishers == (("A", 100), ("Z", 300))


def of(story: int, one: Member) -> Member:
    """As the store knows it: in this story."""
    return Member(replace(one.item, story=story), one.judgement)


def test_a_merge_that_brings_a_publisher_says_so_and_keeps_the_older_times() -> None:
    one, other = member(1, "A", "Defense", 100), member(2, "B", "Europe", 200)
    older, younger = told([one]), told([other])
    merged = told([of(1, one), of(2, other)], older, joined=[], now=500, absorbed=[younger])
    assert merged.id == older.id
    assert {p.stream: p.entered for p in merged.streams} == {
        DEFENSE: 100,
        EUROPE: 200,
    }
    assert merged.publishers == (("A", 100), ("B", 200))
    assert [report.publisher for report in merged.entry.reports] == ["A", "B"]
    assert merged.entry.updated == 500


def test_a_merge_keeps_the_time_as_primary_section_whichever_story_was_there_first() -> None:
    older = told([member(1, "A", "Other", 100), member(2, "A", "Defense", 300)])
    other = member(3, "B", "Asia-Pacific defense", 200)
    assert (older.section, told([other]).section) == ("defense", "asia-pacific")
    whole = [of(1, member(1, "A", "Other", 100)), of(3, other), of(1, member(2, "A", "Defense", 300))]
    merged = told(whole, older, joined=[], now=500, absorbed=[told([other])])
    since = {p.stream: (p.entered, p.primary_since) for p in merged.streams}
    assert merged.section == "defense"
    assert since[DEFENSE] == (200, 300), "a feed of primary sections alone lists it where it was"
    assert since[ASIA_PACIFIC] == (200, 200)
    soon, late = member(1, "A", "Defense", 100), member(2, "B", "Defense", 200)
    older, younger = told([soon, member(3, "C", "Defense", 400)]), told([late])
    both = told([of(1, soon), of(2, late)], older, joined=[], now=500, absorbed=[younger])
    assert both.streams == (InStream(DEFENSE, 100, 100),), "where that is earlier than the other's"


def test_a_story_has_the_id_of_the_item_that_founds_it_whichever_came_first() -> None:
    first, founder = member(1, "A", "Defense", 100), member(2, "B", "Defense", 200)
    assert compose(2, [first, founder], None, policy(), Change(300, (1, 2))).id == founder.item.id


def test_a_merge_that_brings_no_publisher_announces_nothing() -> None:
    one, other = member(1, "A", "Defense", 100), member(2, "A", "Defense again", 200)
    older, younger = told([one]), told([other])
    merged = told([of(1, one), of(2, other)], older, joined=[], now=500, absorbed=[younger])
    assert merged.entry == older.entry
    third = member(3, "B", "Europe", 300)
    known = told([one, third])
    merged = told([of(1, one), of(2, other), of(1, third)], known, joined=[], now=500, absorbed=[younger])
    assert merged.entry == known.entry, "nor is one announced that was there"


def test_a_copy_that_comes_to_say_something_of_its_own_is_a_publisher_that_joins() -> None:
    copy = member(2, "B", "Grid 2", 200, summary=LEAD.replace("KYIV (Reuters) - ", ""))
    agency = member(1, "A", "Grid 1", 100, summary=LEAD)
    first = told([agency])
    second = told([of(1, agency), copy], first, joined=[2], now=200)
    assert second.entry == first.entry
    own = member(2, "B", "Grid 2", 200, summary="The grid will be mended by spring, our reporter hears in Kyiv.")
    third = told([of(1, agency), of(1, own)], second, joined=[], now=300)
    assert [name for name, _ in third.publishers] == ["A", "B"]
    assert [report.publisher for report in third.entry.reports] == ["A", "B"]
    assert third.entry.updated == 300
    assert told([of(1, agency), of(1, own)], third, joined=[], now=400).entry == third.entry, "nothing is told twice"


def test_an_outlet_that_was_named_for_a_copy_joins_with_a_report_of_its_own() -> None:
    texts = (
        LEAD,
        LEAD.replace("KYIV (Reuters) - ", ""),
        "The grid will be mended by spring, our reporter hears in Kyiv.",
    )
    members = [
        member(n, name, f"Grid {n}", n * 100, summary=text)
        for n, (name, text) in enumerate(zip("ABC", texts, strict=True), 1)
    ]
    first = told(members)
    assert ([report.publisher for report in first.entry.reports], len(first.publishers)) == (["A", "B", "C"], 2)
    own = member(4, "B", "Grid 4", 400, summary="Half of the city had light again by noon.")
    second = told([*members, own], first, joined=[4], now=450)
    assert second.publishers == (("A", 100), ("C", 300), ("B", 400))
    assert second.entry.updated == 400
    assert told([*members, own], second, joined=[], now=500).entry == second.entry, "nothing is told twice"


def test_pins_and_hidden_addresses_are_the_editors_word() -> None:
    one = member(1, "A", "Defense", 100)
    rules = policy(pinned={"https://x.example/1": "europe"}, hidden=frozenset({"https://x.example/1"}))
    story = compose(1, [one], None, rules, Change(0, [1]))
    assert (story.section, story.hidden) == ("europe", True)
    other = told([member(2, "A", "Defense", 100)], rules=rules)
    assert (other.section, other.scores, other.hidden) == ("defense", (("defense", 1.0),), False)


def hiding(*numbers: int) -> Policy:
    return policy(hidden=frozenset(f"https://x.example/{n}" for n in numbers))


def hidden(one: Member) -> Member:
    """As the store knows it after an edit that hid it."""
    return Member(replace(one.item, hidden=True), one.judgement)


def test_an_entry_goes_with_the_editor_who_hides_what_it_names() -> None:
    one, two, late = member(1, "A", "Defense", 100), member(2, "B", "Europe", 200), member(3, "B", "Europe again", 300)
    late = Member(replace(late.item, image="https://x.example/3.jpg"), late.judgement)
    first = told([one, two])
    whole = told([one, two, late], first, joined=[3], now=300)
    rest = told([one, two, late], whole, joined=[], now=800, rules=hiding(3), replacing=True)
    assert rest.entry == whole.entry, "it never named the late report"
    less = told([one, two, hidden(late)], rest, joined=[], now=900, rules=hiding(2, 3), replacing=True)
    assert ([report.url for report in less.entry.reports], less.entry.updated) == (["https://x.example/1"], 900)
    same = told([one, hidden(two), hidden(late)], less, joined=[], now=910, rules=hiding(2, 3), replacing=True)
    assert same.entry == less.entry, "nothing is told twice"
    again = told([one, hidden(two), hidden(late)], same, joined=[], now=920, rules=hiding(3), replacing=True)
    assert ([report.publisher for report in again.entry.reports], again.entry.updated) == (["A", "B"], 920)


def test_a_story_that_is_hidden_as_a_whole_and_shown_again_announces_nothing() -> None:
    one, two = member(1, "A", "Defense", 100), member(2, "B", "Europe", 200)
    first = told([one, two])
    gone = told([one, two], first, joined=[], now=800, rules=hiding(1, 2), replacing=True)
    assert (gone.hidden, gone.entry) == (True, first.entry)
    back = told([hidden(one), hidden(two)], gone, joined=[], now=900, replacing=True)
    assert (back.hidden, back.entry) == (False, first.entry)


def test_the_picture_of_a_hidden_article_goes_even_if_it_has_another_address_now() -> None:
    one, two = member(1, "A", "Defense", 100), member(2, "B", "Europe", 200)
    two = Member(replace(two.item, image="https://x.example/2.jpg"), two.judgement)
    first = told([one, two])
    moved = Member(replace(two.item, url="https://x.example/there"), two.judgement)
    less = told([one, moved], first, joined=[], now=900, rules=hiding(2), replacing=True)
    assert (first.entry.image, less.entry.image, less.entry.updated) == ("https://x.example/2.jpg", None, 900)


@pytest.mark.parametrize(
    ("saying", "items", "topics"),
    [
        (1, 1, ("nato",)),
        (1, 2, ("nato",)),
        (1, 3, ()),
        (2, 3, ("nato",)),
        (2, 6, ("nato",)),
        (2, 7, ()),
        (3, 9, ("nato",)),
    ],
)
def test_topics_need_a_third_of_the_items_and_two_of_three(saying: int, items: int, topics: tuple[str, ...]) -> None:
    """Dead birds were migration, and a tax scheme protests, since one report of three had the word."""
    members = [member(n, f"P{n}", "NATO meets" if n <= saying else "They meet", n) for n in range(1, items + 1)]
    assert told(members).topics == topics


def test_an_outlet_that_reports_a_story_a_hundred_times_does_not_decide_its_topics() -> None:
    """It may copy a headline to get the story into lists where it does not belong, or out of those where it does."""

    def story(own: str, copied: str) -> tuple[str, ...]:
        outlets = [member(n, f"P{n}", own, n) for n in range(1, 6)]
        return told([*outlets, *(member(n, "P6", copied, n) for n in range(6, 106))]).topics

    assert story("NATO meets", "They meet") == ("nato",)
    assert story("They meet", "NATO meets") == ()


def test_of_an_outlet_with_several_reports_the_share_with_a_topic_counts() -> None:
    for saying, topics in ((1, ()), (2, ("nato",))):
        own = [member(n, "A", "NATO meets" if n <= saying else "They meet", n) for n in range(1, 7)]
        assert told(own).topics == topics
    thirds = [member(3 * n + m, f"P{n}", "They meet" if m else "NATO meets", n) for n in range(3) for m in range(3)]
    assert told(thirds).topics == ("nato",)
    assert told(thirds[1:]).topics == ()


def test_a_single_one_of_three_reports_gives_a_story_no_topic_though_it_is_half_of_the_outlets() -> None:
    """A cable cut in the Baltic Sea was about drugs and Gaza: the second outlet's report was a newsletter with other news too."""
    other = member(3, "B", "NATO meets", 3)
    assert told([member(1, "A", "They meet", 1), member(2, "A", "They met", 2), other]).topics == ()
    assert told([member(1, "A", "They meet", 1), member(2, "A", "NATO met", 2), other]).topics == ("nato",)
    rules = policy(found_topics=frozenset({"nato"}))
    assert told([member(1, "A", "They meet", 1), member(2, "A", "They met", 2), other], rules=rules).topics == ()


def test_one_of_three_outlets_gives_a_story_no_topic_however_often_it_reports() -> None:
    copies = [member(n, "A", "NATO meets", n) for n in range(1, 9)]
    assert told([*copies, member(10, "B", "They meet", 10), member(11, "C", "They meet", 11)]).topics == ()
    assert told([*copies, member(10, "B", "NATO met", 10), member(11, "C", "They meet", 11)]).topics == ("nato",)


def test_found_topics_need_half_of_the_items() -> None:
    members = [member(n, f"P{n}", "Drones fly" if n <= 2 else "They fly", n) for n in range(1, 6)]
    rules = policy(found_topics=frozenset({"drones"}))
    assert told(members[:4], rules=rules).topics == ("drones",)
    assert told(members, rules=rules).topics == ()


def test_topics_come_by_how_many_items_have_them_and_found_ones_last_and_few() -> None:
    """Topics are words of the titles here. `gone` is one that the rules knew when the item was judged."""

    def judge(item: EditionItem) -> Judgement:
        return Judgement("world", (("world", 0.0),), tuple(item.title.split()))

    found = ("china", "japan", "korea", "india", "nepal")
    titles = {name: name.upper() for name in (*found, "nato", "drones")}
    rules = policy(judge, topic_titles=titles, found_topics=frozenset(found))
    texts = (
        "gone china japan korea india nepal nato drones",
        "gone china japan korea india nepal nato drones",
        "gone nepal drones",
    )
    members = [member(n, f"P{n}", text, n) for n, text in enumerate(texts, 1)]
    members = [Member(one.item, judge(one.item)) for one in members]
    assert told(members, rules=rules).topics == ("drones", "nato", "nepal", "china", "japan", "korea")


def test_a_pin_comes_before_the_sections_that_the_rules_found() -> None:
    rules = policy(pinned={"https://x.example/1": "europe"})
    story = told([member(1, "A", "Asia-Pacific defense", 100), member(2, "B", "Defense", 200)], rules=rules)
    assert (story.section, story.scores) == ("europe", (("europe", 1.0), ("defense", 1.0), ("asia-pacific", 0.5)))
    assert told([member(1, "A", "A plan", 100)], rules=rules).scores == (("europe", 1.0),), "no longer in the fallback"
    there = told([member(1, "A", "Defense in Europe", 100)], rules=rules)
    assert (there.section, there.scores) == ("europe", (("europe", 1.0), ("defense", 1.0)))


def test_a_story_keeps_its_place_among_all_whatever_is_hidden_or_merged() -> None:
    one, two = member(1, "A", "Defense", 100), member(2, "B", "Europe", 200)
    first = told([one, two])
    assert told([one, two], first, joined=[], now=900, rules=hiding(1), replacing=True).entered == 100
    early = member(3, "C", "Defense", 50)
    merged = told([of(3, early), of(1, one), of(1, two)], first, joined=[], now=900, absorbed=[told([early])])
    assert merged.entered == 50
    assert InStream(DEFENSE, 50, 50) in merged.streams, "as primary section too"
    new = member(4, "A", "Defense", 300)
    assert told([new], now=900).entered == 300


def test_a_merge_that_brings_a_text_of_its_own_of_an_outlet_that_copied_says_so() -> None:
    agency = member(1, "A", "Grid 1", 100, summary=LEAD)
    copy = member(2, "B", "Grid 2", 200, summary=LEAD.replace("KYIV (Reuters) - ", ""))
    own = member(3, "B", "Grid 3", 300, summary="The grid will be mended by spring, our reporter hears in Kyiv.")
    older, younger = told([agency, copy]), told([own])
    assert (len(older.publishers), len(older.entry.reports)) == (1, 2)
    whole = [of(1, agency), of(1, copy), of(3, own)]
    merged = told(whole, older, joined=[], now=500, absorbed=[younger])
    assert [name for name, _ in merged.publishers] == ["A", "B"]
    assert (merged.entry.updated, len(merged.entry.reports)) == (500, 3)


TITLES = st.sampled_from(["Defense", "Europe", "NATO defense", "Other", "Asia-Pacific drones"])


@given(st.lists(st.tuples(st.sampled_from("ABCD"), TITLES, st.integers(1, 50)), min_size=1, max_size=8), st.randoms())
def test_the_order_in_which_items_are_handed_over_does_not_matter(
    rows: list[tuple[str, str, int]], random: object
) -> None:
    members = [member(n, publisher, title, entered) for n, (publisher, title, entered) in enumerate(rows, 1)]
    shuffled = list(members)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = told(members), told(shuffled)
    assert one == replace(other)
    assert all(p.entered >= min(m.item.entered for m in members) for p in one.streams)
    assert StreamName("section", one.section) in {p.stream for p in one.streams if p.active}


@given(
    st.builds(
        EditionItem,
        n=st.just(1),
        id=st.just("00000000-0000-5000-8000-000000000001"),
        source=st.just("a"),
        publisher=st.sampled_from("AB"),
        title=st.sampled_from(["", "Defense", "Europe and NATO", "NATO defense", "Asia-Pacific drones", "Other"]),
        summary=st.sampled_from(["", "In some more words."]),
        url=st.sampled_from([None, "https://x.example/1"]),
        canonical=st.sampled_from([None, "https://x.example/1"]),
        lang=st.sampled_from([None, "en", "th"]),
        categories=st.just(()),
        image=st.sampled_from([None, "", "https://x.example/1.jpg"]),
        at=st.integers(-9, 400),
        entered=st.integers(-9, 400),
        first_seen=st.integers(-9, 400),
        live=st.booleans(),
        enclosures=st.sampled_from([(), (Enclosure("https://x.example/1.mp3", "audio/mpeg", 7),)]),
        pruned=st.booleans(),
        hidden=st.booleans(),
    ),
    st.sampled_from([{}, {"https://x.example/1": "europe"}, {"https://x.example/2": "defense"}]),
    st.sampled_from([{"nato": "NATO", "drones": "Drones"}, {"drones": "Drones"}]),
    st.sampled_from([frozenset(), frozenset(["nato"])]),
    st.booleans(),
)
def test_a_story_of_one_report_is_what_it_would_be_beside_reports_that_readers_do_not_see(
    item: EditionItem, pinned: dict[str, str], titles: dict[str, str], found: frozenset[str], joins: bool
) -> None:
    unseen = member(2, "Z", "Defense in Europe", 500)
    rules = policy(hidden=frozenset([unseen.item.url or ""]), pinned=pinned, topic_titles=titles, found_topics=found)
    change, one = Change(600, [1] if joins else []), Member(item, by_words(item))
    alone = compose(1, [one], None, rules, change)
    assert alone == compose(1, [one, unseen], None, rules, change)
    out = replace(rules, overrides=replace(rules.overrides, hidden_items=frozenset([1])))
    assert compose(1, [one], None, out, change) == replace(alone, hidden=True)


def test_an_entry_names_the_topics_and_shows_the_first_picture_where_the_lead_has_none() -> None:
    lead, second, third = (member(n, name, "NATO meets", n * 100) for n, name in enumerate("ABC", 1))
    second = Member(replace(second.item, image="https://x.example/2.jpg"), second.judgement)
    third = Member(replace(third.item, image="https://x.example/3.jpg"), third.judgement)
    entry = told([lead, second, third]).entry
    assert (entry.link, entry.image, entry.topics) == (lead.item.url, "https://x.example/2.jpg", ("NATO",))
    own = member(4, "D", "NATO meets", 400, summary="A summary that says what has happened, in a sentence.")
    own = Member(replace(own.item, image="https://x.example/4.jpg"), own.judgement)
    assert told([lead, second, third, own]).entry.image == "https://x.example/4.jpg"


def test_an_entry_lists_its_reports_by_their_time_whenever_they_came() -> None:
    early = member(2, "B", "Defense", 200, at=50)
    assert [report.publisher for report in told([member(1, "A", "Defense", 100), early]).entry.reports] == ["B", "A"]


def test_enclosures_of_the_lead_are_passed_on() -> None:
    one = member(1, "A", "Defense", 100)
    audio = (Enclosure("https://x.example/1.mp3", "audio/mpeg", 1000),)
    assert told([Member(replace(one.item, enclosures=audio), one.judgement)]).entry.enclosures == audio


@given(
    texts=st.lists(
        st.sampled_from(("Defense", "Europe and defense", "Asia", "NATO in Europe", "NATO", "A plan")),
        min_size=1,
        max_size=4,
    ),
    edits=st.lists(st.sampled_from((None, "Defense", "Europe", "NATO", "A plan")), min_size=4, max_size=4),
    hidden=st.tuples(st.sets(st.integers(1, 4)), st.sets(st.integers(1, 4))),
    pinned=st.tuples(*[st.none() | st.sampled_from(("europe", "defense"))] * 2),
)
def test_whether_a_story_keeps_its_place_is_known_without_composing_it(
    texts: list[str],
    edits: list[str | None],
    hidden: tuple[set[int], set[int]],
    pinned: tuple[str | None, str | None],
) -> None:
    before, after = (
        policy(
            hidden=frozenset(f"https://x.example/{n}" for n in out),
            pinned={"https://x.example/1": section} if section else {},
        )
        for out, section in zip(hidden, pinned, strict=True)
    )
    members = [member(n, f"P{n}", text, n * 100) for n, text in enumerate(texts, 1)]
    state = told(members, rules=before)
    again = [
        one if edit is None else replace(one, judgement=by_words(replace(one.item, title=edit)))
        for one, edit in zip(members, edits, strict=False)
    ]
    new = recomposed(state, again, after)
    stays = (streams_of(new), new.section, new.hidden) == (streams_of(state), state.section, state.hidden)
    if not (new.hidden and state.hidden):  # then it is in no stream, and what it is judged does not show
        assert keeps_place(state, again, after) == stays
    assert not keeps_place(state, again, after) or stays
