"""The constants of judging: how much a match in a headline, an actor or a scene weighs. The words are in feeds.yaml.

Tuned on one half of a labelled corpus and reported on the other (docs/quality.md).
"""

# Factors of a match:
HEADLINE = 3.0  # in the headline; in the summary it is 1
SUBJECT = 1.6  # the first place of the headline: the actor
LEAD = 2.3  # the first place of the summary, if the headline names none: it says what the headline omits
SCENE = 0.9  # a place after "in", "at", "near" (where it happens) or "on", "about", "against" (what it is about)
PERSON_FROM = 0.65  # a country or demonym that only says where a person is from: "British man", "Chinese student"
ATTRIBUTE = 0.65  # a place inside an adjective: "Liberian-flagged", "pro-Russian". The next place is the actor
LIVE = 2.0  # a place in the heading of live news, which is about that whatever it reports ("Iran war live: …"), up to `OUTRANKED`
FURTHER = 0.65  # each further place of a section in the same field, in relation to the one before
YIELDING = 0.1  # words of a section with places, if the actor of the headline is a place of other sections
GENERIC = 0.9  # offices and courts that many countries have

# Weights of lines:
MARK = 0.1  # a place of less weight is no evidence: it only says whose institutions the words of its rule mean
HEAVY = 5.0  # a word of this weight or more outranks any single place, even if the word is in the summary …
OUTRANKING = 5.0  # … since this is added to it: 5 + 5 > OUTRANKED × HEADLINE × SUBJECT = 9.6, …
OUTRANKED = 2.0  # … for places with weights up to this

# Evidence of the source:
FIXED = 1.0  # `section:` has so much more evidence than any section in the text
PRIOR = 1.0  # `usually:` adds so much evidence to a section

# From evidence to scores:
ENOUGH = 12.0  # evidence beyond this …
BEYOND = 0.1  # … has this factor in scores: three weapons in a headline must not push out the countries that use them
HALF = 1.0  # score = raw / (highest raw + HALF): with so much evidence the best section has score 0.5
THRESHOLD = 0.22  # the least score with which an item is in a section
_HAIR = 1e-9  # rounding: the parts of `all`, and words of 0.6, 0.3 and 0.1, add up to slightly less than 1
TOPIC = 1.0 - _HAIR  # the least raw evidence for a topic, and for a section without places: one word in the summary
OPENING = 160  # for topics, words after so many characters of the summary …
PASSING = 0.9  # … and places of the summary after the first of the text have this factor: one alone, below `TOPIC`, is a mention
# The least raw evidence for a section with places: less than `TOPIC`, since a weak word can show whose news it is, though not
# what it is about ("won gold").
LEAST = 0.3 - _HAIR
SILENT = 0.33  # in a story, the score that each report without a section gives to the fallback
