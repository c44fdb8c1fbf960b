"""What the fields of bodies may hold, and how what was written is compared with what is read."""

import itertools
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
Look = Callable[[Any, Any], bool]  # (written, read) -> whether the two are the same

NUMBERS = itertools.count(1)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
PRICE = st.builds(
    lambda digits, places: float(f"{digits}e-{places}"), st.integers(1, 10**9), st.integers(0, 6)
)
QUANTITY = st.builds(
    lambda digits, places: float(f"{digits}e-{places}"), st.integers(1, 10**6), st.integers(0, 4)
)
CENTS = st.integers(1, 10**7).map(lambda cents: cents / 100)
DAY = st.dates(date(2001, 1, 1), date(2099, 12, 31)).map(date.isoformat)
COUNTRY = st.sampled_from(["US", "DE", "FR"])
PLACE = {
    "street_1": TEXT,
    "street_2": st.none() | TEXT,
    "city": TEXT,
    "state": st.none() | TEXT,
    "country": COUNTRY,
    "postal_code": TEXT,
}
PEOPLE = st.sampled_from(["20", "21", "22"])


def unique(prefix: str) -> Strategy:
    return TEXT.map(lambda text: f"{prefix} {next(NUMBERS)} {text}"[:60].strip())


def address(*kinds: str | None) -> Strategy:
    return st.fixed_dictionaries({**PLACE, "type": st.sampled_from(kinds)})


ADDRESSES = st.tuples(
    address("primary"),
    st.lists(address(None), max_size=2),
    st.lists(address("remit_to"), max_size=2, unique_by=lambda one: tuple(one.items())),
).map(lambda three: [three[0], *three[1], *three[2]])


def phones(*kinds: str) -> Strategy:
    number = st.sampled_from(["+1 650 4442932", "+49 40 1", "0151 99", "+1 5", "12 34"])
    one = st.fixed_dictionaries({"number": number, "extension": st.none() | st.just("7")})
    chosen = st.sets(st.sampled_from(kinds)).map(lambda found: sorted(found, key=kinds.index))
    return chosen.flatmap(lambda found: st.tuples(*[one for _ in found]).map(lambda n: _kinds(n, found)))


def _kinds(numbers: tuple[dict[str, Any], ...], kinds: list[str]) -> list[dict[str, Any]]:
    return [{**number, "type": kind} for number, kind in zip(numbers, kinds, strict=True)]


def contact_emails(count: int) -> list[dict[str, Any]]:
    names = [f"p{next(NUMBERS)}@x.test" for _ in range(count)]
    kinds = ["primary", "purchase_order", None, None]
    return [{"email": name, "type": kind} for name, kind in zip(names, kinds, strict=False)]


def email(**more: Any) -> Strategy:
    return st.builds(lambda: [{"email": f"u{next(NUMBERS)}@x.test", "type": "work", **more}])


def line(*kinds: str, tagged: Strategy, taxed: bool = False) -> Strategy:
    shared = {
        "description": TEXT,
        "account": st.sampled_from(["1", "2"]),
        "currency": st.sampled_from(["USD", "EUR"]),
    }
    more: dict[str, Strategy] = {"tracking_categories": tagged, "item": st.sampled_from(["1", "2"])}
    if taxed:
        more["tax_rate"] = st.just("1")
    counted = {**shared, "quantity": QUANTITY, "unit_price": PRICE, "type": st.just(kinds[0])}
    amount = {**shared, "total_line_amount": CENTS, "type": st.just(kinds[1])}
    return st.fixed_dictionaries(counted, optional=more) | st.fixed_dictionaries(amount, optional=more)


CHARGE = st.fixed_dictionaries(
    {
        "description": TEXT,
        "account": st.just("1"),
        "currency": st.just("USD"),
        "total_line_amount": CENTS,
        "type": st.sampled_from(["InvoiceShippingCharge", "InvoiceMiscCharge"]),
    }
)


def without_currency(written: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if name != "currency"}


def same(written: Any, read: Any) -> bool:
    return bool(written == read)


def without_ids(written: Any, read: Any) -> bool:
    return [{**one, "id": None} for one in written] == [{**one, "id": None} for one in read]


def same_id(written: Any, read: Any) -> bool:
    return bool(written["id"] == read["id"])


def same_ids(written: Any, read: Any) -> bool:
    return {one["id"] for one in written} <= {one["id"] for one in read}


def same_members(written: Any, read: Any) -> bool:
    """Every member that was written of every item, in order; an item brings its own text to a requisition's line."""
    return len(written) == len(read) and all(
        _line(one, other) for one, other in zip(written, read, strict=True)
    )


def _line(written: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    skipped = {"description"} if written.get("item") else set()
    plain = [name for name in written if name not in ("tracking_categories", *skipped)]
    tags = same_tags(written.get("tracking_categories", []), read["tracking_categories"])
    return tags and all(written[name] == read[name] for name in plain)


def same_tags(written: Any, read: Any) -> bool:
    """A line of a requisition shows its department besides."""
    ids = {(one["id"], one.get("option_id")) for one in written}
    return ids <= {(one["id"], one.get("option_id")) for one in read}


def same_fields(written: Any, read: Any) -> bool:
    return all(read.get(name) == value for name, value in written.items())
