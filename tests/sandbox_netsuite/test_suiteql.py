"""SuiteQL's language: what runs, what it means, and what is refused."""

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.statements import ask, reason, rows

pytestmark = pytest.mark.anyio

BILLS = """SELECT t.id, t.type, t.tranid, BUILTIN.DF(t.entity) AS entityname, c.symbol AS currencycode,
TO_CHAR(t.trandate,'YYYY-MM-DD') AS trandate, t.status, BUILTIN.DF(t.status) AS statusname,
BUILTIN.CF(t.status) AS "statusCode", t.foreigntotal, ml.subsidiary, BUILTIN.DF(ml.department) AS departmentname,
TO_CHAR(t.createddate,'YYYY-MM-DD HH24:MI:SS') AS createddate
FROM transaction t INNER JOIN transactionline ml ON ml.transaction = t.id AND ml.mainline = 'T'
LEFT JOIN currency c ON c.id = t.currency WHERE t.type IN ('VendBill','CustInvc') AND t.id > ? ORDER BY t.id"""
LINES = """SELECT tl.transaction, tl.id, tl.uniquekey, tl.taxline, tl.item, BUILTIN.DF(tl.item) AS itemname,
tl.quantity, tl.rate, tl.foreignamount, tl.expenseaccount FROM transactionline tl WHERE tl.transaction IN (?,?)
AND NVL(tl.mainline,'F') = 'F' AND NVL(tl.iscogs,'F') = 'F'
AND (tl.transaction > ? OR (tl.transaction = ? AND tl.id > ?)) ORDER BY tl.transaction, tl.id"""


async def test_headers_are_read_with_their_display_texts_and_dates(account: Account) -> None:
    found = await rows(account, BILLS, "0")
    assert len(found) > 240
    first = found[0]
    assert first["statuscode"] == f"{first['type']}:{first['status']}"
    assert (
        first["statusname"].partition(" : ")[0] == {"VendBill": "Bill", "CustInvc": "Invoice"}[first["type"]]
    )
    assert all(len(one["trandate"]) == 10 and len(one["createddate"]) == 19 for one in found)
    assert all(float(one["foreigntotal"]) <= 389.43 for one in found if one["type"] == "VendBill")
    assert all(float(one["foreigntotal"]) > 0 for one in found if one["type"] == "CustInvc")


async def test_lines_are_read_by_the_ids_of_their_documents_and_balance_the_header(account: Account) -> None:
    bills = await rows(
        account, "SELECT id, foreigntotal FROM transaction WHERE type = 'VendBill' ORDER BY id"
    )
    ids = [one["id"] for one in bills[:2]]
    lines = await rows(account, LINES, *ids, "0", "0", "0")
    for bill in bills[:2]:
        own = [float(line["foreignamount"]) for line in lines if line["transaction"] == bill["id"]]
        assert round(sum(own) + float(bill["foreigntotal"]), 2) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT SESSIONTIMEZONE AS timezone FROM DUAL", [{"timezone": "America/Los_Angeles"}]),
        ("SELECT COUNT(*) FROM currency", [{"expr1": "5"}]),
        ("SELECT id, symbol AS \"isoCode\" FROM currency WHERE id = '4'", [{"id": "4", "isocode": "EUR"}]),
        (
            "SELECT symbol FROM currency ORDER BY id FETCH FIRST 2 ROWS ONLY",
            [{"symbol": "USD"}, {"symbol": "GBP"}],
        ),
        ("SELECT TOP 1 symbol FROM currency ORDER BY id DESC", [{"symbol": "FRF"}]),
        (
            "SELECT symbol FROM currency WHERE ROWNUM <= 2 ORDER BY id DESC",
            [{"symbol": "GBP"}, {"symbol": "USD"}],
        ),
        ("SELECT symbol FROM currency ORDER BY id OFFSET 3 ROWS FETCH NEXT 1 ROWS ONLY", [{"symbol": "USD"}]),
        ("SELECT 1/2 AS half, 'a' || 'b' AS both FROM dual", [{"half": "0.5", "both": "ab"}]),
        ("SELECT NVL2(displaysymbol,'y','n') AS a FROM currency WHERE symbol = 'FRF'", [{"a": "n"}]),
        (
            "SELECT DECODE(symbol,'USD','dollar','x') AS a FROM currency WHERE id < 3",
            [{"a": "dollar"}, {"a": "x"}],
        ),
        (
            "SELECT CASE WHEN id > 4 THEN 'late' ELSE 'early' END AS a FROM currency WHERE id = 5",
            [{"a": "late"}],
        ),
        ("SELECT UPPER('zoë') AS a, LOWER('ŁUK') AS b FROM dual", [{"a": "ZOË", "b": "łuk"}]),
        (
            "SELECT SUBSTR('abc',2) AS a, INSTR('abc','c') AS b, REPLACE('abc','b','x') AS c FROM dual",
            [{"a": "bc", "b": "3", "c": "axc"}],
        ),
        (
            "SELECT TO_CHAR(TO_DATE('2024-01-31','YYYY-MM-DD'),'DD-MON-YY') AS a FROM dual",
            [{"a": "31-Jan-24"}],
        ),
        ("SELECT ADD_MONTHS(TO_DATE('31.01.2024','DD.MM.YYYY'),1) AS a FROM dual", [{"a": "2/29/2024"}]),
        (
            "SELECT TO_CHAR(TRUNC(TO_DATE('2024-05-17','YYYY-MM-DD'),'MM'),'YYYY-MM-DD') AS a FROM dual",
            [{"a": "2024-05-01"}],
        ),
        (
            "SELECT TO_CHAR(SYS_EXTRACT_UTC(TO_TIMESTAMP('01.07.2024 12','DD.MM.YYYY HH24')),'HH24:MI') AS a FROM dual",
            [{"a": "19:00"}],
        ),
        ("SELECT TO_NUMBER('1.50') AS a, ROUND(2.345, 2) AS b FROM dual", [{"a": "1.5", "b": "2.35"}]),
        (
            "SELECT x.symbol FROM (SELECT c.symbol, c.id FROM currency c UNION SELECT 'XXX', 99 FROM dual) x "
            "WHERE x.id > 6 "
            "ORDER BY x.id",
            [{"symbol": "FRF"}, {"symbol": "XXX"}],
        ),
        (
            "SELECT y.symbol FROM (SELECT ROWNUM AS rn, symbol FROM currency) y WHERE y.rn BETWEEN 2 AND 3",
            [{"symbol": "GBP"}, {"symbol": "EUR"}],
        ),
        (
            "SELECT s.name FROM subsidiary s WHERE EXISTS (SELECT 1 FROM currency c WHERE c.id = s.currency AND "
            "c.symbol = 'GBP')",
            [{"name": "UK Trading"}],
        ),
        (
            "SELECT RANK() OVER (ORDER BY exchangerate DESC) AS r, symbol FROM currency ORDER BY 1 "
            "FETCH FIRST 1 ROWS ONLY",
            [{"r": "1", "symbol": "GBP"}],
        ),
        (
            "SELECT iselimination, COUNT(*) AS n, MAX(id) AS m FROM subsidiary "
            "GROUP BY iselimination HAVING COUNT(*) > 1",
            [{"iselimination": "F", "n": "5", "m": "6"}],
        ),
    ],
)
async def test_the_documented_language_runs(
    account: Account, text: str, expected: list[dict[str, str]]
) -> None:
    assert await rows(account, text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("WITH a AS (SELECT id FROM item) SELECT * FROM a", "WITH"),
        ("SELECT id FROM item LIMIT 5", "LIMIT"),
        ("SELECT id FROM transaction WHERE trandate = DATE '2024-01-01'", "date literals"),
        ("SELECT 'a' + itemid FROM item", "+ of strings"),
        ("SELECT [id] FROM item", "[ ]"),
        ("SELECT v.id FROM vendor v, currency c WHERE v.currency = c.id (+)", "(+)"),
        ("DELETE FROM item", "only SELECT is allowed"),
        ("SELECT id FROM item; SELECT id FROM item", ";"),
        ("SELECT id FROM item WHERE", "syntax error"),
        ("SELECT t.trandate + 1 FROM transaction t", "arithmetic with dates"),
        ("SELECT id FROM item WHERE id IN (1" + ",1" * 1000 + ")", "more than 1000 values in IN"),
    ],
)
async def test_what_the_reference_does_not_allow_is_refused(account: Account, text: str, why: str) -> None:
    assert await reason(account, text) == f"Invalid or unsupported search: {why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT id FROM nothing", "Record 'nothing' was not found."),
        ("SELECT name FROM sqlite_master", "Record 'sqlite_master' was not found."),
        ("SELECT nope FROM vendor v", "Unknown identifier 'nope'. Available identifiers are: {v=vendor}."),
        (
            'SELECT id FROM item WHERE "nope" = 1',
            "Unknown identifier 'nope'. Available identifiers are: {item=item}.",
        ),
        (
            "SELECT taxidnum FROM vendor",
            "Unknown identifier 'taxidnum'. Available identifiers are: {vendor=vendor}.",
        ),
        ("SELECT load_extension('x') FROM dual", "Unknown function 'load_extension'."),
        ("SELECT id FROM item WHERE id > 'x'", "Invalid number value 'x'."),
    ],
)
async def test_names_and_values_that_do_not_fit_are_named(account: Account, text: str, why: str) -> None:
    assert await reason(account, text) == why


async def test_bound_values_are_compared_as_the_column_needs(account: Account) -> None:
    late = await rows(account, "SELECT id FROM currency WHERE id > ? ORDER BY id", "4")
    assert late == [{"id": "5"}, {"id": "7"}]
    assert await rows(account, "SELECT id FROM currency WHERE id > ? AND symbol = ?", "9", "USD") == []
    assert await rows(account, "SELECT symbol FROM currency WHERE symbol = ?", "U' OR '1'='1") == []
    assert (
        await reason(account, "SELECT id FROM currency WHERE id > ?", "1 OR 1=1")
        == "Invalid number value '1 OR 1=1'."
    )


async def test_times_are_told_and_asked_in_the_zone_of_the_account(opened: Opened) -> None:
    text = (
        "SELECT id, TO_CHAR(datecreated,'YYYY-MM-DD HH24:MI:SS') AS at, datecreated FROM vendor ORDER BY id"
    )
    [west, east] = [
        (await rows(opened(zone=zone), text))[0] for zone in ("America/Los_Angeles", "Asia/Tokyo")
    ]
    assert west["at"] < east["at"]
    after = "SELECT MIN(id) AS id FROM vendor WHERE datecreated >= TO_TIMESTAMP(?,'YYYY-MM-DD HH24:MI:SS')"
    assert await rows(opened(), after, west["at"]) == [{"id": west["id"]}]
    assert await rows(opened(zone="Asia/Tokyo"), after, east["at"]) == [{"id": east["id"]}]


async def test_dates_without_to_char_come_in_the_format_of_the_account(opened: Opened) -> None:
    text = "SELECT startdate FROM accountingperiod WHERE id = 22"
    found = [await rows(opened(date_format=one), text) for one in ("M/D/YYYY", "DD.MM.YYYY", "D-Mon-YYYY")]
    assert [one[0]["startdate"] for one in found] == ["1/1/2025", "01.01.2025", "1-Jan-2025"]


async def test_features_that_are_off_take_their_tables_and_columns_along(opened: Opened) -> None:
    account = opened(without="one_world,multi_currency,classes")
    for text, why in (
        (
            "SELECT subsidiary FROM vendor",
            "Unknown identifier 'subsidiary'. Available identifiers are: {vendor=vendor}.",
        ),
        ("SELECT id FROM subsidiary", "Record 'subsidiary' was not found."),
        ("SELECT id FROM currency", "Record 'currency' was not found."),
        ("SELECT id FROM classification", "Record 'classification' was not found."),
    ):
        assert await reason(account, text) == why
    assert "subsidiary" not in (await rows(account, "SELECT * FROM vendor WHERE ROWNUM <= 1"))[0]


async def test_a_role_sees_neither_tables_nor_documents_it_has_no_permission_for(account: Account) -> None:
    types = "SELECT DISTINCT type FROM transaction ORDER BY type"
    assert {"type": "CustInvc"} in await rows(account, types)
    assert {"type": "CustInvc"} not in await rows(account, types, client="few")
    answer = await ask(account, "SELECT id FROM customer", client="few")
    assert answer.json()["o:errorDetails"][0]["detail"].endswith("Record 'customer' was not found.")
    hidden = "SELECT entity FROM employeerolesforsearch"
    assert await reason(account, hidden) == "Record 'employeerolesforsearch' was not found."
    assert len(await rows(account, hidden, client="admin")) > 50


async def test_an_unknown_column_is_an_unexpected_error_where_the_switch_says_so(opened: Opened) -> None:
    answer = await ask(opened(unknown_column=500), "SELECT nope FROM vendor")
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
        500,
        "UNEXPECTED_ERROR",
    )
