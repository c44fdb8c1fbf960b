"""Renders the chart as Helm would, as far as the chart goes: the part of Go's templates that it uses, strictly read.

A value, a function or a construct that is not known here is an error; Go would render a missing value as nothing.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ACTION = re.compile(r"\{\{(- )?(.*?)( -)?\}\}")
WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\(|\)|\||\$[\w.]*|\.[\w.]*|[\w-]+|,|:=)')


class Unrenderable(Exception):
    """The template holds what this renderer, or Helm, does not take."""


@dataclass
class Block:
    """A piece of a template: text, an action that prints, or `if`, `with`, `range` and `define` with what they hold."""

    kind: str
    words: str = ""
    body: list["Block"] = field(default_factory=list)
    otherwise: list["Block"] = field(default_factory=list)


class Templates:
    """Every template of a chart, sharing what they define."""

    def __init__(self, chart: Path) -> None:
        self._files = {str(path.relative_to(chart)): path.read_text() for path in chart.glob("files/*")}
        self._chart = yaml.safe_load((chart / "Chart.yaml").read_text())
        self._pages: dict[str, list[Block]] = {}
        self._defined: dict[str, list[Block]] = {}
        for path in sorted((chart / "templates").iterdir()):
            blocks = _parsed(_pieces(path.read_text()))
            self._defined |= {
                json.loads(block.words): block.body for block in blocks if block.kind == "define"
            }
            if not path.name.startswith("_"):
                self._pages[path.name] = blocks

    def render(
        self, values: Mapping[str, Any], name: str = "koine", namespace: str = "apps"
    ) -> dict[str, str]:
        """The text of each file."""
        context = {
            "Values": values,
            "Release": {"Name": name, "Namespace": namespace, "Service": "Helm", "Revision": 1},
            "Chart": {"Name": self._chart["name"], "Version": self._chart["version"]}
            | {"AppVersion": self._chart["appVersion"]},
            "Files": {"Get": self._files.__getitem__},
        }
        return {page: self._run(blocks, context, {"$": context}) for page, blocks in self._pages.items()}

    def _run(self, blocks: list[Block], dot: Any, names: dict[str, Any]) -> str:
        return "".join(self._block(block, dot, names) for block in blocks)

    def _block(self, block: Block, dot: Any, names: dict[str, Any]) -> str:
        if block.kind == "text":
            return block.words
        if block.kind == "define":
            return ""
        if block.kind == "print":
            return _text(self._value(block.words, dot, names))
        if block.kind == "range":
            return self._each(block, dot, names)
        value = self._value(block.words, dot, names)
        inner = value if block.kind == "with" else dot
        return self._run(block.body, inner, names) if value else self._run(block.otherwise, dot, names)

    def _each(self, block: Block, dot: Any, names: dict[str, Any]) -> str:
        variables, _, words = block.words.rpartition(":=")
        found = self._value(words, dot, names)
        pairs = sorted(found.items()) if isinstance(found, Mapping) else list(enumerate(found))
        keys = [name.strip() for name in variables.split(",") if name.strip()]
        return "".join(
            self._run(block.body, value, names | dict(zip(keys, (key, value), strict=False)))
            for key, value in pairs
        )

    def _value(self, words: str, dot: Any, names: dict[str, Any]) -> Any:
        tokens = WORD.findall(words)
        if "".join(tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", words):
            raise Unrenderable(f"can't be read: {words}")
        value, rest = self._pipeline(tokens, dot, names)
        if rest:
            raise Unrenderable(f"too much: {words}")
        return value

    def _pipeline(self, tokens: list[str], dot: Any, names: dict[str, Any]) -> tuple[Any, list[str]]:
        piped: tuple[Any, ...] = ()
        while True:
            arguments, tokens = self._arguments(tokens, dot, names)
            first, *more = arguments
            if callable(first):
                piped = (first(*more, *piped),)
            elif more or piped:
                raise Unrenderable(f"{first!r} is no function")
            else:
                piped = (first,)
            if not tokens or tokens[0] == ")":
                return piped[0], tokens
            tokens = tokens[1:]

    def _arguments(self, tokens: list[str], dot: Any, names: dict[str, Any]) -> tuple[list[Any], list[str]]:
        found: list[Any] = []
        while tokens and tokens[0] not in ("|", ")"):
            token, *tokens = tokens
            if token == "(":
                value, tokens = self._pipeline(tokens, dot, names)
                found.append(value)
                tokens = tokens[1:]
            else:
                found.append(self._operand(token, dot, names))
        return found, tokens

    def _operand(self, token: str, dot: Any, names: dict[str, Any]) -> Any:
        if token.startswith('"'):
            return json.loads(token)
        if token.isdecimal():
            return int(token)
        if token.startswith("."):
            return _reached(dot, token)
        if token.startswith("$"):
            name, point, path = token.partition(".")
            return _reached(names[name], point + path)
        if token == "include":
            return lambda name, inner: self._run(self._defined[name], inner, {"$": inner})
        if token not in FUNCTIONS:
            raise Unrenderable(f"no function {token}")
        return FUNCTIONS[token]


def _pieces(text: str) -> Iterator[Block]:
    """`{{-` takes away the blanks before it, `-}}` those behind it."""
    place, is_trimmed = 0, False
    for found in ACTION.finditer(text):
        before = text[place : found.start()]
        before = before.lstrip() if is_trimmed else before
        yield Block("text", before.rstrip() if found.group(1) else before)
        kind, _, rest = found.group(2).strip().partition(" ")
        if kind in ("if", "with", "range", "define", "else", "end"):
            yield Block(kind, rest.strip())
        else:
            yield Block("print", found.group(2).strip())
        place, is_trimmed = found.end(), bool(found.group(3))
    yield Block("text", text[place:].lstrip() if is_trimmed else text[place:])


def _parsed(pieces: Iterator[Block]) -> list[Block]:
    root = Block("root")
    open_blocks, target = [root], [root.body]
    for piece in pieces:
        if piece.kind == "end":
            open_blocks.pop()
            target.pop()
        elif piece.kind == "else":
            target[-1] = open_blocks[-1].otherwise
        else:
            target[-1].append(piece)
            if piece.kind not in ("text", "print"):
                open_blocks.append(piece)
                target.append(piece.body)
    if open_blocks != [root]:
        raise Unrenderable(f"{len(open_blocks) - 1} blocks are not ended")
    return root.body


def _reached(start: Any, path: str) -> Any:
    value = start
    for name in path.split("."):
        if name:
            if not isinstance(value, Mapping) or name not in value:
                raise Unrenderable(f"no value {path}")
            value = value[name]
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list) or value is None:
        raise Unrenderable(f"{value!r} has no text")
    return str(value)


def _required(message: str, value: Any) -> Any:
    if value in (None, ""):
        raise Unrenderable(message)
    return value


def _nindent(count: int, text: str) -> str:
    return "\n" + "\n".join(" " * count + line for line in text.split("\n"))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda part, text: part in text,
    "default": lambda other, value: value or other,
    "nindent": _nindent,
    "not": lambda value: not value,
    "printf": lambda form, *values: form % values,
    "quote": lambda value: json.dumps(_text(value)),
    "required": _required,
    "toYaml": lambda value: yaml.safe_dump(value, sort_keys=True, width=1000).rstrip("\n"),
    "trimSuffix": lambda end, text: text.removesuffix(end),
    "trunc": lambda most, text: text[:most],
}
