"""What every kind of check owes: a place in the guide with an example that loads, tests of its own, sound settings."""

import re
from dataclasses import fields, is_dataclass

import pytest
import yaml

from opsmon.errors import InvariantError
from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.registry import KINDS
from opsmon.spec import SECRET_RESOLVER
from tests.support.places import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "checks.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
ALL_KINDS = sorted(KINDS)


def examples_of(kind: str) -> list[dict[str, object]]:
    """The settings of the kind's examples in the guide, as YAML has them."""
    blocks = re.findall(r"```yaml\n(.*?)```", SECTIONS[kind], re.DOTALL)
    return [entry[kind] for block in blocks for entry in yaml.safe_load(block)]


def test_the_guide_knows_exactly_the_kinds_there_are() -> None:
    assert sorted(SECTIONS) == ALL_KINDS


def test_the_registry_is_in_order() -> None:
    assert list(KINDS) == ALL_KINDS


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_example_of_the_guide_loads_and_resolves_the_same_twice(kind: str) -> None:
    examples = examples_of(kind)
    assert examples
    context = {SECRET_RESOLVER: lambda written: Secret(str(written))}
    for example in examples:
        spec = KINDS[kind].spec.model_validate(example, context=context)
        settings = spec.resolve()
        assert is_dataclass(settings)
        assert type(settings) is KINDS[kind].settings
        assert (
            settings == KINDS[kind].spec.model_validate(example, context=context).resolve()
        )  # a reload changes nothing
        with pytest.raises((AttributeError, TypeError)):
            setattr(settings, fields(settings)[0].name if fields(settings) else "anything", None)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_setting_is_told_of_in_the_guide(kind: str) -> None:
    own = set(KINDS[kind].spec.model_fields) - {"name", "timeout", "family"}
    assert {name for name in own if not re.search(rf"\b{name}\b", SECTIONS[kind])} == set()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_has_tests_of_its_own(kind: str) -> None:
    module = KINDS[kind].run.__module__.rpartition(".")[2]
    assert list((REPOSITORY / "tests" / "probe").rglob(f"test_{module}.py"))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_defaults_fit_together(kind: str) -> None:
    assert 0 < KINDS[kind].default_timeout_s <= KINDS[kind].default_period_s
    assert KINDS[kind].summary


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_settings_of_another_kind_are_refused(kind: str, context: ProbeContext) -> None:
    device = Device(DeviceName("device-1"), SiteName("site-1"), "127.0.0.1", Kind.OTHER)
    with pytest.raises(InvariantError, match=KINDS[kind].settings.__name__):
        KINDS[kind].find(device, Check(CheckName(kind), kind, 60.0, 2.0, settings="of another"), context)
