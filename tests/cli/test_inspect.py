"""texelnet inspect: what is known of a network without drawing anything."""

import json

import pytest
from tests.run.networks import conv, deconv, files, layer, prototxt

from texelnet.cli import inspect as command
from texelnet.cli import main
from texelnet.graph.contract import Contract

LAYERS = (
    conv("x", "a", 3, 6)
    + layer("bend", "PReLU", "a", "a")
    + deconv("a", "y", 4, 1, "stride: 2 pad: 1")
)


def inspect(capsys, *words):
    assert main(["inspect", *map(str, words)]) == 0
    return capsys.readouterr().out


def facts(capsys, *words):
    return json.loads(inspect(capsys, *words, "--json"))


def test_the_keys_are_those_of_the_docstring(capsys, tmp_path):
    found = facts(capsys, files(tmp_path, LAYERS, contract=Contract(border=2, crop=2)))
    assert command.__doc__ is not None
    for key in found:
        assert f" {key} " in command.__doc__ or f" {key}," in command.__doc__, key
    assert list(found) == [
        "name", "source", "weights", "inputs", "outputs", "layers", "left_out", "parameters",
        "multiply_adds", "memory", "predicted", "receptive_field", "grid", "contract",
        "contract_from", "contract_reason", "pins", "refused",
    ]  # fmt: skip


def test_facts_of_a_small_network(capsys, tmp_path):
    path = files(tmp_path, LAYERS, contract=Contract(border=2, crop=2))
    found = facts(capsys, path, "--size", "20x10")
    assert found["inputs"] == [
        {"blob": "x", "shape": [1, 1, 10, 20], "size": ["height", "width"]}
    ]
    assert found["outputs"] == [
        {"blob": "y", "shape": [1, 1, 16, 36], "size": ["2*height - 4", "2*width - 4"]}
    ]
    assert found["layers"][1] == {
        "name": "a",
        "type": "Convolution",
        "line": 3,
        "reads": ["x"],
        "writes": [{"blob": "a", "shape": [1, 6, 8, 18], "size": ["height - 2", "width - 2"]}],
        "parameters": 60,
        "multiply_adds": 13.5,
    }
    assert found["parameters"] == 60 + 6 + 97
    assert found["multiply_adds"] == 13.5 + 24
    assert found["memory"]["weights"] == 4 * (60 + 6 + 97)
    assert found["memory"]["blobs"] == 4 * (10 * 20 + 6 * 8 * 18 + 16 * 36)
    assert found["predicted"]["passes"] == 2
    assert 1_000 < found["predicted"]["source_bytes"] < 20_000
    assert 0 < found["predicted"]["driver_seconds"] < 1
    assert found["receptive_field"] == {"height": 4, "width": 4}
    assert found["grid"]["scale"] == {"height": 2, "width": 2}
    assert found["grid"]["offset"] == {"height": 2, "width": 2}
    assert found["grid"]["framed_offset"] == {"height": 0, "width": 0}
    assert found["contract"]["border"] == 2
    assert found["contract_from"] == str(tmp_path / "up.toml")
    assert (found["pins"], found["refused"], found["left_out"]) == ([], [], [])


def test_an_odd_kernel_shifts_the_grid_by_half_a_pixel(capsys, tmp_path):
    path = files(tmp_path, deconv("x", "y", 9, 1, "stride: 2 pad: 4"), contract=Contract())
    assert facts(capsys, path)["grid"]["offset"] == {"height": 0.5, "width": 0.5}
    assert "note" in inspect(capsys, path)
    assert "the contract says offset 0, the kernels say otherwise" in inspect(capsys, path)


def test_without_weights_all_but_the_guess_is_there(capsys, tmp_path):
    path = files(tmp_path, LAYERS)
    known = facts(capsys, path)
    (tmp_path / "up.npz").unlink()
    bare = facts(capsys, path)
    assert (bare["weights"], bare["predicted"]) == (None, None)
    assert (bare["contract"], bare["contract_reason"]) == (
        None,
        "without weights there is no evidence",
    )
    for key in ("layers", "parameters", "multiply_adds", "memory", "receptive_field"):
        assert bare[key] == known[key], key
    assert "none found: only shapes are known" in inspect(capsys, path)


def test_layers_that_are_no_pixels_are_named_with_the_reason(capsys, tmp_path):
    path = files(tmp_path, LAYERS + layer("flat", "Flatten", "y", "z"))
    found = facts(capsys, path)
    assert len(found["refused"]) == 1
    assert found["refused"][0].startswith('Flatten "flat": ')
    assert (found["receptive_field"], found["memory"]["textures"]) == (None, None)
    assert found["predicted"] is None
    assert found["layers"][3]["multiply_adds"] == 96 * 30 * 30
    assert '\nno shader      Flatten "flat": ' in inspect(capsys, path)


def test_layers_that_pin_the_size_are_named(capsys, tmp_path):
    layers = conv("x", "a", 3, 2) + layer(
        "r", "Reshape", "a", "b", "reshape_param { shape { dim: 0 dim: 2 dim: 30 dim: 30 } }"
    )
    path = files(tmp_path, layers)
    found = facts(capsys, path)
    assert len(found["pins"]) == 1
    assert '(layer "r")' in found["pins"][0]
    assert main(["inspect", str(path), "--size", "48x48"]) == 2
    assert capsys.readouterr().err.startswith(
        "--size: small is pinned to the size of its file\n"
    )


def test_a_size_that_is_too_small(capsys, tmp_path):
    path = files(tmp_path, LAYERS)
    assert main(["inspect", str(path), "--size", "2x2"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'--size: at 2x2, {path}:3 (layer "a"): a kernel that reaches 3')


def test_the_text_is_plain_and_never_wrapped_where_no_terminal_is(capsys, tmp_path):
    path = files(tmp_path, LAYERS, contract=Contract(border=2, crop=2))
    lines = inspect(capsys, path).splitlines()
    assert lines[0] == f"small ({path})"
    head = "  layer  type           reads  writes  shape"
    assert lines[1].startswith(head)
    rows = [" ".join(line.split()) for line in lines]
    assert rows[2] == "x Input x 1 x 32 x 32 (height, width)"
    assert rows[3] == "a Convolution x a 6 x 30 x 30 (height - 2, width - 2) 60 13.5"
    told = dict(line.split("  ", 1) for line in lines[6:])
    assert told["parameters"].strip() == "163"
    assert told["multiply-adds"].strip() == "37.5 for one output pixel"
    assert told["receptive field"].strip() == "4 x 4 input pixels"
    assert told["size"].strip() == "free: any height and width"


@pytest.mark.parametrize(("axes", "said", "known"), [
    ("axis: 2", "the whole picture", (None, None)),
    ("axis: 3", "the whole width x 3 input pixels", (3, None)),
])  # fmt: skip
def test_a_mean_sees_the_whole_picture(capsys, tmp_path, axes, said, known):
    mean = layer("m", "Reduction", "a", "m", f"reduction_param {{ operation: MEAN {axes} }}")
    shape = "dim: 1 dim: 1 dim: 1 dim: 1"
    if axes == "axis: 3":
        shape = "dim: 1 dim: 1 dim: -1 dim: 1"
    back = layer("b", "Reshape", "m", "b", f"reshape_param {{ shape {{ {shape} }} }}")
    path = files(tmp_path, conv("x", "a", 3, 1, "pad: 1") + mean + back)
    found = facts(capsys, path)["receptive_field"]
    assert (found["height"], found["width"]) == known
    told = [line for line in inspect(capsys, path).splitlines() if "receptive" in line]
    assert told[0].split("  ", 1)[1].strip() == said


def test_a_network_whose_size_nothing_is_known_of(capsys, tmp_path):
    path = tmp_path / "up.prototxt"
    path.write_text(prototxt("")[:-2])
    assert main(["inspect", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize("size", ["48", "x", "0x4", "4x-1", "axb"])
def test_a_size_that_is_none(capsys, tmp_path, size):
    path = files(tmp_path, LAYERS)
    with pytest.raises(SystemExit) as ended:
        main(["inspect", str(path), "--size", size])
    assert ended.value.code == 2
    assert f"{size!r} is no size like 480x270" in capsys.readouterr().err
