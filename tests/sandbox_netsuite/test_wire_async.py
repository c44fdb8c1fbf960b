"""Asynchronous calls: jobs and their tasks, idempotency keys, and batches of records."""

from typing import Any

import httpx
import pytest

from tests.sandbox_netsuite.conftest import ORIGIN, Account, Opened

pytestmark = pytest.mark.anyio

ASYNC = {"prefer": "respond-async"}
ROOT = f"{ORIGIN}/services/rest"
JOB = "/async/v1/job/1"
VENDOR = {"companyName": "Acme Later", "isPerson": False, "subsidiary": {"id": "1"}}


async def ask(account: Account, method: str, path: str, **more: Any) -> httpx.Response:
    """An asynchronous call, which must be taken."""
    headers = {**ASYNC, **more.pop("headers", {})}
    answer = await account.call(method, path, headers=headers, **more)
    assert answer.status_code == 202, answer.text
    return answer


async def later(account: Account, seconds: float = 2) -> None:
    await account.client.post("/_sandbox/clock", json={"advance_seconds": seconds})


async def named(account: Account, name: str) -> list[str]:
    """Ids of the vendors of this name."""
    answer = await account.get("/record/v1/vendor", params={"q": f'companyName IS "{name}"'})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_a_job_is_pending_then_done_and_its_result_is_what_the_call_would_have_said(
    account: Account,
) -> None:
    answer = await ask(account, "POST", "/record/v1/vendor", json=VENDOR)
    assert answer.content == b""
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["location"] == f"{ROOT}{JOB}"
    assert (await account.get(JOB)).json() == {
        "links": [{"rel": "self", "href": f"{ROOT}{JOB}"}],
        "completed": False,
        "id": "1",
        "progress": "pending",
        "task": {"links": [{"rel": "self", "href": f"{ROOT}{JOB}/task"}]},
    }
    assert set((await account.get(f"{JOB}/task/1")).json()) == {"links", "completed", "id", "progress"}
    assert (await account.get(f"{JOB}/task/1/result")).status_code == 404
    assert await named(account, "Acme Later") == []
    await later(account)
    (id_,) = await named(account, "Acme Later")
    told = (await account.get(JOB)).json()
    assert (told["completed"], told["progress"]) == (True, "succeeded")
    items = (await account.get(f"{JOB}/task/")).json()["items"]
    assert items == [{"links": [{"rel": "self", "href": f"{ROOT}{JOB}/task/1"}], "id": "1"}]
    task = (await account.get(f"{JOB}/task/1")).json()
    assert task["links"] == [
        {"rel": "related", "href": f"{ROOT}{JOB}/task/1/result"},
        {"rel": "self", "href": f"{ROOT}{JOB}/task/1"},
    ]
    assert list(task)[1:] == ["completed", "endTime", "id", "progress", "startTime"]
    result = await account.get(f"{JOB}/task/1/result")
    assert (result.status_code, result.headers["location"]) == (204, f"{ROOT}/record/v1/vendor/{id_}")


async def test_a_refused_call_is_a_failed_job(account: Account) -> None:
    headers = {"x-netsuite-propertynamevalidation": "Error"}
    await ask(account, "POST", "/record/v1/vendor", json={**VENDOR, "nonsense": 1}, headers=headers)
    await later(account)
    assert (await account.get(JOB)).json()["progress"] == "failed"
    assert (await account.get(f"{JOB}/task/1/result")).status_code == 400


async def test_a_key_that_was_used_before_leads_to_the_first_job(account: Account) -> None:
    headers = {"x-netsuite-idempotency-key": "4f6b1a9e-0d0f-4b5e-9f38-0a4d6f1f4f10"}
    await ask(account, "POST", "/record/v1/vendor", json=VENDOR, headers=headers)
    answer = await account.call("POST", "/record/v1/vendor", json=VENDOR, headers={**ASYNC, **headers})
    assert answer.status_code == 400
    assert answer.headers["location"] == f"{ROOT}{JOB}"
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.json() == {
        "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4.10",
        "title": "Conflict",
        "status": 400,
        "o:errorDetails": [
            {
                "detail": "A request with the same idempotency key is already submitted. "
                'See the "Location" header for a link to the previously submitted job',
                "o:errorCode": "IDEMPOTENCY_ERROR",
            }
        ],
    }
    await later(account)
    assert len(await named(account, "Acme Later")) == 1


async def test_a_key_says_nothing_about_calls_that_are_answered_at_once(account: Account) -> None:
    headers = {"x-netsuite-idempotency-key": "4f6b1a9e-0d0f-4b5e-9f38-0a4d6f1f4f10"}
    for name in ("Acme first", "Acme second"):
        body = {**VENDOR, "companyName": name}
        answer = await account.call("POST", "/record/v1/vendor", json=body, headers=headers)
        assert answer.status_code == 204
        assert len(await named(account, name)) == 1


async def test_a_batch_is_a_job_with_a_task_for_each_record(account: Account) -> None:
    items = [{**VENDOR, "companyName": f"Acme {n}", "externalId": f"batch-{n}"} for n in range(3)]
    await ask(account, "POST", "/record/v1/vendor", json={"items": items})
    await later(account)
    assert (await account.get(f"{JOB}/task")).json()["totalResults"] == 3
    ids = [(await named(account, f"Acme {n}"))[0] for n in range(3)]
    changes = [{"id": id_, "companyName": "Acme changed"} for id_ in ids[:2]]
    await ask(account, "PATCH", "/record/v1/vendor", json={"items": changes})
    upserts = [{"externalId": "batch-2", "companyName": "Acme changed"}]
    await ask(account, "PUT", "/record/v1/vendor", json={"items": upserts})
    await later(account)
    assert await named(account, "Acme changed") == ids
    await ask(account, "DELETE", "/record/v1/vendor", params={"ids": ",".join(ids)})
    await later(account)
    assert await named(account, "Acme changed") == []


async def test_a_batch_needs_the_preference_and_has_a_hundred_records_at_most(opened: Opened) -> None:
    account = opened()
    body: dict[str, Any] = {"items": [VENDOR] * 101}
    for headers in ({}, ASYNC):
        answer = await account.call("POST", "/record/v1/vendor", json=body, headers=headers)
        assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
            400,
            "INVALID_REQUEST",
        )
    await later(account)
    assert await named(account, "Acme Later") == []


async def test_jobs_and_tasks_that_are_not_there_are_not_found(account: Account) -> None:
    await ask(account, "GET", "/record/v1/vendor")
    for path in ("/async/v1/job/2", f"{JOB}/task/2", f"{JOB}/task/x", f"{JOB}/task/0/result"):
        answer = await account.get(path)
        assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
            404,
            "NONEXISTENT_ID",
        )
