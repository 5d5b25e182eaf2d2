"""Height and width of a file are an example: the graph runs at other sizes, or says why not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.caffe.reference import HERE, every_blob, golden, refusal

from texelnet.caffe import Net, read_net, to_graph, weights_from_arrays
from texelnet.errors import PrototxtError
from texelnet.graph.network import Network

RNG = np.random.default_rng(3)
LOWEST = np.finfo(np.float32).min


def dims(network: Network, name: str) -> list[object]:
    """Sizes of an input, free ones by name."""
    value = next(value for value in network.model.graph.inputs if value.name == name)
    assert value.shape is not None
    return [size if isinstance(size, int) else size.value for size in value.shape.dims]


def picture(settings: str, size: str = "1 3 6 5") -> str:
    """A picture and some layers."""
    sizes = " ".join(f"dim: {number}" for number in size.split())
    return f'input: "data" input_shape {{ {sizes} }} {settings}'


def one(kind: str, settings: str = "") -> str:
    """A layer that reads the picture."""
    return f'layer {{ name: "op" type: "{kind}" bottom: "data" top: "y" {settings} }}'


def test_height_and_width_are_free():
    network = to_graph(read_net(picture(one("ReLU"))))
    assert dims(network, "data") == ["batch", 3, "height", "width"]
    assert network.pins == ()


def test_a_second_input_of_another_size_has_sizes_of_its_own():
    text = """input: "a" input_shape { dim: [1, 2, 6, 6] }
        input: "b" input_shape { dim: [1, 2, 4, 4] }
        layer { name: "op" type: "Crop" bottom: "a" bottom: "b" top: "y"
                crop_param { offset: 1 } }"""
    network = to_graph(read_net(text))
    assert dims(network, "a") == ["batch", 2, "height", "width"]
    assert dims(network, "b") == ["batch", 2, "height_b", "width_b"]


PINS = [
    (
        one("Scale", "scale_param { axis: 2 }"),
        "its parameters span height or width",
    ),
    (
        one("Flatten", "flatten_param { end_axis: 2 }"),
        "it writes the sizes of the axes it keeps behind the new ones",
    ),
    (
        one("Reshape", "reshape_param { shape { dim: [0, 6, 3, 5] } }"),
        "at another size, 1 x 3 x 3366 x 3365 has 33,979,770 numbers, 1 x 6 x 3 x 5 90",
    ),
    (
        one("Reshape", "reshape_param { shape { dim: [3, 1] } axis: 1 num_axes: 1 }"),
        "it writes the sizes of the axes it keeps behind the new ones",
    ),
    (
        one("ArgMax", "argmax_param { top_k: 2 }"),
        "it counts places from the end of the picture",
    ),
]


@pytest.mark.parametrize(("layer", "reason"), PINS)
def test_a_layer_that_pins_the_size_says_so(layer, reason):
    weights = weights_from_arrays({"param/op/0": np.ones(6)}, "w")
    net = read_net(picture(layer))
    network = to_graph(net.with_weights(weights) if "Scale" in layer else net)
    assert network.pins == (f'net.prototxt:1 (layer "op"): {reason}',)
    assert dims(network, "data") == ["batch", 3, 6, 5]


@pytest.mark.parametrize(
    "layer",
    [
        one("Flatten"),
        one("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }"),
        one("Slice", 'slice_param { axis: 3 slice_point: 2 } top: "z"'),
    ],
)
def test_what_works_at_any_size_pins_nothing(layer):
    assert to_graph(read_net(picture(layer))).pins == ()


def test_equal_slices_of_the_width_are_equal_at_any_size():
    network = to_graph(
        read_net(picture(one("Slice", 'slice_param { axis: 3 } top: "z"'), "1 1 3 4"))
    )
    values = RNG.normal(size=(2, 1, 5, 6)).astype(np.float32)
    computed = every_blob(network, {"data": values})
    np.testing.assert_array_equal(computed["y"], values[..., :3])
    np.testing.assert_array_equal(computed["z"], values[..., 3:])


def test_a_batch_that_a_layer_fixes_is_fixed():
    net = read_net(picture(one("Bias", "bias_param { axis: 0 }"), "2 3 6 5"))
    network = to_graph(net.with_weights(weights_from_arrays({"param/op/0": np.ones(2)}, "w")))
    assert dims(network, "data") == [2, 3, "height", "width"]


def test_many_channels_do_not_pin_the_size():
    assert to_graph(read_net(picture(one("ReLU"), "1 4096 7 7"))).pins == ()


def _enlarged(net: Net, more: int) -> Net:
    shapes = {
        name: (*net.shapes[name][:2], *(size + more for size in net.shapes[name][2:]))
        for name in net.inputs
    }
    return net.at(shapes)


def _free_cases() -> list[str]:
    names = []
    for path in sorted(HERE.glob("*.npz")):
        net = golden(path).net()
        if not to_graph(net).pins and all(len(net.shapes[name]) == 4 for name in net.inputs):
            names.append(path.stem)
    return names


@pytest.mark.parametrize("name", _free_cases())
@pytest.mark.parametrize("more", [1, 8, 15])
def test_shapes_are_those_of_the_graph_at_other_sizes_too(name, more):
    net = golden(HERE / f"{name}.npz").net()
    larger = _enlarged(net, more)
    given = {blob: RNG.normal(size=larger.shapes[blob]).astype("f") for blob in larger.inputs}
    computed = every_blob(to_graph(net), given)
    for blob, values in computed.items():
        assert values.shape == larger.shapes.get(blob, values.shape), blob


def pooled(values: np.ndarray, kind: str, kernel, stride, pad, up: bool) -> np.ndarray:
    """Caffe's Pooling of one plane, window by window."""
    count = []
    for size, k, s, p in zip(values.shape, kernel, stride, pad, strict=True):
        span = size + 2 * p - k
        windows = (-(-span // s) if up else span // s) + 1
        if any(pad) and (windows - 1) * s >= size + p:
            windows -= 1
        count.append(windows)
    result = np.zeros(count, np.float32)
    for at in np.ndindex(*count):
        begin = [i * s - p for i, s, p in zip(at, stride, pad, strict=True)]
        ends = [
            min(b + k, size + p)
            for b, k, size, p in zip(begin, kernel, values.shape, pad, strict=True)
        ]
        inside = values[tuple(slice(max(b, 0), e) for b, e in zip(begin, ends, strict=True))]
        if kind == "MAX":
            result[at] = inside.max() if inside.size else LOWEST
        else:
            area = np.prod([max(e - b, 0) for b, e in zip(begin, ends, strict=True)])
            result[at] = inside.sum() / area if area else np.nan
    return result


SIDES = st.tuples(st.integers(1, 5), st.integers(1, 5))


@given(
    kind=st.sampled_from(["MAX", "AVE"]),
    kernel=SIDES,
    stride=SIDES,
    pad=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    up=st.booleans(),
    size=st.tuples(st.integers(1, 14), st.integers(1, 14)),
)
def test_pooling_is_caffes_at_any_size(kind, kernel, stride, pad, up, size):
    assume(all(p < k for p, k in zip(pad, kernel, strict=True)))
    text = picture(
        one(
            "Pooling",
            f"""pooling_param {{ pool: {kind} round_mode: {"CEIL" if up else "FLOOR"}
            kernel_h: {kernel[0]} kernel_w: {kernel[1]} stride_h: {stride[0]}
            stride_w: {stride[1]} pad_h: {pad[0]} pad_w: {pad[1]} }}""",
        ),
        "1 1 20 20",
    )
    net = read_net(text)
    assume(refusal(PrototxtError, lambda: net.at({"data": (1, 1, *size)})) is None)
    values = RNG.normal(size=(1, 1, *size)).astype(np.float32)
    computed = every_blob(to_graph(net), {"data": values})["y"]
    expected = pooled(values[0, 0], kind, kernel, stride, pad, up)
    assert computed.shape == net.at({"data": (1, 1, *size)}).shapes["y"]
    np.testing.assert_allclose(computed[0, 0], expected, rtol=1e-5, atol=1e-6)


KERNEL = np.array(
    [
        [-0.0629104823, -0.1560362280, -0.1512266700, -0.0636162385],
        [-0.0635886043, 0.2607241870, 0.2634004350, -0.0603787377],
        [-0.0718072355, 0.3858278100, 0.3168329000, -0.0817491412],
        [-0.0811873227, -0.0312164668, -0.0321144797, -0.0388795212],
    ],
    np.float32,
)


def scattered(values: np.ndarray) -> np.ndarray:
    """Kernel 4, stride 2, pad 1 as Caffe computes it: each pixel stamps the kernel."""
    height, width = values.shape
    canvas = np.zeros((2 * height + 2, 2 * width + 2))
    for y, x in np.ndindex(height, width):
        canvas[2 * y : 2 * y + 4, 2 * x : 2 * x + 4] += values[y, x] * KERNEL
    return canvas[1:-1, 1:-1]


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_deconvolution_stamps_its_kernel_at_any_size(height, width):
    settings = "num_output: 1 kernel_size: 4 stride: 2 pad: 1 bias_term: false"
    text = picture(one("Deconvolution", f"convolution_param {{ {settings} }}"), "1 1 13 127")
    weights = weights_from_arrays({"param/op/0": KERNEL[None, None]}, "w")
    values = RNG.normal(size=(height, width)).astype(np.float32)
    computed = every_blob(to_graph(read_net(text, weights)), {"data": values[None, None]})
    np.testing.assert_allclose(computed["y"][0, 0], scattered(values), atol=1e-6)
