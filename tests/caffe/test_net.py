"""A prototxt resolved into a Net: what stays, what is refused, what things are called."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import SHARED, every_blob, golden, refusal
from tests.caffe.test_text import plain

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.caffe.text import read_text
from texelnet.caffe.upgrade import upgrade
from texelnet.errors import NetworkError, PrototxtError, WeightsError

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }\n'
PICTURE = DATA % "dim: [1, 3, 6, 6]"


def layer(kind: str, settings: str = "", *, bottom: str = "data", top: str = "y") -> str:
    """One layer called op on a line of its own."""
    bottoms = " ".join(f'bottom: "{name}"' for name in bottom.split())
    tops = " ".join(f'top: "{name}"' for name in top.split())
    return f'layer {{ name: "op" type: "{kind}" {bottoms} {tops} {settings} }}\n'


def convolution(settings: str) -> str:
    """A picture and a convolution."""
    return PICTURE + layer("Convolution", f"convolution_param {{ {settings} }}")


def pooling(settings: str) -> str:
    """A picture and a pooling layer."""
    return PICTURE + layer("Pooling", f"pooling_param {{ {settings} }}")


OP = 'net.prototxt:2 (layer "op"): '
ERRORS = [
    (
        "",
        "net.prototxt: there are no layers in this file\n"
        "  try: give the file that holds layer { ... }: is this one whole?",
    ),
    (
        layer("Dropout", "include { phase: TRAIN }"),
        "net.prototxt: there are no layers in the TEST phase\n"
        "  try: look at include and exclude of its layers",
    ),
    (
        PICTURE + layer("ReLU", bottom="dat"),
        OP + 'no layer before this one makes the blob "dat"\n  try: data',
    ),
    (
        PICTURE + layer("ReLU") + layer("TanH"),
        'net.prototxt:3 (layer "op"): the blob "y" is made twice, by layer "op" (line 2) and '
        "here\n  try: give one of them another name",
    ),
    (
        PICTURE
        + layer("ReLU", top="a")
        + layer("TanH", bottom="a", top="b")
        + layer("Sigmoid", bottom="a", top="a"),
        'net.prototxt:4 (layer "op"): the blob "a" is made twice, by layer "op" (line 2) and '
        "here\n  try: another layer reads the blob too, so it can't change in place: rename "
        "the top",
    ),
    (
        PICTURE + layer("ReLU", bottom="data data"),
        OP + "ReLU takes 1 bottom, not 2\n  try: a layer for each, or fewer",
    ),
    (
        PICTURE + layer("Flatten", top="data"),
        OP + "Flatten can't be in place: it would overwrite what it still reads\n"
        "  try: give the top a name of its own",
    ),
    (
        convolution("kernel_size: 3"),
        OP + "num_output must be at least 1\n  try: write how many channels come out",
    ),
    (
        convolution("num_output: 2"),
        OP + "the kernel is 0 x 0\n  try: write kernel_size, or kernel_h and kernel_w",
    ),
    (
        convolution("num_output: 2 kernel_size: 3 kernel_h: 3"),
        OP + "kernel_size and kernel_h/kernel_w are both written\n  try: keep one of the two",
    ),
    (
        convolution("num_output: 2 kernel_size: 9"),
        OP + "a kernel that reaches 9 with pad 0 leaves nothing of 6\n"
        "  try: give a larger picture, or more pad",
    ),
    (
        convolution("num_output: 4 kernel_size: 3 group: 2"),
        OP + "group 2 must divide the 3 channels in and the 4 out\n"
        "  try: another num_output, or another group",
    ),
    (
        convolution("num_output: 4 kernel_size: 3 pad: 4000000000"),
        OP + "pad is 4,000,000,000, it must be 0 to 4,096",
    ),
    (
        PICTURE + layer("ReLU", "param { lr_mult: 1 }"),
        OP + "there are 1 param, ReLU has 0 parameters here\n"
        "  try: remove those that are too many",
    ),
    (
        pooling("kernel_size: 2 pad: 2"),
        OP + "pad 2 x 2 must be smaller than the kernel 2 x 2\n"
        "  try: a smaller pad: a window must see some of the picture",
    ),
    (
        DATA % "dim: [1, 5, 2, 2]" + layer("Slice", top="x y"),
        OP + "axis 1 has 5 entries, 2 tops can't share them equally\n  try: write slice_point",
    ),
    (
        PICTURE + layer("Reshape", "reshape_param { shape { dim: [1, 5] } }"),
        OP + "1 x 3 x 6 x 6 has 108 numbers, 1 x 5 5\n"
        "  try: write one dim as -1: it takes what is left",
    ),
    (
        DATA % "dim: [65536, 65536]",
        'net.prototxt:1 (layer "data"): data is 65536 x 65536, more than 2,147,483,647 '
        "numbers\n"
        "  try: write a smaller picture: the size in the file is an example",
    ),
    (
        'input: "a" input_dim: 1 input_dim: 2 input_dim: 3',
        "net.prototxt:1: there are 3 input_dim, 4 are needed\n"
        "  try: give batch, channels, height, width for each",
    ),
    (
        PICTURE + 'layers { name: "r" type: RELU bottom: "data" top: "r" }',
        "net.prototxt:2: the file has 'layer' (the present form) and 'layers' (the old one)\n"
        "  try: write all of them as layer { ... }",
    ),
    (
        PICTURE + layer("Clip", "clip_param { min: 2 max: 1 }"),
        'net.prototxt:2 (layer "op"): min 2 is above max 1\n  try: exchange them',
    ),
    (
        PICTURE + layer("Clip", "clip_param { min: 2 }"),
        'net.prototxt:2 (layer "op"): clip_param has no max\n  try: write min and max',
    ),
    (
        PICTURE + layer("Log", "log_param { base: 1 }"),
        'net.prototxt:2 (layer "op"): base is 1, its logarithms divide by zero\n'
        "  try: another base",
    ),
    (
        PICTURE + layer("LRN", "lrn_param { local_size: 4 }"),
        'net.prototxt:2 (layer "op"): local_size is 4, it must be odd\n  try: 5',
    ),
    (
        PICTURE + layer("SPP", "spp_param { pyramid_height: 13 }"),
        'net.prototxt:2 (layer "op"): pyramid_height is 13\n  try: from 1 to 12 levels',
    ),
    (
        PICTURE + layer("Tile"),
        'net.prototxt:2 (layer "op"): tiles is 0\n'
        "  try: write how many times the axis is repeated",
    ),
    (
        PICTURE + layer("LSTM") + layer("Convolutoin", top="z") + layer("Python", top="p"),
        "net.prototxt: 3 layers can't be understood\n"
        '  line 2, layer "op" (LSTM): it keeps a state from step to step of a sequence, a '
        "network here is of one picture: cut the network before it, or train it in torch.nn\n"
        '  line 3, layer "op" (Convolutoin): there is no such layer type, try Convolution or '
        "Deconvolution\n"
        '  line 4, layer "op" (Python): it is a program of its own, which a graph (ONNX, a '
        "shader) can't hold: `texelnet run` and `train` run it with --allow-python\n"
        "  try: the page caffe-layers.md lists all types",
    ),
]


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=range(len(ERRORS)))
def test_a_network_that_cannot_be_says_why(text, message):
    error = refusal(PrototxtError, lambda: read_net(text))
    assert str(error) == message


def test_layers_that_are_known_but_not_understood_are_an_error_of_the_network():
    error = refusal(NetworkError, lambda: read_net(PICTURE + layer("LSTM")))
    assert "one layer can't be understood" in str(error)


def test_a_data_layer_that_feeds_the_network_is_named():
    text = 'layer { name: "d" type: "Data" top: "data" top: "label" }\n' + layer("ReLU")
    error = refusal(NetworkError, lambda: read_net(text))
    assert str(error) == (
        'net.prototxt:1 (layer "d"): the Data layer feeds layer "op", but it reads pictures of '
        "its own\n  try: put an Input layer in its place for the TEST phase"
    )


TRAINED = (
    PICTURE
    + DATA.replace('"data"', '"label"') % "dim: [1, 1, 6, 6]"
    + 'layer { name: "up" type: "ReLU" bottom: "data" top: "up" }\n'
    + 'layer { name: "loss" type: "EuclideanLoss" bottom: "up" bottom: "label" top: "loss" }\n'
    + 'layer { name: "acc" type: "Accuracy" bottom: "up" bottom: "label" top: "acc" }\n'
)


def test_losses_labels_and_their_splits_are_left_out():
    net = read_net(TRAINED)
    assert (net.inputs, net.outputs) == (("data",), ("up",))
    assert [one.name for one in net.layers] == ["data", "up"]
    assert "loss (EuclideanLoss)" in net.dropped
    assert "label (Input)" in net.dropped


def test_a_split_with_a_living_reader_keeps_its_name():
    net = read_net(TRAINED + 'layer { name: "s" type: "Sigmoid" bottom: "up" top: "s" }')
    assert net.outputs == ("s",)
    assert "up_up_0_split_2" in net.shapes


def test_an_old_input_becomes_a_layer_of_its_own():
    net = read_net('input: "a" input_shape { dim: 2 dim: 6 }' + layer("ReLU", bottom="a"))
    assert [one.type for one in net.layers] == ["Input", "ReLU"]
    assert net.shapes == {"a": (2, 6), "y": (2, 6)}


def test_old_padding_layers_move_into_the_convolution():
    net = read_net(
        """input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
        layers { layer { name: "p" type: "padding" pad: 2 } bottom: "data" top: "padded" }
        layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 5 biasterm: false }
                 bottom: "padded" top: "c" }
        layers { layer { name: "r" type: "relu" } bottom: "c" top: "c" }"""
    )
    assert [(one.name, one.type) for one in net.layers[1:]] == [
        ("c", "Convolution"),
        ("r", "ReLU"),
    ]
    assert net.shapes["c"] == (1, 4, 8, 8)
    assert [p.shape for p in net.layers[1].parameters] == [(4, 3, 5, 5)]


def test_shared_parameters_belong_to_the_first_layer():
    shared = 'param { name: "w" } convolution_param { num_output: 3 kernel_size: 3 pad: 1'
    text = PICTURE
    for index in range(2):
        one = layer("Convolution", shared + " bias_term: false }", top=f"y{index}")
        text += one.replace('"op"', f'"c{index}"')
    net = read_net(text, weights_from_arrays({"param/c0/0": np.ones((3, 3, 3, 3))}, "w"))
    assert [one.parameters[0].owner for one in net.layers if one.parameters] == [("c0", 0)] * 2
    clash = text.replace("num_output: 3", "num_output: 2", 1)
    error = refusal(PrototxtError, lambda: read_net(clash))
    assert 'parameter "w", which layer "c0" has too, is 3 x 3 x 3 x 3 here' in str(error)


def test_a_network_can_be_looked_at_without_weights_but_not_written():
    net = read_net(convolution("num_output: 2 kernel_size: 3"))
    assert net.shapes["y"] == (1, 2, 4, 4)
    assert net.at({"data": (1, 3, 20, 30)}).shapes["y"] == (1, 2, 18, 28)
    error = refusal(WeightsError, lambda: to_graph(net))
    assert str(error) == (
        'net.prototxt: no weights were given for "op"\n'
        "  try: give the .caffemodel, or an .npz with param/<layer>/<i>"
    )


def test_a_network_for_training_is_no_graph():
    error = refusal(
        NetworkError, lambda: to_graph(read_net(PICTURE + layer("ReLU"), phase="TRAIN"))
    )
    assert "it was read for the TRAIN phase" in str(error)


@pytest.mark.parametrize("layers", ["", layer("Dropout", top="data")])
def test_a_network_that_computes_nothing_is_no_graph(layers):
    error = refusal(NetworkError, lambda: to_graph(read_net(PICTURE + layers)))
    assert "the network computes nothing" in str(error)


def test_a_file_that_is_missing_is_named(tmp_path):
    error = refusal(PrototxtError, lambda: read_net(tmp_path / "net.prototxt"))
    assert "net.prototxt: the file can't be read (No such file or directory)" in str(error)


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_bytes(b"name: 'a'\n\n\xff")
    error = refusal(PrototxtError, lambda: read_net(path))
    assert str(error) == (
        f"{path}:3: byte 11 (0xff) is not UTF-8\n  try: save the file as UTF-8"
    )


IN_PLACE = PICTURE + "".join(
    f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{top}" }}\n'
    for name, kind, bottom, top in (
        *(("p", "Power", "data", "a"), ("r", "ReLU", "a", "a"), ("d", "Dropout", "a", "a")),
        *(("s", "Sigmoid", "a", "a"), ("t", "TanH", "data", "b")),
    )
)


def test_the_last_version_of_a_blob_carries_its_name():
    graph = to_graph(read_net(IN_PLACE)).model.graph
    made = {node.name: [value.name for value in node.outputs] for node in graph}
    assert made["p"] == ["a@p"]
    assert made["r"] == ["a@r"]
    assert made["s"] == ["a"]
    assert "d" not in made
    assert made["data_data_0_split"] == ["data_data_0_split_0"]
    assert [value.name for value in graph.outputs] == ["a", "b"]


def test_an_input_that_is_changed_in_place_keeps_its_name_for_what_is_given():
    network = to_graph(read_net(PICTURE + layer("Sigmoid", top="data")))
    assert [value.name for value in network.model.graph.outputs] == ["data@op"]
    picture = np.zeros((1, 3, 6, 6), np.float32)
    assert every_blob(network, {"data": picture})["data@op"].flat[0] == 0.5


def test_names_of_nodes_differ_even_where_layers_have_none():
    text = PICTURE + "".join(
        layer("Power", "power_param { scale: 2 shift: 1 }", top=top).replace('name: "op"', name)
        for top, name in (
            ("y", ""),
            ("z", ""),
            ("op.mul", 'name: "y"'),
            ("v", 'name: "op.mul"'),
        )
    )
    names = [node.name for node in to_graph(read_net(text)).model.graph]
    assert len(set(names)) == len(names)


@pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
@pytest.mark.parametrize("name", ["legacy_v1", "legacy_v1_more", "legacy_v0_padding"])
def test_old_forms_are_upgraded_as_caffe_upgrades_them(name):
    case = golden(SHARED / "goldens" / f"{name}.npz")
    ours = upgrade(read_text(case.prototxt, "old"), "old")
    theirs = read_text(str(case.arrays["upgraded_prototxt"]), "new")
    assert plain(ours) == plain(theirs)
