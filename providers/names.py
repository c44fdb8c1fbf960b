"""Names for what generated code refers to, so that it can be compiled and called like any other."""

from typing import Any


class Source:
    """Collects what the generated function refers to, and hands out fresh names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._count = 0

    def fresh(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def name(self, thing: Any) -> str:
        for known, value in self.names.items():
            if value is thing:
                return known
        name = f"_{getattr(thing, '__name__', 'f').strip('<>')}_{len(self.names)}"
        self.names[name] = thing
        return name
