"""Reference: the file itself in onnxruntime, and pictures whose answer hangs on no last bit.

A number near a jump (the largest of two channels that are nearly equal, a half that is rounded)
may fall on either side. So the picture is let tremble by 2e-6, in six ways; where the
reference's own answer moves by a quarter of the bar, another picture is taken, and after four
the size is counted as ill-conditioned and not judged.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
from tests.random_networks.trial import Planes, Size

from texelnet.graph.network import Network
from texelnet.graph.onnx_file import read_onnx

BAR = 1e-4
"""The largest error, relative to an output's largest number and to 1."""
TREMBLES, TREMBLE, PICTURES = 6, 2e-6, 4


def read(content: bytes) -> Network:
    """Read a model as texelnet reads any file."""
    with tempfile.TemporaryDirectory(prefix="texelnet-random-") as folder:
        path = Path(folder) / "random.onnx"
        path.write_bytes(content)
        return replace(read_onnx(path), source="random.onnx")


class Reference:
    """A model in onnxruntime, on one thread."""

    def __init__(self, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(content, options, providers=providers)
        self.names = [o.name for o in self.session.get_outputs()]

    def __call__(self, feeds: Planes) -> Planes | None:
        """Return the outputs, or None where it refuses or nothing is left."""
        try:
            answers = self.session.run(self.names, {k: v[None] for k, v in feeds.items()})
        except Exception:
            return None
        found = {name: a[0] for name, a in zip(self.names, answers, strict=True)}
        return found if all(a.size for a in found.values()) else None


def picture(channels: int, size: Size, number: int) -> np.ndarray:
    rng = np.random.default_rng([number, *size])
    return rng.uniform(-1, 1, (channels, *size)).astype(np.float32)


def distance(got: Planes, wanted: Planes) -> float:
    """Return the largest error, each output's relative to its largest number and to 1."""
    worst = 0.0
    for name, want in wanted.items():
        if got[name].shape != want.shape:
            return float("inf")
        with np.errstate(invalid="ignore"):
            error = np.abs(got[name].astype(np.float64) - want).max()
        unit = max(1.0, float(np.abs(want).max()))
        worst = max(worst, float(error) / unit if np.isfinite(error) else float("inf"))
    return worst


def steady(reference: Reference, channels: int, size: Size) -> tuple[Planes, Planes] | None:
    """Return a picture and the reference's answer to it that hangs on no last bit, if any."""
    for number in range(PICTURES):
        x = picture(channels, size, number)
        wanted = reference({"x": x})
        if wanted is None:
            return {"x": x}, {}
        rng = np.random.default_rng([number, 99])
        shaken = (
            reference({"x": x + rng.uniform(-TREMBLE, TREMBLE, x.shape).astype(np.float32)})
            for _ in range(TREMBLES)
        )
        if all(s is not None and distance(s, wanted) <= BAR / 4 for s in shaken):
            return {"x": x}, wanted
    return None
