"""HTTP in and out: thin, one file a noun."""

from app.routers import accounts, auth, organizations, system, taxonomy

ROUTERS = (auth.router, accounts.router, organizations.router, system.router, taxonomy.router)
