"""The methods of Kaggle's kernel service: a request's body in, an answer's body out."""

from __future__ import annotations

from typing import Any

from kagglebatt.notebook.result import RESULT_NAME

from .account import Account
from .dataset_calls import moment
from .faults import Faults
from .kernels import Kernel, Kernels, Saved
from .notebooks import bundle_of
from .refusals import RefusedError, forbidden
from .rules import MAX_SESSIONS, SLUG_TAKEN, TOO_BIG, TOO_MANY_SESSIONS, check_kernel, page, slugify
from .runs import NOTEBOOK_NAME, Run, as_log
from .storage import Storage

_RUN_FAULTS = (
    "run-error", "run-dies", "run-without-result", "run-never-ends", "run-stays-queued", "mount-stale", "mount-empty",
)  # fmt: skip


class KernelCalls:
    """The kernel service of a stand-in."""

    def __init__(self, kernels: Kernels, account: Account, storage: Storage, faults: Faults) -> None:
        self._kernels, self._account = kernels, account
        self._storage, self._faults = storage, faults

    def save(self, body: dict[str, Any]) -> dict[str, Any]:
        """SaveKernel: a new version of a kernel, or a new kernel, which is run at once unless a quick save is asked."""
        if self._faults.strikes("source-too-big"):
            raise RefusedError(400, TOO_BIG, wrapped=True)
        if self._faults.strikes("source-refused"):
            raise RefusedError(400, TOO_BIG)
        check_kernel(body)
        kernel = self._addressed(body)
        runs = body.get("kernelExecutionType") != "QUICK_SAVE"
        if self._faults.strikes("quota-refused") or (runs and self._kernels.sessions() >= MAX_SESSIONS):
            return {"error": TOO_MANY_SESSIONS}
        if self._faults.strikes("quota-weekly"):
            return {"error": "Maximum weekly GPU quota of 30.00 hours reached."}
        invalid = self._kernels.invalid_sources(body, kernel)
        for kind, key in (("dataset", "datasetDataSources"), ("kernel", "kernelDataSources")):
            if self._faults.strikes(f"{kind}-source-ignored"):
                invalid[key] = list(body.get(key) or [])
        for key, sources in invalid.items():
            body[key] = [source for source in body.get(key) or [] if source not in sources]
        saved = self._kernels.save(kernel, body)
        if runs:
            struck = frozenset(fault for fault in _RUN_FAULTS if self._faults.strikes(fault))
            self._kernels.start(kernel, saved, bundle_of(body["text"]), struck)
        return {
            "ref": f"/code/{kernel.ref}", "url": f"https://www.kaggle.com/code/{kernel.ref}", "kernelId": kernel.number,
            "versionNumber": saved.number, "error": "", "invalidTags": [],
            **{f"invalid{key.removesuffix('DataSources').capitalize()}Sources": each for key, each in invalid.items()},
        }  # fmt: skip

    def status(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetKernelSessionStatus."""
        kernel = self._find(body)
        run = self._run(kernel, body)
        if self._faults.strikes("status-none"):
            raise RefusedError(404, "No runs found")
        if run is None:
            return {"status": "NEW_SCRIPT"}
        if run.active and self._faults.strikes("status-stale"):
            return {"status": "COMPLETE"}
        return {"status": run.status, **({"failureMessage": run.failure} if run.failure else {})}

    def output(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListKernelSessionOutput: addresses and log of a run that is over, nothing of one that goes on."""
        kernel = self._find(body)
        run = self._run(kernel, body)
        if self._faults.strikes("output-stale"):
            run = self._before(kernel, run)
        if run is None:
            return {"files": [], "log": "", "nextPageToken": ""}
        files, token = page([{"fileName": str(path.relative_to(run.output))} for path in run.files()], body)
        ours = [each for each in files if each["fileName"] != NOTEBOOK_NAME]
        if ours and self._faults.strikes("output-missing"):
            files.remove(ours[0])
        if any(each["fileName"] == RESULT_NAME for each in files) and self._faults.strikes("output-no-note"):
            files = [each for each in files if each["fileName"] != RESULT_NAME]
        for each in files:
            path = run.output / each["fileName"]
            # no fault spoils the executed notebook: nobody reads it, and the fault would strike unseen
            kind = "output-file" if path.name != NOTEBOOK_NAME else ""
            each["url"] = self._storage.link(kind, path.name, path.read_bytes(), run.ended)
        log = "" if self._faults.strikes("output-no-log") else as_log(run)
        return {"files": files, "log": log, "nextPageToken": token}

    def files(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListKernelFiles."""
        run = self._run(self._find(body), body)
        items = [
            {"name": str(path.relative_to(run.output)), "size": path.stat().st_size, "creationDate": moment(run.ended)}
            for path in (run.files() if run else [])
            if run
        ]
        files, token = page(items, body)
        return {"files": files, "nextPageToken": token}

    def get(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetKernel; an older version of it may not be seen."""
        kernel = self._find(body)
        saved = kernel.labelled(body.get("versionLabel"))
        if saved is not kernel.versions[-1]:
            raise forbidden("kernels.get")
        if self._faults.strikes("get-kernel-behind"):
            if saved.number == 1:
                raise forbidden("kernels.get")
            saved = kernel.versions[-2]
        asked = saved.body
        blob = {"source": asked["text"], "language": "python", "kernelType": asked["kernelType"], "slug": kernel.slug}
        return {"metadata": self._described(kernel), "blob": blob}

    def list_kernels(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListKernels, all of them, whatever is looked for."""
        found, token = page([self._described(kernel) for kernel in self._kernels.kernels.values()], body)
        return {"kernels": found, "nextPageToken": token}

    def streamed(self, owner: str, slug: str, label: str | None) -> Run:
        """The run whose log is asked for.

        Raises:
            RefusedError: 403, there is no such kernel; 404, no such version or run.
        """
        run = self._run(self._find({"userName": owner, "kernelSlug": slug}), {"versionLabel": label})
        if run is None:
            raise RefusedError(404, "The kernel has not been run.")
        return run

    def _addressed(self, body: dict[str, Any]) -> Kernel:
        """The kernel that a push is meant for; a new one, not yet kept, if there is none."""
        if body.get("id"):
            return self._kernels.by_id(int(body["id"]))
        owner, _, slug = str(body.get("slug") or "").rpartition("/")
        owner = self._account.must_own(owner or self._account.user, "kernels.create")
        known = self._kernels.kernels.get(f"{owner}/{slug}")
        title = str(body.get("newTitle") or slug)
        wanted = slugify(title)
        if self._faults.strikes("slug-taken") or (known is None and self._kernels.in_use(owner, wanted)):
            raise RefusedError(409, SLUG_TAKEN)
        return known or self._kernels.new(owner, wanted, title)

    def _find(self, body: dict[str, Any]) -> Kernel:
        owner = self._account.must_own(body.get("userName"), "kernels.get")
        kernel = self._kernels.kernels.get(f"{owner}/{body.get('kernelSlug')}")
        if kernel is None:
            raise forbidden("kernels.get")
        return kernel

    def _run(self, kernel: Kernel, body: dict[str, Any]) -> Run | None:
        """The run of a version, or the newest that there is."""
        label = body.get("versionLabel")
        if label:
            return kernel.labelled(label).run
        return next((saved.run for saved in reversed(kernel.versions) if saved.run), None)

    def _before(self, kernel: Kernel, run: Run | None) -> Run | None:
        """The newest run before this one; this one if there is none."""
        older = [saved.run for saved in kernel.versions if saved.run and run and saved.number < run.version]
        return older[-1] if older else run

    def _described(self, kernel: Kernel) -> dict[str, Any]:
        saved: Saved = kernel.versions[-1]
        said = {
            key: saved.body[key]
            for key in (
                "language", "kernelType", "isPrivate", "enableGpu", "enableTpu", "enableInternet", "categoryIds",
                "datasetDataSources", "kernelDataSources", "competitionDataSources", "modelDataSources",
                "dockerImage", "machineShape",
            )
            if saved.body.get(key) is not None
        }  # fmt: skip
        return {
            "id": kernel.number, "ref": kernel.ref, "slug": kernel.slug, "author": kernel.owner, "title": kernel.title,
            "currentVersionNumber": saved.number, **said,
        }  # fmt: skip
