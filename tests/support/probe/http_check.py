"""One run of the http check against a port of loopback, and its series."""

from opsmon.model.sample import Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.http import HttpSpec
from opsmon.probe.schedule.run_check import run_check
from tests.support.probe.context import device_with


async def check(context: ProbeContext, port: int, *, timeout_s: float = 5.0, **settings: object) -> Sample:
    spec = HttpSpec.model_validate({"scheme": "http", "port": port, **settings})
    device = device_with("http", spec, timeout_s=timeout_s)
    return await run_check(device, device.checks[0], context)


def series(sample: Sample) -> dict[str, float]:
    return {
        key.metric + dict(key.labels).get("phase", ""): value
        for reading in sample.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
    }
