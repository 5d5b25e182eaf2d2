"""Files from strangers: every input is read, or refused by an error of ours, soon and small."""

from __future__ import annotations

import contextlib
import io
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from math import prod
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.caffe import test_snapshot, test_weights
from tests.caffe.mutation import mutated, mutated_texts, wire
from tests.caffe.reference import HERE, golden, refusal

from texelnet.caffe import read_net, read_weights
from texelnet.caffe.binary import read_binaryproto
from texelnet.caffe.encode import blob
from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.fillers import filled
from texelnet.caffe.snapshot import read_solverstate, write_caffemodel, write_solverstate
from texelnet.caffe.solver import read_solver
from texelnet.errors import TexelnetError
from texelnet.train.needs import needs

SECONDS, MEMORY = 10.0, 1 << 30
"""What one small file may take; seconds are the processor's, of a machine that is busy."""
FILLED = 10**6
"""So many numbers are filled, not more: time and memory are what was asked for."""
LONG = 60.0
"""Seconds of the long run, shared by all readers."""
SOLVERS = [
    'net: "n" base_lr: 0.01 lr_policy: "step" gamma: 0.5 stepsize: 10 max_iter: 20'
    " momentum: 0.9",
    'net: "n" type: "Adam" base_lr: 1e-3 lr_policy: "multistep" gamma: 0.1 stepvalue: [3, 5]'
    " test_iter: 4 test_interval: 5 momentum2: 0.99 delta: 1e-8 snapshot_format: HDF5",
]
TRAINED = """
layer { name: "d" type: "DummyData" top: "x" top: "y" dummy_data_param {
  shape { dim: [2, 3, 8, 8] } shape { dim: [2, 1] } data_filler { type: "gaussian" std: 1 }
  data_filler { type: "uniform" min: 0 max: 2 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c" param { lr_mult: 1 name: "w" }
  convolution_param { num_output: 4 kernel_size: 3 bias_filler { type: "constant" value: 1 }
    weight_filler { type: "gaussian" std: 0.1 sparse: 2 } } }
layer { name: "p" type: "Pooling" bottom: "c" top: "p"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "f" type: "InnerProduct" bottom: "p" top: "f"
  inner_product_param { num_output: 3 weight_filler { type: "uniform" min: -1 max: 1 } } }
layer { name: "a" type: "Accuracy" bottom: "f" bottom: "y" top: "a" include { phase: TEST } }
layer { name: "l" type: "SoftmaxWithLoss" bottom: "f" bottom: "y"
  loss_param { ignore_label: 255 } }
"""


@cache
def texts() -> list[str]:
    """Networks: those of recorded cases, and one that is trained."""
    return [*[TRAINED] * 20, *(golden(path).prototxt for path in sorted(HERE.glob("*.npz")))]


@cache
def files(suffix: str) -> list[bytes]:
    """Small files as texelnet writes them."""
    if suffix == ".caffemodel":
        return list(test_weights.ENCODINGS.values())
    if suffix == ".binaryproto":
        return [b"".join(blob(1, test_weights.KERNEL))[2:], b"".join(blob(1, np.ones(5)))[2:]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        if "solverstate" in suffix:
            write_solverstate(path, test_snapshot.STATE)
        elif suffix == ".npz":
            np.savez(path, **test_snapshot.ARRAYS)
        elif suffix == ".npy":
            np.save(path, test_weights.KERNEL)
        else:
            arrays = test_weights.weights_from_arrays(test_snapshot.ARRAYS, "x")
            write_caffemodel(path, read_net(test_snapshot.NET, arrays))
        return [path.read_bytes()]


def _on_disk(read: Callable[[Path], object], suffix: str) -> Callable[[bytes], object]:
    def reader(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"x{suffix}"
            path.write_bytes(content)
            return read(path)

    return reader


def _net(text: str) -> object:
    return read_net(text)


def _training(text: str) -> object:
    """Read a network as for training, and begin: fill its parameters, make a batch."""
    net = read_net(text, phase="TRAIN", training=True)
    shapes = [parameter.shape for layer in net.layers for parameter in layer.parameters]
    if sum(map(prod, shapes)) < FILLED:
        net = net.with_weights(filled(net.layers, np.random.default_rng(0)))
    for layer in net.layers:
        if layer.type == "DummyData" and sum(map(prod, layer.top_shapes)) < FILLED:
            FEEDS[layer.type](layer, True).batch(0, 0)
    return net.doubts, needs(net.layers, True)


def _zipped(content: bytes) -> object:
    """Read an array's file out of an .npz: bare changes would end at the archive's sums."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("param/c/0.npy", content)
    return _on_disk(read_weights, ".npz")(packed.getvalue())


def _fitted(content: bytes) -> object:
    return test_weights._net_of(content)


def _reader(read: Callable[[Path], object], suffix: str) -> Reader:
    return _on_disk(read, suffix), lambda: mutated(files(suffix))


def _stored(read: Callable[[Path], object], suffix: str) -> Callable[[Arrays], object]:
    """Read arrays of any kind out of an HDF5 file."""

    def reader(arrays: Arrays) -> object:
        packed = io.BytesIO()
        with h5py.File(packed, "w") as file:
            for name, array in arrays.items():
                with contextlib.suppress(
                    TypeError, ValueError
                ):  # a group cannot be an array too
                    file.create_dataset(name, data=array)
        return _on_disk(read, suffix)(packed.getvalue())

    return reader


Arrays = dict[str, np.ndarray]
NAMES = (
    "iter",
    "current_step",
    "learned_net",
    "history/0",
    "history/1",
    "history/x",
    "data/c/0",
)
NAMES += ("data/c/1", "data/c", "data/a/b/0", "data/c/-1", "data//0", "data/c/99999", "x")
ARRAYS = [np.array(7), np.array([7]), np.array([-1]), np.array([2**40]), np.array([np.nan])]
ARRAYS += [
    np.zeros((2, 3)),
    np.zeros(0),
    np.array([1e300]),
    np.array(b"x"),
    np.array([b"x\xff"]),
]
ARRAYS += [np.array([True]), np.array([1j]), np.zeros((1,) * 20), np.zeros(2, "i4,f4")]
SOUND = {"iter": ARRAYS[1], "current_step": ARRAYS[1], "history/0": ARRAYS[5]}


def stored() -> st.SearchStrategy[Arrays]:
    drawn = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ARRAYS), max_size=5)
    return drawn.map(lambda arrays: SOUND | arrays)


Reader = tuple[Callable[..., object], Callable[[], st.SearchStrategy[object]]]
READERS: dict[str, Reader] = {
    "prototxt": (_net, lambda: mutated_texts(texts())),
    "trained prototxt": (_training, lambda: mutated_texts(texts())),
    "solver": (lambda text: read_solver(text), lambda: mutated_texts(SOLVERS)),
    "caffemodel": (_fitted, lambda: st.one_of(mutated(files(".caffemodel")), wire())),
    "npz": (_zipped, lambda: mutated(files(".npy"))),
    "damaged zip": _reader(read_weights, ".npz"),
    "solverstate": _reader(read_solverstate, ".solverstate"),
    "binaryproto": _reader(read_binaryproto, ".binaryproto"),
    "arrays as weights": (_stored(read_weights, ".caffemodel.h5"), stored),
    "arrays as a state": (_stored(read_solverstate, ".solverstate.h5"), stored),
    "caffemodel.h5": _reader(read_weights, ".caffemodel.h5"),
    "solverstate.h5": _reader(read_solverstate, ".solverstate.h5"),
}


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Let no more memory be had than there is now and MEMORY; more is a MemoryError."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def law(reader: str, examples: int, anew: bool = False) -> Callable[[], None]:
    """The law of a reader: an input ends in a value or an error of ours, soon."""
    read, inputs = READERS[reader]
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(
        max_examples=examples,
        suppress_health_check=unhurried,
        derandomize=not anew,
        database=None,
        print_blob=True,
        deadline=None,
    )
    @given(inputs())
    def holds(content: object) -> None:
        begin = time.process_time()
        error = refusal(TexelnetError, lambda: read(content))
        assert error is None or (error.where and error.fact and len(str(error)) < 10_000)
        assert time.process_time() - begin < SECONDS

    return holds


@pytest.mark.parametrize("reader", READERS)
def test_a_damaged_file_is_read_or_refused(reader):
    with bounded():
        law(reader, 150)()


@pytest.mark.nightly
@pytest.mark.parametrize("reader", READERS)
def test_damaged_files_are_read_or_refused_for_a_minute(reader):
    end = time.monotonic() + LONG / len(READERS)
    with bounded():
        while time.monotonic() < end:
            law(reader, 200, anew=True)()
