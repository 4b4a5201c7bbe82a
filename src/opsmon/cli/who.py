"""Who gives a command, where nobody is named."""

import getpass
import os
import pwd

from opsmon.model.origin import on_this_machine


def login_name() -> str:
    """The name of the user who runs the command."""
    return getpass.getuser()


def ourselves() -> str:
    """The account that runs the command, for the journal: of the process, whatever the environment calls it."""
    number = os.getuid()
    try:
        return on_this_machine(pwd.getpwuid(number).pw_name)
    except KeyError:
        return on_this_machine(str(number))
