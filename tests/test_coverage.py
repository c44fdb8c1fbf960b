"""docs/coverage.md says what the declarations say, and names for each write the test that reads back."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.registry import PROVIDERS
from providers.resource import Resource
from schemas.unified import MODELS
from tests.writes.evidence import READ_BACK, ROUND_TRIP, Test, Write
from unified.meta import coverage

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
READS, PLAIN = ("list", "get"), ("create", "update", "delete")
INTRODUCTION = """\
# What is covered

Generated from the declarations by `.venv/bin/python -m tests.test_coverage`; a test fails where it is stale.
`GET /unified/{model}/{resource}/{integration}/meta/{method}` says the same in JSON, with schemas.

## Methods, filters, order

`–` means none. What a provider has no field for is null on every record and listed here, never silently missing.

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


def rows() -> Iterator[tuple[str, str, str, Resource]]:
    """Resource, the provider's name and label, and the declaration."""
    for model in MODELS.values():
        for unified in model.resources.values():
            for name, provider in PROVIDERS.items():
                if resource := provider.resources.get(unified.key):
                    yield unified.key, name, provider.label, resource


def writes() -> list[Write]:
    return [
        (name, key, method)
        for key, name, _, resource in rows()
        for method in resource.methods
        if method not in READS
    ]


def page() -> str:
    tests = list(dict.fromkeys(READ_BACK[write] for write in writes()))
    listed = [f"{number}. {_named(test)}\n" for number, test in enumerate(tests, 1)]
    matrix = [_matrix_row(*row, tests) for row in rows()]
    parts = [INTRODUCTION, coverage(PROVIDERS), WRITES, *matrix, REFUSALS, *_refusals(), TESTS, *listed]
    return "".join(parts)


def _matrix_row(key: str, name: str, label: str, resource: Resource, tests: list[Test]) -> str:
    proofs = {
        method: f"[{tests.index(READ_BACK[name, key, method]) + 1}](#the-tests)"
        for method in resource.methods
        if method not in READS
    }
    plain = " | ".join(proofs.get(method, "–") for method in PLAIN)
    others = ", ".join(f"{method} {proof}" for method, proof in proofs.items() if method not in PLAIN)
    return f"| `{key}` | {label} | {plain} | {others or '–'} |\n"


def _refusals() -> Iterator[str]:
    for key, _, label, resource in rows():
        for method, why in resource.refusals.items():
            yield f"| `{key}` | {label} | {method} | {why} |\n"


def _named(test: Test) -> str:
    path = test.__module__.replace(".", "/") + ".py"
    return f"[`{test.__name__}`](../{path})"


def test_the_page_is_what_the_declarations_and_the_tests_say() -> None:
    """To renew it: `python -m tests.test_coverage`."""
    assert PAGE.read_text() == page()


def test_every_write_has_a_test_that_reads_it_back_and_no_other_has() -> None:
    assert set(READ_BACK) == set(writes())


@pytest.mark.parametrize("write", sorted(write for write in READ_BACK if READ_BACK[write] is not ROUND_TRIP))
def test_the_test_that_is_named_writes_by_that_method(write: Write) -> None:
    _, key, method = write
    test = READ_BACK[write]
    words = inspect.getsource(test)
    assert f'"{"DELETE" if method == "delete" else method}"' in words
    names = [name for name, value in vars(sys.modules[test.__module__]).items() if value == key]
    assert any(name in words for name in names)


if __name__ == "__main__":
    PAGE.write_text(page())
