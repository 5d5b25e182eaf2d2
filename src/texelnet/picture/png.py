"""PNG, 8 and 16 bit: every sample as it is in the file, which Pillow alone does not give.

Pillow keeps 8 of the 16 bits of colour. Its decoder is nevertheless the best there is to undo
filters and interlacing, so it is asked twice for the same pixels: once for the first byte of
each sample and once for the second. Grey with alpha, 16 bit, has four bytes a pixel, as 8-bit
RGBA has; filters and interlacing only know bytes a pixel, so it is read under that name.

Pillow writes no 16-bit colour either; writing is plain, so it is done here for all.

See the PNG specification, third edition, W3C, sections 5 (chunks), 9 (filters) and 11.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

Samples = NDArray[np.uint8] | NDArray[np.uint16]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_COLOUR_TYPE = {1: _GREY, 2: _GREY_ALPHA, 3: _RGB, 4: _RGBA}  # by the number of channels
_BLOCK = 1 << 22  # bytes that are filtered at a time


def size(file: bytes) -> tuple[int, int]:
    """Width and height, as the head of the file says; nothing else is read."""
    if len(file) < 33 or file[12:16] != b"IHDR":
        raise ValueError("the file ends before its header does")
    width, height = struct.unpack(">II", file[16:24])
    return width, height


def read(file: bytes) -> tuple[Samples, Image.Image]:
    """Read all samples of a PNG.

    Returns
    -------
    (height, width, channels) with 1 grey, 2 grey and alpha, 3 RGB or 4 RGBA channels, uint8 or
    uint16. A transparent colour becomes alpha, a palette is looked up. And the Pillow image,
    for what else it knows (profile, orientation).

    Raises
    ------
    ValueError, OSError, SyntaxError
        The file is damaged; the chunk is named if a checksum told it.
    """
    check(file)
    depth, kind = file[24], file[25]
    image = PngImagePlugin.PngImageFile(io.BytesIO(file))
    key = image.info.get("transparency")
    if depth == 16 and kind == _GREY_ALPHA:
        return _grey_alpha_16(file), image
    if depth == 16 and kind in (_RGB, _RGBA):
        high, low = _bytes(file, "16B"), _bytes(file, "16L")
        colour: Samples = ((high.astype(np.uint16) << 8) | low).astype(np.uint16)
    elif depth == 16:
        colour = pixels(image).astype(np.uint16)
    elif kind == _PALETTE:
        return pixels(image.convert("RGBA" if key is not None else "RGB")), image
    else:
        colour = pixels(image.convert("L") if kind == _GREY else image)
    if key is not None and kind in (_GREY, _RGB):
        colour = _with_key(colour, key, depth)
    return colour, image


def pixels(image: Image.Image) -> NDArray[Any]:
    """Return what Pillow decodes as (height, width, channels); raises where that fails."""
    image.load()
    samples = np.asarray(image)
    return samples.reshape(*samples.shape[:2], -1)


def _bytes(file: bytes, which: str) -> NDArray[np.uint8]:
    """One byte of every 16-bit sample: "16B" the first; "16L", the other order, the second."""
    image = PngImagePlugin.PngImageFile(io.BytesIO(file))
    tile = image.tile[0]
    # plain tuples up to Pillow 11, named ones since
    made: Any = getattr(type(tile), "_make", tuple)
    image.tile = [made((*tuple(tile)[:3], f"{image.mode};{which}"))]
    return pixels(image)


def _grey_alpha_16(file: bytes) -> NDArray[np.uint16]:
    header = file[16:24] + bytes([8, _RGBA]) + file[26:29]
    named = file[:8] + _chunk(b"IHDR", header) + file[33:]
    image = PngImagePlugin.PngImageFile(io.BytesIO(named))
    return np.ascontiguousarray(pixels(image)).view(">u2").astype(np.uint16)


def _with_key(colour: Samples, key: int | tuple[int, ...], depth: int) -> Samples:
    """Add the alpha that a transparent colour means: 0 where it is, opaque elsewhere."""
    top = np.iinfo(colour.dtype).max
    wanted = np.atleast_1d(key)
    if depth < 8:  # Pillow stretches the samples to 8 bit; of depth 1 the key too
        wanted = wanted if depth == 1 else wanted * (255 // (2**depth - 1))
    alpha = np.where((colour == wanted).all(axis=2, keepdims=True), 0, top)
    return np.concatenate([colour, alpha.astype(colour.dtype)], axis=2)


def check(file: bytes) -> None:
    """Walk the chunks and compare their checksums, so that damage is told by its place.

    Raises
    ------
    ValueError
        A chunk is damaged, or the file ends before its last chunk.
    """
    at = len(SIGNATURE)
    while at + 12 <= len(file):
        length, kind = struct.unpack(">I4s", file[at : at + 8])
        end = at + 12 + length
        if end > len(file):
            break
        critical = not kind[0] & 0x20  # what a damaged side note says does not matter
        if critical and zlib.crc32(file[at + 4 : end - 4]) != int.from_bytes(
            file[end - 4 : end]
        ):
            raise ValueError(f"chunk {kind.decode('latin-1')} at byte {at} is damaged")
        if kind == b"IEND":
            return
        at = end
    raise ValueError(f"the file ends after {len(file)} bytes, before its last chunk does")


def write(samples: Samples, icc: bytes | None = None) -> Iterator[bytes]:
    """Write a PNG, piece by piece.

    Parameters
    ----------
    samples
        (height, width, channels), uint8 or uint16, 1 to 4 channels as :func:`read` gives them.
    icc
        A colour profile.
    """
    height, width, channels = samples.shape
    depth = samples.dtype.itemsize * 8
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPE[channels], 0, 0, 0)
    yield SIGNATURE + _chunk(b"IHDR", header)
    if icc:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    packer = zlib.compressobj(6)
    step = max(1, _BLOCK // (width * channels * samples.dtype.itemsize))
    above = np.zeros((1, *samples.shape[1:]), samples.dtype)
    for first in range(0, height, step):
        rows = samples[first : first + step]
        yield _chunk(b"IDAT", packer.compress(_filtered(rows, above)))
        above = rows[-1:]
    yield _chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b"")


def write_indexed(indices: NDArray[np.uint8], palette: NDArray[np.uint8]) -> Iterator[bytes]:
    """Write a PNG of indices, which viewers show in colours and readers of labels as numbers.

    Parameters
    ----------
    indices
        (height, width).
    palette
        (colours, 3): red, green and blue; all indices are below its length.
    """
    height, width = indices.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    rows = np.pad(indices, ((0, 0), (1, 0)))  # filter 0: as it is, best for flat areas
    yield SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"PLTE", palette.tobytes())
    yield _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + _chunk(b"IEND", b"")


def _filtered(samples: Samples, above: Samples) -> bytes:
    """Rows less what their neighbours foretell, each by the filter with the smallest sum."""
    pixel = samples.shape[2] * samples.dtype.itemsize
    both = np.concatenate([above, samples]).astype(samples.dtype.newbyteorder(">"))
    known = both.view(np.uint8).reshape(len(both), -1)
    known = np.pad(known, ((0, 0), (pixel, 0)))  # nothing lies left of the first pixel
    here, left = known[1:, pixel:], known[1:, :-pixel]
    up, corner = known[:-1, pixel:], known[:-1, :-pixel]
    foretold = (np.zeros_like(here), left, up, _average(left, up), _paeth(left, up, corner))
    tried = [here - guess for guess in foretold]  # modulo 256, as bytes are
    costs = [np.abs(rest.view(np.int8).astype(np.int16)).sum(1) for rest in tried]
    best = np.argmin(costs, axis=0).astype(np.uint8)
    chosen = np.stack(tried)[best, np.arange(len(best))]
    return np.column_stack([best, chosen]).tobytes()


def _average(left: NDArray[np.uint8], up: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return ((left.astype(np.uint16) + up) // 2).astype(np.uint8)


def _paeth(
    left: NDArray[np.uint8], up: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The neighbour nearest to left + up - corner; left before up before corner in a tie."""
    a, b, c = left.astype(np.int16), up.astype(np.int16), corner.astype(np.int16)
    from_a, from_b, from_c = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest = np.where(from_b <= from_c, up, corner)
    return np.where((from_a <= from_b) & (from_a <= from_c), left, nearest)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
