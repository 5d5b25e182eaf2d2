"""ONNX files: read into one kind of graph, or refused with place, fact and what to try."""

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from tests.graph.onnx_models import (
    CONV,
    FREE,
    RELU,
    SHAPE,
    W,
    X,
    answer,
    constant,
    dims,
    espcn,
    model,
    node,
    nodes,
    picture,
    read,
    refused,
    srvgg,
    unet,
    weights,
    written,
)

from texelnet.errors import WeightsError
from texelnet.graph.onnx_file import read_onnx
from texelnet.graph.serialise import to_bytes


@pytest.mark.parametrize("opset", [11, 12, 13, 16, 17, 18, 19, 20, 21, 22])
def test_older_opsets_are_converted_and_newer_ones_left_alone(tmp_path, opset):
    network = read_onnx(written(tmp_path, srvgg(opset)))
    assert network.model.opset_imports[""] == max(18, opset)
    assert (dims(network), network.pins) == (FREE, ())
    told = [name for kind, name in nodes(network) if kind != "Constant"]
    assert told == ["body.0", "b", "c", "d", "r", "y"]


def test_an_opset_that_is_too_old_or_too_new(tmp_path):
    assert refused(tmp_path, model([CONV, RELU], [W], 9)) == (
        "net.onnx: it speaks opset 9, 11 is the oldest\n  try: export it again with opset 18"
    )
    assert refused(tmp_path, model([CONV, RELU], [W], 999)).startswith(
        "net.onnx: it speaks opset 999, the installed onnx knows up to "
    )


def test_sizes_that_are_free_get_one_name_each(tmp_path):
    assert dims(read_onnx(written(tmp_path, unet(shape=("n", 3, "rows", "cols"))))) == FREE
    assert dims(read_onnx(written(tmp_path, unet(shape=(None, 3, None, None))))) == FREE
    two = model([node("Add", ["x", "z"], ["y"])], shape=SHAPE)
    two.graph.input.append(picture("z", SHAPE))
    network = read_onnx(written(tmp_path, two))
    assert dims(network, "x") == dims(network, "z") == FREE
    two.graph.input[1].CopyFrom(picture("z", (1, 3, 16, 1)))
    network = read_onnx(written(tmp_path, two))
    assert dims(network, "z")[3] != dims(network, "x")[3]


@pytest.mark.parametrize(
    ("pinning", "held", "why"),
    [
        (
            [node("Reshape", ["a", "k"], ["y"], "p")],
            constant("k", np.int64([1, 12, 8, 8])),
            "Reshape: its sizes are constants; export it with dynamic axes",
        ),
        (
            [node("Resize", ["a", "", "", "k"], ["y"], "p")],
            constant("k", np.int64([1, 3, 32, 32])),
            "Resize: it resizes to a fixed size; export it with dynamic axes",
        ),
        (
            [node("Add", ["a", "k"], ["y"], "p")],
            constant("k", np.ones((1, 1, 16, 16), np.float32)),
            "at another size, Add: Incompatible dimensions",
        ),
        (
            [node("Flatten", ["a"], ["f"]), node("Gemm", ["f", "k"], ["y"], "p")],
            weights("k", 3 * 16 * 16, 4),
            "at another size, Gemm: ",
        ),
    ],
    ids=["Reshape", "Resize", "Add", "Gemm"],
)
def test_what_pins_the_size_is_told(tmp_path, pinning, held, why):
    network = read(tmp_path, [CONV, *pinning], [W, held])
    assert dims(network)[1:] == [3, 16, 16]
    (pin,) = network.pins
    assert pin.startswith(f'{tmp_path}/net.onnx (node "p"): {why}')


def test_one_number_of_a_whole_picture_pins_nothing(tmp_path):
    pooled = [CONV, node("GlobalAveragePool", ["a"], ["g"]), node("Mul", ["a", "g"], ["y"])]
    assert read(tmp_path, pooled, [W]).pins == ()


def test_constants_are_folded_and_identities_dropped(tmp_path):
    said = [
        node("Constant", [], ["k"], value=constant("k", np.float32([[[2.0]]]))),
        node("Cast", ["k"], ["k2"], to=TensorProto.FLOAT),
        node("Sqrt", ["k2"], ["k3"]),
        node("Constant", [], ["start"], value_ints=[1]),
        node("Identity", ["x"], ["x1"]),
        node("Mul", ["x1", "k3"], ["m"]),
        node("Identity", ["m"], ["y"]),
    ]
    network = read(tmp_path, said)
    assert nodes(network) == [("Mul", "m")]
    np.testing.assert_allclose(answer(network), X * np.sqrt(2), rtol=1e-6)


def test_half_precision_becomes_float32(tmp_path):
    half = constant("w", onnx.numpy_helper.to_array(W).astype(np.float16))
    inside = [
        node("Cast", ["x"], ["h"], to=TensorProto.FLOAT16),
        node("Conv", ["h", "w"], ["a"], "c", pads=[1] * 4),
        node("Cast", ["a"], ["y"], to=TensorProto.FLOAT),
    ]
    network = read(tmp_path, inside, [half])
    assert nodes(network) == [("Conv", "c")]
    whole = read(tmp_path, [CONV, RELU], [half], kind=TensorProto.FLOAT16)
    np.testing.assert_array_equal(answer(whole), np.maximum(answer(network), 0))
    assert {v.dtype.name for v in whole.model.graph.inputs} == {"FLOAT"}


def test_double_precision_becomes_float32(tmp_path):
    """Weights, the numbers inside, the picture and the answer."""
    double = constant("w", onnx.numpy_helper.to_array(W).astype(np.float64))
    scaled = node("Mul", ["a", "k"], ["y"])
    k = constant("k", np.float64([[[0.1]]]))
    network = read(tmp_path, [CONV, scaled], [double, k], kind=TensorProto.DOUBLE)
    single = constant("k", np.float32([[[0.1]]]))
    np.testing.assert_array_equal(
        answer(network), answer(read(tmp_path, [CONV, scaled], [W, single]))
    )
    assert {v.dtype.name for v in network.model.graph.inputs} == {"FLOAT"}


def test_weights_in_eight_bits_are_unfolded(tmp_path):
    """Kept as whole numbers, with a scale and a zero for each output channel."""
    whole = np.round(onnx.numpy_helper.to_array(W) * 200).astype(np.int8)
    steps = np.float32([0.005, 0.01, 0.02])
    zeros = np.int8([0, 3, -5])
    said = [node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=0), CONV, RELU]
    network = read(
        tmp_path, said, [constant("q", whole), constant("s", steps), constant("z", zeros)]
    )
    plain = (whole - zeros.reshape(3, 1, 1, 1).astype(np.float32)) * steps.reshape(3, 1, 1, 1)
    assert nodes(network) == [("Conv", "c"), ("Relu", "r")]
    np.testing.assert_allclose(
        answer(network), answer(read(tmp_path, [CONV, RELU], [constant("w", plain)])), atol=1e-6
    )


def test_names_differ_and_come_from_values_where_there_are_none(tmp_path):
    same = [node("Relu", ["x"], ["a"], "r"), node("Tanh", ["a"], ["b"], "r")]
    network = read(tmp_path, [*same, node("Abs", ["b"], ["y"])])
    assert nodes(network) == [("Relu", "r"), ("Tanh", "b"), ("Abs", "y")]


def test_nodes_are_put_in_order(tmp_path):
    assert nodes(read(tmp_path, [RELU, CONV], [W])) == [("Conv", "c"), ("Relu", "r")]


def test_weights_among_the_inputs_are_weights(tmp_path):
    proto = model([CONV, RELU], [W])
    proto.graph.input.append(picture("w", W.dims))
    assert dims(read_onnx(written(tmp_path, proto))) == FREE


def test_two_files_read_equal_give_equal_graphs(tmp_path):
    one, two = espcn(), espcn()
    two.producer_name, two.doc_string = "another", "made today"
    two.graph.node[0].doc_string = "by hand"
    first, second = (read_onnx(written(tmp_path, proto, "net.onnx")) for proto in (one, two))
    assert to_bytes(first.model) == to_bytes(second.model)


# Weights in other files -----------------------------------------------------------------


def outside(folder, location="net.data", offset="0", length="324", size=324):
    """A model whose weights lie in another file."""
    proto = model([CONV, RELU], [W])
    tensor = proto.graph.initializer[0]
    values = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    (folder / "net.data").write_bytes(values[:size])
    return proto


def test_weights_are_read_from_a_file_beside_the_model(tmp_path):
    beside = answer(read_onnx(written(tmp_path, outside(tmp_path))))
    np.testing.assert_array_equal(beside, answer(read(tmp_path, [CONV, RELU], [W])))


@pytest.mark.parametrize(
    "location", ["/etc/passwd", "../net.data", "a/../../net.data", "..\\net.data", "C:x", ""]
)
def test_weights_outside_the_folder_are_refused(tmp_path, location):
    assert refused(tmp_path, outside(tmp_path, location), WeightsError) == (
        f'net.onnx (tensor "w"): its numbers are said to be in "{location}", outside the '
        "model's folder\n  try: keep the weights beside the .onnx file"
    )


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    inner = tmp_path / "model"
    inner.mkdir()
    proto = outside(tmp_path)
    os.symlink(tmp_path / "net.data", inner / "net.data")
    assert refused(inner, proto, WeightsError) == (
        'net.onnx (tensor "w"): net.data leads out of the model\'s folder\n'
        "  try: copy the file itself, not a link to it"
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"location": "gone.data"},
            "its numbers are in gone.data, and there is no such file\n"
            "  try: copy gone.data beside the .onnx file",
        ),
        (
            {"size": 300},
            "its numbers end at byte 324 of net.data, which has 300\n"
            "  try: copy both files again",
        ),
        (
            {"offset": "-1"},
            "its 324 bytes are said to be 324 from byte -1\n  try: export it again",
        ),
        (
            {"length": "many"},
            "its 324 bytes are said to be many from byte 0\n  try: export it again",
        ),
    ],
)
def test_weights_that_are_not_there(tmp_path, more, text):
    told = refused(tmp_path, outside(tmp_path, **more), WeightsError)
    assert told == f'net.onnx (tensor "w"): {text}'


def test_a_network_that_works_at_odd_sizes_alone_keeps_them_free(tmp_path):
    nodes = [
        node("Conv", ["x", "w"], ["half"], strides=[2, 2]),
        node("ConvTranspose", ["half", "w"], ["whole"], strides=[2, 2]),
        node("Add", ["x", "whole"], ["y"]),
    ]
    shape = ("batch", 3, "height", "width")
    path = written(tmp_path, model(nodes, [weights("w", 3, 3, 3, 3)], shape=shape))
    network = read_onnx(path)
    assert [str(d) for d in network.model.graph.inputs[0].shape][2:] == ["height", "width"]
