"""What can be made to go wrong, by name, and how often it still has to.

Every name stands for one thing that the next matching calls suffer; a fault that has struck so often is over.
"""

from __future__ import annotations

import threading

CALLS = {
    "save-kernel": "kernels.KernelsApiService/SaveKernel",
    "status": "kernels.KernelsApiService/GetKernelSessionStatus",
    "get-kernel": "kernels.KernelsApiService/GetKernel",
    "output": "kernels.KernelsApiService/ListKernelSessionOutput",
    "create-dataset": "datasets.DatasetApiService/CreateDataset",
    "version-dataset": "datasets.DatasetApiService/CreateDatasetVersion",
    "dataset-status": "datasets.DatasetApiService/GetDatasetStatus",
    "list-dataset": "datasets.DatasetApiService/ListDatasetFiles",
    "submit": "competitions.CompetitionApiService/CreateCodeSubmission",
    "start-upload": "blobs.BlobApiService/StartBlobUpload",
}
"""The methods that the generated faults apply to, by the first part of a fault's name."""

WAYS = {
    "403": "is answered 403, nothing done",
    "429": "is answered 429 with Retry-After, nothing done",
    "503": "is answered 503, nothing done",
    "drop": "loses its connection, nothing done",
    "hang": "is accepted and never answered, nothing done",
    "garbled": "is answered 200 with half a JSON document, nothing done",
    "empty": "is answered 200 with {}, nothing done",
}

WRITES = ("submit", "save-kernel", "create-dataset", "version-dataset")

LATE_WAYS = {
    "lost-answer": "is carried out, then the connection is lost",
    "lost-answer-503": "is carried out, then answered 503",
    "hang-after": "is carried out and never answered",
    "empty-after": "is carried out, and answered 200 with {}",
}

SLOW_WAYS = {"late": "is carried out some seconds later, whether or not somebody still waits for the answer"}

FILES = {"output-file": "a file of a kernel's output", "dataset-file": "a dataset or a file of it"}

FILE_WAYS = {
    "404": "is answered 404 with a body that says so",
    "page": "is answered 200 with an HTML page in its place",
    "cut": "comes down cut to half, with the Content-Length of the half",
    "altered": "comes down in the right size, one byte changed (in a zip: of its largest file)",
    "drop": "loses its connection halfway",
    "old-date": "has a Last-Modified of 2001, so that the client takes its local copy to be newer",
}

_OTHERS = {
    "quota-refused": "SaveKernel: answered 200 with an error about the session limit, nothing saved",
    "source-too-big": "SaveKernel: answered 400 with the wrapped body that the client does not show",
    "slug-taken": "SaveKernel: answered 409",
    "dataset-source-ignored": "SaveKernel: all dataset sources are named invalid, the kernel runs without them",
    "kernel-source-ignored": "SaveKernel: all kernel sources are named invalid, the kernel runs without them",
    "source-refused": "SaveKernel: answered 400 with a body that the client does show",
    "quota-weekly": "SaveKernel: answered 200 with an error about the hours of the week, nothing saved",
    "get-kernel-behind": "GetKernel: answers as before the newest version was saved; 403 where that is the first",
    "status-none": "GetKernelSessionStatus: answered 404, as of a kernel without a run",
    "status-stale": "GetKernelSessionStatus: while the newest run goes on, it says that of the run before (COMPLETE)",
    "run-error": "a started run: its first cell raises an error",
    "run-dies": "a started run: its Python process dies in the first cell",
    "run-without-result": "a started run: ends COMPLETE, but result.json is not in its output",
    "run-never-ends": "a started run: stays RUNNING and does nothing",
    "run-stays-queued": "a started run: stays QUEUED",
    "mount-stale": "a started run: of each dataset the version before the newest ready one is mounted, or none",
    "mount-empty": "a started run: its datasets' folders are there, but empty",
    "output-stale": "ListKernelSessionOutput: lists the output of the run before, if there was one",
    "output-missing": "ListKernelSessionOutput: the first file other than the notebook is not listed",
    "output-no-note": "ListKernelSessionOutput: result.json is not listed",
    "output-no-log": "ListKernelSessionOutput: the log is empty",
    "log-breaks": "the log's stream: the connection is lost after the first lines, or at once",
    "dataset-behind": "GetDatasetStatus: of a dataset's first version answered 403, as if there were none yet",
    "create-dataset-error": "CreateDataset: answered 200 with an error, nothing created",
    "version-dataset-error": "CreateDatasetVersion: answered 200 with an error, nothing created",
    "dataset-loses-file": "CreateDataset, CreateDatasetVersion: one of the uploaded files is not in the version",
    "dataset-failed": "CreateDataset, CreateDatasetVersion: processing ends in FAILED",
    "dataset-slow": "CreateDataset, CreateDatasetVersion: processing takes three seconds longer",
    "list-dataset-stale": "ListDatasetFiles: lists the version before the newest ready one, or nothing",
    "rules-not-accepted": "CreateCodeSubmission: answered 403, the rules are to be accepted first",
    "submission-limit": "CreateCodeSubmission: answered 400, the day's submissions are used up",
    "submission-not-there-yet": "GetSubmission: answered 404, as of one that does not show yet",
    "upload-403": "PUT of a file: answered 403",
    "upload-503": "PUT of a file: answered 503 when half of it has arrived",
    "upload-drop": "PUT of a file: loses its connection when half of it has arrived",
}


def _all_faults() -> dict[str, str]:
    faults = {f"{call}-{way}": f"{CALLS[call]}: {said}" for call in CALLS for way, said in WAYS.items()}
    faults |= {
        f"{call}-{way}": f"{CALLS[call]}: {said}" for call in WRITES for way, said in (LATE_WAYS | SLOW_WAYS).items()
    }
    for kind, what in FILES.items():
        faults |= {f"{kind}-{way}": f"GET of {what}: {said}" for way, said in FILE_WAYS.items()}
    return faults | _OTHERS


NAMES = _all_faults()
"""Every fault: what it does, and at which call."""

DURING_A_RUN = ("status-stale", "log-breaks")
"""Faults that strike only while a run goes on; so a run does, until they have struck."""

SLOW_SECONDS = 3.0
"""How much longer a dataset takes under ``dataset-slow``."""


class Faults:
    """How often each fault still has to strike; every thread may ask."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def inject(self, name: str, times: int = 1) -> None:
        """Let a fault strike at the next so many matching calls, on top of those still to come.

        Raises:
            ValueError: there is no such fault; the message lists those that there are.
        """
        if name not in NAMES:
            raise ValueError(f"There is no fault {name!r}; choose from {', '.join(sorted(NAMES))}.")
        with self._lock:
            self._left[name] = self._left.get(name, 0) + times

    def calm(self) -> dict[str, int]:
        """No fault strikes any more; how often each still would have."""
        with self._lock:
            left = {name: times for name, times in self._left.items() if times}
            self._left.clear()
        return left

    def waits_for_a_run(self) -> bool:
        """Whether there is a fault still to come that only a run which goes on can suffer."""
        with self._lock:
            return any(self._left.get(name) for name in DURING_A_RUN)

    def strikes(self, name: str) -> bool:
        """Whether this fault strikes here; if so, it is one time closer to its end."""
        with self._lock:
            left = self._left.get(name, 0)
            self._left[name] = max(left - 1, 0)
            return left > 0

    def first(self, prefix: str, ways: dict[str, str]) -> str:
        """The first of ``PREFIX-WAY`` that strikes here, as the way alone; "" for none."""
        return next((way for way in ways if self.strikes(f"{prefix}-{way}")), "")
