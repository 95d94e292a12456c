"""Removes from headlines and leads what is not news (labels, names of outlets, datelines of agencies), and recognises articles that
report no news (opinion, live pages, explainers, …) by their headlines and addresses. The patterns are general; none names an outlet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from aggregator.text.scripts import HANGUL, UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}{HANGUL}]")
_URGENT = r"""(?:breaking|developing|exclusive|updated?|urgent|alert|just\ in|news\ alert|flash|wrapup(?:\ \d+)?
            |update\ \d+|refile|corrected)
            (?:\ (?:news|story|update|updates))?
        # the same in other languages
        |عاجل|خبر\ عاجل|فوری|דיווח\ ראשוני|מבזק|срочно|молния|терміново|pilne|z\ ostatniej\ chwili|son\ dakika|eilmeldung
        |urgente?|última\ hora|alerte(?:\ info)?|έκτακτο|εκτακτο|ब्रेकिंग(?:\ न्यूज़)?|속보|단독
        |速報|独自|快[讯訊]|突[发發]|即時|[独獨]家|ด่วน|tin\ nóng"""
_ASIDE = r"""(?:analysis|opinion|explainer|explained|watch(?:\ live)?|video|photos?|pictures|in\ pictures
            |live|live\ (?:updates?|blog|news|coverage)|live[-\ ]?blog|factbox|timeline|interview|podcast
            |listen|read|first\ thing|top\ stories|the\ latest|newsletter|special\ report|fact\ check|editorial|comment|letters?)
            (?:\ (?:news|story|update|updates))?
        |live-?ticker|newsblog|en\ directo?|directo?|em\ direto|ao\ vivo|en\ vivo|(?:in\ |la\ )?diretta
        |прямой\ эфир|(?:прямая|текстовая)\ трансляция|онлайн(?=\s?[:|])|наживо|na\ żywo|canlı(?:\ anlatım|\ yayın)?|(?:بث\ )?مباشر
        |(?:live|文字|[图圖]文|[现現][场場]|[视視][频頻])?直播|ライブ|실시간|생중계|trực\ tiếp"""
# "Exclusive-Bridge falls", as Reuters has it, but not "Video-sharing app banned".
_LABEL_ENDS = r"\s*(?:[:：|｜／！\]】–—]|!\s|-\s|\s-|,?-(?-i:(?![a-z])))\s*"
_LABEL = re.compile(rf"^\W*(?:{_URGENT}|{_ASIDE}){_LABEL_ENDS}", re.IGNORECASE | re.VERBOSE)
_LIVE = r"(?<!to\ )live"  # but not "somewhere to live"
_FEW = r"(?:\d+|one|two|three|four|five|six)"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|next\ week)"
_SEVERAL = r"""(?:the\ )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten)
            \ (?:(?:big|key|top|main|other|more|simple|easy|important|surprising|unanswered|outstanding)\ ){0,2}
            (?:takeaways|things|numbers|facts|reasons|questions|moments|lessons|charts|ways|myths)\b"""
# After a name that may begin a headline of news too ("Editorial cartoon lands artist in jail").
_NO_MORE = r"(?=\W*$|\ (?:for|of)\b|\s?[:,|–—])"
_PICTURES = r"(?:pictures|photos|maps|charts)"
# The name of an edition alone.
_EDITION = r"""\W*(?:the\ )?(?:(?:\w{3,6}day|morning|midday|afternoon|evening|weekend|daily|weekly|world|news)\ ){0,3}
            (?:(?<=the\ )\w+\ )?(?:brief(?:ing)?|newsletter|round-?up|digest)\W*$"""
_IS_EDITION = re.compile(_EDITION, re.IGNORECASE | re.VERBOSE)
# What its writer tells of himself: "I tried …", "I love my …", "My neighbour …". Not whom a report quotes ("I was dragged in - protester"),
# nor a name ("I Corps", "My Pillow"); and "I" is an article in Italian, "in" in Scandinavian languages, "and" in Polish and Croatian.
_OF_ONESELF = r"""(?-i:I(?=\ (?:am|had|have|was|went|spent|grew|[a-z]{3,}ed)\ |\ .*\b(?:I|[Mm][ey])\b)
            |(?:I['’](?:m|ve|d)|My)(?=\ (?!a\ [A-Z])[a-z]|.*\b(?:I|Me|My|Us)\b))[ ]
            (?!.*(?::|,\ |[–—]|\ -\ |\b(?:(?:say|tell|admit|claim|insist|recall|vow|warn)s?|said|told)\b))"""
# How a headline begins that reports no news, and what such a one has anywhere. What is slow to search is reached only where a cheap
# look-ahead finds what it needs: a colon or the like in the headline, or the first letter of a word.
_BESIDE_AHEAD = re.compile(
    rf"""\A(?:\W*(?:{_ASIDE}){_LABEL_ENDS}
        |(?=[^:|–—]*[:|–—]).{{0,24}}\b(?:briefing|newsletter|round-?up|digest|news\ wrap)\s*[:|–—]
        |(?:morning|evening|\d\d?:\d\d)\ report\b
        |{_EDITION}
        |\W*(?:(?:read\ )?more|continue(?:\ reading)?|corrections?|untitled)\W*$
        |\W*(?:here(?:['’]s|\ (?:is|are))|watch\ (?:as|the|how|live|moment))\s
        |(?=[^:|]*[:|])(?:.{{0,60}}\b(?:{_LIVE}|(?<=\S\ )latest(?:\ (?:news|updates?))?|recap|en\ directo?|en\ vivo|ao\ vivo|em\ direto
                |(?:in|la)\ diretta|(?:live-?|news)(?:ticker|blog))\s?[:|]\s
            |.{{0,40}}[:|]\s*the\ latest\b(?!\ \w))
        |\W*(?:(?:en\ )?directo?\.|(?-i:EN\ DIRECTO?),|diretta\.)\s|(?:live-?|news)blog\ zu[mr]?\s
        |(?=[^,]*,).{{0,80}},\ (?:última\ hora|le\ (?:ultime\ )?notizie)\b.{{0,20}}\b(?:en\ directo|in\ diretta)\W{{0,3}}$
        |{_SEVERAL}
        |{_OF_ONESELF}
        |inside\ (?:(?:the|an?)|(?-i:(?:[A-Z][\w.-]*\ ){{0,3}}[A-Z][\w.-]*['’]s?))\ (?!.*,\ )  # not "Inside Gaza, aid arrives"
        |fact-?checking\ (?:(?:the|an?|claims?|whether)\b|(?-i:[A-Z]).*?(?:['’]s?|\ on)\ )|the\ papers:
        |tv\ tonight\s?[:|–—]|gallery:\s|maps?:\s|(?:a\ )?timeline\ of\s
        |(?:(?:your\ )?(?:daily|weekly)\ horoscopes?|(?:best\ of|today['’]s|editorial)\ cartoons?){_NO_MORE}
        |['‘"“](?=.*\ Review:\s).{{1,80}}['’"”](?:\ by(?:\ \S+){{1,4}}|\ season\ \d+)?(?-i:\ Review):\s  # '…' by … Review:
        |(?:.{{0,60}}[:.]\s)?(?:an?\ (?:[\w-]+\ ){{0,2}}|(?:simple\ )?visual\ )guide\ to\b
        |(?=.*\bin\ {_PICTURES}(?:\ and\ (?:{_PICTURES}|images|graphics))?(?:\W{{0,3}}$|:\s(?-i:[A-Z\d])\S*\s\S))
            (?!.*\b(?:seen|shown|pictured|identified|caught|spotted|appears?)\b)
        |(?:mapping|tracking|visuali[sz]ing|decoding|explaining|remembering|breaking\ down)[ ]
            (?!.*[,:]\s)(?:(?:the|an?|how|where)\b|U\.?S\.?\ |(?:\S+\ ){{0,2}}\S+['’]s\ )  # not "Tracking the ship, police find …"
        |(?:obituary|transcript):\s
        |(?-i:(?:[A-Z][\w.'’-]*\ ){{2,4}}obituary(?:\W{{0,3}}$|:\s))  # not "Paper Withdraws Obituary"
        |\W*(?:is|are|was|were|will|would|can|could|should|may|must|do|does|did|has|have|had)\s[^?“"‘]*[?]  # not what someone asks
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BESIDE = re.compile(
    rf"""\b(?=[acehilptqw])(?:live\ (?:updates?|blog|briefing|q&a)|as\ it\ happened|things\ (?:you\ need\ )?to\ know
            |at\ a\ glance(?=\W{{0,3}}$|:)
            |and\ more\ (?:top\ stories|(?:top\ )?headlines)(?=\W{{0,3}}$)
            |(?<=,\ )and\ other\ (?:[\w-]+\ ){{1,3}}(?:news|developments)(?=\W{{0,3}}$)  # the day of a war
            |(?<=\.\ )(?-i:And),\ (?=\S+\ \S)  # "A happens. And, B happens"
            |(?<!['‘"“])(?:(?<!\w\ )|(?<=here['’]s\ )|(?<=here\ is\ )|(?<=\band\ ))  # not "rewrites what we know"
                (?:what|all|everything)\ (?:we|to|you\ need\ to)\ know
            |(?:here['’]s|this\ is)\ (?:why|how|what)|takeaways|preview(?=\W{{0,3}}$)|(?:how|what|when)\ to\ watch|what\ to\ (?:know|expect)
            |quiz(?:(?<=day\ quiz)|(?<=news\ quiz)|(?<=sports\ quiz)|(?<=weekly\ quiz)){_NO_MORE}
            |(?<=day\ )crossword(?=[,)]|\W*$)
            |explained\ in\ (?:under\ )?{_FEW}\ (?:seconds|minutes|words)
            |in\ {_FEW}\ (?:charts?|maps?|pictures|photos|graphics|images))\b
        |(?=[:;|–—-])(?:[:|–—-]\s[^:|–—-]{{0,30}}\b{_LIVE}\W{{0,3}}$
            |\|\s(?:\w+\ ){{1,2}}letters\W{{0,3}}$
            |[:–—-]\s(?:[^–—:|-]{{0,20}}\b(?:daily|weekly|review|today['’]s|{_DAY}['’]s)\s(?:\w+\ )?)?(?-i:r)ound-?up\W{{0,3}}$
            |[:–—-]\slist\ of\ key\ events(?=,|\W{{0,3}}$)
            |[:|–—-]\s(?:see|latest|live)\ maps?(?=\W{{0,3}}$|\ (?:of|as|after|and)\b)  # not "latest map heads to governor"
            |.\s\d+\ of\ the\ best\W{{0,3}}$
            |[:–—-]\spoints\ table\W{{0,3}}$
            |[:|–—]\s(?:(?:how|why|what)\s|(?:a\ )?timeline\W{{0,3}}$|a\ timeline\ of\s)
            |.\s{_SEVERAL}
            |[:|–—-]\s*(?:live(?:\ (?:coverage|tracker))?|explained|editorial|opinion|analysis|letters?|podcast|video
                |full\ transcript)\W{{0,3}}$)  # "…: transcript" says where the news is from
        |[?？؟;](?:(?<!;)|(?<=[\u0370-\u03ff];))\W{{0,3}}$  # a Greek question ends with a semicolon
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Folders of an address in which outlets file opinion, live pages, pictures, podcasts and letters. Their headlines often look like news.
_FOLDER = r"""opinions?|op-?eds?|editorials?|commentisfree|comment|commentary|columns?|columnists?|letters|cartoons?|analysis|explainers?
    |live|live-?(?:blogs?|updates|ticker)|live-news(?!/+\d)|videos?|podcasts?|audio|sounds|(?:photo-?)?galler(?:y|ies)|(?:pictures?|photos?)(?:-of-the-(?:day|week))?|in-pictures
    |newsletters?|briefings?|quiz(?:zes)?|puzzles?|crosswords?|horoscopes?|sponsored|partner-content|advertorials?
    |debats?|idees|tribunes?|chroniques|en-direct|meinung(?:en)?|kommentare?|kolumnen?|columnas|tribunas?|en-vivo
    |opinioni|commenti|editoriali|opiniao|colunas|colunistas|ao-vivo|opinie|mneniya|yazarlar|av"""  # av: audio and video
_FOLDERS = re.compile(
    rf"""https?://(?:www\.)?(?:(?:opinions?|blogs|live|videos?|podcasts?)\.
        |[^/?\#]+/(?:[^/?\#]+/)*?(?:(?:{_FOLDER})/+[^/?\#]|(?:av|live|video)-\d{{4,}}(?:[?\#]|\Z)))""",
    re.IGNORECASE | re.VERBOSE,
)
# What they file as a review of a book, film, … Its headline does not tell it from news: "Partygate review – a giant, exploding grenade
# of a TV show", "Casey review – Met police institutionally racist".
_REVIEWED = re.compile(
    r"""(?>https?://[^?\#]*?/(?:books?|films?|movies?|music|stage|theat(?:re|er)|tv(?:-and-radio)?|television
            |arts?(?:anddesign|-entertainment)?|culture|games?)/)  # atomic: in linear time
        [^?\#]*\breviews?\b(?!-of-)""",
    re.IGNORECASE | re.VERBOSE,
)
# But news may be filed there: "Ministry to review film on war", "Independent review finds failings"; not "review roundup".
_REVIEWS = re.compile(
    r"\breview(?:s|ed)?\ (?!round-?up)[a-z]|\b(?:to|in|under|after|pending|by)\ review\b", re.IGNORECASE | re.VERBOSE
)
_LEISURES = r"""(?:sports?|deportes?|esportes?|football|fussball|futbol|calcio|soccer|cricket|rugby(?:-(?:union|league))?|tennis|golf
    |formula-?1|f1|motorsports?|boxing|mma|cycling|athletics|american-football|nfl|nba|nhl|mlb
    |entertainment(?:-(?:and-)?arts)?|showbiz|celebrit(?:y|ies)|bollywood|films?|movies?|music|stage|tv(?:-and-radio)?|gam(?:es|ing)
    |life-?(?:and-?)?style|fashion|food|recipes?|travel)"""
# Folders, at most the third of an address (after a date), in which outlets file sports, entertainment and leisure.
_LEISURE = re.compile(
    rf"""https?://(?:(?:www\.)?(?:sports?|entertainment|lifestyle)\.
        |[^/?\#]+/(?:\d{{4}}/\d\d/\d\d/)?(?:[^/?\#]+/){{0,2}}?{_LEISURES}/+[^/?\#])""",
    re.IGNORECASE | re.VERBOSE,
)
# Ids of sections about that, in the languages of editors, as a word of the id.
_OF_LEISURE = re.compile(
    rf"\b(?:{_LEISURES}|leisure|loisirs|freizeit|arts?|culture|[ck]ultura?|musi(?:k|que|ca)|kino|cine(?:ma)?)\b",
    re.VERBOSE,
)
_QUESTION = re.compile(
    r"""^\W*(?:[Ww](?:hat|ho|hy|hen|here|hich)|[Hh]ow  # not WHO, the organisation
        |Wie|Was|Warum|Wer|Wo|Comment|Pourquoi|Qui|Quels?|Quelles?|Où|Ce\ qu[e’']|Cómo|Por\ qu[eé]|Qué|Quién|Dónde|Perché|Chi|Cosa
        |Hoe|Waarom|Wat|Что|Как|Почему|Кто|Где|Що|Як|Чому|Хто|Dlaczego|Jak|Kto)(?:['’]s)?\s""",
    re.VERBOSE,
)
# Who agrees, fails or declines *to* do something has done so, or has not; nor is it ahead of who is the first to do it, or orders it.
_UNDECIDED = r"""(?=to\ )(?<!fails\ |agree\ )(?<!agrees\ |agreed\ |failed\ )(?<!failure\ |refuses\ |refused\ |ordered\ )
    (?<!declines\ |declined\ )(?<!said\ |have\ |need\ |want\ )(?<!needs\ )(?<!has\ |had\ )(?<!refusing\ )"""
_FIRST = re.compile(
    r"\b(?:first|only|latest|youngest|oldest|becomes?|became|orders|ordered|wants|calls?\ for|asks?\ for)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    rf"""\b(?=[abcdefghopstw])(?:(?=[aeps])(?<!was\ )(?<!were\ )(?<!been\ )(?:expected|poised|scheduled|slated|about|set)\ to
            |to\ (?:vote\ (?:{_DAY}\ )?on|choose|decide)|{_UNDECIDED}to\ swear\ in|eye(?:s|ing)\ (?:\S+\ ){{0,3}}(?:win|victory)
            |(?:braces?|gears?\ up|poised|prepares?|prep)\ for|(?:prepares?|preparing|gears?\ up|on\ (?:course|track))\ to|almost\ ready
            |(?:go|head)(?:es|s)?\ to\ (?:the\ )?(?:polls|vote)
            |fac(?:es?|ing)\ (?:(?!(?:after|by|for|from|in|into|of|on|over|to)\ )[\w-]+\ ){{0,2}}(?:sentencing|vote)
            |{_UNDECIDED}to\ be\ (?:\w+ed|cut|held|sworn|built|put|sent|tried)
            |(?:will|{_UNDECIDED}to)\ (?:plead\ (?:not\ )?guilty|appear\ in\ court)|{_UNDECIDED}to\ hold\ (?:\w+\ ){{0,2}}vote
            |(?:starting|begins|set\ for|due)\ (?:on\ )?{_DAY}|could\ (?:happen|come|begin|start)\ as\ (?:early|soon))\b
        |^\W*ahead\ of\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HEARSAY = re.compile(r"[:–—-]\s(?:(?:local\ |state\ )?(?:news|media)\s)?reports?\W*\Z", re.IGNORECASE)
_TO = ("to ", "To ", "TO ")
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTS = {word: count for count, word in enumerate(_NUMBERS, 2)}
_COUNTS |= {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000}
# But not a year. ASCII, since otherwise `ſ` counts as an s, and `ı` as an i, which `_COUNTS` does not know.
_COUNT = rf"(?<![\w.,])((?a:(?!(?:19|20)\d\d\b)\d[\d,]{{0,9}}|{'|'.join(_COUNTS)}))(?![\w-]|[.,]\d|\ (?:thousand|[mb]illion))"
_DEAD = re.compile(
    rf"""{_COUNT}\ (?:(?!injured|hurt|wounded|missing|and)[\w’'-]+\ ){{0,2}}(?:dead|killed|died?|dies|deaths|bodies)\b
        |\b(?:kill(?:s|ed|ing)?|toll\ (?:[^\s\d]+\ ){{1,6}}to)\ (?:(?!(?:and|as|in|by|after)\ )[a-z]+\ ){{0,2}}{_COUNT}""",
    re.IGNORECASE | re.VERBOSE,
)
_DEATH = ("dead", "kill", "toll", "die", "death", "bodies")  # each match has one of these
_SENTENCE = 100  # a headline of more letters is a sentence
_DIED = re.compile(  # "die" is a German article and relative pronoun, "dies" a German "this" and Catalan days; who could die has not
    r"""\b(?:dead(?!\ on\ arrival)|deadl(?:y|iest)|died
        |dies(?!\ (?:ist|sind|wird|sei|hat|haben|zeigt|d[e’']|del|dels|que|sense)\b)
        |(?<=\w\ )(?<!\bto\ )(?<!\bmay\ )(?<!will\ )(?<!(?:co|wo)uld\ )(?<!might\ )
            die(?=\ (?:in|as|after|from|of|when|at|on|during)\b|,|\W*$)
        |deaths?(?!\ (?:penalty|row|threats?|sentence))|kill(?:s|ed|ing)|fatal(?:ly|ities)?|slain|assassinated)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_TRAILER = re.compile(
    r"\s*(?:(?:[-–—|:,]\s*)?\(?(?:live updates?|live blog|as it happened|live|video|photos|opinion|analysis|updated)\)?"
    r"|[-–—|:]\s*(?:all|everything|what) (?:we|to|you need to) know(?: so far)?)\s*$",
    re.IGNORECASE,
)
# How a trailer ends.
_TRAILS = ("dates", "date", "blog", "ened", "live", "ideo", "otos", "nion", "ysis", "ated", "know", " far")
_MARKS = re.compile(r"[:：|｜／！\]】–—!-]")
_PIPES, _DASHES = "|•·", "-–—"
_PIPE = re.compile(rf"\s+[{_PIPES}]\s+")
_DASH_END = re.compile(rf"\s+[{_DASHES}]\s+([^{_DASHES}|]{{2,40}})$")
_OUTLET_WORD = re.compile(
    r"^(?:[A-Z0-9][\w.’'&]*|of|the|and|for|de|la|le|el|del|di|&|in|on|[\w-]+\.(?:com|org|net|[a-z]{2}))$"
)
_CAPITAL = "A-ZÀ-ÞΑ-ΩА-ЯЁЄІЇҐ"
_DATELINE = re.compile(
    rf"""^\s*(?:[(\[][A-Z][\w ]{{1,20}}[)\]]\s*[-–—]{{1,2}}\s+
        |[{_CAPITAL}][\w.,’'\ \-/À-ÿ]{{1,60}}?\s*\([^()]{{2,40}}\)\s*\.?(?:[-–—:]{{1,2}})\s*
        |[{_CAPITAL}][{_CAPITAL}.’'\ \-/]{{2,40}}[,.]\s\d{{1,2}}\ [^\W\d_]{{3,9}}\.?\s*  # МОСКВА, 27 ноя
            (?:[-–—]\s+(?:[{_CAPITAL}]\w{{1,12}}(?:\ [{_CAPITAL}]\w{{1,12}})?\.\s+)?|/[^/]{{2,20}}/\.?\s*|[{_CAPITAL}]{{3,12}}\.\s+)
        |[{_CAPITAL}][{_CAPITAL}.’'\ \-/]{{2,40}}(?:,\s[\w.\ ]{{2,30}})?\s*(?:[-–—]{{1,2}}|:)\s+
        |[\u4e00-\u9fff]{{2,16}}\d{{1,2}}月\d{{1,2}}日[电電](?:\s*[(（][^()（）]{{2,30}}[)）])?\s*  # 新华社北京11月27日电（记者李明）
        |【[^【】]{{2,20}}】\s*  # 【北京共同】
        |\([^()=]{{1,20}}=[^()=]{{2,20}}\)\s*(?:[^=.]{{2,30}}\s=\s)?  # (서울=연합뉴스) 김철수 기자 =
        |[\u0620-\u06ff][\u0620-\u06ff\ ]{{1,30}}\s*[-–—]?\s*\([^()]{{2,20}}\)\s*[-–—:]\s*  # القاهرة (أ ف ب) -
        )""",
    re.VERBOSE,
)
# `\W+` between words `\w+` leaves one way to match, so the search takes linear time on any input.
_INVITATION = re.compile(
    r"\b(?:Get our|Sign up|Subscribe|Follow our|See all our|Email our|Download our)\b(?:\W+\w+){0,16}"
    r"\W+(?:podcasts?|newsletters?|emails?|apps?|updates|coverage|editors|here|now|today)\b"
)
# Party and state of a member of Congress: (R-S.C.), (D., N.Y.), ", D-Texas,". They are written with every mention, whatever the news.
_STATE = r"(?!Day\b)(?:(?:New|North|South|West|Rhode)\s)?[A-Z][\w.]*"
_MEMBER = re.compile(rf"\s?\([DRI](?:-|\.,\s){_STATE}\)|,\s[DRI]-{_STATE}(?=[,;:\s]|\Z)")
_MEMBERS = ("R-", "D-", "I-", "(R.", "(D.", "(I.")  # each match has one of these
_INVITES = (" our", "Sign up", "Subscribe")  # each match has one of these


@lru_cache(maxsize=4096)  # some 2 MB; each front page asks of the same hundreds of stories
def tells(title: str, address: str | None) -> bool:
    """Whether an article reports news, judged by its headline and its absolute address. False for articles that ask, explain, comment,
    collect, show pictures or follow an event live."""
    beside = _QUESTION.match(title) or _BESIDE_AHEAD.match(title) or _BESIDE.search(title)
    if beside or not address:
        return not beside
    return not (_FOLDERS.match(address) or (_REVIEWED.match(address) and not _REVIEWS.search(title)))


@lru_cache(maxsize=4096)  # as above
def is_leisure(address: str) -> bool:
    """Whether an outlet files an article under sports, entertainment or leisure, judged by its absolute address."""
    return _LEISURE.match(address) is not None


@lru_cache(maxsize=1024)
def is_about_leisure(section: str) -> bool:
    """Whether a section is about sports, entertainment or leisure, judged by its id."""
    return _OF_LEISURE.search(section) is not None


def is_edition(title: str) -> bool:
    """Whether a headline is the name of an edition alone ("Morning news brief"), whose lead tells several pieces of news."""
    return _IS_EDITION.match(title) is not None


def is_roundup(title: str) -> bool:
    """Whether a headline lists three or more pieces of news of a live page, a briefing or the like ("Live: …; …; …"). Those of others are
    mostly parts of one: "Explosion in Velmora: two dead; airport closed; minister resigns"."""
    return title.count("; ") >= 2 and not tells(title, None)


def is_ahead(title: str) -> bool:
    """Whether a headline is about something that is still to come ("… expected to …"). English only."""
    found = _AHEAD.search(title)
    return found is not None and not (title.startswith(_TO, found.start()) and _FIRST.search(title, 0, found.start()))


def is_hearsay(title: str) -> bool:
    """Whether a headline passes on what others report, without saying who ("…: report"). English only."""
    return _HEARSAY.search(title, max(0, len(title) - 40)) is not None


def dead(title: str) -> int:
    """How many people a headline says have died, at least; 0 if it does not say. English only."""
    if title.isascii() and not any(map(title.lower().__contains__, _DEATH)):
        return 0  # nearly all headlines
    counts = ((one or other).lower() for one, other in _DEAD.findall(title))
    return max([_COUNTS.get(count) or int(count.replace(",", "")) for count in counts], default=0)


def tells_of_death(title: str) -> bool:
    """Whether a headline says that somebody died. English only. Where an outlet gives a long sentence as headline, its end does not
    count: it is background."""
    return _DIED.search(title, 0, _SENTENCE) is not None


def bare_title(title: str) -> str:
    """A headline without leading labels ("BREAKING: ") and without trailing names of outlets (" | The Daily")."""
    text = " ".join(title.split())
    for _ in range(2 if _MARKS.search(text, 0, 40) else 0):
        shorter = _after(_LABEL, text)
        if length(shorter) < 12:
            break
        text = shorter
    parts = _PIPE.split(text) if any(map(text.__contains__, _PIPES)) else ()
    if len(parts) > 1:
        text = _longest_head(parts)
    end = _DASH_END.search(text, max(0, len(text) - 60)) if any(map(text.__contains__, _DASHES)) else None
    if end and end.start() >= 20 and all(_OUTLET_WORD.match(word) for word in end.group(1).split()[:7]):
        text = text[: end.start()]
    shorter = _TRAILER.sub("", text) if text[-6:].strip(")").lower().endswith(_TRAILS) else text
    return shorter if len(shorter) >= 12 else text


def _longest_head(parts: Sequence[str]) -> str:
    """The headline in "Section | Headline | Outlet": the first part with the most words."""
    return max(parts, key=lambda part: len(part.split()) + (0 if part.isascii() else len(_UNSPACED.findall(part)) // 2))


def length(text: str) -> int:
    """Number of letters; a letter that stands for a syllable or a word (Han, kana, Hangul, …) counts as two."""
    return len(text) if text.isascii() else len(text) + len(_UNSPACED.findall(text))


def bare_lead(lead: str) -> str:
    """A lead without the agency's dateline ("KYIV, Ukraine (AP) — Russia …" gives "Russia …"), without invitations such as
    "Sign up for our newsletter" and without the party and state of members of Congress ("(R-S.C.)")."""
    if any(map(lead.__contains__, _INVITES)):
        lead = _INVITATION.sub(" ", lead)
    # Single signs are found ten times as fast as the longer ones.
    if ("-" in lead or "(" in lead) and any(map(lead.__contains__, _MEMBERS)):
        lead = _MEMBER.sub("", lead)
    return _after(_DATELINE, lead)


def _after(beginning: re.Pattern[str], text: str) -> str:
    """The text without a match of `beginning` at its start. (`sub` would try to match at every position.)"""
    found = beginning.match(text)
    return text[found.end() :] if found else text
