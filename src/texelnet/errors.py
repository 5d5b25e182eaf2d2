"""Errors that teach: where it happened, the fact in the reader's words, what to try.

::

    TexelnetError
    ├── PrototxtError    a network's text can't be read, or names something Caffe does not know
    ├── WeightsError     weights are missing, damaged, or do not fit their layer
    ├── NetworkError     the network itself can't be what was asked of it
    ├── ContractError    what the network wants of a picture is unknown or contradictory
    ├── PictureError     a picture file can't be read or written
    ├── ShaderError      the network can't be written as shaders for the host
    ├── PackageError     a package on disk is incomplete, damaged or of another kind
    ├── DrawError        an outline or a scene can't be drawn as asked
    ├── DeviceError      no graphics driver, or it refuses what was asked
    └── UsageError       the command line's words do not fit together
"""

from __future__ import annotations


class TexelnetError(Exception):
    """Anything texelnet refuses, with the place, the fact and what to try.

    Parameters
    ----------
    where
        The place in the reader's own material: ``net.prototxt:41 (layer "up1")``.
    fact
        What is so, in the reader's words, without a full stop.
    hint
        What to try; empty when there is nothing honest to suggest.
    """

    def __init__(self, where: str, fact: str, hint: str = "") -> None:
        self.where, self.fact, self.hint = where, fact, hint
        super().__init__(f"{where}: {fact}" + (f"\n  try: {hint}" if hint else ""))


class PrototxtError(TexelnetError):
    """A network's text can't be read, or names something Caffe does not know."""


class WeightsError(TexelnetError):
    """Weights are missing, damaged, or do not fit their layer."""


class NetworkError(TexelnetError):
    """The network itself can't be what was asked of it."""


class ContractError(TexelnetError):
    """What the network wants of a picture is unknown or contradictory."""


class PictureError(TexelnetError):
    """A picture file can't be read or written."""


class ShaderError(TexelnetError):
    """The network can't be written as shaders for the host."""


class PackageError(TexelnetError):
    """A package on disk is incomplete, damaged or of another kind."""


class DrawError(TexelnetError):
    """An outline or a scene can't be drawn as asked."""


class DeviceError(TexelnetError):
    """No graphics driver, or it refuses what was asked."""


class UsageError(TexelnetError):
    """The command line's words do not fit together."""
