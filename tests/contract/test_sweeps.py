"""What every operation does alike, tried on every operation of the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from tests.contract.conftest import Demo
from tests.contract.test_declarations import operations
from tests.support.contract import Contract
from tests.support.examples import ExampleRequest, example_of
from tests.support.world import Api, Caller, pointers, problem

# They ask the database for nothing that could fail: what they tell is in memory, or is the failure itself.
WITHOUT_DATABASE = {"auth.jwks", "system.get_problem", "system.health", "system.readiness", "taxonomy.get_code_list"}
_UNKNOWN = "x_unknown"


@dataclass(frozen=True, slots=True)
class Case:
    """An operation with its example and the demo account that may execute it."""

    name: str
    item: dict[str, Any]
    request: ExampleRequest
    caller: Caller | None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any] | None:
        """The example's JSON object."""
        found: dict[str, Any] | None = self.request.arguments.get("json")
        return found


def cases(contract: Contract, demo: Demo) -> Iterator[Case]:
    for method, path, item in operations(contract.document):
        caller = demo.callers[item["x-demo-account"]] if "x-demo-account" in item else None
        headers = {"If-Match": '"1"'} if method == "patch" else {}
        yield Case(item["operationId"], item, example_of(contract.document, method, path), caller, headers)


async def send(api: Api, case: Case, **changes: Any) -> Any:  # httpx.Response, already judged by the contract
    arguments = {"params": case.request.query, "headers": case.headers, **case.request.arguments, **changes}
    return await api(case.request.method, case.request.path, case.caller, **arguments)


async def test_unknown_parameters_are_named(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in cases(contract, demo):
        answer = await send(demo_api, case, params={**case.request.query, _UNKNOWN: "1"})
        if case.name == "auth.token":  # RFC 6749, section 5.2, has a form of its own
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
            continue
        assert pointers(answer) == {f"/query/{_UNKNOWN}": "unknown_parameter"}, case.name


async def test_unknown_fields_are_named(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in cases(contract, demo):
        if case.body is not None:
            answer = await send(demo_api, case, json={**case.body, _UNKNOWN: 1})
            assert pointers(answer) == {f"/{_UNKNOWN}": "extra_forbidden"}, case.name


async def test_broken_bodies_are_refused(demo_api: Api, demo: Demo, contract: Contract) -> None:
    as_json = {"Content-Type": "application/json"}
    for case in cases(contract, demo):
        if case.body is None:
            continue
        raw = json.dumps(case.body)
        sent = {"json": None, "content": raw[:-1], "headers": {**case.headers, **as_json}}
        assert pointers(await send(demo_api, case, **sent)) == {"": "json_invalid"}, case.name
        sent = {"json": None, "content": raw, "headers": {**case.headers, "Content-Type": "text/plain"}}
        problem(await send(demo_api, case, **sent), 415, "unsupported_media_type")
        sent = {"json": None, "content": raw + " " * 1_100_000, "headers": {**case.headers, **as_json}}
        problem(await send(demo_api, case, **sent), 413, "payload_too_large")


async def test_lists_refuse_what_they_cannot_serve(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in cases(contract, demo):
        names = {parameter["name"] for parameter in case.item.get("parameters", [])}
        if "limit" in names:
            for limit in (0, 101):
                answer = await send(demo_api, case, params={**case.request.query, "limit": limit})
                assert set(pointers(answer)) == {"/query/limit"}, case.name
        if "cursor" in names:
            answer = await send(demo_api, case, params={**case.request.query, "cursor": "forged"})
            problem(answer, 422, "invalid_cursor")


async def test_what_does_not_exist_is_not_found(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in cases(contract, demo):
        path = case.request.path
        for part in path.split("/"):
            try:
                UUID(part)
            except ValueError:
                continue
            answer = await demo_api(
                case.request.method, path.replace(part, str(uuid4())), case.caller,
                params=case.request.query, headers=case.headers, **case.request.arguments,
            )  # fmt: skip
            problem(answer, 404, "not_found")
            answer = await demo_api(
                case.request.method, path.replace(part, "not-an-id"), case.caller,
                params=case.request.query, headers=case.headers, **case.request.arguments,
            )  # fmt: skip
            problem(answer, 422, "validation_failed")


async def test_a_change_needs_a_current_reading(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in cases(contract, demo):
        if case.request.method == "PATCH":
            problem(await send(demo_api, case, headers={}), 428, "precondition_required")
            for stale in ('"999999"', '"not-a-version"', "*"):
                problem(await send(demo_api, case, headers={"If-Match": stale}), 412, "precondition_failed")


async def test_readings_are_tagged_and_not_sent_twice(demo_api: Api, demo: Demo, contract: Contract) -> None:
    moving = {
        "certificates.get_credential", "certificates.verify_credential",  # signed anew at each reading
        "matches.get_vacancy", "matches.list_talents", "matches.list_vacancies",  # tell the moment of the ranking
    }  # fmt: skip
    for case in cases(contract, demo):
        if case.request.method != "GET":
            continue
        first = await send(demo_api, case)
        assert first.headers["etag"].startswith('"'), case.name
        assert "Accept-Language" in first.headers["vary"], case.name
        assert first.headers["cache-control"], case.name
        if case.name not in moving:
            second = await send(demo_api, case, headers={"If-None-Match": first.headers["etag"]})
            assert second.status_code == 304, case.name
            assert second.headers["etag"] == first.headers["etag"], case.name


@pytest.mark.parametrize("public", [False, True])
async def test_private_answers_are_never_kept_by_others(
    demo_api: Api, demo: Demo, contract: Contract, public: bool
) -> None:
    for case in cases(contract, demo):
        if case.request.method == "GET" and (case.caller is None) is public:
            kept = (await send(demo_api, case)).headers["cache-control"]
            assert public or "no-store" in kept, case.name


async def test_a_retry_with_the_same_key_creates_once(demo_api: Api, demo: Demo, contract: Contract) -> None:
    tried = set()
    for case in cases(contract, demo):
        if "idempotency_key_reused" not in case.item["x-problems"] or case.body is None:
            continue
        keyed = {**case.headers, "Idempotency-Key": f"retry-{case.name}"}
        savepoint = await demo.connection.begin_nested()
        first = await send(demo_api, case, headers=keyed)
        again = await send(demo_api, case, headers=keyed)
        assert first.is_success, f"{case.name} {first.text}"
        assert (again.status_code, again.content) == (first.status_code, first.content), case.name
        assert again.headers["idempotency-replayed"] == "true", case.name
        answer = await send(demo_api, case, json={**case.body, "note": "another body"}, headers=keyed)
        problem(answer, 422, "idempotency_key_reused")
        tried.add(case.name)
        await savepoint.rollback()
    assert tried


class Broken:
    """A database that fails in one way, whatever it is asked for."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self) -> None:
        raise self.error

    write = aside = transaction = read


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(ConnectionRefusedError("host name"), 503, "unavailable"), (ZeroDivisionError("a secret"), 500, "internal_error")],
)
async def test_a_failing_database_is_told_as_a_problem(
    demo_api: Api, demo: Demo, app: FastAPI, contract: Contract, monkeypatch: pytest.MonkeyPatch,
    error: Exception, status: int, code: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(app.state, "database", Broken(error))
    for case in cases(contract, demo):
        if case.name in WITHOUT_DATABASE:
            continue
        with capture_logs() as logged:  # and not rendered: a hundred stack traces take longer than all else here
            answer = await send(demo_api, case)
        problem(answer, status, code)
        assert str(error) not in answer.text, case.name
        if status == 503:
            assert int(answer.headers["retry-after"]) >= 1, case.name
        else:
            assert logged[0]["event"] == "unhandled_error", case.name
