"""What the record API refuses to write, and in which words."""

import pytest

from tests.sandbox_netsuite.conftest import Account
from tests.sandbox_netsuite.records import VENDOR, Json, got, made, refusal, write
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


async def test_unknown_properties_are_refused_dropped_with_a_warning_or_ignored(account: Account) -> None:
    body = {**VENDOR, "compnyName": "x"}
    assert refusal(await write(account, "POST", "/vendor", body)) == (400, "INVALID_CONTENT", "compnyName")
    plain = await account.call("POST", "/record/v1/vendor", json=body)
    assert (plain.status_code, plain.headers["warning"]) == (
        204,
        '199 - "Properties were ignored: compnyName"',
    )
    quiet = await write(
        account,
        "POST",
        "/vendor",
        {**body, "companyName": "y"},
        **{"X-NetSuite-PropertyNameValidation": "Ignore"},
    )
    assert (quiet.status_code, "warning" in quiet.headers) == (204, False)
    odd = await write(account, "POST", "/vendor", body, **{"X-NetSuite-PropertyNameValidation": "Perhaps"})
    assert odd.json()["o:errorDetails"][0]["o:errorHeader"] == "X-NetSuite-PropertyNameValidation"


async def test_values_that_do_not_fit_are_dropped_where_the_caller_asks_for_that(account: Account) -> None:
    body = {**VENDOR, "currency": {"id": "99"}, "creditLimit": "much"}
    answer = await write(
        account, "POST", "/vendor", body, **{"X-NetSuite-PropertyValueValidation": "Warning"}
    )
    assert (answer.status_code, answer.headers["warning"]) == (
        204,
        '199 - "Properties were ignored: currency, creditLimit"',
    )
    found = await got(account, f"/vendor/{answer.headers['location'].rsplit('/', 1)[1]}")
    assert {"currency", "creditLimit"} & set(found) == set()


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("/vendor", {**VENDOR, "currency": {"id": "99"}}, "currency"),
        ("/vendor", {**VENDOR, "isInactive": "T"}, "isInactive"),
        ("/vendor", {**VENDOR, "creditLimit": "much"}, "creditLimit"),
        ("/vendor", {**VENDOR, "custentity_onboarded": "31/01/2024"}, "custentity_onboarded"),
        ("/vendor", {**VENDOR, "custentity_tier": {"id": "9"}}, "custentity_tier"),
        (
            "/vendor",
            {**VENDOR, "custentity_channels": {"items": [{"id": "1"}, {"id": "7"}]}},
            "custentity_channels.items[1]",
        ),
        (
            "/vendor",
            {**VENDOR, "addressBook": {"items": [{"addressBookAddress": {"country": {"id": "XX"}}}]}},
            "addressBook.items[0].addressBookAddress.country",
        ),
        ("/vendorBill", {"entity": {"id": "11"}}, "entity"),
        ("/vendorBill", {"entity": {"id": "11"}, "item": []}, "entity"),
        (
            "/account",
            {"acctName": "x", "acctType": {"id": "Nothing"}, "subsidiary": {"items": [{"id": "1"}]}},
            "acctType",
        ),
    ],
)
async def test_values_that_do_not_fit_are_named_by_their_path(
    account: Account, path: str, body: Json, at: str
) -> None:
    assert refusal(await write(account, "POST", path, body)) == (400, "INVALID_CONTENT", at)


async def test_a_line_with_an_item_that_is_not_there_answers_as_the_documentation_prints(
    account: Account,
) -> None:
    vendor = await made(account, "/vendor", VENDOR)
    body = {"entity": {"id": vendor}, "item": {"items": [{"item": {"id": 9999999}, "amount": 1}]}}
    answer = await write(account, "POST", "/purchaseOrder", body)
    assert answer.json() == {
        "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4.1",
        "title": "Bad Request",
        "status": 400,
        "o:errorDetails": [
            {
                "detail": "Error while accessing resource: You have entered an Invalid Field Value 9999999"
                " for the following field: item",
                "o:errorCode": "INVALID_CONTENT",
                "o:errorPath": "item.items[0].item",
            }
        ],
    }
    assert await rows(account, "SELECT id FROM transaction WHERE entity = ?", vendor) == []


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/vendor", {"companyName": "x"}, "Please enter value(s) for: subsidiary."),
        ("/vendor", {"subsidiary": {"id": "1"}}, "Please enter value(s) for: companyName."),
        ("/vendor", {"isPerson": True, "subsidiary": {"id": "1"}}, "Please enter value(s) for: lastName."),
        (
            "/account",
            {"acctName": "x", "subsidiary": {"items": [{"id": 1}]}},
            "Please enter value(s) for: acctType.",
        ),
        ("/vendorBill", {"tranId": "x"}, "Please enter value(s) for: entity."),
        (
            "/serviceSaleItem",
            {"itemId": "x", "subsidiary": {"items": [{"id": 1}]}},
            "Please enter value(s) for: incomeAccount.",
        ),
        ("/currency", {"name": "Dollar", "symbol": "USD"}, "A record with this symbol already exists."),
        (
            "/department",
            {"name": "Sales", "subsidiary": {"items": [{"id": 1}]}},
            "A record with this fullName already exists.",
        ),
    ],
)
async def test_rules_of_the_business_say_what_is_wrong(
    account: Account, path: str, body: Json, words: str
) -> None:
    answer = await write(account, "POST", path, body)
    assert refusal(answer)[:2] == (400, "USER_ERROR")
    assert answer.json()["o:errorDetails"][0]["detail"] == f"Error while accessing resource: {words}"


async def test_external_ids_are_unique_per_record_type(account: Account) -> None:
    await made(account, "/vendor", {**VENDOR, "externalId": "same"})
    answer = await write(account, "POST", "/vendor", {**VENDOR, "companyName": "other", "externalId": "same"})
    assert answer.json()["o:errorDetails"][0]["detail"].endswith(
        "A record with this externalId already exists."
    )
    await made(account, "/customer", {**VENDOR, "externalId": "same"})


async def test_bodies_and_media_types_that_are_no_json_are_refused(account: Account) -> None:
    answer = await account.call(
        "POST", "/record/v1/vendor", content=b"<a/>", headers={"content-type": "text/xml"}
    )
    assert refusal(answer) == (415, "INVALID_REQUEST", None)
    for body in (b"{", b"[]", b""):
        answer = await account.call(
            "POST", "/record/v1/vendor", content=body, headers={"content-type": "application/json"}
        )
        assert refusal(answer) == (400, "INVALID_REQUEST", None)
