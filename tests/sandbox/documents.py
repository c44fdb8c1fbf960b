"""Documents that several tests make and move on."""

from decimal import Decimal
from typing import Any

from tests.sandbox.conftest import Tenant

ACCOUNT = {"code": "AF01-4010-61001", "account-type": {"name": "Ardent US"}}
LINE = {
    "description": "Chairs",
    "quantity": "4",
    "unit-price": "100.00",
    "currency": {"code": "USD"},
    "uom": {"code": "EA"},
}


async def call(tenant: Tenant, method: str, path: str, body: Any = None) -> Any:
    answer = await tenant.call(method, path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json() if answer.content else None


async def requisition(tenant: Tenant, _path: str = "requisitions", /, **line: Any) -> Any:
    person = (await tenant.one("users/20"))["login"]
    lines = [{**LINE, "line-num": 1, "account": ACCOUNT, "supplier": {"id": 2}, **line}]
    return await call(tenant, "POST", _path, {"requested-by": {"login": person}, "requisition-lines": lines})


async def invoice(tenant: Tenant, _number: str = "N-1", /, **changes: Any) -> Any:
    line = {"description": "Chairs", "price": 250, "quantity": "1", "uom": {"code": "EA"}, "account": ACCOUNT}
    body = {
        "invoice-number": _number,
        "invoice-date": "2026-02-05",
        "supplier": {"id": 2},
        "currency": {"code": "USD"},
        "account-type": {"id": 1},
        "payment-term": {"code": "Net 30"},
        "invoice-lines": [line],
    }
    return await call(tenant, "POST", "invoices", {**body, **changes})


async def steps(tenant: Tenant, kind: str, id_: int) -> list[tuple[int, str]]:
    found = await tenant.one(f"approvals?approvable-type={kind}&approvable-id={id_}")
    return [(one["id"], one["status"]) for one in found]


async def approve_all(tenant: Tenant, kind: str, id_: int) -> None:
    while pending := [
        step for step, status in await steps(tenant, kind, id_) if status == "pending_approval"
    ]:
        await call(tenant, "PUT", f"approvals/{pending[0]}/approve?reason=fine")


async def issued(tenant: Tenant) -> Any:
    found = await tenant.one("purchase_orders?status=issued&limit=50")
    return next(
        one
        for one in found
        if len(one["order-lines"]) > 1 and not any(Decimal(line["received"]) for line in one["order-lines"])
    )
