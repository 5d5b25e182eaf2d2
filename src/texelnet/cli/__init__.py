"""The command line: one file a command (HELP, arguments, run), listed in COMMANDS.

Exit status: 0 done; 1 a proof failed (``verify``) or pictures differ (``compare``); 2 bad
input or words that do not fit together; 130 interrupted. What was asked for goes to stdout,
everything else to stderr.
A command imports what it works with when it runs, so that ``--help`` is there at once.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol

from texelnet import __version__
from texelnet.cli import (
    compare,
    compile,
    convert,
    draw,
    explain,
    inspect,
    network,
    plot,
    run,
    text,
    train,
    tune,
    upscale,
    verify,
)
from texelnet.errors import TexelnetError

__all__ = ["COMMANDS", "Command", "main", "network", "parser"]

_SUMMARY = "A workbench for image networks that live in pixel shaders."


class Command(Protocol):
    """What a command's file holds."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's words to its parser."""

    def run(self, words: argparse.Namespace) -> int:
        """Do it and return the exit status."""


COMMANDS: dict[str, Command] = {
    "upscale": upscale,
    "compile": compile,
    "convert": convert,
    "tune": tune,
    "inspect": inspect,
    "run": run,
    "verify": verify,
    "compare": compare,
    "explain": explain,
    "train": train,
    "plot": plot,
    "draw": draw,
    "text": text,
}


def parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command's words."""
    made = _Parser(prog=f"texelnet {command}", description=COMMANDS[command].HELP)
    COMMANDS[command].arguments(made)
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Do what the words say and return the exit status."""
    try:
        status = _main(list(sys.argv[1:] if words is None else words))
        print(end="", flush=True)
        return status
    except TexelnetError as error:
        _complain(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _complain(f"{error.filename or 'texelnet'}: {(error.strerror or str(error)).lower()}")
    except MemoryError as error:
        _complain(f"texelnet: out of memory {error}".rstrip())
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130
    return 2


def _main(words: list[str]) -> int:
    top = _Parser(
        prog="texelnet",
        description=_SUMMARY,
        usage="texelnet COMMAND ...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            ["commands:"]
            + [f"  {name:9} {command.HELP}" for name, command in COMMANDS.items()]
            + ["", "`texelnet COMMAND --help` tells a command's words."]
        ),
    )
    top.add_argument("--version", action="version", version=f"texelnet {__version__}")
    top.add_argument("command", choices=COMMANDS, help=argparse.SUPPRESS)
    chosen = top.parse_args(words[:1] or ["--help"]).command
    return COMMANDS[chosen].run(parser(chosen).parse_args(words[1:]))


class _Parser(argparse.ArgumentParser):
    """Tells words that do not fit in two lines, place and hint, as all errors are told."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read the words; a value may begin with a minus."""
        return super().parse_args(_signed(args or ()), namespace)

    def error(self, message: str) -> NoReturn:
        _complain(f"{self.prog}: {message}\n  try: {self.prog} --help")
        sys.exit(2)


def _signed(words: Sequence[str]) -> list[str]:
    """Tie a value that begins with a minus to its option: ``--range -1..1``."""
    tied: list[str] = []
    for word in words:
        after = tied and tied[-1] in ("--range", "--mean", "--offset")
        if after and re.match(r"-[\d.]", word):
            tied[-1] += f"={word}"
        else:
            tied.append(word)
    return tied


def _complain(text: str) -> None:
    print(text, file=sys.stderr)
