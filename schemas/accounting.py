"""The records of the unified model `accounting`, field by field in the order of an answer."""

from typing import Annotated

from schemas.enums import (
    AccountClassification,
    AccountStatus,
    AccountType,
    AttachmentType,
    CategoryType,
    ContactType,
    InvoiceStatus,
    InvoiceType,
    PurchaseOrderStatus,
    RequisitionStatus,
    Standing,
)
from schemas.fields import (
    CreatedAt,
    CustomFields,
    Date,
    Id,
    Number,
    RemoteData,
    Shape,
    Text,
    UpdatedAt,
    create_only,
    editable,
    read_only,
)
from schemas.shapes import (
    Address,
    ContactAddress,
    ContactRef,
    Email,
    EmployeeRef,
    LineItem,
    ParentRef,
    Phone,
    TrackingOption,
    TrackingRef,
)

COMPANY = "Id of the legal entity or chart that owns the record."
CURRENCY = "ISO 4217 code."
ETAG = "Opaque version of the record; sent as `If-Match` it guards a write."
EXCHANGE_RATE = "An amount in `currency` times this is the amount in the company's own currency."
LINES = "The document's lines."
TAGS = "The options that the whole document is tagged with."


class Account(Shape):
    """A ledger account or a bank account."""

    id: Id
    name: Annotated[str, editable("The account's name.", required=True)]
    description: Annotated[Text, editable("What is booked on the account.")] = None
    account_number: Annotated[
        Text, editable("Code in the chart of accounts; of a bank account the bank's number.")
    ] = None
    classification: Annotated[
        AccountClassification | None, editable("The side of the books it belongs to.")
    ] = None
    type: Annotated[AccountType | None, editable("The kind of account.")] = None
    status: Annotated[AccountStatus | None, editable("Whether it is in use.")] = None
    current_balance: Annotated[Number | None, read_only("What the account holds now.")] = None
    currency: Annotated[Text, editable(CURRENCY)] = None
    parent_account: Annotated[Text, editable("Id of the account above.")] = None
    company: Annotated[Text, editable(COMPANY)] = None
    etag: Annotated[Text, read_only(ETAG)] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Attachment(Shape):
    """A file, a text or a link that is kept with a document."""

    id: Id
    name: Annotated[Text, create_only("The file's name.")] = None
    type: Annotated[AttachmentType | None, create_only("What it is.", required=True)] = None
    parent: Annotated[ParentRef | None, create_only("The document that it is kept with.", required=True)] = (
        None
    )
    content_type: Annotated[Text, create_only("The file's media type.")] = None
    size: Annotated[Number | None, read_only("The file's size in bytes.")] = None
    content: Annotated[
        Text,
        create_only("The file in Base64. Null on records: the method `download` answers with the bytes."),
    ] = None
    url: Annotated[Text, create_only("The link.")] = None
    text: Annotated[Text, create_only("The text.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Contact(Shape):
    """A supplier that the company buys from, or a customer that it sells to."""

    id: Id
    name: Annotated[Text, editable("The display name.", required=True)] = None
    type: Annotated[
        ContactType,
        create_only(
            "`vendor` or `customer`; may be left out where the provider has only one.", required=True
        ),
    ]
    status: Annotated[Standing | None, editable("Whether the company still deals with it.")] = None
    tax_number: Annotated[Text, editable("Tax registration number.")] = None
    currency: Annotated[Text, editable(CURRENCY)] = None
    company: Annotated[Text, editable(COMPANY)] = None
    emails: Annotated[list[Email] | None, editable("E-mail addresses, the primary one first.")] = None
    phones: Annotated[list[Phone] | None, editable("Telephone numbers, the primary one first.")] = None
    addresses: Annotated[
        list[ContactAddress] | None, editable("Postal addresses, each once, the primary one first.")
    ] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Currency(Shape):
    """A currency that the company deals in."""

    id: Id
    code: Annotated[Text, create_only(CURRENCY, required=True)] = None
    name: Annotated[Text, editable("The currency's name.")] = None
    status: Annotated[Standing | None, editable("Whether it can be used on new documents.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Employee(Shape):
    """A person of the company, as buyer, requester or approver."""

    id: Id
    name: Annotated[Text, read_only("Full name.")] = None
    first_name: Annotated[Text, editable("Given name.", required=True)] = None
    last_name: Annotated[Text, editable("Family name.", required=True)] = None
    emails: Annotated[list[Email] | None, editable("E-mail addresses.")] = None
    phones: Annotated[list[Phone] | None, editable("Telephone numbers.")] = None
    addresses: Annotated[list[Address] | None, editable("Postal addresses, without ids.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Invoice(Shape):
    """A bill received from a supplier or an invoice sent to a customer."""

    id: Id
    type: Annotated[
        InvoiceType,
        create_only("`bill` or `invoice`; another document of the vendor's list has the vendor's raw value."),
    ]
    number: Annotated[Text, editable("The number printed on the document.", required=True)] = None
    contact: Annotated[
        ContactRef | None, editable("The supplier of a bill, the customer of an invoice.", required=True)
    ] = None
    status: Annotated[InvoiceStatus | None, create_only("Where the document stands.")] = None
    issue_date: Annotated[Date | None, editable("The date printed on the document.")] = None
    due_date: Annotated[Date | None, editable("The day by which it is to be paid.")] = None
    paid_on_date: Annotated[Date | None, read_only("The day on which it was paid.")] = None
    currency: Annotated[Text, editable(CURRENCY)] = None
    exchange_rate: Annotated[Number | None, read_only(EXCHANGE_RATE)] = None
    line_items: Annotated[list[LineItem] | None, editable(LINES, required=True)] = None
    sub_total: Annotated[
        Number | None, read_only("The lines before tax and before a discount on the document.")
    ] = None
    total_discount: Annotated[Number | None, editable("Discount on the whole document.")] = None
    total_tax_amount: Annotated[Number | None, editable("Tax on the whole document.")] = None
    total_amount: Annotated[Number | None, read_only("All that is to be paid, tax included.")] = None
    balance: Annotated[Number | None, read_only("What is still to be paid.")] = None
    payments: Annotated[list[str] | None, read_only("Ids of the payments made.")] = None
    memo: Annotated[Text, editable("Private note.")] = None
    company: Annotated[Text, editable(COMPANY)] = None
    tracking_categories: Annotated[list[TrackingRef] | None, editable(TAGS)] = None
    etag: Annotated[Text, read_only(ETAG)] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Item(Shape):
    """A good or service that is bought or sold; lists may lack fields that reading one item has."""

    id: Id
    name: Annotated[Text, editable("The item's name.", required=True)] = None
    description: Annotated[Text, editable("What it is.")] = None
    status: Annotated[Standing | None, editable("Whether it can be used on new documents.")] = None
    quantity: Annotated[Number | None, read_only("Units on hand.")] = None
    unit_price: Annotated[Number | None, editable("Price at which one unit is sold.")] = None
    purchase_price: Annotated[Number | None, editable("Price at which one unit is bought.")] = None
    purchase_account: Annotated[Text, editable("Id of the account that purchases are booked on.")] = None
    sales_account: Annotated[Text, editable("Id of the account that sales are booked on.")] = None
    asset_account: Annotated[Text, editable("Id of the account that stock is booked on.")] = None
    company: Annotated[Text, editable(COMPANY)] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class PurchaseOrder(Shape):
    """An order placed with a supplier."""

    id: Id
    number: Annotated[Text, create_only("The number that people use.")] = None
    status: Annotated[PurchaseOrderStatus | None, create_only("Where the document stands.")] = None
    vendor: Annotated[Text, editable("Id of the contact that it was ordered from.")] = None
    customer: Annotated[Text, editable("Id of the contact that it was ordered for.")] = None
    employee: Annotated[
        EmployeeRef | None, editable("The person the document belongs to: its buyer, else its requester.")
    ] = None
    requested_by: Annotated[EmployeeRef | None, editable("Who asked for the goods.")] = None
    approver: Annotated[
        EmployeeRef | None, read_only("Whose approval is pending, else who approved last.")
    ] = None
    issue_date: Annotated[Date | None, editable("The day on which it was issued.")] = None
    delivery_date: Annotated[Date | None, editable("The day on which the goods are wanted.")] = None
    delivery_address: Annotated[Text, editable("Where the goods go, in one line of text.")] = None
    currency: Annotated[Text, create_only(CURRENCY)] = None
    exchange_rate: Annotated[Number | None, read_only(EXCHANGE_RATE)] = None
    line_items: Annotated[list[LineItem] | None, editable(LINES, required=True)] = None
    total_amount: Annotated[
        Number | None, read_only("The total as the vendor states it, else the sum of the lines.")
    ] = None
    memo: Annotated[Text, editable("Private note.")] = None
    tracking_categories: Annotated[list[TrackingRef] | None, editable(TAGS)] = None
    etag: Annotated[Text, read_only(ETAG)] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class PurchaseOrderRequisition(PurchaseOrder):
    """A request for goods or services from which orders are made."""

    status: Annotated[
        RequisitionStatus | None,
        create_only("Where the document stands; `billed`: an order has been made of it."),
    ] = None
    vendor: Annotated[Text, editable("Id of the supplier; null when the lines go to several.")] = None
    requested_by: Annotated[
        EmployeeRef | None,
        create_only(
            "Who asks for the goods; may be left out where the vendor takes the caller's own user.",
            required=True,
        ),
    ] = None


class TrackingCategory(Shape):
    """A dimension for tagging documents and lines: department, class, location, project, account segment."""

    id: Id
    name: Annotated[Text, editable("The dimension's name.", required=True)] = None
    category_type: Annotated[
        CategoryType | None,
        create_only("`class`, `department`, `location`, or the vendor's raw kind."),
    ] = None
    status: Annotated[Standing | None, editable("Whether it is in use.")] = None
    parent_category: Annotated[Text, editable("Id of the dimension above.")] = None
    company: Annotated[Text, editable(COMPANY)] = None
    options: Annotated[list[TrackingOption] | None, editable("The choices that it offers.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData
