"""Adds new sources to the configured file. They get names and ids, the whole file is validated, and it is replaced atomically."""

from __future__ import annotations

import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Timer

import ada_url
from msgspec.structs import replace

from aggregator.addresses import host_of
from aggregator.bootstrap import Application, Installation
from aggregator.cli.publisher_doubts import doubts
from aggregator.cli.terminal import say
from aggregator.config.characters import unwrapped
from aggregator.config.edit import JOINERS, NewSource, alone, append_sources, replace_file, saved_meanwhile
from aggregator.errors import AggregatorError, ConfigError
from aggregator.model.settings import Source
from aggregator.normalise.address import canonical
from aggregator.normalise.characters import one_line

LONGEST = 100  # characters of a name
SLOW = 2  # seconds after which a wait is told


def bare_url(url: str) -> str:
    """The web address in what somebody typed or copied: without quotes and the like (`unwrapped`), and without the scheme feed: that some
    readers use (`feed://host`, `feed:https://host`)."""
    url = unwrapped(url)
    return re.sub("^feed:(//)?(?=https?://)", "", re.sub("^feed://(?!https?:)", "http://", url, flags=re.I), flags=re.I)


def same_address(url: str) -> str:
    """A form of an address that is equal for two addresses of the same feed: without scheme, www, fragment, trailing slash and `utm_…`, and
    with the same escapes. (`canonical` alone would drop more parameters, which may tell one feed of a site from another.)"""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return url
    kept = "&".join(one for one in parsed.search.removeprefix("?").split("&") if not one.startswith("utm_"))
    parsed.hash = parsed.search = ""
    return f"{canonical(parsed.href)}?{kept}"


def present(application: Application) -> dict[str, Source]:
    """`same_address` → configured source. An address with variables is known by their values."""
    from aggregator.config.environment import expand

    return {same_address(expand(source.url, os.environ)): source for source in application.settings.sources}


class NewNames:
    """Gives names and ids that are not in use yet."""

    def __init__(self, sources: Iterable[Source]) -> None:
        listed = list(sources)
        self._ids = {id for source in listed for id in (source.id, *source.was)}
        self._counts: dict[str, int] = {}  # slug → highest number appended to it so far

    def give(self, name: str, url: str) -> NewSource:
        """A source with this name. It has an explicit id only if the slug of the name is taken or empty."""
        from aggregator.config.scalars import MAX_ID, slug

        host = (host_of(url) or "source").removeprefix("www.")
        shown = one_line(name)[:LONGEST].strip(f" {JOINERS}") or host
        wanted = slug(shown)
        stem = wanted or slug(host.replace(".", "-")) or "source"
        id, count = stem, self._counts.get(stem, 1)
        while id in self._ids:
            count += 1
            end = f"-{count}"
            id = stem[: MAX_ID - len(end)].rstrip("-") + end
        self._ids.add(id)
        self._counts[stem] = count
        return NewSource(shown, url, None if id == wanted else id)


def with_publisher(application: Application, source: NewSource) -> NewSource:
    """The source with the publisher that `publishers:` lists for its host, unless its name already leads to that publisher."""
    known = application.outlets.at(host_of(source.url) or "")
    if known is None or application.outlets.named(source.name) is known:
        return source
    return replace(source, publisher=known.name)


@contextmanager
def editing(installation: Installation) -> Iterator[Application]:
    """A context with the configuration in the file, which no other `add` or `import` changes meanwhile: each adds to what the one before
    it wrote."""
    slow = Timer(
        SLOW,
        say,
        [f"{installation.config}: waiting for another `add` or `import` that is writing it (Ctrl-C ends this one)"],
    )
    slow.daemon = True  # a Ctrl-C ends this process
    with ExitStack() as kept:
        slow.start()
        try:
            kept.enter_context(alone(installation.config))
        finally:
            slow.cancel()
        yield Application.load(installation)


def append(application: Application, sources: Sequence[NewSource]) -> list[Source]:
    """Append sources to the configured file (in the context of `editing`), and print warnings about them. Returns them as they are read
    from it.

    Raises:
        AggregatorError: the file would become invalid, or cannot be written; it stays as it was.
    """
    from aggregator.config.compile import compile_texts
    from aggregator.pipeline.edits.changes import Changes, changes

    path, settings = application.installation.config, application.settings
    before = path.read_bytes()
    held, read = before.removeprefix(BOM_UTF8), settings.texts[settings.main]
    if held != read.encode():
        raise saved_meanwhile(path)
    text = append_sources(read, sources)
    try:
        fresh, *_ = compile_texts({**settings.texts, settings.main: text}, os.environ)
    except ConfigError as error:
        raise AggregatorError(
            f"{path} would be invalid with these additions, and was left unchanged:\n{error}"
        ) from error
    found = changes(settings, fresh)
    added = replace(found, sources=replace(found.sources, added=()))
    if added != Changes() or len(found.sources.added) != len(sources):
        raise AggregatorError(
            f"{path}: the sources cannot be added without changing something else; nothing was written"
        )
    replace_file(path, before, before[: len(before) - len(held)] + text.encode())
    for line in doubts(fresh, set(found.sources.added)):
        print(line, file=sys.stderr)
    return [source for source in fresh.sources if source.id in found.sources.added]


def hint_to_apply(application: Application, what: str) -> None:
    """Print that additions wait for `apply`, if `reload: manual` is set."""
    if application.settings.site.reload == "manual":
        print(f"`aggregator apply` puts {what} in force.")
