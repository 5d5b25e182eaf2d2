"""What Caffe 1.0 aborts on is an error here, and what it should not take is one too.

`bad/cases.json` holds inputs that were given to Caffe, whether it took them, and the words that
`texelnet run` and `texelnet train` say. `bad/*.caffemodel` are given to the networks of cases.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net
from texelnet.cli import main
from texelnet.errors import TexelnetError

BAD = Path(__file__).parent / "bad"
CASES = json.loads((BAD / "cases.json").read_text("utf-8"))
LARGEST = 1e6
TAKEN = {
    "softmaxloss_two_tops": "Caffe wants a loss_weight for the second top, which has none",
    "smoothl1_three_bottoms": "the first Fast R-CNN layer has three bottoms",
    "embed_backward_to_input": "asked for all gradients, we leave out those that are none",
    "accuracy_backward": "asked for all gradients, we leave out those that are none",
}
"""What Caffe aborts on and we take, and why; at most ten rows."""
REFUSED = {
    "inplace_conv": "Caffe computes with what it overwrites",
    "inplace_eltwise": "Caffe's sum clears its first bottom",
    "input_dim_3": "Caffe takes the missing size from uninitialised memory",
    "conv_2axes": "no picture: InnerProduct says it",
    "clip_order": "Caffe gives max everywhere",
    "huge_alloc": "eight GB of input: nothing was given here",
    "softmax_label_out_of_range": "Caffe reads what lies behind the scores",
    "solver_no_base_lr": "Caffe trains with a rate of 0",
    "solver_step_no_gamma": "Caffe's rate falls to 0",
    "solver_poly_no_max_iter": "Caffe divides by 0",
    "cm_empty": "Caffe goes on with random weights",
    "cm_garbage": "Caffe goes on with random weights",
    "cm_renamed": "Caffe goes on with random weights",
    "missing_comma_ok": "an input alone computes nothing",
    "comments_and_single_quotes": "an input alone computes nothing",
    "angle_brackets": "an input alone computes nothing",
    "hex_octal_ints": "an input alone computes nothing",
    "string_concat": "an input alone computes nothing",
    "input_dim_and_shape": "an input alone computes nothing",
}
"""What Caffe takes and we refuse, and why."""
WARNED = {
    "cm_wrong_type_same_name": "the weights are of a layer of another type",
    "cm_dup_layer": "two layers have one name",
    "smoothl1_nan": "the fork's loss counts for nothing without a loss_weight",
}
"""What Caffe takes and we too, with a warning."""


def _words(case: dict, folder: Path) -> list[str]:
    """Lay a case's files down in a folder; return the command's words."""
    if case["kind"] == "solver":
        (folder / "tiny.prototxt").write_text(case["net"], "utf-8")
        (folder / "solver.prototxt").write_text(case["text"], "utf-8")
        return ["train", "solver.prototxt", "--until", "2"]
    if case["text"] is not None:
        (folder / "x.prototxt").write_bytes(case["text"].encode())
    np.savez(folder / "in.npz", **_arrays(case))
    words = ["run", "x.prototxt", "--inputs", "in.npz", "--outputs", "out.npz"]
    if case["kind"] == "caffemodel":
        content = BAD / case["file"]
        if content.exists():
            (folder / case["file"]).write_bytes(content.read_bytes())
        words += ["--weights", case["file"]]
    return words + ["--gradients"] * case.get("backward", False)


def _arrays(case: dict) -> dict[str, np.ndarray]:
    """Zeros for inputs, and for parameters if no file has them, as far as the net is one."""
    found: list[tuple[str, tuple[int, ...]]] = []

    def look() -> None:
        net = read_net(case["text"] or "", training=True)
        found.extend((f"in/{name}", net.shapes[name]) for name in net.inputs)
        for layer in net.layers if case["kind"] == "net" else ():
            for index, one in enumerate(layer.parameters):
                found.append((f"param/{layer.name}/{index}", one.shape))

    refusal(TexelnetError, look)
    arrays = {name: np.zeros(s, "f4") for name, s in found if np.prod(s) < LARGEST}
    given = {f"in/{name}": np.array(v, "f4") for name, v in case.get("inputs", {}).items()}
    return arrays | given


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_bad_input_is_told_as_it_is_written_down(case, tmp_path, monkeypatch, capsys):
    if case.get("torch"):
        pytest.importorskip("torch", reason="torch is not installed: make setup")
    monkeypatch.chdir(tmp_path)
    status = main(_words(case, tmp_path))
    says = capsys.readouterr().err.strip()
    assert says == case["says"]
    assert status == (2 if case["refused"] else 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_message_has_a_place_a_fact_and_what_to_try(case):
    if not case["refused"]:
        return
    place, fact, *_ = case["says"].split(": ", 1)
    assert place.startswith(("x.prototxt", "solver.prototxt", "in.npz", "cm_", "does_not"))
    assert fact
    assert case["says"].count("\n  try: ") == 1


def test_where_we_differ_from_caffe_is_known_with_its_reason():
    taken = [c["id"] for c in CASES if not c["caffe takes"] and not c["refused"]]
    refused = [c["id"] for c in CASES if c["caffe takes"] and c["refused"]]
    warned = [c["id"] for c in CASES if c["caffe takes"] and not c["refused"] and c["says"]]
    assert sorted(taken) == sorted(TAKEN)
    assert sorted(refused) == sorted(REFUSED)
    assert sorted(warned) == sorted(WARNED)
    assert len(TAKEN) <= 10
