"""Recipe: a random network as the choices that made it, in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from tests.random_networks.draft import Draft
from tests.random_networks.parts import PARTS


@dataclass(frozen=True)
class Step:
    """One part, the name of what it makes, and what it chose."""

    name: str
    part: str
    taken: Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """A network: channels of its input, ONNX's opset, and steps."""

    channels: int
    opset: int
    steps: tuple[Step, ...]

    def draft(self) -> Draft:
        """Build it.

        Raises
        ------
        Misfit
            It makes no sense: a step reads what is not there, or sizes do not meet.
        """
        draft = Draft(self.channels, self.opset, Random(0))
        for step in self.steps:
            draft.step(step.name, PARTS[step.part], step.taken)
        return draft

    def text(self) -> str:
        """Return it as JSON, one step a line."""
        steps = ",\n".join("    " + json.dumps(asdict(s)) for s in self.steps)
        head = f'  "channels": {self.channels},\n  "opset": {self.opset},\n'
        return f'{{\n{head}  "steps": [\n{steps}\n  ]\n}}\n'

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        return json.loads(self.text())

    @staticmethod
    def of(values: Mapping[str, Any]) -> Recipe:
        steps = tuple(Step(s["name"], s["part"], s["taken"]) for s in values["steps"])
        return Recipe(values["channels"], values["opset"], steps)
