"""ONNX files that can't be: refused with place, fact and what to try, never worse."""

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from tests.graph.onnx_models import (
    CONV,
    RELU,
    W,
    constant,
    model,
    node,
    picture,
    refused,
    srvgg,
    unet,
    weights,
    written,
)

from texelnet.errors import NetworkError, ShaderError, WeightsError
from texelnet.graph.onnx_file import read_onnx
from texelnet.shader.lower import lower


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


def test_more_nodes_than_a_network_has(tmp_path):
    """Refused by their count, before anything follows them."""
    chain = [node("Relu", [f"v{i}"], [f"v{i + 1}"]) for i in range(10**5)]
    proto = model([node("Relu", ["x"], ["v0"]), *chain, node("Relu", ["v100000"], ["y"])])
    assert refused(tmp_path, proto) == (
        "net.onnx: it has 100,002 nodes, 20,000 are the most\n"
        "  try: a picture network has a few hundred"
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


@pytest.mark.parametrize("kind", ["UINT8", "INT32", "INT64"])
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


def test_operators_that_there_are_not_are_listed(tmp_path):
    """Unknown ones, and those that ONNX has given up; once each node."""
    unknown = [node("Convolve", ["x"], ["a"], "c"), node("Relu", ["a"], ["b"])]
    old = [node("Upsample", ["b", "k"], ["d"], "up"), node("Attention2", ["d"], ["y"])]
    scales = constant("k", np.float32([1, 1, 2, 2]))
    assert refused(tmp_path, model([*unknown, *old], [scales])) == (
        "net.onnx: these nodes can't be read\n"
        '  Convolve "c": opset 18 has no such operator\n'
        '  Upsample "up": opset 18 has it no more\n'
        '  Attention2 "y": opset 18 has no such operator\n'
        "  try: export it in evaluation mode, with ONNX's own operators and no control flow"
    )


def test_layers_without_a_pixel_meaning_are_listed_with_their_reasons(tmp_path):
    """All of them, but not those that only read what they make."""
    odd = [
        node("CumSum", ["x", "axis"], ["a"], "running"),
        node("Relu", ["a"], ["b"], "after"),
        node("Resize", ["x", "", "ones"], ["c"], "finer", mode="cubic", antialias=1),
        node("Softmax", ["x"], ["d"], "shares"),
        node("Sum", ["b", "c", "d"], ["y"], "all"),
    ]
    constants = [constant("axis", np.int64(2)), constant("ones", np.float32([1, 1, 1, 1]))]
    with pytest.raises(ShaderError) as caught:
        lower(read_onnx(written(tmp_path, model(odd, constants))))
    assert str(caught.value).replace(f"{tmp_path}/", "") == (
        "net.onnx: these layers have no meaning in a pixel shader\n"
        '  CumSum "running": no pixel meaning is known for this operator\n'
        '  Resize "finer": antialias makes the kernel wider and its weights depend on the '
        "border (try: antialias=0, or average first)\n"
        '  Softmax "shares": axis -1 is not the channels (try: use axis 1, the channels)'
    )


def test_a_network_that_computes_nothing(tmp_path):
    assert refused(tmp_path, model([node("Abs", ["w"], ["y"])], [W])) == (
        "net.onnx: the network computes nothing\n  try: export it with its layers"
    )


# Damage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [b"Relu", b"called", b"x", b"y"])
def test_words_that_are_no_text(tmp_path, word):
    content = model([node("Relu", ["x"], ["y"], "called")]).SerializeToString()
    path = tmp_path / "net.onnx"
    path.write_bytes(content.replace(word, b"\xc1" * len(word)))
    with pytest.raises(NetworkError) as caught:
        read_onnx(path)
    assert str(caught.value) == (
        f"{path}: its names are no text: the file is damaged\n  try: copy or export it again"
    )


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
