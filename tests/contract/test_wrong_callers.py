"""Nobody, somebody without the permission, and a stranger with it: every operation refuses all three."""

from __future__ import annotations

import pytest

from tests.contract.conftest import NARROW, Demo
from tests.contract.test_declarations import operations
from tests.support.contract import Contract
from tests.support.examples import example_of
from tests.support.world import Api, Caller, World

# Operations whose path names no object of somebody's: a stranger may use them as the example's account does.
OF_NOBODY = {
    "account.give_consent": "the purpose is the caller's own consent",
    "account.withdraw_consent": "the purpose is the caller's own consent",
    "applications.create": "everybody may apply to a published vacancy",
    "matches.get_vacancy": "everybody may be matched with a published vacancy",
    "profile.put_language": "the code is an entry of the caller's own profile",
    "profile.put_licence": "the code is an entry of the caller's own profile",
    "profile.put_skill": "the code is an entry of the caller's own profile",
    "talents.get": "every verified employer may see a talent who consented to be found",
}


async def send(
    api: Api, contract: Contract, method: str, template: str, caller: Caller | None
) -> tuple[int, str | None]:
    """Status and problem code of an operation's example, sent by `caller`."""
    request = example_of(contract.document, method, template)
    headers = {"If-Match": '"1"'} if method == "patch" else {}
    answer = await api(request.method, request.path, caller, params=request.query, headers=headers, **request.arguments)
    return answer.status_code, None if answer.is_success else answer.json()["code"]


async def test_nobody_is_told_to_sign_in(demo_api: Api, contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        if "x-permission" in item:
            assert await send(demo_api, contract, method, path, None) == (401, "unauthenticated"), item["operationId"]


async def test_a_token_of_another_scope_opens_nothing(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        if "x-permission" in item:
            assert item["x-permission"] != NARROW
            caller = demo.narrow[item["x-demo-account"]]
            found = await send(demo_api, contract, method, path, caller)
            assert found == (403, "permission_denied"), item["operationId"]


async def test_a_role_without_the_permission_is_refused(demo_api: Api, demo: Demo, contract: Contract) -> None:
    analyst = demo.callers["analyst@demo.example"]
    for method, path, item in operations(contract.document):
        # Every person has an account: its own permissions are everybody's.
        if "x-permission" in item and not item["x-permission"].startswith("account:"):
            found = await send(demo_api, contract, method, path, analyst)
            assert found == (403, "permission_denied"), item["operationId"]


@pytest.fixture
async def strangers(demo_world: World) -> dict[str, Caller]:
    """For each demo account that examples name, somebody with the same permissions who owns nothing of the demo's."""
    employer, _ = await demo_world.employer(region="91.71")
    certifier, _ = await demo_world.certifier(region="91.71")
    talent = await demo_world.person()
    return {
        "talent@demo.example": talent, "talent2@demo.example": talent, "employer@demo.example": employer,
        "employer2@demo.example": employer,
        "certifier@demo.example": certifier, "officer@demo.example": await demo_world.officer("91"),
    }  # fmt: skip


async def test_the_objects_of_others_do_not_exist(
    demo_api: Api, demo: Demo, strangers: dict[str, Caller], contract: Contract
) -> None:
    found = set()
    for method, path, item in operations(contract.document):
        # Accounts are no administrator's own: there is no stranger among administrators.
        if item.get("x-permission", "users:manage") != "users:manage" and "{" in path:
            savepoint = await demo.connection.begin_nested()
            try:
                status = await send(demo_api, contract, method, path, strangers[item["x-demo-account"]])
            finally:
                await savepoint.rollback()
            if status != (404, "not_found"):
                found.add(f"{item['operationId']} {status}")
    assert {name.split(" ")[0] for name in found} <= set(OF_NOBODY), sorted(found)


async def test_the_exceptions_exist(contract: Contract) -> None:
    assert {item["operationId"] for _, _, item in operations(contract.document)} >= set(OF_NOBODY)
