"""Compares two configurations over the archive; the result is the JSON of `plan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from aggregator.bootstrap import Application
from aggregator.categorise.examples import failing, turned
from aggregator.cli import shapes
from aggregator.errors import AggregatorError, ConfigError
from aggregator.model.settings import Rules
from aggregator.model.story import EditionItem, StoryState
from aggregator.model.stream import RulesKind, StreamName
from aggregator.normalise.address import typed
from aggregator.pipeline.category_topics import last_survey
from aggregator.pipeline.edits.causes import Causes, Way
from aggregator.pipeline.edits.changes import ENVIRONMENT, Changes, RuleChanges, term_text
from aggregator.pipeline.edits.override_effects import OverrideEffects, override_effects
from aggregator.pipeline.edits.plan import Moves, Moving, Plan, plan
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.renamed import settings_today
from aggregator.ports import ReadableArchive, StoryRow
from aggregator.render.entry import urn


class Comparison:
    """Compares a proposed configuration with the one in force. `after` is the proposed one, `before` the one in force, with the ids that
    the proposed one gives sections and topics (None: none is in force yet, or there is no archive).

    Raises:
        AggregatorError: the one in force cannot be read here, so there is nothing to compare with.
    """

    def __init__(self, proposed: Application, archive: ReadableArchive | None) -> None:
        stored = archive.upkeep.configuration() if archive else None
        try:
            former = proposed.read(stored) if stored else None
        except ConfigError as error:
            raise AggregatorError(
                "the configuration in force cannot be read here, so there is nothing to compare with: it was written for "
                f"another environment or version. What is wrong in it:\n{error}"
            ) from error
        self._archive, self._epoch = archive, stored and stored.epoch
        self._ids: dict[str, str] = {}  # see `Application.stored_ids`
        self.after = proposed
        if archive:
            self.after = proposed.completed(stored, archive.upkeep)
            self._ids = self.after.stored_ids(archive)
            # Stored items have the ids that their sources have in the store.
            self.after.sources = {self._ids[id]: one for id, one in self.after.sources.items() if id in self._ids}
        self.before: Application | None = None
        if former:
            self.before = Application(proposed.installation, settings_today(former, self.after.settings))
        self.changes = proposed.changes_since(stored, archive.upkeep) if archive else Changes()
        environment = ENVIRONMENT in self.changes.other
        self._alike = False  # whether applying the file would leave stored stories as they are, without re-placing them
        if archive and former and not environment:
            self._alike = self.after.places_alike(former, archive)
        self._causes = Causes(self.before, self.after, environment=environment)
        self._failing = failing(self.before.rulebook if self.before else None), failing(self.after.rulebook)
        self._policy, self._usage = self.after.counting()

    def report(self, pages: Iterator[Sequence[StoryRow]], progress: Callable[[int], None]) -> shapes.Plan:
        """What `plan` prints; `pages` are the stories that are examined."""
        before, surveyed, found = self.before, dict[str, str](), Plan()
        if archive := self._archive:
            surveyed = last_survey(archive.upkeep).titles
            after = self._policy.with_found(archive.upkeep)
            found = plan(archive.edition, self._stored_policy(archive), after, pages, progress, alike=self._alike)
        sections = _titles(before.settings.sections) if before else {}
        topics = {**(before.topic_titles if before else {}), **surveyed, **self.after.topic_titles}
        return {
            "file": str(self.after.installation.config),
            "in_force": before.settings.epoch if before else None,
            "stories": found.stories,
            "waiting": found.waiting,
            "moved": found.moved,
            "changed": found.changed,
            "sections": self._streams(found, "section", self.after.settings.sections, sections),
            "topics": self._streams(found, "topic", self.after.settings.topics, topics),
            **self._overrides(),
            "configuration": self.changes.as_json(),
            "examples": turned(before.rulebook if before else None, self.after.rulebook, *self._failing),
            "refused": self._refused(),
            "dead": self._dead(found),
        }

    def _stored_policy(self, archive: ReadableArchive) -> Policy | None:
        """The policy under which up-to-date stories were placed; None if nothing is in force. It has the epoch in force, although
        environment variables may have changed since: the former values are not known, so stored placings are taken as they are."""
        if self.before is None or self._epoch is None:
            return None
        policy = replace(self.before.policy, configuration=self._epoch)
        return policy.with_like(archive.upkeep).with_found(archive.upkeep)

    def _streams(
        self, found: Plan, kind: RulesKind, rules: Sequence[Rules], others: Mapping[str, str]
    ) -> list[shapes.StreamMoves]:
        """Rows of sections or topics in the order of the file, followed by others that have stories. `others`: id → title of those that
        the file does not have."""
        own = _titles(rules)
        titles = {**others, **own}
        gone = [stream.id for stream in sorted(found.streams) if stream.kind == kind]
        rows: list[shapes.StreamMoves] = []
        for id in dict.fromkeys((*own, *gone)):
            stream = StreamName(kind, id)
            moves = found.streams.get(stream, Moves())
            row: shapes.StreamMoves = {
                "id": id,
                "title": titles.get(id, id),
                "before": moves.before,
                "after": moves.after,
                "primary_before": moves.led,
                "primary_after": moves.leads,
                "come": moves.coming.stories,
                "go": moves.going.stories,
                "become": moves.becoming.stories,
                "coming": self._samples(stream, moves.coming, "coming"),
                "going": self._samples(stream, moves.going, "going"),
                "becoming": self._samples(stream, moves.becoming, "becoming"),
            }
            if kind == "topic":
                del row["primary_before"], row["primary_after"]
            rows.append(row)
        return rows

    def _samples(self, stream: StreamName, moving: Moving, way: Way) -> list[shapes.Sample]:
        found = ((sample, self._causes.of(stream, sample, way)) for sample in moving.samples)
        return [
            {
                "id": urn(sample.id),
                "title": sample.title,
                "url": sample.link,
                "old": sample.old,
                "new": sample.new,
                "rule": why.rule,
                "at": str(why.at) if why.at else None,
                "gone": why.gone,
            }
            for sample, why in found
        ]

    def _overrides(self) -> shapes.Overrides:
        """The effects of `stories:` of the file: stories that would be merged or split, or lose or regain an article."""
        hidden = self.before.policy.overrides.hidden if self.before else frozenset()
        found = OverrideEffects()
        if self._archive:
            found = override_effects(self._archive.edition, self._policy, hidden)
        written = {typed(url): url for _, url, _ in self.after.settings.overrides.lines()}
        return {
            "joins": [{**_story(older), "joined_by": [*map(_story, younger)]} for older, younger in found.unions],
            "splits": [{**_story(story), "leaving": _articles(leaving)} for story, leaving in found.partings],
            "hides": [
                {
                    **_story(one.story),
                    "hiding": _articles(one.hiding),
                    "showing": _articles(one.showing),
                    "whole": one.whole,
                }
                for one in found.hidings
            ],
            "unknown": [written.get(address, address) for address in found.unknown],
        }

    def _refused(self) -> int:
        """The number of failing examples, if they would prevent the file from being put in force (see `Application.admit`), else 0."""
        edited = self.before is not None and not self.after.settings.is_of(self.before.settings.texts)
        return len(self._failing[1]) if edited else 0

    def _dead(self, found: Plan) -> shapes.Dead:
        """Lines of rules and sources without use in the archive, lines from the edit first."""
        kinds: tuple[tuple[RulesKind, RuleChanges], ...]
        kinds = ("section", self.changes.sections), ("topic", self.changes.topics)
        new = {(StreamName(kind, one.id), line) for kind, of in kinds for one in of.changed for line in one.added}
        whole = {StreamName(kind, id) for kind, of in kinds for id in of.added}
        rows: list[shapes.DeadLine] = [
            {
                "of": line.of.id,
                "key": line.key,
                "line": term_text(line.term),
                "at": str(line.term.at),
                "found": line.found,
                "new": line.of in whole or (line.of, f"{line.key}: {term_text(line.term)}") in new,
            }
            for line in (self._usage.dead() if found.stories else ())
        ]
        rows.sort(key=lambda row: not row["new"])
        uses = {
            source.id: found.sources.get(self._ids.get(source.id, ""))
            for source in self.after.settings.sources
            if found.stories and source.enabled and source.id not in self.changes.sources.added
        }
        sources: list[shapes.DeadSource] = [
            {"id": id, "stories": use.stories if use else 0}
            for id, use in uses.items()
            if use is None or not use.telling
        ]
        return {"lines": rows, "sources": sources}


def move(sample: shapes.Moved) -> str:
    """The move of a story in words: its primary sections before and after."""
    old, new = sample["old"], sample["new"]
    return new if old == new else f"{old} → {new}"


def _titles(rules: Iterable[Rules]) -> dict[str, str]:
    return {one.id: one.title for one in rules}


def _articles(items: Sequence[EditionItem]) -> list[shapes.Article]:
    return [{"title": item.title, "url": item.url} for item in items]


def _story(state: StoryState) -> shapes.Story:
    return {"id": urn(state.id), "title": state.entry.title, "url": state.entry.link}
