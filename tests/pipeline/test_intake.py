"""What waits is bounded, and no failure is lost to the bound."""

import asyncio
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.engine.input import Reloaded, SetMaintenance
from opsmon.engine.port import Unavailable
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.pipeline.input_queue import InputQueue, QueuedCommand
from tests.support.engine.scene import START, rules_of, sample

OUTCOMES = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([Outcome.OK, Outcome.TIMEOUT])))


def test_below_the_bound_every_sample_is_given_out_in_order() -> None:
    inputs = InputQueue(most_samples=10)
    given = [sample("a", Outcome.OK, START + timedelta(seconds=n)) for n in range(10)]
    for one in given:
        inputs.put_samples([one])
    assert inputs.take(7)[1] == given[:7]
    assert inputs.take(7)[1] == given[7:]
    assert inputs.coalesced == 0


@given(OUTCOMES)
def test_beyond_the_bound_the_newest_and_the_newest_failure_of_each_check_remain(
    told: list[tuple[str, Outcome]],
) -> None:
    inputs = InputQueue(most_samples=4)
    given = [sample(name, outcome, START + timedelta(seconds=n)) for n, (name, outcome) in enumerate(told)]
    for one in given:
        inputs.put_samples([one])
    kept = inputs.take(1_000)[1]
    assert len(kept) <= 12  # three checks, twice each, and the slack before the next melting
    assert inputs.coalesced == len(given) - len(kept)
    for name in {name for name, _ in told}:
        mine = [one for one in given if one.device == name]
        failures = [one for one in mine if one.outcome is Outcome.TIMEOUT]
        assert mine[-1] in kept
        assert not failures or failures[-1] in kept
        assert [one for one in kept if one.device == name] == [one for one in mine if one in kept]  # in order


async def test_waiting_ends_with_the_first_sample() -> None:
    inputs = InputQueue()
    waiting = asyncio.create_task(inputs.wait(60))
    await asyncio.sleep(0)
    assert not waiting.done()
    inputs.put_samples([sample("a", Outcome.OK, START)])
    async with asyncio.timeout(60):
        await waiting


async def test_what_a_batch_left_is_not_waited_for() -> None:
    inputs = InputQueue()
    for _ in range(3):
        inputs.put_samples([sample("a", Outcome.OK, START)])
    inputs.take(2)
    async with asyncio.timeout(30):
        await inputs.wait(60)


async def test_waiting_ends_by_itself() -> None:
    await InputQueue().wait(0.001)


async def test_commands_beyond_the_bound_are_told_to_come_again() -> None:
    inputs = InputQueue(most_commands=1)
    first, second = (QueuedCommand(SetMaintenance(DeviceName("a"), None, "值班员")) for _ in range(2))
    inputs.put_request(first)
    inputs.put_request(second)
    assert await second.answer == Unavailable("too many commands wait to be journaled", taken=False)
    reload = QueuedCommand(Reloaded(rules_of(books={})))
    inputs.put_request(reload)
    assert inputs.take(10)[0] == [first, reload]


async def test_a_command_that_nobody_waits_for_any_more_is_dropped() -> None:
    inputs = InputQueue()
    request = QueuedCommand(SetMaintenance(DeviceName("a"), None, "值班员"))
    inputs.put_request(request)
    request.answer.cancel()
    assert inputs.take(10)[0] == []
