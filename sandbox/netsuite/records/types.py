"""The record types that REST serves, with the properties that the reference names."""

from collections.abc import Iterator, Mapping

from sandbox.netsuite.catalog import TABLES
from sandbox.netsuite.records.kinds import RecordType, Sublist, properties, sublist

STAMPS = "externalId lastModifiedDate!"
ENTITY = f"""entityId altName! isPerson firstName middleName lastName title email altEmail phone altPhone mobilePhone
    homePhone fax url category subsidiary currency terms creditLimit giveAccess isInactive comments vatRegNumber
    dateCreated! {STAMPS}"""
DIMENSION = f"name fullName! parent subsidiary includeChildren isInactive {STAMPS}"
NAMED = f"name isInactive {STAMPS}"
ITEM = f"""itemId fullName! displayName description purchaseDescription cost averageCost! lastPurchasePrice!
    totalQuantityOnHand! expenseAccount incomeAccount assetAccount unitsType upcCode vendorName vendor! parent class
    department location subsidiary includeChildren taxSchedule isInactive createdDate! {STAMPS}"""
LINE = """line=linesequencenumber department class location isClosed lineUniqueKey=uniquekey!"""
TAXED = f"{LINE} amount=foreignamount~ tax1Amt=taxamount~"
BUY_ITEM = "item description=memo quantity~ rate units expectedReceiptDate"
BILLED = "customer isBillable orderDoc orderLine"
DOCUMENT = f"""tranId transactionNumber! entity subsidiary currency exchangeRate tranDate memo department class location
    createdDate! email source! {STAMPS}"""
STATUSES = "approvalStatus nextApprover"
ADDRESSED = {"billingAddress": "transactionbillingaddress", "shippingAddress": "transactionshippingaddress"}
# What an item's `itemtype` and `subtype` are called as a record type; lots and serial numbers have names of their own.
FAMILIES = {
    "NonInvtPart": "nonInventory{}Item",
    "Service": "service{}Item",
    "OthCharge": "otherCharge{}Item",
}
SINGLE = {
    "Assembly": "assemblyItem",
    "Kit": "kitItem",
    "Group": "itemGroup",
    "Discount": "discountItem",
    "Markup": "markupItem",
    "Subtotal": "subtotalItem",
    "Payment": "paymentItem",
    "Description": "descriptionItem",
    "DwnLdItem": "downloadItem",
    "GiftCert": "giftCertificateItem",
    "ShipItem": "shipItem",
}


def _book(who: str) -> dict[str, Sublist]:
    words = "internalId! label defaultBilling defaultShipping"
    place = f"{who}addressbookentityaddress"
    return _by_name(
        sublist("addressBook", f"{who}addressbook", "entity", words, key="internalid", subrecord=place)
    )


def _by_name(*lists: Sublist) -> dict[str, Sublist]:
    return {one.name.lower(): one for one in lists}


def _lines(item: str, expense: str) -> dict[str, Sublist]:
    return _by_name(
        *(
            sublist(name, "transactionline", "transaction", words, key="line")
            for name, words in (("item", item), ("expense", expense))
            if words
        )
    )


def _entities() -> Iterator[RecordType]:
    vendor = f"""{ENTITY} companyName legalName expenseAccount payablesAccount accountNumber is1099Eligible taxIdNum
        balance! unbilledOrders!"""
    customer = f"""{ENTITY} companyName parent entityStatus salesRep priceLevel receivablesAccount searchStage!
        balance=balancesearch! overdueBalance! depositBalance! resaleNumber"""
    employee = f"""entityId firstName middleName lastName email phone mobilePhone officePhone homePhone title department
        class location subsidiary supervisor approver hireDate releasedate employeetype employeestatus isInactive
        giveAccess isSalesRep purchaseorderlimit purchaseorderapprovallimit expenselimit currency comments dateCreated!
        {STAMPS}"""
    for name, words in (("vendor", vendor), ("customer", customer)):
        yield RecordType(
            name,
            name,
            properties(name, words),
            needed=("subsidiary",),
            unique=("entityid",),
            sublists=_book(name),
        )
    yield RecordType(
        "employee",
        "employee",
        properties("employee", employee),
        needed=("firstname", "lastname", "subsidiary"),
        unique=("entityid",),
        sublists=_book("employee"),
        computed=("roles",),
    )
    group = f"""groupName groupType groupOwner email comments subsidiary isInactive isPrivate isSalesRep isSupportRep
        isFunctionalTeam isProductTeam savedSearch {STAMPS}"""
    yield RecordType(
        "entityGroup",
        "entitygroup",
        properties("entitygroup", group),
        needed=("groupname", "grouptype"),
        computed=("size", "groupMembers"),
    )
    for name in ("vendor", "customer"):
        table = f"{name}subsidiaryrelationship"
        words = "entity subsidiary isPrimarySub balance!"
        yield RecordType(
            f"{name}SubsidiaryRelationship", table, properties(table, words), needed=("entity", "subsidiary")
        )


def _set_up() -> Iterator[RecordType]:
    account = f"""acctNumber acctName acctType=accttype description fullName! parent currency subsidiary class
        department location balance! isInactive isSummary includeChildren eliminate generalRate cashFlowRate sBankName
        sBankRoutingNumber {STAMPS}"""
    yield RecordType(
        "account",
        "account",
        properties("account", account),
        needed=("acctname", "accttype", "subsidiary"),
        unique=("acctnumber",),
    )
    currency = f"name symbol displaySymbol currencyPrecision exchangeRate isBaseCurrency! isInactive {STAMPS}"
    yield RecordType(
        "currency",
        "currency",
        properties("currency", currency),
        needed=("name", "symbol"),
        unique=("symbol",),
    )
    for name in ("department", "classification", "location"):
        yield RecordType(
            name,
            name,
            properties(name, DIMENSION + (" locationType" if name == "location" else "")),
            needed=("name", "subsidiary"),
            unique=("fullname",),
        )
    subsidiary = f"name fullName! parent currency country isInactive isElimination legalName {STAMPS}"
    yield RecordType(
        "subsidiary", "subsidiary", properties("subsidiary", subsidiary), needed=("name",), unique=("name",)
    )
    for name in ("customrecord_cseg_region", "customrecord_cseg_channel"):
        yield RecordType(name, name, properties(name, f"name parent isInactive {STAMPS}"), needed=("name",))
    for name, words in (
        ("term", f"{NAMED} daysUntilNetDue"),
        ("vendorCategory", NAMED),
        ("expenseCategory", f"{NAMED} expenseAcct"),
        ("priceLevel", NAMED),
        ("unitsType", NAMED),
        ("taxSchedule", NAMED),
        ("salesTaxItem", f"{NAMED} itemId rate"),
    ):
        yield RecordType(name, name.lower(), properties(name.lower(), words), needed=("name",))
    yield RecordType(
        "accountingPeriod",
        "accountingperiod",
        properties("accountingperiod", "periodName startDate endDate closed isInactive lastModifiedDate!"),
        needed=("periodname",),
    )


def _items() -> Iterator[RecordType]:
    stock: dict[str, dict[str, str | None]] = {
        "inventoryItem": {"itemtype": "InvtPart", "subtype": None, "islotitem": "F", "isserialitem": "F"},
        "lotNumberedInventoryItem": {"itemtype": "InvtPart", "islotitem": "T", "isserialitem": "F"},
        "serializedInventoryItem": {"itemtype": "InvtPart", "islotitem": "F", "isserialitem": "T"},
    }
    for family, name in FAMILIES.items():
        for sub in ("Sale", "Purchase", "Resale"):
            stock[name.format(sub)] = {"itemtype": family, "subtype": sub}
    stock |= {name: {"itemtype": kind} for kind, name in SINGLE.items()}
    vendors = sublist("itemVendor", "itemvendor", "item", "vendor purchasePrice preferredVendor vendorCode")
    for name, where in stock.items():
        needed = (
            ["itemid", "subsidiary"]
            if where["itemtype"] in (*FAMILIES, "InvtPart", "Assembly")
            else ["itemid"]
        )
        needed += ["incomeaccount"] if name.endswith(("SaleItem", "ResaleItem")) else []
        needed += ["expenseaccount"] if name.endswith(("PurchaseItem", "ResaleItem")) else []
        yield RecordType(
            name,
            "item",
            properties("item", ITEM),
            where=where,
            needed=tuple(needed),
            unique=("itemid",),
            sublists=_by_name(vendors),
        )


def _documents() -> Iterator[RecordType]:
    line = f"{BUY_ITEM} {TAXED}"
    expense = f"account=expenseaccount category memo {TAXED} customer isBillable"
    ordered = f"{line} quantityReceived=quantityshiprecv! quantityBilled=quantitybilled! customer"
    asked = f"""{LINE} item description=memo quantity~ estimatedRate=rate rate estimatedAmount=estimatedamount
        amount=estimatedamount poVendor expectedReceiptDate customer"""
    spent = f"""{LINE} account=expenseaccount category memo estimatedAmount=estimatedamount
        amount=estimatedamount poVendor"""
    bill = f"""{DOCUMENT} {STATUSES} account dueDate postingPeriod terms paymentHold deletionReason
        balance=foreignamountunpaid!"""
    kinds: tuple[tuple[str, str, str, dict[str, Sublist]], ...] = (
        ("vendorBill", "VendBill", bill, _lines(f"{line} {BILLED}", f"{expense} orderDoc orderLine")),
        (
            "invoice",
            "CustInvc",
            f"""{DOCUMENT} {STATUSES} account dueDate postingPeriod terms otherRefNum createdFrom deletionReason
            amountPaid=foreignamountpaid! amountRemaining=foreignamountunpaid!""",
            _lines(f"{line} {BILLED}", ""),
        ),
        (
            "purchaseOrder",
            "PurchOrd",
            f"""{DOCUMENT} {STATUSES} employee dueDate shipDate terms incoTerm createdFrom! supervisorApproval
            deletionReason""",
            _lines(ordered, expense),
        ),
        (
            "purchaseRequisition",
            "PurchReq",
            f"{DOCUMENT} {STATUSES} dueDate deletionReason",
            _lines(asked, spent),
        ),
        (
            "itemReceipt",
            "ItemRcpt",
            f"{DOCUMENT} createdFrom postingPeriod",
            _lines(f"{line} orderDoc orderLine", ""),
        ),
        ("vendorPayment", "VendPymt", f"{DOCUMENT} {STATUSES} account postingPeriod", {}),
        ("customerPayment", "CustPymt", f"{DOCUMENT} account postingPeriod", {}),
    )
    for name, type_, words, lists in kinds:
        totals = ("status", "total", "subtotal", "taxTotal", "userTotal")
        more = {
            "PurchOrd": ("orderStatus",),
            "PurchReq": ("estimatedTotal",),
            "VendPymt": ("apply",),
            "CustPymt": ("apply",),
        }
        yield RecordType(
            name,
            "transaction",
            properties("transaction", words),
            where={"type": type_},
            needed=("entity",),
            sublists=lists,
            computed=(*totals, *more.get(type_, ())),
            subrecords=ADDRESSED,
        )


TYPES: Mapping[str, RecordType] = {
    one.path: one for make in (_entities, _set_up, _items, _documents) for one in make()
}
ITEM_TYPES = tuple(one for one in TYPES.values() if one.table == "item")
OF_TABLE = {one.table: one for one in TYPES.values() if not one.where}
DOCUMENT_TYPES = {str(one.where["type"]): one for one in TYPES.values() if one.document}

assert all(one.table in TABLES for one in TYPES.values())  # noqa: S101
