"""The statements that a client of all of an account needs: every list, its companions, and what they agree on."""

import re

import pytest

from tests.sandbox_netsuite.conftest import Account
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


def stamped(text: str) -> str:
    """The statement with `STAMP(v.datecreated)` for a column in full, under its own name."""
    return re.sub(r"STAMP\((?:\w+\.)?(\w+)\)", _stamp, text)


def _stamp(found: re.Match[str]) -> str:
    return f"TO_CHAR({found[0][6:-1]},'YYYY-MM-DD HH24:MI:SS') AS {found[1]}"


LISTS = {
    "accounts": """SELECT a.id, a.acctnumber, a.acctname, a.fullname, a.accttype, a.description, a.parent, a.currency,
        c.symbol AS currencycode, a.subsidiary, a.isinactive, STAMP(a.lastmodifieddate)
        FROM account a LEFT JOIN currency c ON c.id = a.currency WHERE a.id > ? ORDER BY a.id""",
    "vendors": """SELECT v.id, v.entityid, v.companyname, v.altname, v.isperson, v.firstname, v.lastname, v.email,
        v.altemail, v.phone, v.altphone, v.mobilephone, v.fax, v.currency, c.symbol AS currencycode, v.isinactive,
        v.externalid, STAMP(v.datecreated), STAMP(v.lastmodifieddate)
        FROM vendor v LEFT JOIN currency c ON c.id = v.currency WHERE v.id > ? ORDER BY v.id""",
    "customers": """SELECT v.id, v.entityid, v.companyname, v.searchstage, STAMP(v.lastmodifieddate)
        FROM customer v WHERE v.searchstage = 'Customer' AND v.id > ? ORDER BY v.id""",
    "currencies": """SELECT id, name, symbol, currencyprecision, exchangerate, isbasecurrency, isinactive,
        STAMP(lastmodifieddate) FROM currency WHERE id > ? ORDER BY id""",
    "employees": """SELECT e.id, e.entityid, e.firstname, e.middlename, e.lastname, e.email, e.phone, e.mobilephone,
        e.title, e.isinactive, e.giveaccess, e.supervisor, e.department, e.subsidiary,
        STAMP(e.datecreated), STAMP(e.lastmodifieddate)
        FROM employee e WHERE e.id > ? ORDER BY e.id""",
    "items": """SELECT i.id, i.itemid, i.fullname, i.displayname, i.description, i.purchasedescription, i.itemtype,
        i.subtype, i.cost, i.lastpurchaseprice, i.totalquantityonhand, i.expenseaccount, i.incomeaccount,
        i.assetaccount, i.subsidiary, i.isinactive, STAMP(i.createddate), STAMP(i.lastmodifieddate)
        FROM item i WHERE i.id > ? ORDER BY i.id""",
    "departments": """SELECT d.id, d.name, d.fullname, d.parent, d.subsidiary, d.isinactive, STAMP(d.lastmodifieddate)
        FROM department d WHERE d.id > ? ORDER BY d.id""",
    "segment": "SELECT d.id, d.name, d.parent FROM customrecord_cseg_region d WHERE d.id > ? ORDER BY d.id",
    "users": """SELECT e.id, e.email, e.giveaccess, e.isinactive, e.rolesforsearch, BUILTIN.DF(e.department) AS
        departmentname, BUILTIN.DF(e.subsidiary) AS subsidiaryname, STAMP(e.lastmodifieddate)
        FROM employee e WHERE e.giveaccess = 'T' AND e.id > ? ORDER BY e.id""",
    "groups": """SELECT g.id, g.groupname, g.grouptype, g.comments, g.isinactive, g.issalesrep,
        STAMP(g.lastmodifieddate) FROM entitygroup g WHERE g.id > ? ORDER BY g.id""",
    "roles": "SELECT r.id, r.name, r.scriptid, r.isinactive, r.centertype FROM role r WHERE r.id > ? ORDER BY r.id",
    "tombstones": """SELECT recordid, type, name, STAMP(deleteddate) FROM deletedrecord
        WHERE recordid > ? ORDER BY deleteddate, recordid""",
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_can_be_read_page_by_page_after_its_last_id(account: Account, name: str) -> None:
    key = "recordid" if name == "tombstones" else "id"
    all_ = [int(row[key]) for row in await rows(account, stamped(LISTS[name]), "-100000")]
    assert all_ == sorted(all_)
    middle = all_[len(all_) // 2]
    rest = [int(row[key]) for row in await rows(account, stamped(LISTS[name]), str(middle))]
    assert rest == [id_ for id_ in all_ if id_ > middle]


async def test_addresses_and_companies_of_vendors_come_by_their_ids(account: Account) -> None:
    ids = [row["id"] for row in await rows(account, "SELECT id FROM vendor ORDER BY id")][:60]
    marks = ",".join("?" * len(ids))
    text = f"""SELECT ab.entity, ab.defaultbilling, ab.defaultshipping, ea.nkey, ea.addr1, ea.addr2, ea.city, ea.state,
        ea.zip, ea.country FROM vendoraddressbook ab INNER JOIN vendoraddressbookentityaddress ea
        ON ea.nkey = ab.addressbookaddress WHERE ab.entity IN ({marks}) ORDER BY ab.entity, ea.nkey"""  # noqa: S608
    found = await rows(account, text, *ids)
    assert {row["country"] for row in found} == {"US", "GB", "DE", "FR", "CA", "JP", "BR"}
    assert len(found) > len({row["entity"] for row in found})
    text = f"""SELECT r.entity, r.subsidiary FROM vendorsubsidiaryrelationship r WHERE r.isprimarysub = 'T'
        AND r.entity IN ({marks})"""  # noqa: S608
    assert sorted(row["entity"] for row in await rows(account, text, *ids)) == sorted(ids)


async def test_base_prices_members_and_links_come_by_their_ids(account: Account) -> None:
    items = [row["id"] for row in await rows(account, "SELECT id FROM item WHERE id > 0 ORDER BY id")][:50]
    text = f"""SELECT p.item, p.unitprice, p.quantity FROM pricing p WHERE p.pricelevel = 1 AND p.item IN
        ({",".join("?" * 50)}) ORDER BY p.item, p.quantity"""  # noqa: S608
    prices = await rows(account, text, *items)
    assert [row["quantity"] for row in prices[:2]] == ["0", "100"]
    members = """SELECT m."group" AS groupid, m.employeemember, m.name FROM entitygroupmember m
        WHERE m."group" IN (SELECT id FROM entitygroup) AND m.isinactive = 'F'"""
    assert {"groupid", "employeemember", "name"} == set((await rows(account, members))[0])
    bills = await rows(account, "SELECT id FROM transaction WHERE type = 'VendBill' AND status = 'B'")
    links = (
        "SELECT DISTINCT l.previousdoc, l.nextdoc FROM nexttransactionlinelink l WHERE l.linktype = 'Payment'"
    )
    assert {row["id"] for row in bills} <= {row["previousdoc"] for row in await rows(account, links)}


async def test_orders_and_requisitions_have_their_own_columns(account: Account) -> None:
    orders = """SELECT t.id, BUILTIN.DF(t.employee) AS employeename, TO_CHAR(t.shipdate,'YYYY-MM-DD') AS shipdate,
        a.addrtext, t.incoterm, t.terms FROM transaction t LEFT JOIN transactionshippingaddress a ON a.nkey =
        t.shippingaddress WHERE t.type = 'PurchOrd' ORDER BY t.id"""
    found = await rows(account, orders)
    assert {"employeename", "shipdate", "addrtext", "incoterm", "terms"} < {
        name for row in found for name in row
    }
    lines = """SELECT tl.transaction, SUM(tl.estimatedamount) AS estimate FROM transactionline tl, transaction t
        WHERE t.id = tl.transaction AND t.type = 'PurchReq' AND NVL(tl.mainline,'F') = 'F' GROUP BY tl.transaction"""
    assert all(float(row["estimate"]) > 0 for row in await rows(account, lines))
    requestors = (
        "SELECT BUILTIN.DF(t.entity) AS who, t.foreigntotal FROM transaction t WHERE t.type = 'PurchReq'"
    )
    found = await rows(account, requestors)
    assert all(row["foreigntotal"] == "0" for row in found)
    assert "Ada Lindqvist" in {row["who"] for row in found}


async def test_statuses_fields_and_segments_are_listed(account: Account) -> None:
    letters = (
        "SELECT id, name, fullname, trantype FROM transactionstatus WHERE trantype = 'PurchOrd' AND id = 'G'"
    )
    assert await rows(account, letters) == [
        {
            "id": "G",
            "name": "Fully Billed",
            "fullname": "Purchase Order : Fully Billed",
            "trantype": "PurchOrd",
        }
    ]
    field = "SELECT scriptid, name, fieldvaluetype FROM customfield WHERE LOWER(scriptid) = 'custbody_rush'"
    assert await rows(account, field) == [
        {"scriptid": "CUSTBODY_RUSH", "name": "Rush", "fieldvaluetype": "Check Box"}
    ]
    segments = await rows(account, "SELECT scriptid, isinactive FROM customsegment ORDER BY scriptid")
    assert [row["scriptid"] for row in segments] == ["CSEG_CHANNEL", "CSEG_REGION"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM (SELECT * FROM currency) ORDER BY id",
        "SELECT x.id FROM (SELECT id, lastmodifieddate FROM currency) x ORDER BY x.lastmodifieddate",
        "SELECT * FROM currency WHERE ROWNUM < 9 ORDER BY id",
    ],
)
async def test_times_pass_through_subqueries(account: Account, text: str) -> None:
    assert [row["id"] for row in await rows(account, text)] == ["1", "2", "4", "5", "7"]


async def test_display_texts_pass_through_subqueries(account: Account) -> None:
    text = "SELECT BUILTIN.DF(x.who) AS who FROM (SELECT entity AS who FROM transaction) x WHERE x.who = 11"
    assert (await rows(account, text))[0] == {"who": "Ada Lindqvist"}
    text = "SELECT BUILTIN.DF(x.s) AS s FROM (SELECT status AS s FROM transaction WHERE status = 'G') x"
    assert (await rows(account, text))[0] == {"s": "G"}


@pytest.mark.parametrize(
    "text", ["(" * 3000 + "1" + ")" * 3000, "NOT " * 3000 + "1", "(SELECT v.id FROM vendor v, vendor v)"]
)
async def test_statements_without_end_or_sense_are_refused(account: Account, text: str) -> None:
    body = {"q": f"SELECT {text} FROM dual"}  # noqa: S608
    answer = await account.call("POST", "/query/v1/suiteql", json=body, headers={"prefer": "transient"})
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
        400,
        "INVALID_PARAMETER",
    )
