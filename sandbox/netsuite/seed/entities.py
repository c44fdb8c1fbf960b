"""Numbers and addresses that vendors, customers and employees have alike."""

from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import CITIES


def entity_number(planter: Planter, number: int) -> int:
    """The next id of all entities, with a gap now and then."""
    return planter.store.next_id("entity", gap=(0, 0, 1, 0, 3)[number % 5])


def plant_address(planter: Planter, kind: str, entity: int, number: int, name: str, *, billing: bool) -> None:
    street, city, state, postal, country = CITIES[number % len(CITIES)]
    nkey = planter.store.next_id("address", gap=number % 2)
    values = {
        "nkey": nkey,
        "addr1": street,
        "addr2": "Building 2" if number % 3 == 0 else None,
        "addr3": "Gate C" if number % 12 == 0 else None,
        "addressee": name,
        "attention": "Accounts" if number % 5 == 0 else None,
        "city": city,
        "state": state,
        "zip": postal,
        "country": country,
        "addrphone": f"555-{nkey}" if number % 4 == 0 else None,
        "addrtext": "\n".join(filter(None, (name, street, f"{city} {state or ''} {postal}", country))),
    }
    planter.store.insert(f"{kind}addressbookentityaddress", values)
    shipping = number % 2 == 0 or not billing
    book = {
        "internalid": nkey,
        "entity": entity,
        "addressbookaddress": nkey,
        "defaultbilling": flag(billing),
        "defaultshipping": flag(shipping),
        "label": street,
    }
    planter.store.insert(f"{kind}addressbook", book)
    if kind != "employee":
        sides = {"defaultbillingaddress": billing, "defaultshippingaddress": shipping}
        planter.store.update(kind, {"id": entity}, {side: nkey for side, is_it in sides.items() if is_it})
