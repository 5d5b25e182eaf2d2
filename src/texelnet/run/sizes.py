"""Sizes: how large the planes of a picture network are, for a picture of any size.

Read from a package's manifest, or from a program; the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from texelnet.errors import NetworkError
from texelnet.pixel import Program
from texelnet.pixel.reach import Reach, alignment, reach
from texelnet.pixel.size import tree_at
from texelnet.run.tiles import Axes, Lie, lies

Trees = tuple[Any, Any]
"""Height and width as trees (:meth:`texelnet.pixel.size.Size.tree`)."""


class Claim(NamedTuple):
    """What must hold of two sizes (:class:`texelnet.pixel.Demand`), as trees."""

    kind: str
    first: Any
    second: Any
    where: str


def claims_of_manifest(manifest: Mapping[str, Any]) -> list[Claim]:
    """Read what must hold of sizes off a package's manifest."""
    found = [(kind, d) for d in manifest["demands"] for kind in ("equal", "below") if kind in d]
    return [Claim(kind, d[kind][0], d[kind][1], d["where"]) for kind, d in found]


def claims_of_program(program: Program) -> list[Claim]:
    """Read what must hold of sizes off a program."""
    return [Claim(d.kind, d.first.tree(), d.second.tree(), d.where) for d in program.demands]


def check_claims(
    claims: Sequence[Claim], free: Mapping[str, int], picture: str, place: str
) -> None:
    """Refuse a picture where a claim does not hold.

    Parameters
    ----------
    claims
        What must hold.
    free
        The free sizes, by name.
    picture, place
        How the error calls the picture, and what it begins with.

    Raises
    ------
    NetworkError
        Blobs that are joined would turn out different, nothing would be left of the picture,
        or fewer pixels than are mirrored around it.
    """
    for kind, *trees, where in claims:
        first, second = (tree_at(tree, free) for tree in trees)
        if first == second if kind == "equal" else first < second:
            continue
        fact, hint = f"nothing is left of {picture}", "a larger picture"
        if kind == "equal":
            fact = f"{picture} gives blobs of {first} and {second} pixels to join"
            hint = "a picture whose sides are whole in all strides"
        elif first:
            fact = f"{picture} has {second} pixels there, too few to mirror {first}"
        raise NetworkError(f'{place} (layer "{where}")', fact, hint)


def check_blobs(
    claims: Sequence[Claim],
    free: Mapping[str, int],
    inputs: Mapping[str, np.ndarray],
    place: str,
) -> None:
    """Refuse a network's own blobs (channels, height, width) where a claim does not hold."""
    sizes = dict.fromkeys(f"{b.shape[-1]}x{b.shape[-2]}" for b in inputs.values())
    check_claims(claims, free, f"a picture of {' and '.join(sizes)}", place)


@dataclass(frozen=True)
class Sizes:
    """The planes of a program of one input and one output.

    Parameters
    ----------
    place
        What errors begin with.
    picture, answer
        The input's and the output's height and width.
    planes
        Height, width and channels of every plane.
    demands
        What must hold of sizes.
    axes
        How rows and columns of the output lie on the input; None where it sees all of them.
    """

    place: str
    picture: Trees
    answer: Trees
    planes: Sequence[tuple[Any, Any, int]]
    demands: Sequence[Claim]
    axes: Axes

    @staticmethod
    def of_manifest(manifest: Mapping[str, Any], place: str) -> Sizes:
        """Read the sizes off a package's manifest."""
        planes = manifest["planes"]
        (source,), (answer,) = manifest["inputs"], manifest["outputs"]
        return Sizes(
            place,
            (planes[source]["height"], planes[source]["width"]),
            (planes[answer]["height"], planes[answer]["width"]),
            [(p["height"], p["width"], p["channels"]) for p in planes.values()],
            claims_of_manifest(manifest),
            lies(manifest["reach"]),
        )

    @staticmethod
    def of_program(program: Program, place: str) -> Sizes:
        """Read the sizes off a program."""
        (source,), (name,) = program.inputs, program.outputs
        picture, answer = program.planes[source], program.planes[name]
        steps = alignment(program)

        def lie(axis: Reach, align: int) -> Lie | None:
            return None if axis.whole else Lie(axis.rate, axis.low, axis.high, align)

        try:
            rows, columns = reach(program, name)
        except ValueError:
            fact = "what it draws does not depend on the picture"
            raise NetworkError(place, fact, "check its weights") from None
        return Sizes(
            place,
            (picture.height.tree(), picture.width.tree()),
            (answer.height.tree(), answer.width.tree()),
            [(p.height.tree(), p.width.tree(), p.channels) for p in program.planes.values()],
            claims_of_program(program),
            (lie(rows, steps[0]), lie(columns, steps[1])),
        )

    def answer_at(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of the answer to a picture of this size."""
        free = self._free(height, width)
        return tree_at(self.answer[0], free), tree_at(self.answer[1], free)

    def planes_at(self, height: int, width: int) -> list[tuple[int, int, int]]:
        """Return height, width and channels of every plane."""
        free = self._free(height, width)
        return [
            (tree_at(h, free), tree_at(w, free), channels) for h, w, channels in self.planes
        ]

    def bytes_at(self, height: int, width: int) -> int:
        """Return what all planes hold as textures: 4 bytes a pixel, or 16 a pack of four."""
        return sum(
            tall * wide * (4 if channels == 1 else 16 * -(-channels // 4))
            for tall, wide, channels in self.planes_at(height, width)
        )

    def check(self, height: int, width: int) -> None:
        """Refuse a picture of a size that the network can't take.

        Raises
        ------
        NetworkError
            A layer pins the size, nothing would be left of the picture, or blobs that are
            joined would turn out different.
        """
        picture = f"a picture of {width}x{height}"
        for tree, number in zip(self.picture, (height, width), strict=True):
            if isinstance(tree, int) and tree != number:
                fact = (
                    f"its size is pinned to {self.picture[1]}x{self.picture[0]}, not {picture}"
                )
                hint = "`texelnet inspect` tells which layer pins it"
                raise NetworkError(self.place, fact, hint)
        free = self._free(height, width)
        check_claims(self.demands, free, picture, self.place)
        if min(n for *sides, _ in self.planes_at(height, width) for n in sides) < 1:
            raise NetworkError(self.place, f"nothing is left of {picture}", "a larger picture")

    def _free(self, height: int, width: int) -> dict[str, int]:
        pairs = zip(self.picture, (height, width), strict=True)
        return {tree: number for tree, number in pairs if isinstance(tree, str)}
