"""Couriers in processes of their own, whose clock may be ahead; one dies between sending and writing that down."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import NoReturn

from auth.database import Database
from auth.webhooks.courier import Courier
from auth.webhooks.outbox import Outbox, Parcel
from auth.webhooks.schedule import Result
from proxy.guard import Guard
from proxy.transport import Transport
from tests.webhooks.couriers import Time, make_courier


class Doomed(Outbox):
    async def settle(self, parcel: Parcel, result: Result) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives this")


def doom(courier: Courier) -> Courier:
    courier._outbox.__class__ = Doomed
    return courier


async def deliver_and_die(url: str, time: Time) -> None:
    courier, _ = make_courier(Database(url), time, Transport(Guard(allow_private=True)))
    await doom(courier).work_off()


async def deliver_for_ever(url: str, time: Time) -> None:
    """Until it is killed from outside."""
    courier, _ = make_courier(Database(url), time, Transport(Guard(allow_private=True)))
    await courier.run()


if __name__ == "__main__":
    DEEDS = {"die": deliver_and_die, "run": deliver_for_ever}
    asyncio.run(DEEDS[sys.argv[1]](sys.argv[2], Time(timedelta(seconds=float(sys.argv[3])))))
