"""The manual page opsmon(1), made of the help of every command: `python -m opsmon.cli.manual FOLDER`."""
