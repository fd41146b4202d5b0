"""Inputs that are mounted as symbolic links: their files lie elsewhere, read-only; below the inputs are links alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from kagglebatt.notebook.bench import mounted, remove


@contextlib.contextmanager
def linked(folder: Path, inputs: Mapping[str, Path]) -> Iterator[Path]:
    """A folder of links to inputs, for the body of a ``with`` statement.

    Args:
        inputs: folders by their place below it.
    """
    numbered = {str(number): source for number, source in enumerate(inputs.values())}
    with mounted(folder.with_name(f"{folder.name}-store"), numbered) as store:
        folder.mkdir(parents=True)
        try:
            for name, point in zip(numbered, inputs, strict=True):
                (folder / point).parent.mkdir(parents=True, exist_ok=True)
                (folder / point).symlink_to(store / name)
            folder.chmod(0o555)
            yield folder
        finally:
            remove(folder)
