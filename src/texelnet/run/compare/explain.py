"""Explain: find the mistake that makes one drawing of another, by making it.

Every cause is a hypothesis. The network is changed by exactly that mistake and drawn again; if
it then draws what was seen, the cause is confirmed. Mistakes in the layers under suspicion are
tried first, then those with whole pictures and in all layers at once, then in each layer.
Where nothing explains all, the mistake that explains most is kept and the search goes on upon
it: a shader may have two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from time import monotonic
from typing import Any

from texelnet.errors import TexelnetError
from texelnet.graph.edit import sites
from texelnet.run.compare.causes import CAUSES, WHOLE, Cause, Ranges
from texelnet.run.compare.causes.cause import layer_of, output_of
from texelnet.run.compare.scene import NOWHERE, Distance, Scene
from texelnet.run.compare.variant import Variant
from texelnet.run.onnxruntime import Reference

SECONDS = 30.0
MOST = 3
"""Mistakes upon each other."""
HELPS = 0.7
"""A mistake that explains part of it leaves at most so much of the mean error."""


@dataclass(frozen=True)
class Mistake:
    """A cause at its places: outputs of nodes, and the layers that people know."""

    cause: Cause
    places: tuple[str, ...]
    layers: tuple[str, ...]
    all: bool = False

    def __str__(self) -> str:
        if not self.layers:
            return f"{self.cause.name}: it {self.cause.fact}"
        where = f"layer {self.layers[0]}"
        if self.layers[1:]:
            named = ", ".join(self.layers[:4]) + (
                f" and {len(self.layers) - 4} more" if self.layers[4:] else ""
            )
            where = f"{'all of the ' if self.all else ''}layers {named}"
        return f"{self.cause.name} in {where}: it {self.cause.fact}"


@dataclass(frozen=True)
class Finding:
    """Mistakes made together, and how far the changed network is from what was seen."""

    mistakes: tuple[Mistake, ...]
    left: Distance

    def __str__(self) -> str:
        return "; and ".join(str(mistake) for mistake in self.mistakes)


@dataclass(frozen=True)
class Explanation:
    """What came out of the search.

    Parameters
    ----------
    start
        How far the network is from what was seen.
    confirmed
        Findings that each explain all of it: on this picture they can't be told apart.
    nearest
        Where nothing is confirmed: what explains a part, if anything does.
    tried
        Hypotheses that were tested.
    seconds
        How long that took.
    complete
        Whether all were tested before the time was up.
    """

    start: Distance
    confirmed: tuple[Finding, ...] = ()
    nearest: Finding | None = None
    tried: int = 0
    seconds: float = 0.0
    complete: bool = True

    def told_apart(self) -> list[tuple[Finding, list[str]]]:
        """Return each mistake once, and the other layers it may lie in as well."""
        same: dict[tuple[str, ...], list[Finding]] = {}
        for finding in self.confirmed:
            names = tuple(mistake.cause.name for mistake in finding.mistakes)
            same.setdefault(names, []).append(finding)
        found = []
        for first, *others in same.values():
            known = first.mistakes[-1].layers
            layers = dict.fromkeys(name for f in others for name in f.mistakes[-1].layers)
            found.append((first, [name for name in layers if name not in known]))
        return found

    def told(self) -> list[str]:
        """Tell the causes in lines of text."""
        told = [
            f"{'or as well' if n else 'cause'}: {finding}"
            + (f"; or in {' or '.join(layers[:4])}" if layers else "")
            for n, (finding, layers) in enumerate(self.told_apart()[:4])
        ]
        if not told:
            told.append(f"no cause that is known here explains it ({self.tried} tested)")
        if self.nearest and not self.confirmed:
            told.append(f"a part of it: {self.nearest}")
        return told

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values; `texelnet compare` says which."""
        return {
            "start": asdict(self.start),
            "confirmed": [_json(finding) for finding in self.confirmed],
            "nearest": self.nearest and _json(self.nearest),
            "tried": self.tried,
            "seconds": self.seconds,
            "complete": self.complete,
        }


def _json(finding: Finding) -> dict[str, Any]:
    mistakes = [
        {
            "cause": mistake.cause.name,
            "fact": mistake.cause.fact,
            "hint": mistake.cause.hint,
            "layers": list(mistake.layers),
        }
        for mistake in finding.mistakes
    ]
    return {"mistakes": mistakes, "left": asdict(finding.left)}


def explain(
    scene: Scene, base: Variant, suspects: Sequence[str] = (), seconds: float = SECONDS
) -> Explanation:
    """Search the cause of a difference.

    Parameters
    ----------
    scene
        What was seen.
    base
        The network as it should be drawn.
    suspects
        Layers that the difference seems to begin in; they are tried first.
    seconds
        When to end the search; the hypothesis under test is finished.
    """
    return _Search(scene, base, suspects, seconds).run()


@dataclass
class _Search:
    scene: Scene
    base: Variant
    suspects: Sequence[str]
    seconds: float
    tried: int = 0
    begun: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.layers = {site.output: site.layer for site in sites(self.base.network)}

    def run(self) -> Explanation:
        start = self._distance(self.base)
        self.ranges = self._ranges()
        path: tuple[Mistake, ...] = ()
        variant, left = self.base, start
        for _ in range(MOST):
            found, best = self._round(variant, path, left)
            if found or best is None:
                break
            mistake, left = best
            path, variant = (*path, mistake), _made(mistake, variant)
        nearest = Finding(path, left) if path and not found else None
        took = monotonic() - self.begun
        return Explanation(start, tuple(found), nearest, self.tried, took, not self._late())

    def _round(
        self, variant: Variant, path: tuple[Mistake, ...], left: Distance
    ) -> tuple[list[Finding], tuple[Mistake, Distance] | None]:
        """Try every further mistake; return what explains all, or the one that helps most."""
        found: list[Finding] = []
        best: tuple[Mistake, Distance] | None = None
        for _, tier in groupby(self._hypotheses(variant), key=lambda pair: pair[0]):
            for _, mistake in tier:
                if self._late():
                    break
                now = self._distance(_made(mistake, variant))
                self.tried += 1
                if self._explains(now, mistake, left):
                    least, now = self._least(mistake, variant, left, now)
                    found.append(Finding((*path, least), now))
                if now.better(best[1]) if best else now.better(left, HELPS):
                    best = mistake, now
            if found or self._late():
                break
        return sorted(found, key=lambda f: f.left.largest > self.scene.bar), best

    def _least(
        self, mistake: Mistake, variant: Variant, before: Distance, now: Distance
    ) -> tuple[Mistake, Distance]:
        """Leave out places that do not matter: the layers before one that draws nothing."""
        for place in mistake.places[:-1]:
            if len(mistake.places) < 2 or self._late():
                break
            fewer = _mistake(
                mistake.cause, [p for p in mistake.places if p != place], self.layers
            )
            left = self._distance(_made(fewer, variant))
            if self._explains(left, fewer, before):
                mistake, now = fewer, left
        return mistake, now

    def _explains(self, now: Distance, mistake: Mistake, before: Distance) -> bool:
        if now.largest <= self.scene.bar:
            return True
        rounded = mistake.cause.leaves * self.scene.span
        return now.largest <= rounded and now.mean <= 0.5 * before.mean

    def _hypotheses(self, variant: Variant) -> Iterator[tuple[int, Mistake]]:
        """Yield tier and mistake: the layers under suspicion, all at once, each."""
        layers, could = self.layers, {}
        for cause in CAUSES.values():
            places = cause.places(variant, self.ranges)
            could[cause] = [p for p in places if p == WHOLE or output_of(p) in layers]
        near = {output for output, layer in layers.items() if layer in self.suspects}
        for cause, places in could.items():
            some = [place for place in places if output_of(place) in near]
            yield from ((0, _mistake(cause, [place], layers)) for place in some)
            if 1 < len(some) < len(places) and not cause.alone:
                yield 0, _mistake(cause, some, layers)
        for cause, places in could.items():
            if (len(places) > 1 and not cause.alone) or places == [WHOLE]:
                yield 1, _mistake(cause, places, layers, True)
        for cause, places in could.items():
            far = [p for p in places if p != WHOLE and output_of(p) not in near]
            yield from ((2, _mistake(cause, [place], layers)) for place in far)

    def _distance(self, variant: Variant) -> Distance:
        try:
            return self.scene.distance(self.scene.drawn(variant))
        except TexelnetError:  # there is no such network, or it can't take the picture
            return NOWHERE

    def _ranges(self) -> Ranges:
        """Return the least and largest number of every value on the picture."""
        contract = self.base.contract
        numbers = contract.to_network(self.scene.picture) if contract else self.scene.picture
        reference = Reference(self.base.network, every=True)
        (source,) = reference.inputs
        values = reference.run({source: numbers[None]})
        return {n: (float(v.min()), float(v.max())) for n, v in values.items() if v.size}

    def _late(self) -> bool:
        return monotonic() - self.begun > self.seconds


def _mistake(
    cause: Cause, places: Sequence[str], layers: dict[str, str], whole: bool = False
) -> Mistake:
    named = tuple(dict.fromkeys(layer_of(p, layers) for p in places if p != WHOLE))
    return Mistake(cause, tuple(places), named, whole)


def _made(mistake: Mistake, variant: Variant) -> Variant:
    for place in mistake.places:
        variant = mistake.cause.make(variant, place)
    return variant
