"""The governor of vendors' limits as this gateway runs it: with the common state of all workers where Redis is set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.token_rate import TokenRate
from proxy.governor import Governor

if TYPE_CHECKING:
    from proxy.commons import Commons


@asynccontextmanager
async def open_governor(
    settings: Settings, workers: int, log: FilteringBoundLogger, metrics: Metrics
) -> AsyncIterator[tuple[Governor, TokenRate | None]]:
    """What holds calls to vendors and requests of tokens to their limits.

    `workers`: the processes of this machine among which vendors' limits are shared out without Redis.
    """
    if settings.redis_url is None:
        governor = Governor(settings.queue_seconds, workers=workers)
        _watch(governor, metrics)
        yield governor, _token_rate(settings)
        return
    from proxy.commons import Commons, beating  # loading the client takes a tenth of a second

    def turned(is_up: bool) -> None:
        if is_up:
            log.info("redis_reached", workers=commons.workers)
        else:
            log.warning("redis_lost", workers=commons.workers)

    commons = Commons(settings.redis_url.get_secret_value(), workers, turned)
    governor = Governor(settings.queue_seconds, commons)
    _watch(governor, metrics)
    metrics.watch(
        "koine_redis_up", "Whether vendors' limits are kept with the other workers.", lambda: commons.is_up
    )
    async with beating(commons, governor.under_way):
        try:
            yield governor, _token_rate(settings, commons)
        finally:
            await governor.aclose()


def _token_rate(settings: Settings, commons: "Commons | None" = None) -> TokenRate | None:
    if settings.token_rate is None:
        return None
    count, _, seconds = settings.token_rate.partition("/")
    return TokenRate(int(count), float(seconds), commons)


def _watch(governor: Governor, metrics: Metrics) -> None:
    metrics.watch(
        "koine_vendor_calls_waiting", "Calls that a vendor's limit holds back.", lambda: governor.waiting
    )


def warning(settings: Settings, workers: int) -> str | None:
    """What several workers mean for vendors' limits, where it is not as one would think."""
    if workers == 1 or settings.redis_url is not None:
        return None
    return (
        f"{workers} workers without KOINE_REDIS_URL: each keeps 1/{workers} of every vendor's rate, burst and "
        "concurrency for itself (at least one call at a time), whether the others use theirs or not. Set "
        "KOINE_REDIS_URL to have them share; several machines need it."
    )
