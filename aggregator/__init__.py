"""A feed aggregator that recognises stories, places them in sections, says why, and republishes them as feeds."""

__version__ = "0.1.0"
