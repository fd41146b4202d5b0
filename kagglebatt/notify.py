"""Whom to tell what the user should know."""

from __future__ import annotations

from collections.abc import Callable

Notify = Callable[[str], object]
"""Takes one sentence for the user."""


def notify_nobody(_sentence: str) -> None:
    """Takes a sentence and says nothing."""
