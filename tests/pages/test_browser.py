"""The report page in a real browser: it is used as a person would, and fetches nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.pages.page import Page, make_page
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task, parse_task
from tests.pages.made import EVIL, file_one

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium"),
]
playwright = pytest.importorskip("playwright.sync_api", reason='no playwright; pip install ".[browser]"')

WIDTHS = (390, 1280, 1600)
MIRROR = """
def solve_x(I):
    x1 = palette(I)
    x2 = maximum(x1)
    x3 = replace(I, x2, x2)
    O = vmirror(x3)
    return O
"""
WRONG = "def solve_x(I):\n    O = hmirror(I)\n    return O"


def tasks() -> list[Task]:
    """Tasks with every state, one of them with a hostile name, and enough others for several rows of tiles."""
    two = [{"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]}, {"input": [[5, 5]], "output": [[5, 5]]}]
    known = {"train": two, "test": [{"input": [[7, 8]], "output": [[8, 7]]}]}
    unknown = {"train": two, "test": [{"input": [[7, 8, 9]]}]}
    large = {"train": [{"input": [[1] * 30] * 30, "output": [[2] * 30] * 30}], "test": []}
    names = {"solved": known, EVIL: unknown, "near": {**known, "train": two[::-1]}, "large": large}
    rest = {f"open{number}": {"train": [{"input": [[number]], "output": [[0]]}], "test": []} for number in range(10)}
    more = {f"{name}x{number}": raw for number in range(10) for name, raw in rest.items()}
    return [parse_task(name, raw, "test") for name, raw in {**names, **more}.items() if name != "solvedx"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, Path]:
    """A page of these tasks, and its file."""
    folder = tmp_path_factory.mktemp("page")
    solved, evil, near, *_ = every = tasks()
    saved = {"caches": {"validation": {"hits": 3, "misses": 4, "seconds_saved": 1.5}}, "phases": {"recall_wall": 1.0}}
    file_one(folder / "home", near, WRONG, 1, {**saved, "iteration": 1, "settings": {"seed": 0}})
    file_one(
        folder / "home", evil, MIRROR, 2, {**saved, "iteration": EVIL, "kagglebatt": EVIL, "settings": {EVIL: EVIL}}
    )
    file_one(folder / "home", solved, MIRROR, 2, {**saved, "iteration": 3})
    page = make_page(folder / "home", every, Settings(jobs=1), EVIL)
    page.write(folder / "report.html")
    return page, folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    with playwright.sync_playwright() as player:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


class Visit:
    """A page that is open, with all that went wrong on it, and all that it asked for."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, scheme: str = "light", fragment: str = "") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.told: list[str] = []
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", lambda request: self.told.append(request.url))
        self.page.on("dialog", lambda dialog: self.told.append(dialog.message))
        self.page.goto(f"{path.as_uri()}{fragment}")
        self.page.wait_for_selector(".tile[tabindex='0']")
        self.told = [line for line in self.told if not line.startswith(path.as_uri())]

    def open(self, name: str) -> Any:
        """Open a task by its tile; its view."""
        self.page.locator(".tile").nth([task.id for task in tasks()].index(name)).click()
        return self.view(name)

    def view(self, name: str) -> Any:
        """The view of a task, once it is there."""
        self.page.get_by_role("heading", name=f"Task {name}", exact=True).wait_for()
        return self.page.locator("#kb-task")

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture
def visit(browser: Any, made: tuple[Page, Path]) -> Iterator[Visit]:
    """The page in a window of 1280 pixels; afterwards nothing was said, and nothing was asked for."""
    one = Visit(browser, made[1])
    yield one
    assert one.told == []
    one.context.close()


def test_a_tile_opens_its_task(visit: Visit) -> None:
    """All pairs, differing cells outlined, the program with its steps, and the address is the task's."""
    view = visit.open("near")
    wrong = "wrong, 0.0% of cells agree"
    titles = ["demo 1: right", f"demo 2: {wrong}", f"test 1: {wrong}"]
    assert view.locator(".pair h3").all_inner_texts() == titles
    captions = view.locator(".pair").nth(1).locator("figcaption").all_inner_texts()
    assert [text.split()[0] for text in captions] == ["input", "expected", "got"]
    assert view.locator("svg path.differs").count() == 2
    assert view.get_by_role("img", name="got, 2 by 2, 4 of 4 cells differ").count() == 1
    assert visit.page.evaluate("location.hash") == "#near"
    visit.page.go_back()
    visit.page.wait_for_selector("#kb-task", state="hidden")


def test_a_step_shows_its_value_on_hover_and_keeps_it_on_tap(visit: Visit) -> None:
    """On the pair that is chosen."""
    view = visit.open("solved")
    steps, value = view.locator(".step"), view.locator(".value")
    assert value.locator("h4").inner_text() == "4. O = vmirror(x3)"
    steps.nth(1).hover()
    assert "number" in value.inner_text()
    visit.page.locator("h1").hover()
    assert value.locator("h4").inner_text() == "4. O = vmirror(x3)"
    steps.nth(0).click()
    visit.page.locator("h1").hover()
    assert value.locator("h4").inner_text() == "1. x1 = palette(I)"
    assert "{0, 1, 2, 3}" in value.inner_text()
    view.get_by_label("demo 2").check()
    assert "{5}" in value.inner_text()


def test_filters_leave_the_tasks_that_are_asked_for(visit: Visit) -> None:
    """By state, by id or primitive, by iteration; the count is said."""
    page, count = visit.page, visit.page.get_by_role("status")
    shown = page.locator(".tiles li:not([hidden])")
    assert count.inner_text() == "104 tasks"
    page.get_by_role("checkbox", name="not yet").uncheck()
    assert (count.inner_text(), shown.count()) == ("3 of 104 tasks", 3)
    page.keyboard.press("/")
    page.keyboard.type("VMIRROR")
    assert shown.count() == 2
    page.get_by_label("Found since iteration").fill("3")
    assert shown.locator("a").all_inner_texts() == [""]
    assert shown.locator("a").get_attribute("aria-label") == "solved, solved on demo and test"


def test_keys_go_from_task_to_task(visit: Visit) -> None:
    """Arrows along the rows and columns of the map, also while a task is open; Escape closes it."""
    page = visit.page
    page.locator(".tile").first.focus()
    focused = "document.activeElement.getAttribute('aria-label').split(',')[0]"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "near"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) not in ("near", "large", "solved")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "near"
    page.keyboard.press("Enter")
    visit.view("near")
    page.keyboard.press("ArrowRight")
    visit.view("large")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    visit.view(EVIL)
    page.keyboard.press("Escape")
    page.wait_for_selector("#kb-task", state="hidden")
    assert page.evaluate(focused) == "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def test_a_link_to_a_task_can_be_shared(browser: Any, made: tuple[Page, Path]) -> None:
    """It opens on that task."""
    one = Visit(browser, made[1], fragment="#near")
    one.view("near")
    assert one.told == []
    one.context.close()


def test_a_hostile_home_shows_text(visit: Visit) -> None:
    """No dialog, no element of its making."""
    view = visit.open(EVIL)
    assert view.locator("h2").inner_text() == f"Task {EVIL}"
    assert visit.page.locator("img").count() == 0
    assert visit.page.evaluate("document.scripts.length") == 2
    visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p onclick=\"document.title=1\">x</p>')")
    visit.page.get_by_text("x", exact=True).last.click()
    assert visit.page.title() != "1"
    assert any("Content Security Policy" in line for line in visit.told)
    visit.told.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_is_accessible(browser: Any, made: tuple[Page, Path], width: int, scheme: str) -> None:
    """At every width, in light and in dark, with a task open or none: nothing overflows, and axe finds nothing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason='no axe; pip install ".[browser]"')
    one = Visit(browser, made[1], width, scheme)
    background = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(15, 19, 24)")
    for name in (None, "large", "near"):
        if name:
            one.open(name)
        assert one.overflow == 0
        found = axe.Axe().run(one.page).response["violations"]
        assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []
    assert one.told == []
    one.context.close()


def test_a_notebook_shows_the_page_in_its_frame(browser: Any, made: tuple[Page, Path], tmp_path: Path) -> None:
    """A tile opens its task there, too, and leads nowhere else."""
    page, _ = made
    outer = tmp_path / "notebook.html"
    outer.write_text(f"<!DOCTYPE html><title>x</title>{page._repr_html_()}", "utf-8")
    assert escape(page.summary) in outer.read_text("utf-8")
    context = browser.new_context()
    shown = context.new_page()
    shown.goto(outer.as_uri())
    frame = shown.frame_locator("iframe")
    frame.locator(".tile").first.click()
    frame.get_by_role("heading", name="Task solved").wait_for()
    frame.get_by_role("button", name="next").click()
    frame.get_by_role("heading", name=f"Task {EVIL}", exact=True).wait_for()
    frame.get_by_role("button", name="close").click()
    frame.locator("#kb-task").wait_for(state="hidden")
    assert shown.url == outer.as_uri()
    context.close()
