"""The object classes of invoices: header, lines, charges, taxes, payments."""

from sandbox.coupa.schema.kinds import CustomField, Kind, kind

EVERYTHING = "dates own customs links audit"

KINDS: tuple[Kind, ...] = (
    kind(
        "invoice",
        """advance-payment-received-amount:dec amount-due:dec! amount-due-less-discount:dec!
        amount-of-advance-payment:dec archive-entity-id:int! canceled:bool! cash-accounting-scheme-reference
        cash-register-operator channel/80! clearance-document! comments compliant:bool! confirmation!
        content-validation:bool! correct-value-of-supply:dec coupa-accelerate-status/40!
        credit-note-differences-with-original-invoice:dec credit-reason currency-id:ref
        currency-tax-rounding-mode! customer-accounting-tax:dec! customer-accounting-tax-less-discount:dec!
        customs-declaration-date:time customs-declaration-number/60 customs-office:text
        date-of-discovery-of-facts-decisive-for-correction:time date-received:time! delivery-date:time
        delivery-number discount-amount:dec discount-due-date:time! discount-percent:float dispute-method/10!
        document-type! early-payment-provisions endorsement-on-invoices exchange-rate:dec exported:bool!
        folio-number form-of-payment/10! freight-type gross-total:dec! gross-total-less-discount:dec!
        handling-amount:dec image-scan! image-scan-content-type/191! image-scan-file-name!
        image-scan-file-size/12! image-scan-url! inbox-name! internal-note:text invoice-date:time
        invoice-issuance-time invoice-number/40 invoice-reference-number issuance-place!
        last-exported-at:time! late-payment-penalties line-count:size! line-level-taxation:bool
        lock-version-key:int! margin-scheme means-of-payment misc-amount:dec municipal-tax-number
        national-enrollment-of-conveyor nature-of-operation net-due-date:time net-total-less-discount:dec!
        new-means-of-transport origin-currency-gross:dec! origin-currency-net:dec! original-invoice-date:time
        original-invoice-number/40 original-value-of-supply:dec paid:bool payment-channel/40!
        payment-date:time payment-method/10! payment-notes:text payment-order-number payment-order-reference
        place-of-supply pre-payment-date:time protocol-number resolution-number reverse-charge-reference
        security-code-of-issuer self-billing-reference/191 sender-email! serial-code-of-fiscal-invoice
        series/30 shipping-amount:dec signed-qr-code:text split-payment-mechanism:bool state-tax-number
        state-tax-number-for-substitute-taxpayer status/50! supplier-created:bool!
        supplier-invoice-issuer-name supplier-invoice-reviewer-name supplier-note:text
        supplier-payment-collector-name supplier-representative-name supplier-total:dec tax-amount:dec
        tax-amount-engine:dec! tax-code-engine! tax-due-to-supplier:dec! tax-rate:float tax-rate-engine:dec!
        taxes-in-origin-country-currency:dec! tolerance-failures/512! total-taxes-less-discount:dec!
        total-with-taxes:dec! transaction-notification-date:time transaction-uuid/50 type-of-document
        type-of-operation type-of-receipt/10! type-of-relationship/10
        unique-identification-code-of-cash-receipt use-of-invoice/10! vehicle-license-plate verification-code
        volume-amount volume-brand volume-gross-weight volume-liquid-weight volume-numbering volume-type
        withholding-tax-override:dec! is-credit-note:bool~""",
        """abandon-reason:reason! account-type bill-to-address:address buyer-tax-registration:none
        contract.brief~ currency destination-country:country! invoice-from-address:none
        legal-destination-country:country! origin-country:country! origin-currency:currency payment-term
        remit-to-address requested-by:user ship-from-address:none ship-to-address:address shipping-term
        supplier supplier-remit-to:none supplier-site supplier-tax-registration:none tax-code
        *approvals:approval! *attachments:attachment!
        *current-integration-history-records:integration-history-record! *dispute-reasons:reason!
        *failed-tolerances:none *invoice-charges:invoice-charge *invoice-lines:invoice-line
        *invoice-payment-receipts:none *payments:payment *taggings:none *tax-lines:tax-line
        *withholding-tax-lines:none""",
        customs=(
            CustomField("cf-erp-invoice-number"),
            CustomField("cf-integration-status"),
            CustomField("cf-project", "lookup"),
            CustomField("cf-audited", "bool"),
            CustomField("cf-channels", "list"),
            CustomField("legacy-voucher", old=True),
        ),
        path="invoices",
        xml="invoice-header",
        scopes="invoice",
        verbs="GPUD",
    ),
    kind(
        "invoice-line",
        """accounting-total:dec! adjustment-type billing-note:text category classification-of-goods company-uom!
        customs-declaration-number! deductibility delivery-note-number description/1550 discount-amount:dec!
        fiscal-code handling-distribution-total:dec! hsn-sac-code item-barcode line-num:int match-reference
        misc-distribution-total:dec! municipality-taxation-code net-weight:dec order-header-num
        order-line-id:int order-line-num order-line-source-part-num! original-date-of-supply:time po-number
        price:dec price-per-uom:dec property-tax-account! quantity:dec shipping-distribution-total:dec!
        source-part-num status! subcategory supp-aux-part-num:text tax-amount tax-amount-engine!
        tax-code-engine! tax-description! tax-distribution-total:dec! tax-location! tax-rate tax-rate-engine!
        tax-supply-date! total:dec! type/100 unspsc external-src-ref~""",
        """account accounting-total-currency:currency! commodity contract.brief currency item
        order-line-commodity:commodity! period tax-code uom weight-uom:uom
        *account-allocations:invoice-line-allocation *failed-tolerances:none *taggings:none *tags:none
        *tax-lines:tax-line *withholding-tax-lines:none""",
        customs=(CustomField("cf-asset-tag"), CustomField("cf-plant", "lookup")),
        owned=True,
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "invoice-line-allocation",
        """amount:dec billing-note:text handling-distribution-total:dec! misc-distribution-total:dec! pct:dec
        shipping-distribution-total:dec! tax-distribution-total:dec!""",
        "account period",
        owned=True,
        xml="account-allocation",
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "tax-line",
        """amount:dec amount-engine:dec! base:dec basis:dec code! code-engine! description kind-of-factor!
        nature-of-tax! product-tax-classification rate:float rate-engine:dec! supplier-rate:dec
        taxable-amount:dec type withholding-amount:dec""",
        "tax-code tax-rate tax-rate-type:none",
        owned=True,
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "invoice-charge",
        """accounting-total:dec! billing-note:text description/1550 distributed:bool line-num:int pct:dec
        total:dec type""",
        """account accounting-total-currency:currency! currency period
        *account-allocations:invoice-line-allocation *tax-lines:tax-line""",
        owned=True,
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "payment",
        "amount-paid:dec category! check-number notes payable-id:int payable-type payment-date:time",
        owned=True,
        shapes={"embedded": EVERYTHING},
    ),
    kind("reason", "code description active:bool", owned=True, keys="code", audited=False),
)
