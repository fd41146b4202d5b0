"""Whether a folder may become a home: files of a home are not put among somebody's other files unasked."""

from __future__ import annotations

from pathlib import Path

from kagglebatt.errors import SettingsError
from kagglebatt.home import index

_SHOWN = 3


def refuse_others_folder(place: Path) -> None:
    """See that a folder is new, or empty, or holds a home already; files whose names begin with a dot do not count.

    Raises:
        SettingsError: it holds something else only.
    """
    if not place.is_dir() or any((place / name).exists() for name in (*index.FILES, index.FILE_NAME)):
        return
    others = sorted(path.name for path in place.iterdir() if not _is_ours(path.name))
    if others:
        names = ", ".join(others[:_SHOWN]) + (", ..." if len(others) > _SHOWN else "")
        raise SettingsError(
            f"--home is {str(place)!r}, which holds other files ({names}) and no home; "
            "give a new folder, such as --home home."
        )


def _is_ours(name: str) -> bool:
    return name.startswith((".", *(f"{kind}-{file}" for kind in ("damaged", "mended") for file in index.FILES))) or (
        name in ("dataset-metadata.json", "lost+found")
    )
