"""Asynchronous requests of an account: jobs that are done when their time has come, and what came of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.clock import Clock
from sandbox.netsuite.answers import Refusal, not_found
from sandbox.netsuite.switches import Switches

KEPT = 1000  # jobs


@dataclass
class Task:
    """One record's call of a job; `result` is there once it was made."""

    work: Callable[[], Awaitable[Response]]
    started: float | None = None
    ended: float | None = None
    result: Response | None = None

    @property
    def progress(self) -> str:
        if self.result is None:
            return "pending"
        return "succeeded" if self.result.status_code < 400 else "failed"


@dataclass
class Job:
    """`due` is when its work is done, in epoch seconds."""

    id: str
    due: float
    tasks: list[Task]

    @property
    def completed(self) -> bool:
        return all(one.result is not None for one in self.tasks)

    @property
    def progress(self) -> str:
        """Of the first task that did not succeed, if there is one."""
        return next((one.progress for one in self.tasks if one.progress != "succeeded"), "succeeded")

    def task(self, id_: str) -> Task:
        """Tasks count from 1. Raises Refusal."""
        number = int(id_) if id_.isdecimal() else 0
        if not 1 <= number <= len(self.tasks):
            raise not_found()
        return self.tasks[number - 1]


class Repeated(Exception):
    """An idempotency key that was used before, with the job that it began then."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


class Jobs:
    """Work is done `async_seconds` after it was asked for on the stand-in's clock, at the account's next request."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock, self.switches = clock, switches
        self._jobs: dict[str, Job] = {}
        self._by_key: dict[str, Job] = {}
        self._issued = 0

    def begin(self, key: str, tasks: list[Task]) -> Job:
        """Raises Repeated for a key that began a job before; an empty one never did."""
        if key in self._by_key:
            raise Repeated(self._by_key[key])
        self._issued += 1
        job = Job(str(self._issued), self.clock.now() + self.switches.async_seconds, tasks)
        self._jobs[job.id] = job
        if key:
            self._by_key[key] = job
        if len(self._jobs) > KEPT:
            oldest = self._jobs.pop(next(iter(self._jobs)))
            self._by_key = {known: one for known, one in self._by_key.items() if one is not oldest}
        return job

    def need(self, id_: str) -> Job:
        """Raises Refusal."""
        if id_ not in self._jobs:
            raise not_found()
        return self._jobs[id_]

    async def work(self) -> None:
        """Does what is due, in the order in which it was asked for."""
        for job in list(self._jobs.values()):
            for task in job.tasks:
                if task.started is None and job.due <= self.clock.now():
                    task.started = self.clock.now()
                    task.result = await self._result(task)
                    task.ended = self.clock.now()

    async def _result(self, task: Task) -> Response:
        try:
            return await task.work()
        except Refusal as refusal:
            return refusal.response(self.switches)
