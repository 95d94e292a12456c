"""Removes from headlines and leads what is not news: labels, outlets' names, agencies' datelines. By general patterns only; no
outlet is named here.
"""

from __future__ import annotations

import re

_LABEL = re.compile(
    r"""^\W*(?:
        (?:breaking|developing|exclusive|updated?|urgent|alert|just\ in|analysis|opinion|explainer|explained|watch|video|
           photos?|pictures|in\ pictures|live|live\ (?:updates?|blog|news|coverage)|live[-\ ]?blog|news\ alert|flash|
           factbox|timeline|interview|podcast|listen|read|wrapup(?:\ \d+)?|update\ \d+|refile|corrected|
           first\ thing|top\ stories|the\ latest|newsletter|special\ report|fact\ check|editorial|comment|letters?)
        (?:\ (?:news|story|update|updates))?
        )\s*(?:[:|\]–—]|-\s|\s-\s|,?\s*-)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_TRAILER = re.compile(
    r"\s*(?:[-–—|:,]\s*)?\(?(?:live updates?|live blog|as it happened|live|video|photos|opinion|analysis|updated)\)?\s*$",
    re.IGNORECASE,
)
_TRAILS = ("dates", "date", "blog", "ened", "live", "ideo", "otos", "nion", "ysis", "ated")  # how a trailer ends
_MARKS = re.compile(r"[:|\]–—-]")
_PIPE = re.compile(r"\s+[|•·]\s+")
_DASH_END = re.compile(r"\s+[-–—]\s+([^-–—|]{2,40})$")
_OUTLET_WORD = re.compile(
    r"^(?:[A-Z0-9][\w.’'&]*|of|the|and|for|de|la|le|el|del|di|&|in|on|[\w-]+\.(?:com|org|net|[a-z]{2}))$"
)
_DATELINE = re.compile(
    r"""^\s*(?:[(\[][A-Z][\w ]{1,20}[)\]]\s*[-–—]{1,2}\s+
        |[A-ZÀ-Þ][\w.,’'\ \-/À-ÿ]{1,60}?\s*\([^()]{2,40}\)\s*(?:[-–—:]{1,2})\s*
        |[A-ZÀ-Þ][A-ZÀ-Þ.’'\ \-/]{2,40}(?:,\s[\w.\ ]{2,30})?\s*(?:[-–—]{1,2}|:)\s+
        )""",
    re.VERBOSE,
)
# `\W+` between words `\w+` leaves one way to match, so the search takes linear time on any input.
_INVITATION = re.compile(
    r"\b(?:Get our|Sign up|Subscribe|Follow our|See all our|Email our|Download our)\b(?:\W+\w+){0,16}"
    r"\W+(?:podcasts?|newsletters?|emails?|apps?|updates|coverage|editors|here|now|today)\b"
)
_INVITES = ("Get our", "Sign up", "Subscribe", "ollow our", "See all our", "Email our", "Download our")


def bare_title(title: str) -> str:
    """A headline without leading labels ("BREAKING: ") and trailing names of outlets (" | The Daily")."""
    text = " ".join(title.split())
    for _ in range(2 if _MARKS.search(text, 0, 40) else 0):
        shorter = _LABEL.sub("", text, count=1)
        if len(shorter) < 12:
            break
        text = shorter
    parts = _PIPE.split(text)
    if len(parts) > 1:
        text = _longest_head(parts)
    end = _DASH_END.search(text, max(0, len(text) - 60))
    if end and end.start() >= 20 and all(_OUTLET_WORD.match(word) for word in end.group(1).split()[:7]):
        text = text[: end.start()]
    shorter = _TRAILER.sub("", text) if text[-6:].strip(")").lower().endswith(_TRAILS) else text
    return shorter if len(shorter) >= 12 else text


def _longest_head(parts: list[str]) -> str:
    """The headline in "Section | Headline | Outlet": the first part with the most words."""
    return max(parts, key=lambda part: len(part.split()))


def bare_lead(lead: str) -> str:
    """A lead without the agency's dateline ("KYIV, Ukraine (AP) — Russia …" gives "Russia …") and without invitations such as
    "Sign up for our newsletter"."""
    if any(words in lead for words in _INVITES):
        lead = _INVITATION.sub(" ", lead)
    return _DATELINE.sub("", lead, count=1)
