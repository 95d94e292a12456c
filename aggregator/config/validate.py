"""Validates a tree against the schema. Each error becomes a Problem with its position."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aggregator.config import scalars
from aggregator.config.environment import quoted
from aggregator.config.schema import Entry, FeedsFile, IncludedFile
from aggregator.config.suggest import closest, did_you_mean
from aggregator.config.syntax import BLANK, DASHES, NO_SPACE, NO_SPACE_BEHIND_DASH, no_space
from aggregator.config.tree import Table, kind
from aggregator.errors import Problem
from aggregator.model.settings import Position

Schema = TypeVar("Schema", bound=Entry)
Path = tuple[int | str, ...]
ROUNDS = 4  # an invalid value is removed, then the entry that requires it, then what requires that entry


def validate(tree: Table, schema: type[Schema]) -> tuple[Schema | None, list[Problem]]:
    """The values (None if none remain) and the errors.

    A node with an error is removed from the tree and the rest is validated again, so that references between entries are checked in the
    same run.
    """
    problems: list[Problem] = []
    for _ in range(ROUNDS):
        try:
            return schema.model_validate(tree), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        if not problems:  # later rounds only find errors caused by the removal
            problems = [_problem(tree, schema, detail) for detail in details]
        _take_out(tree, [detail["loc"][:-1] if detail["type"] == "missing" else detail["loc"] for detail in details])
    return None, problems


def _take_out(tree: Table, faults: list[Path]) -> None:
    """Removes invalid nodes: values with their keys, and entries of lists. Later entries are removed first, so that the indices of earlier
    ones stay valid."""
    for path in sorted(set(faults), key=_order, reverse=True):
        node: Any = tree
        try:
            for step in path[:-1]:
                node = node[step]
            del node[path[-1]]
        except (KeyError, IndexError, TypeError):  # removed already, with the node that contained it
            continue


def _order(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _problem(tree: Table, schema: type[Entry], detail: ErrorDetails) -> Problem:
    at, parent = _locate(tree, detail["loc"])
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    message = detail["msg"]
    match detail["type"]:
        case "extra_forbidden":
            value_at, at = at, parent.keys_at.get(key, at) if isinstance(parent, Table) else at
            message = _unknown(key, schema, detail["loc"])
            # As `daily` in {name: News, daily}: no colon stands between key and value.
            bare = detail["input"] == "" and value_at.column == at.column + len(key)
            if bare and "; did you mean" not in message:
                message += "; in { } quote text that contains a comma"
        case "missing":
            message = f"`{key}` is missing here"
        case "list_type":
            how = _dashed(detail["input"]) or f"write {_as_list(schema, detail['loc'])}"
            message = f"expected a list, found {kind(detail['input'])}; {how}"
        case "model_type":
            found = detail["input"] if isinstance(detail["input"], str) else ""
            if blank := BLANK.match(found):
                return Position(at.file, at.line, at.column + blank.start(1), at.included).problem(no_space(blank[1]))
            glued = re.match(r"[\w-]+:(?!//)\S", found)
            how = NO_SPACE if glued else _as_table(_model(schema, detail["loc"]))
            message = f"expected a table of keys and values, found {kind(detail['input'])}; {how}"
        case "too_short":
            message = "expected at least two addresses, of articles that tell one story"
        case "value_error":
            wrong = detail["ctx"]["error"]
            message = str(wrong)
            if key in _required(_model(schema, detail["loc"][:-1])):
                message = message.removesuffix(scalars.OR_NOT)
            if detail["loc"][:1] == ("stories",) and isinstance(detail["input"], Table) and "url" in detail["input"]:
                message += "; write the address alone, without `url:`"  # which it has under `pin`
            at = wrong.at if isinstance(wrong, scalars.Wrong) and wrong.at is not None else at
    return at.problem(f"{_path(detail)}{message}")


def _dashed(found: Any) -> str:
    """What to do if a list was meant, but YAML found text or a table: its first dash is another character, or no space follows it."""
    first = found if isinstance(found, str) else next(iter(found), "") if isinstance(found, Table) else ""
    if first.startswith(tuple(DASHES)):
        return f"`{first[0]}` is no dash to YAML: begin each line of the list with `- `"
    return NO_SPACE_BEHIND_DASH if re.match(r"-[\w\xa0]", first) else ""


def _as_list(schema: type[Entry], path: Path) -> str:
    """How to write the list at the path."""
    if path[-2:-1] == ("join",):
        return "[[a, b], [c, d]], a list for each story"
    model = _model(schema, path)
    return f"a line with `- {_required(model)[0]}: …` for each" if model else "[a, b] or a line with - for each"


def _as_table(model: type[Entry] | None) -> str:
    if needed := _required(model):
        return f"write {' and '.join(f'`{key}: …`' for key in needed)}"
    return f"its keys are {', '.join(f'`{key}`' for key in _keys(model))}"


def _unknown(key: str, schema: type[Entry], path: Path) -> str:
    if len(path) == 1 and schema is IncludedFile and key in FeedsFile.model_fields:
        return f"`{key}` is allowed in the main file only, not in an included one"
    here = _keys(_model(schema, path[:-1]))
    elsewhere = [f"`{name}`" for name in FeedsFile.model_fields if key in _keys(_model(FeedsFile, (name,)))]
    # Where one here is very similar it was meant: `section` is a key of sources, but of the whole file it is `sections`.
    if elsewhere and closest(key, here, cutoff=0.85) is None:
        return f"unknown key `{key}` here; it belongs to {' or '.join(elsewhere)}"
    return f"unknown key {quoted(key)}{did_you_mean(key, here)}"


def _locate(tree: Table, path: Path) -> tuple[Position, Any]:
    """The position of the node at the path, and its parent. If the path leads no further, the deepest node that exists, for both."""
    node: Any = tree
    parent: Any = tree
    for step in path:
        try:
            node, parent = node[step], node
        except (KeyError, IndexError, TypeError):  # a missing key, or a name that pydantic adds
            return node.at, node
    return node.at, parent


def _path(detail: ErrorDetails) -> str:
    """The start of the message: the key that it is about, which is the last name on the path; empty if the message names it itself."""
    if detail["type"] in ("extra_forbidden", "missing"):
        return ""
    names = [str(step) for step in detail["loc"] if isinstance(step, str)]
    return f"{names[-1]}: " if names else ""


def _model(schema: type[Entry], path: Path) -> type[Entry] | None:
    """The class of the table at the path, or of the entries of the list there; None if they are no tables."""
    model: Any = schema
    for step in path:
        if isinstance(step, str):
            names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = _entry(names.get(step))
    return model if isinstance(model, type) and issubclass(model, Entry) else None


def _keys(model: type[Entry] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _required(model: type[Entry] | None) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()] if model else []


def _entry(annotation: Any) -> Any:
    """The class of an entry, from an annotation such as `list[Source]`."""
    entries = map(_entry, getattr(annotation, "__args__", ()))
    return next((entry for entry in entries if isinstance(entry, type)), annotation)
