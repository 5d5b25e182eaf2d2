"""numpy as a runner: the pixel program of a network, read slowly and plainly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from texelnet.errors import NetworkError
from texelnet.run.batches import one_by_one
from texelnet.run.runner import Blobs, Draw, Planes, Runner
from texelnet.run.sizes import Sizes, check_blobs, claims_of_program
from texelnet.run.tiles import tiled

if TYPE_CHECKING:
    from texelnet.graph.network import Network

MOST_BYTES = 1 << 26
"""What all planes of a tile may hold; the reading holds every tap of a plane besides."""


def _adapter() -> str:
    return f"numpy {np.__version__}"


def _planes(network: Network) -> Draw:
    from texelnet.pixel import evaluate
    from texelnet.shader.compile import simplify
    from texelnet.shader.frame import frame
    from texelnet.shader.lower import lower
    from texelnet.shader.schedule import HYBRID

    assert network.contract is not None, "a picture is drawn under a contract"
    program = simplify(frame(lower(network), network.contract), HYBRID)
    (source,), (name,) = program.inputs, program.outputs
    sizes = Sizes.of_program(program, network.source)

    def run(picture: Planes) -> Planes:
        answer: Planes = evaluate(program, {source: picture})[name]
        return answer

    def fits(height: int, width: int) -> bool:
        return sizes.bytes_at(height, width) <= MOST_BYTES

    tiles = tiled(run, sizes.axes, sizes.answer_at, fits)

    def draw(picture: Planes) -> Planes:
        sizes.check(*picture.shape[1:])
        return tiles(picture)

    return draw


def _blobs(network: Network, inputs: Mapping[str, np.ndarray], every: bool) -> Blobs:
    from texelnet.pixel import evaluate
    from texelnet.pixel.evaluate import free_sizes
    from texelnet.shader.lower import lower

    program = lower(network)
    wanted = list(program.planes) if every else list(program.outputs)
    program = replace(program, outputs=tuple(wanted))
    ones = one_by_one(network, program.inputs, inputs)
    try:
        free = free_sizes(program, ones[0])
    except ValueError as error:
        raise NetworkError(network.source, str(error)) from None
    check_blobs(claims_of_program(program), free, ones[0], network.source)
    pictures = [evaluate(program, one) for one in ones]
    return {name: np.stack([p[name] for p in pictures]) for name in wanted}


NUMPY = Runner(
    "numpy",
    "The pixel program read in numpy: slow, plain, needs nothing.",
    _adapter,
    _planes,
    _blobs,
)
