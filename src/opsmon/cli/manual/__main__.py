"""Writes opsmon.1 in English and in Chinese below a folder, as `man` looks for them."""

import sys
from pathlib import Path

from opsmon.cli.manual.page import manual_page
from opsmon.cli.output import say

PLACES = {"en": "man1/opsmon.1", "zh": "zh_CN/man1/opsmon.1"}


def main(folder: Path) -> None:
    for language, place in PLACES.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(manual_page(language), encoding="utf-8")
        say(f"wrote {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "man"))
