"""The page of solvers: how a step is taken, how the rate changes, what a solver may say."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc

from docs.layers import fields_table
from docs.markdown import block, code, page, table

from texelnet.caffe import solver as reading
from texelnet.caffe.schema import SCHEMA
from texelnet.caffe.solver import POLICIES
from texelnet.train import solver as training
from texelnet.train.solver import RATES, UPDATES


def solvers() -> str:
    """The page."""
    fields = SCHEMA["SolverParameter"].values()
    ignored = [field.name for field in fields if field.meaning == "ignored"]
    return page(
        "Solvers",
        "`texelnet train solver.prototxt` learns as the file says, by Caffe's rules. Layers and"
        " fillers have [a page of their own](caffe-layers.md).",
        "## A step",
        *_told(training.__doc__),
        "## Kinds of solver",
        "In `type`. g is the gradient after clipping and decay, rate the learning rate times"
        " the parameter's `lr_mult`, n the number of the step (the first is 1). The parameter"
        " becomes itself minus step; what ← carries on begins with 0.",
        *(part for name in UPDATES for part in _update(name)),
        "## Learning rates",
        "In `lr_policy`; t is the iteration, the first is 0.",
        table(
            ("lr_policy", "learning rate", "needs", ""),
            (
                (
                    f"`{name}`",
                    f"`{policy.formula}`",
                    code(*POLICIES[name]) or "-",
                    policy.remark,
                )
                for name, policy in RATES.items()
            ),
        ),
        "## Settings",
        *_told(reading.__doc__),
        fields_table("of a solver", (f for f in fields if f.name not in ignored)),
        f"Read and ignored: {code(*ignored)}.",
    )


def _told(docstring: str | None) -> Iterable[str]:
    """Return what a module says of itself below its first line, a paragraph each."""
    _, *paragraphs = cleandoc(str(docstring)).split("\n\n")
    return (" ".join(paragraph.split()) for paragraph in paragraphs)


def _update(name: str) -> Iterable[str]:
    yield f"### {name}"
    yield UPDATES[name].summary
    yield block("text", UPDATES[name].formula)
