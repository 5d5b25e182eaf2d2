"""Windows in words and squares: what convolutions and poolings have in common."""

from __future__ import annotations

from texelnet.ops.conv import Window
from texelnet.page import Cells

INSIDE, OUTSIDE = 0, 1
LEGEND = ("in the window", "outside the picture")


def both(rows: int, columns: int) -> str:
    """Write a number of rows and columns."""
    return f"{rows}" if rows == columns else f"{rows} x {columns}"


def spoken(y: Window, x: Window) -> list[tuple[str, str]]:
    """Return kernel, stride, pad and dilation as numbers of a page."""
    found = [("kernel", f"{y.kernel} x {x.kernel}"), ("stride", both(y.stride, x.stride))]
    pads = {y.before, y.after, x.before, x.after}
    if y.total is not None or x.total is not None:
        found.append(("pad", "so that the size divided by the stride comes out"))
    elif pads == {y.before}:
        found.append(("pad", str(y.before)))
    else:
        found.append(
            ("pad", f"top {y.before}, bottom {y.after}, left {x.before}, right {x.after}")
        )
    if max(y.dilation, x.dilation) > 1:
        found.append(("dilation", both(y.dilation, x.dilation)))
    return found


def place(window: Window) -> str:
    """Write which pixel i meets kernel place k in output pixel o."""
    start = "o" if window.stride == 1 else f"{window.stride}·o"
    step = "k" if window.dilation == 1 else f"{window.dilation}·k"
    return f"i = {start} + {step}" + (f" - {window.before}" if window.before else "")


def size(shape: tuple[int, int, int] | None) -> str:
    """Write a picture's size, width first."""
    return f"{shape[2]} x {shape[1]}" if shape else "?"


def along(window: Window, length: int, count: int, axis: str) -> Cells:
    """Draw one axis: a row for each window, a square for each pixel, the padding included.

    Parameters
    ----------
    length
        Pixels of the input.
    count
        Windows, which is pixels of the output.
    """
    first = -window.before
    last = max(
        length - 1 + window.after, (count - 1) * window.stride + first + window.reach - 1
    )
    rows, groups = [], []
    for o in range(count):
        start = o * window.stride + first
        taken = {start + k * window.dilation for k in range(window.kernel)}
        places = range(first, last + 1)
        rows.append([str(i) if 0 <= i < length else "" for i in places])
        groups.append([_group(i, i in taken, length) for i in places])
    alt = f"{count} windows over {length} {axis}, a row each."
    outside = any(OUTSIDE in row for row in groups)
    return Cells(f"windows over {length} {axis}", rows, alt, groups, LEGEND[: 1 + outside])


def _group(place: int, taken: bool, length: int) -> int:
    if not taken:
        return -1
    return INSIDE if 0 <= place < length else OUTSIDE
