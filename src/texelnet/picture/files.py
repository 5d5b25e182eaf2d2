"""Picture files: PNG of 8 and 16 bit and JPEG in, and out again whole or not at all.

Turned as EXIF says, with their alpha and their colour profile, everything in 0..1. What is not
kept: the other EXIF facts (they would lie about the new file), gamma chunks, animation.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from texelnet.disk import write_whole
from texelnet.errors import PictureError
from texelnet.picture import png

Planes = NDArray[np.float32]

SUFFIXES = (".png", ".jpg", ".jpeg")
MOST_PIXELS = 100_000_000
_MOST_BYTES = 1 << 30
_MOST_PROFILE = 1 << 22
_ORIENTATION = 0x0112
_JPEG = b"\xff\xd8\xff"
# what decoders raise at damaged files, besides what they say they do
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def pictures_at(path: Path) -> list[Path]:
    """Return the pictures that a path means: itself, or those right in a folder."""
    if not path.is_dir():
        return [path]
    return [p for p in sorted(path.iterdir()) if p.suffix.lower() in SUFFIXES and p.is_file()]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as a person means it: upright, colour apart from alpha.

    Parameters
    ----------
    colour
        float32 (channels, height, width), 1 grey or 3 red, green, blue, 0..1 as the file has
        them (gamma-encoded, nothing made linear). May overshoot; writing clips.
    alpha
        float32 (height, width), 1 opaque; colour is not multiplied with it. None if opaque.
    bits
        8 or 16: what a sample has in the file.
    icc
        The colour profile, as bytes; None means sRGB or unknown.
    """

    colour: Planes
    alpha: Planes | None = None
    bits: int = 8
    icc: bytes | None = None

    def __post_init__(self) -> None:
        shape = self.colour.shape
        if len(shape) != 3 or shape[0] not in (1, 3) or 0 in shape:
            fact = f"colour is {shape}, not (1 or 3, height, width)"
            raise PictureError("picture", fact)
        if self.alpha is not None and self.alpha.shape != shape[1:]:
            raise PictureError("picture", f"alpha is {self.alpha.shape}, colour {shape[1:]}")
        if self.bits not in (8, 16):
            raise PictureError("picture", f"{self.bits} bits", "8 or 16")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.colour.shape[1], self.colour.shape[2]


def read_picture(path: str | Path) -> Picture:
    """Read a PNG or JPEG.

    Raises
    ------
    PictureError
        No such file; another format; damaged; more than 100 million pixels.
    """
    return decode_picture(_contents(Path(path)), str(path))


def decode_picture(file: bytes, where: str) -> Picture:
    """Read a PNG or JPEG that lies in memory; errors begin with `where`.

    Raises
    ------
    PictureError
        Another format; damaged; more than 100 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about side notes in the file
            _check_size(where, _dimensions(where, file))
            samples, image = png.read(file) if file.startswith(png.SIGNATURE) else _jpeg(file)
            upright = _upright(_unit(samples), _orientation(image))
    except _DAMAGE as error:
        fact = f"the picture is damaged: {error}"
        raise PictureError(where, fact, "take another copy of the file") from None
    colours = 3 if len(upright) > 2 else 1
    alpha = np.ascontiguousarray(upright[colours]) if len(upright) > colours else None
    bits = samples.dtype.itemsize * 8
    colour = np.ascontiguousarray(upright[:colours])
    return Picture(colour, alpha, bits, _profile(image.info.get("icc_profile"), colours))


def write_picture(picture: Picture, path: str | Path, quality: int = 95) -> None:
    """Write a PNG of 8 or 16 bit, or a JPEG, by the name's ending.

    Samples are clipped to 0..1 and rounded to the nearest. The file appears under its name
    only when it is complete.

    Raises
    ------
    PictureError
        Another ending; alpha in a JPEG; numbers that are not finite; no such folder.
    """
    path = Path(path)
    if not np.isfinite(picture.colour).all():
        raise PictureError(str(path), "the picture holds numbers that are not finite")
    if path.suffix.lower() == ".png":
        icc = _profile(picture.icc, len(picture.colour))
        _write_whole(path, png.write(_samples(picture, picture.bits), icc))
    elif path.suffix.lower() in (".jpg", ".jpeg"):
        if picture.alpha is not None:
            raise PictureError(str(path), "a JPEG can't hold alpha", "write a .png")
        _write_whole(path, [_as_jpeg(picture, quality)])
    else:
        fact = f'pictures are not written as "{path.suffix}"'
        raise PictureError(str(path), fact, "a name that ends in .png, .jpg or .jpeg")


# --- reading ----------------------------------------------------------------------------------


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            file = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise PictureError(str(path), (error.strerror or str(error)).lower()) from None
    if len(file) > _MOST_BYTES:
        raise PictureError(str(path), f"more than {_MOST_BYTES >> 20} MiB", "a smaller file")
    return file


def _dimensions(where: str, file: bytes) -> tuple[int, int]:
    """Width and height by the head of the file, before anything large is decoded."""
    if file.startswith(png.SIGNATURE):
        return png.size(file)
    if file.startswith(_JPEG):
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(file))
        if image.mode not in ("L", "RGB"):
            fact = f"a JPEG of {image.mode} is made for printing"
            raise PictureError(where, fact, "convert it to RGB")
        return image.size
    raise PictureError(where, "this is neither a PNG nor a JPEG", "convert it to PNG")


def _check_size(where: str, size: tuple[int, int]) -> None:
    width, height = size
    if width * height == 0:
        raise PictureError(where, f"a picture of {width}x{height} has no pixels")
    if width * height > MOST_PIXELS:
        fact = f"{width}x{height} pixels; at most {MOST_PIXELS // 10**6} million are read"
        raise PictureError(where, fact, "cut it into pieces")


def _jpeg(file: bytes) -> tuple[NDArray[np.uint8], Image.Image]:
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(file))
    return png.pixels(image), image


def _unit(samples: png.Samples) -> Planes:
    """(height, width, channels) samples as (channels, height, width) in 0..1."""
    top = np.iinfo(samples.dtype).max
    table = (np.arange(top + 1) / top).astype(np.float32)
    return table[samples.transpose(2, 0, 1)]


def _orientation(image: Image.Image) -> int:
    """EXIF's 1..8; a damaged EXIF block does not make a picture unreadable."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGE:
        return 1


def _upright(planes: Planes, orientation: int) -> Planes:
    """Turn (channels, height, width) as EXIF says: where its row 0 and column 0 belong."""
    if orientation in (5, 6, 7, 8):  # row 0 is the left or right side
        planes = planes.transpose(0, 2, 1)
    if orientation in (3, 4, 7, 8):  # upside down
        planes = planes[:, ::-1]
    if orientation in (2, 3, 6, 7):  # left and right swapped
        planes = planes[:, :, ::-1]
    return planes


def _profile(icc: bytes | None, channels: int) -> bytes | None:
    """Return a profile if it is of a bearable size and speaks of these channels."""
    space = b"GRAY" if channels == 1 else b"RGB "
    fits = icc is not None and 128 <= len(icc) <= _MOST_PROFILE and icc[16:20] == space
    return icc if fits else None


# --- writing ----------------------------------------------------------------------------------


def _samples(picture: Picture, bits: int) -> png.Samples:
    """(height, width, channels), rounded to the nearest, alpha last."""
    top = (1 << bits) - 1
    kind = np.uint8 if bits == 8 else np.uint16
    planes = [*picture.colour] + ([picture.alpha] if picture.alpha is not None else [])
    rounded = [np.floor(p.clip(0, 1) * np.float64(top) + 0.5).astype(kind) for p in planes]
    return np.stack(rounded, axis=2)


def _as_jpeg(picture: Picture, quality: int) -> bytes:
    samples = _samples(picture, 8)
    image = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    icc = _profile(picture.icc, len(picture.colour))
    file = io.BytesIO()
    colour_as_fine_as_luma = 0
    image.save(
        file, "JPEG", quality=quality, subsampling=colour_as_fine_as_luma, icc_profile=icc
    )
    return file.getvalue()


def _write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    try:
        write_whole(path, lambda file: file.writelines(pieces))
    except OSError as error:
        raise PictureError(str(path), (error.strerror or str(error)).lower()) from None
