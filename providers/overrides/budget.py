"""What an expression may cost: steps that loops, functions and copies are charged with before they happen."""

from typing import Any

DEEPEST = 100  # levels of what is compared, written out or given back
LETTERS = 16  # of a text that count as one step


class Fault(ValueError):
    """An expression gave no value: it cost too much, or a function was handed what it does not take."""


class Budget:
    """The steps left, for all expressions that work on one record; a step is about a tenth of a microsecond."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Raises Fault where there are not so many left, and leaves none then."""
        self.left -= steps
        if self.left < 0:
            raise Fault("costs too much on this record")

    def spend_on(self, value: Any) -> None:
        """Charges for all that a value holds, each time it is held: a copy of references can be tiny and stand for
        more than any memory could write out."""
        level, depth = [value], 0
        while level:
            depth += 1
            if depth > DEEPEST:
                raise Fault(f"holds what is nested deeper than {DEEPEST} levels")
            inner: list[Any] = []
            for each in level:
                if type(each) is dict:
                    self.spend(1 + len(each))
                    inner += each.values()
                elif type(each) is list:
                    self.spend(1 + len(each))
                    inner += each
                elif type(each) is str:
                    self.spend(len(each) // LETTERS)
            level = inner
