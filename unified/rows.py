"""The records of one vendor answer, and what the mapping reads of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from auth.connections import Connection, Connections
from providers.paging import Paging, Position
from providers.queries import Language
from providers.values import ident
from proxy.answer import Answer, not_understood
from proxy.decoding import BREATH
from proxy.records import NoList, cut
from proxy.refusals import refuse

MOST_AT_ONCE = 4 * 1024 * 1024  # bytes whose parsing does not hold up others for long
Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The records of one vendor page, as the vendor sent them in `answer`.

    `fuller` and `added` hold by id what the mapping reads instead or besides; `cut`: some additions were shortened.
    `beside`: what was added counts as the vendor's record, too. `whole`: the record of a single row as the vendor keeps
    it, under the key by which the mapping reads it.
    """

    rows: Sequence[Row]
    answer: Answer
    fuller: Mapping[Any, Row] = field(default_factory=dict)
    added: Mapping[Any, Row] = field(default_factory=dict)
    cut: bool = False
    beside: bool = False
    whole: tuple[str, Row] | None = None

    @property
    def is_thin(self) -> bool:
        """Whether some rows could not be read a second time: they left the collection in between."""
        return bool(self.fuller) and any(row["id"] not in self.fuller for row in self.rows)

    def readable(self, row: Row) -> Row:
        """What the mapping of a row reads."""
        fuller = self.fuller.get(row["id"])
        found = row if fuller is None else {**row, **fuller}
        if self.whole:
            found = {**found, self.whole[0]: self.whole[1]}
        return {**found, **self.added[row["id"]]} if row["id"] in self.added else found

    def remote(self, row: Row) -> Row:
        """The vendor's record behind a row."""
        if self.whole:
            return self.whole[1]
        return {**row, **self.added.get(row["id"], {})} if self.beside else row


async def records(
    connections: Connections,
    connection: Connection,
    answer: Answer,
    scopes: Sequence[str],
    language: Language | None = None,
    *,
    single: bool = False,
) -> list[Row]:
    """The records of an answer, each with an id. Raises `RemoteProblem` or `VendorTrouble`."""
    if 300 <= answer.status < 400:
        raise not_understood(answer, "a redirect")
    if not answer.is_success:
        raise await refuse(connections, connection, answer, scopes)
    body = answer.json() if single or language else await _list(answer)
    found = [body] if single else language.read(body) if language else body
    if not isinstance(found, list) or not all(
        isinstance(row, dict) and ident(row.get("id")) for row in found
    ):
        raise not_understood(answer, "no record" if single else "no list of records")
    return found


async def _list(answer: Answer) -> Any:
    """The parsed body; a large one is read record by record, which takes longer, for others to have their turn."""
    if len(answer.body) <= MOST_AT_ONCE:
        return answer.json()
    found, unrested = [], 0
    try:
        for record in cut(answer.body):
            found.append(orjson.loads(record))
            unrested += len(record)
            if unrested > BREATH:
                unrested = 0
                await asyncio.sleep(0)
    except (NoList, orjson.JSONDecodeError):
        return answer.json()  # no list, or no JSON, which is told there
    return found


def behind(
    paging: Paging,
    limit: int,
    position: Position,
    rows: Sequence[Row],
    answer: Answer,
    language: Language | None,
) -> Position:
    """What the next page starts after, None at the end: a short page is the last unless the vendor says otherwise."""
    found = paging.next(limit, position, rows)
    if found is None and rows and language and language.goes_on(answer.json()):
        return paging.next(len(rows), position, rows)
    return found
