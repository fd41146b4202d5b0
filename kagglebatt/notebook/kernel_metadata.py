"""kernel-metadata.json: made, and checked by the rules of Kaggle's client and server before anything is sent.

Kaggle gives a new kernel the slug of its title, whatever its id says, so both have to agree; a kernel may not have
the slug of one of its owner's datasets; and internet is on unless the key is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

NAME = "kernel-metadata.json"
LEAST_LETTERS = 5
MOST_LETTERS = 50
_OWNER = r"[A-Za-z0-9_-]+"
MACHINE_KEYS = ("docker_image", "docker_image_pinning_type", "machine_shape")
"""What a kernel runs on: an image, whether that stays as it is, and a kind of machine."""
_MADE = ("id", "id_no", "title", "code_file", "language", "kernel_type")
"""Keys that are no user's to choose; ``id_no`` would name another kernel than the id."""

_SOURCES = ("dataset_sources", "kernel_sources")
_SOURCE = re.compile(rf"{_OWNER}/[a-z0-9-]+(/\d+)?")


def slugify(title: str) -> str:
    """The slug that Kaggle makes of a title.

    >>> slugify("Kagglebatt, 100 tasks")
    'kagglebatt-100-tasks'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def kernel_metadata(
    owner: str,
    title: str,
    code_file: str,
    datasets: Sequence[str] = (),
    kernels: Sequence[str] = (),
    machine: Mapping[str, str] | None = None,
    competitions: Sequence[str] = (),
) -> dict[str, Any]:
    """The metadata of a private notebook that runs on a processor, without internet.

    Args:
        owner: account name; when empty the client takes the one that is logged in.
        datasets: owner/slug of each input dataset.
        kernels: owner/slug of each kernel whose output is an input.
        machine: of ``MACHINE_KEYS``, those that are asked for.
        competitions: the slug of each whose files are inputs.
    """
    slug = slugify(title)
    return {
        "id": f"{owner}/{slug}" if owner else slug,
        "title": title,
        "code_file": code_file,
        "language": "python",
        "kernel_type": "notebook",
        "is_private": True,
        "enable_gpu": False,
        "enable_tpu": False,
        "enable_internet": False,
        "dataset_sources": list(datasets),
        "kernel_sources": list(kernels),
        "competition_sources": list(competitions),
        "model_sources": [],
        **(machine or {}),
    }


def kept_by_hand(
    made: Mapping[str, Any], found: Mapping[str, Any], own: Sequence[str], given: Mapping[str, str]
) -> dict[str, Any]:
    """Metadata with what a user wrote into an earlier file of the same kernel; of what is not a user's, nothing.

    Args:
        made: what would be written.
        found: what is there.
        own: inputs that are attached, or not, by whoever makes the metadata.
        given: keys that the user asks for elsewhere, which holds.
    """
    kept = {name: value for name, value in found.items() if name not in (*_MADE, *_SOURCES, *given)}
    for name in _SOURCES:
        extra = found.get(name)
        extra = [each for each in extra if each not in (*own, *made[name])] if isinstance(extra, list) else []
        kept[name] = [*made[name], *extra]
    return {**made, **kept}


def faults(values: dict[str, Any]) -> list[str]:
    """Every rule that the metadata break, each with what to do."""
    title, (owner, named, slug) = str(values.get("title", "")), str(values.get("id", "")).rpartition("/")
    sources = [*values.get("dataset_sources", ()), *values.get("kernel_sources", ())]
    found = []
    if not LEAST_LETTERS <= len(title) <= MOST_LETTERS:
        found.append(
            f"The title {title!r} must have {LEAST_LETTERS} to {MOST_LETTERS} characters. Give another --name."
        )
    if named and not re.fullmatch(_OWNER, owner):
        found.append(
            f"The owner {owner!r} is no account's name, which is what follows kaggle.com/ in the address of its page. "
            "Give another --owner."
        )
    if not title.isascii():
        found.append(f"The title {title!r} must be ASCII, or Kaggle's slug for it cannot be told. Give another --name.")
    if len(slug) < LEAST_LETTERS:
        found.append(f"The slug {slug!r} must have at least {LEAST_LETTERS} characters. Give a longer --name.")
    if slug != slugify(title):
        found.append(f"The slug {slug!r} must be that of the title, {slugify(title)!r}, or the next push fails.")
    for source in sources:
        if not _SOURCE.fullmatch(source):
            found.append(f"The input {source!r} must be written as OWNER/SLUG.")
    found += _competition_faults(values)
    if slug in [source.split("/")[1] for source in values.get("dataset_sources", ()) if "/" in source]:
        found.append(f"The slug {slug!r} is also that of a dataset, which Kaggle refuses. Give another --name.")
    if not isinstance(values.get("enable_internet"), bool):
        found.append("enable_internet must be true or false; Kaggle's client turns it on where it is missing.")
    return found


def _competition_faults(values: dict[str, Any]) -> list[str]:
    return [
        f"The competition {name!r} must be its slug, which is what follows kaggle.com/competitions/ in the address of "
        "its page. Give another --competition."
        for name in values.get("competition_sources", ())
        if not re.fullmatch(r"[a-z0-9-]+", name)
    ]
