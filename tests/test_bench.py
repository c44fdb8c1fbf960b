"""The benches compare like with like."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from bench.__main__ import BEGIN, END, write
from bench.by_hand import invoice, supplier
from bench.mapping import lean, page
from bench.rounds import Row
from bench.suiteql import CASES, OWN, TENANT
from bench.vendor import far_vendor
from providers.coupa import COUPA
from providers.netsuite import NETSUITE

pytestmark = pytest.mark.anyio


async def test_hand_written_mapping_gives_what_the_declared_one_gives() -> None:
    for resource, sample, by_hand in (
        ("accounting/invoices", "invoices_list_new.json", invoice),
        ("accounting/contacts", "suppliers_list_new.json", supplier),
    ):
        source = COUPA.resources[resource].sources[0]
        record = page(sample)[0]
        for found in (record, lean(record, source.needs)):
            assert by_hand(found) == source.fields(found, ())


async def test_hand_written_mapping_of_statements_rows_gives_what_the_declared_one_gives() -> None:
    for key, rows, by_hand in CASES.values():
        row = rows()[0]
        assert by_hand(row) == NETSUITE.resources[key].sources[0].fields(row, OWN, TENANT)


ROWS = [
    Row.of("a `thing` & more", [3.0, 1.0, 2.0], "12", note="300 µs, 100 µs"),
    Row.of("memory", [99.0], "150", "MB"),
]


async def test_a_report_shows_medians_and_spreads_and_replaces_the_former_one(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}old\n{END}behind\n")
    write(tmp_path, ROWS, [10.0, 20.0], 0.5)
    write(tmp_path, ROWS, [10.0, 20.0], 0.5)
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}`python -m bench`, ")
    assert text.endswith(f"{END}behind\n")
    assert "| a `thing` & more | 2.00 × | 1.00 to 3.00 | 12 | 300 µs, 100 µs |\n" in text
    assert "| memory | 99.00 MB |  | 150 |  |\n" in text
    chart = ElementTree.fromstring((tmp_path / "performance.svg").read_text())  # noqa: S314
    assert [one.text for one in chart.iter("{http://www.w3.org/2000/svg}text")][:2] == [
        "a thing & more",
        "2.00",
    ]


async def test_the_far_vendor_keeps_count_of_calls_that_come_too_early() -> None:
    async with far_vendor() as (vendor, url), httpx.AsyncClient(base_url=url) as client:
        answers = await asyncio.gather(*(client.get("/api/suppliers?limit=2&offset=4") for _ in range(24)))
    assert [record["id"] for record in answers[0].json()] == [5, 6]
    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    assert vendor.refused == [answer.status_code for answer in answers].count(429) <= 3
