"""Checks every response of every test against the contract."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from tests.support import exercised


class Contract:
    """The OpenAPI document, as a judge of responses."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Judge by `document`."""
        self.document = document
        exercised.DOCUMENTS[:] = [document]
        self._validators: dict[tuple[str, str, str], Draft202012Validator] = {}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        found = []
        for path, item in sorted(self.document["paths"].items(), key=lambda pair: pair[0].count("{")):
            found.append((re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), item))
        return found

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation that serves `method path`, None for a path outside of the contract."""
        for pattern, item in self._paths:
            if pattern.fullmatch(path):
                return item.get(method.lower())
        return None

    def check(self, response: httpx.Response) -> None:
        """AssertionError where status, media type, body or problem code is not what the contract declares."""
        request = response.request
        operation = self.operation(request.method, request.url.path)
        assert response.headers.get("x-request-id"), "no X-Request-ID"
        if operation is None:
            return
        name = operation["operationId"]
        if response.is_success or response.status_code == 304:
            exercised.SEEN[name].add("success")
        declared = operation["responses"].get(str(response.status_code))
        assert declared is not None, f"{name} answered an undeclared {response.status_code}: {response.text[:400]}"
        content = declared.get("content")
        if not content:
            assert not response.content, f"{name}: {response.status_code} is declared without a body"
            return
        media = response.headers["content-type"].partition(";")[0]
        assert media in content, f"{name}: undeclared media type {media}"
        if not media.endswith("json"):
            return
        body = response.json()
        validator = self._validator(name, str(response.status_code), media, content[media].get("schema", {}))
        errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(body)]
        assert not errors, f"{name} {response.status_code} breaks the contract: {errors[:3]}"
        if media == "application/problem+json":
            assert body["code"] in operation["x-problems"], f"{name}: undeclared problem {body['code']}"
            exercised.SEEN[name].add(body["code"])
            assert body["request_id"] == response.headers["x-request-id"]

    def _validator(self, name: str, status: str, media: str, schema: dict[str, Any]) -> Draft202012Validator:
        key = (name, status, media)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole)
        return self._validators[key]
