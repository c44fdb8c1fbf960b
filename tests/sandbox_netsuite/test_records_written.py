"""The record API written: creates, changes, upserts, sublists, deletes, and the rules that refuse them."""

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.records import RECORD, Json, first_id, got, made, refusal, write
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio

VENDOR: Json = {
    "companyName": "Neu & Söhne",
    "subsidiary": {"id": "1"},
    "currency": {"id": 4},
    "custentity_risk": 2.5,
}


async def bill(account: Account, **more: object) -> tuple[str, Json]:
    vendor, item = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "item", "itemtype = 'InvtPart'"),
    )
    body: Json = {
        "entity": {"id": vendor},
        "tranId": "V-1",
        "tranDate": "2025-03-31",
        "item": {
            "items": [{"item": {"id": item}, "quantity": 2, "rate": 10}, {"item": {"id": item}, "amount": 5}]
        },
        **more,
    }
    return await made(account, "/vendorBill", body), body


async def test_a_vendor_is_made_read_back_and_seen_by_suiteql_at_once(account: Account) -> None:
    book = {
        "items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "Weg 1", "country": {"id": "DE"}}}]
    }
    id_ = await made(account, "/vendor", {**VENDOR, "addressBook": book})
    found = await got(account, f"/vendor/{id_}")
    assert (found["companyName"], found["entityId"], found["isPerson"]) == (
        "Neu & Söhne",
        "Neu & Söhne",
        False,
    )
    assert found["addressBook"]["items"][0]["addressBookAddress"]["country"] == {
        "id": "DE",
        "refName": "Germany",
    }
    text = """SELECT v.companyname, c.symbol, v.custentity_risk, r.subsidiary, ea.addr1 FROM vendor v
        JOIN currency c ON c.id = v.currency JOIN vendorsubsidiaryrelationship r ON r.entity = v.id
        JOIN vendoraddressbook ab ON ab.entity = v.id
        JOIN vendoraddressbookentityaddress ea ON ea.nkey = ab.addressbookaddress WHERE v.id = ?"""
    assert await rows(account, text, id_) == [
        {
            "companyname": "Neu & Söhne",
            "symbol": "EUR",
            "custentity_risk": "2.5",
            "subsidiary": "1",
            "addr1": "Weg 1",
        }
    ]


async def test_a_bill_takes_currency_period_account_and_due_date_from_where_they_follow(
    account: Account,
) -> None:
    id_, _ = await bill(account, terms={"id": "2"})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["total"], found["currency"]["refName"], found["exchangeRate"]) == (25, "Euro", 1.09)
    assert (found["postingPeriod"]["refName"], found["dueDate"]) == ("Mar 2025", "2025-04-30")
    assert found["status"] == {"id": "Open", "refName": "Open"}
    lines = found["item"]["items"]
    assert [(line["line"], line["quantity"], line["rate"], line["amount"]) for line in lines] == [
        (1, 2, 10, 20),
        (2, 1, 5, 5),
    ]
    text = (
        "SELECT id, mainline, foreignamount, quantity FROM transactionline WHERE transaction = ? ORDER BY id"
    )
    assert await rows(account, text, id_) == [
        {"id": "0", "mainline": "T", "foreignamount": "-25"},
        {"id": "1", "mainline": "F", "foreignamount": "20", "quantity": "2"},
        {"id": "2", "mainline": "F", "foreignamount": "5", "quantity": "1"},
    ]
    head = "SELECT type, foreigntotal, foreignamountunpaid, status FROM transaction WHERE id = ?"
    assert await rows(account, head, id_) == [
        {"type": "VendBill", "foreigntotal": "-25", "foreignamountunpaid": "25", "status": "A"}
    ]


async def test_expense_lines_tax_and_segments_are_kept(account: Account) -> None:
    vendor, expense = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "account", "accttype = 'Expense'"),
    )
    line = {
        "account": {"id": expense},
        "amount": 100,
        "tax1Amt": 20,
        "department": {"id": "1"},
        "cseg_region": {"id": "2"},
        "custcol_cost_code": "X",
    }
    id_ = await made(account, "/vendorBill", {"entity": {"id": vendor}, "expense": {"items": [line]}})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["total"], found["taxTotal"], found["subtotal"]) == (120, 20, 100)
    kept = found["expense"]["items"][0]
    assert (kept["grossAmt"], kept["cseg_region"]["refName"], kept["custcol_cost_code"]) == (
        120,
        "Europe",
        "X",
    )
    tax = await rows(
        account, "SELECT foreignamount FROM transactionline WHERE transaction = ? AND taxline = 'T'", id_
    )
    assert tax == [{"foreignamount": "20"}]


async def test_an_upsert_by_external_id_makes_a_record_once_and_then_changes_it(account: Account) -> None:
    first = await write(account, "PUT", "/vendor/eid:key_1", VENDOR)
    again = await write(account, "PUT", "/vendor/eid:key_1", {"phone": "555"})
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["location"] == again.headers["location"]
    found = await got(account, "/vendor/eid:key_1")
    assert (found["externalId"], found["phone"], found["companyName"]) == ("key_1", "555", "Neu & Söhne")
    assert refusal(await write(account, "PUT", f"/vendor/{found['id']}", {})) == (
        400,
        "INVALID_REQUEST",
        None,
    )
    assert refusal(await write(account, "PUT", "/vendor/eid:a|b", VENDOR)) == (
        400,
        "INVALID_CONTENT",
        "externalId",
    )


async def test_references_are_written_by_either_id_and_null_clears(account: Account) -> None:
    await write(account, "PUT", "/vendor/eid:ref", VENDOR)
    item = await first_id(account, "item")
    body = {
        "entity": {"externalId": "ref"},
        "memo": "m",
        "item": {"items": [{"item": {"id": item}, "amount": 1}]},
    }
    id_ = await made(account, "/purchaseOrder", body)
    assert (await got(account, f"/purchaseOrder/{id_}"))["memo"] == "m"
    assert (await write(account, "PATCH", f"/purchaseOrder/{id_}", {"memo": None})).status_code == 204
    assert "memo" not in await got(account, f"/purchaseOrder/{id_}")


async def test_a_change_moves_the_time_of_modification_and_leaves_the_rest(account: Account) -> None:
    vendor = await first_id(account, "vendor", "phone IS NOT NULL")
    before = await got(account, f"/vendor/{vendor}")
    answer = await write(account, "PATCH", f"/vendor/{vendor}", {"email": "new@example.com"})
    assert (answer.status_code, answer.content, answer.headers["location"]) == (
        204,
        b"",
        f"{RECORD}/vendor/{vendor}",
    )
    after = await got(account, f"/vendor/{vendor}")
    assert after.pop("lastModifiedDate") > before.pop("lastModifiedDate")
    assert after == {**before, "email": "new@example.com"}


async def test_lines_without_numbers_are_added_with_them_changed_and_replace_removes_the_rest(
    account: Account,
) -> None:
    id_, body = await bill(account)
    path, line = f"/vendorBill/{id_}", body["item"]["items"][0]

    async def amounts() -> list[float]:
        return [one["amount"] for one in (await got(account, path))["item"]["items"]]

    await write(account, "PATCH", path, {"item": {"items": [line]}})
    assert await amounts() == [20, 5, 20]
    await write(account, "PATCH", path, {"item": {"items": [{"line": 2, "amount": 7}]}})
    assert await amounts() == [20, 7, 20]
    await write(
        account, "PATCH", f"{path}?replace=item", {"item": {"items": [{"line": 1, "quantity": 3}, line]}}
    )
    assert await amounts() == [30, 20]
    assert (await got(account, path))["total"] == 50


async def test_lines_without_a_key_are_added_or_all_replaced(account: Account) -> None:
    item = await first_id(account, "item", "itemtype = 'InvtPart' AND id IN (SELECT item FROM itemvendor)")
    [row] = await rows(account, "SELECT itemtype, islotitem, isserialitem FROM item WHERE id = ?", item)
    kind = "lotNumberedInventoryItem" if row["islotitem"] == "T" else "serializedInventoryItem"
    path = f"/{'inventoryItem' if 'T' not in row.values() else kind}/{item}"
    vendor = await made(account, "/vendor", VENDOR)
    before = (await got(account, path))["itemVendor"]["totalResults"]
    lines = {"itemVendor": {"items": [{"vendor": {"id": vendor}, "purchasePrice": 3}]}}
    await write(account, "PATCH", path, lines)
    assert (await got(account, path))["itemVendor"]["totalResults"] == before + 1
    await write(account, "PATCH", f"{path}?replace=itemVendor", lines)
    assert (await got(account, path))["itemVendor"]["totalResults"] == 1


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


async def test_a_bill_in_a_closed_period_and_one_without_lines_are_refused_and_leave_nothing(
    account: Account,
) -> None:
    vendor, item = await made(account, "/vendor", VENDOR), await first_id(account, "item")
    lines = {"items": [{"item": {"id": item}, "amount": 1}]}
    closed = {"entity": {"id": vendor}, "tranDate": "2024-01-15", "item": lines}
    assert refusal(await write(account, "POST", "/vendorBill", closed)) == (400, "USER_ERROR", "tranDate")
    assert refusal(await write(account, "POST", "/vendorBill", {"entity": {"id": vendor}})) == (
        400,
        "USER_ERROR",
        None,
    )
    assert await rows(account, "SELECT id FROM transaction WHERE entity = ?", vendor) == []


async def test_approval_brings_its_letter_where_the_document_still_waits(account: Account) -> None:
    id_, _ = await bill(account, approvalStatus={"id": "1"})
    assert (await got(account, f"/vendorBill/{id_}"))["status"]["id"] == "Pending Approval"
    await write(account, "PATCH", f"/vendorBill/{id_}", {"approvalStatus": {"id": "2"}})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["status"]["id"], found["approvalStatus"]) == ("Open", {"id": "2", "refName": "Approved"})


async def test_without_the_feature_there_is_no_approval_to_write(opened: Opened) -> None:
    account = opened(without="approval_routing")
    id_, _ = await bill(account)
    answer = await write(account, "PATCH", f"/vendorBill/{id_}", {"approvalStatus": {"id": "2"}})
    assert refusal(answer) == (400, "INVALID_CONTENT", "approvalStatus")


async def test_a_payment_pays_its_bills_and_not_more_than_is_due(account: Account) -> None:
    id_, body = await bill(account)
    bank = await first_id(account, "account", "accttype = 'Bank'")
    payment: Json = {
        "entity": body["entity"],
        "account": {"id": bank},
        "apply": {"items": [{"doc": {"id": id_}, "apply": True, "amount": 30}]},
    }
    assert refusal(await write(account, "POST", "/vendorPayment", payment)) == (
        400,
        "USER_ERROR",
        "apply.items[0].amount",
    )
    payment["apply"]["items"][0]["amount"] = 25
    paid = await made(account, "/vendorPayment", payment)
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["status"]["id"], found["balance"]) == ("Paid In Full", 0)
    assert (await got(account, f"/vendorPayment/{paid}"))["total"] == 25
    links = "SELECT nextdoc FROM nexttransactionlinelink WHERE previousdoc = ? AND linktype = 'Payment'"
    assert await rows(account, links, id_) == [{"nextdoc": paid}]
    assert refusal(await write(account, "DELETE", f"/vendorBill/{id_}", None)) == (400, "USER_ERROR", None)
    assert (await write(account, "DELETE", f"/vendorPayment/{paid}", None)).status_code == 204
    assert (await got(account, f"/vendorBill/{id_}"))["status"]["id"] == "Open"


async def test_a_deleted_record_is_gone_and_leaves_a_tombstone(account: Account) -> None:
    id_, body = await bill(account)
    assert refusal(await write(account, "DELETE", f"/vendor/{body['entity']['id']}", None)) == (
        400,
        "USER_ERROR",
        None,
    )
    assert (await write(account, "DELETE", f"/vendorBill/{id_}", None)).status_code == 204
    assert (await account.get(f"/record/v1/vendorBill/{id_}")).status_code == 404
    assert (await write(account, "DELETE", f"/vendor/{body['entity']['id']}", None)).status_code == 204
    stones = "SELECT scriptid, type, name FROM deletedrecord WHERE recordid = ?"
    assert await rows(account, stones, id_) == [
        {"scriptid": "VENDORBILL", "type": "Bill", "name": "Bill #V-1"}
    ]
    assert await rows(account, "SELECT id FROM transactionline WHERE transaction = ?", id_) == []


async def test_lists_and_people_are_written_too(account: Account) -> None:
    companies = {"subsidiary": {"items": [{"id": "1"}, {"id": "3"}]}}
    parent = await made(account, "/department", {"name": "Top", **companies})
    child = await made(account, "/department", {"name": "Below", "parent": {"id": parent}, **companies})
    text = "SELECT fullname, subsidiary FROM department WHERE id = ?"
    assert await rows(account, text, child) == [{"fullname": "Top : Below", "subsidiary": "1, 3"}]
    ledger = await made(
        account, "/account", {"acctName": "Trips", "acctNumber": "6999", "acctType": "Expense", **companies}
    )
    assert (await got(account, f"/account/{ledger}"))["acctType"] == {"id": "Expense", "refName": "Expense"}
    person = {"firstName": "A", "lastName": "B", "subsidiary": {"id": "1"}, "giveAccess": True}
    employee = await made(
        account, "/employee", {**person, "roles": {"items": [{"selectedRole": {"id": "1021"}}]}}
    )
    people = "SELECT entityid, giveaccess, rolesforsearch FROM employee WHERE id = ?"
    assert await rows(account, people, employee) == [
        {"entityid": "A B", "giveaccess": "T", "rolesforsearch": "1021"}
    ]
    item = await made(
        account, "/nonInventoryPurchaseItem", {"itemId": "NEW", "expenseAccount": {"id": ledger}, **companies}
    )
    kinds = "SELECT itemtype, subtype, fullname FROM item WHERE id = ?"
    assert await rows(account, kinds, item) == [
        {"itemtype": "NonInvtPart", "subtype": "Purchase", "fullname": "NEW"}
    ]
    assert refusal(await write(account, "DELETE", f"/account/{ledger}", None)) == (400, "USER_ERROR", None)


async def test_requisitions_invoices_and_orders_begin_in_their_states(account: Account) -> None:
    vendor, item = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "item", "itemtype = 'InvtPart'"),
    )
    lines = {"items": [{"item": {"id": item}, "quantity": 3, "rate": 2}]}
    asked = {"items": [{"item": {"id": item}, "quantity": 3, "estimatedRate": 2, "poVendor": {"id": vendor}}]}
    requisition = await made(account, "/purchaseRequisition", {"entity": {"id": "11"}, "item": asked})
    found = await got(account, f"/purchaseRequisition/{requisition}")
    assert (found["status"]["id"], found["estimatedTotal"]) == ("Pending Approval", 6)
    line = "SELECT quantity, estimatedamount, entity FROM transactionline WHERE transaction = ? AND mainline = 'F'"
    assert await rows(account, line, requisition) == [
        {"quantity": "3", "estimatedamount": "6", "entity": vendor}
    ]
    customer = await first_id(account, "customer", "searchstage = 'Customer' AND currency = 1")
    invoice = await made(account, "/invoice", {"entity": {"id": customer}, "item": lines})
    assert (await got(account, f"/invoice/{invoice}"))["amountRemaining"] == 6
    line = (
        "SELECT quantity, rate, foreignamount FROM transactionline WHERE transaction = ? AND mainline = 'F'"
    )
    assert await rows(account, line, invoice) == [{"quantity": "-3", "rate": "2", "foreignamount": "-6"}]
    order = await made(
        account, "/purchaseOrder", {"entity": {"id": vendor}, "orderStatus": "A", "item": lines}
    )
    assert (await got(account, f"/purchaseOrder/{order}"))["orderStatus"]["id"] == "A"


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


async def test_with_selected_fields_null_clears_only_what_is_named(account: Account) -> None:
    id_ = await made(account, "/vendor", {**VENDOR, "phone": "1", "fax": "2"})
    query = "?replaceSelectedFields=true&replace=fax"
    await write(account, "PATCH", f"/vendor/{id_}{query}", {"phone": None, "fax": None})
    found = await got(account, f"/vendor/{id_}")
    assert (found["phone"], "fax" in found) == ("1", False)


async def test_names_and_companies_that_follow_are_kept_with_what_they_follow_from(account: Account) -> None:
    id_ = await made(account, "/vendor", VENDOR)
    await write(account, "PATCH", f"/vendor/{id_}", {"companyName": "Renamed", "subsidiary": {"id": "3"}})
    text = """SELECT v.altname, r.subsidiary FROM vendor v JOIN vendorsubsidiaryrelationship r ON r.entity = v.id
        WHERE v.id = ? AND r.isprimarysub = 'T'"""
    assert await rows(account, text, id_) == [{"altname": "Renamed", "subsidiary": "3"}]
    item = await first_id(account, "item", "itemtype = 'Service' AND subtype = 'Sale'")
    await write(account, "PATCH", f"/serviceSaleItem/{item}", {"itemId": "NEW-SKU"})
    assert await rows(account, "SELECT fullname FROM item WHERE id = ?", item) == [{"fullname": "NEW-SKU"}]
