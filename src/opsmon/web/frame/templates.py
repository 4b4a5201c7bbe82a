"""The templates of all pages, compiled once."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from opsmon.text.safe import visible
from opsmon.web.frame.asset import asset_path
from opsmon.web.frame.mark import MARKS

FOLDER = Path(__file__).resolve().parents[1] / "templates"


@cache
def environment() -> Environment:
    """The templates. A name that a record lacks is a mistake, not an empty text."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["visible"] = visible
    made.globals.update(asset=asset_path, marks=MARKS)
    return made


def load_templates() -> None:
    """Compiles every template, some 0.5 s in all: no reader waits for it, and none gets a page of a later version whose
    files were put in place while this one runs."""
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)
