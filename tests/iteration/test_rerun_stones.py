"""Stepping stones are measured again: what is as near as it was filed stays, what is not is taken out, and is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.commands.housekeeping import _tell_stones
from kagglebatt.home.directory import check, open_home, read_archive
from kagglebatt.home.stones import Stone
from kagglebatt.iteration import rerun_stones
from kagglebatt.iteration.rerun import Rerun, rerun
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.probe import Target, probe
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task, parse_task

PAIRS = [{"input": [[1, 2, 0], [3, 4, 0]], "output": [[3, 4, 5], [1, 2, 5]]} for _ in range(2)]
TASK = parse_task("0a0a0a0a", {"train": PAIRS, "test": PAIRS[:1]}, "here")
NEAR = ("O = hmirror(I)", "O = replace(I, ZERO, FIVE)", "x1 = hmirror(I); O = replace(x1, ZERO, SEVEN)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", backend="sequential", timeout=20.0)


def stones(settings: Settings, task: Task = TASK) -> list[Stone]:
    """As they are measured."""
    programs = [parse_program(text) for text in NEAR]
    with WorkerPool(settings, pytest.fail) as pool:
        (found,) = probe(programs, [Target(task)], pool, 20.0)
    assert len(found.promising) == len(NEAR)
    return [
        Stone(
            task.id, task.digest, programs[each.number].body, each.nearness, each.o_score, 2, each.similarity,
            each.outputs, each.first,
        )
        for each in found.promising
    ]  # fmt: skip


def filed(settings: Settings, *given: Stone) -> list[tuple[str, int]]:
    with open_home(settings.home) as home:
        home.archive.file(1, [], [], {"iteration": 1}, given)
        return [(stone.md5, stone.nearness) for stone in home.archive.stones()]


def left(settings: Settings) -> list[tuple[str, int]]:
    with read_archive(settings.home) as kept:
        return [(stone.md5, stone.nearness) for stone in kept.stones()]


def again(settings: Settings) -> Rerun:
    return rerun(settings, [TASK])


@pytest.mark.parametrize(
    "other",
    [{"nearness": 3_999}, {"o_score": 1}, {"similarity": 1}, {"outputs": b"12345678"}, {"first": b"12345678"}],
    ids=lambda other: next(iter(other)),
)
def test_what_is_not_as_it_was_filed_is_taken_out(
    other: dict[str, int | bytes], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever of it is wrong; what was only remembered is forgotten, as for solvers that do not hold."""
    *right, last = stones(settings)
    assert len(filed(settings, *right, replace(last, **other))) == 3  # type: ignore[arg-type]
    found = again(settings)
    assert (found.stones.held, len(found.stones.gone), found.forgotten) == (2, 1, True)
    _tell_stones(found.stones)
    said = capsys.readouterr().out
    assert f"stepping stone {last.md5} on 0a0a0a0a: is taken out" in said
    assert "2 stepping stones hold, 1 were taken out" in said
    assert left(settings) == [(stone.md5, stone.nearness) for stone in right]
    assert check(settings.home) == []
    assert (again(settings).stones.held, again(settings).forgotten) == (2, False)


def test_what_held_within_a_smaller_limit_holds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pair was out of time when the stone was found, and is not now."""
    kept = stones(settings)
    before = filed(settings, *kept)
    measured, limits = rerun_stones._measured, []

    def all_but_the_least(*given: object) -> object:
        limits.append(given[-1])
        found = measured(*given)  # type: ignore[arg-type]
        return found if len(limits) > 3 else {stone: replace(each, promising=()) for stone, each in found.items()}

    monkeypatch.setattr(rerun_stones, "_measured", all_but_the_least)
    assert (again(settings).stones.held, left(settings)) == (3, before)
    assert limits == sorted(limits, reverse=True)
    assert limits[:2] == [settings.timeout, settings.probe_ms / 1000]


def test_stones_of_other_tasks_stay(settings: Settings) -> None:
    """And are counted."""
    before = filed(settings, *(replace(stone, content="0" * 32, nearness=9) for stone in stones(settings)))
    found = again(settings)
    assert (found.stones.held, found.stones.unchecked, found.forgotten) == (0, 3, False)
    assert left(settings) == before
