"""Probe: a network asked what it wants of a picture: its answers, and how its grid lies."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING

from texelnet.errors import ShaderError
from texelnet.run.onnxruntime import Picturing
from texelnet.run.runner import Planes

if TYPE_CHECKING:
    from texelnet.graph.contract import Contract
    from texelnet.graph.network import Network
    from texelnet.pixel.reach import Reach

USUAL = 64


class Probe:
    """Answers to raw numbers, computed by onnxruntime.

    ``channels`` is what a picture has to be, ``size`` (height, width) one the network takes,
    ``known`` the keys of a contract that follow from the network itself.
    """

    def __init__(self, network: Network) -> None:
        self._respond = Picturing(network)
        self.size = tuple(n or USUAL for n in self._respond.size)
        self.known: dict[str, str | int] = {
            "channels": "rgb" if self._respond.channels == 3 else "luma"
        }
        if None not in self._respond.size:  # no other size can be tried
            small = self._answer_size()
            self.known["scale"] = max(1, small[0] // self.size[0])
        self._axes = _axes(network)

    def __call__(self, numbers: Planes) -> Planes:
        """Return the answer (channels, height, width) to numbers."""
        return self._respond(numbers)

    def _answer_size(self) -> tuple[int, ...]:
        import numpy as np

        zeros = np.zeros((self._respond.channels, *self.size), np.float32)
        return self._respond(zeros).shape[1:]

    def widened(self, contract: Contract) -> Contract:
        """Return the contract with so much border that no output pixel lacks anything.

        A network of valid convolutions that ends in a deconvolution draws its outermost
        pixels from fewer kernels, darker: they are cut off, and the border is wider for it.
        """
        if not contract.border or self._axes is None:
            return contract
        answer = self._answer_size()
        while contract.border < 1024 and any(
            ceil(axis.rate * contract.crop + axis.low) < 0
            or floor(axis.rate * (length - 1 - contract.crop) + axis.high) >= size
            for axis, length, size in zip(self._axes, answer, self.size, strict=True)
        ):
            border, crop = contract.border + 1, contract.crop + contract.scale
            contract = replace(contract, border=border, crop=crop)
        return contract

    def placed(self, contract: Contract) -> Contract:
        """Return the contract with the offset that the output's grid has."""
        if self._axes is None:
            return contract
        offsets = {
            axis.offset + contract.crop - contract.border * axis.scale for axis in self._axes
        }
        return replace(contract, offset=float(offsets.pop())) if len(offsets) == 1 else contract


def _axes(network: Network) -> tuple[Reach, Reach] | None:
    from texelnet.pixel.reach import reach
    from texelnet.shader.lower import lower

    try:
        program = lower(network)
        return reach(program, program.outputs[0])
    except (ShaderError, ValueError):  # no pixel program, or it does not depend on the picture
        return None
