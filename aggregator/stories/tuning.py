"""The settings of the grouping. The same ones are used in service, in `classify` and in the evaluation; how they were chosen
is in docs/decisions/0002-stories.md."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Tuning:
    window: int = 5 * DAY  # seconds: items further apart are not compared
    same_headline: int = 2 * DAY  # seconds: equal headlines within this time are one story
    column: int = DAY // 2  # … if one publisher has both; later ones are a regular column under one headline
    min_link: float = 0.53  # link between two groups from which they are united
    min_link_day: float = 0.46  # … of what is told within a day, if many publishers tell one of them or some tell both
    min_link_many: float = 0.42  # … if many tell both
    min_link_new: float = 0.38  # … if what many tell is new,
    kin_share: float = 0.3  # … and so much more for each point of probability that one is like what came before
    day: int = DAY  # from the first report to the last
    some: int = 2  # publishers
    many: int = 3  # publishers
    new_before: int = DAY // 4  # what was published so long before the first one, or longer, came before
    best_share: float = 0.2  # weight of the best pair in the link between groups; the rest is the mean over all pairs
    min_probability: float = 0.2  # pairs below this do not make two groups worth comparing
    few_words: float = 0.5  # most for pairs that share two words: less than `min_link`, so they unite nothing alone …
    few_rarity: float = 12.0  # … unless one is a name, and they and countries named otherwise add up to this rarity
    names_alone: float = 0.7  # … and least for pairs that share names alone: two events of one person …
    told_rarity: float = 4.0  # … that is, whose other words in common do not add up to this rarity
    min_cosine: float = 0.15  # pairs below this are not given to the trees
    same_publisher_penalty: float = 0.46  # subtracted for a pair of one publisher: rather the next chapter
    mark_members: int = 3  # members that a group needs to have a mark
    mark_share: float = 0.8  # share of the members that must have the word
    mark_rarity: float = 5.5  # least rarity of the word
    index_words: int = 10  # words under which an item is indexed: those that tell most
    headline_weight: float = 1.5  # weight of words in the headline when these are chosen
    max_postings: int = 150  # a word with more postings than this nominates nobody
    max_nominees: int = 14  # items that a new one is compared with
    story_sample: int = 8  # members of a known story that are read for comparison


TUNING = Tuning()
