"""Ripple is told from gradients and detail, and called what people call it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.ops.conv_transpose.ripple import by_phase, local_index, pattern, residue

LEVEL = 1 / 255


def picture(means: np.ndarray, slope: tuple[float, float] = (0, 0), side: int = 48):
    """Return a gradient with a pattern on it that repeats with the phases, in grey levels."""
    rows, columns = np.mgrid[:side, :side]
    cells = [-(-side // n) for n in means.shape]
    ripple = np.tile(means, cells)[:side, :side]
    return (ripple + slope[0] * rows + slope[1] * columns)[None] * LEVEL


@given(st.integers(1, 4), st.integers(1, 4), st.floats(-2, 2), st.floats(-2, 2))
def test_the_index_of_a_gradient_is_that_of_the_ripple_on_it(
    high: int, wide: int, down: float, across: float
) -> None:
    means = np.random.default_rng(high * 5 + wide).normal(0, 20, (high, wide))
    found = local_index(picture(means, (down, across)), (high, wide), LEVEL)
    assert found is not None
    np.testing.assert_allclose(found, np.ptp(means), atol=1e-6)


def test_detail_has_no_phase_and_fades() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (1, 200, 200)) * LEVEL
    found = local_index(noise, (2, 2), LEVEL)
    assert found is not None
    assert np.ptp(noise) / LEVEL > 7
    assert np.median(found) < 0.4


def test_a_picture_of_fewer_cells_than_are_averaged_has_no_index() -> None:
    assert local_index(np.zeros((1, 17, 40)), (2, 2), LEVEL) is None
    assert local_index(np.zeros((1, 18, 18)), (2, 2), LEVEL) is not None


def test_the_residue_lies_a_cell_inside_the_picture() -> None:
    means = np.array([[0, 3, 6], [1, 4, 8.0]])
    left = by_phase(residue(picture(means), (2, 3)), (2, 3))[:, 0] / LEVEL
    np.testing.assert_allclose(left[:, 5, 5], (means - means.mean()).reshape(-1), atol=1e-9)
    assert left.shape == (6, 22, 14)


@pytest.mark.parametrize(
    ("means", "name"),
    [
        ([[100, 100.2], [100, 100]], "none"),
        ([[100, 100], [110, 110]], "every other line"),
        ([[100, 110], [101, 110]], "every other column"),
        ([[110, 100], [100, 110]], "a checkerboard, pixel by pixel"),
        ([[100, 100], [100, 90]], "one pixel in four darker"),
        ([[100, 130], [100, 101]], "one pixel in four brighter"),
        ([[100, 110], [125, 150]], "2 x 2 pixels, all unlike, again and again"),
        ([[100, 110]], "every other column"),
        ([[0, 0, 0], [5, 5, 5], [0, 0, 0]], "one line in 3"),
        ([[0, 0, 0], [5, 0, 0], [0, 0, 0]], "one pixel in nine brighter"),
        ([[7]], "none"),
    ],
)
def test_a_pattern_is_called_what_people_see(means: list[list[float]], name: str) -> None:
    assert pattern(np.array(means, float)).name == name
