"""The records of the unified model `user-directory`, field by field in the order of an answer."""

from typing import Annotated

from schemas.enums import GroupType, UserStatus
from schemas.fields import (
    CreatedAt,
    CustomFields,
    Id,
    RemoteData,
    Shape,
    Text,
    Time,
    UpdatedAt,
    create_only,
    editable,
    read_only,
)
from schemas.shapes import License, NamedRef, Phone, Url, UserEmail, UserGroup, UserRole


class User(Shape):
    """A login of the system."""

    id: Id
    external_id: Annotated[Text, editable("The id given by a provisioning system.")] = None
    identifiers: Annotated[dict[str, str] | None, editable("Further ids by kind.")] = None
    name: Annotated[Text, read_only("Full name.")] = None
    first_name: Annotated[Text, editable("Given name.")] = None
    last_name: Annotated[Text, editable("Family name.")] = None
    title: Annotated[Text, editable("Job title.")] = None
    username: Annotated[Text, editable("Login name.", required=True)] = None
    emails: Annotated[list[UserEmail] | None, editable("E-mail addresses.", required=True)] = None
    phones: Annotated[list[Phone] | None, editable("Telephone numbers.")] = None
    status: Annotated[UserStatus | None, editable("Whether the login works.")] = None
    is_email_verified: Annotated[bool | None, read_only("Whether the e-mail address has been confirmed.")] = (
        None
    )
    is_2fa_enabled: Annotated[bool | None, read_only("Whether signing in takes a second factor.")] = None
    user_type: Annotated[Text, editable("The vendor's kind of user, as the vendor writes it.")] = None
    roles: Annotated[list[UserRole] | None, editable("Roles held; an update replaces the set.")] = None
    groups: Annotated[list[UserGroup] | None, editable("Groups joined; an update replaces the set.")] = None
    organizations: Annotated[list[NamedRef] | None, read_only("Organizations that the user belongs to.")] = (
        None
    )
    workspaces: Annotated[list[NamedRef] | None, read_only("Workspaces that the user belongs to.")] = None
    licenses: Annotated[list[License] | None, read_only("Licences that the user has been given.")] = None
    avatar: Annotated[Text, editable("URL of a picture.")] = None
    timezone: Annotated[Text, editable("IANA name where known.")] = None
    bio: Annotated[Text, editable("What the user says about themselves.")] = None
    languages: Annotated[list[str] | None, editable("Language tags.")] = None
    urls: Annotated[list[Url] | None, editable("Web addresses.")] = None
    last_active_at: Annotated[Time | None, read_only("When the user last did something.")] = None
    last_login_at: Annotated[Time | None, read_only("When the user last signed in.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Group(Shape):
    """A set of users."""

    id: Id
    name: Annotated[Text, editable("The group's name.", required=True)] = None
    description: Annotated[Text, editable("What the group is for.")] = None
    organization: Annotated[Text, create_only("Id of the organization that the group belongs to.")] = None
    group_type: Annotated[GroupType | None, create_only("The kind of group.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData


class Role(Shape):
    """A set of permissions that users can be given."""

    id: Id
    name: Annotated[Text, editable("The role's name.", required=True)] = None
    description: Annotated[Text, editable("What the role permits.")] = None
    created_at: CreatedAt = None
    updated_at: UpdatedAt = None
    custom_fields: CustomFields
    remote_data: RemoteData
