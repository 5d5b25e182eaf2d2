"""Sizes that the reference refuses are refused with a sentence, whoever runs the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.ops.graphs import reference
from tests.ops.strategies import numbers
from tests.shader.graphs import Sketch

from texelnet.errors import NetworkError
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.pixel.evaluate import free_sizes
from texelnet.run import RUNNERS
from texelnet.run.sizes import check_claims, claims_of_program
from texelnet.shader.frame import frame
from texelnet.shader.lower import lower


def _drawn(nodes: Callable[[Sketch], None]) -> Network:
    s = Sketch()
    nodes(s)
    return s.finish("y")


def _mirrored(s: Sketch) -> None:
    s.node("Pad", "y", "x", np.array([0, 0, 1, 0, 0, 0, 2, 0]), mode="reflect")


def _blocks(s: Sketch) -> None:
    s.node("SpaceToDepth", "y", "x", blocksize=2)


def _blocks_by_hand(s: Sketch) -> None:
    s.node("Shape", "shape", "x")
    s.node("Slice", "sides", "shape", [2], [4])
    s.node("Div", "half", "sides", [2])
    for name, at in (("rows", 0), ("columns", 1)):
        s.node("Gather", name, "half", [at], axis=0)
    s.node("Concat", "dims", [1, 1], "rows", [2], "columns", [2], axis=0)
    s.node("Reshape", "apart", "x", "dims")
    s.node("Transpose", "turned", "apart", perm=[0, 1, 3, 5, 2, 4])
    s.node("Concat", "joined", [1, 4], "half", axis=0)
    s.node("Reshape", "y", "turned", "joined")


def _cut_and_padded(s: Sketch) -> None:
    """Nothing is left between, and the plane where that shows is merged away."""
    s.conv("a", "x", 1, 1, 5)
    s.node("Pad", "y", "a", np.array([0, 0, 4, 4, 0, 0, 4, 4]))


# nodes, a picture that is just large enough, one that is too small, why
CASES = [
    (_mirrored, (3, 1), (2, 5), "a picture of 5x2 has 2 pixels there, too few to mirror 2"),
    (_blocks, (2, 4), (3, 4), "a picture of 4x3 gives blobs of 2 and 3 pixels to join"),
    (_blocks_by_hand, (4, 2), (4, 5), "a picture of 5x4 gives blobs of 4 and 5 pixels to join"),
    (_cut_and_padded, (5, 5), (4, 6), "nothing is left of a picture of 6x4"),
]


@pytest.mark.parametrize(("nodes", "enough", "small", "why"), CASES)
def test_a_picture_that_the_reference_refuses_is_refused(
    nodes: Callable[[Sketch], None], enough: tuple[int, int], small: tuple[int, int], why: str
) -> None:
    network, runner = _drawn(nodes), RUNNERS["numpy"]
    feeds = {"x": numbers(1, 1, *enough)}
    wanted = reference(network, feeds)["y"]
    np.testing.assert_allclose(
        runner.blobs(network, {"x": feeds["x"][None]}, False)["y"][0], wanted, atol=1e-5
    )
    blob = {"x": numbers(1, 1, 1, *small)}
    with pytest.raises(NetworkError) as told:
        runner.blobs(network, blob, False)
    assert told.value.fact == why
    with pytest.raises(Exception, match=r"."):
        reference(network, {"x": blob["x"][0]})


@pytest.mark.gpu
def test_the_graphics_card_is_not_asked_for_it_either() -> None:
    with pytest.raises(NetworkError) as told:
        RUNNERS["wgpu"].blobs(_drawn(_mirrored), {"x": numbers(1, 1, 1, 2, 5)}, False)
    assert str(told.value) == (
        'sketch.prototxt (layer "y"): '
        "a picture of 5x2 has 2 pixels there, too few to mirror 2\n"
        "  try: a larger picture"
    )


def test_a_mirrored_border_needs_pixels_too() -> None:
    s = Sketch()
    s.conv("y", "x", 1, 1, 3)
    contract = Contract(border=3, crop=2, padding="reflect", scale=1)
    program = frame(lower(s.finish("y")), contract)
    planes = {program.inputs[0]: numbers(1, 1, 3, 9)}
    free = free_sizes(program, planes)
    with pytest.raises(NetworkError) as told:
        check_claims(claims_of_program(program), free, "a picture of 9x3", "up.prototxt")
    assert told.value.fact == "a picture of 9x3 has 3 pixels there, too few to mirror 3"
