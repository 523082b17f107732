"""How an operation is declared, and how the declarations become the contract.

`@router.get("/x", **operation(...))` puts permission, problems, caching and the demo account into the operation's
`x-` members; `complete` turns them into responses, headers and security when the contract is generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.core.errors import REGISTRY, ProblemKind
from app.core.permissions import Permission
from app.core.problems import common

_METHODS = ("get", "put", "post", "delete", "patch")
_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


def operation(
    name: str,
    summary: str,
    *,
    permission: Permission | None = None,
    problems: Sequence[ProblemKind] = (),
    status: int = 200,
    cache: str | None = None,
    idempotent: bool = False,
    conditional: bool = False,
    demo: str | None = None,
) -> dict[str, Any]:
    """Keyword arguments of a route decorator.

    `name` is the operationId (`resource.verb`); `permission` None makes the operation public; `conditional` demands
    If-Match; `idempotent` takes an Idempotency-Key; `cache` is `public`, `reference`, `private` or `none`; `demo` is
    the local part of the demo account that may execute the example. The description is the function's docstring.
    """
    kinds = [common.VALIDATION_FAILED, common.INTERNAL_ERROR, common.UNAVAILABLE, *problems]
    if permission is not None:
        kinds += [common.UNAUTHENTICATED, common.PERMISSION_DENIED]
    if conditional:
        kinds += [common.PRECONDITION_FAILED, common.PRECONDITION_REQUIRED]
    if idempotent:
        kinds += [common.IDEMPOTENCY_IN_PROGRESS, common.IDEMPOTENCY_KEY_REUSED]
    extra: dict[str, Any] = {
        "x-problems": sorted({kind.code for kind in kinds}),
        "x-cache": cache or ("private" if permission else "public"),
    }
    if permission is not None:
        extra["x-permission"] = permission.value
    if demo is not None:
        extra["x-demo-account"] = demo if "@" in demo or demo == "demo-partner" else f"{demo}@demo.example"
    return {"operation_id": name, "summary": summary, "status_code": status, "openapi_extra": extra}


def complete(document: dict[str, Any], problem_schema: dict[str, Any]) -> dict[str, Any]:
    """Finish the generated contract in place: declared problems become responses, defaults of the framework go."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(problem_schema.pop("$defs", {}))
    schemas["Problem"] = problem_schema
    document["components"]["headers"] = {
        "X-Request-ID": {
            "description": "Id of this request, the same as in the logs and in problems",
            "schema": {"type": "string"},
        }
    }
    for item in document["paths"].values():
        for method in _METHODS:
            if method in item:
                _complete_operation(item[method], method)
    return document


def _complete_operation(item: dict[str, Any], method: str) -> None:
    responses = item["responses"]
    responses.pop("422", None)
    item.setdefault("security", [])
    for parameter in item.get("parameters", ()):
        _complete_parameter(parameter, needs_match="precondition_required" in item.get("x-problems", ()))
    codes = set(item.get("x-problems", ()))
    if "requestBody" in item:
        codes |= {"bad_request", "payload_too_large", "unsupported_media_type"}
        for media in item["requestBody"]["content"].values():
            media.get("schema", {}).pop("title", None)
    by_status: dict[int, list[ProblemKind]] = {}
    for code in sorted(codes):
        by_status.setdefault(REGISTRY[code].status, []).append(REGISTRY[code])
    item["x-problems"] = sorted(codes)
    if method == "get" and "200" in responses:
        responses["304"] = {"description": "Not changed since the ETag in If-None-Match"}
    for status, kinds in sorted(by_status.items()):
        declared = responses.get(str(status), {})
        responses[str(status)] = {
            **declared,
            "description": "; ".join(f"`{kind.code}`: {kind.title.en}" for kind in kinds),
            "content": {
                **declared.get("content", {}),
                "application/problem+json": {
                    "schema": _PROBLEM_REF,
                    "examples": {kind.code: {"value": _example(kind)} for kind in kinds},
                },
            },
        }
        if status in (429, 503):
            responses[str(status)]["headers"] = {
                "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}
            }
    for response in responses.values():
        response.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/X-Request-ID"}
    item["responses"] = dict(sorted(responses.items()))


def _complete_parameter(parameter: dict[str, Any], *, needs_match: bool) -> None:
    """Say of a parameter what its reader needs; `needs_match` tells that the operation refuses to go without If-Match.

    A parameter is left out, never null. Swagger UI fills a field in from the parameter's own example alone, not from
    its schema's; only what must be given gets one, lest a list be tried with every filter at once.
    """
    if parameter["name"] == "cursor":
        parameter.setdefault("description", "`next_cursor` of the page before")
    schema = parameter["schema"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        parameter["schema"] = schema = {**kinds[0], **schema}
    if parameter["in"] == "header":
        parameter["name"] = "-".join(word.capitalize() for word in parameter["name"].split("-"))
        if parameter["name"] == "If-Match":
            parameter["required"] = needs_match
    if parameter.get("required") and schema.get("examples"):
        parameter.setdefault("example", schema["examples"][0])


def _example(kind: ProblemKind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"/problems/{kind.code}",
        "title": kind.title.en,
        "status": kind.status,
        "detail": kind.detail.en,
        "code": kind.code,
        "request_id": "01970000-0000-7000-8000-000000000000",
    }
    if kind.status == common.VALIDATION_FAILED.status:
        example["errors"] = [{"pointer": "/title", "code": "missing", "message": "Required."}]
    return example
