"""What torch computes from our layers is what Caffe computed, forwards and backwards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.caffe.reference import HERE, SHARED, golden

from texelnet.caffe import read_net, weights_from_arrays
from texelnet.caffe.layers import KINDS
from texelnet.caffe.solver import read_solver
from texelnet.run.torch import fed
from texelnet.train import Descent, Interpreted

torch = pytest.importorskip("torch", reason="torch is not installed: make setup")
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")

TIES = "a flat area: rounding breaks the ties of its maxima another way"
LOTS = "it draws lots"
BLOBS = {
    "dropout_train": LOTS,
    "legacy_v1_train": LOTS,
    "pool_max_very_negative": "an input of -inf: Caffe's maximum starts from -FLT_MAX",
}
"""Cases whose blobs differ from Caffe's, and why."""
GRADIENTS = BLOBS | {
    "relu_slope_negative_inplace": "Caffe reads the sign off what it has changed already",
    "mvn_eps": "Caffe's gradient takes the deviation + eps for the deviation",
    "power_frac_negative_base": "the root of a negative number: Caffe has NaN at 0 too",
    "eltwise_prod_zero_unstable": "Caffe divides the product by a factor of 0",
    "roipool_2x2": "a region that ends before it begins: Caffe's gradient forgets it",
    "roipool_3x2": "a region that ends before it begins: Caffe's gradient forgets it",
    "roipool_1x1": "a region that ends before it begins: Caffe's gradient forgets it",
    "net_fcn_like": TIES,
    "net_fcn_like_deploy": TIES,
}
"""The same for gradients."""


def _own() -> list[Path]:
    return sorted([*HERE.glob("*.npz"), *(Path(__file__).parent / "goldens").glob("*.npz")])


def _cases(solvers: bool) -> list[Path]:
    folder = SHARED / "goldens"
    if not folder.exists():
        return []
    return [
        folder / case["file"]
        for case in json.loads((folder / "index.json").read_text())["cases"]
        if (case["group"] == "Solver") == solvers
        and case["layer_types"]
        and set(case["layer_types"]) <= set(KINDS)
        and (solvers or case["phase"])
    ]


def run(path: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Run a recorded case; return what was recorded and what came out, by key."""
    case = golden(path)
    meta, arrays = case.meta, case.arrays
    text = case.prototxt.replace('source: "files/', f'source: "{path.parent}/files/')
    net = read_net(
        text,
        weights_from_arrays(arrays, case.name),
        phase=meta["phase"],
        level=meta.get("level", 0),
        stages=meta.get("stages", []),
        training=True,
    )
    torch.manual_seed(1)
    network = Interpreted(torch, net)
    given = fed(net) | case.part("in/")
    made = network.forward({n: torch.from_numpy(np.array(v)) for n, v in given.items()})
    outside = {name: torch.from_numpy(np.array(v)) for name, v in case.part("topdiff/").items()}
    found = {f"blob/{name}": value.detach().numpy() for name, value in made.last.items()}
    for _ in range(meta.get("backwards", 0)):
        blobs, parameters = network.backward(made, outside)
    if meta.get("backwards", 0):
        found |= {f"diff/{name}": value.numpy() for name, value in blobs.items()}
        found |= {f"pdiff/{key}": value.numpy() for key, value in parameters.items()}
    return arrays, found


def assert_same(path: Path) -> None:
    recorded, found = run(path)
    left_out = GRADIENTS if path.stem in GRADIENTS else {}
    for key, wanted in recorded.items():
        kind = key.split("/")[0]
        if kind not in ("blob", "diff", "pdiff"):
            continue
        if path.stem in BLOBS or (left_out and kind != "blob"):
            continue
        finite = np.abs(wanted[np.isfinite(wanted)])
        largest = float(finite.max()) if finite.size else 0.0
        got = found[key]
        assert got.shape == wanted.shape, key
        near = {"rtol": 1e-4, "atol": 1e-5 * largest + 1e-30}
        np.testing.assert_allclose(got, wanted, **near, err_msg=key)


@pytest.mark.parametrize("path", _own(), ids=lambda path: path.stem)
def test_a_golden_of_our_own_comes_out_as_in_caffe(path):
    assert_same(path)


@needs_shared
@pytest.mark.parametrize("path", _cases(solvers=False), ids=lambda path: path.stem)
def test_a_shared_golden_comes_out_as_in_caffe(path):
    assert_same(path)


@needs_shared
def test_nearly_all_shared_goldens_are_covered():
    assert len(_cases(solvers=False)) >= 350
    assert len(_cases(solvers=True)) == 25


def trajectory(path: Path) -> None:
    """Train as recorded, each parameter compared after each step."""
    case = golden(path)
    first = {f"param/{key}": np.array(values[0]) for key, values in case.part("traj/").items()}
    net = read_net(
        case.prototxt, weights_from_arrays(first, case.name), phase="TRAIN", training=True
    )
    network = Interpreted(torch, net)
    solver = read_solver(str(case.arrays["solver_prototxt"]))
    descent = Descent(torch, solver, network.learnt())
    owners = {
        f"{layer.name}/{index}": parameter.owner
        for layer in net.layers
        for index, parameter in enumerate(layer.parameters)
    }
    batches, count, seen = case.part("batches/"), case.meta["nbatch"], 0
    for step in range(case.meta["steps"]):
        for _ in range(solver.message.number("iter_size")):
            given = {n: torch.from_numpy(np.array(v[seen % count])) for n, v in batches.items()}
            network.forward(given).loss.backward()
            seen += 1
        assert descent.step() == pytest.approx(case.arrays["lr"][step], rel=1e-5)
        for key, values in case.part("traj/").items():
            got, wanted = network.parameters[owners[key]].detach().numpy(), values[step + 1]
            near = {"rtol": 1e-4, "atol": 1e-5 * np.abs(wanted).max() + 1e-9}
            np.testing.assert_allclose(got.reshape(wanted.shape), wanted, **near, err_msg=key)
    for key, values in case.part("history/").items():
        np.testing.assert_allclose(
            descent.history[int(key)].numpy(), values, rtol=1e-4, atol=1e-6
        )


@needs_shared
@pytest.mark.parametrize("path", _cases(solvers=True), ids=lambda path: path.stem)
def test_training_takes_the_path_that_caffe_took(path):
    trajectory(path)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "solvers").glob("*.npz")), ids=lambda p: p.stem
)
def test_training_of_our_own_goldens_takes_the_path_that_caffe_took(path):
    trajectory(path)
