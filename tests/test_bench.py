"""The benches compare like with like."""

from bench.by_hand import invoice, supplier
from bench.mapping import lean, page
from bench.suiteql import CASES, OWN, TENANT
from providers.coupa import COUPA
from providers.netsuite import NETSUITE


def test_hand_written_mapping_gives_what_the_declared_one_gives() -> None:
    for resource, sample, by_hand in (
        ("accounting/invoices", "invoices_list_new.json", invoice),
        ("accounting/contacts", "suppliers_list_new.json", supplier),
    ):
        source = COUPA.resources[resource].sources[0]
        record = page(sample)[0]
        for found in (record, lean(record, source.needs)):
            assert by_hand(found) == source.fields(found, ())


def test_hand_written_mapping_of_statements_rows_gives_what_the_declared_one_gives() -> None:
    for key, rows, by_hand in CASES.values():
        row = rows()[0]
        assert by_hand(row) == NETSUITE.resources[key].sources[0].fields(row, OWN, TENANT)
