"""onnxruntime on the CPU: the reference that every other runner is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from texelnet.errors import ContractError, NetworkError
from texelnet.run.runner import Blobs, Draw, Planes, Runner

if TYPE_CHECKING:
    from texelnet.graph.network import Network


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

        from texelnet.graph.serialise import to_bytes

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = threads
        self.network = network
        try:
            self._session = onnxruntime.InferenceSession(
                to_bytes(network.model, every), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise NetworkError(
                network.source, f"onnxruntime refuses the graph: {error}"
            ) from None
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
            where, reason, hint = _told(str(error).splitlines()[0])
            fact = f"onnxruntime can't run {where} on {shapes}: {reason}"
            raise NetworkError(self.network.source, fact, hint) from None
        return {n: np.asarray(a) for n, a in zip(self.outputs, answers, strict=True)}


_KNOWN = {
    "roi_batch_id": (
        "a region is of a picture that the batch does not have",
        "a region is (picture, x1, y1, x2, y2); pictures count from 0",
    ),
    "out of data bounds": (
        "an index points behind the last entry",
        "indices are whole numbers from 0 to one less than there are entries",
    ),
}
"""What onnxruntime says, in a reader's words, and what to try."""


def _told(words: str) -> tuple[str, str, str]:
    """Take onnxruntime's words apart: which node, why, and what to try."""
    node = re.search(r"running (\w+) node\. Name:'([^']*)' Status Message: (.*)", words)
    if node is None:
        return "the network", words, _SIZES
    kind, name, reason = node.groups()
    for known, (fact, hint) in _KNOWN.items():
        if known in reason:
            return f'"{name}" ({kind})', fact, hint
    return f'"{name}" ({kind})', reason, _SIZES


_SIZES = "give pictures of a size that the network's layers can take"


class Picturing:
    """A picture network in onnxruntime, on its own numbers: one blob in, one out."""

    def __init__(self, network: Network, threads: int = 0) -> None:
        self.network = network
        self._reference = Reference(network, threads=threads)
        inputs, outputs = self._reference.inputs, self._reference.outputs
        if len(inputs) != 1 or len(outputs) != 1 or len(next(iter(inputs.values()))) != 4:
            fact = f"it takes {', '.join(inputs)} and returns {', '.join(outputs)}"
            fact += "; a picture network has one of each, (batch, channels, height, width)"
            hint = "`texelnet run` computes the blobs of any network"
            raise ContractError(network.source, fact, hint)
        self._input, shape = next(iter(inputs.items()))
        self.channels = int(shape[1])
        self.size = tuple(n if isinstance(n, int) else None for n in shape[2:])
        """Height and width, None where they are free."""

    def __call__(self, numbers: Planes) -> Planes:
        """Compute the answer (channels, height, width) to numbers."""
        (answers,) = self._reference.run({self._input: numbers[None]}).values()
        answer: Planes = answers[0]
        return answer


def _adapter() -> str:
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__} on the CPU"


def _planes(network: Network) -> Draw:
    respond, contract = Picturing(network), network.contract
    assert contract is not None, "a picture is drawn under a contract"

    def draw(picture: Planes) -> Planes:
        return contract.from_network(respond(contract.to_network(picture)), picture)

    return draw


def _blobs(network: Network, inputs: Mapping[str, np.ndarray], every: bool) -> Blobs:
    reference = Reference(network, every)
    counts = {len(v) for v in inputs.values() if v.ndim}
    fixed = {s[0] for s in reference.inputs.values() if s}
    if fixed != {1} or counts <= {1} or len(counts) > 1:
        return reference.run(inputs)
    # a layer holds the batch at one: take pictures one by one
    runs = [
        reference.run({name: values[i : i + 1] for name, values in inputs.items()})
        for i in range(counts.pop())
    ]
    return {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}


ONNXRUNTIME = Runner(
    "onnxruntime",
    "ONNX Runtime on the CPU: the reference, runs every network.",
    _adapter,
    _planes,
    _blobs,
)
