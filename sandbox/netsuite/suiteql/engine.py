"""Runs SuiteQL: a statement is compiled once, bound, run on the account's records, and its rows dressed."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.netsuite.account import Account
from sandbox.netsuite.moments import displayed, is_moment
from sandbox.netsuite.store import Store
from sandbox.netsuite.suiteql.dialect import WRITTEN, parsed
from sandbox.netsuite.suiteql.functions import number
from sandbox.netsuite.suiteql.names import resolve
from sandbox.netsuite.suiteql.refused import unsupported
from sandbox.netsuite.suiteql.rewrite import Rewriter, fitted

ZONE = "sessiontimezone"
KEPT = 256  # compiled statements


@dataclass(frozen=True)
class Compiled:
    """`binds` tells how a bound value is read, `parameters` how many there are."""

    sql: str
    names: tuple[str, ...]
    binds: dict[str, str]
    parameters: int


@dataclass(frozen=True)
class Found:
    """A page of rows as they travel, and how many there are in all."""

    rows: list[dict[str, str]]
    total: int


@dataclass
class Engine:
    """SuiteQL of one account as one role sees it. `column_names` is lower, upper or as_written."""

    store: Store
    account: Account
    column_names: str = "lower"
    lost_alias: bool = False
    compiled: Callable[[str], Compiled] = field(init=False)

    def __post_init__(self) -> None:
        self.compiled = lru_cache(KEPT)(self._compiled)

    def run(self, text: str, params: Sequence[str], limit: int, offset: int) -> Found:
        """Raises Refused for everything that NetSuite calls an invalid search query."""
        statement = self.compiled(text)
        bound = self._bound(statement, params)
        try:
            total = self.store.db.execute(f"SELECT COUNT(*) FROM ({statement.sql})", bound).fetchone()[0]  # noqa: S608
            page = f"SELECT * FROM ({statement.sql}) LIMIT {limit} OFFSET {offset}"  # noqa: S608
            rows = self.store.db.execute(page, bound).fetchall()
        except sqlite3.Error as error:
            raise unsupported(str(error)) from error
        return Found([self._dressed(statement.names, row) for row in rows], total)

    def _compiled(self, text: str) -> Compiled:
        try:
            return self._translated(text)
        except (SqlglotError, RecursionError) as error:
            raise unsupported("the statement is not well formed") from error

    def _translated(self, text: str) -> Compiled:
        tree, binds = parsed(text), dict[str, str]()
        parameters = len(list(tree.find_all(exp.Placeholder)))
        resolve(tree, self.account)
        names = tuple(name or f"expr{place}" for place, name in enumerate(map(self._name, tree.selects), 1))
        sql = Rewriter(self.account, binds).rewritten(tree).sql("sqlite", identify=True)
        return Compiled(sql, names, binds, parameters)

    def _name(self, selected: exp.Expr) -> str:
        """What a column is called in an answer; empty for what has no name."""
        lost = (
            self.lost_alias and isinstance(selected.unalias(), exp.Column) and selected.unalias().name == ZONE
        )
        if lost or not isinstance(selected, exp.Alias | exp.Column):
            return ""
        name = selected.args["alias"] if isinstance(selected, exp.Alias) else selected.this
        return CASINGS[self.column_names](name)

    def _bound(self, statement: Compiled, params: Sequence[str]) -> dict[str, Any]:
        if len(params) != statement.parameters:
            raise unsupported(f"{statement.parameters} values are needed for ?, {len(params)} were given")
        given = {f"p{place}": value for place, value in enumerate(params)}
        return {
            name: fitted(value, statement.binds[name] == "moment", self.account)
            if name in statement.binds
            else value
            for name, value in given.items()
        }

    def _dressed(self, names: Sequence[str], row: sqlite3.Row) -> dict[str, str]:
        return {name: self._text(value) for name, value in zip(names, row, strict=True) if value is not None}

    def _text(self, value: Any) -> str:
        if isinstance(value, int | float):
            return number(value)
        return displayed(value, self.account.date_format) if is_moment(value) else str(value)


def _as_written(name: exp.Identifier) -> str:
    return str(name.meta.get(WRITTEN, name.name))


CASINGS: dict[str, Callable[[exp.Identifier], str]] = {
    "lower": lambda name: name.name,
    "upper": lambda name: name.name.upper(),
    "as_written": _as_written,
}
