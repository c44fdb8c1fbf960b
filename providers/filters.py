"""How a unified filter becomes vendor parameters: one small callable value for each kind of filter.

A filter gets an operator (`eq` `in` `gt` `gte` `lt` `lte`) and its values in canonical text (times as `…Z` with
milliseconds, days as `YYYY-MM-DD`, booleans as `true`/`false`, enums as the unified or vendor word) and answers with a
`Narrowing`. How the vendor spells operators is the provider's `Spelling`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

Params = tuple[tuple[str, str], ...]
RANGE = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Narrowing:
    """Vendor parameters; `nothing`: no record can match, no call is needed; `paths`: only these collections; `apart`:
    of those that are kept apart from what is listed otherwise."""

    params: Params = ()
    nothing: bool = False
    paths: frozenset[str] | None = None
    apart: bool = False


ALL = Narrowing()
NOTHING = Narrowing(nothing=True)


class CannotFilter(ValueError):
    """The vendor has no form for this combination; the message says what to do instead."""


@dataclass(frozen=True)
class Spelling:
    """How a vendor writes a condition: `write(attribute, operator)` names the parameter, `separator` joins values."""

    write: Callable[[str, str], str]
    separator: str = ","

    def condition(self, attribute: str, operator: str, found: Sequence[str]) -> Params:
        if operator == "in" and any(self.separator in value for value in found):
            if len(found) > 1:
                raise CannotFilter(f"a value that holds '{self.separator}' can only be asked for alone")
            operator = "eq"
        if operator == "in" and len(found) == 1:
            operator = "eq"
        return ((self.write(attribute, operator), self.separator.join(found)),)


class Filter(Protocol):
    @property
    def operators(self) -> tuple[str, ...]: ...

    @property
    def words(self) -> tuple[str, ...]:
        """The unified words that an enum filter takes; empty for others."""

    @property
    def raw_words(self) -> tuple[str, ...]:
        """Vendor words that it takes beside them."""

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing: ...


class AnyValue:
    """A filter that takes values of all kinds: no list of words says which."""

    words: ClassVar[tuple[str, ...]] = ()
    raw_words: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Same(AnyValue):
    """Equality, and membership where `many`, on one vendor attribute."""

    attribute: str
    spelling: Spelling
    many: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        return ("eq", "in") if self.many else ("eq",)

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        return Narrowing(self.spelling.condition(self.attribute, operator, found))


@dataclass(frozen=True)
class Range(AnyValue):
    """A bound of one vendor attribute; what kind of value that is, is for each of those below to say."""

    attribute: str
    spelling: Spelling
    operators: ClassVar[tuple[str, ...]] = RANGE

    def narrowed(self, operator: str, bound: str) -> Narrowing:
        return Narrowing(self.spelling.condition(self.attribute, operator, (bound,)))


def whole_second(operator: str, bound: str) -> tuple[str, datetime]:
    """The bound on whole seconds that means the same where the vendor keeps nothing finer."""
    moment = datetime.fromisoformat(bound)
    if moment.microsecond:
        operator = {"gte": "gt", "lt": "lte"}.get(operator, operator)
    return operator, moment.replace(microsecond=0)


class Moments(Range):
    """Instants that the vendor keeps in UTC, as whole seconds."""

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        operator, moment = whole_second(operator, found[0])
        return self.narrowed(operator, moment.replace(tzinfo=None).isoformat() + "Z")


class Days(Range):
    """Calendar days that the vendor stores as instants of the company's zone: bounds are that zone's midnights, and a
    day ends where the next begins."""

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        day = date.fromisoformat(found[0])
        try:
            day += timedelta(days=operator in ("gt", "lte"))
        except OverflowError:
            return NOTHING if operator == "gt" else ALL
        midnight = datetime.combine(day, time.min, zone).isoformat()
        return self.narrowed("gte" if operator in ("gt", "gte") else "lt", midnight)


@dataclass(frozen=True)
class Choice:
    """An enum: each unified word stands for one or more vendor words; a vendor word may be asked for by itself."""

    attribute: str
    table: Mapping[str, tuple[str, ...]]
    spelling: Spelling
    extra: tuple[str, ...] = ()
    operators: tuple[str, ...] = ("eq", "in")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.table)

    @property
    def raw_words(self) -> tuple[str, ...]:
        return (*(word for group in self.table.values() for word in group), *self.extra)

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        asked = [word for value in found for word in self.table.get(value, (value,))]
        return Narrowing(self.spelling.condition(self.attribute, "in", tuple(dict.fromkeys(asked))))


@dataclass(frozen=True)
class Cases:
    """An enum whose words the vendor keeps in several places: the parameters for each single word are stated.

    `every`: what asking for all words at once comes to; another mix can't be asked for in one call.
    """

    cases: Mapping[str, Narrowing]
    operators: tuple[str, ...] = ("eq", "in")
    raw_words: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.cases)

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        outcomes = dict.fromkeys(self.cases[word] for word in found)
        asked = [outcome for outcome in outcomes if not outcome.nothing]
        if not asked:
            return NOTHING
        if set(asked) >= {outcome for outcome in self.cases.values() if not outcome.nothing}:
            return ALL
        if len(asked) > 1:
            raise CannotFilter("these values can't be asked for together: ask for them one by one")
        return asked[0]


def fixed(value: str, *others: str) -> Cases:
    """A field that the mapping sets to one value: that value changes nothing, each other one matches nothing."""
    return Cases({value: ALL, **dict.fromkeys(others, NOTHING)}, operators=("eq", "in"))


def switch(
    attribute: str,
    *,
    on: tuple[str, ...] = (),
    off: tuple[str, ...] = (),
    never: tuple[str, ...] = (),
    kept: tuple[str, str] = ("true", "false"),
    spelling: Spelling,
) -> Cases:
    """Words that the vendor keeps as a truth value, spelled as in `kept`; no record has the words in `never`."""
    yes, no = (Narrowing(spelling.condition(attribute, "eq", (value,))) for value in kept)
    return Cases({**dict.fromkeys(on, yes), **dict.fromkeys(off, no), **dict.fromkeys(never, NOTHING)})
