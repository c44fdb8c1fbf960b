"""F5, at send: what was saved in good order and leads inwards by now is not connected to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from proxy.guard import Guard
from proxy.transport import Transport
from tests.auth.world import World
from tests.webhooks.office import Office, open_office
from tests.webhooks.receiver import Receiver
from tests.webhooks.resolver import Names

pytestmark = pytest.mark.anyio

REFUSED = "The address is not publicly routable."


@asynccontextmanager
async def strict_office(world: World, names: Names) -> AsyncIterator[Office]:
    """Sends to public addresses only, as in production; webhooks are saved where everything is allowed."""
    transport = Transport(Guard(allow_private=False), resolver=names, connect_seconds=0.5)
    async with open_office(world, transport, https_only=True) as office:
        yield office


async def errors(office: Office) -> list[str]:
    return [attempt["error"] for row in await office.deliveries() for attempt in row["attempts"]]


async def test_f5_a_name_that_leads_inwards_after_it_was_saved_is_not_followed(
    world: World, receiver: Receiver
) -> None:
    assert receiver.upstream is not None
    names = Names({"localhost": ["2001:4860:4860::8888"]})
    async with strict_office(world, names) as office:
        webhook = await office.open(f"https://localhost:{receiver.upstream.port}/hook")
        await office.test(webhook)
        await office.work_off()
        for later in (["127.0.0.1"], ["93.184.215.14", "127.0.0.1"]):
            office.forget_names()
            names.addresses["localhost"] = later
            await office.work_off(minutes=6)
        first, *later = await errors(office)
    assert first != REFUSED
    assert later == [REFUSED, REFUSED]
    assert names.asked == ["localhost"] * 3
    assert (receiver.got, receiver.upstream.connections) == ([], 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]"])
async def test_f5_an_inner_address_that_got_into_the_table_is_not_connected_to(
    world: World, receiver: Receiver, host: str
) -> None:
    assert receiver.upstream is not None
    async with strict_office(world, Names({})) as office:
        webhook = await office.open("https://127.0.0.1/hook")
        async with world.database.write() as session:
            row = await office.webhook(webhook)
            row.target_url = f"https://{host}:{receiver.upstream.port}/hook"
            await session.merge(row)
        await office.test(webhook)
        await office.work_off()
        assert await errors(office) == [REFUSED]
    assert receiver.upstream.connections == 0


async def test_f5_http_that_was_allowed_once_is_not_sent_any_more(world: World, receiver: Receiver) -> None:
    async with strict_office(world, Names({})) as office:
        await office.test(await office.open(receiver.url))
        await office.work_off()
        assert await errors(office) == ["The target does not begin with https://."]
    assert receiver.upstream is not None
    assert receiver.upstream.connections == 0
