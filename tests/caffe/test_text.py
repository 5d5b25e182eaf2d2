"""The text format: what Caffe takes, what it refuses, and that nothing else ever happens."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.caffe.reference import refusal

from texelnet.caffe.message import Message
from texelnet.caffe.schema import ENUMS, SCHEMA, Field
from texelnet.caffe.text import read_text
from texelnet.errors import PrototxtError

CONVOLUTION = """layer {{
  name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param {{ {} }}
}}"""


def convolution(settings: str) -> Message:
    """The settings of a convolution, read."""
    net = read_text(CONVOLUTION.format(settings), "net.prototxt")
    return net.block("layer").block("convolution_param")


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("pad: 3", "pad", [3]),
        ("pad: [1, 2]", "pad", [1, 2]),
        ("pad: []", "pad", []),
        ("pad: [1] pad: 2; pad: 3,", "pad", [1, 2, 3]),
        ("pad: 0x1F pad: 010 pad: 0", "pad", [31, 8, 0]),
        ("bias_term: false", "bias_term", [False]),
        ("bias_term: t", "bias_term", [True]),
        ("bias_term: 0", "bias_term", [False]),
        ("axis: -1", "axis", [-1]),
        ("axis: - 1", "axis", [-1]),
        ("engine: CUDNN", "engine", ["CUDNN"]),
        ("engine: 1", "engine", ["CAFFE"]),
        ("pad # a comment { \n : 4 # another\n", "pad", [4]),
    ],
)
def test_scalars_are_read_as_caffe_reads_them(text, field, values):
    assert convolution(text).numbers(field) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0.1f", 0.1), ("1e-5", 1e-5), (".5", 0.5), ("1.", 1.0), ("-2.5F", -2.5)),
        *(("3", 3.0), ("-7", -7.0), ("inf", math.inf), ("-Infinity", -math.inf)),
    ],
)
def test_numbers_are_read_as_caffe_reads_them(text, value):
    filler = convolution(f"weight_filler < type: 'gaussian' std: {text} >")
    assert filler.block("weight_filler").real("std") == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"a" \'b\'\n"c"', "abc"),
        (r'"\101\x42\n\t\\\""', 'AB\n\t\\"'),
        ('"слой"', "слой"),
        (r'"\321\201"', "с"),
        ("'it\"s'", 'it"s'),
    ],
)
def test_strings_are_read_as_caffe_reads_them(text, name):
    assert read_text(f"name: {text}", "net.prototxt").word("name") == name


def test_values_know_their_lines():
    net = read_text("name: 'n'\n\nlayer {\n  name: 'a'\n  type: 'ReLU'\n}", "net.prototxt")
    layer = net.block("layer")
    assert (layer.line, layer.line_of("type"), layer.line_of("top")) == (3, 5, 3)


def test_what_is_not_written_has_caffes_default():
    settings = convolution("num_output: 1")
    assert (settings.number("group"), settings.flag("bias_term")) == (1, True)
    assert settings.block("weight_filler").word("type") == "constant"


ERRORS = [
    (
        'layer { name: "a" typ: "ReLU" }',
        'net.prototxt:1 (layer "a"): a layer has no field typ\n  try: type or top',
    ),
    (
        CONVOLUTION.format("num_output: 2\n kernel: 3"),
        'net.prototxt:4 (layer "c"): Convolution has no field kernel\n'
        "  try: kernel_size or kernel_h",
    ),
    (
        CONVOLUTION.format('num_output: "2"'),
        'net.prototxt:3 (layer "c"): num_output needs a whole number, not "2"\n'
        "  try: digits without quotes and point",
    ),
    (
        CONVOLUTION.format("num_output: 2.5"),
        'net.prototxt:3 (layer "c"): num_output needs a whole number, not 2.5\n'
        "  try: digits without quotes and point",
    ),
    (
        CONVOLUTION.format("pad: -1"),
        'net.prototxt:3 (layer "c"): pad can\'t be negative, it is -1\n  try: 0 or more',
    ),
    (
        CONVOLUTION.format("pad: 4294967296"),
        'net.prototxt:3 (layer "c"): pad is 4294967296, outside 0 to 4,294,967,295',
    ),
    (
        CONVOLUTION.format("bias_term: yes"),
        'net.prototxt:3 (layer "c"): bias_term is true or false, not yes\n'
        "  try: write bias_term: true",
    ),
    (
        CONVOLUTION.format("num_output: 2 num_output: 3"),
        'net.prototxt:3 (layer "c"): num_output is written twice (first on line 3)\n'
        "  try: keep one of them",
    ),
    (
        CONVOLUTION.format("engine: CUDN"),
        'net.prototxt:3 (layer "c"): engine can\'t be CUDN\n  try: CUDNN',
    ),
    (
        'layer { name: "a" type: ReLU }',
        'net.prototxt:1 (layer "a"): type needs a string in quotes\n  try: write type: "ReLU"',
    ),
    (
        'net: "train.prototxt"',
        "net.prototxt:1: a network has no field net\n"
        "  try: this is a solver's file: give the network that its net: names",
    ),
    (
        'layer {\n  name: "c"\n  top: "c"',
        'net.prototxt:3 (layer "c"): a field\'s name or } is expected, not the end of the '
        "file\n  try: close line 1's {",
    ),
    (
        "name: 'a\nlayer { }",
        "net.prototxt:1: a string is not closed on its line\n  try: end it with '",
    ),
    (
        "\ufeffname: 'a'",
        "net.prototxt:1: the file begins with a byte-order mark, which Caffe refuses\n"
        "  try: save it as UTF-8 without a byte-order mark",
    ),
    (
        "name: слой",
        "net.prototxt:1: the character 'с' stands outside a string\n  try: put names in quotes",
    ),
    ("input_dim: 3x3", "net.prototxt:1: '3x3' is neither a number nor a name"),
    (
        "input_dim: 08",
        "net.prototxt:1: input_dim needs a whole number, not 08\n"
        "  try: a number that begins with 0 is octal, of digits 0 to 7",
    ),
    (
        "kernel_size: 3",
        "net.prototxt:1: a network has no field kernel_size\n"
        "  try: is this a network's prototxt? It is made of name: and layer { ... }",
    ),
    (
        CONVOLUTION.format("filters: 3"),
        'net.prototxt:3 (layer "c"): Convolution has no field filters\n  try: num_output',
    ),
    ("input_dim 3", "net.prototxt:1: input_dim needs a colon and a value, not 3"),
    ("layer: 3", "net.prototxt:1: layer needs { ... }, not 3"),
    ("name: ['a']", "net.prototxt:1: name takes one value, not a list"),
    ("input_dim: [1 2]", "net.prototxt:1: ',' or ']' is expected, not 2"),
    ("input_dim: [1,]", "net.prototxt:1: a value is expected after the comma"),
    ("}", "net.prototxt:1: a field's name is expected, not }"),
    ("name: '\\q'", "net.prototxt:1: a string has the unknown escape \\q"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_an_error_of_the_text_says_where_what_and_what_to_try(text, message):
    with pytest.raises(PrototxtError) as caught:
        read_text(text, "net.prototxt")
    assert str(caught.value) == message


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def _value(field: Field) -> st.SearchStrategy[object]:
    ranges = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
    if field.type in ENUMS:
        return st.sampled_from(sorted(ENUMS[field.type]))
    if field.type == "string":
        return NAMES
    if field.type == "bool":
        return st.booleans()
    if field.type in ("float", "double"):
        return st.floats(allow_nan=False)
    if field.type in SCHEMA:
        return st.deferred(lambda: messages(field.type))
    return st.integers(*ranges.get(field.type, (0, 2**32 - 1)))


@st.composite
def messages(draw, kind: str):
    """Any message of a kind, with up to three fields."""
    message = Message(kind)
    names = st.sampled_from(sorted(SCHEMA[kind]))
    for name in draw(st.lists(names, max_size=3, unique=True)):
        field = SCHEMA[kind][name]
        times = draw(st.integers(1, 3 if field.repeated else 1))
        for _ in range(times):
            message.add(name, draw(_value(field)))
    return message


def written(message: Message) -> str:
    """The text of a message."""
    parts = []
    for name, values in message.fields.items():
        field = SCHEMA[message.kind][name]
        for value in values:
            if isinstance(value.value, Message):
                parts.append(f"{name} {{ {written(value.value)} }}")
            elif field.type == "string":
                escaped = "".join(f"\\{byte:03o}" for byte in str(value.value).encode())
                parts.append(f'{name}: "{escaped}"')
            elif field.type == "bool":
                parts.append(f"{name}: {str(value.value).lower()}")
            else:
                parts.append(f"{name}: {value.value}")
    return "\n".join(parts)


def plain(message: Message) -> dict[str, list[object]]:
    """A message without its lines."""
    return {
        name: [plain(v.value) if isinstance(v.value, Message) else v.value for v in values]
        for name, values in message.fields.items()
    }


@given(messages("NetParameter"))
def test_what_is_written_is_read_back(message):
    assert plain(read_text(written(message), "net.prototxt")) == plain(message)


WORDS = st.sampled_from(
    [
        *("layer", "layers", "{", "}", "<", ">", "[", "]", ":", ";", ",", "-", "name", "dim"),
        *("convolution_param", "pad", "1", "0x", "1e", "'a'", '"', "\\", "#", "\n", "input"),
        *("inf", "true", "type", "input_shape", "LayerParameter", "0.1f", "\ufeff", "é", "/"),
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_text_is_read_or_refused_with_its_line(text):
    error = refusal(PrototxtError, lambda: read_text(text, "net.prototxt"))
    assert error is None or error.where.startswith("net.prototxt:")


@pytest.mark.parametrize(
    "text",
    [
        "layer {" * 100_000,
        "[" * 1_000_000,
        "layer { include { stage: [" * 10_000,
        "input_dim: [" + "1," * 110_000,
        "name: " + '"a" ' * 100_000,
        "name: '" + "\\" * 999_999,
        "x" * 5_000_000,
        "input_dim: " + "9" * 5_000_000,
        "layer {} " * 110_000,
    ],
    ids=range(9),
)
def test_a_hostile_text_is_refused_soon(text):
    begin = time.process_time()
    error = refusal(PrototxtError, lambda: read_text(text, "net.prototxt"))
    assert error is None or len(str(error)) < 500
    assert time.process_time() - begin < 20
