"""How large text is on paper: what was asked for comes out, through any chain."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw.text import chain, fit, fit_flash, printed, read_transform, unit_of
from texelnet.errors import DrawError
from texelnet.units import Length

NUMBERS = st.floats(0.1, 9) | st.floats(-9, -0.1)
TRANSFORMS = st.lists(
    st.one_of(
        st.builds("scale({:.4f} {:.4f})".format, NUMBERS, NUMBERS),
        st.builds("rotate({:.4f})".format, st.floats(-360, 360)),
        st.builds("skewX({:.4f})".format, st.floats(-60, 60)),
        st.builds("translate({:.4f} {:.4f})".format, NUMBERS, NUMBERS),
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("text", "points"),
    [("12pt", 12), ("1in", 72), ("25.4 mm", 72), ("16px", 12), ("300px@300", 72), ("1pc", 12)],
)
def test_lengths_are_read_as_people_write_them(text: str, points: float) -> None:
    assert Length.read(text).points == pytest.approx(points)
    assert Length.read(text).to("mm") == pytest.approx(points * 25.4 / 72)


@pytest.mark.parametrize(
    ("chained", "output", "points"),
    [
        (["scale(2)"], "flash", 24),
        (["scale(2)", "scale(0.5)"], "flash", 12),
        ([], "svg", 9),
        (["rotate(30)", "scale(2 1)"], "pdf", 12),
        (["scale(1 2)"], "pdf", 24),
        (["skewX(45)"], "pdf", 12),
        (["rotate(90)", "scale(3)"], "pdf", 36),
    ],
)
def test_sizes_that_are_known(chained: list[str], output: str, points: float) -> None:
    found = printed(12, chain(map(read_transform, chained)), unit_of(output))
    assert found.points == pytest.approx(points)


def test_a_pixel_is_a_point_only_at_72_pixels_an_inch() -> None:
    same = chain([])
    assert printed(12, same, unit_of("raster", 72)).points == pytest.approx(12)
    assert printed(12, same, unit_of("raster", 300)).points == pytest.approx(12 * 72 / 300)


@given(TRANSFORMS, st.floats(1, 100))
def test_what_is_fitted_is_printed(words: list[str], points: float) -> None:
    matrix = chain(map(read_transform, words))
    size = fit(points, matrix, 0.75)
    assert printed(size, matrix, 0.75).points == pytest.approx(points)


@given(TRANSFORMS)
def test_the_four_numbers_rebuild_the_chain(words: list[str]) -> None:
    """Rotation, horizontal scale, skew and size are all that a chain does to letters."""
    matrix = chain(map(read_transform, words))
    found = printed(1, matrix, 1)
    turn, lean = math.radians(found.rotation), math.tan(math.radians(found.skew))
    c, s = math.cos(turn), math.sin(turn)
    flip = -1 if found.mirrored else 1
    letters = np.array([[found.horizontal, lean], [0, flip]]) * found.points
    np.testing.assert_allclose(np.array([[c, -s], [s, c]]) @ letters, matrix[:, :2], atol=1e-6)


@given(st.floats(0.6, 300))
def test_flash_gets_a_whole_size_and_a_scale(size: float) -> None:
    flash = fit_flash(size)
    assert flash.size == int(flash.size)
    assert flash.size * flash.scale == pytest.approx(size)


def test_flash_rounds_half_to_even() -> None:
    assert (fit_flash(12.5).size, fit_flash(13.5).size) == (12, 14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: printed(12, read_transform("scale(0 1)"), 1),
            "the chain: it flattens everything: its determinant is 0\n  try: no scale of 0",
        ),
        (
            lambda: unit_of("raster"),
            "raster: how large a pixel is printed is not said\n"
            "  try: --ppi 300: pixels an inch on paper",
        ),
        (
            lambda: unit_of("word"),
            'the output: there is no "word"\n  try: one of pdf, svg, flash, raster',
        ),
        (
            lambda: read_transform("turn(3)"),
            '"turn(3)": turn with 1 numbers is no transform\n  try: scale(2), scale(2 1), '
            "rotate(30), skewX(10), translate(5 0), matrix(a b c d e f)",
        ),
        (
            lambda: Length.read("12"),
            '"12": this is no length\n  try: 12pt, 3.5mm, 0.5in, 16px, 300px@600',
        ),
        (lambda: fit(0, chain([]), 1), "the size: it is 0 points\n  try: a positive size"),
    ],
)
def test_what_has_no_size_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
