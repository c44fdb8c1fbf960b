"""What the account is set up with: accounts, currencies, dimensions, items, prices, terms, definitions of fields."""

from sandbox.netsuite.catalog.columns import table

DIMENSION = """id name fullname parent:{0} subsidiary:*subsidiary includechildren:flag isinactive:flag externalid
    lastmodifieddate:time"""
NAMED = "id name isinactive:flag externalid lastmodifieddate:time"

LISTS = (
    table("dual", "dummy"),
    table(
        "account",
        """id acctnumber acctname fullname accountsearchdisplayname accountsearchdisplaynamecopy
        displaynamewithhierarchy accttype:list.accttype description parent:account currency:currency
        subsidiary:*subsidiary class:classification department:department location:location
        generalrate:list.consolidatedrate cashflowrate:list.consolidatedrate sspecacct issummary:flag
        isinactive:flag includechildren:flag eliminate:flag externalid lastmodifieddate:time -balance:num
        -sbankname -sbankroutingnumber custrecord_acct_owner""",
        shown="accountsearchdisplayname",
    ),
    table(
        "currency",
        """id name symbol displaysymbol currencyprecision:num exchangerate:num isbasecurrency:flag
        isinactive:flag lastmodifieddate:time externalid""",
        shown="name",
    ),
    table(
        "department",
        DIMENSION.format("department") + " custrecord_dept_manager:employee custrecord_dept_code",
        shown="fullname",
    ),
    table("classification", DIMENSION.format("classification") + " custrecord_class_code", shown="fullname"),
    table(
        "location",
        DIMENSION.format("location") + " mainaddress:num returnaddress:num locationtype custrecord_loc_code",
        shown="fullname",
    ),
    table(
        "subsidiary",
        """id name fullname parent:subsidiary currency:currency country:list.country isinactive:flag
        iselimination:flag legalname mainaddress:num externalid lastmodifieddate:time custrecord_sub_code""",
        shown="fullname",
    ),
    table(
        "customrecord_cseg_region",
        """id name parent:customrecord_cseg_region isinactive:flag externalid lastmodifieddate:time
        cseg_region_filterby_subsidiary:*subsidiary""",
        shown="name",
    ),
    table(
        "customrecord_cseg_channel",
        "id name parent:customrecord_cseg_channel isinactive:flag externalid lastmodifieddate:time",
        shown="name",
    ),
    table(
        "item",
        """id itemid fullname displayname description purchasedescription itemtype:list.itemtype subtype
        cost:num averagecost:num lastpurchaseprice:num totalquantityonhand:num expenseaccount:account
        incomeaccount:account assetaccount:account islotitem:flag isserialitem:flag unitstype:unitstype
        saleunit purchaseunit upccode vendorname parent:item class:classification department:department
        location:location subsidiary:*subsidiary includechildren:flag isinactive:flag externalid
        createddate:time lastmodifieddate:time -taxschedule:taxschedule -vendor:vendor
        custitem_color:list.customlist_color custitem_hazard:flag custitem_weight_kg:num
        cseg_channel:customrecord_cseg_channel""",
        shown="fullname",
    ),
    table("pricing", "internalid:num item:item pricelevel:pricelevel quantity:num saleunit unitprice:num"),
    table("pricelevel", NAMED, shown="name"),
    table("itemvendor", "item:item vendor:vendor purchaseprice:num preferredvendor:flag vendorcode"),
    table("inventoryitemlocations", "item:item location:location quantityavailable:num quantityonhand:num"),
    table("unitstype", NAMED, shown="name"),
    table("taxschedule", NAMED, shown="name"),
    table("salestaxitem", f"{NAMED} itemid rate:num", shown="name"),
    table("term", f"{NAMED} daysuntilnetdue:num", shown="name"),
    table("vendorcategory", NAMED, shown="name"),
    table("expensecategory", f"{NAMED} expenseacct:account", shown="name"),
    table(
        "accountingperiod",
        "id periodname startdate:date enddate:date closed:flag isinactive:flag lastmodifieddate:time",
        shown="periodname",
    ),
    table("accountingbook", f"{NAMED} isprimary:flag", shown="name"),
    table(
        "consolidatedexchangerate",
        "id fromcurrency:currency tocurrency:currency averagerate:num currentrate:num historicalrate:num",
    ),
    table("contact", f"{NAMED} entityid firstname lastname email phone company:entity", shown="entityid"),
    table("customfield", "internalid:num scriptid name fieldvaluetype fieldtype recordtype"),
    table("customsegment", "internalid:num scriptid name recordtype isinactive:flag"),
    table(
        "deletedrecord",
        """recordid:num recordtypeid:num scriptid type name deletedby:employee deleteddate:time context
        iscustomrecord:flag iscustomlist:flag iscustomtransaction:flag""",
    ),
    table("transactionstatus", "id:text name fullname trantype"),
)
