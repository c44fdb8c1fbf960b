"""Coupa as a value: hosts, ways to sign in, limits, error bodies, and how its collections serve the unified models."""

import re

from providers.coupa.attachments import ATTACHMENTS
from providers.coupa.contacts import CONTACTS
from providers.coupa.dialect import read_error
from providers.coupa.invoices import INVOICES
from providers.coupa.masters import ACCOUNTS, CURRENCIES, ITEMS, TRACKING_CATEGORIES
from providers.coupa.orders import PURCHASE_ORDER_REQUISITIONS, PURCHASE_ORDERS
from providers.coupa.people import EMPLOYEES, GROUPS, ROLES, USERS
from providers.provider import Check, Limits, Provider
from providers.schemes import CLIENT_FIELDS, ApiKey, AuthorizationCode, ClientCredentials, Variable

RESOURCES = {
    "accounting/accounts": ACCOUNTS,
    "accounting/attachments": ATTACHMENTS,
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
SCOPES = tuple(
    sorted({scope for found in RESOURCES.values() for scope in (*found.scopes, *found.write_scopes)})
)
DAY = 86400.0


def _host(typed: str) -> str:
    """People paste a host, a whole URL or the login page's address; plain http is left as it is, and so refused."""
    return re.sub(r"^https://", "", typed.strip(), flags=re.IGNORECASE).split("/")[0].lower()


COUPA = Provider(
    name="coupa",
    label="Coupa",
    category="accounting",
    origin="https://{instance}",
    base_path="/api",
    variables=(
        Variable(
            "instance",
            "Coupa host",
            pattern=r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.coupa(?:host|cloud|dev)\.com",
            help="The host in the address bar when you are logged in to Coupa, such as acme.coupahost.com.",
            normalise=_host,
        ),
    ),
    schemes=(
        ClientCredentials("{origin}/oauth2/token", scopes=SCOPES, ready_after=5.0, lifetime=86399.0),
        AuthorizationCode(
            "{origin}/oauth2/authorizations/new",
            "{origin}/oauth2/token",
            scopes=SCOPES,
            always=("offline_access",),
            ready_after=5.0,
            lifetime=86399.0,
            keep_alive=30 * DAY,  # a refresh token that lies idle for 90 days is dead
            fields=CLIENT_FIELDS,  # every customer's administrators register clients in their own Coupa
        ),
        ApiKey("x-coupa-api-key"),
    ),
    checks=(
        Check("/users", (("return_object", "limited"), ("limit", "1"))),
        Check("/currencies", (("limit", "1"),)),
    ),
    limits=Limits(rate=25, per=1.0, burst=20),
    resources=RESOURCES,
    headers=(("accept", "application/json"),),
    read_error=read_error,
)
