"""A talent's CV as JSON Resume 1.0.0, in the caller's language. NIK, birth date and disability are never in it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.i18n import Text
from app.schemas.common import CodeLabel
from app.schemas.cv import (
    Basics,
    JsonResume,
    Location,
    Meta,
    ResumeCertificate,
    ResumeLanguage,
    ResumeSkill,
    Study,
    WebProfile,
    Work,
)
from app.services import profile_reading as reading
from app.services import reference
from app.services.profile_reading import Whole

RESUME_VERSION = "v1.0.0"

SKILL_LEVELS = {
    1: Text("Dasar", "Basic"),
    2: Text("Mandiri", "Works alone"),
    3: Text("Mahir", "Advanced"),
    4: Text("Ahli", "Expert"),
}
FLUENCY = {
    "a1": Text("Pemula (A1)", "Beginner (A1)"),
    "a2": Text("Dasar (A2)", "Elementary (A2)"),
    "b1": Text("Menengah (B1)", "Intermediate (B1)"),
    "b2": Text("Menengah atas (B2)", "Upper intermediate (B2)"),
    "c1": Text("Mahir (C1)", "Advanced (C1)"),
    "c2": Text("Sangat mahir (C2)", "Proficient (C2)"),
    "native": Text("Bahasa ibu", "Native"),
}
CERTIFIED = Text("Bersertifikat", "Certified")
COURSE = Text("Lulus pelatihan", "Course completed")


async def resume(session: AsyncSession, actor: Actor) -> tuple[JsonResume, int]:
    """The caller's CV and the version of the profile that it is made from; 404 without a profile."""
    read = await reading.read_whole(session, actor.person)
    provinces = await reference.region_labels(session, [(read.profile.region_code or "")[:2]])
    return compose(read, provinces.get((read.profile.region_code or "")[:2])), read.profile.version


def compose(read: Whole, province: CodeLabel | None) -> JsonResume:
    """A profile as JSON Resume."""
    row, found = read.profile, read.labels
    home = found.regions.get(row.region_code or "")
    return JsonResume(
        basics=Basics(
            name=row.full_name,
            label=row.headline,
            image=row.photo_url,
            email=row.contact_email,
            phone=row.contact_phone,
            summary=row.summary,
            location=Location(
                address=row.address,
                city=home.label if home and home != province else None,
                region=province.label if province else None,
            ),
            profiles=[WebProfile(network=link.label, url=link.url) for link in reading.show_links(read.links)],
        ),
        work=[
            Work(
                name=job.employer_name,
                position=job.title,
                location=job.region.label if job.region else None,
                start_date=job.start_date.isoformat(),
                end_date=_day(job.end_date),
                summary=job.description,
            )
            for job in reading.show_experience(read.experience, found)
        ],
        education=[
            Study(
                institution=study.institution,
                area=study.field,
                study_type=study.level.label,
                start_date=_year(study.start_year),
                end_date=_year(study.end_year),
            )
            for study in reading.show_education(read.education)
        ],
        certificates=_certificates(read),
        skills=[
            ResumeSkill(
                name=skill.skill.label,
                level=str(SKILL_LEVELS[skill.level]),
                keywords=_evidence(skill.evidence) + [scheme.label for scheme in skill.proven_by],
            )
            for skill in reading.show_skills(read.skills, read.proof, found)
        ],
        languages=[
            ResumeLanguage(language=spoken.language.label, fluency=str(FLUENCY[spoken.level]))
            for spoken in reading.show_languages(read.languages)
        ],
        meta=Meta(version=RESUME_VERSION, last_modified=row.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")),
    )


def _certificates(read: Whole) -> list[ResumeCertificate]:
    held = [
        ResumeCertificate(name=entry.scheme.label, date=entry.issued_on.isoformat(), issuer=entry.issuer)
        for entry in read.proof.held
    ]
    declared = [
        ResumeCertificate(name=entry.title, date=entry.issued_on.isoformat(), issuer=entry.issuer, url=entry.url)
        for entry in reading.show_certificates(read.certificates, read.labels)
    ]
    return held + declared


def _evidence(evidence: str) -> list[str]:
    texts = {"certified": CERTIFIED, "course": COURSE}
    return [str(texts[evidence])] if evidence in texts else []


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _year(year: int | None) -> str | None:
    return f"{year:04d}" if year is not None else None
