"""Outputs agree: what other programs read in the files is what was drawn."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.svgLib import SVGPath
from PIL import Image

from texelnet.draw import Drop, Path, circle, coverage, polygon
from texelnet.draw.collect import PathPen
from texelnet.draw.out import OUTPUTS
from texelnet.draw.out.svg import path_data
from texelnet.draw.render import render
from texelnet.draw.scene import Group, Item, Paint, Scene
from texelnet.draw.water import alone

SCENE = alone(Drop(30, 4, 0.7))


def test_an_svg_has_a_size_on_paper() -> None:
    root = ElementTree.fromstring(OUTPUTS[".svg"].write(SCENE, 0))
    assert root.get("width") == f"{SCENE.width:.6g}mm"
    assert root.get("viewBox") == f"0 0 {SCENE.width:.6g} {SCENE.height:.6g}"


def test_what_another_reader_finds_in_an_svg_covers_the_same_pixels() -> None:
    pen = PathPen()
    scene = Scene(SCENE.width, SCENE.height, SCENE.parts[:1])
    SVGPath.fromstring(OUTPUTS[".svg"].write(scene, 0)).draw(pen)
    size = np.ceil([scene.width, scene.height]).astype(int)
    read, drawn = (
        coverage(p, *size) for p in (Path(pen.path.contours[1:]), SCENE.parts[0].path)
    )
    np.testing.assert_allclose(read, drawn, atol=1e-4)


def test_a_group_stays_a_group_in_an_svg() -> None:
    item = Item(Path((polygon([[0, 0], [1, 0], [0, 1]]),)), Paint((1, 0.5, 0), 0.5), 'a"b')
    scene = Scene(5, 5, (Group((item,), ((1, 2, 3), (4, 5, 6))),))
    text = OUTPUTS[".svg"].write(scene, 0).decode()
    assert re.findall(r"<g.*", text) == ['<g transform="matrix(1 4 2 5 3 6)">']
    assert '<path class=\'a"b\' fill="#ff8000" fill-opacity="0.5" d="M0 0L1 0L0 1' in text
    assert ElementTree.fromstring(text) is not None


def test_open_lines_enclose_nothing_in_an_svg() -> None:
    line = polygon([[0, 0], [1, 0]], closed=False)
    assert path_data(Path((line, circle()))).count("M") == 1


def test_a_png_is_the_rendering_in_8_bits() -> None:
    with Image.open(io.BytesIO(OUTPUTS[".png"].write(SCENE, 10))) as image:
        levels = np.asarray(image)
    wanted = render(SCENE, 10).colour.transpose(1, 2, 0) * 255
    np.testing.assert_allclose(levels, wanted, atol=0.501)


@pytest.mark.parametrize("suffix", OUTPUTS)
def test_the_same_scene_gives_the_same_bytes(suffix: str) -> None:
    first, second = (OUTPUTS[suffix].write(alone(Drop(9, 1)), 12) for _ in range(2))
    assert first == second
