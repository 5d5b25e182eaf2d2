"""DummyData: numbers by fillers, drawn anew for every batch."""

from __future__ import annotations

import numpy as np

from texelnet.caffe.feeds.feed import Arrays, Feed, random_of
from texelnet.caffe.fillers import drawn
from texelnet.caffe.layer import Layer, Shape
from texelnet.caffe.message import Message


def dummy(layer: Layer, training: bool) -> Feed:
    """Open a DummyData layer."""
    settings, count = layer.settings("dummy_data_param"), len(layer.tops)
    shapes = _shapes(layer, settings)
    fillers = settings.blocks("data_filler")
    if len(fillers) not in (0, 1, count):
        raise layer.error(f"{len(fillers)} data_filler for {count} tops", "one, or one a top")
    each = fillers * count if len(fillers) == 1 else fillers

    def batch(number: int, seed: int) -> Arrays:
        if not each:
            return tuple(np.zeros(shape, np.float32) for shape in shapes)
        return tuple(
            drawn(layer, filler, shape, random_of(seed, number, top))
            for top, (filler, shape) in enumerate(zip(each, shapes, strict=True))
        )

    return Feed(shapes, batch)


def _shapes(layer: Layer, settings: Message) -> tuple[Shape, ...]:
    """Read `shape`, or the older num, channels, height and width."""
    count = len(layer.tops)
    found = [tuple(block.numbers("dim")) for block in settings.blocks("shape")]
    if not found:
        sides = [settings.numbers(name) for name in ("num", "channels", "height", "width")]
        if not all(sides) or len({len(side) for side in sides}) > 1:
            raise layer.error("there is no shape", "dummy_data_param { shape { dim: 1 } }")
        found = list(zip(*sides, strict=True))
    if len(found) not in (1, count):
        raise layer.error(f"{len(found)} shapes for {count} tops", "one, or one a top")
    return tuple(found * count if len(found) == 1 else found)
