"""What the engine is told of a contract's on-site limit, device by device."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from opsmon.daemon.engine_rules import on_site_limit_s
from opsmon.model.device import Kind
from opsmon.model.name import ContractId
from tests.support.engine.scene import contracts, device

BOOKS = contracts()


@pytest.mark.parametrize(
    ("contract", "service", "labels", "limit_s"),
    [
        ("xicheng-vc-2025", "vc", {"venue": "main-hall"}, 180),  # E2: on the spot in 3 minutes
        ("xicheng-vc-2025", "vc", {"venue": "bureau"}, 1_800),  # E6: 30 minutes on holidays, the shortest that may hold
        ("bj-hrss-2021", "net", {}, 7_200),  # B3, B4a: 2 hours
        ("baizhifang-2026", "office", {}, None),  # C6 is for emergencies and external causes alone
        ("baizhifang-2026", "cctv", {"cause": "external"}, 1_800),  # C6
    ],
)
def test_the_shortest_limit_that_may_hold_counts(
    contract: str, service: str, labels: Mapping[str, str], limit_s: float | None
) -> None:
    ups = replace(device("ups", kind=Kind.UPS), service=service, labels=labels)
    assert on_site_limit_s(BOOKS[ContractId(contract)], ups) == limit_s
