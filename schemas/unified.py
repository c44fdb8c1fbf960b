"""The registry of the unified models: which resources there are, what they hold, how lists are narrowed."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel

from schemas import accounting as a
from schemas import enums
from schemas import user_directory as u
from schemas.filters import COMMON, EQUAL, EQUAL_OR_IN, Filter, dates, ids, texts
from schemas.resource import (
    UnifiedField,
    UnifiedModel,
    UnifiedResource,
    fields,
    record_schema,
    required_on_create,
    writable,
)

__all__ = [
    "MODELS",
    "Filter",
    "UnifiedField",
    "UnifiedModel",
    "UnifiedResource",
    "fields",
    "record_schema",
    "required_on_create",
    "writable",
]


def _resource(
    model: str,
    name: str,
    label: str,
    record: type[BaseModel],
    *filters: Filter,
    sorts: str = "",
    partial_lists: bool = False,
) -> UnifiedResource:
    return UnifiedResource(
        model,
        name,
        label,
        description=record.__doc__ or "",
        record=record,
        filters=MappingProxyType({each.name: each for each in (*COMMON, *filters)}),
        sorts=tuple(sorts.split()),
        partial_lists=partial_lists,
    )


def _model(name: str, label: str, *resources: UnifiedResource) -> UnifiedModel:
    return UnifiedModel(name, label, MappingProxyType({each.name: each for each in resources}))


def _orders(statuses: tuple[str, ...]) -> tuple[Filter, ...]:
    return (
        Filter("status", EQUAL_OR_IN, "enum", statuses),
        *texts("number", operators=EQUAL_OR_IN),
        *ids("vendor[id]"),
        *dates("issue_date"),
    )


_ORDER_SORTS = "created_at issue_date total_amount updated_at"

ACCOUNTING = _model(
    "accounting",
    "Accounting",
    _resource(
        "accounting",
        "accounts",
        "Accounts",
        a.Account,
        *texts("name"),
        Filter("type", EQUAL_OR_IN, "enum", enums.ACCOUNT_TYPES),
        Filter("classification", EQUAL_OR_IN, "enum", enums.ACCOUNT_CLASSIFICATIONS),
        Filter("status", EQUAL_OR_IN, "enum", enums.ACCOUNT_STATUSES),
        *texts("account_number", operators=EQUAL_OR_IN),
        sorts="name created_at updated_at",
    ),
    _resource(
        "accounting",
        "attachments",
        "Attachments",
        a.Attachment,
        Filter("type", EQUAL_OR_IN, "enum", enums.ATTACHMENT_TYPES),
        Filter("parent[type]", EQUAL, "enum", enums.PARENT_TYPES),
        *ids("parent[id]"),
    ),
    _resource(
        "accounting",
        "contacts",
        "Contacts",
        a.Contact,
        *texts("name", "tax_number", "currency"),
        Filter("contact_type", EQUAL, "enum", enums.CONTACT_TYPES),
        Filter("status", EQUAL_OR_IN, "enum", enums.ACTIVE_OR_ARCHIVED),
        *texts("emails[email]"),
        sorts="created_at emails name updated_at",
    ),
    _resource(
        "accounting",
        "currencies",
        "Currencies",
        a.Currency,
        *texts("code", operators=EQUAL_OR_IN),
        Filter("status", EQUAL, "enum", enums.ACTIVE_OR_ARCHIVED),
    ),
    _resource(
        "accounting",
        "employees",
        "Employees",
        a.Employee,
        *texts("name", "first_name", "last_name", "emails[email]", "role_name"),
        Filter("purchasing_employee", EQUAL, "boolean"),
        Filter("status", EQUAL, "enum", enums.EMPLOYEE_STATUSES),
        sorts="emails name",
    ),
    _resource(
        "accounting",
        "invoices",
        "Invoices",
        a.Invoice,
        Filter("invoice_type", EQUAL, "enum", enums.INVOICE_TYPES, aliases=("type",)),
        *ids("contact[id]"),
        *texts("contact[name]"),
        Filter("contact[type]", EQUAL, "enum", enums.CONTACT_TYPES),
        *texts("currency"),
        *texts("number", operators=EQUAL_OR_IN),
        Filter("status", EQUAL_OR_IN, "enum", enums.INVOICE_STATUSES),
        *dates("issue_date", "due_date"),
        sorts="balance created_at due_date issue_date sub_total updated_at",
    ),
    _resource(
        "accounting",
        "items",
        "Items",
        a.Item,
        *texts("name"),
        Filter("status", EQUAL, "enum", enums.ACTIVE_OR_ARCHIVED),
        sorts="name unit_price",
        partial_lists=True,
    ),
    _resource(
        "accounting",
        "purchase_orders",
        "Purchase orders",
        a.PurchaseOrder,
        *_orders(enums.PURCHASE_ORDER_STATUSES),
        sorts=_ORDER_SORTS,
    ),
    _resource(
        "accounting",
        "purchase_order_requisitions",
        "Purchase order requisitions",
        a.PurchaseOrderRequisition,
        *_orders(enums.REQUISITION_STATUSES),
        *ids("requested_by[id]"),
        sorts=_ORDER_SORTS,
    ),
    _resource(
        "accounting",
        "tracking_categories",
        "Tracking categories",
        a.TrackingCategory,
        *texts("name"),
        Filter("status", EQUAL, "enum", enums.ACTIVE_OR_ARCHIVED),
        Filter("category_type", EQUAL_OR_IN, "enum", enums.CATEGORY_TYPES),
    ),
)

USER_DIRECTORY = _model(
    "user-directory",
    "User directory",
    _resource(
        "user-directory",
        "users",
        "Users",
        u.User,
        *texts("first_name", "last_name", "emails[email]", "user_type", "product"),
        *ids("organization_id", operators=EQUAL),
        Filter("status", EQUAL_OR_IN, "enum", (*enums.USER_STATUSES, "created")),
        Filter("group[id]", EQUAL, "id", aliases=("group_id",)),
        Filter("workspace[id]", EQUAL, "id", aliases=("workspace_id",)),
        *texts("username", operators=EQUAL_OR_IN),
        sorts="created_at emails first_name groups id last_active_at last_login_at name roles status "
        "updated_at username",
    ),
    _resource(
        "user-directory",
        "groups",
        "Groups",
        u.Group,
        *texts("name"),
        Filter("group_type", EQUAL_OR_IN, "enum", enums.GROUP_TYPES),
    ),
    _resource("user-directory", "roles", "Roles", u.Role, *texts("name")),
)

MODELS: Mapping[str, UnifiedModel] = MappingProxyType(
    {each.name: each for each in (ACCOUNTING, USER_DIRECTORY)}
)
