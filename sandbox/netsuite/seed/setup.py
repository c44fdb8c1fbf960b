"""Plants what an account is set up with: companies, currencies, accounts and dimensions."""

from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import words

CURRENCIES = (
    (1, "US Dollar", "USD", "$", 2, 1.0, False),
    (2, "British Pound", "GBP", "£", 2, 1.27, False),
    (4, "Euro", "EUR", "€", 2, 1.09, False),
    (5, "Japanese Yen", "JPY", "¥", 0, 0.0067, False),
    (7, "French Franc", "FRF", None, 2, 0.16, True),
)
SUBSIDIARIES = (
    (1, "Parent Company", None, 1, "US", False, False),
    (2, "US Operations", 1, 1, "US", False, False),
    (3, "UK Trading", 1, 2, "GB", False, False),
    (5, "Germany", 1, 4, "DE", False, False),
    (6, "Old Branch", 2, 1, "CA", True, False),
    (9, "Elimination", 1, 1, "US", False, True),
)
ACCOUNTS = (
    ("1000", "Checking", "Bank"),
    ("1100", "Accounts Receivable", "AcctRec"),
    ("1200", "Inventory", "OthCurrAsset"),
    ("1210", "Unbilled Receivable", "UnbilledRec"),
    ("1500", "Equipment", "FixedAsset"),
    ("1700", "Deposits", "OthAsset"),
    ("1800", "Deferred Expense", "DeferExpense"),
    ("2000", "Accounts Payable", "AcctPay"),
    ("2100", "Company Card", "CredCard"),
    ("2200", "Sales Tax Payable", "OthCurrLiab"),
    ("2300", "Deferred Revenue", "DeferRevenue"),
    ("2700", "Bank Loan", "LongTermLiab"),
    ("3000", "Retained Earnings", "Equity"),
    ("4000", "Sales", "Income"),
    ("4900", "Interest Income", "OthIncome"),
    ("5000", "Cost of Goods Sold", "COGS"),
    ("6000", "Office Expenses", "Expense"),
    ("7900", "Bank Charges", "OthExpense"),
    ("9000", "Purchase Orders", "NonPosting"),
    ("9100", "Head Count", "Stat"),
)
DEPARTMENTS = [
    "Administration",
    "Sales",
    "Marketing",
    "Engineering",
    "Support",
    "Finance",
    "Purchasing",
    "Warehouse",
    "Legal",
    "Research",
]
CLASSES = words("Hardware Software Services Consumables Projects Internal")
LOCATIONS = words("Springfield London Hamburg Lyon Toronto Tokyo")


def plant(planter: Planter) -> None:
    _currencies(planter)
    for id_, name, parent, currency, country, inactive, elimination in SUBSIDIARIES:
        planter.add(
            "subsidiary",
            {
                "id": id_,
                "name": name,
                "fullname": name if parent is None else f"Parent Company : {name}",
                "parent": parent,
                "currency": currency,
                "country": country,
                "isinactive": flag(inactive),
                "iselimination": flag(elimination),
                "legalname": f"{name} Inc." if id_ < 3 else None,
                "externalid": f"SUB-{id_}" if id_ == 3 else None,
                "lastmodifieddate": planter.moment(),
                "custrecord_sub_code": f"S{id_}" if id_ % 2 else None,
            },
        )
    _accounts(planter)
    _dimension(planter, "department", DEPARTMENTS, "custrecord_dept_code", 12)
    _dimension(planter, "classification", CLASSES, "custrecord_class_code", 9)
    _dimension(planter, "location", LOCATIONS, "custrecord_loc_code", 7)


def _currencies(planter: Planter) -> None:
    for id_, name, symbol, sign, digits, rate, inactive in CURRENCIES:
        values = {
            "id": id_,
            "name": name,
            "symbol": symbol,
            "displaysymbol": sign,
            "currencyprecision": digits,
            "exchangerate": rate,
            "isbasecurrency": flag(id_ == 1),
            "isinactive": flag(inactive),
            "lastmodifieddate": planter.moment(),
        }
        planter.add("currency", values)
        rates = {"averagerate": rate, "currentrate": rate, "historicalrate": round(rate * 0.98, 6)}
        planter.add("consolidatedexchangerate", {"fromcurrency": id_, "tocurrency": 1, **rates})


def _accounts(planter: Planter) -> None:
    """Each kind with a main account and three below it; one has no number, one is inactive."""
    for place, (number, name, kind) in enumerate(ACCOUNTS):
        parent: int | None = None
        for child in range(planter.scaled(4)):
            own = name if child == 0 else f"{name} {child}"
            digits = None if (place, child) == (3, 2) else str(int(number) + child)
            full = own if child == 0 else f"{name} : {own}"
            values = {
                "acctnumber": digits,
                "acctname": own,
                "fullname": full,
                "accountsearchdisplayname": f"{digits} {full}" if digits else full,
                "accountsearchdisplaynamecopy": own,
                "displaynamewithhierarchy": f"{digits} {full}" if digits else full,
                "accttype": kind,
                "description": f"{name} of the group" if child == 1 else None,
                "parent": parent,
                "currency": (1, 2, 4)[child % 3] if kind == "Bank" else None,
                "subsidiary": ("1", "1, 2", "3", "5")[child % 4],
                "generalrate": "CURRENT",
                "cashflowrate": "AVERAGE",
                "issummary": flag(child == 0 and place % 5 == 4),
                "isinactive": flag(child == 3 and place % 4 == 0),
                "includechildren": flag(child == 0),
                "eliminate": "F",
                "lastmodifieddate": planter.moment(),
                "balance": round(planter.chance.uniform(-9999, 99999), 2),
                "sbankname": "First Bank" if kind == "Bank" else None,
                "externalid": f"ACC-{digits}" if child == 1 and place % 3 == 0 else None,
                "custrecord_acct_owner": "Controller" if place % 2 else None,
            }
            id_ = planter.add("account", values, gap=place % 3)
            parent = parent or id_


def _dimension(planter: Planter, table: str, names: list[str], code: str, most: int) -> None:
    top: int | None = None
    for place in range(planter.scaled(most, most)):
        name = (
            names[place] if place < len(names) else f"{names[place % len(names)]} {place // len(names) + 1}"
        )
        below = top if place % 4 == 2 else None
        values = {
            "name": name,
            "fullname": f"{names[0]} : {name}" if below else name,
            "parent": below,
            "subsidiary": ("1", "1, 2", "1, 3", "5", None)[place % 5],
            "includechildren": flag(place == 0),
            "isinactive": flag(place % 7 == 6),
            "externalid": f"{table[:3].upper()}-{place}" if place % 5 == 1 else None,
            "lastmodifieddate": planter.moment(),
            code: f"{table[0].upper()}{place:02}" if place % 2 else None,
        }
        if table == "location":
            values["locationtype"] = "1" if place % 2 else "2"
        id_ = planter.add(table, values, gap=1 if place % 3 == 2 else 0)
        top = top or id_
