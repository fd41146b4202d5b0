"""The record of settings: what it takes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from kagglebatt.errors import SettingsError
from kagglebatt.settings import Settings


def test_places_may_be_text_and_ids_one_id() -> None:
    """They are paths and a tuple afterwards, and equal to what was given as such."""
    settings = Settings(home="x", solvers="y.py", dataset=Path("z"), ids="00d62c1b")  # type: ignore[arg-type]
    assert settings == Settings(home=Path("x"), solvers=Path("y.py"), dataset="z", ids=("00d62c1b",))
    assert Settings(ids=["a", "b"]).ids == ("a", "b")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("home", 5), ("home", None), ("solvers", 5), ("ids", 5), ("ids", [5]), ("ids", None), ("dataset", None),
        ("backend", 5), ("scheduler", 5), ("strict", 1),
    ],
)  # fmt: skip
def test_other_kinds_are_refused_where_they_come_in(name: str, value: object) -> None:
    """With the option's name."""
    with pytest.raises(SettingsError, match=f"--{name.removesuffix('s') if name == 'ids' else name} is"):
        Settings(**{name: value})  # type: ignore[arg-type]
