"""The values that the enums of the unified models are known to take; a vendor may send others."""

from typing import Annotated

from schemas.fields import Known

ACTIVE_OR_ARCHIVED = ("active", "archived")
CONTACT_TYPES = ("customer", "vendor")
ACCOUNT_CLASSIFICATIONS = ("asset", "equity", "expense", "liability", "revenue", "bank")
ACCOUNT_STATUSES = ("active", "archived", "pending")
ACCOUNT_TYPES = (
    "accounts_payable",
    "accounts_receivable",
    "accumulated_depreciation",
    "advertising_expense",
    "asset",
    "bad_debt_expense",
    "bank",
    "bank_account",
    "cash",
    "cost_of_goods_sold",
    "credit_card",
    "current",
    "current_liability",
    "depreciation",
    "direct_costs",
    "distribution_to_shareholders",
    "equipment",
    "equity",
    "expense",
    "fees_expense",
    "fixed",
    "fixed_asset",
    "general_ledger",
    "income",
    "interest_expense",
    "inventory",
    "liability",
    "long_term_liab",
    "long_term_liability",
    "maintenance_expense",
    "other_asset",
    "other_current_asset",
    "other_current_liability",
    "other_expenses",
    "other_income",
    "other_liability",
    "payg_liability",
    "payroll_liability",
    "pre_payment",
    "rent_expense",
    "sales",
    "super_annuation_expense",
    "super_annuation_liability",
    "utilities_expense",
    "wages_expense",
)
CATEGORY_TYPES = ("class", "department", "location")
EMPLOYEE_STATUSES = ("active", "inactive", "archived")
INVOICE_TYPES = ("bill", "invoice")
INVOICE_STATUSES = ("draft", "submitted", "authorised", "paid", "voided", "deleted")
PURCHASE_ORDER_STATUSES = ("draft", "submitted", "authorised", "billed", "deleted")
REQUISITION_STATUSES = (*PURCHASE_ORDER_STATUSES, "delivered", "partially_delivered")
USER_STATUSES = ("active", "inactive", "deleted", "invited")
ATTACHMENT_TYPES = ("file", "text", "url")
PARENT_TYPES = ("invoices", "purchase_order_requisitions", "purchase_orders")
GROUP_TYPES = ("team", "department", "group")

Standing = Annotated[str, Known(ACTIVE_OR_ARCHIVED)]
ContactType = Annotated[str, Known(CONTACT_TYPES)]
AccountClassification = Annotated[str, Known(ACCOUNT_CLASSIFICATIONS)]
AccountStatus = Annotated[str, Known(ACCOUNT_STATUSES)]
AccountType = Annotated[str, Known(ACCOUNT_TYPES)]
CategoryType = Annotated[str, Known(CATEGORY_TYPES)]
InvoiceType = Annotated[str, Known(INVOICE_TYPES)]
InvoiceStatus = Annotated[str, Known(INVOICE_STATUSES)]
PurchaseOrderStatus = Annotated[str, Known(PURCHASE_ORDER_STATUSES)]
RequisitionStatus = Annotated[str, Known(REQUISITION_STATUSES)]
UserStatus = Annotated[str, Known(USER_STATUSES)]
AttachmentType = Annotated[str, Known(ATTACHMENT_TYPES)]
ParentType = Annotated[str, Known(PARENT_TYPES)]
GroupType = Annotated[str, Known(GROUP_TYPES)]
