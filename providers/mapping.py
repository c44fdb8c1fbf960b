"""Mapping as data: unified fields on the left, where they come from on the right, compiled once into a plain function.

A `Fields` table is checked against its pydantic model at import (every field is mapped or said to be `not_offered`) and
turned into the source of one function, as fast as one written by hand. The same table also says which vendor fields it
needs (`needs`), which is what lean calls ask for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from providers import values
from providers.local_time import UNKNOWN
from providers.names import Source

Needs = dict[str, Any]  # vendor key -> needs below it; {} for a plain value, WHOLE for all of an object
WHOLE: Needs = {"*": {}}
Convert = Callable[[Any], Any]


class Node:
    """The right-hand side of a row: an expression over the record `r`, and the vendor fields it reads."""

    def write(self, source: Source, record: str) -> str:
        raise TypeError(f"{type(self).__name__} is not an expression")

    @property
    def needs(self) -> Needs:
        return {}


def merged(*trees: Needs) -> Needs:
    """One tree that asks for all that the given ones ask for."""
    result: Needs = {}
    for tree in trees:
        for key, below in tree.items():
            result[key] = merged(result.get(key, {}), below)
    return result


def _key(record: str, step: str) -> str:
    first, *others = step.split("|")
    if not others:
        return f"{record}.get({first!r})"
    return f"({record}[{first!r}] if {first!r} in {record} else {_key(record, '|'.join(others))})"


@dataclass(frozen=True)
class At(Node):
    path: tuple[str, ...]
    convert: Convert
    whole: bool = False

    def write(self, source: Source, record: str) -> str:
        expression = _key(record, self.path[0])
        for step in self.path[1:]:
            name = source.fresh()
            expression = f"({_key(name, step)} if type({name} := {expression}) is dict else None)"
        convert = self.convert.read if isinstance(self.convert, values.Words) else self.convert
        return expression if convert is values.raw else f"{source.name(convert)}({expression})"

    @property
    def needs(self) -> Needs:
        tree = WHOLE if self.whole else {}
        for step in reversed(self.path):
            tree = {step.split("|")[0]: tree}
        return tree


def at(path: str, convert: Convert = values.text, *, whole: bool = False) -> Node:
    """The value at a dotted path; anything on the way that is no object means None. `a|b`: b where a is missing.

    `whole` asks for all of an object that is found there.
    """
    return At(tuple(path.split(".")), convert, whole)


@dataclass(frozen=True)
class Const(Node):
    value: str

    def write(self, source: Source, record: str) -> str:
        return repr(self.value)


def const(value: str) -> Node:
    """The same on every record."""
    return Const(value)


@dataclass(frozen=True)
class NotOffered(Node):
    why: str

    def write(self, source: Source, record: str) -> str:
        return "None"


def not_offered(why: str) -> Node:
    """The provider has no such thing: null on every record, and said so in capabilities and documents."""
    return NotOffered(why)


@dataclass(frozen=True)
class Itself(Node):
    keys: tuple[str, ...]

    def write(self, source: Source, record: str) -> str:
        return record

    @property
    def needs(self) -> Needs:
        return {key: {} for key in self.keys}


def itself(*keys: str) -> Node:
    """The record itself; asks for nothing of it but these keys."""
    return Itself(keys)


@dataclass(frozen=True)
class FirstOf(Node):
    nodes: tuple[Node, ...]

    def write(self, source: Source, record: str) -> str:
        *heads, last = (node.write(source, record) for node in self.nodes)
        expression = last
        for head in reversed(heads):
            name = source.fresh()
            expression = f"({name} if ({name} := {head}) is not None else {expression})"
        return expression

    @property
    def needs(self) -> Needs:
        return merged(*(node.needs for node in self.nodes))


def first_of(*nodes: Node) -> Node:
    """The first that is not None."""
    return FirstOf(nodes)


@dataclass(frozen=True)
class Of(Node):
    function: Callable[..., Any]
    nodes: tuple[Node, ...]

    def write(self, source: Source, record: str) -> str:
        arguments = ", ".join(node.write(source, record) for node in self.nodes)
        return f"{source.name(self.function)}({arguments})"

    @property
    def needs(self) -> Needs:
        return merged(*(node.needs for node in self.nodes))


def of(function: Callable[..., Any], *nodes: Node) -> Node:
    """What the function makes of the nodes' values: for the hard cases."""
    return Of(function, nodes)


@dataclass(frozen=True)
class Given(Node):
    name: str

    def write(self, source: Source, record: str) -> str:
        return f"given_{self.name}"


def given(name: str) -> Node:
    """A value handed in with the record: of the document above a line (see `each`), or of the account."""
    return Given(name)


@dataclass(frozen=True)
class Fields(Node):
    """A table: field name -> node. Called with a record (and the given values in order) it makes the unified dict."""

    model: type[BaseModel] | None
    rows: Mapping[str, Node]
    givens: tuple[str, ...]
    call: Callable[..., dict[str, Any]]

    def write(self, source: Source, record: str) -> str:
        return f"{source.name(self.call)}({record})"

    @property
    def needs(self) -> Needs:
        return merged(*(node.needs for node in self.rows.values()))

    @property
    def absent(self) -> Mapping[str, str]:
        """The fields that the provider has not got, with the reason."""
        return {name: node.why for name, node in self.rows.items() if isinstance(node, NotOffered)}

    def __call__(self, record: Mapping[str, Any], *given: Any) -> dict[str, Any]:
        return self.call(record, *given)


def fields(model: type[BaseModel] | None, givens: tuple[str, ...] = (), /, **rows: Node) -> Fields:
    """A table for the model (for nested shapes without one: None). Raises TypeError where the two do not fit.

    `remote_data` is not a row: whoever calls the table adds it. A model's table is given `globals`: the names of the
    custom fields that the account's tenant keeps among a record's own keys; and the `tenant`, if need be.
    """
    if model is not None:
        givens = ("globals", "tenant")
        wanted = [name for name in model.model_fields if name != "remote_data"]
        if missing := [name for name in wanted if name not in rows]:
            raise TypeError(
                f"{model.__name__}: neither mapped nor said to be not offered: {', '.join(missing)}"
            )
        if unknown := [name for name in rows if name not in wanted]:
            raise TypeError(f"{model.__name__} has no field {', '.join(unknown)}")
        rows = {name: rows[name] for name in wanted}
    return Fields(model, rows, givens, _compiled(rows, givens))


def refitted(table: Fields, rows: Mapping[str, Node]) -> Fields:
    """The table with other nodes for some of its rows."""
    laid = {**table.rows, **rows}
    return replace(table, rows=laid, call=_compiled(laid, table.givens))


def _compiled(rows: Mapping[str, Node], givens: tuple[str, ...]) -> Callable[..., dict[str, Any]]:
    source = Source()
    default = {"tenant": f" = {source.name(UNKNOWN)}"}
    parts = ",\n".join(f"        {name!r}: {node.write(source, 'r')}" for name, node in rows.items())
    arguments = ", ".join(("r", *(f"given_{name}{default.get(name, '')}" for name in givens)))
    code = f"def table({arguments}):\n    return {{\n{parts},\n    }}\n"
    exec(compile(code, "<mapping>", "exec"), source.names)  # noqa: S102  our own declarations, at import
    function: Callable[..., dict[str, Any]] = source.names["table"]
    return function


@dataclass(frozen=True)
class Each(Node):
    node: Node
    to: Fields
    given: tuple[Node, ...]

    def write(self, source: Source, record: str) -> str:
        item, found = source.fresh(), source.fresh()
        extra = "".join(f", {node.write(source, record)}" for node in self.given)
        if extra:
            bound = source.fresh()
            call = f"{source.name(self.to.call)}({item}, *{bound})"
            opening = f"({bound} := ({extra[2:]},)) and "
        else:
            call, opening = f"{source.name(self.to.call)}({item})", ""
        listed = f"[{call} for {item} in {found} if type({item}) is dict]"
        return f"({opening}{listed} if type({found} := {self.node.write(source, record)}) is list else None)"

    @property
    def needs(self) -> Needs:
        return merged(*(node.needs for node in self.given), _below(self.node.needs, self.to.needs))


def _below(tree: Needs, leaf: Needs) -> Needs:
    return {key: _below(below, leaf) for key, below in tree.items()} if tree else leaf


def each(path: str, to: Fields, given: tuple[Node, ...] = ()) -> Node:
    """Every object of the list at the path through a table; null where there is no list. `given`: values of this record
    for the table's own `givens`, in their order."""
    return Each(at(path, values.raw), to, given)


@dataclass(frozen=True)
class One(Node):
    node: Node
    to: Fields

    def write(self, source: Source, record: str) -> str:
        found = source.fresh()
        call = f"{source.name(self.to.call)}({found})"
        return f"({call} if type({found} := {self.node.write(source, record)}) is dict else None)"

    @property
    def needs(self) -> Needs:
        return _below(self.node.needs, self.to.needs)


def one(path: str, to: Fields) -> Node:
    """The object at the path through a table; null where there is none."""
    return One(at(path, values.raw), to)
