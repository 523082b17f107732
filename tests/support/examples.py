"""The request that an operation's own example describes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ExampleRequest:
    """A request made of examples: `arguments` are httpx's `json` or `data`."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)


def example(holder: dict[str, Any]) -> Any:  # any JSON
    """The first example of a parameter or a body, None where it has none."""
    for place in (holder, holder.get("schema", {})):
        found = place.get("examples")
        if isinstance(found, dict) and found:
            return next(iter(found.values()))["value"]
        if isinstance(found, list) and found:
            return found[0]
    return None


def resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A schema behind its reference."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def example_of(document: dict[str, Any], method: str, template: str) -> ExampleRequest:
    """The example of `method template` in the contract; AssertionError where a part of it is missing."""
    item = document["paths"][template][method.lower()]
    request = ExampleRequest(method.upper(), template)
    for parameter in item.get("parameters", []):
        value = example(parameter)
        if parameter["in"] == "path":
            assert value is not None, f"{parameter['name']} has no example"
            request.path = request.path.replace("{" + parameter["name"] + "}", str(value))
        elif parameter["in"] == "query" and (parameter.get("required") or value is not None):
            assert value is not None, f"{parameter['name']} has no example"
            request.query[parameter["name"]] = value
    if "requestBody" in item:
        media, content = next(iter(item["requestBody"]["content"].items()))
        body = example(content) or example({"schema": resolve(content["schema"], document)})
        assert body is not None, "the body has no example"
        request.arguments["data" if "form" in media else "json"] = body
    return request
