"""The command line as a whole: help, errors, exit status, haste."""

import subprocess
import sys

import pytest

from texelnet import __version__
from texelnet.cli import COMMANDS, main, parser


def texelnet(*words, **how):
    return subprocess.run(
        [sys.executable, "-m", "texelnet", *words], capture_output=True, text=True, **how
    )


def test_the_version_is_told():
    assert texelnet("--version").stdout == f"texelnet {__version__}\n"


def test_help_lists_every_command():
    shown = texelnet("--help").stdout
    for name, command in COMMANDS.items():
        assert f"  {name:9} {command.HELP}\n" in shown


def test_help_is_there_at_once():
    """Under 0.3 s: only Python itself is loaded."""
    heavy = {"numpy", "onnx", "onnx_ir", "onnxruntime", "wgpu", "PIL", "rich"}
    code = "import sys, texelnet.cli; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert heavy & set(shown.stdout.split()) == set()


def test_no_words_are_a_question_for_help():
    assert texelnet().stdout == texelnet("--help").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_its_words(command):
    shown = parser(command).format_help()
    assert COMMANDS[command].HELP in shown
    assert "--weights FILE" in shown or "NETWORK" not in shown


def test_a_command_that_does_not_exist(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["upscael"])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("texelnet: argument command: invalid choice: 'upscael'")
    assert error.endswith("  try: texelnet --help\n")


def test_words_that_do_not_fit(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["inspect", "decon-x2", "--size", "48"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "texelnet inspect: argument --size: '48' is no size like 480x270\n"
        "  try: texelnet inspect --help\n"
    )


def test_a_reader_who_has_seen_enough_is_no_error():
    whole = f"{sys.executable} -m texelnet inspect decon-x2 --json"
    shown = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {whole} | true; exec {whole} >&-"],
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in shown.stderr


def test_an_interrupt_is_told_in_a_word(monkeypatch, capsys):
    def interrupted(words):
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["inspect"], "run", interrupted)
    assert main(["inspect", "decon-x2"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_full_disk_is_told_in_a_line(monkeypatch, capsys):
    def full(words):
        raise OSError(28, "No space left on device", "out.npz")

    monkeypatch.setattr(COMMANDS["inspect"], "run", full)
    assert main(["inspect", "decon-x2"]) == 2
    assert capsys.readouterr().err == "out.npz: no space left on device\n"
