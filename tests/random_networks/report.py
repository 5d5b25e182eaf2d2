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
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "src")]
PAGE, LOGS = REPO / "docs" / "reliability.md", REPO / "build" / "reliability"

from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn  # noqa: E402
from tests.random_networks.generate import generate  # noqa: E402
from tests.random_networks.judge import TURNS, Trial, judge  # noqa: E402
from tests.random_networks.kept import Kept  # noqa: E402
from tests.random_networks.operators import picture_operators  # noqa: E402
from tests.random_networks.page import page  # noqa: E402
from tests.random_networks.shrink import shrink  # noqa: E402

CANDIDATES = ("numpy", "wgpu")
Record = dict[str, Any]


def digest() -> str:
    """Name the state of the compiler and of the generator."""
    files = [*(REPO / "src").rglob("*.py"), *Path(__file__).parent.rglob("*.py")]
    found = hashlib.sha256()
    for path in sorted(p for p in files if p.name not in ("report.py", "page.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def record(seed: int, candidates: tuple[str, ...], folder: Path) -> Record:
    """Judge the network of a seed."""
    start = perf_counter()
    recipe = generate(Random(seed))
    draft = recipe.draft()
    trial = Trial.of(draft, seed, candidates)
    verdict = judge(recipe, trial)
    for finding in verdict.findings[:1]:
        least, tried, said = shrink(recipe, trial, finding)
        what = f"{said.kind}: {said.text}"
        Kept(f"seed_{seed}", what, least, tried.sizes, tried.schedule).write(folder)
    return {
        "seed": seed,
        "opset": recipe.opset,
        "nodes": len(draft.values) - 1,
        "operators": picture_operators(draft.finish()),
        "schedule": list(TURNS)[seed % len(TURNS)],
        "candidates": candidates,
        "sizes": trial.sizes,
        "judged": verdict.judged,
        "refused": verdict.refused,
        "tossed": verdict.tossed,
        "error": verdict.error,
        "findings": [f"{f.kind}, {f.candidate}, {f.size}: {f.text}" for f in verdict.findings],
        "seconds": perf_counter() - start,
    }


def records(log: Path) -> dict[int, Record]:
    """Read what was judged; a line that was cut off is left out."""
    found: dict[int, Record] = {}
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        found[said["seed"]] = said
    return found


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


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="how many networks")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--wgpu-every", type=int, default=1, help="draw each n-th on wgpu too")
    asked = parser.parse_args()
    folder = LOGS / digest()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "records.jsonl"
    known = records(log)
    seeds = range(asked.first, asked.first + asked.count)
    wanted = {seed: CANDIDATES[: 1 + (seed % asked.wgpu_every == 0)] for seed in seeds}
    left = {
        seed: by
        for seed, by in wanted.items()
        if seed not in known or not set(by) <= set(known[seed]["candidates"])
    }
    bar = Progress(SpinnerColumn(), *Progress.get_default_columns(), TimeElapsedColumn())
    try:
        with bar, log.open("a", encoding="utf-8") as lines:
            done = len(wanted) - len(left)
            task = bar.add_task("Networks", total=len(wanted), completed=done)
            for said in judged(left, folder, asked.jobs):
                known[said["seed"]] = said
                lines.write(json.dumps(said) + "\n")
                lines.flush()
                for finding in said["findings"]:
                    bar.print(f"seed {said['seed']}: {finding}")
                bar.advance(task)
    except (KeyboardInterrupt, BrokenProcessPool) as stop:
        bar.print(f"Stopped ({type(stop).__name__}); the same command goes on from here.")
    found = [known[seed] for seed in wanted if seed in known]
    if found:
        write(PAGE, page(found, digest()))
        bar.print(f"{len(found)} networks, written to {PAGE.relative_to(REPO)}")


if __name__ == "__main__":
    main()
