"""What a batch looks like, read as strictly as any body."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from schemas.errors import InvalidRequest
from schemas.unified import MODELS

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLAIN = ("list", "get", "create", "update", "delete")
METHOD = re.compile(r"[a-z][a-z0-9_-]{0,99}")


class Entry(BaseModel):
    """One of a batch's resources; `id`, `query` and `body` may hold templates."""

    resource: str = Field(
        min_length=1, max_length=2000, description="`model/resource`, or a path of the vendor's API"
    )
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The key in the answer; by default the resource",
    )
    method: str = Field(description="A unified method, or an HTTP verb in capitals")
    id: str | int | None = None
    query: dict[str, Any] = Field(default_factory=dict)
    body: Any = None
    depends_on: list[str] = Field(default_factory=list)
    loop_on: str | None = Field(
        default=None, max_length=1000, description="A path to a list: one call per element"
    )
    persist: bool = Field(default=True, description="Whether the result is in the answer")
    response_format: Literal["unified", "raw", "normalized"] = "unified"

    @field_validator("depends_on", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("loop_on")
    @classmethod
    def _bare(cls, given: str | None) -> str | None:
        return given.removeprefix("{{").removesuffix("}}").strip() if given else given

    @field_validator("method")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in VERBS and not METHOD.fullmatch(given):
            raise ValueError(f"must be a method such as list or create, or one of {', '.join(VERBS)}")
        return given

    @property
    def key(self) -> str:
        return self.name or self.resource

    @property
    def spoken(self) -> str:
        """As templates name it."""
        return self.key.replace("/", ".")

    @property
    def is_unified(self) -> bool:
        return self.resource.split("/")[0] in MODELS

    @property
    def is_list(self) -> bool:
        return self.method == "list" or (self.method == "GET" and not self.is_unified and self.id is None)


class BatchForm(BaseModel):
    """A batch: `args` are for its templates."""

    integrated_account_id: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    resources: list[Entry] = Field(min_length=1, max_length=1000)


def check(form: BatchForm) -> None:
    """Raises one `InvalidRequest` with all that the entries' own rules do not see."""
    failures = [{"field": field, "message": message} for field, message in _faults(form.resources)]
    if failures:
        raise InvalidRequest("The batch is not as expected.", failures=failures)


def _faults(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for place, entry in enumerate(entries):
        if entry.spoken in names:
            yield f"resources.{place}.name", "is the name of another entry, too: give it one of its own"
        names.add(entry.spoken)
        if entry.is_unified and entry.resource.count("/") != 1:
            yield f"resources.{place}.resource", "must be model/resource"
        if entry.is_unified and entry.method in VERBS:
            yield f"resources.{place}.method", "must be a unified method here, such as list or create"
        if not entry.is_unified and entry.method not in (*VERBS, *PLAIN):
            yield (
                f"resources.{place}.method",
                f"must be one of {', '.join((*PLAIN, *VERBS))} on a vendor's path",
            )
        if entry.method in ("list", "create") and entry.id is not None:
            yield f"resources.{place}.id", f"has no meaning for {entry.method}"
        if entry.method in ("get", "update", "delete") and entry.id is None and not _names_record(entry):
            yield f"resources.{place}.id", "is missing"


def _names_record(entry: Entry) -> bool:
    """An update may have its id in the body, and a vendor's path may end in one."""
    return not entry.is_unified or (isinstance(entry.body, dict) and "id" in entry.body)
