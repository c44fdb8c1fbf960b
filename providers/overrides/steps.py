"""A parsed JMESPath expression as nested Python functions, which spend a budget as they go.

The grammar is the library's, and what each node means is its interpreter's, which is the truth in the tests; this one
is several times faster and can be stopped. What runs once for each node is bounded by the expression's length, so only
what runs once for each element is charged: the nodes below a loop, times its elements.
"""

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from providers.overrides.budget import Budget
from providers.overrides.functions import Argument, BadCall, function_call

Node = Mapping[str, Any]
Run = Callable[[Any, Budget], Any]


def steps(node: Node) -> Run:
    """The node as a function of the value it looks at. Raises BadCall for a function that does not go so."""
    return KINDS[node["type"]](node)


def size(node: Node) -> int:
    """How many nodes there are, the node's own included."""
    below = (child for child in node.get("children", ()) if isinstance(child, Mapping))
    return 1 + sum(size(child) for child in below)


def is_false(value: Any) -> bool:
    """False, null, and what is empty; 0 is true."""
    return value is None or value is False or (not value and type(value) in (str, list, dict))


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _equal(left: Any, right: Any) -> bool:
    """As the library has it: what Python takes for equal, but for 0 and 1 beside booleans."""
    if _is_number(left) and left in (0, 1) and type(right) is bool:
        return False
    if _is_number(right) and right in (0, 1) and type(left) is bool:
        return False
    return bool(left == right)


def _field(node: Node) -> Run:
    name = node["value"]

    def run(value: Any, budget: Budget) -> Any:
        return value.get(name) if type(value) is dict else None

    return run


def _current(node: Node) -> Run:
    return lambda value, budget: value


def _literal(node: Node) -> Run:
    literal = node["value"]
    return lambda value, budget: literal


def _index(node: Node) -> Run:
    at = node["value"]

    def run(value: Any, budget: Budget) -> Any:
        return value[at] if type(value) is list and -len(value) <= at < len(value) else None

    return run


def _slice(node: Node) -> Run:
    part = slice(*node["children"])

    def run(value: Any, budget: Budget) -> Any:
        if type(value) is not list:
            return None
        budget.spend(len(value))
        return value[part]

    return run


def _chain(node: Node) -> Run:
    runs = [steps(child) for child in node["children"]]

    def run(value: Any, budget: Budget) -> Any:
        for each in runs:
            value = each(value, budget)
        return value

    return _path([child["value"] for child in node["children"]]) if _is_path(node) else run


def _is_path(node: Node) -> bool:
    return all(child["type"] == "field" for child in node["children"])


def _path(names: list[str]) -> Run:
    def run(value: Any, budget: Budget) -> Any:
        for name in names:
            if type(value) is not dict:
                return None
            value = value.get(name)
        return value

    return run


def _or(node: Node) -> Run:
    first, second = (steps(child) for child in node["children"])

    def run(value: Any, budget: Budget) -> Any:
        found = first(value, budget)
        return second(value, budget) if is_false(found) else found

    return run


def _and(node: Node) -> Run:
    first, second = (steps(child) for child in node["children"])

    def run(value: Any, budget: Budget) -> Any:
        found = first(value, budget)
        return found if is_false(found) else second(value, budget)

    return run


def _not(node: Node) -> Run:
    inner = steps(node["children"][0])
    return lambda value, budget: is_false(inner(value, budget))


CHARGED = frozenset({str, list, dict})
ORDERS = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}


def _compare(node: Node) -> Run:
    first, second = (steps(child) for child in node["children"])
    kind = node["value"]
    order = ORDERS.get(kind)

    def equal(value: Any, budget: Budget) -> Any:
        left, right = first(value, budget), second(value, budget)
        if type(left) in CHARGED and type(right) in CHARGED:
            budget.spend_on([left, right])
        return _equal(left, right) is (kind == "eq")

    def ordered(value: Any, budget: Budget) -> Any:
        left, right = first(value, budget), second(value, budget)
        if not all(_is_number(each) or type(each) is str for each in (left, right)):
            return None
        return order(left, right)  # type: ignore[misc]  # both are there where this is used

    return equal if order is None else ordered


def _collected(values: Iterable[Any], right: Run, budget: Budget) -> list[Any]:
    return [found for each in values if (found := right(each, budget)) is not None]


def _projection(node: Node) -> Run:
    left, right = (steps(child) for child in node["children"])
    each = size(node["children"][1])

    def run(value: Any, budget: Budget) -> Any:
        found = left(value, budget)
        if type(found) is not list:
            return None
        budget.spend(each * len(found))
        return _collected(found, right, budget)

    return run


def _values(node: Node) -> Run:
    left, right = (steps(child) for child in node["children"])
    each = size(node["children"][1])

    def run(value: Any, budget: Budget) -> Any:
        found = left(value, budget)
        if type(found) is not dict:
            return None
        budget.spend(each * len(found))
        return _collected(found.values(), right, budget)

    return run


def _filter(node: Node) -> Run:
    left, right, condition = (steps(child) for child in node["children"])
    each = size(node["children"][1]) + size(node["children"][2])

    def run(value: Any, budget: Budget) -> Any:
        found = left(value, budget)
        if type(found) is not list:
            return None
        budget.spend(each * len(found))
        kept = (item for item in found if not is_false(condition(item, budget)))
        return _collected(kept, right, budget)

    return run


def _flatten(node: Node) -> Run:
    inner = steps(node["children"][0])

    def run(value: Any, budget: Budget) -> Any:
        found = inner(value, budget)
        if type(found) is not list:
            return None
        budget.spend(len(found) + sum(len(item) for item in found if type(item) is list))
        return [each for item in found for each in (item if type(item) is list else (item,))]

    return run


M = TypeVar("M", bound=Collection[Any])


def _charged(made: M, budget: Budget) -> M:
    """What is put into a new list or object, and all that it holds: so nothing can be held too often."""
    budget.spend(1 + len(made))
    for each in made:
        if type(each) in CHARGED:
            budget.spend_on(each)
    return made


def _list(node: Node) -> Run:
    runs = [steps(child) for child in node["children"]]

    def run(value: Any, budget: Budget) -> Any:
        if value is None:
            return None
        return _charged([each(value, budget) for each in runs], budget)

    return run


def _dict(node: Node) -> Run:
    runs = {child["value"]: steps(child["children"][0]) for child in node["children"]}

    def run(value: Any, budget: Budget) -> Any:
        if value is None:
            return None
        made = {name: each(value, budget) for name, each in runs.items()}
        _charged(made.values(), budget)
        return made

    return run


def _function(node: Node) -> Run:
    return function_call(node["value"], [_argument(child) for child in node["children"]])


def _argument(node: Node) -> Argument:
    if node["type"] == "expref":
        return True, steps(node["children"][0]), size(node)
    return False, steps(node), 0


def _stray(node: Node) -> Run:
    raise BadCall("&", "an expression with & stands where a value is wanted")


KINDS: Mapping[str, Callable[[Node], Run]] = {
    "field": _field,
    "current": _current,
    "identity": _current,
    "literal": _literal,
    "index": _index,
    "slice": _slice,
    "subexpression": _chain,
    "index_expression": _chain,
    "pipe": _chain,
    "or_expression": _or,
    "and_expression": _and,
    "not_expression": _not,
    "comparator": _compare,
    "projection": _projection,
    "value_projection": _values,
    "filter_projection": _filter,
    "flatten": _flatten,
    "multi_select_list": _list,
    "multi_select_dict": _dict,
    "function_expression": _function,
    "expref": _stray,
}
