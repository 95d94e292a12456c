"""The settings of the grouping. Service, `classify` and evaluation use the same ones; docs/decisions/0002-stories.md says how they were
chosen."""

from __future__ import annotations

from msgspec import Struct

DAY = 86_400


class Tuning(Struct, frozen=True):
    window: int = 5 * DAY  # seconds: items further apart are not compared
    same_headline: int = 2 * DAY  # seconds: equal headlines within this time are one story
    column: int = DAY // 2  # the same for one publisher: later ones are a regular column with a fixed headline
    lead_words: int = 5  # … and sooner ones, too, if both leads have so many significant words, …
    lead_share: float = 0.25  # … and share less than this of the shorter one's
    min_link: float = 0.53  # two groups are united if their link is at least this
    event: int = DAY // 2  # an announcement and the event are two stories; sooner, outlets tell one thing as both
    # Lower values of `min_link` for groups within a day (see `Groups._needed`):
    min_link_day: float = 0.46  # if `many` publishers report one of the groups, or `some` report both
    min_link_many: float = 0.42  # if `many` publishers report both
    min_link_new: float = 0.38  # if `many` report one and it is unlike earlier news; …
    kin_share: float = 0.3  # … plus this times the highest probability with an earlier item
    day: int = DAY  # seconds from the first report to the last
    some: int = 2  # publishers
    many: int = 3  # publishers
    new_before: int = DAY // 4  # seconds; earlier news are those published at least so long before the first report
    silent: float = 0.3  # what a pair that says nothing counts for (see `Groups.silence`)
    best_share: float = 0.2  # weight of the best pair in the link between groups; the rest is the mean over all pairs
    min_probability: float = 0.2  # groups are compared only if a pair between them has at least this probability
    # Upper limit for pairs that share only two words, or little but names. It is below `min_link`, so such a pair alone unites nothing.
    few_words: float = 0.5
    few_rarity: float = 12.0  # no limit for two shared words with this total rarity, one of them a name or a country
    one_name: float = 0.8  # below this probability the words of one name ("Hong Kong") count as one of the two or three that a pair shares
    names_alone: float = 0.7  # no limit for pairs that share little but names if the probability is at least this
    told_rarity: float = 4.0  # “little but names”: the other shared words have less than this total rarity
    # Upper limit for pairs in scripts that come as pairs of letters, without a common figure. It is below all values of `min_link`: such
    # pairs are too many, and would unite a report with whatever three outlets tell in one phrase.
    unnamed: float = 0.35
    copied: float = 0.9  # no such limit from this cosine on: it is one text
    min_cosine: float = 0.15  # pairs with a lower cosine have probability 0
    # Subtracted (to 0 at most) for two items of one publisher: more likely a new chapter.
    same_publisher_penalty: float = 0.46
    mark_members: int = 3  # a group needs so many members to have a mark
    mark_share: float = 0.8  # share of the members that must have the word
    mark_rarity: float = 5.5  # minimum rarity of the word
    index_words: int = 10  # an item is indexed under so many words, the most significant ones
    headline_weight: float = 1.5  # weight of words in the headline when these are chosen
    max_postings: int = 150  # a word with more postings nominates nothing
    max_nominees: int = 14  # a new item is compared with at most so many items
    story_sample: int = 8  # so many members of a known story are read for comparison


TUNING = Tuning()
