"""What we write is what Caffe writes, byte for byte; what we read is what was written."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from tests.caffe.reference import SHARED, refusal

from texelnet.caffe import read_net, read_weights, weights_from_arrays
from texelnet.caffe.snapshot import (
    SolverState,
    read_solverstate,
    write_caffemodel,
    write_solverstate,
)
from texelnet.errors import WeightsError

FILES = SHARED / "goldens" / "files"
needs_shared = pytest.mark.skipif(not FILES.exists(), reason="there is no ../shared")
NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 2, 5, 5] } } }
layer { name: "a/b" type: "Convolution" bottom: "data" top: "y"
  convolution_param { num_output: 3 kernel_size: 3 weight_filler { type: "msra" std: 0.5 } } }
layer { name: "bn" type: "BatchNorm" bottom: "y" top: "y" }
"""
ARRAYS = {
    "param/a/b/0": np.arange(54.0).reshape(3, 2, 3, 3),
    "param/a/b/1": np.ones(3),
    "param/bn/0": np.zeros(3),
    "param/bn/1": np.ones(3),
    "param/bn/2": np.ones(1),
}
STATE = SolverState(7, 2, "x_iter_7.caffemodel", (np.ones((2, 3), np.float32), np.zeros(4)))
ENDINGS = ("", ".h5")


@needs_shared
def test_a_caffemodel_has_the_bytes_that_caffe_writes(tmp_path):
    model = FILES / "tiny_iter_3.caffemodel"
    net = read_net(FILES / "tiny_net.prototxt", model, phase="TRAIN", training=True)
    write_caffemodel(tmp_path / "own.caffemodel", net)
    assert (tmp_path / "own.caffemodel").read_bytes() == model.read_bytes()


@needs_shared
def test_a_solverstate_has_the_bytes_that_caffe_writes(tmp_path):
    state = read_solverstate(FILES / "tiny_iter_3.solverstate")
    write_solverstate(tmp_path / "own.solverstate", state)
    theirs = (FILES / "tiny_iter_3.solverstate").read_bytes()
    assert (tmp_path / "own.solverstate").read_bytes() == theirs


@needs_shared
def test_both_forms_of_caffes_files_hold_the_same():
    one, two = (read_solverstate(FILES / f"tiny_iter_3.solverstate{e}") for e in ENDINGS)
    assert (one.iteration, one.step) == (two.iteration, two.step) == (3, 1)
    for a, b in zip(one.history, two.history, strict=True):
        np.testing.assert_array_equal(a, b)
    ours, theirs = (read_weights(FILES / f"tiny_iter_3.caffemodel{e}") for e in ENDINGS)
    for layer, blobs in ours.blobs.items():
        for index, blob in blobs.items():
            np.testing.assert_array_equal(blob.values, theirs.blobs[layer][index].values)


@pytest.mark.parametrize("ending", ENDINGS)
def test_weights_come_back_as_they_were(tmp_path, ending):
    net = read_net(NET, weights_from_arrays(ARRAYS, "arrays"))
    write_caffemodel(tmp_path / f"x.caffemodel{ending}", net)
    again = read_net(NET, tmp_path / f"x.caffemodel{ending}")
    assert net.weights.keys() == again.weights.keys()
    for owner, numbers in net.weights.items():
        np.testing.assert_array_equal(again.weights[owner], numbers)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_state_comes_back_as_it_was(tmp_path, ending):
    write_solverstate(tmp_path / f"x.solverstate{ending}", STATE)
    again = read_solverstate(tmp_path / f"x.solverstate{ending}")
    assert (again.iteration, again.step, again.learned_net) == (7, 2, "x_iter_7.caffemodel")
    for a, b in zip(again.history, STATE.history, strict=True):
        np.testing.assert_array_equal(a, b)


def test_files_of_another_kind_are_refused(tmp_path):
    net = read_net(NET, weights_from_arrays(ARRAYS, "arrays"))
    for ending in ENDINGS:
        write_caffemodel(tmp_path / f"x.caffemodel{ending}", net)
        write_solverstate(tmp_path / f"x.solverstate{ending}", STATE)
    place = tmp_path / "x.caffemodel"
    assert str(refusal(WeightsError, lambda: read_solverstate(place))) == (
        f"{place}: there is no history in this file\n  try: a .solverstate, not a .caffemodel"
    )
    place = tmp_path / "x.caffemodel.h5"
    assert str(refusal(WeightsError, lambda: read_solverstate(place))) == (
        f"{place}: there is no /iter in this file\n"
        "  try: a .solverstate.h5, not a .caffemodel.h5"
    )
    place = tmp_path / "x.solverstate.h5"
    assert str(refusal(WeightsError, lambda: read_weights(place))) == (
        f"{place}: there is no /data/<layer>/<i> in this file\n"
        "  try: a .caffemodel.h5, not a .solverstate.h5"
    )


def test_links_out_of_a_file_are_refused(tmp_path):
    place = tmp_path / "x.h5"
    with h5py.File(place, "w") as file:
        file["data"] = h5py.ExternalLink("other.h5", "/data")
    assert str(refusal(WeightsError, lambda: read_weights(place))) == (
        f"{place}: /data is a link to elsewhere\n  try: save the weights into one file"
    )


DAMAGED = [
    ("iter", np.array([2**40]), "iter is 1099511627776, a number of steps from 0 to "
     "2,147,483,647 is expected\n  try: an earlier snapshot: this one is damaged"),
    ("current_step", np.zeros(0), "/current_step holds 0 values of float64, not numbers\n"
     "  try: the file as Caffe or texelnet wrote it"),
    ("history/7", np.zeros(3), "there is no /history/2 in this file\n"
     "  try: a .solverstate.h5, not a .caffemodel.h5"),
    ("iter", np.dtype("<i4"), "/iter is a type, not an array"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "array", "fact"), DAMAGED)
def test_a_damaged_state_is_refused(tmp_path, name, array, fact):
    place = tmp_path / "x.solverstate.h5"
    write_solverstate(place, STATE)
    with h5py.File(place, "a") as file:
        if name in file:
            del file[name]
        file[name] = array
    assert str(refusal(WeightsError, lambda: read_solverstate(place))) == f"{place}: {fact}"


def test_a_small_file_that_claims_large_arrays_is_refused(tmp_path):
    place = tmp_path / "x.caffemodel.h5"
    with h5py.File(place, "w") as file:
        file.create_dataset("data/c/0", (1 << 30,), "f4")  # nothing is stored: all are 0
    size = (256 << 20) + 50 * place.stat().st_size
    assert str(refusal(WeightsError, lambda: read_weights(place))) == (
        f"{place}: it unpacks to more than {size:,} bytes\n"
        "  try: is this the file of this network?"
    )
