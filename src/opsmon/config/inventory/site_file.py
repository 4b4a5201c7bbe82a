"""One file of `inventories/`: its site and its devices, each with everything that it inherits already in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from opsmon.config.inventory.access import IncompleteAccessError, resolve_snmp, resolve_ssh
from opsmon.config.inventory.check_list import CheckListError, resolve_checks
from opsmon.config.inventory.device_range import Member, members, range_mistake
from opsmon.config.inventory.inventory_spec import MAX_DEVICES, DeviceSpec, FieldsSpec, RangeSpec, SiteFileSpec
from opsmon.config.inventory.layer import Fields, merge_layers
from opsmon.config.inventory.layer_check import SHAPE_ONLY, check_layer, known_check_names
from opsmon.config.inventory.origin import Layer, Origin
from opsmon.config.secret import FileSecrets
from opsmon.config.yaml.document import Document, Steps, add_mistake, check_spec
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Check, Device, JumpHost, Kind, Site, SnmpAccess, SshAccess
from opsmon.model.name import ContractId, DeviceName, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown
from opsmon.text.vocabulary import kind_of_word

T = TypeVar("T")
SpecT = TypeVar("SpecT", bound=FieldsSpec)
_TEMPLATE_HINT = Sentence(
    "templates are bundles of fields under `templates:`, of this file or of one without a site above it",
    "模板是 `templates:` 下的一组字段，写在本文件或上级没有站点的文件中",
)


@dataclass(frozen=True, slots=True)
class PlacedDevice:
    """A device and where it comes from."""

    device: Device
    origin: Origin


@dataclass(frozen=True, slots=True)
class SiteFile:
    """What one file gives."""

    site: Site
    document: Document
    devices: tuple[PlacedDevice, ...]
    written: frozenset[str]  # every name under `devices:`, those with mistakes too
    complete: bool  # whether every range gave its devices


def load_site_file(
    document: Document,
    shared: Mapping[str, Layer | None],
    secrets: FileSecrets,
    problems: Problems,
    usual_checks: Mapping[str, Sequence[object]],
) -> SiteFile | None:
    """The site of a document, or None when it is no mapping; what is wrong is added to the problems.

    `shared` are templates of other files, None for one with a mistake; `usual_checks` what profiles say of checks.

    A wrong head hides no mistake of a device: the devices are read all the same, under what can be told of the site.
    """
    check_spec(document, SiteFileSpec, problems, context=SHAPE_ONLY)
    if not isinstance(document.data, dict):
        return None
    reader = _SiteReader(document, shared, secrets, problems, usual_checks)
    devices = tuple(reader.devices())
    return SiteFile(reader.site, document, devices, reader.written_names(), reader.complete)


def _site(data: Fields) -> Site:
    contract = _text(data, "contract")
    return Site(
        name=SiteName(_text(data, "site") or ""),
        title=_text(data, "title") or "",
        contract=ContractId(contract) if contract else None,
        service=_text(data, "service"),
        labels=_labels(data),
    )


class _SiteReader:
    """Reads the devices of one file. Accesses and check lists that are equal are made once and shared."""

    def __init__(
        self,
        document: Document,
        shared: Mapping[str, Layer | None],
        secrets: FileSecrets,
        problems: Problems,
        usual_checks: Mapping[str, Sequence[object]],
    ) -> None:
        self._usual_checks = usual_checks
        self._document, self._secrets, self._problems = document, secrets, problems
        self._data = cast("Fields", document.data)
        self.site = _site(self._data)
        self._templates: dict[str, Layer | None] = dict(shared)
        self._defaults: Layer | None = Layer(document, ("defaults",))
        self._check_names = self._known_check_names()
        self._made: dict[tuple[str, str], object] = {}
        self.complete = True
        self._room = MAX_DEVICES  # how many more devices one root may have, were this its only file

    def written_names(self) -> frozenset[str]:
        """Every name under `devices:`, whether its device has a mistake or not."""
        entries = self._part("devices", list)
        return frozenset(str(entry["name"]) for entry in entries if isinstance(entry, dict) and "name" in entry)

    def devices(self) -> Iterator[PlacedDevice]:
        """Every device that has no mistake; mistakes are added to the problems."""
        if self._data.get("defaults") is not None and self._checked(("defaults",), FieldsSpec) is None:
            self._defaults = None
        for name in self._part("templates", dict):
            steps = ("templates", name)
            sound = self._checked(steps, FieldsSpec) is not None
            self._templates[name] = Layer(self._document, steps) if sound else None
        for index in range(len(self._part("devices", list))):
            yield from self._one(("devices", index))
        for index in range(len(self._part("ranges", list))):
            yield from self._range(("ranges", index))

    def _part(self, key: str, kind: type[T]) -> T:
        value = self._data.get(key)
        return value if isinstance(value, kind) else kind()

    def _known_check_names(self) -> frozenset[str]:
        shared = [layer.fields() for layer in self._templates.values() if layer is not None]
        own = [self._data.get("defaults"), *self._part("templates", dict).values()]
        usual = [{"checks": list(checks)} for checks in self._usual_checks.values()]
        return known_check_names([*shared, *own, *usual, *self._part("devices", list), *self._part("ranges", list)])

    def _checked(self, steps: Steps, spec: type[SpecT]) -> SpecT | None:
        return check_layer(Layer(self._document, steps), spec, self._check_names, self._problems)

    def _one(self, steps: Steps) -> Iterator[PlacedDevice]:
        spec = self._checked(steps, DeviceSpec)
        made = self._bundle(steps, spec.use or ()) if spec else None
        if spec and made:
            fields, origin = made
            member = Member(spec.name, spec.address, _text(fields, "title") or "", tuple(spec.formerly or ()))
            device = self._resolve(fields, origin, member)
            if device:
                yield PlacedDevice(device, origin)

    def _range(self, steps: Steps) -> Iterator[PlacedDevice]:
        spec = self._checked(steps, RangeSpec)
        mistake = range_mistake(spec, self._room) if spec else None
        if mistake:
            add_mistake(self._document, steps, mistake, self._problems)
        made = self._bundle(steps, spec.use or ()) if spec and not mistake else None
        self.complete = self.complete and made is not None
        if spec and made:
            yield from self._members(spec, *made)

    def _members(self, spec: RangeSpec, fields: Fields, origin: Origin) -> Iterator[PlacedDevice]:
        alike: Device | None = None
        for member in members(spec, str(fields.get("title", ""))):
            device = _another(alike, member, fields) or self._resolve(fields, origin, member)
            if device is None:  # its fields are wrong, and so they are for every other one
                self.complete = False
                return
            self._room -= 1
            alike = device
            yield PlacedDevice(device, origin)

    def _bundle(self, steps: Steps, use: Sequence[str]) -> tuple[Fields, Origin] | None:
        """The merged fields of an entry; None when a layer of it is missing or wrong (which has been said)."""
        for index, name in enumerate(use):
            if name not in self._templates:
                hint = meant(name, self._templates) or _TEMPLATE_HINT
                mistake = Mistake(
                    ("use", index), Sentence(f"no template {shown(name)}", f"没有模板 {shown(name)}"), hint
                )
                add_mistake(self._document, steps, mistake, self._problems)
        layers = [self._defaults, *(self._templates.get(name) for name in use), Layer(self._document, steps)]
        sound = [layer for layer in layers if layer is not None]
        if len(sound) < len(layers):
            return None
        site: Fields = {"labels": dict(self.site.labels), "service": self.site.service}
        return merge_layers([site, *(layer.fields() for layer in sound)]), Origin(tuple(reversed(sound)))

    def _resolve(self, fields: Fields, origin: Origin, member: Member) -> Device | None:
        try:
            return self._device(fields, origin, member)
        except (IncompleteAccessError, CheckListError) as error:
            origin.add(self._problems, error.mistake)
            return None

    def _device(self, fields: Fields, origin: Origin, member: Member) -> Device:
        name = DeviceName(member.name)
        kind = self._kind(fields, name)
        snmp, ssh = self._snmp(fields), self._ssh(fields)
        if ssh and ssh.jump == JumpHost(name) and origin.entry.depth(("ssh", "jump")) < 2:
            ssh = replace(ssh, jump=None)  # the site's jump host itself, which inherits the site's `jump`
        own_parents = origin.entry.depth(("parents",)) > 0
        return Device(
            name=name, site=self.site.name, address=member.address, kind=kind, title=member.title,
            contract=self.site.contract, service=_text(fields, "service"), profile=_text(fields, "profile"),
            parents=tuple(DeviceName(p) for p in _texts(fields, "parents") if own_parents or p != name),
            labels=self._shared("labels", fields.get("labels"), lambda: _labels(fields)),
            checks=self._checks(fields, kind, has_snmp=snmp is not None),
            important=self._shared("important", marked := _texts(fields, "important"), lambda: frozenset(marked)),
            snmp=snmp, ssh=ssh, formerly=tuple(map(DeviceName, member.formerly)),
        )  # fmt: skip

    def _kind(self, fields: Fields, name: DeviceName) -> Kind:
        kind = _text(fields, "kind")
        if kind is None:
            raise IncompleteAccessError(
                Mistake(
                    ("kind",),
                    Sentence(f"{shown(name)} has no `kind`", f"{shown(name)} 没有 `kind`"),
                    Sentence("such as switch, camera or other", "例如 switch、camera 或 other"),
                )
            )
        return Kind(kind_of_word(kind))

    def _snmp(self, fields: Fields) -> SnmpAccess | None:
        snmp = fields.get("snmp")
        if not isinstance(snmp, dict):
            return None
        written = (snmp, self._secrets.taken_over(snmp))
        return self._shared("snmp", written, lambda: resolve_snmp(snmp, self._secrets))

    def _ssh(self, fields: Fields) -> SshAccess | None:
        ssh = fields.get("ssh")
        if not isinstance(ssh, dict):
            return None
        written = (ssh, self._secrets.taken_over(ssh))
        return self._shared("ssh", written, lambda: resolve_ssh(ssh, self._secrets))

    def _checks(self, fields: Fields, kind: Kind, *, has_snmp: bool) -> tuple[Check, ...]:
        entries, periods, fast = fields.get("checks"), fields.get("periods"), fields.get("fast") is True
        usual = self._usual_checks.get(_text(fields, "profile") or "", ())
        usual = [entry for entry in usual if has_snmp or entry != "snmp"]
        written = entries if isinstance(entries, list) else usual or None
        paces = periods if isinstance(periods, dict) else {}
        return self._shared(
            "checks",
            (written, paces, kind if written is None else "", has_snmp, fast, self._secrets.taken_over(written)),
            lambda: resolve_checks(written, paces, kind, self._secrets.context, has_snmp=has_snmp, fast=fast),
        )

    def _shared(self, what: str, written: object, make: Callable[[], T]) -> T:
        """What `make` gives, made once for equal `written`."""
        key = (what, repr(written))
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])


def _another(alike: Device | None, member: Member, fields: Fields) -> Device | None:
    """The next device of a range, after one that is like it; None where its fields name one of the two, since no device
    is its own parent or jump host."""
    if alike is None:
        return None
    ssh = fields.get("ssh")
    jump = ssh.get("jump") if isinstance(ssh, dict) else None
    named = (*_texts(fields, "parents"), jump)
    if alike.name in named or member.name in named:
        return None
    return replace(
        alike,
        name=DeviceName(member.name),
        address=member.address,
        title=member.title,
        formerly=tuple(map(DeviceName, member.formerly)),
    )


def _text(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None


def _texts(fields: Fields, key: str) -> list[str]:
    value = fields.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _labels(fields: Fields) -> dict[str, str]:
    value = fields.get("labels")
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}
