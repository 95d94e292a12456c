"""Bad input 2 in a browser engine: hostile markup from feeds runs nothing, neither on pages under their policy nor (where
that does not help) on the same bytes without one. Pages that were not cleaned show that the browser would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from builders.process import get
from interop.seen import number, program, run
from interop.world import World, world
from servers.local import Server, answer

pytestmark = pytest.mark.interop

CODE = "new Image().src=`{ran}${{location.pathname}}`;document.title=`ran`"
ATTACKS = (
    "<script>RUN</script>",
    "<SCRIPT/XSS>RUN</SCRIPT>",
    "<scr<script>ipt>RUN</scr</script>ipt>",
    "<img src=x onerror='RUN'>",
    '<img src="x:x" onerror="RUN"//',
    "<img src=x oneonerrorrror='RUN'>",
    "<svg onload='RUN'>",
    "<svg><script>RUN</script></svg>",
    "<svg><animate onbegin='RUN' attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>RUN</script></svg>#x'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=RUN&gt;'>",
    "<math><mtext><mglyph><style><img src=x onerror='RUN'></style></mglyph></mtext></math>",
    "<iframe srcdoc='<script>parent.eval(`RUN`)</script>'></iframe>",
    "<iframe src='javascript:parent.eval(`RUN`)'></iframe>",
    "<object data='javascript:RUN'></object><embed src='javascript:RUN'>",
    "<form action='javascript:RUN'><button>go</button><input type=submit autofocus onfocus='RUN'></form>",
    "<button formaction='javascript:RUN' form=x>go</button>",
    "<details open ontoggle='RUN'><summary>more</summary></details>",
    "<video autoplay><source onerror='RUN'></video><audio src=x onerror='RUN'>",
    "<body onload='RUN' onpageshow='RUN'>",
    "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
    "<base href='javascript:RUN//'><a href='#'>base</a>",
    "<link rel=stylesheet href='data:text/css,*{}' onload='RUN'>",
    "<style onload='RUN'>*{}</style>",
    "<a href='javascript:RUN'>plain</a>",
    "<a href='JaVaScRiPt:RUN'>case</a>",
    "<a href='java&#9;script:RUN'>tab</a>",
    "<a href='java&NewLine;script&colon;RUN'>entities</a>",
    "<a href='&#1;javascript:RUN'>control</a>",
    "<a href='data:text/html,<script>RUN</script>' target=_self>data</a>",
    "<a href='https://a.example/' onclick='RUN' onmouseover='RUN' onfocus='RUN' autofocus tabindex=0>handlers</a>",
    "<p style='animation:x 1s' onanimationstart='RUN'>x</p><style>@keyframes x{}</style>",
    '<noscript><p title="</noscript><img src=x onerror=RUN>">',
    "<template><script>RUN</script></template><xmp><img src=x onerror='RUN'></xmp>",
    "<textarea><img title='</textarea><img src=x onerror=RUN>'></textarea>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror=RUN>'>",
    "<!--><img src=x onerror='RUN'>-->",
    "<![CDATA[><img src=x onerror='RUN'>]]>",
    "<img id=title name=title src=x><form id=document name=cookie>",
    "&lt;img src=x onerror='RUN'&gt;",
    "&amp;lt;script&amp;gt;RUN&amp;lt;/script&amp;gt;",
)
CLICK_ALL = """<script>
addEventListener("click", event => { if (event.target.closest("a")?.protocol.startsWith("http")) event.preventDefault() }, true);
addEventListener("submit", event => { if (!event.submitter?.formAction?.startsWith("javascript")) event.preventDefault() }, true);
for (const element of document.querySelectorAll("body *")) {
  for (const kind of ["mouseover", "focus", "toggle", "error", "load", "pointerdown"]) element.dispatchEvent(new Event(kind));
  element.click?.();
}
</script>"""


def feed(code: str) -> bytes:
    """An item for each attack, which stands in every field that a feed has."""
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    rows = []
    for at, attack in enumerate(ATTACKS):
        live = attack.replace("RUN", code)
        words = " ".join(f"word{at}x{n}" for n in range(60))
        html = escape(f"<p>The log of voyage {at}: {words}.</p>{live}<p>So ends the log: {words}.</p>")
        plain = escape(attack.replace("RUN", code))
        rows.append(
            f"<item><guid isPermaLink='false'>{at} {plain}</guid><title>Frigate{at} sails for harbour{at} {plain}</title>"
            f"<link>https://harbour.example/{at}?q={plain}</link><description>Report of voyage {at}. {plain}</description>"
            f"<pubDate>{date}</pubDate>"
            f"<content:encoded>{html}</content:encoded><category>{plain}</category><author>{plain}</author>"
            f"<source url='https://x.example/{plain}'>{plain}</source><dc:creator>{plain}</dc:creator>"
            f"<enclosure url='https://harbour.example/{at}.png?{plain}' type='image/png' length='1'/></item>"
        )
    spaces = "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    title = escape(ATTACKS[3].replace("RUN", code))
    head = f"<title>{title}</title><link>https://harbour.example/</link><description>{title}</description>"
    return f"<rss version='2.0' {spaces}><channel>{head}{''.join(rows)}</channel></rss>".encode()


class Canary:
    """A host that hears of every script that ran, and shows pages without any policy."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.code = CODE.format(ran=server.url("/ran?"))

    def heard(self) -> set[str]:
        """The pages on which a script ran."""
        return {request.target.partition("?")[2] for request in self.server.asked("/ran")}

    def open(self, address: str, seconds: int = 2) -> str:
        """The page as the browser has it after so much of its own time."""
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--virtual-time-budget={seconds * 1000}", "--dump-dom"]
        return run([program("chromium"), *flags, f"--user-data-dir={self.folder / 'profile'}", address], self.folder)

    def bare(self, pages: Mapping[str, bytes]) -> set[str]:
        """Shown without a policy, with everything on them clicked, hovered and focused: on which of them something ran."""
        for name, page in pages.items():
            body = page.replace(b"</body>", CLICK_ALL.encode() + b"</body>")
            self.server.routes[f"/page/{name}"] = answer(body, content_type="text/html; charset=utf-8")
        frames = "".join(f"<iframe src='/page/{name}'></iframe>" for name in pages)
        self.server.routes["/all"] = answer(f"<!doctype html><body>{frames}".encode(), content_type="text/html")
        self.open(self.server.url("/all"), 10)
        assert all(self.server.asked(f"/page/{name}") for name in pages), "each was looked at"
        return {one.removeprefix("/page/") for one in self.heard()} & pages.keys()


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    with Server() as server:
        server.routes["/ran"] = answer(b"", "204 No Content")
        yield Canary(server, tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[World]:
    def begin(made: World) -> None:
        made.server.routes["/harbour"] = answer(feed(canary.code), content_type="application/rss+xml")
        for outlet in ("wire", "tidende"):
            made.publish(outlet)
        made.poll()

    with world(tmp_path_factory.mktemp("site"), begin) as made:
        yield made


def stories(site: World) -> list[str]:
    page = get(f"{site.root}/latest")[1].decode()
    return sorted(set(re.findall(r'href="([^"]*/stories/[0-9a-f-]+)"', page)))


def test_no_markup_of_a_feed_runs_on_any_page(site: World, canary: Canary, checked: list[str]) -> None:
    own = [path if path.startswith("/") else path.removeprefix(site.root) for path in stories(site)]
    assert len(own) >= len(ATTACKS) // 2
    hostile = quote(ATTACKS[3].replace("RUN", canary.code))
    others = [
        "/",
        "/latest",
        "/sections/defense",
        "/sources",
        "/sources/harbour",
        "/search?q=frigate",
        f"/search?q={hostile}",
    ]
    pages = {f"own{at}": get(site.root + path)[1] for at, path in enumerate([*own, *others])}
    assert sum(b"The log of voyage" in page for page in pages.values()) > len(ATTACKS) // 2, "with their texts"
    assert canary.bare(pages) == set()
    for path in (*own[:3], *others, "/latest.rss", "/latest.atom", "/latest.json", "/sources.atom", "/api/v1/items"):
        assert not re.search(r"<title[^>]*>ran</title>", canary.open(site.root + path)), path
    assert canary.heard() == set()
    raw = {
        f"raw{at}": f"<!doctype html><html><body>{attack.replace('RUN', canary.code)}</body></html>".encode()
        for at, attack in enumerate(ATTACKS)
    }
    alive = canary.bare(raw)
    assert len(alive) > 15, f"a page that holds them as they came runs {sorted(alive)}"
    version = number(run([program("chromium"), "--version"], canary.folder))
    checked.append(
        f"Chromium {version}: {len(ATTACKS)} attacks in every field of a feed, of which {len(alive)} run as they come; "
        f"{len(pages)} pages, nothing ran"
    )
