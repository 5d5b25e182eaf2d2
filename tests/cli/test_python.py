"""--allow-python: layers of one's own in `run` and `train`, and nowhere else."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from tests.train.test_python import INPUTS, LOSS, MODULE

from texelnet.cli import main

pytest.importorskip("torch")
NET = """
layer { name: "pictures" type: "Python" top: "data" top: "label"
  python_param { module: "own_layers" layer: "Pictures" } }
layer { name: "score" type: "Convolution" bottom: "data" top: "score"
  convolution_param { num_output: 2 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
"""
SOLVER = """
net: "net.prototxt" base_lr: 1 lr_policy: "fixed" max_iter: 8 random_seed: 5
snapshot: 4 snapshot_prefix: "own" test_iter: 2 test_interval: 4
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_layers.py").write_text(MODULE.read_text())
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "solver.prototxt").write_text(SOLVER)
    sys.path_importer_cache.clear()
    yield tmp_path
    sys.modules.pop("own_layers", None)


def log(folder):
    return [json.loads(line) for line in (folder / "own.log").read_text().splitlines()]


def test_a_layer_of_ones_own_feeds_training(folder):
    """The pictures are of two sizes, drawn anew at each step, and are drawn again so."""
    assert main(["train", "solver.prototxt", "--allow-python"]) == 0
    first = [entry["loss"] for entry in log(folder) if "loss" in entry]
    assert first[-1] < 0.3 * first[0]
    (folder / "own.log").unlink()
    sys.modules.pop("own_layers")
    main(["train", "solver.prototxt", "--allow-python"])
    assert [entry["loss"] for entry in log(folder) if "loss" in entry] == first


def test_training_runs_no_program_unasked(folder, capsys):
    assert main(["train", "solver.prototxt"]) == 2
    assert capsys.readouterr().err == (
        'net.prototxt:2 (layer "pictures"): this layer is a program of its own, class Pictures '
        "of module own_layers: it would be imported from PYTHONPATH or the current folder and "
        "run with all your rights, so it needs leave\n"
        "  try: read it; if you trust it, --allow-python\n"
    )
    assert "own_layers" not in sys.modules


def test_run_computes_it_with_its_gradients(folder):
    (folder / "net.prototxt").write_text("force_backward: true" + INPUTS + LOSS)
    a, b = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    np.savez("in.npz", **{"in/a": a, "in/b": b})
    words = ["run", "net.prototxt", "--inputs", "in.npz", "--outputs", "out.npz"]
    assert main([*words, "--gradients", "--allow-python"]) == 0
    with np.load("out.npz") as found:
        np.testing.assert_allclose(found["blob/loss"], [((a - b) ** 2).sum() / 4])
        np.testing.assert_allclose(found["diff/a"], a - b)
    assert main(words) == 2


def test_a_loss_beside_it_is_explained(folder, capsys):
    words = ["explain", "net.prototxt", "--layer", "loss"]
    assert main([*words, "--allow-python"]) == 0
    assert "score" in capsys.readouterr().out
    assert main(words) == 2
    assert capsys.readouterr().err.endswith("if you trust it, --allow-python\n")


def test_a_program_is_no_graph(folder, capsys):
    assert main(["compile", "net.prototxt", "--for", "webgpu", "-o", "out"]) == 2
    assert capsys.readouterr().err == (
        "net.prototxt: one layer can't be understood\n"
        '  line 2, layer "pictures" (Python): it is a program of its own, which a graph (ONNX, '
        "a shader) can't hold: `texelnet run` and `train` run it with --allow-python\n"
    )


def test_a_loss_of_ones_own_is_not_shared_by_processes(folder, capsys, monkeypatch):
    from texelnet.train.group import Group

    own = LOSS.replace('"a"', '"score"').replace('"b"', '"score"').replace('"loss"', '"far"')
    (folder / "net.prototxt").write_text(NET + own)
    monkeypatch.setattr(Group, "__init__", lambda self, torch: None)
    monkeypatch.setattr(Group, "rank", 0, raising=False)
    monkeypatch.setattr(Group, "size", 2, raising=False)
    monkeypatch.setattr(Group, "total", lambda self, number: number)
    assert main(["train", "solver.prototxt", "--allow-python"]) == 2
    assert capsys.readouterr().err == (
        'net.prototxt:8 (layer "far"): what a Python loss divides by is known to nobody else\n'
        "  try: one process: the losses of several can't be made one\n"
    )
