"""Hosted: a package drawn by a host that keeps textures in 16 bits and cuts what it draws.

The host shows 0..1, so the network's answer is cut there before it is compared, and errors are
relative to what it spanned before: a picture that overshoots tenfold is kept in numbers ten
times as large on its way, and 16-bit floats round those tenfold. The witness is looked at
where neither build was cut.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract
from texelnet.run.ffmpeg import draws, from_host
from texelnet.run.verify.proof import SHIFT
from texelnet.shader.package import Package

Planes = NDArray[np.float32]
Blobs = dict[str, Planes]
LONGEST = 16384
"""The longest side of a picture that hosts take."""
POISON = 1e4
_READS = re.compile(r"(vec4 \w+_at\(.*\)) \{ return (.*ivec2\(([^,]*), ([^,]*)\), 0\).*); \}")


def beyond(package: Package) -> Package:
    """Return a package whose reads answer a huge number outside of their textures."""

    def watched(found: re.Match[str]) -> str:
        head, texel, x, y = found.groups()
        size = f"{head.removeprefix('vec4 ').partition('_at(')[0]}_size"
        outside = f"uint({x}) >= uint({size}.x) || uint({y}) >= uint({size}.y)"
        return f"{head} {{ return {outside} ? vec4({POISON:.1f}) : ({texel}); }}"

    contents = dict(package.contents)
    for name in {entry["file"] for entry in package.manifest["passes"]}:
        text = contents[name].decode("utf-8", "replace")
        contents[name] = _READS.sub(watched, text).encode()
    return replace(package, contents=contents)


class Hosted:
    """A user shader of a network with a contract."""

    def __init__(self, package: Package, contract: Contract | None) -> None:
        if contract is None:
            fact = "a user shader draws pictures, and the network has no contract"
            raise ContractError(package.place, fact, "write one")
        self._draw = draws(package, contract)
        (self.name,) = package.manifest["outputs"]
        ends = np.broadcast_to(np.array([0, 1], np.float32), (contract.planes, 1, 2))
        black, white = from_host(ends, contract)[0, 0].tolist()
        self.low, self.high = float(black), float(white)

    def draw(self, inputs: Blobs) -> Blobs:
        """Return the output."""
        (picture,) = inputs.values()
        return {self.name: self._draw(picture)}

    def cut(self, wanted: Planes) -> tuple[float, Planes]:
        """Return what an answer spans, at least 1, and the answer as the host cuts it."""
        finite = wanted[np.isfinite(wanted)]
        span = max(1.0, float(np.ptp(finite))) if finite.size else 1.0
        return span, wanted.clip(self.low, self.high)

    def uncut(self, got: Blobs, shifted: Blobs) -> tuple[Blobs, Blobs]:
        """Return what was drawn and its witness, exactly apart where either was cut."""
        mine, moved = got[self.name], shifted[self.name]
        if mine.shape != moved.shape:
            return got, shifted
        edge = (self.high - self.low) / 256
        kept = (mine > self.low + edge) & (moved < self.high - edge)
        return got, {self.name: np.where(kept, moved, mine + np.float32(SHIFT))}
