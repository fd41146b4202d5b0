"""How many tasks the search solves: ``python scripts/score_solve.py arc1-training [--every N] [--per-task SECONDS]``.

Prints totals alone, no grids and no ids: tasks solved at the first and with two attempts, with all demo pairs fitted,
processor seconds (median, nine of ten, most), and the peak of memory. What is known of a task (library programs of its
name) is left out when that task is searched, so that training tasks are judged as others are. A task counts when every
test input has a right attempt. ``--without`` switches off stages and ideas, ``IDEAS`` of ``search/search.py``.
"""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median, quantiles

import click

from kagglebatt.programs.library import read_library
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge, knowledge
from kagglebatt.search.search import IDEAS, search
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Scored:
    """One task's search, judged by its test answers."""

    first: bool
    solved: bool
    fitted: bool
    stage: str
    seconds: float
    work: int
    nodes: tuple[int, ...]
    megabytes: float


def score(task: Task, known: Knowledge, budget: Budget, without: Sequence[str]) -> Scored:
    """Search, and compare the attempts."""
    result = search(task, known.without([task.id, task.digest]), budget, without=without)
    answers = [sample.answer for sample in task.test]
    ranks = [
        tries.index(answer) if answer in tries else 9 for tries, answer in zip(result.attempts, answers, strict=True)
    ]
    best = result.found[0] if result.found else None
    right = next((each.stage for each in result.found if list(each.answers) == answers), "mixed")
    return Scored(
        first=max(ranks) == 0,
        solved=max(ranks) <= 1,
        fitted=best is not None and best.fitted == best.demos,
        stage=right if max(ranks) <= 1 else "",
        seconds=result.seconds,
        work=result.work,
        nodes=result.nodes,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def figures(scores: Sequence[Scored]) -> dict[str, object]:
    """Totals over all tasks."""
    seconds = [each.seconds for each in scores]
    return {
        "tasks": len(scores),
        "solved at first": sum(each.first for each in scores),
        "solved with two": sum(each.solved for each in scores),
        "fitted all": sum(each.fitted for each in scores),
        "fitted all and solved": sum(each.fitted and each.solved for each in scores),
        "solved by stage": dict(sorted(Counter(each.stage for each in scores if each.solved).items())),
        "seconds": {
            "median": round(median(seconds), 2),
            "90 %": round(quantiles(seconds, n=10)[-1] if len(seconds) > 1 else seconds[0], 2),
            "most": round(max(seconds), 2),
            "sum": round(sum(seconds), 1),
        },
        "work": {"median": median(each.work for each in scores), "sum": sum(each.work for each in scores)},
        "megabytes": round(max(each.megabytes for each in scores)),
    }


@click.command()
@click.argument("dataset")
@click.option("--every", default=1, show_default=True, help="Every so-manieth task alone.")
@click.option("--offset", default=0, show_default=True, help="Begin with another task.")
@click.option("--per-task", default=60.0, show_default=True, help="Processor seconds of one task.")
@click.option("--work", type=int, help="Work of one task; as much as its seconds allow without.")
@click.option("--patient", is_flag=True, help="Use up all seconds of a task.")
@click.option("--jobs", default=1, show_default=True, help="Processes.")
@click.option("--without", multiple=True, type=click.Choice(IDEAS), metavar="IDEA", help="Leave this idea out.")
@click.option("--ids", is_flag=True, help="Name the solved tasks, of training tasks alone.")
def main(
    dataset: str,
    every: int,
    offset: int,
    per_task: float,
    work: int | None,
    patient: bool,
    jobs: int,
    without: tuple[str, ...],
    ids: bool,
) -> None:
    """Score the search on the tasks of a dataset."""
    tasks = list(load_tasks(dataset))[offset::every]
    known = knowledge(read_library())
    budget = Budget(per_task, work, patient)
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        waiting = [pool.submit(score, task, known, budget, without) for task in tasks]
        scores = [each.result() for each in waiting]
    print(json.dumps(figures(scores), indent=1))
    if ids and dataset == "arc1-training":
        print(*(f"{t.id}:{s.stage}:{s.first:d}" for t, s in zip(tasks, scores, strict=True) if s.solved))


if __name__ == "__main__":
    main()
