"""The ways in which a call is not answered as asked: an error with a code, or no answer at all."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """A call is answered with an error.

    Attributes:
        code: HTTP status.
        message: what the body says.
        wrapped: the body is wrapped as Kaggle's front end does it; the client then shows only the status line.
    """

    def __init__(self, code: int, message: str, wrapped: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.wrapped = wrapped

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        if self.wrapped:
            return {"error": {"code": self.code, "message": self.message, "status": "INVALID_ARGUMENT"}}
        return {"code": self.code, "message": self.message}


class DroppedError(Exception):
    """The connection is closed without an answer."""


def forbidden(what: str) -> RefusedError:
    """The answer to everything that one may not see, which for Kaggle includes what does not exist."""
    return RefusedError(403, f"Permission '{what}' was denied")
