"""What each provider's records are written with in the tests that run for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.writes import bodies, netsuite_samples, samples
from tests.writes.samples import Sample


@dataclass(frozen=True)
class Trial:
    """`samples` and `full` by resource; a word behind it tells two kinds of records of one resource apart. `context`:
    what the account's holds. `defaulted`: fields that are not empty once they are cleared.
    """

    samples: Mapping[str, Sample]
    full: Mapping[str, Mapping[str, Any]]
    context: Mapping[str, Any]
    defaulted: frozenset[tuple[str, str]] = frozenset()


TRIALS: Mapping[str, Trial] = {
    "coupa": Trial(
        samples.SAMPLES,
        bodies.FULL,
        {
            "unit_of_measure": "EA",
            "global_custom_fields": ["erp-vendor-group"],
            "tracking_fields": {"lookup-1": "cf-project", "lookup-2": "cf-plant"},
        },
        # cleared, Coupa takes the requester's department
        frozenset({("accounting/purchase_order_requisitions", "tracking_categories")}),
    ),
    "netsuite": Trial(netsuite_samples.SAMPLES, netsuite_samples.FULL, netsuite_samples.CONTEXT),
}


def key_of(name: str) -> str:
    """The resource that a sample's name begins with."""
    return name.split()[0]
