"""Does an SSH server greet, let us in, and say what is expected when it runs a command.

Without access (`ssh:` of the device) or with `login: false` only the greeting is read. With it we log in by key or
password; `command` is run and `expect` is searched in its output, whose named groups that hold numbers become
`ssh_value{name}`. The first host key is pinned before the login; another one later is AUTH, and nothing secret
is sent to it. Nothing is read of the user's own SSH configuration, agent or keys. No error holds a secret or an output.
A device behind jump hosts (`ssh.jump`) is dialled from the last of them.
"""

import re
from array import array
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from math import nan
from typing import Annotated, Protocol

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device, SshAccess
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.labels import match_reading
from opsmon.probe.kind.spec import CheckSpec, Pattern, Port
from opsmon.probe.kind.tcp import connect, first_line
from opsmon.protocol.dial import dial
from opsmon.protocol.host_keys import KeyPlace

MAX_GREETING_BYTES = 8_192  # servers may send lines before their version (RFC 4253, 4.2)


@dataclass(frozen=True, slots=True)
class SshSettings:
    port: int | None = None
    login: bool = True
    command: str = ""
    expect: re.Pattern[str] | None = None
    host_key: str = "pin"
    legacy: bool = False


class SshSpec(CheckSpec):
    port: Port | None = None
    """That of `ssh:`, else 22, unless told · 端口"""
    login: bool = True
    """Whether it logs in, or only reads the greeting · 是否登录"""
    command: Annotated[str, Field(max_length=1000)] = ""
    """What is run once it is logged in · 登录后执行的命令"""
    expect: Pattern | None = None
    """A pattern that the output has to hold · 输出须匹配的正则"""
    host_key: Annotated[str, Field(pattern=r"^(pin|any|SHA256:[A-Za-z0-9+/]{43}=?)$")] = "pin"
    """`pin` the first one seen, take `any`, or its fingerprint `SHA256:…` · 主机密钥"""
    legacy: bool = False
    """Also take old algorithms, for servers of long ago · 允许旧算法"""

    def resolve(self) -> SshSettings:
        expect = re.compile(self.expect, re.MULTILINE) if self.expect else None
        return SshSettings(self.port, self.login, self.command, expect, self.host_key, self.legacy)


async def run(device: Device, check: Check, settings: SshSettings, context: ProbeContext) -> CheckResult:
    port = settings.port or (device.ssh.port if device.ssh else 22)
    if device.ssh is None and settings.command:
        raise ProbeError(Outcome.LOCAL_FAULT, "a command is to be run, and the device has no `ssh` access")
    if device.ssh is not None and device.ssh.jump is not None:
        return await _run_behind(device, replace(device.ssh, port=port), check, settings, context)
    if device.ssh is None or not settings.login:
        return await _greet(device, check, port, settings, context)
    from opsmon.probe.kind.ssh_login import SshVisit, log_in

    made = await dial(await context.resolver.addresses(device.address, check.family), port)
    with made:
        place = KeyPlace(device.name, port, str(made.getpeername()[0]), device.formerly)
        visit = SshVisit(place, made, device.ssh, settings, context.host_keys, is_device=True)
        return await _logged_in(check, settings, context, *await log_in(visit))


async def _run_behind(
    device: Device, access: SshAccess, check: Check, settings: SshSettings, context: ProbeContext
) -> CheckResult:
    """The same from the last jump host."""
    from opsmon.probe.kind.ssh_jump import read_through, way_to
    from opsmon.probe.kind.ssh_login import SshVisit, log_in

    async with AsyncExitStack() as opened:
        tunnel = await opened.enter_async_context(way_to(access, context, check.timeout_s))
        if not settings.login:
            reader = await read_through(tunnel, device.address, access.port, opened)
            return await _judge_greeting(check, settings, context, await _read_greeting(reader, access.port))
        visit = SshVisit(
            KeyPlace(device.name, access.port, "", device.formerly), None, access, settings, context.host_keys,
            tunnel=tunnel, dialled=device.address, is_device=True,
        )  # fmt: skip
        return await _logged_in(check, settings, context, *await log_in(visit))


async def _logged_in(
    check: Check,
    settings: SshSettings,
    context: ProbeContext,
    facts: dict[str, str],
    ran: tuple[int | None, str] | None,
) -> CheckResult:
    if ran is None:
        return CheckResult(readings=(match_reading(check.name, failed=False),), facts=facts)
    status, output = ran
    if settings.expect is None or status:
        return _judge(check.name, status, {}, facts)
    groups = await context.searches.groups(settings.expect, output, check.timeout_s)
    return _judge(check.name, status, groups, facts)


async def _greet(device: Device, check: Check, port: int, settings: SshSettings, context: ProbeContext) -> CheckResult:
    async with connect(device, check, port, context) as (reader, _):
        greeting = await _read_greeting(reader, port)
    return await _judge_greeting(check, settings, context, greeting)


async def _judge_greeting(check: Check, settings: SshSettings, context: ProbeContext, greeting: str) -> CheckResult:
    facts, expect = {"banner": greeting}, settings.expect
    failed = expect is not None and await context.searches.groups(expect, greeting, check.timeout_s) is None
    readings = (match_reading(check.name, failed=failed),)
    if failed:
        return CheckResult(
            Outcome.DEGRADED, f"the greeting is not what is expected: {greeting!r}", readings, facts=facts
        )
    return CheckResult(readings=readings, facts=facts)


class _Lines(Protocol):
    def readline(self) -> Awaitable[bytes]: ...


async def _read_greeting(reader: _Lines, port: int) -> str:
    read = 0
    while read < MAX_GREETING_BYTES:
        try:
            line = await reader.readline()
        except ValueError:  # a line longer than the reader's limit
            break
        if line.startswith(b"SSH-"):
            return first_line(line)
        if not line:
            break
        read += len(line)
    raise ProbeError(Outcome.PROTOCOL, f"port {port} takes a connection and does not speak SSH")


def _judge(
    check: CheckName, status: int | None, groups: dict[str, str | None] | None, facts: dict[str, str]
) -> CheckResult:
    """`groups` are those of the match; None where what is expected was not found."""
    failed = groups is None
    matched = match_reading(check, failed=failed)
    if status:
        return CheckResult(Outcome.DEGRADED, f"the command ended with status {status}", (matched,), facts=facts)
    if failed:
        return CheckResult(
            Outcome.DEGRADED, "what the command printed does not match what is expected", (matched,), facts=facts
        )
    return CheckResult(readings=(matched, *_readings_of(groups or {}, check)), facts=facts)


@lru_cache(maxsize=256)
def ssh_block(check: CheckName, names: tuple[str, ...]) -> SeriesBlock:
    """The series of the named groups of one check's `expect`."""
    return SeriesBlock(tuple(SeriesKey("ssh_value", (("check", check), ("name", name))) for name in names))


def _readings_of(groups: dict[str, str | None], check: CheckName) -> tuple[Reading, ...]:
    if not groups:
        return ()
    return (Reading(ssh_block(check, tuple(groups)), array("d", (_number(text) for text in groups.values()))),)


def _number(text: str | None) -> float:
    with suppress(ValueError):
        return float(text or "")
    return nan
