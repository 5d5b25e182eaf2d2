"""The pictures of docs/gallery/draw.md are what the example draws."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np

from texelnet.picture import read_picture

REPO = Path(__file__).resolve().parents[2]


def test_the_pictures_of_the_page_are_what_the_example_draws(tmp_path: Path) -> None:
    """Where they are not: make gallery, or its first half, examples/draw_gallery.py."""
    runpy.run_path(str(REPO / "examples" / "draw_gallery.py"))["main"](tmp_path)
    page = (REPO / "docs/gallery/draw.md").read_text("utf-8")
    for path in sorted(tmp_path.iterdir()):
        assert f"images/{path.name}" in page
        shown, drawn = (
            read_picture(p).colour for p in (REPO / "docs/images" / path.name, path)
        )
        np.testing.assert_allclose(shown, drawn, atol=1.5 / 255)
