"""`opsmon incidents takeover`: from the hands of whoever has an incident into one's own."""

from opsmon.cli.incidents.option import ByOption, IdArgument, NoteOption, address_of, print_incident, send
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.who import login_name
from opsmon.config.settings_file import load_settings


def take_over(
    incident: IdArgument,
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Take an incident over from whoever has it.

    Nobody else is called while you hold it; your time to begin with the work starts anew.
    """
    settings = load_settings(root)
    body: dict[str, object] = {"by": by or login_name(), "note": note}
    print_incident(send(settings, "POST", address_of(incident, "takeover"), body), settings, json_output)
