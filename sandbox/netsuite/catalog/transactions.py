"""The tables that all transactions share: headers, lines, postings, links and addresses."""

from sandbox.netsuite.catalog.columns import table
from sandbox.netsuite.catalog.entities import ADDRESS

LINK = """previousdoc:transaction previousline:num previoustype nextdoc:transaction nextline:num nexttype linktype
    foreignamount:num lastmodifieddate:time"""

TRANSACTIONS = (
    table(
        "transaction",
        """id tranid transactionnumber trandisplayname type:list.trantype recordtype abbrevtype entity:entity
        employee:employee currency:currency exchangerate:num foreigntotal:num foreignamountpaid:num
        foreignamountunpaid:num taxtotal:num memo trandate:date duedate:date closedate:date shipdate:date
        postingperiod:accountingperiod posting:flag status:list.status approvalstatus:list.approvalstatus
        billingstatus:flag nextapprover:employee terms:term incoterm:list.incoterm otherrefnum billingaddress:num
        shippingaddress:num source externalid createddate:time createdby:employee lastmodifieddate:time
        lastmodifiedby:employee voided:flag void:flag email -subsidiary:subsidiary -department:department
        -class:classification -location:location -account:account -paymenthold:flag -supervisorapproval:flag
        -createdfrom:transaction -deletionreason
        custbody_note custbody_contract:list.customlist_contract custbody_rush:flag custbody_approved_on:date
        custbody9 cseg_region:customrecord_cseg_region""",
        shown="trandisplayname",
    ),
    table(
        "transactionline",
        """transaction:transaction id uniquekey:num linesequencenumber:num mainline:flag taxline:flag iscogs:flag
        donotdisplayline:flag accountinglinetype hascostline:flag item:item itemtype:list.itemtype quantity:num
        quantitybilled:num quantityshiprecv:num rate:num foreignamount:num netamount:num estimatedamount:num
        taxamount:num expenseaccount:account category:expensecategory entity:entity department:department
        class:classification location:location subsidiary:subsidiary memo units createdfrom:transaction
        isclosed:flag isbillable:flag closedate:date expectedreceiptdate:date linelastmodifieddate:time
        -pricelevel:pricelevel -povendor:vendor -customer:customer -orderdoc:transaction -orderline:num
        custcol_cost_code custcol_starts:date custcol_billable_to:customer
        cseg_region:customrecord_cseg_region cseg_channel:customrecord_cseg_channel""",
    ),
    table(
        "transactionaccountingline",
        """transaction:transaction transactionline:num account:account accountingbook:accountingbook debit:num
        credit:num amount:num netamount:num amountpaid:num amountunpaid:num posting:flag exchangerate:num""",
    ),
    table("nexttransactionlinelink", LINK),
    table("previoustransactionlinelink", LINK, view="SELECT * FROM nexttransactionlinelink"),
    table("transactionbillingaddress", ADDRESS),
    table("transactionshippingaddress", ADDRESS),
)
