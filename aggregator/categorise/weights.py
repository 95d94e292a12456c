"""The constants of judging: how much a headline, an actor, a scene weigh. The words are in feeds.yaml, not here.

Tuned on one half of a labelled corpus and reported on the other (docs/quality.md).
"""

HEADLINE = 3.0  # a match in the headline; in the summary it is 1
SUBJECT = 1.6  # the first place of the headline: the actor
LEAD = 2.3  # the first place of a lead paragraph if the headline names none: it says what the headline omits
SCENE = 0.9  # a place after "in", "at", "near": where it happens; after "on", "about", "against": what is spoken of
PERSON_FROM = 0.65  # a demonym that only says where somebody is from: "British man", "Chinese student"
ATTRIBUTE = 0.65  # a place that says whose or what kind something is, "Liberian-flagged", "pro-Russian"; the next place is the actor
FURTHER = 0.65  # each further place of a section in the same field, of the one before
YIELDING = 0.1  # words of a section with places, if the actor of the headline is a place of other sections
GENERIC = 0.9  # offices and courts that many countries have
MARK = 0.1  # a place lighter than this is no evidence: it only says whose institutions the words of its rule mean
HEAVY = 5.0  # a word of this weight or more outranks any single place …
OUTRANKING = 5.0  # … even from the summary: 5 + 5 against HEADLINE × SUBJECT = 4.8, for places weighed up to 2
FIXED = 1.0  # `section:` of a source: more by this than anything else in the text

PRIOR = 1.0  # `usually:` of a source
ENOUGH = 12.0  # in scores, evidence beyond this counts …
BEYOND = 0.1  # … so much: three weapons in a headline must not push the countries out that use them
HALF = 1.0  # score = raw / (highest raw + HALF): the evidence at which the best score is one half
THRESHOLD = 0.22  # the score from which a section holds an item
TOPIC = 1.0  # the raw evidence from which a topic holds, and a section without places: one word in the summary
OPENING = 160  # characters of a summary; in topics, a word after them …
PASSING = 0.9  # … counts so much: one alone is mentioned in passing
LEAST = 0.3  # … and a section with places: a weak word at least tells whose news it is, but of no matter: somebody "won gold"
SILENT = 0.33  # score of the fallback, in a story, for each report that no section holds
