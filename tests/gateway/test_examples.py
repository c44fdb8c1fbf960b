"""The example of a product is there under `koine up` alone."""

import pytest

from tests.house import House

pytestmark = pytest.mark.anyio


async def test_a_production_gateway_has_no_example(house: House) -> None:
    assert (await house.client.get("/examples/link")).status_code == 404
    assert (await house.client.post("/examples/link/link-token")).status_code == 404
