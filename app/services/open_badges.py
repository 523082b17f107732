"""Certificates as Open Badges 3.0 credentials: W3C Verifiable Credentials 2.0, secured as JWTs by our keys.

The payload is the credential itself with `iss`, `sub`, `jti`, `nbf` and `exp` that equal `issuer.id`,
`credentialSubject.id`, `id`, `validFrom` and `validUntil` (Open Badges 3.0, "JWT Payload Format"); there is
no `vc` claim. `typ` is `vc+jwt` as in W3C "Securing Verifiable Credentials using JOSE and COSE" (Open Badges
3.0, older than it, knows `JWT` only), so that nobody can take a credential for an access token. Verifiers
find the key by `kid` in `/.well-known/jwks.json`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.errors import Problem
from app.core.i18n import Text, language
from app.core.kit import Kit
from app.core.problems.certificates import CERTIFICATE_NOT_IN_FORCE
from app.domain.certificates import WIB, expires_at
from app.domain.identifiers import mask_name
from app.models.certificates import Certificate
from app.schemas.certificates import BodyOut
from app.schemas.common import CodeLabel
from app.services.certificate_details import (
    SchemeFacts,
    counts_at,
    load_details,
    status_at,
    verification_url,
)

MEDIA_TYPE: Final = "application/vc+jwt"
TYPE: Final = "vc+jwt"
CONTEXT: Final = (
    # Names that the two standards prescribe letter by letter; nothing is ever fetched from them.
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)


async def credential(session: AsyncSession, kit: Kit, row: Certificate, *, masked: bool) -> str:
    """The signed credential of a certificate in force, as a compact JWS; texts in the caller's language.

    `masked` hides the holder's name. 409 `certificate_not_in_force` for any other certificate.
    """
    now = clock.now()
    if not counts_at(row, now):
        status = status_at(row, now).value
        raise Problem(CERTIFICATE_NOT_IN_FORCE, {"status": status}, extra={"current_status": status})
    details = await load_details(session, [row])
    scheme, body = details.schemes[row.scheme_id], details.bodies[row.organization_id]
    return kit.ring.sign(claims(kit, row, scheme, body, masked=masked), TYPE)


def claims(kit: Kit, row: Certificate, scheme: SchemeFacts, body: BodyOut, *, masked: bool) -> dict[str, Any]:
    """The JWT payload: an OpenBadgeCredential with the registered claims that mirror its members."""
    valid_from, valid_until = datetime.combine(row.issued_on, time(), WIB), expires_at(row.valid_until)
    base = kit.settings.public_base_url
    issuer = _issuer(base, body)
    subject = subject_id(kit, row.talent_id)
    name = mask_name(row.holder_name) if masked else row.holder_name
    identity = f"urn:uuid:{row.id}"
    return {
        "iss": issuer["id"],
        "sub": subject,
        "jti": identity,
        "nbf": int(valid_from.timestamp()),
        "exp": int(valid_until.timestamp()),
        "@context": list(CONTEXT),
        "id": identity,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": scheme.label,
        "issuer": issuer,
        "validFrom": _instant(valid_from),
        "validUntil": _instant(valid_until),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [{"type": "IdentityObject", "identityType": "name", "identityHash": name, "hashed": False}],
            "licenseNumber": row.number,
            "achievement": achievement(base, scheme, issuer),
        },
        "evidence": [
            {
                "id": verification_url(kit, row),
                "type": ["Evidence"],
                "name": str(Text("Status sertifikat saat ini", "The certificate's status now")),
            }
        ],
    }


def achievement(base: str, scheme: SchemeFacts, creator: dict[str, Any]) -> dict[str, Any]:
    """The Achievement that a scheme is: how it is earned, aligned to SKKNI units and the KKNI level."""
    home = f"{base}/v1/taxonomy/schemes/{scheme.code}"
    alignment = [_unit(home, unit) for unit in scheme.units]
    if scheme.kkni_level is not None:
        alignment.append(_level(home, scheme.kkni_level))
    narrative = Text(
        f"Dinyatakan kompeten oleh asesor lembaga sertifikasi berlisensi BNSP pada {len(scheme.units)} unit "
        f"kompetensi skema {scheme.code}.",
        f"Found competent by an assessor of a body licensed by BNSP in the {len(scheme.units)} units of "
        f"competency of the scheme {scheme.code}.",
    )
    return {
        "id": home,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "creator": creator,
        "humanCode": scheme.code,
        "inLanguage": language(),
        "name": scheme.label,
        "description": str(
            Text(f"Sertifikat kompetensi {scheme.label}.", f"Certificate of competence: {scheme.label}.")
        ),
        "criteria": {"id": home, "narrative": str(narrative)},
        "alignment": alignment,
        "tag": [skill.code for skill in scheme.skills],
    }


def _unit(home: str, unit: CodeLabel) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetType": "ceasn:Competency",
        "targetFramework": "SKKNI",
        "targetCode": unit.code,
        "targetName": unit.label,
        "targetUrl": f"{home}#{unit.code}",
    }


def _level(home: str, level: int) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetType": "CFRubricCriterionLevel",
        "targetFramework": "KKNI",
        "targetCode": str(level),
        "targetName": str(Text(f"KKNI jenjang {level}", f"KKNI level {level}")),
        "targetUrl": f"{home}#kkni-{level}",
    }


def _issuer(base: str, body: BodyOut) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"{base}/v1/organizations/{body.id}/public",
        "type": ["Profile"],
        "name": body.name,
    }
    if body.licence_number is not None:
        found["otherIdentifier"] = [
            {"type": "IdentifierEntry", "identifier": body.licence_number, "identifierType": "identifier"}
        ]
    return found


def subject_id(kit: Kit, talent_id: UUID) -> str:
    """A name for the holder that is the same in all of its credentials, and leads to no account."""
    digest = kit.vault.keyed_hash("credential-subject", str(talent_id))
    return f"urn:uuid:{UUID(bytes=digest[:16], version=5)}"


def _instant(at: datetime) -> str:
    """An XML Schema dateTimeStamp in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
