"""Files in the wrong place, of the wrong name or in the wrong encoding: told for what they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError
from tests.support.config.layout import lay_out

Load = Callable[..., Root]
SITE = "site: hall\ntitle: 主会场\ndevices: [{name: a, address: 192.0.2.1, kind: switch}]\n"
CONTRACT = "contract: c\ntitle: t\nservices: {s: {title: s}}\nclauses: []\n"
CONDITIONS = "conditions: []\n"


def warnings_of(root: Root) -> list[str]:
    return [str(warning) for warning in root.warnings if warning.path != "rules/conditions.yaml"]


@pytest.mark.parametrize(
    ("path", "written", "told"),
    [
        ("opsmon.yml", "language: en\n", "opsmon.yml: warning: not read (its name has to be opsmon.yaml)"),
        ("conditions.yaml", CONDITIONS, "conditions.yaml: warning: not read (its name has to be rules/conditions.yaml)"),
        ("rules/conditions.yml", CONDITIONS,
         "rules/conditions.yml: warning: not read (its name has to be rules/conditions.yaml)"),
        ("inventory/hall.yaml", SITE, "inventory: warning: not read (the folder has to be inventories/)"),
        ("contracts/c.yaml", CONTRACT, "contracts: warning: not read (the folder has to be rules/contracts/)"),
        ("rules/c.yaml", CONTRACT, "rules/c.yaml: warning: not read (a contract belongs in rules/contracts/)"),
        ("hall.yaml", SITE, "hall.yaml: warning: not read (a site's file belongs in inventories/)"),
        ("inventories/hall.yml", SITE, "inventories/hall.yml: warning: not read (rename it to end in `.yaml`)"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_is_named_with_its_place(load: Load, path: str, written: str, told: str) -> None:
    assert told in warnings_of(load({"inventories/a.yaml": "site: a\n", path: written}))


@pytest.mark.parametrize("path", ["compose.yaml", "rules/notes.yaml", ".hidden.yaml", "schemas/x.yaml", "docs/a.yaml"])
def test_files_of_other_programs_are_none_of_ours(load: Load, path: str) -> None:
    root = load({"inventories/a.yaml": "site: a\n", path: "services: {web: {image: x}}\nvolumes: {}\n"})
    assert [told for told in warnings_of(root) if path in told and "contract" not in told] == []


@pytest.mark.parametrize(
    ("path", "written", "told"),
    [
        ("inventories/c.yaml", CONTRACT, "this is a contract, and a site's file is read here (it belongs in rules/contracts/)"),
        ("rules/contracts/hall.yaml", SITE, "this is a site's file, and a contract is read here (it belongs in inventories/)"),
        ("probes/c.yaml", CONDITIONS,
         "this is the conditions, and a device profile is read here (it belongs in rules/conditions.yaml)"),
        ("rules/calendars/c.yaml", CONTRACT, "this is a contract, and a calendar is read here (it belongs in rules/contracts/)"),
    ],
)  # fmt: skip
def test_a_file_in_the_wrong_folder_is_told_once_and_not_key_by_key(
    load: Load, path: str, written: str, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load({path: written})
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [f"{path}:1:1: {told}"]


def load_octets(folder: Path, octets: bytes) -> Root:
    root = lay_out(folder, {"inventories/hall.yaml": ""})
    (root / "inventories" / "hall.yaml").write_bytes(octets)
    return load_root(root, environ={})


@pytest.mark.parametrize(
    "octets",
    [SITE.replace("\n", "\r\n").encode(), SITE.encode("utf-8-sig"), SITE.replace("\n", "\r\n").encode("utf-8-sig")],
    ids=["CRLF", "a mark", "both"],
)
def test_what_windows_editors_write_is_read(tmp_path: Path, octets: bytes) -> None:
    (site,) = load_octets(tmp_path, octets).inventory.sites.values()
    assert (site.name, site.title) == ("hall", "主会场")


NOTEPAD = "the file is UTF-16 (save it as UTF-8 (Notepad: Save As, Encoding UTF-8))"


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (SITE.encode("utf-16"), f"1:1: {NOTEPAD}"),
        (b"\xfe\xff" + SITE.encode("utf-16-be"), f"1:1: {NOTEPAD}"),
        (SITE.encode("utf-16-le"), f"1:1: {NOTEPAD}"),
        (SITE.encode("gbk"),
         "2:8: the file is not UTF-8, it seems to be GBK (`iconv -f GBK -t UTF-8`, or save it as UTF-8 in the editor)"),
        (b"site: hall\ntitle: caf\xe9\n", "2:11: the file is not UTF-8 (save it as UTF-8)"),
    ],
    ids=["UTF-16", "UTF-16 BE", "UTF-16 without a mark", "GBK", "Latin-1"],
)  # fmt: skip
def test_another_encoding_is_named_with_the_mend(tmp_path: Path, octets: bytes, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_octets(tmp_path, octets)
    (problem,) = [problem for problem in caught.value.problems if not problem.warning]
    assert str(problem) == f"inventories/hall.yaml:{told}"
