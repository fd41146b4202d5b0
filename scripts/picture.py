"""The README's picture of the report page: ``python scripts/picture.py``.

It needs Debian's chromium and ``pip install ".[browser]"``. Without ``--home`` a home is made first, by a few
iterations.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from kagglebatt.iteration.iterate import evolve
from kagglebatt.pages.page import make_page
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks

WIDTH = 1180
COLOURS = 64
"""So many are enough for the page's own and ARC's ten, and make the file a third as large."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a home that is there")
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--task", default="05f2a901", help="the one that is shown")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/report.png"))
    given = parser.parse_args()
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        home = given.home or Path(folder) / "home"
        tasks = load_tasks("arc1-training", given.tasks)
        if given.home is None:
            for report in evolve(Settings(home=home, candidates=100, iterations=4), tasks):
                print(report, file=sys.stderr)
        page = Path(folder) / "report.html"
        make_page(home, tasks, Settings(), "arc1-training", since=1).write(page)
        given.output.write_bytes(smaller(picture(page, given.task)))
    print(f"{given.output}: {given.output.stat().st_size:,} bytes")


def picture(page: Path, task: str) -> bytes:
    """The page as a PNG, from its top to the end of a task's program."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce")
        shown.goto(f"{page.as_uri()}#{task}")
        shown.locator("#kb-task .value").wait_for()
        shown.evaluate("document.activeElement.blur()")
        end = shown.evaluate("document.querySelector('#kb-task .run').getBoundingClientRect().bottom + scrollY")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": end}
        taken: bytes = shown.screenshot(full_page=True, clip=clip)
        browser.close()
        return taken


def smaller(png: bytes) -> bytes:
    """The same with few colours."""
    from PIL import Image

    written = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            written, "PNG", optimize=True
        )
    return written.getvalue()


if __name__ == "__main__":
    main()
