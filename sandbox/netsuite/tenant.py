"""One NetSuite account: its clock, settings and whatever else belongs to it alone."""

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.netsuite.audit import AuditTrail
from sandbox.netsuite.books import Books
from sandbox.netsuite.grants import Grants
from sandbox.netsuite.hosts import slug
from sandbox.netsuite.jobs import Jobs
from sandbox.netsuite.oauth1 import Signatures
from sandbox.netsuite.pool import Pool
from sandbox.netsuite.registry import Registry
from sandbox.netsuite.switches import Switches
from sandbox.netsuite.tokens import Tokens


@dataclass(frozen=True)
class Tenant:
    """`account` is the id as NetSuite prints it (`1234567_SB1`); `records` how many vendors it has, None the usual."""

    account: str
    seed: int
    records: int | None
    switches: Switches
    clock: Clock
    registry: Registry
    tokens: Tokens
    grants: Grants
    signatures: Signatures
    audit: AuditTrail
    pool: Pool
    jobs: Jobs
    books: Books

    @property
    def slug(self) -> str:
        return slug(self.account)

    def bearer(self, client: str = "main") -> dict[str, str]:
        """The header of a call in the name of this client, as after a token request: for tests in process."""
        return {"authorization": f"Bearer {self.tokens.issue(self.registry.machines[client].token.actor)}"}

    def now(self) -> int:
        """Whole seconds since the epoch."""
        return int(self.clock.now())
