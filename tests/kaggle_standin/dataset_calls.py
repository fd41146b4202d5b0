"""The methods of Kaggle's dataset service: a request's body in, an answer's body out."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .account import Account
from .blobs import Blob, Blobs
from .datasets import Dataset, Version
from .faults import SLOW_SECONDS, Faults
from .refusals import RefusedError, forbidden
from .rules import SLUG_TAKEN, dataset_fault, files_fault, page
from .storage import Storage, zipped


class DatasetCalls:
    """The dataset service of a stand-in.

    Attributes:
        datasets: by ``owner/slug``.
        processing: seconds from a version's creation until it is ready.
        taken: slugs that no dataset may have, since kernels have them.
    """

    def __init__(self, folder: Path, account: Account, blobs: Blobs, storage: Storage, faults: Faults) -> None:
        self.datasets: dict[str, Dataset] = {}
        self.processing = 0.3
        self.taken: set[str] = set()
        self._folder, self._account, self._blobs = folder, account, blobs
        self._storage, self._faults = storage, faults

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """CreateDataset; what the rules refuse is an error in a good answer."""
        owner = self._account.must_own(body.get("ownerSlug") or self._account.user, "datasets.create")
        slug, title = str(body.get("slug") or ""), str(body.get("title") or "")
        blobs = self._uploaded(body)
        fault = dataset_fault(body) or files_fault(len(blobs)) or self._in_use(slug, title)
        if self._faults.strikes("create-dataset-error"):
            fault = "The dataset could not be created."
        if fault:
            return {"status": "error", "error": fault}
        ref = f"{owner}/{slug}"
        dataset = Dataset(
            len(self.datasets) + 1001, owner, slug, title, body["licenseName"],
            bool(body.get("isPrivate")), self._folder / owner / slug,
        )  # fmt: skip
        self._add(dataset, blobs)
        self.datasets[ref] = dataset
        return self._done(dataset)

    def version(self, body: dict[str, Any]) -> dict[str, Any]:
        """CreateDatasetVersion, and CreateDatasetVersionById."""
        dataset = self._by_id(body["id"]) if "id" in body else self._find(body, "datasets.update")
        if len(dataset.versions) == 1 and dataset.newest.status not in ("READY", "FAILED"):
            raise forbidden("datasets.update")
        asked: dict[str, Any] = body.get("body") or {}
        blobs = self._uploaded(asked)
        fault = files_fault(len(blobs))
        if self._faults.strikes("version-dataset-error"):
            fault = "The dataset version could not be created."
        if fault:
            return {"status": "error", "error": fault}
        self._add(dataset, blobs)
        if asked.get("deleteOldVersions"):
            dataset.forget_old()
        return self._done(dataset)

    def status(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetDatasetStatus, of the newest version."""
        dataset = self._find(body, "datasets.get")
        if dataset.newest.number == 1 and self._faults.strikes("dataset-behind"):
            raise forbidden("datasets.get")
        return {"status": dataset.newest.status}

    def get(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetDataset; its version is the newest that is ready, the first while none is."""
        return self._described(self._find(body, "datasets.get"))

    def metadata(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetDatasetMetadata."""
        dataset = self._find(body, "datasets.get")
        info = {
            "datasetId": dataset.number, "datasetSlug": dataset.slug, "ownerUser": dataset.owner,
            "title": dataset.title, "isPrivate": dataset.private, "licenses": [{"name": dataset.licence}],
        }  # fmt: skip
        return {"info": info}

    def list_datasets(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListDatasets, all of them, whatever is looked for."""
        found, token = page([self._described(dataset) for dataset in self.datasets.values()], body)
        return {"datasets": found, "nextPageToken": token}

    def files(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListDatasetFiles."""
        dataset = self._find(body, "datasets.get")
        stale = self._faults.strikes("list-dataset-stale")
        version = dataset.usable(body.get("datasetVersionNumber") or None, before=stale)
        items = [_file(version, path) for path in version.files()] if version else []
        found, token = page(items, body)
        return {"datasetFiles": found, "nextPageToken": token}

    def download(self, body: dict[str, Any]) -> str:
        """DownloadDataset: the address of a zip of it all, or of one file."""
        dataset = self._find(body, "datasets.get")
        version = dataset.usable(body.get("datasetVersionNumber") or None)
        name = str(body.get("fileName") or "")
        if version is None:
            raise RefusedError(404, "The dataset version does not exist.")
        if not name:
            return self._storage.link("dataset-file", f"{dataset.slug}.zip", zipped(version.folder), version.made)
        path = {str(path.relative_to(version.folder)): path for path in version.files()}.get(name)
        if path is None:
            raise RefusedError(404, "The file does not exist.")
        return self._storage.link("dataset-file", path.name, path.read_bytes(), version.made)

    def _in_use(self, slug: str, title: str) -> str:
        if slug in self.taken or any(dataset.slug == slug for dataset in self.datasets.values()):
            return SLUG_TAKEN
        if any(dataset.title == title for dataset in self.datasets.values()):
            return f'The requested title "{title}" is already in use by a dataset. Please choose another title.'
        return ""

    def _uploaded(self, body: dict[str, Any]) -> list[Blob]:
        blobs = self._blobs.take([str(each.get("token")) for each in body.get("files") or []])
        if blobs and self._faults.strikes("dataset-loses-file"):
            return sorted(blobs, key=lambda blob: blob.name)[1:]
        return blobs

    def _add(self, dataset: Dataset, blobs: list[Blob]) -> None:
        slow = SLOW_SECONDS if self._faults.strikes("dataset-slow") else 0.0
        dataset.add(blobs, self.processing + slow, self._faults.strikes("dataset-failed"))

    def _find(self, body: dict[str, Any], what: str) -> Dataset:
        owner = self._account.must_own(body.get("ownerSlug"), what)
        dataset = self.datasets.get(f"{owner}/{body.get('datasetSlug')}")
        if dataset is None:
            raise forbidden(what)
        return dataset

    def _by_id(self, number: object) -> Dataset:
        for dataset in self.datasets.values():
            if dataset.number == number:
                return dataset
        raise forbidden("datasets.update")

    def _described(self, dataset: Dataset) -> dict[str, Any]:
        version = dataset.usable()
        return {
            "id": dataset.number, "ref": dataset.ref, "title": dataset.title, "ownerRef": dataset.owner,
            "isPrivate": dataset.private, "licenseName": dataset.licence, "url": _url(dataset),
            "currentVersionNumber": version.number if version else 1,
            "lastUpdated": moment(dataset.newest.made),
            "totalBytes": sum(path.stat().st_size for path in version.files()) if version else 0,
        }  # fmt: skip

    def _done(self, dataset: Dataset) -> dict[str, Any]:
        return {"ref": f"/{dataset.ref}", "url": _url(dataset), "status": "ok", "error": "", "invalidTags": []}


def moment(seconds: float) -> str:
    """A time, in seconds since 1970, as the client reads it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _file(version: Version, path: Path) -> dict[str, Any]:
    name = str(path.relative_to(version.folder))
    return {"name": name, "totalBytes": path.stat().st_size, "creationDate": moment(version.made)}


def _url(dataset: Dataset) -> str:
    return f"https://www.kaggle.com/datasets/{dataset.ref}"
