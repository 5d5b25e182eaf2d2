"""What other programs draw of an SVG and of a PDF is what the PNG holds."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pypdfium2
import pytest
import resvg_py
from PIL import Image
from playwright.sync_api import sync_playwright

from texelnet.draw import Drop, Path
from texelnet.draw.out import OUTPUTS
from texelnet.draw.render import render
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.draw.scenes import SCENES

SIDE, FINER = 128, 4
INK = Paint((0, 0, 0))
DROPS = Path(
    tuple(
        Drop(30, seed, 0.8, at=(8 + 14 * (seed % 2), 8 + 14 * (seed // 2))).outline().contour
        for seed in range(4)
    )
)


INKED = Scene(30, 30, (Item(DROPS, INK),))
SHOWN = [INKED, *(kind.make(3) for kind in SCENES.values())]


def resvg(scene: Scene, place: File) -> Image.Image:
    """Let resvg draw the SVG."""
    text = OUTPUTS[".svg"].write(scene, 0).decode()
    drawn = resvg_py.svg_to_bytes(text, dpi=25.4 * FINER * SIDE / scene.width)
    return Image.open(io.BytesIO(drawn))


def pdfium(scene: Scene, place: File) -> Image.Image:
    """Let pdfium draw the PDF."""
    page = pypdfium2.PdfDocument(OUTPUTS[".pdf"].write(scene, 0))[0]
    return Image.fromarray(
        page.render(scale=_pixels_a_point(scene), rev_byteorder=True).to_numpy()
    )


def poppler(scene: Scene, place: File) -> Image.Image:
    """Let poppler draw the PDF."""
    (place / "scene.pdf").write_bytes(OUTPUTS[".pdf"].write(scene, 0))
    ppi = str(72 * _pixels_a_point(scene))
    command = ["pdftoppm", "-png", "-singlefile", "-r", ppi, "scene.pdf", "scene"]
    subprocess.run(command, cwd=place, check=True)
    return Image.open(place / "scene.png")


def _pixels_a_point(scene: Scene) -> float:
    return (FINER * SIDE - 0.01) / scene.width * 25.4 / 72  # both round up to whole pixels


PROGRAMS = [
    resvg,
    pdfium,
    pytest.param(poppler, marks=pytest.mark.poppler),
]


def seen(chromium: str, scenes: list[Scene]) -> list[np.ndarray]:
    """Return (height, width, 3) of each scene: finer pixels' means, since its own are rough."""
    found = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        size = {"width": SIDE, "height": SIDE}
        page = browser.new_page(viewport=size, device_scale_factor=FINER)
        for scene in scenes:
            svg = OUTPUTS[".svg"].write(scene, 0).decode()
            style = f"<style>body{{margin:0}} svg{{width:{SIDE}px;height:{SIDE}px}}</style>"
            page.set_content(style + svg)
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            found.append(np.asarray(image.reduce(FINER)) / 255)
        browser.close()
    return found


def agree(scene: Scene, picture: np.ndarray) -> None:
    """Compare a program's picture with the PNG's; black on white also by its edges."""
    wanted = render(scene, SIDE / scene.width).colour.transpose(1, 2, 0)
    assert np.abs(picture - wanted).mean() < 0.01  # shares add up where edges meet
    if scene is INKED:
        share, exact = 1 - picture[:, :, 0], 1 - wanted[:, :, 0]
        edge = (exact > 1e-3) & (exact < 1 - 1e-3)
        assert share.sum() == pytest.approx(exact.sum(), rel=0.01)
        assert np.abs(share - exact)[edge].mean() < 0.02


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_fills_what_the_png_holds(
    program: Callable[[Scene, File], Image.Image], tmp_path: File
) -> None:
    for scene in SHOWN:
        drawn = program(scene, tmp_path).convert("RGB").crop((0, 0, FINER * SIDE, FINER * SIDE))
        agree(scene, np.asarray(drawn.reduce(FINER)) / 255)


@pytest.mark.browser
def test_chromium_fills_what_the_png_holds(chromium: str) -> None:
    for scene, picture in zip(SHOWN, seen(chromium, SHOWN), strict=True):
        agree(scene, picture)
