"""How an object class of Coupa is declared: short texts of field and association names, parsed once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FIELD = re.compile(r"(?P<name>[a-z0-9_-]+)(?::(?P<type>[a-z]+))?(?:/(?P<length>\d+))?(?P<flags>[!~]*)")
LINK = re.compile(
    r"(?P<many>\*?)(?P<name>[a-z0-9-]+)(?::(?P<kind>@?[a-z0-9-]+))?(?:\.(?P<shape>[a-z]+))?(?P<flags>[!~?]*)"
)
# Verbs of a collection as its declaration abbreviates them.
LETTERS = {"GET": "G", "POST": "P", "PUT": "U", "PATCH": "U", "DELETE": "D"}


@dataclass(frozen=True)
class Field:
    """`type` is str, text, int, bool, float, dec, time (epoch seconds), date, ref (id of the association) or size."""

    name: str
    type: str = "str"
    length: int = 255
    readonly: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Link:
    """An association. `kind` "none" is one the stand-in never fills; "@x" names the field that holds the class."""

    name: str
    kind: str
    many: bool
    shape: str
    readonly: bool = False
    hidden: bool = False
    absent: bool = False


@dataclass(frozen=True)
class CustomField:
    """One field a customer added. `type`: str, bool, time, dec, lookup, user, list. `old` ones sit among own keys."""

    name: str
    type: str = "str"
    old: bool = False
    readonly: bool = False


@dataclass(frozen=True)
class Kind:
    """One object class. `path` is its collection under /api, `keys` what refers to it in writes besides the id."""

    name: str
    fields: Mapping[str, Field]
    links: Mapping[str, Link]
    path: str = ""
    xml: str = ""
    keys: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    verbs: str = ""
    shapes: Mapping[str, str] = field(default_factory=dict)
    customs: Mapping[str, CustomField] = field(default_factory=dict)
    owned: bool = False
    dated: bool = True
    audited: bool = True

    @property
    def root(self) -> str:
        """The element name in XML, also the class word in paths of errors."""
        return self.xml or self.name

    @property
    def model(self) -> str:
        return self.root.replace("-", "_")


def kind(
    name: str,
    fields: str = "",
    links: str = "",
    *,
    customs: tuple[CustomField, ...] = (),
    scopes: str = "",
    keys: str = "",
    path: str = "",
    xml: str = "",
    verbs: str = "",
    shapes: Mapping[str, str] | None = None,
    owned: bool = False,
    dated: bool = True,
    audited: bool = True,
) -> Kind:
    """`fields`: words `name:type/length`, `!` read only, `~` on request. `links`: `*name:kind.shape`, `*` many.

    `scopes`: "common" stands for core.common.read and core.common.write; several words mean any of them.
    """
    return Kind(
        name=name,
        fields={one.name: one for one in map(_field, fields.split())},
        links={one.name: one for one in map(_link, links.split())},
        path=path,
        xml=xml,
        keys=tuple(keys.split()),
        read=tuple(f"core.{word}.read" for word in scopes.split()),
        write=tuple(f"core.{word}.write" for word in scopes.split()),
        verbs=verbs,
        shapes=dict(shapes or {}),
        customs={one.name: one for one in customs},
        owned=owned,
        dated=dated,
        audited=audited,
    )


def _field(word: str) -> Field:
    found = FIELD.fullmatch(word)
    if not found:
        raise ValueError(word)
    type_ = found["type"] or "str"
    length = int(found["length"] or (0 if type_ == "text" else 255))
    return Field(found["name"], type_, length, "!" in found["flags"], "~" in found["flags"])


def _link(word: str) -> Link:
    found = LINK.fullmatch(word)
    if not found:
        raise ValueError(word)
    flags = found["flags"]
    return Link(
        found["name"],
        found["kind"] or found["name"],
        bool(found["many"]),
        found["shape"] or "embedded",
        "!" in flags,
        "~" in flags,
        "?" in flags,
    )
