"""Workers on more than one machine: a dask cluster, or a ray cluster, as joblib's backend.

Both are optional packages. kagglebatt itself must be installed on every worker, in the same version.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kagglebatt.errors import SettingsError
from kagglebatt.running.worker_start import WorkerRefusedError, fingerprint

PATIENCE_SECONDS = 30.0
"""How long, beside ten limits, a cluster may give no result before it is given up; without workers it never would."""


@contextmanager
def joined(backend: str, scheduler: str | None, jobs: int) -> Iterator[int]:
    """Make a cluster joblib's backend meanwhile; gives how many jobs it does at once.

    Args:
        backend: ``"dask"`` or ``"ray"``.
        scheduler: the cluster's address; None starts one of ``jobs`` workers on this machine.

    Raises:
        SettingsError: its package is not installed, nothing answers at the address, or a worker there has another
            version of kagglebatt.
    """
    with _dask(scheduler, jobs) if backend == "dask" else _ray(scheduler, jobs) as count:
        from joblib import parallel_config

        with parallel_config(backend=backend, n_jobs=count):
            yield count


def lost_errors(backend: str) -> tuple[type[BaseException], ...]:
    """What is raised, beside errors of the system, when a cluster's workers are lost."""
    names = {"dask": ("distributed.scheduler", "KilledWorker"), "ray": ("ray.exceptions", "RayError")}
    if backend not in names:
        return ()
    module, name = names[backend]
    return (getattr(_package(module, backend), name),)


def require_package(backend: str) -> None:
    """See that the package of a cluster's backend is there, without importing it.

    Raises:
        SettingsError: it is not.
    """
    module = {"dask": "distributed", "ray": "ray"}.get(backend)
    if module is not None and importlib.util.find_spec(module) is None:
        raise _missing(backend)


def _missing(backend: str) -> SettingsError:
    wanted = {"dask": "distributed", "ray": "ray"}[backend]
    return SettingsError(f"--backend {backend} needs a package: python -m pip install {wanted}")


def _package(module: str, backend: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _missing(backend) from error


@contextmanager
def _dask(scheduler: str | None, jobs: int) -> Iterator[int]:
    distributed = _package("distributed", "dask")
    try:
        if scheduler is None:
            client = distributed.Client(
                n_workers=jobs, threads_per_worker=1, processes=False, dashboard_address=None
            )  # threads of this process: each has a child for its work, and no other process is started
        else:
            client = distributed.Client(scheduler, timeout="10s")
            client.wait_for_workers(1, timeout=30)
    except (OSError, ValueError) as error:
        raise SettingsError(f"--scheduler {scheduler}: no dask cluster with workers answers ({error}).") from error
    with client:
        _check_dask(client)
        yield sum(client.ncores().values())


def _check_dask(client: Any) -> None:
    try:
        said = client.run(fingerprint, on_error="return")
    except ImportError as error:
        raise SettingsError(f"A worker of the cluster lacks a package ({error}). Install kagglebatt there.") from error
    for worker, word in sorted(said.items()):
        if isinstance(word, BaseException):  # it has none of the package, or one that knows no fingerprint
            word = f"no such kagglebatt ({type(word).__name__}: {word})"
        if word != fingerprint():
            raise WorkerRefusedError.of(word, fingerprint(), f"The worker at {worker}")


@contextmanager
def _ray(scheduler: str | None, jobs: int) -> Iterator[int]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report what it does to its makers
    ray = _package("ray", "ray")
    try:
        where = {"num_cpus": jobs, "include_dashboard": False} if scheduler is None else {"address": scheduler}
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        raise SettingsError(f"--scheduler {scheduler}: no ray cluster answers ({error}).") from error
    try:
        # It tells of lost workers on standard output, where results go, and has no option against that; so do we.
        _package("ray._private.worker", "ray")._worker_logs_enabled = False
        _package("ray.util.joblib", "ray").register_ray()
        yield int(ray.cluster_resources().get("CPU", 1))
    finally:
        ray.shutdown()
