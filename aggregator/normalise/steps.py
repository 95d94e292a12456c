"""The steps that complete a draft, in their order. Each reads what came before and writes its own fields."""

from __future__ import annotations

import re
from collections.abc import Callable

from aggregator.model.item import Enclosure
from aggregator.normalise import address, dates, markup
from aggregator.normalise.characters import cut, spaced
from aggregator.normalise.draft import Context, Draft
from aggregator.normalise.plain import plain, plain_of_safe
from aggregator.normalise.summary import TITLE_LENGTH, broken_off, ended, summarise, title_from
from aggregator.text.fold import fold
from aggregator.text.languages import language_tag, recognised
from aggregator.text.words import tokens

MAX_CATEGORIES = 20
MAX_ENCLOSURES = 10
_LONGER = 12  # times as long as its plain text is the HTML that is read for it
BEGINNING = 300  # characters of a text that tell its language
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_NO_NAME = re.compile(r"(?:[^\s@]++@[^\s@]++\s*+)+|\W*")
_HEADING = re.compile(r"(?:\s*<div>)*\s*<h([2-6])>(.{1,1000}?)</h\1>\s*", re.DOTALL)
# Title, author and date before the text, as Drupal writes them.
_FIELDS = re.compile(
    r"\s*<span>([^<]{1,1000})</span>\s*<span><(span|a)\b[^<>]*>[^<]{0,200}</\2></span>"
    r"\s*<span>(?:<time\b[^<>]*>)?[^<]{0,100}(?:</time>\s*)?</span>\s*"
)
_ENDING = re.compile(r"\.(\w{3,4})(?:[?#]|$)", re.ASCII)
_SMALL = re.compile(r"[/_-][1-9]\dx[1-9]\d(?=[/._-])")  # as the address says: `thumbnail/60x60/`
_KINDS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "mp4": "video/mp4", "webm": "video/webm", "pdf": "application/pdf",
}  # fmt: skip
_CREDIT = re.compile(r"\[([^\[\]<>&]{2,60})\](?:\s+|\Z)")
_OUTLET = re.compile(r"\s+[-–—|]\s+([^-–—|]{2,60})$")


def addresses(draft: Draft, context: Context) -> None:
    draft.base = address.absolute(draft.parsed.base, context.base) or context.base
    link = draft.parsed.link or _permalink(draft.parsed.guid)
    draft.url = address.direct(address.absolute(link, draft.base))
    if link and draft.url is None:
        context.drops["unsafe-address"] += 1
    draft.canonical = address.canonical(draft.url)


def _permalink(guid: str | None) -> str | None:
    return guid if guid and guid.startswith(("http://", "https://")) else None


def date(draft: Draft, context: Context) -> None:
    parsed = draft.parsed
    told = dates.earliest([dates.read(parsed.published_text) or parsed.published, parsed.updated])
    draft.dated = told = told and told.replace(microsecond=0)  # which not every parser tells
    if context.day_first is not None:
        told = dates.earliest([told, dates.read(parsed.published_text, context.day_first)])
    draft.published = min(told, context.job.now) if told else None
    if draft.published != told:
        context.drops["future-date"] += 1
    elif told is None and (parsed.published_text or parsed.published or parsed.updated):
        context.drops["unbelievable-date"] += 1


def guid(draft: Draft, context: Context) -> None:
    draft.guid = spaced(draft.parsed.guid) or None if draft.parsed.guid else None
    if draft.canonical is None:
        title(draft, context)  # identity falls back to it


def content(draft: Draft, context: Context) -> None:
    raw = draft.parsed.text
    draft.content = _without_title(markup.sanitise(raw, _base(draft), context.drops), draft) if raw else ""


def _base(draft: Draft) -> str:
    """Of the text. One without xml:base was written for the page of the article, of which `#note` is a part, unless that is another
    outlet's."""
    page = draft.url
    return page if page and not draft.parsed.base and address.host(page) == address.host(draft.base) else draft.base


def _without_title(safe: str, draft: Draft) -> str:
    """The text without the title at its start that is said once more: a heading, or the first of the fields of Drupal."""
    if (heading := _HEADING.match(safe)) and _is_title(heading[2], draft):
        before, after = safe[: heading.start(1) - 2].rstrip(), safe[heading.end() :]
        while before.endswith("<div>") and after.startswith("</div>"):  # it was alone in a header
            before, after = before[:-5].rstrip(), after[6:].lstrip()
        return before + after
    if (fields := _FIELDS.match(safe)) and _is_title(fields[1], draft):
        return safe[fields.end() :]
    return safe


def _is_title(safe: str, draft: Draft) -> bool:
    return plain_of_safe(safe) == plain(draft.parsed.title or "")


def summary(draft: Draft, context: Context) -> None:
    """The feed's own summary; where that is the whole text, or there is none, the beginning of the text."""
    parsed = draft.parsed
    own = parsed.summary if parsed.content and (parsed.summary or "").strip() != parsed.content.strip() else None
    title = plain(parsed.title, titled=True) if parsed.title else ""
    if own and (said := summarise(own, title=title)):
        whole = not said[-1].isalnum()  # nearly all: spares reading the text
        draft.summary = said if whole else ended(said, plain_of_safe(draft.content[: _LONGER * len(said)]))
        return
    draft.summary = summarise(draft.content, safe=True, title=title)
    if context.cut and len((parsed.text or "").strip()) >= context.cut - 1 and draft.summary[-1:].isalnum():
        draft.summary = broken_off(draft.summary)


def title(draft: Draft, context: Context) -> None:
    draft.title = cut(plain(draft.parsed.title, titled=True), TITLE_LENGTH) if draft.parsed.title else ""
    if not draft.title and draft.summary:
        draft.title = title_from(draft.summary)
    if draft.summary and _is_same(draft.summary, draft.title):
        draft.summary = ""  # nothing that the title does not say


def _is_same(one: str, other: str) -> bool:
    """Whether two texts have the same words."""
    begin = (one[:1] + other[:1]).lower()
    if len(set(begin)) > 1 and begin.isascii() and begin.isalnum():  # nearly all: spares folding them
        return False
    return _words(one) == _words(other)


def _words(text: str) -> str:
    return fold(text).casefold().rstrip(". ")


def publisher(draft: Draft, context: Context) -> None:
    """A wrapper's items name their outlet in <source>, and again at the end of the title, or in brackets before the text, as
    AllAfrica does. What stands at the end of the title alone may be anything: `Kyiv under attack - what we know`."""
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
        draft.title = draft.title.rsplit(" - ", named.count(" - ") + 1)[0].rstrip()  # STRASSE is longer than Straße
    if draft.summary.casefold().startswith(draft.title.casefold()) and len(draft.summary) < len(draft.title) + 80:
        draft.summary = ""  # the headline and the outlet once more, as Google News gives it


def author(draft: Draft, context: Context) -> None:
    """Names only: e-mail addresses alone are no names, and private."""
    name = cut(plain(draft.parsed.author), 200) if draft.parsed.author else ""
    draft.author = None if _NO_NAME.fullmatch(name) else name


def language(draft: Draft, context: Context) -> None:
    told = language_tag(draft.parsed.language) or context.language
    draft.lang = told or recognised(tokens(f"{draft.title}\n{draft.summary}"[:BEGINNING]), context.recognised)


def categories(draft: Draft, context: Context) -> None:
    names = (cut(plain(name), 80) for name in draft.parsed.categories[: 2 * MAX_CATEGORIES])
    draft.categories = tuple(dict.fromkeys(name for name in names if name))[:MAX_CATEGORIES]


def enclosures(draft: Draft, context: Context) -> None:
    found: dict[str, Enclosure] = {}
    for one in draft.parsed.enclosures[:MAX_ENCLOSURES]:
        url = address.absolute(one.url, draft.base)
        if url is None:
            context.drops["unsafe-address"] += 1
            continue
        kind = one.type if one.type and _MEDIA_TYPE.fullmatch(one.type) else _kind(url)
        length = one.length if one.length is not None and 0 <= one.length < 2**53 else None
        found.setdefault(url, Enclosure(url, kind, length))
    draft.enclosures = tuple(found.values())


def _kind(url: str) -> str | None:
    """The media type suggested by the ending of the address."""
    found = _ENDING.search(url)
    return _KINDS.get(found[1].lower()) if found else None


def image(draft: Draft, context: Context) -> None:
    """The feed's picture of the item, else an enclosed one, else the first in its text."""
    own = address.absolute(draft.parsed.image, draft.base)
    if own and (markup.is_counter(own) or _SMALL.search(own)):
        own = None
    enclosed = next((one.url for one in draft.enclosures if (one.type or "").startswith("image/")), None)
    draft.image = own or enclosed or markup.first_image(draft.content)


IDENTIFY: tuple[Callable[[Draft, Context], None], ...] = (addresses, date, guid)
"""What identity and the cap need, for every entry of a document."""

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
"""The rest, only for entries that are kept: sanitising is what costs."""
