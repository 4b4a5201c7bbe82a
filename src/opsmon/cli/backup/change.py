"""`opsmon backup change`: announce a change, end it, and see what it did."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from opsmon.backup.change.commands import Changes, OrderResult
from opsmon.backup.change.order import Order, OrderBook
from opsmon.backup.repository.repository import Repository
from opsmon.cli.backup.render import Progress, backup_config_of, print_diff, print_results
from opsmon.cli.backup.selector import select_devices
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.clock import WallClock
from opsmon.config.root import load_root
from opsmon.text.bilingual import COLON, Sentence, Text
from opsmon.text.safe import visible
from opsmon.text.vocabulary import ORDER_STATES, headings, named

group = new_group("Change orders: copies before and after, bound together.")

MAX_LETTERS = 200
NOT_BEGUN = Text(
    "change {order} was not opened: a device could not be backed up, and there would be nothing to go back to",
    "变更单 {order} 未开始：有设备未能备份，变更后将无法恢复",
)
STILL_OPEN = Text(
    "change {order} is still open: not every device could be backed up", "变更单 {order} 尚未结束：有设备未能备份"
)
OrderArgument = Annotated[str, typer.Argument(metavar="ORDER", help="The change order's number.")]


@group.command("begin")
def begin(
    order: OrderArgument,
    devices: Annotated[list[str], typer.Argument(metavar="DEVICE...", help="The devices that will be changed.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who makes the change.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="What it is for.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Capture the devices and open the order.

    Until it ends their changes are announced ones.
    """
    loaded = load_root(root)
    language = language_of(loaded.settings)
    by, why = (" ".join(visible(text).split()) for text in (by, why))
    if not (0 < len(by) <= MAX_LETTERS and 0 < len(why) <= MAX_LETTERS):
        raise typer.BadParameter(
            Sentence(
                f"--by and --why say who and what for, in at most {MAX_LETTERS} characters each",
                f"--by 填写操作人，--why 填写事由，各不超过 {MAX_LETTERS} 个字符",
            )
        )
    chosen = select_devices(loaded.inventory, devices)
    with Progress(len(chosen), quiet=json_output) as progress:
        step = Changes(backup_config_of(loaded), WallClock()).begin(order, chosen, by, why, progress.tell)
    _tell(step, language, json_output=json_output)
    if step.order is None:
        warn(NOT_BEGUN.in_(language).format(order=order))
        raise typer.Exit(1)


@group.command("end")
def end(order: OrderArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Capture the devices again and close the order with the difference."""
    loaded = load_root(root)
    language = language_of(loaded.settings)
    changes = Changes(backup_config_of(loaded), WallClock())
    left = [loaded.inventory.devices[name] for name in changes.left(order) if name in loaded.inventory.devices]
    with Progress(len(left), quiet=json_output) as progress:
        step = changes.end(order, left, progress.tell)
    _tell(step, language, json_output=json_output)
    if step.order is None or step.order.is_open:
        warn(STILL_OPEN.in_(language).format(order=order))
        raise typer.Exit(1)


@group.command("list")
def list_orders(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """The change orders of the repository."""
    loaded = load_root(root)
    repository = Repository(loaded.settings.backup.repository)
    orders = OrderBook(repository).load_all()
    repository.close()
    if json_output:
        print_json([document_of(order) for order in orders])
        return
    language = language_of(loaded.settings)
    rows = ((o.name, _state(o, language), o.by, o.why, ", ".join(o.devices)) for o in orders)
    print_table(headings(("order", "state", "by", "why", "devices"), language), rows)


def _state(order: Order, language: str) -> str:
    return named(ORDER_STATES, "open" if order.is_open else "ended", language)


def document_of(order: Order) -> dict[str, Any]:
    """An order as JSON."""
    written = asdict(
        order, dict_factory=lambda pairs: {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in pairs}
    )
    return written | {"state": "open" if order.is_open else "ended"}


def _tell(step: OrderResult, language: str, *, json_output: bool) -> None:
    if json_output:
        results = [asdict(result) | {"at": result.at.isoformat(timespec="seconds")} for result in step.results]
        order = document_of(step.order) if step.order else None
        print_json({"order": order, "results": results, "diff": step.diff})
        return
    print_results(step.results, language)
    print_diff(step.diff)
    if step.order:
        name = Text(f"change {step.order.name}", f"变更单 {step.order.name}").in_(language)
        say(f"{name}{COLON.in_(language)}{_state(step.order, language)}")
