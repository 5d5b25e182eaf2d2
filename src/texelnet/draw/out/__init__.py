"""OUTPUTS: what a scene can be written as, one file each."""

from texelnet.draw.out import png, svg
from texelnet.draw.out.output import Output

__all__ = ["OUTPUTS", "Output"]

OUTPUTS: dict[str, Output] = {output.suffix: output for output in (svg.SVG, png.PNG)}
"""By the ending of the file's name."""
