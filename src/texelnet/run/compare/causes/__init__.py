"""CAUSES: the mistakes that shaders are known to make, each a hypothesis that can be tested.

To add one, write its record (a Cause) into the file of its kind; here the kinds are listed.
"""

from texelnet.run.compare.causes import border, colour, grid, passes, shuffle, weights
from texelnet.run.compare.causes.cause import WHOLE, Cause, Ranges

_KINDS = (colour, border, weights, shuffle, passes, grid)
CAUSES: dict[str, Cause] = {cause.name: cause for kind in _KINDS for cause in kind.CAUSES}
"""Every cause, by name; where several explain a picture, the earlier is told first."""

__all__ = ["CAUSES", "WHOLE", "Cause", "Ranges"]
