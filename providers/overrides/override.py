"""What is laid over one resource, and what it makes of a vendor's record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.overrides.budget import Budget, Fault
from providers.overrides.expression import Expression

STEPS = 50_000  # for all expressions on one record: at most some 5 ms
Entries = Mapping[str, Expression | None]  # None takes away what stands below
Convert = Callable[[Any], Any]
Record = dict[str, Any]
Faults = dict[str, str]  # by field


class Unfit(ValueError):
    """An expression gave nothing that the vendor can be asked for or told: a call without it would be another call."""


@dataclass(frozen=True)
class Override:
    """`custom`: the names under `custom_fields` of the response."""

    response: Entries = field(default_factory=dict)
    custom: Entries = field(default_factory=dict)
    query: Entries = field(default_factory=dict)
    request: Entries = field(default_factory=dict)

    def under(self, later: "Override") -> "Override":
        """This one with a later layer over it, entry by entry."""
        return Override(
            {**self.response, **later.response},
            {**self.custom, **later.custom},
            {**self.query, **later.query},
            {**self.request, **later.request},
        )

    @property
    def is_empty(self) -> bool:
        return not (self.response or self.custom or self.query or self.request)


@dataclass(frozen=True)
class Reshaping:
    """The response layer of one resource, made ready: fields and custom names with their expressions."""

    fields: tuple[tuple[str, Expression, Convert], ...] = ()
    custom: tuple[tuple[str, Expression | None], ...] = ()

    def __call__(self, record: Record, of: Record) -> Faults:
        """Puts into the unified record what the expressions find in the vendor's; one with a fault gives null.

        The expressions share one budget, in their order, so that a record gives the same wherever it is read.
        """
        budget, faults = Budget(STEPS), {}
        for name, expression, convert in self.fields:
            try:
                record[name] = convert(expression.value(of, budget))
            except Fault as fault:
                faults[name] = str(fault)
        own = record["custom_fields"] if self.custom else {}
        for name, custom in self.custom:
            if custom is None:
                own.pop(name, None)
                continue
            try:
                own[name] = custom.value(of, budget)
            except Fault as fault:
                own[name] = None
                faults[f"custom_fields.{name}"] = str(fault)
        return faults
