"""texelnet run: blobs from blobs, under Caffe's names, on every runner."""

import zipfile

import numpy as np
import pytest
from tests.run.networks import conv, deconv, files, layer, network, prototxt, weights

from texelnet.cli import main
from texelnet.errors import NetworkError
from texelnet.run import RUNNERS
from texelnet.run.onnxruntime import Reference

RUNNER = [
    pytest.param(name, marks=[pytest.mark.gpu] if name == "wgpu" else [])
    for name in RUNNERS
    if name != "ffmpeg"  # a user shader takes no blobs
]
# two layers read "a", so Caffe splits it
LAYERS = (
    conv("x", "a", 3, 4, "pad: 1")
    + layer("bend", "ReLU", "a", "a")
    + conv("a", "b", 3, 4, "pad: 1")
    + layer("sum", "Eltwise", "a b", "s")
    + deconv("s", "y", 4, 2, "stride: 2 pad: 1")
)
BATCH = np.random.default_rng(1).normal(size=(2, 1, 9, 7)).astype(np.float32)


def run(folder, *words, **arrays):
    """Return exit status and what OUT.npz holds."""
    np.savez(folder / "in.npz", **(arrays or {"in/x": BATCH}))
    out = folder / "out.npz"
    out.unlink(missing_ok=True)
    named = ["--inputs", str(folder / "in.npz"), "--outputs", str(out)]
    status = main(["run", str(folder / "up.prototxt"), *named, *words])
    if not out.exists():
        return status, {}
    with np.load(out, allow_pickle=False) as archive:
        return status, {name: archive[name] for name in archive.files}


def fails(capsys, folder, *words, **arrays):
    status, blobs = run(folder, *words, **arrays)
    assert (status, blobs) == (2, {})
    return capsys.readouterr().err


def test_onnxruntime_returns_every_blob_under_caffes_names(tmp_path):
    files(tmp_path, LAYERS)
    status, blobs = run(tmp_path)
    assert status == 0
    names = ["x", "a", "a_bend_0_split_0", "a_bend_0_split_1", "b", "s", "y"]
    assert list(blobs) == [f"blob/{name}" for name in names]
    assert {b.dtype for b in blobs.values()} == {np.dtype(np.float32)}
    assert blobs["blob/y"].shape == (2, 2, 18, 14)
    np.testing.assert_array_equal(blobs["blob/a_bend_0_split_1"], blobs["blob/a"])
    assert blobs["blob/a"].min() == 0, "in place: the last version counts"


@pytest.mark.parametrize("runner", RUNNER)
@pytest.mark.parametrize("every", [[], ["--every-blob"]], ids=["outputs", "every blob"])
def test_runners_agree_with_onnxruntime(tmp_path, runner, every):
    files(tmp_path, LAYERS)
    wanted = run(tmp_path)[1]
    status, blobs = run(tmp_path, "--on", runner, *every)
    assert status == 0
    assert set(blobs) == (set(wanted) if every or runner == "onnxruntime" else {"blob/y"})
    for name, values in blobs.items():
        np.testing.assert_allclose(values, wanted[name], atol=1e-5)


def test_what_was_done_is_told(capsys, tmp_path):
    path = files(tmp_path, LAYERS)
    run(tmp_path, "--on", "numpy")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"small on numpy: numpy {np.__version__}"
    assert told[1].startswith(f"{path}: 1 blob in ")


@pytest.mark.parametrize("runner", ["numpy", "onnxruntime"])
def test_an_input_changed_in_place_is_returned_as_it_became(tmp_path, runner):
    files(tmp_path, layer("bend", "ReLU", "x", "x"))
    blobs = run(tmp_path, "--on", runner, "--every-blob")[1]
    np.testing.assert_array_equal(blobs["blob/x"], np.maximum(BATCH, 0))


def test_weights_in_the_inputs_replace_those_of_the_file(tmp_path):
    files(tmp_path, LAYERS)
    zero = {"param/y/0": np.zeros((4, 2, 4, 4)), "param/y/1": np.array([3.0, 4.0])}
    blobs = run(tmp_path, **{"in/x": BATCH}, **zero)[1]
    assert [np.unique(blobs["blob/y"][:, i]) for i in range(2)] == [[3], [4]]


def test_all_weights_may_be_in_the_inputs(tmp_path):
    files(tmp_path, LAYERS)
    wanted = run(tmp_path)[1]
    (tmp_path / "up.npz").unlink()
    blobs = run(tmp_path, **{"in/x": BATCH}, **weights(prototxt(LAYERS)))[1]
    np.testing.assert_array_equal(blobs["blob/y"], wanted["blob/y"])


def test_weights_of_another_name(tmp_path):
    files(tmp_path, LAYERS)
    wanted = run(tmp_path)[1]
    (tmp_path / "up.npz").rename(tmp_path / "trained.npz")
    blobs = run(tmp_path, "--weights", str(tmp_path / "trained.npz"))[1]
    np.testing.assert_array_equal(blobs["blob/y"], wanted["blob/y"])


def test_layers_that_are_no_pixels_run_on_onnxruntime(capsys, tmp_path):
    files(tmp_path, conv("x", "a", 3, 4) + layer("flat", "Flatten", "a", "y"))
    assert run(tmp_path)[1]["blob/y"].shape == (2, 4 * 7 * 5)
    assert "Flatten" in fails(capsys, tmp_path, "--on", "numpy")


def test_a_missing_input(capsys, tmp_path):
    files(tmp_path, LAYERS)
    assert fails(capsys, tmp_path, **{"in/z": BATCH}) == (
        f'{tmp_path}/in.npz: there is no "in/x"; small takes x\n'
        "  try: one array in/<blob> for each input\n"
    )


def test_an_input_that_nothing_reads_is_left_out(capsys, tmp_path):
    files(tmp_path, LAYERS)
    assert run(tmp_path, **{"in/x": BATCH, "in/label": BATCH})[0] == 0
    wanted = f'{tmp_path}/in.npz: nothing reads "in/label", it is left out\n'
    assert capsys.readouterr().err == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.zeros((9, 7)), '"in/x" is (9, 7), small takes (1, 1, 32, 32)\n'),
        (np.zeros((1, 1, 0, 7)), '"in/x" is (1, 1, 0, 7), small takes (1, 1, 32, 32)\n'),
        (np.array("x"), '"in/x" holds <U1, not numbers\n'),
    ],
)  # fmt: skip
def test_an_input_of_another_shape(capsys, tmp_path, values, wanted):
    files(tmp_path, LAYERS)
    assert fails(capsys, tmp_path, **{"in/x": values}).startswith(
        f"{tmp_path}/in.npz: {wanted}"
    )


def test_an_input_that_is_too_small(capsys, tmp_path):
    path = files(tmp_path, conv("x", "y", 5, 1))
    assert fails(capsys, tmp_path, **{"in/x": np.zeros((1, 1, 4, 9))}) == (
        f'{tmp_path}/in.npz: with x (1, 1, 4, 9), {path}:3 (layer "y"): '
        "a kernel that reaches 5 with pad 0 leaves nothing of 4\n"
        "  try: give a larger picture, or more pad\n"
    )


def test_an_input_of_other_channels_than_the_weights(capsys, tmp_path):
    path = files(tmp_path, LAYERS)
    error = fails(capsys, tmp_path, **{"in/x": np.zeros((1, 2, 9, 7))})
    assert error.startswith(f'{path}:3 (layer "a"): the weights in {tmp_path}/up.npz are 4 x 1')


def test_inputs_that_are_no_npz(capsys, tmp_path):
    files(tmp_path, LAYERS)
    inputs = tmp_path / "in.txt"
    words = [
        "run",
        str(tmp_path / "up.prototxt"),
        "--inputs",
        str(inputs),
        "--outputs",
        "o.npz",
    ]
    assert main(words) == 2
    assert capsys.readouterr().err == (
        f"{inputs}: no such file\n  try: an .npz that holds in/<blob>\n"
    )
    for content in (b"", b"PK\3\4 and no more", b"words"):
        inputs.write_bytes(content)
        assert main(words) == 2
        assert capsys.readouterr().err.startswith(f"{inputs}: this is no .npz that can be read")
    with inputs.open("wb") as file:
        np.save(file, BATCH)
    assert main(words) == 2
    assert "it holds a single array" in capsys.readouterr().err


def hostile(path, header: dict, zeros: int) -> None:
    """Write inputs whose array says one thing, and has so many zero bytes packed into few."""
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("in/x.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(entry, header)
        for _ in range(zeros >> 20):
            entry.write(bytes(1 << 20))


def test_inputs_that_unpack_to_more_than_they_are_worth_are_refused(capsys, tmp_path):
    files(tmp_path, LAYERS)
    inputs, said = tmp_path / "in.npz", {"descr": "<f4", "fortran_order": False}
    words = ["run", str(tmp_path / "up.prototxt"), "--inputs", str(inputs), "--outputs", "o"]
    hostile(inputs, said | {"shape": (400 << 18,)}, 400 << 20)
    assert main(words) == 2
    assert capsys.readouterr().err == (
        f"{inputs}: it unpacks to 419,430,528 bytes\n  try: numpy.savez, which packs nothing\n"
    )
    hostile(inputs, said | {"shape": (1 << 60,)}, 1 << 20)
    assert main(words) == 2
    assert capsys.readouterr().err.startswith(f"{inputs}: this is no .npz that can be read")


def test_pickled_inputs_are_refused(capsys, tmp_path):
    files(tmp_path, LAYERS)
    inputs = {"in/x": np.array([{"a": 1}], object)}
    assert "this is no .npz that can be read" in fails(capsys, tmp_path, **inputs)


def test_outputs_are_written_whole_or_not_at_all(capsys, tmp_path, monkeypatch):
    files(tmp_path, LAYERS)

    def broken(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device", "out.npz")

    inputs = tmp_path / "in.npz"
    np.savez(inputs, **{"in/x": BATCH})
    monkeypatch.setattr(np, "savez", broken)
    before = sorted(tmp_path.iterdir())
    words = ["--inputs", str(inputs), "--outputs", str(tmp_path / "out.npz")]
    assert main(["run", str(tmp_path / "up.prototxt"), *words]) == 2
    assert capsys.readouterr().err == "out.npz: no space left on device\n"
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_for_outputs_that_is_not_there(capsys, tmp_path):
    files(tmp_path, LAYERS)
    out = tmp_path / "no" / "out.npz"
    assert "no such file or directory" in fails(capsys, tmp_path, "--outputs", str(out))


def test_golden_blobs_of_a_real_network(shared, tmp_path):
    model = shared / "models" / "upconv7"
    with np.load(model / "golden.npz") as golden:
        inputs = {"in/input": golden["in/input"]}
        wanted = {name: golden[name] for name in golden.files if name.startswith("blob/")}
    np.savez(tmp_path / "in.npz", **inputs)
    out = tmp_path / "out.npz"
    words = ["run", str(model / "net.prototxt"), "--inputs", str(tmp_path / "in.npz")]
    words += ["--weights", str(model / "upconv7_x2.caffemodel"), "--outputs", str(out)]
    for runner in ("onnxruntime", "numpy"):
        assert main([*words, "--on", runner, "--every-blob"]) == 0
        with np.load(out) as blobs:
            for name, values in wanted.items():
                np.testing.assert_allclose(blobs[name], values, atol=1e-4)


def test_reference_wants_all_inputs():
    """The network's own error, for callers that are no command line."""
    with pytest.raises(NetworkError) as error:
        Reference(network(LAYERS)).run({})
    assert str(error.value) == (
        "net.prototxt: no values for the input x\n  try: the network's inputs are x"
    )
