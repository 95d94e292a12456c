"""Removes what outlets add to their texts: links to the rest of the article ("Read more"), credits, calls to subscribe, lists of links."""

from __future__ import annotations

import re

from aggregator.normalise.address import canonical
from aggregator.normalise.plain import plain, plain_of_safe
from aggregator.text.references import unescape

_TAIL = 600  # characters at the end in which boilerplate is searched
_HEAD = 400  # characters at the beginning in which a newsletter offers to show itself in a browser
_APPEARED_TAIL = 200  # the same for the words of `_APPEARED`
# The most that `_APPEARANCE` matches, up to the end: elsewhere it would be searched in vain, and long.
_APPEARED_LONGEST = 700
_MORE_TAIL = 300  # the same for `_MORE` with the text that `_REST` allows after it
# Follows words with which a sentence of news may begin too («Подробнее о пострадавших рассказал губернатор»): they count only at the
# end of the text.
_ALONE = r"(?=(?: her| hier| ici| aqui)?\W*\Z)"
# Links to the rest of the article ("Read more"). Each pattern contains its key, and a text is searched for the keys first: that is
# ten times as fast.
_LEADING_ON = {
    "read ": r"to read (?:this|the) (?:article|story|post) in full|read (?:the )?(?:more|full (?:story|article|post))"
    r"|(?:\d+ posts? - \d+ participants? )?read full topic",
    "continue reading": "continue reading",
    "keep reading": "keep reading",
    "click here": "click here to (?:read|view)",
    "(more": r"(?<=\()more ?(?:…|\.{3})(?=\))",
    "view ": "view (?:the )?(?:full )?(?:article|post)",
    "weiterlesen": "weiterlesen",
    "lire la suite": "lire la suite",
    "leer más": "leer más",
    "sigue leyendo": "sigue leyendo",
    "leia mais": "leia mais",
    "leggi tutto": "leggi tutto",
    "continua a": "continua a leggere",
    "lees ": "lees (?:meer|verder)",
    "läs mer": "läs mera?",
    "czytaj ": "czytaj (?:dalej|więcej)",
    "читать ": "читать (?:далее|полностью)",
    "подробнее": f"подробнее{_ALONE}",
    "читати ": f"читати (?:далі|більше|повністю){_ALONE}",
    "mehr ": f"mehr (?:lesen|erfahren){_ALONE}",
    "seguir leyendo": f"seguir leyendo{_ALONE}",
    "saiba mais": f"saiba mais{_ALONE}",
    "en savoir plus": f"en savoir plus{_ALONE}",
    "læs mere": f"læs mere{_ALONE}",
    "les mer": f"les mer{_ALONE}",
    "lue lisää": f"lue lisää{_ALONE}",
    "číst ": f"číst (?:dále|více|celý článek){_ALONE}",
    "citește ": f"citește (?:mai (?:mult|departe)|tot articolul){_ALONE}",
    "διαβάστε ": f"διαβάστε (?:περισσότερα|τη συνέχεια){_ALONE}",
    "devamını oku": "devamını oku",
    "baca ": "baca (?:selengkapnya|juga:)",
    "đọc tiếp": "đọc tiếp",
    "المزيد": "[اإ]قرأ المزيد",
    "ادامه مطلب": "ادامه مطلب",
    "続きを読む": "続きを読む",
    "全文": "[阅閱][读讀]全文",
    "더 보기": f"더 보기{_ALONE}",
}
_MORE = re.compile(rf"(?:{'|'.join(_LEADING_ON.values())})(?!\w)", re.IGNORECASE)
# What may follow `_MORE` up to the end of the text. WordPress writes a whole title and an arrow: `Continue reading Title →`.
_REST = re.compile(r"(?:[^.!?]{0,140}(?:\.\.\.|[.!])?[\])]?|.{0,200}→)\s*")
# one of these must precede `_MORE`, so that "children read more than ever" stays
_ENDS_BEFORE = '.!?…])"”’»([-–—|。！？؟।'
_QUOTES = '"”’»'  # they must close a quotation before `_MORE`, not open one: "Read more books," he said
# What WordPress adds to every excerpt (`The post TITLE appeared first on OUTLET`): a key that is searched first, then the words
# before and after the title.
_APPEARED = {
    " appeared ": ("The (?:post|article)", "(?:first )?appeared (?:first )?on"),
    " erschien zuerst auf ": ("Der Beitrag", "erschien zuerst auf"),
    " est apparu en premier sur ": ("(?:Cet|L[’']) ?article", "est apparu en premier sur"),
    " se publicó primero en ": ("La entrada", "se publicó primero en"),
    " aparece primero en ": ("La entrada", "aparece primero en"),
    " apareció primero en ": ("La entrada", "apareció primero en"),
    " apareceu primeiro em ": ("O post", "apareceu primeiro em"),
    " verscheen eerst op ": ("Het bericht", "verscheen eerst op"),
    " proviene da ": ("L[’']articolo", "proviene da(?! [a-zà-ÿ]+ )"),
    " sembra essere il primo su ": ("L[’']articolo", "sembra essere il primo su"),
    " pochodzi z serwisu ": ("Artykuł", "pochodzi z serwisu"),
    " появились сначала на ": ("Сообщение", "появились сначала на"),
    " з'явиться на ": ("Запис", "спершу з'явиться на"),
    " dök först upp på ": ("Inlägget", "dök först upp på"),
    " dukket først opp på ": ("Innlegget", "dukket først opp på"),
    " εμφανίστηκε πρώτα στο ": ("Το άρθρο", "εμφανίστηκε πρώτα στο"),
    " apare prima dată în ": ("Articolul", "apare prima dată în"),
    " pertama kali tampil pada ": ("Artikel", "pertama kali tampil pada"),
    " أولاً على ": ("ظهرت المقالة", "أولاً على"),
    " впервые появилась ": ("Запись", "впервые появилась(?! (?:во?|на) )"),
    " з'явився спочатку на ": ("Допис", "з'явився спочатку на"),
    " pochází z ": ("Příspěvek", "pochází z(?= [^a-zß-ÿčďěňřšťůž])"),
    " se nejdříve objevil na ": ("Příspěvek", "se nejdříve objevil na"),
    " blev først udgivet på ": ("Indlægget", "blev først udgivet på"),
    " aparece primeiro em ": ("O conteúdo", "aparece primeiro em"),
    " đã xuất hiện đầu tiên ": ("Bài viết", "đã xuất hiện đầu tiên"),
}
_APPEARANCE = re.compile(
    # A title begins with a capital, a number or a sign: "The post by the ministry appeared first on Telegram" is news.
    r"\b(?:"
    + "|".join(rf"{before} (?![a-zß-ÿα-ώа-џ]+ ).{{1,400}}? {after}" for before, after in _APPEARED.values())
    + r") .{1,160}\Z"
)
_AGE = r"\d{1,3} (?:min(?:ute)?|hour|day)s? ago"
# Notes that platforms add to each podcast that they host, forums to each post, and makers of feeds to each entry.
_NOTES = {
    "hosted on acast.": r"Hosted on Acast\. See acast\.com/privacy for more information\.?",
    "hosted by simplecast": r"Hosted by Simplecast, an AdsWizz company\. See [^ ]{1,60} for information about our collection .{1,100}",
    "ad choices.": r"Learn more about your ad choices\. Visit [^ ]{1,60}",
    "omnystudio.com/listener": r"See omnystudio\.com/listener for privacy information\.?",
    "art19.com/privacy": r"See (?:the )?Privacy Policy at https://art19\.com/privacy .{1,100}",
    "comments url: ": r"(?:Article URL: \S+ )?Comments URL: \S+(?: Points: \d+)?(?: # Comments: \d+)?",
    "statistics: posted by": r"Statistics: Posted by .{1,60} — .{1,40}",
    "feed generated with": r"\(Feed generated with [^()]{1,40}\)",
    "-- delivered by": r"-- Delivered by [^ ]{1,40} service",
    "adblock test": r"Adblock test \(Why\?\)",
    "the newsletter! feed": r"Kill the Newsletter! feed settings",
    " ago": rf"(?:(?:Last u|Last U|U)pdated:? {_AGE}\.?|(?<=[.!?…] ){_AGE})",
    "[contains quote post": r"\[contains quote post or other embedded content\]",
}
_NOTE = re.compile(rf"(?:\A|\s)(?:{'|'.join(_NOTES.values())})\Z")
_NO_FULL_TEXT = "[unable to retrieve full-text content]"
# Signs without width, with which newsletters keep the rest of a mail out of its preview. (Between letters of Persian U+200C has meaning.)
_FILLING = re.compile(" ?(?:[\u034f\u200c]{1,9} ){2,}[\u034f\u200c]{0,9} ?")
_IN_BROWSER = re.compile(
    r"\b(?:(?:(?:Having|Have) )?[Tt]rouble (?:viewing|reading) this e-?mail\? )?(?:Click here to view|View)"
    r"(?i: (?:it|this e-?mail|this message|online))?(?i: (?:in (?:your|a) (?:web )?browser|as a web ?page))(?:[.!]?\s+(?![a-z])|[.!]?\Z)"
)
_REDDIT = re.compile(r"submitted by.{0,80}\[link\]\s*\[(?:\d+ )?comments?\]\Z")
# What Mastodon writes before a post that quotes another, and Lemmy before each.
_POSTED = re.compile(
    r"\A(?:RE: https?://\S+\s+(?=\S)|submitted by \S{1,60} to \S{1,60}(?: \d+ points? \| \d+ comments?)?(?: https?://\S+)?(?:\s+|\Z))"
)
# The names of the authors before the dateline of a wire story: `By A. Writer GENEVA, Feb 17 (Reuters) - `.
_BYLINE = re.compile(
    r"By [A-Z][^()]{2,160}? (?=[A-Z][A-Z/.,' -]{2,60}, [A-Z][a-z]{2,8}\.? \d{1,2} \((?:Reuters|AP|AFP)\) ?[-–—] )"
)
# What precedes the news in a newsletter whose placeholder for a counter was not filled: its name and welcome, then the section, twice.
_NEWSLETTER = re.compile(r"\A((?:<p>)?)[^<]{0,120}?\{beacon\}\s*(?:[^<]{0,120}?\bThe Big Story\s+)?")
# What GovDelivery writes before the bulletins of authorities.
_BANNER = r"You are subscribed to [^<]{1,260}?\. This information has recently been updated,? and is now available\."
_SUBSCRIBED = re.compile(rf"\A{_BANNER}(?:\s+|\Z)")
_MARKS = ("∞ Permalink", "★", "◉", "∞", "¶")
_MARK = re.compile(rf"(?:\A|\s+)(?:{'|'.join(_MARKS)})\Z")  # the link of a blog post to itself
_LINKED = re.compile(r"Continue reading\W*\Z")  # a link that may follow any text, without one of `_ENDS_BEFORE`
_RELATED = re.compile(r"(?<=[.!?…\])”\"]) Related(?: (?:posts|stories|articles))?: .{1,300}\Z")
# A paragraph or list item of sanitised HTML, with its content; then a link.
_BLOCK = re.compile(r"<(li|p)(?: [^<>]*)?>([^<]*(?:<(?!/?(?:li|p|ul|ol|div)\b)[^<]*)*)</\1>")
_LINK = re.compile(r"<a [^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a>")
_TAG = re.compile(r"<[^<>]*>")
_BETWEEN = re.compile(r"(?:\s|<[^<>]*>)*")
_LABEL = re.compile(r"(?:related|see also|also read|read also|read more|read next|more on this|more)\W*", re.IGNORECASE)
# A call to subscribe to the outlet's newsletters and channels.
_INVITING = re.compile(
    r"(?:if you haven[’']t (?:yet|already), )?(?:please )?(?:sign up|subscribe|follow (?:us|our)|like us on|"
    r"e-?mail (?:us (?:at|on|with|your)|our)|rate, review|(?:get|download|listen to) our|get [^.!?]{1,150} (?:in|to) your inbox)\b",
    re.IGNORECASE,
)
_CHANNELS = (
    r"(?:here|newsletters?|inbox|e-?mails?|podcasts?|apps?|alerts|channel|live ?blog|editors|facebook|twitter|instagram|telegram|whatsapp"
    r"|youtube|tiktok|linkedin)\b"
)
_CHANNEL = re.compile(rf"\b{_CHANNELS}|@\w", re.IGNORECASE)
# Words that show that such a sentence tells news too, or runs into the next sentence: "Sign up here In October …".
_TELLING = re.compile(
    r"\b(?:after|are|as|ends?|ha[ds]|have|is|sa(?:id|ys?)|was|were|where|who)\b"
    rf"|\b{_CHANNELS}\s+(?!{_CHANNELS})(?-i:[A-Z])",
    re.IGNORECASE,
)
_INVITED = ("sign up", "subscribe", "follow us", "like us", "mail us", "mail our", "rate, review", "your inbox")
_SENTENCE = re.compile(r"(?:\A|(?<=[.!?…][\s”’\"')]))\s*([^.!?…]{1,200}[.!?…]+(?:\s+|\Z))")
_ADDRESS = re.compile(r"[/@]\S*\Z")
_AROUND_LINKS = 40  # characters beside the links of a paragraph that only leads elsewhere
_ELSEWHERE = re.compile(
    r"(?:read|see|view) [\w ]{3,20} (?:at|on) (?-i:[A-Z])", re.IGNORECASE
)  # "Read the full story at The Outlet"
_ASIDE = 300  # characters of the longest paragraph that is searched for these:
# Labels of advertisements, players and buttons, and what stands where an article ends for those who do not subscribe.
_LABELLED = re.compile(
    r"(?:advertisement|comments?|(?:story|article) continues (?:after|below)(?: this)? ad(?:vertisement)?"
    r"|(?:continue|keep) reading|read more"
    r"|share this(?: article| story| post)?|video unavailable|view this post on \w+|our standards: .{1,60})\W*\Z"
    r"|already a (?:subscriber|member)\?|you(?:[’']ve| have) reached your (?:free )?(?:article )?limit\b"
    r"|(?:subscribe|(?:log|sign) in)(?: now| or [\w ]{1,40})? to (?:continue|keep) reading\b"
    r"|to (?:continue|keep) reading,? (?:please )?(?:log|sign|subscribe)\b"
    r"|this (?:article|story|content) is (?:only )?for (?:our )?subscribers\b"
    r"|(?:share|leave a comment|subscribe(?: now)?)\W*\Z|thank(?:s| you) for reading\b.{0,100}(?:\bsubscribe for free|post is public)\b"
    r"|.{1,100} is a reader-supported publication\. to receive new posts\b"
    rf"|{_BANNER}\Z",
    re.IGNORECASE,
)
POINT = 25  # a paragraph of so many characters without a full stop gets one: it is not a label, name or date
_AROUND_NAMES = 130  # at most so many characters around the names of article and outlet; those of Medium are 120
_ELLIPSIS = re.compile(r"\s*[\[(]\s*(?:…|\.{3})\s*[\])]\s*$")
# A link at the end of a text, and one that calls to subscribe to its channel or names its source.
_LAST_LINK = re.compile(r"<a [^<>]*>([^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a>(?:\s|<[^<>]*>|[.…»→)\]])*\Z")
_HREF = re.compile(r'<a (?:[\w-]+="[^"]*" )*?href="([^"]*)"')
# Signs before it that lead to it: `[`, `|`, `>>`.
_LEADING = re.compile(r"(?:\s|<(?:b|em|i|small|span|strong)\b[^<>]*>|&gt;|[-–—|,([«→▶•·])+\Z")
_ENDED = re.compile(r"</(?:p|li|[uo]l)>\s*(?:<(?!/)[^<>]*>\s*)*\Z")
_ON_OWN_LINE = re.compile(r"<(?:br|/?(?:p|div|li|[uo]l|h[1-6]|figure|blockquote))\b[^<>]*>\Z")
# Not «Подписан указ», which is a headline.
_CALL = re.compile(
    r"(?:subscribe(?: (?:to|on|now|here)\b.{0,60})?|(?:подпи(?:саться|шитесь|сывайтесь)|підпи(?:сатис[яь]|шіться|суйтесь))"
    r"\b.{0,60})\W*|video|source|source link|original (?:article|post)",
    re.IGNORECASE,
)
# Counts and ages, which change all the time, alone in a block: `<small>12 posts - 8 participants</small>`.
_THINGS = ("comments", "comment", "views", "view", "reads", "replies", "participants", "participant", "posts", "post")
_COUNT = (
    rf"(?:\d[\d,.]*k? (?:{'|'.join(_THINGS)})|(?:\d{{1,3}}|an?) (?:sec(?:ond)?|min(?:ute)?|hour|day)s? ago"
    r"|(?:points|# ?comments|comments|reads): \d[\d,.]*)"
)
_COUNTS = rf"\s*+{_COUNT}(?:\s*+[-–—·•|,]\s*+{_COUNT})*\s*+"
_COUNTERS = re.compile(
    rf"<(p|div)>(?:<(?:small|span)>)?{_COUNTS}(?:</(?:small|span)>)?\s*+</\1>"
    # Not within a sentence: the quake struck <span>20 minutes ago</span>, officials say.
    rf"|(?:(?<=</p>)|(?<=</div>))\s*<(small|span)>{_COUNTS}</\2>(?=\s*(?:\Z|</?(?:p|div)\b))"
    # Both tags of a link or none: one that is never closed would go on through the rest of the page.
    rf"|(?<=<br>)(?:\d+ points? \| )?(?P<link><a [^<>]*>)?{_COUNT}(?(link)</a>)(?=<br>)",
    re.IGNORECASE,
)
# The tag that follows a count: after the last letters of its word or a number, and after white space. It is found much faster.
_COUNTED = re.compile(
    rf"<(?:(?<={'|'.join(f'{word[-4:]}<' for word in (*_THINGS, ' ago'))})|(?<=[\d,]<)|(?<=[\d,.]\.<)"
    r"|(?<=[^>.]\s<)|(?<=[\d,.]\.\s<))(?:/|br>)",
    re.IGNORECASE,
)
_COUNTING = 1000  # characters at the end in which they are searched
# What forums write below an enlarged picture: `<span>map</span><span>1200×675 100 KB</span>`.
_MEASURES = re.compile(r"(?:<span>[^<]{0,200}</span>)?<span>\d{1,5}×\d{1,5} [\d.]+ [KM]B</span>")


def without_boilerplate(text: str, keeps_more: bool = False) -> str:
    """Plain text without boilerplate at its beginning and end, and without calls to subscribe. `keeps_more`: words that only lead
    to the article ("Read more about the treaty") stay."""
    text = text.removeprefix(_NO_FULL_TEXT).lstrip()
    if any(map(text[:_HEAD].lower().__contains__, ("browser", "web page", "webpage"))):
        text = (_IN_BROWSER.sub("", text[:_HEAD], count=1) + text[_HEAD:]).rstrip()
    if "\u034f" in text or "\u200c " in text:
        text = _FILLING.sub(" ", text).strip()
    if text.startswith("By ") and (byline := _BYLINE.match(text)):
        text = text[byline.end() :]
    text = _without_welcome(text)
    tail = text[-_TAIL:]
    if any(map(tail[-_APPEARED_TAIL:].__contains__, _APPEARED)) and (
        note := _APPEARANCE.search(text, max(0, len(text) - _APPEARED_LONGEST))
    ):
        text = text[: note.start()].rstrip()
    if text.endswith(("comments]", "comment]")):
        text = _REDDIT.sub("", text).rstrip()
    if text.startswith(("RE: ", "submitted by ")):
        text = _POSTED.sub("", text)
    if any(map(tail.lower().__contains__, _NOTES)):
        text = _NOTE.sub("", text).rstrip()
    if not keeps_more and any(map(tail[-_MORE_TAIL:].lower().__contains__, _LEADING_ON)):
        text = _without_more(_LINKED.sub("", text).rstrip())
    if "Related" in tail:
        text = _RELATED.sub("", text)
    if any(map(text.lower().__contains__, _INVITED)):
        text = _SENTENCE.sub(lambda said: "" if _invites(said[1].strip()) else said[0], text).strip() or text
    if text.endswith(_MARKS):
        text = _MARK.sub("", text)
    return _ELLIPSIS.sub("…", text) if text.endswith(("]", ")")) else text


def _without_welcome(text: str) -> str:
    if text.startswith("You are subscribed to "):
        return _SUBSCRIBED.sub("", text)
    return _NEWSLETTER.sub(r"\1", text) if "{beacon}" in text else text


def _without_more(text: str) -> str:
    for found in _MORE.finditer(text, max(0, len(text) - _MORE_TAIL)):
        before = text[: found.start()].rstrip()
        opened = before and before[-1] in _QUOTES and len(before) == found.start()
        if (not before or before[-1] in _ENDS_BEFORE) and not opened and _REST.fullmatch(text, found.end()):
            return before.rstrip("([-–—| ")
    return text


def without_counters(safe: str) -> str:
    """Sanitised HTML without counts of comments and the like at its end. They are no part of an article, and would make an edit of each
    change."""
    safe = _MEASURES.sub("", safe) if "×" in safe else safe
    tail = safe[-_COUNTING:]
    return safe[:-_COUNTING] + _COUNTERS.sub("", tail) if _COUNTED.search(tail) else safe


def without_last_link(text: str) -> str:
    """HTML without the link at its end, or in brackets there, if that only leads on: `Talks go on in <a>Continue reading</a>`; or if it
    stands on a line of its own, and asks to subscribe or only says "Source"."""
    start = text.rfind("<a ")
    link = _LAST_LINK.match(text, start) if start >= 0 else None
    if link is None:
        return text
    leading = _LEADING.search(text, max(0, start - 200), start)
    said, before = plain(link[1]), text[: leading.start() if leading else start].rstrip()
    last = max(0, len(before) - 200)
    alone = _ON_OWN_LINE.search(before, last) and _CALL.fullmatch(said.strip("[]()"))
    if not (_is_button(said) and (alone or leads_on(said))):
        return text
    if _ENDED.search(before, last):
        return f"{before}&nbsp;"  # so that the paragraph still has something after it, and gets a full stop (`prose`)
    return f"{before}…" if before[-1:].isalnum() else before


def without_leading_on(safe: str, address: str | None) -> str:
    """Sanitised HTML without a link at its end that only leads on to the article at this address, whatever it stands in. One that leads
    elsewhere stays, as in a digest of several articles; so does one in a sentence in brackets."""
    start = safe.rfind("<a ")
    link = _LAST_LINK.match(safe, start) if start >= 0 else None
    if link is None or not _is_button(said := plain_of_safe(link[1])) or not leads_on(said):
        return safe
    href = _HREF.match(safe, start)
    if not (href and address) or canonical(unescape(href[1])) != canonical(address):
        return safe
    rest = safe[link.end(1) + len("</a>") :]
    before, after = safe[:start].rstrip(" -–—|,([«→▶•·"), rest.lstrip(".…»→)] ")
    signs = safe[len(before) : start], rest[: len(rest) - len(after)]
    paired = sum(map(signs[0].count, "([")) == sum(map(signs[1].count, ")]"))
    return before + after if paired and not plain_of_safe(after) else safe


def _is_button(said: str) -> bool:
    """In small letters a link is in a sentence: he wants us to <a>read more</a>; and a sign without words (★) ends a whole text."""
    return not said[:1].islower() and any(map(str.isalnum, said))


def without_credit(text: str, title: str) -> str:
    """The text without the last paragraph, if it only links to the article and to its outlet.

    WordPress adds such a paragraph in many languages: "Mehr Frost yazısı ilk önce Haber üzerinde ortaya çıktı." So does Medium: "More
    Frost was originally published in The News on Medium, where people are continuing the conversation by …"
    """
    start = text.rfind("<p")
    if start < 0 or not title:
        return text
    links = _LINK.findall(text, start)
    named = len(links) == 2 and plain(links[0], titled=True) == title
    return text[:start] if named and len(plain(_LINK.sub("", text[start:]))) <= _AROUND_NAMES else text


def prose(text: str) -> str:
    """HTML without list items that are only links, and without paragraphs that name other articles or ask to subscribe.

    Each remaining paragraph and list item gets a full stop, if it has none and would run into the next one.
    """

    def kept(block: re.Match[str]) -> str:
        kind, inside = block[1], block[2]
        told = _TAG.sub("", inside).rstrip()
        if "<a " in inside and (
            (kind == "li" and not any(map(str.isalnum, _unlinked(inside))))
            or _names_another(inside)
            or _invites(told.lstrip())
        ):
            return " "
        if len(told) < POINT or not _open_ended(told):
            return block[0]
        between = _BETWEEN.match(text, block.end())
        following = text[between.end() : between.end() + 1] if between else ""
        if not following or following.islower():  # the last block, or its sentence continues in the next
            return block[0]
        return f"{block[0][: -len(kind) - 3].rstrip()}.</{kind}>"

    return _BLOCK.sub(kept, text)


def without_asides(text: str) -> str:
    """Sanitised HTML without the paragraphs that only name other articles, ask to subscribe or share, or label an advertisement."""
    return _BLOCK.sub(lambda block: "" if _is_aside(block[1], block[2]) else block[0], _without_welcome(text))


def leads_on(said: str) -> bool:
    """Whether the words of a link only lead to the rest of the article ("Read more"). Who reads on at a named outlet reads the source."""
    return not without_boilerplate(said) and not _ELSEWHERE.match(said)


def _is_aside(kind: str, inside: str) -> bool:
    """What leads on is a link with few words around it: sentences of news begin with "Read more" and "Sign up" too. Points of a list may
    be labels ("Comments") and advice ("Sign up for alerts")."""
    said = plain_of_safe(inside)
    if not said or len(said) > _ASIDE:
        return False
    if kind == "p" and _LABELLED.match(said):
        return True
    if "<a " not in inside or len(_unlinked(inside)) > _AROUND_LINKS:
        return False
    return leads_on(said) or _names_another(inside) or (kind == "p" and _invites(said))


def _names_another(inside: str) -> bool:
    """Whether a paragraph with a link only names another article after a label ("Read more: …")."""
    rest = _unlinked(inside)
    return _LABEL.fullmatch(rest) is not None and _TAG.sub("", inside).strip().startswith(rest)


def _unlinked(inside: str) -> str:
    return _TAG.sub("", _LINK.sub("", inside)).strip()


def _open_ended(text: str) -> bool:
    """Whether the text lacks a full stop, in a script with upper and lower case. An address at the end needs none."""
    ends = text.rstrip("”’\"')")[-1:]
    letter = next(filter(str.isalpha, reversed(text)), "") if ends.isdigit() else ends
    return letter.lower() != letter.upper() and _ADDRESS.search(text, len(text) - 200) is None


def _invites(text: str) -> bool:
    found = _INVITING.match(text)
    return found is not None and _CHANNEL.search(text) is not None and not _TELLING.search(text, found.end())
