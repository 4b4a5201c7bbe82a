"""What the shipped dashboards ask, with their variables filled in, as Grafana fills them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.places import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "grafana" / "dashboards"


def panels_of(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Its panels, those within closed rows too; a row itself is none."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels", ())
        else:
            yield panel


def questions(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(dashboard and panel, PromQL) of every panel and of every list to choose from."""
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text("utf-8"))
        for panel in panels_of(dashboard):
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", _filled(target["expr"], variables)
        for variable in dashboard["templating"]["list"]:
            query = variable.get("query", "")
            if variable["type"] == "query":
                series = _filled(str(query), variables).removeprefix("label_values(").rsplit(",", 1)[0]
                yield f"{path.stem}: {variable['name']}", series


def _filled(expression: str, variables: Mapping[str, str]) -> str:
    expression = expression.replace('=~"$site"', '=~".*"')  # where several may be chosen: all of them
    for name, value in variables.items():
        expression = expression.replace(f"${{{name}}}", value).replace(f"${name}", value)
    assert "$" not in expression, expression
    return expression
