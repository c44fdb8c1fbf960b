"""State changes: allowed from some states only, refused with the provider's form from all others."""

from sandbox.coupa.answers import invalid
from sandbox.coupa.schema import Kind
from sandbox.coupa.store import Record


def require(kind: Kind, record: Record, deed: str, *states: str) -> None:
    """Raises Refusal 400 unless the record is in one of the states."""
    if record["status"] not in states:
        title = kind.root.replace("-", " ").capitalize()
        raise invalid(kind.model, f"{title} cannot be {deed} in status {record['status']}")
