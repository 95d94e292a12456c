"""Whether an edit leaves every stored item where it is. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from aggregator.addresses import host_of
from aggregator.model.settings import Settings, Source
from aggregator.model.source import SourceState
from aggregator.pipeline.edits.changes import bare

INDIFFERENT = frozenset((
    "id", "name", "url", "every", "keep", "full_text", "enabled", "was", "headers", "labels", "lang", "at", "retry_after",
))  # fmt: skip
"""Settings of a source that place none of its stored items elsewhere. (A name that is the publisher's, too, is in `publisher`.)"""
DECISIVE = tuple(name for name in Source.__struct_fields__ if name not in INDIFFERENT)


def place_alike(old: Settings, new: Settings, told: Collection[SourceState]) -> bool:
    """Whether `new` places every stored item as `old` does, so that stored stories need not be re-placed. `told`: the sources that may
    have items, whether they are still in the file or not. Sections and topics must be the same except for titles, descriptions,
    examples and removed former ids. Of sources the `DECISIVE` settings matter, and of the address the host, by which an outlet
    is known."""
    if _decisive(old) != _decisive(new) or not new.renamed.items() <= old.renamed.items():
        return False
    before, after = ({source.id: _decisive_of(source) for source in one.sources} for one in (old, new))
    ids, addresses = {state.id for state in told}, {state.url for state in told}
    # A source that moves to the address of another may take over what that one told (`model.renamed_sources`).
    own = {(source.id, source.url) for source in old.sources}
    return (
        all(
            before[source.id] == after[source.id] and ((source.id, source.url) in own or source.url not in addresses)
            if source.id in before
            else source.id not in ids and source.url not in addresses and not source.was and not _is_special(source)
            for source in new.sources
        )
        and before.keys() <= after.keys()
    )


def _decisive(settings: Settings) -> tuple[Any, ...]:
    """The settings that decide where items of any source are placed."""
    said = {"title": "", "examples": (), "counterexamples": (), "description": None, "was": ()}
    rules = [bare(replace(one, **said)) for one in settings.rules]
    names = [(one.name, one.aliases, one.domains) for one in settings.publishers]
    site = (settings.site.timezone, settings.site.country_topics)
    return (*rules, settings.fallback, names, bare(settings.overrides), *site)


def _decisive_of(source: Source) -> tuple[object, ...]:
    """The settings of a source that decide where its items are placed, and whose they are."""
    return (*(getattr(source, name) for name in DECISIVE), host_of(source.url))


def _is_special(source: Source) -> bool:
    """Whether a process that does not know this source yet (its configuration is older) would place its items differently."""
    return any(getattr(source, name) for name in DECISIVE if name != "publisher")
