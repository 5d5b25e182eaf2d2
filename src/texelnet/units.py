"""Units: lengths that know what they are; bare floats are never converted.

A point is 1/72 inch (the PostScript and PDF point, not TeX's 1/72.27). A pixel is a length only
at a resolution: CSS fixes it at 96 pixels an inch, a raster says its own.

See CSS Values and Units 3, section 5.2; ISO 32000-1, section 8.3.2.3 (PDF's user unit).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from texelnet.errors import DrawError

POINTS = {"pt": 1.0, "in": 72.0, "inch": 72.0, "mm": 72 / 25.4, "cm": 72 / 2.54, "pc": 12.0}
"""Points in one of each unit."""
CSS_RESOLUTION = 96.0
_WRITTEN = re.compile(
    r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Z]+)\s*(?:@\s*([\d.]+))?\s*"
)


@dataclass(frozen=True)
class Length:
    """A length on paper.

    Parameters
    ----------
    points
        In points, of 1/72 inch.
    """

    points: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.points):
            raise DrawError("a length", f"it is {self.points}", "a finite number")

    @classmethod
    def of(cls, value: float, unit: str, resolution: float = CSS_RESOLUTION) -> Length:
        """Return a length from a number and its unit.

        Parameters
        ----------
        unit
            pt, mm, cm, in, inch, pc (12 points), or px.
        resolution
            Pixels an inch; of px alone.

        Raises
        ------
        DrawError
            If there is no such unit, or no such resolution.
        """
        if unit == "px":
            if not 0 < resolution < math.inf:
                raise DrawError(
                    "a length", f"the resolution is {resolution:g}", "pixels an inch"
                )
            return cls(value * 72 / resolution)
        if unit not in POINTS:
            raise DrawError(
                "a length", f'there is no unit "{unit}"', f"{', '.join(POINTS)}, px"
            )
        return cls(value * POINTS[unit])

    @classmethod
    def read(cls, text: str) -> Length:
        """Return a length as people write it: 12pt, 3.5 mm, 0.5in, 16px, 300px@600.

        Raises
        ------
        DrawError
            If it is none.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise DrawError(
                f'"{text}"', "this is no length", "12pt, 3.5mm, 0.5in, 16px, 300px@600"
            )
        value, unit, resolution = found.groups()
        at = CSS_RESOLUTION if resolution is None else float(resolution)
        return cls.of(float(value), unit.lower(), at)

    def to(self, unit: str, resolution: float = CSS_RESOLUTION) -> float:
        """Return it as a number of units, as :meth:`of` takes them."""
        return self.points / Length.of(1, unit, resolution).points

    def __str__(self) -> str:
        return f"{self.points:g}pt"
