"""`opsmon netbox write`: custom fields of NetBox are told what is watched here; shown first, written with `--yes`."""

from typing import Annotated

import typer

from opsmon.cli.inventory.render import NOT_WRITTEN
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.config.root import load_root
from opsmon.errors import ConfigError, Problem
from opsmon.layout import SETTINGS_FILE
from opsmon.ledger.netbox.client import NetboxClient
from opsmon.ledger.netbox.source import netbox_of
from opsmon.ledger.netbox.write_back import WriteBack, facts_of, plan_write_back
from opsmon.text.bilingual import Sentence, Text

_SUCH_AS = Sentence("such as `write: {opsmon_profile: profile}`", "例如 `write: {opsmon_profile: profile}`")
HEADINGS = (("device", "NetBox", "field", "has", "gets"), ("设备", "NetBox 编号", "字段", "现值", "写入"))


def write(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write; without it the changes are shown.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Tell custom fields of NetBox what is known of each device.

    Name, kind, profile, contract, the day of the last good backup: `netbox: {write: {FIELD: WORD}}` in opsmon.yaml
    says which. Only what differs is written; devices that this inventory does not have, and every other field, stay
    as they are.
    """
    loaded = load_root(root)
    language, settings = language_of(loaded.settings), netbox_of(loaded.settings)
    if not settings.write:
        told = Sentence("`netbox` has no `write:`", "netbox 一节没有 write:")
        raise ConfigError((Problem(SETTINGS_FILE, 0, 0, told, _SUCH_AS),))
    client = NetboxClient(settings)
    facts = facts_of(loaded.path, loaded.settings.timezone)
    plan = plan_write_back(client.devices(settings.filters), loaded.inventory, settings, facts)
    patches = plan.patches()
    done = 0
    if yes:
        for done in client.write(patches):  # noqa: B007 - the last one is told
            pass
    if json_output:
        print_json(_as_json(plan, done))
        return
    _print(plan, language)
    say(_count(plan, len(patches), done).in_(language))
    if patches and not yes:
        say(NOT_WRITTEN.in_(language))


def _print(plan: WriteBack, language: str) -> None:
    if not plan.changes:
        return
    rows = ((one.device, one.number, one.field, one.before, one.after) for one in plan.changes)
    print_table(HEADINGS[language == "zh"], rows)


def _count(plan: WriteBack, changed: int, done: int) -> Text:
    verb = Text(f"wrote {done}", f"已写入 {done}") if done else Text(f"would write {changed}", f"将写入 {changed}")
    return Text(
        f"{verb.en} of {changed + plan.same} devices, {plan.same} are as they should be; "
        f"{len(plan.unknown)} are not in this inventory",
        f"{verb.zh} 台，{plan.same} 台无需改动；{len(plan.unknown)} 台不在本清单",
    )


def _as_json(plan: WriteBack, done: int) -> dict[str, object]:
    return {
        "written": done,
        "changes": [
            {"device": one.device, "netbox": one.number, "field": one.field, "has": one.before, "gets": one.after}
            for one in plan.changes
        ],
        "same": plan.same,
        "unknown": list(plan.unknown),
    }
