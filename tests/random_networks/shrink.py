"""Shrink: a failing network made as small as it can be while it still fails in the same way.

Steps are left out and their readers read what the step read; choices become their simplest
(kernels of one pixel, no stride, no bias, weights of -1 and 1); the input loses channels and
the picture pixels. What makes no sense is a misfit and is not tried. It ends when nothing
smaller fails.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.random_networks.draft import Draft, Misfit
from tests.random_networks.judge import judge
from tests.random_networks.parts import PARTS
from tests.random_networks.recipe import Recipe, Step
from tests.random_networks.trial import Finding, Size, Trial


class Simplest:
    """What chooses where a smaller recipe leaves a choice open: the first option."""

    def choice(self, options: Sequence[Any]) -> Any:
        return options[0]

    def randrange(self, end: int) -> int:
        return 0


def shrink(
    recipe: Recipe, trial: Trial, finding: Finding, seconds: float = 120
) -> tuple[Recipe, Trial, Finding]:
    """Return a smallest recipe and trial that fail as the finding did, and their finding."""
    end = time.monotonic() + seconds
    sizes = (finding.size,) if finding.size else ()
    trial = replace(trial, sizes=sizes, candidates=(finding.candidate,))
    best = recipe, trial, finding
    found = True
    while found and time.monotonic() < end:
        found = False
        for smaller, tried in _smaller(best[0], best[1]):
            if time.monotonic() > end:
                break
            again = _fails(smaller, tried, finding)
            if again is not None:
                best, found = (smaller, tried, again), True
                break
    return best


def _fails(recipe: Recipe, trial: Trial, finding: Finding) -> Finding | None:
    findings = judge(recipe, trial).findings
    return next((f for f in findings if f.like(finding)), None)


def _smaller(recipe: Recipe, trial: Trial) -> Iterator[tuple[Recipe, Trial]]:
    """Yield smaller recipes and trials, bold ones first."""
    for candidate in _recipes(recipe):
        try:
            smaller = _settled(candidate)
        except (Misfit, KeyError):
            continue
        if smaller.steps and _weight(smaller) < _weight(recipe):
            yield smaller, trial
    for size in _sizes(*trial.sizes):
        yield recipe, replace(trial, sizes=(size,))


def _recipes(recipe: Recipe) -> Iterator[Recipe]:
    steps = recipe.steps
    for step in steps:
        yield replace(recipe, steps=_needed(steps, {step.name}))
    for step in reversed(steps):
        for heir in {str(v) for k, v in step.taken.items() if k in ("of", "with0")} | {"x"}:
            yield replace(recipe, steps=_without(steps, step.name, heir))
    for channels in range(1, recipe.channels):
        yield replace(recipe, channels=channels)
    if recipe.opset != 18:
        yield replace(recipe, opset=18)
    for at, step in enumerate(steps):
        for key, choice in _choices(recipe, at):
            changed = replace(step, taken={**step.taken, key: choice})
            yield replace(recipe, steps=(*steps[:at], changed, *steps[at + 1 :]))


def _choices(recipe: Recipe, at: int) -> Iterator[tuple[str, Any]]:
    """Yield simpler choices of a step: the simplest, then those between."""
    draft = replace(recipe, steps=recipe.steps[:at]).draft()
    step = recipe.steps[at]
    draft.step(step.name, PARTS[step.part], step.taken)
    for key, options in draft.options.items():
        place = list(options).index(step.taken[key])
        for earlier in dict.fromkeys((0, place // 2, place - 1)):
            if 0 <= earlier < place:
                yield key, options[earlier]


def _settled(recipe: Recipe) -> Recipe:
    """Return the recipe with open choices made, unasked ones dropped, unread steps kept."""
    draft = Draft(recipe.channels, recipe.opset, Simplest())
    steps = [replace(s, taken=draft.step(s.name, PARTS[s.part], s.taken)) for s in recipe.steps]
    return replace(recipe, steps=tuple(steps))


def _reads(step: Step) -> set[str]:
    """Return the names of the steps that a step may read: words among its choices."""
    return {str(v).partition(".")[0] for v in step.taken.values() if isinstance(v, str)}


def _needed(steps: Sequence[Step], wanted: set[str]) -> tuple[Step, ...]:
    """Return the steps that these need, in order."""
    kept: list[Step] = []
    for step in reversed(steps):
        if step.name in wanted:
            kept.insert(0, step)
            wanted |= _reads(step)
    return tuple(kept)


def _without(steps: Sequence[Step], name: str, heir: str) -> tuple[Step, ...]:
    """Return the steps but one; who read it reads its heir."""
    kept = []
    for step in steps:
        if step.name != name:
            taken = {
                k: heir if isinstance(v, str) and v.partition(".")[0] == name else v
                for k, v in step.taken.items()
            }
            kept.append(replace(step, taken=taken))
    return tuple(kept)


def _weight(recipe: Recipe) -> tuple[int, ...]:
    """Return how large a recipe is: steps, channels, then how far choices are from simplest."""
    far = 0
    draft = Draft(recipe.channels, recipe.opset, Simplest())
    for step in recipe.steps:
        draft.step(step.name, PARTS[step.part], step.taken)
        far += sum(list(o).index(step.taken[k]) for k, o in draft.options.items())
    return len(recipe.steps), recipe.channels, recipe.opset, far


def _sizes(*sizes: Size) -> Iterator[Size]:
    for h, w in sizes:
        for size in ((1, 1), (h // 2, w), (h, w // 2), (h - 1, w), (h, w - 1)):
            if min(size) > 0 and size != (h, w):
                yield size
