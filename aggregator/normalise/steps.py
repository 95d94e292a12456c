"""The steps that complete a draft, in order. Each reads the fields that earlier steps wrote, and writes its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from aggregator.model.item import Enclosure
from aggregator.normalise import address, dates, markup
from aggregator.normalise.boilerplate import without_counters
from aggregator.normalise.characters import cut, spaced
from aggregator.normalise.draft import Context, Draft
from aggregator.normalise.plain import plain, plain_of_safe
from aggregator.normalise.summary import TITLE_LENGTH, broken_off, ended, summarise, title_from
from aggregator.text.fold import fold
from aggregator.text.languages import language_code, language_tag, recognised
from aggregator.text.words import tokens

MAX_CATEGORIES = 20
MAX_ENCLOSURES = 10
_LONGER = 12  # to get so much plain text, so many times as many characters of HTML are read
BEGINNING = 300  # characters of a text from which its language is recognised
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_BY = re.compile(r"\A(?:By|BY|by) (?=[A-Z])")
_NO_NAME = re.compile(r"(?:[^\s@]++@[^\s@]++\s*+)+|https?://\S+|\W*")
_ADDRESS = re.compile(r"https?://[!-~]+")  # ASCII, since in scripts without spaces text may follow at once
# Not one with another of its kind inside, whose end would be taken for its own.
_HEADING = re.compile(r"(?:\s*<div>)*\s*<h([2-6])>((?:(?!<h\1[ >]).){1,1000}?)</h\1>\s*", re.DOTALL)
# Title, author and date, which Drupal writes before the text.
_FIELDS = re.compile(
    r"\s*<span>([^<]{1,1000})</span>\s*<span><(span|a)\b[^<>]*>[^<]{0,200}</\2></span>"
    r"\s*<span>(?:<time\b[^<>]*>)?[^<]{0,100}(?:</time>\s*)?</span>\s*"
)
# Country and source, which ReliefWeb writes before the text, in elements of this class; a sentence may begin like them.
_LABELS = re.compile(r"(?:<div>(?:Countr(?:y|ies)|Sources?): [^<]{1,1000}</div>\s*)+")
_OF_LABELS = '<div class="tag '
# A paragraph that may be the name of the author, with which some outlets begin their texts.
_BYLINE = re.compile(r"\s*<p>(?:<(?:em|strong)>)?(?:(?:[Bb]y|Por|Von|Par) )?([^<]{2,100})(?:</(?:em|strong)>)?</p>\s*")
_HEADLINES = re.compile(r"<ol>(?:\s*<li>(?:<strong>)?<a [^<>]*>[^<]*</a>[^<]{0,100}(?:</strong>)?</li>){2,}\s*</ol>")
# Drupal writes `https://a.example/<a href="/news/1">view</a>` as link, if its site is set up wrongly.
_MARKED_UP = re.compile(r"<a\s[^<>]*?href=[\"']([^\"'<>]+)")
_ENDING = re.compile(r"\.(\w{3,4})(?:[?#]|$)", re.ASCII)
# an address with the size of a small picture: `thumbnail/60x60/`
_SMALL = re.compile(r"[/_-][1-9]\dx[1-9]\d(?=[/._-])")
# the preview that Blogger lists of the first picture of a text: 72 pixels of it
_PREVIEW = re.compile(r"[/=]s72-(?:w\d+-h\d+-)?c")
_KINDS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "mp4": "video/mp4", "webm": "video/webm", "pdf": "application/pdf",
}  # fmt: skip
_CREDIT = re.compile(r"\[([^\[\]<>&]{2,60})\](?:\s+|\Z)")
_OUTLET = re.compile(r"\s+[-–—|]\s+([^-–—|]{2,60})$")


def addresses(draft: Draft, context: Context) -> None:
    # That of the text. Link and enclosures have been resolved against that of their element: a relative base would count twice.
    draft.base = address.absolute(draft.parsed.base, context.base) or context.base
    guid = draft.parsed.guid or ""
    link = draft.parsed.link or (guid if guid.startswith(("http://", "https://")) else None)
    if link and "<a" in link and (marked := _MARKED_UP.search(link)):
        link = marked[1]
    draft.url = address.direct(address.absolute(link, context.base))
    if link and draft.url is None:
        context.drops["unsafe-address"] += 1
    draft.canonical = address.canonical(draft.url)
    draft.address = address.without_session(draft.canonical) if draft.canonical else None


def date(draft: Draft, context: Context) -> None:
    parsed = draft.parsed
    draft.dated = told = dates.earliest([dates.read(parsed.published), dates.read(parsed.updated)])
    if context.day_first is not None:
        told = dates.earliest([told, dates.read(parsed.published or parsed.updated, context.day_first)])
    draft.published = min(told, context.job.now) if told else None
    if draft.published != told:
        context.drops["future-date"] += 1
    elif told is None and (parsed.published or parsed.updated):
        context.drops["unbelievable-date"] += 1


def guid(draft: Draft, context: Context) -> None:
    draft.guid = address.without_session(spaced(draft.parsed.guid)) or None if draft.parsed.guid else None
    if draft.canonical is None:
        title(draft, context)  # without an address, the title identifies the entry


def content(draft: Draft, context: Context) -> None:
    raw = draft.parsed.text
    safe = without_counters(markup.sanitise(raw, _base(draft), context.drops)) if raw else ""
    draft.content = _without_title(safe, draft)


def _base(draft: Draft) -> str:
    """The base address for the text of the entry.

    Without xml:base it is the page of the article, so that `#note` refers to that page; unless the page is on another host.
    """
    page = draft.url
    return page if page and not draft.parsed.base and address.host(page) == address.host(draft.base) else draft.base


def _without_title(safe: str, draft: Draft) -> str:
    """The text without a repetition of the title at its start: in a heading, or in the fields that Drupal writes there."""
    if (heading := _HEADING.match(safe)) and _is_title(heading[2], draft):
        before, after = safe[: heading.start(1) - 2].rstrip(), safe[heading.end() :]
        while before.endswith("<div>") and after.startswith("</div>"):  # the heading was alone in a <header>
            before, after = before[:-5].rstrip(), after[6:].lstrip()
        return before + after
    if (fields := _FIELDS.match(safe)) and _is_title(fields[1], draft):
        return safe[fields.end() :]
    return safe


def _is_title(safe: str, draft: Draft) -> bool:
    return "<img" not in safe and plain_of_safe(safe) == draft.headline


def summary(draft: Draft, context: Context) -> None:
    """The feed's own summary; or the beginning of the text, if there is none, or it is the same as the text, or only title or address."""
    parsed = draft.parsed
    own = parsed.summary if parsed.content and (parsed.summary or "").strip() != parsed.content.strip() else None
    said = summarise(own, title=draft.headline) if own else ""
    if said and not _is_same(said, draft.headline) and not _ADDRESS.fullmatch(said):
        whole = not said[-1].isalnum()  # nearly always; avoids reading the text
        draft.summary = said if whole else ended(said, plain_of_safe(draft.content[: _LONGER * len(said)]))
        return
    labels = _LABELS.match(draft.content) if _OF_LABELS in parsed.text else None
    start = labels.end() if labels else 0
    byline = _BYLINE.match(draft.content, start) if draft.headline else None  # else the name may be all that it says
    if byline and plain(byline[1]) == _BY.sub("", plain(parsed.author or "")):
        start = byline.end()
    draft.summary = summarise(draft.content[start:], safe=True, title=draft.headline)
    length = len((parsed.text or "").strip())
    draft.is_cut = bool(context.cut and length >= context.cut) and draft.summary[-1:].isalnum()


def shown_summary(draft: Draft) -> str:
    """The summary with an ellipsis where the feed broke it off."""
    return broken_off(draft.summary) if draft.is_cut and draft.summary else draft.summary


def title(draft: Draft, context: Context) -> None:
    draft.title = cut(draft.headline, TITLE_LENGTH)
    if not draft.title:
        draft.title = title_from(draft.summary, draft.content)
        if not context.job.wrapper:  # whose texts may begin with the name of the outlet
            draft.summary = draft.summary.removeprefix(draft.title).removeprefix(".").lstrip()
    if draft.summary and (_is_same(draft.summary, draft.title) or _ADDRESS.fullmatch(draft.summary)):
        draft.summary = ""  # it only repeats the title, or the link


def shown_title(draft: Draft) -> str:
    """The title, with an ellipsis if it is all of a summary that the feed broke off."""
    is_cut = draft.is_cut and not draft.parsed.title and not draft.summary and draft.title[-1:].isalnum()
    return broken_off(draft.title) if is_cut else draft.title


def _is_same(one: str, other: str) -> bool:
    """Whether two texts have the same words."""
    begin = (one[:1] + other[:1]).lower()
    if len(set(begin)) > 1 and begin.isascii() and begin.isalnum():  # nearly always; avoids folding the texts
        return False
    return _words(one) == _words(other)


def _words(text: str) -> str:
    return fold(text).casefold().rstrip(". ")


def publisher(draft: Draft, context: Context) -> None:
    """The publisher: for a wrapper (a feed of items of many outlets) the outlet that the item names, else that of the source.

    The outlet is in <source>, or in brackets before the text (AllAfrica). If it is repeated at the end of the title, it is removed
    there. The end of the title alone is not enough to find it: `Kyiv under attack - what we know`.
    """
    job = context.job
    named = cut(plain(draft.parsed.publisher), 120) if job.wrapper and draft.parsed.publisher else ""
    if job.wrapper and not named and (credit := _CREDIT.match(draft.summary)):
        named = credit[1]
        draft.summary = draft.summary[credit.end() :]
        draft.content = draft.content.removeprefix(credit[0].rstrip()).lstrip()
    draft.publisher = named or job.publisher
    if not named:
        return
    draft.outlet = address.absolute(draft.parsed.publisher_url, draft.base)
    suffix = _OUTLET.search(draft.title)
    if suffix and suffix[1].casefold() == named.casefold():
        draft.title = draft.title[: suffix.start()].rstrip() or draft.title
    elif draft.title.casefold().endswith(f" - {named.casefold()}"):
        # Not by length: STRASSE, which is equal to Straße when folded, is longer.
        draft.title = draft.title.rsplit(" - ", named.count(" - ") + 1)[0].rstrip()
    # Google News repeats the headline and the outlet here, or lists the headlines of several outlets, which are no summary of one.
    rest = draft.summary.casefold().removeprefix(draft.title.casefold()).replace(named.casefold(), "")
    if _HEADLINES.fullmatch(draft.content):
        draft.summary = ""
    elif not any(map(str.isalnum, rest)):
        if "<img" not in draft.content and plain_of_safe(draft.content) == draft.summary:
            draft.content = ""
        draft.summary = ""


def author(draft: Draft, context: Context) -> None:
    """The name of the author. A bare address is not a name; one of e-mail is private, too: it is left out."""
    name = _BY.sub("", cut(plain(draft.parsed.author), 200)) if draft.parsed.author else ""
    draft.author = None if _NO_NAME.fullmatch(name) else name


def language(draft: Draft, context: Context) -> None:
    text = f"{draft.title}\n{draft.summary}"[:BEGINNING]
    told = language_tag(draft.parsed.language) or context.language
    if told and not text.isascii() and language_code(told) == "en" and _is_foreign(text):
        told = language_tag(context.job.lang)  # much software claims English by default
    draft.lang = told or recognised(tokens(text), context.recognised)


def _is_foreign(text: str) -> bool:
    """Whether most letters of a text are not Latin, as in no text in English."""
    return 2 * sum(letter > "\u036f" for letter in text if letter.isalpha()) > sum(map(str.isalpha, text))


def categories(draft: Draft, context: Context) -> None:
    told = draft.parsed.categories
    if context.lists:
        told = tuple(part for one in told for part in one.split(","))
    names = (cut(plain(name), 80) for name in told[: 2 * MAX_CATEGORIES])
    draft.categories = tuple(dict.fromkeys(name for name in names if name))[:MAX_CATEGORIES]


def enclosures(draft: Draft, context: Context) -> None:
    found: dict[str, Enclosure] = {}
    for one in draft.parsed.enclosures[:MAX_ENCLOSURES]:
        url = address.absolute(one.url, context.base)
        if url is None:
            context.drops["unsafe-address"] += 1
            continue
        kind = one.type if one.type and _MEDIA_TYPE.fullmatch(one.type) else _kind(url)
        found.setdefault(url, Enclosure(url, kind, one.length))
    draft.enclosures = tuple(found.values())


def _kind(url: str) -> str | None:
    """The media type that the extension of the address suggests."""
    found = _ENDING.search(url)
    return _KINDS.get(found[1].lower()) if found else None


def image(draft: Draft, context: Context) -> None:
    """The picture that the feed names for the item, else the first enclosed one, else the first in its text, else in its summary."""
    own = address.absolute(draft.parsed.image, draft.base)
    if own and (markup.is_counter(own) or markup.is_placeholder(own) or _SMALL.search(own)):
        own = None
    pictures = (one.url for one in draft.enclosures if (one.type or "").startswith("image/"))
    enclosed = next((url for url in pictures if not markup.is_placeholder(url)), None)
    shown = markup.first_image(draft.content)
    draft.image = shown if own and shown and _PREVIEW.search(own) else own or enclosed or shown
    if draft.image is None and "<img" in (summary := draft.parsed.summary or "") and summary != draft.parsed.text:
        draft.image = markup.first_image(markup.sanitise(summary, _base(draft), Counter()))


IDENTIFY: tuple[Callable[[Draft, Context], None], ...] = (addresses, date, guid)
"""The steps that identity and the cap on items need. They run for every entry of a document."""

STEPS: tuple[Callable[[Draft, Context], None], ...] = (
    content,
    summary,
    title,
    publisher,
    author,
    language,
    categories,
    enclosures,
    image,
)
"""The other steps. They run only for the entries that are kept, since sanitising is expensive."""
