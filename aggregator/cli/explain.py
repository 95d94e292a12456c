"""`aggregator explain`: why something is where it is."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

import orjson

from aggregator.bootstrap import Application, Place
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.verdict import lines, verdict
from aggregator.errors import UsageError
from aggregator.model.story import ItemView, StoryView
from aggregator.render.entry import urn
from aggregator.render.jsonfeed import reports


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="+", help="a headline, the address of an article, or the id of a story or item")
    json_option(parser)


def run(args: argparse.Namespace, place: Place) -> int:
    application = Application.load(place)
    text = " ".join(args.what).strip()
    if not text:
        raise UsageError("give a headline, an address or an id")
    found = _look_up(application, text)
    if isinstance(found, ItemView):
        title, summary, source = found.title, found.summary, application.sources.get(found.source)
    else:
        title, summary, source = text, "", None
    value: dict[str, Any] = {
        "id": urn(found.id) if found else None,
        "story": None,
        **verdict(application, title, summary, source),
    }
    if found and found.story:
        value["story"] = urn(found.story)
        value |= _story(application, found)
    if args.json:
        print(orjson.dumps(value).decode())
        return 0
    print(title)
    if found:
        print(f"  from {found.publisher} ({found.source}), joined its story: {found.why or 'not placed yet'}")
        told = value.get("told_by", [])
        print(f"  story {value['story']}: {len(told)} reports, primary section {value.get('story_section')}")
        for one in told:
            print(f"    {one['published']}  {one['publisher']}: {one['title']}")
    for line in lines(application.receipts(title, summary, source)):
        print(line)
    return 0


def _look_up(application: Application, text: str) -> ItemView | None:
    """The item of an id (of a story: its lead) or of an address, if the archive holds it."""
    from aggregator.normalise.address import canonical

    bare = text.lower().removeprefix("urn:uuid:").rstrip("/").rsplit("/", 1)[-1]
    id: str | None
    try:
        id = str(uuid.UUID(bare))
    except ValueError:
        id = None
    is_address = text.startswith(("http://", "https://"))
    if id is None and not is_address:
        return None
    reading = application.archive().reading
    if id is None:
        id = reading.find(text, canonical(text))
        if id is None:
            raise UsageError(
                "no item of this address is in the archive; `aggregator try URL` shows where it would land"
            )
    story = reading.story(id)
    if isinstance(story, str):
        story = reading.story(story)
    if isinstance(story, StoryView):
        lead = story.lead
        return next((item for item in reading.members(story.n) if item.n == lead), None)
    item = reading.item(id)
    if item is None:
        raise UsageError("no story and no item of this id is in the archive")
    return item


def _story(application: Application, item: ItemView) -> dict[str, Any]:
    story = application.archive().reading.story(item.story or "")
    if not isinstance(story, StoryView):
        return {}
    return {
        "joined": item.why,
        "story_section": story.section,
        "story_sections": [{"section": name, "score": score} for name, score in story.scores],
        "told_by": reports(story.reports),
    }


COMMAND = Command("explain", "The receipts: sections, topics, story, and why.", add, run)
