"""Where the project stands, for tests that read what it ships."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TESTS = REPOSITORY / "tests"
GOLDEN = TESTS / "golden"
