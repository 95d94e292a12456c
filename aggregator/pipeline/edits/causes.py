"""Finds why a story moves between two configurations: the override, the source, or the line of the rules that is responsible. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from aggregator.categorise.attribution import Cause, cause
from aggregator.model.stream import StreamName
from aggregator.normalise.address import typed
from aggregator.pipeline.edits.changes import ENVIRONMENT

if TYPE_CHECKING:
    from aggregator.categorise.rulebook import Rulebook
    from aggregator.model.judgement import Judgement, Receipt
    from aggregator.model.settings import Position, Rules, Settings, Source
    from aggregator.model.story import EditionItem
    from aggregator.pipeline.edits.plan import Override, Sample
    from aggregator.pipeline.policy import Policy

Way = Literal["coming", "going", "becoming"]
"""How a story moves: into a stream, out of it, or it stays in a section that becomes its primary one."""

BESIDE = {"section": "outlets or order of sections", "topic": "outlets or other topics"}
"""What moves a story, other than how its reports are judged."""


class Configuration(Protocol):
    """One of two configurations that are compared. `sources` uses the ids that stored items have."""

    @property
    def settings(self) -> Settings: ...
    @property
    def rulebook(self) -> Rulebook: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def sources(self) -> Mapping[str, Source]: ...
    @property
    def stand_ins(self) -> Mapping[str, Rules]: ...
    def judge(self, title: str, summary: str, source: Source | None = None) -> Judgement: ...
    def receipts(self, title: str, summary: str, source: Source | None = None) -> tuple[Receipt, ...]: ...


class Causes(Struct, frozen=True):
    """Compares two configurations. `environment`: environment variables have changed since `before` was put in force."""

    before: Configuration | None
    after: Configuration
    environment: bool

    def of(self, stream: StreamName, sample: Sample, way: Way) -> Cause:
        item, old, new = sample.item, self.before.rulebook if self.before else None, self.after.rulebook
        if way == "becoming":  # explain why the section that was the primary one no longer is
            stream = StreamName("section", sample.old)
        if sample.override:
            why = Cause(f"stories: {sample.override.key}", self._position(sample.override), sample.override.gone)
        elif by_source := self._by_source(stream, item, way):
            why = by_source
        elif way != "coming" and (gone := self._removed(stream)):
            why = Cause(f"{gone.kind}: {gone.id}", gone.at, gone=True)
        elif by_country := self._by_country(stream, way):
            why = by_country
        elif self._judged_alike(item):
            why = Cause(BESIDE[stream.kind], None)
        else:
            # Before the edit, lines of a section that becomes part of this one count as its own.
            present = self.after.settings.renamed.items()
            parts = [one for one, id in present if (one.kind, id) == (stream.kind, stream.id)]
            found = [cause(old, new, one, item.title, item.summary, comes=way == "coming") for one in (stream, *parts)]
            why = next((one for one in found if one.at), found[0])
        if why.at is None and self._by_environment(stream, item, way):
            return Cause(ENVIRONMENT, None)
        if why.rule in ("fallback", "outweighed") and stream.kind == "topic":  # topics do not compete by their rules
            return Cause(BESIDE["topic"], None)
        if why.rule == "outweighed":  # nothing changed there: the section that gained is the reason
            rose = cause(old, new, StreamName("section", sample.new), item.title, item.summary, comes=True)
            return rose if rose.at else why
        return why

    def _by_source(self, stream: StreamName, item: EditionItem, way: Way) -> Cause | None:
        """The `section` or `usually` of the item's source, if the edit adds or removes it and the item would not move without that
        change."""
        if stream.kind != "section":
            return None
        old, new = (one.sources.get(item.source) if one else None for one in (self.before, self.after))
        had, has = ((one.section, one.usually) if one else (None, None) for one in (old, new))
        if had == has:
            return None
        without, judged = (self.after.judge(item.title, item.summary, source) for source in (old, new))
        asked = slice(1) if way == "becoming" else slice(None)
        if (stream.id in without.sections[asked]) == (stream.id in judged.sections[asked]):
            return None
        key = "section" if had[0] != has[0] else "usually"
        adds = getattr(new, key, None)
        source = new if adds else old
        return Cause(f"{key}: {getattr(source, key)}", source.at, gone=not adds) if source else None

    def _removed(self, stream: StreamName) -> Rules | None:
        """The section or topic of this stream, if the edit removes it."""
        if self.before is None or stream in {one.stream for one in self.after.settings.rules}:
            return None
        return next((one for one in self.before.settings.rules if one.stream == stream), None)

    def _by_country(self, stream: StreamName, way: Way) -> Cause | None:
        """What takes away the topic that is found for a country, or did so before the edit: a topic of the file that decides in its place,
        or the setting."""
        if self.before is None or stream.kind != "topic":
            return None
        without, found = (self.before, self.after) if way == "coming" else (self.after, self.before)
        if stream.id not in found.policy.found_topics - without.policy.found_topics:
            return None
        if own := without.stand_ins.get(stream.id):
            return Cause(f"topic: {own.id}", own.at, gone=way == "coming")
        return Cause("site: country_topics", None)

    def _judged_alike(self, item: EditionItem) -> bool:
        """Whether the item's own judgement is the same before and after the edit, so that no line of the rules moves its story. Not known
        if variables changed, whose former values are not kept, nor of a text that is deleted."""
        if self.before is None or self.environment or item.pruned:
            return False
        old, new = (
            one.judge(item.title, item.summary, one.sources.get(item.source)) for one in (self.before, self.after)
        )
        return old == new

    def _by_environment(self, stream: StreamName, item: EditionItem, way: Way) -> bool:
        """Whether a changed environment variable moves the item: `before`, which is read with the present values, already places it so."""
        if self.before is None or not self.environment:
            return False
        judged = self.before.policy.judge(item)
        sections = () if way == "becoming" else judged.sections
        held = judged.topics if stream.kind == "topic" else (judged.section, *sections)
        return (stream.id in held) == (way == "coming")

    def _position(self, override: Override) -> Position | None:
        """The position of an override in the file that has it; of several pins of one article, of that in force."""
        side = self.before if override.gone else self.after
        if side is None:
            return None
        said = side.settings.overrides
        if override.key == "pin":
            said = replace(said, pin=tuple(pin for pin in said.pin if pin.section == override.section))
        lines = ((typed(url), at) for key, url, at in said.lines() if key == override.key)
        return next((at for address, at in lines if address in override.addresses), None)
