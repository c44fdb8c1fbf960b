"""What is kept of a write for its repeat, by how the write ended."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event
from sqlmodel import col, func, select, update

from auth.rotation import rotate
from auth.vault import Keyring, Vault
from sandbox.coupa import create_app as create_coupa
from schemas.tables import WriteRecord, now
from tests.house import SANDBOX, House, open_house
from tests.idempotency.conftest import allow_writes
from tests.idempotency.restarting import reopened
from tests.idempotency.writing import departments, sent, write

pytestmark = pytest.mark.anyio
REPLAYED = "idempotency-replayed"
IN_DOUBT = {"reason": "outcome_uncertain", "outcome": "uncertain"}


async def records(house: House) -> list[WriteRecord]:
    async with house.state["database"].read() as session:
        return list((await session.exec(select(WriteRecord))).all())


async def age(house: House, span: timedelta) -> None:
    """Lets all records be so much older."""
    async with house.state["database"].write() as session:
        for row in (await session.exec(select(WriteRecord))).all():
            row.expires_at -= span
            row.busy_until -= span


async def in_doubt(house: House, key: str | None = "k-1", **more: Any) -> None:
    """The repeat of a write of which nobody knows."""
    before = await sent(house)
    answer = await write(house, key, **more)
    assert answer.status_code == 502
    assert answer.json()["details"] == IN_DOUBT
    assert "new key" in answer.json()["message"]
    assert await sent(house) == before


async def test_a_vendors_refusal_is_kept_and_replayed(houses: House) -> None:
    first = await write(houses, json={"active": True})
    again = await write(houses, json={"active": True})
    assert (first.status_code, again.status_code) == (400, 400)
    assert again.content == first.content
    assert again.headers["truto-is-remote-error"] == "true"
    assert again.headers[REPLAYED] == "true"
    assert await sent(houses) == 1


async def test_a_refusal_by_custom_keeps_its_envelope(house: House) -> None:
    path = "/custom/departments"
    first = await write(house, path=path, json={"active": True})
    again = await write(house, path=path, json={"active": True})
    assert first.status_code == 400
    assert first.json()["details"] == {"outcome": "not_applied"}
    assert (again.status_code, again.content) == (400, first.content)
    assert again.headers["truto-is-remote-error"] == "true"
    assert await sent(house) == 1


@pytest.mark.parametrize("status", [403, 408, 425, 429])
@pytest.mark.parametrize("room", ["proxy", "custom"])
async def test_what_a_vendor_turns_away_leaves_the_key_free(house: House, status: int, room: str) -> None:
    path = f"/{room}/departments"
    await house.fault(kind="500", status=status, count=1, method="POST", path="/api/departments")
    assert (await write(house, path=path)).status_code == status
    assert await records(house) == []
    answer = await write(house, path=path)
    assert answer.status_code == 201
    assert REPLAYED not in answer.headers


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
async def test_a_vendors_fault_is_in_doubt_and_keeps_its_status(house: House, status: int) -> None:
    path = "/custom/departments"
    await house.fault(kind="500", status=status, method="POST", path="/api/departments", count=1)
    first = await write(house, path=path)
    assert first.status_code == status
    assert first.json()["details"]["outcome"] == "uncertain"
    await in_doubt(house, path=path)


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_a_lost_answer_is_never_followed_by_a_blind_second_write(houses: House, kind: str) -> None:
    await houses.fault(kind=kind, count=1, method="POST")
    first = await write(houses)
    assert first.status_code == 502
    assert first.json()["details"] == IN_DOUBT
    for _ in range(2):
        await in_doubt(houses)
    assert await departments(houses) == (1 if kind == "reset_after" else 0)


async def test_a_late_answer_is_in_doubt(tmp_path: Path) -> None:
    async with open_house(tmp_path, upstream_seconds=0.5) as opened:
        house = await allow_writes(opened)
        await house.fault(kind="slow", delay=5, count=1, method="POST")
        first = await write(house)
        assert first.status_code == 504
        assert first.json()["details"] == {"reason": "vendor_timeout", "outcome": "uncertain"}
        await in_doubt(house)


class Refusing(httpx.AsyncBaseTransport):
    """Reaches the stand-in, unless `closed`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner, self.closed = inner, False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.closed:
            raise httpx.ConnectError("Connection refused")
        return await self.inner.handle_async_request(request)


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[tuple[House, Refusing]]:
    coupa = create_coupa(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
    refusing = Refusing(httpx.ASGITransport(coupa))
    async with open_house(tmp_path, transport=refusing, stand_in=coupa) as opened:
        yield await allow_writes(opened), refusing


async def test_what_never_left_leaves_the_key_free(way: tuple[House, Refusing]) -> None:
    house, refusing = way
    refusing.closed = True
    first = await write(house)
    assert first.status_code == 502
    assert first.json()["details"] == {"reason": "vendor_unreachable", "outcome": "not_applied"}
    assert await records(house) == []
    refusing.closed = False
    assert (await write(house)).status_code == 201


async def test_an_answer_that_is_too_large_is_not_kept_but_known_to_be_done(house: House) -> None:
    await house.fault(kind="huge", size=9 * 1024 * 1024, count=1, method="POST")
    first = await write(house)
    assert (first.status_code, len(first.content) > 9 * 1024 * 1024) == (200, True)
    again = await write(house)
    assert again.status_code == 409
    assert again.json()["details"] == {"reason": "response_not_stored"}
    assert await sent(house) == 1


async def test_an_answer_of_eight_mebibytes_is_kept(house: House) -> None:
    await house.fault(kind="huge", size=8 * 1024 * 1024 - 65536, count=1, method="POST")
    first = await write(house)
    again = await write(house)
    assert again.content == first.content
    assert again.headers[REPLAYED] == "true"


async def test_a_success_that_is_no_json_is_in_doubt_by_custom(house: House) -> None:
    await house.fault(kind="bad_json", count=1, method="POST")
    first = await write(house, path="/custom/departments")
    assert first.status_code == 502
    assert first.json()["details"] == {"reason": "vendor_invalid_response", "outcome": "uncertain"}
    await in_doubt(house, path="/custom/departments")


async def test_a_body_that_can_not_be_held_takes_no_key(house: House) -> None:
    body = b"x" * (10 * 1024 * 1024 + 1)
    answer = await write(house, content=body)
    assert answer.status_code == 413
    assert answer.json()["details"] == {"reason": "body_too_large"}
    assert await sent(house) == 0
    assert await records(house) == []


async def test_the_same_form_with_another_boundary_is_the_same_write(house: House) -> None:
    first = await write(house, files={"file": ("a.txt", b"one")})
    again = await write(house, files={"file": ("a.txt", b"one")})
    assert again.headers[REPLAYED] == "true"
    assert again.content == first.content
    other = await write(house, files={"file": ("a.txt", b"two")})
    assert other.status_code == 422


async def test_after_24_hours_a_key_is_new_again(houses: House) -> None:
    await write(houses)
    await age(houses, timedelta(hours=24))
    answer = await write(houses, json={"name": "Loom"})
    assert answer.status_code == 201
    assert REPLAYED not in answer.headers
    assert await sent(houses) == 2


async def test_what_is_over_is_swept_and_what_is_not_stays(houses: House) -> None:
    await write(houses)
    (row,) = await records(houses)
    assert timedelta(hours=23, minutes=59) < row.expires_at - now() <= timedelta(hours=24)
    old = [row.model_copy(update={"id": f"{n:064}", "expires_at": now()}) for n in range(1200)]
    async with houses.state["database"].write() as session:
        session.add_all(WriteRecord(**each.model_dump()) for each in old)
    await houses.state["ledger"].sweep()
    async with houses.state["database"].read() as session:
        assert (await session.exec(select(func.count()).select_from(WriteRecord))).one() == 1


async def test_nothing_of_the_write_stands_open_in_the_database(house: House, tmp_path: Path) -> None:
    await write(house, "key-that-is-nobodys-business", json={"name": "Nobody knows"})
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("koine.db*"))  # noqa: ASYNC240
    assert b"nobodys" not in stored
    assert b"Nobody knows" not in stored


async def test_an_answer_that_was_moved_to_another_record_does_not_open(house: House) -> None:
    await write(house, "k-1")
    await write(house, "k-2", json={"name": "Loom"})
    async with house.state["database"].write() as session:
        one, two = (await session.exec(select(WriteRecord).order_by(col(WriteRecord.created_at)))).all()
        two.answer = one.answer
    answer = await write(house, "k-2", json={"name": "Loom"})
    assert answer.status_code == 500
    assert "Kiln" not in answer.text


async def test_the_records_of_an_account_go_with_it(houses: House) -> None:
    await write(houses)
    assert len(await records(houses)) == 1
    answer = await houses.client.delete(f"/integrated-account/{houses.account}")
    assert answer.status_code == 200
    assert await records(houses) == []


async def test_answers_outlive_a_restart_and_a_rotation_of_the_keys(tmp_path: Path) -> None:
    """The keys of answers are sealed under the gateway's own secret, which the rotation wraps anew."""
    async with open_house(tmp_path) as opened:
        house = await allow_writes(opened)
        first = await write(house)
        vault: Vault = house.state["vault"]
        new = bytes(range(100, 132))
        ring = Keyring(Keyring.of([new]).newest, {**vault.keyring.keys, **Keyring.of([new]).keys})
        assert await rotate(house.state["database"], Vault(ring)) > 0
    async with reopened(tmp_path, house, key=new) as client:
        again = await write(house, client=client)
        assert again.headers[REPLAYED] == "true"
        assert again.content == first.content


async def test_a_write_without_a_key_is_not_recorded(house: House) -> None:
    for _ in range(2):
        assert (await write(house, None)).status_code in (201, 400)
    assert await sent(house) == 2
    assert await records(house) == []


async def test_a_write_without_a_key_costs_one_look_into_the_database(house: House) -> None:
    await write(house, None)
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        if "idempotency_record" in arguments[2]:
            statements.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await write(house, None, json={"name": "Loom"})
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements] == ["SELECT"]


async def test_for_a_minute_a_lost_write_without_a_key_is_known_again(houses: House) -> None:
    await houses.fault(kind="reset_after", count=1, method="POST")
    assert (await write(houses, None)).status_code == 502
    await in_doubt(houses, None)
    assert (await write(houses, None, json={"name": "Loom"})).status_code == 201
    assert (await write(houses, "k-1", json={"name": "Forge"})).status_code == 201
    await age(houses, timedelta(seconds=59))
    await in_doubt(houses, None)
    await age(houses, timedelta(seconds=1))
    assert (await write(houses, None)).status_code == 400  # the name is taken: the vendor was asked
    assert await sent(houses) == 4


async def test_another_token_is_another_writer(house: House) -> None:
    await house.fault(kind="reset_before", count=1, method="POST")
    assert (await write(house, None)).status_code == 502
    made = await house.client.post("/api-token", json={"name": "second"})
    token = {"authorization": f"Bearer {made.json()['token']}"}
    target = f"/proxy/departments?integrated_account_id={house.account}"
    answer = await house.client.post(target, json={"name": "Kiln"}, headers=token)
    assert answer.status_code == 201


async def test_a_record_whose_process_died_is_in_doubt(houses: House) -> None:
    await write(houses)
    async with houses.state["database"].write() as session:
        change = update(WriteRecord).values(
            state="running", answer=None, busy_until=now() + timedelta(seconds=60)
        )
        await session.exec(change)
    answer = await write(houses)
    assert answer.json()["details"] == {"reason": "idempotency_in_flight"}
    await age(houses, timedelta(seconds=61))
    await in_doubt(houses)
