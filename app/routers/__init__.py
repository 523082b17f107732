"""HTTP in and out: thin, one file a noun."""

from app.routers import (
    accounts,
    auth,
    organizations,
    profile_codes,
    profile_parts,
    profiles,
    system,
    taxonomy,
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
)
