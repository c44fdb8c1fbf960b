"""The object classes of people and companies: users, groups, roles, suppliers, addresses, contacts."""

from sandbox.coupa.schema.kinds import CustomField, Kind, kind

ADDRESS = """name location-code street1 street2 street3 street4 city state postal-code attention active:bool
    business-group-name vat-number local-tax-number type!"""
SHORT_USER = (
    """id login email employee-number firstname lastname fullname salesforce-id avatar-thumb-url globals"""
)

KINDS: tuple[Kind, ...] = (
    kind(
        "address",
        ADDRESS,
        "country vat-country:country *content-groups:business-group *purposes:none *tax-registrations:none",
        path="addresses",
        scopes="common",
        keys="name location-code",
        verbs="GPU",
        shapes={"embedded": "dates own country vat-country"},
    ),
    kind(
        "supplier-address",
        ADDRESS,
        "country vat-country:country *content-groups:business-group *purposes:none *tax-registrations:none",
        xml="address",
        owned=True,
        shapes={
            "embedded": "dates own country vat-country",
            "brief": "dates own country",
            "full": "dates own country vat-country content-groups purposes tax-registrations",
        },
    ),
    kind(
        "remit-to-address",
        """remit-to-code name street1 street2 street3 street4 city state postal-code active:bool vat-number
        local-tax-number external-src-ref external-src-name""",
        "country vat-country:country",
        keys="remit-to-code",
        owned=True,
    ),
    kind(
        "supplier-site",
        "code name active:bool",
        "supplier.reference~",
        path="supplier_sites",
        scopes="supplier",
        keys="code name",
        verbs="GPU",
        shapes={"embedded": "id code name active"},
    ),
    kind(
        "contact",
        "active:bool! email name-additional name-family name-fullname! name-given name-prefix name-suffix notes:text",
        "phone-work:phone-number? phone-mobile:phone-number? phone-fax:phone-number? *purposes:none",
        owned=True,
        shapes={"embedded": "dates own customs links audit", "brief": "dates own customs links"},
    ),
    kind("phone-number", "country-code area-code number extension", owned=True, audited=False),
    kind(
        "enterprise",
        "name code description active-flag:bool system-flag:bool vendor-remit-to-required tax-coding-enabled",
        owned=True,
        audited=False,
    ),
    kind(
        "supplier",
        """account-number allow-change-requests:bool allow-cn-no-backing-doc-from-connect:bool
        allow-csp-access-without-two-factor:bool allow-cxml-invoicing:bool
        allow-inv-choose-billing-account:bool allow-inv-from-connect:bool
        allow-inv-no-backing-doc-from-connect:bool allow-inv-unbacked-lines-from-connect:bool
        allow-order-confirmation-item-substitutions:bool business-entity-id:int buyer-hold:bool
        confirm-by-hrs:dec coupa-pay-financing-only:bool cxml-domain cxml-http-username cxml-identity
        cxml-invoice-buyer-domain cxml-invoice-buyer-identity cxml-invoice-secret cxml-invoice-supplier-domain
        cxml-invoice-supplier-identity cxml-protocol cxml-secret cxml-ssl-version cxml-supplier-domain
        cxml-supplier-identity cxml-url dd-settings disable-cert-verify:bool display-name
        do-not-accelerate:bool! duns hold-invoices-for-ap-review:bool invoice-matching-level name/100 number
        on-hold:bool one-time-supplier:bool payment-method payment-term-id:ref! po-change-method po-email
        po-method remit-to-requirement:int! savings-pct:dec scf-configs scope-three-emissions:bool
        send-invoices-to-approvals:bool status supplier-community-enablement:int tax-id type! website
        whitelist-dd:bool""",
        """commodity enterprise! integration-contacts:none inventory-organization:none online-store:none
        parent:supplier.reference? payment-term primary-address:supplier-address primary-contact:contact
        shipping-term supplier-classification-detail:none supplier-enterprise-detail:none
        supplier-insurance-detail:none supplier-risk-detail:none supplier-tax-detail:none tax-code
        *account-types:account-type *contacts:contact *content-groups:business-group
        *customer-support-contacts:none *diversities:none *invoice-emails:none *payment-terms:payment-term!
        *preferred-commodities:commodity *remit-to-addresses:remit-to-address
        *restricted-account-types:account-type *supplier-account-types:none
        *supplier-addresses:supplier-address.full *supplier-sites:supplier-site *taggings:none""",
        customs=(
            CustomField("vendor-tier", "lookup"),
            CustomField("onboarded-on", "time"),
            CustomField("risk-score", "dec", readonly=True),
            CustomField("erp-vendor-group", old=True),
        ),
        path="suppliers",
        scopes="supplier",
        keys="name number",
        verbs="GPU",
        shapes={
            "embedded": "id name display-name number primary-contact.brief primary-address.brief",
            "reference": "id name number",
        },
    ),
    kind(
        "user",
        """account-security-type:int active:bool aic-user:bool allow-employee-payment-account-creation:bool
        allow-user-to-upload-invoice-from-mobile:bool analytics-user:bool api-user:bool! authentication-method
        avatar-thumb-url! business-function! business-group-security-type:int category-planner-user:bool
        ccw-user:bool clm-advanced-user:bool contracts-user:bool default-locale/10
        eligible-for-virtual-cards:bool! email employee-number employee-payment-channel expense-user:bool
        firstname/40 fullname! inventory-user:bool invoicing-user:bool! lastname/40 login mention-name
        middlename msp-user:bool! purchasing-user:bool risk-assess-user:bool salesforce-id seniority-level
        sourcing-user:bool spend-guard-user:bool sso-identifier supply-chain-user:bool travel-user:bool
        treasury-user:bool supplier-user:bool!~ support-user:bool!~ type!~""",
        """can-expense-for:none contract-approval-limit:approval-limit
        contract-self-approval-limit:approval-limit country-of-residence:country default-account:account
        default-account-type:account-type default-address:address default-currency:currency department
        escalation-threshold:approval-limit expense-approval-limit:approval-limit
        expense-self-approval-limit:approval-limit expenses-delegated-to:none
        invoice-approval-limit:approval-limit invoice-self-approval-limit:approval-limit legal-entity
        manager:user pcard:none phone-mobile:phone-number phone-work:phone-number
        requisition-approval-limit:approval-limit requisition-self-approval-limit:approval-limit
        work-confirmation-approval-limit:approval-limit *account-groups:none *approval-groups:user-group.brief
        *content-groups:business-group *inventory-organizations:none *roles:role
        *user-groups:user-group.brief~ *working-warehouses:none""",
        customs=(CustomField("cost-center-code"), CustomField("badge-number", old=True)),
        path="users",
        scopes="user",
        keys="login email",
        verbs="GPU",
        shapes={"embedded": SHORT_USER, "approver": SHORT_USER},
    ),
    kind("approval-limit", "name! amount:dec! subject!", "currency", owned=True, audited=False),
    kind(
        "role",
        "name description omnipotent:bool! system-role:bool!",
        path="roles",
        scopes="common",
        keys="name",
        verbs="GPU",
    ),
    kind(
        "user-group",
        "active:bool avatar-thumb-url! can-approve:bool description:text mention-name! name open:bool type",
        "owner:user *content-groups:business-group *users:user",
        path="user_groups",
        scopes="user_group",
        keys="name",
        verbs="GPU",
        shapes={
            "brief": "id name description active",
            "name": "id name",
            "approver": "dates own links audit",
        },
    ),
    kind(
        "user-group-membership",
        "owner:bool participant:bool user-id:ref user-group-id:ref user-group-type!",
        "user user-group:user-group.name",
        path="user_group_memberships",
        scopes="user_group",
        verbs="GPUD",
        audited=False,
    ),
)
