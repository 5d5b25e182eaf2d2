"""ImageData: picture files that a text file lists with a label each: "folder/a.png 3".

Pictures are BGR in 0..255 (one channel of luma without `is_color`). With `new_height` and
`new_width` they are resized; without, each batch has to be of one size.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from texelnet.caffe.feeds.feed import Arrays, Feed, chosen, random_of, stacked
from texelnet.caffe.feeds.hdf5 import listed
from texelnet.caffe.feeds.transform import beside, transform
from texelnet.caffe.layer import Layer, spoken
from texelnet.caffe.message import Message
from texelnet.errors import PictureError
from texelnet.picture import read_picture, resample

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def images(layer: Layer, training: bool) -> Feed:
    """Open an ImageData layer.

    Raises
    ------
    PrototxtError
        If the list is missing or no such list, or its first picture can't be read.
    """
    settings = layer.settings("image_data_param")
    size = settings.number("batch_size")
    if size < 1:
        raise layer.error("batch_size must be at least 1")
    entries = [_entry(layer, line) for line in listed(layer, settings.word("source"))]
    root = settings.word("root_folder")
    transforms = layer.settings("transform_param")
    first = _read(layer, settings, root + entries[0][0])
    shape, apply = transform(layer, transforms, first.shape, training)

    def picture(place: int, number: int, entry: int, seed: int) -> np.ndarray:
        name = root + entries[place][0]
        read = _read(layer, settings, name)
        if read.shape != first.shape:
            fact = f"{name} is {spoken(read.shape)}, those before {spoken(first.shape)}"
            raise layer.error(fact, "write new_height and new_width")
        return apply(read, random_of(seed, number, entry))

    def batch(number: int, seed: int) -> Arrays:
        places = chosen(number, size, len(entries), seed, settings.flag("shuffle"))
        pictures = [picture(p, number, i, seed) for i, p in enumerate(places)]
        labels = np.array([entries[p][1] for p in places], np.float32)
        return stacked(pictures), labels

    def entry(number: int, seed: int, place: int) -> str:
        at = chosen(number, size, len(entries), seed, settings.flag("shuffle"))[place]
        return root + entries[at][0]

    return Feed(((size, *shape), (size,))[: len(layer.tops)], batch, len(entries), entry)


def _entry(layer: Layer, line: str) -> tuple[str, int]:
    name, _, label = line.rpartition(" ")
    if not name or not label.lstrip("-").isdigit():
        fact = f'"{line[:80]}" is no picture and label'
        raise layer.error(fact, "one a line: folder/picture.png 3")
    return name.strip(), int(label)


def _read(layer: Layer, settings: Message, name: str) -> np.ndarray:
    try:
        colour = read_picture(Path(beside(layer, name))).colour
    except PictureError as error:
        raise layer.error(f"{error.where}: {error.fact}", error.hint) from None
    high, wide = settings.number("new_height"), settings.number("new_width")
    if high and wide:
        scale = high / colour.shape[1]
        colour = resample(colour, scale, "bilinear", antialias=False, size=(high, wide))
    if not settings.flag("is_color"):
        grey = colour if len(colour) == 1 else np.tensordot(LUMA, colour, 1)[None]
        return np.asarray(grey * 255)
    whole = np.repeat(colour, 3, 0) if len(colour) == 1 else colour
    return np.asarray(whole[::-1] * 255)
