"""The summary that readers see: plain text of about five hundred characters, cut at the end of a sentence, without
boilerplate."""

from __future__ import annotations

import re

from aggregator.normalise.characters import cut
from aggregator.normalise.plain import plain, plain_of_safe, without_headings, without_shortcodes
from aggregator.text.scripts import unspaced

LENGTH = 500
TITLE_LENGTH = 300
_ENOUGH_HTML = 1000  # characters of the source that are read first; twelve times that if they hold little text
_TAIL = 600  # characters at the end in which boilerplate is looked for
_APPEARED_TAIL = 200  # … for `_APPEARANCE`
_MORE_TAIL = 300  # … for `_MORE` and what `_REST` allows after it, which is shorter
# After words by which a sentence of news may begin as well: «Подробнее о пострадавших рассказал губернатор».
_ALONE = r"(?=(?: her| hier| ici| aqui)?\W*\Z)"
# Words that lead on to the article. Each pattern contains the words before it, for which a text is searched first: that is ten
# times as fast.
_LEADING_ON = {
    "read ": r"to read (?:this|the) (?:article|story|post) in full|read (?:the )?(?:more|full (?:story|article|post))"
    r"|\d+ posts? - \d+ participants? read full topic",
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
# What may follow `_MORE` up to the end; before an arrow a whole title, as WordPress writes it.
_REST = re.compile(r"(?:[^.!?]{0,140}(?:»|…|\.\.\.|>|[.!])?[\])]?|.{0,200}→)\s*")
_ENDS_BEFORE = '.!?…])"”’»([-–—|。！？؟।'  # must precede `_MORE`, so that "children read more than ever" stays
_QUOTES = '"”’»'  # which close what is before, and do not open: "Read more books," he said
# What WordPress adds to every excerpt: words before the title, words after it, by which it is searched first.
_APPEARED = {
    " appeared ": ("The (?:post|article)", "(?:first )?appeared (?:first )?on"),
    " erschien zuerst auf ": ("Der Beitrag", "erschien zuerst auf"),
    " est apparu en premier sur ": ("(?:Cet|L[’']) ?article", "est apparu en premier sur"),
    " se publicó primero en ": ("La entrada", "se publicó primero en"),
    " aparece primero en ": ("La entrada", "aparece primero en"),
    " apareció primero en ": ("La entrada", "apareció primero en"),
    " apareceu primeiro em ": ("O post", "apareceu primeiro em"),
    " verscheen eerst op ": ("Het bericht", "verscheen eerst op"),
    " proviene da ": ("L[’']articolo", "proviene da"),
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
    " впервые появилась ": ("Запись(?-i:(?= [^а-яё]))", "впервые появилась(?! (?:во?|на) )"),
    " з'явився спочатку на ": ("Допис", "з'явився спочатку на"),
    " pochází z ": ("Příspěvek(?-i:(?= [^a-zá-ž]))", "pochází z(?-i:(?= [^a-zá-ž]))"),
    " se nejdříve objevil na ": ("Příspěvek", "se nejdříve objevil na"),
    " blev først udgivet på ": ("Indlægget", "blev først udgivet på"),
    " aparece primeiro em ": ("O conteúdo", "aparece primeiro em"),
    " đã xuất hiện đầu tiên ": ("Bài viết", "đã xuất hiện đầu tiên"),
}
_APPEARANCE = re.compile(
    r"\b(?:" + "|".join(f"{before} .{{1,400}}? {after}" for before, after in _APPEARED.values()) + r") .{1,160}\Z",
    re.IGNORECASE,
)
_REDDIT = re.compile(r"(?:submitted by.{0,80})?\[link\]\s*\[(?:\d+ )?comments?\]\Z")
# The names in a wire story before `GENEVA, Feb 17 (Reuters) - `.
_BYLINE = re.compile(
    r"By [A-Z][^()]{2,160}? (?=[A-Z][A-Z/.,' -]{2,60}, [A-Z][a-z]{2,8}\.? \d{1,2} \((?:Reuters|AP|AFP)\) ?[-–—] )"
)
_NOTHING = ("", "Comments")  # dots alone; a link to the comments, all that an entry of Hacker News and Lobsters holds
_MARKS = ("∞ Permalink", "★", "◉", "∞", "¶")
_MARK = re.compile(rf"\s+(?:{'|'.join(_MARKS)})\Z")  # the link of a weblog's entry to itself
_LINKED = re.compile(r"Continue reading\W*\Z")  # a link by itself at the end of any text
_RELATED = re.compile(r"(?<=[.!?…\])”\"]) Related(?: (?:posts|stories|articles))?: .{1,300}\Z")
# A paragraph or point of a list of sanitised HTML, and what is inside; a link.
_BLOCK = re.compile(r"<(li|p)(?: [^<>]*)?>([^<]*(?:<(?!/?(?:li|p|ul|ol|div)\b)[^<]*)*)</\1>")
_LINK = re.compile(r"<a [^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a>")
_TAG = re.compile(r"<[^<>]*>")
_BETWEEN = re.compile(r"(?:\s|<[^<>]*>)*")
_LABEL = re.compile(r"(?:related|see also|also read|read also|read more|read next|more on this|more)\W*", re.IGNORECASE)
# What invites to the outlet's letters and channels, and tells nothing.
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
# What tells something all the same, or runs into the next sentence: "Sign up here In October …".
_TELLING = re.compile(
    r"\b(?:after|are|as|ends?|ha[ds]|have|is|sa(?:id|ys?)|was|were|where|who)\b"
    rf"|\b{_CHANNELS}\s+(?!{_CHANNELS})(?-i:[A-Z])",
    re.IGNORECASE,
)
_INVITED = ("sign up", "subscribe", "follow us", "like us", "mail us", "mail our", "rate, review", "your inbox")
_SENTENCE = re.compile(r"(?:\A|(?<=[.!?…][\s”’\"')]))\s*([^.!?…]{1,200}[.!?…]+(?:\s+|\Z))")
_ADDRESS = re.compile(r"[/@]\S*\Z")
_POINT = 25  # characters from which a paragraph without a stop at its end gets one: it is no label, name or date
_TOLD = 60  # characters that must be left, and at least half of all, else the links of a list are what the text tells
_AROUND_NAMES = 80  # characters around the names of article and outlet
_ELLIPSIS = re.compile(r"\s*[\[(]\s*(?:…|\.{3})\s*[\])]\s*$")
_SENTENCE_END = re.compile(r"[.!?।۔؟][\"'”’)\]]?(?=\s)|[。！？]")


def summarise(text: str, safe: bool = False, title: str = "") -> str:
    """The summary of HTML or text. `safe`: `markup` has sanitised it; `title` is that of the article, plain."""
    head = _without_credit(text[: 15 * _ENOUGH_HTML], title)
    if not safe:
        head = without_shortcodes(head)
    found = _at_sentence(_without_boilerplate(_told(head, safe)))
    return found if found.strip(".… ") not in _NOTHING else ""


def _without_credit(text: str, title: str) -> str:
    """Without a last paragraph that names the article by a link, and its outlet by another, as WordPress adds it in any language:
    "Mehr Frost yazısı ilk önce Haber üzerinde ortaya çıktı."."""
    start = text.rfind("<p")
    if start < 0 or not title:
        return text
    links = _LINK.findall(text, start)
    named = len(links) == 2 and plain(links[0], titled=True) == title
    return text[:start] if named and len(plain(_LINK.sub("", text[start:]))) <= _AROUND_NAMES else text


def ended(summary: str, text: str) -> str:
    """A summary that the feed broke off ends at its last whole word: where `text`, of which it is the beginning, goes on behind it
    in the same word or in small letters."""
    if not summary[-1:].isalnum() or not text.startswith(summary):
        return summary
    rest = text[len(summary) : len(summary) + 3]
    if rest[:1].isalnum() or (summary[-1].isdigit() and rest[:1] in (".", ",", ":") and rest[1:2].isdigit()):
        return broken_off(summary)
    return f"{summary}…" if rest.lstrip(" ,;")[:1].islower() else summary


def broken_off(summary: str) -> str:
    """Without the last word, of which nobody knows whether it is whole, and with an ellipsis. Scripts without spaces lose none."""
    space = -1 if unspaced(summary[-1]) else summary.rfind(" ", len(summary) // 2)
    return (summary[:space] if space > 0 else summary).rstrip(" .,;:–—-") + "…"


def _told(text: str, safe: bool) -> str:
    """The beginning without headings, and without what only leads elsewhere, unless there is nothing else."""
    bare = without_headings(text)
    if "<li" in bare or "<p" in bare:
        prose = _beginning(_prose(_head(bare, 3 * _ENOUGH_HTML)), safe)
        if len(prose) < LENGTH and len(bare) > 3 * _ENOUGH_HTML:
            prose = _beginning(_prose(bare), safe)
        enough = len(prose) >= _TOLD and not prose.endswith(":")
        if enough and (len(prose) >= LENGTH or 2 * len(prose) >= len(_beginning(bare, safe))):
            return prose
    return _beginning(bare, safe) or _beginning(text, safe)


def _prose(text: str) -> str:
    """HTML without points that are nothing but links, and paragraphs that name other articles or invite to letters and channels; each
    point and paragraph that is left ends in a stop, or it would run into the next."""

    def kept(block: re.Match[str]) -> str:
        kind, inside = block[1], block[2]
        if "<a " in inside:
            said = _TAG.sub("", inside).strip()
            rest = _TAG.sub("", _LINK.sub("", inside)).strip()
            if not any(map(str.isalnum, rest)) and kind == "li":
                return " "
            if (_LABEL.fullmatch(rest) and said.startswith(rest)) or _invites(said):
                return " "
        told = _TAG.sub("", inside).rstrip()
        if len(told) < _POINT or not _open_ended(told):
            return block[0]
        between = _BETWEEN.match(text, block.end())
        following = text[between.end() : between.end() + 1] if between else ""
        if not following or following.islower():  # the last one, or it goes on
            return block[0]
        return f"{block[0][: -len(kind) - 3].rstrip()}.</{kind}>"

    return _BLOCK.sub(kept, text)


def _open_ended(text: str) -> bool:
    """Whether a stop is missing at the end, in a script that has one. An address ends in none."""
    ends = text.rstrip("”’\"')")[-1:]
    letter = next(filter(str.isalpha, reversed(text)), "") if ends.isdigit() else ends
    return letter.lower() != letter.upper() and _ADDRESS.search(text, len(text) - 200) is None


def _invites(text: str) -> bool:
    found = _INVITING.match(text)
    return found is not None and _CHANNEL.search(text) is not None and not _TELLING.search(text, found.end())


def _beginning(text: str, safe: bool) -> str:
    read = plain_of_safe if safe else plain
    found = read(_head(text, _ENOUGH_HTML))
    if len(found) < LENGTH and len(text) > _ENOUGH_HTML:
        found = read(_head(text, 12 * _ENOUGH_HTML))
    return found


def _head(text: str, length: int) -> str:
    """The beginning, not cut inside a tag if that can be avoided."""
    if len(text) <= length:
        return text
    end = text.find(">", length, length + 300)
    return text[: end + 1] if end >= 0 else text[:length]


def _without_boilerplate(text: str) -> str:
    if text.startswith("By ") and (byline := _BYLINE.match(text)):
        text = text[byline.end() :]
    tail = text[-_TAIL:]
    if any(map(tail[-_APPEARED_TAIL:].__contains__, _APPEARED)):
        text = _APPEARANCE.sub("", text).rstrip()
    if text.endswith(("comments]", "comment]")):
        text = _REDDIT.sub("", text).rstrip()
    if any(map(tail[-_MORE_TAIL:].lower().__contains__, _LEADING_ON)):
        text = _without_more(_LINKED.sub("", text).rstrip())
    if "Related" in tail:
        text = _RELATED.sub("", text)
    if any(map(text.lower().__contains__, _INVITED)):
        text = _SENTENCE.sub(lambda said: "" if _invites(said[1].strip()) else said[0], text).strip() or text
    if text.endswith(_MARKS):
        text = _MARK.sub("", text)
    return _ELLIPSIS.sub("…", text) if text.endswith(("]", ")")) else text


def _without_more(text: str) -> str:
    for found in _MORE.finditer(text, max(0, len(text) - _MORE_TAIL)):
        before = text[: found.start()].rstrip()
        opened = before and before[-1] in _QUOTES and len(before) == found.start()
        if (not before or before[-1] in _ENDS_BEFORE) and not opened and _REST.fullmatch(text, found.end()):
            return before.rstrip("([-–—| ")
    return text


def _at_sentence(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, LENGTH // 2, LENGTH + 40)]
    return text[: ends[-1]] if ends else cut(text, LENGTH)


def title_from(summary: str) -> str:
    """A headline for an item without one: the first sentence of its summary."""
    end = _SENTENCE_END.search(summary, 20)
    return cut(summary[: end.end()] if end else summary, 120)
