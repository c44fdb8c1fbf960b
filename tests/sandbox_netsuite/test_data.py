"""The seeded records: enough of each kind, the oddities that the reference names, figures that agree."""

import pytest

from sandbox.netsuite.seed import image, planted
from sandbox.netsuite.store import Store


@pytest.fixture(scope="module")
def store() -> Store:
    return planted(1)


def figure(store: Store, text: str) -> int:
    return int(store.db.execute(text).fetchone()[0])


def test_the_same_seed_plants_the_same_records() -> None:
    one, two, other = (image.__wrapped__(seed, 11) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_there_are_enough_records_of_each_big_kind(store: Store) -> None:
    assert all(store.count(name) >= 120 for name in ("vendor", "customer", "employee", "item"))
    for kind in ("VendBill", "CustInvc", "PurchOrd", "PurchReq"):
        assert len(store.rows("transaction", type=kind)) >= 120


def test_ids_have_gaps_and_entities_share_one_sequence(store: Store) -> None:
    for name in ("vendor", "customer", "item", "transaction"):
        ids = [one for one in store.ids(name) if one > 0]
        assert ids[-1] - ids[0] >= len(ids) + 10
    assert set(store.ids("vendor")) & set(store.ids("customer")) == {store.ids("vendor")[4]}
    assert not set(store.ids("employee")) & set(store.ids("vendor") + store.ids("customer"))
    assert min(store.ids("item")) < 0


def test_many_records_were_modified_in_the_same_second(store: Store) -> None:
    ties = "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM {} GROUP BY lastmodifieddate)"
    assert all(figure(store, ties.format(name)) > 10 for name in ("vendor", '"transaction"', "item"))


def test_every_documents_lines_add_up_to_nothing(store: Store) -> None:
    """Purchases have negative headers and positive lines, sales the other way round."""
    odd = """SELECT COUNT(*) FROM (SELECT t.id FROM transactionline l JOIN "transaction" t ON t.id = l."transaction"
        WHERE t.type NOT IN ('VendPymt', 'CustPymt', 'PurchReq') GROUP BY 1 HAVING ABS(SUM(l.foreignamount)) > 0.001)"""
    assert figure(store, odd) == 0
    wrong = "SELECT COUNT(*) FROM \"transaction\" t WHERE type = '{}' AND foreigntotal {} 0"
    assert figure(store, wrong.format("PurchOrd", ">=")) == figure(store, wrong.format("CustInvc", "<=")) == 0


def test_paid_amounts_and_order_states_follow_from_the_links(store: Store) -> None:
    for bill in store.rows("transaction", type="VendBill", status="B"):
        assert (bill["foreignamountunpaid"], bill["closedate"] is None) == (0, False)
    letters = {row["status"] for row in store.rows("transaction", type="PurchOrd")}
    assert letters == set("ABCDEFGHP")


def test_all_custom_fields_and_segments_are_defined(store: Store) -> None:
    known = {row["scriptid"].lower() for row in store.rows("customfield")}
    assert {"custbody_note", "custcol_cost_code", "custentity_tier", "custitem_color", "custbody9"} <= known
    assert [row["scriptid"] for row in store.rows("customsegment")] == ["CSEG_REGION", "CSEG_CHANNEL"]
    for table in ("transaction", "transactionline", "vendor", "item"):
        held = store.rows(table)
        fields = [name for name in held[0] if name.startswith(("cust", "cseg_")) and "_" in name]
        for field in fields:
            assert any(row[field] is not None for row in held), field


def test_what_people_get_wrong_is_there(store: Store) -> None:
    odd = (
        "SELECT COUNT(*) FROM \"transaction\" WHERE type = 'VendBill' AND tranid IS NULL",
        "SELECT COUNT(*) FROM vendor WHERE companyname IS NULL AND isperson = 'T'",
        "SELECT COUNT(*) FROM vendor WHERE companyname LIKE '%ö%'",
        "SELECT COUNT(*) FROM employee WHERE email IS NULL",
        "SELECT COUNT(*) FROM customer WHERE searchstage = 'Lead'",
        "SELECT COUNT(*) FROM account WHERE acctnumber IS NULL",
        "SELECT COUNT(*) FROM transactionline WHERE foreignamount < 0 AND item IS NULL AND mainline = 'F'",
        'SELECT COUNT(*) FROM "transaction" WHERE nextapprover < 0',
        "SELECT COUNT(*) FROM (SELECT entity FROM vendorsubsidiaryrelationship GROUP BY entity HAVING COUNT(*) > 1)",
    )
    assert all(figure(store, text) > 0 for text in odd)
