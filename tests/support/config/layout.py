"""A root laid out in a folder: as little in it as loads."""

from pathlib import Path

PROFILE = "name: generic\ntitle: any device\nkind: other\n"


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    """A root with profiles and rules of its own (one profile, no rule) and the given files."""
    for path, text in {"probes/generic.yaml": PROFILE, "rules/.keep": "", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
