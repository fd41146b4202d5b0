"""dataset-metadata.json: which dataset a home is published as, checked by Kaggle's rules before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kagglebatt.errors import SettingsError
from kagglebatt.home.files import read_json

NAME = "dataset-metadata.json"
ANYBODY = "OWNER"
"""Stands for the account in the project's own file."""

_KEYS = ("id", "title", "subtitle", "description", "licenses", "keywords")
_PACKAGE = Path(__file__).parents[1]
_REF = re.compile(r"[A-Za-z0-9_-]+/[a-z0-9-]+")
_LETTERS = range(6, 51)


def read_metadata(home: Path, account: str, ref: str | None) -> dict[str, Any]:
    """The metadata to publish a home with.

    They are those of the file in the home, else in the working directory, else the project's own; ``OWNER`` in them
    is the account. Keys that only matter to others are left out: ``id_no`` would name another dataset than the id.

    Args:
        ref: owner/slug, to be used instead of the one in the file.

    Raises:
        SettingsError: they break a rule of Kaggle's; the message says which, and what to do.
    """
    places = (home / NAME, Path(NAME), _PACKAGE / NAME, _PACKAGE.parent / NAME)
    path = next(place for place in places if place.is_file())
    try:
        values = read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        values = None
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: is no JSON object. Mend it, or remove it to use the project's own.")
    values = {name: values[name] for name in _KEYS if name in values}
    values["id"] = ref or re.sub(f"^{ANYBODY}/", f"{account}/", str(values.get("id", "")))
    problems = faults(values)
    if problems:
        raise SettingsError(f"{path}: {' '.join(problems)}")
    return values


def faults(values: Mapping[str, Any]) -> list[str]:
    """Every rule that the metadata break, each with what to do."""
    ref, title, licenses = str(values.get("id", "")), values.get("title"), values.get("licenses")
    subtitle, keywords = values.get("subtitle") or "", values.get("keywords") or []
    found = []
    if not _REF.fullmatch(ref):
        found.append(f"The id {ref!r} must be written as OWNER/SLUG.")
    elif len(ref.split("/")[1]) not in _LETTERS:
        found.append(f"The slug of {ref!r} must have 6 to 50 characters.")
    if not isinstance(title, str) or len(title) not in _LETTERS:
        found.append(f"The title {title!r} must be a text of 6 to 50 characters.")
    if not isinstance(subtitle, str) or (subtitle and len(subtitle) not in range(20, 81)):
        found.append(f"The subtitle {subtitle!r} must be a text of 20 to 80 characters.")
    if not isinstance(values.get("description", ""), str):
        found.append("The description must be a text.")
    if not isinstance(keywords, list) or not all(isinstance(each, str) for each in keywords):
        found.append("The keywords must be a list of texts.")
    names = (
        [each.get("name") if isinstance(each, dict) else None for each in licenses]
        if isinstance(licenses, list)
        else []
    )
    if len(names) != 1 or not isinstance(names[0], str) or not names[0]:
        found.append('Give one licence, such as "licenses": [{"name": "CC0-1.0"}].')
    return found
