"""TEXT: how large letters are on paper, whatever they went through; and the runs of files."""

from collections.abc import Callable, Iterator
from pathlib import Path

from texelnet.draw.text import check_pdf, check_svg
from texelnet.draw.text.printed import (
    OUTPUTS,
    Flash,
    Output,
    Printed,
    chain,
    fit,
    fit_flash,
    printed,
    read_transform,
    unit_of,
)
from texelnet.draw.text.run import Run
from texelnet.errors import DrawError

CHECKERS: dict[str, Callable[[Path], Iterator[Run]]] = {
    ".pdf": check_pdf.runs,
    ".svg": check_svg.runs,
}
"""What reads the runs of a file, by the ending of its name."""


def runs(path: Path) -> Iterator[Run]:
    """Yield every run of text of a file, with its true size.

    Raises
    ------
    DrawError
        If it is of no kind that is read here, or damaged.
    """
    if path.suffix.lower() not in CHECKERS:
        raise DrawError(str(path), "its name says no kind that is read", " or ".join(CHECKERS))
    yield from CHECKERS[path.suffix.lower()](path)


__all__ = [
    "CHECKERS",
    "OUTPUTS",
    "Flash",
    "Output",
    "Printed",
    "Run",
    "chain",
    "fit",
    "fit_flash",
    "printed",
    "read_transform",
    "runs",
    "unit_of",
]
