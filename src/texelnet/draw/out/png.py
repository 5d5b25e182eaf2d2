"""PNG: a scene as pixels, covered exactly."""

from __future__ import annotations

import numpy as np

from texelnet.draw.out.output import Output
from texelnet.draw.render import render
from texelnet.draw.scene import Scene
from texelnet.picture import png


def write(scene: Scene, resolution: float) -> bytes:
    """Return the file: 8 bit, red, green and blue."""
    colour = render(scene, resolution).colour
    levels = np.floor(colour.clip(0, 1) * np.float64(255) + 0.5).astype(np.uint8)
    return b"".join(png.write(np.ascontiguousarray(levels.transpose(1, 2, 0))))


PNG = Output(".png", "Pixels, covered exactly.", write)
