"""Network: a trained network as a graph, and what is known of where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import onnx_ir as ir

from texelnet.graph.contract import Contract


@dataclass(frozen=True)
class Network:
    """A graph whose values carry the reader's own names.

    Parameters
    ----------
    name
        What people call it.
    model
        The graph. Blobs of pictures are (batch, channels, height, width); the sizes of the
        file are an example, so height and width are free unless a layer pins them.
    source
        The file it was read from; errors begin with it.
    contract
        What it wants of a picture, if that is known.
    pins
        Why height and width are not free: one sentence a layer, empty when they are.
    """

    name: str
    model: ir.Model
    source: str
    contract: Contract | None = None
    pins: tuple[str, ...] = ()

    def wants(self, contract: Contract | None) -> Network:
        """Return the same network under another contract."""
        return replace(self, contract=contract)
