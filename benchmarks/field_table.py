"""The page of the field's figures: benchmarks/field.md, and the lines told on the way."""

from __future__ import annotations

from typing import Any

from benchmarks import field_hard

TARGETS = {
    "fsrcnnx-8": (1.6, 1.4),
    "fsrcnnx-16": (2.6, 2.3),
    "cunny-4x16": (3.5, 3.4),
    "artcnn-c4f16": (3.9, 3.3),
    "artcnn-c4f32": (4.6, 4.0),
}
"""What to reach over onnxruntime's processor time: in libplacebo, through wgpu."""
COLD = {"artcnn-c4f32": 30.0, "fsrcnnx-16": 4.0}
USUAL_COLD = 5.0
OVER_NCNN = 7.0
SECONDS, MEGABYTES = 2.0, 500.0

Row = dict[str, Any]
Rows = dict[str, Row]

HEAD = """# The field's networks, measured

Networks shaped like those that people run in players (`benchmarks/field_networks.py`), with
random weights, each drawing a picture twice as large. `make bench-field` writes this page.

Milliseconds are processor time of one frame on one core, all peers in turn, medians; in
brackets what one waits with every core. onnxruntime has one thread, and in brackets as many as
it likes. libplacebo is ffmpeg's filter: a video of 60 frames (15 at 960x540) but the first 5,
less what an identity hook costs. *of onnxruntime* is the ratio of processor times, and what is
to be reached. *limit* is the share of the multiply-adds that the driver does in registers
alone. *off* is the largest difference from onnxruntime in 1/255: in libplacebo, which rounds to
16-bit floats, and through wgpu. What is missing from a table was not measured this time.
"""


def page(rows: Rows, machine: dict[str, Any]) -> str:
    """Return the page of all rows measured."""
    parsed = [(*key.split()[:2], row) for key, row in rows.items()]
    latest = {(name, what): row for name, what, row in parsed}
    costs = {name: row for (name, what), row in latest.items() if what == "cost"}
    hard = {name: row for (name, what), row in latest.items() if what == "hard"}
    sizes = dict.fromkeys(what for _, what in latest if what not in ("cost", "hard"))
    parts = [HEAD, _machine(machine)]
    for size in sizes:
        table = {name: row for (name, what), row in latest.items() if what == size}
        parts.append(_times(size, table, costs, machine["peak"]))
    parts += [_hard(hard)] if hard else []
    return "\n".join([*parts, _costs(costs), ""])


def _machine(machine: dict[str, Any]) -> str:
    names = "; ".join(machine[what] for what in ("driver", "host", "ncnn", "python"))
    peak = f"{machine['peak'] / 1e9:.1f} thousand million multiply-adds a second"
    load = f" The machine had {machine['load']} to run meanwhile." if machine["load"] else ""
    return f"{names}. On one core this driver does {peak}.{load}\n"


def _table(title: str, head: list[str], rows: list[list[str]], note: str = "") -> str:
    lines = [f"## {title}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", *([note, ""] if note else [])])


def _times(size: str, table: Rows, costs: Rows, peak: float) -> str:
    columns, lines = [int(n) for n in size.split("x")], []
    pixels = 4 * columns[0] * columns[1]
    for name, row in table.items():
        macs = costs[name]["webgpu"]["multiply_adds"]
        base, aims = row["onnxruntime"], TARGETS.get(name, (None, None))
        lines.append(
            [
                name,
                f"{macs:,.0f}",
                _clock(base),
                *_against(row.get("libplacebo"), base, aims[0]),
                *_against(row["wgpu"], base, aims[1]),
                f"{pixels * macs / (row['wgpu']['cpu'] / 1e3) / peak:.0%}",
                *_over(row),
                " / ".join(_off(row[n]) for n in ("libplacebo", "wgpu") if n in row),
            ]
        )
        for shader, theirs in row.get("shaders", {}).items():
            ratio = theirs["cpu"] / theirs["onnxruntime"]
            told = [f"{theirs['cpu']:.0f}", f"{ratio:.2f}"]
            lines.append([f"{name}: {shader}", "", "", *told, *[""] * 6])
    head = ["network", "multiply-adds a pixel", "onnxruntime", "libplacebo", "of onnxruntime"]
    head += ["wgpu", "of onnxruntime", "limit", "ncnn Vulkan", "over wgpu", "off"]
    return _table(f"{size} to {2 * columns[0]}x{2 * columns[1]}", head, lines)


def _off(row: Row) -> str:
    return f"{255 * row['error']:.1g}"


def _clock(row: Row) -> str:
    return f"{row['cpu']:.0f} ({row['wait']:.0f})"


def _against(row: Row | None, base: Row, aim: float | None) -> list[str]:
    if row is None:
        return ["refused", ""]
    ratio = f"{row['cpu'] / base['cpu']:.2f}"
    return [_clock(row), f"{ratio} (to reach {aim:g})" if aim else ratio]


def _over(row: Row) -> list[str]:
    if "ncnn" not in row:
        return ["", ""]
    times = row["ncnn"]["cpu"] / row["wgpu"]["cpu"]
    return [_clock(row["ncnn"]), f"{times:.1f} (to reach {OVER_NCNN:g})"]


def _hard(rows: Rows) -> str:
    head = ["network", "libplacebo", "hard", "saved", "wgpu", "hard", "saved", "cold s"]
    note = (
        "`compile --tune hard` lifts what a driver may take to compile. Milliseconds at "
        "480x270, both ways in turn; *cold* is libplacebo's first frame that way."
    )
    return _table("With the compile budget lifted", head, field_hard.lines(rows), note)


def _costs(costs: Rows) -> str:
    lines = []
    for name, row in costs.items():
        for host, target in (("wgpu", "webgpu"), ("libplacebo", "mpv")):
            told = row.get(target)
            if told is None:
                lines.append([name, host, f"refused: {row['refused']}", *[""] * 5])
                continue
            lines.append(
                [
                    name,
                    host,
                    f"{told['passes']}",
                    f"{told['kilobytes']:.0f}",
                    f"{told['seconds']:.2f}",
                    f"{told['megabytes']:.0f}",
                    f"{told['cold']:.1f}",
                    f"{COLD.get(name, USUAL_COLD):g}",
                ]
            )
    head = [
        "network",
        "host",
        "passes",
        "source kB",
        "compile s",
        "peak MB",
        "cold s",
        "to reach",
    ]
    note = (
        "*compile*: texelnet's own, in a new process; the largest is to stay under "
        f"{SECONDS:g} s and {MEGABYTES:g} MB. *cold*: processor seconds of host and driver "
        "until the first frame, the driver's cache off."
    )
    return _table("What compiling costs", head, lines, note)


def told_times(key: str, row: Row) -> str:
    """Return one line about a network at a size."""
    name, size = key.split()[:2]
    base = row["onnxruntime"]["cpu"]
    words = [f"{name:13} {size:9} onnxruntime {base:6.1f} ms"]
    for peer in ("libplacebo", "wgpu", "ncnn"):
        if peer in row:
            words.append(f"{peer} {row[peer]['cpu']:7.1f} ms = {row[peer]['cpu'] / base:5.2f}")
    return ", ".join(words)


def told_shader(file: str, row: Row) -> str:
    """Return one line about somebody's own shader."""
    ratio = row["cpu"] / row["onnxruntime"]
    return f"{'':24}{file} {row['cpu']:.1f} ms = {ratio:.2f}, cold {row['cold']:.1f} s"


def told_cost(name: str, row: Row) -> str:
    """Return one line about what compiling a network costs."""
    words = [f"{name:13}"]
    for target in ("webgpu", "mpv"):
        if target in row:
            told = row[target]
            words.append(
                f"{target}: {told['passes']} passes, {told['kilobytes']:.0f} kB, "
                f"compiled in {told['seconds']:.2f} s, cold {told['cold']:.1f} s"
            )
    return "  ".join(words)
