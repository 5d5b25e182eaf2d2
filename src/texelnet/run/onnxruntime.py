"""onnxruntime on the CPU: the reference that every other runner is compared with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from texelnet.errors import NetworkError
from texelnet.graph.network import Network
from texelnet.graph.serialise import to_bytes


class Reference:
    """A network in onnxruntime.

    Parameters
    ----------
    network
        Any network, also one that can't be a shader.
    every
        Return every value of the graph, not only its outputs.
    threads
        How many threads onnxruntime may use; 0 leaves it to onnxruntime.
    """

    def __init__(self, network: Network, every: bool = False, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        self.network = network
        try:
            self._session = onnxruntime.InferenceSession(
                to_bytes(network.model, every), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise NetworkError(network.source, f"onnxruntime refuses the graph: {error}") from None
        self.inputs = {i.name: list(i.shape) for i in self._session.get_inputs()}
        self.outputs = [o.name for o in self._session.get_outputs()]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Compute blobs from blobs, whole batches, by name; float32.

        Raises
        ------
        NetworkError
            If an input is missing or its shape is none the network can take.
        """
        missing = sorted(set(self.inputs) - set(inputs))
        if missing:
            raise NetworkError(
                self.network.source,
                f"no values for the input {', '.join(missing)}",
                f"the network's inputs are {', '.join(self.inputs)}",
            )
        feeds = {name: np.ascontiguousarray(inputs[name], np.float32) for name in self.inputs}
        try:
            answers = self._session.run(self.outputs, feeds)
        except Exception as error:
            shapes = ", ".join(f"{n} {v.shape}" for n, v in feeds.items())
            reason = str(error).splitlines()[0]
            raise NetworkError(
                self.network.source,
                f"onnxruntime can't run the network on {shapes}: {reason}",
                "give pictures of a size that the network's layers can take",
            ) from None
        return {n: np.asarray(a) for n, a in zip(self.outputs, answers, strict=True)}
