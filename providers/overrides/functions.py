"""JMESPath's functions: the library's own, charged to the budget before they run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import Functions
from jmespath.visitor import _Expression

from providers.overrides.budget import LETTERS, Budget, Fault

Run = Callable[[Any, Budget], Any]
Argument = tuple[bool, Run, int]  # whether it is an expression (`&…`), what it does, how many nodes it has
FUNCTIONS = Functions()
SIGNATURES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    name: found["signature"] for name, found in FUNCTIONS.FUNCTION_TABLE.items()
}
CALL, ELEMENT = 20, 4  # steps that a call costs, and each element of a list or object that it is given
DEEP = frozenset({"contains", "join", "to_string"})  # look at all that their arguments hold


class BadCall(ValueError):
    """There is no such function, or it does not take such arguments; `name` is the function's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class _Stepping:
    """What the library's functions evaluate an expression with; it is compiled, so there is no node to visit."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def visit(self, run: Run, value: Any) -> Any:
        return run(value, self._budget)


def function_call(name: str, arguments: Sequence[Argument]) -> Run:
    """Raises BadCall."""
    _check(name, [is_expression for is_expression, _, _ in arguments])
    nodes = sum(size for _, _, size in arguments)
    charge = _charge_deep if name in DEEP else _charge

    def run(value: Any, budget: Budget) -> Any:
        given = [found if is_expression else found(value, budget) for is_expression, found, _ in arguments]
        charge([each for each in given if not callable(each)], nodes, budget)
        stepping: Any = _Stepping(budget)
        handed = [_Expression(cast(Any, each), stepping) if callable(each) else each for each in given]
        return _called(name, handed)

    return run


def _called(name: str, handed: list[Any]) -> Any:
    try:
        return FUNCTIONS.call_function(name, handed)
    except JMESPathTypeError as error:
        wanted = " or ".join(error.expected_types)
        raise Fault(f"{name}() takes {wanted}, not {error.actual_type}") from None


def _charge(given: Sequence[Any], nodes: int, budget: Budget) -> None:
    for each in given:
        if type(each) is list or type(each) is dict:
            budget.spend((ELEMENT + nodes) * len(each))
        elif type(each) is str:
            budget.spend(len(each) // LETTERS)
    budget.spend(CALL)


def _charge_deep(given: Sequence[Any], nodes: int, budget: Budget) -> None:
    """`join` writes its separator once for each element."""
    budget.spend_on(list(given))
    first, *others = given
    if others and type(first) is str and type(others[0]) is list:
        budget.spend(len(first) * len(others[0]) // LETTERS)
    budget.spend(CALL)


def _check(name: str, expressions: Sequence[bool]) -> None:
    if name not in SIGNATURES:
        raise BadCall(name, f"there is no function {name}()")
    wanted = SIGNATURES[name]
    is_open = bool(wanted) and bool(wanted[-1].get("variadic"))
    if len(expressions) < len(wanted) or (len(expressions) > len(wanted) and not is_open):
        least = "at least " if is_open else ""
        raise BadCall(name, f"{name}() takes {least}{len(wanted)} arguments, not {len(expressions)}")
    for at, is_expression in enumerate(expressions):
        takes = wanted[min(at, len(wanted) - 1)]["types"] == ["expref"]
        if takes != is_expression:
            kind = "an expression such as &name" if takes else "a value, not an expression with &"
            raise BadCall(name, f"{name}() takes {kind} as argument {at + 1}")
