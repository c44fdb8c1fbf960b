"""The objects that several unified records carry: addresses, references to other records, document lines."""

from typing import Annotated, Any

from pydantic import Field

from schemas.enums import ContactType, ParentType, Standing
from schemas.fields import Number, Shape, Text, Time, editable, member, read_only

RefId = Annotated[str, Field(min_length=1)]


class Email(Shape):
    """An e-mail address of a contact or an employee."""

    email: Annotated[Text, member("The address.")] = None
    type: Annotated[Text, member("What it is used for.")] = None


class Phone(Shape):
    """A telephone number."""

    number: Annotated[
        Text, member("The number, without the extension where the vendor keeps the two apart.")
    ] = None
    extension: Annotated[Text, member("The extension.")] = None
    type: Annotated[Text, member("What it is used for: work, mobile, fax.")] = None


class Address(Shape):
    """A postal address."""

    street_1: Annotated[Text, member("First line of the street address.")] = None
    street_2: Annotated[Text, member("Second line of the street address.")] = None
    city: Annotated[Text, member("City or town.")] = None
    state: Annotated[Text, member("State, province or region.")] = None
    country: Annotated[Text, member("ISO 3166-1 alpha-2 where the vendor has a code, else its text.")] = None
    postal_code: Annotated[Text, member("Postal or ZIP code.")] = None
    type: Annotated[Text, member("What it is used for.")] = None


class _Numbered(Shape):
    id: Annotated[Text, member("The address's id at the vendor.")] = None


class ContactAddress(Address, _Numbered):
    """An address of a contact: the only kind with an `id`, which comes first."""


class ContactRef(Shape):
    """A reference to a contact; on write only `id` is read."""

    id: Annotated[RefId, member("Id of a contact.")]
    name: Annotated[Text, member("The contact's display name.")] = None
    type: Annotated[ContactType | None, member("`vendor` or `customer`.")] = None


class EmployeeRef(Shape):
    """A reference to an employee; on write only `id` is read."""

    id: Annotated[RefId, member("Id of an employee.")]
    name: Annotated[Text, member("The person's full name.")] = None
    email: Annotated[Text, member("The person's e-mail address.")] = None


class ParentRef(Shape):
    """The document that something belongs to."""

    type: Annotated[ParentType, member("The resource that the document is of.")]
    id: Annotated[RefId, member("The document's id.")]


class TrackingRef(Shape):
    """An option of a tracking category, as a document or a line is tagged with it."""

    id: Annotated[Text, member("Id of the tracking category.")] = None
    name: Annotated[Text, member("Name of the tracking category.")] = None
    option: Annotated[Text, member("Name of the option chosen; on write matched exactly.")] = None
    option_id: Annotated[Text, member("Id of the option chosen; on write it wins over `option`.")] = None


class TrackingOption(Shape):
    """One of the choices that a tracking category offers."""

    id: Annotated[Text, member("The option's id.")] = None
    name: Annotated[Text, member("The option's name.")] = None
    status: Annotated[Standing | None, member("Whether the option can still be chosen.")] = None


class LineItem(Shape):
    """A line of an invoice, a purchase order or a requisition."""

    id: Annotated[Text, read_only("The line's id at the vendor.")] = None
    name: Annotated[Text, editable("A short label, where the vendor has one beside the description.")] = None
    description: Annotated[Text, editable("What the line is for.")] = None
    item: Annotated[Text, editable("Id of an item.")] = None
    account: Annotated[Text, editable("Id of an account; null on a line split over several.")] = None
    quantity: Annotated[Number | None, editable("Units; null on lines that are amounts only.")] = None
    unit_price: Annotated[Number | None, editable("Price of one unit, before tax.")] = None
    total_line_amount: Annotated[
        Number | None, editable("The line's total before tax; written on amount lines only.")
    ] = None
    tax_rate: Annotated[Text, editable("Id of a tax rate or tax code.")] = None
    currency: Annotated[Text, editable("ISO 4217 code of the line, else of the document.")] = None
    exchange_rate: Annotated[
        Number | None, read_only("An amount in `currency` times this is in the company's own currency.")
    ] = None
    type: Annotated[Text, editable("The vendor's kind of line, as the vendor writes it.")] = None
    tracking_categories: Annotated[
        list[TrackingRef] | None, editable("The options that the line is tagged with.")
    ] = None


class WrittenLine(LineItem):
    """A line as clients write it: with vendor members of its own, and the mark that takes it away."""

    remote_data: Annotated[
        dict[str, Any] | None,
        member("Members of the line in the vendor's own names, merged over the mapped ones."),
    ] = None
    delete: Annotated[bool | None, Field(alias="_delete", description="Removes the line.")] = None


class UserEmail(Shape):
    """An e-mail address of a user."""

    email: Annotated[Text, member("The address.")] = None
    type: Annotated[Text, member("What it is used for.")] = None
    is_primary: Annotated[bool | None, member("Whether it is the one the system writes to.")] = None


class UserRole(Shape):
    """A role that a user holds, and where it holds."""

    id: Annotated[Text, member("Id of a role.")] = None
    name: Annotated[Text, member("The role's name.")] = None
    group: Annotated[Text, member("Id of the group that the role is limited to.")] = None
    organization: Annotated[Text, member("Id of the organization that the role is limited to.")] = None
    workspace: Annotated[Text, member("Id of the workspace that the role is limited to.")] = None


class UserGroup(Shape):
    """A group that a user belongs to."""

    id: Annotated[Text, member("Id of a group.")] = None
    name: Annotated[Text, member("The group's name.")] = None
    organization: Annotated[Text, member("Id of the organization that the group belongs to.")] = None


class NamedRef(Shape):
    """An organization or a workspace that a user belongs to."""

    id: Annotated[Text, member("Its id at the vendor.")] = None
    name: Annotated[Text, member("Its name.")] = None


class License(Shape):
    """A licence that a user has been given."""

    id: Annotated[Text, member("The licence's id.")] = None
    name: Annotated[Text, member("What the licence is for.")] = None
    organization: Annotated[Text, member("Id of the organization that the licence belongs to.")] = None
    last_active_at: Annotated[Time | None, member("When the user last made use of it.")] = None


class Url(Shape):
    """A web address of a user."""

    url: Annotated[Text, member("The address.")] = None
    type: Annotated[Text, member("What is found there.")] = None
