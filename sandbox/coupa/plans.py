"""What an answer shows of a record: named shapes, `fields=` lists and `return_object` compiled into plans."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.coupa.schema import KINDS, CustomField, Field, Kind, Link
from sandbox.coupa.switches import Switches

ID = Field("id", "int", readonly=True)
CREATED, UPDATED = Field("created-at", "time", readonly=True), Field("updated-at", "time", readonly=True)
AUDIT = (
    Link("created-by", "user", many=False, shape="embedded"),
    Link("updated-by", "user", many=False, shape="embedded"),
)
KEPT = 256  # plans of `fields=` lists
PADDING = 80  # further user fields at bloat_factor 1: a full order of eight lines passes 300 kB

FULL = "dates own customs links audit"
EMBEDDED = "dates own customs links"


@dataclass(frozen=True, slots=True)
class Step:
    """One key of the answer: a field, a custom field, an association, or the `custom-fields` object (`names`)."""

    key: str
    field: Field | None = None
    link: Link | None = None
    custom: CustomField | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """`whole`: a complete answer, in which keys may be missing that `fields=` would bring; `inner` per association key.

    `deleted`: lines that were deleted stay visible.
    """

    kind: Kind
    steps: tuple[Step, ...]
    inner: "dict[str, Inner]"
    whole: bool = False
    deleted: bool = False


class Inner:
    """How the records of one association are shown: a selection of the caller's or a shape by class."""

    def __init__(self, plans: "Plans", shape: str | None = None, chosen: Any = None) -> None:
        self.plans = plans
        self.shape = shape
        self.chosen = chosen
        self._by_kind: dict[str, Plan] = {}

    def plan(self, kind: str) -> Plan:
        found = self._by_kind.get(kind)
        if found is None:
            target = KINDS[kind]
            found = (
                self.plans.shape(target, self.shape) if self.shape else self.plans.choose(target, self.chosen)
            )
            self._by_kind[kind] = found
        return found


class Plans:
    """Compiles and keeps the plans of one tenant."""

    def __init__(self, switches: Switches) -> None:
        padded = round(PADDING * switches.bloat_factor)
        self.padding = tuple(f"employee-attribute-{number}" for number in range(1, padded + 1))
        self._shapes: dict[tuple[str, str], Plan] = {}
        self._listed: dict[tuple[str, str], Plan] = {}
        self._deleted: dict[Plan, Plan] = {}

    def full(self, kind: Kind) -> Plan:
        return self.shape(kind, "full")

    def shape(self, kind: Kind, name: str) -> Plan:
        """The plan of a named shape. Associations that lack one of their own take `embedded`."""
        found = self._shapes.get((kind.name, name))
        if found is None:
            text = kind.shapes.get(name) or (FULL if name == "full" else EMBEDDED)
            found = self._shapes[kind.name, name] = self._written(kind, text)
        return found

    def listed(self, kind: Kind, text: str, chosen: Any) -> Plan:
        """The plan of a list of fields, kept under its text so that repeated calls share their work."""
        key = (kind.name, text)
        if key not in self._listed:
            if len(self._listed) >= KEPT:
                self._listed.clear()
            self._listed[key] = self.choose(kind, chosen)
        return self._listed[key]

    def with_deleted(self, plan: Plan) -> Plan:
        """The same plan with deleted lines in sight."""
        if len(self._deleted) >= KEPT:
            self._deleted.clear()
        return self._deleted.setdefault(plan, replace(plan, deleted=True))

    def without_collections(self, kind: Kind) -> Plan:
        """Everything but lines and other collections, as a default response filter can have it."""
        full = self.full(kind)
        kept = tuple(step for step in full.steps if not step.link or not step.link.many)
        return self._listed.setdefault((kind.name, "headers"), replace(full, steps=kept))

    def limited(self, kind: Kind) -> Plan:
        return self.listed(kind, "limited", ["id"])

    def shallow(self, kind: Kind) -> Plan:
        """Own fields, and of direct associations the id and the natural keys."""
        key = (kind.name, "shallow")
        if key not in self._listed:
            self._listed[key] = self._shallow(self.full(kind))
        return self._listed[key]

    def _shallow(self, full: Plan) -> Plan:
        inner = {
            step.key: Inner(self, chosen=_natural(KINDS[step.link.kind]))
            for step in full.steps
            if step.link and step.link.kind in KINDS
        }
        steps = tuple(
            replace(step, link=replace(step.link, absent=True)) if step.link and not step.link.many else step
            for step in full.steps
            if not step.link or step.link.kind != "none"
        )
        return Plan(full.kind, steps, inner, whole=True)

    def choose(self, kind: Kind, chosen: Any) -> Plan:
        """The plan of a `fields=` list: text names own fields, objects name an association and its own list."""
        if not chosen:
            return self.shape(kind, "embedded")
        steps: dict[str, Step] = {}
        inner: dict[str, Inner] = {}
        for one in chosen if isinstance(chosen, list) else [chosen]:
            pairs: Sequence[tuple[str, Any]] = (
                list(one.items()) if isinstance(one, dict) else [(str(one), None)]
            )
            for written, below in pairs:
                self._pick(kind, dashed(written), below, steps, inner)
        return Plan(kind, tuple(steps.values()), inner)

    def _pick(
        self, kind: Kind, name: str, below: Any, steps: dict[str, Step], inner: dict[str, Inner]
    ) -> None:
        link = links(kind).get(name)
        if name == "custom-fields":
            names = tuple(dashed(str(one)) for one in below) if isinstance(below, list) else ()
            steps[name] = Step(name, names=names or namespaced(kind))
        elif link and below is not None:
            steps[name] = Step(name, link=link)
            inner[name] = Inner(self, chosen=below)
        elif name in kind.customs and kind.customs[name].old:
            steps[name] = Step(name, custom=kind.customs[name])
        else:
            known = own(kind, name)
            if known:
                steps[name] = Step(name, known)

    def _written(self, kind: Kind, text: str) -> Plan:
        steps: list[Step] = []
        inner: dict[str, Inner] = {}
        for word in text.split():
            name, _, shape = word.partition(".")
            for step in self._steps(kind, name):
                steps.append(step)
                if step.link:
                    inner[step.key] = Inner(self, shape or step.link.shape)
        return Plan(kind, tuple(steps), inner, whole=True)

    def _steps(self, kind: Kind, name: str) -> list[Step]:
        if name == "dates":
            return (
                [Step("id", ID), Step("created-at", CREATED), Step("updated-at", UPDATED)]
                if kind.dated
                else [Step("id", ID)]
            )
        if name == "own":
            return [Step(one.name, one) for one in kind.fields.values() if not one.hidden]
        if name == "links":
            shown = [one for one in kind.links.values() if not one.hidden]
            return [Step(one.name, link=one) for one in sorted(shown, key=lambda one: one.many)]
        if name == "customs":
            spaced = [Step("custom-fields", names=namespaced(kind))] if namespaced(kind) else []
            return self._globals(kind) + spaced
        if name == "globals":
            return self._globals(kind)
        if name == "audit":
            return [Step(one.name, link=one) for one in AUDIT] if kind.audited else []
        if name in kind.links:
            return [Step(name, link=kind.links[name])]
        return [Step(name, own(kind, name))]

    def _globals(self, kind: Kind) -> list[Step]:
        old = [Step(one.name, custom=one) for one in kind.customs.values() if one.old]
        padding = self.padding if kind.name == "user" else ()
        return old + [Step(name, Field(name)) for name in padding]


def dashed(name: str) -> str:
    """Clients write names with dashes, underscores or in camel case; Coupa answers with dashes."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", name).replace("_", "-").lower()


def own(kind: Kind, name: str) -> Field | None:
    """A field by its dashed name, dates and id included; a foreign key column stands for its association."""
    if name == "id":
        return ID
    if kind.dated and name in ("created-at", "updated-at"):
        return CREATED if name == "created-at" else UPDATED
    if name in kind.fields:
        return kind.fields[name]
    if name.endswith("-id") and name[:-3] in links(kind) and not links(kind)[name[:-3]].many:
        return Field(name, "ref", readonly=True)
    return None


def links(kind: Kind) -> dict[str, Link]:
    return {**kind.links, **({one.name: one for one in AUDIT} if kind.audited else {})}


def namespaced(kind: Kind) -> tuple[str, ...]:
    return tuple(one.name for one in kind.customs.values() if not one.old)


def _natural(kind: Kind) -> list[Any]:
    plain: list[Any] = [key for key in kind.keys if key in kind.fields]
    if "external-src-ref" in kind.fields and not plain:
        plain = ["external-src-ref"]
    return ["id", *plain]
