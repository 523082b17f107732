"""Every operation's example is executed against the demo's data, as the demo account that it names."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Demo
from tests.contract.test_declarations import operations
from tests.support.contract import Contract
from tests.support.examples import example_of
from tests.support.world import Api


def all_operations() -> list[str]:
    """Names of all operations, for parametrisation."""
    from app.core.config import Settings  # noqa: PLC0415  # only to collect tests
    from app.main import create_app  # noqa: PLC0415

    document = create_app(Settings(secret_key="only to list operations, never used to sign")).openapi()
    return [f"{method.upper()} {path}" for method, path, _ in operations(document)]


@pytest.mark.parametrize("name", all_operations())
async def test_the_example_works(demo_api: Api, demo: Demo, contract: Contract, name: str) -> None:
    method, template = name.split(" ")
    item = contract.document["paths"][template][method.lower()]
    caller = demo.callers[item["x-demo-account"]] if "x-demo-account" in item else None
    request = example_of(contract.document, method, template)
    headers = {}
    if method == "PATCH":
        read = await demo_api.get(request.path, caller)
        # A draft has no public reading; the demo's rows are at their first version.
        headers["If-Match"] = read.headers.get("etag", '"1"')
    answer = await demo_api(method, request.path, caller, params=request.query, headers=headers, **request.arguments)
    assert answer.is_success, f"{answer.status_code} {answer.text[:600]}"
