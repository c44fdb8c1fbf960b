"""Records changed behind the API's back: what the control API inserts, changes and removes."""

import pytest

from tests.sandbox_netsuite.conftest import Account
from tests.sandbox_netsuite.records import got
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio

ROWS = "/_sandbox/rows"


async def test_a_record_is_inserted_as_a_copy_with_names_of_its_own(account: Account) -> None:
    before = (await account.client.get(f"{ROWS}/vendor")).json()["ids"]
    answer = await account.client.post(
        f"{ROWS}/vendor", json={"companyName": "New", "custentity_checked": True}
    )
    id_ = answer.json()["id"]
    assert (answer.status_code, id_ > max(before)) == (201, True)
    assert (await account.client.get(f"{ROWS}/vendor")).json() == {"ids": [*before, id_]}
    found = await got(account, f"/vendor/{id_}")
    assert (found["companyName"], found["custentity_checked"], "externalId" in found) == ("New", True, False)


async def test_a_document_is_inserted_with_lines_and_figures_of_its_own(account: Account) -> None:
    ids = (await account.client.get(f"{ROWS}/vendorBill")).json()["ids"]
    id_ = (
        await account.client.post(f"{ROWS}/vendorbill", json={"tranId": "NEW", "tranDate": "2025-05-05"})
    ).json()["id"]
    one, two = await got(account, f"/vendorBill/{ids[-1]}"), await got(account, f"/vendorBill/{id_}")
    assert (two["tranId"], two["tranDate"], two["total"]) == ("NEW", "2025-05-05", one["total"])
    keys = (
        "SELECT COUNT(uniquekey) AS n FROM transactionline WHERE transaction IN (?, ?) GROUP BY transaction"
    )
    counts = await rows(account, keys, str(ids[-1]), str(id_))
    assert len(counts) == 2
    assert counts[0] == counts[1]


async def test_a_change_moves_the_time_of_modification_unless_it_is_told(account: Account) -> None:
    text = "SELECT memo, TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate),'YYYY-MM-DD') AS at FROM transaction WHERE id = ?"
    id_ = (await account.client.get(f"{ROWS}/invoice")).json()["ids"][0]
    [before] = await rows(account, text, str(id_))
    await account.client.patch(f"{ROWS}/invoice/{id_}", json={"memo": "changed"})
    [after] = await rows(account, text, str(id_))
    assert (after["memo"], after["at"] > before["at"]) == ("changed", True)
    told = {"lastModifiedDate": "2024-02-03T04:05:06Z"}
    assert (await account.client.patch(f"{ROWS}/invoice/{id_}", json=told)).json() == {"id": id_}
    assert (await rows(account, text, str(id_)))[0]["at"] == "2024-02-03"


async def test_a_removed_record_is_gone_whoever_needs_it_and_leaves_a_tombstone(account: Account) -> None:
    id_ = (await account.client.get(f"{ROWS}/vendor")).json()["ids"][3]
    assert (await account.client.delete(f"{ROWS}/vendor/{id_}")).json() == {}
    assert await rows(account, "SELECT id FROM vendor WHERE id = ?", str(id_)) == []
    stones = "SELECT scriptid FROM deletedrecord WHERE recordid = ?"
    assert await rows(account, stones, str(id_)) == [{"scriptid": "VENDOR"}]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/dual"),
        ("POST", "/nothing"),
        ("PATCH", "/vendor/999999"),
        ("DELETE", "/vendorbill/11"),
    ],
)
async def test_collections_and_rows_that_are_not_there_are_not_found(
    account: Account, method: str, path: str
) -> None:
    answer = await account.client.request(
        method, f"{ROWS}{path}", json={} if method in ("POST", "PATCH") else None
    )
    assert answer.status_code == 404


async def test_tables_without_a_record_type_are_collections_too(account: Account) -> None:
    roles = (await account.client.get(f"{ROWS}/role")).json()["ids"]
    id_ = (await account.client.post(f"{ROWS}/role", json={"name": "Auditor"})).json()["id"]
    assert id_ not in roles
    assert await rows(account, "SELECT name FROM role WHERE id = ?", str(id_)) == [{"name": "Auditor"}]
