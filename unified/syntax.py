"""How a query string is read: nested keys, arrays in three spellings, `+` for a space."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from schemas.errors import InvalidRequest

DEEPEST = 5
STEP = re.compile(r"\[([^\[\]]*)\]")
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Parameter:
    """One parameter: `name[path][path]` and its values in order; `listed`: written with array brackets."""

    name: str
    path: tuple[str, ...]
    values: tuple[str, ...]
    listed: bool = False

    @property
    def key(self) -> str:
        return self.name + "".join(f"[{step}]" for step in self.path)

    @property
    def split(self) -> tuple[str, ...]:
        """The values as an array: a plain value is split at commas."""
        return self.values if self.listed else tuple(self.values[0].split(","))


@dataclass(frozen=True)
class Query:
    parameters: tuple[Parameter, ...]
    remote: tuple[tuple[str, str], ...]

    def get(self, name: str) -> Parameter | None:
        """The parameter of this plain name."""
        return next((found for found in self.parameters if found.name == name and not found.path), None)


def read_query(raw: bytes) -> Query:
    """Reads a raw query string; an empty value is refused (an empty watermark must not become a full crawl).

    `remote` holds the members of `remote_query` as the vendor's own parameter names, in order.
    """
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    listed: set[tuple[str, tuple[str, ...]]] = set()
    remote = []
    for part in filter(None, raw.split(b"&")):
        key, _, value = (_decoded(text) for text in part.partition(b"="))
        if key == "next_cursor" and not value:
            continue
        if not value:
            raise InvalidRequest(
                f"'{key}' has no value: leave it out or give one", failures=_failure(key, "empty")
            )
        if key.startswith("remote_query["):
            remote.append((_remote_name(key), value))
            continue
        name, path = _split(key)
        array = bool(path) and (path[-1] == "" or path[-1].isdigit())
        where = (name, path[:-1] if array else path)
        if where in found and not (array and where in listed):
            raise InvalidRequest(f"'{key}' is given twice", failures=_failure(key, "given twice"))
        found.setdefault(where, []).append(value)
        if array:
            listed.add(where)
    parameters = tuple(
        Parameter(name, path, tuple(values), (name, path) in listed) for (name, path), values in found.items()
    )
    return Query(parameters, tuple(remote))


def _failure(key: str, message: str) -> list[dict[str, str]]:
    return [{"field": key[:200], "message": message}]


def _decoded(text: bytes) -> str:
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("The query is not UTF-8") from error


def _split(key: str) -> tuple[str, tuple[str, ...]]:
    match = KEY.fullmatch(key)
    path = tuple(STEP.findall(match[2])) if match else ()
    if not match or len(path) > DEEPEST or "" in path[:-1]:
        raise InvalidRequest(
            f"'{key[:200]}' is no parameter name", failures=_failure(key, "malformed brackets")
        )
    return match[1], path


def _remote_name(key: str) -> str:
    """`remote_query[a]`, `remote_query[a][b]` and `remote_query[a[b]]` all name a parameter of the vendor."""
    inner = key.removeprefix("remote_query")
    steps = STEP.findall(inner)
    if inner == "".join(f"[{step}]" for step in steps) and steps[0]:
        return "".join((steps[0], *(f"[{step}]" for step in steps[1:])))
    if inner.endswith("]") and len(inner) > 2:
        return inner[1:-1]
    raise InvalidRequest(
        f"'{key[:200]}' names no vendor parameter", failures=_failure(key, "malformed brackets")
    )
