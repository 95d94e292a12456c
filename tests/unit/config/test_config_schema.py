"""The JSON Schema for editors and the page about the file keep up with the model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from aggregator.config import schema as model
from aggregator.config.compile import compile_texts
from aggregator.errors import ConfigError
from aggregator.text.regions import REGIONS


class Yaml12(yaml.SafeLoader):
    """As editors read YAML: of the plain scalars only true, false, null and numbers are no text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 # PyYAML's own way of declaring it


Yaml12.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), ["~", "n", ""])
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), list("-+0123456789"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]*\.[0-9]+$"), list("-+.0123456789"))


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(model.json_schema()))


def accepts(text: str) -> bool:
    return bool(validator().is_valid(yaml.load(text, Loader=Yaml12)))


def test_the_shipped_schema_is_current(docs: Path) -> None:
    shipped = (docs / "feeds.schema.json").read_text(encoding="utf-8")
    assert shipped == model.json_schema(), "run: python -m aggregator.config.schema > docs/feeds.schema.json"


def test_the_schema_is_one(docs: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((docs / "feeds.schema.json").read_text(encoding="utf-8")))


def test_a_default_is_what_may_be_written(docs: Path) -> None:
    """A text editor writes it for a key that is completed."""
    schema = json.loads((docs / "feeds.schema.json").read_text(encoding="utf-8"))
    keys = {
        (table, key): of
        for table, shape in {"": schema, **schema["$defs"]}.items()
        for key, of in shape["properties"].items()
        if "default" in of
    }
    assert {(table, key): of["default"] for (table, key), of in keys.items() if table == "Defaults"} == {
        ("Defaults", "every"): "15m",
        ("Defaults", "keep"): "90d",
        ("Defaults", "retry_after"): "host",
    }
    for of in keys.values():
        jsonschema.validate(of["default"], of)


def test_the_default_file_names_and_passes_it(default_file: Path) -> None:
    text = default_file.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=docs/feeds.schema.json\n")
    errors = [error.json_path for error in validator().iter_errors(yaml.load(text, Loader=Yaml12))]
    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "sections: [{id: a, words: [2024, {quad: 2}, {all: [a, b]}, {all: [a | c, b], unless: [d], weight: 3}], places: [NO, {CN: 2}]}]",
        "sources: [{name: 20 Minutes, url: 'https://${HOST}/', every: 5m, enabled: false, labels: {x: 1}}]",
        "sources: [{name: 24 heures, id: 24, was: [20], url: 'https://a.example/', section: 7}]\nsections: [{id: 7}]",
        "topics:\nsections: [{id: a, words: , not: , examples: }]\nstories: {join: , split: , pin: }\nallow_private:",
        "site:\ndefaults:\nstories:\nsources: [{name: A, url: https://a.example/, labels: , headers: }]",
        "publishers: [{name: A, labels: }]",
        "sources: [{name: A, url: HTTPS://a.example/, wrapper: 'true', full_text: \"false\"}]",
        "defaults: {every: '${EVERY}'}\nsources: [{name: A, id: '${HERE}', url: https://a.example/, section: '${HERE}'}]\n"
        "sections: [{id: '${HERE}'}]",
        "stories: {join: [[https://a.example/, https://b.example/]], pin: [{url: https://a.example/, section: world}]}",
        "site: {reload: '${RELOAD}', cors: '${CORS}', language: '${LANG}'}\ndefaults: {retry_after: '${WHO}'}",
    ],
)
def test_both_accept(text: str) -> None:
    known = {
        "HOST": "a.example",
        "EVERY": "5m",
        "HERE": "home",
        "RELOAD": "manual",
        "CORS": "false",
        "LANG": "de",
        "WHO": "host",
    }
    compile_texts({"f": text}, known)
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "sorces: []",
        "",
        "publishers: [null]",
        "sources: [{name: A}]",
        "sources: [{name: A, url: ftp://a.example/}]",
        "sources: [{name: A, url: https://a.example/, every: 5 minutes}]",
        "sources: [{name: A, url: https://a.example/, enabled: yes}]",
        "sections: [{id: Big News}]",
        "sections: [{id: a, words: [{x: 0}]}]",
        "sections: [{id: a, words: [{all: [x]}]}]",
        "sections: [{id: a, words: x}]",
        "sections: [{id: a, words: [b], not: [{x: 1}]}]",
        "site: {reload: sometimes}",
        "stories: {join: [[https://a.example/]]}",
        "site: {title: ' '}",
        "site: {language: english}",
        "site: {contact: ''}",
        "publishers: [{name: A, labels: {Country: GB}}]",
        *(
            f"sources: [{{name: A, url: https://a.example/, {key}: }}]"
            for key in ("id", "publisher", "every", "section", "lang", "retry_after")
        ),
        "sections: [{id: a, title: }]",
        "stories: {pin: [{url: https://a.example/, section: world, until: }]}",
    ],
)
def test_both_refuse(text: str) -> None:
    with pytest.raises(ConfigError):
        compile_texts({"f": text}, {})
    assert not accepts(text)


TABLES: dict[str, type[model.Entry]] = {
    "site": model.Site,
    "defaults": model.Defaults,
    "publishers": model.Publisher,
    "sources": model.Source,
    "sections": model.Rules,
    "stories": model.Stories,
    "pin": model.Pin,
    "top": model.FeedsFile,
}


def keys() -> Iterator[tuple[str, str]]:
    for table, entry in TABLES.items():
        for name, field in entry.model_fields.items():
            yield table, field.alias or name


@pytest.mark.parametrize(("table", "key"), list(keys()))
def test_every_key_is_documented(table: str, key: str, docs: Path) -> None:
    """In the section of its table, as the first cell of a row: | `key` | …"""
    page = (docs / "configuration.md").read_text(encoding="utf-8")
    heading = "## The file\n" if table == "top" else f"## `{table}`\n"
    assert page.count(heading) == 1
    part = page.split(heading)[1].split("\n## ")[0]
    assert re.search(rf"^\| `{re.escape(key)}` \| \S", part, re.MULTILINE)


def test_no_key_is_documented_that_does_not_exist(docs: Path) -> None:
    page = (docs / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    assert documented == {key for _, key in keys()}


def test_every_region_and_group_is_documented_and_no_other(docs: Path) -> None:
    page = (docs / "configuration.md").read_text(encoding="utf-8")
    part = page.split("These are all regions and groups:\n\n")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z0-9-]+)`", part)) == set(REGIONS)


def test_the_examples_of_the_page_hold(docs: Path) -> None:
    page = (docs / "configuration.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 8
    sections = "sections: [{id: europe, words: [x]}, {id: defense, words: [y]}]\n"
    for block in blocks:
        text = block if re.search(r"^sections:", block, re.MULTILINE) else block + sections
        texts = {"f": text, "sources-asia.yaml": "sources: []\n"}
        settings, warnings, _ = compile_texts(texts, {"WIRE_TOKEN": "x"})
        assert settings.sections
        assert not warnings, block
