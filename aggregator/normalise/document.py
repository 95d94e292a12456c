"""Turns a parsed document into a normalised one: first identity, then the cap on items, then the other steps for the items kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from aggregator.model.item import MAX_ITEMS, Drop, Item, NormalFeed, ParsedFeed, ParsedItem
from aggregator.model.source import ParseJob
from aggregator.normalise import address, dates
from aggregator.normalise.address import is_article
from aggregator.normalise.characters import cut
from aggregator.normalise.draft import Context, Draft
from aggregator.normalise.identity import (
    Fingerprints,
    digest,
    former_keys,
    is_link_key,
    is_title_key,
    item_id,
    leads_on,
    outlet_key,
    title_key,
    without_duplicates,
    words_key,
)
from aggregator.normalise.plain import plain, without_tags
from aggregator.normalise.steps import BEGINNING, IDENTIFY, MAX_CATEGORIES, STEPS, shown_summary, shown_title
from aggregator.text.languages import ENGLISH, is_undecided, language, language_tag
from aggregator.text.words import tokens

_MARKUP = re.compile(r"<[^<>]*>")  # a rough pattern is enough: the sample is never shown
_SAMPLE = 10  # entries from which the language of a document is recognised
_FEW = 4  # in a sample of at most so many, one entry with a recognised language is enough
# A feed breaks off its texts if they have at least so many characters, and so many different last words.
_SHORTEST_CUT, _FEWEST_CUT = 80, 5
_WORD = 15  # characters of which few words have more
_FAULT = re.compile(
    r"Bridge returned error \d+!"
)  # the title of the entry with which RSS-Bridge reports that it failed
_LETTERS = re.compile(r"[^\W\d_]+\Z")
_BEGINNING = 2_000  # characters of HTML of an entry that are read for its language: many entries begin with a picture


def normalise(feed: ParsedFeed, job: ParseJob, url: str) -> NormalFeed:
    """The items of a parsed document, safe to store and to show.

    `url` is the document's final address, after redirects. No item is dated later than `job.now` (aware). Entries that the previous
    document had with the same fingerprint return without text (`Item.hash` is empty). Whatever is discarded is counted in `drops`,
    except inside these entries. Never raises.
    """
    # The query may contain a secret key, which a relative address such as `#note` would pass on. Other relative addresses do not
    # need it.
    url = url.partition("?")[0]
    link = address.absolute(feed.channel.link, url)
    day_first = dates.day_first(parsed.published or parsed.updated for parsed in feed.items)
    told = language_tag(job.lang) or language_tag(feed.channel.language)  # much software claims English by default
    language = None if told else _language_of_most(feed.items)
    context = Context(job, link or url, told, language, day_first, _cut(feed.items), _lists(feed.items))
    entries = [parsed for parsed in feed.items if not _is_empty(parsed)]
    drafts = [Draft(parsed) for parsed in entries if not _FAULT.match(parsed.title or "")]
    for draft in drafts:
        for step in IDENTIFY:
            step(draft, context)
    kept = without_duplicates(drafts, context)
    known = Fingerprints(context, job.fingerprints)
    twins = Counter(_twins(draft) for _, draft in kept)
    context.drops["empty-entry"] += len(feed.items) - len(entries)
    context.drops["error-entry"] += len(entries) - len(drafts)
    context.drops["double-entry"] += len(drafts) - len(kept)
    context.drops["over-cap"] += feed.left_out + max(0, len(kept) - MAX_ITEMS)
    items = tuple(
        _item(key, draft, context, known, twin=twins[_twins(draft)] > 1)
        for key, draft in dates.newest(kept, MAX_ITEMS, lambda one: one[1].published)
    )
    return NormalFeed(
        format=feed.format,
        items=items,
        channel=replace(
            feed.channel,
            title=cut(plain(feed.channel.title), 200) or None if feed.channel.title else None,
            link=link,
            icon=address.absolute(feed.channel.icon, link or url),
            language=context.language,
        ),
        flaws=feed.flaws,
        drops=tuple(Drop(reason, count) for reason, count in sorted(context.drops.items()) if count),
    )


def _twins(draft: Draft) -> tuple[str | None, str | None]:
    """What entries have in common that count as twins (`Item.twin`): address and title (or text)."""
    return draft.address, draft.parsed.title or draft.parsed.text


def _item(key: str, draft: Draft, context: Context, known: Fingerprints, *, twin: bool) -> Item:
    fingerprint = known.fingerprint(key, draft.parsed)
    is_known = fingerprint in known
    wrapped = not is_link_key(key) and not is_title_key(key) and leads_on(draft, context)
    former_ids, title_id, words_id = _further_ids(key, draft, context.job.root, is_known)
    if wrapped and title_id:
        title_id = item_id(context.job.root, outlet_key(draft))
    if is_known:
        hash = ""
    else:
        for step in STEPS:
            step(draft, context)
        hash = _hash(draft, context.job, addressed=not wrapped)
        if not draft.summary and not draft.content and not (context.job.wrapper and plain(draft.parsed.text)):
            fingerprint = b""  # not if a wrapper's text only repeats the headline
    return Item(
        id=item_id(context.job.root, key),
        source=context.job.source,
        key=key,
        url=draft.url,
        canonical=draft.canonical,
        title=shown_title(draft),
        summary=shown_summary(draft),
        content=draft.content,
        author=draft.author,
        publisher=draft.publisher,
        published=draft.published,
        lang=draft.lang,
        categories=draft.categories,
        image=draft.image,
        enclosures=draft.enclosures,
        hash=hash,
        outlet=draft.outlet,
        fingerprint=fingerprint,
        former_ids=former_ids,
        title_id=title_id,
        words_id=words_id,
        twin=twin or wrapped,
    )


def _hash(draft: Draft, job: ParseJob, *, addressed: bool) -> str:
    """`Item.hash`. `addressed`: it shows whether the address is another one."""
    enclosed = "\n".join(one.url for one in draft.enclosures)
    outlet = [draft.publisher] if job.wrapper else []  # else the configuration names the publisher
    # If the configuration names a language, it is part of the hash: so the items stored without it are updated.
    lang = [draft.lang or ""] if job.lang else []
    # Not the address as written: some outlets put another token into it in each response, which is no edit.
    told = address.steady(draft.canonical) if addressed else None
    # Nor, where the address does not count, are those of the articles that the text lists.
    content = draft.content if addressed else without_tags(draft.content)
    # Nor the ellipsis: whether a feed breaks off its texts depends on which other entries it lists.
    texts = (draft.title, told or "", draft.summary, content)
    return digest(*texts, draft.author or "", draft.image or "", enclosed, *outlet, *lang)


def _further_ids(key: str, draft: Draft, root: str, is_known: bool) -> tuple[tuple[str, ...], str, str]:
    """`Item.former_ids`, `Item.title_id` and `Item.words_id`.

    A known entry with a guid at the address of an article is what its id says, and needs no title id.
    """
    at_article = is_article(draft.canonical)
    by_title = is_link_key(key) or not (is_title_key(key) or (is_known and at_article))
    by_words = is_title_key(key) or not at_article
    return (
        tuple(item_id(root, former) for former in former_keys(draft, key)),
        item_id(root, title_key(draft)) if by_title else "",
        item_id(root, words_key(draft)) if by_words else "",
    )


def _language_of_most(entries: Sequence[ParsedItem]) -> str | None:
    """The language of more than half of those first entries whose language can be recognised. One entry is not enough, unless there are
    few (`_FEW`).

    Else that of both halves of these entries, since headlines have few function words each, if none is in another language and none
    has as many words of another one. (Not English, whose words are in headlines of other languages, too.)
    """
    texts = [
        _MARKUP.sub(" ", f"{entry.title or ''}\n{entry.text or ''}"[:_BEGINNING])[:BEGINNING]
        for entry in entries[:_SAMPLE]
        if not language_tag(entry.language)
    ]
    found = Counter(language(tokens(text), None) for text in texts)
    del found[""]
    most, count = max(found.items(), key=lambda one: one[1], default=("", 0))
    if count > found.total() / 2 and (count > 1 or len(texts) <= _FEW):
        return most
    halves = [tokens("\n".join(texts[start::2])) for start in (0, 1)]
    together, *another = {language(half, None) for half in halves} | found.keys()
    return None if another or together in ENGLISH or any(map(is_undecided, halves)) else together


def _cut(entries: Sequence[ParsedItem]) -> int | None:
    """The length from which on the texts of a feed are broken off, or None if it breaks off none.

    A feed breaks them off inside a word if no text is longer and at least half are of that length (or one less: a space at the end was
    stripped); and after a word, as Blogger does, if nearly all are hardly shorter, and end in small letters. Texts made from a template,
    such as earthquake reports, may be of equal length too, but end in numbers, in names or in the same word.
    """
    texts = {entry.text.strip() for entry in entries if entry.text}
    longest = max(map(len, texts), default=0)
    for within, share, is_open in ((1, 0.5, str.isalpha), (_WORD, 0.9, str.islower)):
        equal = [text for text in texts if len(text) >= longest - within]
        if longest < _SHORTEST_CUT or len(equal) < share * len(texts) or any("<" in text for text in equal):
            continue
        ends = {end[0] for text in equal if (end := _LETTERS.search(text, len(text) - 30)) and is_open(end[0])}
        if len(ends) >= _FEWEST_CUT:
            return longest - within
    return None


def _lists(entries: Sequence[ParsedItem]) -> bool:
    """Whether a feed writes all categories of an entry into one element, with commas between them: no entry has several elements, and a
    part stands at one place here and at another there. (`Conflict, Peace and Security` may be one category. Of names, as `Paris, France`
    and `Lyon, France`, what they share stands at the same place.)"""
    categories = {one for entry in entries for one in entry.categories}
    if not any("," in one for one in categories) or any(len(entry.categories) > 1 for entry in entries):
        return False
    lists = (enumerate(one.split(",", MAX_CATEGORIES)) for one in categories)
    places = {(part.strip(), place) for parts in lists for place, part in parts if part.strip()}
    return len({part for part, _ in places}) < len(places)


def _is_empty(parsed: ParsedItem) -> bool:
    """Whether an entry has no content at all. Any other entry is kept, since its outlet may complete it later."""
    said = (
        *(parsed.guid, parsed.link, parsed.title, parsed.text, parsed.author, parsed.published),
        *(parsed.updated, parsed.image, parsed.publisher, parsed.categories, parsed.enclosures),
    )
    return not any(one.strip() if isinstance(one, str) else one for one in said)
