"""`opsmon inventory`: what the files come to."""

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table
from opsmon.config.root import load_root

group = new_group("What the inventory files come to: list, show, convert, compare.")


@group.command("list")
def list_devices(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Every device of the root."""
    devices = load_root(root).inventory.devices.values()
    rows = [(d.name, d.site, d.kind.value, d.address, d.contract) for d in devices]
    if json_output:
        print_json([dict(zip(("name", "site", "kind", "address", "contract"), row, strict=True)) for row in rows])
        return
    print_table(("device", "site", "kind", "address", "contract"), rows)
