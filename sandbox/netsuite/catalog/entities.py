"""Vendors, customers, employees, their addresses and subsidiaries, groups, roles and the log of logins."""

from sandbox.netsuite.catalog.columns import table

PERSON = "entityid altname isperson:flag firstname middlename lastname title email altemail phone altphone"
PHONES = "mobilephone homephone fax url"
LEDGER = """category:vendorcategory currency:currency terms:term balance:num unbilledorders:num creditlimit:num
    defaultbillingaddress:num defaultshippingaddress:num giveaccess:flag isinactive:flag datecreated:time
    lastmodifieddate:time externalid comments subsidiary:subsidiary"""
CUSTOM = """custentity_tier:list.customlist_tier custentity_risk:num custentity_onboarded:date
    custentity_channels:*list.customlist_channels custentity_note custentity_checked:flag
    cseg_region:customrecord_cseg_region"""
ADDRESS = (
    "nkey:num addr1 addr2 addr3 addressee attention city state zip country:list.country addrphone addrtext"
)
BOOK = "internalid:num entity:{0} addressbookaddress:num defaultbilling:flag defaultshipping:flag label"
LINK = "id entity:{0} subsidiary:subsidiary isprimarysub:flag balance:num"

ENTITIES = (
    table(
        "vendor",
        f"""id {PERSON} {PHONES} {LEDGER} companyname fullname legalname expenseaccount:account
        payablesaccount:account balanceprimary:num accountnumber is1099eligible:flag -taxidnum -vatregnumber
        {CUSTOM}""",
        shown="entityid",
        numbers="entity",
    ),
    table(
        "customer",
        f"""id {PERSON} {PHONES} {LEDGER} companyname fullname parent:customer toplevelparent:customer
        entitystatus:list.entitystatus receivablesaccount:account salesrep:employee pricelevel:pricelevel
        searchstage balancesearch:num overduebalancesearch:num -overduebalance:num -depositbalance:num
        -vatregnumber -resalenumber {CUSTOM}""",
        shown="entityid",
        numbers="entity",
    ),
    table(
        "employee",
        """id entityid -altname firstname middlename lastname email phone mobilephone -officephone -homephone title
        department:department class:classification location:location subsidiary:subsidiary supervisor:employee
        approver:employee employeetype:list.employeetype employeestatus:list.employeestatus hiredate:date
        releasedate:date giveaccess:flag isinactive:flag rolesforsearch:*role issalesrep:flag
        purchaseorderlimit:num purchaseorderapprovallimit:num expenselimit:num currency:currency
        datecreated:time lastmodifieddate:time externalid comments -isperson:flag
        custentity_tier:list.customlist_tier custentity_note custentity_checked:flag""",
        shown="entityid",
        numbers="entity",
    ),
    table(
        "entity",
        "id type entityid altname firstname lastname isperson:flag parent:customer isinactive:flag",
        shown="entityid",
        view="""SELECT id, 'Vendor' AS type, entityid, altname, firstname, lastname, isperson, NULL AS parent,
            isinactive FROM vendor
        UNION ALL SELECT id, 'CustJob', entityid, altname, firstname, lastname, isperson, parent, isinactive
            FROM customer WHERE id NOT IN (SELECT id FROM vendor)
        UNION ALL SELECT id, 'Employee', entityid, altname, firstname, lastname, 'T', NULL, isinactive
            FROM employee WHERE id NOT IN (SELECT id FROM vendor) AND id NOT IN (SELECT id FROM customer)""",
    ),
    table("vendorsubsidiaryrelationship", LINK.format("vendor")),
    table("customersubsidiaryrelationship", LINK.format("customer")),
    *(table(f"{who}addressbook", BOOK.format(who)) for who in ("vendor", "customer", "employee")),
    *(table(f"{who}addressbookentityaddress", ADDRESS) for who in ("vendor", "customer", "employee")),
    table(
        "entitygroup",
        """id groupname grouptype groupowner:employee email comments issalesrep:flag issupportrep:flag
        isfunctionalteam:flag isproductteam:flag isinactive:flag isprivate:flag isdynamic:flag savedsearch
        subsidiary:subsidiary lastmodifieddate:time externalid""",
        shown="groupname",
    ),
    table(
        "entitygroupmember",
        "group:entitygroup employeemember:employee name contribution:num isinactive:flag",
    ),
    table(
        "role",
        """id name scriptid isinactive:flag centertype issalesrole:flag iswebserviceonlyrole:flag
        subsidiaryoption""",
        shown="name",
    ),
    table("rolepermissions", "role:role permkey name permlevel:num"),
    table("employeerolesforsearch", "entity:employee role:role"),
    table("loginaudit", "internalid:num user:employee role:role date:time status emailaddress"),
)
