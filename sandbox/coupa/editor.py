"""Applies the body of a write to records: only what is sent changes, lines by id, references by natural keys."""

from collections.abc import Mapping
from typing import Any

from sandbox.coupa.answers import invalid
from sandbox.coupa.bodies import Unfit, flat, human, listed, scalar, truth
from sandbox.coupa.charts import on_the_fly
from sandbox.coupa.plans import links, own
from sandbox.coupa.references import NotFound, resolve, target_of
from sandbox.coupa.rulebook import RULES
from sandbox.coupa.rules import PARTS, PLAIN, Rules
from sandbox.coupa.schema import KINDS, CustomField, Field, Kind, Link
from sandbox.coupa.store import Record
from sandbox.coupa.tenant import Tenant

ALIASES = {
    ("supplier", "supplier-status"): "status",
    ("requisition", "requester"): "requested-by",
    ("order", "requester"): "requested-by",
}
UNTOUCHED = frozenset({"id", "created-at", "updated-at", "created-by", "updated-by"})


class Editor:
    """Writes of one call, as `user`. `ignoring`: updates change nothing. `lenient`: no rule is held against them."""

    def __init__(self, tenant: Tenant, user: int, *, ignoring: bool = False, lenient: bool = False) -> None:
        self.tenant, self.store, self.user = tenant, tenant.store, user
        self.now = tenant.now()
        self.ignoring, self.lenient = ignoring, lenient

    def create(self, kind: Kind, body: Mapping[str, Any], preset: Mapping[str, Any] | None = None) -> Record:
        """A new record with the class's defaults. Raises Refusal 400."""
        rules = RULES.get(kind.name, PLAIN)
        stamps = {
            "created-at": self.now,
            "updated-at": self.now,
            "created-by": self.user,
            "updated-by": self.user,
        }
        record = self.store.insert(kind.name, {**stamps, **rules.defaults, **(preset or {})})
        self._change(kind, record, body, rules, creating=True)
        return record

    def update(self, kind: Kind, record: Record, body: Mapping[str, Any], *, touch: bool = True) -> None:
        """Changes what `body` names. Raises Refusal 400."""
        if touch:
            self.store.set(kind.name, record, {"updated-at": self.now, "updated-by": self.user})
        self._change(kind, record, {} if self.ignoring else body, RULES.get(kind.name, PLAIN), creating=False)

    def set(self, kind: str, record: Record, **values: Any) -> None:
        """Values of a record as the stand-in itself changes them; underscores for dashes. Moves updated-at."""
        changed = {name.replace("_", "-"): value for name, value in values.items()}
        self.store.set(kind, record, {**changed, "updated-at": self.now, "updated-by": self.user})

    def _change(
        self, kind: Kind, record: Record, body: Mapping[str, Any], rules: Rules, *, creating: bool
    ) -> None:
        given = flat(body)
        unfit: dict[str, str] = {}
        values: Record = {}
        for written, value in given.items():
            name = ALIASES.get((kind.name, written), written)
            if name in UNTOUCHED or name.startswith("_"):
                continue
            try:
                self._assign(kind, record, name, value, values)
            except Unfit as error:
                unfit[name] = str(error) if isinstance(error, _Missing) else f"{human(name)} {error}"
        self.store.set(kind.name, record, values)
        broken = [
            *self._broken(kind, record, rules),
            *(rules.check(self, record, creating) if rules.check else ()),
        ]
        named = {
            f"{human(name)} can't be blank" for name in unfit
        }  # a value that does not fit is not missing too
        texts = [*unfit.values(), *(text for text in broken if text not in named)]
        if texts and not self.lenient:
            raise invalid(kind.model, *texts)
        if rules.settle and not texts:
            rules.settle(self, record, given, creating)

    def _assign(self, kind: Kind, record: Record, name: str, value: Any, values: Record) -> None:
        link, field = links(kind).get(name), own(kind, name)
        if name == "custom-fields":
            chosen = {
                key: one
                for key, one in flat(value).items()
                if key in kind.customs and not kind.customs[key].old
            }
            spaced = {
                key: self._custom(kind.customs[key], one)
                for key, one in chosen.items()
                if self._open(kind.customs[key])
            }
            values[name] = {**record.get(name, {}), **spaced}
        elif name in kind.customs and kind.customs[name].old:
            values[name] = self._custom(kind.customs[name], value)
        elif link:
            self._associate(kind, record, link, value, values)
        elif name.endswith("-id") and name[:-3] in kind.links and field and field.type == "ref":
            self._associate(kind, record, kind.links[name[:-3]], value, values)
        elif field:
            if not field.readonly:
                values[name] = scalar(field, value, self.tenant.zone)
        elif self.tenant.switches.unknown_field_in_body == "400":
            raise Unfit("is not a known attribute")

    def _open(self, custom: CustomField) -> bool:
        if not custom.readonly:
            return True
        if self.tenant.switches.custom_field_readonly == "400":
            raise Unfit(f"{custom.name} is not editable")
        return False

    def _custom(self, custom: CustomField, value: Any) -> Any:
        if value is None or value == "":
            return value
        if custom.type in ("lookup", "user"):
            return self._found(
                KINDS["lookup-value" if custom.type == "lookup" else "user"], custom.name, value, None
            )
        if custom.type == "list":
            return [str(one) for one in listed(custom.name, value)]
        return scalar(Field(custom.name, custom.type, 0), value, self.tenant.zone)

    def _associate(self, kind: Kind, record: Record, link: Link, value: Any, values: Record) -> None:
        target = target_of(link, record)
        if target is None or link.readonly:
            return
        if (link.kind in PARTS or link.name == "remit-to-addresses") and kind.name != "receipt":
            values[link.name] = self._parts(kind, record, link, target, value)
        elif link.many:
            ids = [self._found(target, link.name, one, None) for one in listed(link.name, value)]
            self._collect(kind, record, link, [id_ for id_ in ids if id_ is not None], values)
        else:
            values[link.name] = self._found(target, link.name, value, record.get(link.name))

    def _collect(self, kind: Kind, record: Record, link: Link, ids: list[int], values: Record) -> None:
        """Collections of references are replaced; members of groups are kept as memberships of their own."""
        if (kind.name, link.name) not in (("user", "user-groups"), ("user-group", "users")):
            values[link.name] = ids
            return
        mine, other = ("user", "user-group") if kind.name == "user" else ("user-group", "user")
        present = self.store.where("user-group-membership", mine, record["id"])
        for one in present:
            if one[other] not in ids:
                self.store.delete("user-group-membership", one["id"])
        for id_ in ids:
            if id_ not in {one[other] for one in present}:
                self.create(KINDS["user-group-membership"], {}, {mine: record["id"], other: id_})

    def _found(self, target: Kind, name: str, value: Any, old: int | None) -> int | None:
        if value is None or value in ("", {}):
            return None
        try:
            return resolve(self.store, target, name, value)
        except NotFound as missing:
            made = on_the_fly(self, target, value)
            if made is not None:
                return made
            if self.tenant.switches.missing_reference == "keep":
                return old
            raise _Missing(str(missing)) from missing

    def _parts(self, kind: Kind, record: Record, link: Link, target: Kind, value: Any) -> Any:
        if not link.many:
            return self._part(target, value, record.get(link.name))
        kept: list[int] = list(record.get(link.name) or [])
        for one in listed(link.name, value):
            given = flat(one)
            id_ = scalar(Field("id", "int"), given.get("id"), None)
            if id_ is None and truth(given.get("_delete")):
                continue
            if id_ is None:
                kept.append(self.create(target, given, self._owner(kind, record, target))["id"])
            elif id_ not in kept:
                raise _Missing(f"Couldn't find {human(target.root)} with id {id_}")
            elif truth(given.get("_delete")):
                kept = self._without(target, kept, id_)
            else:
                self.update(target, self.store.need(target.name, id_), given)
        return kept

    def _part(self, target: Kind, value: Any, present: int | None) -> int | None:
        if value is None or value in ("", {}):
            return None
        old = self.store.get(target.name, present)
        if old is None or flat(value).get("id", present) != present:
            id_: int = self.create(target, value)["id"]
            return id_
        self.update(target, old, value)
        return present

    def _without(self, target: Kind, kept: list[int], id_: int) -> list[int]:
        """Lines of orders stay, marked as deleted; all other parts go."""
        if target.name == "order-line":
            self.store.set(
                target.name, self.store.need(target.name, id_), {"~deleted": True, "updated-at": self.now}
            )
            return kept
        self.store.delete(target.name, id_)
        return [one for one in kept if one != id_]

    def _owner(self, kind: Kind, record: Record, target: Kind) -> dict[str, Any]:
        if target.name == "order-line":
            return {"order-header-id": record["id"], "order-header-number": record.get("po-number")}
        return {}

    def _broken(self, kind: Kind, record: Record, rules: Rules) -> list[str]:
        texts = [
            f"{human(name)} can't be blank" for name in rules.required if record.get(name) in (None, "", [])
        ]
        texts += [
            f"{human(name)} can't be blank"
            for name in self.tenant.required_customs.get(kind.name, ())
            if (record if kind.customs[name].old else record.get("custom-fields", {})).get(name)
            in (None, "", [])
        ]
        for one in rules.unique:
            name, within = (one, None) if isinstance(one, str) else one
            value = record.get(name)
            if value not in (None, "") and self._taken(kind, record, name, within):
                texts.append(f"{human(name)} has already been taken")
        for name, words in rules.words.items():
            if record.get(name) not in (None, "", *words):
                texts.append(f"{human(name)} is not included in the list")
        return texts

    def _taken(self, kind: Kind, record: Record, name: str, within: str | None) -> bool:
        same = self.store.where(kind.name, name, record[name])
        return any(
            one is not record and (not within or one.get(within) == record.get(within)) for one in same
        )


class _Missing(Unfit):
    """A reference that leads nowhere: the text stands alone."""
