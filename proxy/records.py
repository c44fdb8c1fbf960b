"""Cuts a JSON array into its records without touching a byte of them: numbers keep their digits, text its spelling."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from proxy.cursors import Rank, rank

BOM = b"\xef\xbb\xbf"
SPACE = re.compile(r"[ \t\n\r]*")


class NoList(ValueError):
    """The body is not a JSON array."""


def cut(body: bytes) -> Iterator[bytes]:
    """The records of an array, in order. Raises `NoList`, if need be after the first records.

    The body is read as Latin-1, so that a place in the text is a place in the bytes; JSON's own signs are ASCII.
    """
    body = body.removeprefix(BOM)
    text = body.decode("latin-1")
    at = _space(text, 0)
    if text[at : at + 1] != "[":
        raise NoList("no array")
    at = _space(text, at + 1)
    sign = text[at : at + 1]
    if sign == "]":
        at += 1
    while sign != "]":
        start, at = at, _end(text, at)
        yield body[start:at]
        at = _space(text, at)
        sign, at = text[at : at + 1], _space(text, at + 1)
        if sign not in (",", "]"):
            raise NoList("no comma between two records")
    if _space(text, at) != len(text):
        raise NoList("text after the array")


def on_one_line(record: bytes) -> bytes:
    """Line ends stand only between the tokens of a record: JSON has none within a text."""
    return record.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def key_of(record: bytes, name: str) -> str | None:
    """A record's key as text, a number's digits as they are; None where it has none to go on from."""
    value: Any = DECODER.decode(record.decode(errors="replace"))
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found and found.isprintable() else None


class Keys(Sequence[Rank]):
    """Those of records, each looked for when it is asked for: most never are."""

    def __init__(self, records: Sequence[bytes], name: str) -> None:
        self._records, self._name = records, name

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: Any) -> Any:
        return rank(key_of(self._records[index], self._name))


def _space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _end(text: str, at: int) -> int:
    try:
        return DECODER.raw_decode(text, at)[1]
    except (ValueError, RecursionError) as error:
        raise NoList("no JSON") from error


def _refuse(name: str) -> NoReturn:
    raise NoList(f"{name} is no JSON")


# Digits stay text: they are not looked at, and 10^5 of them are nothing to convert.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)
