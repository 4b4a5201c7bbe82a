"""The ping check over a pinger that answers as a test says: series, several echoes, loss, limits."""

import math

import pytest
from pydantic import ValidationError

from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.protocol.icmp.echo import Echo
from tests.support.probe.scripted_pinger import ping


def series(sample: Sample) -> dict[tuple[str, str], float]:
    return {
        (key.metric, dict(key.labels).get("phase", "")): value
        for reading in sample.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
    }


async def test_one_echo_gives_the_series_of_blackbox_exporter(context: ProbeContext) -> None:
    sample, pinger = await ping(context, IcmpSpec(size=100), Echo(0.012, 61))
    assert pinger.asked == [("127.0.0.1", 2.0, 100)]
    values = series(sample)
    assert sample.outcome is Outcome.OK
    assert values["probe_success", ""] == 1.0
    assert values["probe_icmp_duration_seconds", "rtt"] == 0.012
    assert values["probe_icmp_reply_hop_limit", ""] == 61
    assert values["probe_ip_protocol", ""] == 4
    assert ("ping_loss_ratio", "") not in values


async def test_a_hop_limit_that_is_not_known_is_absent(context: ProbeContext) -> None:
    sample, _ = await ping(context, IcmpSpec(), Echo(0.012, None))
    assert math.isnan(series(sample)["probe_icmp_reply_hop_limit", ""])


async def test_the_names_of_the_series_are_shared_from_run_to_run(context: ProbeContext) -> None:
    first, _ = await ping(context, IcmpSpec(), Echo(0.012, 61))
    second, _ = await ping(context, IcmpSpec(), Echo(0.013, 61))
    assert [reading.block for reading in first.readings] == [reading.block for reading in second.readings]


async def test_no_echo_fails_as_the_pinger_says_and_measures_no_round_trip(context: ProbeContext) -> None:
    sample, _ = await ping(context, IcmpSpec(), Outcome.REFUSED)
    assert sample.outcome is Outcome.REFUSED
    assert series(sample)["probe_success", ""] == 0.0
    assert ("probe_icmp_duration_seconds", "rtt") not in series(sample)


async def test_of_several_echoes_the_loss_and_the_mean_are_told(context: ProbeContext) -> None:
    script = (Echo(0.01, 61), Outcome.TIMEOUT, Echo(0.03, 61), Outcome.TIMEOUT)
    sample, _ = await ping(context, IcmpSpec(count=4, interval=0.01), *script)
    assert sample.outcome is Outcome.OK
    assert series(sample)["ping_loss_ratio", ""] == 0.5
    assert series(sample)["probe_icmp_duration_seconds", "rtt"] == pytest.approx(0.02)


async def test_when_none_comes_back_the_check_fails(context: ProbeContext) -> None:
    sample, _ = await ping(context, IcmpSpec(count=2, interval=0.01), Outcome.TIMEOUT, Outcome.TIMEOUT)
    assert sample.outcome is Outcome.TIMEOUT


async def test_a_fault_of_ours_among_several_is_not_counted_as_loss(context: ProbeContext) -> None:
    sample, _ = await ping(context, IcmpSpec(count=2, interval=0.01), Echo(0.01, 61), Outcome.LOCAL_FAULT)
    assert sample.outcome is Outcome.LOCAL_FAULT


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (IcmpSpec(count=2, interval=0.01, max_loss=0.4), "50% of the pings lost, 40% allowed"),
        (IcmpSpec(count=2, interval=0.01, max_rtt=0.01), "20.0 ms round trip, 10 ms allowed"),
    ],
)
async def test_a_poor_path_is_degraded(context: ProbeContext, spec: IcmpSpec, words: str) -> None:
    sample, _ = await ping(context, spec, Echo(0.02, 61), Outcome.TIMEOUT)
    assert (sample.outcome, sample.detail) == (Outcome.DEGRADED, words)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"size": 4000}, {"max_loss": 1.5}, {"interval": "0s"}, {"cuont": 3}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        IcmpSpec.model_validate(wrong)
