"""F8 and the form of a delivery: Standard Webhooks' own library and Truto's receivers can check what is sent."""

import base64
import hashlib
import hmac
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from auth.webhooks.secrets import MOST_OLDER, Secrets, new_secret
from schemas.tables import now
from tests.auth.world import World
from tests.webhooks.office import Office, open_office
from tests.webhooks.receiver import Got, Receiver

pytestmark = pytest.mark.anyio


def verify(got: Got, secret: str) -> Any:
    """The body, as the library reads it. Raises WebhookVerificationError."""
    return Verifier(secret).verify(got.body, got.headers)


async def deliver(office: Office, webhook: dict[str, Any], receiver: Receiver, **later: float) -> Got:
    await office.test(webhook)
    await office.work_off(**later)
    return receiver.got[-1]


async def test_a_delivery_is_exactly_as_the_contract_says(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    webhook = await office.open(receiver.url)
    account = await office.world.link()
    await office.work_off()
    assert [got.json["event"] for got in receiver.got] == [
        "integrated_account:created",
        "integrated_account:active",
    ]
    got = receiver.got[1]
    body = {
        "id": got.id,
        "event": "integrated_account:active",
        "payload": {**account, "sequence": 2},
        "environment_id": office.world.id,
        "created_at": got.json["created_at"],
        "webhook_id": webhook["id"],
    }
    assert account["integration"]["config"] == {"label": "Acme Works"}
    assert got.body == orjson.dumps(body)
    assert verify(got, webhook["secret"]) == body
    digest = hmac.new(webhook["secret"].encode(), got.body, hashlib.sha256).digest()
    assert got.headers.pop("host") in receiver.url
    assert got.headers == {
        "content-type": "application/json",
        "content-length": str(len(got.body)),
        "user-agent": "Koine",
        "webhook-id": got.id,
        "webhook-timestamp": got.headers["webhook-timestamp"],
        "webhook-signature": got.headers["webhook-signature"],
        "x-truto-signature": f"format=sha256,v={base64.b64encode(digest).decode()}",
    }
    assert abs(int(got.headers["webhook-timestamp"]) - now().timestamp()) < 30


async def test_a_body_that_was_altered_or_another_secret_is_noticed(
    office: Office, receiver: Receiver
) -> None:
    webhook = await office.open(receiver.url)
    got = await deliver(office, webhook, receiver)
    for wrong, secret in (
        (Got(got.headers, got.body.replace(b"test", b"best")), webhook["secret"]),
        (Got({**got.headers, "webhook-id": "evt_other"}, got.body), webhook["secret"]),
        (got, new_secret()),
    ):
        with pytest.raises(WebhookVerificationError):
            verify(wrong, secret)


async def test_a_test_event_holds_no_account(office: Office, receiver: Receiver) -> None:
    got = await deliver(office, await office.open(receiver.url), receiver)
    assert (got.json["event"], got.json["payload"]) == ("test", {})


@pytest.mark.parametrize("spelling", ["hex", "off"])
async def test_trutos_signature_is_spelled_as_set(world: World, receiver: Receiver, spelling: Any) -> None:
    async with open_office(world, truto_signature=spelling) as office:
        webhook = await office.open(receiver.url)
        got = await deliver(office, webhook, receiver)
    digest = hmac.new(webhook["secret"].encode(), got.body, hashlib.sha256).hexdigest()
    wanted = {"hex": f"format=sha256,v={digest}", "off": None}
    assert got.headers.get("x-truto-signature") == wanted[spelling]
    verify(got, webhook["secret"])


async def test_f8_both_secrets_sign_for_24_hours_after_a_rotation(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    webhook = await office.open(receiver.url)
    rotated = (await office.world.client.post(f"/webhook/{webhook['id']}/rotate-secret")).json()
    got = await deliver(office, webhook, receiver)
    assert len(got.headers["webhook-signature"].split()) == 2
    verify(got, webhook["secret"])
    verify(got, rotated["secret"])
    digest = hmac.new(rotated["secret"].encode(), got.body, hashlib.sha256).digest()
    assert got.headers["x-truto-signature"].endswith(base64.b64encode(digest).decode())
    within = await deliver(office, webhook, receiver, hours=23, minutes=59)
    assert len(within.headers["webhook-signature"].split()) == 2
    after = await deliver(office, webhook, receiver, minutes=2)
    [one] = after.headers["webhook-signature"].split()
    key = base64.b64decode(rotated["secret"].removeprefix("whsec_"))
    signed = f"{after.id}.{after.headers['webhook-timestamp']}.".encode() + after.body
    assert one == "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_f8_rotations_within_a_day_keep_every_secret_for_its_day_but_not_without_end() -> None:
    moment, secrets = now(), Secrets(new_secret())
    first = secrets.newest
    for _ in range(2):
        secrets = secrets.rotated(moment)
    assert secrets.signing_at(moment)[-1] == first
    for _ in range(9):
        secrets = secrets.rotated(moment)
    assert len(secrets.signing_at(moment)) == MOST_OLDER + 1
    assert first not in repr(secrets)
    assert secrets.newest not in repr(secrets)


async def test_an_event_whose_secret_can_not_be_opened_is_kept_and_tried_again(
    office: Office, receiver: Receiver
) -> None:
    webhook = await office.open(receiver.url)
    await office.test(webhook)
    keyring = office.outbox._vault.keyring
    object.__setattr__(office.outbox._vault, "keyring", type(keyring)(keyring.newest, {}))
    await office.work_off()
    [delivery] = await office.deliveries()
    assert delivery["attempts"][0]["error"] == "The webhook's signing secret can't be opened."
    object.__setattr__(office.outbox._vault, "keyring", keyring)
    await office.work_off(minutes=1)
    assert [got.id for got in receiver.got] == [delivery["event_id"]]
