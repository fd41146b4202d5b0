"""The stand-in as a whole: its parts put together, started and ended."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .account import Account
from .blobs import Blobs
from .competitions import Competition, Competitions
from .dataset_calls import DatasetCalls
from .faults import NAMES, Faults
from .gateway import OPEN_METHOD, Gateway, Method
from .kernel_calls import KernelCalls
from .kernels import Kernels
from .runs import Run, Runner
from .server import Server
from .storage import Storage


class Standin:
    """A local Kaggle, for the body of a ``with`` statement.

    What was uploaded and what runs wrote stays in its folder; processes, threads and the mounts of runs do not.

    Args:
        folder: for datasets and runs.
        python: interpreter of the runs; papermill and ipykernel are installed there.
        user: who owns everything.
        port: 0 for a free one.
        tell: is told each request and each change of a run, as a short line.
    """

    def __init__(
        self,
        folder: Path,
        python: str = sys.executable,
        user: str = "tester",
        *,
        port: int = 0,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        folder = folder.resolve()
        self._faults, self._stop, lock = Faults(), threading.Event(), threading.RLock()
        self._account = Account(user)
        self._runner = Runner(python, tell, self._faults.waits_for_a_run)
        blobs, storage = Blobs(self._faults), Storage(self._faults)
        self._datasets = DatasetCalls(folder / "datasets", self._account, blobs, storage, self._faults)
        known = self._datasets.datasets
        self._kernels = Kernels(folder / "kernels", self._runner, known, self._datasets.taken, lock)
        kernels = KernelCalls(self._kernels, self._account, storage, self._faults)
        self._competitions = Competitions(self._kernels, self._account, self._faults)
        methods = _methods(self._account, blobs, storage, self._datasets, kernels) | self._competitions.methods()
        self._gateway = Gateway(methods, self._account, self._faults, lock, self._stop)
        self._server = Server(port)
        self._server.gateway, self._server.account, self._server.kernels = self._gateway, self._account, kernels
        self._server.blobs, self._server.storage, self._server.faults = blobs, storage, self._faults
        self._server.lock, self._server.stop, self._server.tell = lock, self._stop, tell
        storage.address = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="kaggle-standin")

    def __enter__(self) -> Standin:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.shutdown()
        self._thread.join()
        self._runner.close()
        self._server.close_connections()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def token(self) -> str:
        """The user's access token, for KAGGLE_API_TOKEN."""
        return self._account.token

    def environment(self, config: Path) -> dict[str, str]:
        """Every variable that a process needs for its client to speak with this stand-in.

        Args:
            config: the client's configuration folder; it need not exist.
        """
        proxy = f"http://127.0.0.1:{self.port}"
        return {
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "HTTP_PROXY": proxy,
            "http_proxy": proxy,
            "NO_PROXY": "",
            "no_proxy": "",
            "KAGGLE_USERNAME": self._account.user,
            "KAGGLE_KEY": self._account.key,
            "KAGGLE_CONFIG_DIR": str(config),
        }

    def inject(self, name: str, times: int = 1) -> None:
        """Let a fault strike at the next so many matching calls.

        Raises:
            ValueError: there is no such fault; the message lists those that there are.
        """
        self._faults.inject(name, times)

    def calm(self) -> dict[str, int]:
        """No injected fault strikes any more; how often each still would have."""
        return self._faults.calm()

    @property
    def faults(self) -> dict[str, str]:
        """Every fault that can be injected: what it does."""
        return dict(NAMES)

    @property
    def calls(self) -> list[str]:
        """Every method called so far, such as ``kernels.KernelsApiService/SaveKernel``."""
        return [method for method, _ in list(self._gateway.calls)]

    @property
    def runs(self) -> list[Run]:
        """Every run started so far, oldest first."""
        return list(self._runner.runs)

    @property
    def datasets(self) -> dict[str, list[Path]]:
        """The folder of each version, oldest first, by ``owner/slug``."""
        found = self._datasets.datasets.items()
        return {ref: [version.folder for version in dataset.versions] for ref, dataset in found}

    @property
    def layout(self) -> str:
        """Where datasets are mounted: "new" at ``datasets/OWNER/SLUG``, "old" at ``SLUG``; "links": new, as links."""
        return self._kernels.layout

    @layout.setter
    def layout(self, layout: str) -> None:
        self._kernels.layout = layout

    @property
    def processing(self) -> float:
        """Seconds until a new version of a dataset is ready."""
        return self._datasets.processing

    @processing.setter
    def processing(self, seconds: float) -> None:
        self._datasets.processing = seconds

    @property
    def late(self) -> float:
        """Seconds until what comes late is carried out."""
        return self._gateway.late

    @late.setter
    def late(self, seconds: float) -> None:
        self._gateway.late = seconds

    @property
    def retry_after(self) -> int:
        """Seconds that are asked for with status 429."""
        return self._gateway.retry_after

    @retry_after.setter
    def retry_after(self, seconds: int) -> None:
        self._gateway.retry_after = seconds

    def moments(self, method: str) -> list[float]:
        """When a method was called, in seconds of the monotonic clock, oldest first."""
        return [moment for called, moment in list(self._gateway.calls) if called == method]

    def hold(self, competition: Competition) -> Competition:
        """Let there be a competition."""
        self._competitions.known[competition.slug] = competition
        return competition

    def run_instead(self, work: Callable[[Run], object]) -> None:
        """Let this write what a run leaves, into its output folder, instead of executing the notebook."""
        self._runner.instead = work

    def forget_kernel(self, ref: str) -> None:
        """Delete a kernel, as its owner may on Kaggle's pages; its runs are not forgotten."""
        del self._kernels.kernels[ref]

    def wait_idle(self, seconds: float = 120) -> None:
        """Wait until no run is going.

        Raises:
            TimeoutError: one still is.
        """
        self._runner.wait_idle(seconds)


def _methods(
    account: Account, blobs: Blobs, storage: Storage, datasets: DatasetCalls, kernels: KernelCalls
) -> dict[str, Method]:
    """Everything that can be called, by its name on the wire."""
    of_datasets: dict[str, Method] = {
        "CreateDataset": datasets.create,
        "CreateDatasetVersion": datasets.version,
        "CreateDatasetVersionById": datasets.version,
        "GetDatasetStatus": datasets.status,
        "GetDataset": datasets.get,
        "GetDatasetMetadata": datasets.metadata,
        "ListDatasets": datasets.list_datasets,
        "ListDatasetFiles": datasets.files,
        "DownloadDataset": datasets.download,
    }
    of_kernels: dict[str, Method] = {
        "SaveKernel": kernels.save,
        "GetKernelSessionStatus": kernels.status,
        "ListKernelSessionOutput": kernels.output,
        "ListKernelFiles": kernels.files,
        "GetKernel": kernels.get,
        "ListKernels": kernels.list_kernels,
    }
    return {
        OPEN_METHOD: account.introspect,
        "blobs.BlobApiService/StartBlobUpload": lambda body: blobs.start(body, storage.address),
        **{f"datasets.DatasetApiService/{name}": method for name, method in of_datasets.items()},
        **{f"kernels.KernelsApiService/{name}": method for name, method in of_kernels.items()},
    }
