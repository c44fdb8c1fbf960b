"""Reads the switches of a stand-in: a frozen dataclass of settings, given as typed or as text of a command line."""

from dataclasses import fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

ON, OFF = ("on", "true", "1", "yes"), ("off", "false", "0", "no")
Set = TypeVar("Set")


def read_switches(kind: type[Set], values: dict[str, Any]) -> Set:
    """Raises ValueError for an unknown name or an unfit value."""
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which no bound can say
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"unknown switch {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return kind(**{name: _typed(name, hints[name], value) for name, value in values.items()})


def _typed(name: str, hint: Any, value: Any) -> Any:
    if hint is bool:
        word = str(value).lower()
        if word not in ON + OFF:
            raise ValueError(f"switch {name} is on or off, not {value}")
        return word in ON
    if get_origin(hint) is Literal and value not in get_args(hint):
        raise ValueError(f"switch {name} is one of {', '.join(get_args(hint))}, not {value}")
    if get_origin(hint) is Literal:
        return value
    return hint(value)
