"""The text of opsmon(1): every command with its options, from the same help that `--help` prints, and words around.

`click-man` writes a page for each of click's commands: eighty pages, in one language, of commands that have to be
imported when it is installed. People look for one.
"""

from collections.abc import Iterator
from typing import Any, Final

import typer

from opsmon import __version__
from opsmon.cli.help_page import marks_in_chinese, speak_chinese
from opsmon.cli.main import COMMANDS, build_app
from opsmon.cli.manual.roff import definition, heading, paragraph, sub_heading, title
from opsmon.text.bilingual import Text
from opsmon.text.help_zh import in_chinese

# Of the words around the commands; a page that is made anew for the same commands is the same page.
WRITTEN_ON: Final = "2026-11-29"
_NAME = Text(
    "opsmon - fleet monitoring that knows the service contract", "opsmon - 懂得服务合同的设备监控守护进程和命令行"
)
_DESCRIPTION = Text(
    "opsmon polls the devices of the sites that you run for other people, and knows what you have promised about them. "
    "`opsmon run` is the daemon; the other commands ask it, or look at files and journal of a root by themselves.",
    "opsmon 轮询您为他人运维的站点上的设备，并知道合同中的承诺。`opsmon run` 是守护进程；"
    "其余命令询问它，或自行读取根目录的文件和日志。",
)
_EXIT = {
    "0": Text("All is well.", "正常。"),
    "1": Text("What was asked about is bad: a device is down, a backup failed.", "所问之事不正常，如设备中断。"),
    "2": Text("Wrong input or configuration.", "输入或配置有误。"),
    "3": Text("The daemon cannot be reached.", "无法连接守护进程。"),
}
_ENVIRONMENT = {
    "OPSMON_ROOT": Text("The root, where no --root is given.", "未给出 --root 时的根目录。"),
    "OPSMON_TOKEN": Text(
        "The token of commands, before that of opsmon.yaml.",
        "命令所用的令牌，先于 opsmon.yaml 中的。",
    ),
    "OPSMON_LANG": Text(
        "zh or en: the language of tables and help, before the root's and the locale's.",
        "zh 或 en：表格和帮助的语言，先于根目录的设置和终端的语言环境。",
    ),
}
_FILES = {
    "opsmon.yaml": Text("Settings.", "设置。"),
    "inventories/": Text("Sites and devices, one file a site.", "站点和设备，一个站点一个文件。"),
    "probes/": Text("Device profiles.", "设备模板。"),
    "rules/": Text("Contracts, conditions, calendars, rotas and plans.", "合同、告警条件、日历、值班表和呼叫方案。"),
    "people.yaml": Text("People on call.", "值班人员。"),
    "var/": Text("What the daemon writes: the journal, host keys.", "守护进程写入的内容：日志、主机密钥。"),
}
_HEADINGS = {
    "NAME": "名称", "SYNOPSIS": "概要", "DESCRIPTION": "说明", "OPTIONS": "选项", "COMMANDS": "命令",
    "EXIT STATUS": "退出码", "ENVIRONMENT": "环境变量", "FILES": "文件", "EXAMPLES": "示例", "SEE ALSO": "参见",
}  # fmt: skip
_FILES_ARE = Text("Below the root:", "在根目录下：")
_EXAMPLES = {
    "opsmon init ~/opsmon-site": Text("A new root.", "新建根目录。"),
    "opsmon check --root ~/opsmon-site": Text("Every mistake of it at once.", "一次列出全部错误。"),
    "opsmon incidents ack 20261120-1": Text("Take an incident on.", "接单。"),
}
_SEE = "snmp_exporter(1), prometheus(1), git(1), systemd(1)"


def manual_page(language: str) -> str:
    """The whole page in `en` or `zh`."""
    return "\n".join(_lines(language)) + "\n"


def _lines(language: str) -> Iterator[str]:
    def section(name: str) -> str:
        return heading(_HEADINGS[name] if language == "zh" else name)

    def listed(told: dict[str, Text]) -> Iterator[str]:
        for name, text in told.items():
            yield from definition(name, text.in_(language))

    yield title("OPSMON", 1, WRITTEN_ON, f"opsmon {__version__}")
    yield section("NAME")
    yield _NAME.in_(language).replace("opsmon - ", "opsmon \\- ")
    yield section("SYNOPSIS")
    yield from paragraph("**opsmon** [--root DIR] COMMAND ...", first=True)
    yield section("DESCRIPTION")
    yield from paragraph(_DESCRIPTION.in_(language), first=True)
    yield section("OPTIONS")
    yield from _options(*_spoken(build_app(["--help"]), language), language)
    yield section("COMMANDS")
    for word in COMMANDS:
        app, context = _spoken(build_app([word]), language)
        yield from _commands(app.get_command(context, word), context, word, language)
    yield section("EXIT STATUS")
    yield from listed(_EXIT)
    yield section("ENVIRONMENT")
    yield from listed(_ENVIRONMENT)
    yield section("FILES")
    yield from paragraph(_FILES_ARE.in_(language), first=True)
    yield from listed(_FILES)
    yield section("EXAMPLES")
    yield from listed(_EXAMPLES)
    yield section("SEE ALSO")
    yield from paragraph(_SEE, first=True)


def _spoken(app: typer.Typer, language: str) -> tuple[Any, Any]:
    command: Any = typer.main.get_command(app)
    if language == "zh":
        command = speak_chinese(command)
    return command, command.make_context("opsmon", [], resilient_parsing=True)


def _commands(command: Any, parent: Any, word: str, language: str) -> Iterator[str]:
    """A command, and those below it."""
    context = type(parent)(command, info_name=word, parent=parent)
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            yield from _commands(command.get_command(context, name), context, name, language)
        return
    yield sub_heading(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
    for number, text in enumerate((command.help or "").split("\n\n")):
        yield from paragraph(text, first=number == 0)
    yield from _options(command, context, language)


def _options(command: Any, context: Any, language: str) -> Iterator[str]:
    """Arguments and options; `--root` and `--help`, which every command has, are told of once, at the top."""
    everywhere = {"root", "help"} if context.parent is not None else set()
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and parameter.name not in everywhere:
            left, right = record
            yield from definition(left, marks_in_chinese(in_chinese(right)) if language == "zh" else right)
