"""Organizations through HTTP: success, every problem, the wrong caller."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.world import Api, World, pointers, problem

DRAFT = {"kind": "employer", "name": "PT Karya Contoh"}


async def test_a_draft_is_completed_submitted_and_verified(api: Api, world: World) -> None:
    owner, officer = await world.person(), await world.officer("32")
    created = await api.post("/v1/organizations", owner, json=DRAFT)
    assert created.status_code == 201, created.text
    draft = created.json()
    path = f"/v1/organizations/{draft['id']}"
    assert draft["status"] == "draft"
    assert draft["actions"] == ["submit"]
    body = problem(await api.post(f"{path}/submission", owner), 422, "organization_incomplete")
    assert "nib" in body["missing"]
    complete = {
        "nib": "9120304567890", "region_code": "32.73", "address": "Jalan Merdeka 10", "email": "hrd@example.com",
        "head_count": 24, "size_class": "small",
    }  # fmt: skip
    assert (await api.patch(path, owner, json=complete)).json()["missing"] == []
    assert (await api.post(f"{path}/submission", owner)).json()["status"] == "pending_review"
    listed = (await api.get("/v1/review/organizations", officer)).json()["items"]
    assert [item["id"] for item in listed] == [draft["id"]]
    verified = await api.post(f"/v1/review/organizations/{draft['id']}/verification", officer)
    assert verified.json()["status"] == "verified"
    public = await api.get(f"{path}/public")
    assert public.json()["name"] == DRAFT["name"]
    log = (await api.get(f"{path}/transitions", owner)).json()["items"]
    assert [(step["event"], step["by"]) for step in log] == [("submit", "employer"), ("verify", "officer")]


async def test_an_officer_elsewhere_does_not_see_it(api: Api, world: World) -> None:
    owner = await world.person()
    key = await world.organization(owner, status="pending_review", region="32.73")
    elsewhere = await world.officer("31")
    assert (await api.get("/v1/review/organizations", elsewhere)).json()["items"] == []
    problem(await api.post(f"/v1/review/organizations/{key}/verification", elsewhere), 404, "not_found")


async def test_a_stranger_meets_404_and_a_viewer_403(api: Api, world: World) -> None:
    owner, stranger, viewer = await world.person(), await world.person(), await world.person()
    key = await world.organization(owner)
    await world.join(key, viewer, "viewer")
    path = f"/v1/organizations/{key}"
    problem(await api.get(path, stranger), 404, "not_found")
    assert (await api.get(path, viewer)).status_code == 200
    problem(await api.patch(path, viewer, json={"head_count": 3}), 403, "permission_denied")
    problem(await api.get(path), 401, "unauthenticated")


async def test_changes_need_the_etag_of_the_last_reading(api: Api, world: World) -> None:
    owner, key = await world.employer()
    path = f"/v1/organizations/{key}"
    first = (await api.get(path, owner)).headers["etag"]
    problem(await api("PATCH", path, owner, json={"head_count": 3}), 428, "precondition_required")
    assert (await api.patch(path, owner, json={"head_count": 3})).json()["head_count"] == 3
    stale = await api.patch(path, owner, json={"head_count": 4}, headers={"If-Match": first})
    problem(stale, 412, "precondition_failed")
    same = await api.get(path, owner, headers={"If-None-Match": (await api.get(path, owner)).headers["etag"]})
    assert same.status_code == 304


async def test_invalid_input_is_named_and_nothing_is_written(api: Api, world: World) -> None:
    owner = await world.person()
    response = await api.post("/v1/organizations", owner, json={**DRAFT, "nib": "12", "colour": "red"})
    assert pointers(response) == {"/nib": "invalid_nib", "/colour": "extra_forbidden"}
    unknown = await api.post("/v1/organizations", owner, json={**DRAFT, "region_code": "32.99"})
    assert pointers(unknown) == {"/region_code": "unknown_region"}
    assert "32." in unknown.json()["errors"][0]["message"]
    assert (await api.get("/v1/me/organizations", owner)).json()["items"] == []


async def test_an_unknown_code_in_a_change_is_named(api: Api, world: World) -> None:
    owner, key = await world.employer()
    response = await api.patch(f"/v1/organizations/{key}", owner, json={"region_code": "32.99"})
    assert pointers(response) == {"/region_code": "unknown_region"}


async def test_the_same_key_creates_once(api: Api, world: World) -> None:
    owner = await world.person()
    headers = {"Idempotency-Key": "a-key-of-mine-0001"}
    first = await api.post("/v1/organizations", owner, json=DRAFT, headers=headers)
    again = await api.post("/v1/organizations", owner, json=DRAFT, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await api.post("/v1/organizations", owner, json={**DRAFT, "name": "Lain"}, headers=headers)
    problem(other, 422, "idempotency_key_reused")
    assert len((await api.get("/v1/me/organizations", owner)).json()["items"]) == 1


async def test_pages_lead_to_the_end_without_gaps(api: Api, world: World) -> None:
    owner = await world.person()
    made = [str(await world.organization(owner)) for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/me/organizations", owner, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    problem(await api.get("/v1/me/organizations", owner, params={"cursor": "bm9uc2Vuc2U"}), 422, "invalid_cursor")
    assert pointers(await api.get("/v1/me/organizations", owner, params={"limit": "101"})) == {
        "/query/limit": "less_than_equal"
    }


async def test_the_last_owner_stays(api: Api, world: World) -> None:
    owner, key = await world.employer()
    problem(await api.delete(f"/v1/organizations/{key}/members/{owner.id}", owner), 409, "last_owner")


@pytest.mark.parametrize("language", ["id", "en"])
async def test_problems_speak_the_caller_s_language(api: Api, world: World, language: str) -> None:
    owner = await world.person()
    answer = await api.get(f"/v1/organizations/{uuid4()}", owner, headers={"Accept-Language": language})
    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == {"id": "Tidak ditemukan", "en": "Not found"}[language]


async def test_a_submission_can_be_taken_back_until_it_is_decided(api: Api, world: World) -> None:
    owner = await world.person()
    key = await world.organization(owner, status="pending_review")
    path = f"/v1/organizations/{key}/submission"
    problem(await api.delete(path, await world.person()), 404, "not_found")
    assert (await api.delete(path, owner)).json()["status"] == "draft"
    problem(await api.delete(path, owner), 409, "illegal_transition")


@pytest.mark.parametrize("day", [86400, "86400", 1.5, True, "20260101", "2026-13-01"], ids=repr)
async def test_dates_are_written_out(api: Api, world: World, day: object) -> None:
    answer = await api.post("/v1/organizations", await world.person(), json={**DRAFT, "licence_valid_until": day})
    assert list(pointers(answer)) == ["/licence_valid_until"]


async def test_the_contract_is_served_with_an_etag(api: Api) -> None:
    first = await api.get("/openapi.json")
    assert first.json()["openapi"].startswith("3.1")
    again = await api.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
