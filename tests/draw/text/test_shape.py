"""Text that is set: kerning as the font wants it, outlines at the size that was asked for."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pytest

from texelnet.draw.text.shape import shape
from texelnet.errors import DrawError

FONT = Path(matplotlib.__file__).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"


def test_kerning_brings_letters_together() -> None:
    pair, alone = shape("AV", FONT, 100), sum(shape(c, FONT, 100).width for c in "AV")
    assert pair.width < alone - 2
    assert [glyph.cluster for glyph in pair.glyphs] == [0, 1]


@pytest.mark.parametrize("size", [6, 10.5, 72])
def test_a_capital_is_as_high_as_the_font_says(size: float) -> None:
    _, top, _, bottom = shape("H", FONT, size).outlines().bounds
    assert (bottom, top) == (pytest.approx(0), pytest.approx(-0.729 * size, rel=1e-3))


def test_outlines_are_wound_so_that_holes_stay_open() -> None:
    whole, hole = shape("o", FONT, 100).outlines().contours
    assert whole.area * hole.area < 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "text: there is nothing to set\n  try: a line of words"),
        ("a\nb", "text: it has several lines\n  try: set each by itself"),
        (
            "a\U00013000",
            f"{FONT}: it has no glyph for \U00013000 (U+13000)\n  try: another font",
        ),
    ],
)
def test_what_cannot_be_set_is_refused(text: str, message: str) -> None:
    with pytest.raises(DrawError) as caught:
        shape(text, FONT, 12)
    assert str(caught.value) == message
