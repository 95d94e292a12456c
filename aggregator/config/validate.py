"""A tree against the schema: every error as a Problem at the place where it stands."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aggregator.config import scalars
from aggregator.config.schema import Entry
from aggregator.config.suggest import did_you_mean
from aggregator.config.tree import Items, Table, kind
from aggregator.errors import Problem
from aggregator.model.settings import Position

Schema = TypeVar("Schema", bound=Entry)
Path = tuple[int | str, ...]


def validate(tree: Table, schema: type[Schema]) -> tuple[Schema | None, list[Problem]]:
    """The values and what is wrong. Where something is, the values are those of the file without the entries at
    fault, so that references can be checked in the same run."""
    try:
        return schema.model_validate(tree), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    try:
        rest = schema.model_validate(_without(tree, [detail["loc"] for detail in details]))
    except ValidationError:
        rest = None
    return rest, [_problem(tree, schema, detail) for detail in details]


def _without(tree: Table, faults: list[Path]) -> Table:
    """The tree less the list entries at fault, or the whole key where it holds no list."""
    pruned = Table(tree.at)
    pruned.keys_at = tree.keys_at
    for key, value in tree.items():
        here = [loc[1:] for loc in faults if loc and loc[0] == key]
        if isinstance(value, Items) and all(here):
            kept = Items(value.at)
            bad = {loc[0] for loc in here}
            kept.extend(entry for index, entry in enumerate(value) if index not in bad)
            pruned[key] = kept
        elif not here:
            pruned[key] = value
    return pruned


def _problem(tree: Table, schema: type[Entry], detail: ErrorDetails) -> Problem:
    at, parent = _locate(tree, detail["loc"])
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    message = detail["msg"]
    match detail["type"]:
        case "extra_forbidden":
            at = parent.keys_at.get(key, at) if isinstance(parent, Table) else at
            message = f"unknown key `{key}`{did_you_mean(key, _known(schema, detail['loc']))}"
        case "missing":
            message = f"`{key}` is missing here"
        case "list_type":
            message = f"expected a list, found {kind(detail['input'])}; write [a, b] or a line with - for each"
        case "model_type" | "dict_type" | "model_attributes_type":
            message = f"expected a table of keys and values, found {kind(detail['input'])}"
        case "too_short":
            message = "expected two addresses or more: those that tell one story"
        case "value_error":
            wrong = detail["ctx"]["error"]
            message = str(wrong)
            at = wrong.at if isinstance(wrong, scalars.Wrong) and wrong.at is not None else at
    return Problem(at.file, at.line, at.column, f"{_path(detail)}{message}")


def _locate(tree: Table, path: Path) -> tuple[Position, Any]:
    """The deepest node on the way, and its parent."""
    node: Any = tree
    parent: Any = tree
    for step in path:
        try:
            node, parent = node[step], node
        except (KeyError, IndexError, TypeError):  # a key that is missing, or a name pydantic gave to a choice
            return node.at, node
    return node.at, parent


def _path(detail: ErrorDetails) -> str:
    """The key that the message is about: the last name on the way, but for messages that name it themselves."""
    if detail["type"] in ("extra_forbidden", "missing"):
        return ""
    names = [str(step) for step in detail["loc"] if isinstance(step, str)]
    return f"{names[-1]}: " if names else ""


def _known(schema: type[Entry], path: Path) -> list[str]:
    """The keys that may stand beside the last of `path`."""
    model: Any = schema
    for step in path[:-1]:
        if isinstance(step, str):
            names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = _entry(names.get(step))
    return [field.alias or name for name, field in model.model_fields.items()]


def _entry(annotation: Any) -> Any:
    """The Entry inside `list[Entry]` or an annotation."""
    inner = getattr(annotation, "__args__", ())
    return (
        annotation if not inner else next((_entry(arg) for arg in inner if isinstance(_entry(arg), type)), annotation)
    )
