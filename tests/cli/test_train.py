"""texelnet train: steps, tests, snapshots, and a run that is taken up where it was."""

from __future__ import annotations

import json
import os
import signal

import numpy as np
import pytest
from tests.train.feeds import NET, SOLVER, written

from texelnet.caffe import read_weights
from texelnet.cli import main

pytest.importorskip("torch")


def log(folder):
    return [json.loads(line) for line in (folder / "out" / "seg.log").read_text().splitlines()]


def same(one, two):
    for layer, blobs in read_weights(one).blobs.items():
        for index, blob in blobs.items():
            other = read_weights(two).blobs[layer][index]
            np.testing.assert_array_equal(blob.values, other.values)


def test_a_run_learns_and_writes_what_it_learnt(tmp_path, capsys):
    assert main(["train", str(written(tmp_path))]) == 0
    steps = [entry for entry in log(tmp_path) if "loss" in entry]
    tests = [entry["outputs"] for entry in log(tmp_path) if "outputs" in entry]
    assert [entry["iteration"] for entry in steps] == list(range(12))
    assert steps[-1]["smoothed"] < steps[0]["loss"]
    assert steps[-1]["rate"] == pytest.approx(0.05)
    assert [set(outputs) for outputs in tests] == [{"loss", "acc"}] * 3
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"seg.log"} | {
        f"seg_iter_{n}.{kind}"
        for n in (5, 10, 12)
        for kind in ("caffemodel", "solverstate", "solverstate.json")
    }
    assert "iteration 8: loss" in capsys.readouterr().out


@pytest.mark.parametrize("format", ["BINARYPROTO", "HDF5"])
def test_a_run_that_is_resumed_takes_the_same_path(tmp_path, format):
    end = ".h5" if format == "HDF5" else ""
    solver = written(tmp_path, solver=SOLVER + f"snapshot_format: {format}\n")
    main(["train", str(solver)])
    out = tmp_path / "out"
    whole = out / f"whole.caffemodel{end}"
    (out / f"seg_iter_12.caffemodel{end}").rename(whole)
    main(["train", str(solver), "--resume", str(out / f"seg_iter_5.solverstate{end}")])
    same(whole, out / f"seg_iter_12.caffemodel{end}")


def test_training_begins_with_given_weights(tmp_path, capsys):
    solver = written(tmp_path)
    given = {"param/c1/0": np.full((6, 3, 3, 3), 0.5), "param/c1/1": np.zeros(6)}
    np.savez(tmp_path / "first.npz", **given)
    still = SOLVER.replace("base_lr: 0.1", "base_lr: 0")
    solver.write_text(still)
    words = ["--weights", str(tmp_path / "first.npz"), "--until", "1"]
    assert main(["train", str(solver), *words]) == 0
    assert f"{tmp_path}/first.npz: c2 not in it, filled\n" in capsys.readouterr().err
    learnt = read_weights(tmp_path / "out" / "seg_iter_1.caffemodel").blobs
    np.testing.assert_array_equal(learnt["c1"][0].values, given["param/c1/0"])


def test_ctrl_c_finishes_the_step_and_writes(tmp_path, capsys, monkeypatch):
    from texelnet.train.loop import Training

    step = Training.step

    def stopping(self):
        if self.iteration == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self)

    monkeypatch.setattr(Training, "step", stopping)
    assert main(["train", str(written(tmp_path))]) == 0
    assert (tmp_path / "out" / "seg_iter_4.solverstate").is_file()
    told = capsys.readouterr().out
    assert "stopped after iteration 4; go on with" in told
    assert f"--resume {tmp_path}/out/seg_iter_4.solverstate" in told


def test_what_cannot_be_trained_is_told(tmp_path, capsys):
    solver = written(tmp_path, solver=SOLVER.replace("net.prototxt", "other.prototxt"))
    assert main(["train", str(solver)]) == 2
    assert capsys.readouterr().err == (
        f"{solver}:2: other.prototxt is not there\n  try: a path from here or the solver\n"
    )
    solver = written(tmp_path, net=NET.split('layer { name: "loss"')[0])
    assert main(["train", str(solver)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path}/net.prototxt: no layer has a loss\n  try: add one, or a loss_weight\n"
    )
    solver = written(tmp_path, solver=SOLVER.replace("base_lr: 0.1", "base_lr: 1e30"))
    assert main(["train", str(solver)]) == 2
    assert "the loss of iteration" in capsys.readouterr().err


def test_the_state_of_another_network_is_refused(tmp_path, capsys):
    solver = written(tmp_path)
    main(["train", str(solver), "--until", "2"])
    other = NET.replace("num_output: 6", "num_output: 5")
    (tmp_path / "net.prototxt").write_text(other)
    state = tmp_path / "out" / "seg_iter_2.solverstate"
    capsys.readouterr()
    assert main(["train", str(solver), "--resume", str(state)]) == 2
    assert "the weights in" in capsys.readouterr().err
