"""`opsmon init DIR`: a new root."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.config.new_root import write_root
from opsmon.layout import INVENTORIES
from opsmon.text.bilingual import Text

STEP_WIDTH = 36
NO_ROOT_OPTION = Text("then no command needs --root", "之后的命令不必再写 --root")
EDIT_INVENTORY = Text("your sites, devices and addresses", "填写站点、设备和地址")
EDIT_CONTRACT = Text("what your contract promises", "填写合同条款")
EDIT_ON_CALL = Text("and rules/oncall.yaml: who is called", "与 rules/oncall.yaml：呼叫谁")
WROTE, NEXT = Text("wrote", "已写入"), Text("Next:", "接下来：")
ExampleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--example",
        metavar="NAME",
        help="Write this real contract and its inventories instead of the sample; repeatable. `?` lists their names.",
    ),
]
DirArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The new root; it is made when it is not there.")]


def init(
    directory: DirArgument,
    example: ExampleOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Write a new root: a sample site, stock profiles and rules.

    Editors complete and check its files by the schemas beside them. Nothing that is there already is overwritten.
    """
    written = write_root(directory, example or ())
    if json_output:
        print_json({"root": str(directory), "written": [str(path.relative_to(directory)) for path in written]})
        return
    language = spoken_language(directory)
    for path in written:
        say(f"{WROTE.in_(language)} {path}{'/' if path.is_dir() else ''}")
    say()
    say(NEXT.in_(language))
    for what, why in _next_steps(directory, is_sample=not example):
        say(f"  {what:<{STEP_WIDTH}}  {why.in_(language)}")


def _next_steps(directory: Path, *, is_sample: bool) -> Iterator[tuple[str, Text]]:
    """What to type, and what it is good for."""
    yield f"export OPSMON_ROOT={shlex.quote(str(directory.resolve()))}", NO_ROOT_OPTION
    inventories = directory / INVENTORIES
    yield f"edit {inventories / 'sample.yaml' if is_sample else inventories}", EDIT_INVENTORY
    if is_sample:
        yield f"edit {directory / 'rules' / 'contracts' / 'sample.yaml'}", EDIT_CONTRACT
        yield f"edit {directory / 'people.yaml'}", EDIT_ON_CALL
        yield "export SNMP_SAMPLE=…", Text("the secrets that the files refer to", "设置文件引用的密钥")
    yield "opsmon check", Text("says what is wrong, and where", "检查配置，指出错误及位置")
    yield "opsmon probe ADDRESS", Text("polls one device once", "检测一台设备")
    yield (
        "opsmon run",
        Text("starts the daemon, on http://127.0.0.1:9876/", "启动守护进程，界面在 http://127.0.0.1:9876/"),
    )
