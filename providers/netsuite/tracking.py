"""Departments, classes, locations and the tenant's own segments as unified tracking categories, one record a row."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from providers.filters import Cases, Narrowing
from providers.mapping import Node, at, const, fields, not_offered
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    CUSTOM,
    DELETED,
    IS_ACTIVE,
    SEGMENT,
    UPDATED,
    Columns,
    PrefixedIds,
    folded,
    key,
    moment,
    optional,
    own,
    resource,
    same,
    statement,
    whole,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.masters_written import tracking
from providers.netsuite.shapes import CUSTOM_FIELDS, STATUS, first, prefixed
from providers.netsuite.shapes import UPDATED as UPDATED_AT
from providers.resource import Resource, Source
from schemas.accounting import TrackingCategory

TABLES = {"department": "department", "class": "classification", "location": "location"}
MOST_SEGMENTS = 50


def _table(kind: str, company: Node) -> Any:
    return fields(
        TrackingCategory,
        id=prefixed(f"{kind}:"),
        name=at("name"),
        category_type=const(kind),
        status=STATUS,
        parent_category=prefixed(f"{kind}:", "parent"),
        company=company,
        options=not_offered("every value is a category of its own, so that it keeps its parent and company"),
        created_at=not_offered("NetSuite does not tell when it was made"),
        updated_at=UPDATED_AT,
        custom_fields=CUSTOM_FIELDS,
    )


def _columns(kind: str, alias: str, *names: str) -> Columns:
    return {
        **key(alias),
        **columns(alias, "name", "parent", "isinactive", "externalid", *names),
        "folded": folded(f"{alias}.name"),
        "lastmodifieddate": moment(f"{alias}.lastmodifieddate", option="lastmodifieddate"),
        "fullid": replace(key(alias)["id"], sql=f"'{kind}:' || {alias}.id", hidden=True),
    }


def _source(kind: str) -> Source:
    table, found = TABLES[kind], _table(kind, at("subsidiary", first))
    return Source(
        f"/record/v1/{table}",
        found,
        prefix=f"{kind}:",
        statement=statement(
            f"{table} d",
            {**_columns(kind, "d", "fullname"), **optional("d", "subsidiary")},
            own=own(table, "custrecord", SEGMENT),
        ),
        whole=whole(table),
        spare=True,
        writing=tracking(kind, table, found),
    )


@lru_cache(1024)
def _segment(script_id: str) -> Source:
    """The values of a segment lie in a table of its own."""
    table = f"customrecord_{script_id}"
    return Source(
        f"/record/v1/{table}",
        _table(
            script_id, not_offered("a segment's value belongs to no subsidiary, it is at most offered there")
        ),
        prefix=f"{script_id}:",
        statement=statement(f"{table} s", _columns(script_id, "s"), own=own(table, "custrecord")),
        whole=whole(table),
        spare=True,
    )


def _further(declared: Resource, context: Mapping[str, Any]) -> Resource:
    """With the segments that the account has."""
    known = context.get("custom_segments")
    names = filter(CUSTOM.fullmatch, known if isinstance(known, Mapping) else ())
    sources = [_segment(name) for name in sorted(names)[:MOST_SEGMENTS]]
    if not sources:
        return declared
    gathered = (*declared.sources, *sources)
    return replace(declared, sources=gathered, filters={**declared.filters, **_by_place(gathered)})


def _by_place(sources: tuple[Source, ...]) -> dict[str, Any]:
    """The filters that say which of the tables are looked into."""
    living = {source.prefix: source.path for source in sources if not source.apart}
    gone = {source.prefix: source.path for source in sources if source.apart}
    kinds = {
        prefix.removesuffix(":"): Narrowing(paths=frozenset(filter(None, (path, gone.get(prefix)))))
        for prefix, path in living.items()
    }
    return {"id": PrefixedIds(living), "category_type": Kinds(kinds)}


class Kinds(Cases):
    """Kinds of dimension: several are looked into one after the other."""

    def __call__(self, operator: str, found: Any, zone: Any) -> Narrowing:
        paths = frozenset(path for word in found for path in self.cases[word].paths or ())
        return Narrowing(paths=paths)


def _gone(kind: str) -> Source:
    rows = {"name": at("name"), "category_type": const(kind)}
    return deleted(TrackingCategory, TABLES[kind], prefix=f"{kind}:", **rows)


SOURCES = (*map(_source, TABLES), *map(_gone, TABLES))
TRACKING_CATEGORIES = resource(
    sources=SOURCES,
    filters={
        **UPDATED,
        "is_deleted": DELETED,
        "name": same("folded"),
        "status": IS_ACTIVE,
        **_by_place(SOURCES),
    },
    sorts={},
    further=_further,
)
