"""Seeds what surrounds the documents: contracts, budgets, expense reports, comments, integration records."""

from sandbox.coupa.seed.base import DAY, Seeder
from sandbox.coupa.seed.requests import chain

EXPENSES = ("draft", "pending_approval", "approved", "paid", "approved_for_payment", "pending_info")
CONTRACTS = ("published", "published", "draft", "inactive", "pending_approval", "expired")


def plant(seeder: Seeder) -> None:
    for name in ("Airfare", "Hotel", "Meals & drinks", "Rail"):
        seeder.add("expense-category", {"name": name})
    seeder.add("integration", {"code": "ERP_INVOICES", "name": "ERP invoices"})
    for number in range(1, seeder.scaled(40) + 1):
        _contract(seeder, number)
    for number in range(1, 51):
        _budget(seeder, number)
    for number in range(1, seeder.scaled(30) + 1):
        _expenses(seeder, number)
    _integration(seeder)
    for number in range(1, 6):
        values = {
            "comments": f"Please check line {number}",
            "commentable-id": number,
            "commentable-type": "InvoiceHeader",
        }
        seeder.add("comment", values, at=seeder.moment(), by=20)
        note = {"type": "Attachment::Text", "intent": "Internal", "text": f"Note {number}"}
        seeder.add(
            "attachment",
            {**note, "attachable-id": number, "attachable-type": "OrderHeader"},
            at=seeder.moment(),
        )


def _contract(seeder: Seeder, number: int) -> None:
    at = seeder.moment()
    values = {
        "name": f"Frame contract {number}",
        "number": f"C-{number:04d}",
        "version": 1,
        "status": CONTRACTS[number % len(CONTRACTS)],
        "start-date": seeder.midnight(at),
        "end-date": seeder.midnight(at) + 365 * DAY,
        "minimum-value": "0.00",
        "maximum-value": f"{number * 1000}.0000",
        "min-commit": "0.00",
        "max-commit": "0.00",
        "savings-pct": "10.0",
        "supplier-invoiceable": number % 2 == 0,
        "is-default": False,
        "use-order-windows": False,
        "term-type": "fixed",
        "supplier": (number * 3) % seeder.suppliers + 1,
        "currency": 1,
        "contract-owner": 16 + number % 30,
        "content-groups": [1],
    }
    seeder.add("contract", values, at=at)


def _budget(seeder: Seeder, number: int) -> None:
    account = seeder.store.need("account", number)
    segments = {f"segment-{place}": account.get(f"segment-{place}") for place in range(1, 5)}
    values = {
        "description": f"Budget {number}",
        "notes": "",
        "amount": f"{number * 1000}.00",
        "remaining": f"{number * 400}.0000",
        "error-on-overrun": number % 2 == 0,
        "period": number % 8 + 1,
        "owner": 16 + number % 30,
        "currency": 1,
        **segments,
    }
    seeder.add("budget-line", values, at=seeder.moment())


def _expenses(seeder: Seeder, number: int) -> None:
    at, person, state = seeder.moment(), 16 + number % 38, EXPENSES[number % len(EXPENSES)]
    lines = []
    for place in range(1, number % 3 + 2):
        line = {
            "line-number": place,
            "description": f"Trip {number}.{place}",
            "merchant": "Valley Rail",
            "amount": f"{number * 10 + place}.40",
            "status": state,
            "expense-date": seeder.midnight(at),
            "currency": 1,
            "expense-category": place % 4 + 1,
            "account": number % 30 + 1,
        }
        lines.append(seeder.add("expense-line", line, at=at, by=person))
    total = sum(int(float(one["amount"]) * 100 + 0.5) for one in lines)
    values = {
        "title": f"Visit {number}" if number % 4 else "",
        "status": state,
        "total": f"{total // 100}.{total % 100:02d}",
        "audit-score": number % 9,
        "start-date": "2026-01-20",
        "end-date": "2026-01-22",
        "exported": False,
        "paid": state == "paid",
        "submitted-at": None if state == "draft" else at + 3600,
        "currency": 1,
        "expensed-by": person,
        "submitted-by": None if state == "draft" else person,
        "expense-lines": [one["id"] for one in lines],
    }
    report = seeder.add("expense-report", values, at=at, by=person)
    if state == "pending_approval":
        chain(seeder, "ExpenseReport", report, pending=True)


def _integration(seeder: Seeder) -> None:
    for number in range(1, 11):
        text = {"response-code": "Failure-CC", "response-message": f"Line {number}: Cost center is closed"}
        response = seeder.add("integration-response", text)
        values = {
            "contact-alert-type": "Functional",
            "document-id": number,
            "document-status": "approved",
            "document-type": "InvoiceHeader",
            "resolved": number % 3 == 0,
            "status": "Error" if number % 2 else "Success",
            "integration": 1,
            "responses": [response["id"]],
        }
        seeder.add("integration-history-record", values, at=seeder.moment())
