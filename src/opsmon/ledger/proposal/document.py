"""A draft as the text of an inventory file: what is proposed; in comments why, what is known, what is left open.

Every word of a stranger is one clean line of bounded length, in a comment or as a quoted text; YAML is only ever
written by the emitter of the house.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from opsmon.config.yaml.emit import emit_yaml
from opsmon.discovery.found import CHASSIS_MAC, DeviceLook
from opsmon.discovery.tree import Stranger, Way
from opsmon.ledger.proposal.accesses import TriedAccess
from opsmon.ledger.proposal.draft import ProposalDraft, ProposedDevice
from opsmon.ledger.proposal.known import KnownDevice
from opsmon.ledger.proposal.naming import title_of
from opsmon.probe.profile.text import clean_text
from opsmon.text.bilingual import Text, joined
from opsmon.text.count import counted

MAX_WORDS = 160
MAX_LISTED = 200  # known devices and neighbours that comments name
MAX_ADDRESSES = 8
MAX_HEARD = 3
LABELS = ("vendor", "model", "serial")
MAX_LABEL = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the devices: the name of the site, lines on how the sweep went, the language of comments."""

    site: str
    lines: Sequence[Text]
    language: str = "en"


def document_of(draft: ProposalDraft, heading: Heading, accesses: Sequence[TriedAccess], *, with_pinged: bool) -> str:
    """The whole file. With `with_pinged` those that answer pings alone are devices, else comments."""
    writer = _Writer(draft, accesses, heading.language)
    devices = [writer.device(one) for one in draft.proposed]
    pinged = [writer.pinged(one, as_comment=not with_pinged) for one in draft.pinged]
    is_empty = not devices and not (with_pinged and pinged)
    head = {"site": heading.site}
    defaults = {"defaults": {"snmp": dict(writer.usual.written)}} if writer.usual is not None else {}
    text = emit_yaml({**head, **defaults, "devices": []})
    if not is_empty:
        text = text.removesuffix(" []\n") + "\n"
    return "".join((*writer.comments((*heading.lines, *writer.to_do())), text, *devices, *pinged, *writer.rest()))


class _Writer:
    """Writes the devices of one draft."""

    def __init__(self, draft: ProposalDraft, accesses: Sequence[TriedAccess], language: str) -> None:
        self._draft, self._accesses, self._language = draft, accesses, language
        used = Counter(one.found.access for one in draft.proposed if one.found.access is not None)
        self._used = sorted(used)
        self._usual = max(self._used, key=lambda place: used[place]) if used else None
        self.usual = None if self._usual is None else accesses[self._usual]

    def comments(self, lines: Iterable[Text]) -> Iterator[str]:
        """Each text as a line of its own."""
        for line in lines:
            yield f"# {clean_text(line.in_(self._language), MAX_WORDS)}\n"

    def to_do(self) -> Iterator[Text]:
        """What is to be done before the accesses hold."""
        for place in self._used:
            if remark := self._accesses[place].remark:
                yield Text(f"To do: {remark.en}.", f"待办：{remark.zh}。")

    def device(self, one: ProposedDevice) -> str:
        look = one.found.look
        lines = [] if look is None else [_what(look), *self._links(one.name)]
        if others := one.found.addresses[1:]:
            at = _listed(others)
            lines.append(Text(f"the same device answers at {at}", f"同一台设备还有地址 {at}"))
        return self._block(lines, self._entry(one))

    def pinged(self, one: ProposedDevice, *, as_comment: bool) -> str:
        why = one.found.answers[0].why
        lines = [Text(f"answers pings; {why.en}", f"可 ping 通；{why.zh}")]
        for by, heard in one.heard[:MAX_HEARD]:
            what = heard.name or Text("somebody", "未知设备").in_(self._language)
            lines.append(Text(f"{by} hears it on {heard.port} as {what}", f"{by} 在 {heard.port} 上听到它：{what}"))
        entry = self._entry(one) | ({"snmp": None} if self.usual is not None else {})
        first, *others = emit_yaml([entry]).splitlines()
        words = clean_text(joined(lines).in_(self._language), MAX_WORDS)
        mark = "# " if as_comment else "  "
        return "".join(f"{mark}{line}\n" for line in (f"{first}  # {words}", *others))

    def _entry(self, one: ProposedDevice) -> dict[str, object]:
        look, name = one.found.look, one.name
        entry: dict[str, object] = {"name": name, "address": one.found.address, "kind": one.kind.value}
        if title := title_of(one.found, name):
            entry["title"] = title
        if look is not None and not look.is_generic:
            entry["profile"] = look.profile
        if parents := [way.to for way in self._draft.tree.parents.get(name, ())]:
            entry["parents"] = list(dict.fromkeys(parents))
        if look is not None and (labels := _labels(look)):
            entry["labels"] = labels
        access = one.found.access
        if access is not None and access != self._usual:
            entry["snmp"] = _over(self._accesses[access].written, self.usual)
        return entry

    def _links(self, name: str) -> Iterator[Text]:
        tree = self._draft.tree
        if name in tree.roots:
            why = tree.roots[name]
            yield Text(f"the root of the tree: {why.en}", f"树根：{why.zh}")
        for way in tree.parents.get(name, ()):
            ports = _ports(way)
            yield Text(f"parent {way.to}: {ports.en}", f"上联 {way.to}：{ports.zh}")
        for way in tree.cut.get(name, ()):
            ports = _ports(way)
            yield Text(
                f"linked to {way.to} too ({ports.en}), which is no nearer to the root: no parent",
                f"还与 {way.to} 相连（{ports.zh}），它离树根并不更近：不作上联",
            )

    def rest(self) -> Iterator[str]:
        """What is in the inventory by now, and who was named and not found."""
        known = [_known_line(one) for one in self._draft.known]
        strangers = [_stranger_line(one) for one in self._draft.tree.strangers]
        for lines, what in ((known, "known devices"), (list(dict.fromkeys(strangers)), "neighbours")):
            yield from self.comments(lines[:MAX_LISTED])
            if (more := len(lines) - MAX_LISTED) > 0:
                yield from self.comments([Text(f"… and {more} more {what}", f"……另有 {more} 条")])

    def _block(self, lines: Iterable[Text], entry: Mapping[str, object]) -> str:
        written = (*self.comments(lines), *emit_yaml([dict(entry)]).splitlines(keepends=True))
        return "".join(f"  {line}" for line in written)


def _over(written: Mapping[str, object], usual: TriedAccess | None) -> dict[str, object]:
    """The access of one device above the defaults of its site, which are merged key by key: what of them does not
    belong to it is taken away."""
    inherited = {} if usual is None else usual.written
    return {**written, **{key: None for key in inherited if key not in written}}


def _what(look: DeviceLook) -> Text:
    maker = " ".join(word for word in (look.vendor, look.model) if word)
    words = [Text(maker) if maker else Text("maker unknown", "厂商不明")]
    if look.interfaces:
        words.append(Text(counted(look.interfaces, "interfaces"), f"{look.interfaces} 个接口"))
    if look.is_generic:
        number = look.object_id or "sysObjectID ''"
        words.append(
            Text(f"no profile fits {number}: the standard MIBs are read", f"没有模板适合 {number}：读取标准 MIB")
        )
    else:
        reason = look.reason
        words.append(Text(f"profile {look.profile}: {reason.en}", f"模板 {look.profile}：{reason.zh}"))
    return joined(words)


def _labels(look: DeviceLook) -> dict[str, str]:
    said = ((name, clean_text(getattr(look, name))[:MAX_LABEL]) for name in LABELS)
    return {name: text for name, text in said if text}


def _ports(way: Way) -> Text:
    if way.port and way.remote_port:
        return Text(f"{way.port} to its {way.remote_port}", f"{way.port} 接对端 {way.remote_port}")
    if way.port or way.remote_port:
        return Text(way.port or f"by its {way.remote_port}", way.port or f"接对端 {way.remote_port}")
    return Text("port not told", "端口不明")


def _listed(addresses: Iterable[str]) -> str:
    every = list(addresses)
    more = f" … ({len(every)})" if len(every) > MAX_ADDRESSES else ""
    return ", ".join(every[:MAX_ADDRESSES]) + more


def _known_line(one: KnownDevice) -> Text:
    at, name = _listed(one.found.addresses), one.device.name
    differs = [
        Text(f"{what} is {here} in the inventory, {there} here", f"{what} 清单为 {here}，实际为 {there}")
        for what, here, there in one.differences
    ]
    more = joined(differs)
    return Text(
        f"known: {name} at {at}{f': {more.en}' if more else ''}",
        f"已在清单：{name}，{at}{f'：{more.zh}' if more else ''}",
    )


def _stranger_line(one: Stranger) -> Text:
    heard = one.neighbour
    chassis = heard.chassis.octets.hex(":") if heard.chassis and heard.chassis.subtype == CHASSIS_MAC else ""
    words = heard.name or chassis
    at = f" ({_listed(heard.addresses)})" if heard.addresses else ""
    return Text(
        f"not found here: {words or 'somebody without a name'}{at}, heard by {one.heard_by} on {heard.port}",
        f"未发现：{words or '没有名字的邻居'}{at}，{one.heard_by} 在 {heard.port} 上听到",
    )
