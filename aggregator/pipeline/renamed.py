"""Translates what was stored or configured before sections and topics were renamed (`was`) to their present ids. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.judgement import Judgement, Scores
from aggregator.model.settings import Rules, Settings, Source
from aggregator.model.story import InStream, Member, StoryState
from aggregator.model.stream import RulesKind, StreamName, led_on

Sectioned = TypeVar("Sectioned", Judgement, StoryState)


class Renamed(Struct, frozen=True):
    """`ids`: former stream → present id of the section or topic (`Settings.renamed`). If empty, everything stays as it is. `present`: the
    sections and topics that there are."""

    ids: Mapping[StreamName, str] = field(default_factory=dict)
    present: Collection[StreamName] = frozenset()

    def with_earlier(self, former: Mapping[StreamName, str]) -> Renamed:
        """Also by earlier edits, which the file need not name any more. `former`: former stream → id, as noted (`Upkeep.renamed`)."""
        led = led_on(former, self.ids).items()
        earlier = {old: id for old, id in led if old not in self.present and old._replace(id=id) in self.present}
        return replace(self, ids={**earlier, **self.ids})

    def id(self, kind: RulesKind, id: str) -> str:
        return self.ids.get(StreamName(kind, id), id)

    def today(self, one: Sectioned) -> Sectioned:
        """Translates the sections and topics of an item or a story, but not in which streams a story is (see `streams`)."""
        if not self.ids:
            return one
        topics = tuple(dict.fromkeys(self.id("topic", id) for id in one.topics))
        return replace(one, section=self.id("section", one.section), scores=self._scores(one.scores), topics=topics)

    def member(self, member: Member) -> Member:
        return replace(member, judgement=self.today(member.judgement)) if self.ids else member

    def streams(self, state: StoryState) -> Iterator[InStream]:
        """The streams of a story that have former ids, with the present ids."""
        for one in state.streams if self.ids else ():
            if id := self.ids.get(one.stream):
                yield replace(one, stream=one.stream._replace(id=id))

    def _scores(self, scores: Scores) -> Scores:
        """Scores with present ids. If several sections have become one, the first score counts, which is the highest."""
        found: dict[str, float] = {}
        for id, score in scores:
            found.setdefault(self.id("section", id), score)
        return tuple(found.items())


def settings_today(old: Settings, new: Settings) -> Settings:
    """`old` with the ids that `new` gives its sections and topics. If `new` unites several into one, only the first gets that id."""
    today = Renamed(new.renamed)

    def rules(before: Sequence[Rules]) -> tuple[Rules, ...]:
        taken = {one.id for one in before}
        found = []
        for one in before:
            id = today.id(one.kind, one.id)
            found.append(one if id in taken else replace(one, id=id, was=(*one.was, one.id)))
            taken.add(id)
        return tuple(found)

    def source(one: Source) -> Source:
        section, usually = (id and today.id("section", id) for id in (one.section, one.usually))
        return replace(one, section=section, usually=usually)

    if not today.ids:
        return old
    pins = tuple(replace(pin, section=today.id("section", pin.section)) for pin in old.overrides.pin)
    sources, overrides = tuple(map(source, old.sources)), replace(old.overrides, pin=pins)
    return replace(old, sections=rules(old.sections), topics=rules(old.topics), sources=sources, overrides=overrides)


def renamed_again(old: Settings, new: Settings, led: Mapping[StreamName, str]) -> Settings:
    """`new` with `was` added where it undoes or repeats an earlier renaming without saying so, for example because the editor saves the
    former file again. `old` is the previous configuration; `led`: former stream → the id it leads to."""
    before, after = ({one.stream for one in each.rules} for each in (old, new))
    gone = before - after - new.renamed.keys()

    def called(one: Rules) -> Rules:
        if one.stream in before:
            return one
        for former in sorted(gone):
            if former.kind == one.kind and (led.get(one.stream) == former.id or led.get(former) == one.id):
                gone.remove(former)
                return replace(one, was=(*one.was, former.id))
        return one

    sections, topics = (tuple(map(called, rules)) for rules in (new.sections, new.topics))
    same = (sections, topics) == (new.sections, new.topics)
    return new if same else replace(new, sections=sections, topics=topics)
