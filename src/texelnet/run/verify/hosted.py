"""Hosted: a package drawn by a host that keeps textures in 16 bits and cuts what it shows.

What the host shows is cut to 0..1, so the textures themselves are read back, and nothing hides.
Errors are relative to what an answer spans: a picture that overshoots tenfold is kept in
numbers ten times as large on its way, and 16-bit floats round those tenfold.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract
from texelnet.run.ffmpeg import Session, from_host, session_of, to_host
from texelnet.run.read_back import Block, blocks
from texelnet.run.sizes import Sizes
from texelnet.run.verify.manifest import sizes_of
from texelnet.shader.package import Package
from texelnet.shader.targets.mpv import HOOKED

Planes = NDArray[np.float32]
Blobs = dict[str, Planes]
LONGEST = 4096
"""The longest side of a plane that is read back: its bytes lie four deep."""
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
    """A user shader of a network with a contract, each of its textures read back."""

    most = 60_000
    """Pixels of a picture whose planes are all looked at; the host writes them out."""

    def __init__(self, package: Package, contract: Contract | None) -> None:
        if contract is None:
            fact = "a user shader draws pictures, and the network has no contract"
            raise ContractError(package.place, fact, "write one")
        self._session, self._manifest = session_of(package), package.manifest
        self._contract = contract
        self._sizes = Sizes.of_manifest(package.manifest, package.place)
        (self._source,), (self.name,) = package.manifest["inputs"], package.manifest["outputs"]

    def draw(self, inputs: Blobs) -> Blobs:
        """Return the output, which may overshoot."""
        (picture,) = inputs.values()
        given = to_host(picture, self._contract)
        size = self._sizes.answer_at(*picture.shape[1:])
        self._session.prove(given.shape, size)
        (drawn,) = self._read(given, {self.name}).values()
        return {self.name: from_host(self._turned(drawn), self._contract)}

    def planes(self, inputs: Blobs) -> Blobs:
        """Return the input and all planes in the host's own numbers."""
        (picture,) = inputs.values()
        given = to_host(picture, self._contract)
        found = self._read(given, set(self._manifest["planes"]))
        found[self.name] = self._turned(found[self.name])
        return found | {self._source: self._turned(self._seen(given))}

    def span(self, wanted: Planes) -> float:
        """Return what an answer spans, at least 1: 16 bits round larger numbers more."""
        finite = wanted[np.isfinite(wanted)]
        return max(1.0, float(np.ptp(finite))) if finite.size else 1.0

    def _read(self, given: Planes, names: set[str]) -> Blobs:
        sizes = sizes_of(self._manifest, given.shape[2], given.shape[1])
        wanted = [block for block in blocks(self._manifest, sizes) if block.plane in names]
        return self._session.planes(given, self._manifest["hook"], wanted)

    def _seen(self, given: Planes) -> Planes:
        """Return a picture as the first pass reads it: colours have been in a texture."""
        channels, rows, columns = given.shape
        block = Block(self._source, channels, rows, columns, ((HOOKED, 0, 1, 1, 1),))
        host = Session("", self._session.place)
        return host.planes(given, self._manifest["hook"], [block])[self._source]

    def _turned(self, planes: Planes) -> Planes:
        """Return the host's colours in the order that passes see them."""
        return planes[::-1] if self._contract.channels == "bgr" else planes
