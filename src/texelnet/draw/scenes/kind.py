"""Kind: one kind of scene, and the ranges that its pictures are drawn from."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from texelnet.draw.scene import Scene
from texelnet.errors import DrawError

Range = tuple[float, float]


@dataclass(frozen=True)
class Setting:
    """A range that values are drawn from, evenly.

    Parameters
    ----------
    usual
        Its lowest and highest value unless somebody says otherwise.
    bounds
        What it may be.
    summary
        What it is, and its unit.
    """

    usual: Range
    bounds: Range
    summary: str


class Draws:
    """Random values by name: one setting's values never depend on another's range.

    Parameters
    ----------
    seed
        The same numbers make the same values.
    ranges
        By the settings' names.
    """

    def __init__(self, seed: tuple[int, ...], ranges: Mapping[str, Range]) -> None:
        self._seed, self._ranges = seed, ranges

    def __call__(self, name: str, *of: int) -> float:
        """Return a value of a setting; `of` tells whose."""
        low, high = self._ranges[name]
        return low + (high - low) * self.unit(name, *of)

    def whole(self, name: str, *of: int) -> int:
        """Return a whole number of a setting, both ends included."""
        low, high = (round(end) for end in self._ranges[name])
        return low + min(int(self.unit(name, *of) * (high - low + 1)), high - low)

    def unit(self, name: str, *of: int) -> float:
        """Return a number in 0..1 by any name."""
        return float(self.generator(name, *of).random())

    def generator(self, name: str, *of: int) -> np.random.Generator:
        """Return a generator by any name."""
        return np.random.default_rng((*self._seed, zlib.crc32(name.encode()), *of))


@dataclass(frozen=True)
class Kind:
    """One kind of scene.

    Parameters
    ----------
    name, summary
        What it is called, and what it is.
    annotations
        How its pictures may be labelled; the first is usual. The pixels are the same.
    settings
        By name.
    draw
        Makes a scene of random values and one of the annotations.
    fonts
        Shipped ones that it letters with.
    """

    name: str
    summary: str
    annotations: tuple[str, ...]
    settings: Mapping[str, Setting]
    draw: Callable[[Draws, str], Scene]
    fonts: tuple[str, ...] = ()

    def make(
        self,
        seed: int | tuple[int, ...] = 0,
        annotate: str = "",
        ranges: Mapping[str, Range] | None = None,
    ) -> Scene:
        """Return the scene of a seed.

        Parameters
        ----------
        annotate
            One of the annotations; the first if empty.
        ranges
            Settings that are not as usual.

        Raises
        ------
        DrawError
            There is no such annotation or setting, or its bounds are exceeded.
        """
        where = f'a scene of kind "{self.name}"'
        unit = annotate or self.annotations[0]
        if unit not in self.annotations:
            known = ", ".join(self.annotations)
            raise DrawError(where, f'it is not annotated by "{unit}"', f"one of {known}")
        wanted = dict(ranges or {})
        for name, (low, high) in wanted.items():
            if name not in self.settings:
                known = ", ".join(self.settings)
                raise DrawError(where, f'there is no setting "{name}"', f"one of {known}")
            least, most = self.settings[name].bounds
            if not least <= low <= high <= most:
                fact = f"{name} is {low:g}..{high:g}"
                raise DrawError(where, fact, f"within {least:g}..{most:g}, the lower first")
        every = {name: setting.usual for name, setting in self.settings.items()} | wanted
        return self.draw(Draws(seed if isinstance(seed, tuple) else (seed,), every), unit)
