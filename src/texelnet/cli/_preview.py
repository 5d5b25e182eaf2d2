"""Preview: a small picture on the terminal, two pixels in each character."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from texelnet.cli._table import on_terminal

SHADES = "█▓▒░ "


def show(colour: NDArray[np.float32]) -> None:
    """Print (3, height, width) in 0..1: in colours, or in shades where a program reads."""
    levels = (np.nan_to_num(colour).clip(0, 1) * 255).astype(int)
    height = levels.shape[1] // 2 * 2
    upper, lower = levels[:, 0:height:2], levels[:, 1:height:2]
    if not on_terminal():
        shade = (upper + lower).sum(0) * len(SHADES) // (6 * 256)
        print("\n".join("".join(SHADES[s] for s in row).rstrip() for row in shade))
        return
    from rich.color import Color
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    text = Text(no_wrap=True)
    for above, below in zip(upper.transpose(1, 2, 0), lower.transpose(1, 2, 0), strict=True):
        for a, b in zip(above.tolist(), below.tolist(), strict=True):
            text.append("▀", Style(color=Color.from_rgb(*a), bgcolor=Color.from_rgb(*b)))
        text.append("\n")
    Console().print(text, end="")
