"""ONNX files on the command line: run, inspect, compile and verify take them."""

import json

import numpy as np
import onnxruntime
import pytest
from tests.graph.onnx_models import MODELS, espcn, model, node, srvgg, unet, weights, written

from texelnet.cli import main
from texelnet.graph.contract import Contract, write_contract
from texelnet.run import RUNNERS

RUNNER = [
    pytest.param(name, marks=[pytest.mark.gpu] if name == "wgpu" else [])
    for name in ("numpy", "onnxruntime", "wgpu")
    if name in RUNNERS
]
PICTURES = np.random.default_rng(1).random((2, 3, 12, 10), np.float32)
RGB2 = Contract(channels="rgb", scale=2)


def run(folder, path, *words, **arrays):
    """Return exit status and what OUT.npz holds."""
    np.savez(folder / "in.npz", **(arrays or {"in/x": PICTURES}))
    out = folder / "out.npz"
    out.unlink(missing_ok=True)
    named = ["--inputs", str(folder / "in.npz"), "--outputs", str(out)]
    status = main(["run", str(path), *named, *words])
    if not out.exists():
        return status, {}
    with np.load(out, allow_pickle=False) as archive:
        return status, {name: archive[name] for name in archive.files}


def fails(capsys, *words):
    assert main(list(words)) == 2
    return capsys.readouterr().err


def reference(path, pictures):
    """What onnxruntime makes of the file as it was given."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": pictures})[0]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("runner", RUNNER)
def test_runners_agree_with_onnxruntime_on_the_file_itself(tmp_path, runner, name):
    path = written(tmp_path, MODELS[name](shape=("n", 3, "h", "w")))
    status, blobs = run(tmp_path, path, "--on", runner)
    assert status == 0
    np.testing.assert_allclose(blobs["blob/y"], reference(path, PICTURES), atol=1e-4)


@pytest.mark.parametrize("opset", [11, 13, 17, 20, 22])
def test_every_opset_means_the_same(tmp_path, opset):
    path = written(tmp_path, srvgg(opset, ("n", 3, "h", "w")))
    status, blobs = run(tmp_path, path, "--on", "numpy")
    assert status == 0
    np.testing.assert_allclose(blobs["blob/y"], reference(path, PICTURES), atol=1e-4)


def test_a_file_of_one_size_runs_at_any(tmp_path):
    free = written(tmp_path, unet(shape=("n", 3, "h", "w")), "free.onnx")
    fixed = written(tmp_path, unet(), "fixed.onnx")
    (_, a), (_, b) = run(tmp_path, free), run(tmp_path, fixed)
    np.testing.assert_array_equal(a["blob/y"], b["blob/y"])


def test_every_value_is_told_under_its_own_name(tmp_path):
    status, blobs = run(tmp_path, written(tmp_path, espcn()))
    assert status == 0
    assert list(blobs) == [f"blob/{name}" for name in "xabcy"]
    _, blobs = run(tmp_path, written(tmp_path, espcn()), "--on", "numpy")
    assert list(blobs) == ["blob/y"]


def test_inputs_that_do_not_fit(capsys, tmp_path):
    path, place = written(tmp_path, espcn()), tmp_path / "in.npz"
    assert run(tmp_path, path, **{"in/z": PICTURES}) == (2, {})
    assert capsys.readouterr().err == (
        f'{place}: there is no "in/x"; net takes x\n'
        "  try: one array in/<input> for each input\n"
    )
    assert run(tmp_path, path, **{"in/x": PICTURES[:, :1]}) == (2, {})
    assert capsys.readouterr().err == (
        f'{place}: "in/x" is (2, 1, 12, 10), net takes (batch, 3, height, width)\n'
        "  try: (batch, channels, height, width)\n"
    )


def test_weights_belong_to_a_prototxt(capsys, tmp_path):
    path = written(tmp_path, espcn())
    assert fails(capsys, "inspect", str(path), "--weights", "w.npz") == (
        "--weights: net.onnx holds its weights itself\n"
        "  try: leave --weights out; it is for a .prototxt\n"
    )


def test_a_file_that_nearly_fits(capsys, tmp_path):
    written(tmp_path, espcn())
    assert fails(capsys, "inspect", str(tmp_path / "nett.onnx")) == (
        f"{tmp_path}/nett.onnx: no such file\n  try: did you mean {tmp_path}/net.onnx?\n"
    )


def test_inspect_tells_nodes_as_layers(capsys, tmp_path):
    path = written(tmp_path, unet())
    path.with_suffix(".toml").write_text(write_contract(Contract(channels="rgb")))
    assert main(["inspect", str(path), "--json", "--size", "32x24"]) == 0
    facts = json.loads(capsys.readouterr().out)
    names = ["in", "b", "down", "d", "up", "skip", "out", "y"]
    assert [layer["name"] for layer in facts["layers"]] == names
    assert facts["layers"][2] == {
        "name": "down",
        "type": "Conv",
        "line": None,
        "reads": ["b"],
        "writes": [
            {
                "blob": "c",
                "shape": [1, 6, 12, 16],
                "size": ["((height + 1)//2)", "((width + 1)//2)"],
            }
        ],
        "parameters": 216,
        "multiply_adds": 54.0,
    }
    assert facts["parameters"] == 108 + 216 + 96 + 216
    assert facts["multiply_adds"] == 108 + 54 + 24 + 216
    assert (facts["pins"], facts["refused"], facts["weights"]) == ([], [], str(path))
    assert facts["contract_from"] == str(path.with_suffix(".toml"))


def test_inspect_prints_a_table(capsys, tmp_path):
    assert main(["inspect", str(written(tmp_path, espcn())), "--range", "0..1"]) == 0
    out = capsys.readouterr().out
    assert "ONNX" not in out
    assert "size             free: any height and width" in out


def test_what_is_no_shader_is_listed(capsys, tmp_path):
    nodes = [node("Conv", ["x", "w"], ["a"]), node("Hardmax", ["a"], ["y"], "best", axis=1)]
    path = written(tmp_path, model(nodes, [weights("w", 3, 3, 3, 3)]))
    assert run(tmp_path, path, "--on", "numpy") == (2, {})
    assert capsys.readouterr().err == (
        f"{path}: these layers have no meaning in a pixel shader\n"
        '  Hardmax "best": no pixel meaning is known for this operator\n'
    )


@pytest.mark.parametrize("name", ["espcn", "srvgg"])
def test_compile_writes_equal_packages_for_equal_files(tmp_path, name):
    told = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        path = written(folder, MODELS[name]())
        path.with_suffix(".toml").write_text(write_contract(RGB2))
        words = ["compile", str(path), "--for", "webgpu", "-o", str(folder / "out")]
        assert main(words) == 0
        files = sorted(p for p in (folder / "out").rglob("*") if p.is_file())
        told.append({p.name: p.read_bytes() for p in files})
    assert told[0] == told[1]


@pytest.mark.gpu
@pytest.mark.parametrize("name", MODELS)
def test_a_package_is_proven(capsys, tmp_path, name):
    path = written(tmp_path, MODELS[name]())
    contract = Contract(channels="rgb", scale=1 if name == "unet" else 2)
    path.with_suffix(".toml").write_text(write_contract(contract))
    assert main(["verify", str(path), "--for", "webgpu"]) == 0
    assert "EQUAL" in capsys.readouterr().out
