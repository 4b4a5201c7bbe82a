"""What must not be said: no secret in a log of any level, in a traceback, in the words of an error."""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from opsmon.backup.recipe import RecipeBook
from tests.support.backup.far_end import ENABLE, PASSWORD, FarEnd, Manners, behave, vrp_config
from tests.support.backup.planted import PLANTED
from tests.support.backup.rig import Rig

TEXT = vrp_config(extra="".join(f"{line}\n" for line, _ in PLANTED))
SECRETS = [secret for _, secret in PLANTED] + [PASSWORD, ENABLE]


class Exploding:
    """Stands where a pattern does, and fails with all that it was given: the worst that a mistake of ours could do."""

    def search(self, text: str) -> Any:
        raise ValueError(f"cannot search {text}")


def silent(records: str) -> list[str]:
    return [secret for secret in SECRETS if secret in records]


def test_the_log_of_every_level_holds_no_secret(far: FarEnd, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    there = far.device(Manners(config=TEXT))
    device = rig.device(there)
    with caplog.at_level(logging.DEBUG):
        assert rig.one(device).ok
        behave(there, cut_after_chars=len(TEXT) - 300)
        assert not rig.one(device).ok
        behave(there, cut_after_chars=None, error=f"Error: {TEXT}")
        refused = rig.one(device)
    ours = [record for record in caplog.records if not record.name.startswith("asyncssh")]  # the far end's own
    assert silent("".join(record.getMessage() for record in ours)) == []
    assert silent(refused.reason + rig.quarantine() + rig.text(device)) == []


def test_a_traceback_is_logged_scrubbed(far: FarEnd, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    broken: Any = Exploding()
    recipe = replace(rig.recipes.by_platform["huawei_vrp"], hostname=broken)
    rig.recipes = RecipeBook({}, {"huawei_vrp": recipe})
    result = rig.one(rig.device(far.device(Manners(config=TEXT))))
    assert result.reason == "an internal error of opsmon (ValueError); see the log"
    logged = caplog.text
    assert "cannot search" in logged
    assert "Traceback" in logged
    assert re.search(r"<secret-[0-9a-f]{16}>", logged)
    assert silent(logged) == []
