"""Transform: what `transform_param` does to a picture before it is fed.

In Caffe's order: a window of `crop_size` is cut (at random in the TRAIN phase, in the middle
otherwise), mirrored by lot if `mirror`, the mean is subtracted (`mean_file`, cut alike, or
`mean_value`, one for all channels or one each), and the rest multiplied by `scale`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.random import Generator

from texelnet.caffe.binary import read_binaryproto
from texelnet.caffe.layer import Layer, Shape, spoken
from texelnet.caffe.message import Message

Picture = np.ndarray
"""(channels, height, width), channels BGR, 0..255."""


def transform(
    layer: Layer, settings: Message, shape: Shape, training: bool
) -> tuple[Shape, Callable[[Picture, Generator], Picture]]:
    """Return a picture's shape after the transform, and the transform.

    Raises
    ------
    PrototxtError
        If the picture is smaller than the window, or the mean does not fit it.
    """
    channels, height, width = shape
    crop, scale = settings.number("crop_size"), settings.real("scale")
    if crop > min(height, width):
        fact = f"crop_size is {crop}, the pictures are {height} x {width}"
        raise layer.error(fact, "a smaller window")
    mean, mirror = _mean(layer, settings, shape), settings.flag("mirror")

    def apply(picture: Picture, random: Generator) -> Picture:
        picture = picture.astype(np.float32) - mean
        if crop:
            spare = height - crop, width - crop
            y, x = (int(random.integers(s + 1)) if training else s // 2 for s in spare)
            picture = picture[:, y : y + crop, x : x + crop]
        if mirror and random.integers(2):
            picture = picture[:, :, ::-1]
        return picture * np.float32(scale)

    size = (crop, crop) if crop else (height, width)
    return (channels, *size), apply


def _mean(layer: Layer, settings: Message, shape: Shape) -> np.ndarray:
    values = settings.reals("mean_value")
    if settings.word("mean_file"):
        if values:
            raise layer.error("mean_file and mean_value are both written", "keep one of them")
        mean = read_binaryproto(beside(layer, settings.word("mean_file")))
        if mean.size != np.prod(shape):
            fact = f"the mean is {spoken(mean.shape)}, the pictures are {spoken(shape)}"
            raise layer.error(fact, "a mean of pictures of this size")
        return mean.reshape(shape)
    if len(values) not in (0, 1, shape[0]):
        fact = f"{len(values)} mean_value for {shape[0]} channels"
        raise layer.error(fact, "write it once, or once a channel")
    return np.asarray(values or [0.0], np.float32).reshape(-1, 1, 1)


def beside(layer: Layer, name: str) -> Path:
    """Return a file that a prototxt names: from where we are, or beside the prototxt."""
    path = Path(name)
    if path.exists() or path.is_absolute():
        return path
    return Path(layer.source).parent / path
