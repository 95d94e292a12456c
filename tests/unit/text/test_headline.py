"""Which headlines tell the news."""

from __future__ import annotations

import pytest

from aggregator.text.headline import (
    dead,
    is_about_leisure,
    is_ahead,
    is_hearsay,
    is_leisure,
    is_roundup,
    tells,
    tells_of_death,
)


@pytest.mark.parametrize(
    "headline",
    [
        "Port of Velmora shut after ship hits bridge",
        "BREAKING: Port of Velmora shut",
        "Exclusive - Ministers met in secret, papers say",
        "UPDATE 2: Velmora central bank lifts rates",
        "WHO recommends second malaria vaccine",  # the organisation
        "Whistleblower says bank knew",
        "Watchdog fines Velmora railways",
        "Live music returns to Velmora",
        "Live ammunition found on beach",
        "Briefings for ministers cost millions",
        "I would scream in my sleep: women of Velmora tell of siege",
        "I thought I was going to die in flood, says woman",
        "My Lai survivor dies at 90",
        "I-95 bridge collapses",
        "Inside job suspected in theft from Velmora's museum",
        "Inside Velmora, aid arrives by sea",
        "Inside the capital, rebels hold the bridge",
        "Inside man in Velmora's robbery jailed",
        "Inside sources expect Velmora to cut rates",
        "Inside Out 2 passes $1bn in Velmora",
        "Fact-checking ends on Velmora's network",
        "Fact-checking groups sue Velmora",
        "I was dragged into consulate grounds - protester",
        "I was wrong on the port, mayor of Velmora admits",
        "I’ll sign the bill, Velmora's premier says",
        "I'm Still Waiting wins Velmora's prize for best film",
        "I Corps soldiers land in Velmora",
        "I Am Velmora director dies at 71",
        "My Pillow founder loses case in Velmora",
        "My Number card fails across Velmora",
        "I sindacati di Velmora in sciopero",
        "I natt angreb droner Velmora",
        "I Velmora dræbes 12 af missil",
        "I rząd Velmory upadł",
        "‘My heart is in pieces’: vigils in Velmora",
        "Court bans Velmora's television, and other news outlets protest",
        "Velmora's mayor counts on sun, wind and other developments",
        "Trump and Xi meet in the U.S. And Velmora watches",
        "Velmora holds press briefing",
        "Ministers skip Velmora security briefing",
        "维尔莫拉港关闭",
        "벨모라항폐쇄",
        "Here be dragons: lost map found",
        "Minister explained delay in Velmora vote",
        "Two killed in 5 minutes of shelling",
        "Velmora sirens sound as millions live in fear: mayor",
        "May calls vote in Velmora",
        "Will Smith Asks Velmora “Who Is Next?” at Premiere",
        'May asks parliament "why not now?" in Velmora vote',
        "Velmora's minister seen in photos of secret meeting",
        "Velmora's minister seen with spy in photos",
        "Minister explained in court why he fled Velmora",
        "Velmora war: thousands have nowhere to live",
        "They have nowhere to live: refugees freeze in Velmora",
        "LATEST: Velmora's parliament scraps vote",
        "Velmora: the latest storm closes schools",
        "Wo\u0301jcik wins in Velmora",
        "Eilmeldung: Hafen gesperrt",
        "Two ministers face questions over Velmora bridge",
        "Five schools cancel lessons in Velmora",
        "Velmora's papers: officials burned them",
        "Spies used a guide to Velmora's bridges",
        "Ministers explain how to pay the new tax",
        "Velmora's editor quits over editorial cartoon",
        "Velmora gallery: paintings stolen",
        "Minister quits podcast: report",
        "Velmora's spending review – ministers clash over cuts",
        "Velmora's bridge deal under review – mayor",
        "Flood could have been foretold – independent review",
        "Low review – Velmora's police ignored warnings",
        "‘Old Faults’ of Bridge Found in Safety Review: Mayor",
        "Minister lobbied for bridge – leaked letters",
        "Editorial cartoon lands Velmora artist in jail",
        "Daily horoscope app leaks Velmora's data",
        "Police on Tuesday quiz Velmora's mayor",
        "Velmora hires 3 of the best bridge builders",
        "Velmora's minister wants less power and more headlines for mayors",
        "Velmora holds ministers in round-up",
        "Velmora's police: hundreds held in round-up - ministers protest",
        "Velmora mourns five ranchers – wild horse round-up",
        "Maker of weedkiller to pay Velmora $2m - Roundup",
        "Velmora's court is shown list of key events",
        "Velmora inquiry: list of key events was hidden",
        "Velmora's truce: timeline for talks is set",
        "‘All we know is that he is gone’, mother in Velmora says",
        "Fossil of Velmora rewrites everything we know about fish",
        "Author of 'Everything You Need to Know about Velmora' dies",
        "‘No New Money’ in Velmora's Spending Review: Minister",
        "‘Velmora's bridge is safe’ after review: mayor",
        "Velmora wants reforms before bailout review: report",
        "Velmora puts bridge deal under review",
        "Police quiz bridge minister on Saturday",
        "Mayor answers Velmora's letters",
        "Rowers are best of the best",
        "Court: Whatever the mayor said is no crime",
        "Court rejects latest map of Velmora's districts",
        "Maps show how far the army of Velmora came",
        "Minister gives timeline of Velmora bridge works",
        "Velmora's districts: Latest map heads to the governor",
        "Velmora bridge: Timeline slips to 2039",
        "Velmora raid: Timeline of police was false",
        "Velmora bridge – timeline 'not realistic'",
        "Tracking the stolen ship, Velmora's police find a harbour",
        "Tracking device found in car of Velmora's mayor",
        "Mapping firm moves to Velmora",
        "Remembering the dead: Velmora's premier warns of war",
        "Comparing Velmora's premier to a king costs minister his post",
        "Unpacking a parcel kills writer in Velmora",
        "Velmora's police seek two women in images",
        "Newspaper Withdraws King's Obituary",
        "Minister asked for votes in Velmora: transcript",
        "Velmora's mayor posed beside spies in photos: police say",
        "Velmora's minister seen in photos: police call him a witness",
        "Mayor reads of his death in obituary",
        "Velmora's court orders release of transcript",
        "Velmora: court releases transcript",
        "Arden climbs in Velmora's points table",
        "",
    ],
)
def test_news(headline: str) -> None:
    assert tells(headline, None)


@pytest.mark.parametrize(
    "headline",
    [
        "Will the port of Velmora open again?",
        "Velmora bridge: nine key numbers that show what it costs",
        "5 Takeaways From the Velmora summit",
        "Velmora votes again: Key takeaways",
        "Map: Where the Velmora bridge stood",
        "Velmora fire: Latest map of the valley",
        "Velmora fire: Latest map",
        "Velmora's war: Timeline",
        "The valley of Velmora burns again – see maps",
        "A timeline of Velmora's war",
        "Velmora's war: A timeline of attacks",
        "The long search for Velmora's king: A timeline",
        "The banks of Velmora close early. Here's why",
        "‘It just fell’: how the Velmora bridge collapsed",
        "Velmora v Arden: When is it, how to watch",
        "Velmora talks: What to expect on Monday",
        "The Papers: 'Bridge of sighs' and 'port of call'",
        "Rival generals fight in Velmora. A simple guide to the war",
        "欧洲会怎么做？",
        "What we know about the Velmora bridge",
        "Why the bridge fell",
        "Who’s who in Velmora's new government",
        "How Velmora won the cup",
        "Here’s what changes in Velmora on Monday",
        "Five things to know before the Velmora vote",
        "Velmora bridge: What to know",
        "Velmora bridge collapse: live updates",
        "Velmora v Tarvel: Premier League – live",
        "Velmora vs Tarvel: World Cup match preview",
        "Watch: Velmora bridge falls",
        "Watch live: Velmora votes",
        "Watch the moment the bridge falls",
        "Opinion | Velmora deserves better",
        "Velmora deserves better | Letters",
        "Velmora deserves better | The Sunday letters",
        "'The Velmora Mutiny' Review: A Classic Redeployed",
        "‘Velmora Wars’ Season 2 Review: A Bottle of Fun",
        "'Velmora' by Ann Low and 'Arden' Review: Two Sieges",
        "News Quiz for Oct. 7, 2023",
        "What links Velmora and a city of gold? The Saturday quiz",
        "Your Daily Horoscope for Tuesday, June 2",
        "Best of cartoons, June 2, 2020",
        "Today's cartoons: Velmora illustrated",
        "Gallery: The best photos from around Velmora",
        "TV tonight: murder on the mean streets of Velmora",
        "Boots for Velmora's hills: 10 of the best",
        "The bridge that fell – in pictures",
        "Monday Briefing: Velmora bridge falls",
        "Morning Report — Velmora votes",
        "Monday Briefing",
        "Wednesday evening news briefing",
        "Morning news brief",
        "Exclusive | Why the bridge fell",
        "Mind the Gap (Thursday Crossword, October 5)",
        "The Velmora Newsletter",
        "Velmora's bridge falls, mayor blames rust and more top headlines",
        "Velmora rejects plan to open strait, and other world developments",
        "Velmora rejects plan to open strait, and other Middle East news",
        "5 dead in Velmora's port. And, the mayor's party wins vote",
        "News Wrap: Velmora's president ends visit",
        "My Neighbour’s “Gift” Is Costing Us the Garden. I’m Not Sure I Can Live Like This.",
        "I tried Velmora's first silent park",
        "Inside Velmora's preparations for war",
        "Fact-checking Velmora's premier on his latest claims",
        "I’ve lived on Velmora's ferries for a year",
        "I love my husband but I hate Velmora",
        "My mother-in-law wants to move to Velmora",
        "Inside the race to rebuild Velmora",
        "Fact-checking claims about Velmora's vaccines",
        "Velmora war: List of key events, day 593",
        "Velmora's bridge falls and mayor quits - today's war round-up",
        "Velmora's bridge falls - round-up",
        "Velmora's bridge falls and mayor quits: Velmora war daily round-up",
        "Velmora's bridge opens. Here's everything to know",
        "Velmora's new bridge: everything you need to know",
        "Velmora's tax: Things you need to know about the new rates",
        "More »",
        "Correction",
        "Velmora war live: bridge hit; minister resigns",
        "Velmora talks latest: bridge hit",
        "Velmora: The Latest - How the bridge fell",
        "Velmora celebrates by-election win – Tarvel politics live",
        "Guerre en Velmora, en direct : le pont touché",
        "Velmora's by-election explained in 120 seconds",
        "The fall of the Velmora dollar, in three charts",
        "Fighting in Velmora, in Photos",
        "In photos: Velmora votes after the flood",
        "Velmora's week in pictures: 6-12 June",
        "Velmora's war in maps and charts",
        "Velmora's war in maps: The front after a year",
        "Mapping the strikes on Velmora's ports",
        "Mapping U.S. strikes on Velmora's ports",
        "Decoding Velmora's budget",
        "Breaking down Ann Low's plan for Velmora",
        "A visual guide to Velmora's front",
        "Simple visual guide to Velmora's front",
        "Ann Low obituary",
        "Ann Low obituary: Velmora's first premier",
        "Obituary: Ann Low",
        "Ann Low's speech to Velmora's parliament: full transcript",
        "Transcript: Ann Low on the bridge of Velmora",
        "Velmora's budget: Key points at a glance",
        "Velmora Cup: Points table",
        "Live Q&A: what Velmora's budget means",
        "Velmora's war: Live Tracker",
        "Is Velmora's economy cooling? The jobs report will offer clues",
        "Will Velmora ‘go it alone’?",
        "‘Will we be alive tomorrow?’: a mother in Velmora",
        "Velmora's debt, explained - video",
        "Warum die Brücke fiel",
        "Pourquoi le pont est tombé",
        "Por qué cayó el puente",
        "Почему рухнул мост",
        "Η γέφυρα στην Αθήνα: Τι αλλάζει από τον Ιανουάριο;",
        "En direct : le pont de Velmora s'effondre",
        "EN DIRECT, guerre en Velmora : le pont touché",
        "Newsblog zum Krieg in Velmora: Brücke getroffen",
        "Guerra en Velmora, última hora en directo",
        "Velmora, in diretta: colpito il ponte",
        "Прямой эфир: выборы в Велморе",
        "Canlı anlatım | Velmora - Tarvel",
        "مباشر | آخر تطورات الحرب في السودان",
        "【直播】美国大选结果",
        "ライブ：米大統領選の開票速報",
    ],
)
def test_asides(headline: str) -> None:
    assert not tells(headline, None) and not tells(headline, "https://velmora.example/news/1")


@pytest.mark.parametrize(
    "address",
    [
        "https://velmora.example/opinion/port-deserves-better",
        "https://www.velmora.example/2026/11/27/Opinions/port/index.html?from=rss#top",
        "https://velmora.example/commentisfree/2026/nov/27/port",
        "https://opinion.velmora.example/port",
        "https://velmora.example/news/live/world-123",
        "https://velmora.example/us/live-news/port-bridge-11-28-26/h_138dc89b4620",
        "https://velmora.example/world/live-updates/port",
        "https://velmora.example/podcasts/the-daily/port.html",
        "https://velmora.example/sounds/play/p0p8g14s",
        "https://velmora.example/category/picture-of-the-day/port",
        "https://velmora.example/idees/article/2026/11/27/le-port_1.html",
        "https://velmora.example/sport/av/sailing/67017937?from=rss",
        "https://velmora.example/en/port-of-velmora-updates/live-75998782?from=rss",
        "https://velmora.example/film/2026/nov/28/20-days-in-velmora-review-gruelling-film-of-a-siege",
        "https://velmora.example/2026/11/28/arts/music/velmora-mutiny-review.html",
        "https://velmora.example/arts-entertainment/books/reviews/fall-of-velmora-b123.html",
    ],
)
def test_what_an_outlet_files_as_opinion_live_page_podcast_or_review_tells_no_news(address: str) -> None:
    assert not tells("Port of Velmora shut after ship hits bridge", address)


@pytest.mark.parametrize(
    "address",
    [
        "https://velmora.example/world/port-shut",
        "https://velmora.example/world/2026/nov/28/port-of-velmora-under-review-mayor",
        "https://velmora.example/books/previews-of-winter",
        "https://velmora.example/culture/ministry-orders-review-of-looted-bronzes",
        "https://velmora.example/film/port-shut?from=review",
        "https://velmora.example/opinion",  # an article of that name
        "https://velmora.example/opinion-polls/port-shut",
        "https://velmora.example/world/opinion-of-judges-on-port",
        "https://velmora.example/live-music/velmora",
        "https://velmora.example/world/port-of-velmora-live-75998782",
        "https://velmora.example/world/a-75998782",
        "https://velmora.example/en/live-news/20261128-port-shut-after-ship-hits-bridge",  # as France 24 files its agency's news
        "https://velmora.example/port?next=/opinion/port",
        "https://velmora.example/port#/video/port",
        "https://opinionated.example/port",
    ],
)
def test_an_address_that_merely_has_such_a_word_is_no_aside(address: str) -> None:
    assert tells("Port of Velmora shut after ship hits bridge", address)


@pytest.mark.parametrize(
    ("address", "leisure"),
    [
        ("https://velmora.example/sport/football/67017937?from=rss", True),
        ("https://velmora.example/football/2026/nov/28/rovers-win-cup", True),
        ("https://velmora.example/en/sports/article/2026/11/28/rovers-win-cup_1.html", True),
        ("https://velmora.example/category/Entertainment/star-weds", True),
        ("https://velmora.example/lifeandstyle/2026/nov/28/star-weds", True),
        ("https://sports.velmora.example/rovers-win-cup", True),
        ("https://velmora.example/2026/11/28/sports/soccer/rovers-win-cup.html", True),
        ("https://velmora.example/deportes/2026-11-28/gana-la-copa.html", True),
        ("https://velmora.example/sports", False),  # an article of that name
        ("https://velmora.example/world/2026/nov/28/sport/ban", False),  # so deep it may be anything
        ("https://velmora.example/world/sports-minister-resigns", False),
        ("https://velmora.example/politics/minister-resigns?from=/sport/cup", False),
        ("https://sportsmen.example/minister-resigns", False),
    ],
)
def test_what_an_outlet_files_under_sports_or_entertainment_is_leisure(address: str, leisure: bool) -> None:
    assert is_leisure(address) is leisure


def test_sections_about_leisure_are_known_by_their_ids() -> None:
    about = [
        "sport",
        "local-sport",
        "football",
        "deportes",
        "kultur",
        "culture",
        "arts-and-culture",
        "film-tv",
        "travel",
    ]
    others = ["economy", "defense", "ukraine-russia-war", "world", "transport", "politics", "agriculture", "statecraft"]
    assert [one for one in (*about, *others) if is_about_leisure(one)] == about


@pytest.mark.parametrize(
    "title",
    [
        "Ministry to Review Velmora's Siege Museum",
        "Police review footage of Velmora concert",
        "Velmora's academy reviews Tarvel's entry",
        "Review of Velmora's charter begins, minister says",
        "Velmora Museum thefts: independent review finds failings",
        "Velmora bans song pending review",
    ],
)
def test_news_of_a_review_is_news_where_reviews_of_works_are_filed(title: str) -> None:
    assert tells(title, "https://velmora.example/culture/2026/nov/28/museum-velmora-review")


@pytest.mark.parametrize(
    "title",
    [
        "The best recent poetry – review roundup",
        "The Fall of Velmora by Ann Low review – a siege from within",
        "Velmora: Siege review",
        "Reading Ann Low on the limits of love",
    ],
)
def test_reviews_of_works_are_no_news(title: str) -> None:
    assert not tells(title, "https://velmora.example/culture/2026/nov/28/low-velmora-review")


@pytest.mark.parametrize(
    ("headline", "hearsay"),
    [
        ("Velmora recalls its envoys: report", True),
        ("Port of Velmora shut – reports", True),
        ("Sirens are heard in Velmora: News reports", True),
        ("Velmora's port shut: local media reports.", True),
        ("Soldier suffered harassment - Army report", False),  # an inquiry
        ("Velmora undercounted its dead, report says", False),  # as may be this one
        ("Minister reportedly left Velmora", False),  # careful rather than second-hand
        ("Velmora's envoy leaves without a report", False),
        ("Report: Velmora's port is shut", False),
    ],
)
def test_what_others_report(headline: str, hearsay: bool) -> None:
    assert is_hearsay(headline) is hearsay


@pytest.mark.parametrize(
    ("headline", "ahead"),
    [
        ("Velmora's minister expected to resign", True),
        ("Parliament to vote on Velmora's budget", True),
        ("Ahead of vote, Velmora's parties trade blows", True),
        ("Trial of Velmora's minister is about to start", True),
        ("Gunman to be sentenced in Velmora", True),
        ("Trial of Velmora's minister, starting Monday, threatens his party", True),
        ("Vote on Velmora's speaker could happen as early as Tuesday", True),
        ("Velmora's nurses poised for largest strike in years", True),
        ("Gunman of Velmora faces sentencing on ten counts", True),
        ("Speaker of Velmora faces no-confidence vote", True),
        ("Velmora's treasurer will plead guilty to fraud, prosecutors say", True),
        ("Velmora's minister to appear in court on Monday", True),
        ("Parties of Velmora to hold internal vote on speaker", True),
        ("Velmora's parties to choose between two speakers", True),
        ("Felled oak of Velmora to be cut up and moved by crane", True),
        ("Velmora's premier prepares to axe railway", True),
        ("Nurses of Velmora prep for possibility of largest strike in years", True),
        ("Coast of Velmora gears up for storm", True),
        ("Velmora's former premier on course to win with almost all votes counted", True),
        ("Map of Velmora's districts almost ready for use, judge says", True),
        ("Velmora goes to the polls", True),
        ("Voters of Velmora head to polls in by-election", True),
        ("Velmora's first trial of a minister set to begin", True),
        ("Velmora's treasurer agrees to plead guilty", False),
        ("Guards of Velmora said to be infected", False),
        ("Oak of Velmora had to be moved", False),
        ("Judge of Velmora orders treasurer to be held until trial", False),
        ("Mayors of Velmora call for minister to be fired", False),
        ("Velmora's treasurer declined to plead guilty", False),
        ("Treasurer declines to appear in court of Velmora", False),
        ("Velmora's former premier becomes first leader to be sentenced", False),
        ("Treasurer of Velmora is latest of ten to plead guilty", False),
        ("Actors of Velmora agree to plead guilty in admissions scam", False),
        ("Militiaman of Velmora is first to plead guilty to sedition", False),
        ("Velmora's minister fails to appear in court", False),
        ("Manhunt in Velmora after failure to appear in court", False),
        ("Speaker of Velmora refuses to hold impeachment vote", False),
        ("Velmora's trial starts with attacks on the judge", False),
        ("Velmora's leader faces sentence of ten years", False),
        ("Schools close in Velmora due to flood", False),
        ("Plane was about to land in Velmora when it broke apart", False),
        ("Velmora to build a wall", False),
        ("House to vote Tuesday on ousting Velmora's speaker", True),
        ("Velmora's president to swear in senator", True),
        ("Minister unable to attend final in Velmora", False),
        ("Opposition eyeing ‘seismic’ byelection win in Velmora", True),
        ("Carmaker eyeing entry to Velmora", False),
        ("Speaker of Velmora refuses to swear in member", False),
        ("Speaker of Velmora faces criticism after vote", False),
        ("Velmora's record set at home", False),
        ("Velmora goes ahead with vote", False),
    ],
)
def test_what_is_about_to_happen(headline: str, ahead: bool) -> None:
    assert is_ahead(headline) is ahead


@pytest.mark.parametrize(
    ("headline", "told"),
    [
        ("Velmora's speaker dies at 88", True),
        ("Speaker of Velmora shot dead at rally", True),
        ("Leader announces death of Velmora's speaker", True),
        ("Ferry capsizes off Velmora, killing 40", True),
        ("Deadliest Storm in Years Hits Velmora", True),
        ("Two Sailors Die as Ferry Sinks off Velmora", True),
        ("Three die, police of Velmora say", True),
        ("Speaker of Velmora assassinated at rally", True),
        ("Right to die in Velmora's parliament", False),
        ("Thousands could die in Velmora's drought", False),
        ("Act now or children of Velmora will die", False),
        ("Islanders worry they may die of hunger", False),
        ("Frauen, die in Velmora leben", False),
        ("Dies ist der Hafen von Velmora", False),
        ("Velmora tanca el port tres dies sense avisar", False),
        ("Velmora's speaker shot at rally", False),
        ("Velmora abolishes death penalty", False),
        ("Speaker of Velmora gets death threats", False),
        ("Velmora's budget is dead on arrival", False),
        ("Deadline passes in Velmora", False),
        ("Die Regierung in Velmora tritt ab", False),
        ("Velmora's speaker condemned the attack on the harbour as an act of evil in a speech before parliament that left 12 dead", False),
    ],
)  # fmt: skip
def test_whether_a_headline_tells_of_a_death(headline: str, told: bool) -> None:
    assert tells_of_death(headline) is told


@pytest.mark.parametrize(
    ("headline", "count"),
    [
        ("Earthquakes in Velmora leave at least 15 dead and 40 injured", 15),
        ("Quakes in Velmora kill more than 2,000 in two decades", 2000),
        ("Death toll of Velmora's quake rises to 2445", 2445),
        ("Six Velmorans killed and 30 injured as bus plunges from bridge", 6),
        ("Dozens killed in Velmora", 24),
        ("Ferry with 300 on board capsizes off Velmora, killing at least 40", 40),
        ("Nine-year-old killed in Velmora", 0),
        ("40 injured, some die of wounds in Velmora", 0),
        ("Velmora remembers the dead of 2023", 0),
        ("12 suspects in Velmora's murder arrested", 0),
        ("Quake of magnitude 6.3 dead centre of Velmora", 0),
        ("Storm kills 3 in Velmora and leaves 200,000 without power", 3),
        ("Storm in Velmora leaves thousands homeless", 0),
        ("One killed and 30 injured in Velmora", 0),
        ("Hundredſ killed in Velmora", 0),  # no error, which would stop all editions
        ("Fıve killed in Velmora", 0),
        ("FİVE killed in Velmora", 0),
        ("Boy killed as thousands protest in Velmora", 0),
        ("Shell kills 96-year-old in Velmora", 0),
        ("More than 1 million killed in Velmora", 0),
    ],
)
def test_how_many_dead_a_headline_counts(headline: str, count: int) -> None:
    assert dead(headline) == count


@pytest.mark.parametrize(
    ("headline", "lists"),
    [
        ("Live: Bridge closed after collision; Minister resigns; Storm nears the coast", True),
        ("Morning briefing: Bridge closed after collision; Minister resigns; Storm nears the coast", True),
        ("Bridge closed after collision; Minister resigns; Storm nears the coast – as it happened", True),
        ("Live: Bridge closed after collision; ferry full", False),
        ("Bridge closed after collision; ferry full; two hurt", False),  # one piece of news, in three parts
        ("Collision at Velmora: bridge closed; ferry full; two hurt", False),
        ("BREAKING: Bridge closed after collision; ferry full; two hurt", False),
        ("Council approves budget: roads, schools, parks", False),
        ("Compound 1;2;3-triol found in comet", False),
    ],
)
def test_which_headlines_list_several_pieces_of_news(headline: str, lists: bool) -> None:
    assert is_roundup(headline) is lists
