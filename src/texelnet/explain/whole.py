"""Whole: what passes through every layer of a network, and what looks wrong in it.

Activations are those of one picture, so a channel that is silent here may speak on another; the
page says which picture it was. Weights are judged by how they are spread: a filler leaves its
hand in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.explain.gather import run_on
from texelnet.graph.network import Network
from texelnet.ops import read_node

Floats = NDArray[np.floating[Any]]
HALF = 65504.0
"""The largest number a 16-bit float can hold."""


@dataclass(frozen=True)
class Passed:
    """What one node makes of the picture.

    Parameters
    ----------
    name, kind, value
        The layer, its type, and what it makes, as the reader's file calls them.
    reads
        Places of the nodes whose values it takes.
    least, most, negative
        The smallest and largest number, and the share of negatives, 0..1.
    silent
        Channels that hold one number everywhere: 0 of a unit that is dead.
    finite
        Whether all numbers are.
    """

    name: str
    kind: str
    value: str
    reads: tuple[int, ...]
    shape: tuple[int, ...]
    least: float
    most: float
    negative: float
    silent: tuple[int, ...]
    finite: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing but zeros comes out."""
        return self.least == self.most == 0

    @property
    def unfit(self) -> str:
        """The storage that would cut its numbers off: "16 bits", "8 bits" (0..1), or none."""
        if max(abs(self.least), abs(self.most)) > HALF:
            return "16 bits"
        return "8 bits" if self.least < 0 or self.most > 1 else ""


@dataclass(frozen=True)
class Weighed:
    """One array of weights.

    Parameters
    ----------
    verdict
        Why it looks as if nobody had trained it, or "".
    """

    layer: str
    name: str
    shape: tuple[int, ...]
    least: float
    most: float
    verdict: str


@dataclass(frozen=True)
class Whole:
    """A network from end to end.

    Parameters
    ----------
    picture
        What was drawn, in words.
    inputs
        Name and shape of what goes in.
    """

    network: Network
    picture: str
    inputs: Mapping[str, tuple[int, ...]]
    passed: tuple[Passed, ...]
    weights: tuple[Weighed, ...]

    @property
    def suspects(self) -> list[Weighed]:
        """Weights that look untrained."""
        return [w for w in self.weights if w.verdict]


def explain_network(
    network: Network,
    picture: NDArray[np.float32] | None,
    told: str = "",
    kinds: Mapping[str, str] | None = None,
) -> Whole:
    """Run a network and look at every layer.

    Parameters
    ----------
    picture
        (channels, height, width) in 0..1; noise where it is None.
    told
        The picture in words.
    kinds
        What the reader's file calls each layer's type.
    """
    blobs = run_on(network, picture)
    graph = network.model.graph
    constants = {
        str(v.name): v.const_value.numpy() for v in graph.initializers.values() if v.const_value
    }
    inputs = {str(v.name): blobs[str(v.name)].shape for v in graph.inputs if v.name in blobs}
    passed: list[Passed] = []
    weights: list[Weighed] = []
    maker: dict[str, tuple[int, ...]] = {}
    for raw in graph:
        node = read_node(raw, constants)
        taken = [str(v.name) for v in raw.inputs if v is not None and v.name]
        reads = tuple(dict.fromkeys(i for name in taken for i in maker.get(name, ())))
        weights += _weighed(node.name, {n: constants[n] for n in taken if n in constants})
        found = blobs.get(node.outputs[0])
        kind = (kinds or {}).get(node.name, node.op)
        if found is None or not found.size or found.ndim < 2 or kind in ("Split", "Identity"):
            maker |= dict.fromkeys(node.outputs, reads)
            continue
        maker |= dict.fromkeys(node.outputs, (len(passed),))
        passed.append(_passed(node.name, kind, node.outputs[0], reads, found))
    return Whole(network, told, inputs, tuple(passed), tuple(weights))


def _passed(
    name: str, kind: str, value: str, reads: tuple[int, ...], numbers: NDArray[np.float32]
) -> Passed:
    finite = bool(np.isfinite(numbers).all())
    known = numbers if finite else np.nan_to_num(numbers)
    flat = known[0].reshape(known.shape[1], -1)
    silent = np.flatnonzero(np.ptp(flat, axis=1) == 0) if flat.shape[1] > 1 else ()
    return Passed(
        name,
        kind,
        value,
        reads,
        numbers.shape,
        float(known.min()),
        float(known.max()),
        float((known < 0).mean()),
        tuple(int(c) for c in silent),
        finite,
    )


def _weighed(layer: str, arrays: Mapping[str, Floats]) -> list[Weighed]:
    """Judge the weights of one node; a bias that is all one number is a hint for its kernel."""
    known = {n: a for n, a in arrays.items() if a.dtype.kind == "f" and a.size > 1}
    plain_bias = all(np.ptp(a) == 0 for a in known.values() if a.ndim == 1)
    return [
        Weighed(layer, name, a.shape, float(a.min()), float(a.max()), judge(a, plain_bias))
        for name, a in known.items()
    ]


def judge(weights: Floats, plain_bias: bool = True) -> str:
    """Say why weights look untrained, or "".

    Parameters
    ----------
    weights
        Any array of more than one number.
    plain_bias
        Whether the bias beside them is all one number, or there is none. Training moves every
        number of it, so a kernel beside a bias that was moved is taken for trained.

    A uniform distribution (xavier, msra by uniform) has a kurtosis of 1.8 and a Gaussian 3;
    an array is suspected where its own lies within four standard errors, sqrt(24 / n).
    """
    if not np.isfinite(weights).all():
        return "not all are numbers"
    if weights.ndim < 2:
        return ""
    if np.ptp(weights) == 0:
        return f"all are {weights.flat[0]:g}"
    if _bilinear(weights):
        return "a bilinear filler's, never trained"
    if not plain_bias or weights.size < 256:
        return ""
    centred = weights.astype(np.float64) - weights.mean()
    kurtosis = float((centred**4).mean() / (centred**2).mean() ** 2)
    error = 4 * np.sqrt(24 / weights.size)
    for name, known in (("uniform", 1.8), ("Gaussian", 3.0)):
        if abs(kurtosis - known) < error and _even(centred):
            return f"{name} as a filler leaves them, beside a bias that is all one number"
    return ""


def _even(centred: Floats) -> bool:
    """Whether all places of the kernel have the same energy, as only random numbers do."""
    if centred.ndim < 4 or centred.shape[2] * centred.shape[3] == 1:
        return True
    energy = (centred**2).mean((0, 1)).reshape(-1)
    spread = float(energy.std() / energy.mean())
    return bool(spread < 4 / np.sqrt(centred.shape[0] * centred.shape[1]))


def _bilinear(weights: Floats) -> bool:
    """Whether every kernel that is not zero is Caffe's bilinear filler."""
    if weights.ndim != 4 or weights.shape[2] != weights.shape[3] or weights.shape[2] < 3:
        return False
    side = weights.shape[2]
    factor = -(-side // 2)
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    line = 1 - np.abs(np.arange(side) / factor - centre)
    kernels = weights.reshape(-1, side, side)
    spoken = kernels[np.abs(kernels).max((1, 2)) > 0]
    return len(spoken) > 0 and bool(np.allclose(spoken, np.outer(line, line), atol=1e-6))
