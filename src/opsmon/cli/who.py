"""Who gives a command, where nobody is named."""

import getpass


def login_name() -> str:
    """The name of the user who runs the command."""
    return getpass.getuser()
