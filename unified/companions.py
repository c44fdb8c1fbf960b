"""What belongs to the rows of a page and lies in other tables: asked for once a page, laid into each row."""

from collections.abc import Sequence
from dataclasses import replace

from auth.connections import Connections
from providers.companions import Companion
from providers.paging import Position
from proxy.cursors import check_rising
from unified.asking import Asking
from unified.rows import Row, Rows, behind, records
from unified.target import Target

# how a statement is answered that the account's rights or options leave no room for
REFUSED = (400, 403, 404)


class Companions:
    """Asks for them with what is remembered of each tenant."""

    def __init__(self, asking: Asking, connections: Connections) -> None:
        self._asking, self._connections = asking, connections

    async def laid(self, target: Target, page: Rows) -> Rows:
        """The page with all its companions; `cut` where the vendor refused one that can be done without."""
        added: dict[str, Row] = {row["id"]: {} for row in page.rows}
        cut = False
        for companion in target.source.companions:
            groups = await self._groups(target, companion, page.rows)
            cut = cut or groups is None
            for row in page.rows if groups is not None else ():
                found = (inner for value in companion.of(row) for inner in (groups or {}).get(value, ()))
                added[row["id"]][companion.into] = list(found)
        return replace(page, added=added, cut=cut, beside=True)

    async def _groups(
        self, target: Target, companion: Companion, rows: Sequence[Row]
    ) -> dict[str, list[Row]] | None:
        """The companion's rows by the value that says where they belong; None where the vendor refuses them."""
        groups: dict[str, list[Row]] = {}
        values = list(dict.fromkeys(value for row in rows for value in companion.of(row)))
        most = companion.statement.language.most
        for at in range(0, len(values), most):
            found = await self._all(target, companion, values[at : at + most])
            if found is None:
                return None
            for row in found:
                groups.setdefault(str(row.get(companion.parent)), []).append(row)
        return groups

    async def _all(self, target: Target, companion: Companion, values: Sequence[str]) -> list[Row] | None:
        """Every row that belongs to one of the values, page by page; None as above."""
        paging, language = companion.paging, companion.statement.language
        found: list[Row] = []
        position: Position = None
        while True:
            asked = (*companion.narrowed(values), *paging.ask(paging.most, position))
            call = target.companion_call(companion, asked)
            answer = await self._asking.ask(target, call, companion.statement.table)
            if companion.spare and answer.status in REFUSED:
                return None
            rows = await records(self._connections, target.connection, answer, target.source.scopes, language)
            check_rising(paging, position, rows)
            found += rows
            position = behind(paging, paging.most, position, rows, answer, language)
            if position is None:
                return found
