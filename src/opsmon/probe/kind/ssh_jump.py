"""The way over jump hosts (`ssh.jump`): each is logged in to from the one before it, its key pinned like a device's.

What goes wrong on the way is LOCAL_FAULT and names the host: it says nothing of the device. What the last host says of
the device itself (refused, nobody there) is the device's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncssh

from opsmon.errors import ProbeError
from opsmon.model.device import JumpHost, SshAccess
from opsmon.model.sample import LocalCause, Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.ssh import SshSettings
from opsmon.probe.kind.ssh_login import SshVisit, no_way_on, open_session
from opsmon.protocol.dial import dial
from opsmon.protocol.host_keys import hop_place

WAY_SHARE = 0.8  # of a check's time: a host on the way that is slow is told from a device that is


@asynccontextmanager
async def way_to(
    access: SshAccess, context: ProbeContext, timeout_s: float
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A session on the last jump host. Raises ProbeError."""
    way_s = WAY_SHARE * timeout_s
    async with AsyncExitStack() as opened:
        tunnel: asyncssh.SSHClientConnection | None = None
        last: JumpHost | None = None
        deadline = asyncio.get_running_loop().time() + way_s
        for hop, own in access.hops:
            try:
                async with asyncio.timeout_at(deadline):
                    tunnel = await _hop(hop, own, context, tunnel, opened)
            except ProbeError as error:
                raise _on_the_way(hop, error.detail, error.cause) from None
            except TimeoutError:
                raise _on_the_way(hop, f"not through within {way_s:g} s", None) from None
            last = hop
        if tunnel is None or last is None:
            raise ProbeError(Outcome.LOCAL_FAULT, "the device has no jump host")
        yield tunnel


async def _hop(
    hop: JumpHost,
    access: SshAccess,
    context: ProbeContext,
    tunnel: asyncssh.SSHClientConnection | None,
    opened: AsyncExitStack,
) -> asyncssh.SSHClientConnection:
    connected = None
    if tunnel is None:
        connected = opened.enter_context(await dial(await context.resolver.addresses(hop.address), access.port))
    place = hop_place(hop, access)
    visit = SshVisit(place, connected, access, SshSettings(), context.host_keys, tunnel=tunnel, dialled=hop.address)
    return await opened.enter_async_context(await open_session(visit))


async def read_through(
    tunnel: asyncssh.SSHClientConnection, address: str, port: int, opened: AsyncExitStack
) -> "asyncssh.SSHReader[bytes]":
    """What a port behind the last jump host sends. Raises ProbeError."""
    try:
        reader, writer = await tunnel.open_connection(address, port, encoding=None)
    except asyncssh.Error as error:
        raise no_way_on(error, f"{address} port {port}") from None
    opened.callback(writer.close)
    return reader


def _on_the_way(hop: JumpHost, detail: str, cause: LocalCause | None) -> ProbeError:
    where = f"`{hop.name}`" if hop.name == hop.address else f"`{hop.name}` ({hop.address})"
    return ProbeError(Outcome.LOCAL_FAULT, f"at the jump host {where}: {detail}", cause)
