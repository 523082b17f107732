"""HTTP in and out: thin, one file a noun."""

from app.routers import (
    accounts,
    administration,
    applications,
    auth,
    certificate_verification,
    certificates,
    matches,
    organizations,
    profile_codes,
    profile_parts,
    profiles,
    system,
    taxonomy,
    vacancies,
    vacancy_review,
)

ROUTERS = (
    auth.router,
    accounts.router,
    organizations.router,
    system.router,
    taxonomy.router,
    profiles.router,
    profile_parts.router,
    profile_codes.router,
    certificate_verification.router,
    certificates.router,
    matches.router,
    vacancies.router,
    vacancy_review.router,
    applications.router,
    administration.router,
)
