"""Files of `inventories/` that hold templates and no site: for every site of their folder and of the folders below."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from opsmon.config.inventory.inventory_spec import FieldsSpec, TemplateFileSpec
from opsmon.config.inventory.layer_check import SHAPE_ONLY, check_layer, known_check_names
from opsmon.config.inventory.origin import Layer
from opsmon.config.secret import FileSecrets, identities_of
from opsmon.config.yaml.document import Document, check_spec
from opsmon.config.yaml.problem import Problems
from opsmon.text.near_miss import shown

_SITE_KEYS = ("site", "devices", "ranges", "defaults")


def holds_templates(document: Document) -> bool:
    """Whether a document is a file of templates: it has them, and nothing that a site has."""
    data = document.data
    return isinstance(data, dict) and "templates" in data and not any(key in data for key in _SITE_KEYS)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """The templates of one file; None stands for one with a mistake, which has been told."""

    document: Document
    templates: Mapping[str, Layer | None]
    secrets: FileSecrets


@dataclass(frozen=True, slots=True)
class SharedTemplates:
    """Every file of templates, the outer folders first."""

    files: tuple[TemplateFile, ...] = ()

    def for_file(self, file: Path) -> dict[str, Layer | None]:
        """What a site's file may use; of two of one name the nearer counts."""
        found: dict[str, Layer | None] = {}
        for shared in self.files:
            if file.is_relative_to(shared.document.file.parent):
                found |= shared.templates
        return found

    def owners(self) -> dict[int, FileSecrets]:
        """Who opens a secret that stands in a file of templates, by the very object that was read there."""
        return {identity: shared.secrets for shared in self.files for identity in identities_of(shared.document.data)}


def load_templates(documents: Iterable[tuple[Document, FileSecrets]], problems: Problems) -> SharedTemplates:
    """The files of templates among an inventory's documents, outer folders first; mistakes are added."""
    ordered = sorted(documents, key=lambda pair: (len(pair[0].file.parts), pair[0].path))
    files = tuple(_load(document, secrets, problems) for document, secrets in ordered)
    _tell_twins(files, problems)
    return SharedTemplates(files)


def _load(document: Document, secrets: FileSecrets, problems: Problems) -> TemplateFile:
    check_spec(document, TemplateFileSpec, problems, context=SHAPE_ONLY)
    data = document.data["templates"] if isinstance(document.data, dict) else {}
    names = data if isinstance(data, dict) else {}
    check_names = known_check_names(names.values())
    templates: dict[str, Layer | None] = {}
    for name in names:
        layer = Layer(document, ("templates", name))
        templates[name] = layer if check_layer(layer, FieldsSpec, check_names, problems) else None
    return TemplateFile(document, templates, secrets)


def _tell_twins(files: Iterable[TemplateFile], problems: Problems) -> None:
    """Two templates of one name in one folder: neither is nearer than the other."""
    first: dict[tuple[Path, str], Document] = {}
    for file in files:
        for name in file.templates:
            other = first.setdefault((file.document.file.parent, name), file.document)
            if other is not file.document:
                steps = ("templates", name)
                place, _ = other.place_of(steps)
                hint = f"first at {other.path}:{place.line}:{place.column}"
                told = f"two templates of this folder are named {shown(name)}"
                problems.add(file.document.problem(steps, told, hint, at_key=True))
