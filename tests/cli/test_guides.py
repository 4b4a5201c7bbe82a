"""What the guides show of a command is what the command prints."""

import re
from pathlib import Path

import pytest

from tests.support.cli.said import Opsmon
from tests.support.places import REPOSITORY


@pytest.mark.parametrize(("guide", "language"), [("docs/contracts.md", "en"), ("docs/contracts.zh.md", "zh")])
def test_the_timeline_of_the_guide_replays_as_it_says(
    guide: str, language: str, command: Opsmon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSMON_LANG", raising=False)
    text = (REPOSITORY / guide).read_text(encoding="utf-8")
    timeline = re.search(r"```yaml\n(until: [^`]*incidents:[^`]*)```", text)
    answer = re.search(r"replay [^`]*`[^`]*\n```\n([^`]*)```", text)
    assert timeline is not None
    assert answer is not None
    (tmp_path / "opsmon.yaml").write_text(f"language: {language}\n", encoding="utf-8")
    (tmp_path / "timeline.yaml").write_text(timeline[1], encoding="utf-8")
    said = command("contracts", "replay", tmp_path / "timeline.yaml", "--root", tmp_path)
    assert said.code == 0, said.err
    assert said.out.startswith(answer[1])
    assert "20,375.00" in said.out
