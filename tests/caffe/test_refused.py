"""Layers that are known and can't be done: each is read, and refused with a sentence."""

from __future__ import annotations

import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net
from texelnet.caffe.layers import REFUSED, UNTRAINED
from texelnet.errors import NetworkError, PrototxtError

INPUT = (
    'layer { name: "in" type: "Input" top: "a" input_param { shape { dim: [1, 3, 6, 6] } } }\n'
)
STATE = (
    "it keeps a state from step to step of a sequence, a network here is of one picture: cut "
    "the network before it, or train it in torch.nn"
)
DEPTHWISE = (
    "it is a fork's name: write Convolution with group = channels, its weights fit as they are"
)
RECURRENT = "recurrent_param { num_output: 3 weight_filler { type: 'xavier' } }"
WRITTEN = {
    "LSTM": (RECURRENT, STATE),
    "LSTMUnit": ("", STATE),
    "RNN": (RECURRENT, STATE),
    "Recurrent": (RECURRENT, STATE),
    "Im2col": (
        "convolution_param { kernel_size: 3 pad: 1 }",
        "it only lays out the windows that a convolution reads: write Convolution, which does "
        "both",
    ),
    "Filter": (
        "",
        "how many pictures it gives hangs on the numbers it reads, so nothing after it has a "
        "shape: choose the pictures before they go in",
    ),
    "Normalize": (
        "norm_param { across_spatial: false scale_filler { type: 'constant' value: 20 } }",
        "it is SSD's, it divides each pixel by the length of its channels: cut the network "
        "before it",
    ),
    "Permute": (
        "permute_param { order: 0 order: 2 order: 3 order: 1 }",
        "it is SSD's, it turns axes for who reads boxes: cut the network before it, the "
        "numbers are the same in another order",
    ),
    "PriorBox": (
        "prior_box_param < min_size: 30. aspect_ratio: [2, 3] flip: true variance: -0.1 >",
        "it is SSD's, it lists boxes that hang on sizes alone: make them outside the network",
    ),
    "DetectionOutput": (
        "detection_output_param { num_classes: 21 nms_param { top_k: 400 } code_type: CORNER "
        "save_output_param { name_size_file: 'a' 'b' } };",
        "it is SSD's, it decodes boxes and drops those that overlap: give what it reads as "
        "outputs, and do it outside the network",
    ),
    "DetectionEvaluate": (
        "detection_evaluate_param { num_classes: 21 }",
        "it is SSD's, it counts found boxes: compare them outside the network",
    ),
    "MultiBoxLoss": (
        "multibox_loss_param { loc_loss_type: SMOOTH_L1 } loss_param { normalization: VALID }",
        "it is SSD's, it matches boxes to objects as it goes: write it as a Python layer",
    ),
    "AnnotatedData": (
        "transform_param { mirror: true resize_param { height: 300 } mean_value: 104 } "
        "annotated_data_param { batch_sampler { max_sample: 1 } }",
        "it is SSD's, it reads a database of pictures with boxes: put an Input layer in its "
        "place, or a Python layer",
    ),
    "VideoData": (
        "video_data_param { video_type: WEBCAM }",
        "it is SSD's, it reads a film or a camera: put an Input layer in its place",
    ),
    "ConvolutionDepthwise": ("convolution_param { num_output: 3 kernel_size: 3 }", DEPTHWISE),
    "DepthwiseConvolution": ("convolution_param { num_output: 3 kernel_size: 3 }", DEPTHWISE),
    "Upsample": (
        "upsample_param { scale: 2 }",
        "forks mean two things by it: where it repeats pixels, write Deconvolution with group "
        "= channels and a kernel of ones as large as its stride; where it undoes "
        "a pooling (SegNet), nothing else says it",
    ),
    "Interp": (
        "interp_param { zoom_factor: 2 }",
        "it is a fork's resize with corners aligned: take the network as ONNX, whose Resize is "
        "understood",
    ),
}
UNFED = {
    "MemoryData": (
        "memory_data_param { batch_size: 1 channels: 3 height: 4 width: 4 }",
        "MemoryData is fed by a program that calls Caffe, and there is none here\n"
        "  try: HDF5Data, ImageData or a Python layer in its place; Input for `texelnet run`",
    ),
    "WindowData": (
        "window_data_param { source: 'w.txt' batch_size: 2 crop_size: 8 fg_threshold: .5 }",
        "WindowData cuts windows out of pictures by a list of its own, which is not read here\n"
        "  try: cut them once, then ImageData or HDF5Data; or a Python layer in its place",
    ),
    "HDF5Output": (
        "bottom: 'a' bottom: 'a' hdf5_output_param { file_name: 'out.h5' }",
        "HDF5Output writes blobs to a file of its own, which is not done here\n"
        "  try: remove it: OUT.npz of `texelnet run --outputs OUT.npz` holds every blob",
    ),
}


def layer(type, words):
    return f'layer {{ name: "x" type: "{type}" {words} }}\n'


@pytest.mark.parametrize("training", [False, True], ids=["used", "trained"])
@pytest.mark.parametrize("type", WRITTEN)
def test_a_layer_that_cannot_be_done_says_why_and_what_to_do(type, training):
    words, sentence = WRITTEN[type]
    text = INPUT + layer(type, "bottom: 'a' top: 'b' " + words)
    error = refusal(NetworkError, lambda: read_net(text, training=training))
    assert str(error) == (
        "net.prototxt: one layer can't be understood\n"
        f'  line 2, layer "x" ({type}): {sentence}'
    )


@pytest.mark.parametrize("type", UNFED)
def test_a_layer_that_training_has_nothing_for_says_so(type):
    words, sentence = UNFED[type]
    text = INPUT + layer(type, words if "bottom" in words else "top: 'b' " + words)
    error = refusal(NetworkError, lambda: read_net(text, training=True))
    assert str(error) == f'net.prototxt:2 (layer "x"): {sentence}'


def test_every_sentence_is_tested():
    assert {*WRITTEN, "Python"} == set(REFUSED)
    assert set(UNFED) == set(UNTRAINED)


@pytest.mark.parametrize(
    "words",
    [
        "norm_param { across_spatial: false }",
        "norm_param { deep " + "{ a " * 50_000,
        "norm_param }",
        "norm_param: [1, 2, }",
        "norm_param: -",
        "norm_param { a: 1 } include { phase: TRAIN }",
    ],
    ids=["block", "deep", "nothing", "open list", "minus", "in another phase"],
)
def test_a_field_that_no_layer_of_this_type_has_is_an_error(words):
    text = INPUT + layer("ReLU", "bottom: 'a' top: 'b' " + words)
    error = refusal(PrototxtError, lambda: read_net(text))
    assert str(error).startswith('net.prototxt:2 (layer "x"): a layer has no field norm_param')
