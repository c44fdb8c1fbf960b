"""The object classes of buying: requisitions, purchase orders, their lines, changes and receipts."""

from sandbox.coupa.schema.kinds import CustomField, Kind, kind

ALLOCATION = "pct:dec amount:dec"
START_DATE = CustomField("start-date", "time")

KINDS: tuple[Kind, ...] = (
    kind(
        "requisition",
        """buyer-note:text exported:bool! justification:text line-count:size! mobile-total:dec! need-by-date:time
        price-hidden:bool! receiving-warehouse-id:int reject-reason-comment! req-title/50 ship-to-attention
        status/50! submitted-at:time! total:dec! external-po-reference~ last-exported-at:time~!""",
        """currency! current-approval:approval! department mobile-currency:currency! pcard:none requested-by:user
        ship-to-address:address current-approver-association:user~! *approvals:approval!
        *attachments:attachment! *current-parallel-approvals:approval! *milestones:none *recurring-rules:none
        *requisition-lines:requisition-line *taggings:none *tags:none *user-group-members:none
        *user-members:none""",
        customs=(
            CustomField("cf-request-source"),
            CustomField("cf-project", "lookup"),
            CustomField("legacy-request-number", old=True),
        ),
        path="requisitions",
        xml="requisition-header",
        scopes="requisition",
        verbs="GPUD",
        shapes={"embedded": "dates own customs links audit"},
    ),
    kind(
        "requisition-line",
        """alternate-status! confirm-by-hrs:dec description easy-form-response-id! form-response! image-url!
        line-num:int line-type manufacturer-name manufacturer-part-number minimum-order-quantity:dec!
        need-by-date:time order-confirmation-level:int order-increment:dec! order-line-id:int! quantity:dec
        receipt-required:bool service-type! source-part-num source-type! status/50! sub-line-num:int!
        supp-aux-part-num:text supplier-site-id:int total:dec! transmission-emails:text
        transmission-method-override/30! unit-price:dec unit-price-in-usd:dec! unspsc-code! external-src-ref~""",
        """account commodity contract.brief currency item line-owner:user order-pad-line:none payment-term
        punchout-site:none requisition-line-tax-detail:none shipping-term supplier supplier-site
        sustainability-detail:none uom *account-allocations:requisition-line-allocation *asset-tags:none
        *attachments:attachment *milestones:none *recurring-rules:none *taggings:none *tags:none""",
        customs=(START_DATE, CustomField("cf-plant", "lookup")),
        owned=True,
        shapes={"embedded": "dates own customs links audit"},
    ),
    kind(
        "requisition-line-allocation",
        ALLOCATION,
        "period account",
        owned=True,
        xml="account-allocation",
        audited=False,
    ),
    kind(
        "order",
        """acknowledged-at:time! acknowledged-flag:bool change-type! coupa-accelerate-status! exported:bool!
        internal-revision:int! last-exported-at:time! payment-method po-number/20 price-hidden:bool!
        ship-to-attention status/50! transmission-emails:text transmission-method-override/30
        transmission-status! version:int! total:dec!~ type~ confirmation-status!~ line-count:size~! po-email~""",
        """currency payment-term pcard:none requisition-header:requisition! ship-to-address:address
        ship-to-user:user shipping-term supplier supplier-site *attachments:attachment
        *current-integration-history-records:integration-history-record! *milestones:none
        *order-lines:order-line *reason-insight-events:none *recurring-rules:none""",
        customs=(
            CustomField("cf-erp-po-number"),
            CustomField("cf-urgent", "bool"),
            CustomField("cf-project", "lookup"),
            CustomField("cf-sponsor", "user"),
            CustomField("cf-freight-budget", "dec"),
            CustomField("legacy-buyer-code", old=True),
        ),
        path="purchase_orders",
        xml="order-header",
        scopes="purchase_order",
        keys="po-number",
        verbs="GPU",
        shapes={"brief": "id po-number"},
    ),
    kind(
        "order-line",
        """accounting-total:dec description easy-form-response-id:int! invoice-stop:bool! invoiced:dec! line-num
        match-type minimum-order-quantity:dec! need-by-date:time order-header-id:int! order-header-number!
        order-increment:dec! price:dec quantity:dec receipt-approval-required:bool! receipt-required:bool
        received:dec! reporting-total:dec requisition-line-id:int! savings-pct:dec service-type!
        source-part-num status/50! sub-line-num:int supp-aux-part-num:text supplier-order-number
        supplier-site-id:int! total:dec! total-invoiced! type/100 version:int! external-src-ref~""",
        """account accounting-total-currency:currency bulk-price:none commodity contract.brief currency
        department~ item period receiving-warehouse:none requester:user rfq-easy-form-response-id:none
        supplier third-party-supplier:none uom *account-allocations:order-line-allocation
        *amount-components:none *asset-tags:none *attachments:attachment *milestones:none
        *recurring-rules:none *supplier-schedule-lines:none""",
        customs=(START_DATE, CustomField("cf-plant", "lookup")),
        path="purchase_order_lines",
        scopes="purchase_order",
        verbs="GD",
        shapes={
            "embedded": "dates own customs links audit",
            "brief": """id line-num order-header-id order-header-number description status quantity price total received
        invoiced type""",
        },
    ),
    kind(
        "order-line-allocation",
        ALLOCATION,
        "period account",
        owned=True,
        xml="account-allocation",
        audited=False,
    ),
    kind(
        "order-change",
        "order-header-id:int status/50! type! change-reason",
        "*order-lines:order-line-change *approvals:approval!",
        path="purchase_order_changes",
        xml="order-header-change",
        scopes="purchase_order",
        verbs="GPU",
    ),
    kind(
        "order-line-change",
        "order-line-id:int line-num description quantity:dec price:dec",
        owned=True,
        xml="order-line",
        audited=False,
    ),
    kind(
        "order-revision",
        "purchase-order-id:int! revision:int! changes:data!",
        path="purchase_order_revisions",
        xml="order-header-revision",
        scopes="purchase_order",
        verbs="G",
    ),
    kind(
        "receipt",
        """barcode comments:text! exported:bool last-exported-at:time! match-reference notes
        original-transaction-id:int! price:dec quantity:dec receipts-batch-id:int! received-weight:dec
        rfid-tag status! total:dec transaction-date:time type voided-value:dec!""",
        """account from-warehouse-location:none inspection-code:none item order-line.brief
        original-transaction:receipt.brief! reason-insight:none to-warehouse-location:none uom
        *account-allocations:none *asset-tags:none *attachments:attachment
        *current-integration-history-records:integration-history-record!
        *inventory-transaction-valuations:none""",
        path="receiving_transactions",
        xml="inventory-transaction",
        scopes="inventory.receiving inventory.receiveing",
        verbs="GPUD",
        shapes={"brief": "id type status quantity"},
    ),
)
