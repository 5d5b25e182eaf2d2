"""Contract: what a network wants of a picture and what it gives back, as data.

It lies beside the network as a TOML file of the same name::

    [input]
    channels = "luma"      # luma | luma-of-rgb | rgb | bgr
    matrix = "bt601"       # bt601 | bt709: how luma is made of red, green and blue
    levels = "limited"     # limited: black is 16/255 and white 235/255 | full: 0 and 1
    range = [0.0, 1.0]     # the numbers the network was trained on: [0, 255], [-1, 1]
    mean = [0.0]           # subtracted after the range, one for all or one a channel
    border = 0             # pixels the picture needs around it (valid convolutions)
    padding = "edge"       # what they hold: zero | edge | reflect

    [output]
    returns = "picture"    # picture | residual: to be added to a base upscaler's picture
    base = "bicubic"       # nearest | bilinear | bicubic: the base upscaler of a residual
    scale = 2              # output pixels per input pixel
    offset = 0.0           # shift of the output grid, in output pixels
    crop = 0               # pixels to cut from each side of what the network returns

The output has the input's channels and range, without the mean. Matrix and levels speak of
luma only. With channels "luma-of-rgb" the picture is RGB and the network sees its luma: what is
drawn is the base upscaler's picture with its luma replaced, its chroma kept.

Output pixel o shows the place (o + 0.5 + offset) / scale - 0.5 of the input, so a positive
offset moves the grid right and down. The base upscaler samples the same grid and
repeats the outermost pixel beyond the border (:func:`texelnet.picture.resample`, rule "edge").
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError
from texelnet.picture import resample
from texelnet.picture.colour import luma_weights

Floats = NDArray[np.floating]
Planes = NDArray[np.float32]
Shape = tuple[int, ...]

_WORDS = {
    "channels": ("luma", "luma-of-rgb", "rgb", "bgr"),
    "matrix": ("bt601", "bt709"),
    "levels": ("limited", "full"),
    "padding": ("zero", "edge", "reflect"),
    "returns": ("picture", "residual"),
    "base": ("nearest", "bilinear", "bicubic"),
}
_WHOLE = {"border": (0, 1024), "scale": (1, 16), "crop": (0, 1024)}
_TABLES = {
    "input": ("channels", "matrix", "levels", "range", "mean", "border", "padding"),
    "output": ("returns", "base", "scale", "offset", "crop"),
}
_TABLE_OF = {key: table for table, keys in _TABLES.items() for key in keys}
_MOST_BYTES = 65536


@dataclass(frozen=True)
class Contract:
    """What a network wants of a picture and what it gives back.

    The fields are the keys of the file, which the head of this module tells one by one.
    `border` and `crop` are pixels on each side, `mean` is in the network's own numbers.

    Raises
    ------
    ContractError
        A value is of the wrong kind or out of bounds.
    """

    channels: str = "luma"
    matrix: str = "bt601"
    levels: str = "limited"
    range: tuple[float, float] = (0.0, 1.0)
    mean: tuple[float, ...] = (0.0,)
    border: int = 0
    padding: str = "edge"
    returns: str = "picture"
    base: str = "bicubic"
    scale: int = 2
    offset: float = 0.0
    crop: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = _canonical(field.name, getattr(self, field.name), field.default)
            object.__setattr__(self, field.name, value)
        if len(self.mean) not in (1, self.seen):
            fact = f"{len(self.mean)} numbers for {self.channels}"
            raise _wrong("mean", fact, "one number for all, or one a channel")

    @property
    def planes(self) -> int:
        """How many channels a picture has: 1 of luma, 3 of colour."""
        return 1 if self.channels == "luma" else 3

    @property
    def seen(self) -> int:
        """How many channels the network sees of it."""
        return 1 if self.channels.startswith("luma") else 3

    @property
    def span(self) -> float:
        """How far black and white are apart in the network's numbers."""
        return self.range[1] - self.range[0]

    def to_network(self, planes: Floats) -> Planes:
        """Turn a picture into the numbers the network was trained on, border included.

        Parameters
        ----------
        planes
            (channels, height, width) in 0..1, in the contract's channel order and levels.

        The answer is `border` pixels larger on each side. Padding "zero" is zero in the
        network's own numbers, after the mean: what a zero-padded convolution would see.
        """
        self._check_planes(planes)
        numbers: Floats = self._luma(planes) if self.seen < self.planes else planes
        if self.range != (0.0, 1.0) or any(self.mean):
            mean = np.array(self.mean)[:, None, None]
            numbers = numbers.astype(np.float64) * self.span + self.range[0] - mean
        around = ((0, 0), (self.border, self.border), (self.border, self.border))
        if self.padding == "zero":
            return np.pad(numbers, around).astype(np.float32)
        mode: Literal["edge", "reflect"] = "edge" if self.padding == "edge" else "reflect"
        return np.pad(numbers, around, mode).astype(np.float32)

    def from_network(self, answer: Floats, planes: Floats) -> Planes:
        """Turn what the network returns into a picture in 0..1, which may overshoot.

        Parameters
        ----------
        answer
            (channels, height, width) in the network's numbers, `crop` not yet cut off.
        planes
            The picture that :meth:`to_network` was given.

        Raises
        ------
        ContractError
            The answer is not `scale` times as large as the picture once `crop` is cut off.
        """
        self._check_planes(planes)
        self.check_answer(answer.shape, planes.shape)
        rows, columns = (slice(self.crop, n - self.crop) for n in answer.shape[1:])
        answer = answer[:, rows, columns]
        if self.seen < self.planes:
            return self._coloured(answer, planes)
        if self.returns == "residual":
            base = resample(planes, self.scale, self.base, border="edge", offset=self.offset)
            return (answer.astype(np.float64) / self.span + base).astype(np.float32)
        if self.range == (0.0, 1.0):
            return answer.astype(np.float32)
        return ((answer.astype(np.float64) - self.range[0]) / self.span).astype(np.float32)

    def _luma(self, rgb: Floats) -> Floats:
        weights, black = luma_weights(self.matrix, self.levels)
        luma: Floats = np.tensordot(weights, rgb.astype(np.float64), 1)[None] + black
        return luma

    def _coloured(self, answer: Floats, planes: Floats) -> Planes:
        """Return the base upscaler's picture, its luma replaced."""
        base = resample(planes, self.scale, self.base, border="edge", offset=self.offset)
        more = answer.astype(np.float64) / self.span
        if self.returns == "picture":
            more = more - self.range[0] / self.span - self._luma(base)
        weights, _ = luma_weights(self.matrix, self.levels)
        return np.asarray(base + more / weights.sum(), np.float32)

    def _check_planes(self, planes: Floats) -> None:
        if planes.ndim != 3 or planes.shape[0] != self.planes or 0 in planes.shape:
            fact = f"the picture is {planes.shape}, wanted is ({self.planes}, height, width)"
            raise _wrong("channels", fact, '"luma" takes one plane, all others take three')

    def check_answer(self, answer: Shape, planes: Shape) -> None:
        """Raise ContractError if an answer of this shape can't be a picture of that shape's."""
        wanted = (self.seen, *(self.scale * n + 2 * self.crop for n in planes[1:]))
        if answer != wanted:
            fact = f"the network returns {spoken(answer)} for a picture of {spoken(planes)}"
            fact += f", but scale {self.scale} and crop {self.crop} want {spoken(wanted)}"
            raise ContractError("contract [output]", fact, what_fits(self, answer, planes))


def read_contract(path: str | Path) -> Contract:
    """Read a contract from its TOML file; keys that are left out keep their defaults.

    Raises
    ------
    ContractError
        No such file, no TOML, an unknown table or key, a value out of bounds.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ContractError(str(path), (error.strerror or str(error)).lower()) from None
    try:
        if len(text) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
        tables = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:
        hint = "tables [input] and [output] with lines like  scale = 2"
        raise ContractError(str(path), f"this is no contract: {error}", hint) from None
    try:
        return Contract(**_flat(tables))
    except ContractError as error:
        where = str(path) + error.where.removeprefix("contract")
        raise ContractError(where, error.fact, error.hint) from None


def write_contract(contract: Contract) -> str:
    """Write a contract as the text of its TOML file, all keys told; reading gives it back."""
    text = ""
    for table, keys in _TABLES.items():
        lines = "\n".join(f"{key} = {_toml(getattr(contract, key))}" for key in keys)
        text += f"\n[{table}]\n{lines}\n"
    return text.lstrip()


_WANTED = {key: f"is not one of {', '.join(words)}" for key, words in _WORDS.items()}
_WANTED |= {key: f"is not a whole number from {a} to {b}" for key, (a, b) in _WHOLE.items()}
_WANTED |= {"range": "is not two numbers, black's and white's, black's the lower one"}
_WANTED |= {"mean": "is not a list of numbers", "offset": "is not a number"}


def _canonical(key: str, value: Any, default: Any) -> Any:
    """Return a value as its field holds it: words as they are, lists as tuples of floats."""
    if key in _WORDS:
        fits = value in _WORDS[key]
    elif key in _WHOLE:
        fits = type(value) is int and _WHOLE[key][0] <= value <= _WHOLE[key][1]
    elif key == "offset":
        fits = _are_numbers([value])
    else:
        fits = isinstance(value, list | tuple) and len(value) > 0 and _are_numbers(value)
        fits = fits and (key == "mean" or (len(value) == 2 and value[0] < value[1]))
    if not fits:
        near = difflib.get_close_matches(str(value), _WORDS.get(key, ()), 1)
        hint = f'did you mean "{near[0]}"?' if near else f"{key} = {_toml(default)}"
        raise _wrong(key, f"{_toml(value)} {_WANTED[key]}", hint)
    if key in ("range", "mean"):
        return tuple(float(x) for x in value)
    return float(value) if key == "offset" else value


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(type(x) in (int, float) and abs(x) < 1e30 for x in values)  # NaN is not < 1e30


def _toml(value: Any) -> str:
    """Return a value as TOML writes it; what TOML can't be is shown as Python does."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(x) for x in value[:8])}]"
    text = str(value).lower() if isinstance(value, bool | int | float) else repr(value)
    return text[:60]


def _flat(tables: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of both tables as one dict; refuse what the file should not hold."""
    flat: dict[str, Any] = {}
    for table, keys in tables.items():
        if table not in _TABLES or not isinstance(keys, dict):
            fact = f'"{table}" is not a table of a contract'
            raise ContractError("contract", fact, _meant(table, tuple(_TABLES)))
        for key in keys:
            if key not in _TABLES[table]:
                hint = _meant(key, _TABLES[table])
                raise ContractError(f"contract [{table}]", f'there is no key "{key}"', hint)
        flat |= keys
    return flat


def _meant(word: str, words: tuple[str, ...]) -> str:
    if word in _TABLE_OF:
        return f"{word} belongs into [{_TABLE_OF[word]}]"
    near = difflib.get_close_matches(word, words, 1)
    return f'did you mean "{near[0]}"?' if near else f"one of {', '.join(words)}"


def _wrong(key: str, fact: str, hint: str) -> ContractError:
    return ContractError(f"contract [{_TABLE_OF[key]}] {key}", fact, hint)


def spoken(shape: Shape) -> str:
    """Sizes as people say them, width first."""
    if len(shape) != 3:
        return str(shape)
    return f"{shape[2]}x{shape[1]} ({shape[0]} channel{'s' if shape[0] != 1 else ''})"


def moot(settings: Mapping[str, Any]) -> set[str]:
    """Return which settings of a contract change nothing, the others being what they are."""
    found = set()
    if not settings["channels"].startswith("luma"):
        found |= {"matrix", "levels"}
    if settings["returns"] == "picture" and settings["channels"] != "luma-of-rgb":
        found.add("base")
    if not settings["border"]:
        found.add("padding")
    return found


def setting(value: object) -> str:
    """A setting's value as people read it."""
    if isinstance(value, tuple | list):
        return " ".join(f"{number:g}" for number in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def border_and_crop(scale: int, answer: Shape, planes: Shape) -> tuple[int, int] | None:
    """The least border, and its crop, that make the answer fit; None where nothing does."""
    over = {a - scale * p for a, p in zip(answer[1:], planes[1:], strict=True)}
    if len(over) > 1:
        return None
    border = max(0, math.ceil(-min(over) / (2 * scale)))
    crop, odd = divmod(min(over) + 2 * scale * border, 2)
    return None if odd else (border, crop)


def what_fits(contract: Contract, answer: Shape, planes: Shape) -> str:
    """Tell the keys under which an answer would have fitted its picture."""
    if len(answer) != 3 or answer[0] != contract.seen:
        return (
            f"a network whose answer has {contract.seen} channels, or other channels in [input]"
        )
    scale, rest = divmod(answer[1], planes[1])
    if not rest and answer[1:] == tuple(scale * n for n in planes[1:]):
        return f"scale = {scale}" + (", crop = 0" if contract.crop else "")
    fitting = border_and_crop(contract.scale, answer, planes)
    if fitting is None:
        return "no crop fits: it would have to differ from side to side"
    border, crop = fitting
    return (f"border = {contract.border + border}, " if border else "") + f"crop = {crop}"
