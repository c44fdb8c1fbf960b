"""Plants items of all types with prices, vendors and stock, the system's own with negative ids among them."""

from typing import Any

from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import GOODS
from sandbox.netsuite.store import Row

SYSTEM = ((-7, "Tax Group", "Group"), (-3, "Description", "Description"), (-2, "Subtotal", "Subtotal"))
KINDS = (
    ("InvtPart", None),
    ("NonInvtPart", "Sale"),
    ("NonInvtPart", "Purchase"),
    ("NonInvtPart", "Resale"),
    ("Service", "Purchase"),
    ("Service", "Sale"),
    ("Service", "Resale"),
    ("OthCharge", "Purchase"),
    ("OthCharge", "Sale"),
    ("InvtPart", "lot"),
    ("InvtPart", "serial"),
    ("Assembly", None),
    ("Kit", None),
    ("Discount", None),
    ("Group", None),
    ("Markup", None),
    ("Payment", None),
    ("GiftCert", None),
    ("DwnLdItem", None),
    ("OthCharge", "Resale"),
)
STOCKED = ("InvtPart", "Assembly")


def plant(planter: Planter) -> None:
    for id_, name, kind in SYSTEM:
        planter.store.insert(
            "item", {"id": id_, "itemid": name, "fullname": name, "itemtype": kind, "isinactive": "F"}
        )
    accounts = {kind: planter.accounts(kind)[0] for kind in ("Expense", "Income", "OthCurrAsset", "COGS")}
    vendors = planter.store.ids("vendor")
    for number in range(1, planter.scaled(150, 40) + 1):
        _item(planter, number, accounts, vendors)


def _item(planter: Planter, number: int, accounts: dict[str, int], vendors: list[int]) -> None:
    kind, sub = KINDS[number % len(KINDS)] if number % 3 else KINDS[number // 3 % 9]
    created, name = planter.moment(), f"{GOODS[number % len(GOODS)]} {number}"
    stocked = kind in STOCKED
    bought = stocked or sub in ("Purchase", "Resale")
    values: Row = {
        "itemid": f"SKU-{number:04}" if number % 4 else name,
        "fullname": f"SKU-{number:04}" if number % 4 else name,
        "displayname": name if number % 5 else None,
        "description": f"{name} for sale" if number % 3 else None,
        "purchasedescription": f"{name} as bought" if bought and number % 2 else None,
        "itemtype": kind,
        "subtype": None if sub in ("lot", "serial") else sub,
        "cost": round(planter.chance.uniform(1, 400), 2) if bought and number % 7 else None,
        "averagecost": round(planter.chance.uniform(1, 400), 2) if stocked else None,
        "lastpurchaseprice": round(planter.chance.uniform(1, 400), 2) if bought and number % 2 else None,
        "totalquantityonhand": planter.chance.randint(0, 900) if stocked else None,
        "expenseaccount": accounts["COGS" if stocked else "Expense"] if bought else None,
        "incomeaccount": accounts["Income"] if sub != "Purchase" else None,
        "assetaccount": accounts["OthCurrAsset"] if stocked else None,
        "islotitem": flag(sub == "lot"),
        "isserialitem": flag(sub == "serial"),
        "unitstype": 1 if number % 3 == 0 else None,
        "saleunit": "1" if number % 3 == 0 else None,
        "upccode": f"{400000000000 + number}" if number % 6 == 0 else None,
        "vendorname": f"VN-{number}" if bought and number % 4 == 0 else None,
        "class": number % 5 + 1 if number % 4 == 0 else None,
        "department": number % 6 + 1 if number % 6 == 0 else None,
        "location": 1 if stocked and number % 2 else None,
        "subsidiary": ("1", "1, 2", "3", "1, 2, 3, 5")[number % 4],
        "includechildren": flag(number % 2),
        "isinactive": flag(number % 10 == 9),
        "externalid": f"ITEM-{number}" if number % 7 == 1 else None,
        "createddate": created,
        "lastmodifieddate": planter.touched(number, created),
        "taxschedule": 1,
        "custitem_color": number % 3 + 1 if number % 2 else None,
        "custitem_hazard": flag(number % 9 == 0),
        "custitem_weight_kg": number / 8 if number % 3 else None,
        "cseg_channel": number % 3 + 1 if number % 4 == 1 else None,
    }
    id_ = planter.add("item", values, gap=(0, 1, 0, 2)[number % 4])
    _prices(planter, id_, number)
    if bought:
        _supply(planter, id_, number, vendors, values)


def _prices(planter: Planter, id_: int, number: int) -> None:
    if number % 8 == 0:
        return
    base = round(planter.chance.uniform(2, 900), 2)
    for level, quantity, share in ((1, 0, 1.0), (1, 100, 0.9), (2, 0, 0.8)):
        price = {
            "internalid": planter.store.next_id("price"),
            "item": id_,
            "pricelevel": level,
            "quantity": quantity,
            "unitprice": round(base * share, 2),
        }
        planter.store.insert("pricing", price)


def _supply(planter: Planter, id_: int, number: int, vendors: list[int], values: dict[str, Any]) -> None:
    for place in range(1 + number % 2):
        vendor = vendors[(number + place) % len(vendors)]
        offer = {
            "item": id_,
            "vendor": vendor,
            "purchaseprice": values["cost"],
            "preferredvendor": flag(not place),
        }
        planter.store.insert("itemvendor", offer)
    planter.store.update("item", {"id": id_}, {"vendor": vendors[number % len(vendors)]})
    if values["totalquantityonhand"] is not None:
        for location, share in ((1, 0.75), (2, 0.25)):
            here = int(values["totalquantityonhand"] * share)
            stock = {"item": id_, "location": location, "quantityavailable": here, "quantityonhand": here}
            planter.store.insert("inventoryitemlocations", stock)
