"""The same numbers under other sizes, or repeated: Reshape, Flatten, Squeeze, Tile, Expand."""

from __future__ import annotations

from texelnet.caffe.from_graph.draft import ONE, CantSay, Draft
from texelnet.graph.edit import Site


def reshape(node: Site, draft: Draft) -> None:
    """Say a Reshape, Squeeze, Unsqueeze or Flatten as Reshape, or Flatten where it is one."""
    blob, top = draft.bottom(0), node.outputs[0]
    have, wanted = draft.shapes[blob], draft.shapes[top]
    if len(wanted) == 2 and wanted[0] == have[0] and len(have) > 2:
        draft.layer("Flatten", [blob], top)
    else:
        draft.reshape(blob, wanted, top)


def transpose(node: Site, draft: Draft) -> None:
    """Say a Transpose that only moves axes of one entry; Caffe has no other."""
    blob = draft.bottom(0)
    pairs = draft.shapes[blob]
    order = draft.get("perm", tuple(range(len(pairs)))[::-1])
    moved = [axis for axis in order if pairs[axis] != ONE]
    if moved != sorted(moved):
        raise CantSay("Caffe's axes keep their order (Permute is SSD's)")
    draft.reshape(blob, draft.shapes[node.outputs[0]], node.outputs[0])


def repeated(node: Site, draft: Draft) -> None:
    """Say a Tile or an Expand as one Tile an axis."""
    blob, wanted = draft.bottom(0), draft.shapes[node.outputs[0]]
    missing = len(wanted) - draft.rank(blob)
    if missing:
        blob = draft.reshape(blob, (ONE,) * missing + draft.shapes[blob])
    for axis, pair in enumerate(wanted):
        have = draft.shapes[blob][axis]
        times, larger = (b // a for a, b in zip(have, pair, strict=True))
        if times != larger:
            raise CantSay("how often it repeats hangs on the picture's size")
        if times > 1:
            blob = draft.tile(blob, axis, times)
    draft.alike(node.outputs[0], blob)
