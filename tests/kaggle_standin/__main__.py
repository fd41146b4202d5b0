"""``python -m tests.kaggle_standin``: a stand-in to try the genuine client on by hand, from another shell."""

from __future__ import annotations

import contextlib
import shlex
import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from .faults import NAMES
from .standin import Standin


@click.command()
@click.option("--port", default=0, show_default="a free one", help="where to listen, on 127.0.0.1")
@click.option("--folder", type=click.Path(path_type=Path), help="for datasets and outputs; else a temporary one")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="let this strike once; may be repeated")
@click.option("--stage-python", default=sys.executable, help="interpreter of the runs", show_default="this one")
@click.option("--list-faults", is_flag=True, help="print what can be made to go wrong, and end")
def main(port: int, folder: Path | None, faults: tuple[str, ...], stage_python: str, list_faults: bool) -> None:
    """Stand in for Kaggle until Ctrl-C. Paste the lines that it prints first into the shell of the client."""
    if list_faults:
        for name, said in NAMES.items():
            click.echo(f"{name:28} {said}")
        return
    unknown = [name for name in faults if name not in NAMES]
    if unknown:
        raise click.BadParameter(f"there is no {', '.join(unknown)}; see --list-faults", param_hint="--fault")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that it is ignored
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="kaggle-standin-") as scratch:
        _stand_in(folder or Path(scratch), stage_python, port, faults)
    click.echo("ended", err=True)


def _stand_in(folder: Path, python: str, port: int, faults: tuple[str, ...]) -> None:
    """Stand in until Ctrl-C."""
    with Standin(folder, python, port=port, tell=_say) as standin:
        for name in faults:
            standin.inject(name)
        for name, value in standin.environment(folder / "config").items():
            click.echo(f"export {name}={shlex.quote(value)}")
        while True:
            time.sleep(3600)


def _say(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)


if __name__ == "__main__":
    main()
