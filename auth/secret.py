"""A mapping of secrets that does not show them: not in a repr, a traceback, a log line or an error."""

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

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
        """The text with every secret in it blotted out, also as JSON, HTML or a URL spell it: vendors quote."""
        spelled = {form for value in _texts(self._values) for form in _spellings(value)}
        for value in sorted(spelled, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text


def _spellings(value: str) -> set[str]:
    quoted = json.dumps(value, ensure_ascii=False)[1:-1]
    return {
        value,
        quoted,
        quoted.replace("/", "\\/"),
        json.dumps(value)[1:-1],
        html.escape(value),
        quote(value, safe=""),
        quote_plus(value),
    }


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
