"""Translates what was stored or configured before sections and topics were renamed (`was`) to their present ids. Pure.

`renamed`: see `Settings.renamed`: former stream → present id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from aggregator.model.judgement import Judgement, Scores
from aggregator.model.settings import Rules, Settings, Source
from aggregator.model.story import Member, Placing, StoryState
from aggregator.model.stream import RulesKind, StreamName

Renamed = Mapping[StreamName, str]


def judgement_today(judged: Judgement, renamed: Renamed) -> Judgement:
    section, topics = _today("section", judged.section, renamed), _topics(judged.topics, renamed)
    return replace(judged, section=section, scores=_scores(judged.scores, renamed), topics=topics)


def member_today(member: Member, renamed: Renamed) -> Member:
    return replace(member, judgement=judgement_today(member.judgement, renamed))


def state_today(state: StoryState, renamed: Renamed) -> StoryState:
    """Translates the sections and topics of a story, but not its placings (see `renamed_placings`)."""
    section, topics = _today("section", state.section, renamed), _topics(state.topics, renamed)
    return replace(state, section=section, scores=_scores(state.scores, renamed), topics=topics)


def renamed_placings(state: StoryState, renamed: Renamed) -> Iterator[Placing]:
    """The placings of a story in streams with former ids, translated to the present ids."""
    for placing in state.placings if renamed else ():
        if id := renamed.get(placing.stream):
            yield replace(placing, stream=placing.stream._replace(id=id))


def settings_today(old: Settings, new: Settings) -> Settings:
    """`old` with the ids that `new` gives its sections and topics. If `new` unites several into one, only the first gets that id."""
    renamed = new.renamed

    def rules(before: Sequence[Rules]) -> tuple[Rules, ...]:
        taken = {one.id for one in before}
        found = []
        for one in before:
            id = _today(one.kind, one.id, renamed)
            found.append(one if id in taken else replace(one, id=id))
            taken.add(id)
        return tuple(found)

    def source(one: Source) -> Source:
        section, usually = (id and _today("section", id, renamed) for id in (one.section, one.usually))
        return replace(one, section=section, usually=usually)

    if not renamed:
        return old
    pins = tuple(replace(pin, section=_today("section", pin.section, renamed)) for pin in old.overrides.pin)
    return replace(
        old,
        sections=rules(old.sections),
        topics=rules(old.topics),
        sources=tuple(map(source, old.sources)),
        overrides=replace(old.overrides, pin=pins),
    )


def _today(kind: RulesKind, id: str, renamed: Renamed) -> str:
    return renamed.get(StreamName(kind, id), id)


def _scores(scores: Scores, renamed: Renamed) -> Scores:
    """Scores with present ids. If several sections have become one, the first score counts, which is the highest."""
    found: dict[str, float] = {}
    for id, score in scores:
        found.setdefault(_today("section", id, renamed), score)
    return tuple(found.items())


def _topics(topics: Iterable[str], renamed: Renamed) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_today("topic", id, renamed) for id in topics))


def renamed_again(old: Settings, new: Settings, led: Mapping[str, str]) -> Settings:
    """`new` with `was` added where it undoes or repeats an earlier renaming without saying so, for example because the editor saves the
    former file again. `old` is the previous configuration; `led`: former stream (`section:defence`) → the id it leads to."""
    before, after = ({one.stream for one in (*each.sections, *each.topics)} for each in (old, new))
    gone = before - after - new.renamed.keys()

    def called(one: Rules) -> Rules:
        if one.stream in before:
            return one
        for former in sorted(gone):
            if former.kind == one.kind and (led.get(str(one.stream)) == former.id or led.get(str(former)) == one.id):
                gone.remove(former)
                return replace(one, was=(*one.was, former.id))
        return one

    sections, topics = (tuple(map(called, rules)) for rules in (new.sections, new.topics))
    same = (sections, topics) == (new.sections, new.topics)
    return new if same else replace(new, sections=sections, topics=topics)
