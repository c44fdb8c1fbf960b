"""The object classes of a Coupa tenant by name and by collection path."""

from types import MappingProxyType

from sandbox.coupa.schema import bills, parties, reference, spend, workflow
from sandbox.coupa.schema.kinds import LETTERS, CustomField, Field, Kind, Link

__all__ = ["CLASSES", "COLLECTIONS", "KINDS", "LETTERS", "CustomField", "Field", "Kind", "Link"]

KINDS = MappingProxyType(
    {one.name: one for one in (*reference.KINDS, *parties.KINDS, *spend.KINDS, *bills.KINDS, *workflow.KINDS)}
)
COLLECTIONS = MappingProxyType({one.path: one for one in KINDS.values() if one.path})

# The class names Coupa writes into polymorphic fields such as approvable-type and approver-type.
CLASSES = MappingProxyType(
    {
        "User": "user",
        "UserGroup": "user-group",
        "RequisitionHeader": "requisition",
        "OrderHeader": "order",
        "OrderHeaderChange": "order-change",
        "InvoiceHeader": "invoice",
        "ExpenseReport": "expense-report",
        "Contract": "contract",
        "InventoryTransaction": "receipt",
        "Supplier": "supplier",
        "OrderLine": "order-line",
    }
)
