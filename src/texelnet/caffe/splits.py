"""Which layers are in the net, and the Split layers that Caffe puts in by itself.

A blob that several layers read is copied by an automatic Split, whose copies are called
``<blob>_<layer>_<top index>_split_<i>``. A loss weight counts as one more reader.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from texelnet.caffe.layer import place
from texelnet.caffe.message import Message
from texelnet.caffe.text import did_you_mean
from texelnet.errors import PrototxtError


@dataclass(frozen=True)
class State:
    """In which state a network is read: what its include and exclude rules are asked."""

    phase: str = "TEST"
    level: int = 0
    stages: frozenset[str] = frozenset()

    def meets(self, rule: Message) -> bool:
        """Whether all of a rule's conditions hold."""
        return (
            (not rule.has("phase") or rule.word("phase") == self.phase)
            and (not rule.has("min_level") or self.level >= rule.number("min_level"))
            and (not rule.has("max_level") or self.level <= rule.number("max_level"))
            and all(stage in self.stages for stage in rule.words("stage"))
            and not any(stage in self.stages for stage in rule.words("not_stage"))
        )

    def keeps(self, layer: Message, source: str) -> bool:
        """Whether a layer is part of the network in this state."""
        include, exclude = layer.blocks("include"), layer.blocks("exclude")
        if include and exclude:
            where = place(source, layer.line, layer.word("name"))
            fact = "the layer has include and exclude rules"
            raise PrototxtError(where, fact, "keep one sort: an exclude can be said by include")
        if include:
            return any(self.meets(rule) for rule in include)
        return not any(self.meets(rule) for rule in exclude)


Top = tuple[int, int]
"""A blob as written by a layer: index of the layer, index of its top."""


def insert_splits(layers: list[Message], source: str) -> list[Message]:
    """Put a Split after every top that is read more than once."""
    reads, readers = _readers(layers, source)
    taken: Counter[Top] = Counter()
    result = []
    for index, layer in enumerate(layers):
        bottoms = layer.words("bottom")
        for position, blob in enumerate(bottoms):
            top = reads[index, position]
            if readers[top] > 1:
                bottoms[position] = _copy_name(layers, top, blob, taken[top])
                taken[top] += 1
        result.append(layer.with_fields(bottom=bottoms))
        for position, blob in enumerate(layer.words("top")):
            top = (index, position)
            if readers[top] > 1:
                result.append(_split(layers, top, blob, readers[top]))
                taken[top] += int(_loss_weight(layer, position) != 0)
    return result


def _readers(layers: list[Message], source: str) -> tuple[dict[Top, Top], Counter[Top]]:
    """Find which top each bottom reads, and how many read each top."""
    last: dict[str, Top] = {}
    reads: dict[Top, Top] = {}
    readers: Counter[Top] = Counter()
    for index, layer in enumerate(layers):
        for position, blob in enumerate(layer.words("bottom")):
            if blob not in last:
                where = place(source, layer.line_of("bottom"), layer.word("name"))
                fact = f'no layer before this one makes the blob "{blob}"'
                raise PrototxtError(where, fact, did_you_mean(blob, list(last)))
            reads[index, position] = last[blob]
            readers[last[blob]] += 1
        for position, blob in enumerate(layer.words("top")):
            last[blob] = (index, position)
        for position, blob in enumerate(layer.words("top")):
            readers[last[blob]] += int(_loss_weight(layer, position) != 0)
    return reads, readers


def _loss_weight(layer: Message, position: int) -> float:
    weights = layer.reals("loss_weight")
    return weights[position] if position < len(weights) else 0.0


def _copy_name(layers: list[Message], top: Top, blob: str, copy: int) -> str:
    return f"{_split_name(layers, top, blob)}_{copy}"


def _split_name(layers: list[Message], top: Top, blob: str) -> str:
    return f"{blob}_{layers[top[0]].word('name')}_{top[1]}_split"


def _split(layers: list[Message], top: Top, blob: str, copies: int) -> Message:
    """Make the Split layer of one top."""
    split = Message("LayerParameter", layers[top[0]].line)
    return split.with_fields(
        name=[_split_name(layers, top, blob)],
        type=["Split"],
        bottom=[blob],
        top=[_copy_name(layers, top, blob, copy) for copy in range(copies)],
    )
