"""The application: routers, middleware, life span; nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from app.core import logging, problems
from app.core.config import Settings, get_settings
from app.core.db import Database
from app.core.kit import Kit
from app.routers import ROUTERS, docs
from app.routers.support import handlers
from app.routers.support.middleware import Edge
from app.routers.support.operation import complete
from app.schemas.common import problem_schema
from app.services import tokens
from app.services.matcher import Matcher

API_VERSION = "1.0.0"
DESCRIPTION = """\
One hub where labour supply and demand meet: profiles, vacancies, certificates, and a match that explains itself.

* Lists are `{items, next_cursor}`; follow the cursor to the end. Problems are
  `application/problem+json` with a stable `code`.
* Labels and texts come in Indonesian, or in English with `Accept-Language: en`.
* Changes need `If-Match`; a POST that creates takes an `Idempotency-Key`.
* In the demo, **Authorize** with `talent@demo.example` / `demo-password`; each operation
  names the account that its example is for.
"""
TAGS = {
    "auth": "Registration and tokens",
    "account": "The own account and consents",
    "organizations": "Employers, training providers, certification bodies, programme owners",
    "review": "The officer's desk",
    "taxonomy": "Skills, occupations, regions, industries, certification schemes",
    "profile": "The own profile and CV",
    "vacancies": "Vacancies: public search, and the employer's own",
    "applications": "Applications to vacancies, by talent and employer",
    "certificates": "Certificates of competence",
    "matches": "Rankings that explain themselves",
    "administration": "Roles of people, credentials of partners",
    "system": "Health and documentation",
}


def create_app(settings: Settings | None = None, database_url: str | None = None) -> FastAPI:
    """The ASGI application. `database_url` is the embedded database's; `settings` name it otherwise."""
    settings = settings or get_settings()
    kit = Kit.from_settings(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.configure(settings.log_format, settings.log_level)
        database = Database.from_settings(settings, database_url)
        app.state.database = database
        app.state.matcher = Matcher(database)
        async with database.transaction() as session:
            await tokens.load_ring(session, kit)
        await app.state.matcher.load()
        yield
        await database.dispose()

    app = FastAPI(
        title="Labour hub",
        version=API_VERSION,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        contact={"name": "Labour hub maintainers"},
        servers=[{"url": "/", "description": "This host"}],
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.kit = kit
    for router in ROUTERS:
        app.include_router(router)
    docs.mount(app)
    handlers.install(app)
    # FastAPI's own limit would answer outside of every middleware, in plain text.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(Edge, max_body_bytes=settings.max_body_bytes)
    app.openapi = lambda: contract(app)  # type: ignore[method-assign]  # FastAPI's documented hook
    return app


def contract(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, completed with the declared problems; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=app.servers,
            contact=app.contact,
            license_info=app.license_info,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        app.openapi_schema = complete(document, problem_schema())
    return app.openapi_schema


__all__ = ["create_app", "problems"]
