"""What one iteration did, as figures: counted, measured, and shaped for JSON."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from kagglebatt import __version__
from kagglebatt.markup import Html, block, line, plural, span, table
from kagglebatt.programs.batt import Hand
from kagglebatt.running.outcome import STAGED, Kind
from kagglebatt.running.score import Scores, s_scores
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Discovery:
    """A task that was solved, or that something came nearer to.

    Attributes:
        operator: how the program was made; empty where it was given as it is.
        source: the name of its first parent, or its own.
        before: nearness of the nearest program known before, per thousand of what an exact one has.
        now: the same of this one.
    """

    task: str
    operator: str
    source: str
    before: int = 0
    now: int = 1000


@dataclass
class Search:
    """What breeding and probing did in one iteration.

    Attributes:
        bred: offspring.
        probes: offspring on tasks, of which ``made`` were made now and the others remembered.
        became: how often what became of probes.
        promising: probes that came near.
        solved: tasks that were solved for the first time.
        nearer: tasks on which something came nearer.
        solved_so_far: tasks of this run that are solved in the archive, on demo pairs.
        right_so_far: of these those that are right on test pairs, too; nothing is chosen by it.
        seconds: that breeding and probing took by the clock.
    """

    bred: int = 0
    probes: int = 0
    made: int = 0
    became: dict[str, int] = field(default_factory=dict)
    promising: int = 0
    solved: list[Discovery] = field(default_factory=list)
    nearer: list[Discovery] = field(default_factory=list)
    solved_so_far: int = 0
    right_so_far: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON."""
        return {**asdict(self), "seconds": round(self.seconds, 6)}


@dataclass(repr=False)
class Report:
    """What one iteration did; every figure was counted or measured. A notebook shows the best candidate of each task.

    Of the funnel's stages, ``unique_candidates`` counts the (candidate, task) pairs, twins merged, in which at least
    one demo pair was reproduced; each of them gets a verdict.

    Attributes:
        undecided: verdicts that differ from their claim only by a time limit that one of the two runs kept.
        table: scores by task id and candidate number, candidates that have no body left out.
        home: where it was filed.
        phases: seconds by metric name.
        task_phases: the same of each task, by its id.
        wanted: by task id the candidates that are run on it; all are where it is None.
        search: what was bred and probed, where that was done.
    """

    iteration: int
    settings: Settings
    hand: Hand
    tasks: tuple[Task, ...]
    ids: list[str | None] = field(default_factory=list)
    differ_ids: list[str] = field(default_factory=list)
    table: dict[str, dict[int, Scores]] = field(default_factory=dict)
    executed: int = 0
    validated: int = 0
    undecided: int = 0
    disagreements: list[str] = field(default_factory=list)
    filed: int = 0
    home: Path = Path()
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    task_phases: dict[str, dict[str, float]] = field(default_factory=dict)
    caches: dict[str, dict[str, Any]] = field(default_factory=dict)
    wanted: Mapping[str, tuple[int, ...]] | None = None
    search: Search | None = None

    def __repr__(self) -> str:
        solved = f"{self.solved(on_tests=False)} of {plural(len(self.tasks), 'task')} solved on demo pairs"
        return f"<iteration {self.iteration}: {solved}, {self.filed:,} filed, {self.seconds:.2f} s>"

    def _repr_html_(self) -> str:
        counts = self.as_json()["funnel"]
        funnel = (
            f"{counts['outputs_scored']:,} outputs scored, {counts['unique_candidates']:,} right on a demo pair, "
            f"{counts['validated']:,} validated, {counts['filed']:,} filed"
        )
        hits = sum(int(own["hits"]) for own in self.caches.values())
        misses = sum(int(own["misses"]) for own in self.caches.values())
        cached = f"{hits:,} of {plural(hits + misses, 'lookup')} answered from the cache"
        columns = ("task", "demo", "test", "similarity", "best candidate")
        return block(repr(self)[1:-1], line(funnel), line(cached), table(columns, self._best()))

    def _best(self) -> Iterator[tuple[str, str, str, str, Html]]:
        """For each task the best candidate's counts and owners, tasks with better ones first; tests do not choose."""
        ranked = []
        for task, row in self.table.items():
            if row:
                number = max(row, key=lambda n: (row[n].o_score / row[n].demos, row[n].similarity, -n))
                ranked.append((task, row[number], _owners(self.hand.solvers.outputs[number].owners)))
        ranked.sort(key=lambda each: (-each[1].o_score / each[1].demos, -each[1].similarity))
        for task, best, owners in ranked:
            demo, test = f"{best.o_score} of {best.demos}", f"{best.test_score} of {best.tests}"
            yield task, demo, test, f"{best.similarity / 10:.1f}%", owners

    def run_on(self, task: Task, able: Sequence[int]) -> Sequence[int]:
        """The candidates that are run on a task, of those that can be run."""
        return able if self.wanted is None else sorted(set(able).intersection(self.wanted.get(task.id, ())))

    @property
    def staged(self) -> bool:
        """Whether candidates are run in stages: where they were bred and probed, not where a hand was given."""
        return self.wanted is not None

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the clock's and this process's seconds of the body to a phase."""
        wall, cpu = perf_counter(), process_time()
        try:
            yield
        finally:
            self.add_time(f"{phase}_wall", perf_counter() - wall)
            self.add_time(f"{phase}_cpu", process_time() - cpu)

    def add_time(self, metric: str, seconds: float) -> None:
        """Add seconds to a metric of the run."""
        name = f"run_batt.{metric}"
        self.phases[name] = self.phases.get(name, 0.0) + seconds

    def add_task_time(self, task: str, metric: str, seconds: float) -> None:
        """Add seconds to a metric of one task."""
        phases = self.task_phases.setdefault(task, {})
        phases[f"run_batt.{metric}"] = phases.get(f"run_batt.{metric}", 0.0) + seconds

    @property
    def speedup(self) -> dict[str, float]:
        """Processor seconds by clock seconds, for each phase that several workers share."""
        phases = [name.removesuffix("_parallel") for name in self.phases if name.endswith("_parallel")]
        walls = {name: self.phases[f"{name}_parallel"] for name in phases}
        return {name: round(self.phases[f"{name}_cpu"] / wall, 3) for name, wall in walls.items() if wall > 0}

    def solved(self, on_tests: bool) -> int:
        """Tasks with a candidate right on every demo pair, and on every test pair too where asked for."""
        return len(self.solved_tasks(on_tests))

    def solved_tasks(self, on_tests: bool) -> list[str]:
        """Their ids."""
        return [task for task, row in self.table.items() if any(_solves(each, on_tests) for each in row.values())]

    def s_scores(self, task_id: str) -> dict[str, int]:
        """The s_score of every differ on a task."""
        return s_scores(list(self.table[task_id].values()), self.differ_ids)

    @cached_property
    def digest(self) -> str:
        """A digest of the candidates and all their scores, once they are known: equal runs have equal ones."""
        rows = [
            [task, n, self.ids[n], *scores.counts, scores.outcomes, tuple(scores.d_scores.values())]
            for task, row in self.table.items()
            for n, scores in row.items()
        ]
        return hashlib.blake2b(json.dumps([self.differ_ids, rows]).encode(), digest_size=16).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The iteration's figures, as ``--json`` prints them."""
        every = [scores for row in self.table.values() for scores in row.values()]
        named = Counter(chain.from_iterable(scores.outcomes for scores in every))
        counted: Counter[str] = Counter()
        for name, count in named.items():
            counted["raised" if name.startswith("raised ") else name] += count
        return {
            "iteration": self.iteration,
            "seed": self.settings.seed,
            "settings": self.settings.as_json(),
            "tasks": len(self.tasks),
            "samples": sum(len(task.samples) for task in self.tasks),
            "candidates": len(self.hand.solvers.outputs),
            "executed": self.executed,
            "solved_demo": self.solved(on_tests=False),
            "solved_test": self.solved(on_tests=True),
            "outcomes": {kind.value: counted[kind.value] for kind in Kind if kind not in STAGED or counted[kind.value]},
            "timeouts": sum(scores.timeouts for scores in every),
            "funnel": {
                "outputs_scored": len(every),
                "unique_candidates": sum(scores.o_score > 0 for scores in every),
                "validated": self.validated,
                "undecided": self.undecided,
                "disagreements": len(self.disagreements),
                "filed": self.filed,
            },
            **({} if self.search is None else {"search": self.search.as_json()}),
            "scores_digest": self.digest,
            "caches": self.caches,
            "kagglebatt": __version__,
            "python": platform.python_version(),
            "seconds": round(self.seconds, 6),
            "phases": {name: round(seconds, 6) for name, seconds in self.phases.items()},
            "speedup": self.speedup,
            "task_phases": {
                task: {name: round(seconds, 6) for name, seconds in own.items()}
                for task, own in self.task_phases.items()
            },
        }

    def scores_json(self) -> dict[str, Any]:
        """Every candidate's scores by task, and the s_scores of the differs."""
        return {
            task_id: {
                "candidates": [
                    {"md5": self.ids[n], "owners": list(self.hand.solvers.outputs[n].owners), **scores.as_json()}
                    for n, scores in row.items()
                ],
                "s_scores": self.s_scores(task_id),
            }
            for task_id, row in self.table.items()
        }


def _owners(owners: tuple[str, ...]) -> Html:
    """Owners as a reader wants them: of an md5 the first digits, and the whole where the pointer rests."""
    whole = ", ".join(owners)
    return span(re.sub(r"\b([0-9a-f]{8})[0-9a-f]{24}\b", r"\1", whole), hover=whole)


def _solves(scores: Scores, on_tests: bool) -> bool:
    return scores.o_score == scores.demos and (not on_tests or 0 < scores.tests == scores.test_score)
