"""/openapi.json says what the application does: no route, parameter or status is missing from it, none is invented."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from newsroom import Newsroom

from aggregator.render.formats import FORMATS
from aggregator.web import parameters

UNDESCRIBED = {"/static/{name}", "/favicon.ico", "/robots.txt"}
FILLED = {"extension": "json", "month": "2026-11", "id": "defense"}


@pytest.fixture(scope="module")
def described(newsroom: Newsroom) -> Any:
    return newsroom.client.get("/openapi.json").get_json()


def test_it_is_openapi(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "https://wire.example.org/news"}]
    assert described["security"] == []  # it asks for no credentials; a description that is silent leaves that open
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert "\n" not in schema.get("description", "")  # a line break there would be that of a docstring
    for reference in re.findall(r'"\$ref": ?"#/components/schemas/(\w+)"', str(described).replace("'", '"')):
        assert reference in described["components"]["schemas"]


def test_every_operation_has_one_of_the_groups_that_are_told(described: Any) -> None:
    """Programs that show the description put operations without one under "default"."""
    used = [one["get"]["tags"] for one in described["paths"].values()]
    assert {(one["name"],) for one in described["tags"]} == set(map(tuple, used))
    assert all(one["description"] for one in described["tags"])
    assert described["paths"]["/api/v1/stories"]["get"]["tags"] == ["api"]


def test_every_route_is_described_and_no_other(client: FlaskClient, described: Any) -> None:
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in client.application.url_map.iter_rules()}
    assert set(described["paths"]) == routes - UNDESCRIBED


def test_parameters_of_the_description_are_those_that_count(client: FlaskClient, described: Any) -> None:
    """A parameter that is described is looked at: nonsense in it is refused. One that is not is refused as well, or means nothing."""
    nonsense = dict.fromkeys((*parameters.STREAM, "cursor", "changed_since", "of"), "\x01")
    for address, of in described["paths"].items():
        known = {one["name"] for one in of["get"]["parameters"] if one["in"] == "query"}
        for name, value in nonsense.items():
            got = client.get(_filled(address), query_string={name: value})
            assert got.status_code == 400 or name not in known, (address, name)
            if got.status_code == 400 and name not in known:
                assert f"`{name}` means nothing here" in got.text, (address, name)


def _filled(address: str, **values: str) -> str:
    if address.startswith("/topics/"):
        values = {"id": "nato", **values}
    if address.startswith("/sources/"):
        values = {"id": "kyodo", **values}
    return re.sub(r"\{(\w+)\}", lambda found: {**FILLED, **values}[found[1]], address)


def _asked(described: Any) -> list[tuple[str, str]]:
    return [(address, _filled(address, **values)) for address in described["paths"] for values in _variants(address)]


def _variants(address: str) -> list[dict[str, str]]:
    ids = ("defense", "nato", "kyodo", "none", "00000000-0000-0000-0000-000000000000") if "{id}" in address else ("",)
    months = ("2026-11", "2026-13") if "{month}" in address else ("",)
    kinds = ("rss", "atom", "json", "xml") if "{extension}" in address else ("",)
    return [{"id": id, "month": month, "extension": kind} for id, month, kind in product(ids, months, kinds)]


def _strict(described: Any) -> Any:
    """The schemas as clients generated from them read them (in Go, or with pydantic): a field that is not described is an error."""
    components = {name: dict(schema) for name, schema in described["components"]["schemas"].items()}
    for schema in components.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return {"components": {"schemas": components}}


def test_answers_are_those_that_are_described(client: FlaskClient, described: Any) -> None:
    schemas = _strict(described)
    for address, asked in _asked(described):
        responses = described["paths"][address]["get"]["responses"]
        for query, headers in (
            ("", {}), ("?limit=0", {}), ("?limit=2", {}), ("", {"If-None-Match": "*"}), ("?limit=0", {"Accept": "text/html"}),
        ):  # fmt: skip
            got = client.get(asked + query, headers=headers)
            assert str(got.status_code) in responses, (asked, got.status_code)
            if got.status_code == 304:
                continue
            content = responses[str(got.status_code)].get("content", {})
            assert got.mimetype in content, (asked, got.mimetype)
            if got.is_json:
                schema = {**content[got.mimetype]["schema"], **schemas}
                jsonschema.validate(got.get_json(), schema, cls=jsonschema.Draft202012Validator)


def test_numbers_that_grow_for_years_have_a_wide_type(described: Any) -> None:
    """Generated clients (Go, Java, Rust) read an integer without a format as 32 bits. With 2 GiB
    saved by 304 the list of sources was an error for them."""
    for name in ("Source", "Status", "Rules"):
        for field, schema in described["components"]["schemas"][name]["properties"].items():
            one = schema.get("additionalProperties", schema)
            assert one.get("type") != "integer" or one.get("format") == "int64", (name, field)


@pytest.mark.parametrize("name", ["stories", "items", "sections", "topics", "sources"])
def test_shapes_name_every_field(client: FlaskClient, described: Any, name: str) -> None:
    row = client.get(f"/api/v1/{name}").get_json()[name][0]
    shape = {"stories": "Story", "items": "Item", "sections": "Rules", "topics": "Rules", "sources": "Source"}[name]
    assert set(row) == set(described["components"]["schemas"][shape]["properties"])
    if name in ("stories", "items"):
        full = client.get(f"/api/v1/{name}/{row['id']}").get_json()
        assert set(full) == set(described["components"]["schemas"][f"{shape}InFull"]["properties"])


@pytest.mark.parametrize("address", ["/latest.json", "/sources/kyodo.json"])
def test_what_json_feed_has_no_fields_for_is_described(client: FlaskClient, described: Any, address: str) -> None:
    schemas = described["components"]["schemas"]
    entry = client.get(address).get_json()["items"][0]
    assert set(entry) <= set(schemas["JsonFeedItem"]["properties"])
    assert set(entry["_aggregator"]) == set(schemas["Placement"]["properties"])
    receipt = entry["_aggregator"]["receipts"][0]
    assert set(receipt) == set(schemas["Receipt"]["properties"])
    page = client.get(entry["_aggregator"]["about"].partition("example.org")[2]).text
    assert "<code>_aggregator</code>" in page


def test_the_help_page_links_it_and_lists_parameters(client: FlaskClient, described: Any) -> None:
    text = client.get("/docs").text
    assert 'href="/news/openapi.json"' in text
    for name in parameters.STREAM:
        assert f"<code>{name}</code>" in text
    assert all(f"<code>.{extension}</code>" in text for extension in FORMATS)
    for address in described["paths"]:
        assert address in text.replace("&amp;", "&")
