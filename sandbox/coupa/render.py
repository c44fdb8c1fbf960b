"""Turns records into JSON by plan; bytes of repeated parts are kept until a record changes."""

import zlib
from collections.abc import Callable
from typing import Any

import orjson

from sandbox.coupa.plans import Inner, Plan, Step
from sandbox.coupa.schema import KINDS, CustomField, Field, Kind, Link
from sandbox.coupa.store import Record, Store

KEPT_BYTES = 96 * 1024 * 1024
SKIP = object()


class Renderer:
    """One per tenant. `null_style` says how an empty value looks: null, absent, empty or mixed per key."""

    def __init__(
        self, store: Store, stamp: Callable[[int], str], null_style: str, custom_shape: Plan, person: Plan
    ) -> None:
        self.store = store
        self.stamp = stamp
        self.null_style = null_style
        self.custom_shape = custom_shape
        self.person = person
        self._kept: dict[tuple[int, int], bytes] = {}
        self._plans: dict[int, Plan] = {}
        self._size = 0
        self._generation = store.generation

    def record(self, plan: Plan, record: Record) -> bytes:
        if self._generation != self.store.generation or self._size > KEPT_BYTES:
            self._kept.clear()
            self._plans.clear()
            self._size, self._generation = 0, self.store.generation
        key = (id(plan), record["id"])
        found = self._kept.get(key)
        if found is None:
            found = orjson.dumps(self.tree(plan, record))
            self._kept[key] = found
            self._plans[id(plan)] = plan  # keeps the plan alive, so that its id stays its own
            self._size += len(found)
        return found

    def collection(self, plan: Plan, records: list[Record]) -> bytes:
        return b"[" + b",".join(self.record(plan, one) for one in records) + b"]"

    def tree(self, plan: Plan, record: Record) -> dict[str, Any]:
        """The record's own keys; embedded records are ready-made fragments of JSON."""
        if plan.whole and plan.kind.name == "order-revision":
            return self.revision(record)
        answer: dict[str, Any] = {}
        missing = record.get("~missing", ()) if plan.whole else ()
        for step in plan.steps:
            if step.key in missing:
                continue
            value = self._value(plan, step, record)
            if value is None:
                value = self._empty(step)
            if value is not SKIP:
                answer[step.key] = value
        return answer

    def revision(self, record: Record) -> dict[str, Any]:
        """A revision of an order: who made it when, then the changed parts with their old and new values."""
        made = {
            "revision": record["revision"],
            "id": record["id"],
            "created-at": self.stamp(record["created-at"]),
            "created-by": record["created-by"],
        }
        return {"revision-record": made, **record["changes"]}

    def _value(self, plan: Plan, step: Step, record: Record) -> Any:
        if step.field is not None:
            return self.scalar(plan.kind, step.field, record)
        if step.link is not None:
            return self._embedded(plan, step.link, record)
        if step.custom is not None:
            return self.custom(step.custom, record.get(step.custom.name))
        return self._custom_fields(plan.kind, step, record)

    def scalar(self, kind: Kind, field: Field, record: Record) -> Any:
        """A field's value as JSON shows it."""
        if field.type == "ref":
            return record.get(field.name[:-3])
        if field.type == "size":
            return line_count(self.store, kind, record)
        value = record.get(field.name)
        return self.stamp(value) if field.type == "time" and value is not None else value

    def _embedded(self, plan: Plan, link: Link, record: Record) -> Any:
        if link.kind == "none":
            return [] if link.many else None
        target, found = self.store.follow(plan.kind, link, record)
        inner: Inner = plan.inner[link.name]
        if link.many:
            below = inner.plan(target) if found else None
            shown = [one for one in found if plan.deleted or "~deleted" not in one]
            return [self._fragment(below, one) for one in shown if below]
        return self._fragment(inner.plan(target), found[0]) if found else None

    def _fragment(self, plan: Plan, record: Record) -> Any:
        return orjson.Fragment(self.record(plan, record))

    def custom(self, custom: CustomField, value: Any) -> Any:
        """A custom field's value: lookups and people as short objects, dates in the tenant's zone."""
        if value is None:
            return None
        if custom.type == "time":
            return self.stamp(value)
        if custom.type in ("lookup", "user"):
            target = KINDS["lookup-value" if custom.type == "lookup" else "user"]
            found = self.store.get(target.name, value)
            plan = self.custom_shape if custom.type == "lookup" else self.person
            return self._fragment(plan, found) if found else None
        return value

    def _custom_fields(self, kind: Kind, step: Step, record: Record) -> dict[str, Any]:
        values = record.get("custom-fields", {})
        chosen = [kind.customs[name] for name in step.names or () if name in kind.customs]
        return {one.name: self.custom(one, values.get(one.name)) for one in chosen}

    def _empty(self, step: Step) -> Any:
        if step.link is not None and step.link.absent:
            return SKIP
        style = self.null_style
        if style == "mixed":
            style = ("null", "absent", "empty")[zlib.crc32(step.key.encode()) % 3]
        return {"null": None, "absent": SKIP, "empty": ""}[style]


def line_count(store: Store, kind: Kind, record: Record) -> int:
    """Lines of a document that are not deleted."""
    lines = next(one for one in kind.links.values() if one.name.endswith("-lines") and one.many)
    return sum("~deleted" not in one for one in store.follow(kind, lines, record)[1])
