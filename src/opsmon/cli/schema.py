"""`opsmon schema`: JSON Schemas of the YAML files, for editors."""

from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.config.schema.files import write_schemas
from opsmon.config.schema.generate import SCHEMA_NAMES, files_of, schema_of
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.near_miss import meant, shown

NameArgument = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help=f"One of {', '.join(SCHEMA_NAMES)}; without it they are listed.")
]
WriteOption = Annotated[
    Path | None,
    typer.Option("--write", metavar="DIR", help="Write NAME, or all of them, as DIR/NAME.json, over what was there."),
]


def schema(
    name: NameArgument = None,
    write: WriteOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """The JSON Schemas of the YAML files, for editors.

    `opsmon init` writes them into schemas/; after an update `opsmon schema --write schemas` writes them anew.
    """
    if name is not None and name not in SCHEMA_NAMES:
        listed = Sentence(f"one of {', '.join(SCHEMA_NAMES)}", f"可选：{'、'.join(SCHEMA_NAMES)}")
        hint = meant(name, SCHEMA_NAMES) or listed
        raise typer.BadParameter(filled("no schema {} ({})", "没有模式 {}（{}）", shown(name), hint))
    if write is not None:
        _write(write, name, json_output)
    elif name is not None:
        print_json(schema_of(name))
    elif json_output:
        print_json({one: files_of(one) for one in SCHEMA_NAMES})
    else:
        print_table(("schema", "of"), ((one, files_of(one)) for one in SCHEMA_NAMES))


def _write(folder: Path, name: str | None, json_output: bool) -> None:
    written = [str(file) for file in write_schemas(folder, (name,) if name else SCHEMA_NAMES)]
    if json_output:
        print_json({"written": written})
        return
    for file in written:
        say(f"wrote {file}")
