"""Two configurations and the archive → what `plan` (and `explain --expect`) report, as one JSON value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aggregator.bootstrap import Application
from aggregator.errors import AggregatorError, ConfigError
from aggregator.model.renaming import former_ids
from aggregator.model.settings import Position, Rules
from aggregator.model.story import PendingItem, StoryState
from aggregator.model.stream import RulesKind, StreamName
from aggregator.normalise.address import canonical
from aggregator.pipeline.category_topics import stored_topics
from aggregator.pipeline.changes import ENVIRONMENT, Changes, changes, term_text
from aggregator.pipeline.override_effects import OverrideEffects, override_effects
from aggregator.pipeline.plan import NO_TOPICS, Moves, Override, Plan, Row, Sample, plan
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_policy import with_like
from aggregator.ports import Archive, EditionStore
from aggregator.render.entry import urn


def in_force(application: Application) -> Application | None:
    """The configuration in force, from the store; None if there is none yet.

    Raises:
        AggregatorError: it cannot be read here, so there is nothing to compare with.
    """
    if not application.database.exists:
        return None
    archive = application.database.open()
    stored = archive.upkeep.configuration()
    archive.close()
    try:
        return Application.of_texts(application.installation, stored.texts) if stored else None
    except ConfigError as error:
        raise AggregatorError(
            "the configuration in force cannot be read here, so there is nothing to compare with: it was written for "
            f"another environment or version. What is wrong in it:\n{error}"
        ) from error


def stored_ids(application: Application, archive: Archive) -> dict[str, str]:
    """The id under which the store knows each source of a configuration that is not applied yet."""
    states, listed = archive.sources.states(listed=False), {state.id for state in archive.sources.states()}
    known = {state.id: state.url for state in states}
    found = former_ids(application.settings.sources, known, listed)
    return {source.id: former for source, former in found if former is not None}


class Comparison:
    """Compares the configuration in force with a proposed one."""

    def __init__(self, before: Application | None, after: Application) -> None:
        self.before, self.after = before, after
        self.changes = Changes()
        self._failing = _misses(before), _misses(after)
        self._stored: dict[str, str] = {}
        self._counting = after.counting()

    def run(
        self, archive: Archive | None, pages: Iterator[Sequence[Row]], progress: Callable[[int], None]
    ) -> dict[str, Any]:
        policy, _ = self._counting
        if archive:
            self._stored = stored_ids(self.after, archive)
            # Stored items name their source by the id that it has there.
            self.after.sources = {self._stored[id]: one for id, one in self.after.sources.items() if id in self._stored}
        store = archive.edition if archive else None
        stored = archive.upkeep.configuration() if archive else None
        epoch = stored and stored.epoch
        self.changes = changes(self.before.settings if self.before else None, self.after.settings, epoch)
        old = self._stored_policy(archive, epoch) if archive and epoch else None
        categories = stored_topics(archive) if archive else NO_TOPICS
        found = (
            plan(archive.edition, old, policy, pages, progress, category_topics=categories, alike=self._alike(archive))
            if archive
            else Plan()
        )
        before = self.before
        sections = _titles(before.settings.sections) if before else {}
        topics = {**(before.topic_titles if before else {}), **categories.titles, **self.after.topic_titles}
        return {
            "stories": found.stories,
            "moved": found.moved,
            "changed": found.changed,
            "sections": self._streams(found, "section", self.after.settings.sections, sections),
            "topics": self._streams(found, "topic", self.after.settings.topics, topics),
            **self._overrides(store),
            "configuration": self.changes.as_json(),
            "examples": self._examples(),
            "refused": self._refused(),
            "dead": self._dead(found),
        }

    def _stored_policy(self, archive: Archive, epoch: str) -> Policy | None:
        """What stories were placed by that stay as they are, or None. What the configuration in force, of this epoch, took from the
        environment may have other values now: then where they are stored is all that is known of the former ones."""
        return with_like(replace(self.before.policy, configuration=epoch), archive.upkeep) if self.before else None

    def _alike(self, archive: Archive) -> bool:
        """Whether stored stories would not be placed anew."""
        if self.before is None or ENVIRONMENT in self.changes.other:
            return False
        return self.after.places_alike(self.before.settings, archive)

    def _streams(
        self, found: Plan, kind: RulesKind, rules: Sequence[Rules], others: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """In the editor's order; `others`, id → title, that the file does not or no longer have come last."""
        own = _titles(rules)
        titles = {**others, **own}
        gone = [stream.id for stream in sorted(found.streams) if stream.kind == kind]
        rows = []
        for id in dict.fromkeys((*own, *gone)):
            stream = StreamName(kind, id)
            moves = found.streams.get(stream, Moves())
            row = {"id": id, "title": titles.get(id, id), "before": moves.before, "after": moves.after}
            if kind == "section":
                row |= {"primary_before": moves.led, "primary_after": moves.leads}
            row |= {"come": moves.come, "go": moves.go, "become": moves.become}
            row["coming"] = [self._sample(stream, sample, comes=True) for sample in moves.coming]
            row["going"] = [self._sample(stream, sample, comes=False) for sample in moves.going]
            # The reason is why the section that was the primary one no longer is.
            row["becoming"] = [
                self._sample(StreamName(kind, one.old), one, comes=False, stays=True) for one in moves.becoming
            ]
            rows.append(row)
        return rows

    def _sample(self, stream: StreamName, sample: Sample, *, comes: bool, stays: bool = False) -> dict[str, Any]:
        from aggregator.categorise.attribution import Cause, cause

        book = self.before.rulebook if self.before else None
        item = sample.item
        gone = None if comes else self._removed(stream)
        if sample.override:
            why = Cause(f"stories: {sample.override.key}", self._position(sample.override), sample.override.gone)
        elif stream.kind == "section" and (said := self._by_source(item, stream.id, stays=stays)):
            why = Cause(*said)
        elif gone:
            why = Cause(f"{gone.kind}: {gone.id}", gone.at, gone=True)
        else:
            why = cause(book, self.after.rulebook, stream, item.title, item.summary, comes=comes)
        if why.at is None and self._by_environment(item, stream, comes=comes, stays=stays):
            why = Cause(ENVIRONMENT, None)
        if why.rule == "outweighed":  # then the section that gained is the reason
            rose = cause(
                book, self.after.rulebook, StreamName("section", sample.new), item.title, item.summary, comes=True
            )
            why = rose if rose.at else why
        return {
            "id": urn(sample.id),
            "title": sample.title,
            "url": sample.link,
            "old": sample.old,
            "new": sample.new,
            "rule": why.rule,
            "at": str(why.at) if why.at else None,
            "gone": why.gone,
        }

    def _by_environment(self, item: PendingItem, stream: StreamName, *, comes: bool, stays: bool) -> bool:
        """Whether a value that changed since moves the item: so does then the file in force, which is read with those of today."""
        if self.before is None or ENVIRONMENT not in self.changes.other:
            return False
        judged = self.before.policy.judge(item)
        held = judged.topics if stream.kind == "topic" else (judged.section, *(() if stays else judged.sections))
        return (stream.id in held) == comes

    def _removed(self, stream: StreamName) -> Rules | None:
        """The section or topic, if the file no longer has it."""
        old, new = (
            {one.stream: one for one in (*side.settings.sections, *side.settings.topics)} if side else {}
            for side in (self.before, self.after)
        )
        return None if stream in new else old.get(stream)

    def _by_source(self, item: PendingItem, section: str, *, stays: bool) -> tuple[str, Position, bool] | None:
        """The `section` or `usually` of the item's source that the edit adds or takes away (then the last is true), if without
        that the item would not have come or gone, or, where it stays, the section would be its primary one as before."""
        old, new = (one.sources.get(item.source) if one else None for one in (self.before, self.after))
        had, has = ((one.section, one.usually) if one else (None, None) for one in (old, new))
        if had == has:
            return None
        without, judged = (self.after.judge(item.title, item.summary, source) for source in (old, new))
        asked = slice(1) if stays else slice(None)
        if (section in without.sections[asked]) == (section in judged.sections[asked]):
            return None
        key = "section" if had[0] != has[0] else "usually"
        adds = getattr(new, key, None)
        source = new if adds else old
        return (f"{key}: {getattr(source, key)}", source.at, not adds) if source else None

    def _position(self, override: Override) -> Position | None:
        """The position of an override in the file that has it."""
        source = self.before if override.gone else self.after
        if source is None:
            return None
        said = source.settings.overrides
        lines = {
            "join": [(url, at) for urls, at in zip(said.join, said.join_at, strict=True) for url in urls],
            "split": zip(said.split, said.split_at, strict=True),
            "hide": zip(said.hide, said.hide_at, strict=True),
            "pin": [(pin.url, pin.at) for pin in said.pin],
        }[override.key]
        return next((at for url, at in lines if canonical(url) == override.address), None)

    def _overrides(self, store: EditionStore | None) -> dict[str, Any]:
        """Stories that would be merged, split, or lose an article, because of the file."""
        hidden = self.before.policy.hidden if self.before else frozenset()
        found = override_effects(store, self._counting[0], hidden) if store else OverrideEffects()
        return {
            "joins": [{**_story(one.older), "joined_by": [*map(_story, one.younger)]} for one in found.unions],
            "splits": [{**_story(one.story), "leaving": _articles(one.leaving)} for one in found.partings],
            "hides": [
                {
                    **_story(one.story),
                    "hiding": _articles(one.hiding),
                    "showing": _articles(one.showing),
                    "whole": one.whole,
                }
                for one in found.hidings
            ],
            "unknown": [self._written().get(address, address) for address in found.unknown],
        }

    def _written(self) -> dict[str | None, str]:
        """Addresses of `stories` in canonical form → as the file has them."""
        overrides = self.after.settings.overrides
        joined = (url for group in overrides.join for url in group)
        return {
            canonical(url): url
            for url in (*overrides.split, *overrides.hide, *(pin.url for pin in overrides.pin), *joined)
        }

    def _examples(self) -> list[dict[str, Any]]:
        """Examples whose result changes, and new ones that fail."""
        old, new = self._failing
        known = _all_examples(self.before)
        rows = []
        for key, (text, at) in _all_examples(self.after).items():
            held = None if key not in known else key not in old
            holds = key not in new
            if (held is None and holds) or held == holds:
                continue
            rows.append(
                {
                    "of": key[1],
                    "kind": key[2],
                    "text": text,
                    "at": at,
                    "held": held,
                    "holds": holds,
                    "why": new.get(key),
                }
            )
        return rows

    def _refused(self) -> int:
        """How many failing examples keep the file from being put in force, as `Application.admit` decides."""
        before = self.before.settings.texts if self.before else {}
        edited = [*before.values()] != [*self.after.settings.texts.values()]
        return len(self._failing[1]) if self.before and edited else 0

    def _dead(self, found: Plan) -> dict[str, Any]:
        """Unused lines and sources of the archive, lines from the edit first."""
        _, usage = self._counting
        found_new = self.changes.sections, self.changes.topics
        new = {(one.id, line) for kind in found_new for one in kind.changed for line in one.added}
        whole = {id for kind in found_new for id in kind.added}
        rows = [
            {
                "of": line.rules,
                "key": line.key,
                "line": term_text(line.term),
                "at": str(line.term.at),
                "found": line.found,
                "new": line.rules in whole or (line.rules, f"{line.key}: {term_text(line.term)}") in new,
            }
            for line in (usage.dead() if found.stories else ())
        ]
        rows.sort(key=lambda row: not row["new"])
        uses = {
            source.id: found.sources.get(self._stored.get(source.id, ""))
            for source in self.after.settings.sources
            if found.stories and source.id not in self.changes.sources.added
        }
        sources = [
            {"id": id, "stories": use.stories if use else 0}
            for id, use in uses.items()
            if use is None or not (use.first or use.alone)
        ]
        return {"lines": rows, "sources": sources}


def _titles(rules: Iterable[Rules]) -> dict[str, str]:
    return {one.id: one.title for one in rules}


def _articles(items: Sequence[PendingItem]) -> list[dict[str, Any]]:
    return [{"title": item.title, "url": item.url} for item in items]


def _story(state: StoryState) -> dict[str, Any]:
    return {"id": urn(state.id), "title": state.entry.title, "url": state.entry.link}


Key = tuple[str, str, str, str]
"""Kind and id of the rules, example or counterexample, its text."""


def _misses(application: Application | None) -> dict[Key, str]:
    """The failing examples, with what came instead."""
    from aggregator.categorise.examples import misses

    if application is None:
        return {}
    found = {}
    places = {(at.file, at.line, at.column): key for key, at in _places(application).items()}
    for rules in application.rulebook.rules:
        for problem in misses(application.rulebook, rules):
            key = places.get((problem.file, problem.line, problem.column))
            if key:
                found[key] = problem.message
    return found


def _places(application: Application) -> dict[Key, Any]:
    return {
        (rules.kind, rules.id, kind, example.text): example.at
        for rules in application.rulebook.rules
        for kind, examples in (("example", rules.examples), ("counterexample", rules.counterexamples))
        for example in examples
    }


def _all_examples(application: Application | None) -> dict[Key, tuple[str, str]]:
    return {key: (key[3], str(at)) for key, at in _places(application).items()} if application else {}
