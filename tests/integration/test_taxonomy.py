"""Look-ups in reference data through HTTP."""

from __future__ import annotations

import pytest

from tests.support.world import Api, pointers, problem


async def codes(api: Api, path: str, **params: str) -> list[str]:
    answer = await api.get(f"/v1/taxonomy/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def label_of(api: Api, path: str, language: str) -> str:
    answer = await api.get(f"/v1/taxonomy/{path}", headers={"Accept-Language": language})
    label: str = answer.json()["label"]
    return label


@pytest.mark.parametrize(
    ("path", "q", "code"),
    [
        ("regions", "bandung", "32.73"),
        ("regions", "yogyakrta", "34"),
        ("regions", "Jawa Barrat", "32"),
        ("occupations", "welder", "7212"),
        ("occupations", "juru las", "7212"),
        ("occupations", "satpam", "5414"),
    ],
)
async def test_prefix_typo_alias_and_either_language_find(api: Api, path: str, q: str, code: str) -> None:
    assert any(found.startswith(code) for found in (await codes(api, path, q=q))[:5])


async def test_skills_are_found_by_label_alias_and_typo(api: Api) -> None:
    skill = (await api.get("/v1/taxonomy/skills/SK-0001")).json()
    for q in (skill["labels"]["id"], skill["labels"]["en"], *skill["aliases"]["id"], *skill["aliases"]["en"]):
        assert (await codes(api, "skills", q=q))[0] == "SK-0001", q
    mistyped = skill["labels"]["id"][:-2] + skill["labels"]["id"][-1]
    assert "SK-0001" in await codes(api, "skills", q=mistyped)


async def test_labels_follow_the_language(api: Api) -> None:
    skill = (await api.get("/v1/taxonomy/skills/SK-0001")).json()
    assert await label_of(api, "skills/SK-0001", "id") == skill["labels"]["id"]
    assert await label_of(api, "skills/SK-0001", "en") == skill["labels"]["en"]


@pytest.mark.parametrize(
    ("path", "count"), [("regions?level=1", 38), ("regions?level=2", 514), ("occupations?level=1", 10)]
)
async def test_lists_lead_to_their_end(api: Api, path: str, count: int) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        answer = (await api.get(f"/v1/taxonomy/{path}&limit=100{cursor}")).json()
        seen += [item["code"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert len(seen) == len(set(seen)) == count


async def test_a_search_is_paged_without_repeating(api: Api) -> None:
    whole = await codes(api, "regions", q="kota", limit="100")
    first = (await api.get("/v1/taxonomy/regions", params={"q": "kota", "limit": "3"})).json()
    rest = await codes(api, "regions", q="kota", limit="97", cursor=first["next_cursor"])
    assert [item["code"] for item in first["items"]] + rest == whole
    other = await api.get("/v1/taxonomy/regions", params={"q": "bali", "cursor": first["next_cursor"]})
    problem(other, 422, "invalid_cursor")


async def test_details_children_and_related(api: Api) -> None:
    assert (await api.get("/v1/taxonomy/regions/32.73")).json()["parent"]["code"] == "32"
    assert "32.73" in await codes(api, "regions/32/children")
    occupation = (await api.get("/v1/taxonomy/occupations/2513")).json()
    assert occupation["essential_skills"]
    assert "2513" in await codes(api, "occupations/251/children")
    assert await codes(api, "industries/2020:J/children")
    assert (await api.get("/v1/taxonomy/industries/2020:62")).json()["parent"]["code"] == "J"
    scheme = (await api.get("/v1/taxonomy/schemes/SKM-0001")).json()
    assert all(unit["skills"] for unit in scheme["units"])
    narrower = [
        (code, child)
        for code in await codes(api, "skills", limit="50")
        for child in await codes(api, f"skills/{code}/children")
    ]
    code, child = narrower[0]
    assert code in [entry["code"] for entry in (await api.get(f"/v1/taxonomy/skills/{child}")).json()["broader"]]
    for entry in (await api.get("/v1/taxonomy/skills/SK-0001/related")).json()["items"]:
        back = (await api.get(f"/v1/taxonomy/skills/{entry['code']}/related")).json()["items"]
        assert "SK-0001" in [item["code"] for item in back]


@pytest.mark.parametrize("path", ["skills/x", "occupations/x", "regions/99", "industries/2020:x", "schemes/x"])
async def test_unknown_entries_are_404(api: Api, path: str) -> None:
    problem(await api.get(f"/v1/taxonomy/{path}"), 404, "not_found")
    if not path.startswith("schemes"):
        problem(await api.get(f"/v1/taxonomy/{path}/children"), 404, "not_found")


async def test_wildcards_are_plain_text(api: Api) -> None:
    assert await codes(api, "regions", q="%") == []
    assert pointers(await api.get("/v1/taxonomy/skills", params={"q": ""})) == {"/query/q": "string_too_short"}


async def test_reference_data_is_cached_long_and_revalidated(api: Api) -> None:
    first = await api.get("/v1/taxonomy/skills/SK-0001")
    assert first.headers["cache-control"].startswith("public, max-age=86400")
    again = await api.get("/v1/taxonomy/skills/SK-0001", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    english = await api.get(
        "/v1/taxonomy/skills/SK-0001", headers={"If-None-Match": first.headers["etag"], "Accept-Language": "en"}
    )
    assert english.status_code == 200


async def test_code_lists(api: Api) -> None:
    answer = await api.get("/v1/taxonomy/code-lists/education")
    assert "smk" in [item["code"] for item in answer.json()["items"]]
    problem(await api.get("/v1/taxonomy/code-lists/x"), 404, "unknown_code_list")
