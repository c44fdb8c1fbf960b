"""What a write must satisfy and what follows from it, per object class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

Check = Callable[["Editor", Record, bool], list[str]]
Settle = Callable[["Editor", Record, Mapping[str, Any], bool], None]

# Classes whose records belong to one other record: a write of the owner makes, changes and deletes them.
PARTS = frozenset(
    [
        "contact",
        "supplier-address",
        "phone-number",
        "approval-limit",
        "requisition-line",
        "requisition-line-allocation",
        "order-line",
        "order-line-allocation",
        "order-line-change",
        "invoice-line",
        "invoice-line-allocation",
        "tax-line",
        "invoice-charge",
        "payment",
        "expense-line",
        "integration-response",
    ]
)


@dataclass(frozen=True)
class Rules:
    """`unique`: fields, or pairs of field and the association within which it is unique. `words`: allowed values.

    `check` answers with error texts, once the values are set; `settle` computes what follows from them.
    """

    required: tuple[str, ...] = ()
    unique: tuple[str | tuple[str, str], ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    check: Check | None = None
    settle: Settle | None = None


PLAIN = Rules()
