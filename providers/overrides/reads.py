"""What an expression looks at in the value that it is given, found out without running it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]
Path = tuple[str, ...]
Paths = frozenset[Path]
NOWHERE: Paths = frozenset()
ALL = "*"  # a step into every member of an object
HANDED_ON = frozenset(  # what these answer with is (in) one of their arguments
    {"not_null", "to_array", "reverse", "sort_by", "min_by", "max_by", "map", "merge", "values"}
)
INTO = frozenset({"merge", "values", "keys"})  # take objects apart


@dataclass(frozen=True)
class Reads:
    """Dotted paths from the value on; steps through lists do not count. `results` are those that the expression may
    answer with as they are, `others` those whose values it looks at on the way."""

    results: Paths
    others: Paths

    @property
    def paths(self) -> Paths:
        return self.results | self.others

    @property
    def names(self) -> frozenset[str]:
        """The members at the top."""
        return frozenset(path[0] for path in self.paths if path)

    @property
    def is_known(self) -> bool:
        """Whether it can be told: not where the whole value, or any member of it, is looked at."""
        return all(path and path[0] != ALL for path in self.paths)


def reads(node: Node) -> Reads:
    walk = _Walk()
    results = walk.result(node, frozenset({()}))
    return Reads(results, frozenset(walk.seen))


class _Walk:
    """Follows paths through the nodes as values would go; `seen` gathers what is looked at and left behind."""

    def __init__(self) -> None:
        self.seen: set[Path] = set()

    def result(self, node: Node, here: Paths) -> Paths:
        """The paths that a node may answer with, looking at the paths `here`."""
        kind, below = node["type"], node.get("children", ())
        if kind == "field":
            return self._into(here, node["value"])
        if kind in ("current", "identity", "index", "slice"):
            return here
        if kind == "literal":
            return NOWHERE
        if kind in ("subexpression", "index_expression", "pipe"):
            return self._chain(below, here)
        if kind in ("or_expression", "and_expression"):
            return self._either(below, here)
        if kind == "flatten":
            return self.result(below[0], here)
        if kind in ("projection", "filter_projection", "value_projection"):
            return self._loop(kind, below, here)
        if kind == "function_expression":
            return self._function(node["value"], below, here)
        if kind == "expref":
            return self.result(below[0], here)
        for child in below:  # comparisons, negations, and what makes something new of their parts
            self._see(child, here)
        return NOWHERE

    def _see(self, node: Node, here: Paths) -> None:
        inner = node["children"][0] if node["type"] == "key_val_pair" else node
        self.seen |= self.result(inner, here)

    def _into(self, paths: Paths, step: str) -> Paths:
        return frozenset((*path, step) for path in paths)

    def _chain(self, nodes: Iterable[Node], here: Paths) -> Paths:
        for node in nodes:
            here = self.result(node, here)
        return here

    def _either(self, nodes: Iterable[Node], here: Paths) -> Paths:
        return frozenset(path for node in nodes for path in self.result(node, here))

    def _loop(self, kind: str, nodes: Sequence[Node], here: Paths) -> Paths:
        base = self.result(nodes[0], here)
        if kind == "value_projection":
            base = self._into(base, ALL)
        if kind == "filter_projection":
            self._see(nodes[2], base)
        return self.result(nodes[1], base)

    def _function(self, name: str, nodes: Sequence[Node], here: Paths) -> Paths:
        plain = self._either((node for node in nodes if node["type"] != "expref"), here)
        if name in INTO:
            plain = self._into(plain, ALL)
        inner = self._either((node for node in nodes if node["type"] == "expref"), plain)
        if name == "map":
            return inner
        self.seen |= inner
        if name in HANDED_ON:
            return plain
        self.seen |= plain
        return NOWHERE
