"""What a rewritten text means for the sections and topics of an item. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregator.model.judgement import Judgement
from aggregator.model.story import ItemInStream, Member
from aggregator.model.stream import StreamName


def rewritten(known: Iterable[Member], judged: Mapping[int, Judgement], now: int, old: int) -> tuple[ItemInStream, ...]:
    """When items enter the streams into which a new text brings them: `now`, else readers who have seen newer entries would never see them;
    but never before they entered the archive (the clock may have been set back), since lists rely on that. Of streams that they leave, when
    they entered these, so that they do not become news again should they return. `known`: items as placed so far; `judged`: number of an
    item → its judgement by its new text. Reports older than `old` seconds are no news (as in stories)."""
    found = []
    for member in known:
        n, entered = member.item.n, member.item.entered
        if n in judged and entered >= now - old:
            before, after = _streams(member.judgement), _streams(judged[n])
            found += [ItemInStream(n, *one, entered) for one in before - after]
            found += [ItemInStream(n, *one, max(now, entered)) for one in after - before]
    return tuple(sorted(found))


def _streams(judgement: Judgement) -> set[tuple[StreamName, bool]]:
    """The sections and topics of an item; and, marked with True, its primary section."""
    sections = {judgement.section, *(name for name, _ in judgement.scores)}
    names = [StreamName("section", id) for id in sections] + [StreamName("topic", id) for id in judgement.topics]
    return {*((name, False) for name in names), (StreamName("section", judgement.section), True)}
