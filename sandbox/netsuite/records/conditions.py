"""The `q` filter of lists: conditions such as `email START_WITH b AND (id ANY_OF [1, 2])`, tried on every record."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.netsuite.answers import Refusal
from sandbox.netsuite.catalog import TABLES, Column
from sandbox.netsuite.moments import read_display, to_zone
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.store import Row

Test = Callable[[Row], bool]
TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()\[\],])|([^\s()\[\],"]+))')
DEPTH = 20
NUMERIC: dict[str, Callable[[Any, list[Any]], bool]] = {
    "EQUAL": lambda value, given: bool(value == given[0]),
    "LESS": lambda value, given: bool(value < given[0]),
    "LESS_OR_EQUAL": lambda value, given: bool(value <= given[0]),
    "GREATER": lambda value, given: bool(value > given[0]),
    "GREATER_OR_EQUAL": lambda value, given: bool(value >= given[0]),
    "BETWEEN": lambda value, given: bool(given[0] <= value <= given[1]),
    "WITHIN": lambda value, given: bool(given[0] <= value <= given[1]),
    "ANY_OF": lambda value, given: value in given,
}
TEXTUAL: dict[str, Callable[[Any, list[Any]], bool]] = {
    "IS": lambda value, given: bool(value == given[0]),
    "CONTAIN": lambda value, given: given[0] in value,
    "START_WITH": lambda value, given: bool(value.startswith(given[0])),
    "ENDWITH": lambda value, given: bool(value.endswith(given[0])),
    "END_WITH": lambda value, given: bool(value.endswith(given[0])),
}
DATED: dict[str, Callable[[Any, list[Any]], bool]] = {
    "ON": lambda value, given: bool(value == given[0]),
    "AFTER": lambda value, given: bool(value > given[0]),
    "BEFORE": lambda value, given: bool(value < given[0]),
    "ON_OR_AFTER": lambda value, given: bool(value >= given[0]),
    "ON_OR_BEFORE": lambda value, given: bool(value <= given[0]),
}
LOGICAL: dict[str, Callable[[Any, list[Any]], bool]] = {"IS": lambda value, given: bool(value == given[0])}
OPERATORS = {
    "num": NUMERIC,
    "ref": NUMERIC,
    "list": NUMERIC,
    "multi": NUMERIC,
    "text": TEXTUAL,
    "flag": LOGICAL,
}
OPERATORS |= {"date": DATED, "time": DATED}
PAIRS = ("BETWEEN", "WITHIN")


def matching(desk: Desk, type_: RecordType, text: str) -> list[int]:
    """The ids of the records that a filter lets through. Raises Refusal INVALID_PARAMETER."""
    reader = _Reader(desk, type_, _tokens(text))
    test = reader.either(0)
    if reader.words:
        raise refused(f"Unexpected '{reader.words[0].text}'.")
    return [row["id"] for row in desk.rows(type_) if test(row)]


def refused(reason: str) -> Refusal:
    detail = f"Invalid search query. Detailed unprocessed description follows. {reason}"
    return Refusal(400, "INVALID_PARAMETER", detail, {"o:errorQueryParam": "q"})


@dataclass(frozen=True)
class _Word:
    text: str
    quoted: bool = False

    def is_(self, text: str) -> bool:
        return not self.quoted and self.text.upper() == text


def _tokens(text: str) -> list[_Word]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise refused(f"Unexpected '{text[at:]}'.")
        quoted, mark, bare = match.groups()
        found.append(
            _Word(re.sub(r"\\(.)", r"\1", quoted), True) if quoted is not None else _Word(mark or bare)
        )
        at = match.end()
    return found


@dataclass
class _Reader:
    """Reads conditions from the front of `words`; AND binds tighter than OR."""

    desk: Desk
    type_: RecordType
    words: list[_Word]

    def either(self, depth: int) -> Test:
        tests = [self._both(depth)]
        while self.words and self.words[0].is_("OR"):
            self._take()
            tests.append(self._both(depth))
        return lambda row: any(test(row) for test in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self.words and self.words[0].is_("AND"):
            self._take()
            tests.append(self._one(depth))
        return lambda row: all(test(row) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > DEPTH:
            raise refused("The conditions are nested too deeply.")
        word = self._take()
        if not word.is_("("):
            return self._condition(word)
        test = self.either(depth + 1)
        if not self._take().is_(")"):
            raise refused("A parenthesis is not closed.")
        return test

    def _condition(self, field: _Word) -> Test:
        column = self._column(field.text)
        word = self._take().text.upper()
        name, negated = word.removesuffix("_NOT"), word.endswith("_NOT")
        if name == "EMPTY":
            return lambda row: (row[column.name] is None) is not negated
        known = OPERATORS[column.kind].get(name)
        if known is None:
            raise refused(f"The operator {word} is not supported for the field {field.text}.")
        given = [self._value(column, one) for one in self._values()]
        if len(given) != (2 if name in PAIRS else 1) and name != "ANY_OF":
            raise refused(f"The operator {word} takes another number of values.")
        return lambda row: self._holds(column, row, known, given) is not negated

    def _holds(
        self, column: Column, row: Row, known: Callable[[Any, list[Any]], bool], given: list[Any]
    ) -> bool:
        value = row[column.name]
        if value is None:
            return False
        if column.kind == "multi":
            return any(known(float(one), given) for one in str(value).split(", "))
        if column.kind in ("date", "time"):
            value = (to_zone(value, self.desk.account.zone) if column.kind == "time" else value)[:11]
        return known(value, given)

    def _column(self, name: str) -> Column:
        if name.lower() == "id":
            return TABLES[self.type_.table].columns["id"]
        known = self.type_.properties.get(name.lower())
        if known is None or not self.desk.account.has(self.type_.table, known.column.name):
            raise refused(f"The field '{name}' does not exist or is not filterable.")
        return known.column

    def _values(self) -> list[str]:
        word = self._take()
        if not word.is_("["):
            return [word.text]
        found = []
        while not (word := self._take()).is_("]"):
            if not word.is_(","):
                found.append(word.text)
        return found

    def _value(self, column: Column, text: str) -> Any:
        try:
            return self._read(column, text)
        except (ValueError, KeyError) as error:
            kind = "Unparseable date" if column.kind in ("date", "time") else "Invalid value"
            raise refused(f"{kind}: {text}") from error

    def _read(self, column: Column, text: str) -> Any:
        if column.kind == "flag":
            return {"true": "T", "false": "F"}[text.lower()]
        if column.kind in ("date", "time"):
            return read_display(text, self.desk.account.date_format)[:11]
        if column.kind == "list":
            return int(text) if text.isdigit() else text
        return text if column.kind == "text" else float(text)

    def _take(self) -> _Word:
        if not self.words:
            raise refused("The condition ends too early.")
        return self.words.pop(0)
