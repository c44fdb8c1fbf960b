"""How Coupa's API is spoken: dashed names read in both spellings, filter operators, paging, `fields=`, error bodies."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import orjson

from providers import mapping
from providers.filters import Days, Filter, Moments, Same, Spelling, switch
from providers.mapping import WHOLE, Needs, Node
from providers.paging import Keyset, Offset
from providers.provider import Complaint
from providers.resource import Params, Resource
from providers.values import text
from providers.writing import Step

OPERATORS = {"in": "in", "gt": "gt", "gte": "gt_or_eq", "lt": "lt", "lte": "lt_or_eq"}


def _write(attribute: str, operator: str) -> str:
    return attribute if operator == "eq" else f"{attribute}[{OPERATORS[operator]}]"


SPELLING = Spelling(_write)
same = partial(Same, spelling=SPELLING)
moments = partial(Moments, spelling=SPELLING)
days = partial(Days, spelling=SPELLING)
active = partial(switch, "active", spelling=SPELLING)

KEYSET = Keyset(
    after="id[gt]", order=(("order_by", "id"), ("dir", "asc")), limit="limit", most=50, numbers=True
)
OFFSET = Offset(start="offset", limit="limit", most=50)
DATES: dict[str, Filter] = {"created_at": moments("created-at"), "updated_at": moments("updated-at")}
COMMON: dict[str, Filter] = {"id": same("id", many=True), **DATES}


def at(path: str, convert: mapping.Convert = text, *, whole: bool = False) -> Node:
    """As `mapping.at`; a dashed key that is missing is looked for with underscores, as one old page shows it."""
    return mapping.at(_both(path), convert, whole=whole)


def each(path: str, to: mapping.Fields, given: tuple[Node, ...] = ()) -> Node:
    return mapping.each(_both(path), to, given)


def one(path: str, to: mapping.Fields) -> Node:
    return mapping.one(_both(path), to)


def _both(path: str) -> str:
    return ".".join(f"{step}|{step.replace('-', '_')}" if "-" in step else step for step in path.split("."))


def select(needs: Needs) -> Params:
    """`fields=` as Coupa's response filter page has it: own fields as text, associations as objects, underscored."""
    return (("fields", orjson.dumps(_selection(needs)).decode()),) if needs else ()


def _selection(needs: Needs) -> list[Any]:
    asked = mapping.merged(*({_underscored(key): below} for key, below in needs.items()))
    plain = [key for key, below in asked.items() if not below]
    nested = {
        key: {} if below.keys() & WHOLE.keys() else _selection(below) for key, below in asked.items() if below
    }
    return [*plain, *({key: below} for key, below in nested.items())]


def _underscored(key: str) -> str:
    return key.replace("-", "_")


def order(attribute: str, direction: str) -> Params:
    return (("order_by", attribute), ("dir", direction))


def custom_filter(name: str, is_own_key: bool) -> Filter:
    """By a custom field among a record's own keys as by any other; a namespaced one by its place, in equality alone."""
    return same(name if is_own_key else f"custom-fields[{name}]")


resource = partial(
    Resource, keyset=KEYSET, offset=OFFSET, order=order, select=select, custom_filter=custom_filter
)


def sought(path: str, **wanted: Any) -> Step | None:
    """The call that finds a record by natural keys; None where one of them is not known. Underscores for dashes."""
    if not all(wanted.values()):
        return None
    names = {name: name.replace("__", "[").replace("_", "-") for name in wanted}
    params = tuple((_closed(names[name]), str(value)) for name, value in wanted.items())
    return Step("GET", path, params=(*params, *order("id", "desc")), lists=True)


def _closed(name: str) -> str:
    return f"{name}]" if "[" in name else name


NOT_FOUND = re.compile(r"Unable to find valid \w+ record for (\w+) with keys ")


def blame(text: str, keys: Iterable[str]) -> tuple[str, str] | None:
    """Which of the keys an error text is about, and what it says of it: Coupa's texts begin with the field's name.

    A reference that leads nowhere is named inside of its text.
    """
    if found := NOT_FOUND.match(text):
        named = found[1].replace("_", "-")
        return (named, "refers to a record that is not there, or not active") if named in keys else None
    for key in sorted(keys, key=len, reverse=True):
        title = key.replace("-", " ")
        if text.lower().startswith(f"{title} "):
            return key, text[len(title) + 1 :].removeprefix("- ")
    return None


ERROR_TAG = re.compile(r"<error>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</error>", re.DOTALL)


def read_error(body: Any) -> Complaint | None:
    """Coupa's error texts, in every form its pages and clients show: object of lists or texts, list, XML, OAuth."""
    if isinstance(body, Mapping):
        errors = body.get("errors", body.get("error_description") or body.get("error") or body.get("message"))
        if isinstance(errors, Mapping):
            return _complaint({str(name): _texts(found) for name, found in errors.items()})
        return _complaint({"": _texts(errors)})
    if isinstance(body, list):
        return _complaint({"": _texts(body)})
    if isinstance(body, str):
        found = [(cdata or plain).strip() for cdata, plain in ERROR_TAG.findall(body)]
        return _complaint({"": tuple(filter(None, found))})
    return None


def _texts(found: Any) -> tuple[str, ...]:
    if isinstance(found, Mapping):
        return tuple(text for inner in found.values() for text in _texts(inner))
    if isinstance(found, list):
        return tuple(text for inner in found for text in _texts(inner))
    return (str(found).strip(),) if isinstance(found, str | int | float) and str(found).strip() else ()


def _complaint(texts: Mapping[str, tuple[str, ...]]) -> Complaint | None:
    kept = {name: found for name, found in texts.items() if found}
    return Complaint(kept) if kept else None
