"""What can be done to a record beside changing it, by class and action word."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sandbox.coupa.actions import approvals, invoices, orders, others, requisitions
from sandbox.coupa.editor import Editor
from sandbox.coupa.store import Record

Deed = Callable[[Editor, Record, Mapping[str, Any]], None]

# PUT /{collection}/{id}/{word}; the body and the query's words come merged.
ACTIONS: MappingProxyType[tuple[str, str], Deed] = MappingProxyType(
    {
        (kind, word): deed
        for kind, deeds in (
            ("invoice", invoices.ACTIONS),
            ("requisition", requisitions.ACTIONS),
            ("order", orders.ACTIONS),
            ("order-line", orders.LINE_ACTIONS),
            ("approval", approvals.ACTIONS),
            ("receipt", others.RECEIPT_ACTIONS),
            ("contract", others.CONTRACT_ACTIONS),
            ("expense-report", others.EXPENSE_ACTIONS),
            ("integration-history-record", others.INTEGRATION_ACTIONS),
        )
        for word, deed in deeds.items()
    }
)

# POST /{collection}/{word}: creates a record and goes on with it.
CREATIONS: MappingProxyType[tuple[str, str], Deed] = MappingProxyType(
    {
        ("requisition", "submit_for_approval"): requisitions.submit,
        ("requisition", "new/submit_for_approval"): requisitions.submit,
        ("requisition", "create_as_cart"): requisitions.keep_as_cart,
        ("integration-history-record", "create_alert"): others.alert,
        ("order-change", ""): orders.apply_change,
    }
)
