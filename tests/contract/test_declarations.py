"""The contract as a document: complete, honest about permissions, and the one that is committed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from app.core.errors import REGISTRY
from app.core.permissions import Permission
from tests.support.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "patch", "delete")
# Everything that answers without a token. A new entry here is a decision.
PUBLIC = {
    "auth.jwks", "auth.register", "auth.revoke", "auth.token",
    "certificates.verify_credential", "certificates.verify_number", "certificates.verify_token",
    "matches.rank_anonymous", "organizations.get_public",
    "system.get_problem", "system.health", "system.readiness",
    "taxonomy.get_code_list", "taxonomy.get_industry", "taxonomy.get_occupation", "taxonomy.get_region",
    "taxonomy.get_scheme", "taxonomy.get_skill", "taxonomy.list_industries", "taxonomy.list_industry_children",
    "taxonomy.list_occupation_children", "taxonomy.list_occupations", "taxonomy.list_region_children",
    "taxonomy.list_regions", "taxonomy.list_related_skills", "taxonomy.list_schemes",
    "taxonomy.list_skill_children", "taxonomy.list_skills", "vacancies.get", "vacancies.list",
}  # fmt: skip
_OAUTH_FORM = {"auth.token"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and declaration of every operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def test_the_document_is_valid(contract: Contract) -> None:
    validate(contract.document)


def test_the_committed_contract_is_the_generated_one(contract: Contract) -> None:
    committed = json.loads((ROOT / "openapi" / "openapi.v1.json").read_text())
    assert committed == json.loads(json.dumps(contract.document)), "run `make openapi` and read the difference"


def test_every_operation_is_described(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        name = f"{method} {path}"
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", item["operationId"]), name
        assert item["summary"], name
        assert len(item["description"]) > 20, name
        assert len(item["tags"]) >= 1, name
        assert path == path.lower(), name
    names = [item["operationId"] for _, _, item in operations(contract.document)]
    assert len(names) == len(set(names))


def test_every_operation_declares_its_permission(contract: Contract) -> None:
    public = set()
    for method, path, item in operations(contract.document):
        scopes = [scope for requirement in item.get("security", []) for s in requirement.values() for scope in s]
        if "x-permission" in item:
            assert scopes == [item["x-permission"]], f"{method} {path}"
            assert item["x-permission"] in set(Permission), f"{method} {path}"
            assert {"unauthenticated", "permission_denied"} <= set(item["x-problems"])
            assert item.get("x-demo-account"), f"{method} {path} names no demo account"
        else:
            assert scopes == [], f"{method} {path}"
            public.add(item["operationId"])
    assert public == PUBLIC


def test_every_problem_is_declared_with_its_status(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        for code in item["x-problems"]:
            response = item["responses"][str(REGISTRY[code].status)]
            assert code in response["content"]["application/problem+json"]["examples"], f"{method} {path}"


def test_writes_that_create_take_an_idempotency_key(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        if method == "post" and "201" in item["responses"]:
            headers = [p["name"] for p in item.get("parameters", []) if p["in"] == "header"]
            assert "idempotency-key" in [name.lower() for name in headers], path


def test_patches_need_if_match(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        if method == "patch":
            assert {"412", "428"} <= item["responses"].keys(), path


def test_parameters_say_what_must_be_given(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        for parameter in item.get("parameters", []):
            where = f"{method} {path} {parameter['name']}"
            assert {"type": "null"} not in parameter["schema"].get("anyOf", []), where
            if parameter["in"] == "header":
                assert parameter["name"] in {"If-Match", "Idempotency-Key"}, where
            if parameter["name"] == "If-Match":
                assert parameter["required"] is ("428" in item["responses"]), where
            elif parameter.get("required"):
                # Swagger UI fills a field in from here alone.
                assert parameter["example"] == parameter["schema"]["examples"][0], where


def test_lists_are_paged_alike(contract: Contract) -> None:
    for method, path, item in operations(contract.document):
        parameters = {p["name"]: p for p in item.get("parameters", [])}
        if "cursor" in parameters:
            limit = parameters["limit"]["schema"]
            assert (limit["minimum"], limit["maximum"]) == (1, 100), f"{method} {path}"
            assert "invalid_cursor" in item["x-problems"], f"{method} {path}"


@pytest.mark.parametrize("name", sorted(permission.value for permission in Permission))
def test_permissions_have_one_grammar_and_one_order(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:[a-z]+", name)
    assert [p.value for p in Permission] == sorted(p.value for p in Permission)
