"""texelnet plot draws a training log."""

from __future__ import annotations

import json

import pytest

from texelnet.cli import main
from texelnet.picture import read_picture
from texelnet.report.curve import read_log


def log(folder, count=30):
    entries = [
        {
            "iteration": n,
            "loss": 2 / (n + 1),
            "smoothed": 2.5 / (n + 1),
            "rate": 0.1,
            "pictures": 4,
        }
        for n in range(count)
    ]
    entries.append({"iteration": 10, "test": 0, "outputs": {"loss": 0.5, "acc": 0.7}})
    entries.append({**entries[count // 10], "loss": 9.0})
    path = folder / "seg.log"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def test_of_a_step_that_was_done_twice_the_last_counts(tmp_path):
    found = read_log(log(tmp_path))
    assert found.iterations == list(range(30))
    assert found.losses[3] == 9.0
    assert found.tests == {"loss": ([10], [0.5]), "acc": ([10], [0.7])}


def test_a_log_becomes_a_picture(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert main(["plot", str(log(tmp_path)), "-o", str(tmp_path / "curve.png")]) == 0
    assert read_picture(tmp_path / "curve.png").colour.shape[0] == 3
    assert capsys.readouterr().out == f"{tmp_path}/curve.png: 30 steps, loss 0.083333\n"


def test_what_is_no_log_is_told_with_its_line(tmp_path, capsys):
    path = log(tmp_path, 2)
    path.write_text(path.read_text() + "hello\n")
    assert main(["plot", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path}:5: this is no entry of a training log\n"
        "  try: the .log that texelnet train writes\n"
    )
    path.write_text("")
    assert main(["plot", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path}: there are no steps in this log\n  try: train for a while\n"
    )
