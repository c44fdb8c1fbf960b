"""The object classes companies set up once: currencies, terms, units, accounts, departments, lookups."""

from sandbox.coupa.schema.kinds import CustomField, Kind, kind

SEGMENTS = " ".join(f"segment-{number}/100" for number in range(1, 21))
LEVELS = " ".join(f"level-{number}-name" for number in (10, *range(1, 10)))
EVERYTHING = "dates own customs links audit"

KINDS: tuple[Kind, ...] = (
    kind(
        "currency",
        "code/6 name/100 symbol/10 decimals:int! enabled-flag:bool enabled:bool~",
        path="currencies",
        scopes="common",
        keys="code",
        verbs="G",
        shapes={"embedded": "id code decimals"},
        dated=False,
        audited=False,
    ),
    kind("country", "code/2 name", keys="code name", owned=True, dated=False, audited=False),
    kind(
        "exchange-rate",
        "rate:dec rate-date:time",
        "from-currency:currency to-currency:currency",
        path="exchange_rates",
        scopes="common",
        verbs="GPU",
    ),
    kind(
        "business-group",
        "description name/100",
        path="business_groups",
        scopes="common",
        keys="name",
        verbs="GPU",
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "payment-term",
        """active:bool code days-for-discount-payment:int days-for-net-payment:int description discount-cutoff-day:int
        discount-due-day:int discount-due-month:int discount-rate:float net-cutoff-day:int net-due-day:int
        net-due-month:int type/50""",
        "*content-groups:business-group",
        path="payment_terms",
        scopes="common",
        keys="code",
        verbs="GPU",
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "shipping-term",
        "code description active:bool",
        "*content-groups:business-group",
        path="shipping_terms",
        scopes="common",
        keys="code",
        verbs="GPU",
        shapes={"embedded": "id code description active content-groups"},
    ),
    kind(
        "tax-code",
        "active:bool code description effective-date:time percentage:float",
        "country tax-rate:none",
        path="tax_codes",
        scopes="common",
        keys="code",
        verbs="GPU",
        shapes={"embedded": "id code description percentage active country"},
    ),
    kind(
        "tax-rate",
        "percentage:dec description exempt:bool reverse-charge:bool tax-rate-type",
        "country",
        keys="country percentage tax-rate-type exempt reverse-charge code description",
        dated=False,
        audited=False,
        owned=True,
    ),
    kind(
        "uom",
        "code/6 name/100 allowable-precision:int active:bool",
        path="uoms",
        scopes="common uom",
        keys="code",
        verbs="G",
        shapes={
            "full": "id code name allowable-precision active created-at updated-at audit",
            "embedded": "id code name allowable-precision active",
        },
    ),
    kind(
        "commodity",
        "active:bool name translated-name! deductibility category subcategory",
        "parent:commodity.brief?~",
        path="commodities",
        scopes="common",
        keys="name",
        verbs="GPU",
        shapes={"embedded": "id own", "brief": "id name"},
    ),
    kind("department", "name active:bool", path="departments", scopes="common", keys="name", verbs="GPU"),
    kind(
        "legal-entity",
        "name active:bool registration-number",
        "address",
        path="legal_entities",
        scopes="legal_entity",
        keys="name",
        verbs="GPU",
        shapes={"embedded": "id name active"},
    ),
    kind(
        "account-type",
        "active:bool dynamic-flag:bool! legal-entity-name! name/50",
        "currency primary-address:address primary-contact:contact",
        path="account_types",
        scopes="accounting common",
        keys="name",
        verbs="GP",
        shapes={"embedded": "dates name active legal-entity-name dynamic-flag currency"},
    ),
    kind(
        "account",
        f"name/1024 code/1024! active:bool account-type-id:ref {SEGMENTS}",
        "account-type",
        path="accounts",
        scopes="accounting",
        keys="code account-type",
        verbs="GPU",
    ),
    kind("period", "name", keys="name", owned=True, shapes={"embedded": "id name"}, audited=False),
    kind(
        "lookup",
        f"active:bool description fixed-depth:bool {LEVELS} name values-count:int!",
        "*content-groups:business-group",
        path="lookups",
        scopes="common",
        keys="name",
        verbs="GPU",
        shapes={"embedded": EVERYTHING},
    ),
    kind(
        "lookup-value",
        """active:bool children-count:int! depth:int! description external-ref-code! external-ref-num is-default:bool
        lookup-id:ref name parent-id:ref""",
        "account-type lookup parent:lookup-value.brief",
        path="lookup_values",
        scopes="common",
        keys="external-ref-code name lookup",
        verbs="GPU",
        shapes={
            "brief": "id name external-ref-num external-ref-code lookup-id depth is-default active",
            "embedded": "id name external-ref-num external-ref-code lookup-id depth is-default active",
        },
    ),
    kind(
        "item",
        """active:bool allow-partial-quantity:bool! consumption-quantity:int description:text dual-uom-allowed:bool!
        external-image-url! inventory-lot-expiration-type! inventory-lot-tracking-enabled:bool! item-number item-type
        manufacturer-name manufacturer-part-number name reorder-alerts! require-asset-tag:bool! require-inspection:bool!
        storage-quantity:int""",
        """commodity consumption-uom:uom receiving-form:none storage-uom:uom sustainability-detail:none tax-detail:none
        uom""",
        customs=(
            CustomField("shelf-code"),
            CustomField("units-per-box", "dec"),
            CustomField("hazard-class", old=True),
        ),
        path="items",
        scopes="item",
        keys="name item-number",
        verbs="GPU",
        shapes={"embedded": "id name item-number active"},
    ),
    kind(
        "supplier-item",
        f"""availability is-coupa-advantage:bool! lead-time:int manufacturer minimum-order-quantity:dec
        order-increment:dec preferred:bool price:dec price-change:float
        {" ".join(f"price-tier-{number}:dec" for number in (1, *range(10, 20), 2, 20, *range(3, 10)))}
        savings-pct:dec supplier-aux-part-num supplier-part-num unspsc-code!""",
        """catalog:none contract.brief contract-term:none currency item supplier.reference
        *inventory-balances:none""",
        path="supplier_items",
        scopes="item catalog",
        verbs="GPUD",
    ),
)
