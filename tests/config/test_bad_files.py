"""One mistake a file, and exactly what is said about it: `bad/expected.txt` keeps messages plain and places exact."""

import shutil
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError

FOLDER = Path(__file__).parent / "bad"
EXPECTED = dict(line.split(": ", 1) for line in (FOLDER / "expected.txt").read_text(encoding="utf-8").splitlines())


def load_bad_file(name: str, root: Path) -> Root:
    for part in ("inventories", "probes", "rules"):
        (root / part).mkdir()
    (root / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
    (root / "rules" / "conditions.yaml").write_text("{}")
    shutil.copy(FOLDER / f"{name}.yaml", root / "inventories" / "site.yaml")
    return load_root(root, environ={"KEY": "long-enough"})


@pytest.mark.parametrize("name", EXPECTED)
def test_one_mistake_is_said_once_and_at_its_place(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_bad_file(name, tmp_path)
    said = [str(problem) for problem in caught.value.problems if not problem.warning]
    assert said == [f"inventories/site.yaml:{EXPECTED[name]}"]


def test_every_bad_file_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", ["secret_in_wrong_place", "secret_number", "snmp_short_key"])
def test_a_mistake_never_repeats_a_secret(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_bad_file(name, tmp_path)
    told = str(caught.value) + repr(caught.value.problems)
    assert not any(secret in told for secret in ("s3cret-community", "8675309", "hunter2"))
