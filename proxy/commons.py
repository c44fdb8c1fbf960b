"""What workers keep of vendors' limits together, in Redis: asked before a call goes, done without where it is lost."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from providers.provider import Limits
from proxy.bucket import slack_of, step_of

SCRIPT = Path(__file__).with_name("commons.lua").read_text()
ROLL = Path(__file__).with_name("commons_roll.lua").read_text()
PATIENCE = 0.25  # seconds that Redis may take for anything
CONNECTIONS = 16
BEAT = 2.0  # seconds from one sign of life to the next
BEAT_LOST = 0.5  # the same, while Redis is away
LISTENING = 0.2  # seconds after which a listener looks whether it is to end
LEASE = 15.0  # seconds for which a call under way is counted without a sign of life from its worker
ROLL_KEY = "koine:workers"
CHANNEL = "koine:turns"

Held = Callable[[], Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Verdict:
    """`granted` calls may go. `due` and `frozen`: seconds from now of the bucket's; `wait`: when to ask again.

    `under_way`: calls of all workers, where places are counted. `pace`, `cut`: of the last 429, `learnt`: when that was
    over, in seconds from now.
    """

    granted: int
    due: float
    frozen: float
    wait: float
    under_way: int
    pace: float
    cut: int
    learnt: float


class Commons:
    """One worker's way to the common state. `is_up` says whether it can be reached; calls never fail for it.

    `workers` is how many there were when it was last reached, and `least` before that.
    """

    def __init__(
        self,
        url: str,
        least: int = 1,
        on_change: Callable[[bool], None] = lambda is_up: None,
        *,
        lease: float = LEASE,
        patience: float = PATIENCE,
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=patience,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = Redis.from_pool(pool)
        self._script = self._redis.register_script(SCRIPT)
        self._roll = self._redis.register_script(ROLL)
        self._on_change = on_change
        self._lease, self._patience = lease, patience
        self._news = asyncio.Event()
        self._is_closed = False
        self._turns: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self.worker = secrets.token_hex(8)
        self.workers = least
        self.is_up = False

    async def ask(
        self, gate: str, limits: Limits | None, ids: Sequence[str], ended: Sequence[str], returned: float
    ) -> Verdict | None:
        """For leave for calls with these ids; None without Redis.

        Told along: the ids of calls that ended, and the seconds by which turns that were not used move the bucket back.
        """
        pace = (_micro(step_of(limits)), _micro(slack_of(limits)))
        places = limits.concurrency if limits and limits.concurrency else 0
        told = (_micro(self._lease), _micro(returned), len(ended), CHANNEL)
        return await self._run(gate, "ask", self.worker, *pace, places, *told, *ended, *ids)

    async def spend(self, name: str, step: float, slack: float) -> float | None:
        """Seconds to wait where nothing is left of an allowance, 0 where some was, and is spent; None without Redis."""
        told = (_micro(step), _micro(slack), 0, _micro(self._lease), 0, 0, CHANNEL)
        verdict = await self._run(name, "ask", "nobody", *told, "one")
        if verdict is None:
            return None
        return 0.0 if verdict.granted else verdict.wait

    async def freeze(
        self, gate: str, limits: Limits | None, seconds: float, learnt: tuple[float, int], *, first: bool
    ) -> None:
        """No call of any worker for so long, and then at the pace or with the places that were `learnt`.

        `first`: only where none is frozen yet.
        """
        await self._run(gate, "freeze", _micro(seconds), _micro(slack_of(limits)), int(first), *learnt)

    async def beat(self, held: Held) -> None:
        """A sign of life: counts the workers, and keeps the places of calls that are under way."""
        told = {f"{key_of(gate)}:calls": ids for gate, ids in held().items()}
        ids = [f"{key} {each}" for key, some in told.items() for each in some]
        try:
            async with asyncio.timeout(2 * self._patience):  # the client's own come first, and clear up
                workers = await self._roll(keys=[ROLL_KEY], args=[self.worker, _micro(self._lease), *ids])
                await self._take_back(told, {f"{key_of(gate)}:calls": ids for gate, ids in held().items()})
        except (RedisError, OSError, TimeoutError) as error:
            await self._lose(error)
            return
        self.workers = max(1, int(workers))
        self._turn(is_up=True)

    async def _take_back(self, told: Mapping[str, Sequence[str]], held: Mapping[str, Sequence[str]]) -> None:
        """A call that ended meanwhile may have been said to be over before it was said to be under way."""
        async with self._redis.pipeline(transaction=False) as words:
            for key, ids in told.items():
                if over := set(ids).difference(held.get(key, ())):
                    words.zrem(key, *over)
            await words.execute()

    async def keep_beating(self, held: Held) -> None:
        """Until closed."""
        while not self._is_closed:
            await self.beat(held)
            await self._pause(BEAT if self.is_up else BEAT_LOST)

    async def keep_listening(self) -> None:
        """Until closed. Has gates ask as soon as places were given back at other workers, and it is their turn."""
        while not self._is_closed:
            try:
                await self._listen()
            except NoPermissionError:
                pass  # no right to the channel, which saves time alone: those that wait ask by themselves, too
            except (RedisError, OSError) as error:
                await self._lose(error)
            await self._pause(BEAT_LOST)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as words:
            await words.subscribe(CHANNEL)
            while not self._is_closed:
                word = await words.get_message(timeout=LISTENING)
                if word:
                    self._hear(word["data"])

    def _hear(self, word: bytes) -> None:
        """Anybody may say anything on the channel."""
        worker, _, key = word.decode(errors="replace").partition(" ")
        if worker == self.worker and key in self._turns:
            self._turns[key].set()

    async def _pause(self, seconds: float) -> None:
        """Shorter where Redis is lost meanwhile, or all this is to end."""
        if self._is_closed:
            return
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        if not self._is_closed:
            await asyncio.sleep(BEAT_LOST)

    def turn_of(self, gate: str) -> asyncio.Event:
        """Set when the gate should ask: a place was given back, and it is this worker's turn."""
        return self._turns.setdefault(key_of(gate), asyncio.Event())

    def close(self) -> None:
        """Ends the signs of life; what is under way is not broken off, as a connection could be left behind."""
        self._is_closed = True
        self._news.set()

    async def aclose(self) -> None:
        await self._redis.aclose()

    async def _run(self, gate: str, *args: str | float) -> Verdict | None:
        if not self.is_up:
            return None
        name = key_of(gate)
        keys = [name, f"{name}:calls", f"{name}:line"]
        try:
            async with asyncio.timeout(2 * self._patience):  # the client's own come first, and clear up
                granted, due, frozen, wait, under_way, pace, cut, learnt = await self._script(
                    keys=keys, args=args
                )
        except (RedisError, OSError, TimeoutError) as error:
            await self._lose(error)
            return None
        due, frozen, wait, learnt = (float(each) / 1e6 for each in (due, frozen, wait, learnt))
        return Verdict(int(granted), due, frozen, wait, int(under_way), float(pace), int(cut), learnt)

    async def _lose(self, error: Exception) -> None:
        """From here on each worker keeps its share by itself, until a sign of life gets through."""
        self._turn(is_up=False)
        self._news.set()
        if isinstance(error, ResponseError):  # a replica by now, maybe: the address may have another server
            await self._redis.connection_pool.disconnect(inuse_connections=False)

    def _turn(self, *, is_up: bool) -> None:
        if self.is_up != is_up and not self._is_closed:
            self.is_up = is_up
            self._on_change(is_up)


@asynccontextmanager
async def beating(commons: Commons, held: Held) -> AsyncIterator[None]:
    """The worker is counted within this context."""
    await commons.beat(held)
    beats = asyncio.create_task(commons.keep_beating(held))
    listening = asyncio.create_task(commons.keep_listening())
    try:
        yield
    finally:
        commons.close()
        await asyncio.gather(beats, listening)
        await commons.aclose()


def key_of(gate: str) -> str:
    """An address of any length as the beginning of a key."""
    return f"koine:gate:{hashlib.sha256(gate.encode()).hexdigest()[:32]}"


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}"
