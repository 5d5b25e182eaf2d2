"""The fields of Caffe's format: which message has which field, of what type, with what default.

Facts of the format, written as tables; the settings of layers and solvers, with what they
mean, stand in `fields.py`. A field reads ``name number type [default]``; a star after the type
says it may be given several times. The text reader checks a prototxt against it; the wire
reader needs only a few of the numbers and keeps those itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from texelnet.caffe.fields import FIELDS

Scalar = int | float | bool | str

ENUMS: dict[str, dict[str, int]] = {
    "Phase": {"TRAIN": 0, "TEST": 1},
    "VarianceNorm": {"FAN_IN": 0, "FAN_OUT": 1, "AVERAGE": 2},
    "DimCheckMode": {"STRICT": 0, "PERMISSIVE": 1},
    "NormalizationMode": {"FULL": 0, "VALID": 1, "BATCH_SIZE": 2, "NONE": 3},
    "Engine": {"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2},
    "DB": {"LEVELDB": 0, "LMDB": 1},
    "EltwiseOp": {"PROD": 0, "SUM": 1, "MAX": 2},
    "Norm": {"L1": 1, "L2": 2},
    "NormRegion": {"ACROSS_CHANNELS": 0, "WITHIN_CHANNEL": 1},
    "PoolMethod": {"MAX": 0, "AVE": 1, "STOCHASTIC": 2},
    "RoundMode": {"CEIL": 0, "FLOOR": 1},
    "ReductionOp": {"SUM": 1, "ASUM": 2, "SUMSQ": 3, "MEAN": 4},
    "SnapshotFormat": {"HDF5": 0, "BINARYPROTO": 1},
    "SolverMode": {"CPU": 0, "GPU": 1},
    "SolverType": {
        **{"SGD": 0, "NESTEROV": 1, "ADAGRAD": 2, "RMSPROP": 3, "ADADELTA": 4, "ADAM": 5},
    },
    "LayerType": {
        **{"NONE": 0, "ACCURACY": 1, "BNLL": 2, "CONCAT": 3, "CONVOLUTION": 4, "DATA": 5},
        **{"DROPOUT": 6, "EUCLIDEAN_LOSS": 7, "FLATTEN": 8, "HDF5_DATA": 9},
        **{"HDF5_OUTPUT": 10, "IM2COL": 11, "IMAGE_DATA": 12, "INFOGAIN_LOSS": 13},
        **{"INNER_PRODUCT": 14, "LRN": 15, "MULTINOMIAL_LOGISTIC_LOSS": 16, "POOLING": 17},
        **{"RELU": 18, "SIGMOID": 19, "SOFTMAX": 20, "SOFTMAX_LOSS": 21, "SPLIT": 22},
        **{"TANH": 23, "WINDOW_DATA": 24, "ELTWISE": 25, "POWER": 26},
        **{"SIGMOID_CROSS_ENTROPY_LOSS": 27, "HINGE_LOSS": 28, "MEMORY_DATA": 29},
        **{"ARGMAX": 30, "THRESHOLD": 31, "DUMMY_DATA": 32, "SLICE": 33, "MVN": 34},
        **{"ABSVAL": 35, "SILENCE": 36, "CONTRASTIVE_LOSS": 37, "EXP": 38},
        **{"DECONVOLUTION": 39},
    },
}

_NETWORK = {
    "NetParameter": """name 1 string, layers 2 V1LayerParameter*, input 3 string*,
        input_dim 4 int32*, force_backward 5 bool false, state 6 NetState,
        debug_info 7 bool false, input_shape 8 BlobShape*, layer 100 LayerParameter*""",
    "NetState": "phase 1 Phase TEST, level 2 int32 0, stage 3 string*",
    "BlobShape": "dim 1 int64*",
    "BlobProto": """num 1 int32 0, channels 2 int32 0, height 3 int32 0, width 4 int32 0,
        data 5 float*, diff 6 float*, shape 7 BlobShape, double_data 8 double*,
        double_diff 9 double*""",
    "LayerParameter": """transform_param 100 TransformationParameter,
        loss_param 101 LossParameter,
        accuracy_param 102 AccuracyParameter, argmax_param 103 ArgMaxParameter,
        concat_param 104 ConcatParameter, contrastive_loss_param 105 ContrastiveLossParameter,
        convolution_param 106 ConvolutionParameter, data_param 107 DataParameter,
        dropout_param 108 DropoutParameter, dummy_data_param 109 DummyDataParameter,
        eltwise_param 110 EltwiseParameter, exp_param 111 ExpParameter,
        hdf5_data_param 112 HDF5DataParameter, hdf5_output_param 113 HDF5OutputParameter,
        hinge_loss_param 114 HingeLossParameter, image_data_param 115 ImageDataParameter,
        infogain_loss_param 116 InfogainLossParameter,
        inner_product_param 117 InnerProductParameter, lrn_param 118 LRNParameter,
        memory_data_param 119 MemoryDataParameter, mvn_param 120 MVNParameter,
        pooling_param 121 PoolingParameter, power_param 122 PowerParameter,
        relu_param 123 ReLUParameter, sigmoid_param 124 SigmoidParameter,
        softmax_param 125 SoftmaxParameter, slice_param 126 SliceParameter,
        tanh_param 127 TanHParameter, threshold_param 128 ThresholdParameter,
        window_data_param 129 WindowDataParameter, python_param 130 PythonParameter,
        prelu_param 131 PReLUParameter, spp_param 132 SPPParameter,
        reshape_param 133 ReshapeParameter, log_param 134 LogParameter,
        flatten_param 135 FlattenParameter, reduction_param 136 ReductionParameter,
        embed_param 137 EmbedParameter, tile_param 138 TileParameter,
        batch_norm_param 139 BatchNormParameter, elu_param 140 ELUParameter,
        bias_param 141 BiasParameter, scale_param 142 ScaleParameter,
        input_param 143 InputParameter, crop_param 144 CropParameter,
        parameter_param 145 ParameterParameter, recurrent_param 146 RecurrentParameter,
        swish_param 147 SwishParameter, clip_param 148 ClipParameter,
        crop_center_param 149 CropCenterParameter,
        roi_pooling_param 8266711 ROIPoolingParameter,
        smooth_l1_loss_param 8266712 SmoothL1LossParameter""",
}

_LEGACY = {
    "V1LayerParameter": """layer 1 V0LayerParameter, bottom 2 string*, top 3 string*,
        name 4 string, type 5 LayerType, blobs 6 BlobProto*, blobs_lr 7 float*,
        weight_decay 8 float*, concat_param 9 ConcatParameter,
        convolution_param 10 ConvolutionParameter, data_param 11 DataParameter,
        dropout_param 12 DropoutParameter, hdf5_data_param 13 HDF5DataParameter,
        hdf5_output_param 14 HDF5OutputParameter, image_data_param 15 ImageDataParameter,
        infogain_loss_param 16 InfogainLossParameter,
        inner_product_param 17 InnerProductParameter, lrn_param 18 LRNParameter,
        pooling_param 19 PoolingParameter, window_data_param 20 WindowDataParameter,
        power_param 21 PowerParameter, memory_data_param 22 MemoryDataParameter,
        argmax_param 23 ArgMaxParameter, eltwise_param 24 EltwiseParameter,
        threshold_param 25 ThresholdParameter, dummy_data_param 26 DummyDataParameter,
        accuracy_param 27 AccuracyParameter, hinge_loss_param 29 HingeLossParameter,
        relu_param 30 ReLUParameter, slice_param 31 SliceParameter, include 32 NetStateRule*,
        exclude 33 NetStateRule*, mvn_param 34 MVNParameter, loss_weight 35 float*,
        transform_param 36 TransformationParameter, tanh_param 37 TanHParameter,
        sigmoid_param 38 SigmoidParameter, softmax_param 39 SoftmaxParameter,
        contrastive_loss_param 40 ContrastiveLossParameter, exp_param 41 ExpParameter,
        loss_param 42 LossParameter, param 1001 string*, blob_share_mode 1002 DimCheckMode*""",
    "V0LayerParameter": """name 1 string, type 2 string, num_output 3 uint32,
        biasterm 4 bool true, weight_filler 5 FillerParameter, bias_filler 6 FillerParameter,
        pad 7 uint32 0, kernelsize 8 uint32, group 9 uint32 1, stride 10 uint32 1,
        pool 11 PoolMethod MAX, dropout_ratio 12 float 0.5, local_size 13 uint32 5,
        alpha 14 float 1, beta 15 float 0.75, source 16 string, scale 17 float 1,
        meanfile 18 string, batchsize 19 uint32, cropsize 20 uint32 0, mirror 21 bool false,
        k 22 float 1, blobs 50 BlobProto*, blobs_lr 51 float*, weight_decay 52 float*,
        rand_skip 53 uint32 0, det_fg_threshold 54 float 0.5, det_bg_threshold 55 float 0.5,
        det_fg_fraction 56 float 0.25, det_context_pad 58 uint32 0,
        det_crop_mode 59 string warp, new_num 60 int32 0, new_channels 61 int32 0,
        new_height 62 int32 0, new_width 63 int32 0, shuffle_images 64 bool false,
        concat_dim 65 uint32 1, hdf5_output_param 1001 HDF5OutputParameter""",
}


@dataclass(frozen=True)
class Field:
    """One field of a message.

    Parameters
    ----------
    type
        A scalar type of the format (int32, int64, uint32, float, double, bool, string),
        the name of an enum, or the name of a message.
    default
        What Caffe takes when the field is not written; for an enum its name.
    written
        The default as the table writes it; empty if there is none.
    meaning
        What it says, in a phrase; empty for what only files hold.
    """

    name: str
    number: int
    type: str
    repeated: bool
    default: Scalar
    written: str = ""
    meaning: str = ""

    @property
    def is_message(self) -> bool:
        """Whether the field's value is itself a message."""
        return self.type in SCHEMA


def _field(line: str) -> Field:
    """Read one entry of a table: ``name number type[*] [default][: meaning]``."""
    entry, _, meaning = line.partition(": ")
    name, number, kind, *rest = entry.split()
    repeated, kind = kind.endswith("*"), kind.rstrip("*")
    written = rest[0] if rest else ""
    default: Scalar
    if kind == "bool":
        default = written == "true"
    elif kind in ("int32", "int64", "uint32"):
        default = int(written or 0)
    elif kind in ("float", "double"):
        default = float(written or 0)
    else:
        default = written
    return Field(name, int(number), kind, repeated, default, written, meaning)


def _table(lines: Iterable[str]) -> dict[str, Field]:
    return {field.name: field for field in map(_field, lines)}


SCHEMA: dict[str, dict[str, Field]] = {
    kind: _table(table.strip().splitlines()) for kind, table in FIELDS.items()
}
for _kind, _entries in (_NETWORK | _LEGACY).items():
    SCHEMA[_kind] = SCHEMA.get(_kind, {}) | _table(_entries.split(","))
