"""A configuration and what follows from it alone: rules, publishers, the edition's policy. It has no archive, no network and no
location on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from aggregator.addresses import host_of, one_site
from aggregator.bootstrap.installation import utc_now
from aggregator.categorise.weights import MARK
from aggregator.model.judgement import Case, Judgement, Receipt
from aggregator.model.stream import StreamName
from aggregator.text.regions import codes_of, countries, names

if TYPE_CHECKING:
    from aggregator.categorise.rulebook import Rulebook
    from aggregator.categorise.usage import Usage
    from aggregator.config.publishers import PublisherIndex
    from aggregator.model.settings import Rules, Settings, Source
    from aggregator.model.story import EditionItem
    from aggregator.pipeline.policy import Policy

PLACES = 3
"""At most so many places of an item become topics of it, the most significant ones."""


class Configured:
    """What follows from the settings. Everything is computed when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def rulebook(self) -> Rulebook:
        from aggregator.categorise.rulebook import compile_rules

        return compile_rules(self.settings.sections, self.settings.topics, self.settings.fallback)

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {source.id: source for source in self.settings.sources}

    @property
    def keep(self) -> tuple[int, dict[str, int]]:
        """How long texts are kept, in seconds: (the default, source id → its own value)."""
        own = {source.id: int(source.keep.total_seconds()) for source in self.settings.sources if source.keep}
        return int(self.settings.defaults.keep.total_seconds()), own

    @cached_property
    def outlets(self) -> PublisherIndex:
        from aggregator.config.publishers import publisher_index

        return publisher_index(self.settings.publishers)

    @cached_property
    def fold_publisher(self) -> Callable[[str, str | None], str]:
        """A function (name, address of an article or of the outlet) → the canonical name of the publisher."""
        index = self.outlets

        @lru_cache(maxsize=4096)
        def fold(name: str, root: str) -> str:
            return index.canonical(name, host_of(root))

        def root(url: str) -> str:  # many articles of one outlet share it
            return "/".join(url.split("/", 3)[:3])

        return lambda name, url: fold(name, root(url) if url else "")

    @cached_property
    def publishers(self) -> dict[str, str]:
        """Source id → the canonical name of its publisher, by its own name or else by the host of its feed."""
        return {source.id: self.fold_publisher(source.publisher, source.url) for source in self.settings.sources}

    @cached_property
    def publisher_called(self) -> Callable[[str], str]:
        """A function: what somebody types for an outlet → its canonical name. Of those that nobody lists the sources tell the spelling."""
        from aggregator.config.publishers import name_key

        own = set(self.publishers.values())
        spelled = {name_key(name): name for name in sorted(own)}

        def called(typed: str) -> str:
            name = self.fold_publisher(typed, None)
            return name if name in own else spelled.get(name_key(name), name)

        return called

    def publisher_of(self, item: EditionItem) -> str:
        """The canonical name of an item's publisher: that of its source as configured now, or for a wrapper the publisher that the item
        names. The address of the article counts only for wrappers: any source may link to articles of any outlet, and would otherwise
        count as all of them. An item of a source that was removed keeps the publisher for which it counted last."""
        source = self.sources.get(item.source)
        if source is None:
            return self.fold_publisher(item.counted_as or item.publisher, None)
        name, url = (item.publisher, item.url) if source.wrapper else (source.publisher, source.url)
        return self.fold_publisher(name, url)

    def at_home(self, item: EditionItem) -> bool:
        """Whether an article is on the site of its publisher: at a domain that `publishers:` lists for it, or, if nobody lists the
        domain, at the host of its feed."""
        host = host_of(item.url or "") or ""
        if known := self.outlets.at(host):
            return known.name == item.publisher
        source = self.sources.get(item.source)
        return source is not None and one_site(host, host_of(source.url) or "")

    def judge(self, title: str, summary: str, source: Source | None = None) -> Judgement:
        """Classify a text by the rules; `source` may fix its section or add a prior."""
        from aggregator.categorise.judge import judge

        return self._with_places(judge(self.rulebook, Case.of(title, summary, source)))

    def counting(self) -> tuple[Policy, Usage]:
        """As `policy`, but it counts which lines of the rules are used."""
        from aggregator.categorise.usage import Usage

        usage = Usage(self.rulebook)

        def judge(item: EditionItem) -> Judgement:
            return self._with_places(usage.judge(Case.of(item.title, item.summary, self.sources.get(item.source))))

        return replace(self.policy, judge=judge), usage

    def receipts(self, title: str, summary: str, source: Source | None = None) -> tuple[Receipt, ...]:
        """Why a text belongs where `judge` places it."""
        return self.judged(title, summary, source)[1]

    def judged(self, title: str, summary: str, source: Source | None = None) -> tuple[Judgement, tuple[Receipt, ...]]:
        """(`judge`, `receipts`), computed together at the cost of one."""
        from aggregator.categorise.receipts import judged

        judgement, found = judged(self.rulebook, Case.of(title, summary, source))
        if source is not None:
            own = (f"usually: {source.usually}", f"section: {source.section}")
            found = tuple(replace(one, at=source.at) if one.rule in own else one for one in found)
        return self._with_places(judgement), found

    def found_topics(self, title: str, summary: str) -> tuple[Receipt, ...]:
        """Receipts for topics that no line of the file gave the item: those of countries that the text names."""
        from aggregator.categorise.judge import judge
        from aggregator.categorise.receipts import places_named

        judged, names = judge(self.rulebook, Case(title, summary)), places_named(self.rulebook, title, summary)
        return tuple(
            Receipt(topic, 1.0, f"places: {code}", None, (names[code],), None)
            for code, topic in self._place_topics(judged)
        )

    def _with_places(self, judged: Judgement) -> Judgement:
        """The judgement with the topics that follow from its places."""
        found = [topic for _, topic in self._place_topics(judged)]
        return replace(judged, topics=(*judged.topics, *found)) if found else judged

    def _place_topics(self, judged: Judgement) -> list[tuple[str, str]]:
        """(country code, topic) for the places of a judgement that become topics."""
        return [(code, self._countries[code]) for code in judged.places[:PLACES] if code in self._countries]

    @cached_property
    def stand_ins(self) -> Mapping[str, Rules]:
        """Topic of a country → the topic of the file whose rules decide in its place: it has that id, or this country as its only place."""
        topics = self.settings.topics
        places = {
            codes_of(topic.places[0].parts[0]): topic
            for topic in topics
            if len(topic.places) == 1 and topic.places[0].weight >= MARK
        }
        own = {slug: places[only] for code, (slug, _) in countries().items() if (only := frozenset((code,))) in places}
        return own | {topic.id: topic for topic in topics}

    @cached_property
    def _countries(self) -> dict[str, str]:
        """Country code → the topic found for it. Empty if countries are to be no topics."""
        if not self.settings.site.country_topics:
            return {}
        return {code: slug for code, (slug, _) in countries().items() if slug not in self.stand_ins}

    @cached_property
    def topic_titles(self) -> dict[str, str]:
        """Topic id → title, for the topics of the file and those of countries."""
        found = {slug: countries()[code][1] for code, slug in self._countries.items()}
        return found | {topic.id: topic.title for topic in self.settings.topics}

    @cached_property
    def policy(self) -> Policy:
        """The settings and functions by which the edition decides."""
        from aggregator.categorise.category_topics import CategoryNames
        from aggregator.categorise.judge import judge as judge_text
        from aggregator.categorise.judge import story_sections
        from aggregator.categorise.version import program
        from aggregator.pipeline.override_index import OverrideIndex
        from aggregator.pipeline.policy import OLD, Policy
        from aggregator.pipeline.renamed import Renamed

        order = [section.id for section in self.settings.sections]
        fallback = self.settings.fallback
        found = frozenset(self._countries.values())
        # Topics of countries keep their ids, even if a renamed topic had the same one.
        present = {one.stream for one in self.settings.rules} | {StreamName("topic", id) for id in found}
        keep, own = self.keep
        return Policy(
            configuration=self.settings.epoch,
            judge=lambda item: self._with_places(
                judge_text(self.rulebook, Case.of(item.title, item.summary, self.sources.get(item.source)))
            ),
            place=lambda judgements: story_sections(judgements, order, fallback),
            publisher=self.publisher_of,
            at_home=self.at_home,
            topic_titles=self.topic_titles,
            renamed=Renamed({old: id for old, id in self.settings.renamed.items() if old not in present}, present),
            found_topics=found,
            wrappers=frozenset(source.id for source in self.settings.sources if source.wrapper),
            overrides=OverrideIndex.of(self.settings.overrides, ZoneInfo(self.settings.site.timezone)),
            program=program(),
            categories=CategoryNames(
                taken=self._taken_names,
                places={name: self._countries[code] for code, name in names() if code in self._countries},
                spoken_for=lambda title: bool(judge_text(self.rulebook, Case(title)).topics),
            ),
            old=min(OLD, keep, *own.values()),
        ).at(int(utc_now().timestamp()))

    @property
    def _taken_names(self) -> frozenset[str]:
        """Names of outlets, sections and configured topics, and of countries if these are to be no topics: categories of feeds with these
        names do not become topics."""
        settings = self.settings
        outlets = [settings.site.title, *(source.name for source in settings.sources)]
        for publisher in settings.publishers:
            outlets += [publisher.name, *publisher.aliases]
        rules = [name for rule in settings.rules for name in (rule.id, rule.title, *rule.was)]
        places = [] if settings.site.country_topics else [name for _, name in names()]
        return frozenset((*outlets, *(source.publisher for source in settings.sources), *rules, *places))
