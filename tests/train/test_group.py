"""Two processes take the path of one with twice the batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.train.feeds import NET, SOLVER, written

from texelnet.caffe import read_weights
from texelnet.cli import main

torch = pytest.importorskip("torch")
# Labels of 7 count for nothing, and are not shared out evenly between the two.
PLAIN = (
    NET.replace(" shuffle: true", "")
    .replace('layer { name: "drop" type: "Dropout" bottom: "c1" top: "c1" }\n', "")
    .replace('top: "loss" }', 'top: "loss" loss_param { ignore_label: 7 } }')
)


def spoil(folder: Path) -> None:
    import h5py

    with h5py.File(folder / "rows.h5", "r+") as file:
        file["label"][1, :, 2:] = 7
        file["label"][9] = 7


def torchrun(solver: Path) -> subprocess.CompletedProcess[str]:
    words = ["--nproc-per-node", "2", "--master-port", "0", "--standalone"]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            *words,
            "-m",
            "texelnet",
            "train",
            solver,
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"},
        timeout=300,
    )


def test_two_processes_take_the_path_of_one_with_twice_the_batch(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, size in ((one, 8), (two, 4)):
        folder.mkdir()
        net = PLAIN.replace("batch_size: 4", f"batch_size: {size}")
        written(folder, net, SOLVER.replace("test_iter: 3 test_interval: 6", ""))
        spoil(folder)
    assert main(["train", str(one / "solver.prototxt")]) == 0
    found = torchrun(two / "solver.prototxt")
    assert found.returncode == 0, found.stderr
    ours, theirs = (
        read_weights(f / "out" / "seg_iter_12.caffemodel").blobs for f in (one, two)
    )
    for layer, blobs in ours.items():
        for index, blob in blobs.items():
            np.testing.assert_allclose(
                theirs[layer][index].values, blob.values, rtol=1e-4, atol=1e-6
            )


def test_statistics_of_one_process_are_refused(tmp_path):
    norm = 'layer { name: "bn" type: "BatchNorm" bottom: "c1" top: "c1" }\n'
    solver = written(tmp_path, PLAIN.replace('layer { name: "r1"', norm + 'layer { name: "r1"'))
    found = torchrun(solver)
    assert found.returncode != 0
    assert (
        '(layer "bn"): each process would take the statistics of its own pictures\n'
        "  try: use_global_stats: true, or one process"
    ) in found.stderr
