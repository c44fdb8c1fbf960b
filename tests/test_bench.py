"""The benches compare like with like."""

from bench.by_hand import invoice, supplier
from bench.mapping import lean, page
from providers.coupa import COUPA


def test_hand_written_mapping_gives_what_the_declared_one_gives() -> None:
    for resource, sample, by_hand in (
        ("accounting/invoices", "invoices_list_new.json", invoice),
        ("accounting/contacts", "suppliers_list_new.json", supplier),
    ):
        source = COUPA.resources[resource].sources[0]
        record = page(sample)[0]
        for found in (record, lean(record, source.needs)):
            assert by_hand(found) == source.fields(found, ())
