"""The API under requests that are made from its own OpenAPI document, as each role: no failure of ours, and nothing
that the document does not tell of."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.model.account import Grant, Role
from opsmon.web.api.openapi import describe
from opsmon.web.route import Route
from opsmon.web.routes import ROUTES
from opsmon.web.settings import PortSettings
from tests.support.fuzz.rig import examples
from tests.support.web.fleet import LAB
from tests.support.web.scene import WebScene, everything_answers
from tests.support.web.served import served_beside

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")
API = [route for route in ROUTES if route.path.startswith("/api/v1/")]
SCHEMA = schemathesis.openapi.from_dict(describe(ROUTES))
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
SETTINGS = settings(examples(2, 60), suppress_health_check=list(HealthCheck))  # of each operation and visitor


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address, and a token of each role, and of an admin who is limited to a site."""
    scene = WebScene(tmp_path_factory.mktemp("roles"))
    everything_answers(scene)
    scene.dies("mcu-1")
    directory = AccountDirectory(scene.store.access, scene.clock.now, Changer("test", "local:test"))
    grants = {role.value: Grant(role) for role in Role} | {"admin-of-lab": Grant(Role.ADMIN, LAB)}
    tokens = {name: directory.add_token(name, grant, timedelta(days=1)) for name, grant in grants.items()}
    with served_beside(replace(scene.parts, settings=PortSettings(port=0))) as url:
        yield url, tokens


@pytest.mark.parametrize("route", API, ids=lambda route: f"{route.method} {route.path}")
def test_what_the_document_allows_is_answered_as_it_says(port: tuple[str, dict[str, str]], route: Route) -> None:
    url, tokens = port
    operation = SCHEMA[route.path][route.method]
    for token in tokens.values():

        @SETTINGS
        @given(operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"})  # noqa: B023  # called here
            case.validate_response(answer, checks=CHECKS)

        ask()
