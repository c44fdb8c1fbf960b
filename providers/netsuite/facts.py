"""What an account of NetSuite is asked for once: its zone, its base currency, its own fields and segments."""

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from providers.companions import Fact
from providers.netsuite.dialect import SUITEQL
from providers.queries import OwnField
from providers.values import text

Rows = list[dict[str, Any]]
OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):00")
TABLES = frozenset(
    {"account", "classification", "customer", "department", "employee", "item"}
    | {"location", "subsidiary", "transaction", "transactionline", "vendor"}
)
HALVES = {  # zones of parts of hours that keep one time all the year
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+09:30": "Australia/Darwin",
}
USUAL = "America/Los_Angeles"  # where NetSuite keeps time unless somebody has chosen otherwise


def _zone(rows: Rows) -> str:
    """The one value of the one row: its name is not always the one that was asked for."""
    values = [value for row in rows for name, value in row.items() if name != "links"]
    name = text(values[0]) if values else None
    if name and (found := OFFSET.fullmatch(name)):
        return f"Etc/GMT{'-' if found[1] == '+' else '+'}{int(found[2])}"
    try:
        return ZoneInfo(HALVES.get(name or "", name or USUAL)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return USUAL


def _currency(rows: Rows) -> str | None:
    """None where subsidiaries have several."""
    codes = {code for row in rows if (code := text(row.get("symbol")))}
    return codes.pop() if len(codes) == 1 else None


def _fields(rows: Rows) -> dict[str, OwnField]:
    """By script id; older pages print ids in upper case."""
    found = ((text(row.get("scriptid")), row) for row in rows)
    return {
        name.lower(): OwnField(text(row.get("fieldvaluetype")) or "", _tables(row))
        for name, row in found
        if name
    }


def _tables(row: dict[str, Any]) -> frozenset[str]:
    """The tables that a field is on, as far as the words that say so are understood; custom records are told apart.

    What is said of a column of lines names the transactions that it is for.
    """
    if str(row.get("scriptid")).lower().startswith("custcol"):
        return frozenset({"transactionline"})
    words = re.findall("[a-z_][a-z0-9_]*", str(row.get("recordtype")).lower())
    found = frozenset({"class": "classification"}.get(word, word) for word in words)
    return found & TABLES | {word for word in found if word.startswith("customrecord")}


def _segments(rows: Rows) -> dict[str, OwnField]:
    return _fields([row for row in rows if row.get("isinactive") not in ("T", True)])


FACTS = (
    Fact("time_zone", SUITEQL, "SELECT SESSIONTIMEZONE AS timezone FROM DUAL", _zone, USUAL),
    Fact(
        "base_currency",
        SUITEQL,
        "SELECT id, symbol FROM currency WHERE isbasecurrency = 'T' ORDER BY id",
        _currency,
    ),
    Fact(
        "global_custom_fields",
        SUITEQL,
        "SELECT scriptid, fieldvaluetype, recordtype FROM customfield ORDER BY scriptid",
        _fields,
        {},
    ),
    Fact(
        "custom_segments",
        SUITEQL,
        "SELECT scriptid, name, recordtype, isinactive FROM customsegment ORDER BY scriptid",
        _segments,
        {},
    ),
)
