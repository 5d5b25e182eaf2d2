"""As JSON: a proof as JSON's values; numbers that are infinite or none are null.

network, source, target, place, schedule, passes, adapter, versions, bar, reach, seconds
    What was verified, with what, and how long it took.
verdict, reasons
    "equal" or "differs", and why.
largest
    The largest error of all pictures, relative to the output's range.
changed, edited, notes
    Files that are not as they were written; whether on purpose; what else was noticed.
rows, outside
    A list: picture, width, height, span, passed, largest, inside, top, bottom, left,
    right (relative to span, null where nothing is compared), psnr (null: no error at
    all), worst (channel, y, x, got, wanted), refused, problem (sentences or "").
witness
    shift, allowed, off (the largest), and rows: picture, size, off, worst.
departure
    Null, or picture, file, layers, plane, worst.
storage
    Null, or planes (how many are kept in 16 bits), worst (picture, file, layers, plane,
    share of what is allowed, worst), psnr (against 32 bits), unseen, units_allowed.
inspected, planes
    A picture, and for each pass plane, layers, file, first_channel, largest (in the
    plane's numbers), range, bar (relative to it), departs.
explanation
    Null, or what `texelnet compare` tells of causes.
spread
    By region (inside, top, bottom, left, right) largest, mean, and counts of errors by
    half decades from 1e-8 to 10, what is less and what is more; relative to span.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from texelnet.run.verify.proof import BORDERS, SHIFT, Proof, Row


def as_json(proof: Proof) -> dict[str, Any]:
    """Return a proof as JSON's values."""
    own = (
        *("network", "source", "target", "place", "schedule", "passes", "adapter"),
        *("versions", "bar", "reach", "seconds", "verdict", "reasons", "largest", "edited"),
    )
    found = {name: getattr(proof, name) for name in own} | {
        "changed": list(proof.changed),
        "notes": list(proof.notes),
        "rows": [_row(row) for row in proof.rows],
        "outside": [_row(row) for row in proof.outside],
        "witness": {
            "shift": SHIFT,
            "allowed": proof.allowed,
            "off": max((w.off for w in proof.witness), default=math.inf),
            "rows": [asdict(w) for w in proof.witness],
        },
        "departure": None if proof.departure is None else asdict(proof.departure),
        "storage": proof.storage and proof.storage.json(),
        "inspected": proof.inspected,
        "planes": [plane.json() for plane in proof.planes],
        "explanation": proof.explanation and proof.explanation.json(),
        "spread": {name: asdict(region) for name, region in proof.spread.items()},
    }
    values: dict[str, Any] = finite(found)
    return values


def _row(row: Row) -> dict[str, Any]:
    keys = ("picture", "width", "height", "span", "passed", "psnr", "refused", "problem")
    found = {key: getattr(row, key) for key in keys}
    errors = dict.fromkeys(("largest", "inside", *BORDERS, "worst"))
    if row.error is not None:
        errors |= {name: getattr(row.error, name) / row.span for name in ("inside", *BORDERS)}
        errors |= {"largest": row.largest, "worst": asdict(row.error.worst)}
        errors["inside"] = errors["inside"] if row.inside else None
    return found | errors


def finite(value: Any) -> Any:
    """Return JSON's values with null for numbers that are infinite or none at all."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
