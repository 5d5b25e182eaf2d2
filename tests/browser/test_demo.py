"""The demo's page, as a visitor of its server meets it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.page import Page

pytestmark = [pytest.mark.browser, pytest.mark.gpu]

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the quick demo writes."""
    folder = tmp_path_factory.mktemp("quick")
    run = subprocess.run(
        [sys.executable, DEMO],
        cwd=folder,
        env=os.environ | {"TEXELNET_QUICK": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "demo"


@pytest.fixture
def visit(page: Page, demo: Path) -> Iterator[Page]:
    """A page that holds the demo in a frame, `view`, 360 pixels wide."""
    names = [p.relative_to(demo) for p in demo.rglob("*") if p.is_file()]
    page.files |= {f"demo/{name.as_posix()}": (demo / name).read_bytes() for name in names}
    page.run(VISIT)
    yield page
    page.run("document.querySelector('iframe').remove();")


VISIT = """
    const view = Object.assign(document.createElement("iframe"), { src: "demo/index.html" });
    view.style = "width: 360px; height: 800px; border: 0";
    document.body.append(view);
    await new Promise((loaded) => view.addEventListener("load", loaded));
"""
FRAME = """
    const { contentDocument: view } = document.querySelector("iframe");
    const id = (name) => view.getElementById(name);
"""


def test_nothing_is_wider_than_a_telephone(visit: Page) -> None:
    script = "const { scrollWidth, clientWidth } = view.documentElement;"
    whole, shown = visit.run(FRAME + script + "return [scrollWidth, clientWidth];")
    assert whole == shown <= 360  # less by the scroll bar, where there is one


def test_every_picture_and_link_is_there(visit: Page) -> None:
    script = """
        const links = [...view.querySelectorAll("a[href], img")];
        const crops = [...view.querySelectorAll(".crop")];
        return [...links.map((one) => one.getAttribute("href") ?? one.getAttribute("src")),
          ...crops.map((one) => one.style.backgroundImage.slice(5, -2))];
    """
    names = visit.run(FRAME + script)
    assert len(names) > 10
    assert [name for name in names if f"demo/{name}" not in visit.files] == []


def test_the_slider_and_the_choice_move_the_line(visit: Page) -> None:
    script = """
        id("at").value = 20;
        id("at").dispatchEvent(new Event("input"));
        view.querySelector("[value='truth.png']").click();
        const { width } = id("compare").getBoundingClientRect();
        const knob = view.querySelector(".knob").getBoundingClientRect();
        return [(knob.left + knob.width / 2) / width, id("after").getAttribute("src"),
          id("at").getAttribute("aria-valuetext")];
    """
    place, source, told = visit.run(FRAME + script)
    assert place == pytest.approx(0.2 + 20 / 320, abs=0.02)  # the page's margin is 20
    assert (source, told) == ("truth.png", "bicubic on the left, Truth on the right")


def test_the_package_draws_in_the_page_what_python_drew(visit: Page) -> None:
    script = """
        id("go").click();
        while (!/became|refuses|no /.test(id("said").textContent)) {
          await new Promise((later) => setTimeout(later, 100));
        }
        return [id("said").textContent, id("canvas").width, id("canvas").height];
    """
    said, width, height = visit.run(FRAME + script)
    assert "Your browser and Python drew the same picture" in said
    assert "more than 0 of 255" in said or "more than 1 of 255" in said
    assert (width, height) == (320, 240)


def test_its_deconvolution_and_the_kernel_that_was_asked_for_are_explained(demo: Path) -> None:
    decon, asked = ((demo / f"explain-{n}.html").read_text("utf-8") for n in ("decon", "asked"))
    assert "160 x 120 to 320 x 240" in decon  # the demo's own picture
    row = r'<th scope="row">([a-z]+) \(\d, \d\)</th>.*?([\d.]+)</td></tr>'
    sums = {"yellow": "0.0309", "pink": "0.0844", "grey": "0.0865", "white": "0.1302"}
    assert dict(re.findall(row, asked)[:4]) == sums
    assert max(len(decon), len(asked)) < 2_000_000


def test_the_proof_on_the_page_is_the_one_on_disk(demo: Path) -> None:
    proof = json.loads((demo / "proof.json").read_text("utf-8"))
    html = (demo / "index.html").read_text("utf-8")
    assert proof["verdict"] == "equal"
    assert html.count('<th scope="row">') == len(proof["rows"]) + proof["passes"]
    assert "{{" not in html
