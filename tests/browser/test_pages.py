"""Pages of reports, as readers meet them: on a telephone, in the dark, by keys, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from tests.browser.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.gpu]

NARROW = {"width": 360, "height": 740}
AXE = Axe()


class Reader:
    """One tab; what a page asks of the network and says to the console is kept."""

    def __init__(self, tab: Page, folder: Path) -> None:
        self.tab, self.folder = tab, folder
        self.asked: list[str] = []
        self.said: list[str] = []
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, kind: str) -> Path:
        file = self.folder / f"{kind}.html"
        if not file.exists():
            file.write_text(PAGES[kind](self.folder), "utf-8")
        self.asked.clear()
        self.tab.goto(file.as_uri())
        return file

    def faults(self, **options: Any) -> list[str]:
        """What axe finds, told so that it can be mended."""
        found = AXE.run(self.tab, options={"resultTypes": ["violations"], **options})
        return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found.response["violations"]]


@pytest.fixture(scope="module")
def reader(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport=NARROW)
        yield Reader(tab, tmp_path_factory.mktemp("pages"))
        browser.close()


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_one_small_file_that_everybody_can_read(kind: str, reader: Reader) -> None:
    file = reader.open(kind)
    assert file.stat().st_size < 2_000_000
    assert reader.faults() == []
    reader.tab.emulate_media(color_scheme="dark")
    assert reader.faults(runOnly=["color-contrast"]) == []
    reader.tab.emulate_media(color_scheme="light")
    assert [url for url in reader.asked if not url.startswith("data:")] == [file.as_uri()]
    assert reader.said == []


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_wider_than_a_telephone(kind: str, reader: Reader) -> None:
    reader.open(kind)
    wide, shown = reader.tab.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= shown == NARROW["width"]


SHOWN = """() => [...document.querySelectorAll(".slide")]
    .filter((slide) => slide.checkVisibility()).map((slide) => slide.dataset.name)"""


def test_the_slider_chooses_an_output_pixel(reader: Reader) -> None:
    reader.open("deconvolution")
    slider = reader.tab.get_by_role("slider", name="output pixel")
    assert reader.tab.evaluate(SHOWN) == ["row 3, column 3"]
    slider.fill("0")
    assert reader.tab.evaluate(SHOWN) == ["row 0, column 0"]
    assert slider.get_attribute("aria-valuetext") == "row 0, column 0"
    slider.press("ArrowRight")
    assert reader.tab.evaluate(SHOWN) == ["row 0, column 1"]


def test_paper_shows_what_is_said_and_no_slider(reader: Reader) -> None:
    reader.open("deconvolution")
    reader.tab.emulate_media(media="print")
    assert not reader.tab.locator(".chooser").is_visible()
    assert not reader.tab.locator("nav").is_visible()
    assert reader.tab.evaluate(SHOWN) == ["row 3, column 3"]
    cut = "[...document.querySelectorAll('pre')].filter((p) => p.scrollHeight > p.clientHeight)"
    assert reader.tab.evaluate(f"{cut}.length") == 0
    reader.tab.emulate_media(media="screen")


def test_without_scripts_every_slide_is_seen(reader: Reader) -> None:
    file = reader.open("deconvolution")
    assert reader.tab.context.browser is not None
    tab = reader.tab.context.browser.new_page(java_script_enabled=False, viewport=NARROW)
    tab.goto(file.as_uri())
    assert tab.locator(".slide:visible").count() == 36
    assert not tab.locator(".chooser").is_visible()
    tab.close()


def test_links_lead_to_the_sections(reader: Reader) -> None:
    reader.open("deconvolution")
    reader.tab.get_by_role("link", name="Traps").click()
    assert reader.tab.locator("h2", has_text="Traps").is_visible()
    assert reader.tab.evaluate("scrollY") > 1000
