"""One file of `inventories/`: its site and its devices, each with everything that it inherits already in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from opsmon.config.access import IncompleteError, resolve_snmp, resolve_ssh
from opsmon.config.check_list import CheckListError, check_mistakes, names_of, resolve_checks
from opsmon.config.device_range import members, range_mistake
from opsmon.config.document import Document, Steps, add_mistake, check_spec
from opsmon.config.inventory_spec import MOST_DEVICES, DeviceSpec, FieldsSpec, RangeSpec, SiteFileSpec
from opsmon.config.layer import Fields, merge_layers
from opsmon.config.mistake import Mistake
from opsmon.config.problem import Problems, nearest, shown
from opsmon.config.secret import FileSecrets, check_shape
from opsmon.model.device import Check, Device, Kind, Site, SnmpAccess, SshAccess
from opsmon.model.name import ContractId, DeviceName, SiteName
from opsmon.probe.registry import KINDS
from opsmon.spec import SECRET_RESOLVER

T = TypeVar("T")
SpecT = TypeVar("SpecT", bound=FieldsSpec)
_FROM_SITE = ("labels", "service")  # what a device also inherits from the head of its file
_SHAPE_ONLY = {SECRET_RESOLVER: check_shape}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a device is written: its entry first, then the layers that it inherits from, the strongest first."""

    document: Document
    layers: tuple[Steps, ...]

    def add(self, problems: Problems, mistake: Mistake) -> None:
        """Place a mistake of the merged device in the layer that says most about it."""
        layers = (*self.layers, ()) if mistake.steps[0] in _FROM_SITE else self.layers
        depths = [self.document.depth((*layer, *mistake.steps)) - len(layer) for layer in layers]
        best = max(range(len(depths)), key=lambda index: (depths[index], -index))
        steps = mistake.steps if depths[best] else ("name",)
        add_mistake(self.document, layers[best], mistake._replace(steps=steps), problems)


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


def load_site_file(document: Document, secrets: FileSecrets, problems: Problems) -> SiteFile | None:
    """The site of a document, or None when it is no mapping; what is wrong is added to the problems.

    A wrong head hides no mistake of a device: the devices are read all the same, under what can be told of the site.
    """
    check_spec(document, SiteFileSpec, problems, context=_SHAPE_ONLY)
    if not isinstance(document.data, dict):
        return None
    reader = _SiteReader(document, _site(document.data), secrets, problems)
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

    def __init__(self, document: Document, site: Site, secrets: FileSecrets, problems: Problems) -> None:
        self._document, self.site, self._secrets, self._problems = document, site, secrets, problems
        self._data = cast("Mapping[str, object]", document.data)
        self._broken: set[Steps] = set()
        self._made: dict[tuple[str, str], object] = {}
        self._check_names = {*KINDS}
        self.complete = True
        self._room = MOST_DEVICES  # how many more devices one root may have, were this its only file

    def written_names(self) -> frozenset[str]:
        """Every name under `devices:`, whether its device has a mistake or not."""
        entries = self._part("devices", list)
        return frozenset(str(entry["name"]) for entry in entries if isinstance(entry, dict) and "name" in entry)

    def devices(self) -> Iterator[PlacedDevice]:
        """Every device that has no mistake; mistakes are added to the problems."""
        self._learn_check_names()
        templates = self._part("templates", dict)
        self._checked(("defaults",), FieldsSpec) if self._data.get("defaults") is not None else None
        for name in templates:
            self._checked(("templates", name), FieldsSpec)
        for index in range(len(self._part("devices", list))):
            yield from self._one(("devices", index))
        for index in range(len(self._part("ranges", list))):
            yield from self._range(("ranges", index))

    def _part(self, key: str, kind: type[T]) -> T:
        value = self._data.get(key)
        return value if isinstance(value, kind) else kind()

    def _entries(self) -> Iterator[object]:
        yield self._data.get("defaults")
        yield from self._part("templates", dict).values()
        yield from self._part("devices", list)
        yield from self._part("ranges", list)

    def _learn_check_names(self) -> None:
        for entry in self._entries():
            if isinstance(entry, dict):
                self._check_names.update(names_of(entry.get("checks")))

    def _checked(self, steps: Steps, spec: type[SpecT]) -> SpecT | None:
        """A layer as its Spec; None, remembered as broken, after adding its mistakes."""
        checked = check_spec(self._document, spec, self._problems, context=_SHAPE_ONLY, steps=steps)
        part = self._document.part(steps)
        mistakes = list(self._layer_mistakes(part if isinstance(part, dict) else {}))
        for mistake in mistakes:
            add_mistake(self._document, steps, mistake, self._problems)
        if checked is not None and not mistakes:
            return checked
        self._broken.add(steps)
        return None

    def _layer_mistakes(self, layer: Mapping[str, object]) -> Iterator[Mistake]:
        checks, periods = layer.get("checks"), layer.get("periods")
        for mistake in check_mistakes(checks if isinstance(checks, list) else (), _SHAPE_ONLY):
            yield mistake._replace(steps=("checks", *mistake.steps))
        for name in periods if isinstance(periods, dict) else ():
            if name not in self._check_names:
                yield Mistake(
                    ("periods", name), f"no check {shown(name)}", nearest(name, self._check_names), at_key=True
                )

    def _one(self, steps: Steps) -> Iterator[PlacedDevice]:
        spec = self._checked(steps, DeviceSpec)
        made = self._bundle(steps, spec.use or ()) if spec else None
        if spec and made:
            fields, origin = made
            device = self._resolve(fields, origin, DeviceName(spec.name), spec.address, spec.title)
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
        for member in members(spec, str(fields.get("title", ""))):
            device = self._resolve(fields, origin, DeviceName(member.name), member.address, member.title)
            if device is None:  # its fields are wrong, and so they are for every other one
                self.complete = False
                return
            self._room -= 1
            yield PlacedDevice(device, origin)

    def _bundle(self, steps: Steps, use: Sequence[str]) -> tuple[Fields, Origin] | None:
        """The merged fields of an entry; None when a layer of it is broken (which has been said)."""
        templates = self._part("templates", dict)
        for index, name in enumerate(use):
            if name not in templates:
                hint = nearest(name, templates) or "templates are bundles of fields under `templates:` of the same file"
                add_mistake(
                    self._document, steps, Mistake(("use", index), f"no template {shown(name)}", hint), self._problems
                )
        layers: list[Steps] = [("defaults",), *(("templates", name) for name in use if name in templates), steps]
        if any(name not in templates for name in use) or any(layer in self._broken for layer in layers):
            return None
        parts = [self._document.part(layer) if self._document.depth(layer) == len(layer) else None for layer in layers]
        site: Fields = {"labels": dict(self.site.labels), "service": self.site.service}
        merged = merge_layers([site, *(part for part in parts if isinstance(part, dict))])
        return merged, Origin(self._document, tuple(reversed(layers)))

    def _resolve(
        self, fields: Fields, origin: Origin, name: DeviceName, address: str, title: str | None
    ) -> Device | None:
        try:
            return self._device(fields, origin, name, address, title)
        except (IncompleteError, CheckListError) as error:
            origin.add(self._problems, error.mistake)
            return None

    def _device(self, fields: Fields, origin: Origin, name: DeviceName, address: str, title: str | None) -> Device:
        kind = self._kind(fields, name)
        snmp, ssh = self._snmp(fields), self._ssh(fields)
        own_parents = self._document.depth((*origin.layers[0], "parents")) > len(origin.layers[0])
        return Device(
            name=name, site=self.site.name, address=address, kind=kind,
            title=title if title is not None else _text(fields, "title") or "",
            contract=self.site.contract, service=_text(fields, "service"), profile=_text(fields, "profile"),
            parents=tuple(DeviceName(p) for p in _texts(fields, "parents") if own_parents or p != name),
            labels=self._shared("labels", fields.get("labels"), lambda: _labels(fields)),
            checks=self._checks(fields, kind, has_snmp=snmp is not None),
            important=frozenset(_texts(fields, "important")),
            snmp=snmp, ssh=ssh,
        )  # fmt: skip

    def _kind(self, fields: Fields, name: DeviceName) -> Kind:
        kind = _text(fields, "kind")
        if kind is None:
            raise IncompleteError(Mistake(("kind",), f"{shown(name)} has no `kind`", "such as switch, camera or other"))
        return Kind(kind)

    def _snmp(self, fields: Fields) -> SnmpAccess | None:
        snmp = fields.get("snmp")
        if not isinstance(snmp, dict):
            return None
        return self._shared("snmp", snmp, lambda: resolve_snmp(snmp, self._secrets))

    def _ssh(self, fields: Fields) -> SshAccess | None:
        ssh = fields.get("ssh")
        if not isinstance(ssh, dict):
            return None
        return self._shared("ssh", ssh, lambda: resolve_ssh(ssh, self._secrets))

    def _checks(self, fields: Fields, kind: Kind, *, has_snmp: bool) -> tuple[Check, ...]:
        entries, periods = fields.get("checks"), fields.get("periods")
        written = entries if isinstance(entries, list) else None
        paces = periods if isinstance(periods, dict) else {}
        return self._shared(
            "checks",
            (written, paces, kind if written is None else "", has_snmp),
            lambda: resolve_checks(written, paces, kind, self._secrets.context, has_snmp=has_snmp),
        )

    def _shared(self, what: str, written: object, make: Callable[[], T]) -> T:
        """What `make` gives, made once for equal `written`."""
        key = (what, repr(written))
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])


def _text(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None


def _texts(fields: Fields, key: str) -> list[str]:
    value = fields.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _labels(fields: Fields) -> dict[str, str]:
    value = fields.get("labels")
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}
