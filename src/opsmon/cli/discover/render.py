"""What `opsmon discover` prints beside the proposed file: the plan before, the count after, and the same as JSON."""

from collections.abc import Sequence
from pathlib import Path

from opsmon.discovery.found import Found, Neighbour
from opsmon.discovery.paced_sweep import PacedSweep
from opsmon.discovery.tree import Way
from opsmon.errors import Problem
from opsmon.ledger.proposal.draft import ProposalDraft, ProposedDevice
from opsmon.model.duration import format_duration
from opsmon.text.bilingual import Text
from opsmon.text.count import counted

MAX_WORDS = 8  # networks that the file names


def plan_line(count: int, pace: float, timeout_s: float, accesses: int) -> Text:
    """What is about to happen, and how long it takes."""
    length = format_duration(max(1, round(count / pace)))
    return Text(
        f"{counted(count, 'addresses')} at {pace:g} a second: about {length}; an answer is waited for {timeout_s:g} s; "
        f"SNMP accesses tried in order: {accesses}. Ctrl-C keeps what was found.",
        f"{count:,} 个地址，每秒 {pace:g} 个：约 {length}；等待应答 {timeout_s:g} 秒；"
        f"依次尝试 {accesses} 种 SNMP 访问方式。Ctrl-C 可停止并保留已发现的设备。",
    )


def count_line(draft: ProposalDraft, sweep: PacedSweep) -> Text:
    """What was found."""
    parts = (len(draft.proposed), len(draft.pinged), len(draft.known))
    return Text(
        f"{sweep.asked:,} asked: {parts[0]} new by SNMP, {parts[1]} by ping alone, {parts[2]} known already",
        f"已扫描 {sweep.asked:,} 个：SNMP 新设备 {parts[0]}，仅 ping {parts[1]}，清单已有 {parts[2]}",
    )


def wrote_line(draft: ProposalDraft, file: Path, *, with_pinged: bool) -> Text:
    """What stands in the new file."""
    number = len(draft.proposed) + (len(draft.pinged) if with_pinged else 0)
    return Text(f"wrote {file}: {counted(number, 'devices')}", f"已写入 {file}：{number} 台设备")


def heading_lines(sweep: PacedSweep, words: Sequence[str], pace: float, *, finished: bool) -> list[Text]:
    """How the sweep went, for the top of the file."""
    asked = " ".join(words[:MAX_WORDS]) + (" …" if len(words) > MAX_WORDS else "")
    lines = [
        Text(
            "Proposed by `opsmon discover`: look it through, give it a title and a contract, keep it in inventories/.",
            "由 `opsmon discover` 生成：请核对，补上标题和合同，再放入 inventories/。",
        ),
        Text(
            f"Asked {asked}: {counted(sweep.asked, 'addresses')} at {pace:g} a second.",
            f"扫描 {asked}：{sweep.asked} 个地址，每秒 {pace:g} 个。",
        ),
    ]
    if not finished:
        lines.append(Text("It was interrupted: not every address was asked.", "扫描被中断：并非所有地址都已扫描。"))
    return lines


def draft_json(
    draft: ProposalDraft, sweep: PacedSweep, site: str, text: str, problems: Sequence[Problem]
) -> dict[str, object]:
    """The whole of it as plain data."""
    return {
        "site": site,
        "asked": sweep.asked,
        "devices": [_device(one, draft) for one in draft.proposed],
        "pinged": [_device(one, draft) for one in draft.pinged],
        "known": [
            {
                "name": one.device.name,
                **_answer(one.found),
                "differences": [
                    {"field": name, "inventory": here, "device": there} for name, here, there in one.differences
                ],
            }
            for one in draft.known
        ],
        "roots": [{"name": name, "why": why.en} for name, why in draft.tree.roots.items()],
        "strangers": [
            {"heard_by": one.heard_by, **_neighbour(one.neighbour)} for one in draft.tree.strangers
        ],
        "faults": [{"what": what, "addresses": number} for what, number in sweep.faults.most_common()],
        "problems": [str(problem) for problem in problems],
        "yaml": text,
    }  # fmt: skip


def _device(one: ProposedDevice, draft: ProposalDraft) -> dict[str, object]:
    tree = draft.tree
    return {
        "name": one.name,
        "kind": one.kind.value,
        **_answer(one.found),
        "parents": [_way(way) for way in tree.parents.get(one.name, ())],
        "cut": [_way(way) for way in tree.cut.get(one.name, ())],
    }


def _answer(found: Found) -> dict[str, object]:
    look = found.look
    said = {"address": found.address, "addresses": list(found.addresses)}
    if look is None:
        return {**said, "why": found.answers[0].why.en}
    return {
        **said,
        "profile": look.profile,
        "reason": look.reason.en or None,
        "sysName": look.system_name,
        "sysObjectID": look.object_id,
        "vendor": look.vendor,
        "model": look.model,
        "serial": look.serial,
        "interfaces": look.interfaces,
        "neighbours": [_neighbour(one) for one in look.neighbours],
    }


def _neighbour(one: Neighbour) -> dict[str, object]:
    return {
        "port": one.port,
        "name": one.name,
        "remote_port": one.remote_port,
        "chassis": one.chassis.octets.hex() if one.chassis else None,
        "addresses": list(one.addresses),
        "protocol": one.protocol,
    }


def _way(way: Way) -> dict[str, object]:
    return {"name": way.to, "port": way.port or None, "remote_port": way.remote_port or None}
