"""OUTPUTS: what a scene can be written as, one file each."""

from texelnet.draw.out import actionscript, canvas, pdf, png, svg, swf
from texelnet.draw.out.output import Output

__all__ = ["OUTPUTS", "Output"]

OUTPUTS: dict[str, Output] = {
    output.suffix: output
    for output in (
        svg.SVG,
        png.PNG,
        pdf.PDF,
        canvas.CANVAS,
        actionscript.ACTIONSCRIPT,
        swf.SWF,
    )
}
"""By the ending of the file's name."""
