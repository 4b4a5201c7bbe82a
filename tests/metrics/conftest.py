"""A context for single checks: what a check measures becomes a metric."""

from collections.abc import Iterator

import pytest

from opsmon.probe.context import ProbeContext
from tests.support.probe.context import probe_context


@pytest.fixture
def context() -> Iterator[ProbeContext]:
    with probe_context() as made:
        yield made
