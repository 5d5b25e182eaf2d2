"""texelnet run with losses and gradients: torch is taken where it is needed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import golden
from tests.train.test_goldens import HERE

from texelnet.cli import main

pytest.importorskip("torch")
FOLDER = HERE.parents[1] / "train" / "goldens"


def run(folder, case, *words):
    """Return exit status and what OUT.npz holds."""
    (folder / "net.prototxt").write_text(case.prototxt)
    wanted = ("in", "param", "topdiff")
    np.savez(
        folder / "in.npz",
        **{k: v for k, v in case.arrays.items() if k.split("/")[0] in wanted},
    )
    named = ["--inputs", str(folder / "in.npz"), "--outputs", str(folder / "out.npz")]
    status = main(["run", str(folder / "net.prototxt"), *named, *words])
    if status:
        return status, {}
    with np.load(folder / "out.npz") as archive:
        return status, dict(archive)


def test_losses_and_gradients_are_computed_by_torch(tmp_path, capsys):
    case = golden(FOLDER / "net_siamese_shared.npz")
    status, found = run(tmp_path, case, "--phase", "TRAIN", "--gradients")
    assert status == 0
    assert "on torch: torch 2" in capsys.readouterr().out
    recorded = {k: v for k, v in case.arrays.items() if k.split("/")[0] in ("blob", "diff")}
    for key, values in (
        recorded | {"pdiff/" + k: v for k, v in case.part("pdiff/").items()}
    ).items():
        np.testing.assert_allclose(found[key], values, rtol=1e-4, atol=1e-6)


def test_a_network_with_losses_goes_to_torch_unless_told(tmp_path, capsys):
    case = golden(FOLDER / "softmaxloss_two_losses.npz")
    status, found = run(tmp_path, case)
    assert status == 0
    assert {"blob/loss1", "blob/loss2", "blob/score_score_0_split_0"} <= set(found)
    assert not any(key.startswith("diff/") for key in found)


def test_batch_norm_remembers_what_it_saw(tmp_path):
    case = golden(FOLDER / "bn_train.npz")
    _, found = run(tmp_path, case, "--phase", "TRAIN")
    for key, values in case.part("param_after_forward/").items():
        np.testing.assert_allclose(found[f"param_after_forward/{key}"], values, rtol=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--gradients", "--on", "onnxruntime"],
            "--gradients: onnxruntime can't\n  try: --on torch, or leave --on out\n",
        ),
        (
            ["--phase", "TRAIN", "--on", "numpy"],
            "--phase TRAIN: numpy can't\n  try: --on torch, or leave --on out\n",
        ),
    ],
)
def test_what_only_torch_can_do_is_asked_of_nothing_else(tmp_path, capsys, words, message):
    status, _ = run(tmp_path, golden(FOLDER / "bn_train.npz"), *words)
    assert status == 2
    assert capsys.readouterr().err == message


def test_a_gradient_from_outside_must_fit_its_blob(tmp_path, capsys):
    case = golden(FOLDER / "bn_train.npz")
    (name,) = case.part("topdiff/")
    case.arrays[f"topdiff/{name}"] = np.zeros((1, 2), np.float32)
    status, _ = run(tmp_path, case, "--phase", "TRAIN", "--gradients")
    shape = case.arrays[f"blob/{name}"].shape
    assert status == 2
    assert capsys.readouterr().err == (
        f'{tmp_path}/in.npz: "topdiff/{name}" is (1, 2), {name} is {shape}\n'
        "  try: a gradient has the shape of its blob\n"
    )
