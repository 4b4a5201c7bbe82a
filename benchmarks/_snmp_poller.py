"""Our SNMP engine alone, a process of its own: walks every device once a period, evenly spread.

python -m benchmarks._snmp_poller PORT DEVICES PERIOD_S

Prints `ready` after the first sweeps, then a line after each period: walks done, walks failed, requests.
"""

import asyncio
import sys

from benchmarks._snmp_responder import COMMUNITY, IF_ENTRY, IF_X_ENTRY
from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind, SnmpAccess, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.session import Oid

COLUMNS: list[Oid] = [
    *((*IF_ENTRY, column) for column in (7, 8, 13, 14, 19, 20)),
    *((*IF_X_ENTRY, column) for column in (6, 7, 8, 9, 10, 11, 12, 13, 15)),
]
WARM_UP_SWEEPS = 4


def a_device(number: int, port: int) -> Device:
    access = SnmpAccess(SnmpVersion.V2C, port, Secret(COMMUNITY))
    address = f"127.1.{number // 250}.{number % 250 + 1}"
    return Device(DeviceName(f"d{number}"), SiteName("bench"), address, Kind.SWITCH, snmp=access)


class Poller:
    def __init__(self, engine: SnmpEngine, devices: list[Device]) -> None:
        self._engine = engine
        self._devices = devices
        self.walked = self.failed = 0

    async def walk(self, device: Device) -> None:
        try:
            walked = await self._engine.session(device).walk(COLUMNS)
            assert all(len(column) == len(walked.columns[0]) > 0 for column in walked.columns)
            self.walked += 1
        except ProbeError:
            self.failed += 1

    async def sweep(self, period_s: float) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for number, device in enumerate(self._devices):
                await asyncio.sleep(began + number * period_s / len(self._devices) - loop.time())
                group.create_task(self.walk(device))
            await asyncio.sleep(began + period_s - loop.time())


async def main(port: int, devices: int, period_s: float) -> None:
    engine = SnmpEngine()
    await engine.start()
    poller = Poller(engine, [a_device(number, port) for number in range(devices)])
    for _ in range(WARM_UP_SWEEPS):
        await poller.sweep(0.5)
    print("ready", flush=True)
    while True:
        poller.walked = poller.failed = 0
        before = engine.traffic.sent
        await poller.sweep(period_s)
        print(poller.walked, poller.failed, engine.traffic.sent - before, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
