"""A small data set and network, written to a folder."""

from pathlib import Path

import h5py
import numpy as np

NET = """
name: "seg"
layer { name: "d" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "list.txt" batch_size: 4 shuffle: true } }
layer { name: "c1" type: "Convolution" bottom: "data" top: "c1"
  convolution_param { num_output: 6 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "drop" type: "Dropout" bottom: "c1" top: "c1" }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "score"
  convolution_param { num_output: 2 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
layer { name: "acc" type: "Accuracy" bottom: "score" bottom: "label" top: "acc"
  include { phase: TEST } }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.1 lr_policy: "step" gamma: 0.5 stepsize: 6
momentum: 0.9 weight_decay: 0.0005 max_iter: 12 random_seed: 7 average_loss: 5
snapshot: 5 snapshot_prefix: "out/seg" test_iter: 3 test_interval: 6 display: 4
"""


def written(folder: Path, net: str = NET, solver: str = SOLVER) -> Path:
    """Write pictures whose label is whether they are above 0; return the solver's file."""
    random = np.random.default_rng(0)
    pictures = random.normal(size=(20, 3, 8, 8)).astype(np.float32)
    with h5py.File(folder / "rows.h5", "w") as file:
        file["data"] = pictures
        file["label"] = (pictures.mean(1, keepdims=True) > 0).astype(np.float32)
    (folder / "list.txt").write_text("rows.h5\n")
    (folder / "net.prototxt").write_text(net)
    (folder / "solver.prototxt").write_text(solver)
    return folder / "solver.prototxt"
