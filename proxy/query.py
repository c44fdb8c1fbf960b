"""A passthrough call's query: what of it speaks to the gateway; the rest stays the vendor's, byte for byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from schemas.errors import InvalidRequest

ACCOUNT = "integrated_account_id"
FORMAT = "truto_response_format"
IGNORE_LIMIT = "truto_ignore_limit"
BODY_PASSTHROUGH = "truto_body_passthrough"  # known, and always so here
FLAGS = frozenset({FORMAT, IGNORE_LIMIT, BODY_PASSTHROUGH})
TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Piece(NamedTuple):
    """One parameter as it was written, and what it says."""

    raw: bytes
    name: str
    value: str


@dataclass(frozen=True)
class Asked:
    """`is_raw`: the vendor's bytes are wanted, whatever they are. `whole_pages`: as many records as a page can hold.

    `pieces` are the vendor's, and on a list of the gateway's form also `limit` and `next_cursor`.
    """

    account_ids: tuple[str, ...]
    is_raw: bool
    whole_pages: bool
    pieces: tuple[Piece, ...]

    def one(self, name: str) -> str | None:
        """The value of a parameter that is given at most once. Raises `InvalidRequest`."""
        found = [piece.value for piece in self.pieces if piece.name == name]
        if len(found) > 1:
            raise InvalidRequest.about(name, "is given twice")
        return found[0] if found else None

    def names(self) -> frozenset[str]:
        return frozenset(piece.name for piece in self.pieces)

    def without(self, names: Iterable[str]) -> bytes:
        """The query that is left for the vendor when these are taken out."""
        gone = frozenset(names)
        return b"&".join(piece.raw for piece in self.pieces if piece.name not in gone)


def read_query(raw: bytes) -> Asked:
    """Raises `InvalidRequest` for flags that passthrough does not know."""
    if not raw.isascii():
        raise InvalidRequest("Percent-encode what is not ASCII in the query.")
    ours: dict[str, str] = {}
    account_ids, kept = [], []
    for part in raw.split(b"&") if raw else ():
        piece = _piece(part)
        if piece.name == ACCOUNT:
            account_ids.append(piece.value)
        elif piece.name.startswith("truto_"):
            _add_flag(ours, piece)
        elif piece.name != "next_cursor" or piece.value:
            kept.append(piece)
    if ours.get(FORMAT, "raw") != "raw":
        raise InvalidRequest.about(FORMAT, "takes raw here, or is left out")
    _truth(ours, BODY_PASSTHROUGH)
    return Asked(tuple(account_ids), FORMAT in ours, _truth(ours, IGNORE_LIMIT), tuple(kept))


def _piece(part: bytes) -> Piece:
    name, _, value = part.partition(b"=")
    return Piece(part, _decoded(name), _decoded(value))


def _decoded(text: bytes) -> str:
    if b"%" not in text and b"+" not in text:
        return text.decode()
    return unquote_to_bytes(text.replace(b"+", b" ")).decode(errors="replace")


def _add_flag(ours: dict[str, str], piece: Piece) -> None:
    if piece.name not in FLAGS:
        raise InvalidRequest.about(
            piece.name,
            "unknown flag",
            message=f"'{piece.name[:200]}' is no flag of passthrough calls: "
            f"they take {', '.join(sorted(FLAGS))}",
            reason="unknown_flag",
        )
    if piece.name in ours:
        raise InvalidRequest.about(piece.name, "is given twice")
    ours[piece.name] = piece.value


def _truth(ours: dict[str, str], name: str) -> bool:
    found = TRUTH.get(ours.get(name, "false"))
    if found is None:
        raise InvalidRequest.about(name, "takes true or false")
    return found
