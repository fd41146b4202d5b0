"""Ending a run: signals and time are heeded in every long loop, and what happens is said at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kagglebatt.errors import SettingsError, StoppedError
from kagglebatt.home.cache import Cache
from kagglebatt.home.recall import bodies, look_up
from kagglebatt.iteration.iterate import evolve
from kagglebatt.programs import card
from kagglebatt.programs.card import Donor, deal_hand
from kagglebatt.programs.parse import parse_program
from kagglebatt.settings import MOST, Settings
from kagglebatt.stop import stopping, stopping_at_once
from kagglebatt.tasks.task import Task

PROGRAM = parse_program("x1 = hmirror(I); O = vconcat(I, x1)")


def after(calls: int) -> Callable[[], None]:
    """A check that ends the work at one of its calls."""
    left = [calls]

    def check() -> None:
        left[0] -= 1
        if not left[0]:
            raise StoppedError("SIGTERM")

    return check


@pytest.mark.parametrize("calls", [1, 2, 3, 50])
def test_a_deal_can_be_ended_anywhere(calls: int) -> None:
    """While programs are mutated, dealt, and while more are looked for."""
    with pytest.raises(StoppedError):
        deal_hand([Donor("a", PROGRAM)], [], [], MOST["candidates"], 0.5, Random(0), after(calls))


def test_so_can_lookups(tmp_path: Path, tiny_task: Task) -> None:
    """Of bodies and of verdicts."""
    cache = Cache(tmp_path)
    with pytest.raises(StoppedError):
        bodies([PROGRAM] * 3, cache, after(2))
    with pytest.raises(StoppedError):
        look_up([(PROGRAM.body, tiny_task)] * 3, Settings(), (), cache, after(2))
    cache.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heeded_while_dealing_and_answered_at_once(
    number: signal.Signals, settings: Settings, tiny_task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens now, and what another one would do."""
    told: list[str] = []

    def mutate(*_given: object) -> None:
        assert told == []
        signal.raise_signal(number)
        assert len(told) == 1

    monkeypatch.setattr(card, "mutate", mutate)
    settings = Settings(
        offspring=0, home=settings.home, candidates=MOST["candidates"], mutate=1.0, backend="sequential"
    )
    with pytest.raises(StoppedError, match=number.name):
        next(evolve(settings, (tiny_task,), notify=told.append))
    another = "Ctrl-C" if number is signal.SIGINT else "SIGTERM"
    assert told[0].startswith(f"{number.name}: ending in order")
    assert f"A second {another} ends at once" in told[0]


def test_a_stream_that_is_being_written_to_harms_nothing() -> None:
    """The signal may come in the middle of another sentence."""

    def busy(_sentence: str) -> None:
        raise RuntimeError("reentrant call")

    with stopping(None, busy) as stop:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(StoppedError):
            stop.check()


@pytest.mark.parametrize(("number", "another"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_what_ends_at_once_says_so(number: signal.Signals, another: str) -> None:
    """Before anything else happens; the second signal does what it does without this."""
    told: list[str] = []
    before = signal.getsignal(number)
    with stopping_at_once(told.append, "ending the kernel"):
        with pytest.raises(StoppedError, match=number.name):
            signal.raise_signal(number)
        default = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
        assert signal.getsignal(number) == default
    assert told == [f"{number.name}: ending the kernel. A second {another} ends at once."]
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("name", MOST)
def test_numbers_that_nobody_means_are_refused(name: str) -> None:
    """With the most that is possible, which is taken."""
    Settings(**{name: MOST[name]})  # type: ignore[arg-type]
    option = name.replace("_", "-")
    with pytest.raises(SettingsError, match=f"--{option} is {MOST[name] + 1}; give at most {MOST[name]:,}"):
        Settings(**{name: MOST[name] + 1})  # type: ignore[arg-type]


DURING_IMPORTS = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "kagglebatt.commands.cli":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background, it is ignored
sys.meta_path.insert(0, Finder())
from kagglebatt.__main__ import run
run()
"""
TWICE = """
import signal, sys
from kagglebatt.programs import card

def mutate(*given):
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)

card.mutate = mutate
sys.argv[1:] = ["evolve", "--offspring=0", "--tasks", "1", "--mutate", "1", "--home", "home"]
from kagglebatt.__main__ import run
run()
"""


@pytest.mark.parametrize(
    ("code", "said"), [(DURING_IMPORTS, ["interrupted"]), (TWICE, ["SIGINT: ending in order", "interrupted"])]
)
def test_no_traceback_at_any_moment(code: str, said: list[str], tmp_path: Path) -> None:
    """Neither while modules are imported, nor at the second Ctrl-C."""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    lines = [line for line in done.stderr.splitlines() if line]
    assert [line.removeprefix("kagglebatt: ")[: len(start)] for line, start in zip(lines, said, strict=True)] == said
