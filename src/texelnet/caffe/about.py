"""About: what a type of layer is, for people; the reference page of layers is written from it.

Settings, defaults and their meanings are not said here: they stand in `fields.py`, where the
reader takes them from.
"""

from __future__ import annotations

from dataclasses import dataclass

PICTURE = 'input: "data" input_shape { dim: [1, 3, 9, 8] }\n'
"""How most examples begin."""


@dataclass(frozen=True)
class About:
    """What a type of layer is.

    Parameters
    ----------
    summary
        What it does, in one line.
    formula
        Plain text, in the words of the settings; x is the bottom and y the top, a and b are
        the first and the second of two bottoms.
    example
        A small network with such a layer, as prototxt; it is tried on every machine.
    settings
        The blocks of settings that it reads.
    weights
        What each parameter is, and its shape: sizes with ``x`` between them, each a letter
        of the bottom (N, C, H, W), a setting, or the product or quotient of such. Settings may
        take some of them away.
    quirks
        What people get wrong, a sentence each.
    """

    summary: str = ""
    formula: str = ""
    example: str = ""
    settings: tuple[str, ...] = ()
    weights: tuple[tuple[str, str], ...] = ()
    quirks: tuple[str, ...] = ()


UNTOLD = About()


def layer(type: str, settings: str = "", bottoms: str = "data", tops: str = "y") -> str:
    """Write a layer as prototxt, for an example; several blobs with spaces between."""
    head = f'layer {{ name: "{type.lower()}" type: "{type}"'
    blobs = "".join(f' bottom: "{blob}"' for blob in bottoms.split())
    blobs += "".join(f' top: "{blob}"' for blob in tops.split())
    lines = [head + blobs] if len(head + blobs) < 80 else [head, " " + blobs]
    return "\n".join([*lines, *([f"  {settings}"] if settings else [])]) + " }\n"
