"""Judge many random networks and write what was found to docs/reliability.md.

    python tests/random_networks/report.py --count 1000

It may be stopped at any time and goes on where it was: each network's record is a line of a
file in build/reliability/, named after the state of the code, so that no record of other code
is counted. A network that fails is shrunk and written beside it, to be kept as a regression.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "src")]
PAGE, LOGS = REPO / "docs" / "reliability.md", REPO / "build" / "reliability"
JUDGED = ("graph", "ops", "pixel", "shader", "run")
"""Packages that a network goes through from its file to its picture."""

from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn  # noqa: E402
from tests.random_networks.generate import generate  # noqa: E402
from tests.random_networks.judge import judge  # noqa: E402
from tests.random_networks.kept import Kept  # noqa: E402
from tests.random_networks.operators import picture_operators  # noqa: E402
from tests.random_networks.page import page  # noqa: E402
from tests.random_networks.shrink import shrink  # noqa: E402
from tests.random_networks.trial import CANDIDATES, TURNS, Trial  # noqa: E402

from texelnet.disk import write_whole  # noqa: E402

Record = dict[str, Any]


def digest() -> str:
    """Name the state of the compiler and of the generator."""
    folders = [*(REPO / "src" / "texelnet" / name for name in JUDGED), Path(__file__).parent]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    found = hashlib.sha256()
    for path in sorted(p for p in files if p.name not in ("report.py", "page.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def record(seed: int, candidates: tuple[str, ...], folder: Path) -> Record:
    """Judge the network of a seed."""
    recipe = generate(Random(seed))
    draft = recipe.draft()
    trial = Trial.of(draft, seed, candidates)
    by, findings = {}, []
    for name in candidates:
        start, alone = perf_counter(), replace(trial, candidates=(name,))
        verdict = judge(recipe, alone)
        by[name] = asdict(verdict.by[name]) | {"seconds": perf_counter() - start}
        findings += [str(f) for f in verdict.findings]
        for first in verdict.findings[:1]:
            least, tried, said = shrink(recipe, alone, first)
            Kept(f"seed_{seed}_{name}".replace(" ", "_"), str(said), least, tried).write(folder)
    return {
        "seed": seed,
        "opset": recipe.opset,
        "nodes": len(draft.values) - 1,
        "operators": picture_operators(draft.finish()),
        "schedule": list(TURNS)[seed % len(TURNS)],
        "hosted": trial.hosted,
        "sizes": trial.sizes,
        "by": by,
        "findings": findings,
    }


def records(log: Path) -> dict[int, Record]:
    """Read what was judged; a line that was cut off is left out."""
    found: dict[int, Record] = {}
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        found[said["seed"]] = joined(found.get(said["seed"]), said)
    return found


def joined(before: Record | None, said: Record) -> Record:
    """Return the record of a seed that was judged by one candidate after the other."""
    if before is None:
        return said
    findings = [*before["findings"], *said["findings"]]
    return {**said, "by": before["by"] | said["by"], "findings": findings}


def judged(wanted: dict[int, tuple[str, ...]], folder: Path, jobs: int) -> Iterator[Record]:
    """Judge seeds by their candidates, some at a time, in processes of their own."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), os.nice, (5,)) as pool:
        tasks = [pool.submit(record, seed, by, folder) for seed, by in wanted.items()]
        try:
            for task in as_completed(tasks):
                yield task.result()
        except (KeyboardInterrupt, GeneratorExit):
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="how many networks")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--by", default=",".join(CANDIDATES), help="candidates, by commas")
    asked = parser.parse_args()
    by = [name for name in CANDIDATES if name in asked.by.split(",")]
    folder = LOGS / digest()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "records.jsonl"
    known = records(log)
    wanted = range(asked.first, asked.first + asked.count)
    left = {
        seed: tuple(n for n in by if seed not in known or n not in known[seed]["by"])
        for seed in wanted
    }
    left = {seed: names for seed, names in left.items() if names}
    bar = Progress(SpinnerColumn(), *Progress.get_default_columns(), TimeElapsedColumn())
    try:
        with bar, log.open("a", encoding="utf-8") as lines:
            done = len(wanted) - len(left)
            task = bar.add_task("Networks", total=len(wanted), completed=done)
            for said in judged(left, folder, asked.jobs):
                known[said["seed"]] = joined(known.get(said["seed"]), said)
                lines.write(json.dumps(said) + "\n")
                lines.flush()
                for finding in said["findings"]:
                    bar.print(f"seed {said['seed']}: {finding}")
                bar.advance(task)
    except (KeyboardInterrupt, BrokenProcessPool) as stop:
        bar.print(f"Stopped ({type(stop).__name__}); the same command goes on from here.")
    found = [known[seed] for seed in wanted if seed in known]
    if found:
        text = page(found, folder.name)
        write_whole(PAGE, lambda file: file.write(text.encode()))
        bar.print(f"{len(found)} networks, written to {PAGE.relative_to(REPO)}")


if __name__ == "__main__":
    main()
