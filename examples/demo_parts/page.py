"""The demo's page: what was measured, put into page.html."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from texelnet.run.verify import Proof

BORDERS = ("inside", "top", "bottom", "left", "right")


@dataclass(frozen=True)
class Facts:
    """What the demo found out."""

    runner: str
    adapter: str
    reason: str
    width: int
    height: int
    seconds: dict[str, float]
    apart: float
    gains: tuple[float, ...] | None
    spots: list[tuple[float, float]]
    manifest: dict[str, Any]
    proof: Proof | None


def page(facts: Facts) -> str:
    """Return the page as HTML."""
    text = Path(__file__).with_name("page.html").read_text("utf-8")
    width, height = 2 * facts.width, 2 * facts.height
    words = {
        "shader": "Shader" if not facts.reason else "Network",
        "size": f"{facts.width}\u2009×\u2009{facts.height}",
        "larger": f"{width}\u2009×\u2009{height}",
        "width": str(width),
        "height": str(height),
        "lead": _lead(facts),
        "figures": _figures(facts),
        "choices": _choices(facts),
        "details": _details(facts),
        "proof": _proof(facts.proof),
        "package": _package(facts.manifest),
    }
    for name, value in words.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def _lead(facts: Facts) -> str:
    if facts.reason:
        return (
            f"Without a graphics driver here ({escape(facts.reason)}) onnxruntime drew it. "
            "The shaders are written all the same: your browser can run them below."
        )
    return (
        f"A Caffe network became {len(facts.manifest['passes'])} pixel shaders, and "
        f"{_card(facts)} ran them. They draw what the network computes; the proof is below."
    )


def _card(facts: Facts) -> str:
    return escape(facts.adapter.partition(" (")[0])


def _figures(facts: Facts) -> str:
    cost = facts.manifest["predicted"]["multiply_adds"]
    speed = f"a picture on {facts.runner}, colour and copies included"
    found = []
    if facts.gains:
        bicubic, shader = facts.gains
        decibels = f"luma PSNR to the truth, {shader:.2f} dB; bicubic has {bicubic:.2f}"
        found.append((f"{shader - bicubic:+.2f} dB", decibels))
    if not facts.reason:
        levels = "largest difference from onnxruntime, in levels of 255"
        found.append((f"{255 * facts.apart:.1g}", levels))
        speed += f"; {facts.seconds['compiling']:.1f}\u00a0s to compile, once"
    found.append((f"{cost:,.0f}", "multiply-adds for one pixel drawn"))
    found.append((f"{1000 * facts.seconds['next picture']:.0f} ms", speed))
    return "\n".join(
        f"<div><dt>{escape(label)}</dt><dd>{number}</dd></div>" for number, label in found
    )


def _sources(facts: Facts) -> list[tuple[str, str, str]]:
    names = [("upscaled", "Shader", f"drawn by the shaders on {_card(facts)}")]
    if facts.reason:
        names = []
    names.append(("onnxruntime", "Network", "drawn by the network in onnxruntime"))
    if facts.gains:
        names.append(("truth", "Truth", "what it should become"))
    return names


def _choices(facts: Facts) -> str:
    lines = []
    for n, (file, label, what) in enumerate(_sources(facts)):
        checked = " checked" if n == 0 else ""
        lines.append(f'<label title="{escape(what)}"><input type="radio" name="after" '
                     f'value="{file}.png"{checked}><span>{label}</span></label>')  # fmt: skip
    return "\n".join(lines)


def _details(facts: Facts) -> str:
    kept = [
        source for n, source in enumerate(_sources(facts)) if n == 0 or source[0] == "truth"
    ]
    names = [("bicubic", "Bicubic", ""), *kept]
    figures = "\n".join(
        f'<figure><div class="crop" role="img" aria-label="{label}, a detail three times as '
        f'large" style="--x:{x:g};--y:{y:g};background-image:url({file}.png)"></div>'
        f"<figcaption>{label}</figcaption></figure>"
        for x, y in facts.spots
        for file, label, _ in names
    )
    return f'<div class="details" style="--count:{len(names)}">{figures}</div>'


def _proof(proof: Proof | None) -> str:
    if proof is None:
        return "<p>Without a graphics driver here nothing was proved.</p>"
    found = proof.json()
    reasons = "".join(f"<p>{escape(reason)}</p>" for reason in found["reasons"])
    heads = ("picture", "size", *BORDERS, "PSNR")
    rows = [_row(row) for row in found["rows"]]
    witness = found["witness"]
    return f"""<p>{found["verdict"].title()}. On {len(rows)} pictures, chosen to hurt, the
    package on disk and the network differ by at most {_error(found["largest"])} of the output's
    range; {found["bar"]:g} is allowed. The numbers are the largest errors inside, and near each
    border.</p>{reasons}
    {_table("The proof, picture by picture", heads, rows)}
    <p>A witness build, shifted by {witness["shift"]:g}, differs by just that, off by at most
    {_error(witness["off"])}: what was read back is what the passes drew.</p>
    <p><a href="proof.txt">proof.txt</a> <a href="proof.json">proof.json</a></p>"""


def _row(row: dict[str, Any]) -> list[str]:
    size = f"{row['width']}\u2009×\u2009{row['height']}"
    psnr = "" if row["psnr"] is None else f"{row['psnr']:.1f}"
    errors = (_error(row[border]) for border in BORDERS)
    return [escape(Path(row["picture"]).name), size, *errors, psnr]


def _error(number: float | None) -> str:
    """A number as people write it: 1.4 · 10⁻⁶."""
    if not number:
        return "–" if number is None else "0"
    digits, _, power = f"{number:.1e}".partition("e")
    power = str(int(power)).replace("-", "−")
    return f'<span class="number">{digits}\u2009·\u200910<sup>{power}</sup></span>'


def _package(manifest: dict[str, Any]) -> str:
    rows = [
        [
            f'<a href="decon-x2/{entry["file"]}">{entry["file"]}</a>',
            escape(", ".join(entry["layers"])),
            f"{entry['multiply_adds']:,}",
        ]
        for entry in manifest["passes"]
    ]
    return _table("The passes", ("pass", "layers", "multiply-adds a position"), rows, "words")


def _table(
    label: str, heads: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "numbers"
) -> str:
    """A table that scrolls on narrow screens, by keys too; cells are HTML."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    lines = "\n".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{c}</td>" for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"""<div class="scroll" tabindex="0" role="region" aria-label="{label}">
    <table class="{kind}"><thead><tr>{head}</tr></thead><tbody>
    {lines}
    </tbody></table></div>"""
