"""Plants custom segments with their values, the definitions of custom fields, small lists and periods."""

from datetime import date, timedelta

from sandbox.netsuite.catalog import TABLES
from sandbox.netsuite.moments import stored_date
from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import words

SEGMENTS = {
    "cseg_region": ("Americas", "Europe", "Asia", "North", "South"),
    "cseg_channel": ("Direct", "Partner", "Web"),
}
WHERE_SEGMENTS = ("transaction", "transactionline", "vendor", "customer", "item")
FIELD_TYPES = {
    "text": ("Free-Form Text", "STRING"),
    "flag": ("Check Box", "BOOLEAN"),
    "num": ("Decimal Number", "FLOAT"),
    "date": ("Date", "DATE"),
    "list": ("List/Record", "INTEGER"),
    "ref": ("List/Record", "INTEGER"),
    "multi": ("Multiple Select", "STRING"),
}
FIELD_PLACES = {
    "transaction": "BODY",
    "transactionline": "COLUMN",
    "vendor": "ENTITY",
    "customer": "ENTITY",
    "employee": "ENTITY",
    "item": "ITEM",
}
NAMED = {
    "vendorcategory": ("Contractor", "Consultant", "Supplier"),
    "pricelevel": ("Base Price", "Alternate Price 1", "Online Price"),
    "unitstype": ("Each", "Weight"),
    "taxschedule": ("Taxable", "Non-Taxable"),
}
MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


def plant(planter: Planter) -> None:
    _segments(planter)
    _lists(planter)
    _periods(planter)


def _segments(planter: Planter) -> None:
    for scriptid, names in SEGMENTS.items():
        for place, name in enumerate(names):
            values = {
                "name": name,
                "parent": 2 if name in ("North", "South") else None,
                "isinactive": flag(name == "South"),
                "lastmodifieddate": planter.moment(),
            }
            if scriptid == "cseg_region" and place < 2:
                values["cseg_region_filterby_subsidiary"] = "1, 3"
            planter.add(f"customrecord_{scriptid}", values)
        applied = [name for name in WHERE_SEGMENTS if scriptid in TABLES[name].columns]
        label = scriptid.removeprefix("cseg_").title()
        planter.store.insert(
            "customsegment",
            {
                "internalid": len(scriptid),
                "scriptid": scriptid.upper(),
                "name": label,
                "recordtype": ", ".join(applied),
                "isinactive": "F",
            },
        )
    _fields(planter)


def _fields(planter: Planter) -> None:
    """Definitions of all custom fields; a field of several kinds of entity is one definition."""
    known: set[str] = set()
    for table in TABLES.values():
        for column in table.columns.values():
            if not column.name.startswith("cust") or column.name in known:
                continue
            known.add(column.name)
            words, stored = FIELD_TYPES[column.kind]
            values = {
                "internalid": 100 + len(known),
                "scriptid": column.name.upper(),
                "name": column.name.partition("_")[2].replace("_", " ").title() or "Legacy Reference",
                "fieldvaluetype": words,
                "fieldtype": FIELD_PLACES.get(table.name, "OTHERRECORD") if stored else None,
                "recordtype": table.name if table.name not in FIELD_PLACES else None,
            }
            planter.store.insert("customfield", values)


def _lists(planter: Planter) -> None:
    for table, names in NAMED.items():
        for name in names:
            planter.add(table, {"name": name, "isinactive": "F", "lastmodifieddate": planter.moment()})
    for name, days in (("Net 15", 15), ("Net 30", 30), ("Net 60", 60), ("Due on receipt", 0)):
        planter.add("term", {"name": name, "daysuntilnetdue": days, "isinactive": "F"})
    expenses = planter.store.rows("account", accttype="Expense")
    for place, name in enumerate(("Travel", "Meals", "Telephone")):
        account = expenses[place % len(expenses)]["id"]
        planter.add("expensecategory", {"name": name, "expenseacct": account, "isinactive": "F"})
    planter.add("salestaxitem", {"name": "VAT 20%", "itemid": "VAT 20%", "rate": 20, "isinactive": "F"})
    planter.add("accountingbook", {"name": "Primary Accounting Book", "isprimary": "T", "isinactive": "F"})


def _periods(planter: Planter) -> None:
    """Months of three years; the first two are closed."""
    for month in range(36):
        year, place = 2024 + month // 12, month % 12 + 1
        start = f"{year}-{place:02}-01"
        after = f"{year + place // 12}-{place % 12 + 1:02}-01"
        planter.store.insert(
            "accountingperiod",
            {
                "id": month + 10,
                "periodname": f"{MONTHS[place - 1]} {year}",
                "startdate": stored_date_of(start),
                "enddate": stored_date_of(after, before=1),
                "closed": flag(month < 2),
                "isinactive": "F",
            },
        )


def stored_date_of(text: str, before: int = 0) -> str:
    """A stored date out of an ISO one, so many days before it."""
    return stored_date(date.fromisoformat(text) - timedelta(days=before))
