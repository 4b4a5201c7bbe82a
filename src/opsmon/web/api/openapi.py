"""The OpenAPI 3.1 document, made from the routes and the shapes that the server itself reads and writes."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from opsmon import __version__
from opsmon.web.auth import Access
from opsmon.web.errors import Failure
from opsmon.web.route import JSON, Route

_COMPONENT = "#/components/schemas/{model}"
_REFUSALS = {
    "400": "The body is no JSON.",
    "401": "The bearer token is missing or wrong.",
    "403": "The settings do not allow it.",
    "404": "There is no such thing.",
    "409": "It cannot be, and nothing was changed.",
    "413": "The body is too long.",
    "422": "A filter or a field is wrong.",
    "503": "Not now.",
}

Schema = dict[str, Any]


def describe(routes: Iterable[Route]) -> Schema:
    """The whole document."""
    routes = tuple(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "opsmon", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(routes: Iterable[Route]) -> Mapping[str, Any]:
    answers: list[type[BaseModel]] = [Failure]
    bodies: list[type[BaseModel]] = []
    for route in routes:
        answers += [route.answer] if route.answer is not None else []
        bodies += [route.body] if route.body is not None else []
    shapes = [(model, "serialization") for model in dict.fromkeys(answers)]
    shapes += [(model, "validation") for model in dict.fromkeys(bodies)]
    _, document = models_json_schema(shapes, ref_template=_COMPONENT)  # type: ignore[arg-type]  # a list of pairs is what it takes
    schemas: Mapping[str, Any] = document["$defs"]
    return schemas


def _operation(route: Route) -> Schema:
    operation: Schema = {
        "summary": route.summary,
        "operationId": route.handler.__name__,
        "parameters": [*map(_path_parameter, route.names), *_query_parameters(route)],
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _reference(route.body)}}}
    if route.access is not Access.OPEN:
        anonymous: list[Schema] = [{}] if route.access in (Access.READ, Access.KEYED) else []
        operation["security"] = [*anonymous, {"token": []}]
    return operation


def _path_parameter(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route) -> Iterable[Schema]:
    for name, schema in route.query.model_json_schema(ref_template=_COMPONENT).get("properties", {}).items():
        yield {"name": name, "in": "query", "required": False, "schema": _inlined(schema, route)}


def _inlined(schema: Schema, route: Route) -> Schema:
    """Query shapes are no components: the few enumerations in them are written out."""
    definitions = route.query.model_json_schema(ref_template=_COMPONENT).get("$defs", {})
    if "$ref" in schema:
        return dict(definitions[schema["$ref"].rpartition("/")[2]])
    choices = [_inlined(part, route) for part in schema.get("anyOf", ())]
    return schema | {"anyOf": choices} if choices else schema


def _responses(route: Route) -> Schema:
    content: Schema = {"schema": {"type": "string"}} if route.content != JSON else {"schema": {}}
    if route.answer is not None:
        one = _reference(route.answer)
        content = {"schema": {"type": "array", "items": one} if route.many else one}
    return {
        str(route.status): {"description": route.summary, "content": {route.content: content}},
        **{status: _refusal(status) for status in _possible_refusals(route)},
    }


def _possible_refusals(route: Route) -> Iterable[str]:
    if route.access is not Access.OPEN:
        yield from ("401", "403")
    if route.names or "rota" in route.query.model_fields or _names_a_site(route):
        yield "404"  # a filter by rota names one that has to be there; for who is limited other sites are not there
    if route.body is not None:
        yield from ("400", "409", "413", "503")
    if route.body is not None or route.query.model_fields:
        yield "422"
    if route.path == "/readyz":
        yield "503"


def _names_a_site(route: Route) -> bool:
    return route.body is not None and "site" in route.body.model_fields


def _refusal(status: str) -> Schema:
    return {"description": _REFUSALS[status], "content": {JSON: {"schema": _reference(Failure)}}}


def _reference(model: type[BaseModel]) -> Schema:
    return {"$ref": _COMPONENT.format(model=model.__name__)}
