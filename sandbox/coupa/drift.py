"""The fault in which payloads change their shape from one release to the next."""

import zlib
from typing import Any

import orjson

KEPT = ("id", "created-at", "updated-at")


def drifted(body: bytes) -> bytes:
    """The same JSON with keys gone, null, empty or numbers instead of text, unknown keys and a new status word.

    Which key suffers what follows from its name, so that repeated calls agree.
    """
    value = orjson.loads(body)
    return orjson.dumps([_record(one) for one in value] if isinstance(value, list) else _record(value))


def _record(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    changed: dict[str, Any] = {}
    for key, value in record.items():
        if key in KEPT:
            changed[key] = value
        elif key == "status":
            changed[key] = "pending_new_release_step"
        else:
            _change(changed, key, value)
    changed["new-release-key"] = {"enabled": True}
    return changed


def _change(changed: dict[str, Any], key: str, value: Any) -> None:
    sort = zlib.crc32(key.encode()) % 8
    if sort == 0:
        return
    if sort == 1:
        changed[key] = None
    elif sort == 2:
        changed[key] = ""
    elif sort == 3 and isinstance(value, str) and value.replace(".", "", 1).isdigit():
        changed[key] = float(value)
    else:
        changed[key] = value
