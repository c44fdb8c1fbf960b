"""Turns a resolved statement into one that SQLite runs: display texts, times in the account's zone, ROWNUM, values."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp, parse_one

from sandbox.netsuite.account import Account
from sandbox.netsuite.catalog import LISTS, TABLES, Column
from sandbox.netsuite.documents import KINDS
from sandbox.netsuite.moments import read_display
from sandbox.netsuite.suiteql.functions import FUNCTIONS
from sandbox.netsuite.suiteql.names import COMPARED, MEANING, STORED, kind_of
from sandbox.netsuite.suiteql.refused import Refused, unsupported

RECORDS = tuple(kind.record for kind in KINDS.values())
OF_TRANSACTIONS = ("transaction", "transactionline", "transactionaccountingline")
NUMBERS, MOMENTS = ("num", "ref"), ("date", "time")


@dataclass
class Rewriter:
    """`binds` is filled with the kind that a bound value is read as, by the name of its placeholder."""

    account: Account
    binds: dict[str, str]

    def rewritten(self, tree: exp.Query) -> exp.Expr:
        for compared, other in list(_comparisons(tree)):
            self._fit(kind_of(compared), other)
        for select in list(tree.find_all(exp.Select)):
            _rownum(select)
        return tree.transform(self._node, copy=False)

    def _fit(self, kind: str | None, other: exp.Expr) -> None:
        """A text beside a number is read as a number, one beside a date in the account's format."""
        if kind not in NUMBERS + MOMENTS:
            return
        if isinstance(other, exp.Placeholder):
            self.binds[other.name] = "moment" if kind in MOMENTS else "number"
        elif isinstance(other, exp.Literal) and other.is_string:
            other.replace(literal(fitted(other.name, kind in MOMENTS, self.account)))

    def _node(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Dot):
            return _builtin(node)
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Anonymous) and node.name.upper() in FUNCTIONS:
            node.set("this", FUNCTIONS[node.name.upper()].name or node.name.upper())
        if isinstance(node, exp.Table):
            return self._seen(node)
        if isinstance(node, exp.Query):
            node.set("offset", None)
        return node

    def _seen(self, table: exp.Table) -> exp.Expr:
        """A table of transactions without those of kinds that the role has no permission for."""
        column = "id" if table.name == "transaction" else "transaction"
        kinds = ", ".join(f"'{record}'" for record in RECORDS if record in self.account.hidden)
        if not kinds or table.name not in OF_TRANSACTIONS:
            return table
        gone = f'SELECT id FROM "transaction" WHERE recordtype IN ({kinds})'  # noqa: S608
        rest = f'SELECT * FROM "{table.name}" WHERE "{column}" NOT IN ({gone})'  # noqa: S608
        return exp.select("*").from_(f"({rest}) AS ns", dialect="sqlite").subquery(table.alias_or_name)

    def _column(self, column: exp.Column) -> exp.Expr:
        if column.table or column.name not in ("sessiontimezone", "sysdate"):
            local = column.meta.get(STORED) and kind_of(column) == "time"
            column.meta.pop(STORED, None)
            return exp.Anonymous(this="NS_LOCAL", expressions=[column]) if local else column
        if column.name == "sysdate":
            return exp.Anonymous(this="NS_NOW")
        return exp.Literal.string(str(self.account.zone))


def fitted(text: str, moment: bool, account: Account) -> str | float:
    """A value as the column beside it needs it; raises Refused."""
    try:
        if moment:
            return read_display(text, account.date_format)
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError as error:
        raise Refused(f"Invalid {'date' if moment else 'number'} value '{text}'.") from error


def literal(value: str | float) -> exp.Expr:
    return exp.Literal.string(value) if isinstance(value, str) else exp.convert(value)


def _comparisons(tree: exp.Query) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Pairs of what is compared and what with."""
    for node in tree.find_all(*COMPARED):
        yield node.left, node.right
        yield node.right, node.left
    for between in tree.find_all(exp.Between):
        yield from ((between.this, between.args[side]) for side in ("low", "high"))
    for within in tree.find_all(exp.In):
        yield from ((within.this, one) for one in within.expressions)


def _builtin(node: exp.Dot) -> exp.Expr:
    call = node.expression
    known = isinstance(call, exp.Anonymous) and node.name and str(node.this.name) == "builtin"
    if not known or call.name.upper() not in ("DF", "CF") or len(call.expressions) != 1:
        raise unsupported(node.sql())
    column: exp.Expr = call.expressions[0]
    if not isinstance(column, exp.Column) or MEANING not in column.meta:
        return column
    meaning: Column = column.meta[MEANING]
    place, text = f'"{column.table}"."{column.name}"', ""
    if meaning.target == "status":
        text = _status(column, place, call.name.upper())
    elif call.name.upper() == "DF":
        text = _display(meaning, place)
    return parse_one(text, read="sqlite") if text else column


def _status(column: exp.Column, place: str, asked: str) -> str:
    type_ = f'"{column.table}"."type"'
    if asked == "CF":
        return f"({type_} || ':' || {place})"
    found = f"df.id = {place} AND df.trantype = {type_}"
    return f"(SELECT df.fullname FROM transactionstatus AS df WHERE {found})"  # noqa: S608


def _display(meaning: Column, place: str) -> str:
    if meaning.kind not in ("ref", "list", "multi"):
        return ""
    in_list = meaning.target in LISTS
    source = "listvalue" if in_list else f'"{meaning.target}"'
    shown = "name" if in_list else TABLES[meaning.target].shown
    if not shown:
        return ""
    of_list = f" AND df.list = '{meaning.target}'" if in_list else ""
    if meaning.kind == "multi":
        several = f"INSTR(', ' || {place} || ',', ', ' || df.id || ',') > 0{of_list}"
        return f"(SELECT GROUP_CONCAT(df.{shown}, ', ') FROM {source} AS df WHERE {several})"  # noqa: S608
    return f"(SELECT df.{shown} FROM {source} AS df WHERE df.id = {place}{of_list})"  # noqa: S608


def _rownum(select: exp.Select) -> None:
    """`ROWNUM <= n` keeps the first rows before they are sorted; a ROWNUM that is selected numbers them."""
    most = [n for n in map(_bound, _conjuncts(select)) if n is not None]
    for column in list(select.find_all(exp.Column)):
        if column.name == "rownum" and not column.table and column.parent_select is select:
            if column.find_ancestor(exp.Where, exp.Order, exp.Group, exp.Having):
                raise unsupported("ROWNUM other than ROWNUM <= n")
            column.replace(exp.Window(this=exp.RowNumber(), over="OVER"))
    if most:
        _limited_before_sorting(select, min(most))


def _conjuncts(select: exp.Select) -> list[exp.Expr]:
    where = select.args.get("where")
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _bound(test: exp.Expr) -> int | None:
    """How many rows a test of ROWNUM lets through; it is taken out of its place."""
    if not isinstance(test, exp.LT | exp.LTE | exp.EQ) or test.left.name != "rownum" or not test.right.is_int:
        return None
    value = int(test.right.name)
    test.replace(exp.true())
    return value - 1 if isinstance(test, exp.LT) else value if isinstance(test, exp.LTE) or value == 1 else 0


def _limited_before_sorting(select: exp.Select, most: int) -> None:
    order = select.args.get("order")
    if order is None:
        select.limit(most, copy=False)
        return
    inner = select.copy()
    inner.set("order", None)
    outer = [exp.column(name, table="ns") for name in inner.named_selects]
    for number, one in enumerate(order.expressions):
        inner.select(exp.alias_(one.this.copy(), f"ns_{number}"), copy=False)
        one.set("this", exp.column(f"ns_{number}", table="ns"))
    sorted_ = exp.select(*outer).from_(inner.limit(most, copy=False).subquery("ns"))
    sorted_.set("order", order)
    for key in list(select.args):
        select.set(key, sorted_.args.get(key))
    for key, value in sorted_.args.items():
        select.set(key, value)
