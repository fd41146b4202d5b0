"""What Kaggle checks of a dataset and of a kernel, as pure functions: nothing is looked up or changed here."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from .refusals import RefusedError

MAX_SOURCE_BYTES = 1_000_000
MAX_TOP_LEVEL_FILES = 1000
MAX_SESSIONS = 5

TOO_BIG = "The kernel source must be less than 1 megabytes in size."
TOO_MANY_SESSIONS = f"Maximum batch CPU session count of {MAX_SESSIONS} reached."
SLUG_TAKEN = "The requested slug is already in use."


def slugify(title: str) -> str:
    """The slug of a title: lower case, accents dropped, everything else but digits a single hyphen."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def dataset_fault(body: dict[str, Any]) -> str:
    """Why a request to create a dataset is refused; "" when it is not."""
    title, slug, subtitle = (str(body.get(key) or "") for key in ("title", "slug", "subtitle"))
    if not 6 <= len(title) <= 50:
        return "The dataset title must be between 6 and 50 characters"
    if not 6 <= len(slug) <= 50 or slug != slugify(slug):
        return "The dataset slug must be between 6 and 50 characters: letters, digits and hyphens"
    if subtitle and not 20 <= len(subtitle) <= 80:
        return "Subtitle length must be between 20 and 80 characters"
    licence = body.get("licenseName")
    if not isinstance(licence, str) or not licence:
        return "Please specify exactly one license"
    return ""


def files_fault(count: int) -> str:
    """Why this many files at the top level are refused; "" when they are not."""
    if count == 0:
        return "At least one file is required"
    if count > MAX_TOP_LEVEL_FILES:
        return f"The file count exceeds the maximum of {MAX_TOP_LEVEL_FILES}"
    return ""


def check_kernel(body: dict[str, Any]) -> None:
    """Check what a push says of itself.

    Raises:
        RefusedError: 400; for a source over the limit in the form that the client does not show.
    """
    if len(str(body.get("text") or "").encode()) > MAX_SOURCE_BYTES:
        raise RefusedError(400, TOO_BIG, wrapped=True)
    if not body.get("text"):
        raise RefusedError(400, "The kernel source must not be empty.")
    title = body.get("newTitle")
    if title is not None and not 5 <= len(str(title)) <= 50:
        raise RefusedError(400, "The kernel title must be between 5 and 50 characters.")
    if body.get("language") != "python" or body.get("kernelType") not in ("notebook", "script"):
        raise RefusedError(400, "Only Python notebooks and scripts run here.")


def page(items: list[dict[str, Any]], body: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """One page of a list, and the token of the next ("" at the end); a token is a place in the list."""
    size = min(int(body.get("pageSize") or 20), 200)
    try:
        start = int(body.get("pageToken") or 0)
    except ValueError as error:
        raise RefusedError(400, "The page token is not valid.") from error
    return items[start : start + size], str(start + size) if start + size < len(items) else ""
