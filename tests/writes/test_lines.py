"""Amounts of lines: a total is never taken for the price of one unit, and nothing that was given is dropped."""

from typing import Any

import pytest

from tests.writes.bodies import FULL, LINE
from tests.writes.desk import Desk, told
from tests.writes.samples import SAMPLES

pytestmark = pytest.mark.anyio
INVOICES, ORDERS = "accounting/invoices", "accounting/purchase_orders"
REQUISITIONS = "accounting/purchase_order_requisitions"
DOCUMENTS = pytest.mark.parametrize("key", [INVOICES, ORDERS, REQUISITIONS])
AMOUNT = {"description": "Poster", "total_line_amount": 9.5, "account": "1"}
KINDS = {
    INVOICES: "InvoiceQuantityLine",
    ORDERS: "OrderQuantityLine",
    REQUISITIONS: "RequisitionQuantityLine",
}


def document(key: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {**FULL[key], "line_items": list(lines), "remote_data": dict(SAMPLES[key].rest)}


@DOCUMENTS
async def test_a_total_alone_changes_amount_lines_only(key: str, desk: Desk) -> None:
    made = await desk.done("POST", key, document(key, LINE, AMOUNT))
    counted, amount = (line["id"] for line in made["line_items"])
    path = f"{key}/{made['id']}"
    answer = await desk.refused("PATCH", path, {"line_items": [{"id": counted, "total_line_amount": 100}]})
    assert told(answer) == {
        "line_items.0.total_line_amount": (
            "is that of quantity and unit_price on a line of this type: write them"
        )
    }
    changed = await desk.done("PATCH", path, {"line_items": [{"id": amount, "total_line_amount": 12.5}]})
    assert [line["total_line_amount"] for line in changed["line_items"]] == [2.5, 12.5]


@DOCUMENTS
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": 4, "total_line_amount": 77}, "goes with quantity and unit_price, or without either"),
        ({"unit_price": 4, "total_line_amount": 77}, "goes with quantity and unit_price, or without either"),
        (
            {"quantity": 2, "unit_price": 4, "total_line_amount": 8.02},
            "is not what quantity and unit_price come to",
        ),
        (
            {"type": "quantity", "total_line_amount": 8},
            "is that of quantity and unit_price on a line of this type: write them",
        ),
    ],
)
async def test_a_total_that_would_be_dropped_is_refused(
    key: str, change: dict[str, Any], message: str, desk: Desk
) -> None:
    line = {"description": "Card", "account": "1", **change}
    if "type" in line:
        line["type"] = KINDS[key]
    for verb, path, lines in (
        ("POST", key, [line]),
        ("PATCH", f"{key}/1", [{**line, "id": "1"}]),
    ):
        body = document(key, *lines) if verb == "POST" else {"line_items": lines}
        answer = await desk.refused(verb, path, body)
        assert told(answer)["line_items.0.total_line_amount"] == message


@DOCUMENTS
async def test_lines_that_were_read_can_be_sent_back(key: str, desk: Desk) -> None:
    made = await desk.done("POST", key, document(key, LINE, AMOUNT))
    lines = [{**line, "name": None, "exchange_rate": None} for line in made["line_items"]]
    tagged = [
        {name: value for name, value in line.items() if name != "tracking_categories"} for line in lines
    ]
    again = await desk.done("PATCH", f"{key}/{made['id']}", {"line_items": tagged})
    assert again["line_items"] == made["line_items"]


@DOCUMENTS
async def test_a_line_is_named_once(key: str, desk: Desk) -> None:
    lines = [{"id": "1", "quantity": 1}, {"id": "1", "quantity": 2}]
    answer = await desk.refused("PATCH", f"{key}/1", {"line_items": lines})
    assert told(answer) == {"line_items.1.id": "is named twice"}
