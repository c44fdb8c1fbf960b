"""NetSuite's master data as unified accounting resources: accounts, currencies, items."""

from collections.abc import Mapping
from typing import Any

from providers.companions import Companion
from providers.currencies import currency_name
from providers.filters import Choice
from providers.mapping import at, fields, first_of, not_offered, of
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    DOCUMENT_MADE,
    ID_FILTER,
    IS_ACTIVE,
    SEGMENT,
    UPDATED,
    Columns,
    flag,
    folded,
    key,
    moment,
    optional,
    own,
    resource,
    same,
    statement,
    whole,
    whole_by,
    with_currency,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.masters_written import accounts, items
from providers.netsuite.shapes import CURRENCY_CODE, CUSTOM_FIELDS, NO_CUSTOM_FIELDS, STATUS, first, time, yes
from providers.netsuite.shapes import UPDATED as UPDATED_AT
from providers.queries import SPELLING, Column
from providers.resource import Source
from providers.values import ident, number, one_of, text
from schemas.accounting import Account, Currency, Item

Row = Mapping[str, Any]


# accttype -> type, classification; what is on no balance sheet is shown as it is, without a classification
TYPES: Mapping[str, tuple[str, str]] = {
    "Bank": ("bank", "bank"),
    "AcctRec": ("accounts_receivable", "asset"),
    "OthCurrAsset": ("other_current_asset", "asset"),
    "UnbilledRec": ("other_current_asset", "asset"),
    "FixedAsset": ("fixed_asset", "asset"),
    "OthAsset": ("other_asset", "asset"),
    "DeferExpense": ("pre_payment", "asset"),
    "AcctPay": ("accounts_payable", "liability"),
    "CredCard": ("credit_card", "liability"),
    "OthCurrLiab": ("other_current_liability", "liability"),
    "DeferRevenue": ("other_current_liability", "liability"),
    "LongTermLiab": ("long_term_liability", "liability"),
    "Equity": ("equity", "equity"),
    "Income": ("income", "revenue"),
    "OthIncome": ("other_income", "revenue"),
    "COGS": ("cost_of_goods_sold", "expense"),
    "Expense": ("expense", "expense"),
    "OthExpense": ("other_expenses", "expense"),
}
FIRST_TYPES = {pair[0]: name for name, pair in reversed(list(TYPES.items()))}  # which of several is written
UNCLASSIFIED = ("NonPosting", "Stat")


def _grouped(at_: int) -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for name, pair in TYPES.items():
        words[pair[at_]] = (*words.get(pair[at_], ()), name)
    return words


def _classification(kind: str | None) -> str | None:
    return TYPES.get(kind or "", (None, None))[1]


def _last_part(full: str | None) -> str | None:
    return full.rpartition(" : ")[2] or None if full else None


CODE, CURRENCIES_OF_A = with_currency("a")
ACCOUNT_COLUMNS: Columns = {
    **key("a"),
    **columns("a", "acctnumber", "acctname", "fullname", "accttype", "description", "parent", "isinactive"),
    **CODE,
    **optional("a", "subsidiary"),
    "lastmodifieddate": moment("a.lastmodifieddate", option="lastmodifieddate"),
    "externalid": Column("a.externalid"),
    "name": folded("NVL(a.acctname, a.fullname)"),
    "classification": Column("a.accttype", hidden=True),
}
ACCOUNT = fields(
    Account,
    id=at("id", ident),
    name=first_of(at("acctname"), of(_last_part, at("fullname")), at("acctnumber"), at("id", ident)),
    description=at("description"),
    account_number=at("acctnumber"),
    classification=of(_classification, at("accttype")),
    type=at("accttype", one_of({name: pair[0] for name, pair in TYPES.items()})),
    status=STATUS,
    current_balance=at("record.balance", number),
    currency=CURRENCY_CODE,
    parent_account=at("parent", ident),
    company=at("subsidiary", first),
    etag=not_offered("SuiteQL knows no version of an account, and not everywhere when it was changed"),
    created_at=not_offered("NetSuite does not tell when an account was made"),
    updated_at=UPDATED_AT,
    custom_fields=CUSTOM_FIELDS,
)
ACCOUNTS = resource(
    sources=(
        Source(
            "/record/v1/account",
            ACCOUNT,
            statement=statement(
                "account a", ACCOUNT_COLUMNS, (CURRENCIES_OF_A,), own=own("account", "custrecord", SEGMENT)
            ),
            whole=whole("account"),
            writing=accounts(ACCOUNT, FIRST_TYPES),
        ),
        deleted(Account, "account", name=first_of(at("name"), at("id", ident))),
    ),
    filters={
        **ID_FILTER,
        **UPDATED,
        "is_deleted": DELETED,
        "name": same("name"),
        "account_number": same("acctnumber", many=True),
        "type": Choice("accttype", _grouped(0), SPELLING, extra=UNCLASSIFIED),
        "classification": Choice("classification", _grouped(1), SPELLING),
        "status": flag("isinactive", on=("archived",), off=("active",), never=("pending",)),
    },
    sorts={"name": "acctname", "updated_at": "lastmodifieddate"},
)

CURRENCY_COLUMNS: Columns = {
    **key("c"),
    **columns("c", "name", "symbol", "currencyprecision", "exchangerate", "isbasecurrency", "isinactive"),
    "lastmodifieddate": moment("c.lastmodifieddate", option="lastmodifieddate"),
}
CURRENCIES = resource(
    sources=(
        Source(
            "/record/v1/currency",
            fields(
                Currency,
                id=at("id", ident),
                code=at("symbol"),
                name=first_of(at("name"), at("symbol", currency_name)),
                status=STATUS,
                created_at=not_offered("NetSuite does not tell when a currency was set up"),
                updated_at=UPDATED_AT,
                custom_fields=NO_CUSTOM_FIELDS,
            ),
            statement=statement("currency c", CURRENCY_COLUMNS, own=own("currency")),
            whole=whole("currency"),
            spare=True,
        ),
        deleted(Currency, "currency"),
    ),
    filters={
        **ID_FILTER,
        **UPDATED,
        "is_deleted": DELETED,
        "code": same("symbol", many=True),
        "status": IS_ACTIVE,
    },
    sorts={},
    custom_filter=None,
)

SOLD = ("Sale", "Purchase", "Resale")
FAMILIES = {"NonInvtPart": "nonInventory{}Item", "Service": "service{}Item", "OthCharge": "otherCharge{}Item"}
KINDS = {
    "InvtPart": "inventoryItem",
    "Assembly": "assemblyItem",
    "Kit": "kitItem",
    "Group": "itemGroup",
    "Discount": "discountItem",
    "Markup": "markupItem",
    "Subtotal": "subtotalItem",
    "Payment": "paymentItem",
    "Description": "descriptionItem",
    "DwnLdItem": "downloadItem",
    "GiftCert": "giftCertificateItem",
    "ShipItem": "shipItem",
}
STOCK = {"InvtPart": "InventoryItem", "Assembly": "AssemblyItem"}
RECORDS = tuple(
    name.lower()
    for name in (
        *KINDS.values(),
        *(family.format(sub) for family in FAMILIES.values() for sub in SOLD),
        *(f"{kept}{stock}" for kept in ("serialized", "lotNumbered") for stock in STOCK.values()),
    )
)


def item_type(row: Row) -> str | None:
    """The record type of an item, of which there is one for each kind; None for a kind that is not known."""
    kind, sub = text(row.get("itemtype")) or "", text(row.get("subtype"))
    if kind in FAMILIES:
        return FAMILIES[kind].format(sub) if sub in SOLD else None
    if kind in STOCK and yes(row.get("isserialitem")):
        return f"serialized{STOCK[kind]}"
    if kind in STOCK and yes(row.get("islotitem")):
        return f"lotNumbered{STOCK[kind]}"
    return KINDS.get(kind)


def _price(rows: list[dict[str, Any]] | None) -> int | float | None:
    """The base price at the lowest quantity."""
    prices = [(number(row.get("quantity")) or 0, number(row.get("unitprice"))) for row in rows or ()]
    known = [(quantity, price) for quantity, price in prices if price is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else None


ITEM_COLUMNS: Columns = {
    **key("i"),
    **columns(
        "i", "itemid", "fullname", "displayname", "description", "purchasedescription", "itemtype", "subtype"
    ),
    **columns("i", "cost", "lastpurchaseprice", "totalquantityonhand", "isserialitem", "islotitem"),
    **columns("i", "expenseaccount", "incomeaccount", "assetaccount", "isinactive", "externalid"),
    **optional("i", "subsidiary"),
    "createddate": moment("i.createddate"),
    "lastmodifieddate": moment("i.lastmodifieddate"),
    "name": folded("NVL(i.displayname, i.itemid)"),
    "title": Column("NVL(i.displayname, i.itemid)", hidden=True),
}
PRICES = Companion(
    "prices",
    statement(
        "pricing p",
        {
            "id": Column("NVL(p.quantity, 0)", filled=True),  # an item of one price may have none
            "item": Column("p.item", filled=True),
            "quantity": Column("p.quantity"),
            "unitprice": Column("p.unitprice"),
        },
        where=("p.pricelevel = 1",),
    ),
    parent="item",
    spare=True,
)
ITEM = fields(
    Item,
    id=at("id", ident),
    name=first_of(at("displayname"), at("itemid")),
    description=first_of(at("description"), at("purchasedescription")),
    status=STATUS,
    quantity=at("totalquantityonhand", number),
    unit_price=of(_price, at("prices", lambda rows: rows)),
    purchase_price=first_of(at("cost", number), at("lastpurchaseprice", number)),
    purchase_account=at("expenseaccount", ident),
    sales_account=at("incomeaccount", ident),
    asset_account=at("assetaccount", ident),
    company=at("subsidiary", first),
    created_at=time("createddate"),
    updated_at=UPDATED_AT,
    custom_fields=CUSTOM_FIELDS,
)
ITEMS = resource(
    sources=(
        Source(
            "/record/v1/item",
            ITEM,
            # ids below zero are the system's own: "- None -", subtotals and the like
            statement=statement(
                "item i", ITEM_COLUMNS, where=("i.id > 0",), own=own("item", "custitem", SEGMENT)
            ),
            companions=(PRICES,),
            whole=whole_by(item_type),
            writing=items(ITEM, item_type),
        ),
        deleted(Item, *RECORDS, name=at("name")),
    ),
    filters={
        **ID_FILTER,
        **DOCUMENT_MADE,
        "is_deleted": DELETED,
        "name": same("name"),
        "status": IS_ACTIVE,
    },
    sorts={"name": "title"},
)
