"""PICTURES as arrays: read, write, colour, resample, measure.

Planes are float32 (channels, height, width), row 0 at the top, in 0..1.
"""

from texelnet.picture.colour import join, split
from texelnet.picture.files import (
    SUFFIXES,
    Picture,
    decode_picture,
    pictures_at,
    read_picture,
    write_picture,
)
from texelnet.picture.measure import difference, psnr
from texelnet.picture.resample import resample

__all__ = [
    "SUFFIXES",
    "Picture",
    "decode_picture",
    "difference",
    "join",
    "pictures_at",
    "psnr",
    "read_picture",
    "resample",
    "split",
    "write_picture",
]
