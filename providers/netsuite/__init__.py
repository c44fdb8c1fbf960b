"""NetSuite as a value: hosts, ways to sign in, limits, error bodies, and how its records serve the unified models."""

from collections.abc import Mapping

from providers.netsuite.auth import ACCOUNT_ID, CLIENT_CREDENTIALS, HOSTS, LOGIN, TOKEN_BASED
from providers.netsuite.contacts import CONTACTS
from providers.netsuite.errors import read_error
from providers.netsuite.facts import FACTS
from providers.netsuite.governance import LIMITS
from providers.netsuite.groups import GROUPS, ROLES
from providers.netsuite.invoices import INVOICES
from providers.netsuite.masters import ACCOUNTS, CURRENCIES, ITEMS
from providers.netsuite.orders import PURCHASE_ORDER_REQUISITIONS, PURCHASE_ORDERS
from providers.netsuite.people import EMPLOYEES, USERS
from providers.netsuite.tracking import TRACKING_CATEGORIES
from providers.provider import Check, Provider
from providers.resource import Resource

RESOURCES: Mapping[str, Resource] = {
    "accounting/accounts": ACCOUNTS,
    "accounting/contacts": CONTACTS,
    "accounting/currencies": CURRENCIES,
    "accounting/employees": EMPLOYEES,
    "accounting/invoices": INVOICES,
    "accounting/items": ITEMS,
    "accounting/purchase_order_requisitions": PURCHASE_ORDER_REQUISITIONS,
    "accounting/purchase_orders": PURCHASE_ORDERS,
    "accounting/tracking_categories": TRACKING_CATEGORIES,
    "user-directory/users": USERS,
    "user-directory/groups": GROUPS,
    "user-directory/roles": ROLES,
}

NETSUITE = Provider(
    name="netsuite",
    label="NetSuite",
    category="accounting",
    origin="https://{slug}.suitetalk.api.netsuite.com",
    base_path="/services/rest",
    variables=(ACCOUNT_ID,),
    schemes=(CLIENT_CREDENTIALS, LOGIN, TOKEN_BASED),
    checks=(
        Check(
            "/query/v1/suiteql",
            (("limit", "1"),),
            b'{"q":"SELECT SESSIONTIMEZONE AS timezone FROM DUAL"}',
            (("prefer", "transient"),),
        ),
    ),
    limits=LIMITS,
    resources=RESOURCES,
    hosts=HOSTS,
    headers=(("accept", "application/json"),),
    read_error=read_error,
    facts=FACTS,
)
