"""Vacancies through HTTP: written, judged, published, changed, ended; each problem, the wrong caller."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from app.core import clock
from app.models.organizations import Organization
from app.models.vacancies import Vacancy, VacancyChange
from tests.support.vacancies import make_vacancy, vacancy_body
from tests.support.world import Api, Caller, World, pointers, problem

REASON = {"reason": "Alamat kerja tidak jelas."}


async def created(api: Api, owner: Caller, organization: UUID, **changes: Any) -> dict[str, Any]:
    """A draft made through HTTP."""
    response = await api.post("/v1/vacancies", owner, json=vacancy_body(organization, **changes))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def own(draft: dict[str, Any]) -> str:
    """Where the employer reads a vacancy."""
    return f"/v1/organizations/{draft['employer']['id']}/vacancies/{draft['id']}"


async def changed(api: Api, caller: Caller, draft: dict[str, Any], **changes: Any) -> Any:
    """PATCH a vacancy with the ETag of the owner's view."""
    etag = (await api.get(own(draft), caller)).headers["etag"]
    path = f"/v1/vacancies/{draft['id']}"
    return await api("PATCH", path, caller, json=changes, headers={"If-Match": etag})


async def test_a_draft_is_submitted_approved_and_public(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer = await world.officer("32")
    draft = await created(api, owner, employer)
    assert (draft["status"], draft["actions"], draft["findings"]) == ("draft", ["submit"], [])
    assert draft["pay"] == {"minimum": 6_000_000, "maximum": 9_000_000, "currency": "IDR", "period": "month"}
    assert (draft["pay_monthly_minimum"], draft["pay_monthly_maximum"]) == (6_000_000, 9_000_000)
    path = f"/v1/vacancies/{draft['id']}"
    problem(await api.get(path), 404, "not_found")
    assert (await api.post(f"{path}/submission", owner)).json()["status"] == "pending_review"
    waiting = (await api.get("/v1/review/vacancies", officer)).json()["items"]
    assert [(item["id"], item["actions"]) for item in waiting] == [
        (draft["id"], ["approve", "reject", "request_revision"])
    ]
    seen = await api.get(f"/v1/review/vacancies/{draft['id']}", officer)
    assert seen.json()["required_skills"][0]["code"] == "SK-0003"
    approved = await api.post(f"/v1/review/vacancies/{draft['id']}/approval", officer)
    assert approved.json()["status"] == "published"
    public = (await api.get(path)).json()
    assert public["published_at"] == approved.json()["published_at"]
    assert public["verified_at"] is not None
    assert [item["id"] for item in (await api.get("/v1/vacancies")).json()["items"]] == [draft["id"]]
    log = (await api.get(f"{path}/transitions", owner)).json()["items"]
    assert [(step["event"], step["by"], step["to_status"]) for step in log] == [
        ("submit", "employer", "pending_review"),
        ("approve", "officer", "published"),
    ]


async def test_every_field_is_kept_and_shown(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    fields: dict[str, Any] = {
        "industry_edition": "2020", "industry_code": "62019", "coordinates": {"latitude": -6.9, "longitude": 107.6},
        "probation_months": 3, "preferred_skills": [{"code": "SK-0002", "level": 1}],
        "required_certificates": [["SKM-0001", "SKM-0002"], ["SKM-0003"]], "preferred_certificates": ["SKM-0004"],
        "languages": [{"code": "en", "level": "b1"}], "required_licences": ["sim_c"],
        "accommodations": ["screen_reader"], "benefits": ["thr"], "documents": ["Ijazah"],
        "document_custody": {
            "agreement_reference": "PKS 12/2026", "return_on": (clock.today() + timedelta(days=90)).isoformat()
        },
        "application_method": "link", "application_url": "https://kerja.example.com/1",
        "source": {"portal": "kerja.example.com", "external_id": "A-1", "url": "https://kerja.example.com/a1"},
        "pay": {"minimum": 300_000, "maximum": 400_000, "period": "day", "shown": False},
        "working_days_per_month": 20,
    }  # fmt: skip
    draft = await created(api, owner, employer, **fields)
    plain = (
        "industry_edition", "coordinates", "probation_months", "document_custody", "application_method",
        "application_url", "source", "documents", "working_days_per_month",
    )  # fmt: skip
    assert {name: draft[name] for name in plain} == {name: fields[name] for name in plain}
    assert draft["industry"]["code"] == "62019"
    groups = [[scheme["code"] for scheme in group] for group in draft["required_certificates"]]
    assert groups == fields["required_certificates"]
    assert [scheme["code"] for scheme in draft["preferred_certificates"]] == ["SKM-0004"]
    assert draft["languages"] == [{"code": "en", "label": "Bahasa Inggris", "level": "b1"}]
    assert [item["code"] for item in draft["required_licences"] + draft["accommodations"] + draft["benefits"]] == [
        "sim_c", "screen_reader", "thr",
    ]  # fmt: skip
    assert draft["preferred_skills"] == [{"code": "SK-0002", "label": "Pemrograman komputer", "level": 1}]
    assert (draft["pay_shown"], draft["pay_monthly_maximum"]) == (False, 400_000 * 25)
    assert draft["pay"]["minimum"] == 300_000
    english = await api.get(own(draft), owner, headers={"Accept-Language": "en"})
    assert english.json()["languages"][0]["label"] == "English"
    twin = await api.post("/v1/vacancies", owner, json=vacancy_body(employer, source=fields["source"]))
    problem(twin, 409, "external_id_taken")


async def test_unknown_codes_and_unlawful_terms_are_all_named(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    body = vacancy_body(
        employer,
        region_code="32.99",
        occupation_code="2599",
        education_minimum="s9",
        work_relation="pkwt_time",
        probation_months=2,
        placement_fee=500_000,
        required_skills=[
            {"code": "SK-0003", "level": 2},
            {"code": "SK-0003", "level": 3},
            {"code": "SK-X", "level": 1},
        ],
        required_certificates=[["SKM-9999"]],
        benefits=["gold"],
        languages=[{"code": "xx", "level": "a1"}],
        industry_code="62019",
        pay={"minimum": 9, "maximum": 3},
        valid_until=(clock.today() + timedelta(days=400)).isoformat(),
        application_method="link",
    )
    found = pointers(await api.post("/v1/vacancies", owner, json=body))
    assert found == {
        "/region_code": "unknown_region",
        "/occupation_code": "unknown_occupation",
        "/education_minimum": "unknown_education",
        "/contract_months": "fixed_term_months_missing",
        "/probation_months": "probation_on_fixed_term",
        "/placement_fee": "placement_fee_refused",
        "/required_skills/1/code": "duplicate",
        "/required_skills/2/code": "unknown_skill",
        "/required_certificates/0/0": "unknown_scheme",
        "/benefits/0": "unknown_benefit",
        "/languages/0/code": "unknown_language",
        "/industry_code": "incomplete",
        "/pay/minimum": "pay_below_floor",
        "/pay/maximum": "pay_out_of_order",
        "/valid_until": "validity_too_long",
        "/application_url": "application_url_missing",
    }
    assert (await api.get(f"/v1/organizations/{employer}/vacancies", owner)).json()["items"] == []


@pytest.mark.parametrize(
    ("size", "region", "status", "severity"),
    [("large", "32.73", 422, None), ("micro", "32.73", 201, "warning"), ("large", "92.02", 201, "warning")],
    ids=["refused", "a micro employer is warned", "an unconfirmed floor only warns"],
)
async def test_pay_under_the_minimum_wage(
    api: Api, world: World, size: str, region: str, status: int, severity: str | None
) -> None:
    owner, employer = await world.employer(size_class=size)
    body = vacancy_body(employer, region_code=region, pay={"minimum": 1_500_000})
    response = await api.post("/v1/vacancies", owner, json=body)
    assert response.status_code == status, response.text
    if severity is None:
        assert pointers(response) == {"/pay/minimum": "pay_below_floor"}
    else:
        found = response.json()["findings"]
        assert [(item["code"], item["severity"]) for item in found] == [("pay_below_floor", severity)]


@pytest.mark.parametrize(
    "changes",
    [
        {"publish_at": "9999-12-31T23:59:59Z"}, {"publish_at": "0001-01-01T00:00:00+14:00"},
        {"valid_from": "0001-01-01"}, {"pay": {"minimum": 10**18}}, {"pay": {"currency": "XXX"}},
        {"coordinates": {"latitude": 91, "longitude": 0}}, {"openings": True}, {"title": " "},
        {"contract_months": 40_000}, {"colour": "red"}, {"openings": 0}, {"age_minimum": -1},
    ],
)  # fmt: skip
async def test_values_at_the_edge_of_the_calendar_and_of_numbers_are_refused(
    api: Api, world: World, changes: dict[str, Any]
) -> None:
    owner, employer = await world.employer()
    body = vacancy_body(employer, **changes)
    problem(await api.post("/v1/vacancies", owner, json=body), 422, "validation_failed")


async def test_only_editors_of_the_employer_write(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    stranger, elsewhere = await world.employer()
    viewer, talent = await world.person(), await world.person()
    await world.join(employer, viewer, "viewer")
    await world.join(elsewhere, viewer, "editor")
    draft = await created(api, owner, employer)
    path = f"/v1/vacancies/{draft['id']}"
    problem(await api.post("/v1/vacancies", stranger, json=vacancy_body(employer)), 404, "not_found")
    problem(await api.post("/v1/vacancies", viewer, json=vacancy_body(employer)), 403, "permission_denied")
    problem(await api.post("/v1/vacancies", talent, json=vacancy_body(employer)), 403, "permission_denied")
    problem(await api.post("/v1/vacancies", json=vacancy_body(employer)), 401, "unauthenticated")
    problem(await api.post(f"{path}/submission", stranger), 404, "not_found")
    problem(await api.post(f"{path}/submission", viewer), 403, "permission_denied")
    problem(await changed(api, viewer, draft, title="Baru"), 403, "permission_denied")
    problem(await api.get(own(draft), stranger), 404, "not_found")
    problem(await api.get(f"/v1/organizations/{elsewhere}/vacancies/{draft['id']}", viewer), 404, "not_found")
    problem(await api.get(f"{path}/transitions", stranger), 404, "not_found")
    problem(await api.get(f"{path}/publication", stranger), 404, "not_found")
    problem(await api.get(f"/v1/organizations/{employer}/vacancies", stranger), 404, "not_found")
    problem(await api.get("/v1/review/vacancies", owner), 403, "permission_denied")


async def test_a_training_provider_posts_no_vacancy(api: Api, world: World) -> None:
    owner, _ = await world.employer()
    provider = await world.organization(owner, kind="training_provider")
    response = await api.post("/v1/vacancies", owner, json=vacancy_body(provider))
    assert pointers(response) == {"/organization_id": "not_an_employer"}


async def test_a_partner_posts_for_its_employer_only(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, other = await world.employer()
    partner = await world.partner(employer, "vacancies:write", "vacancies:read")
    draft = await created(api, partner, employer)
    assert (await api.post(f"/v1/vacancies/{draft['id']}/submission", partner)).json()["status"] == "pending_review"
    log = (await api.get(f"/v1/vacancies/{draft['id']}/transitions", partner)).json()["items"]
    assert log[0]["by"] == "partner"
    problem(await api.post("/v1/vacancies", partner, json=vacancy_body(other)), 404, "not_found")


async def test_an_unverified_employer_drafts_but_does_not_submit(api: Api, world: World) -> None:
    owner, employer = await world.employer(status="draft")
    draft = await created(api, owner, employer)
    problem(await api.post(f"/v1/vacancies/{draft['id']}/submission", owner), 409, "organization_not_verified")
    assert (await api.get(own(draft), owner)).json()["status"] == "draft"


async def test_an_officer_returns_rejects_and_stays_in_the_region(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer, elsewhere = await world.officer("32"), await world.officer("31")
    draft = await created(api, owner, employer)
    review = f"/v1/review/vacancies/{draft['id']}"
    problem(await api.get(review, officer), 404, "not_found")
    await api.post(f"/v1/vacancies/{draft['id']}/submission", owner)
    problem(await api.post(f"{review}/approval", elsewhere), 404, "not_found")
    assert (await api.get("/v1/review/vacancies", elsewhere)).json()["items"] == []
    assert pointers(await api.post(f"{review}/revision-request", officer, json={})) == {"/reason": "missing"}
    returned = await api.post(f"{review}/revision-request", officer, json=REASON)
    assert (returned.json()["status"], returned.json()["status_reason"]) == ("needs_revision", REASON["reason"])
    assert (await changed(api, owner, draft, title="Pengembang Web")).json()["title"] == "Pengembang Web"
    await api.post(f"/v1/vacancies/{draft['id']}/submission", owner)
    assert (await api.post(f"{review}/rejection", officer, json=REASON)).json()["status"] == "rejected"
    body = problem(await api.post(f"{review}/approval", officer), 409, "illegal_transition")
    assert (body["current_status"], body["actions"]) == ("rejected", [])


async def test_an_officer_does_not_judge_the_own_employer_s_vacancy(api: Api, world: World) -> None:
    both = await world.person(roles=("officer",), regions=("00",))
    employer = await world.organization(both)
    key = await make_vacancy(world, employer, status="pending_review")
    problem(await api.post(f"/v1/review/vacancies/{key}/approval", both), 403, "permission_denied")


async def test_a_limit_of_age_needs_a_reason_and_an_approval(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer = await world.officer()
    bare = await api.post("/v1/vacancies", owner, json=vacancy_body(employer, age_maximum=40))
    assert pointers(bare) == {"/limit_reason": "limit_reason_missing"}
    draft = await created(api, owner, employer, age_maximum=40, limit_reason="physical_demand")
    assert [(item["code"], item["severity"]) for item in draft["findings"]] == [("limits_not_approved", "warning")]
    await api.post(f"/v1/vacancies/{draft['id']}/submission", owner)
    approved = (await api.post(f"/v1/review/vacancies/{draft['id']}/approval", officer)).json()
    assert (approved["limits_approved"], approved["findings"], approved["status"]) == (True, [], "published")


async def test_a_vacancy_waits_for_its_date(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer = await world.officer()
    later = (clock.now() + timedelta(days=3)).isoformat()
    draft = await created(api, owner, employer, publish_at=later)
    path = f"/v1/vacancies/{draft['id']}"
    await api.post(f"{path}/submission", owner)
    assert (await api.post(f"/v1/review/vacancies/{draft['id']}/approval", officer)).json()["status"] == "scheduled"
    problem(await api.get(path), 404, "not_found")
    moved = await api.post(
        f"{path}/publication", owner, json={"publish_at": (clock.now() + timedelta(days=4)).isoformat()}
    )
    assert (moved.json()["status"], moved.json()["publish_at"] > later) == ("scheduled", True)
    late = {"publish_at": (clock.now() + timedelta(days=60)).isoformat()}
    assert pointers(await api.post(f"{path}/publication", owner, json=late)) == {
        "/publish_at": "publish_at_after_validity"
    }
    state = (await api.get(f"{path}/publication", owner)).json()
    assert (state["public"], state["hidden_because"]) == (False, "not_published")
    assert (await api.post(f"{path}/publication", owner, json={})).json()["status"] == "published"
    assert (await api.get(f"{path}/publication", owner)).json()["public"] is True
    problem(await api.delete(f"{path}/publication", owner), 409, "illegal_transition")
    other = await make_vacancy(world, employer, status="scheduled", publish_at=clock.now() + timedelta(days=2))
    back = await api.delete(f"/v1/vacancies/{other}/publication", owner)
    assert (back.json()["status"], back.json()["verified_at"]) == ("draft", None)
    assert (await api.post(f"/v1/vacancies/{other}/submission", owner)).status_code == 200
    assert (await api.delete(f"/v1/vacancies/{other}/submission", owner)).json()["status"] == "draft"


async def test_each_side_lifts_its_own_suspension(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer = await world.officer("32")
    key = await make_vacancy(world, employer)
    path, review = f"/v1/vacancies/{key}", f"/v1/review/vacancies/{key}"
    assert (await api.post(f"{path}/suspension", owner, json={})).json()["actions"] == ["close", "resume"]
    problem(await api.get(path), 404, "not_found")
    assert (await api.delete(f"{path}/suspension", owner)).json()["status"] == "published"
    assert pointers(await api.post(f"{review}/suspension", officer, json={})) == {"/reason": "missing"}
    held = await api.post(f"{review}/suspension", officer, json=REASON)
    assert held.json()["actions"] == ["block", "resume", "suspend"]
    problem(await api.delete(f"{path}/suspension", owner), 403, "permission_denied")
    listed = await api.get(f"/v1/organizations/{employer}/vacancies", owner, params={"status": "suspended"})
    assert [item["actions"] for item in listed.json()["items"]] == [["close"]]
    assert (await api.delete(f"{review}/suspension", officer)).json()["status"] == "published"
    blocked = (await api.post(f"{review}/block", officer, json=REASON)).json()
    assert (blocked["status"], blocked["actions"], blocked["closed_at"] is None) == ("blocked", [], False)
    problem(await api.post(f"{path}/closure", owner, json={}), 409, "illegal_transition")


async def test_a_closed_vacancy_is_no_longer_public(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer)
    closed = await api.post(f"/v1/vacancies/{key}/closure", owner, json={"reason": "Sudah terisi."})
    assert (closed.json()["status"], closed.json()["status_reason"]) == ("closed", "Sudah terisi.")
    problem(await api.get(f"/v1/vacancies/{key}"), 404, "not_found")
    body = problem(await changed(api, owner, closed.json(), openings=9), 409, "vacancy_locked")
    assert (body["current_status"], body["editable"]) == ("closed", [])
    problem(await api.post(f"/v1/vacancies/{key}/confirmation", owner), 409, "vacancy_locked")


async def test_what_is_out_may_grow_but_not_shrink(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, openings=3)
    draft = (await api.get(f"/v1/organizations/{employer}/vacancies/{key}", owner)).json()
    assert draft["editable"] == ["openings", "valid_until"]
    further = (clock.today() + timedelta(days=60)).isoformat()
    grown = (await changed(api, owner, draft, openings=5, valid_until=further)).json()
    assert (grown["openings"], grown["valid_until"], grown["status"]) == (5, further, "published")
    shorter = {"openings": 4, "valid_until": (clock.today() + timedelta(days=9)).isoformat()}
    assert pointers(await changed(api, owner, draft, **shorter)) == {
        "/openings": "openings_lowered",
        "/valid_until": "validity_shortened",
    }
    problem(await changed(api, owner, draft, title="Lain"), 409, "vacancy_locked")
    far = (clock.today() + timedelta(days=300)).isoformat()
    assert pointers(await changed(api, owner, draft, valid_until=far)) == {"/valid_until": "validity_too_long"}
    before = (await api.get(f"/v1/vacancies/{key}")).json()["last_confirmed_at"]
    assert (await api.post(f"/v1/vacancies/{key}/confirmation", owner)).json()["last_confirmed_at"] > before


async def test_a_patch_merges_and_a_change_of_a_child_moves_the_version(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    draft = await created(api, owner, employer, required_certificates=[["SKM-0001"]], documents=["Ijazah"])
    first = (await api.get(own(draft), owner)).headers["etag"]
    patched = (await changed(api, owner, draft, pay={"shown": False}, documents=[], education_minimum=None)).json()
    assert (patched["pay"]["minimum"], patched["pay_shown"]) == (6_000_000, False)
    assert (patched["documents"], patched["education_minimum"]) == ([], None)
    path = f"/v1/vacancies/{draft['id']}"
    stale = await api("PATCH", path, owner, json={"openings": 4}, headers={"If-Match": first})
    problem(stale, 412, "precondition_failed")
    problem(await api("PATCH", path, owner, json={"openings": 4}), 428, "precondition_required")
    assert pointers(await changed(api, owner, draft, title=None)) == {"/title": "string_type"}
    with clock.frozen(clock.now()):  # even where no time passes
        tag = (await api.get(own(draft), owner)).headers["etag"].partition(".")[0]
        log = select(func.count()).select_from(VacancyChange).where(VacancyChange.vacancy_id == UUID(draft["id"]))
        async with world.database.read() as session:
            logged = await session.scalar(log) or 0
        skills = [{"code": "SK-0007", "level": 3}]
        swapped = await changed(api, owner, draft, required_skills=skills, required_certificates=[])
        assert [item["code"] for item in swapped.json()["required_skills"]] == ["SK-0007"]
        assert [item["code"] for item in swapped.json()["preferred_skills"]] == ["SK-0002"]
        assert swapped.json()["required_certificates"] == []
        assert swapped.headers["etag"].partition(".")[0] != tag
        async with world.database.read() as session:
            assert (await session.scalar(log) or 0) > logged
    both = await changed(api, owner, draft, preferred_skills=[{"code": "SK-0007", "level": 1}])
    assert pointers(both) == {"/preferred_skills/0/code": "duplicate"}


async def test_a_bad_patch_is_422_and_writes_nothing(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    draft = await created(api, owner, employer)
    bad = await changed(api, owner, draft, region_code="99", occupation_code="zz", openings=7, limit_reason=None)
    assert pointers(bad) == {"/region_code": "unknown_region", "/occupation_code": "unknown_occupation"}
    assert (await api.get(own(draft), owner)).json()["openings"] == 2


async def test_an_old_draft_can_be_changed_and_is_checked_when_it_is_submitted(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    past = clock.today() - timedelta(days=1)
    key = await make_vacancy(world, employer, status="draft", valid_from=past, valid_until=past)
    draft = (await api.get(f"/v1/organizations/{employer}/vacancies/{key}", owner)).json()
    assert [item["code"] for item in draft["findings"]] == ["valid_until_in_the_past"]
    assert (await changed(api, owner, draft, title="Baru")).status_code == 200
    assert pointers(await api.post(f"/v1/vacancies/{key}/submission", owner)) == {
        "/valid_until": "valid_until_in_the_past"
    }


async def test_what_went_stale_in_the_queue_is_not_published(api: Api, world: World) -> None:
    _, employer = await world.employer()
    officer = await world.officer()
    past = clock.today() - timedelta(days=1)
    key = await make_vacancy(world, employer, status="pending_review", valid_from=past, valid_until=past)
    body = problem(await api.post(f"/v1/review/vacancies/{key}/approval", officer), 409, "vacancy_not_publishable")
    assert [item["pointer"] for item in body["findings"]] == ["/valid_until"]


async def test_a_suspended_employer_s_vacancies_are_hidden(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    officer = await world.officer()
    key = await make_vacancy(world, employer)
    waiting = await make_vacancy(world, employer, status="pending_review")
    async with world.database.transaction() as session:
        await session.execute(update(Organization).where(Organization.id == employer).values(status="suspended"))
    problem(await api.get(f"/v1/vacancies/{key}"), 404, "not_found")
    assert (await api.get("/v1/vacancies")).json()["items"] == []
    state = (await api.get(f"/v1/vacancies/{key}/publication", owner)).json()
    assert (state["public"], state["hidden_because"]) == (False, "employer_not_verified")
    problem(await api.post(f"/v1/review/vacancies/{waiting}/approval", officer), 409, "organization_not_verified")
    async with world.database.read() as session:
        assert await session.scalar(select(Vacancy.status).where(Vacancy.id == waiting)) == "pending_review"


async def test_the_same_key_creates_once(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    headers = {"Idempotency-Key": "vacancy-key-0001"}
    body = vacancy_body(employer)
    first = await api.post("/v1/vacancies", owner, json=body, headers=headers)
    again = await api.post("/v1/vacancies", owner, json=body, headers=headers)
    assert first.json() == again.json()
    other = await api.post("/v1/vacancies", owner, json={**body, "title": "Lain"}, headers=headers)
    problem(other, 422, "idempotency_key_reused")
    assert len((await api.get(f"/v1/organizations/{employer}/vacancies", owner)).json()["items"]) == 1


async def test_a_vacancy_that_is_not_there(api: Api, world: World) -> None:
    owner, _ = await world.employer()
    problem(await api.get(f"/v1/vacancies/{uuid4()}"), 404, "not_found")
    problem(await api.post(f"/v1/vacancies/{uuid4()}/closure", owner, json={}), 404, "not_found")
    assert pointers(await api.get("/v1/vacancies/nonsense")) == {"/path/vacancy_id": "uuid_parsing"}
