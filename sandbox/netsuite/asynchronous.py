"""`Prefer: respond-async`: turns a call of the record API into a job, and answers about jobs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.netsuite.answers import Refusal, answer
from sandbox.netsuite.call import Call
from sandbox.netsuite.jobs import Job, Repeated, Task
from sandbox.netsuite.tenant import Tenant

RECORDS = "/record/v1/"
PREFERENCE = "respond-async"
KEY = "x-netsuite-idempotency-key"
MOST_RECORDS = 100
SAME_KEY = (
    'A request with the same idempotency key is already submitted. See the "Location" header for a link to the '
    "previously submitted job"
)


@dataclass(frozen=True)
class Errand:
    """A call that is part of a job; `path` is below /services/rest."""

    method: str
    path: str
    body: bytes


def wanted(request: Request, path: str) -> bool:
    """Whether the call is to be a job."""
    named = [word.strip() for word in request.headers.get("prefer", "").lower().split(",")]
    return PREFERENCE in named and path.startswith(RECORDS)


def check_single(request: Request, path: str, body: bytes) -> None:
    """Raises Refusal for a batch, which only jobs do."""
    if path.startswith(RECORDS) and any(_batch(request, path, body)):
        raise Refusal(400, "INVALID_REQUEST", f"A batch needs the header Prefer: {PREFERENCE}.")


def errands(request: Request, path: str, body: bytes) -> list[Errand]:
    """The call itself, or one for each record where it names several. Raises Refusal."""
    found = list(_batch(request, path, body)) or [Errand(request.method, path, body)]
    if len(found) > MOST_RECORDS:
        raise Refusal(400, "INVALID_REQUEST", f"A batch has at most {MOST_RECORDS} records.")
    return found


def begun(tenant: Tenant, request: Request, rest: str, tasks: list[Task]) -> Response:
    """202 with the job's address. Raises Refusal for an idempotency key that was used before."""
    try:
        job = tenant.jobs.begin(request.headers.get(KEY, ""), tasks)
    except Repeated as repeated:
        raise Refusal(
            *(400, "IDEMPOTENCY_ERROR", SAME_KEY),
            headers=_told(rest, repeated.job),
            title="Conflict",
            section="#sec10.4.10",
        ) from repeated
    return Response(None, 202, _told(rest, job), media_type="application/json")


async def job(call: Call) -> Response:
    found, link = _job(call)
    told = {
        "links": [_link("self", link)],
        "completed": found.completed,
        "id": found.id,
        "progress": found.progress,
        "task": {"links": [_link("self", f"{link}/task")]},
    }
    return answer(told)


async def tasks(call: Call) -> Response:
    found, link = _job(call)
    items = [
        {"links": [_link("self", f"{link}/task/{number}")], "id": str(number)}
        for number in range(1, len(found.tasks) + 1)
    ]
    counts = {"count": len(items), "hasMore": False, "offset": 0, "totalResults": len(items)}
    return answer({"links": [_link("self", f"{link}/task")], "items": items, **counts}, kind="collection")


async def task(call: Call) -> Response:
    """Times and the link to the result are there once they are known."""
    found, link = _job(call)
    one, link = found.task(call.params["task"]), f"{link}/task/{call.params['task']}"
    related = [_link("related", f"{link}/result")] if one.result else []
    told: dict[str, Any] = {"links": [*related, _link("self", link)], "completed": one.result is not None}
    if one.ended is not None:
        told["endTime"] = _time(one.ended)
    told |= {"id": call.params["task"], "progress": one.progress}
    if one.started is not None:
        told["startTime"] = _time(one.started)
    return answer(told)


async def result(call: Call) -> Response:
    """What the call would have been answered at once. Raises Refusal while there is nothing."""
    found = _job(call)[0].task(call.params["task"]).result
    if found is None:
        raise Refusal(404, "NONEXISTENT_ID", "The task is not completed.")
    return Response(bytes(found.body), found.status_code, dict(found.headers))


def _batch(request: Request, path: str, body: bytes) -> Iterator[Errand]:
    """The calls for the records of a batch; none where the call is about one record."""
    type_ = path.removeprefix(RECORDS)
    if "/" in type_:
        return
    if request.method == "DELETE":
        ids = request.query_params.get("ids", "")
        yield from (Errand("DELETE", f"{path}/{one.strip()}", b"") for one in ids.split(",") if one)
        return
    for item in _items(body):
        id_ = {"PATCH": item.get("id"), "PUT": f"eid:{item.get('externalId')}"}.get(request.method)
        yield Errand(request.method, f"{path}/{id_}" if id_ else path, orjson.dumps(item))


def _items(body: bytes) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return []
    items = found.get("items") if isinstance(found, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _job(call: Call) -> tuple[Job, str]:
    found = call.tenant.jobs.need(call.params["id"])
    return found, _address(call.rest, found)


def _address(rest: str, job: Job) -> str:
    return f"{rest}/async/v1/job/{job.id}"


def _told(rest: str, job: Job) -> dict[str, str]:
    return {"preference-applied": PREFERENCE, "location": _address(rest, job)}


def _link(rel: str, href: str) -> dict[str, str]:
    return {"rel": rel, "href": href}


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
