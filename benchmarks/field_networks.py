"""Networks shaped like the field's own, with random weights: FIELD, name -> builder.

What people run in players today, as graphs: the layers, kernels and channels of each author's
network, and none of the author's weights. Random weights would make a picture of noise, so
the first feature of those without a base upscaler is the picture itself, which their residual
carries to the end: answers look like enlarged pictures and lie in 0..1, as they should when
two 16-bit renderings are compared.

Shapes are read from the authors' training scripts: igv/FSRCNN-TensorFlow, Artoriuz/ArtCNN,
bloc97/Anime4K, funnyplanter/CuNNy; SRVGGNetCompact is xinntao/Real-ESRGAN's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from texelnet.graph.builder import Builder
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network

GAIN = 0.15
"""How loud random details are beside the picture, about."""


class Drawing:
    """A graph that grows by layers; its weights come from a seed made of its name."""

    def __init__(self, name: str, channels: int) -> None:
        self.name, self.planes = name, channels
        self.builder = Builder(name)
        self.random = np.random.default_rng(list(name.encode()))
        self.picture = self.builder.input("picture", ("batch", channels, "height", "width"))
        self.channels = {self.picture: channels}

    def node(
        self, op: str, *inputs: str, name: str, channels: int, **attributes: object
    ) -> str:
        """Add a node; `name` is its own and its answer's."""
        self.channels[name] = channels
        return self.builder.node(op, list(inputs), name, name, **attributes)

    def conv(
        self,
        source: str,
        name: str,
        outputs: int,
        kernel: int = 3,
        *,
        gain: float = 1.0,
        keeps: float = 0.0,
        bias: bool = True,
    ) -> str:
        """Add a convolution that keeps the size.

        Parameters
        ----------
        gain
            Of its random weights; 1 is He's, which leaves the loudness after a ReLU as it was.
        keeps
            How much of the first channel passes into the first (with four channels of a
            pixel shuffle: into each).
        """
        inputs = self.channels[source]
        spread = gain * (2 / (inputs * kernel**2)) ** 0.5
        weights = self.random.normal(0, spread, (outputs, inputs, kernel, kernel))
        if keeps:
            first = slice(0, 1 if outputs > 4 else outputs)
            weights[:, 0] *= GAIN
            weights[first, 0, kernel // 2, kernel // 2] += keeps
        operands = [source, self.builder.constant(f"{name}.weight", weights)]
        if bias:
            offsets = self.random.normal(0, 0.02 * gain, outputs)
            operands.append(self.builder.constant(f"{name}.bias", offsets))
        pads = [kernel // 2] * 4
        return self.node("Conv", *operands, name=name, channels=outputs, pads=pads)

    def prelu(self, source: str, name: str) -> str:
        """Add a PReLU with a slope a channel."""
        channels = self.channels[source]
        slopes = self.random.uniform(0.05, 0.3, (channels, 1, 1))
        slope = self.builder.constant(f"{name}.slope", slopes)
        return self.node("PRelu", source, slope, name=name, channels=channels)

    def relu(self, source: str, name: str) -> str:
        """Add a ReLU."""
        return self.node("Relu", source, name=name, channels=self.channels[source])

    def crelu(self, source: str, name: str) -> str:
        """Add relu(x) and relu(-x) side by side: twice the channels."""
        channels = self.channels[source]
        negative = self.node("Neg", source, name=f"{name}.negative", channels=channels)
        parts = [self.relu(x, f"{name}.{n}") for n, x in enumerate((source, negative))]
        return self.node("Concat", *parts, name=name, channels=2 * channels, axis=1)

    def add(self, name: str, *sources: str) -> str:
        """Add two values."""
        channels = max(self.channels[source] for source in sources)
        return self.node("Add", *sources, name=name, channels=channels)

    def shuffle(self, source: str, name: str = "shuffled") -> str:
        """Add a pixel shuffle, twice as large."""
        channels = self.channels[source] // 4
        return self.node(
            "DepthToSpace", source, name=name, channels=channels, blocksize=2, mode="CRD"
        )

    def enlarged(self, mode: str) -> str:
        """Add the picture itself, twice as large: the base that details are added to."""
        scales = self.builder.constant("scales", np.array([1.0, 1.0, 2.0, 2.0]))
        how = {"mode": mode, "coordinate_transformation_mode": "half_pixel"}
        if mode == "nearest":
            how = {"mode": mode, "coordinate_transformation_mode": "asymmetric"}
            how["nearest_mode"] = "floor"
        return self.node(
            "Resize", self.picture, "", scales, name="base", channels=self.planes, **how
        )

    def network(self, output: str) -> Network:
        """Return it all, x2 luma or RGB."""
        self.builder.output(output)
        contract = Contract(channels="luma" if self.planes == 1 else "rgb")
        return Network(self.name, self.builder.finish(), f"{self.name} (random)", contract)


def fsrcnnx(width: int) -> Network:
    """FSRCNNX width-0-4-1: 5x5, four 3x3 and a 1x1 under one residual, 3x3 to four, PReLUs."""
    d = Drawing(f"fsrcnnx-{width}", 1)
    features = value = d.conv(d.picture, "feature", width, 5, gain=0.7, keeps=1.0)
    for number in range(1, 5):
        value = d.prelu(d.conv(value, f"map{number}", width), f"map{number}.prelu")
    value = d.conv(value, "mix", width, 1, gain=GAIN)
    value = d.prelu(d.add("residual", value, features), "residual.prelu")
    return d.network(d.shuffle(d.conv(value, "sub", 4, gain=GAIN, keeps=0.9)))


def artcnn(width: int) -> Network:
    """ArtCNN C4F<width>: 3x3, four with ReLU and one without under a residual, 3x3 to four."""
    d = Drawing(f"artcnn-c4f{width}", 1)
    features = value = d.conv(d.picture, "conv0", width, gain=0.7, keeps=1.0)
    for number in range(1, 5):
        value = d.relu(d.conv(value, f"conv{number}", width), f"conv{number}.relu")
    value = d.add("residual", d.conv(value, "conv5", width, gain=GAIN), features)
    return d.network(d.shuffle(d.conv(value, "conv6", 4, gain=GAIN, keeps=0.9)))


def cunny(layers: int, width: int) -> Network:
    """CuNNy layers x width: 3x3s with ReLU, those between without bias; bilinear base."""
    d = Drawing(f"cunny-{layers}x{width}", 1)
    value = d.relu(d.conv(d.picture, "in", width), "in.relu")
    for number in range(1, layers + 1):
        value = d.relu(d.conv(value, f"conv{number}", width, bias=False), f"conv{number}.relu")
    details = d.shuffle(d.conv(value, "out", 4, gain=GAIN))
    return d.network(d.add("large", details, d.enlarged("linear")))


def anime4k(size: str, width: int, layers: int, last: int, dense: int) -> Network:
    """Anime4K x2: RGB, 3x3s under CReLUs; the last one 3x3, or 1x1 on `dense` of the layers.

    Parameters
    ----------
    last
        Channels it ends in: 4 draw one plane of details for all three, 12 one each.
    dense
        How many of the last layers the last one reads; 0: the last alone, by 3x3.
    """
    d = Drawing(f"anime4k-{size}", 3)
    value, seen = d.picture, []
    for number in range(layers):
        value = d.crelu(d.conv(value, f"conv{number}", width, gain=0.7), f"crelu{number}")
        seen.append(value)
    if dense:
        channels = sum(d.channels[v] for v in seen[-dense:])
        value = d.node("Concat", *seen[-dense:], name="dense", channels=channels, axis=1)
    details = d.conv(value, "last", last, 1 if dense else 3, gain=GAIN)
    return d.network(d.add("large", d.shuffle(details), d.enlarged("linear")))


def srvgg(width: int, layers: int) -> Network:
    """SRVGGNetCompact layers x width: RGB, 3x3s with PReLU, pixel shuffle; nearest base."""
    d = Drawing(f"srvgg-{layers}x{width}", 3)
    value = d.prelu(d.conv(d.picture, "body0", width), "body0.prelu")
    for number in range(1, layers + 1):
        value = d.prelu(d.conv(value, f"body{number}", width), f"body{number}.prelu")
    details = d.shuffle(d.conv(value, "last", 12, gain=GAIN))
    return d.network(d.add("large", details, d.enlarged("nearest")))


FIELD: dict[str, Callable[[], Network]] = {
    "fsrcnnx-8": partial(fsrcnnx, 8),
    "fsrcnnx-16": partial(fsrcnnx, 16),
    "cunny-4x16": partial(cunny, 4, 16),
    "artcnn-c4f16": partial(artcnn, 16),
    "artcnn-c4f32": partial(artcnn, 32),
    "anime4k-s": partial(anime4k, "s", 4, 3, 4, 0),
    "anime4k-m": partial(anime4k, "m", 4, 7, 4, 7),
    "anime4k-l": partial(anime4k, "l", 8, 3, 12, 0),
    "anime4k-vl": partial(anime4k, "vl", 8, 7, 12, 7),
    "anime4k-ul": partial(anime4k, "ul", 12, 7, 12, 5),
    "srvgg-16x16": partial(srvgg, 16, 16),
}
"""Smallest first within a family. A builder returns the same network each time."""
