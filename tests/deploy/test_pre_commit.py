"""The hook for pre-commit: a commit with a broken inventory is refused, and taken once it is mended."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.places import REPOSITORY

(HOOK,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
SITE = "site: hall\ndevices: [{name: core-1, address: 192.0.2.1, kind: KIND}]\n"


@pytest.mark.parametrize(
    ("file", "is_ours"),
    [
        ("opsmon.yaml", True),
        ("inventories/east/hall.yml", True),
        ("site/rules/contracts/a.yaml", True),
        ("people.yaml", True),
        ("README.md", False),
        ("charts/values.yaml", False),
        ("my-inventories/a.yaml", False),
    ],
)
def test_it_runs_for_files_of_a_root_and_for_no_others(file: str, is_ours: bool) -> None:
    assert (re.search(HOOK["files"], file) is not None) == is_ours  # as pre-commit does
    assert HOOK["pass_filenames"] is False


def test_a_commit_with_a_mistake_is_refused_and_one_without_is_taken(tmp_path: Path) -> None:
    """By git itself, with what the hook starts: pre-commit would first fetch opsmon, and no test has a network."""
    tools, work = tmp_path / "bin", tmp_path / "work"
    tools.mkdir()
    (tools / "opsmon").write_text(f'#!/bin/sh\nexec {sys.executable} -m opsmon "$@"\n')
    (tools / "opsmon").chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY / "src"),
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
    }  # fmt: skip
    environment.pop("OPSMON_ROOT", None)

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        return subprocess.run(
            ["git", *who, *words], cwd=work, env=environment, capture_output=True, text=True, check=False
        )

    def commit(kind: str) -> subprocess.CompletedProcess[str]:
        (work / "inventories" / "hall.yaml").write_text(SITE.replace("KIND", kind), encoding="utf-8")
        git("add", "-A")
        return git("commit", "-q", "-m", "a site")

    (work / "inventories").mkdir(parents=True)
    (work / "opsmon.yaml").write_text("language: en\n", encoding="utf-8")
    git("init", "-q")
    (work / ".git" / "hooks" / "pre-commit").write_text(f"#!/bin/sh\nexec {HOOK['entry']}\n")
    (work / ".git" / "hooks" / "pre-commit").chmod(0o755)
    refused = commit("swich")
    assert refused.returncode != 0
    assert "inventories/hall.yaml:2:" in refused.stdout + refused.stderr
    assert "did you mean `switch`?" in refused.stdout + refused.stderr
    assert git("rev-parse", "--verify", "HEAD").returncode != 0
    taken = commit("switch")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert git("rev-parse", "--verify", "HEAD").returncode == 0
