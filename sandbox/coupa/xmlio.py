"""Coupa's XML: records written with type and nil attributes, bodies read back into the shape of their JSON."""

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sandbox.coupa.plans import Inner, Plan, Step
from sandbox.coupa.render import Renderer
from sandbox.coupa.schema import KINDS, Field, Link
from sandbox.coupa.store import Record

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TYPES = {
    "int": "integer",
    "bool": "boolean",
    "float": "float",
    "dec": "decimal",
    "time": "dateTime",
    "ref": "integer",
    "size": "integer",
}


def errors_document(texts: Sequence[str]) -> bytes:
    lines = "".join(f"<error>{escape(text)}</error>" for text in texts)
    return f"{HEAD}<errors>{lines}</errors>".encode()


def plural(name: str) -> str:
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith("s") else "s")


def singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-2] if name.endswith(("sses", "xes")) else name.removesuffix("s")


class Writer:
    """Writes the same plans as the JSON renderer, with element names and attributes of the XML interface."""

    def __init__(self, renderer: Renderer, stamp: Callable[[int], str]) -> None:
        self.renderer = renderer
        self.stamp = stamp

    def record(self, plan: Plan, record: Record) -> bytes:
        parts = [HEAD]
        self._element(parts, plan.kind.root, plan, record)
        return "".join(parts).encode()

    def collection(self, plan: Plan, records: list[Record]) -> bytes:
        root = plural(plan.kind.root)
        parts = [HEAD, f'<{root} type="array">']
        for record in records:
            self._element(parts, plan.kind.root, plan, record)
        parts.append(f"</{root}>")
        return "".join(parts).encode()

    def _element(self, parts: list[str], name: str, plan: Plan, record: Record) -> None:
        if plan.whole and plan.kind.name == "order-revision":
            _plain(parts, name, self.renderer.revision(record))
            return
        parts.append(f"<{name}>")
        missing = record.get("~missing", ()) if plan.whole else ()
        for step in plan.steps:
            if step.key not in missing:
                self._step(parts, plan, step, record)
        parts.append(f"</{name}>")

    def _step(self, parts: list[str], plan: Plan, step: Step, record: Record) -> None:
        if step.field is not None:
            parts.append(
                self._scalar(step.key, step.field, self.renderer.scalar(plan.kind, step.field, record))
            )
        elif step.link is not None:
            self._link(parts, plan, step.link, record)
        elif step.custom is not None:
            parts.append(self._custom(step.key, step.custom.type, record.get(step.custom.name)))
        else:
            values = record.get("custom-fields", {})
            chosen = [plan.kind.customs[name] for name in step.names or () if name in plan.kind.customs]
            inside = "".join(self._custom(one.name, one.type, values.get(one.name)) for one in chosen)
            parts.append(f"<custom-fields>{inside}</custom-fields>")

    def _link(self, parts: list[str], plan: Plan, link: Link, record: Record) -> None:
        target, found = self.renderer.store.follow(plan.kind, link, record)
        if not link.many:
            if found:
                inner: Inner = plan.inner[link.name]
                self._element(parts, link.name, inner.plan(target), found[0])
            elif not link.absent:
                parts.append(f'<{link.name} nil="true"/>')
            return
        parts.append(f'<{link.name} type="array">')
        for one in found:
            if plan.deleted or "~deleted" not in one:
                self._element(parts, singular(link.name), plan.inner[link.name].plan(target), one)
        parts.append(f"</{link.name}>")

    def _scalar(self, name: str, field: Field, value: Any) -> str:
        if value is None:
            return f'<{name} nil="true"/>'
        if value == "":
            return f"<{name}/>"
        kind = TYPES.get(field.type)
        text = str(value).lower() if isinstance(value, bool) else escape(str(value))
        return f'<{name} type="{kind}">{text}</{name}>' if kind else f"<{name}>{text}</{name}>"

    def _custom(self, name: str, type_: str, value: Any) -> str:
        if value is None:
            return f'<{name} nil="true"/>'
        if type_ == "list":
            items = "".join(f"<value>{escape(str(one))}</value>" for one in value)
            return f'<{name} type="array">{items}</{name}>'
        if type_ in ("lookup", "user"):
            target = KINDS["lookup-value" if type_ == "lookup" else "user"]
            found = self.renderer.store.get(target.name, value)
            if found is None:
                return f'<{name} nil="true"/>'
            parts: list[str] = []
            self._element(
                parts, name, self.renderer.custom_shape if type_ == "lookup" else self.renderer.person, found
            )
            return "".join(parts)
        shown = self.stamp(value) if type_ == "time" else value
        return self._scalar(name, Field(name, type_), shown)


def _plain(parts: list[str], name: str, value: Any) -> None:
    """Objects and lists as elements, without types."""
    if isinstance(value, list):
        parts.append(f'<{name} type="array">')
        for one in value:
            _plain(parts, singular(name), one)
        parts.append(f"</{name}>")
    elif isinstance(value, dict):
        parts.append(f"<{name}>")
        for key, one in value.items():
            _plain(parts, key, one)
        parts.append(f"</{name}>")
    else:
        parts.append(f'<{name} nil="true"/>' if value is None else f"<{name}>{escape(str(value))}</{name}>")


def read(body: bytes) -> Any:
    """A record's body in the shape of its JSON. Raises ElementTree.ParseError.

    Repeated elements and `type="array"` become lists; a text beside nil="true" counts, as official samples have it.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ElementTree.ParseError("document types are not read")
    return _value(ElementTree.fromstring(body))  # noqa: S314 - entities are refused above


def _value(element: ElementTree.Element) -> Any:
    children = list(element)
    if not children:
        text = element.text or ""
        if element.get("type") == "array":
            return []
        if not text.strip():
            return None if element.get("nil") == "true" else ""
        return text.strip() if element.get("type") else text
    names = [child.tag for child in children]
    repeated = len(names) != len(set(names))
    if element.get("type") == "array" or repeated:
        return [_value(child) for child in children]
    return {child.tag: _value(child) for child in children}
