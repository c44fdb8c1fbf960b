"""Passthrough against the stand-in: what a vendor's answers do to the account, and Truto's form on `/custom`."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import House, coupa_context, link, open_house

pytestmark = pytest.mark.anyio
NO_BODY = {"next_cursor": None, "prev_cursor": None}


async def call(
    house: House, method: str, target: str, account: str | None = None, **kwargs: Any
) -> httpx.Response:
    joint = "&" if "?" in target else "?"
    target = f"{target}{joint}integrated_account_id={account or house.account}"
    return await house.client.request(method, target, **kwargs)


async def account_of(house: House, account: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await house.client.get(f"/integrated-account/{account or house.account}")).json()
    return found


async def writer(house: House) -> str:
    """An account that may write."""
    scopes = ["core.common.read", "core.supplier.read", "core.supplier.write"]
    linked = await link(house, coupa_context(house.coupa_credentials, oauth={"scope": scopes}))
    assert linked["status"] == "active", linked
    return str(linked["id"])


async def test_an_account_must_be_named_once_and_be_ones_own(house: House) -> None:
    for room in ("proxy", "custom"):
        answer = await house.client.get(f"/{room}/suppliers")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "missing_account")
        answer = await house.client.get(f"/{room}/suppliers?integrated_account_id=")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "missing_account")
        answer = await house.client.get(f"/{room}/suppliers?integrated_account_id=unknown")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (404, "unknown_account")
        made = await house.client.post(
            "/integrated-account/token", json={"integrated_account_id": house.account}
        )
        token = {"authorization": f"Bearer {made.json()['integrated_account_token']}"}
        answer = await house.client.get(f"/{room}/suppliers/1", headers=token)
        assert answer.status_code == 200
        answer = await house.client.get(f"/{room}/suppliers/1?integrated_account_id=other", headers=token)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (403, "token_not_allowed")


async def test_a_vendors_error_passes_untouched(house: House) -> None:
    answer = await call(house, "GET", "/proxy/suppliers/999999")
    assert (answer.status_code, answer.headers["truto-is-remote-error"]) == (404, "true")
    assert answer.json() == {"errors": {"supplier": ["Record not found"]}}


async def test_a_403_is_noted_and_the_account_stays_active(house: House) -> None:
    answer = await call(house, "GET", "/proxy/contracts")
    assert (answer.status_code, answer.headers["truto-is-remote-error"]) == (403, "true")
    assert list(answer.json()) == ["errors"]
    found = await account_of(house)
    words = answer.json()["errors"]["authorization"][0]
    assert found["status"] == "active"
    assert found["last_forbidden_error"] == {"message": words, "missing_scopes": []}


@pytest.mark.parametrize("room", ["proxy", "custom"])
async def test_a_401_to_a_key_needs_a_reconnect(house: House, room: str) -> None:
    linked = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
    await house.fault(kind="503", status=401, path="/api/suppliers/1")
    answer = await call(house, "GET", f"/{room}/suppliers/1", linked["id"])
    assert (answer.status_code, answer.headers["truto-is-remote-error"]) == (401, "true")
    assert (await account_of(house, linked["id"]))["status"] == "needs_reauth"
    before = await house.stats()
    answer = await call(house, "GET", f"/{room}/suppliers/1", linked["id"])
    assert (answer.status_code, answer.json()["details"]["reason"]) == (401, "needs_reauth")
    assert (await house.stats())["requests"] == before["requests"]


async def test_a_token_turned_down_is_renewed_and_a_short_body_sent_again(tmp_path: Path) -> None:
    async def at_once(seconds: float) -> None:
        """How a renewal waits for a token to be taken."""

    async with open_house(tmp_path, sleep=at_once) as house:
        account = await writer(house)
        before = await house.stats()
        await house.fault(kind="expire_tokens", path="/api/*", count=1)
        answer = await call(house, "POST", "/proxy/suppliers", account, json={"name": "Sent again"})
        assert answer.status_code == 201, answer.text
        after = await house.stats()
        assert after["token_requests"] == before["token_requests"] + 1
        assert (await account_of(house, account))["status"] == "active"


async def test_custom_wraps_what_is_json(house: House) -> None:
    raw = await call(house, "GET", "/proxy/suppliers/1")
    answer = await call(house, "GET", "/custom/suppliers/1")
    assert answer.status_code == 200
    assert answer.content == b'{"result":%s,"next_cursor":null,"prev_cursor":null}' % raw.content
    plain = await call(house, "GET", "/custom/suppliers/1?truto_response_format=raw")
    assert plain.content == raw.content


async def test_custom_keeps_the_status_of_a_success(house: House) -> None:
    account = await writer(house)
    answer = await call(house, "POST", "/custom/suppliers", account, json={"name": "Made by custom"})
    assert answer.status_code == 201
    assert answer.json().items() >= NO_BODY.items()
    assert answer.json()["result"]["name"] == "Made by custom"


async def test_json_sent_as_text_goes_out_as_json(house: House) -> None:
    account = await writer(house)
    text = {"content-type": "text/plain;charset=UTF-8"}
    answer = await call(
        house, "POST", "/custom/suppliers", account, content=b'{"name": "As text"}', headers=text
    )
    assert (answer.status_code, answer.json()["result"]["name"]) == (201, "As text")
    sent = (await house.coupa.get("/_sandbox/log?limit=1")).json()["requests"][0]
    assert sent["headers"]["content-type"] == "application/json"
    await call(house, "POST", "/custom/suppliers", account, content=b"just words", headers=text)
    sent = (await house.coupa.get("/_sandbox/log?limit=1")).json()["requests"][0]
    assert sent["headers"]["content-type"] == "text/plain;charset=UTF-8"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/vnd.api+json"])
async def test_method_config_is_not_offered_and_never_forwarded(house: House, kind: str) -> None:
    before = await house.stats()
    body = b'{"name": "x", "methodConfig": {"path": "/evil"}}'
    answer = await call(house, "POST", "/custom/suppliers", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "reason": "invalid_request",
        "failures": [{"field": "methodConfig", "message": "not offered"}],
    }
    assert (await house.stats())["requests"] == before["requests"]


async def test_json_to_custom_has_an_upper_bound(house: House) -> None:
    body = b'{"name": "%s"}' % (b"x" * (10 * 1024 * 1024))
    json = {"content-type": "application/json"}
    answer = await call(house, "POST", "/custom/suppliers", content=body, headers=json)
    assert (answer.status_code, answer.json()["details"]) == (413, {"reason": "body_too_large"})


async def test_custom_says_a_vendors_error_in_the_envelope(house: House) -> None:
    answer = await call(house, "GET", "/custom/suppliers/999999")
    body = answer.json()
    assert body.pop("request_id") == answer.headers["x-request-id"]
    assert (answer.status_code, body) == (
        404,
        {
            "statusCode": 404,
            "error": "Not Found",
            "message": "Record not found",
            "truto_is_remote_error": True,
            "raw_response": {"errors": {"supplier": ["Record not found"]}},
            "truto_error_insight": {"remote_error": {"description": "Record not found"}},
        },
    )


async def test_custom_says_what_is_no_json(house: House) -> None:
    await house.fault(kind="bad_json", path="/api/suppliers*")
    answer = await call(house, "GET", "/custom/suppliers/1")
    assert (answer.status_code, answer.json()["details"]) == (502, {"reason": "vendor_invalid_response"})
    answer = await call(house, "GET", "/custom/suppliers")
    assert (answer.status_code, answer.json()["details"]) == (502, {"reason": "vendor_invalid_response"})


async def test_other_types_pass_through_custom(house: House) -> None:
    xml = {"accept": "application/xml"}
    raw = await call(house, "GET", "/proxy/suppliers/1", headers=xml)
    answer = await call(house, "GET", "/custom/suppliers/1", headers=xml)
    assert answer.headers["content-type"] == raw.headers["content-type"]
    assert answer.content == raw.content
    assert answer.content.startswith(b"<?xml")


async def test_a_call_for_an_account_that_is_not_ready_reaches_no_vendor(house: House) -> None:
    await house.client.patch(f"/integrated-account/{house.account}", json={"is_blocked": True})
    before = await house.stats()
    answer = await call(house, "DELETE", "/proxy/suppliers/1")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (503, "account_paused")
    assert answer.headers["retry-after"] == "60"
    assert (await house.stats())["requests"] == before["requests"]
