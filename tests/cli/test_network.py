"""NETWORK, its weights and its contract: found beside it, named, given by flags or guessed."""

import numpy as np
from tests.run.networks import (
    REPEAT,
    REPEATING,
    UP,
    conv,
    deconv,
    files,
    layer,
    prototxt,
    weights,
)

from texelnet.cli import main, parser
from texelnet.cli.network import read_network, shipped
from texelnet.graph.contract import Contract


def network(*words):
    return read_network(parser("compile").parse_args([*words, "--for", "webgpu", "-o", "x"]))


def fails(capsys, *words):
    assert main(list(words)) == 2
    return capsys.readouterr().err


def test_the_shipped_network_is_found_by_its_name():
    assert "decon-x2" in shipped()
    assert network("decon-x2").contract.channels == "luma"


def test_a_name_that_nearly_fits(capsys):
    assert fails(capsys, "inspect", "decon-x3") == (
        "decon-x3: no network of this name is shipped\n  try: did you mean decon-x2?\n"
    )


def test_a_file_that_nearly_fits(capsys, tmp_path):
    files(tmp_path, UP)
    assert fails(capsys, "inspect", str(tmp_path / "upp.prototxt")) == (
        f"{tmp_path}/upp.prototxt: no such file\n  try: did you mean {tmp_path}/up.prototxt?\n"
    )
    assert fails(capsys, "inspect", str(tmp_path)).startswith(f"{tmp_path}: this is a folder\n")


def test_weights_that_are_missing(capsys, tmp_path):
    path = tmp_path / "up.prototxt"
    path.write_text(prototxt(UP))
    assert fails(capsys, "compile", str(path), "--for", "webgpu", "-o", str(tmp_path)) == (
        f"{path}: no weights for y\n"
        "  try: --weights FILE, or up.npz or up.caffemodel beside the prototxt\n"
    )
    assert fails(capsys, "inspect", str(path), "--weights", "no.npz") == (
        "no.npz: no such file\n  try: a .caffemodel or an .npz\n"
    )


def test_flags_override_the_file(tmp_path):
    path = files(tmp_path, UP, contract=Contract(range=(0, 255), border=1, crop=2))
    flags = ["--range", "-1..1", "--mean", "-0.5", "--offset", "-0.5", "--matrix", "bt709"]
    contract = network(str(path), *flags).contract
    assert contract == Contract(
        range=(-1, 1), mean=(-0.5,), border=1, crop=2, offset=-0.5, matrix="bt709"
    )


def test_a_contract_of_another_name(tmp_path):
    files(tmp_path, UP, contract=Contract(levels="full"))
    (tmp_path / "up.toml").rename(tmp_path / "other.toml")
    path, other = str(tmp_path / "up.prototxt"), str(tmp_path / "other.toml")
    assert network(path, "--contract", other).contract == Contract(levels="full")


def test_a_flag_out_of_bounds(capsys, tmp_path):
    path = files(tmp_path, UP, contract=Contract())
    words = ["inspect", str(path), "--padding", "mirror"]
    assert fails(capsys, *words) == (
        'contract [input] padding: "mirror" is not one of zero, edge, reflect\n'
        '  try: padding = "edge"\n'
    )


BIASED = {"param/y/0": np.ones((1, 1, 2, 2), np.float32), "param/y/1": np.full(1, 0.01, "f4")}


def test_a_contract_is_guessed_and_the_reason_told(capsys, tmp_path):
    path = files(tmp_path, REPEAT, BIASED)
    contract = network(str(path), "--range", "0..1").contract
    assert contract == Contract()
    told = capsys.readouterr().err
    assert told.startswith("small: no contract is written; 0..1, returns a picture, scale 2: ")
    assert told.endswith("assumed: mean 0, luma of bt601, limited levels\n")


def test_what_flat_greys_do_not_tell_is_asked(capsys, tmp_path):
    path = files(tmp_path, *valid())
    error = fails(capsys, "compile", str(path), "--for", "webgpu", "-o", str(tmp_path / "out"))
    assert error.startswith(f"{path}: flat greys do not tell what it wants:\n")
    assert "--range 0..255 --returns picture" in error
    flags = ["--range", "-1..1", "--returns", "picture"]
    assert network(str(path), *flags).contract == Contract(range=(-1, 1), border=2, crop=2)


RAMP = np.array([1, 3, 3, 1], np.float32) / 4


def valid():
    """A mean of 3x3, then a bilinear deconvolution 4x4: its outermost pixels are dark."""
    layers = conv("x", "a", 3, 1) + deconv("a", "y", 4, 1, "stride: 2 pad: 1")
    arrays = {name: np.zeros_like(values) for name, values in weights(prototxt(layers)).items()}
    arrays["param/a/0"][:] = 1 / 9
    arrays["param/y/0"][0, 0] = np.outer(RAMP, RAMP)
    return layers, arrays


def test_a_guessed_border_leaves_no_dark_pixels(capsys, tmp_path):
    words = [str(files(tmp_path, *valid())), "--range", "0..1", "--returns", "picture"]
    assert network(*words).contract == Contract(border=2, crop=2)
    assert "a border of 2 filled by padding edge" in capsys.readouterr().err
    assert network(*words, "--border", "1").contract == Contract(border=1)


def test_the_offset_follows_from_the_kernels(tmp_path):
    layers = deconv("x", "r", 2, 1) + deconv("x", "y", 4, 1, "stride: 2")
    layers += layer("cut", "Crop", "y r", "z", "crop_param { axis: 2 offset: 2 }")
    arrays = {name: np.zeros_like(values) for name, values in weights(prototxt(layers)).items()}
    arrays["param/y/0"][0, 0] = np.outer(RAMP, RAMP)
    words = [str(files(tmp_path, layers, arrays)), "--range", "0..1", "--returns", "picture"]
    assert network(*words).contract.offset == 1
    assert network(*words, "--offset", "0").contract.offset == 0


def test_repeating_without_biases_fits_two_ranges(tmp_path):
    assert network(str(files(tmp_path, REPEAT, REPEATING))).contract == Contract()
