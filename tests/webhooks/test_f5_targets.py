"""F5, at save: a webhook goes to public https addresses only, unless private ones are allowed."""

from pathlib import Path

import pytest

from proxy.guard import Guard
from proxy.targets import check_target
from schemas.errors import InvalidRequest
from tests.house import open_house
from tests.webhooks.resolver import Names

pytestmark = pytest.mark.anyio

PUBLIC = "93.184.215.14"
ROUTABLE = (
    "leads to an address that is not publicly routable; addresses of one's own network can be allowed with "
    "KOINE_ALLOW_PRIVATE_UPSTREAMS"
)
NAMES = Names(
    {
        "good.example": [PUBLIC],
        "bad.example": ["10.0.0.7"],
        "mixed.example": [PUBLIC, "127.0.0.1"],
        "metadata.example": ["169.254.169.254"],
        "nat.example": ["64:ff9b::7f00:1"],
    }
)


async def refusal(url: str, *, allow_private: bool = False) -> str | None:
    try:
        await check_target(Guard(allow_private), url, resolver=NAMES)
    except InvalidRequest as error:
        [failure] = error.details["failures"]
        assert failure["field"] == "target_url"
        return str(failure["message"])
    return None


async def test_f5_a_name_with_public_addresses_only_is_taken() -> None:
    assert await refusal("https://good.example/hook") is None


@pytest.mark.parametrize("name", ["bad", "mixed", "metadata", "nat"])
async def test_f5_a_name_with_any_other_address_is_refused(name: str) -> None:
    assert await refusal(f"https://{name}.example/hook") == ROUTABLE


async def test_f5_private_addresses_can_be_allowed_metadata_can_not() -> None:
    assert await refusal("http://bad.example/", allow_private=True) is None
    assert await refusal("https://metadata.example/", allow_private=True) == ROUTABLE


async def test_f5_http_is_refused_and_so_is_a_name_that_nobody_knows() -> None:
    assert await refusal("http://good.example/") == "must begin with https://"
    assert await refusal("https://nowhere.example/") == "names a host that can't be resolved"


INNER = (
    *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"),
    *("169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
)


async def test_f5_no_spelling_of_an_inner_address_is_saved(tmp_path: Path) -> None:
    octal = {"0177.0.0.1": "is no URL"}
    async with open_house(tmp_path, allow_private_upstreams=False) as house:
        literal = await house.client.post("/webhook", json={"target_url": f"https://{PUBLIC}/hook"})
        assert literal.status_code == 201
        path = f"/webhook/{literal.json()['id']}"
        for host in INNER:
            body = {"target_url": f"https://{host}/hook"}
            for answer in (
                await house.client.post("/webhook", json=body),
                await house.client.patch(path, json=body),
            ):
                assert (host, answer.status_code) == (host, 400)
                assert answer.json()["details"]["failures"] == [
                    {"field": "target_url", "message": octal.get(host, ROUTABLE)}
                ]
        assert len((await house.client.get("/webhook")).json()["result"]) == 1
        assert (await house.client.get(path)).json()["target_url"] == f"https://{PUBLIC}/hook"
