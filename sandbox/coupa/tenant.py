"""One test tenant: its records, clients, clock and settings, and the tools that show and change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.bucket import LeakyBucket
from sandbox.clock import Clock
from sandbox.coupa import times
from sandbox.coupa.clients import api_key, clients, signing_key
from sandbox.coupa.grants import Grants
from sandbox.coupa.plans import Plans
from sandbox.coupa.render import Renderer
from sandbox.coupa.schema import KINDS
from sandbox.coupa.seed import planted
from sandbox.coupa.store import Store
from sandbox.coupa.switches import Switches
from sandbox.coupa.tokens import Tokens
from sandbox.coupa.xmlio import Writer

RATE, QUEUE = 25.0, 20  # requests per second, and how many quicker ones wait: over the whole instance


@dataclass(frozen=True)
class Tenant:
    """`zone` is the tenant's time zone; `plain` renders JSON, `xml` the same records as XML.

    `required_customs`: custom fields that the administrator made mandatory, by class.
    """

    switches: Switches
    clock: Clock
    store: Store
    plans: Plans
    plain: Renderer
    xml: Writer
    grants: Grants
    tokens: Tokens
    api_key: str
    bucket: LeakyBucket
    zone: Any
    required_customs: Mapping[str, tuple[str, ...]]

    def now(self) -> int:
        """Whole seconds, as the tenant stores them."""
        return int(self.clock.now())


def open_tenant(
    seed: int, records: int | None, public_url: str, clock: Clock, switches: Switches, data: Path | None
) -> Tenant:
    """A tenant with the seed's records; two of them share nothing but a file they are both given."""
    store = planted(seed, records)
    plans, place = Plans(switches), times.zone(switches.tenant_zone)
    stamp = times.writer(place)
    short_value, person = plans.shape(KINDS["lookup-value"], "brief"), plans.shape(KINDS["user"], "embedded")
    plain = Renderer(store, stamp, switches.null_style, short_value, person)
    grants = Grants(clock, switches, signing_key(seed), data)
    return Tenant(
        switches=switches,
        clock=clock,
        store=store,
        plans=plans,
        plain=plain,
        xml=Writer(plain, stamp),
        grants=grants,
        tokens=Tokens(clients(seed), signing_key(seed), grants, switches, public_url),
        api_key=api_key(seed),
        bucket=LeakyBucket(RATE, QUEUE),
        zone=place,
        required_customs=_required(switches.required_custom_fields),
    )


def _required(listed: str) -> dict[str, tuple[str, ...]]:
    """Custom fields by class, out of `class.field,class.field`. Raises ValueError for one that is not there."""
    found: dict[str, tuple[str, ...]] = {}
    for word in filter(None, listed.split(",")):
        kind, _, name = word.partition(".")
        if kind not in KINDS or name not in KINDS[kind].customs:
            raise ValueError(f"there is no custom field {word}")
        found[kind] = (*found.get(kind, ()), name)
    return found
