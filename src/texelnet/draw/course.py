"""Course: a number that changes over time, told by its values at some times.

Before the first and after the last it stays; between two it changes evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from texelnet.errors import DrawError

FORM = "a number, or its values at seconds: 0:80,4:60"


@dataclass(frozen=True)
class Course:
    """Values by their times.

    Parameters
    ----------
    keys
        Pairs of seconds and a value, at least one, each later than the one before.
    """

    keys: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        numbers = [number for key in self.keys for number in key]
        if not numbers or not all(map(isfinite, numbers)):
            raise DrawError("a course", f"its keys are {self}", "pairs of finite numbers")
        times = [time for time, _ in self.keys]
        if sorted(set(times)) != times:
            raise DrawError(
                "a course", f"its keys are {self}", "each later than the one before"
            )

    def __str__(self) -> str:
        return ",".join(f"{time:g}:{value:g}" for time, value in self.keys)

    def at(self, seconds: float) -> float:
        """Return the value at a time."""
        if seconds <= self.keys[0][0]:
            return self.keys[0][1]
        for (begin, before), (end, after) in pairwise(self.keys):
            if seconds < end:
                return before + (seconds - begin) / (end - begin) * (after - before)
        return self.keys[-1][1]

    @property
    def values(self) -> tuple[float, ...]:
        """Its values at its keys; between them it goes no further."""
        return tuple(value for _, value in self.keys)


Changing = float | Course
"""A number, or one that changes."""


def now(value: Changing, seconds: float) -> float:
    """Return what a number is at a time."""
    return value.at(seconds) if isinstance(value, Course) else value


def ever(value: Changing) -> tuple[float, ...]:
    """Return all that a number is at its keys."""
    return value.values if isinstance(value, Course) else (value,)


def read_course(text: str, where: str) -> Changing:
    """Return what a word says: "70", or "0:80,4:60" for 80 at first and 60 after 4 seconds.

    Raises
    ------
    DrawError
        It says neither.
    """
    try:
        if ":" not in text:
            return float(text)
        pairs = [key.split(":") for key in text.split(",")]
        return Course(tuple((float(time), float(value)) for time, value in pairs))
    except ValueError:
        raise DrawError(where, f'"{text}" is no number', FORM) from None
