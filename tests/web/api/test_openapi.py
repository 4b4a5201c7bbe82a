"""The OpenAPI document is true: every route is in it, and what the server says has the shapes that it promises."""

import re
from typing import Any

import pytest

from opsmon.web.pages.page_routes import PAGE_ROUTES
from opsmon.web.routes import ROUTES
from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene


async def document(client: Client) -> dict[str, Any]:
    answer = await client.get("/api/v1/openapi.json")
    assert answer.status == 200
    told = await answer.json()
    assert isinstance(told, dict)
    return told


async def test_every_route_of_the_server_is_in_it_and_nothing_else(scene: WebScene, client: Client) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in make_application(scene.parts).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    served -= {(route.method, route.path) for route in PAGE_ROUTES}  # for people, not for programs
    told = await document(client)
    assert {(method.upper(), path) for path, item in told["paths"].items() for method in item} == served
    assert len(served) == len(ROUTES)


async def test_every_reference_leads_somewhere(client: Client) -> None:
    told = await document(client)
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", repr(told)))
    assert references
    assert references <= set(told["components"]["schemas"])


async def test_operations_have_names_of_their_own_and_commands_want_the_token(client: Client) -> None:
    operations = [operation for item in (await document(client))["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        if "requestBody" in operation:
            assert operation["security"] == [{"token": []}]


@pytest.mark.parametrize(
    "path", ["/api/v1/incidents", "/api/v1/devices", "/api/v1/sites", "/api/v1/clocks", "/api/v1/budgets"]
)
async def test_lists_hold_what_is_promised(scene: WebScene, client: Client, path: str) -> None:
    scene.dies("mcu-1")
    told = await document(client)
    schema = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["type"] == "array"
    item = told["components"]["schemas"][schema["items"]["$ref"].rpartition("/")[2]]
    rows = await (await client.get(path)).json()
    assert rows
    for row in rows:
        assert set(row) == set(item["properties"]) == set(item["required"])
