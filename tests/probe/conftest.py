"""A context for single checks: no driver, and whatever of loopback a test opens."""

from collections.abc import Iterator

import pytest

from opsmon.probe.context import ProbeContext
from tests.support.probe.context import probe_context


@pytest.fixture
def context() -> Iterator[ProbeContext]:
    with probe_context() as made:
        yield made
