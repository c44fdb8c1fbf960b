"""Reads the query string as Coupa does: brackets in several spellings, reserved words apart from conditions."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import orjson

from sandbox.coupa.answers import bad_query
from sandbox.coupa.plans import dashed
from sandbox.coupa.switches import Switches

OPERATORS = frozenset(
    [
        "contains",
        "starts_with",
        "ends_with",
        "gt",
        "lt",
        "gt_or_eq",
        "lt_or_eq",
        "not_eq",
        "in",
        "not_in",
        "blank",
    ]
)
RESERVED = frozenset(
    [
        "limit",
        "offset",
        "order_by",
        "dir",
        "fields",
        "return_object",
        "filter",
        "show_deleted_lines",
        "exported",
        "bulk",
        "reason",
    ]
)
PAGE = 50


@dataclass(frozen=True)
class Condition:
    """`path`: dashed names, associations first. `values` are alternatives where a parameter was repeated."""

    path: tuple[str, ...]
    operator: str
    values: tuple[str, ...]
    written: str


@dataclass
class Query:
    """A query string taken apart; `words` are the reserved parameters, last one wins."""

    words: dict[str, str] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)

    @property
    def arguments(self) -> dict[str, Any]:
        """Single words of the query, as actions take them."""
        return {one.path[0]: one.values[-1] for one in self.conditions if len(one.path) == 1} | self.words

    @property
    def fields(self) -> Any:
        text = self.words.get("fields")
        if not text:
            return None
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise bad_query("fields is not a JSON list") from error

    def limit(self, switches: Switches) -> int:
        asked = self._number("limit", PAGE)
        if asked > PAGE and switches.limit_over_50 == "400":
            raise bad_query(f"limit cannot be more than {PAGE}")
        return min(asked, PAGE)

    def offset(self, switches: Switches) -> int:
        return max(0, self._number("offset", switches.offset_base) - switches.offset_base)

    def _number(self, name: str, default: int) -> int:
        text = self.words.get(name, "")
        if not text:
            return default
        if not re.fullmatch(r"\d{1,12}", text):
            raise bad_query(f"{name} is not a number of records")
        return int(text)


def parse(raw: bytes, switches: Switches) -> Query:
    """`raw` as it came over the wire, escaped or not."""
    query = Query()
    repeated: dict[tuple[tuple[str, ...], str], Condition] = {}
    for part in raw.decode("utf-8", "replace").split("&"):
        if not part:
            continue
        name, value = _cut(unquote_plus(part))
        if name.isdigit() and not value:
            name, value = "id", name
        names = re.findall(r"[^\[\]]+", name)
        if not names:
            continue
        word = names[0].replace("-", "_")
        if len(names) == 1 and word in RESERVED:
            query.words[word] = value
        condition = _condition(names, value, name)
        if len(names) == 1 and word in RESERVED and word != "exported":
            continue
        key = (condition.path, condition.operator)
        if key in repeated and switches.repeated_parameter == "or":
            condition = Condition(*key, (*repeated[key].values, value), name)
        repeated[key] = condition
    query.conditions = list(repeated.values())
    return query


def _condition(names: list[str], value: str, written: str) -> Condition:
    last = names[-1].replace("-", "_").lower()
    operator = last if len(names) > 1 and last in OPERATORS else ""
    path = names[:-1] if operator else names
    return Condition(tuple(dashed(name.strip()) for name in path), operator, (value,), written)


def _cut(text: str) -> tuple[str, str]:
    """Name and value at the first equals sign outside brackets, else at the first one."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == "=" and depth <= 0:
            return text[:position], text[position + 1 :]
    name, _, value = text.partition("=")
    return name, value
