"""Runs every check of the fleet on its own period, by a wheel of due times.

Promises: a check never runs twice at the same time; a re-probe comes ahead of the schedule and does not move it; heavy
checks share a bounded number of places; a reload keeps the phase of what did not change; stopping lets what runs
finish. How late runs begin is measured, and what failed while we ourselves were held up is LOCAL_FAULT.
Usual pings that are due together are sent and come home together (`ping_sweep`); every other run is a task.
Every sample goes to `deliver`, with those that came home at the same moment; it must not block, and what it raises ends
`run`.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.registry import KINDS, ProbeKind
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.probe.schedule.due import first_due_s, jitter_of, next_due_s
from opsmon.probe.schedule.ping_counts import COUNTED_FROM_PERIOD_S, SentAndLost
from opsmon.probe.schedule.ping_sweep import PingSweeper, SweptPing
from opsmon.probe.schedule.run_check import excuse, failed_ping, run_check, sample_of
from opsmon.probe.schedule.stall import HoldUpWatch
from opsmon.probe.schedule.wheel import Wheel
from opsmon.probe.usual_ping import UsualPing
from opsmon.protocol.icmp.echo import Echo

HEAVY_PLACES = 200
WAKE_STEP_S = 0.1  # runs that are due within one step start together: waking up costs more than a ping
LEAST_WAIT_S = 0.001
OVERDUE_S = 5.0  # what lies longer past its time shows that the clockwork stands
HELD_UP_SHARE = 0.2  # of the time-out: a longer hold-up spoils a failed measurement
_SPOILED = (Outcome.TIMEOUT, Outcome.PROTOCOL)

Stage = Literal["running", "waiting", "due"]  # under way, without a free place, or to come
_Key = tuple[DeviceName, CheckName]


class _Turn(NamedTuple):
    """One run to come. `cap_s` bounds the time-out of a re-probe, which has to be over before the next one."""

    due_s: float
    confirms: bool = False
    cap_s: float = math.inf


@dataclass(slots=True, eq=False)
class _Job:
    """One check of one device, for as long as the inventory has it."""

    device: Device
    check: Check
    jitter: float
    due_s: float = 0.0
    reprobe: _Turn | None = None
    again: _Turn | None = None  # a re-probe that came due while it ran
    running: bool = False
    waiting: bool = False  # for a place among the heavy
    removed: bool = False
    usual: UsualPing | None = None  # where it is one, from the first time that it is due
    is_prepared: bool = False
    counts: SentAndLost | None = None  # of a device that is pinged more often than it is looked at

    @property
    def key(self) -> _Key:
        return self.device.name, self.check.name

    @property
    def is_free(self) -> bool:
        return not (self.running or self.waiting)


class Scheduler:
    """The clockwork of room 2. Everything happens in the loop that runs `run`."""

    def __init__(
        self,
        context: ProbeContext,
        deliver: Callable[[Sequence[Sample]], None],
        *,
        kinds: Mapping[str, ProbeKind[Any]] = KINDS,
        heavy_places: int = HEAVY_PLACES,
    ) -> None:
        self._context, self._deliver, self._kinds = context, deliver, kinds
        self._clock = context.clock
        self._jobs: dict[_Key, _Job] = {}
        self._running: dict[_Key, _Job] = {}
        self._wheel = Wheel[_Job](WAKE_STEP_S)
        self._sweeper = PingSweeper[_Job](context.pinger, context.clock, self._bring_home)
        self._timer: asyncio.TimerHandle | None = None
        self._armed_s = math.inf
        self._places = heavy_places
        self._waiting: deque[tuple[_Job, _Turn]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Future[None] | None = None
        self._stopped = False
        self._progress = 0
        self._epoch_s = self._clock.monotonic()
        self.tally = ProbeTally(self._clock)
        self._holdups = HoldUpWatch(self._clock, self.tally)

    def load(self, devices: Iterable[Device]) -> None:
        """Swaps the fleet. A check whose name and period stay keeps its phase; one that left is forgotten."""
        fleet = tuple(devices)
        self.tally.follow(fleet)
        wanted = {(device.name, check.name): (device, check) for device in fleet for check in device.checks}
        for key in self._jobs.keys() - wanted.keys():
            self._jobs.pop(key).removed = True
        fresh = wanted.keys() - self._jobs.keys()
        now_s = self._clock.monotonic()
        for key, (device, check) in wanted.items():
            if key in fresh:
                self._add(key, device, check, now_s, len(fresh))
            else:
                self._update(self._jobs[key], device, check, now_s)
        self._arm()

    def reprobe(self, device: DeviceName, check: CheckName, after_s: float, timeout_s: float = math.inf) -> bool:
        """Runs a check ahead of its schedule, at most `timeout_s` long; its sample has `confirms`.

        Of several requests the earliest counts. False when the fleet has no such check.
        """
        job = self._jobs.get((device, check))
        if job is None:
            return False
        turn = _Turn(self._clock.monotonic() + after_s, confirms=True, cap_s=timeout_s)
        if job.reprobe is None or turn.due_s < job.reprobe.due_s:
            job.reprobe = turn
            self._wheel.put(turn.due_s, job)
            self._arm()
        return True

    @property
    def progress(self) -> int:
        """Grows for as long as the clockwork turns and nothing overdue is left lying: what a watchdog looks at."""
        next_s = self._wheel.next_s()
        if next_s is None or self._clock.monotonic() - next_s <= OVERDUE_S:
            self._progress += 1
        return self._progress

    @property
    def running(self) -> int:
        """Runs under way."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Heavy checks that wait for a place."""
        return len(self._waiting)

    def stage_of(self, device: DeviceName, check: CheckName) -> Stage:
        """What a check is at now. May be asked in any thread."""
        if (device, check) in self._running:
            return "running"
        job = self._jobs.get((device, check))
        return "waiting" if job is not None and job.waiting else "due"

    async def run(self) -> None:
        """Goes on until `stop` or `drain`. Raises what `deliver` raised."""
        if self._stopped:
            return
        self._ended = asyncio.get_running_loop().create_future()
        self._holdups.start()
        self._arm()
        try:
            await self._ended
        finally:
            self._disarm()
            self._holdups.stop()

    def stop(self) -> None:
        """Nothing new begins; what runs is left to finish."""
        self._stopped = True
        self._disarm()
        self._waiting.clear()
        if self._ended and not self._ended.done():
            self._ended.set_result(None)

    async def drain(self, grace_s: float) -> int:
        """Stops, waits at most `grace_s` for what runs, cancels the rest and returns how many those were."""
        self.stop()
        tasks = set(self._tasks)
        landing = asyncio.create_task(self._sweeper.wait())
        await asyncio.wait({landing, *tasks}, timeout=grace_s)
        unfinished = [task for task in tasks if not task.done()]
        for task in (landing, *unfinished):
            task.cancel()
        await asyncio.gather(landing, *unfinished, return_exceptions=True)
        return len(unfinished) + self._sweeper.abandon()

    def _add(self, key: _Key, device: Device, check: Check, now_s: float, added: int) -> None:
        job = self._running.get(key)  # it left and came back while it ran: still never two runs at once
        if job is None:
            job = _Job(device, check, jitter_of(*key))
        job.removed = False
        self._set(job, device, check)
        self._jobs[key] = job
        self._push(job, first_due_s(now_s, job.jitter, check.period_s, added))

    def _update(self, job: _Job, device: Device, check: Check, now_s: float) -> None:
        moved = job.check.period_s != check.period_s
        if job.device is not device or job.check is not check:
            self._set(job, device, check)
        if moved:
            self._push(job, next_due_s(self._epoch_s, job.jitter, check.period_s, now_s - check.period_s / 2))

    def _set(self, job: _Job, device: Device, check: Check) -> None:
        job.is_prepared = job.is_prepared and job.device.address == device.address and job.check == check
        job.device, job.check = device, check
        job.usual = job.usual if job.is_prepared else None

    def _prepare(self, job: _Job) -> None:
        """Not while the fleet is loaded: of 50,000 devices it would put off the first check by seconds."""
        job.usual = self._kinds[job.check.kind].as_usual_ping(job.device, job.check, self._context.resolver)
        counted = job.usual is not None and job.check.period_s <= COUNTED_FROM_PERIOD_S
        job.counts = (job.counts or SentAndLost()) if counted else None
        job.is_prepared = True

    def _push(self, job: _Job, due_s: float) -> None:
        job.due_s = due_s
        self._wheel.put(due_s, job)

    def _arm(self) -> None:
        """Sets the one timer to the next batch, while `run` goes on."""
        next_s = self._wheel.next_s()
        if next_s is None or not self._ended or self._ended.done():
            return
        if self._timer is None or next_s < self._armed_s:
            self._disarm()
            self._armed_s = next_s
            wait_s = max(next_s - self._clock.monotonic(), LEAST_WAIT_S)
            self._timer = self._ended.get_loop().call_later(wait_s, self._tick)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        sweep: list[tuple[_Job, UsualPing]] = []
        try:
            now_s = self._clock.monotonic()
            for due_s, job in self._wheel.take(now_s):
                if not job.removed:
                    self._come_due(job, due_s, now_s, sweep)
            if sweep:
                self._sweeper.send(sweep)
        finally:
            self._arm()

    def _come_due(self, job: _Job, due_s: float, now_s: float, sweep: list[tuple[_Job, UsualPing]]) -> None:
        if due_s == job.due_s:
            self._push(job, next_due_s(self._epoch_s, job.jitter, job.check.period_s, max(due_s, now_s)))
            if not job.is_prepared:
                self._prepare(job)
            if job.usual is not None and job.is_free:
                self._note_begin(job, now_s - due_s)
                sweep.append((job, job.usual))
            else:
                self._start(job, _Turn(due_s))
        elif job.reprobe and due_s == job.reprobe.due_s:
            turn, job.reprobe = job.reprobe, None
            if job.running:
                job.again = turn
            elif not job.waiting:
                self._start(job, turn)

    def _start(self, job: _Job, turn: _Turn) -> None:
        if job.running:
            self.tally.note_skipped(job.check.kind, job.device.name)  # the run under way will say what there is to say
        elif job.waiting:
            self._skip(job)
        elif self._kinds[job.check.kind].heavy and self._places == 0:
            job.waiting = True
            queue = self._waiting.appendleft if turn.confirms else self._waiting.append  # somebody waits for a verdict
            queue((job, turn))
        else:
            self._begin(job, turn)

    def _skip(self, job: _Job) -> None:
        self.tally.note_skipped(job.check.kind, job.device.name)
        finding = CheckResult(Outcome.LOCAL_FAULT, "we are late: it still waits for a free place")
        sample = sample_of(job.device, job.check, finding, self._clock.now(), 0.0, confirms=False)
        self._spawn(self._hand_over_soon(job.check, sample), f"sample of {job.device.name}")

    def _note_begin(self, job: _Job, lag_s: float) -> None:
        job.running = True
        self._running[job.key] = job
        self.tally.note_lag(job.check.kind, job.device.name, lag_s)

    def _begin(self, job: _Job, turn: _Turn) -> None:
        self._note_begin(job, self._clock.monotonic() - turn.due_s)
        self._places -= self._kinds[job.check.kind].heavy
        self._spawn(self._run(job, job.device, job.check, turn), f"check {job.check.name} of {job.device.name}")

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        """`name` is told when the task holds the loop."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    async def _run(self, job: _Job, device: Device, check: Check, turn: _Turn) -> None:
        started_s = self._clock.monotonic()
        capped = check if turn.cap_s >= check.timeout_s else replace(check, timeout_s=turn.cap_s)
        try:
            sample = await run_check(device, capped, self._context, self._kinds, confirms=turn.confirms)
        finally:
            job.running = False
            del self._running[device.name, check.name]
            self._free_place(check)
        if job.removed or (job.device.address, job.check) != (device.address, check):
            self.tally.unwanted += 1
        else:
            self._hand_over(check, self._weigh(sample, capped, started_s))
        self._go_on(job)

    def _go_on(self, job: _Job) -> None:
        """With the re-probe that came due while the job ran."""
        again, job.again = job.again, None
        if again and not job.removed and self._is_going():
            self._start(job, again._replace(due_s=self._clock.monotonic()))

    def _bring_home(self, landed: Sequence[SweptPing[_Job]]) -> None:
        """In a task, so that what `deliver` raises ends `run`."""
        self._spawn(self._take_home(landed), "answers of pings")

    async def _take_home(self, landed: Sequence[SweptPing[_Job]]) -> None:
        now_s, samples = self._clock.monotonic(), list[Sample]()
        for swept in landed:
            job, ping = swept.job, swept.ping
            job.running = False
            del self._running[ping.device, ping.check]
            if job.removed or job.usual != ping:
                self.tally.unwanted += 1
                continue
            sample = self._sample_of(swept, now_s - swept.started_s)
            if job.counts is not None:
                sample = job.counts.counted(sample, swept.verdict)
            self.tally.note_run(job.check.kind, sample)
            samples.append(sample)
        self._deliver(samples)
        for swept in landed:
            if swept.job.again:
                self._go_on(swept.job)

    def _sample_of(self, swept: SweptPing[_Job], duration_s: float) -> Sample:
        """What `run_check` would have made of it."""
        job, ping, started_at = swept.job, swept.ping, swept.started_at
        if isinstance(swept.verdict, Echo):
            return ping.sample_of(swept.verdict, started_at, started_at + timedelta(seconds=duration_s), duration_s)
        assert swept.verdict is not None  # noqa: S101 - the sweeper brings home what has one
        sample = failed_ping(job.device, job.check, swept.verdict, self._context, started_at, duration_s, ping.address)
        return self._weigh(sample, job.check, swept.started_s)

    def _weigh(self, sample: Sample, check: Check, started_s: float) -> Sample:
        """The sample itself, or excused when it failed while we were held up."""
        slow = sample.outcome is Outcome.DEGRADED and sample.duration_s >= check.timeout_s
        if sample.outcome not in _SPOILED and not slow:
            return sample
        held_up_s = self._holdups.held_up_s(started_s)
        if held_up_s <= check.timeout_s * HELD_UP_SHARE:
            return sample
        self.tally.excused += 1
        return excuse(sample, f"we were held up for {held_up_s:.1f} s")

    async def _hand_over_soon(self, check: Check, sample: Sample) -> None:
        """In a task, so that what `deliver` raises ends `run` and not only one tick."""
        self._hand_over(check, sample)

    def _hand_over(self, check: Check, sample: Sample) -> None:
        self.tally.note_run(check.kind, sample)
        self._deliver((sample,))

    def _free_place(self, check: Check) -> None:
        self._places += self._kinds[check.kind].heavy
        while self._places and self._waiting and self._is_going():
            job, turn = self._waiting.popleft()
            job.waiting = False
            if not job.removed:
                self._begin(job, turn)

    def _is_going(self) -> bool:
        return self._ended is not None and not self._ended.done()

    def _finish(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and self._ended and not self._ended.done():
            self._ended.set_exception(fault)
