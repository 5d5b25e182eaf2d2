"""Run: a piece of text that was found in a file, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass

from texelnet.draw.text.printed import Printed


@dataclass(frozen=True)
class Run:
    """Letters set at once.

    Parameters
    ----------
    text
        What is set, as far as the file tells its characters.
    page
        From 1; 0 of a file without pages.
    font
        As the file calls it.
    written
        The font size as the file writes it, in its own units.
    printed
        How it comes out.
    """

    text: str
    page: int
    font: str
    written: str
    printed: Printed
