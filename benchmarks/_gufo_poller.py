"""gufo-snmp as a peer, a process of its own in its own environment: walks every device once a period, evenly spread.

python _gufo_poller.py '{"port": …, "addresses": […], "period_s": …, "community": …, "columns": […], "rows": 48}'

It imports nothing of ours. Sessions are kept; each column is one GETBULK walk. A line after each period: walks that
brought every value, and those that did not.
"""

import asyncio
import json
import sys
import time
from typing import Any

from gufo.snmp.aio import SnmpSession

MAX_REPETITIONS = 50


async def walk(session: SnmpSession, columns: list[str]) -> int:
    """How many values it brought."""
    brought = 0
    for column in columns:
        async for _ in session.getbulk(column, max_repetitions=MAX_REPETITIONS):
            brought += 1
    return brought


async def sweep(sessions: list[SnmpSession], plan: dict[str, Any], done: list[int]) -> None:
    """Each session once; whether it brought everything is counted in `done`."""
    began_s, wanted = time.monotonic(), plan["rows"] * len(plan["columns"])

    async def poll(session: SnmpSession) -> None:
        try:
            done[await walk(session, plan["columns"]) != wanted] += 1
        except (OSError, TimeoutError):
            done[1] += 1

    async with asyncio.TaskGroup() as group:
        for number, session in enumerate(sessions):
            due_s = began_s + number * plan["period_s"] / len(sessions)
            await asyncio.sleep(due_s - time.monotonic())
            group.create_task(poll(session))
        await asyncio.sleep(began_s + plan["period_s"] - time.monotonic())


async def main(plan: dict[str, Any]) -> None:
    sessions = [
        SnmpSession(addr=address, port=plan["port"], community=plan["community"]) for address in plan["addresses"]
    ]
    print("ready", flush=True)
    while True:
        done = [0, 0]
        await sweep(sessions, plan, done)
        print(*done, flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
