"""Templates in a batch: `{{path}}` and `{{path:cast}}`, a look into values by name and nothing more."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from schemas.errors import InvalidRequest

MARK = re.compile(r"\{\{([^{}]{1,1000})\}\}")
LONGEST = 1_000_000  # letters of one rendered text
TRUTHS = {"true": True, "1": True, "false": False, "0": False}

MISSING = object()


@dataclass(frozen=True)
class View:
    """What templates see. `results` are by the entries' spoken names; `element` is what `loop` means at present."""

    args: Mapping[str, Any]
    tenant_id: str
    results: Mapping[str, Any]
    loop: str | None = None
    element: Any = field(default=None, repr=False)

    def find(self, path: str) -> Any:
        """Raises `InvalidRequest` where nothing is there."""
        found = self._look(path)
        if found is MISSING:
            raise _wrong(path, "leads nowhere")
        return found

    def elements(self, path: str) -> list[Any]:
        """What a loop runs over. Raises `InvalidRequest`."""
        found = self.find(path)
        if not isinstance(found, list):
            raise _wrong(path, "is no list to loop on")
        return found

    def _look(self, path: str) -> Any:
        if self.loop is not None and (path == self.loop or path.startswith(f"{self.loop}.")):
            return within(self.element, _steps(path[len(self.loop) + 1 :]))
        root, *steps = path.split(".")
        if root == "args":
            return within(self.args, steps)
        if root == "resources":
            return self._result(steps)
        return self.tenant_id if path == "tenant_id" else MISSING

    def _result(self, steps: list[str]) -> Any:
        """The longest name wins: names may hold dots."""
        for length in range(len(steps), 0, -1):
            name = ".".join(steps[:length])
            if name in self.results:
                return within(self.results[name], steps[length:])
        return MISSING


def within(value: Any, steps: list[str]) -> Any:
    """Along names and numbers; a name met by a list is looked for in all its elements, lists among these joined."""
    for place, step in enumerate(steps):
        if isinstance(value, list) and not step.isdigit():
            return _in_each(value, steps[place:])
        value = _step(value, step)
    return value


def _in_each(values: list[Any], steps: list[str]) -> Any:
    found: list[Any] = []
    for value in values:
        inner = within(value, steps)
        if inner is MISSING:
            return MISSING
        found.extend(inner if isinstance(inner, list) else [inner])
    return found


def _step(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return value[int(step)] if len(step) < 8 and int(step) < len(value) else MISSING
    return value.get(step, MISSING) if isinstance(value, Mapping) else MISSING


def _steps(path: str) -> list[str]:
    return path.split(".") if path else []


def rendered(value: Any, view: View) -> Any:
    """The value with its templates filled in; a text that is one template alone takes the type of what it names.

    Raises `InvalidRequest`.
    """
    if isinstance(value, str):
        return _text(value, view)
    if isinstance(value, dict):
        return {_plain(_text(key, view)): rendered(each, view) for key, each in value.items()}
    return [rendered(each, view) for each in value] if isinstance(value, list) else value


def paths(value: Any) -> Iterator[str]:
    """All that the templates in a value name."""
    if isinstance(value, str):
        for match in MARK.finditer(value):
            yield _read(match)[0]
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from paths(key)
            yield from paths(each)
    elif isinstance(value, list):
        for each in value:
            yield from paths(each)


def _text(text: str, view: View) -> Any:
    whole = MARK.fullmatch(text)
    if whole:
        return _value(whole, view)
    found = MARK.sub(lambda match: _plain(_value(match, view)), text)
    if len(found) > LONGEST:
        raise InvalidRequest(
            f"A text of the batch grows beyond {LONGEST} letters when its templates are filled in."
        )
    return found


def _read(match: re.Match[str]) -> tuple[str, str]:
    """Path and cast of one template."""
    path, _, cast = match[1].partition(":")
    return path.strip(), cast.strip()


def _value(match: re.Match[str], view: View) -> Any:
    path, cast = _read(match)
    return _cast(view.find(path), path, cast)


def _plain(value: Any) -> str:
    """How a value stands within a text."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _cast(value: Any, path: str, name: str) -> Any:
    if not name:
        return value
    if name not in CASTS:
        raise _wrong(path, f"has the unknown cast '{name}': there are {', '.join(CASTS)}")
    try:
        return CASTS[name](value)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise _wrong(path, f"can't be read as {name}") from None


def _int(value: Any) -> int:
    found = int(value)
    if (isinstance(value, float) and found != value) or not -(2**63) <= found < 2**63:
        raise ValueError
    return found


def _num(value: Any) -> int | float:
    if isinstance(value, int | float):
        return value
    found = orjson.loads(value.strip())
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError
    return found


def _bool(value: Any) -> bool:
    return value if isinstance(value, bool) else TRUTHS[str(value).lower()]


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


CASTS: Mapping[str, Callable[[Any], Any]] = {
    "int": _int,
    "num": _num,
    "str": _plain,
    "bool": _bool,
    "json": _json,
}


def _wrong(path: str, message: str) -> InvalidRequest:
    return InvalidRequest.about(path, message, message=f"The template path '{path[:200]}' {message}.")
