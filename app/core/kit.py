"""What a process holds once and services take as an argument: settings, secrets, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.core.config import Settings
from app.core.crypto import Vault
from app.core.pagination import Cursors
from app.core.passwords import Passwords
from app.core.tokens import TokenRing


@dataclass(frozen=True, slots=True)
class Kit:
    """The tools of a process."""

    settings: Settings
    vault: Vault
    cursors: Cursors
    ring: TokenRing
    passwords: Passwords

    @classmethod
    def from_settings(cls, settings: Settings) -> Kit:
        """Tools from `settings`; RuntimeError without a master secret."""
        if settings.secret_key is None:
            msg = "set HUB_SECRET_KEY to a secret of at least 32 characters, and keep it"
            raise RuntimeError(msg)
        vault = Vault(settings.secret_key.get_secret_value())
        return cls(
            settings=settings,
            vault=vault,
            cursors=Cursors(vault),
            ring=TokenRing(settings.issuer, settings.audience, timedelta(seconds=settings.access_token_seconds)),
            passwords=Passwords(),
        )
