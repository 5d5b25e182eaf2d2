"""Files carry text: its size is read from their operators and seen in other programs' ink."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from itertools import cycle, product
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright
from tests.draw.text.fonts import FONT, HIGH, cff

from texelnet.draw.out import OUTPUTS
from texelnet.draw.out.pdf import MM
from texelnet.draw.scene import Group, Paint, Scene, Text
from texelnet.draw.text import chain, fit, printed, read_transform, runs
from texelnet.draw.text.scene import lettering
from texelnet.draw.text.shape import shape
from texelnet.errors import DrawError
from texelnet.units import Length

SIZES = (6, 10.5, 18, 72)
NESTS = (
    "",
    "scale(2.5)",
    "rotate(30)",
    "scale(2 0.7)",
    "skewX(25)",
    "scale(1.5 0.8) rotate(20) skewX(-15)",
    "rotate(-50) scale(0.3 2) translate(5 3)",
)
CAPITAL = -shape("H", FONT, 1).outlines().bounds[1]
"""How high an H is, by the font size."""
TALL = 500
"""Pixels that an H is high in the pictures that are measured."""
INK = Paint((0, 0, 0))


def nested(nest: str, size: float, margin: float = 1) -> Scene:
    """Set an H in groups of these transforms, of the font size that prints it at a size."""
    words = re.findall(r"\w+\([^)]*\)", nest)
    fitted = fit(size, chain(map(read_transform, words)), MM)
    part: Text | Group = Text(shape("H", FONT, fitted), INK)
    for word in reversed(words):
        part = Group((part,), tuple(map(tuple, read_transform(word).tolist())))  # type: ignore[arg-type]
    (item,) = Scene(1, 1, (part,)).placed()
    left, top, right, bottom = item.path.bounds
    moved = Group((part,), ((1, 0, margin - left), (0, 1, margin - top)))
    return Scene(right - left + 2 * margin, bottom - top + 2 * margin, (moved,))


def ink_height(levels: np.ndarray, nest: str) -> float:
    """Return how high dark pixels reach, perpendicular to the baseline."""
    turn = np.radians(printed(1, chain([read_transform(nest)]), 1).rotation)
    rows, columns = np.nonzero(levels < 128)
    along = rows * np.cos(turn) - columns * np.sin(turn)
    return float(np.ptp(along)) + 1


def by_pdfium(content: bytes, scale: float) -> np.ndarray:
    page = pypdfium2.PdfDocument(content)[0]
    return np.squeeze(page.render(scale=scale, grayscale=True).to_numpy())


def by_poppler(content: bytes, scale: float) -> np.ndarray:
    words = ["pdftoppm", "-gray", "-r", f"{72 * scale}", "-"]
    drawn = subprocess.run(words, input=content, capture_output=True, check=True).stdout
    return np.asarray(Image.open(io.BytesIO(drawn)))


def lacks(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is missing")


@pytest.mark.parametrize(("size", "nest"), list(product(SIZES, NESTS)))
@pytest.mark.parametrize("suffix", [".pdf", ".svg"])
def test_sizes_are_read_back_from_the_operators(
    tmp_path: Path, suffix: str, size: float, nest: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(OUTPUTS[suffix].write(nested(nest, size), 0))
    (run,) = runs(path)
    assert run.text == "H"
    assert run.printed.points == pytest.approx(size, abs=0.01)
    wanted = printed(1, chain([read_transform(nest)]), 1)
    assert run.printed.horizontal == pytest.approx(wanted.horizontal, rel=1e-6)
    up = -1 if suffix == ".pdf" else 1  # where y grows upwards, turns have the other sign
    assert run.printed.skew == pytest.approx(up * wanted.skew, abs=1e-4)
    assert run.printed.rotation == pytest.approx(up * wanted.rotation, abs=1e-4)
    assert not run.printed.mirrored


@pytest.mark.parametrize(("size", "nest"), list(product(SIZES, NESTS)))
@pytest.mark.parametrize("draw", [by_pdfium, pytest.param(by_poppler, marks=lacks("pdftoppm"))])
def test_ink_is_as_high_as_asked(draw, size: float, nest: str) -> None:  # type: ignore[no-untyped-def]
    margin = 0.1 * size / MM
    content = OUTPUTS[".pdf"].write(nested(nest, size, margin), 0)
    levels = draw(content, TALL / (CAPITAL * size))
    assert ink_height(levels, nest) == pytest.approx(TALL, rel=0.01)


@pytest.mark.browser
def test_ink_is_as_high_as_asked_in_a_browser(chromium: str) -> None:
    """Enlarged until an H is high enough to measure: a CSS pixel is 0.75 pt."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 1200})
        for size, nest in zip(cycle(SIZES), NESTS, strict=False):
            scene = nested(nest, size, 0.1 * size / MM)
            width = scene.width * MM * TALL / (CAPITAL * size)
            style = f"body{{margin:0}} svg{{display:block;width:{width}px;height:auto}}"
            svg = OUTPUTS[".svg"].write(scene, 0).decode()
            page.set_content(f"<style>{style}</style>{svg}")
            page.evaluate("document.fonts.ready")
            levels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))
            assert ink_height(levels, nest) == pytest.approx(TALL, rel=0.01), nest
        browser.close()


WORDS = "AV office, Ÿ é̩ 10 < 20 & up"


def test_words_are_found_where_they_are_set(tmp_path: Path) -> None:
    """Kerned, with a ligature, and with an accent that takes a glyph of its own."""
    scene = lettering(WORDS, FONT, Length(18), Length(9))
    for suffix in (".pdf", ".svg"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(OUTPUTS[suffix].write(scene, 0))
        assert "".join(run.text for run in runs(path)) == WORDS
    page = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage()
    assert page.get_text_range() == WORDS
    assert page.search("office").get_next() == (3, 6)


def test_letters_stand_where_they_were_put_and_leave_the_same_ink() -> None:
    scene = lettering("AVATAR To. Ÿe, Way", FONT, Length(18), Length(9))
    content = OUTPUTS[".pdf"].write(scene, 0)
    page = pypdfium2.PdfDocument(content)[0].get_textpage()
    shown = [n for n, c in enumerate(page.get_text_range()) if c != " "]
    for n, item in zip(shown, scene.placed(), strict=True):
        left, _, right, _ = page.get_charbox(n)  # in whole thousandths of the font size
        x, _, end, _ = item.path.bounds
        assert (left, right) == (
            pytest.approx(x * MM, abs=0.02),
            pytest.approx(end * MM, abs=0.02),
        )
    text, outlines = (
        by_pdfium(OUTPUTS[".pdf"].write(one, 0), 8) for one in (scene, scene.outlined())
    )
    assert (text < 128).sum() == pytest.approx((outlines < 128).sum(), rel=0.01)


def test_outlines_are_no_text(tmp_path: Path) -> None:
    scene = lettering("Hi", FONT, Length(18), Length(9)).outlined()
    for suffix in (".pdf", ".svg"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(OUTPUTS[suffix].write(scene, 0))
        assert list(runs(path)) == []
        assert b"font" not in path.read_bytes()


@pytest.mark.parametrize("keyed", [False, True])
def test_fonts_of_cubics_are_carried_too(tmp_path: Path, keyed: bool) -> None:
    font = cff(tmp_path, keyed)
    scene = lettering("AB\u0410", font, Length(72), Length(0))
    content = OUTPUTS[".pdf"].write(scene, 0)
    (tmp_path / "a.pdf").write_bytes(content)
    assert "".join(run.text for run in runs(tmp_path / "a.pdf")) == "AB\u0410"
    document = pypdfium2.PdfDocument(content)
    assert document[0].get_textpage().get_text_range() == "AB\u0410"
    assert (by_pdfium(content, 10) < 128).sum() == pytest.approx(
        (400 + 200 + 400) * HIGH * 72**2 * 100 / 1e6, rel=0.02
    )


def test_a_font_that_may_not_be_carried_is_told_before_any_work(tmp_path: Path) -> None:
    font = cff(tmp_path, licence=2)
    scene = lettering("AB", font, Length(18), Length(9))
    for suffix in (".pdf", ".svg"):
        with pytest.raises(DrawError) as caught:
            OUTPUTS[suffix].write(scene, 0)
        assert str(caught.value) == (
            f"{font}: its licence bits (OS/2 fsType) forbid that a part of it is embedded\n"
            "  try: outlines: --outlines, or Scene.outlined()"
        )
        assert OUTPUTS[suffix].write(scene.outlined(), 0)
