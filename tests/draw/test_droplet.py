"""The droplet page tells what its own code measures."""

from __future__ import annotations

from collections.abc import Iterator
from math import pi, sqrt

import numpy as np
import pytest

from texelnet.draw import Contour, crosses_itself
from texelnet.draw.droplet import drop_page, errors, quadratics
from texelnet.page import Code, Figure, Page, Part, Plot, Table, Text


@pytest.fixture(scope="module")
def page() -> Page:
    return drop_page()


def parts(page: Page, kind: type) -> Iterator[Part]:
    return (p for section in page.sections for p in section.parts if isinstance(p, kind))


def test_four_quadratics_bulge_by_six_percent(page: Page) -> None:
    low, high = errors(quadratics(4))
    assert high == pytest.approx(0.75 * sqrt(2) - 1)
    assert low == pytest.approx(0, abs=1e-12)
    assert quadratics(4).area == pytest.approx(10 / 3)
    first = next(parts(page, Text))
    assert isinstance(first, Text)
    assert "radius at 45 degrees is +6.07%" in first.words


def test_the_area_of_quadratics_tends_to_the_circle() -> None:
    assert quadratics(64).area == pytest.approx(pi, rel=1e-5)


def test_the_raw_outline_crosses_itself_and_the_cut_one_does_not(page: Page) -> None:
    (table,) = (t for t in parts(page, Table) if "cross" in t.caption)  # type: ignore[union-attr]
    assert isinstance(table, Table)
    assert all(float(row[1].split()[0]) > 0 for row in table.rows)
    assert all(row[2] == "0.0 %" for row in table.rows)


def test_outlines_are_drawn_with_one_scale(page: Page) -> None:
    plots = [p for f in parts(page, Figure) for p in f.parts if isinstance(p, Plot)]  # type: ignore[union-attr]
    assert [plot.title for plot in plots if plot.equal] == [
        "curved square",
        "four points",
        "raw",
        "cut",
        "four curveTo",
        "four cubics",
        "points",
        "tension",
    ]


def test_python_on_the_page_runs(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = [b.lines for b in parts(page, Code) if b.language == "python"]  # type: ignore[union-attr]
    assert len(blocks) == 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert capsys.readouterr().out.startswith("3.333")
    drawn = names["drawn"]
    assert isinstance(drawn, Contour)
    assert max(map(abs, errors(drawn))) < 5e-6
    assert not crosses_itself(drawn)


@pytest.mark.parametrize(("language", "word"), [("as3", "curveTo"), ("canvas", "ezierCurveTo")])
def test_the_circle_in_scripts_is_the_circle(page: Page, language: str, word: str) -> None:
    """Read the second block's curves with r = 1."""
    lines = [b.lines for b in parts(page, Code) if b.language == language][1]  # type: ignore[union-attr]
    k, at = 0.552285, np.array([1.0, 0.0])
    cubics = []
    for line in lines.splitlines()[2:]:
        assert word.lower() in line.lower()
        said = line[line.index("(") + 1 : -2].replace("-", "-1*")
        values = np.reshape(eval(f"[{said}]", {"r": 1.0, "k": k}), (3, 2))
        cubics.append([at, *values])
        at = values[-1]
    low, high = errors(Contour(np.array(cubics)))
    assert max(-low, high) < 2.8e-4
