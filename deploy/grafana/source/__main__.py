"""Writes the dashboards: `python -m deploy.grafana.source`, from the top of the project."""

from pathlib import Path

from deploy.grafana.source.files import written

FOLDER = Path(__file__).parents[1] / "dashboards"

if __name__ == "__main__":
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)
