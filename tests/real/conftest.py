"""A context for single checks: the programs at the far end are real."""

from collections.abc import Iterator

import pytest

from opsmon.probe.context import ProbeContext
from tests.support.probe.context import probe_context


@pytest.fixture
def context() -> Iterator[ProbeContext]:
    with probe_context() as made:
        yield made
