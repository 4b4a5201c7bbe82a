"""All files of `inventories/` together: names unique over the root, parents that exist and make no circle.

Files are read in the order of their names, so that problems and devices come in the same order everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from opsmon.config.inventory.device_range import TOO_MANY
from opsmon.config.inventory.former_name import check_former_names
from opsmon.config.inventory.inventory_spec import MAX_DEVICES
from opsmon.config.inventory.jump import link_jumps
from opsmon.config.inventory.parent import check_no_circle, check_parents_exist
from opsmon.config.inventory.reference import Known, check_device, check_site, with_only_service
from opsmon.config.inventory.site_file import PlacedDevice, SiteFile, load_site_file
from opsmon.config.inventory.template_file import SharedTemplates, holds_templates, load_templates
from opsmon.config.loading import Loading
from opsmon.config.secret import FileSecrets
from opsmon.config.snmp_strength import warn_of_weak_snmp
from opsmon.config.yaml.document import Document, document_of, read_document
from opsmon.config.yaml.folder import yaml_files
from opsmon.errors import Problem
from opsmon.layout import INVENTORIES
from opsmon.model.device import Inventory, Site
from opsmon.model.name import DeviceName, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown


def load_inventory(loading: Loading, known: Known) -> Inventory:
    """Every site and device of the root, after adding what is wrong with them to the problems."""
    read = list(_load_all(loading, known))
    files = [file for file in read if file]
    sites, placed = _sites(files, loading), _devices(files, loading)
    for file in files:
        check_site(file, known, loading.problems)
    for found in placed.values():
        check_device(found, known, loading.problems)
    if len(files) == len(read) and all(file.complete for file in files):
        written = frozenset().union(*(file.written for file in files))
        check_parents_exist(placed, written, loading.problems)
    check_no_circle(placed, loading.problems)
    check_former_names(placed, loading.problems)
    _warn_shared_addresses(placed.values(), loading)
    _warn_marks_unseen(placed.values(), loading)
    warn_of_weak_snmp(placed.values(), loading.problems)
    linked = link_jumps(placed, loading.problems)
    devices = {name: with_only_service(device, known) for name, device in linked.items()}
    if not read:
        hint = "is this the right directory? `opsmon init DIR` writes a sample"
        loading.problems.add(
            Problem(INVENTORIES, 0, 0, Sentence("there is no inventory file", "没有清单文件"), hint, "", True)
        )
    return Inventory(sites, devices)


def inventory_files(loading: Loading) -> Iterator[Path]:
    """Every YAML file under `inventories/`, also of linked folders; what is not read is among the problems."""
    return yaml_files(loading.root / INVENTORIES, loading.root, loading.problems, deep=True)


def _load_all(loading: Loading, known: Known) -> Iterator[SiteFile | None]:
    """Every file with a site, as long as their devices fit into one root; None for what cannot be read."""
    documents = [read_document(path, loading.root, loading.problems) for path in inventory_files(loading)]
    documents += [document_of(path, loading.root, text, loading.problems) for path, text in loading.drafts.items()]
    shared = _shared_templates(loading, documents)
    owners, devices = {**known.owners, **shared.owners()}, 0
    for document in documents:
        if document is not None and holds_templates(document):
            continue
        file = _load(loading, document, shared, owners, known) if document else None
        yield file
        devices += len(file.devices) if file else 0
        if document is not None and devices > MAX_DEVICES:
            loading.problems.add(Problem(document.path, 0, 0, TOO_MANY, Sentence("several roots", "多个目录")))
            return


def _shared_templates(loading: Loading, documents: Iterable[Document | None]) -> SharedTemplates:
    found = [document for document in documents if document is not None and holds_templates(document)]
    return load_templates([(document, loading.secrets(document)) for document in found], loading.problems)


def _load(
    loading: Loading, document: Document, shared: SharedTemplates, owners: Mapping[int, FileSecrets], known: Known
) -> SiteFile | None:
    secrets = loading.secrets(document, owners)
    return load_site_file(document, shared.for_file(document.file), secrets, loading.problems, known.checks)


def _sites(files: list[SiteFile], loading: Loading) -> dict[SiteName, Site]:
    first: dict[SiteName, Document] = {}
    for file in files:
        other = first.setdefault(file.site.name, file.document)
        if file.site.name and other is not file.document:
            hint = f"first at {_where(other, ('site',))}"
            loading.problems.add(
                file.document.problem(
                    ("site",),
                    Sentence(f"two sites are named {shown(file.site.name)}", f"有两个站点都叫 {shown(file.site.name)}"),
                    hint,
                )
            )
    return {file.site.name: file.site for file in files}


def _devices(files: list[SiteFile], loading: Loading) -> dict[DeviceName, PlacedDevice]:
    """Devices by name; of two with one name the first stays, and one problem a pair of entries says so."""
    placed: dict[DeviceName, PlacedDevice] = {}
    told: set[tuple[str, str]] = set()
    for file in files:
        for device in file.devices:
            first = placed.setdefault(device.device.name, device)
            if first is device:
                continue
            pair = (first.origin.where, device.origin.where)
            if pair not in told:
                told.add(pair)
                _tell_twins(first, device, loading)
    return placed


def _tell_twins(first: PlacedDevice, second: PlacedDevice, loading: Loading) -> None:
    message = f"two devices are named {shown(second.device.name)}"
    loading.problems.add(
        second.origin.problem(
            "name", message, Sentence(f"first at {first.origin.where}", f"首次出现在 {first.origin.where}")
        )
    )


def _warn_shared_addresses(placed: Iterable[PlacedDevice], loading: Loading) -> None:
    """Two devices at one address and one SNMP port and context are most likely one device written twice."""
    first: dict[tuple[object, ...], PlacedDevice] = {}
    for found in placed:
        snmp = found.device.snmp
        other = first.setdefault((found.device.address, *((snmp.port, snmp.context) if snmp else ())), found)
        if other is not found:
            message = f"{shown(found.device.name)} has the address of {shown(other.device.name)}"
            problem = found.origin.problem(
                "address", message, Sentence(f"at {other.origin.where}", f"见 {other.origin.where}"), warning=True
            )
            loading.problems.add(problem)


def _warn_marks_unseen(placed: Iterable[PlacedDevice], loading: Loading) -> None:
    """Marked interfaces that no check will ever see: their links would be taken for watched."""
    for found in placed:
        if found.device.important and not any(check.kind == "snmp" for check in found.device.checks):
            message = f"{shown(found.device.name)} marks interfaces, and no `snmp` check looks at them"
            loading.problems.add(
                found.origin.problem(
                    "important",
                    message,
                    Sentence("add `snmp` to its checks", "请在其 checks 中加上 `snmp`"),
                    warning=True,
                )
            )


def _where(document: Document, steps: tuple[str | int, ...]) -> str:
    place, _ = document.place_of(steps)
    return f"{document.path}:{place.line}:{place.column}"
