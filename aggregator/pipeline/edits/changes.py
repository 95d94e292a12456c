"""Compares two configurations and describes the differences in the words of the file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain, groupby
from typing import Any

from msgspec import Struct, to_builtins

from aggregator.model.renamed_sources import former_ids
from aggregator.model.settings import Position, Publisher, Rules, Settings, Source, Term
from aggregator.model.stream import StreamName
from aggregator.pipeline.renamed import settings_today

ENVIRONMENT = "a value from the environment"
CONTACT = "site.contact"
"""Told without its values, which are for outlets: anybody may read the API."""
HIDDEN = "***"
UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
BRIEFLY = 6  # at most so many lines about a section or topic are shown to the editor who made the change


class RuleChange(Struct, frozen=True):
    """A section or topic (or an outlet, by its name) with lines that were added or removed, such as `words: laser weapon`,
    `not: tear gas`, `title: Defence`, `aliases: BBC News`."""

    id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class SettingChange(Struct, frozen=True):
    """A setting such as `site.title`, and its values as text. Texts that differ only in what is hidden are equal."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        if self.old == self.new:
            return f"{self.key}: {self.old} (the part that is not shown changes)"
        return f"{self.key}: {self.old} → {self.new}"


class SourceSetting(Struct, frozen=True):
    """A setting of a source. `id` is its present one."""

    id: str
    setting: SettingChange


class SourceChanges(Struct, frozen=True):
    """Ids of sources. `renamed`: (old id, new id); `lost`: those old ids that no longer lead to the source (it has no `was`, and its first
    id is another); `changed`: those with another address or setting; `paused` and `resumed`: those whose `enabled` changed, whatever else
    did. A new source that is paused is in both `added` and `paused`. `settings`: what changes of sources that are not new, other than the
    above."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    changed: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    settings: tuple[SourceSetting, ...] = ()

    def lines(self, most: int | None) -> Iterator[str]:
        """See `Changes.lines`."""
        yield from (f"+ source {id} {'is new, and paused' if id in self.paused else 'starts'}" for id in self.added)
        yield from (f"- source {id} stops; its items stay" for id in self.removed)
        renamed = {now for _, now in self.renamed}
        names = {one.id: one.setting for one in self.settings if one.setting.key == "name" and one.id in renamed}
        for old, now in self.renamed:
            name = f" ({names[now]})" if now in names else ""
            hint = f"; with `was: [{old}]` its former addresses lead to it" if old in self.lost else ""
            yield f"~ source {old} is renamed to {now}{name}{hint}"
        further = (one for one in self.settings if one.setting.key != "name" or one.id not in names)
        for id, settings in groupby(further, lambda one: one.id):
            yield from _first(f"source {id}", [f"~ source {id}: {one.setting}" for one in settings], most)
        yield from (f"- source {id} pauses; its items stay" for id in self.paused if id not in self.added)
        yield from (f"+ source {id} is polled again" for id in self.resumed)


class RuleChanges(Struct, frozen=True):
    """Ids of sections or topics, or names of outlets. `renamed`: (old id, new id); `united`: those old ids whose new one was there before,
    as another section or topic. `lost`: (removed id, id of a new one that seems to be the same), which suggests a missing `was`."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[RuleChange, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    united: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()

    def lines(self, kind: str, most: int | None) -> Iterator[str]:
        """See `Changes.lines`; `kind` is `section`, `topic` or `publisher`."""
        yield from (f"+ {kind} {id} is new" for id in self.added)
        for old, id in self.renamed:
            becomes = "becomes part of" if old in self.united else "is renamed to"
            yield f"~ {kind} {old} {becomes} {id}; its former addresses lead to it"
        # Not for topics: one with this id may still be found among places or categories.
        leads = "; its pages and feeds are found no more" if kind == "section" else ""
        successors = dict(self.lost)
        for id in self.removed:
            hint = f"; if it is {successors[id]} now, say `was: [{id}]` there" if id in successors else leads
            yield f"- {kind} {id} is removed{hint}"
        for one in self.changed:
            name = f"{kind} {one.id}"
            lines = [*(f"+ {name}: {line}" for line in one.added), *(f"- {name}: {line}" for line in one.removed)]
            yield from _first(name, lines, most)


class Changes(Struct, frozen=True):
    """`settings`: those of `site` and `defaults`. `other`: the remaining keys that differ (publishers, stories, order of sections, CONTACT,
    ENVIRONMENT, …). `lasting`: articles were removed from `join` or `split`, whose effect stays."""

    sources: SourceChanges = SourceChanges()
    sections: RuleChanges = RuleChanges()
    topics: RuleChanges = RuleChanges()
    publishers: RuleChanges = RuleChanges()
    settings: tuple[SettingChange, ...] = ()
    other: tuple[str, ...] = ()
    lasting: bool = False

    def __bool__(self) -> bool:
        return self != Changes()

    def as_json(self) -> dict[str, Any]:
        """As in the API: `{sources: {added, removed, renamed: [{from, to}], changed, paused, resumed, lost,
        settings: [{id, key, from, to}]}, sections: {added, removed, changed, renamed}, topics: …, publishers: {added, removed, changed},
        settings: [{key, from, to}], other}`."""
        shown: dict[str, Any] = to_builtins(self)
        del shown["lasting"]
        for kind, of in (("sources", self.sources), ("sections", self.sections), ("topics", self.topics)):
            shown[kind]["renamed"] = [{"from": old, "to": new} for old, new in of.renamed]
        for kind in ("sections", "topics", "publishers"):
            del shown[kind]["lost"], shown[kind]["united"]
        del shown["publishers"]["renamed"]
        shown["settings"] = [_from_to(one) for one in self.settings]
        shown["sources"]["settings"] = [{"id": one.id, **_from_to(one.setting)} for one in self.sources.settings]
        return shown

    def lines(self, most: int | None = None) -> list[str]:
        """Lines for people: `+` is added, `-` is removed, `~` has changed. `most`: maximum number of lines about one source, section or
        topic."""
        found = list(self.sources.lines(most))
        for kind, rules in (("section", self.sections), ("topic", self.topics), ("publisher", self.publishers)):
            found += rules.lines(kind, most)
        found += [f"~ {one}" for one in self.settings]
        told = ("publishers",) if self.publishers != RuleChanges() else ()
        found += [f"~ {key} changes" for key in self.other if key not in told]
        if self.lasting:
            found.append("~ a join or split that is removed stays in effect (how to reverse it: docs/editing.md, Undo)")
        return found


def _from_to(change: SettingChange) -> dict[str, str]:
    return {"key": change.key, "from": change.old, "to": change.new}


def _first(name: str, lines: list[str], most: int | None) -> list[str]:
    """The first lines about something, and how many more there are."""
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"~ {name}: {len(lines) - most} more"]


def changes(
    old: Settings | None,
    new: Settings,
    epoch: str | None = None,
    first: Mapping[str, str] | None = None,
    public: Callable[[str], str] = lambda text: HIDDEN,
) -> Changes:
    """What `new` changes compared with `old` (nothing if `old` is None). Positions in the file do not count. `epoch` is the one under
    which `old` was put in force: if it differs from `old.epoch`, environment variables have changed since. `first`: first id →
    last id of each source (`Upkeep.source_ids`). `public`: a setting of a source (its address) as everybody may see it."""
    if old is None:
        return Changes()
    renamed, old = new.renamed, settings_today(former := old, new)
    keys = ("allow_private", "publishers")
    other = [key for key in keys if bare(getattr(old, key)) != bare(getattr(new, key))]
    if old.site.contact != new.site.contact:
        other.append(CONTACT)
    if bare(old.overrides) != bare(new.overrides):
        other.append("stories")
    for key in ("sections", "topics"):
        if _reordered([one.id for one in getattr(old, key)], [one.id for one in getattr(new, key)]):
            other.append(f"order of {key}")
    if epoch not in (None, old.epoch):
        other.append(ENVIRONMENT)
    return Changes(
        _sources(old.sources, new.sources, first or {}, public),
        _rules((former.sections, old.sections), new.sections, renamed),
        _rules((former.topics, old.topics), new.topics, renamed),
        _publishers(old.publishers, new.publishers),
        (*_settings("site", old.site, new.site), *_settings("defaults", old.defaults, new.defaults)),
        tuple(other),
        bool(_regrouped(old) - _regrouped(new)),
    )


def _regrouped(settings: Settings) -> set[str]:
    """Articles that `join` or `split` name."""
    said = settings.overrides
    return {url for one in (*said.join, *said.split) for url in one.urls}


def bare(value: Any) -> Any:
    """A value without its positions in the file."""
    if isinstance(value, Position):
        return None
    if isinstance(value, Struct):
        return tuple(bare(getattr(value, name)) for name in value.__struct_fields__)
    return tuple(map(bare, value)) if isinstance(value, tuple) else value


def _settings(key: str, old: Struct, new: Struct) -> Iterator[SettingChange]:
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if before != after and f"{key}.{name}" != CONTACT:
            yield SettingChange(f"{key}.{name}", _text(before), _text(after))


def _settings_of(old: Source, new: Source, public: Callable[[str], str]) -> Iterator[SettingChange]:
    """The settings of a source that change, except its id and whether it is paused; and its `was` when its id changes. (Its name is told
    then too: the id need not be made from it, and readers see the name.)"""
    told = {"id", "at", "enabled", *(("was",) if old.id != new.id else ())}
    if (old.publisher, new.publisher) == (old.name, new.name):
        told.add("publisher")
    for key in Source.__struct_fields__:
        before, after = getattr(old, key), getattr(new, key)
        if before == after or key in told:
            continue
        if key == "labels":
            before, after = dict(before), dict(after)
            for label in sorted({**before, **after}):
                if before.get(label) != after.get(label):
                    yield _setting(f"labels.{label}", before.get(label), after.get(label), public)
        elif key == "headers":  # not even a part of a value: it may be a secret whatever the name of its header
            yield _setting(key, before and HIDDEN, after and HIDDEN, str)
        else:
            yield _setting(key, before, after, public)


def _setting(key: str, old: object, new: object, public: Callable[[str], str]) -> SettingChange:
    return SettingChange(key, *(public(_text(one)) if isinstance(one, str) else _text(one) for one in (old, new)))


def _text(value: object) -> str:
    if isinstance(value, timedelta):  # exactly: 90 s and 2 min are not the same
        seconds = round(value.total_seconds())
        size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
        return f"{seconds // size} {unit}"
    if isinstance(value, tuple) and value:
        return f"[{', '.join(value)}]"
    return "unset" if value in (None, ()) else str(value).lower() if isinstance(value, bool) else str(value)


def _reordered(old: Sequence[str], new: Sequence[str]) -> bool:
    both = set(old) & set(new)
    return [id for id in old if id in both] != [id for id in new if id in both]


def _sources(
    old: Sequence[Source], new: Sequence[Source], first: Mapping[str, str], public: Callable[[str], str]
) -> SourceChanges:
    before, ids = {source.id: source for source in old}, {source.id for source in new}
    added, renamed, changed, lost = [], [], [], []
    settings: list[SourceSetting] = []
    switched: dict[bool, list[str]] = {True: [], False: []}
    for source, former in former_ids(new, {source.id: source.url for source in old}, before):
        if former is None:
            added.append(source.id)
            if not source.enabled:
                switched[False].append(source.id)
            continue
        known = before.pop(former)
        settings += (SourceSetting(source.id, one) for one in _settings_of(known, source, public))
        if former != source.id:
            renamed.append((former, source.id))
            # Its first id leads to it by itself: as it is called so far, or, where this edit is in force already, by it.
            if first.get(former) not in (former, source.id) and former not in source.was and former not in ids:
                lost.append(former)
        if known.enabled != source.enabled:
            switched[source.enabled].append(source.id)
        elif former == source.id and bare(known) != bare(source):
            changed.append(source.id)
    return SourceChanges(
        tuple(added), tuple(before), tuple(renamed), tuple(changed),
        tuple(switched[False]), tuple(switched[True]), tuple(lost), tuple(settings),
    )  # fmt: skip


def _rules(
    olds: tuple[Sequence[Rules], Sequence[Rules]], new: Sequence[Rules], renamed: Mapping[StreamName, str]
) -> RuleChanges:
    """`olds`: the sections or topics before the edit, (with their former ids, with their present ids)."""
    former, old = olds
    before, after = {rules.id: rules for rules in old}, {rules.id: rules for rules in new}
    called = [(one.id, id) for one in former if (id := renamed.get(one.stream))]
    changed: list[RuleChange] = []
    for id, rules in after.items():
        if id not in before:
            continue
        mine, theirs = list(_lines(rules)), list(_lines(before[id]))
        # A former id that is removed still leads here, and one that this edit renames is in `renamed`.
        mine += [f"was: {one}" for one in rules.was if one not in before[id].was and one not in dict(called)]
        changed += _differing(id, mine, theirs)
    added = [rules for rules in new if rules.id not in before]
    removed = [rules for rules in old if rules.id not in after and rules.id not in dict(called)]
    return RuleChanges(
        tuple(rules.id for rules in added),
        tuple(rules.id for rules in removed),
        tuple(changed),
        tuple(called),
        tuple(was for was, id in called if id in {one.id for one in former}),
        tuple((gone.id, here.id) for gone in removed for here in added if _stands_for(here, gone)),
    )


def _publishers(old: Sequence[Publisher], new: Sequence[Publisher]) -> RuleChanges:
    before, after = ({one.name: one for one in listed} for listed in (old, new))
    both = [(name, _told(one), _told(before[name])) for name, one in after.items() if name in before]
    return RuleChanges(
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(chain.from_iterable(_differing(*one) for one in both)),
    )


def _told(publisher: Publisher) -> list[str]:
    """An outlet as lines that can be compared."""
    lists = {"aliases": publisher.aliases, "domains": publisher.domains}
    lists["labels"] = tuple(f"{key}: {value}" for key, value in publisher.labels)
    return [f"{key}: {one}" for key, values in lists.items() for one in values]


def _differing(id: str, mine: Sequence[str], theirs: Sequence[str]) -> Iterator[RuleChange]:
    """The lines that only one of both has; nothing if none."""
    more = tuple(line for line in mine if line not in theirs)
    fewer = tuple(line for line in theirs if line not in mine)
    if more or fewer:
        yield RuleChange(id, more, fewer)


def _stands_for(new: Rules, old: Rules) -> bool:
    """Whether a new section or topic seems to be an old one with another id: it has the same title, or at least half of the words and
    places of both together are common."""
    mine, theirs = ({bare(term) for term in (*one.words, *one.places)} for one in (new, old))
    return new.title == old.title or len(mine & theirs) * 2 >= len(mine | theirs) > 0


def _lines(rules: Rules) -> Iterable[str]:
    """A section or topic as lines that can be compared."""
    yield f"title: {rules.title}"
    if rules.description:
        yield f"description: {rules.description}"
    for key, terms in rules.lists.items():
        for term in terms:
            yield f"{key}: {term_text(term)}"
    for key, examples in (("example", rules.examples), ("counterexample", rules.counterexamples)):
        for example in examples:
            yield f"{key}: {example.text}"


def term_text(term: Term) -> str:
    """A line of a rule as an editor would write it."""
    if len(term.parts) > 1:
        weight = "" if term.weight == 1 else f", weight: {term.weight:g}"
        unless = f", unless: [{', '.join(term.unless)}]" if term.unless else ""
        return f"{{all: [{', '.join(term.parts)}]{weight}{unless}}}"
    return term.parts[0] if term.weight == 1 else f"{{{term.parts[0]}: {term.weight:g}}}"
