"""A loop beside a Kaggle that fails: it is never stuck for good, no outage ends it, and nothing is run twice."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.errors import RunFailedError, StoppedError, UnsureError
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.result import write_result
from kagglebatt.remote.client import Timeouts
from kagglebatt.remote.loop import Loop
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.loop_state import FILE_NAME, PLANNED, PUSHED, PUSHING, Run, State, read_state
from kagglebatt.remote.pushing import is_there, read_folder
from kagglebatt.settings import Settings
from kagglebatt.stop import stopping_at_once
from kagglebatt.tasks.load import load_tasks
from tests.kaggle_standin import Run as KaggleRun
from tests.kaggle_standin import Standin
from tests.kaggle_standin.faults import CALLS
from tests.kaggle_standin.swift import SWIFT, SwiftClient

SOON = replace(SWIFT, settle=0.2)
"""For what never shows."""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves: a home of one iteration."""
    home = tmp_path_factory.mktemp("grown") / "home"
    list(evolve(Settings(offspring=0, home=home, candidates=4, jobs=1), load_tasks("arc1-training", 1)))
    return home


@pytest.fixture
def kaggle(tmp_path: Path, grown: Path) -> Iterator[Standin]:
    """A Kaggle on which every run leaves the same home."""

    def work(run: KaggleRun) -> None:
        shutil.copytree(grown, run.output, dirs_exist_ok=True)
        write_result(run.output, run.bundle, "complete", "", [{"iteration": 1}])

    with Standin(tmp_path / "kaggle") as kaggle:
        kaggle.run_instead(work)
        yield kaggle


class Walker:
    """Walks a loop of one step, as often as it is continued."""

    def __init__(self, kaggle: Standin, folder: Path) -> None:
        self.kaggle, self.folder = kaggle, folder / "loop"
        settings = Settings(offspring=0, home=folder / "home", candidates=4, jobs=1)
        metadata = {"id": "tester/a-home"}
        self.plan = LoopPlan(settings, 1, (1,), 1, "walked", "tester", metadata, True, True, self.folder)
        self.client = SwiftClient(kaggle)
        self.shown: list[str] = []

    def state(self) -> State:
        return read_state(self.folder, self.plan.asked())

    def walk(self, timeouts: Timeouts = SWIFT) -> int:
        """How many steps were done."""
        self.client = SwiftClient(self.kaggle, timeouts)
        return len(list(Loop(self.plan, self.state(), self.client, self.shown.append).walk()))

    def pushed(self, **change: Any) -> None:
        """Write the state of a loop that has pushed, or believes so."""
        state = State(self.plan.asked())
        state.runs = [Run(None, state.attempt(), bundle="0123456789abcdef", phase=PUSHED)]
        for name, value in change.items():
            setattr(state.runs[0], name, value)
        state.write(self.folder)


@pytest.fixture
def walker(kaggle: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """A loop on that Kaggle; its dataset is of no interest here."""
    monkeypatch.setattr("kagglebatt.remote.loop.publish", lambda *arguments: 1)
    monkeypatch.setattr("kagglebatt.remote.loop.find_published", lambda *arguments: None)
    return Walker(kaggle, tmp_path)


def most_of_one_bundle(kaggle: Standin) -> int:
    """How many runs Kaggle started of the same bundle."""
    return max(Counter(run.bundle for run in kaggle.runs).values(), default=0)


@pytest.mark.parametrize(
    "faults",
    [
        {}, {"output-no-note": 1}, {"output-no-note": 3}, {"output-stale": 1}, {"status-none": 9}, {"status-503": 6},
        {"status-429": 1}, {"status-garbled": 5}, {"status-drop": 6}, {"output-503": 6}, {"output-empty": 1},
        {"get-kernel-503": 6, "save-kernel-lost-answer": 1}, {"save-kernel-late": 1}, {"save-kernel-empty-after": 1},
        {"save-kernel-lost-answer": 1, "get-kernel-behind": 2},
    ],
    ids=str,
)  # fmt: skip
def test_one_run_is_enough(faults: dict[str, int], kaggle: Standin, walker: Walker) -> None:
    """Outages, listings that lack something, statuses of nothing yet: waited out, and nothing is run again."""
    kaggle.late = 0.8
    for name, times in faults.items():
        kaggle.inject(name, times)
    assert walker.walk(replace(SWIFT, call=0.4)) == 1
    assert len(kaggle.runs) == 1
    assert kaggle.calm() == {}
    assert not (walker.folder / FILE_NAME).exists()


@pytest.mark.parametrize("phase", [PUSHED, PUSHING])
def test_a_kernel_that_is_not_there_is_planned_again(phase: str, kaggle: Standin, walker: Walker) -> None:
    """The loop believes, or does not know, that it pushed; Kaggle knows of nothing: it goes on all the same."""
    walker.pushed(phase=phase)
    assert walker.walk(SOON) == 1
    assert len(kaggle.runs) == 1


@pytest.mark.parametrize("answer", ["save-kernel-empty", "save-kernel-garbled"])
def test_a_push_that_was_answered_with_nothing(answer: str, kaggle: Standin, walker: Walker) -> None:
    """It was not done, and is done again as a bundle of its own."""
    kaggle.inject(answer)
    assert walker.walk(SOON) == 1
    assert (len(kaggle.runs), kaggle.calls.count(CALLS["save-kernel"])) == (1, 2)


def test_a_kernel_that_was_deleted_meanwhile(kaggle: Standin, walker: Walker) -> None:
    """Its owner removed it from Kaggle while nobody looked."""
    kaggle.inject("run-stays-queued")
    with pytest.raises(UnsureError, match="are not over"):
        walker.walk(replace(SOON, run=0.1))
    kaggle.forget_kernel(f"tester/{kaggle.runs[0].slug}")
    assert walker.walk(SOON) == 1
    assert (len(kaggle.runs), most_of_one_bundle(kaggle)) == (2, 1)


def test_every_attempt_has_a_bundle_of_its_own(kaggle: Standin, walker: Walker) -> None:
    """Three that fail end the loop, with the way out; whoever continues pushes none of them again."""
    kaggle.inject("run-without-result", 5)
    with pytest.raises(RunFailedError, match=rf"tried 3 times.*{FILE_NAME}.*remove the file"):
        walker.walk(SOON)
    assert walker.walk(SOON) == 1
    assert (len(kaggle.runs), most_of_one_bundle(kaggle)) == (6, 1)


def test_a_kernel_that_is_gone_for_good_names_the_way_out(kaggle: Standin, walker: Walker) -> None:
    """Whatever is pushed vanishes: the message names the state file."""
    walker.pushed()
    kaggle.inject("save-kernel-empty", 100)
    with pytest.raises(UnsureError, match=rf"{FILE_NAME}.*the same command goes on from there; remove the file"):
        walker.walk(replace(SOON, settle=0.0, outage=0.0))
    assert walker.state().runs[0].phase == PUSHING
    kaggle.calm()
    assert walker.walk(SOON) == 1
    assert len(kaggle.runs) == 1


@pytest.mark.parametrize("behind", [0, 2])
def test_a_loop_that_is_stopped_while_it_pushes(behind: int, kaggle: Standin, walker: Walker) -> None:
    """The push is finished, the state says so, and continued at once it pushes nothing."""
    kaggle.inject("save-kernel-late")
    kaggle.late = 0.3
    client = walker.client
    client.meanwhile = lambda: signal.raise_signal(signal.SIGINT)
    with stopping_at_once(), pytest.raises(StoppedError):
        list(Loop(walker.plan, walker.state(), client, print).walk())
    run = walker.state().runs[0]
    assert (run.phase, run.version) == (PUSHED, 1)
    kaggle.inject("get-kernel-behind", behind)
    assert walker.walk() == 1
    assert len(kaggle.runs) == 1


def test_a_loop_that_was_killed_while_it_pushed(kaggle: Standin, walker: Walker) -> None:
    """The push is carried out after the end of the loop, and is looked for by the next."""
    kaggle.inject("save-kernel-late")
    kaggle.late = 0.3
    client = SwiftClient(kaggle)
    walker.client = client

    def die() -> None:
        client.timeouts = replace(SWIFT, call=0.05)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    client.meanwhile = die
    with stopping_at_once(), pytest.raises(StoppedError):
        list(Loop(walker.plan, walker.state(), client, print).walk())
    assert walker.state().runs[0].phase == PUSHING
    folder = read_folder(walker.folder / "kernel-1-of-1", "tester")
    client.meanwhile = lambda: None
    with pytest.raises(UnsureError, match="no answer"):  # what was under way when it died
        client.ask("kernels", "push", "-p", str(folder.path))
    assert walker.walk() == 1
    assert len(kaggle.runs) == 1


def test_a_run_is_asked_after_by_its_version(kaggle: Standin, walker: Walker) -> None:
    """What somebody else pushes under the same name meanwhile is not taken for it."""
    assert walker.walk() == 1
    asked = [words for words in walker.client.said if words.startswith(("kernels status", "kernels output"))]
    assert asked
    assert all("tester/walked-1-tasks/1" in words for words in asked)


def test_what_a_loop_pushed_is_not_pushed_by_hand(kaggle: Standin, walker: Walker) -> None:
    """Whoever pushes its folder looks for it first, as long as it may take to show."""
    kaggle.inject("run-stays-queued")
    with pytest.raises(UnsureError, match="are not over"):
        walker.walk(replace(SOON, run=0.1))
    kaggle.inject("get-kernel-behind", 4 * 2)  # a look of four tries, twice
    assert is_there(SwiftClient(kaggle), read_folder(walker.folder / "kernel-1-of-1", "tester"))


def test_an_older_state_is_continued(kaggle: Standin, walker: Walker) -> None:
    """Format 1 knew no versions, and counted the attempts of each step."""
    walker.pushed(phase=PLANNED)
    path = walker.folder / FILE_NAME
    text = path.read_text().replace('"format": 2', '"format": 1')
    lines = [line for line in text.splitlines() if '"version"' not in line and '"attempts"' not in line]
    path.write_text(
        "\n".join(lines).replace('"phase": "planned",', '"phase": "planned"').replace('"seen": "",', '"seen": ""')
    )
    assert '"version"' not in path.read_text()
    assert walker.walk() == 1


MIXED = (
    "save-kernel-late", "save-kernel-lost-answer", "save-kernel-lost-answer-503", "save-kernel-empty",
    "save-kernel-empty-after", "save-kernel-503", "save-kernel-429", "save-kernel-garbled", "get-kernel-behind",
    "get-kernel-503", "status-none", "status-503", "output-no-note", "output-stale", "output-503", "quota-refused",
)  # fmt: skip


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(40))
def test_any_mixture_of_faults(seed: int, kaggle: Standin, walker: Walker) -> None:
    """Four at a time, with a stop at some of the pushes: it comes to its end, and no bundle is run twice."""
    deal = random.Random(seed)
    kaggle.late = 0.6
    for name in deal.sample(MIXED, 4):
        kaggle.inject(name, deal.randint(1, 3))
    done = 0
    for _ in range(4):
        walker.client = SwiftClient(kaggle, replace(SWIFT, call=0.3, settle=1.5))
        if deal.random() < 0.5:
            walker.client.meanwhile = lambda: signal.raise_signal(signal.SIGTERM)
        try:
            with stopping_at_once():
                done += len(list(Loop(walker.plan, walker.state(), walker.client, print).walk()))
        except StoppedError:
            continue
        break
    assert done or walker.walk() == 1
    assert most_of_one_bundle(kaggle) == 1
