"""What a field of a unified record is made of: the form of its value, and who may write it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Shape(BaseModel):
    """A JSON object of the contract: no coercion, no members beyond the named ones."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Writes:
    """Whether a client may write a field, and must on create. Pydantic calls it to mark the JSON Schema."""

    create: bool = False
    update: bool = False
    required: bool = False

    def __call__(self, schema: JsonDict) -> None:
        if not (self.create or self.update):
            schema["readOnly"] = True


def read_only(description: str) -> Any:
    """A field that clients read."""
    return Field(description=description, json_schema_extra=Writes())


def create_only(description: str, *, required: bool = False) -> Any:
    """A field that clients set on create and then only read."""
    return Field(description=description, json_schema_extra=Writes(create=True, required=required))


def editable(description: str, *, required: bool = False) -> Any:
    """A field that clients set on create and change later; `required` is about create."""
    return Field(
        description=description, json_schema_extra=Writes(create=True, update=True, required=required)
    )


def member(description: str) -> Any:
    """A member of a nested object, written along with the field that holds the object."""
    return Field(description=description)


@dataclass(frozen=True)
class Known:
    """An open enum: clients know these values, any other string may come from the vendor."""

    values: tuple[str, ...]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        string = handler(core)
        return {"anyOf": [string | {"enum": list(self.values)}, string]}


def _calendar_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _instant(text: str) -> str:
    datetime.fromisoformat(text)
    return text


# Stricter than `fromisoformat`, which also takes the basic forms of ISO 8601 and other offsets.
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
TIME_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"

Text = str | None
Date = Annotated[
    str, Field(pattern=DATE_PATTERN, json_schema_extra={"format": "date"}), AfterValidator(_calendar_day)
]
Time = Annotated[
    str, Field(pattern=TIME_PATTERN, json_schema_extra={"format": "date-time"}), AfterValidator(_instant)
]
Number = Annotated[float | int, WithJsonSchema({"type": "number"})]

# The fields that every resource has: `Id` opens a record, the others close it in this order.
Id = Annotated[str, Field(min_length=1), read_only("The record's id at the vendor, as the vendor writes it.")]
CreatedAt = Annotated[Time | None, read_only("When the vendor made the record.")]
UpdatedAt = Annotated[Time | None, read_only("When the vendor last changed the record.")]
CustomFields = Annotated[
    dict[str, Any],
    editable("The customer's own fields by the vendor's name: scalars, lists, `{id, name}` for references."),
    Field(default_factory=dict),
]
RemoteData = Annotated[
    dict[str, Any],
    read_only(
        "The vendor's whole record in the vendor's own names; absent with `truto_ignore_remote_data=true`."
    ),
    Field(default_factory=dict),
]
