"""Settings from the environment (prefix `HUB_`, and `DATABASE_URL`), read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.crypto import SHORTEST_SECRET


class Settings(BaseSettings):
    """Everything an operator may set; each name is `HUB_<NAME>` unless it has an alias."""

    model_config = SettingsConfigDict(env_prefix="HUB_", extra="ignore", populate_by_name=True)

    database_url: Annotated[
        str | None, Field(validation_alias="DATABASE_URL", description="PostgreSQL 15 or newer; embedded if unset")
    ] = None
    read_database_url: Annotated[str | None, Field(description="A replica for reads; the primary if unset")] = None
    data_dir: Annotated[Path, Field(description="Where the embedded database and the secret live")] = Path(".hub")
    secret_key: Annotated[
        SecretStr | None, Field(description="Master secret, at least 32 characters; derives every other key")
    ] = None
    public_base_url: Annotated[str, Field(description="Base of the URLs that answers contain")] = (
        "http://127.0.0.1:8000"
    )
    issuer: Annotated[str, Field(description="`iss` of access tokens")] = "labour-hub"
    audience: Annotated[str, Field(description="`aud` of access tokens")] = "labour-hub-api"
    demo: Annotated[bool, Field(description="The process serves the demo accounts")] = False
    password_grant: Annotated[bool, Field(description="Allow the password grant")] = True

    trusted_proxies: Annotated[
        str | None,
        Field(description="Addresses of proxies, by comma, whose X-Forwarded-For is believed; none if unset"),
    ] = None
    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    statement_cache_size: Annotated[int, Field(ge=0, description="0 behind PgBouncer in transaction mode")] = 100
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    access_token_seconds: Annotated[int, Field(ge=60, le=3600)] = 600
    refresh_token_days: Annotated[int, Field(ge=1, le=365)] = 30
    refresh_retry_seconds: Annotated[int, Field(ge=0, le=60)] = 10
    verification_rate_per_minute: Annotated[int, Field(ge=1)] = 30
    token_rate_per_minute: Annotated[int, Field(ge=1)] = 30
    vacancy_max_validity_days: Annotated[int, Field(ge=1)] = 180
    match_rate_per_minute: Annotated[int, Field(ge=1, description="Anonymous rankings an address may ask for")] = 60
    idf_refresh_days: Annotated[int, Field(ge=1)] = 7
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            msg = "HUB_SECRET_KEY needs at least 32 characters"
            raise ValueError(msg)
        return value

    @field_validator("database_url", "read_database_url")
    @classmethod
    def _asyncpg(cls, value: str | None) -> str | None:
        """Accept the common spellings of a PostgreSQL URL and name the async driver."""
        if value is None or value == "":
            return None
        for scheme in ("postgresql+asyncpg://", "postgresql://", "postgres://"):
            if value.startswith(scheme):
                return "postgresql+asyncpg://" + value.removeprefix(scheme)
        msg = "DATABASE_URL must begin with postgresql://"
        raise ValueError(msg)


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
