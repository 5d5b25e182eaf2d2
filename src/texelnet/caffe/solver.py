"""Solver: a solver.prototxt read and checked.

The older `solver_type: ADAM` is upgraded to `type: "Adam"`. What Caffe takes silently and
should not is an error here: no base_lr, `poly` without max_iter, `step` without stepsize, an
iter_size below 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from texelnet.caffe.layer import place
from texelnet.caffe.layers import REFUSED
from texelnet.caffe.message import Message
from texelnet.caffe.text import did_you_mean, read_text
from texelnet.caffe.tokens import decode
from texelnet.errors import PrototxtError

_NETS = ("net", "net_param", "train_net", "train_net_param")
TYPES = {
    **{"SGD": "SGD", "NESTEROV": "Nesterov", "ADAGRAD": "AdaGrad"},
    **{"RMSPROP": "RMSProp", "ADADELTA": "AdaDelta", "ADAM": "Adam"},
}
"""Kinds of solver: the enum's word, and what they are called now."""
POLICIES = {
    **{"fixed": (), "step": ("gamma", "stepsize"), "exp": ("gamma",)},
    **{"inv": ("gamma", "power"), "multistep": ("gamma", "stepvalue")},
    **{"poly": ("power", "max_iter"), "sigmoid": ("gamma", "stepsize")},
}
"""How the learning rate changes, and the settings that each takes."""


@dataclass(frozen=True)
class Solver:
    """The settings of a training run; `message` holds all that is written."""

    source: str
    type: str
    message: Message

    def error(self, field: str, fact: str, hint: str = "") -> PrototxtError:
        """Say what is wrong with a field."""
        line = self.message.line_of(field) or 1
        return PrototxtError(place(self.source, line, ""), fact, hint)

    def train_net(self) -> Path | Message:
        """Return the network to train: its file, as written, or the network itself.

        Raises
        ------
        PrototxtError
            If none is named, or several are.
        """
        written = [name for name in _NETS if self.message.has(name)]
        if len(written) != 1:
            hint = "keep one of them" if written else 'write net: "net.prototxt"'
            fact = f"{' and '.join(written)} are both written" if written else "there is no net"
            raise self.error(written[1] if written else "net", fact, hint)
        if written[0].endswith("_param"):
            return self.message.block(written[0])
        return Path(self.message.word(written[0]))


def read_solver(prototxt: Path | str, *, source: str = "solver.prototxt") -> Solver:
    """Read a solver.

    Parameters
    ----------
    prototxt
        The file (a Path), or its text (a str; then `source` is what errors call it).

    Raises
    ------
    PrototxtError
        With the line and what is wrong there.
    """
    if isinstance(prototxt, Path):
        source = str(prototxt)
        try:
            text = decode(prototxt.read_bytes(), source)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PrototxtError(source, f"the file can't be read ({reason})") from None
    else:
        text = decode(prototxt.encode(errors="surrogatepass"), source)
    message = read_text(text, source, "SolverParameter", REFUSED)
    solver = Solver(source, _type(message, source), message)
    _check(solver)
    return solver


def _type(message: Message, source: str) -> str:
    """Return the kind of solver, the older enum upgraded."""
    if message.has("type") and message.has("solver_type"):
        where = place(source, message.line_of("solver_type"), "")
        raise PrototxtError(where, "type and solver_type are both written", "keep type")
    if message.has("solver_type"):
        return TYPES[message.word("solver_type")]
    kind = message.word("type")
    if kind not in TYPES.values():
        where = place(source, message.line_of("type"), "")
        hint = did_you_mean(kind, list(TYPES.values())) or ", ".join(TYPES.values())
        raise PrototxtError(where, f'there is no solver "{kind}"', hint)
    return kind


def _check(solver: Solver) -> None:
    message = solver.message
    if not message.has("base_lr"):
        raise solver.error("base_lr", "there is no base_lr", "base_lr: 0.01")
    policy = message.word("lr_policy")
    if policy not in POLICIES:
        fact = f'there is no lr_policy "{policy}"' if policy else "there is no lr_policy"
        hint = did_you_mean(policy, list(POLICIES)) or ", ".join(POLICIES)
        raise solver.error("lr_policy", fact, hint)
    for name in POLICIES[policy]:
        if not message.has(name):
            fact = f'lr_policy "{policy}" needs {name}'
            raise solver.error("lr_policy", fact, f"write {name}")
    for name, least in (
        ("iter_size", 1),
        ("stepsize", 1),
        ("max_iter", 1),
        ("average_loss", 1),
    ):
        if message.has(name) and message.number(name) < least:
            fact = f"{name} is {message.number(name)}, it must be at least 1"
            raise solver.error(name, fact, "leave it out, or write 1 or more")
    if message.numbers("test_iter") and message.number("test_interval") < 1:
        raise solver.error("test_iter", "test_iter is written, test_interval is not", "500")
    if message.has("gamma") and message.real("gamma") < 0:
        raise solver.error("gamma", f"gamma is {message.real('gamma'):g}", "0 or more")
    if not 0 <= message.real("rms_decay") < 1:
        fact = f"rms_decay is {message.real('rms_decay'):g}"
        raise solver.error("rms_decay", fact, "0 or more, below 1")
    steps = message.numbers("stepvalue")
    if sorted(steps) != steps:
        raise solver.error("stepvalue", f"stepvalue {', '.join(map(str, steps))} must rise")
    if message.word("regularization_type") not in ("L1", "L2"):
        fact = f'there is no regularization_type "{message.word("regularization_type")}"'
        raise solver.error("regularization_type", fact, "L1 or L2")
    if solver.type in ("AdaGrad", "RMSProp") and message.real("momentum"):
        fact = f"{solver.type} takes no momentum"
        raise solver.error("momentum", fact, "remove it")
