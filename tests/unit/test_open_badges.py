"""The payload of a credential, without a database."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.core.config import Settings
from app.core.i18n import use_language
from app.core.kit import Kit
from app.models.certificates import Certificate
from app.schemas.certificates import BodyOut
from app.schemas.common import CodeLabel
from app.services.certificate_details import SchemeFacts
from app.services.open_badges import achievement, claims, subject_id

KEY, TALENT = UUID(int=7), UUID(int=8)
SCHEME = SchemeFacts(
    code="SKM-0002",
    label="Pengembang web",
    kkni_level=5,
    units=(CodeLabel(code="J.620100.004.02", label="Menggunakan struktur data"),),
    skills=(CodeLabel(code="SK-0003", label="HTML"),),
)
BODY = BodyOut(id=UUID(int=9), name="LSP Contoh", licence_number="BNSP-LSP-1234-ID")


@pytest.fixture
def kit() -> Kit:
    return Kit.from_settings(
        Settings(secret_key="a secret of at least thirty-two characters", public_base_url="https://hub.example")
    )


def row() -> Certificate:
    return Certificate(
        id=KEY,
        number="62019 2513 5 0000001 2025",
        verification_token="opaque",
        organization_id=BODY.id,
        scheme_id=1,
        talent_id=TALENT,
        holder_name="Siti Nurhaliza",
        issued_on=date(2025, 3, 1),
        valid_until=date(2028, 3, 1),
        status="active",
    )


def test_times_are_days_in_western_indonesia(kit: Kit) -> None:
    found = claims(kit, row(), SCHEME, BODY, masked=False)
    assert found["validFrom"] == "2025-02-28T17:00:00Z"
    assert found["validUntil"] == "2028-03-01T17:00:00Z"
    assert found["nbf"] == int(datetime(2025, 2, 28, 17, tzinfo=UTC).timestamp())
    assert found["exp"] == int(datetime(2028, 3, 1, 17, tzinfo=UTC).timestamp())


def test_registered_claims_mirror_the_credential(kit: Kit) -> None:
    found = claims(kit, row(), SCHEME, BODY, masked=False)
    assert found["iss"] == found["issuer"]["id"] == f"https://hub.example/v1/organizations/{BODY.id}/public"
    assert found["sub"] == found["credentialSubject"]["id"]
    assert found["jti"] == found["id"] == f"urn:uuid:{KEY}"
    assert found["evidence"][0]["id"] == "https://hub.example/v1/certificate-verifications/opaque"
    assert found["issuer"]["otherIdentifier"][0]["identifier"] == "BNSP-LSP-1234-ID"


def test_units_and_level_are_aligned(kit: Kit) -> None:
    found = achievement("https://hub.example", SCHEME, {"id": "me"})
    assert found["alignment"] == [
        {
            "type": ["Alignment"],
            "targetType": "ceasn:Competency",
            "targetFramework": "SKKNI",
            "targetCode": "J.620100.004.02",
            "targetName": "Menggunakan struktur data",
            "targetUrl": "https://hub.example/v1/taxonomy/schemes/SKM-0002#J.620100.004.02",
        },
        {
            "type": ["Alignment"],
            "targetType": "CFRubricCriterionLevel",
            "targetFramework": "KKNI",
            "targetCode": "5",
            "targetName": "KKNI jenjang 5",
            "targetUrl": "https://hub.example/v1/taxonomy/schemes/SKM-0002#kkni-5",
        },
    ]


def test_a_scheme_without_a_level_has_no_alignment_to_kkni() -> None:
    cluster = SchemeFacts(SCHEME.code, SCHEME.label, None, SCHEME.units, SCHEME.skills)
    found = achievement("https://hub.example", cluster, {"id": "me"})
    assert [item["targetFramework"] for item in found["alignment"]] == ["SKKNI"]


def test_a_body_without_a_licence_number_claims_none(kit: Kit) -> None:
    found = claims(kit, row(), SCHEME, BodyOut(id=BODY.id, name=BODY.name, licence_number=None), masked=True)
    assert "otherIdentifier" not in found["issuer"]


def test_the_public_form_masks_and_neither_leads_to_an_account(kit: Kit) -> None:
    own, public = (json.dumps(claims(kit, row(), SCHEME, BODY, masked=masked)) for masked in (False, True))
    assert "Siti Nurhaliza" in own
    assert "Nurhaliza" not in public
    assert "S*** N********" in public
    assert str(TALENT) not in own + public


def test_the_subject_depends_on_holder_and_secret(kit: Kit) -> None:
    other = Kit.from_settings(Settings(secret_key="another secret of thirty-two characters"))
    assert subject_id(kit, TALENT) == subject_id(kit, TALENT)
    assert len({subject_id(kit, TALENT), subject_id(kit, KEY), subject_id(other, TALENT)}) == 3


def test_texts_are_in_the_caller_s_language() -> None:
    try:
        use_language("en")
        found = achievement("https://hub.example", SCHEME, {"id": "me"})
    finally:
        use_language("id")
    assert found["inLanguage"] == "en"
    assert found["criteria"]["narrative"].startswith("Found competent")
