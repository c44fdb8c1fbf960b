"""Admin lists: the filters of the query, pages, and what they mean to a table or to values in memory."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import eq, ge, gt, le, lt
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar
from starlette.requests import Request

from auth.moments import read_moment, show_moment
from schemas.errors import InvalidRequest
from schemas.tables import (
    ApiToken,
    EnvironmentIntegration,
    IntegratedAccount,
    OverrideVersion,
    RequestLogEntry,
    Webhook,
    WebhookDelivery,
)

R = TypeVar(
    "R",
    ApiToken,
    EnvironmentIntegration,
    IntegratedAccount,
    OverrideVersion,
    RequestLogEntry,
    Webhook,
    WebhookDelivery,
)

MOST = 5000
NAME = re.compile(r"([a-z_.]+)(?:\[([a-z]+)\])?(\[\d*\])?")
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {"eq": eq, "gt": gt, "gte": ge, "lt": lt, "lte": le}
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be printable text")
    return value


def _boolean(value: str) -> bool:
    if value not in BOOLEANS:
        raise ValueError("must be true or false")
    return BOOLEANS[value]


@dataclass(frozen=True)
class Kind:
    """How a filter's value is read, and by which operators it compares."""

    read: Callable[[str], Any]
    operators: tuple[str, ...]


TEXT = Kind(_text, ("eq", "in"))
BOOLEAN = Kind(_boolean, ("eq", "in"))


def whole_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError("must be a whole number")
    return int(text)


TIME = Kind(read_moment, ("eq", "in", "gt", "gte", "lt", "lte"))


@dataclass(frozen=True)
class Condition:
    """`values` holds one value, for `in` any number; conditions are joined by AND."""

    name: str
    operator: str
    values: tuple[Any, ...]

    def meets(self, value: Any) -> bool:
        if self.operator == "in":
            return value in self.values
        return value is not None and bool(COMPARISONS[self.operator](value, self.values[0]))

    def clause(self, column: Any) -> ColumnElement[bool]:
        if self.operator == "in":
            return col(column).in_(self.values)
        clause: ColumnElement[bool] = COMPARISONS[self.operator](col(column), self.values[0])
        return clause


@dataclass(frozen=True)
class Listing:
    """What a list call asks for."""

    conditions: tuple[Condition, ...]
    limit: int
    cursor: str | None

    def is_met_by(self, value: Callable[[str], Any]) -> bool:
        """Whether something meets all conditions; `value` gives what it has under a filter's name."""
        return all(each.meets(value(each.name)) for each in self.conditions)

    def translated(self, name: str, translate: Callable[[Any], Any]) -> "Listing":
        """The same with the values of one filter as they are stored."""
        conditions = (
            replace(each, values=tuple(map(translate, each.values))) if each.name == name else each
            for each in self.conditions
        )
        return replace(self, conditions=tuple(conditions))


def read_listing(request: Request, kinds: Mapping[str, Kind]) -> Listing:
    """The query of a list call. Raises InvalidRequest that names every parameter at fault and the known filters."""
    return read_parameters(request.query_params.multi_items(), kinds)


def read_parameters(
    parameters: Iterable[tuple[str, str]], kinds: Mapping[str, Kind], *, default: int = MOST
) -> Listing:
    """As `read_listing`; `default` is the limit where none is given."""
    found: dict[tuple[str, str], list[str]] = {}
    failures, limit, cursor = [], default, None
    for name, value in parameters:
        field, operator, is_list = _parts(name)
        if complaint := _complaint(name, value, field, operator, kinds):
            failures.append({"field": name[:100], "message": complaint})
        elif name == "next_cursor":
            cursor = value or None
        elif name == "limit":
            limit = min(int(value[:9]), MOST)
        else:
            found.setdefault((field, operator), []).extend(value.split(",") if is_list else [value])
    conditions = [
        _condition(kinds[field], field, how, given, failures) for (field, how), given in found.items()
    ]
    if failures:
        raise InvalidRequest(
            f"Filters are refused. Known here: {', '.join(kinds)}.",
            failures=failures,
            supported_filters=list(kinds),
        )
    return Listing(tuple(conditions), limit, cursor)


def _parts(name: str) -> tuple[str, str, bool]:
    """Filter and operator of a parameter's name, and whether a value is several with commas between."""
    form = NAME.fullmatch(name)
    field, operator = (form[1], form[2] or "eq") if form else (name, "eq")
    return field, operator, operator == "in" and form is not None and form[3] is None


def _complaint(name: str, value: str, field: str, operator: str, kinds: Mapping[str, Kind]) -> str | None:
    if name == "next_cursor":
        return None
    if not value:
        return "is empty"
    if name == "limit":
        return None if value.isdecimal() and int(value[:9]) > 0 else "must be a whole number above 0"
    if field not in kinds:
        return "is no filter here"
    if operator not in kinds[field].operators:
        return f"knows the operators {', '.join(kinds[field].operators)}"
    return None


def _condition(
    kind: Kind, name: str, operator: str, given: Sequence[str], failures: list[dict[str, str]]
) -> Condition:
    if operator != "in" and len(given) > 1:
        failures.append({"field": name, "message": "is given more than once"})
    try:
        return Condition(name, operator, tuple(kind.read(text) for text in given))
    except ValueError as error:
        failures.append({"field": name, "message": str(error)})
        return Condition(name, operator, ())


def page(rows: Sequence[Any], listing: Listing, next_cursor: str | None = None) -> dict[str, Any]:
    """The answer to a list call."""
    return {"result": list(rows), "next_cursor": next_cursor, "limit": listing.limit}


def pick(values: Sequence[Mapping[str, Any]], listing: Listing) -> dict[str, Any]:
    """The answer to a list call over what a gateway has built in. Raises InvalidRequest (`invalid_cursor`)."""
    places = [_encoded(str(value.get("id") or value["name"])) for value in values]
    if listing.cursor not in (None, *places):
        raise bad_cursor()
    first = places.index(listing.cursor) + 1 if listing.cursor else 0
    met = [at for at in range(first, len(values)) if listing.is_met_by(values[at].get)]
    shown = met[: listing.limit]
    return page([values[at] for at in shown], listing, places[shown[-1]] if shown != met else None)


def bad_cursor() -> InvalidRequest:
    return InvalidRequest("next_cursor is not one that was handed out.", reason="invalid_cursor")


async def read_page(
    session: AsyncSession,
    query: SelectOfScalar[R],
    table: type[R],
    listing: Listing,
    columns: Mapping[str, Any],
    *,
    newest_first: bool = False,
) -> tuple[list[R], str | None]:
    """A page of rows, oldest first, and where the next one begins: behind the last row, whatever comes or goes."""
    query = query.where(*(each.clause(columns[each.name]) for each in listing.conditions))
    if listing.cursor:
        query = query.where(_behind(table, listing.cursor, lt if newest_first else gt))
    order = [col(table.created_at), col(table.id)]
    ordered = query.order_by(*((each.desc() for each in order) if newest_first else order))
    ordered = ordered.limit(listing.limit + 1)
    rows = list((await session.exec(ordered)).all())
    if len(rows) <= listing.limit:
        return rows, None
    return rows[:-1], _cursor(rows[-2])


def _cursor(row: Any) -> str:
    return _encoded(f"{show_moment(row.created_at)}/{row.id}")


def _encoded(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _behind(table: Any, cursor: str, beyond: Callable[[Any, Any], Any]) -> ColumnElement[bool]:
    try:
        moment, _, row_id = base64.b64decode(cursor, b"-_", validate=True).decode().partition("/")
        created_at = read_moment(moment)
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if not row_id.isprintable():
        raise bad_cursor()
    same_time = and_(col(table.created_at) == created_at, beyond(col(table.id), row_id))
    return or_(beyond(col(table.created_at), created_at), same_time)
