"""Contract: what a network wants of a picture and what it gives back, as data.

It lies beside the network as a TOML file of the same name::

    [input]
    channels = "luma"      # luma | rgb | bgr
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
luma only. Output pixel o shows the place (o + 0.5 + offset) / scale - 0.5 of the input, so a
positive offset moves the grid right and down. The base upscaler samples the same grid and
repeats the outermost pixel beyond the border (:func:`texelnet.picture.resample`, rule "edge").
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError
from texelnet.picture import resample

Floats = NDArray[np.floating]
Planes = NDArray[np.float32]
Shape = tuple[int, ...]
Respond = Callable[[Planes], Floats]

_WORDS = {
    "channels": ("luma", "rgb", "bgr"),
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
        if len(self.mean) not in (1, self.planes):
            fact = f"{len(self.mean)} numbers for {self.channels}"
            raise _wrong("mean", fact, "one number for all, or one a channel")

    @property
    def planes(self) -> int:
        """How many channels the network sees: 1 of luma, 3 of colour."""
        return 1 if self.channels == "luma" else 3

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
        numbers: Floats = planes
        if self.range != (0.0, 1.0) or any(self.mean):
            mean = np.array(self.mean)[:, None, None]
            numbers = planes.astype(np.float64) * self.span + self.range[0] - mean
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
        self._check_answer(answer.shape, planes.shape)
        rows, columns = (slice(self.crop, n - self.crop) for n in answer.shape[1:])
        answer = answer[:, rows, columns]
        if self.returns == "residual":
            base = resample(planes, self.scale, self.base, border="edge", offset=self.offset)
            return (answer.astype(np.float64) / self.span + base).astype(np.float32)
        if self.range == (0.0, 1.0):
            return answer.astype(np.float32)
        return ((answer.astype(np.float64) - self.range[0]) / self.span).astype(np.float32)

    def _check_planes(self, planes: Floats) -> None:
        if planes.ndim != 3 or planes.shape[0] != self.planes or 0 in planes.shape:
            fact = f"the picture is {planes.shape}, wanted is ({self.planes}, height, width)"
            raise _wrong("channels", fact, '"luma" takes one plane, "rgb" and "bgr" take three')

    def _check_answer(self, answer: Shape, planes: Shape) -> None:
        wanted = (self.planes, *(self.scale * n + 2 * self.crop for n in planes[1:]))
        if answer != wanted:
            fact = f"the network returns {_size(answer)} for a picture of {_size(planes)}"
            fact += f", but scale {self.scale} and crop {self.crop} want {_size(wanted)}"
            raise ContractError("contract [output]", fact, _what_fits(self, answer, planes))


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


def _size(shape: Shape) -> str:
    """Sizes as people say them, width first."""
    if len(shape) != 3:
        return str(shape)
    return f"{shape[2]}x{shape[1]} ({shape[0]} channel{'s' if shape[0] != 1 else ''})"


def _border_and_crop(scale: int, answer: Shape, planes: Shape) -> tuple[int, int] | None:
    """The least border, and its crop, that make the answer fit; None where nothing does."""
    over = {a - scale * p for a, p in zip(answer[1:], planes[1:], strict=True)}
    if len(over) > 1:
        return None
    border = max(0, math.ceil(-min(over) / (2 * scale)))
    crop, odd = divmod(min(over) + 2 * scale * border, 2)
    return None if odd else (border, crop)


def _what_fits(contract: Contract, answer: Shape, planes: Shape) -> str:
    """Tell the keys under which an answer would have fitted its picture."""
    if len(answer) != 3 or answer[0] != planes[0]:
        return f"a network whose answer has {planes[0]} channels, or other channels in [input]"
    scale, rest = divmod(answer[1], planes[1])
    if not rest and answer[1:] == tuple(scale * n for n in planes[1:]):
        return f"scale = {scale}" + (", crop = 0" if contract.crop else "")
    fitting = _border_and_crop(contract.scale, answer, planes)
    if fitting is None:
        return "no crop fits: it would have to differ from side to side"
    border, crop = fitting
    return (f"border = {contract.border + border}, " if border else "") + f"crop = {crop}"


_RANGES = ((0.0, 1.0), (0.0, 255.0), (-1.0, 1.0))
_GREYS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FITS = 0.04  # ten levels of 255: how far off a trained network may draw black and white
_ALIKE = 0.001  # a quarter of a level: nobody can tell which of two is nearer
_SAME = 4e-6  # a thousandth of a level: what rounding makes of the same picture


@dataclass(frozen=True)
class Hypothesis:
    """A contract a network may have, and how far off flat greys come back, in 0..1."""

    contract: Contract
    residual: float

    def __str__(self) -> str:
        low, high = self.contract.range
        return f"--range {low:g}..{high:g} --returns {self.contract.returns}"


@dataclass(frozen=True)
class Guess:
    """The contract that the evidence speaks for, all hypotheses, best first, and why."""

    contract: Contract
    hypotheses: tuple[Hypothesis, ...]
    reason: str


def guess_contract(
    respond: Respond, channels: str = "luma", scale: int | None = None, size: Shape = (64, 64)
) -> Guess:
    """Guess the contract by evidence: under the right one, flat greys come back.

    `respond` runs the network on raw numbers (channels, height, width), at `size` (height,
    width). Border and crop follow from the size of its answer, scale too if left out. Each
    range is tried, the answer taken for a picture and for a residual. Those that fit alike are
    told apart by noise: a network without biases draws the same picture in 0..1 and 0..255,
    and then either is right. Mean, padding, offset and base of a residual leave no trace in
    flat greys and keep their defaults.

    Raises
    ------
    ContractError
        Nothing fits, or several do and draw different pictures: it lists them and asks.
    """
    start = _sized(respond, Contract(channels=channels), scale, size)
    shape = (start.planes, *(max(1, n - 2 * start.border) for n in size))
    tried = [
        replace(start, returns=r, range=n) for r in ("picture", "residual") for n in _RANGES
    ]
    found = [Hypothesis(contract, _residual(respond, contract, shape)) for contract in tried]
    ranked = tuple(sorted(found, key=lambda h: h.residual))
    best, second = ranked[0].residual, ranked[1].residual
    table = "".join(f"\n  {h!s:34} off by {h.residual:.3g}" for h in ranked)
    if best > _FITS:
        fact = "flat greys do not come back under any range:" + table
        raise ContractError("the network", fact, "a contract file that says what it wants")
    likely = [h for h in found if h.residual <= max(3 * best, _ALIKE)]
    noise = np.random.default_rng(1).random(shape, np.float32)
    drawn = [_drawn(respond, h.contract, noise) for h in likely]
    if any(not np.abs(picture - drawn[0]).max() <= _SAME for picture in drawn):
        fact = "flat greys do not tell what it wants:" + table
        raise ContractError("the network", fact, "say " + ", or ".join(map(str, likely)))
    reason = "either is right, they draw the same picture: " + ", ".join(map(str, likely))
    if len(likely) == 1:
        reason = f"it returns flat greys to {best:.3g}, the next best to {second:.3g}"
    return Guess(likely[0].contract, ranked, reason)


def _drawn(respond: Respond, contract: Contract, planes: Planes) -> Planes:
    return contract.from_network(respond(contract.to_network(planes)), planes)


def _residual(respond: Respond, contract: Contract, shape: Shape) -> float:
    """Tell how far off flat greys come back in the middle of the picture, in 0..1."""
    worst = 0.0
    for grey in _GREYS:
        picture = _drawn(respond, contract, np.full(shape, grey, np.float32))
        rows, columns = (slice(n * 3 // 8, n * 5 // 8 + 1) for n in picture.shape[1:])
        error = np.abs(picture[:, rows, columns] - grey)
        worst = max(worst, float(np.where(np.isfinite(error), error, np.inf).max()))
    return worst


def _sized(respond: Respond, contract: Contract, scale: int | None, size: Shape) -> Contract:
    """Find scale, border and crop by the sizes of answers."""
    shape, larger = ((contract.planes, size[0] + n, size[1] + n) for n in (0, 8))
    answer = np.shape(respond(np.zeros(shape, np.float32)))
    picture_like = len(answer) == 3 and answer[0] == shape[0]
    if picture_like and scale is None:
        scale = max(1, (np.shape(respond(np.zeros(larger, np.float32)))[1] - answer[1]) // 8)
    contract = replace(contract, scale=scale or 1)
    fitting = _border_and_crop(contract.scale, answer, shape) if picture_like else None
    if fitting is None:
        fact = f"it returns {_size(answer)} for a picture of {_size(shape)}"
        raise ContractError("the network", fact, _what_fits(contract, answer, shape))
    return replace(contract, border=fitting[0], crop=fitting[1])
