"""What a new record has that nobody wrote: names, flags, and what a document takes from its party and its day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.netsuite.catalog import TABLES
from sandbox.netsuite.documents import KINDS, named
from sandbox.netsuite.moments import opened, stored, to_zone
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.refusals import broken_rule
from sandbox.netsuite.store import Row

ACCOUNTS = {"VendBill": "AcctPay", "CustInvc": "AcctRec", "VendPymt": "Bank", "CustPymt": "Bank"}
BEGIN = {
    "VendBill": "A",
    "CustInvc": "A",
    "PurchOrd": "B",
    "PurchReq": "A",
    "ItemRcpt": "Y",
    "VendPymt": "F",
    "CustPymt": "C",
}
# The letter that an approval status brings, by kind of document: pending, approved, rejected.
APPROVALS = {
    "VendBill": {"1": "D", "2": "A", "3": "E"},
    "CustInvc": {"1": "D", "2": "A", "3": "E"},
    "PurchOrd": {"1": "A", "2": "B", "3": "C"},
    "PurchReq": {"1": "A", "2": "B", "3": "R"},
    "VendPymt": {"1": "A", "2": "F", "3": "D"},
}


def completed(desk: Desk, type_: RecordType, values: Row) -> Row:
    """The values of a new record with everything that follows from them."""
    columns = TABLES[type_.table].columns
    start: Row = {"isinactive": "F"} if "isinactive" in columns else {}
    start |= {
        name: desk.now for name in ("datecreated", "createddate", "lastmodifieddate") if name in columns
    }
    found = {**start, **type_.where, **{name: value for name, value in values.items() if value is not None}}
    if type_.document:
        return _document(desk, found)
    return {**found, **following(type_, found)}


def following(type_: RecordType, row: Row) -> Row:
    """Names that follow from other properties of a list or an entity."""
    if type_.table in ("vendor", "customer"):
        person = " ".join(filter(None, (row.get("firstname"), row.get("lastname"))))
        name = person if row.get("isperson") == "T" else row.get("companyname") or person
        stage = {"searchstage": row.get("searchstage") or "Customer"} if type_.table == "customer" else {}
        return {
            "isperson": row.get("isperson") or "F",
            "altname": name,
            "entityid": row.get("entityid") or name,
            **stage,
        }
    if type_.table == "employee":
        name = " ".join(filter(None, (row.get("firstname"), row.get("lastname"))))
        access = row.get("giveaccess") or "F"
        return {
            "altname": name,
            "entityid": row.get("entityid") or name,
            "isperson": "T",
            "giveaccess": access,
        }
    if type_.table == "item":
        flags = {name: row.get(name) or "F" for name in ("islotitem", "isserialitem")}
        return {"fullname": row["itemid"], **flags}
    return {}


def hierarchy(desk: Desk, type_: RecordType, row: Row) -> Row:
    """The full name of what has a parent, and what an account is called in lists."""
    if "fullname" not in TABLES[type_.table].columns or type_.table in ("vendor", "customer", "item"):
        return {}
    name = row["acctname"] if type_.table == "account" else row["name"]
    parent = desk.store.one(type_.table, id=row["parent"]) if row.get("parent") else None
    full = f"{parent['fullname']} : {name}" if parent else name
    if type_.table != "account":
        return {"fullname": full}
    shown = f"{row['acctnumber']} {full}" if row.get("acctnumber") else full
    return {
        "fullname": full,
        "accountsearchdisplayname": shown,
        "accountsearchdisplaynamecopy": name,
        "displaynamewithhierarchy": shown,
    }


def _document(desk: Desk, found: Row) -> Row:
    store, kind = desk.store, KINDS[found["type"]]
    id_ = store.next_id("transaction")
    party = store.need("entity" if kind.type == "PurchReq" else _table(kind.type), id=found["entity"])
    day = found.get("trandate") or _today(desk)
    currency = found.get("currency") or party.get("currency") or 1
    tranid = found.get("tranid") or (f"{kind.short}{id_}" if kind.type != "VendBill" else None)
    letter = APPROVALS.get(kind.type, {}).get(str(found.get("approvalstatus")))
    known: dict[str, Any] = {
        "id": id_,
        **named(kind, id_, tranid),
        "tranid": tranid,
        "trandate": day,
        "currency": currency,
        "exchangerate": store.need("currency", id=currency)["exchangerate"],
        "subsidiary": party.get("subsidiary") or 1,
        "terms": party.get("terms"),
        "email": party.get("email"),
        "account": _account(desk, kind.type),
        "postingperiod": period_of(desk, day) if kind.posting else None,
        "status": letter or BEGIN[kind.type],
        "approvalstatus": 1 if kind.type == "PurchReq" else 2,
        "voided": "F",
        "void": "F",
        "source": "REST Web Services",
        "createdby": desk.user,
        "lastmodifiedby": desk.user,
    }
    if kind.type == "PurchReq":
        person = store.need("employee", id=found["entity"])
        known |= {"employee": found["entity"], "subsidiary": person["subsidiary"]}
    row = {**known, **found}
    return {**row, "duedate": row.get("duedate") or _due(desk, row)}


def period_of(desk: Desk, day: str) -> int | None:
    """The period of a day. Raises Refusal USER_ERROR for one that is closed."""
    for period in desk.store.rows("accountingperiod"):
        if period["startdate"] <= day <= period["enddate"]:
            if period["closed"] == "T":
                raise broken_rule("You cannot create or change a transaction in a closed period.", "tranDate")
            return int(period["id"])
    return None


def _table(type_: str) -> str:
    return "customer" if type_ in ("CustInvc", "CustPymt") else "vendor"


def _today(desk: Desk) -> str:
    local = opened(to_zone(desk.now, desk.account.zone))
    return stored(datetime(local.year, local.month, local.day, tzinfo=UTC))


def _account(desk: Desk, type_: str) -> int | None:
    found = desk.store.rows("account", accttype=ACCOUNTS[type_]) if type_ in ACCOUNTS else []
    return found[0]["id"] if found else None


def _due(desk: Desk, row: Row) -> str | None:
    term = desk.store.one("term", id=row["terms"]) if row.get("terms") else None
    if term is None or row["type"] not in ("VendBill", "CustInvc"):
        return None
    return stored(opened(row["trandate"]) + timedelta(days=term["daysuntilnetdue"] or 0))
