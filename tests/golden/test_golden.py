"""The packages written now are the goldens, and a real driver accepts and runs each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.golden.write import HERE, goldens, networks
from tests.ops.graphs import agree, reference

from texelnet.run.wgpu import Session
from texelnet.shader.package import Package

GOLDENS = goldens()
each = pytest.mark.parametrize(
    "folder", GOLDENS, ids=lambda path: path.relative_to(HERE).as_posix()
)


def on_disk(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


@each
def test_the_package_written_now_is_the_golden(folder: Path) -> None:
    """Where it is meant to differ: make golden, and look at git diff tests/golden."""
    assert {k: v.decode() for k, v in GOLDENS[folder].items()} == {
        k: v.decode() for k, v in on_disk(folder).items()
    }


def test_every_golden_is_written_by_some_network() -> None:
    folders = {path.parent for path in HERE.glob("*/*/*/manifest.json")}
    assert folders == set(GOLDENS)


def test_goldens_are_small() -> None:
    size = sum(path.stat().st_size for folder in GOLDENS for path in folder.glob("*"))
    assert size < 60_000


@pytest.mark.gpu
@pytest.mark.parametrize("folder", [f for f in GOLDENS if f.parts[-2] == "webgpu"])
def test_a_driver_draws_the_golden_as_the_network_does(folder: Path) -> None:
    """What is run are the files in the repository, nothing written now."""
    contents = on_disk(folder)
    package = Package(str(folder), json.loads(contents["manifest.json"]), contents)
    network = networks()[folder.parts[-3]]
    assert network.contract is not None
    picture = np.random.default_rng(0).random((1, 9, 7), dtype=np.float32)
    (got,) = Session(package).run({"picture": picture}).values()
    answer = reference(network, {"data": network.contract.to_network(picture)})
    wanted = {"y": network.contract.from_network(*answer.values(), picture)}
    agree({"y": got}, wanted, 2**-11 if package.manifest["precision"] else 2e-5)
