"""A mapping of secrets that does not show them: not in a repr, a traceback, a log line or an error."""

from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "***"
SHORTEST = 4  # below which a value is no secret worth hiding, and hiding it would tear up the text


class Secret(Mapping[str, Any]):
    """Names (JSON pointers without the first slash, `client_secret`, `oauth/token`) to what is secret."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def hide_in(self, text: str) -> str:
        """The text with every secret in it blotted out: vendors quote what they were sent."""
        for value in sorted(_texts(self._values), key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= SHORTEST:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
