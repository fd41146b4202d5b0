"""The one account that the stand-in knows: a user with a key and an access token."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from .refusals import RefusedError, forbidden


@dataclass(frozen=True)
class Account:
    """A user.

    Attributes:
        user: name, the owner of everything here.
        key: 32 hexadecimal digits, the password of the pair.
        token: what a client may show instead of the pair.
    """

    user: str
    key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    token: str = field(default_factory=lambda: f"KGAT_{secrets.token_hex(16)}", repr=False)

    def check(self, authorization: str | None) -> None:
        """Check an ``Authorization`` header.

        Raises:
            RefusedError: 401, it is absent, or neither this user's pair nor token.
        """
        scheme, _, value = (authorization or "").partition(" ")
        shown, wanted = value, self.token
        if scheme.lower() == "basic":
            shown, wanted = _decoded(value), f"{self.user}:{self.key}"
        if scheme.lower() not in ("basic", "bearer") or not hmac.compare_digest(shown.encode(), wanted.encode()):
            raise RefusedError(401, "Unauthenticated")

    def introspect(self, body: dict[str, Any]) -> dict[str, Any]:
        """Whether a token is this user's, as the answer of IntrospectToken."""
        known = hmac.compare_digest(str(body.get("token") or "").encode(), self.token.encode())
        return {"active": True, "username": self.user} if known else {"active": False}

    def must_own(self, owner: object, what: str) -> str:
        """The owner's name.

        Raises:
            RefusedError: 403, it is somebody else.
        """
        if owner != self.user:
            raise forbidden(what)
        return self.user


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
