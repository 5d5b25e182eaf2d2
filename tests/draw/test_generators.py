"""Drops drawn by a browser's script and by ActionScript are those drawn here.

ActionScript without types is a script that a browser runs, and but for the types and two names
it is the canvas's file; tests/flash compiles it and lets a player draw.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from texelnet.draw import Drop
from texelnet.draw.generators import GENERATORS, generator
from texelnet.draw.mulberry import Mulberry32

SEEDS = (0, 1, 7, 123_456_789, 2**32 - 1)
TRACE = """
(() => {
  %s
  const pen = {points: []};
  pen.moveTo = (...p) => pen.points.push(...p);
  pen.bezierCurveTo = pen.cubicCurveTo = pen.moveTo;
  drawDrop(pen, %d, %r, 3, -2, 10, %d);
  return JSON.stringify(pen.points);
})()
"""


@pytest.fixture(scope="module")
def evaluate(chromium: str) -> Iterator[Callable[[str], str]]:
    """What runs a script in a browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page().evaluate
        browser.close()


def untyped(text: str) -> str:
    """ActionScript without package, imports and types."""
    text = re.sub(r"//.*", "", text)
    text = re.sub(r":(Number|int|Array|Graphics|void)\b", "", text)
    text = re.sub(r"package \{\s*import [\w.]+;\s*public ", "", text)
    return text.replace("}\n}\n", "}\n", 1)


def words(text: str) -> list[str]:
    return re.sub(r"//.*", "", text).split()


@pytest.mark.browser
@pytest.mark.parametrize("points", [5, 12])
@pytest.mark.parametrize("name", GENERATORS)
def test_a_script_draws_the_drops_of_a_seed(
    name: str, points: int, evaluate: Callable[[str], str]
) -> None:
    source = untyped(generator(name)) if name == "as3" else generator(name)
    for seed in SEEDS:
        for wobble in (0.0, 0.6, 1.0):
            found = json.loads(evaluate(TRACE % (source, seed, wobble, points)))
            drop = Drop(1.0, seed, wobble, points, at=(3, -2))
            cubics = drop.outline().contour.cubics
            wanted = [cubics[0, 0], *cubics[:, 1:].reshape(-1, 2)]
            scale = 10 / drop.radius
            wanted = (np.array(wanted) - drop.at) * scale + drop.at
            np.testing.assert_allclose(np.reshape(found, (-1, 2)), wanted, atol=1e-9)


def test_actionscript_is_the_canvas_script_with_types() -> None:
    found = untyped(generator("as3")).replace("cubicCurveTo", "bezierCurveTo")
    assert words(found) == words(generator("canvas"))
    assert "graphics:Graphics, seed:int, wobble:Number," in generator("as3")


def test_random_numbers_are_those_of_the_published_script() -> None:
    """The first three of mulberry32(1) in JavaScript."""
    found = Mulberry32(1).uniform(0, 1, 3)
    assert (found * 2**32).astype(np.uint64).tolist() == [2693262067, 11749833, 2265367787]


def test_random_numbers_go_on_where_they_stopped() -> None:
    whole, parted = Mulberry32(5), Mulberry32(5)
    first, second = parted.uniform(-1, 1, 3), parted.uniform(-1, 1, (2, 2))
    np.testing.assert_array_equal(whole.uniform(-1, 1, 7), [*first, *second.flat])
