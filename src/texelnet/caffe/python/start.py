"""Start: the classes of a network's Python layers imported, if that is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from texelnet.caffe.layer import Layer
from texelnet.caffe.python.complain import import_complaint
from texelnet.caffe.python.program import Program
from texelnet.caffe.python.stand_in import Layer as Base
from texelnet.caffe.python.stand_in import standing_in
from texelnet.caffe.text import did_you_mean


def started(layers: Sequence[Layer], phase: str, allowed: bool) -> list[Layer]:
    """Return the layers, those of type Python with an object of the user's class each.

    Raises
    ------
    PrototxtError
        If they are not allowed, or name no class that is a layer.
    NetworkError
        If the user's module can't be imported, or its class can't be made.
    """
    own = [layer for layer in layers if layer.type == "Python"]
    if own and not allowed:
        raise _forbidden(own)
    return [
        replace(layer, program=Program(layer, _class(layer), phase)) if layer in own else layer
        for layer in layers
    ]


def _forbidden(layers: Sequence[Layer]) -> Exception:
    """Say which program would run, and what that means."""
    first, *others = layers
    more = f" (and {len(others)} more Python layers)" if len(others) > 1 else ""
    more = f' (and that of layer "{others[0].name}")' if len(others) == 1 else more
    fact = (
        f"this layer is a program of its own, {_named(first)}{more}: it would be imported "
        "from PYTHONPATH or the current folder and run with all your rights, so it needs leave"
    )
    return first.error(fact, "read it; if you trust it, --allow-python")


def _named(layer: Layer) -> str:
    settings = layer.settings("python_param")
    return f"class {settings.word('layer')} of module {settings.word('module')}"


def _class(layer: Layer) -> type[Base]:
    """Import the class that a layer names."""
    settings = layer.settings("python_param")
    module, name = settings.word("module"), settings.word("layer")
    for word, written in (("module", module), ("layer", name)):
        if not written:
            hint = 'python_param { module: "file_without_py" layer: "ClassInIt" }'
            raise layer.error(f"python_param names no {word}", hint)
    with standing_in():
        try:
            found = import_module(module)
        except (Exception, SystemExit) as error:
            raise import_complaint(layer, module, error) from None
    cls = getattr(found, name, None)
    if cls is None:
        hint = did_you_mean(name, [n for n, v in vars(found).items() if isinstance(v, type)])
        raise layer.error(f"the module {module} has no class {name}", hint)
    if not (isinstance(cls, type) and issubclass(cls, Base)):
        fact = f"{name} of {module} is no class that derives from caffe.Layer"
        raise layer.error(fact, f"import caffe, class {name}(caffe.Layer)")
    return cls
