"""Finds what each name of a statement means: tables the account has, columns they have, stars written out."""

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from sandbox.netsuite.account import Account
from sandbox.netsuite.catalog import TABLES, Column, Kind
from sandbox.netsuite.suiteql.functions import FUNCTIONS
from sandbox.netsuite.suiteql.refused import Broken, Refused, unsupported

# What `resolve` notes on a column: its catalog entry; that it is a table's own.
MEANING, STORED = "meaning", "stored"
BARE = ("rownum", "sessiontimezone", "sysdate")
COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def resolve(tree: exp.Query, account: Account) -> None:
    """Writes out stars, qualifies columns and notes their meaning. Raises Refused for a name that is not there."""
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table):
                _check_table(source, account)
        if isinstance(scope.expression, exp.Select):
            _write_out_stars(scope, account)
        for column in list(scope.expression.find_all(exp.Column)):
            if column.parent_select is scope.expression:
                _qualify(column, scope, account)
    for node in tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.Div):
        if {kind_of(node.left), kind_of(node.right)} & {"date", "time"}:
            raise unsupported("arithmetic with dates")


def _check_table(table: exp.Table, account: Account) -> None:
    if (
        table.args.get("db")
        or not isinstance(table.this, exp.Identifier)
        or account.table(table.name) is None
    ):
        raise Refused(f"Record '{table.name or table.sql()}' was not found.")


def _offered(source: exp.Table | Scope, account: Account) -> list[str]:
    if isinstance(source, exp.Table):
        return account.columns(TABLES[source.name])
    return [name for name in _query(source).named_selects if name]


def _write_out_stars(scope: Scope, account: Account) -> None:
    found: list[exp.Expr] = []
    for selected in scope.expression.expressions:
        if not selected.is_star or isinstance(selected, exp.Anonymous):
            found.append(_aliased(selected) if isinstance(selected, exp.Column) else selected)
            continue
        owners = [selected.table] if isinstance(selected, exp.Column) else list(scope.selected_sources)
        for owner in owners:
            if owner not in scope.sources:
                raise _unknown(owner, scope)
            names = _offered(scope.sources[owner], account)
            found += [_aliased(exp.column(name, table=owner)) for name in names]
    scope.expression.set("expressions", found)


def _aliased(column: exp.Column) -> exp.Expr:
    """Keeps the name of a column whatever it is turned into later."""
    return exp.alias_(column, column.this.copy())


def _qualify(column: exp.Column, scope: Scope, account: Account) -> None:
    if (not column.table and column.name in BARE) or isinstance(column.this, exp.Star):
        return
    if not column.table and _is_alias(column, scope):
        return
    for around in _outwards(scope):
        for name, source in around.sources.items():
            if column.table in ("", name) and column.name in _offered(source, account):
                if isinstance(source, exp.Table) and f"{source.name}.{column.name}" in account.broken:
                    raise Broken(column.name)
                column.set("table", exp.to_identifier(name))
                _note(column, source)
                return
    raise _unknown(column.name, scope)


def _outwards(scope: Scope) -> Iterator[Scope]:
    around: Scope | None = scope
    while around is not None:
        yield around
        around = around.parent


def _is_alias(column: exp.Column, scope: Scope) -> bool:
    """Whether the name is one of the select list's, which sorting may use."""
    aliases = {one.alias for one in _query(scope).selects if isinstance(one, exp.Alias)}
    return column.find_ancestor(exp.Order) is not None and column.name in aliases


def _note(column: exp.Column, source: exp.Table | Scope) -> None:
    if isinstance(source, exp.Table):
        column.meta[MEANING], column.meta[STORED] = TABLES[source.name].columns[column.name], True
        return
    inner = next(one for one in _query(source).selects if one.alias_or_name == column.name)
    column.meta[MEANING] = _handed_on(column.name, inner.unalias())


def _handed_on(name: str, inner: exp.Expr) -> Column:
    """What a column of a subquery means: as inside, if it is a column there that needs no other beside it."""
    meaning = inner.meta.get(MEANING) if isinstance(inner, exp.Column) else None
    if isinstance(meaning, Column) and meaning.target != "status":
        return meaning
    kind = kind_of(inner)
    return Column(
        name, kind if kind in ("num", "date", "time", "flag") else "num" if kind == "ref" else "text"
    )


def _query(scope: Scope) -> exp.Query:
    expression = scope.expression
    assert isinstance(expression, exp.Query)  # noqa: S101
    return expression


def _unknown(name: str, scope: Scope) -> Refused:
    known = ", ".join(
        f"{alias}={source.name if isinstance(source, exp.Table) else alias}"
        for alias, source in scope.sources.items()
    )
    return Refused(f"Unknown identifier '{name}'. Available identifiers are: {{{known}}}.", name)


def kind_of(node: exp.Expr | None) -> Kind | None:
    """The kind of an expression's value: a column's kind, `num`, `text` or `time`; None where it may be anything."""
    if isinstance(node, exp.Alias | exp.Paren):
        return kind_of(node.this)
    if isinstance(node, exp.Column):
        return node.meta[MEANING].kind if MEANING in node.meta else None
    if isinstance(node, exp.Anonymous) and node.name.upper() in FUNCTIONS:
        gives = FUNCTIONS[node.name.upper()].gives
        return kind_of(node.expressions[0]) if gives == "same" else gives
    if isinstance(node, exp.Window):
        return kind_of(node.this)
    if isinstance(node, exp.Case):
        return kind_of(node.args["ifs"][0].args["true"])
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return "num"
    return "num" if isinstance(node, exp.Literal) and not node.is_string else None
