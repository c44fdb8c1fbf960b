"""`POST /link-token`: what it takes, and that nothing of it can be had again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select, update

from schemas.tables import LinkAttempt, LinkToken, SealedRecord, now
from tests.house import House
from tests.linking.browsing import KEY, Browser, link_token, typed_key

pytestmark = pytest.mark.anyio


async def rows(house: House) -> list[LinkToken]:
    async with house.state["database"].read() as session:
        return list((await session.exec(select(LinkToken))).all())


async def made(house: House, **body: Any) -> LinkToken:
    answer = await house.client.post("/link-token", json=body)
    assert answer.status_code == 201, answer.text
    assert list(answer.json()) == ["link_token"]
    return (await rows(house))[-1]


async def test_a_link_token_for_a_tenant_is_bound_to_an_account_that_is_not_there_yet(house: House) -> None:
    row = await made(
        house,
        tenant_id="acme",
        unified_model_id=["accounting"],
        scopes=["core.invoice.read"],
        allowed_origins=["https://app.example.com"],
        redirect_uri="https://app.example.com/back",
        region="wnam",
        is_sandbox=True,
    )
    assert (row.tenant_id, row.is_reconnect, row.is_sandbox) == ("acme", False, True)
    assert (row.unified_models, row.scopes) == (["accounting"], ["core.invoice.read"])
    assert row.account_id != house.account
    assert round((row.expires_at - row.created_at).total_seconds()) == 7 * 86400


async def test_a_reconnect_takes_tenant_and_place_from_its_account(house: House) -> None:
    row = await made(house, integrated_account_id=house.account)
    assert (row.tenant_id, row.is_reconnect, row.is_sandbox) == ("acme", True, True)
    assert row.account_id == house.account
    assert row.allowed_origins is None


async def test_models_are_known_by_name_and_by_either_id(house: House) -> None:
    own = (await house.client.get("/environment-unified-model")).json()["result"][0]
    known = {"unified_model_id": own["unified_model_id"], "environment_unified_model_id": [own["id"]]}
    row = await made(house, tenant_id="t", **known)
    assert row.unified_models == [own["unified_model"]["name"]]


async def test_the_token_and_secrets_of_its_context_are_not_stored_as_they_are(house: House) -> None:
    answer = await house.client.post(
        "/link-token", json={"tenant_id": "t", "context": {"client_secret": "hush-hush"}}
    )
    secret = answer.json()["link_token"].rsplit("_", 1)[1]
    row = (await rows(house))[0]
    async with house.state["database"].read() as session:
        sealed = (await session.exec(select(SealedRecord))).all()
    assert len(row.secret_hash) == 32
    assert secret.encode() not in row.secret_hash
    assert f"link-token/{row.id}" in {one.purpose for one in sealed}
    assert all(b"hush-hush" not in one.ciphertext for one in sealed)


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({}, {"field": "", "message": "send either tenant_id or, for a reconnect, integrated_account_id"}),
        (
            {"tenant_id": "t", "integrated_account_id": "x"},
            {"field": "", "message": "send either tenant_id or, for a reconnect, integrated_account_id"},
        ),
        (
            {"tenant_id": "t", "truto_static_gate_id": "g"},
            {"field": "truto_static_gate_id", "message": "static gates are not offered: leave it out"},
        ),
        (
            {"tenant_id": "t", "unified_model_id": "crm"},
            {"field": "unified_model_id", "message": "crm is no unified model"},
        ),
        (
            {"tenant_id": "t", "context": {"time_zone": "Mars"}},
            {"field": "context.time_zone", "message": "must be an IANA time zone, such as Europe/Paris"},
        ),
        ({"tenant_id": "t", "colour": "red"}, {"field": "colour", "message": "is not known here"}),
    ],
)
async def test_a_link_token_that_can_not_be_meant_is_refused(
    house: House, body: dict[str, Any], failure: dict[str, str]
) -> None:
    answer = await house.client.post("/link-token", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [failure]
    assert await rows(house) == []


async def test_an_unknown_account_can_not_be_reconnected(house: House) -> None:
    answer = await house.client.post("/link-token", json={"integrated_account_id": "nobody"})
    assert (answer.status_code, answer.json()["details"]["reason"]) == (404, "unknown_account")


async def test_what_nobody_comes_back_to_is_erased_with_its_secrets(house: House) -> None:
    token, browser = await link_token(house, context={"note": "n"}), Browser(house)
    shown = await browser.connect(token, integration="coupa", auth_format=KEY)
    await browser.send(shown, **typed_key(house))
    async with house.state["database"].write() as session:
        await session.exec(update(LinkAttempt).values(expires_at=now() - timedelta(days=2)))
        await session.exec(update(LinkToken).values(expires_at=now() - timedelta(days=31)))
    kept = await made(house, tenant_id="t")
    async with house.state["database"].read() as session:
        purposes = set((await session.exec(select(SealedRecord.purpose))).all())
        assert (await session.exec(select(LinkAttempt))).all() == []
    assert [row.id for row in await rows(house)] == [kept.id]
    assert not [purpose for purpose in purposes if purpose.startswith("link-")]
