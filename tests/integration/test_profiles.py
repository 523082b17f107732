"""The own profile through HTTP: reading, merge patch, identity, disability, consent, completeness."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import clock
from app.core.kit import Kit
from app.models.profiles import TalentProfile
from tests.support.certificates import make_certificate
from tests.support.profiles import BODIES, DETAILS, PROFILE, fill
from tests.support.queries import count_queries
from tests.support.world import Api, World, pointers, problem

NIK = "3273014502030002"


async def test_a_filled_profile_is_read_back_with_labels(api: Api, world: World) -> None:
    talent = await world.person()
    await fill(api, talent)
    answer = await api.get(PROFILE, talent, headers={"Accept-Language": "en"})
    assert answer.headers["cache-control"] == "private, no-store"
    body = answer.json()
    assert body["region"]["code"] == "32.73"
    assert body["contact"] == {"email": "sari@example.com", "phone": "+6281234567001"}
    assert body["preferences"]["minimum_pay"] == {"amount": 4_500_000, "currency": "IDR"}
    assert [entry["code"] for entry in body["preferences"]["regions"]] == ["32.73", "31.71"]
    assert body["skills"][0]["skill"] == {"code": "SK-0005", "label": "JavaScript programming"}
    assert body["education"][0]["level"] == {"code": "smk", "label": "Vocational secondary school"}
    assert body["experience"][0]["occupation"]["code"] == "2513"
    assert body["certificates_elsewhere"][0]["scheme"]["code"] == "SKM-0006"
    assert (body["languages"][0]["level"], body["licences"][0]["in_force"]) == ("b1", True)
    assert body["nik"] is None
    same = await api.get(PROFILE, talent, headers={"If-None-Match": answer.headers["etag"], "Accept-Language": "en"})
    assert same.status_code == 304


async def test_reading_takes_the_same_queries_however_much_there_is(
    api: Api, world: World, connection: AsyncConnection
) -> None:
    empty, full = await world.person(), await world.person()
    await fill(api, full)
    for number in range(3):
        await api.post(f"{PROFILE}/experience", full, json={**BODIES["experience"], "title": f"Pekerjaan {number}"})
    with count_queries(connection) as few:
        await api.get(PROFILE, empty)
    with count_queries(connection) as many:
        await api.get(PROFILE, full)
    assert len(few) == len(many) <= 20


async def test_a_merge_patch_touches_only_what_it_names(api: Api, world: World) -> None:
    talent = await world.person()
    await api.patch(PROFILE, talent, json=DETAILS)
    body = (await api.patch(PROFILE, talent, json={"preferences": {"minimum_pay": None}, "headline": None})).json()
    assert body["headline"] is None
    assert body["preferences"]["minimum_pay"] is None
    assert [entry["code"] for entry in body["preferences"]["occupations"]] == ["2513"]
    body = (await api.patch(PROFILE, talent, json={"contact": {"phone": None}, "preferences": None})).json()
    assert body["contact"] == {"email": "sari@example.com", "phone": None}
    assert body["preferences"] == {
        "occupations": [], "regions": [], "relations": [], "open_to_remote": True, "minimum_pay": None,
        "available_from": None,
    }  # fmt: skip
    assert pointers(await api.patch(PROFILE, talent, json={"full_name": None})) == {"/full_name": "string_type"}


async def test_a_lost_update_cannot_happen(api: Api, world: World) -> None:
    talent = await world.person()
    tag = (await api.get(PROFILE, talent)).headers["etag"]
    problem(await api("PATCH", PROFILE, talent, json={"headline": "A"}), 428, "precondition_required")
    # A change of a part is a change of the profile.
    await api.put(f"{PROFILE}/languages/en", talent, json={"level": "b1"})
    stale = await api.patch(PROFILE, talent, json={"headline": "A"}, headers={"If-Match": tag})
    problem(stale, 412, "precondition_failed")


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"region_code": "32.99"}, {"/region_code": "unknown_region"}),
        ({"preferences": {"regions": ["32.73", "9"]}}, {"/preferences/regions/1": "unknown_region"}),
        ({"preferences": {"occupations": ["25130"]}}, {"/preferences/occupations/0": "unknown_occupation"}),
        ({"preferences": {"relations": ["forever"]}}, {"/preferences/relations/0": "unknown_work_relation"}),
        ({"preferences": {"occupations": ["2513", "2513"]}}, {"/preferences/occupations": "duplicate"}),
        ({"preferences": {"minimum_pay": -1}}, {"/preferences/minimum_pay": "greater_than_equal"}),
        ({"preferences": {"available_from": "2090-01-01"}}, {"/preferences/available_from": "out_of_range"}),
        ({"contact": {"phone": "12"}}, {"/contact/phone": "invalid_phone"}),
        ({"birth_date": "1820-01-01"}, {"/birth_date": "too_early"}),
        ({"birth_date": "2999-01-01"}, {"/birth_date": "in_future"}),
        ({"sex": "unknown"}, {"/sex": "literal_error"}),
        ({"nik": NIK}, {"/nik": "extra_forbidden"}),
        ({"evidence": "certified"}, {"/evidence": "extra_forbidden"}),
    ],
)
async def test_bad_input_is_named_and_nothing_is_written(
    api: Api, world: World, patch: dict[str, Any], expected: dict[str, str]
) -> None:
    talent = await world.person()
    before = (await api.get(PROFILE, talent)).json()
    assert pointers(await api.patch(PROFILE, talent, json=patch)) == expected
    assert (await api.get(PROFILE, talent)).json() == before


async def test_an_unknown_code_comes_with_the_nearest(api: Api, world: World) -> None:
    talent = await world.person()
    answer = await api.patch(PROFILE, talent, json={"region_code": "32.99"})
    assert "32." in answer.json()["errors"][0]["message"]


async def test_a_child_is_too_young(api: Api, world: World) -> None:
    talent = await world.person()
    born = (clock.today() - timedelta(days=12 * 365)).isoformat()
    assert pointers(await api.patch(PROFILE, talent, json={"birth_date": born})) == {"/birth_date": "too_young"}


async def test_only_a_talent_has_a_profile(api: Api, world: World) -> None:
    officer, narrow = await world.officer(), await world.person(scope="profile:read")
    partner = await world.partner(None, "vacancies:read")
    problem(await api.get(PROFILE), 401, "unauthenticated")
    for caller in (officer, partner):
        problem(await api.get(PROFILE, caller), 403, "permission_denied")
    assert (await api.get(PROFILE, narrow)).status_code == 200
    problem(await api.patch(PROFILE, narrow, json={"headline": "A"}), 403, "permission_denied")


# --- consent ----------------------------------------------------------------------------------------------


async def test_without_consent_nothing_is_written_and_everything_can_be_erased(api: Api, world: World) -> None:
    talent = await world.person(consents=("account", "profile_processing", "disability_data"))
    await fill(api, talent)
    link = (await api.get(f"{PROFILE}/links", talent)).json()["items"][0]["id"]
    await api.delete("/v1/me/consents/profile_processing", talent)
    body = (await api.get(PROFILE, talent)).json()
    assert body["processed"] is False
    refused = [
        await api.patch(PROFILE, talent, json={"headline": "A"}),
        await api.put(f"{PROFILE}/identity", talent, json={"nik": NIK}),
        await api.put(f"{PROFILE}/disability", talent, json={"kinds": []}),
        await api.put(f"{PROFILE}/skills/SK-0003", talent, json={"level": 1}),
        await api.post(f"{PROFILE}/skills", talent, json={"skills": [{"code": "SK-0003", "level": 1}]}),
        await api.put(f"{PROFILE}/languages/en", talent, json={"level": "b1"}),
        await api.put(f"{PROFILE}/licences/sim_c", talent, json={}),
        await api.patch(f"{PROFILE}/links/{link}", talent, json={"label": "A"}),
        *[await api.post(f"{PROFILE}/{part}", talent, json=body) for part, body in BODIES.items()],
    ]
    for answer in refused:
        assert problem(answer, 422, "consent_needed")["purposes"] == ["profile_processing"]
    erased = ["identity", "disability", "skills/SK-0003", "languages/en", "licences/sim_c", f"links/{link}"]
    for path in erased:
        assert (await api.delete(f"{PROFILE}/{path}", talent)).status_code == 204, path


async def test_visibility_is_the_consent(api: Api, world: World) -> None:
    talent = await world.person()
    first = (await api.get(PROFILE, talent)).json()["visibility"]
    assert (first["visible_to_employers"], first["missing_consents"]) == (False, ["visible_to_employers"])
    await api.put("/v1/me/consents/visible_to_employers", talent)
    second = (await api.get(PROFILE, talent)).json()["visibility"]
    assert second["visible_to_employers"] is True
    assert second["given_at"] is not None
    await api.delete("/v1/me/consents/profile_processing", talent)
    third = (await api.get(PROFILE, talent)).json()["visibility"]
    assert (third["visible_to_employers"], third["missing_consents"]) == (False, ["profile_processing"])


# --- identity ---------------------------------------------------------------------------------------------


async def test_a_nik_is_kept_encrypted_and_shown_masked(api: Api, world: World, kit: Kit) -> None:
    talent = await world.person()
    answer = await api.put(f"{PROFILE}/identity", talent, json={"nik": "327301 450203 0002"})
    assert answer.json() == {"nik": "32************02", "warnings": []}
    assert "ratelimit" in answer.headers
    assert (await api.get(PROFILE, talent)).json()["nik"] == "32************02"
    async with world.database.transaction() as session:
        row = await session.scalar(select(TalentProfile).where(TalentProfile.id == talent.id))
    assert row is not None
    assert row.nik is not None
    assert NIK.encode() not in row.nik
    assert kit.vault.decrypt("nik", row.nik, bound_to=str(talent.id)) == NIK
    with pytest.raises(ValueError, match="cannot decrypt"):
        kit.vault.decrypt("nik", row.nik, bound_to=str((await world.person()).id))
    assert (await api.delete(f"{PROFILE}/identity", talent)).status_code == 204
    assert (await api.get(f"{PROFILE}/identity", talent)).json() == {"nik": None, "warnings": []}


async def test_what_a_nik_says_otherwise_is_a_warning(api: Api, world: World) -> None:
    talent = await world.person()
    await api.patch(PROFILE, talent, json={"birth_date": "2001-01-01", "region_code": "31.71"})
    answer = await api.put(f"{PROFILE}/identity", talent, json={"nik": NIK})
    assert answer.status_code == 200
    warnings = {item["code"]: item["pointer"] for item in answer.json()["warnings"]}
    assert warnings == {"nik_birth_date_mismatch": "/birth_date", "nik_region_mismatch": "/region_code"}
    assert (await api.get(f"{PROFILE}/identity", talent)).json() == answer.json()


@pytest.mark.parametrize("bad", ["12", "3273014502030000", "3273019902030002", "abcdefghijklmnop"])
async def test_a_nik_that_cannot_be_is_refused(api: Api, world: World, bad: str) -> None:
    talent = await world.person()
    assert pointers(await api.put(f"{PROFILE}/identity", talent, json={"nik": bad})) == {"/nik": "invalid_nik"}


async def test_a_nik_belongs_to_one_account(api: Api, world: World) -> None:
    first, second = await world.person(), await world.person()
    await api.put(f"{PROFILE}/identity", first, json={"nik": NIK})
    assert (await api.put(f"{PROFILE}/identity", first, json={"nik": NIK})).status_code == 200
    body = problem(await api.put(f"{PROFILE}/identity", second, json={"nik": NIK}), 409, "nik_registered")
    assert "pengantar kerja" in body["detail"]
    assert NIK not in str(body)


async def test_nobody_can_try_many_niks(api: Api, world: World) -> None:
    talent = await world.person()
    tries = [await api.put(f"{PROFILE}/identity", talent, json={"nik": NIK}) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [200] * 10 + [429]
    problem(tries[-1], 429, "rate_limited")
    assert int(tries[-1].headers["retry-after"]) >= 1


# --- disability -------------------------------------------------------------------------------------------


async def test_a_disability_needs_its_own_consent_and_goes_with_it(api: Api, world: World) -> None:
    talent = await world.person()
    told = {"kinds": ["sensory"], "accommodations": ["captions"], "share_accommodations": True}
    path = f"{PROFILE}/disability"
    refused = problem(await api.put(path, talent, json=told), 422, "consent_needed")
    assert refused["purposes"] == ["disability_data"]
    await api.put("/v1/me/consents/disability_data", talent)
    kept = (await api.put(path, talent, json=told)).json()
    assert [kind["code"] for kind in kept["kinds"]] == ["sensory"]
    assert (await api.get(path, talent)).json() == kept
    assert "sensory" not in (await api.get(PROFILE, talent)).text
    unknown = await api.put(path, talent, json={"kinds": [], "accommodations": ["nothing"]})
    assert pointers(unknown) == {"/accommodations/0": "unknown_accommodation"}
    await api.delete("/v1/me/consents/disability_data", talent)
    assert (await api.get(path, talent)).json()["recorded"] is False


# --- completeness -----------------------------------------------------------------------------------------


async def test_completeness_grows_and_says_why_in_the_caller_s_language(api: Api, world: World) -> None:
    talent = await world.person()
    path = f"{PROFILE}/completeness"
    empty = (await api.get(path, talent)).json()
    assert empty["missing"][0]["code"] == "first_skill"
    assert empty["missing"][0]["reason"].startswith("Peringkat lowongan")
    english = (await api.get(path, talent, headers={"Accept-Language": "en"})).json()
    assert english["missing"][0]["reason"].startswith("Vacancies are ranked by skills")
    await fill(api, talent)
    body = (await api.get(path, talent)).json()
    assert {item["code"] for item in body["missing"]} == {"more_skills", "verified_evidence", "visibility"}
    assert body["percent"] == 100 - sum(item["points"] for item in body["missing"])
    _, lsp = await world.certifier()
    await make_certificate(world, lsp, talent.id)
    after = (await api.get(path, talent)).json()
    assert "verified_evidence" not in {item["code"] for item in after["missing"]}
    assert (await api.get(PROFILE, talent)).json()["completeness"] == after["percent"]


async def test_a_first_job_needs_no_experience(api: Api, world: World) -> None:
    talent = await world.person()
    await api.patch(PROFILE, talent, json={"first_job_seeker": True})
    missing = (await api.get(f"{PROFILE}/completeness", talent)).json()["missing"]
    assert "experience" not in {item["code"] for item in missing}
