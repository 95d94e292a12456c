"""HTML made safe by nh3 (ammonia): an allow-list of tags, attributes and schemes; no ids, classes, styles or scripts."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable

import nh3

from aggregator.normalise import address
from aggregator.normalise.characters import clean, cut
from aggregator.normalise.plain import (
    DIVISIONS,
    with_bounded_look,
    with_ends,
    with_fewer_tags,
    with_unended_as_text,
    without_settings,
    without_shortcodes,
)
from aggregator.text.references import unescape

MAX_LENGTH = 200_000
MAX_SAFE = 5 * MAX_LENGTH
"""The limit of safe HTML: thousands of relative addresses with a base of 2,000 characters would make 20 MB, and so would a hundred elements
without an end, which are opened again in each of thousands of paragraphs."""

_TAGS = """
    a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4
    h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table tbody td tfoot
    th thead time tr tt u ul var wbr
"""
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "q": {"cite"},
    "blockquote": {"cite"},
}
SCHEMES = frozenset({"http", "https"})
_CONTENT_DROPPED = """
    script style noscript template iframe object embed svg math form button select textarea title head audio video
    canvas noembed noframes xmp plaintext frameset
"""

# Searched in lower-case text; the patterns begin with literal characters, which makes the search fast.
_DANGEROUS = re.compile(r"<(?:script|iframe|object|embed|form|svg|math|style|base|meta)\b")
_EVENT = re.compile(r"on[a-z]{3,24}\s*=\s*[\"']")
# Possessive quantifiers (`*+`), so that thousands of spaces after the equals sign do not take quadratic time.
_RELATIVE_HREF = re.compile(r"""href\s*=\s*+["']?+\s*+(?!https?://|["'\s>])""")
_RELATIVE_SRC = re.compile(r"""src\s*=\s*+["']?+\s*+(?!https?://|["'\s>])""")
_PICTURE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SHOWN = re.compile(r"""\ssrc\s*=\s*+["']?+\s*+(?!data:)[^\s"'>]""", re.IGNORECASE)
# The attribute from which scripts of a page load a picture when it comes into view (lazy loading).
_LATER = re.compile(r"""\sdata-(?:(?:lazy-)?src|original)\s*=\s*+["']?+\s*+((?:https?:/)?/[^\s"'<>]+)""", re.IGNORECASE)
_SIZES = re.compile(r"""\s(?:data-(?:lazy-)?)?srcset\s*=\s*+["']?+[\s,]*+(?!data:)([^"'<>]+)""", re.IGNORECASE)
_SIZE = re.compile(r"([^\s,]\S*+)(?:\s++(\d{1,5})[wx])?")
_WITHOUT_SCRIPTS = re.compile(
    r"<noscript\b[^<>]*>((?:(?!<noscript\b).){0,4000}?)</noscript\s*>", re.IGNORECASE | re.DOTALL
)
# Elements that end others which are open.
_ENDING = re.compile(r"<(?:h[1-6]|li|d[dt]|r[tp])\b")
_IMG = re.compile(r'<img(?:\s+[\w-]+="[^"]*")*\s*/?>')
_SRC = re.compile(r'\ssrc="([^"]*)"')
_ALT = re.compile(r'\salt="([^"]*)"')
_ONE_PIXEL = re.compile(r'\s(?:width|height)="\s*[01](?:px)?\s*"')
_COUNTER = re.compile(
    r"//(?:[\w-]+\.)*(?:pixel\.wp\.com|img\.spacergif\.org|stats\.wordpress\.com|doubleclick\.net|google-analytics\.com"
    r"|scorecardresearch\.com|pixel\.quantserve\.com|counter\.theguardian\.com|facebook\.com/tr\b"
    r"|met\.vgwort\.de|mc\.yandex\.ru/watch|counter\.yadro\.ru|px\.ads\.linkedin\.com|bat\.bing\.com|c\.statcounter\.com|xiti\.com"
    r"|feeds?\d?\.[\w.-]+/~(?:r|ff?|at?)/)|/(?:matomo|piwik)\.php\b|/pixel\.(?:gif|png)\b|[/_-](?:tracking|rss)[_-]pixel",
    re.IGNORECASE,
)
_EMOJI = re.compile(r"/emoji/|/emoticons?/|[/-]smil(?:ey|ie)s?/|/twemoji/", re.IGNORECASE)
_ORNAMENT = re.compile(
    r"//(?:[\w-]+\.)*(?:gravatar\.com|avatars\d?\.githubusercontent\.com|static\.addtoany\.com|s7\.addthis\.com|img\.shields\.io)/"
    r"|/(?:twitter|facebook)_icon"
    r"|/favicon\b|\.ico(?:\?|$)",
    re.IGNORECASE,
)
# What an outlet shows where an article has no picture: `feed-placeholder.png`, `no-image.jpg`. It is the whole name of the file, since
# words of a headline may be in it (`no-photo-ban.jpg`), and an address may ask for a placeholder while the picture loads.
_PLACEHOLDER = re.compile(
    r"\A[^?#]*/(?:[\w-]{0,80}placeholder(?:[-_]image)?|[\w-]{0,40}news_default_\d+x\d[^/?#]*+|no[-_]?(?:image|photo|picture)"
    r"|default[-_](?:image|img|thumb|share|og))(?:[-_]\d[\dx_-]*)?(?:\.\w{2,5})?(?:[?#]|\Z)",
    re.IGNORECASE,
)
_ADVERTISEMENT = re.compile(r"//[\w.-]*(?:amazon-adsystem|doubleclick|googlesyndication|adservice)\.", re.IGNORECASE)
_TINY = re.compile(r'\s(?:width|height)="\s*[1-4]?\d(?:px)?\s*"')
_PLAYER = re.compile(r"<(iframe|embed|video|audio|object)\b([^<>]*)>", re.IGNORECASE)
_PLAYER_END = re.compile(r"</(?:video|audio|object)\b", re.IGNORECASE)
_IS_ADDRESS = r"""\s*=\s*+["']?+\s*+((?:https?:)?//[^\s"'<>]+)"""  # the value of an attribute
_PLAYED = re.compile(rf"\s(?:(?:data-(?:\w{{1,20}}-)?)?src|data){_IS_ADDRESS}", re.IGNORECASE)
# Of a file of the player or of a <source> inside (not a picture or subtitles), which may lie beside the article; that of a frame is
# seldom relative. Not what a script is to fill in.
_FILE = re.compile(
    r"""(?:\A|<source\b)[^<>]*?\s(?:data-)?src\s*=\s*+["']?+\s*+((?!data:|blob:|[#{$[])[^\s"'<>]+)""", re.IGNORECASE
)
_POSTER = re.compile(r"""\sposter\s*=\s*+["']?+\s*+([^\s"'<>]+)""", re.IGNORECASE)
# A video, not one of a list (`videoseries`) or of a channel (`live_stream`), which the rest of the address names.
_YOUTUBE = re.compile(
    r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/(?!videoseries|live_stream)([\w-]{6,20})(?![\w-])"
)
# The quotation of a post, which scripts would load from the address of its only link, which is empty.
_QUOTED_POST = re.compile(
    r"""<blockquote\b[^<>]*>(?:\s|<p>)*<a [^<>]*?href="(https?:[^"]*)"[^<>]*>\s*</a>(?:\s|</p>)*</blockquote>"""
)
# Blocks that become a <div>, since our page has its own header, footer and main. Without any tag their text would run into the
# text around. Within an <applet> or <marquee> a paragraph does not end the one around it: if nothing stood in their place, it would, and
# open again all elements that are open, in each reader: 25 kB would take a gigabyte.
_DIVISION = re.compile(rf"<(/?)(?:{DIVISIONS}|applet|marquee)\b", re.IGNORECASE)
# An address with a user name, with slashes or backslashes in any number; or one that does not begin with `https?://`: nh3 treats
# `https:there` as absolute, which a browser does not, and does not check `cite`. Possessive, since an attribute may be very long.
_ODD_ADDRESS = re.compile(r'="(?:(?<=(?:ref|src|ite)=")(?!https?://[^/\\])|[^"/\\?#@]*+[/\\\s]*+[^"/\\?#@]*+@)')
_EMPTY = re.compile(
    r"<(p|div|figure|h[1-6])>(?:\s|&nbsp;|<br>)*</\1>|<(span|a|strong|em|b|i)(?: rel=\"[\w ]*\")?>(\s*)</\2>"
)
_SPACE = re.compile(r"\n\s*\n\s*")
_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)  # where white space matters
# HTML that was escaped twice: once its references are resolved, it begins with an element that has an end, or with a picture.
_ESCAPED = re.compile(
    r"(?:\s|&lt;!--(?:(?!--&gt;)[\s\S])*--&gt;)*+&lt;(?:img\s(?:(?!&gt;)[^<>]){0,500}src=(?:(?!&gt;)[^<>]){0,2000}&gt;|"
    r"(a|p|div|span|strong|em|ul|ol|table|figure|blockquote|h[1-6])\b(?=[\s\S]*&lt;/\1&gt;))",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n[ \t\r]*+\n\s*+")


def _cleaner(relative: object = "deny", each: Callable[[str, str, str], str | None] | None = None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_CONTENT_DROPPED.split()),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener",
        generic_attribute_prefixes=set(),
        attribute_filter=each,
        url_relative=relative,  # type: ignore[arg-type] # a callable, a pair or a word: nh3's own union
    )


_ABSOLUTE_ONLY = _cleaner()
_PLAIN_ADDRESSES = _cleaner(
    each=lambda _tag, name, value: address.absolute(value, "") if name in ("href", "src", "cite") else value
)


def sanitise(text: str, base: str, drops: Counter[str]) -> str:
    """Safe HTML with absolute addresses, from any text.

    Headings stay (h1 becomes h2, since our page has its own h1). A player becomes a link to what it plays, and the picture of an
    emoji becomes the emoji. Pictures of one pixel and of known trackers are removed. Dangerous markup is counted in `drops`.
    """
    if len(text) > MAX_LENGTH:
        drops["content-cut"] += 1
        text = text[:MAX_LENGTH]
    text = unescape(text) if "<" not in text and _ESCAPED.match(text) else text
    if len(fewer := with_fewer_tags(text)) < len(text):
        drops["content-cut"] += 1
        text = fewer
    text = without_shortcodes(clean(text)).strip()
    if "<" not in text:
        return _BLANK_LINES.sub("<br><br>", _escape(text).strip())
    text = with_unended_as_text(without_settings(text)).replace("<strike>", "<s>").replace("</strike>", "</s>")
    if "data-" in text or "srcset" in text:
        text = _PICTURE.sub(_with_address, text)
    if "noscript" in text:
        text = _with_pictures_for_all(text)
    lower = text.lower()
    if _DANGEROUS.search(lower) or "javascript:" in lower or _EVENT.search(lower):
        drops["unsafe-markup"] += 1
    text = _PLAYER.sub(lambda player: _linked(player, base), with_ends(_DIVISION.sub(_as_div, text)))
    text = with_bounded_look(text)
    cleaner = _ABSOLUTE_ONLY
    if _RELATIVE_HREF.search(lower) or _RELATIVE_SRC.search(lower):
        cleaner = _cleaner(lambda relative: address.absolute(relative, base))
    safe = _limited(cleaner, text, drops)
    # Sanitised again where a browser may read it in another way than nh3 wrote it, and end elements of the page around the text: nh3
    # makes `<h4><h2>` of `<h4><x><h2>`, and `<li><div><li>` of `<li><menu><div><li>` and `<li><div><table><li>`.
    safe = _limited(_ABSOLUTE_ONLY, safe, drops) if _ENDING.search(safe) else safe
    # Else no reference was resolved to an unwanted character, or to a part of one that was decoded wrongly.
    if "&" in text:
        safe = clean(safe)
    if _ODD_ADDRESS.search(safe):
        safe = _limited(_PLAIN_ADDRESSES, safe, drops)
    if "<h1" in safe:
        safe = safe.replace("<h1", "<h2").replace("</h1>", "</h2>")
    safe = _QUOTED_POST.sub(lambda post: _named(unescape(post[1]), ' rel="nofollow noopener"'), safe)
    if "<img" in safe:
        safe = _IMG.sub(lambda image: _wanted(image[0], drops), safe)
    parts = _CODE.split(safe) if "<pre" in safe else [safe]
    parts[::2] = [_SPACE.sub("\n", _EMPTY.sub(_nothing, part)) for part in parts[::2]]
    return "".join(parts).strip()


def _limited(cleaner: nh3.Cleaner, text: str, drops: Counter[str]) -> str:
    """Safe HTML with an end. Each time that it is read again it may grow: `<li><b><menu><li><li>` becomes `<li><b><li></li><li></li>`, and
    in this each point opens the `<b>` again."""
    safe = cleaner.clean(text)
    if len(safe) <= MAX_SAFE:
        return safe
    drops["content-cut"] += 1
    return _ABSOLUTE_ONLY.clean(_ABSOLUTE_ONLY.clean(text)[:MAX_SAFE])


# Functions, since `re.sub` expands a template such as `<\1div` slowly: it takes as long as the search.
def _as_div(tag: re.Match[str]) -> str:
    return f"<{tag[1]}div"


def _nothing(empty: re.Match[str]) -> str:
    return empty[3] or ""


def _escape(text: str) -> str:
    """Text without tags, with entities resolved once and special characters escaped."""
    return html.escape(clean(unescape(text)), quote=False) if "&" in text or ">" in text else text


def _with_address(picture: re.Match[str]) -> str:
    """The picture with the address that scripts would load, or else, if it has none, the widest of its `srcset`.

    It is inserted as the first `src`: of two equal attributes HTML uses the first.
    """
    if found := _LATER.search(picture[0]):
        return f'<img src="{found[1]}"{picture[0][4:]}'
    if _SHOWN.search(picture[0]) or not (listed := _SIZES.search(picture[0])):
        return picture[0]
    widest, _ = max(_SIZE.findall(listed[1]), key=lambda size: int(size[1] or 0))
    return f'<img src="{widest.rstrip(",")}"{picture[0][4:]}'


def _with_pictures_for_all(text: str) -> str:
    """The text with the pictures of its <noscript> elements in place of these, if all others only hold a place for what scripts load.

    Without such a place they are mostly those of trackers, and beside a picture that is shown the same in another size.
    """
    others = _PICTURE.findall(_WITHOUT_SCRIPTS.sub("", text))
    if not others or any(map(_SHOWN.search, others)):
        return text
    return _WITHOUT_SCRIPTS.sub(lambda hidden: "".join(_PICTURE.findall(hidden[1])), text)


def _linked(player: re.Match[str], base: str) -> str:
    """The player, preceded by the picture that it shows at first and by a link to what it plays; still to be sanitised."""
    name = player[1].lower()
    inside = player.string[player.end() : player.end() + 1000] if name in ("video", "audio", "object") else ""
    told = (player[2], _PLAYER_END.split(inside)[0])  # the address may be in a <source> or <embed> inside
    patterns = (_PLAYED, _FILE) if name in ("video", "audio") else (_PLAYED,)
    played = next((found for pattern in patterns for text in told if (found := pattern.search(text))), None)
    url = address.absolute(played[1], base) if played else None
    if url is None or is_counter(url) or is_advertisement(url):
        return player[0]
    if video := _YOUTUBE.match(url):
        url = f"https://www.youtube.com/watch?v={video[1]}"
    shown = _POSTER.search(player[2])
    poster = address.absolute(shown[1], base) if shown else None
    picture = f'<img src="{html.escape(poster)}" alt="">' if poster else ""
    return picture + _named(url) + player[0]


def _named(url: str, attributes: str = "") -> str:
    """A link whose text is its address. It is a <figcaption>, since captions never become part of a summary."""
    shown = cut(url.split("://", 1)[-1].removeprefix("www."), 60)
    link = f'<a href="{html.escape(url)}"{attributes}>{html.escape(shown)}</a>'
    return f"<figure><figcaption>{link}</figcaption></figure>"


def _wanted(image: str, drops: Counter[str]) -> str:
    source = _SRC.search(image)
    if source is None:
        return ""
    if _ONE_PIXEL.search(image) or is_counter(source[1]):
        drops["tracking-pixel"] += 1
        return ""
    meaning = _ALT.search(image) if _EMOJI.search(source[1]) else None
    return meaning[1] if meaning and 0 < len(meaning[1]) <= 30 else image


def is_counter(url: str) -> bool:
    """Whether an address is that of a tracking pixel."""
    return _COUNTER.search(url) is not None


def is_placeholder(url: str) -> bool:
    """Whether an address is that of a picture that stands for a missing one."""
    return _PLACEHOLDER.search(url) is not None


def is_advertisement(url: str) -> bool:
    """Whether an address is that of an advertisement."""
    return _ADVERTISEMENT.search(url) is not None


def _is_decoration(url: str) -> bool:
    return bool(_ORNAMENT.search(url) or _EMOJI.search(url)) or is_placeholder(url)


def first_image(safe: str) -> str | None:
    """The address of the first picture in sanitised HTML that may illustrate the text, or None.

    Portraits of authors (Gravatar), buttons, emoji, tiny pictures and placeholders do not.
    """
    for image in _IMG.finditer(safe) if "<img" in safe else ():
        source = _SRC.search(image[0])
        found = address.absolute(unescape(source[1]), "") if source else None
        if found and not (_TINY.search(image[0]) or _is_decoration(found)):
            return found
    return None
