"""Reading: JSON with its place in errors, and numbers that are numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from texelnet.errors import PictureError
from texelnet.label.dataset import Floats


@contextmanager
def parsed(text: str, where: str, name: str) -> Iterator[Any]:
    """Give the JSON; what is missing or of another kind in it becomes an error.

    Raises
    ------
    PictureError
        The text is no JSON, or has another form.
    """
    try:
        yield json.loads(text)
    except RecursionError:
        raise PictureError(where, "it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise PictureError(f"{where}:{error.lineno}", f"this is no JSON: {error.msg}") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        told = f"{type(error).__name__}: {error}"
        raise PictureError(where, f"this is no {name} file: {told}") from None


def polygon(xs: Any, ys: Any) -> Floats:
    """Return (n, 2), three points or more, all finite."""
    points = np.stack([np.asarray(xs, np.float64), np.asarray(ys, np.float64)], -1)
    if points.ndim != 2 or len(points) < 3 or not np.isfinite(points).all():
        raise ValueError("a polygon is no list of three finite points or more")
    return points


def rounded(values: Floats) -> list[float]:
    """Return numbers to a thousandth, as short as JSON writes them."""
    return [round(float(value), 3) for value in values]
