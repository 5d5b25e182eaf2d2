"""The page of a proof."""

from __future__ import annotations

from texelnet.page import Code, Note, Page, Part, Section, Table, Text
from texelnet.report.parts import causes, histograms, planes_table, spoken
from texelnet.report.pictures import pictures
from texelnet.run.verify import SHIFT, Proof


def proof_page(proof: Proof, command: str = "") -> Page:
    """Return what was proved, or why not, with all that was seen.

    Parameters
    ----------
    command
        The words that prove it again.
    """
    sections = [
        Section("Why it differs", _why(proof)),
        Section("What was compared", _compared(proof)),
        Section("The picture that is farthest off", _worst(proof)),
        Section("How errors are spread", _spread(proof)),
        Section("Pass by pass", _passes(proof)),
        Section("Picture by picture", _pictures(proof)),
        Section("What else was watched", _watched(proof)),
        Section("How to see it again", [Code(command, "shell")] if command else []),
    ]
    return Page(
        f"{proof.network} for {proof.target}",
        [_verdict(proof)],
        [section for section in sections if section.parts],
    )


def _verdict(proof: Proof) -> Note:
    count = f"{len(proof.compared)} picture{'s' if len(proof.compared) != 1 else ''}"
    largest = spoken(proof.largest) if proof.compared else "none"
    if not proof.equal:
        return Note("bad", "DIFFERS", f"{'. '.join(proof.reasons)}.")
    said = f"{count}: the package draws what the network computes. Largest error {largest}, "
    return Note("good", "EQUAL", f"{said}allowed {proof.bar:.2g} of the output's range.")


def _why(proof: Proof) -> list[Part]:
    if proof.equal:
        return []
    parts = causes(proof.explanation, "the network", proof.bar)
    if proof.departure is not None:
        words = f"On {proof.departure.picture}: {proof.departure}."
        parts.append(Note("note", "Departs first:", words))
    return parts


def _compared(proof: Proof) -> list[Part]:
    rows = [
        ("network", f"{proof.network}, {proof.source}"),
        ("package", proof.place),
        ("host", proof.target),
        ("schedule", f"{proof.schedule['form']}, {proof.passes} passes"),
        ("drawn by", proof.adapter),
        ("reference", "the network's graph in onnxruntime, its contract in numpy"),
        ("allowed", f"{proof.bar:.2g} of the output's range"),
        ("border", _border(proof)),
        *((name, f"version {version}") for name, version in proof.versions.items()),
        ("took", f"{proof.seconds:.1f} s"),
    ]
    notes: list[Part] = [Text(f"Note: {note}.") for note in proof.notes]
    if proof.edited and proof.changed:
        notes.append(Text(f"Edited on purpose: {', '.join(proof.changed)}."))
    return [Table("Both sides, the machine and the versions", ("what", "which"), rows), *notes]


def _border(proof: Proof) -> str:
    if proof.reach is None:
        return "every pixel of the output sees all of the picture"
    return f"{proof.reach} pixels of the output see beyond the picture"


def _worst(proof: Proof) -> list[Part]:
    seen = proof.exhibit
    if seen is None or seen.row.error is None:
        return []
    row = seen.row
    said = f"{row.picture}, {row.size}: largest error {spoken(row.largest)} of the range"
    bar = proof.bar * row.span
    return [
        Text(f"{said} {row.span:.3g}."),
        *pictures(seen.wanted, seen.got, seen.row.error.worst, bar),
    ]


def _spread(proof: Proof) -> list[Part]:
    return [histograms(proof.spread, proof.bar)] if proof.spread else []


def _passes(proof: Proof) -> list[Part]:
    if not proof.planes:
        hosted = "The host keeps its planes to itself: what it draws in the end is compared."
        return [Text(hosted)] if proof.exhibit else []
    caption = (
        f"On {proof.inspected}: each plane against what numpy computes from the planes drawn "
        "before it, relative to its range"
    )
    return [planes_table(proof.planes, caption)]


def _pictures(proof: Proof) -> list[Part]:
    rows = [[f"{row.picture}", *row.cells()[1:]] for row in proof.rows]
    head = [name or "verdict" for name in proof.heads()]
    loud = [index for index, row in enumerate(proof.rows) if not row.passed]
    caption = f"Largest errors, relative to the output's range; PSNR in dB; bar {proof.bar:.2g}"
    parts: list[Part] = [Table(caption, head, rows, range(2, len(head) - 1), loud)]
    refused = dict.fromkeys(f"{row.size}: {row.refused}." for row in proof.rows if row.refused)
    parts += [Text(f"Refused by the network itself, {sentence}") for sentence in refused]
    parts += [Text(f"{row.picture} {row.size}: {row.problem}.") for row in proof.rows
              if row.problem]  # fmt: skip
    return parts


def _watched(proof: Proof) -> list[Part]:
    parts: list[Part] = []
    if proof.witness:
        off = max(witness.off for witness in proof.witness)
        by = f"off by at most {spoken(off)}, allowed {proof.allowed:.1e}"
        told = (
            f"It differs by exactly that, {by}: what is read back was drawn."
            if off <= proof.allowed
            else f"It does not differ by that: {by}."
        )
        what = f"A witness, the same network with {SHIFT:g} added to every pixel, was compiled "
        parts.append(Text(f"{what}and drawn as well, once a size. {told}"))
    if proof.outside:
        off = max(row.largest for row in proof.outside)
        parts.append(
            Text(
                "Reads beyond the edges of textures were made to return huge numbers; that "
                f"changes the picture by {spoken(off)}."
            )
        )
    return parts
