"""What a unified resource is: a record, and how lists of it are filtered and sorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from schemas.fields import Writes
from schemas.filters import Filter


@dataclass(frozen=True)
class UnifiedField:
    """A field of a record. `annotation` is its whole type, fit for a pydantic TypeAdapter."""

    name: str
    annotation: Any
    nullable: bool
    description: str
    writes: Writes

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Checks values of the field's type."""
        return TypeAdapter(self.annotation)


@dataclass(frozen=True, eq=False)
class UnifiedResource:
    """A kind of record. `partial_lists`: rows of a list may lack fields that `get` has."""

    model: str
    name: str
    label: str
    description: str
    record: type[BaseModel]
    filters: Mapping[str, Filter]
    sorts: tuple[str, ...] = ()
    partial_lists: bool = False

    @property
    def key(self) -> str:
        """`model/resource`, the name under which providers declare what they offer."""
        return f"{self.model}/{self.name}"

    def filter(self, name: str) -> Filter | None:
        """The filter of this name or alias."""
        return self.filters.get(name) or next((f for f in self.filters.values() if name in f.aliases), None)


@dataclass(frozen=True, eq=False)
class UnifiedModel:
    """A family of resources, reached under `/unified/{name}`."""

    name: str
    label: str
    resources: Mapping[str, UnifiedResource]


class _RecordSchema(GenerateJsonSchema):
    """Schemas without what says nothing to a client: titles and null defaults.

    Objects stay open, so that a field added to the model does not break clients that validate answers.
    """

    schema_dialect = "https://json-schema.org/draft/2020-12/schema"

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = super().model_schema(schema)
        written.pop("additionalProperties", None)
        written["required"] = list(written["properties"])
        return written


def _field(name: str, info: FieldInfo) -> UnifiedField:
    writes = info.json_schema_extra
    return UnifiedField(
        name,
        info.rebuild_annotation(),
        nullable=info.default is None,
        description=info.description or "",
        writes=writes if isinstance(writes, Writes) else Writes(),
    )


@cache
def fields(resource: UnifiedResource) -> tuple[UnifiedField, ...]:
    """The record's fields in the order in which they are answered."""
    return tuple(_field(name, info) for name, info in resource.record.model_fields.items())


@cache
def writable(resource: UnifiedResource, deed: Literal["create", "update"]) -> tuple[str, ...]:
    """Names of the fields that the body of a create or an update may hold."""
    return tuple(f.name for f in fields(resource) if getattr(f.writes, deed))


@cache
def required_on_create(resource: UnifiedResource) -> tuple[str, ...]:
    """Names of the fields that the body of a create must hold, unless the provider waives one."""
    return tuple(f.name for f in fields(resource) if f.writes.required)


def record_schema(resource: UnifiedResource) -> dict[str, Any]:
    """JSON Schema 2020-12 of a record as it is answered: every field, `remote_data` perhaps left out."""
    schema = resource.record.model_json_schema(mode="serialization", schema_generator=_RecordSchema)
    required = [name for name in schema["required"] if name != "remote_data"]
    return {"$schema": _RecordSchema.schema_dialect, **schema, "required": required}
