"""Cursors: sealed, bound to the question they continue, opaque to callers, valid while the gateway's secret lives."""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from providers.paging import Keyset, Paging, Position, Sorted
from schemas.errors import InvalidRequest, VendorTrouble

VERSION = "k1."
LONGEST = 2048
WIDEST = 4_000  # characters of a number: Python writes up to 4,300, which leaves room for sums


class Place(NamedTuple):
    """Where a list goes on: in which of the resource's collections, and after what."""

    source: int
    after: Position


class Rank(NamedTuple):
    """What keys are compared by: numbers as such, before them any text, and digits without end."""

    number: int
    text: str = ""


class Cursors:
    """Seals places with a 32-byte key. `bind` is a digest of account, route, filters, order and remote query."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, place: Place, bind: bytes) -> str:
        nonce = os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, orjson.dumps(tuple(place)), bind)
        return VERSION + _text(sealed)

    def open(self, cursor: str, bind: bytes) -> Place:
        """Raises `InvalidRequest` `invalid_cursor` for whatever was not sealed by us for this very question."""
        sealed = _bytes(cursor)
        try:
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], bind)
        except (InvalidTag, ValueError) as error:
            raise _invalid() from error
        source, after = orjson.loads(plain)
        return Place(source, after)


def binding(*parts: object) -> bytes:
    return hashlib.sha256(orjson.dumps(parts)).digest()


def check_rising(paging: Paging, position: Position, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises `VendorTrouble` `paging_loop` where a page does not rise from the place that it was to start after."""
    if isinstance(paging, Sorted) and any(paging.place(row) == position for row in rows):
        raise _looping()
    if not isinstance(paging, Keyset):
        return
    keys = [row[paging.key] for row in rows]
    if position is not None:
        keys.insert(0, position)
    if any(rank(later) <= rank(earlier) for earlier, later in pairwise(keys)):
        raise _looping()


def _looping() -> VendorTrouble:
    return VendorTrouble(
        "The vendor hands out records out of order or again: it seems to ignore where a page should start.",
        reason="paging_loop",
    )


def rank(key: Any) -> Rank:
    text = str(key)
    is_number = len(text) <= WIDEST and text.isascii() and text.removeprefix("-").isdigit()
    return Rank(int(text)) if is_number else Rank(0, text)


def whole(position: Position) -> int | None:
    """The number that a position by key is; None for any other."""
    number = rank(position).number if isinstance(position, str) else None
    return number if str(number) == position else None


def _bytes(cursor: str) -> bytes:
    if len(cursor) > LONGEST or not cursor.startswith(VERSION):
        raise _invalid()
    text = cursor.removeprefix(VERSION)
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid() from error
    if _text(sealed) != text:  # another spelling of the same bytes is an altered cursor too
        raise _invalid()
    return sealed


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _invalid() -> InvalidRequest:
    return InvalidRequest(
        "This cursor does not belong to this call: send it with the account, filters, order and remote_query of the "
        "page that gave it, unchanged, or start again without one.",
        reason="invalid_cursor",
    )
