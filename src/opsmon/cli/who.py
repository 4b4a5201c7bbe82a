"""Who gives a command, where nobody is named."""

import getpass
import os
import pwd

from opsmon.config.settings import Settings
from opsmon.model.origin import on_this_machine
from opsmon.web.client import DaemonClient


def login_name() -> str:
    """The name of the user who runs the command."""
    return getpass.getuser()


def teller(by: str | None, settings: Settings) -> str | None:
    """Who says what a command tells: who is named, else the login name; None where a person's own token says it."""
    return by or (None if DaemonClient(settings.http).names_itself else login_name())


def ourselves() -> str:
    """The account that runs the command, for the journal: of the process, whatever the environment calls it."""
    number = os.getuid()
    try:
        return on_this_machine(pwd.getpwuid(number).pw_name)
    except KeyError:
        return on_this_machine(str(number))
