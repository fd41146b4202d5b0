"""The dataset that a home is published as: look at it, publish a home, take one over.

After an upload the dataset's version and its list of files are compared with what was sent: Kaggle's client makes a
version also of an upload that failed. A home with less in it than the published one is not published by accident.
"""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from kagglebatt.errors import HomeError, RemoteError, UnsureError
from kagglebatt.home import index
from kagglebatt.home.copying import copy_home
from kagglebatt.home.directory import open_home
from kagglebatt.home.files import read_json, write_aside
from kagglebatt.remote.client import ABSENT, Client
from kagglebatt.remote.dataset_metadata import NAME as METADATA_NAME

_TRIES = 3
_SLOWEST = 50_000
"""Bytes a second, below which an upload is given up and tried again with more time."""

_CONFLICT = 409
_UNSURE, _REFUSED, _TAKEN = "unsure", "refused", "taken"
"""What is known of an upload after the client's answer."""

_MOST_BYTES, _SMALL_BYTES = 16 << 30, 64 << 20
_MOST_RATIO = 100
"""No zip is unpacked to more bytes than that, nor, beyond a small size, to so many times its own."""

_READY = "ready"
_FAILED = ("failed", "deleted")


@dataclass(frozen=True)
class Published:
    """A dataset as Kaggle knows it: its newest version, and the state of that."""

    version: int
    state: str


def find_published(client: Client, ref: str) -> Published | None:
    """What Kaggle knows of a dataset; None when there is none that this account may see.

    Raises:
        RemoteError: Kaggle does not say.
    """
    try:
        said = client.read("datasets", "status", ref, "--format", "json", quiet=ABSENT, wanted=r"\{.*\}\s*$")
    except RemoteError as error:
        if error.status in ABSENT:
            return None
        raise
    found = read_json(said.strip().splitlines()[-1])
    if not isinstance(found, dict):
        raise UnsureError(f"{ref}: Kaggle's client says nothing of its status: {said.strip()[:200]}")
    return Published(int(found.get("current_version_number") or 0), str(found.get("status")))


def files(client: Client, ref: str) -> dict[str, int]:
    """Bytes by name of a dataset's files.

    Raises:
        RemoteError: Kaggle does not say.
    """
    said = client.read("datasets", "files", ref, "--csv", "--page-size", "200")
    lines = said.splitlines()
    heads = [place for place, line in enumerate(lines) if line.startswith("name,")]
    rows = csv.DictReader(lines[heads[0] :]) if heads else ()
    return {row["name"]: int(row["size"]) for row in rows if str(row.get("size", "")).isdecimal()}


def entry_counts(found: Mapping[str, Any]) -> dict[str, int]:
    """How much is in a home, by what its index says: iterations, solvers, and so on; empty without an index."""
    archive, cache = found.get("archive"), found.get("cache")
    if not isinstance(archive, dict):
        return {}
    counts = {**archive, "cache entries": sum(cache.values()) if isinstance(cache, dict) else 0}
    return {str(name): count for name, count in counts.items() if isinstance(count, int)}


def archive_digest(found: Mapping[str, Any]) -> str:
    """What tells one archive from another, by what the index of its home says; empty without an index."""
    files = found.get("files")
    archive = files.get(index.FILES[0]) if isinstance(files, dict) else None
    return str(archive.get("sha256", "")) if isinstance(archive, dict) else ""


def published_index(client: Client, ref: str) -> dict[str, Any]:
    """The index of the published home; empty when nothing is published.

    One that lost its index on the way is fetched whole, and given a new one.

    Raises:
        HomeError: the dataset holds something else, or a damaged home.
        RemoteError: Kaggle does not say, or does not give it as it was published.
    """
    for pause in client.timeouts.pauses():
        listed = files(client, ref)
        if listed and index.FILE_NAME not in listed:
            if index.FILES[0] in listed:
                return _made_index(client, ref)
            raise HomeError(
                f"{ref}: holds no home of kagglebatt's. Give another --dataset-source, or replace it with --force."
            )
        found = _fetch_index(client, ref, listed[index.FILE_NAME]) if listed else {}
        if found:
            return found
        if pause:
            client.notify(f"{ref}: its {index.FILE_NAME} does not come whole. Fetching it again in {pause:.0f} s.")
            sleep(pause)
    if not listed:
        return {}
    raise RemoteError(
        f"{ref}: its {index.FILE_NAME} does not come whole, so what is in it cannot be told. Run the same command "
        "again later. If that does not help, what was published is damaged: replace it with --force."
    )


def has_index(client: Client, ref: str) -> bool:
    """Whether a published home has its index; without it no kernel goes on from there."""
    return index.FILE_NAME in files(client, ref)


def _made_index(client: Client, ref: str) -> dict[str, Any]:
    with TemporaryDirectory(prefix="kagglebatt-") as name:
        download(client, ref, Path(name))
        try:
            with open_home(Path(name)):
                pass
        except HomeError as error:
            raise HomeError(
                f"{ref}: has no {index.FILE_NAME}, and what else is in it is damaged. Replace it with --force."
            ) from error
        return index.read_index(Path(name))


def _fetch_index(client: Client, ref: str, size: int) -> dict[str, Any]:
    """The index, empty when it is not what was listed: Kaggle's client saves whatever comes."""
    with TemporaryDirectory(prefix="kagglebatt-") as name:
        folder = Path(name)
        client.read("datasets", "download", ref, "-f", index.FILE_NAME, "-p", name, "-o", "-q", transfer=True)
        _unzip(folder)
        path = folder / index.FILE_NAME
        return index.read_index(folder) if path.is_file() and path.stat().st_size == size else {}


def _unzip(folder: Path) -> str:
    """Kaggle zips some of what it sends; the name of a zip that did not come whole, or nothing.

    Raises:
        RemoteError: it would take more room than any home does.
    """
    for path in folder.glob("*.zip"):
        try:
            with zipfile.ZipFile(path) as packed:
                size = sum(each.file_size for each in packed.infolist())
                if size > _MOST_BYTES or size > max(_SMALL_BYTES, _MOST_RATIO * path.stat().st_size):
                    raise RemoteError(
                        f"{path.name}: would be unpacked to {size:,} bytes from {path.stat().st_size:,}, more than a "
                        "home takes. Nothing was unpacked. See what was published under that name."
                    )
                packed.extractall(folder)  # at most as many bytes of each file as its entry says
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return path.name
        path.unlink()
    return ""


def download(client: Client, ref: str, into: Path) -> None:
    """Fetch a published home into an empty folder, and see that it is as it was published.

    Raises:
        RemoteError: Kaggle does not give it, or the dataset holds none.
    """
    client.notify(f"{ref}: fetching the published home")
    for pause in client.timeouts.pauses():
        client.read("datasets", "download", ref, "-p", str(into), "-o", "-q", transfer=True)
        broken = _unzip(into)
        if not broken and not any((into / name).exists() for name in (*index.FILES, index.FILE_NAME)):
            raise RemoteError(f"{ref}: holds no home of kagglebatt's. Give another --dataset-source.")
        name = broken or index.altered(into)
        if not name:
            return
        if not broken and not (into / index.FILE_NAME).exists() and _all_but_an_index(files(client, ref), into):
            client.notify(f"{ref}: has no {index.FILE_NAME}; what else is in it has come")
            return
        if pause:
            client.notify(f"{ref}: {name} did not come as it was published. Fetching it again in {pause:.0f} s.")
            sleep(pause)
    raise RemoteError(f"{ref}: {name} did not come as it was published; nothing was taken over. Fetch it again later.")


def _all_but_an_index(listed: Mapping[str, int], folder: Path) -> bool:
    """Whether a dataset lists no index of its home, and a folder has the rest of the home, in the sizes listed."""
    have = {name: (folder / name).stat().st_size for name in index.FILES if (folder / name).is_file()}
    return index.FILE_NAME not in listed and have == {name: listed[name] for name in index.FILES if name in listed}


def less(own: Mapping[str, int], published: Mapping[str, int]) -> str:
    """In what a home has less than the published one, as words; empty when in nothing."""
    return ", ".join(
        f"{own.get(name, 0)} {name} instead of {count}" for name, count in published.items() if own.get(name, 0) < count
    )


@contextmanager
def staged(home: Path, metadata: Mapping[str, Any], more: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder with just what is published, in a place of its own: the client resumes uploads by their path."""
    with TemporaryDirectory(prefix="kagglebatt-dataset-") as name:
        folder = Path(name)
        copy_home(home, folder)
        with open_home(folder):
            pass
        for file, content in more.items():
            (folder / file).write_bytes(content)
        (folder / METADATA_NAME).write_text(json.dumps(metadata, indent=2) + "\n")
        yield folder


def sent(folder: Path) -> dict[str, int]:
    """Bytes by name of what the client sends of a folder."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.name != METADATA_NAME}


def publish(
    client: Client, home: Path, metadata: Mapping[str, Any], more: Mapping[str, bytes], note: str, force: bool = False
) -> int:
    """Publish a home as the newest version of its dataset, which is made when there is none; its version.

    Where the newest version is this very home already, there is nothing to do.

    Args:
        more: other files of the dataset, by name; with some it is published in any case.
        note: of the version.
        force: in any case, also when the published home has more in it.

    Raises:
        HomeError: the published home has more in it, or the dataset holds something else.
        RemoteError: Kaggle refused, or not all of it arrived.
    """
    ref = str(metadata["id"])
    with staged(home, metadata, more) as folder:
        before = find_published(client, ref)
        if before is not None and before.state != _READY:
            _wait_until_idle(client, ref, before)
            before = find_published(client, ref)
        if before is not None and not force:
            there = published_index(client, ref)
            _refuse_less(ref, home, entry_counts(index.read_index(folder)), entry_counts(there))
            if before.state == _READY and not more and _is_same(folder, there, files(client, ref)):
                client.notify(f"{ref}: version {before.version} is this very home; it is not published again")
                return before.version
        for number in range(_TRIES):
            _wait_until_idle(client, ref, before)
            why, known = _send(client, ref, folder, before is None, note, 2.0**number)
            settle = client.timeouts.settle if known != _REFUSED else 4 * client.timeouts.poll
            version = _arrived(client, ref, sent(folder), before.version if before else 0, settle)
            if version:
                if home.is_dir():
                    write_aside(home / METADATA_NAME, json.dumps(metadata, indent=2) + "\n")
                return version
            before = find_published(client, ref)
            if known == _TAKEN and before is None:
                raise RemoteError(why)
            if known == _TAKEN and not force:  # it was not seen before, so what is in it was not looked at
                own = entry_counts(index.read_index(folder))
                _refuse_less(ref, home, own, entry_counts(published_index(client, ref)))
            client.notify(f"{ref}: not all of it arrived{f' ({why})' if why else ''}; publishing it again.")
    raise RemoteError(
        f"{ref}: not all of it arrived, {_TRIES} times{f' ({why})' if why else ''}. "
        + (f"See who owns {ref}, or give another --dataset-source. " if "denied" in why or "403" in why else "")
        + f"Publish it again later; {home} is as it was."
    )


def _refuse_less(ref: str, home: Path, own: Mapping[str, int], published: Mapping[str, int]) -> None:
    missing = less(own, published)
    if missing:
        raise HomeError(
            f"{home}: has less in it than {ref}: {missing}. Fetch that with `kagglebatt pull --dataset-source {ref}`, "
            "or replace it with --force."
        )


def _is_same(folder: Path, there: Mapping[str, Any], listed: Mapping[str, int]) -> bool:
    """Whether a staged home has the files of the published one: all are listed, and their digests agree."""
    own = index.read_index(folder).get("files")
    return bool(own) and own == there.get("files") and not index.altered(folder) and listed == sent(folder)


def _send(client: Client, ref: str, folder: Path, new: bool, note: str, stretch: float) -> tuple[str, str]:
    """Send a folder; why not all of it may have arrived, as far as the client says, and whether it was refused.

    The name of a new dataset is also taken when an earlier answer was lost, and it is there already.

    Args:
        stretch: of the time that it may take.
    """
    sizes = sent(folder).values()
    client.notify(f"{ref}: sending {len(sizes)} files, {sum(sizes):,} bytes")
    stretch *= 2 + sum(sizes) / _SLOWEST / client.timeouts.call
    verb = ("create",) if new else ("version", "-m", note)
    try:
        said = client.ask("datasets", *verb, "-p", str(folder), "-t", stretch=stretch)
    except UnsureError as error:
        return str(error), _UNSURE
    except RemoteError as error:
        if error.status == _CONFLICT:
            what = f"{error} Another upload to it may be under way. Publish it again later."
            return what, _TAKEN if new else _UNSURE
        if error.status in ABSENT:  # also of a dataset that is still being processed
            return str(error), _REFUSED
        raise
    for line in said.splitlines():
        if "creation error" in line:
            what = (
                f"{line.strip()} If the title is taken, give another in {METADATA_NAME}, and another --dataset-source."
            )
            if new and "in use" in line:
                return what, _TAKEN
            raise RemoteError(what)
        if "unsuccessful" in line:
            return line.strip(), _UNSURE
    return "", _UNSURE


def _wait_until_idle(client: Client, ref: str, newest: Published | None) -> None:
    """Wait while the newest version is processed; Kaggle refuses another one meanwhile."""
    if newest is None or newest.state == _READY:
        return
    for _ in client.polls(client.timeouts.ready, f"an earlier version of {ref} to be ready"):
        found = find_published(client, ref)
        if found is None or found.state == _READY or found.state in _FAILED:
            return
    raise RemoteError(f"{ref}: an earlier version is not ready after {client.timeouts.ready:.0f} s. Try again later.")


def _arrived(client: Client, ref: str, wanted: Mapping[str, int], before: int, settle: float) -> int:
    """The version that came after ``before``, once it is ready and has all files; 0 when it does not come so."""
    waited_ready = 0.0
    for passed in client.polls(client.timeouts.ready, f"the new version of {ref} to be ready"):
        found = find_published(client, ref)
        if found is not None and found.version > before:
            if found.state in _FAILED:
                return 0
            if found.state == _READY:
                if files(client, ref) == wanted:
                    return found.version
                waited_ready = waited_ready or passed
        elif passed > settle:
            return 0
        if waited_ready and passed - waited_ready > settle:
            return 0
    return 0
