"""The object classes around documents: approvals, contracts, budgets, expenses, comments, integration records."""

from sandbox.coupa.schema.kinds import Kind, kind
from sandbox.coupa.schema.reference import SEGMENTS

APPROVAL = """dates approvable-id approvable-type approval-chain-id approval-date approver
    approver-id approver-type delegate delegate-id holdable note parallel-group-name position status type approved-by
    reasons audit"""

KINDS: tuple[Kind, ...] = (
    kind(
        "approval",
        """approvable-id:int! approvable-type! approval-chain-id:int! approval-date:time! approver-id:int!
        approver-type! delegate-id! holdable:bool! note:text parallel-group-name! position:int! status/50!
        type!""",
        "approver:@approver-type.approver approved-by:user delegate:user *reasons:none",
        path="approvals",
        scopes="approval",
        verbs="GPU",
        shapes={
            "full": APPROVAL,
            "embedded": APPROVAL,
        },
    ),
    kind(
        "contract",
        """name/100 number/50 version:int start-date:time end-date:time status/50 minimum-value:dec
        maximum-value:dec terms:text preferred:bool savings-pct:dec min-commit:dec max-commit:dec
        supplier-invoiceable:bool is-default:bool supplier-account use-order-windows:bool order-window-tz
        requisition-message:text po-message:text term-type published-date:time!""",
        """contract-owner:user currency current-approval:approval! default-account:account department
        parent:contract.brief? payment-term shipping-term supplier *approvals:approval!~
        *content-groups:business-group *contract-terms:none""",
        path="contracts",
        scopes="contract",
        keys="name number",
        verbs="GPU",
        shapes={"brief": "id name number status", "embedded": "id name number status"},
    ),
    kind(
        "budget-line",
        f"notes:text description amount:dec remaining:dec owner-is-approver:int {SEGMENTS} error-on-overrun:bool",
        "period owner:user currency",
        path="budget_lines",
        scopes="budget",
        verbs="GPUD",
    ),
    kind(
        "expense-report",
        """audit-score:int! auditor-note:text end-date:date erp-document-id erp-document-status exported:bool!
        external-src-name external-src-ref is-trip:bool last-exported-at:time! paid:bool past-due:bool
        payment-channel reimbursable-total-amount:dec reject-reason:text report-due-date:date report-warnings
        start-date:date status! submitted-at:time title total:dec!""",
        """currency expensed-by:user payment reimbursable-total-currency:currency submitted-by:user!
        travel-trip:none *approvals:approval! *comments:comment! *events:none *expense-lines:expense-line
        *expense-policy-violations:none *expense-report-preapprovals:none *expense-violations:none
        *reconciliation-lines:none""",
        path="expense_reports",
        scopes="expense",
        verbs="GPUD",
    ),
    kind(
        "expense-line",
        """line-number:int! description/1550 merchant amount:dec approved-amount:dec status! expense-date:time
        foreign-currency-amount:dec exchange-rate:dec reason external-src-ref~""",
        """currency expense-category account foreign-currency:currency
        *account-allocations:invoice-line-allocation""",
        owned=True,
    ),
    kind("expense-category", "name", keys="name", owned=True, dated=False, audited=False),
    kind(
        "comment",
        "comments:text commentable-id:int commentable-type",
        path="comments",
        scopes="comment",
        verbs="GP",
    ),
    kind(
        "attachment",
        """type intent text:text url file-file-name! file-content-type! file-size:int! attachable-id:int!~
        attachable-type!~""",
        path="attachments",
        scopes="comment",
        verbs="GPD",
    ),
    kind(
        "integration-history-record",
        """contact-alert-type creation-method document-id:int document-revision:int document-status document-type
        external-id integration-filename! integration-run-id:int resolved:bool! status""",
        "integration *responses:integration-response",
        path="integration_history_records",
        scopes="integration",
        verbs="GPU",
    ),
    kind("integration", "code name", keys="code", owned=True, dated=False, audited=False),
    kind("integration-response", "response-code response-message", owned=True, dated=False, audited=False),
)
