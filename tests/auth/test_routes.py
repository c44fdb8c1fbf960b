"""What a path answers to, and what a 405 says of it."""

import pytest

from auth.routes import ROUTES
from tests.auth.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "offered"),
    [
        ("PATCH", "/api-token/x", {"GET", "HEAD", "DELETE"}),
        ("DELETE", "/api-token", {"GET", "HEAD", "POST"}),
        ("POST", "/environment-integration/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("PUT", "/integrated-account/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("GET", "/integrated-account/x/credentials", {"PATCH"}),
        ("PUT", "/integrated-account/token", {"POST"}),
    ],
)
async def test_a_405_names_all_that_the_path_offers(
    world: World, method: str, path: str, offered: set[str]
) -> None:
    answer = await world.client.request(method, path)
    assert answer.status_code == 405
    assert sorted(answer.headers["allow"].split(", ")) == sorted(offered)


async def test_head_is_answered_as_get(world: World) -> None:
    for path, status in (("/api-token", 200), ("/api-token/unknown", 404)):
        found, asked = await world.client.head(path), await world.client.get(path)
        assert (found.status_code, found.headers) == (status, asked.headers)


def test_no_path_stands_in_two_routes() -> None:
    paths = [route.path for route in ROUTES]
    assert len(paths) == len(set(paths))
