"""Shipped: fonts that are the same on every machine, since matplotlib brings them.

DejaVu, free to use and to embed; its files have not changed since 2016. What is drawn with one
tells its SHA-256, so a picture drawn with another can be told.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path as File

from texelnet.errors import DrawError


@cache
def shipped(name: str) -> File:
    """Return the file of a font: "DejaVuSans-Bold.ttf".

    Raises
    ------
    DrawError
        If matplotlib came without it.
    """
    import matplotlib

    file = File(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    if not file.is_file():
        raise DrawError(str(file), "matplotlib came without this font", "matplotlib from PyPI")
    return file


@cache
def digest(name: str) -> str:
    """Return the SHA-256 of a font, in hexadecimal digits."""
    return hashlib.sha256(shipped(name).read_bytes()).hexdigest()
