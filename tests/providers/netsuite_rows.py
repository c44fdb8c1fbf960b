"""Rows as SuiteQL hands them out, for tests of single rules: texts throughout, keys without a value left out."""

from typing import Any

from providers.local_time import Tenant
from providers.netsuite import NETSUITE
from providers.queries import OwnField
from schemas.unified import MODELS

Record = dict[str, Any]


def mapped(
    resource: str,
    row: Record,
    own: dict[str, OwnField] | None = None,
    tenant: Tenant | None = None,
    at: int = 0,
) -> Record:
    """The unified record, checked against its model; `own`: the tenant's own fields."""
    table = NETSUITE.resources[resource].sources[at].fields
    record = table(row, own or {}, tenant or Tenant())
    model, name = resource.split("/")
    MODELS[model].resources[name].record.model_validate(record)
    return record


def bill(**more: Any) -> Record:
    return {"id": "230", "type": "VendBill", "status": "A", "foreigntotal": "-119", "lines": [], **more}


def line(**more: Any) -> Record:
    return {"id": "1", "uniquekey": "901", "transaction": "230", "taxline": "F", **more}
