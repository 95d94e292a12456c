"""Renders JSON Feed 1.1 (jsonfeed.org). Sections, receipts and so on are in the extension `_aggregator`."""

from __future__ import annotations

from typing import Any

import orjson

from aggregator.model.feed import Rendered, Stream
from aggregator.model.story import ItemView, StoryView
from aggregator.render.entry import FeedEntry, entries, urn
from aggregator.render.fit import rfc3339
from aggregator.render.shapes import Placement, listed, receipt, reports

TYPE = "application/feed+json"


def render(stream: Stream) -> Rendered:
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": stream.title,
        "home_page_url": stream.address + stream.query,
        "feed_url": f"{stream.address}.json{stream.part}",
        "description": stream.description,
        "language": stream.language,
        "icon": stream.icon,
        "favicon": stream.icon,
    }
    if stream.previous:
        feed["next_url"] = f"{stream.previous}.json{stream.selection}"
    elif stream.older:
        feed["next_url"] = f"{stream.address}.json{stream.older}"
    feed["_aggregator"] = {"about": f"{stream.root}/docs", "updated": rfc3339(stream.updated)}
    feed["items"] = []
    # Serialised one by one: as Python values an entry takes many times its bytes, and a month may have tens of thousands.
    items = b",".join(orjson.dumps(_entry(entry, stream)) for entry in entries(stream))
    body = orjson.dumps(feed).removesuffix(b"]}") + items + b"]}"
    return Rendered.of(body, f"{TYPE}; charset=utf-8", stream.modified)


def _entry(entry: FeedEntry, stream: Stream) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.body,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": entry.author, **({"avatar": entry.icon} if entry.icon else {})}],
        "tags": [title for _, title in entry.tags],
    }
    if entry.image:
        found["image"] = entry.image
    if entry.lang:
        found["language"] = entry.lang
    if entry.enclosures:
        found["attachments"] = [
            {
                "url": one.url,
                "mime_type": one.type or "application/octet-stream",
                **({"size_in_bytes": one.length} if one.length else {}),
            }
            for one in entry.enclosures
        ]
    if entry.story:
        found["_aggregator"] = _of_story(entry.story, stream)
    elif entry.item and entry.item.section:
        found["_aggregator"] = _of_item(entry.item, entry.item.section, stream)
    return found


def _of_story(story: StoryView, stream: Stream) -> Placement:
    return {
        "about": f"{stream.root}/docs",
        "story": urn(story.id),
        "section": story.section,
        "sections": [name for name, _ in story.scores],
        "topics": list(story.topics),
        "publishers": list(story.announced),
        "sources": listed(story.entry.reports, story.entry.link),
        "receipts": [receipt(one) for one in stream.receipts.get(story.id, ())],
    }


def _of_item(item: ItemView, section: str, stream: Stream) -> Placement:
    return {
        "about": f"{stream.root}/docs",
        "story": urn(item.story) if item.story else None,
        "section": section,
        "sections": list(item.sections),
        "topics": list(item.topics),
        "publishers": [item.publisher],
        "sources": reports((item.report,)),
        "receipts": [receipt(one) for one in stream.receipts.get(item.id, ())],
    }
