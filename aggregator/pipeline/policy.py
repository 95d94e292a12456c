"""A configuration as the edition sees it: the settings and functions by which it decides, and what is done by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.categorise.category_topics import CategoryNames, CategoryTopics
from aggregator.model.joining import Joining
from aggregator.model.judgement import Judgement, Scores
from aggregator.model.story import EditionItem, Member, Placed
from aggregator.pipeline.category_topics import last_survey
from aggregator.pipeline.moved_articles import followed
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.renamed import Renamed
from aggregator.ports import EditionStore, ReadableArchive, Upkeep

OLD = 14 * 86_400
"""Seconds after which a report is no longer news, whatever changes in it. A story whose reports are all older enters new streams at the
times at which it would have entered them, not now. Otherwise old stories could become news: a source that was down lists many old
texts at once, and the rules may have changed since these were pruned."""


class Policy(Struct, frozen=True):
    """The settings and functions by which the edition decides. A configuration gives one that knows nothing of the archive yet;
    `with_stored` completes it, before anything is decided.

    `place` maps the (publisher, judgement) pairs of a story to its sections with scores, the primary one first. `configuration` (an epoch)
    and `program` (a version) identify the policy; `like`: the epoch of an earlier configuration that places every stored item alike, if
    there is one."""

    configuration: str
    judge: Callable[[EditionItem], Judgement]
    place: Callable[[Sequence[tuple[str, Judgement]]], Scores]
    publisher: Callable[[EditionItem], str]
    topic_titles: Mapping[str, str]
    renamed: Renamed = field(default_factory=Renamed)
    found_topics: frozenset[str] = frozenset()  # topics that come from places or categories, not from rules
    category_topics: CategoryTopics = CategoryTopics()  # those of them that come from categories (`with_found`)
    at_home: Callable[[EditionItem], bool] = lambda item: False  # whether the article is at an address of its publisher
    wrappers: frozenset[str] = frozenset()  # sources that repeat what others publish
    overrides: OverrideIndex = field(default_factory=OverrideIndex)
    program: str = ""
    like: str | None = None
    categories: CategoryNames = CategoryNames()
    old: int = OLD  # or `keep`, if that is shorter

    @property
    def epoch(self) -> str:
        """Identifies rules and program together: a story that was placed under another epoch is outdated. Each story has it twice, in its
        row and in an index, so of the hash of the configuration it holds only 64 bits."""
        return f"{(self.like or self.configuration)[:16]}.{self.program}"

    def with_stored(self, archive: ReadableArchive, now: int, arriving: Iterable[EditionItem] = ()) -> Policy:
        """The policy completed with what the store knows: the earlier configuration that places alike, earlier renamings, the topics
        found among categories, and the present addresses of articles that overrides name (`arriving`: items that count although they are
        not placed yet)."""
        policy = self.at(now).with_like(archive.upkeep).with_found(archive.upkeep)
        return policy.following(archive.edition, arriving)

    def with_like(self, upkeep: Upkeep) -> Policy:
        """The policy with `like`, which was stored when its configuration was put in force."""
        return replace(self, like=upkeep.like(self.configuration))

    def with_renamed(self, upkeep: Upkeep) -> Policy:
        """The policy with the renamings of all edits so far."""
        return replace(self, renamed=self.renamed.with_earlier(upkeep.renamed()))

    @property
    def former_topics(self) -> set[str]:
        """Former ids of topics, whose addresses lead on to one of the file. No found topic has them."""
        return {old.id for old in self.renamed.ids if old.kind == "topic"}

    def with_found(self, upkeep: Upkeep) -> Policy:
        """The policy with the renamings of all edits so far and the topics of the last survey, without those that the file has or has taken
        over since: the words of these decide."""
        policy, topics = self.with_renamed(upkeep), last_survey(upkeep).topics
        gone = policy.former_topics | (self.topic_titles.keys() - self.found_topics)
        return policy.with_topics(replace(topics, ids={key: id for key, id in topics.ids.items() if id not in gone}))

    def with_topics(self, topics: CategoryTopics) -> Policy:
        """The policy with topics from categories. An item's topics come in this order: from rules, from categories, from places."""
        if not topics.ids:
            return self

        def judge(item: EditionItem) -> Judgement:
            judged, own = self.judge(item), topics.of(item.categories)
            ruled = (topic for topic in judged.topics if topic not in self.found_topics)
            return replace(judged, topics=tuple(dict.fromkeys((*ruled, *own, *judged.topics)))) if own else judged

        return replace(
            self,
            judge=judge,
            category_topics=topics,
            topic_titles={**topics.titles, **self.topic_titles},
            found_topics=self.found_topics | (topics.titles.keys() - self.topic_titles.keys()),
        )

    def at(self, now: int) -> Policy:
        """The policy at this time (see `OverrideIndex.at`)."""
        return replace(self, overrides=self.overrides.at(now))

    def following(self, store: EditionStore, arriving: Iterable[EditionItem] = ()) -> Policy:
        """The policy with the present addresses of articles (see `moved_articles.followed`)."""
        publishers = {item.n: self.publisher(item) for item in arriving}
        return replace(self, overrides=followed(self.overrides, store, self.folded, self.at_home, publishers))

    def folded(self, item: EditionItem) -> EditionItem:
        """The item with the canonical name of its publisher."""
        publisher = self.publisher(item)
        return item if publisher == item.publisher else replace(item, publisher=publisher)

    def rejudged(self, member: Member) -> Member:
        """The member judged under this policy. If its text was pruned, its judgement stays, because the headline alone would give another.
        (It is judged all the same: `plan` counts which lines of the rules match.)"""
        item = self.folded(member.item)
        judged = self.judge(item)
        return Member(item, self.renamed.today(member.judgement) if item.pruned else judged, member.counted_as)

    def stays(self, before: Member, after: Member) -> bool:
        """Whether an item is already stored as the policy places it."""
        return (
            before.judgement == after.judgement
            and before.counted_as == after.item.publisher
            and before.item.hidden == self.overrides.hides(after.item)
        )

    def placed(self, member: Member, story: int, why: str = "", joining: Joining | None = None) -> Placed:
        """The placement of a member, for the store. If `why` is empty, the stored reason for joining stays."""
        item, hidden = member.item, self.overrides.hides(member.item)
        return Placed(item.n, story, item.publisher, member.judgement, why, joining, hidden, item.hash)
