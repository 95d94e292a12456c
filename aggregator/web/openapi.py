"""/openapi.json: OpenAPI 3.1, generated from the application's routes, the descriptions of views and the shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from aggregator import __version__
from aggregator.render.formats import FORMATS
from aggregator.web import parameters, shapes
from aggregator.web.queries import MAX_PUBLISHERS
from aggregator.web.ranking import CANDIDATES
from aggregator.web.routes import Operation
from aggregator.web.terms import MAX_QUERY, MAX_TERMS, MAX_WORDS

TEXT: dict[str, Any] = {"type": "string", "maxLength": parameters.MAX_VALUE}
MOMENT: dict[str, Any] = {"type": "string", "examples": ["2026-11-24T12:00:00Z", "24h", "7d"]}

QUERY: dict[str, tuple[dict[str, Any], str]] = {
    "q": (
        {"type": "string", "maxLength": MAX_QUERY},
        f'Words, beginnings of words (missile*: three letters or more), "phrases" and -minus, at most {MAX_TERMS} (in all '
        f"phrases {MAX_WORDS} words). All must occur in the "
        "headline and summary of one report (texts of articles are not searched); of those joined by OR in capitals, any "
        "one: `drone OR missile strike` is (drone OR missile) and strike. What has a minus (or NOT) must occur in no report of the "
        "story. Parentheses change the grouping; a minus before a group excludes each of its words. A word is also found in the plural or "
        "singular and in its other spellings, unless it is in quotes or `lang` asks for another language than English.",
    ),
    "section": (TEXT, "Id of a section."),
    "topic": (TEXT, "Id of a topic."),
    "source": (TEXT, "Id of a source."),
    "publisher": (
        TEXT,
        "Name of a publisher, in upper or lower case, with or without accents and `The` (not if only wrappers name it).",
    ),
    "label": (TEXT, "Label of sources or publishers: `public` or `owner:public`, in upper or lower case."),
    "lang": (
        TEXT,
        "Language that an item, its feed or `lang` of its source names; otherwise the language recognised. `en` finds `en-GB` too.",
    ),
    "since": (
        MOMENT,
        "Published from this time on, such as `2026-11-24T12:00:00Z` or `2026-11-24` (in UTC unless it names a zone), or within this age, "
        "such as `24h` or `7d`.",
    ),
    "until": (
        MOMENT,
        "Published before this time, in the same forms. A time before `since` is refused, and so is an age above that of `since`.",
    ),
    "min_publishers": (
        {"type": "integer", "minimum": 1, "maximum": MAX_PUBLISHERS},
        "Only stories that at least this many independent outlets report. A story enters when the last of them joins. An outlet that only "
        "prints a text of an agency or press service that another had already, or links to another's article, is listed, but not counted.",
    ),
    "primary": (
        {"type": "string", "enum": ["0", "1", "true", "false"]},
        "`1`: only stories whose primary section is the requested one. A story may be in several sections, one of which is primary. Where "
        "no section is requested, this changes nothing.",
    ),
    "view": (
        {"type": "string", "enum": ["stories", "items"]},
        "`stories`, or the `items` that they consist of (default under /sources).",
    ),
    "limit": (
        {"type": "integer", "minimum": parameters.LIMITS[0], "maximum": parameters.LIMITS[1]},
        "Number of entries. Default: of feeds, all of the last 48 hours, at least 50 and at most 500; of pages, 100 (200 of a month); in "
        "the API, 50 stories or items, or 500 sections, topics or sources.",
    ),
    "order": (
        {"type": "string", "enum": list(parameters.ORDERS)},
        "Order of a search with `q`: the newest first (default), or by relevance, which ranks the "
        f"{CANDIDATES} newest results, best match first. Feeds always list the newest first.",
    ),
    "page": (
        {"type": "integer", "minimum": parameters.PAGES[0], "maximum": parameters.PAGES[1]},
        "Which part of a long month, the newest first.",
    ),
    "of": (
        {"type": "string", "enum": ["sections", "topics", "sources"]},
        "Whose feeds: `sections` (default), `topics` or `sources`.",
    ),
    "cursor": ({"type": "string"}, "Where to continue: `next` of the previous response."),
    "changed_since": (
        MOMENT,
        "Only what changed since this time or within this age, in order of change, oldest first.\n\n"
        "To keep a copy, give the `changed_until` of the last page of the previous response: the archive's own time, which does not depend "
        "on clocks. Store what is listed, then delete what `removed` names: ids of what the editor hid, and of stories that left the "
        "requested `section` or `topic`, whether you have them or not. A story that was merged into another is not listed: the other one "
        "names it under `merged`. An item is listed once it is in a story, and again when its text or its place changes.\n\n"
        "What no longer meets another parameter is not reported. So request all changes first, then those with the parameter, and delete "
        "what the first response lists and the second does not; in this way, too, a list of items finds those that left its `section` or "
        "`topic`. Items whose story reaches `min_publishers` because another outlet joined "
        "it are not reported either.\n\n"
        "These changes are not reported: what receipts say of sections and topics that stay, related stories, ids of renamed sources, "
        "what an edited `label` finds, a removed section or topic that an item without its text (after `keep`) held, and, after an edit "
        "of `full_text` or `republish_full_text`, which texts of articles are given.",
    ),
}
STATUS = {
    200: "The response",
    301: "It has another address now: the story was merged into another, or the section, topic or source renamed, or it is "
    "in lower case",
    304: "Not modified since the response that the client has",
    400: "A parameter is invalid, or not one of this address",
    404: "Not found",
    503: "Not available at the moment",
}
PATTERNS = {
    "slug": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,99}$"},
    "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
    "format": {"type": "string", "enum": list(FORMATS)},
}
TAGS = {
    "api": "JSON",
    "feeds": "RSS, Atom and JSON Feed, and lists of feeds (OPML)",
    "pages": "For people",
    "system": "For those who operate the service",
}
"""What the groups of addresses are, by the names of their blueprints."""
NAMED = (shapes.JsonFeed, shapes.Moved, shapes.Problem)
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
"""A variable part of a route: its converter, if any, and its name."""


def described_routes(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """The routes with a description (`Operation`). The others (static files) are not for programs."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation is not None:
            yield rule, operation


def description(app: Flask, title: str, root: str) -> dict[str, Any]:
    routes = list(described_routes(app))
    types = {shape for _, operation in routes for shape in operation.gives.values() if shape is not str}
    _, components = msgspec.json.schema_components(
        [*sorted(types, key=lambda shape: str(shape.__name__)), *NAMED], ref_template="#/components/schemas/{name}"
    )
    for schema in components.values():
        if "description" in schema:  # a docstring, with the line breaks of the code
            schema["description"] = " ".join(schema["description"].split())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": __version__,
            "description": "Feeds, pages and a JSON API of news stories, each with the outlets that report it and the "
            "reason for its place. An address without extension is the page; with `.rss`, `.atom` or `.json` it is the feed.",
        },
        "servers": [{"url": root}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [],  # it asks for no credentials
        "paths": {path(rule): {"get": _operation(rule, operation)} for rule, operation in routes},
        "components": {"schemas": dict(sorted(components.items()))},
    }


def path(rule: Rule) -> str:
    """A route as OpenAPI writes it: /sections/{id}.{extension}."""
    return _ARGUMENT.sub(r"{\2}", rule.rule)


def _operation(rule: Rule, operation: Operation) -> dict[str, Any]:
    usual = {304: operation.conditional, 400: operation.strict, 404: rule.arguments}
    fails = sorted({*operation.fails, *(code for code, given in usual.items() if given)})
    kinds = ["application/problem+json" if rule.rule.startswith("/api/") else "text/plain"]
    # Browsers get errors as a page: 404 always (also for an unknown extension), 400 only from addresses of pages.
    shown = () if kinds[0] != "text/plain" else (400, 404) if "text/html" in operation.gives else (404,)
    return {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": operation.summary,
        "parameters": [*_of_path(rule), *_of_query(operation)],
        "responses": {
            "200": {"description": STATUS[200], "content": {kind: {"schema": _schema(of)} for kind, of in operation.gives.items()}},
            **{str(code): _failure(code, [*kinds, "text/html"] if code in shown else kinds) for code in fails},
        },
    }  # fmt: skip


def _failure(code: int, kinds: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": STATUS[code]}
    if code == 301 and "json" in kinds[0]:
        found["content"] = {"application/json": {"schema": _schema(shapes.Moved)}}
    if code >= 400:
        found["content"] = {kind: {"schema": _schema(shapes.Problem if "json" in kind else str)} for kind in kinds}
    return found


def _schema(of: Any) -> dict[str, Any]:
    return {"type": "string"} if of is str else {"$ref": f"#/components/schemas/{of.__name__}"}


def _of_path(rule: Rule) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": PATTERNS.get(kind, {"type": "string"})}
        for kind, name in _ARGUMENT.findall(rule.rule)
    ]


def _of_query(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "description": QUERY[name][1], "schema": QUERY[name][0]}
        for name in operation.takes
    ]
