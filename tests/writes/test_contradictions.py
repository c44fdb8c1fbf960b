"""Bodies whose members contradict each other, or would be lost on the way, are refused before anything is sent."""

from typing import Any

import pytest

from tests.writes.bodies import FULL
from tests.writes.desk import Desk, told
from tests.writes.samples import SAMPLES

pytestmark = pytest.mark.anyio
ITEMS, ORDERS = "accounting/items", "accounting/purchase_orders"
REQUISITIONS = "accounting/purchase_order_requisitions"


@pytest.mark.parametrize("key", [ORDERS, REQUISITIONS])
async def test_a_document_has_one_person(key: str, desk: Desk) -> None:
    people = {"employee": {"id": "20"}, "requested_by": {"id": "21"}}
    body = {**FULL[key], **people, "remote_data": dict(SAMPLES[key].rest)}
    answer = await desk.refused("POST", key, body)
    assert told(answer) == {"employee": "is the same person as requested_by here: write one of the two"}
    made = await desk.done("POST", key, {**body, "requested_by": people["employee"]})
    assert (made["employee"]["id"], made["requested_by"]["id"]) == ("20", "20")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"purchase_price": 2, "remote_data": {"supplier-item": "5"}}, "must be a JSON object"),
        ({"remote_data": {"supplier-item": {"preferred": True}}}, "goes with a price: write purchase_price"),
    ],
)
async def test_terms_of_a_price_are_an_object_beside_it(
    change: dict[str, Any], message: str, desk: Desk
) -> None:
    answer = await desk.refused("PATCH", f"{ITEMS}/1", change)
    assert told(answer) == {"remote_data.supplier-item": message}


@pytest.mark.parametrize("day", ["2026-02-30", "1.2.2026", "2026-02-03T00:00:00Z"])
async def test_what_is_no_day_is_told_in_words(day: str, desk: Desk) -> None:
    message = told(await desk.refused("PATCH", f"{ORDERS}/1", {"delivery_date": day}))["delivery_date"]
    assert message in ("must be a day, as in 2026-02-28", "day is out of range for month")
