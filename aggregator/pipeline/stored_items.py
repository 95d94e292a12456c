"""Looks up what the store knows of the items of a document. Most documents contain little that is new; details are looked up only for
that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model.item import Item
from aggregator.model.poll import StoredItems
from aggregator.model.source import SourceState
from aggregator.normalise.address import is_article
from aggregator.normalise.matching import differs
from aggregator.normalise.recognition import FLOOD_TITLES
from aggregator.ports import Intake
from aggregator.schedule.health import FLOOD


def stored_items(intake: Intake, state: SourceState, items: Sequence[Item], now: datetime) -> StoredItems:
    stored = intake.known({id for item in items for id in (item.id, item.title_id, *item.former_ids) if id})
    unknown = [item for item in items if item.id not in stored]
    additional = {id for item in unknown for id in (item.id, item.title_id)}.union(item.words_id for item in items)
    known_as = intake.first_ids(additional - {""})
    stored |= intake.known(set(known_as.values()))
    edited = [item for item in items if item.id in stored and differs(item, stored[item.id])]
    places = {item.canonical for item in (*unknown, *edited) if is_article(item.canonical)}
    addresses = intake.known_addresses(state.id, places)
    stored |= intake.known({ids[-1] for ids in addresses.values()})
    flooded = FLOOD in (state.flaws or "")
    titles = intake.known_titles(state.id) if len(unknown) >= (1 if flooded else FLOOD_TITLES) else {}
    return StoredItems(stored, addresses, titles, flooded, known_as, now, state.said or b"")
