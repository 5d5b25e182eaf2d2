"""Kept: shrunk networks that failed once; each is judged again in every test run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.random_networks.judge import judge
from tests.random_networks.recipe import Recipe
from tests.random_networks.trial import Trial, Verdict

from texelnet.shader.schedule import Schedule

FOLDER = Path(__file__).parent / "kept"


@dataclass(frozen=True)
class Kept:
    """A network, how it failed, and how it was tried."""

    name: str
    found: str  # what was wrong, in a sentence
    recipe: Recipe
    trial: Trial

    def judge(self) -> Verdict:
        return judge(self.recipe, self.trial)

    def write(self, folder: Path = FOLDER) -> Path:
        trial = self.trial
        head = {"found": self.found, "sizes": trial.sizes, "schedule": trial.schedule.json()}
        head |= {"hosted": trial.hosted, "candidates": trial.candidates}
        lines = [f"  {json.dumps(k)}: {json.dumps(v)}," for k, v in head.items()]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text("\n".join(["{", *lines, self.recipe.text()[2:]]), "utf-8")
        return path

    @staticmethod
    def read(path: Path) -> Kept:
        said = json.loads(path.read_text("utf-8"))
        sizes = tuple((h, w) for h, w in said["sizes"])
        schedule, by = Schedule.of(said["schedule"]), tuple(said["candidates"])
        trial = Trial(sizes, schedule, said["hosted"], by)
        return Kept(path.stem, said["found"], Recipe.of(said), trial)


def all_kept() -> list[Kept]:
    return [Kept.read(path) for path in sorted(FOLDER.glob("*.json"))]
