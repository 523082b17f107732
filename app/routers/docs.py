"""Swagger UI and ReDoc from the assets that `fastapi-offline` ships: nothing is fetched from another host."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = Path(fastapi_offline.__file__).parent / "static"
_BASE = "/docs/assets"

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def contract(request: Request) -> Response:
    """The contract; its bytes are made once, and a reader that holds them gets a 304."""
    state = request.app.state
    if not hasattr(state, "contract"):
        body = json.dumps(request.app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()
        state.contract = (body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    body, tag = state.contract
    headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/docs")
async def swagger_ui(request: Request) -> HTMLResponse:
    """Swagger UI with Authorize and Try it out."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{request.app.title} · Swagger UI",
        oauth2_redirect_url="/docs/oauth2-redirect",
        swagger_js_url=f"{_BASE}/swagger-ui-bundle.js",
        swagger_css_url=f"{_BASE}/swagger-ui.css",
        swagger_favicon_url=f"{_BASE}/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "displayRequestDuration": True, "filter": True},
    )


@router.get("/docs/oauth2-redirect")
async def swagger_ui_redirect() -> HTMLResponse:
    """Where Swagger UI comes back to after an authorization code flow."""
    return get_swagger_ui_oauth2_redirect_html()


@router.get("/redoc")
async def redoc(request: Request) -> HTMLResponse:
    """ReDoc."""
    return get_redoc_html(
        openapi_url="/openapi.json",
        title=f"{request.app.title} · ReDoc",
        redoc_js_url=f"{_BASE}/redoc.standalone.js",
        redoc_favicon_url=f"{_BASE}/favicon.png",
        with_google_fonts=False,
    )


def mount(app: FastAPI) -> None:
    """Serve the pages and their assets."""
    app.include_router(router)
    app.mount(_BASE, StaticFiles(directory=ASSETS), name="docs-assets")
