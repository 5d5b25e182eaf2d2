"""The page about a whole network: its graph, what passes through it, what looks wrong."""

from __future__ import annotations

from dataclasses import asdict

from texelnet.explain import Whole
from texelnet.explain.whole import Passed
from texelnet.graph.contract import moot, setting
from texelnet.page import Chart, Figure, Note, Page, Part, Section, Stop, Table, Text

MOST = 400
"""Rows of a table; more would not be read."""


def whole_page(whole: Whole, contract_from: str) -> Page:
    """Return what a network is made of and what passes through it.

    Parameters
    ----------
    contract_from
        Where the contract is from, in words.
    """
    network = whole.network
    inputs = ", ".join(f"`{name}` ({_dims(shape)})" for name, shape in whole.inputs.items())
    sentence = f"{network.name} takes {inputs} through {len(whole.passed)} nodes"
    if whole.passed:
        sentence += f" and makes `{whole.passed[-1].value}` ({_dims(whole.passed[-1].shape)})"
    return Page(
        f"The network {network.name}",
        [Text(f"{sentence}."), *_findings(whole)],
        [
            Section("What leads to what", [_chart(whole)]),
            Section("What passes through", _ranges(whole)),
            Section("Weights", _weights(whole)),
            Section("What it wants of a picture", _contract(whole, contract_from)),
        ],
    )


def _dims(shape: tuple[int, ...]) -> str:
    if len(shape) == 4:
        return f"{shape[1]} x {shape[2]} x {shape[3]}"
    return " x ".join(map(str, shape))


def _findings(whole: Whole) -> list[Part]:
    """Tell what looks wrong, or that nothing does."""
    notes: list[Part] = []
    for node in whole.passed:
        if not node.finite:
            notes.append(Note("bad", "Not numbers:", f"`{node.name}` makes some."))
        elif node.empty:
            said = f"`{node.name}` makes nothing but zeros of this picture."
            notes.append(Note("bad", "All zero:", said))
    dead = [node for node in whole.passed if node.silent and not node.empty]
    if dead:
        said = "; ".join(f"{len(n.silent)} of {n.shape[1]} in `{n.name}`" for n in dead[:8])
        more = f" and in {len(dead) - 8} more layers" if len(dead) > 8 else ""
        words = f"{said}{more} hold one number all over this picture."
        notes.append(Note("note", "Silent channels:", words))
    for weight in whole.suspects[:8]:
        said = f"`{weight.name}` of `{weight.layer}`: {weight.verdict}."
        notes.append(Note("bad", "Untrained?", said))
    if notes:
        return notes
    return [Note("good", "Nothing looks wrong", "on this picture, nor in the weights.")]


def _chart(whole: Whole) -> Figure:
    """Draw the graph, a node a line, with the file's names."""
    loud = {w.layer for w in whole.suspects}
    stops = [Stop(name, f"input, {_dims(shape)}") for name, shape in whole.inputs.items()]
    first = len(stops)
    arrows = []
    for index, node in enumerate(whole.passed):
        wrong = node.empty or not node.finite or node.name in loud
        stops.append(Stop(node.name or node.value, f"{node.kind}, {_dims(node.shape)}", wrong))
        sources = [first + i for i in node.reads] or list(range(first))
        arrows += [(source, first + index) for source in sources]
    alt = f"The graph of {whole.network.name}: {len(whole.passed)} nodes, from top to bottom."
    return Figure(
        [Chart(stops, arrows, alt)], "From top to bottom; arrows skip what they pass."
    )


def _ranges(whole: Whole) -> list[Part]:
    rows: list[tuple[str, ...]] = []
    loud = []
    for index, node in enumerate(whole.passed[:MOST]):
        bad = not node.finite or node.empty or node.unfit == "16 bits"
        if bad:
            loud.append(index)
        rows.append(
            (
                f"`{node.name or node.value}`",
                node.kind,
                f"{node.least:.4g}",
                f"{node.most:.4g}",
                f"{node.negative:.0%}",
                str(len(node.silent)) if node.silent else "",
                _fits(node),
            )
        )
    head: tuple[str, ...] = ("layer", "kind", "least", "most", "negative", "silent", "needs")
    caption = f"what each layer makes of {whole.picture}, in the network's own numbers"
    words = (
        "An 8-bit texture holds 0..1 and cuts the rest off; a 16-bit float holds up to 65,504 "
        "with 11 bits of precision. Silent channels hold one number all over the picture: "
        "after a ReLU that is a dead unit, or one that waits for another picture."
    )
    if not any(row[5] for row in rows):
        head, rows = (*head[:5], *head[6:]), [(*row[:5], *row[6:]) for row in rows]
    return [Table(caption, head, rows, range(2, len(head) - 1), loud), Text(words)]


def _fits(node: Passed) -> str:
    return {"": "8 bits", "8 bits": "16-bit floats", "16 bits": "32-bit floats"}[node.unfit]


def _weights(whole: Whole) -> list[Part]:
    if not whole.weights:
        return [Text("It has no weights.")]
    rows: list[tuple[str, ...]] = [
        (f"`{w.layer}`", w.name, " x ".join(map(str, w.shape)),
         f"{w.least:.4g}", f"{w.most:.4g}", w.verdict)
        for w in whole.weights[:MOST]
    ]  # fmt: skip
    loud = [i for i, w in enumerate(whole.weights[:MOST]) if w.verdict]
    head: tuple[str, ...] = ("layer", "weights", "shape", "least", "most", "looks untrained")
    if not loud:
        head, rows = head[:-1], [row[:-1] for row in rows]
    return [Table("the arrays that were learnt", head, rows, (3, 4), loud)]


def _contract(whole: Whole, contract_from: str) -> list[Part]:
    contract = whole.network.contract
    if contract is None:
        return [Text(f"Not known: {contract_from}.")]
    settings = asdict(contract)
    known = {key: value for key, value in settings.items() if key not in moot(settings)}
    rows = [(key, setting(value)) for key, value in known.items()]
    guess = contract_from.removeprefix("a guess: ")
    said = f"Known from {contract_from}." if guess == contract_from else f"Guessed: {guess}."
    return [Text(said), Table("the contract", ("", ""), rows)]
