"""PARTS: what random networks are put together from, by name.

To add a part, write its function and list it in its file's dict.
"""

from tests.random_networks.parts.channels import CHANNELS
from tests.random_networks.parts.joins import JOINS
from tests.random_networks.parts.moves import MOVES
from tests.random_networks.parts.pointwise import POINTWISE
from tests.random_networks.parts.sizes import SIZED
from tests.random_networks.parts.truths import TRUTHS
from tests.random_networks.parts.whole import WHOLE
from tests.random_networks.parts.windows import WINDOWS

PARTS = {**WINDOWS, **POINTWISE, **CHANNELS, **TRUTHS, **WHOLE, **JOINS, **MOVES, **SIZED}

__all__ = ["PARTS"]
