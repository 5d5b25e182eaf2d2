"""The contract in words: flags, over the file beside the network, over a guess by evidence."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texelnet.errors import ContractError, TexelnetError

if TYPE_CHECKING:
    from texelnet.graph.contract import Contract
    from texelnet.graph.network import Network

_FLAGS: dict[str, tuple[str, str]] = {
    "channels": ("luma|luma-of-rgb|rgb|bgr", "what the network sees of a picture"),
    "matrix": ("bt601|bt709", "how luma is made"),
    "levels": ("limited|full", "whether black luma is 16 or 0"),
    "range": ("LOW..HIGH", "black and white in the network's numbers: 0..1, 0..255, -1..1"),
    "mean": ("M[,M,M]", "subtracted after the range, one for all or one a channel"),
    "border": ("N", "pixels the network needs around the picture"),
    "padding": ("zero|edge|reflect", "what they hold"),
    "returns": ("picture|residual", "whether a base upscaler's picture is to be added"),
    "base": ("nearest|bilinear|bicubic", "that base upscaler"),
    "scale": ("N", "output pixels per input pixel"),
    "offset": ("X", "shift of the output grid, in output pixels"),
    "crop": ("N", "pixels to cut from each side of the answer"),
}


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add --contract and a flag for each key of a contract."""
    group = parser.add_argument_group(
        "contract", "What the network wants of a picture; the file of NETWORK's name tells it."
    )
    group.add_argument("--contract", metavar="FILE", help="a contract as TOML")
    kinds: dict[str, Callable[[str], Any]] = {"range": _span, "mean": _numbers, "offset": float}
    kinds |= dict.fromkeys(("border", "scale", "crop"), int)
    for key, (values, text) in _FLAGS.items():
        kind = kinds.get(key, str)
        group.add_argument(f"--{key}", metavar=values, type=kind, help=text, dest=f"flag_{key}")


def _span(text: str) -> tuple[float, ...]:
    low, dots, high = text.partition("..")
    if not dots:
        raise argparse.ArgumentTypeError(f"{text!r} is no range like 0..255")
    try:
        return float(low), float(high)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no range like 0..255") from None


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(x) for x in re.split("[, ]+", text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} are no numbers like 104,117,123") from None


def flags(words: argparse.Namespace) -> dict[str, Any]:
    """Return the keys that were given as flags."""
    given = {key: getattr(words, f"flag_{key}") for key in _FLAGS}
    return {key: value for key, value in given.items() if value is not None}


def told(words: argparse.Namespace, prototxt: Path) -> tuple[Contract | None, Path | None]:
    """Return the contract of the file, flags put over it, and the file; or None."""
    from texelnet.graph.contract import read_contract

    beside = prototxt.with_suffix(".toml")
    place = Path(words.contract) if words.contract else beside if beside.is_file() else None
    if place is None:
        return None, None
    return replace(read_contract(place), **flags(words)), place


def contract_of(words: argparse.Namespace, prototxt: Path, network: Network) -> Contract:
    """Return what the network wants: flags over the file's, or over a guess by evidence."""
    contract, _ = told(words, prototxt)
    if contract is None:
        contract, reason = guessed(network, flags(words))
        print(f"{network.name}: no contract is written; {reason}", file=sys.stderr)
    return contract


def searched(
    words: argparse.Namespace, prototxt: Path, network: Network
) -> tuple[Contract | None, str]:
    """Return what the network wants, if that can be known, and where it is from or why not."""
    contract, place = told(words, prototxt)
    if contract is not None:
        return contract, str(place)
    try:
        contract, reason = guessed(network, flags(words))
    except TexelnetError as error:
        return None, " ".join(error.fact.split())
    return contract, f"a guess: {reason}"


def guessed(network: Network, given: Mapping[str, Any]) -> tuple[Contract, str]:
    """Return the contract that the evidence speaks for, and what it was.

    Raises
    ------
    ContractError
        If it is no picture network, or the evidence does not decide.
    """
    from texelnet.graph.guess import guess_contract
    from texelnet.run.probe import Probe

    probe = Probe(network)
    known = probe.known | dict(given)
    try:
        guess = guess_contract(probe, size=probe.size, given=known)
    except ContractError as error:
        raise ContractError(network.source, error.fact, error.hint) from None
    contract = guess.contract
    if not {"border", "crop"} & set(given):
        contract = probe.widened(contract)
    if "offset" not in given:
        contract = probe.placed(contract)
    assumed = {"mean": "mean 0"}
    if contract.seen == 1:
        assumed |= {
            "matrix": f"luma of {contract.matrix}",
            "levels": f"{contract.levels} levels",
        }
    else:
        assumed["channels"] = contract.channels.upper()
    if contract.border:
        assumed["padding"] = (
            f"a border of {contract.border} filled by padding {contract.padding}"
        )
    taken = [text for key, text in assumed.items() if key not in given]
    reason = guess.reason + (f"; assumed: {', '.join(taken)}" if taken else "")
    low, high = contract.range
    found = f"{low:g}..{high:g}, returns a {contract.returns}, scale {contract.scale}"
    return contract, f"{found}: {reason}"
