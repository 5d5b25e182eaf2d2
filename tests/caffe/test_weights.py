"""Weights: every encoding is read, every damage is named, nothing else ever happens."""

from __future__ import annotations

import mmap
import re
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.caffe import caffemodel as cm
from tests.caffe.reference import SHARED, refusal

from texelnet.caffe import Net, Weights, read_net, read_weights, weights_from_arrays
from texelnet.caffe.binary import weights_from_bytes
from texelnet.errors import WeightsError

RNG = np.random.default_rng(7)
KERNEL = RNG.normal(size=(2, 3, 3, 3)).astype(np.float32)
BIAS = RNG.normal(size=2).astype(np.float32)
GOOD = cm.layer(
    "c", cm.shape(KERNEL.shape) + cm.floats(KERNEL), cm.shape([2]) + cm.floats(BIAS)
)
CONVOLUTION = """input: "data" input_shape { dim: 1 dim: 3 dim: 6 dim: 6 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 2 kernel_size: 3 } }
"""
UP = CONVOLUTION.replace('"Convolution"', '"Deconvolution"')

ENCODINGS = {
    "now": GOOD,
    "V1": cm.v1_layer(
        "c", cm.shape(KERNEL.shape) + cm.floats(KERNEL), cm.shape([2]) + cm.floats(BIAS)
    ),
    "V0": cm.v0_layer(
        "c",
        cm.legacy_shape(KERNEL.shape) + cm.floats(KERNEL),
        cm.legacy_shape([1, 1, 1, 2]) + cm.floats(BIAS),
    ),
    "one by one": cm.layer(
        "c",
        cm.shape(KERNEL.shape) + cm.single_floats(KERNEL),
        cm.single_floats(BIAS) + cm.shape([2]),
    ),
    "double": cm.layer(
        "c", cm.shape(KERNEL.shape) + cm.doubles(KERNEL), cm.shape([2]) + cm.doubles(BIAS)
    ),
    "in two runs": cm.layer(
        "c",
        cm.floats(KERNEL[0]) + cm.shape(KERNEL.shape) + cm.floats(KERNEL[1]),
        cm.shape([2]) + cm.floats(BIAS),
    ),
    "with unknown fields": cm.run(55, b"xyz") + GOOD + cm.varint(56 << 3) + b"\x07",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_same_numbers(encoding):
    net = read_net(CONVOLUTION, weights_from_bytes(ENCODINGS[encoding], "w.caffemodel"))
    np.testing.assert_array_equal(net.weights["c", 0], KERNEL)
    np.testing.assert_array_equal(net.weights["c", 1], BIAS)


def test_a_file_is_viewed_without_a_copy(tmp_path):
    path = tmp_path / "w.caffemodel"
    path.write_bytes(GOOD)
    values = read_weights(path).blobs["c"][0].values
    assert not values.flags.owndata
    assert not values.flags.writeable


LARGE = np.zeros((1 << 10, 1 << 11), np.float32)
SPENT = [(cm.floats, 0), (cm.doubles, LARGE.nbytes)]


@pytest.mark.parametrize(("numbers", "needed"), SPENT, ids=("floats", "doubles"))
def test_a_large_file_takes_no_more_memory_than_its_numbers(tmp_path, numbers, needed):
    path = tmp_path / "w.caffemodel"
    path.write_bytes(cm.layer("c", cm.shape(LARGE.shape) + numbers(LARGE)))
    tracemalloc.start()
    try:
        weights = read_weights(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert weights.blobs["c"][0].values.shape == LARGE.shape
    assert peak < needed + (1 << 18)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counted in Linux's /proc")
def test_pages_of_doubles_leave_the_memory_once_they_are_floats(tmp_path):
    path = tmp_path / "w.caffemodel"
    doubles, floats = cm.shape(LARGE.shape) + cm.doubles(LARGE), cm.shape([2]) + cm.floats(BIAS)
    path.write_bytes(cm.layer("c", doubles, floats))
    before = _shared_pages()
    weights = read_weights(path)  # the bias keeps the file mapped
    assert (_shared_pages() - before) * mmap.PAGESIZE < LARGE.nbytes
    np.testing.assert_array_equal(weights.blobs["c"][1].values, BIAS)


def _shared_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[2])


def blob(dims: list[int], count: int) -> bytes:
    """A shape and so many zeros."""
    return cm.shape(dims) + cm.floats(np.zeros(count))


_REFETCH = "\n  try: the file is damaged: fetch it again and compare its size"
_CUT = "\n  try: the file is cut short or damaged: fetch it again and compare its size"
_OTHER = "\n  try: this does not look like a .caffemodel: check that it is the right file"
_LAYOUTS = (
    "\n  try: Deconvolution stores weights (in, out, h, w), Convolution stores (out, in, h, w)"
)
DAMAGED = [
    (
        GOOD[:100],
        "w.caffemodel, byte 0: field 100 wants 250 bytes, 96 are left" + _CUT,
    ),
    (
        b"name: 'a'\n",
        "w.caffemodel: this is a text file, not a .caffemodel\n"
        "  try: give the .caffemodel, not the .prototxt",
    ),
    (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00",
        "w.caffemodel: this is the pointer that Git LFS leaves, not a .caffemodel\n"
        "  try: run git lfs pull",
    ),
    (
        b"name: '\xff'\n",
        "w.caffemodel, byte 0: field 13 has the unknown wire type 6" + _OTHER,
    ),
    (bytes(16), "w.caffemodel, byte 0: a field has the impossible number 0" + _OTHER),
    (b"\xff" * 16, "w.caffemodel, byte 0: a number is longer than ten bytes" + _OTHER),
    (b"\xa2", "w.caffemodel, byte 0: the file ends inside a number" + _CUT),
    (
        cm.layer("c"),
        "w.caffemodel: there are no weights in this file\n"
        "  try: check that it is the .caffemodel of this network",
    ),
    (
        cm.layer("c", blob([2], 3)),
        'w.caffemodel, byte 8: blob 0 of layer "c" is 2, but 3 numbers are stored' + _REFETCH,
    ),
    (
        cm.layer("c", blob([-2], 2)),
        'w.caffemodel, byte 8: blob 0 of layer "c" has a negative size (-2)' + _REFETCH,
    ),
    (
        cm.layer("c", blob([2**40, 2**30], 2)),
        'w.caffemodel, byte 8: blob 0 of layer "c" is 1099511627776 x 1073741824, but '
        "2 numbers are stored" + _REFETCH,
    ),
    (
        cm.layer("c", cm.shape([2]) + cm.run(5, b"12345")),
        "w.caffemodel, byte 15: 5 bytes of weights are no whole number of 4-byte values" + _CUT,
    ),
    (
        cm.layer("c", cm.shape([1] * 40) + cm.floats(BIAS[:1])),
        "w.caffemodel, byte 45: a shape has more than 32 axes" + _OTHER,
    ),
    (
        GOOD + cm.v1_layer("d", blob([2], 2)),
        "w.caffemodel, byte 256: the file has layers in the old form and in the new one\n"
        "  try: Caffe refuses it too: save it anew",
    ),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED, ids=range(len(DAMAGED)))
def test_damage_is_named_with_its_byte(content, message):
    with pytest.raises(WeightsError) as caught:
        weights_from_bytes(content, "w.caffemodel")
    assert str(caught.value) == message


def test_a_file_that_is_empty_or_missing_is_an_error(tmp_path):
    path = tmp_path / "w.caffemodel"
    with pytest.raises(WeightsError, match="can't be read \\(No such file or directory\\)"):
        read_weights(path)
    path.touch()
    with pytest.raises(WeightsError, match="the file is empty"):
        read_weights(path)
    with pytest.raises(WeightsError, match="can't be read"):
        read_weights(tmp_path)


@given(st.binary(max_size=80))
@example(b"\xa2\x06\x04\x3a\x02\x2d\x00")
def test_any_bytes_are_weights_or_an_error(content):
    error = refusal(WeightsError, lambda: weights_from_bytes(content, "w"))
    assert error is None or error.where.startswith("w")


def _net_of(content: bytes) -> Net:
    return read_net(CONVOLUTION, weights_from_bytes(content, "w"))


@given(
    st.sampled_from(sorted(ENCODINGS)),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=4),
    st.integers(0, 300),
)
def test_a_damaged_file_is_weights_or_an_error(encoding, changes, length):
    content = bytearray(ENCODINGS[encoding])
    for at, byte in changes:
        content[at % len(content)] = byte
    for candidate in (bytes(content), bytes(content[:length])):
        refusal(WeightsError, partial(_net_of, candidate))


def arrays(**shapes: tuple[int, ...]) -> Weights:
    """Weights of ones: c0=(2, 3) is blob 0 of layer c."""
    named = {f"param/{key[:-1]}/{key[-1]}": np.ones(dims) for key, dims in shapes.items()}
    return weights_from_arrays(named, "w.npz")


MISFITS = [
    (
        CONVOLUTION,
        arrays(c0=(3, 2, 3, 3), c1=(2,)),
        'net.prototxt:2 (layer "c"): Convolution weights take 2 channels, the picture has 3'
        + _LAYOUTS,
    ),
    (
        UP,
        arrays(c0=(2, 3, 3, 3), c1=(2,)),
        'net.prototxt:2 (layer "c"): Deconvolution weights take 2 channels, the picture has 3'
        + _LAYOUTS,
    ),
    (
        CONVOLUTION,
        arrays(c0=(1, 3, 3, 3), c1=(2,)),
        'net.prototxt:2 (layer "c"): the weights in w.npz are 1 x 3 x 3 x 3, the layer takes '
        "2 x 3 x 3 x 3\n  try: is this the file of this network?",
    ),
    (
        CONVOLUTION,
        arrays(c0=(2, 3, 3, 3), c1=(2,), c2=(1,)),
        'net.prototxt:2 (layer "c"): w.npz has 3 blobs for this layer, it takes 2\n'
        "  try: check bias_term",
    ),
    (
        CONVOLUTION,
        arrays(c0=(2, 3, 3, 3)),
        'w.npz: no weights for "c" (bias) of net.prototxt\n'
        "  try: is this the file of this network? A layer without bias has bias_term: false",
    ),
    (
        CONVOLUTION,
        arrays(conv0=(2, 3, 3, 3), conv1=(2,)),
        'w.npz: no weights for "c" of net.prototxt\n'
        "  try: the file's own layers that nobody takes: conv; names must agree",
    ),
]


@pytest.mark.parametrize(("prototxt", "weights", "message"), MISFITS)
def test_weights_that_do_not_fit_say_why(prototxt, weights, message):
    with pytest.raises(WeightsError) as caught:
        read_net(prototxt, weights)
    assert str(caught.value) == message


def test_old_four_sizes_fit_only_with_ones_on_the_left():
    good, bad = (
        cm.layer(
            "c",
            cm.shape(KERNEL.shape) + cm.floats(KERNEL),
            cm.legacy_shape(dims) + cm.floats(BIAS),
        )
        for dims in ([1, 1, 1, 2], [2, 1, 1, 1])
    )
    assert read_net(CONVOLUTION, weights_from_bytes(good, "w")).weights["c", 1].shape == (2,)
    with pytest.raises(WeightsError, match=re.escape("the bias in w are 2 x 1 x 1 x 1")):
        read_net(CONVOLUTION, weights_from_bytes(bad, "w"))


def test_weights_of_layers_the_network_lacks_are_reported():
    weights = arrays(c0=(2, 3, 3, 3), c1=(2,), other0=(1,))
    assert read_net(CONVOLUTION, weights).unused_weights == ("other",)


def test_single_parameters_can_replace_those_of_a_file():
    file = weights_from_bytes(GOOD, "w.caffemodel")
    net = read_net(CONVOLUTION, file.replaced(arrays(c1=(2,))))
    np.testing.assert_array_equal(net.weights["c", 0], KERNEL)
    np.testing.assert_array_equal(net.weights["c", 1], np.ones(2))


def test_an_npz_is_read_by_layer_and_index(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, **{"param/a/b/0": KERNEL, "param/a/b/1": BIAS, "in/data": KERNEL})
    blobs = read_weights(path).blobs
    assert list(blobs) == ["a/b"]
    np.testing.assert_array_equal(blobs["a/b"][0].values, KERNEL)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"other": np.ones(2)}, "the file holds no parameters"),
        ({"param/c/x": np.ones(2)}, "the entry 'param/c/x' names no parameter"),
        ({"param/c": np.ones(2)}, "the entry 'param/c' names no parameter"),
        ({"param/c/0": np.array(["a"])}, "holds <U1, not numbers"),
        ({"param/c/0": np.array([{}])}, "this is no .npz that can be read"),
    ],
)
def test_an_npz_that_holds_no_weights_is_an_error(tmp_path, entries, message):
    path = tmp_path / "w.npz"
    np.savez(path, **entries)
    with pytest.raises(WeightsError, match=re.escape(message)):
        read_weights(path)


@given(st.binary(max_size=60), st.integers(0, 600))
def test_a_damaged_npz_is_an_error(tmp_path_factory, junk, cut):
    path = tmp_path_factory.mktemp("npz") / "w.npz"
    np.savez(path, **{"param/c/0": BIAS})
    content = bytearray(path.read_bytes())
    content[cut : cut + len(junk)] = junk
    path.write_bytes(content)
    error = refusal(WeightsError, lambda: read_weights(path))
    assert error is None or error.where == str(path)


BAD = SHARED / "goldens" / "bad"
REFUSED = [
    *("cm_empty", "cm_truncated", "cm_garbage", "cm_text", "cm_shape_mismatch"),
    *("cm_blob_missing", "cm_blob_extra", "cm_data_too_long", "cm_no_shape", "cm_renamed"),
    *("cm_legacy_bias_2111", "cm_layer_and_layers", "cm_negative_dim", "cm_huge_dim"),
]
TAKEN = ["cm_dup_layer", "cm_unknown_fields", "cm_legacy_bias_1112", "cm_legacy_ip_11_4_32"]


@pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
@pytest.mark.parametrize("name", REFUSED)
def test_what_caffe_aborts_on_or_should_have_is_an_error(name):
    with pytest.raises(WeightsError):
        read_net(CONVOLUTION, read_weights(BAD / f"{name}.caffemodel"))


@pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
@pytest.mark.parametrize("name", TAKEN)
def test_odd_files_that_caffe_takes_are_taken(name):
    net = read_net(CONVOLUTION, read_weights(BAD / f"{name}.caffemodel"))
    assert net.weights["c", 0].shape == (2, 3, 3, 3)
