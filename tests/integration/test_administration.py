"""Roles and partner credentials through HTTP."""

from __future__ import annotations

from uuid import uuid4

from tests.support.world import Api, World, pointers, problem


async def test_a_granted_role_counts_from_the_next_request(api: Api, world: World) -> None:
    admin, person = await world.person(roles=("admin",)), await world.person()
    problem(await api.get("/v1/review/organizations", person), 403, "permission_denied")
    granted = await api.put(
        f"/v1/admin/users/{person.id}/roles", admin, json={"roles": ["talent", "officer"], "regions": ["32"]}
    )
    assert granted.json()["regions"] == ["32"]
    assert (await api.get("/v1/review/organizations", person)).status_code == 200
    await api.put(f"/v1/admin/users/{person.id}/roles", admin, json={"roles": ["talent"], "regions": []})
    problem(await api.get("/v1/review/organizations", person), 403, "permission_denied")


async def test_the_last_administrator_stays(api: Api, world: World) -> None:
    admin = await world.person(roles=("admin",))
    nothing: dict[str, list[str]] = {"roles": [], "regions": []}
    problem(await api.put(f"/v1/admin/users/{admin.id}/roles", admin, json=nothing), 409, "last_admin")
    second = await world.person(roles=("admin",))
    assert (await api.put(f"/v1/admin/users/{admin.id}/roles", second, json=nothing)).json()["roles"] == []


async def test_wrong_roles_and_regions_are_named(api: Api, world: World) -> None:
    admin, person = await world.person(roles=("admin",)), await world.person()
    path = f"/v1/admin/users/{person.id}/roles"
    assert pointers(await api.put(path, admin, json={"roles": ["king"], "regions": []})) == {
        "/roles/0": "literal_error"
    }
    unknown = await api.put(path, admin, json={"roles": ["officer"], "regions": ["99"]})
    assert pointers(unknown) == {"/regions/0": "unknown_region"}
    alone = await api.put(path, admin, json={"roles": ["officer"], "regions": []})
    assert pointers(alone) == {"/regions": "regions_and_officer"}
    problem(
        await api.put(f"/v1/admin/users/{uuid4()}/roles", admin, json={"roles": [], "regions": []}), 404, "not_found"
    )


async def test_an_account_is_found_by_its_exact_name_only(api: Api, world: World) -> None:
    admin, person = await world.person(roles=("admin",)), await world.person()
    email = (await api.get("/v1/me", person)).json()["email"]
    assert (await api.get("/v1/admin/users", admin, params={"username": email})).json()["id"] == str(person.id)
    problem(await api.get("/v1/admin/users", admin, params={"username": email[1:]}), 404, "not_found")


async def test_a_partner_gets_a_secret_once_and_can_be_stopped(api: Api, world: World) -> None:
    admin = await world.person(roles=("admin",))
    _, employer = await world.employer()
    body = {"name": "Bursa", "organization_id": str(employer), "scopes": ["organizations:read"]}
    path = "/v1/admin/partner-clients/bursa-baru"
    first = (await api.put(path, admin, json=body)).json()
    second = (await api.put(path, admin, json=body)).json()
    assert first["client_secret"] != second["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": "bursa-baru"}
    old = await api.post("/v1/auth/token", data={**form, "client_secret": first["client_secret"]})
    assert old.status_code == 401
    new = await api.post("/v1/auth/token", data={**form, "client_secret": second["client_secret"]})
    headers = {"Authorization": f"Bearer {new.json()['access_token']}"}
    assert (await api.get("/v1/me/organizations", headers=headers)).status_code == 200
    assert (await api.delete(path, admin)).status_code == 204
    problem(await api.get("/v1/me/organizations", headers=headers), 401, "unauthenticated")
    problem(await api.delete("/v1/admin/partner-clients/nobody", admin), 404, "not_found")


async def test_wrong_credentials_of_partners_are_named(api: Api, world: World) -> None:
    admin = await world.person(roles=("admin",))
    body = {"name": "Bursa", "organization_id": str(uuid4()), "scopes": ["users:manage"]}
    answer = await api.put("/v1/admin/partner-clients/bursa-baru", admin, json=body)
    assert pointers(answer) == {"/organization_id": "unknown_organization", "/scopes/0": "unknown_scope"}


async def test_only_administrators_administer(api: Api, world: World) -> None:
    for caller in (await world.person(), await world.officer(), (await world.employer())[0]):
        problem(
            await api.get("/v1/admin/users", caller, params={"username": "x@example.com"}), 403, "permission_denied"
        )
        problem(await api.delete("/v1/admin/partner-clients/demo-partner", caller), 403, "permission_denied")
