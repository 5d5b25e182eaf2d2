"""Errors that teach: where it happened, the fact in the reader's words, what to try.

::

    TexelnetError
    ├── PrototxtError    a network's text can't be read, or names something Caffe does not know
    ├── WeightsError     weights are missing, damaged, or do not fit their layer
    ├── NetworkError     the network itself can't be what was asked of it
    │   └── LabelError   a label is none that the network could learn
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


class LabelError(NetworkError):
    """A label is none that the network could learn.

    Parameters
    ----------
    where, hint
        As of all errors.
    blob, picture
        Where it was found: the blob as the file calls it, the picture's number in the batch.
    value, behind
        What stands there; which pixel it is, and what labels may be.
    entry
        Where the picture comes from: a file, a row; empty if nobody knows.
    """

    def __init__(
        self,
        where: str,
        blob: str,
        picture: int,
        value: str,
        behind: str,
        hint: str,
        entry: str = "",
    ) -> None:
        self.blob, self.picture, self.value, self.behind = blob, picture, value, behind
        known = f" ({entry})" if entry else ""
        super().__init__(where, f"{blob} has {value} in picture {picture}{known}{behind}", hint)

    def of(self, entry: str) -> LabelError:
        """Return the same error with the place that the picture comes from."""
        found = self.blob, self.picture, self.value, self.behind
        return LabelError(self.where, *found, self.hint, entry)


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
