"""What bounds a batch, and what is left of one whose process was killed."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.auth.conftest import postgres, postgres_template, postgres_url, sqlite_template, sqlite_url, url
from tests.batch.conftest import Send
from tests.house import House
from tests.idempotency.test_c16_killed import Scene, scene
from tests.idempotency.writing import sent

__all__ = ["postgres", "postgres_template", "postgres_url", "scene", "sqlite_template", "sqlite_url", "url"]

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).parents[2] / "docs"


async def test_beyond_ten_thousand_records_the_rest_is_an_error(house: House, batch: Send) -> None:
    """And no more is asked of the vendor than was needed to see it."""
    entry = {
        "resource": "users",
        "method": "list",
        "loop_on": "args.n",
        "query": {"fields": '["id"]', "limit": 50},
    }
    one = await batch(entry, args={"n": [1]})
    count = len(one.json()["result"]["users"])
    answer = await batch(
        {**entry, "name": "many"},
        {"name": "after", "resource": "users", "method": "list", "depends_on": "many"},
        args={"n": list(range(10_000 // count + 40))},
    )
    assert answer.status_code == 200
    assert len(answer.json()["result"]["many"]) == 10_000
    failures = answer.json()["errors"]["many"]
    assert {failure["details"]["reason"] for failure in failures} == {"batch_too_large"}
    assert len(failures) <= 9
    assert [failure["statusCode"] for failure in answer.json()["errors"]["after"]] == [424]


async def test_a_text_that_its_templates_blow_up_is_refused(batch: Send) -> None:
    body = {"name": "{{args.long}}" * 30}
    answer = await batch(
        {"resource": "departments", "method": "create", "body": body}, args={"long": "x" * 100_000}
    )
    (failure,) = answer.json()["errors"]["departments"]
    assert (failure["statusCode"], failure["details"]["reason"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "text", ["{{" * 50_000, "{{" + " " * 100_000 + "}}", "{{args." + "a." * 50_000 + "}}"]
)
async def test_odd_templates_cost_no_time(batch: Send, text: str) -> None:
    started = time.perf_counter()
    answer = await batch({"resource": "departments", "method": "get", "query": {"q": text}, "id": "999999"})
    assert answer.status_code == 200
    assert time.perf_counter() - started < 5


async def test_c16_a_batch_whose_process_was_killed_goes_on_where_it_stopped(scene: Scene) -> None:
    house = scene.house
    house.state["ledger"].quiet = timedelta(0)
    entry = {
        "resource": "accounting/contacts",
        "method": "create",
        "loop_on": "args.names",
        "body": {"name": "{{args.names}}", "type": "vendor"},
    }
    names = ["Kiln", "Loom", "Forge"]
    body = {"integrated_account_id": house.account, "args": {"names": names}, "resources": [entry]}
    await scene.killed("answered", "POST", "/batch-request", body)
    assert 1 <= await sent(house) <= 3
    headers = {"idempotency-key": "k-1"}
    answer = await house.client.post("/batch-request", json=body, headers=headers)
    while answer.status_code == 409 or "idempotency_in_flight" in answer.text:
        answer = await house.client.post("/batch-request", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["errors"] == {"accounting/contacts": []}
    assert [each["name"] for each in answer.json()["result"]["accounting/contacts"]] == names
    assert await sent(house) == 3


def example() -> dict[str, Any]:
    text = (DOCS / "batch.md").read_text()
    found = re.search(r"-d '(.*?)'\n```", text, re.DOTALL)
    assert found is not None
    body: dict[str, Any] = orjson.loads(found[1].replace("'$ACCOUNT'", "ACCOUNT"))
    return body


async def test_the_example_of_the_documents_runs(house: House, batch: Send) -> None:
    body = example()
    answer = await batch(*body["resources"], args=body["args"])
    assert answer.status_code == 200
    assert answer.json()["errors"] == {"accounting/contacts": [], "bills": []}
    assert set(answer.json()["result"]) == {"accounting/contacts", "bills"}
