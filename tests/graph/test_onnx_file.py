"""ONNX files: read into one kind of graph, or refused with place, fact and what to try."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from tests.graph.onnx_models import (
    SHAPE,
    constant,
    espcn,
    model,
    node,
    picture,
    srvgg,
    unet,
    weights,
    written,
)

from texelnet.errors import NetworkError, WeightsError
from texelnet.graph.onnx_file import read_onnx
from texelnet.graph.serialise import to_bytes
from texelnet.run.onnxruntime import Reference

FREE = ["batch", 3, "height", "width"]
W = weights("w", 3, 3, 3, 3)
CONV = node("Conv", ["x", "w"], ["a"], "c", pads=[1] * 4)
RELU = node("Relu", ["a"], ["y"], "r")
X = np.random.default_rng(0).random((1, 3, 16, 16), np.float32)


def dims(network, name="x"):
    (value,) = [v for v in network.model.graph.inputs if v.name == name]
    return [d if isinstance(d, int) else d.value for d in value.shape]


def nodes(network):
    return [(n.op_type, n.name) for n in network.model.graph]


def read(folder, *words, **more):
    return read_onnx(written(folder, model(*words, **more)))


def answer(network, **inputs):
    return Reference(network).run(inputs or {"x": X})["y"]


def refused(folder, proto, kind=NetworkError):
    """The whole text of a refusal, without the folder."""
    path = proto if isinstance(proto, Path) else written(folder, proto)
    with pytest.raises(kind) as caught:
        read_onnx(path)
    return str(caught.value).replace(f"{folder}/", "")


# What comes out -------------------------------------------------------------------------


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


# What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\xff" * 9, srvgg().SerializeToString()[:-9]])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    assert refused(tmp_path, path) in (
        "net.onnx: there is no network in it\n  try: an .onnx file with a graph",
        "net.onnx: this is no ONNX file, or it is cut off\n  try: copy or export it again",
    )


def test_a_file_that_is_not_there(tmp_path):
    gone = tmp_path / "net.onnx"
    assert refused(tmp_path, gone) == "net.onnx: no such file\n  try: an .onnx file"


def test_weights_of_another_length_than_they_say(tmp_path):
    wrong = onnx.TensorProto(name="w", data_type=1, dims=[2**20, 2**20, 3, 3])
    assert refused(tmp_path, model([CONV, RELU], [wrong]), WeightsError) == (
        'net.onnx (tensor "w"): the weights up to here have 39,582,418,599,936 bytes, '
        "2,000,000,000 are the most\n  try: a smaller network"
    )
    wrong = onnx.TensorProto(name="w", data_type=1, dims=[3, 3, 3, 3], raw_data=b"1234")
    assert refused(tmp_path, model([CONV, RELU], [wrong]), WeightsError) == (
        'net.onnx (tensor "w"): 3 x 3 x 3 x 3 numbers of float are 324 bytes, '
        "the file has 4\n  try: copy or export it again"
    )
    wrong = onnx.TensorProto(name="w", data_type=1, dims=[-1, 3])
    assert refused(tmp_path, model([CONV, RELU], [wrong]), WeightsError) == (
        'net.onnx (tensor "w"): its sizes make no sense\n  try: export it again'
    )
    wrong = helper.make_tensor("w", TensorProto.STRING, [1], ["a"])
    assert refused(tmp_path, model([CONV, RELU], [wrong]), WeightsError) == (
        'net.onnx (tensor "w"): it holds numbers that are not read here (string)\n'
        "  try: export it with float32 weights"
    )


def test_missing_weights(tmp_path):
    assert refused(tmp_path, model([CONV, RELU]), WeightsError) == (
        'net.onnx (node "c"): it reads "w", which no node makes and no weights hold\n'
        "  try: export it with its weights in it"
    )


def test_nodes_that_wait_for_each_other(tmp_path):
    loop = [node("Add", ["x", "y"], ["a"], "one"), node("Relu", ["a"], ["y"], "two")]
    assert refused(tmp_path, model(loop)) == (
        'net.onnx: nodes wait for each other: "one", "two"\n  try: a network without cycles'
    )


def test_values_made_twice(tmp_path):
    twice = [node("Relu", ["x"], ["y"], "one"), node("Tanh", ["x"], ["y"], "two")]
    assert refused(tmp_path, model(twice)) == (
        'net.onnx: the value "y" is made twice, by node "one" and by node "two"\n'
        "  try: every value needs a name of its own"
    )


def test_control_flow_and_other_domains_are_listed(tmp_path):
    inner = helper.make_graph([node("Relu", ["x"], ["i"])], "i", [], [picture("i", None)])
    branch = node("If", ["k"], ["a"], "choice", then_branch=inner, else_branch=inner)
    foreign = helper.make_node("Fused", ["a"], ["y"], domain="com.microsoft")
    assert refused(tmp_path, model([branch, foreign], [constant("k", np.bool_(1))])) == (
        "net.onnx: these nodes can't be read\n"
        '  If "choice": it holds a graph of its own, which a pixel shader can\'t follow\n'
        '  Fused "y": it is of the domain "com.microsoft", not ONNX\'s own\n'
        "  try: export it in evaluation mode, with ONNX's own operators and no control flow"
    )


def test_kernels_out_of_all_bounds(tmp_path):
    far = node("Conv", ["x", "w"], ["y"], "c", dilations=[2**60] * 2, pads=[2**60] * 4)
    assert refused(tmp_path, model([far], [W])).splitlines()[:2] == [
        "net.onnx: these nodes can't be read",
        '  Conv "c": its kernel, strides or pads reach billions of pixels',
    ]


def field(tag, content):
    """A field of protobuf's: tag, length, content."""
    length, number = b"", len(content)
    while number > 127:
        length, number = length + bytes([number & 127 | 128]), number >> 7
    return bytes([tag << 3 | 2]) + length + bytes([number]) + content


@pytest.mark.parametrize("depth", [20, 5000])
def test_graphs_in_graphs_in_graphs(tmp_path, depth):
    content = b""
    for _ in range(depth):
        content = field(1, field(5, field(6, content)))
    path = tmp_path / "net.onnx"
    path.write_bytes(field(7, content) + field(8, b"\x10\x12"))
    told = "these nodes can't be read" if depth < 100 else "this is no ONNX file"
    assert refused(tmp_path, path).startswith(f"net.onnx: {told}")


def test_constants_that_double(tmp_path):
    more = [node("Concat", [f"k{i}"] * 2, [f"k{i + 1}"], axis=0) for i in range(60)]
    start = constant("k0", np.ones(2**20, np.float32))
    proto = model([*more, node("Add", ["x", "k60"], ["y"])], [start])
    assert refused(tmp_path, proto, WeightsError).startswith(
        'net.onnx (node "k6"): Concat: it makes too many numbers out of constants alone'
    )


@pytest.mark.parametrize("kind", ["UINT8", "DOUBLE", "INT64"])
def test_inputs_of_other_numbers(tmp_path, kind):
    proto = model([CONV, RELU], [W])
    proto.graph.input[0].type.tensor_type.elem_type = getattr(TensorProto, kind)
    assert refused(tmp_path, proto) == (
        f'net.onnx (input "x"): it takes {kind.lower()}, not float32\n'
        "  try: export it with a float32 input, without the conversion from picture files"
    )


def test_channels_last(tmp_path):
    turn = node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])
    conv = node("Conv", ["t", "w"], ["y"])
    text = (
        'net.onnx (input "x"): (1, 16, 16, 3) has its channels last\n'
        "  try: export it with channels first, (batch, channels, height, width); "
        "tf2onnx has --inputs-as-nchw x"
    )
    proto = model([turn, conv], [W], shape=(1, 16, 16, 3))
    assert refused(tmp_path, proto) == text
    free = model([turn, conv], [W], shape=("n", "h", "w", 3))
    assert refused(tmp_path, free) == text.replace("1, 16, 16, 3", "n, h, w, 3")


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (
            None,
            "it does not say its shape\n  try: a picture is (batch, channels, height, width)",
        ),
        (
            (1, "c", 8, 8),
            "(1, c, 8, 8) does not tell its channels\n"
            "  try: export it with a fixed number of channels",
        ),
        (
            (1, 2**20, 8, 8),
            "1,048,576 channels, 65,536 are the most\n  try: a picture network",
        ),
        (
            (1, 3, 2**40, 8),
            "(1, 3, 1099511627776, 8) is no size of a picture\n  try: export it again",
        ),
    ],
)
def test_inputs_of_other_shapes(tmp_path, shape, text):
    told = refused(tmp_path, model([node("Relu", ["x"], ["y"])], shape=shape))
    assert told == f'net.onnx (input "x"): {text}'


def test_numbers_out_of_nothing(tmp_path):
    size = constant("k", np.int64([1, 3, 2**20, 2**20]))
    much = [node("ConstantOfShape", ["k"], ["m"], "much"), node("Add", ["x", "m"], ["y"])]
    assert refused(tmp_path, model(much, [size]), WeightsError) == (
        'net.onnx (node "much"): ConstantOfShape: it makes too many numbers out of constants '
        "alone\n  try: export the network with smaller constants"
    )
    grown = [node("Resize", ["x", "", "k"], ["y"], "much")]
    scales = constant("k", np.float32([1, 1, 2**14, 2**14]))
    assert refused(tmp_path, model(grown, [scales])) == (
        'net.onnx (value "y"): out of a picture of 64 x 64 it makes 3,298,534,883,328 '
        "numbers\n  try: a picture network"
    )


def test_what_onnx_refuses_has_its_node(tmp_path):
    wrong = model([node("Conv", ["x", "w"], ["y"], "c")], [weights("w", 3, 4, 3)])
    assert refused(tmp_path, wrong).startswith('net.onnx (node "c"): Conv: ')
    unknown = model([node("Convolve", ["x"], ["y"], "c")])
    assert refused(tmp_path, unknown).startswith(
        "net.onnx: ONNX refuses it: No Op registered for Convolve"
    )


def test_a_network_that_computes_nothing(tmp_path):
    assert refused(tmp_path, model([node("Abs", ["w"], ["y"])], [W])) == (
        "net.onnx: the network computes nothing\n  try: export it with its layers"
    )


# Damage ---------------------------------------------------------------------------------

FILES = tuple(proto.SerializeToString() for proto in (srvgg(11), srvgg(18), unet()))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.sampled_from(FILES),
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4
    ),
    end=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_damage_is_told_and_nothing_worse(tmp_path, content, flips, end):
    damaged = bytearray(content)
    for at, flip in flips:
        damaged[int(at * len(damaged))] ^= flip
    path = tmp_path / "net.onnx"
    path.write_bytes(damaged[: int(end * len(damaged))])
    told = str(path)
    try:
        read_onnx(path)
    except (NetworkError, WeightsError) as error:
        told = str(error)
    assert told.startswith(str(path))
