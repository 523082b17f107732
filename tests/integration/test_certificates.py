"""Certificates through HTTP, for body and holder: success, every problem, the wrong caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import clock
from app.domain.certificates import add_months
from app.models.identity import UserAccount
from app.models.system import OutboxEvent
from app.models.taxonomy import Scheme
from tests.support.certificates import (
    DEFAULT_SCHEME,
    certificate_body,
    certificate_number,
    license_scheme,
    make_certificate,
)
from tests.support.queries import count_queries
from tests.support.world import Api, Caller, World, pointers, problem

REASON = {"reason": "Bukti kerja dipertanyakan."}
STEPS = (("POST", "suspension"), ("DELETE", "suspension"), ("POST", "revocation"), ("POST", "renewal"))


@dataclass(frozen=True, slots=True)
class Desk:
    """A licensed body with its owner, and a talent."""

    owner: Caller
    body: UUID
    talent: Caller

    def paper(self, **changes: Any) -> dict[str, Any]:
        """The body of an issue to the talent."""
        whole = certificate_body(self.body, "", talent_id=str(self.talent.id)) | {"username": None} | changes
        return {name: value for name, value in whole.items() if value is not None}


@pytest.fixture
async def desk(world: World) -> Desk:
    owner, body = await world.certifier()
    await license_scheme(world, body, DEFAULT_SCHEME)
    return Desk(owner, body, await world.person(name="Siti Nurhaliza"))


def step_body(step: str) -> dict[str, Any]:
    if step == "renewal":
        return {"json": {"number": certificate_number(), "issued_on": clock.today().isoformat()}}
    return {"json": REASON}


async def take(api: Api, method: str, key: object, step: str, caller: Caller | None) -> Any:
    path = f"/v1/certificates/{key}/{step}"
    return await api(method, path, caller, **({} if method == "DELETE" else step_body(step)))


async def test_issued_shown_and_announced(api: Api, world: World, desk: Desk) -> None:
    async with world.database.read() as session:
        email = await session.scalar(select(UserAccount.email).where(UserAccount.id == desk.talent.id))
    paper = desk.paper(talent_id=None, username=email, number="62019-2513-5-0700001-2025")
    created = await api.post("/v1/certificates", desk.owner, json=paper)
    assert created.status_code == 201, created.text
    made = created.json()
    assert created.headers["location"] == f"/v1/certificates/{made['id']}"
    assert made["number"] == "62019 2513 5 0700001 2025"
    assert (made["status"], made["in_force"]) == ("active", True)
    assert made["scheme"]["code"] == DEFAULT_SCHEME
    assert made["kkni_level"] == 5
    assert made["units"][0]["code"] == "J.620100.004.02"
    assert made["skills"]
    assert made["holder_name"] == "Siti Nurhaliza"
    assert made["valid_until"] == add_months(clock.today(), 36).isoformat()
    assert made["actions"] == ["revoke", "supersede", "suspend"]
    held = await api.get(f"/v1/certificates/{made['id']}", desk.talent)
    assert held.json() == {**made, "actions": []}
    same = await api.get(f"/v1/certificates/{made['id']}", desk.talent, headers={"If-None-Match": held.headers["etag"]})
    assert same.status_code == 304
    async with world.database.read() as session:
        told = await session.scalar(select(OutboxEvent.type).where(OutboxEvent.aggregate_id == UUID(made["id"])))
    assert told == "certificate.issued"


async def test_suspended_reinstated_and_revoked_with_a_log(api: Api, world: World, desk: Desk) -> None:
    key = await make_certificate(world, desk.body, desk.talent.id)
    suspended = (await take(api, "POST", key, "suspension", desk.owner)).json()
    assert (suspended["status"], suspended["in_force"]) == ("suspended", False)
    assert suspended["status_reason"] == REASON["reason"]
    assert suspended["actions"] == ["reinstate", "revoke"]
    again = (await take(api, "DELETE", key, "suspension", desk.owner)).json()
    assert (again["status"], again["in_force"], again["status_reason"]) == ("active", True, None)
    revoked = (await take(api, "POST", key, "revocation", desk.owner)).json()
    assert (revoked["status"], revoked["in_force"], revoked["actions"]) == ("revoked", False, [])
    log = (await api.get(f"/v1/certificates/{key}/transitions", desk.talent)).json()["items"]
    assert [(step["event"], step["to_status"], step["reason"]) for step in log] == [
        ("suspend", "suspended", REASON["reason"]),
        ("reinstate", "active", None),
        ("revoke", "revoked", REASON["reason"]),
    ]
    assert {step["by"] for step in log} == {"certification_body"}
    async with world.database.read() as session:
        told = await session.scalars(
            select(OutboxEvent.type).where(OutboxEvent.aggregate_id == key).order_by(OutboxEvent.id)
        )
        assert list(told) == ["certificate.suspend", "certificate.reinstate", "certificate.revoke"]


@pytest.mark.parametrize("expired", [False, True])
async def test_a_renewal_supersedes(api: Api, world: World, desk: Desk, expired: bool) -> None:
    today = clock.today()
    dates: dict[str, Any] = {"issued_on": today - timedelta(days=1100), "valid_until": today - timedelta(days=5)}
    old = await make_certificate(world, desk.body, desk.talent.id, **(dates if expired else {}))
    renewed = await take(api, "POST", old, "renewal", desk.owner)
    assert renewed.status_code == 201, renewed.text
    new = renewed.json()
    assert (new["supersedes_id"], new["in_force"]) == (str(old), True)
    assert renewed.headers["location"] == f"/v1/certificates/{new['id']}"
    before = (await api.get(f"/v1/certificates/{old}", desk.talent)).json()
    assert (before["status"], before["in_force"]) == ("superseded", False)
    assert before["superseded_by_id"] == new["id"]
    body = problem(await take(api, "POST", old, "renewal", desk.owner), 409, "illegal_transition")
    assert body["current_status"] == "superseded"


async def test_a_renewal_does_both_or_neither(api: Api, world: World, desk: Desk) -> None:
    taken = certificate_number()
    await make_certificate(world, desk.body, desk.talent.id, number=taken)
    old = await make_certificate(world, desk.body, desk.talent.id)
    path = f"/v1/certificates/{old}/renewal"
    today = clock.today()
    answer = await api.post(path, desk.owner, json={"number": taken, "issued_on": today.isoformat()})
    problem(answer, 409, "certificate_number_taken")
    early = {"number": certificate_number(), "issued_on": (today - timedelta(days=1)).isoformat()}
    assert pointers(await api.post(path, desk.owner, json=early)) == {"/issued_on": "before_previous"}
    still = (await api.get(f"/v1/certificates/{old}", desk.owner)).json()
    assert (still["status"], still["superseded_by_id"]) == ("active", None)
    assert (await api.get(f"/v1/certificates/{old}/transitions", desk.owner)).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number": "62019 2513 5 12 2025"}, {"/number": "invalid_certificate_number"}),
        ({"number": "62019 2513 5 0000001 1999"}, {"/number": "invalid_certificate_number"}),
        ({"scheme_code": "SKM-9999"}, {"/scheme_code": "unknown_scheme"}),
        ({"talent_id": str(uuid4())}, {"/talent_id": "unknown_talent"}),
        ({"talent_id": None, "username": "nobody@example.com"}, {"/username": "unknown_talent"}),
        ({"talent_id": None}, {"": "one_holder"}),
        ({"username": "both@example.com"}, {"": "one_holder"}),
        ({"issued_on": "2004-12-31"}, {"/issued_on": "too_early"}),
        ({"issued_on": "2999-01-01"}, {"/issued_on": "in_future"}),
        ({"issued_on": "2025-06-02", "valid_until": "2025-06-01"}, {"": "dates_out_of_order"}),
        ({"valid_until": "9999-12-31"}, {"": "too_long"}),
        ({"colour": "red"}, {"/colour": "extra_forbidden"}),
    ],
)
async def test_invalid_papers_are_named(
    api: Api, desk: Desk, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert pointers(await api.post("/v1/certificates", desk.owner, json=desk.paper(**changes))) == expected
    page = await api.get(f"/v1/organizations/{desk.body}/certificates", desk.owner)
    assert page.json()["items"] == []


async def test_an_officer_is_no_talent(api: Api, world: World, desk: Desk) -> None:
    officer = await world.officer()
    paper = desk.paper(talent_id=str(officer.id))
    answer = await api.post("/v1/certificates", desk.owner, json=paper)
    assert pointers(answer) == {"/talent_id": "unknown_talent"}


async def test_a_number_is_given_once(api: Api, desk: Desk) -> None:
    paper = desk.paper()
    assert (await api.post("/v1/certificates", desk.owner, json=paper)).status_code == 201
    twin = {**paper, "number": paper["number"].replace(" ", "-")}
    problem(await api.post("/v1/certificates", desk.owner, json=twin), 409, "certificate_number_taken")


async def test_the_same_key_issues_once(api: Api, desk: Desk) -> None:
    headers = {"Idempotency-Key": "certificate-0001"}
    paper = desk.paper()
    first = await api.post("/v1/certificates", desk.owner, json=paper, headers=headers)
    again = await api.post("/v1/certificates", desk.owner, json=paper, headers=headers)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await api.post("/v1/certificates", desk.owner, json=desk.paper(), headers=headers)
    problem(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "suspended"}, "organization_not_verified"),
        ({"status": "draft"}, "organization_not_verified"),
        ({"licence_valid_until": clock.today() - timedelta(days=1)}, "licence_not_in_force"),
        ({"licence_number": None}, "licence_not_in_force"),
    ],
)
async def test_a_body_that_may_not_act(api: Api, world: World, fields: dict[str, Any], code: str) -> None:
    owner, body = await world.certifier(**fields)
    await license_scheme(world, body, DEFAULT_SCHEME)
    desk = Desk(owner, body, await world.person())
    problem(await api.post("/v1/certificates", owner, json=desk.paper()), 409, code)
    active = await make_certificate(world, body, desk.talent.id)
    problem(await take(api, "POST", active, "renewal", owner), 409, code)
    paused = await make_certificate(world, body, desk.talent.id, status="suspended")
    problem(await take(api, "DELETE", paused, "suspension", owner), 409, code)
    # What protects others stays possible.
    assert (await take(api, "POST", active, "revocation", owner)).json()["status"] == "revoked"


async def test_a_licence_of_today_is_in_force(api: Api, world: World) -> None:
    owner, body = await world.certifier(licence_valid_until=clock.today())
    await license_scheme(world, body, DEFAULT_SCHEME)
    desk = Desk(owner, body, await world.person())
    assert (await api.post("/v1/certificates", owner, json=desk.paper())).status_code == 201


async def test_a_scheme_outside_of_the_licence_or_retired(api: Api, world: World, desk: Desk) -> None:
    foreign = await api.post("/v1/certificates", desk.owner, json=desk.paper(scheme_code="SKM-0031"))
    problem(foreign, 409, "scheme_not_licensed")
    old = await make_certificate(world, desk.body, desk.talent.id, scheme="SKM-0031")
    problem(await take(api, "POST", old, "renewal", desk.owner), 409, "scheme_not_licensed")
    key = await make_certificate(world, desk.body, desk.talent.id)
    async with world.database.transaction() as session:
        await session.execute(
            update(Scheme).where(Scheme.code == DEFAULT_SCHEME).values(status="retired", replaced_by="SKM-0001")
        )
    refused = problem(await api.post("/v1/certificates", desk.owner, json=desk.paper()), 409, "scheme_retired")
    assert "SKM-0001" in refused["detail"]
    problem(await take(api, "POST", key, "renewal", desk.owner), 409, "scheme_retired")
    path = f"/v1/organizations/{desk.body}/schemes/{DEFAULT_SCHEME}"
    problem(await api.put(path, desk.owner), 409, "scheme_retired")


async def test_steps_from_a_wrong_state(api: Api, world: World, desk: Desk) -> None:
    legal = {"active": {"suspension", "revocation", "renewal"}, "suspended": {"reinstatement", "revocation"}}
    for status in ("active", "suspended", "revoked", "superseded"):
        for method, step in STEPS:
            name = "reinstatement" if method == "DELETE" else step
            if name in legal.get(status, set()):
                continue
            key = await make_certificate(world, desk.body, desk.talent.id, status=status)
            body = problem(await take(api, method, key, step, desk.owner), 409, "illegal_transition")
            assert body["current_status"] == status


@pytest.mark.parametrize("stored", ["active", "suspended"])
async def test_one_that_has_run_out_is_not_paused(api: Api, world: World, desk: Desk, stored: str) -> None:
    today = clock.today()
    key = await make_certificate(
        world,
        desk.body,
        desk.talent.id,
        status=stored,
        issued_on=today - timedelta(days=400),
        valid_until=today - timedelta(days=1),
    )
    shown = (await api.get(f"/v1/certificates/{key}", desk.owner)).json()
    assert shown["status"] == "expired"
    assert shown["actions"] == {"active": ["revoke", "supersede"], "suspended": ["revoke"]}[stored]
    method = "POST" if stored == "active" else "DELETE"
    body = problem(await take(api, method, key, "suspension", desk.owner), 409, "illegal_transition")
    assert (body["current_status"], body["actions"]) == ("expired", shown["actions"])


async def test_the_wrong_caller(api: Api, world: World, desk: Desk) -> None:
    key = await make_certificate(world, desk.body, desk.talent.id)
    stranger, (rival, _) = await world.person(), await world.certifier()
    viewer = await world.person()
    await world.join(desk.body, viewer, "viewer")
    for suffix in ("", "/transitions", "/credential"):
        path = f"/v1/certificates/{key}{suffix}"
        for caller in (stranger, rival):
            problem(await api.get(path, caller), 404, "not_found")
        problem(await api.get(path), 401, "unauthenticated")
    assert (await api.get(f"/v1/certificates/{key}", viewer)).json()["actions"] == []
    for caller in (viewer, desk.owner):
        problem(await api.get(f"/v1/certificates/{key}/credential", caller), 403, "permission_denied")
    for method, step in STEPS:
        problem(await take(api, method, key, step, rival), 404, "not_found")
        for caller in (desk.talent, viewer, stranger):
            problem(await take(api, method, key, step, caller), 403, "permission_denied")
        problem(await take(api, method, key, step, None), 401, "unauthenticated")
    problem(await api.post("/v1/certificates", rival, json=desk.paper()), 404, "not_found")
    for caller in (viewer, desk.talent):
        problem(await api.post("/v1/certificates", caller, json=desk.paper()), 403, "permission_denied")
    problem(await api.post("/v1/certificates", json=desk.paper()), 401, "unauthenticated")


async def test_a_holder_who_runs_another_body_moves_nothing(api: Api, world: World, desk: Desk) -> None:
    rival, _ = await world.certifier()
    key = await make_certificate(world, desk.body, rival.id)
    for method, step in STEPS:
        problem(await take(api, method, key, step, rival), 403, "permission_denied")


async def test_an_employer_issues_nothing(api: Api, world: World, desk: Desk) -> None:
    employer = await world.organization(desk.owner)
    paper = desk.paper(organization_id=str(employer))
    problem(await api.post("/v1/certificates", desk.owner, json=paper), 409, "not_a_certification_body")
    for path in ("certificates", "schemes"):
        answer = await api.get(f"/v1/organizations/{employer}/{path}", desk.owner)
        problem(answer, 409, "not_a_certification_body")
    for call in (api.put, api.delete):
        answer = await call(f"/v1/organizations/{employer}/schemes/{DEFAULT_SCHEME}", desk.owner)
        problem(answer, 409, "not_a_certification_body")


async def test_lists_are_filtered_by_what_a_certificate_is_now(api: Api, world: World, desk: Desk) -> None:
    today = clock.today()
    year = {"issued_on": today - timedelta(days=365)}
    made: dict[str, list[dict[str, Any]]] = {
        "active": [{"valid_until": today + timedelta(days=91)}],
        "expiring": [{"valid_until": today + timedelta(days=90)}, {**year, "valid_until": today}],
        "expired": [
            {**year, "valid_until": today - timedelta(days=1)},
            {**year, "valid_until": today - timedelta(days=1), "status": "suspended"},
        ],
        "suspended": [{"status": "suspended"}],
        "revoked": [{**year, "valid_until": today - timedelta(days=1), "status": "revoked"}],
        "superseded": [{"status": "superseded"}],
    }
    expected = {
        status: [str(await make_certificate(world, desk.body, desk.talent.id, **fields)) for fields in rows]
        for status, rows in made.items()
    }
    other, elsewhere = await world.certifier()
    await make_certificate(world, elsewhere, other.id)
    for path, caller in (
        (f"/v1/organizations/{desk.body}/certificates", desk.owner),
        ("/v1/me/certificates", desk.talent),
    ):
        for status, keys in expected.items():
            page = (await api.get(path, caller, params={"status": status})).json()
            assert [item["id"] for item in page["items"]] == sorted(keys, reverse=True)
            assert {item["status"] for item in page["items"]} == {status}
            assert {item["in_force"] for item in page["items"]} == {status in {"active", "expiring"}}
        everything = (await api.get(path, caller)).json()["items"]
        assert len(everything) == sum(map(len, expected.values()))
        assert pointers(await api.get(path, caller, params={"status": "lost"})) == {"/query/status": "enum"}


async def test_pages_lead_to_the_end(api: Api, world: World, desk: Desk) -> None:
    made = [str(await make_certificate(world, desk.body, desk.talent.id)) for _ in range(5)]
    for path, caller in (
        (f"/v1/organizations/{desk.body}/certificates", desk.owner),
        ("/v1/me/certificates", desk.talent),
    ):
        seen: list[str] = []
        cursor: str | None = None
        while len(seen) < 6:
            page = (await api.get(path, caller, params={"limit": "2"} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [item["id"] for item in page["items"]]
            cursor = cursor if page["next_cursor"] is None else page["next_cursor"]
            if page["next_cursor"] is None:
                break
        assert seen == made[::-1]
        foreign = {"cursor": cursor or "", "status": "active"}
        problem(await api.get(path, caller, params=foreign), 422, "invalid_cursor")


async def test_a_list_costs_the_same_for_one_and_many(
    api: Api, world: World, desk: Desk, connection: AsyncConnection
) -> None:
    await make_certificate(world, desk.body, desk.talent.id)
    with count_queries(connection) as one:
        await api.get("/v1/me/certificates", desk.talent)
    for scheme in ("SKM-0001", "SKM-0003", "SKM-0031"):
        _, body = await world.certifier()
        await make_certificate(world, body, desk.talent.id, scheme=scheme)
    with count_queries(connection) as many:
        assert len((await api.get("/v1/me/certificates", desk.talent)).json()["items"]) == 4
    assert len(many) == len(one)


async def test_lists_are_the_members_only(api: Api, world: World, desk: Desk) -> None:
    stranger, (rival, _) = await world.person(), await world.certifier()
    viewer = await world.person()
    await world.join(desk.body, viewer, "viewer")
    for name in ("certificates", "schemes"):
        path = f"/v1/organizations/{desk.body}/{name}"
        assert (await api.get(path, viewer)).status_code == 200
        for caller in (rival, stranger):
            problem(await api.get(path, caller), 404, "not_found")
        problem(await api.get(path), 401, "unauthenticated")
        problem(await api.get(path, await world.officer()), 403, "permission_denied")
    problem(await api.get("/v1/me/certificates"), 401, "unauthenticated")


async def test_schemes_of_a_licence(api: Api, world: World, desk: Desk) -> None:
    path = f"/v1/organizations/{desk.body}/schemes"
    assert (await api.put(f"{path}/SKM-0001", desk.owner)).status_code == 204
    assert (await api.put(f"{path}/SKM-0001", desk.owner)).status_code == 204
    first = (await api.get(path, desk.owner, params={"limit": "1"})).json()
    assert [item["code"] for item in first["items"]] == ["SKM-0001"]
    rest = (await api.get(path, desk.owner, params={"limit": "1", "cursor": first["next_cursor"]})).json()
    assert [item["code"] for item in rest["items"]] == [DEFAULT_SCHEME]
    assert rest["next_cursor"] is None
    problem(await api.get(path, desk.owner, params={"cursor": "bm9uc2Vuc2U"}), 422, "invalid_cursor")
    issued = await api.post("/v1/certificates", desk.owner, json=desk.paper(scheme_code="SKM-0001"))
    assert issued.status_code == 201
    assert (await api.delete(f"{path}/SKM-0001", desk.owner)).status_code == 204
    problem(await api.delete(f"{path}/SKM-0001", desk.owner), 404, "not_found")
    refused = await api.post("/v1/certificates", desk.owner, json=desk.paper(scheme_code="SKM-0001"))
    problem(refused, 409, "scheme_not_licensed")
    assert (await api.get(f"/v1/certificates/{issued.json()['id']}", desk.talent)).json()["in_force"]
    unknown = await api.put(f"{path}/SKM-000", desk.owner)
    assert pointers(unknown) == {"/path/scheme_code": "unknown_scheme"}
    assert "Mungkin: SKM-" in unknown.json()["errors"][0]["message"]
    viewer, (rival, _) = await world.person(), await world.certifier()
    await world.join(desk.body, viewer, "viewer")
    for call in (api.put, api.delete):
        problem(await call(f"{path}/{DEFAULT_SCHEME}", viewer), 403, "permission_denied")
        problem(await call(f"{path}/{DEFAULT_SCHEME}", rival), 404, "not_found")
        problem(await call(f"{path}/{DEFAULT_SCHEME}"), 401, "unauthenticated")
    async with world.database.read() as session:
        told = await session.scalars(
            select(OutboxEvent.type).where(OutboxEvent.aggregate_id == desk.body).order_by(OutboxEvent.id)
        )
        assert list(told) == ["organization.scheme_licensed", "organization.scheme_withdrawn"]
