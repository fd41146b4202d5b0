"""What is attached to a kernel: homes and task files, found by what they are, under any layout of mounts.

Kaggle mounts a dataset as ``/kaggle/input/SLUG`` or ``/kaggle/input/datasets/OWNER/SLUG``, another kernel's output as
``/kaggle/input/notebooks/OWNER/SLUG``, the kernel's own as ``/kaggle/input/SLUG``; some of them as symbolic links. So
no path is taken for granted.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kagglebatt.errors import InputError
from kagglebatt.home import archive_layout, index
from kagglebatt.home.files import file_digest, read_json

_DEEPEST = 5
"""Folders between the input folder and a home, and one to spare."""


@dataclass(frozen=True)
class RequiredInput:
    """An input that a kernel was pushed with.

    Attributes:
        source: owner/slug of a dataset or of a kernel.
        iterations: so many must its home hold, or it is an old version.
    """

    source: str
    iterations: int = 0


@dataclass(frozen=True)
class FoundHome:
    """A home that is attached, and the iterations that its index lists."""

    path: Path
    iterations: int


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each folder down to the depth limit, and the names of its files; links are followed.

    Folders come before links, so that an input that is also linked to is found where it is mounted. A folder that was
    visited under another name is given without files, and is not visited again: links may lead back up.
    """
    waiting, visited = deque([root]), set()
    while waiting:
        place = waiting.popleft()
        real = os.path.realpath(place)
        if real in visited:
            yield place, []
            continue
        visited.add(real)
        paths = _listed(place)
        yield place, [path.name for path in paths if os.path.isfile(path)]
        if len(place.relative_to(root).parts) < _DEEPEST:
            folders = [
                path for path in paths if os.path.isdir(path)
            ]  # of os.path: where a link leads may be unreadable
            waiting.extendleft(path for path in reversed(folders) if not path.is_symlink())
            waiting.extend(path for path in folders if path.is_symlink())


def _listed(place: Path) -> list[Path]:
    try:
        return [place / name for name in sorted(os.listdir(place))]
    except OSError:  # not there, or not to be read: nothing is found in it
        return []


def find_homes(root: Path) -> list[FoundHome]:
    """Homes at any place below a folder, those with more iterations first."""
    places = [place for place, files in _folders(root) if archive_layout.FILE_NAME in files]
    found = [FoundHome(place, _iterations(place)) for place in places]
    return sorted(found, key=lambda home: (-home.iterations, str(home.path)))


def _iterations(place: Path) -> int:
    try:
        known = read_json((place / index.FILE_NAME).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return 0
    return index.iterations_known(known) if isinstance(known, dict) else 0


def find_file(root: Path, name: str, sha256: str) -> Path:
    """A file of this name and content at any place below a folder.

    Raises:
        InputError: there is none, or only others of that name.
    """
    named = [place / name for place, files in _folders(root) if name in files]
    for path in named:
        if file_digest(path) == sha256:
            return path
    if named:
        raise InputError(f"{named[0]}: is not the file that this notebook was bundled with. Publish the dataset again.")
    raise InputError(f"{root}: has no {name}, which this notebook needs. Publish the dataset and attach it.")


def find_challenges(root: Path, slug: str) -> Path:
    """The folder of a competition's tasks at any place below a folder.

    Raises:
        InputError: there is none.
    """
    places = [place for place, files in _folders(root) if any(name.endswith("challenges.json") for name in files)]
    own = [place for place in places if slug in place.relative_to(root).parts]
    if not places:
        raise InputError(
            f"{root}: holds no challenges of {slug!r}. Join the competition, name it among the kernel's inputs, and "
            "run again."
        )
    return (own or places)[0]


def check(root: Path, needs: Sequence[RequiredInput], found: Sequence[FoundHome]) -> None:
    """See that everything that was attached is there, and recent enough.

    Raises:
        InputError: something is missing, empty or old; the message says what to do.
    """
    for need in needs:
        if "/" not in need.source:
            raise InputError(f"{need.source}: is no input's name; write OWNER/SLUG.")
        slug = need.source.split("/")[1]  # a version may follow
        mounts = [place.resolve() for place, _ in _folders(root) if place.name == slug]
        own = [home for home in found if any(home.path.resolve().is_relative_to(mount) for mount in mounts)]
        if not own:
            what = "is attached but holds no home" if mounts else "is not attached"
            raise InputError(
                f"{need.source}: {what} (looked below {root}). Publish it with `kagglebatt publish`, wait until it is "
                "ready, attach it, and run again."
            )
        newest = max(home.iterations for home in own)
        if newest < need.iterations:
            raise InputError(
                f"{need.source}: is an old version: it holds {newest} iterations, and {need.iterations} are expected. "
                "Wait until its newest version is ready, and run again."
            )
