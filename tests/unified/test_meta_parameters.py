"""Meta calls refuse parameters that they do not know, as all unified calls do."""

import pytest

from tests.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "path",
    [
        "accounting/contacts/meta/list",
        "accounting/contacts/coupa/meta/list",
        "meta/accounting/coupa",
    ],
)
async def test_an_unknown_parameter_is_named(house: House, path: str) -> None:
    assert (await house.get(path)).status_code == 200
    refused = await house.get(f"{path}?colour=mauve")
    assert refused.status_code == 400
    assert refused.json()["details"] == {
        "reason": "unknown_parameter",
        "failures": [{"field": "colour", "message": "unknown parameter"}],
    }
