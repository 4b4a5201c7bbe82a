"""What an engineer would do first when a device is gone: trace the path, send a burst of pings, and write it down.

By icmplib, in threads of its own, at most `MAX_S` long and `AT_ONCE` at a time, so that forty cameras behind a dead
switch do not hold up anything. Works as far as the process is permitted: a trace needs a raw socket, a burst of pings
a raw or a datagram one; what could not be done is said, with the reason. The text goes to the incident.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import icmplib

from opsmon.errors import ProbeError
from opsmon.protocol.resolver import Resolver

AT_ONCE = 4
MAX_S = 20.0
MAX_HOPS = 20
MAX_SILENT_HOPS = 3
BURST = 5
_HOP_TIMEOUT_S = 0.7
_BURST_INTERVAL_S = 0.1
_BURST_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class Hop:
    """One router on the path; `address` is empty where nothing answered."""

    distance: int
    address: str = ""
    rtt_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The facts. `path_fault` and `burst_fault` say why a part is missing."""

    address: str
    hops: tuple[Hop, ...] = ()
    path_fault: str = ""
    sent: int = 0
    rtts_ms: tuple[float, ...] = ()
    burst_fault: str = ""


_WORDS = {
    "en": {
        "title": "Diagnosis of {address}",
        "burst": "Pings: {sent} sent, {answered} answered{times}",
        "times": ", round trip {least:.1f} / {mean:.1f} / {most:.1f} ms (least / mean / most)",
        "no_burst": "Pings: not possible ({fault})",
        "no_path": "Path: not traced ({fault})",
        "path": "Path:",
        "silent": "no answer",
        "arrived": "The path reaches the device.",
        "last": "The last answer on the path comes from {address}, hop {distance}: look there, or right behind it.",
        "nothing": "Nothing on the path answers, not even the first hop: look at our own network first.",
    },
    "zh": {
        "title": "对 {address} 的诊断",
        "burst": "Ping：发送 {sent} 个，应答 {answered} 个{times}",
        "times": "，往返时延 {least:.1f} / {mean:.1f} / {most:.1f} 毫秒（最小 / 平均 / 最大）",
        "no_burst": "Ping：无法执行（{fault}）",
        "no_path": "路径：无法跟踪（{fault}）",
        "path": "路径：",
        "silent": "无应答",
        "arrived": "路径可达设备本身。",
        "last": "路径上最后的应答来自第 {distance} 跳 {address}：请从该设备或其下一跳查起。",
        "nothing": "路径上没有任何应答，第一跳也没有：请先检查本机所在网络。",
    },
}


class Diagnostician:
    """Makes diagnoses, a few at a time; the others wait their turn."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="diagnosis")
        self._closed = threading.Event()

    async def diagnose(self, address: str, language: str = "zh") -> str:
        """The findings about a device as text for a person. Never raises for what the network does."""
        try:
            numeric = await self._resolver.resolve(address)
        except ProbeError as error:
            return render(Diagnosis(address, path_fault=error.detail, burst_fault=error.detail), language)
        loop = asyncio.get_running_loop()
        return render(await loop.run_in_executor(self._threads, examine, numeric, self._closed.is_set), language)

    def close(self) -> None:
        """Has what runs stop at its next step, and begins nothing more: the daemon's end waits for no diagnosis."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)


def examine(address: str, is_closed: Callable[[], bool] = lambda: False) -> Diagnosis:
    """Traces and pings a numeric address, for at most about MAX_S seconds or until `is_closed`. Blocks."""
    ends_s = time.monotonic() + MAX_S

    def is_over() -> bool:
        return is_closed() or time.monotonic() >= ends_s

    hops, path_fault = trace_path(address, is_over)  # before the burst uses up the routers' patience
    rtts_ms, sent, burst_fault = send_burst(address, is_closed)
    return Diagnosis(address, hops, path_fault, sent, rtts_ms, burst_fault)


def send_burst(address: str, is_over: Callable[[], bool]) -> tuple[tuple[float, ...], int, str]:
    """Round trips of a burst of pings, how many were sent, and why there are none if we could not send them."""
    rtts_ms: list[float] = []
    for sent in range(BURST):
        if is_over():
            return tuple(rtts_ms), sent, ""
        try:
            rtts_ms += _ping_once(address)
        except icmplib.SocketPermissionError:
            return (), 0, "not permitted for this user: see net.ipv4.ping_group_range, or setcap cap_net_raw"
        except icmplib.ICMPLibError as error:
            return (), 0, type(error).__name__
        time.sleep(_BURST_INTERVAL_S)
    return tuple(rtts_ms), BURST, ""


def _ping_once(address: str) -> list[float]:
    """With a raw socket where that is permitted, else with a datagram one."""
    try:
        return list(icmplib.ping(address, count=1, timeout=_BURST_TIMEOUT_S, privileged=True).rtts)
    except icmplib.SocketPermissionError:
        return list(icmplib.ping(address, count=1, timeout=_BURST_TIMEOUT_S, privileged=False).rtts)


def trace_path(address: str, is_over: Callable[[], bool]) -> tuple[tuple[Hop, ...], str]:
    """The hops up to the device, or to where the path falls silent or repeats itself."""
    hops: list[Hop] = []
    for distance in range(1, MAX_HOPS + 1):
        if is_over():
            break
        try:
            hop = _ask_hop(address, distance)
        except icmplib.SocketPermissionError:
            return (), "needs root, or cap_net_raw"
        except icmplib.ICMPLibError as error:
            return tuple(hops), type(error).__name__
        if hop.address and any(hop.address == earlier.address for earlier in hops):
            break  # a router that refuses answers for every hop behind it
        hops.append(hop)
        if hop.address == address or _is_silent(hops):
            break
    return tuple(hops), ""


def _is_silent(hops: list[Hop]) -> bool:
    return len(hops) >= MAX_SILENT_HOPS and not any(hop.address for hop in hops[-MAX_SILENT_HOPS:])


def _ask_hop(address: str, distance: int) -> Hop:
    found = icmplib.traceroute(
        address, count=1, interval=0, timeout=_HOP_TIMEOUT_S, first_hop=distance, max_hops=distance
    )
    return Hop(distance, found[0].address, found[0].avg_rtt) if found else Hop(distance)


def render(diagnosis: Diagnosis, language: str) -> str:
    """The text for a person, in Chinese or English."""
    words = _WORDS.get(language, _WORDS["en"])
    lines = [words["title"].format(address=diagnosis.address), _render_burst(diagnosis, words)]
    if diagnosis.path_fault and not diagnosis.hops:
        return "\n".join((*lines, words["no_path"].format(fault=diagnosis.path_fault)))
    lines.append(words["path"])
    lines += [_render_hop(hop, words) for hop in diagnosis.hops]
    return "\n".join((*lines, _conclude(diagnosis, words)))


def _render_burst(diagnosis: Diagnosis, words: dict[str, str]) -> str:
    if diagnosis.burst_fault:
        return words["no_burst"].format(fault=diagnosis.burst_fault)
    rtts_ms, times = diagnosis.rtts_ms, ""
    if rtts_ms:
        times = words["times"].format(least=min(rtts_ms), mean=sum(rtts_ms) / len(rtts_ms), most=max(rtts_ms))
    return words["burst"].format(sent=diagnosis.sent, answered=len(rtts_ms), times=times)


def _render_hop(hop: Hop, words: dict[str, str]) -> str:
    answer = f"{hop.address}  {hop.rtt_ms:.1f} ms" if hop.address else words["silent"]
    return f"{hop.distance:4}  {answer}"


def _conclude(diagnosis: Diagnosis, words: dict[str, str]) -> str:
    answered = [hop for hop in diagnosis.hops if hop.address]
    if not answered:
        return words["nothing"]
    if answered[-1].address == diagnosis.address:
        return words["arrived"]
    return words["last"].format(address=answered[-1].address, distance=answered[-1].distance)
