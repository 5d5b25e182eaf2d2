"""Every output says the same outlines: read back, or drawn by another program."""

from __future__ import annotations

import io
import re
from pathlib import Path as File

import matplotlib
import numpy as np
import pypdfium2
import pytest

from texelnet.cli import main
from texelnet.draw import Contour, Drop, Path, coverage
from texelnet.draw.out import OUTPUTS
from texelnet.draw.out.actionscript import NEAR
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.draw.text.scene import lettering
from texelnet.errors import DrawError
from texelnet.units import Length

DROP = Drop(900, 5, 0.9, at=(10.0, 9.0)).outline().contour
SCENE = Scene(20, 18, (Item(Path((DROP,)), Paint((0, 0, 0))),))
WANTED = coverage(SCENE.parts[0].path, 20, 18)  # type: ignore[union-attr]
FONT = File(matplotlib.__file__).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"


def painted(calls: list[tuple[str, list[float]]]) -> Path:
    """Make a path again of calls with their numbers."""
    contours, cubics, here = [], [], np.zeros(2)
    for word, numbers in calls:
        points = np.array(numbers).reshape(-1, 2)
        if word == "moveTo":
            here = points[0]
        elif word == "curveTo":
            a, (h, b) = here, points
            cubics.append([a, a + (h - a) * 2 / 3, b + (h - b) * 2 / 3, b])
            here = b
        elif word == "bezierCurveTo":
            cubics.append([here, *points])
            here = points[-1]
    contours.append(Contour(np.array(cubics)))
    return Path(tuple(contours))


def test_a_pdf_drawn_by_another_program_covers_the_same_pixels() -> None:
    page = pypdfium2.PdfDocument(OUTPUTS[".pdf"].write(SCENE, 0))[0]
    assert page.get_size() == (pytest.approx(20 * 72 / 25.4), pytest.approx(18 * 72 / 25.4))
    drawn = page.render(scale=10 * 25.4 / 72, grayscale=True).to_numpy()
    fine = coverage(SCENE.parts[0].path.through([[10, 0, 0], [0, 10, 0]]), 200, 180)  # type: ignore[union-attr]
    ink = 1 - drawn[:180, :200] / 255
    assert ink.sum() == pytest.approx(fine.sum(), rel=0.01)
    edge = (fine > 0) & (fine < 1)
    assert np.abs(ink - fine)[edge].mean() < 0.02


def test_the_same_scene_makes_the_same_pdf() -> None:
    assert OUTPUTS[".pdf"].write(SCENE, 0) == OUTPUTS[".pdf"].write(SCENE, 0)


def test_a_canvas_is_told_the_same_outline() -> None:
    text = OUTPUTS[".html"].write(SCENE, 40).decode()
    found = re.findall(r"context\.(moveTo|bezierCurveTo)\(([^)]*)\)", text)
    calls = [(word, [float(n) for n in numbers.split(",")]) for word, numbers in found]
    np.testing.assert_allclose(coverage(painted(calls), 20, 18), WANTED, atol=1e-4)


def test_actionscript_is_told_the_same_outline_by_draw_path() -> None:
    text = OUTPUTS[".as"].write(SCENE, 1).decode()
    commands, numbers = (
        [float(n) for n in re.search(pattern, text)[1].split(",")]  # type: ignore[index]
        for pattern in (r"new <int>\[([^\]]*)\]", r"new <Number>\[([^\]]*)\]")
    )
    assert "GraphicsPathWinding.NON_ZERO" in text
    words, calls = iter(numbers), []
    for command in commands:
        name, count = {1: ("moveTo", 2), 6: ("bezierCurveTo", 6)}[int(command)]
        calls.append((name, [next(words) for _ in range(count)]))
    np.testing.assert_allclose(coverage(painted(calls), 20, 18), WANTED, atol=1e-4)


def test_old_players_draw_the_same_to_a_twentieth_of_a_pixel() -> None:
    text = OUTPUTS[".as"].write(SCENE, 1).decode().partition("drawOld")[2]
    found = re.findall(r"g\.(moveTo|curveTo)\(([^)]*)\)", text)
    calls = [(word, [float(n) for n in numbers.split(",")]) for word, numbers in found]
    assert np.abs(coverage(painted(calls), 20, 18) - WANTED).max() < 1.5 * NEAR


@pytest.mark.parametrize("size", [6, 10.5, 18, 72])
def test_letters_are_as_high_on_paper_as_asked(size: float) -> None:
    scene = lettering("H", FONT, Length(size), Length(0))
    page = pypdfium2.PdfDocument(OUTPUTS[".pdf"].write(scene, 0))[0]
    drawn = page.render(scale=40 * 18 / size / 10, grayscale=True).to_numpy()
    assert scene.height * 72 / 25.4 == pytest.approx(0.729 * size, rel=0.01)
    assert (drawn < 128).any(1).sum() == pytest.approx(len(drawn), rel=0.02)


def test_every_letter_is_labelled_by_its_own_outline() -> None:
    scene = lettering("a b", FONT, Length(20), Length(3))
    assert [label.items for label in scene.labels] == [{"letter 0"}, {"letter 1"}]
    assert [label.path for label in scene.labels] == [item.path for item in scene.placed()]


def test_the_command_draws_text(tmp_path: File, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "a.svg"
    assert main(["draw", "text", "Hi", "--size", "12pt", "-o", str(place)]) == 0
    assert capsys.readouterr().out == f"wrote {place}: 12 pt on paper\n"
    assert b">Hi</text>" in place.read_bytes()
    assert main(["draw", "text", "Hi", "--outlines", "-o", str(place)]) == 0
    assert place.read_bytes().count(b"<path") == 2


def test_a_font_that_is_not_installed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "text", "Hi", "--font", "No Such Font", "--preview"]) == 2
    assert capsys.readouterr().err == (
        '"No Such Font": no font of this name is installed\n'
        "  try: the file of a font, or DejaVu Sans, which is always there\n"
    )


def test_a_margin_below_zero_is_refused() -> None:
    with pytest.raises(DrawError) as caught:
        lettering("a", FONT, Length(9), Length(-72))
    assert str(caught.value) == "lettering: the margin is -25.4 mm\n  try: 0 or more"


def test_the_pdf_is_one_that_our_own_checker_reads(tmp_path: File) -> None:
    from texelnet.draw.text import runs

    place = tmp_path / "a.pdf"
    place.write_bytes(OUTPUTS[".pdf"].write(SCENE, 0))
    assert list(runs(place)) == []
    assert io.BytesIO(place.read_bytes()).read(5) == b"%PDF-"
