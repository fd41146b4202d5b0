"""One frozen record of everything an iteration can be told: limits, seed, places.

It is built once, by the command line or by a notebook, and handed down. Names and defaults of the options are
read from it, so that they are typed nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from kagglebatt.errors import SettingsError

BACKENDS = ("threading", "loky", "sequential", "dask", "ray")
LEAST_MEMORY = 64
"""MiB; less is not enough to read a large task."""
MOST_MEMORY = 1_000_000_000
"""MiB; more is more than any address has room for."""
LEAST_TIMEOUT, MOST_TIMEOUT = 0.001, 86_400.0
"""Seconds: what a timer measures, and a day."""
MOST_MINUTES = 100_000
"""More than two months; no timer takes for ever."""
MOST = {
    "candidates": 100_000,
    "offspring": 1_000_000,
    "probe_ms": 60_000,
    "iterations": 1_000_000,
    "tasks": 1_000_000,
    "jobs": 1_024,
    "seed": 2**63 - 1,
}
"""More is a slip of the keyboard: no machine would come to the end of it."""


_OF_A_MACHINE = frozenset({
    "dataset", "tasks", "ids", "solvers", "home", "iterations", "seed", "jobs", "minutes", "backend", "scheduler",
})  # fmt: skip
"""Settings that say where and how long, not what is looked for."""


@dataclass(frozen=True)
class Settings:
    """What one run works on and within which limits.

    >>> from kagglebatt import Settings
    >>> Settings(tasks=5, seed=1).candidates
    32

    Attributes:
        dataset: arc1-training, arc1-evaluation, arc2-training, arc2-evaluation, or a path to tasks.
        tasks: how many tasks to take, from the first; all when None.
        ids: the tasks to take instead, by id.
        candidates: solvers dealt into a batt.
        offspring: programs bred and probed in an iteration, the best of which are dealt; none when 0.
        probe_ms: milliseconds of the processor that a probed program may take on one demo pair.
        patience: give a candidate that was bred and ran out of time on three demo pairs of a task all of its time on
            the others, not a tenth.
        iterations: how many iterations to run.
        solvers: a file or folder of solvers and differs to deal from; the shipped library when None.
        home: directory of archive and cache; it is made when missing.
        seed: of everything random.
        jobs: worker processes; -1 for one per processor.
        timeout: seconds of the processor that one candidate may take on one sample.
        mutate: chance, 0 to 1, that a dealt program is mutated.
        minutes: time budget of the whole run; none when None.
        memory: MiB that a worker may grow by for one candidate on one sample.
        backend: who does the work: ``threading``, ``loky``, ``sequential``, ``dask`` or ``ray``.
        scheduler: address of the dask or ray cluster; one is started on this machine when None.
        shard: ``i/n`` for every n-th task, beginning with the i-th; all tasks when None.
        strict: refuse solvers and tasks of which anything must be left out.

    Places may be given as text, and ``ids`` as one id.
    """

    dataset: str = "arc1-training"
    tasks: int | None = None
    ids: tuple[str, ...] = ()
    candidates: int = 32
    offspring: int = 4000
    probe_ms: int = 5
    patience: bool = False
    iterations: int = 1
    solvers: Path | None = None
    home: Path = Path("home")
    seed: int = 0
    jobs: int = -1
    timeout: float = 1.0
    mutate: float = 0.5
    minutes: float | None = None
    memory: int = 2048
    backend: str = "threading"
    scheduler: str | None = None
    shard: str | None = None
    strict: bool = False

    def __post_init__(self) -> None:
        self._take_places()
        self._check_kinds()
        positive: dict[str, float | None] = {
            "candidates": self.candidates,
            "probe_ms": self.probe_ms,
            "iterations": self.iterations,
            "tasks": self.tasks,
            "minutes": self.minutes,
        }
        for name, value in positive.items():
            if value is not None and not value > 0:
                raise SettingsError(f"--{name.replace('_', '-')} is {value}; it must be above 0.")
        for name, most in MOST.items():
            if (getattr(self, name) or 0) > most:
                raise SettingsError(f"--{name.replace('_', '-')} is {getattr(self, name)}; give at most {most:,}.")
        if self.offspring < 0:
            raise SettingsError(f"--offspring is {self.offspring}; give 0 or more.")
        if self.minutes is not None and self.minutes > MOST_MINUTES:
            raise SettingsError(f"--minutes is {self.minutes}; give at most {MOST_MINUTES}.")
        if not 0 <= self.mutate <= 1:
            raise SettingsError(f"--mutate is {self.mutate}; it is a chance from 0 to 1.")
        if not LEAST_TIMEOUT <= self.timeout <= MOST_TIMEOUT:
            raise SettingsError(f"--timeout is {self.timeout}; give {LEAST_TIMEOUT} to {MOST_TIMEOUT:.0f} seconds.")
        if not LEAST_MEMORY <= self.memory <= MOST_MEMORY:
            raise SettingsError(f"--memory is {self.memory} MiB; give {LEAST_MEMORY} to {MOST_MEMORY}.")
        self._check_workers()
        _ = self.part

    def as_json(self) -> dict[str, object]:
        """Those that have a say in what is found, and are the same on every machine; the seed is told beside them."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _OF_A_MACHINE}

    def _take_places(self) -> None:
        """Places as paths, ids as a tuple, whatever they were given as; the record is frozen from here on."""
        for name in ("home", "solvers"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, Path(value))
            elif not isinstance(value, Path) and not (name == "solvers" and value is None):
                raise SettingsError(f"--{name} is {value!r}; it must be a path.")
        if isinstance(self.dataset, Path):
            object.__setattr__(self, "dataset", str(self.dataset))
        given: object = self.ids
        ids = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else (None,)
        if not all(isinstance(each, str) for each in ids):
            raise SettingsError(f"--id is {given!r}; give one id, or several.")
        object.__setattr__(self, "ids", ids)

    def _check_kinds(self) -> None:
        """A notebook's parameters come in as whatever was injected."""
        for name in ("candidates", "offspring", "probe_ms", "iterations", "seed", "jobs", "memory", "tasks"):
            value = getattr(self, name)
            if type(value) is not int and not (name == "tasks" and value is None):
                raise SettingsError(f"--{name.replace('_', '-')} is {value!r}; it must be a whole number.")
        for name in ("timeout", "mutate", "minutes"):
            value = getattr(self, name)
            if type(value) not in (int, float) and not (name == "minutes" and value is None):
                raise SettingsError(f"--{name} is {value!r}; it must be a number.")
        for name in ("dataset", "backend", "scheduler"):
            value = getattr(self, name)
            if not isinstance(value, str) and not (name == "scheduler" and value is None):
                raise SettingsError(f"--{name} is {value!r}; it must be text.")
        for name in ("strict", "patience"):
            value = getattr(self, name)
            if type(value) is not bool:
                raise SettingsError(f"--{name} is {value!r}; it is True or False.")
        if not isinstance(self.shard, str | None):
            raise SettingsError(f"--shard is {self.shard!r}; write i/n, such as 1/4 for the first of four.")

    def _check_workers(self) -> None:
        if self.jobs == 0 or self.jobs < -1:
            raise SettingsError(f"--jobs is {self.jobs}; give a number of processes, or -1 for one per processor.")
        if self.backend not in BACKENDS:
            raise SettingsError(f"--backend is {self.backend!r}; it is one of {', '.join(BACKENDS)}.")
        if self.scheduler is not None and self.backend not in ("dask", "ray"):
            raise SettingsError("--scheduler is the address of a cluster; say which kind with --backend dask or ray.")

    @property
    def part(self) -> tuple[int, int]:
        """(i, n) of the shard; (1, 1) when it is the whole.

        Raises:
            SettingsError: the shard is not written as i/n with 1 <= i <= n.
        """
        match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", self.shard or "1/1")
        if match is None or int(match[1]) > int(match[2]):
            raise SettingsError(f"--shard is {self.shard!r}; write i/n, such as 1/4 for the first of four.")
        return int(match[1]), int(match[2])
