"""docs/coverage.md says what the declarations say, and names for each write the test that reads back."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from providers.provider import Provider
from providers.registry import PROVIDERS
from providers.resource import Resource
from schemas.unified import MODELS, UnifiedResource
from tests.writes.evidence import READ_BACK, ROUND_TRIP, Test, Write
from unified import offers

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
READS, PLAIN = ("list", "get"), ("create", "update", "delete")
INTRODUCTION = """\
# What is covered

Generated from the declarations by `.venv/bin/python -m tests.test_coverage`; a test fails where it is stale.
`GET /unified/{model}/{resource}/{integration}/meta/{method}` says the same in JSON, with schemas.

## Reads

`–` means none. What a provider has no field for is null on every record and listed here, never silently missing.

| resource | provider | methods | filters | order | not offered |
|---|---|---|---|---|---|
"""
WRITES = """
## Writes, and what proves them

Each number is a test, listed below, that writes through the front door and reads the record back. What a body may hold,
and in which states a method is allowed: [writes.md](writes.md).

| resource | provider | create | update | delete | methods |
|---|---|---|---|---|---|
"""
REFUSALS = """
## Not offered, and why

| resource | provider | method | why |
|---|---|---|---|
"""
TESTS = """
## The tests

"""


@dataclass(frozen=True)
class Row:
    """A resource as one provider has it."""

    unified: UnifiedResource
    provider: Provider
    resource: Resource

    @property
    def head(self) -> str:
        return f"| `{self.unified.key}` | {self.provider.label} | "

    @property
    def writes(self) -> dict[str, Write]:
        """By method."""
        names = (method for method in self.resource.methods if method not in READS)
        return {method: (self.provider.name, self.unified.key, method) for method in names}


ROWS = [
    Row(unified, provider, resource)
    for model in MODELS.values()
    for unified in model.resources.values()
    for provider in PROVIDERS.values()
    if (resource := provider.resources.get(unified.key))
]
WRITTEN = [write for row in ROWS for write in row.writes.values()]


def page() -> str:
    tests = list(dict.fromkeys(READ_BACK[write] for write in WRITTEN))
    reads, writes = map(_reads, ROWS), (_writes(row, tests) for row in ROWS)
    listed = [f"{number}. {_named(test)}\n" for number, test in enumerate(tests, 1)]
    return "".join([INTRODUCTION, *reads, WRITES, *writes, REFUSALS, *_refusals(), TESTS, *listed])


def _reads(row: Row) -> str:
    methods = ", ".join(method for method in row.resource.methods if method in READS)
    cells = (
        offers.names(row.unified, row.resource),
        offers.sorts(row.unified, row.resource),
        row.resource.absent,
    )
    listed = (" ".join(f"`{name}`" for name in names) or "–" for names in cells)
    return f"{row.head}{methods} | {' | '.join(listed)} |\n"


def _writes(row: Row, tests: list[Test]) -> str:
    numbers = {method: tests.index(READ_BACK[write]) + 1 for method, write in row.writes.items()}
    proofs = {method: f"[{number}](#the-tests)" for method, number in numbers.items()}
    plain = " | ".join(proofs.get(method, "–") for method in PLAIN)
    others = ", ".join(f"{method} {proof}" for method, proof in proofs.items() if method not in PLAIN)
    return f"{row.head}{plain} | {others or '–'} |\n"


def _refusals() -> Iterator[str]:
    for row in ROWS:
        for method, why in row.resource.refusals.items():
            yield f"{row.head}{method} | {why} |\n"


def _named(test: Test) -> str:
    path = test.__module__.replace(".", "/") + ".py"
    return f"[`{test.__name__}`](../{path})"


def test_the_page_is_what_the_declarations_and_the_tests_say() -> None:
    """To renew it: `python -m tests.test_coverage`."""
    assert PAGE.read_text() == page()


def test_every_write_has_a_test_that_reads_it_back_and_no_other_has() -> None:
    assert set(READ_BACK) == set(WRITTEN)


@pytest.mark.parametrize("write", sorted(write for write in READ_BACK if READ_BACK[write] is not ROUND_TRIP))
def test_the_test_that_is_named_writes_by_that_method(write: Write) -> None:
    _, key, method = write
    test = READ_BACK[write]
    words = inspect.getsource(test)
    verb = {"create": "POST", "update": "PATCH", "delete": "DELETE"}.get(method, method)
    assert f'"{verb}"' in words or f'/{verb}"' in words
    names = [name for name, value in vars(sys.modules[test.__module__]).items() if _tells(value, key)]
    assert any(name in words for name in names)


def _tells(value: object, key: str) -> bool:
    """Whether a value of a test's module names the resource, or is a table with a row for it."""
    return value == key or (isinstance(value, Mapping) and key in (str(name).split()[0] for name in value))


if __name__ == "__main__":
    PAGE.write_text(page())
