"""`python -m opsmon` is the same as the `opsmon` command."""

from opsmon.entry import main

if __name__ == "__main__":
    main()
