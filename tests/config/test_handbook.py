"""What the guides tell people to write loads as they say."""

import re
from pathlib import Path

import pytest

from opsmon.config.root import load_root
from tests.support.places import REPOSITORY

GUIDES = [("docs/inventory.md", 50), ("docs/inventory.zh.md", 50), ("README.md", 2)]


@pytest.mark.parametrize(("guide", "devices"), GUIDES)
def test_the_inventory_of_a_guide_loads(guide: str, devices: int, tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(site:.*?)```", (REPOSITORY / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "guide.yaml").write_text(found[1], encoding="utf-8")
    root = load_root(tmp_path, environ={})
    assert len(root.inventory.devices) == devices
    told = [str(warning) for warning in root.warnings if warning.path.startswith("inventories/")]
    assert [line.split("warning: ")[1] for line in told] == ["the environment variable SNMP_ERLONG is not set"]
