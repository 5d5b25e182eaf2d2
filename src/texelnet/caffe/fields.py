"""The settings of layers and solvers: number, type, default and meaning, a line each.

A line reads ``name number type [default]: meaning``; a star after the type says it may be
given several times. The reader takes its defaults from here (see `schema.py`), and so does the
reference page of layers.
"""

from __future__ import annotations

_SHARED = {
    "LayerParameter": """
        name 1 string: what errors, weights files and shared parameters call it
        type 2 string: which layer it is
        bottom 3 string*: a blob that it reads
        top 4 string*: a blob that it writes; the bottom's name: in place
        loss_weight 5 float*: how much a top counts in the loss; 1 for a loss, 0 for others
        param 6 ParamSpec*: how a parameter learns, one block a parameter
        blobs 7 BlobProto*: numbers of the parameters; in weights files only
        include 8 NetStateRule*: the layer is in the net where one of these holds
        exclude 9 NetStateRule*: or where none of these holds
        phase 10 Phase: set by Caffe itself
        propagate_down 11 bool*: whether a bottom gets gradients, once a bottom""",
    "NetStateRule": """
        phase 1 Phase: the phase is this one
        min_level 2 int32: the level is at least this
        max_level 3 int32: the level is at most this
        stage 4 string*: this stage is asked for
        not_stage 5 string*: this stage is not asked for""",
    "ParamSpec": """
        name 1 string: parameters of one name are one
        share_mode 2 DimCheckMode STRICT: whether shared ones need one shape, or only one count
        lr_mult 3 float 1: times the solver's learning rate; 0: it does not learn
        decay_mult 4 float 1: times the solver's weight_decay""",
    "FillerParameter": """
        type 1 string constant: which filler
        value 2 float 0: of constant
        min 3 float 0: of uniform
        max 4 float 1: of uniform
        mean 5 float 0: of gaussian
        std 6 float 1: of gaussian
        sparse 7 int32 -1: of gaussian: about so many weights of an output are not 0; -1: all
        variance_norm 8 VarianceNorm FAN_IN: what xavier and msra divide by""",
    "LossParameter": """
        ignore_label 1 int32: entries with this label cost nothing; unset: all count
        normalize 2 bool: the older word: true is VALID, false is BATCH_SIZE
        normalization 3 NormalizationMode VALID: what the sum is divided by""",
    "TransformationParameter": """
        scale 1 float 1: the last step: times this
        mirror 2 bool false: turn pictures left to right by lot
        crop_size 3 uint32 0: cut a square window: by lot in TRAIN, from the middle in TEST
        mean_file 4 string: a .binaryproto whose picture is subtracted
        mean_value 5 float*: or one number for all channels, or one each
        force_color 6 bool false: ignored
        force_gray 7 bool false: ignored""",
}

_LAYERS = {
    "AccuracyParameter": """
        top_k 1 uint32 1: right if the label is among so many best
        axis 2 int32 1: the classes' axis
        ignore_label 3 int32: a label that is left out; unset: none""",
    "ArgMaxParameter": """
        out_max_val 1 bool false: give the value too, or with axis in place of the place
        top_k 2 uint32 1: how many of the largest
        axis 3 int32: look along this axis; unset: at all of a picture at once""",
    "BatchNormParameter": """
        use_global_stats 1 bool: use the stored statistics; unset: in TEST yes, in TRAIN no
        moving_average_fraction 2 float 0.999: how much of the stored sums each step keeps
        eps 3 float 1e-5: added to the variance, under the root""",
    "BiasParameter": """
        axis 1 int32 1: the first axis that the numbers span
        num_axes 2 int32 1: how many axes they span; -1: all that are left
        filler 3 FillerParameter: what they begin with""",
    "ClipParameter": """
        min 1 float: required: the least
        max 2 float: required: the largest""",
    "ConcatParameter": """
        concat_dim 1 uint32 1: the older name of axis
        axis 2 int32 1: the axis along which blobs are laid side by side""",
    "ContrastiveLossParameter": """
        margin 1 float 1: how far apart unlike pairs are pushed
        legacy_version 2 bool false: compare the margin with the distance's square""",
    "ConvolutionParameter": """
        num_output 1 uint32: required: channels out
        bias_term 2 bool true: whether there is a bias
        pad 3 uint32* 0: zeros around the picture; once, or once an axis
        kernel_size 4 uint32*: required, or kernel_h and kernel_w; once, or once an axis
        group 5 uint32 1: channels are split into groups that do not see each other
        stride 6 uint32* 1: step from window to window; of a Deconvolution, the enlargement
        weight_filler 7 FillerParameter: what the weights begin with
        bias_filler 8 FillerParameter: what the bias begins with
        pad_h 9 uint32 0: pad, down
        pad_w 10 uint32 0: pad, across
        kernel_h 11 uint32: kernel_size, down
        kernel_w 12 uint32: kernel_size, across
        stride_h 13 uint32: stride, down
        stride_w 14 uint32: stride, across
        engine 15 Engine DEFAULT: ignored
        axis 16 int32 1: the channels' axis; only 1 is taken
        force_nd_im2col 17 bool false: ignored
        dilation 18 uint32* 1: step from weight to weight; once, or once an axis""",
    "CropParameter": """
        axis 1 int32 2: the first axis that is cut
        offset 2 uint32* 0: how many entries are left out before; once, or once an axis""",
    "CropCenterParameter": """
        crop_size 2 uint32*: required: entries cut off both ends, once for every axis""",
    "DataParameter": """
        source 1 string: required: folder of the database
        scale 2 float 1: ignored, except in old `layers`: write transform_param
        mean_file 3 string: ignored, except in old `layers`: write transform_param
        batch_size 4 uint32: required: pictures a batch
        crop_size 5 uint32 0: ignored, except in old `layers`: write transform_param
        mirror 6 bool false: ignored, except in old `layers`: write transform_param
        rand_skip 7 uint32 0: ignored
        backend 8 DB LEVELDB: the kind of database; only LMDB is read
        force_encoded_color 9 bool false: ignored
        prefetch 10 uint32 4: ignored""",
    "DropoutParameter": """
        dropout_ratio 1 float 0.5: how many of the values are dropped; 0 or more, below 1""",
    "DummyDataParameter": """
        data_filler 1 FillerParameter*: what fills a top; one for all, or one each
        num 2 uint32*: the older way to write shape: batch
        channels 3 uint32*: channels
        height 4 uint32*: height
        width 5 uint32*: width
        shape 6 BlobShape*: sizes of a top; one for all, or one each""",
    "EltwiseParameter": """
        operation 1 EltwiseOp SUM: sum, product or maximum
        coeff 2 float* 1: a factor of each bottom, in a sum
        stable_prod_grad 3 bool true: ignored: gradients of a product never divide""",
    "ELUParameter": """
        alpha 1 float 1: how far below zero it goes""",
    "EmbedParameter": """
        num_output 1 uint32: required: numbers a row
        input_dim 2 uint32: required: how many rows there are
        bias_term 3 bool true: whether there is a bias
        weight_filler 4 FillerParameter: what the rows begin with
        bias_filler 5 FillerParameter: what the bias begins with""",
    "ExpParameter": """
        base 1 float -1: the base; -1 stands for e
        scale 2 float 1: x is multiplied by it
        shift 3 float 0: and this is added""",
    "FlattenParameter": """
        axis 1 int32 1: the first axis that is joined
        end_axis 2 int32 -1: the last one, itself included""",
    "HDF5DataParameter": """
        source 1 string: required: a text file that names HDF5 files, one a line
        batch_size 2 uint32: required: rows a batch
        shuffle 3 bool false: take the rows in an order of lots""",
    "HDF5OutputParameter": "file_name 1 string: the file that Caffe would write",
    "HingeLossParameter": "norm 1 Norm L1: whether a miss counts once, or by its square",
    "ImageDataParameter": """
        source 1 string: required: a text file, a picture and its label a line
        scale 2 float 1: ignored, except in old `layers`: write transform_param
        mean_file 3 string: ignored, except in old `layers`: write transform_param
        batch_size 4 uint32 1: pictures a batch
        crop_size 5 uint32 0: ignored, except in old `layers`: write transform_param
        mirror 6 bool false: ignored, except in old `layers`: write transform_param
        rand_skip 7 uint32 0: ignored
        shuffle 8 bool false: take the pictures in an order of lots
        new_height 9 uint32 0: resize to this height; with new_width
        new_width 10 uint32 0: resize to this width
        is_color 11 bool true: three channels, blue first; false: one of luma
        root_folder 12 string: put before every name""",
    "InfogainLossParameter": """
        source 1 string: a .binaryproto with the prices, where there is no third bottom
        axis 2 int32 1: the classes' axis""",
    "InnerProductParameter": """
        num_output 1 uint32: required: numbers out
        bias_term 2 bool true: whether there is a bias
        weight_filler 3 FillerParameter: what the weights begin with
        bias_filler 4 FillerParameter: what the bias begins with
        axis 5 int32 1: axes from here on are one list of numbers
        transpose 6 bool false: the weights are stored the other way round""",
    "InputParameter": "shape 1 BlobShape*: sizes of a top; one for all, or one each",
    "LogParameter": """
        base 1 float -1: the base; -1 stands for e
        scale 2 float 1: x is multiplied by it
        shift 3 float 0: and this is added""",
    "LRNParameter": """
        local_size 1 uint32 5: how many neighbours count, itself included; odd
        alpha 2 float 1: how much they count together
        beta 3 float 0.75: the power
        norm_region 4 NormRegion ACROSS_CHANNELS: neighbours in channels, or in the picture
        k 5 float 1: what is added to their squares; ACROSS_CHANNELS only
        engine 6 Engine DEFAULT: ignored""",
    "MemoryDataParameter": """
        batch_size 1 uint32: pictures a batch
        channels 2 uint32: of a picture
        height 3 uint32: of a picture
        width 4 uint32: of a picture""",
    "MVNParameter": """
        normalize_variance 1 bool true: divide by the deviation too
        across_channels 2 bool false: one mean for all channels of a picture
        eps 3 float 1e-9: added to the deviation, outside the root""",
    "ParameterParameter": "shape 1 BlobShape: sizes of the parameter; unset: a single number",
    "PoolingParameter": """
        pool 1 PoolMethod MAX: largest or average; STOCHASTIC is refused
        kernel_size 2 uint32: required, or kernel_h and kernel_w: the window
        stride 3 uint32 1: step from window to window
        pad 4 uint32 0: padding around the picture; smaller than the kernel
        kernel_h 5 uint32: kernel_size, down
        kernel_w 6 uint32: kernel_size, across
        stride_h 7 uint32: stride, down
        stride_w 8 uint32: stride, across
        pad_h 9 uint32 0: pad, down
        pad_w 10 uint32 0: pad, across
        engine 11 Engine DEFAULT: ignored
        global_pooling 12 bool false: one window, the whole picture
        round_mode 13 RoundMode CEIL: how the number of windows is rounded""",
    "PowerParameter": """
        power 1 float 1: the power
        scale 2 float 1: x is multiplied by it
        shift 3 float 0: and this is added, before the power""",
    "PReLUParameter": """
        filler 1 FillerParameter: what the slopes begin with
        channel_shared 2 bool false: one slope for all channels""",
    "PythonParameter": """
        module 1 string: required: the module that holds the class, sought on PYTHONPATH
        layer 2 string: required: the class
        param_str 3 string: given to the class as self.param_str
        share_in_parallel 4 bool false: ignored""",
    "RecurrentParameter": """
        num_output 1 uint32 0: size of the state
        weight_filler 2 FillerParameter: what the weights begin with
        bias_filler 3 FillerParameter: what the biases begin with
        debug_info 4 bool false: ignored
        expose_hidden 5 bool false: give the state too""",
    "ReductionParameter": """
        operation 1 ReductionOp SUM: sum, sum of absolute values or of squares, mean
        axis 2 int32 0: axes from here on are reduced together
        coeff 3 float 1: times this""",
    "ReLUParameter": """
        negative_slope 1 float 0: the slope below zero
        engine 2 Engine DEFAULT: ignored""",
    "ReshapeParameter": """
        shape 1 BlobShape: the new sizes; 0 keeps one, a single -1 takes what is left
        axis 2 int32 0: the first axis that is replaced; -1: put in after the last
        num_axes 3 int32 -1: how many are replaced; -1: all that are left""",
    "ROIPoolingParameter": """
        pooled_h 1 uint32 0: required: bins down
        pooled_w 2 uint32 0: required: bins across
        spatial_scale 3 float 1: from the regions' numbers to the blob's: 0.0625 after 16""",
    "ScaleParameter": """
        axis 1 int32 1: the first axis that the numbers span
        num_axes 2 int32 1: how many axes they span; -1: all that are left
        filler 3 FillerParameter: what the factors begin with
        bias_term 4 bool false: whether there is an addend too
        bias_filler 5 FillerParameter: what the addends begin with""",
    "SigmoidParameter": "engine 1 Engine DEFAULT: ignored",
    "SliceParameter": """
        slice_dim 1 uint32 1: the older name of axis
        slice_point 2 uint32*: where the axis is cut; unset: into equal parts
        axis 3 int32 1: the axis that is cut""",
    "SmoothL1LossParameter": "sigma 1 float 1: squares up to 1/sigma^2, distances beyond",
    "SoftmaxParameter": """
        engine 1 Engine DEFAULT: ignored
        axis 2 int32 1: the axis whose entries share 1""",
    "SPPParameter": """
        pyramid_height 1 uint32: required: levels; level l has 2^l x 2^l bins
        pool 2 PoolMethod MAX: largest or average; STOCHASTIC is refused
        engine 6 Engine DEFAULT: ignored""",
    "SwishParameter": "beta 1 float 1: how steep the sigmoid is",
    "TanHParameter": "engine 1 Engine DEFAULT: ignored",
    "ThresholdParameter": "threshold 1 float 0: the threshold",
    "TileParameter": """
        axis 1 int32 1: the axis that is repeated
        tiles 2 int32: required: how often""",
    "WindowDataParameter": """
        source 1 string: a text file of pictures and windows
        scale 2 float 1: a factor
        mean_file 3 string: a .binaryproto whose picture is subtracted
        batch_size 4 uint32: windows a batch
        crop_size 5 uint32 0: what windows are resized to
        mirror 6 bool false: turn windows left to right by lot
        fg_threshold 7 float 0.5: overlap from which a window is an object
        bg_threshold 8 float 0.5: overlap below which it is background
        fg_fraction 9 float 0.25: share of objects in a batch
        context_pad 10 uint32 0: pixels around a window
        crop_mode 11 string warp: warp or square
        cache_images 12 bool false: keep files in memory
        root_folder 13 string: put before every name""",
}

_SOLVER = {
    "SolverParameter": """
        train_net 1 string: the net to train, where tests have another
        test_net 2 string*: the nets to test
        test_iter 3 int32*: batches a test, once a test net
        test_interval 4 int32 0: test every so many iterations
        base_lr 5 float: required: the learning rate that lr_policy begins with
        display 6 int32: print the loss every so many iterations; 0: never
        max_iter 7 int32: stop after so many iterations
        lr_policy 8 string: required: how the learning rate changes
        gamma 9 float: of lr_policy
        power 10 float: of lr_policy
        momentum 11 float: how much of the last step is kept; Adam's first, AdaDelta's decay
        weight_decay 12 float: how much weights are drawn to 0
        stepsize 13 int32: of lr_policy step and sigmoid
        snapshot 14 int32 0: save every so many iterations; 0: only at the end
        snapshot_prefix 15 string: what names of saved files begin with
        snapshot_diff 16 bool false: ignored: gradients are not saved
        solver_mode 17 SolverMode GPU: ignored: --on says where it computes
        device_id 18 int32 0: ignored
        test_compute_loss 19 bool false: ignored
        random_seed 20 int64 -1: makes lots repeatable; -1: others in every run
        train_net_param 21 NetParameter: train_net, written right here
        test_net_param 22 NetParameter*: test_net, written right here
        debug_info 23 bool false: ignored
        net 24 string: the net to train and to test
        net_param 25 NetParameter: net, written right here
        train_state 26 NetState: levels and stages in training
        test_state 27 NetState*: levels and stages in tests, one for each, or none
        snapshot_after_train 28 bool true: save at the end
        regularization_type 29 string L2: what decay follows: the weights, or (L1) their signs
        solver_type 30 SolverType SGD: the older way to write type
        delta 31 float 1e-8: keeps quotients of AdaGrad, RMSProp, AdaDelta and Adam finite
        test_initialization 32 bool true: test before the first iteration
        average_loss 33 int32 1: the loss that is shown is the mean of so many
        stepvalue 34 int32*: of lr_policy multistep: the iterations where it drops; rising
        clip_gradients 35 float -1: all gradients together are at most so long; -1: any length
        iter_size 36 int32 1: batches whose gradients are summed for one step
        snapshot_format 37 SnapshotFormat BINARYPROTO: of saved files
        rms_decay 38 float 0.99: RMSProp's decay; 0 or more, below 1
        momentum2 39 float 0.999: Adam's second decay
        type 40 string SGD: how a step follows from gradients
        layer_wise_reduce 41 bool true: ignored
        weights 42 string*: ignored: --weights says what to begin with""",
}

FIELDS: dict[str, str] = _SHARED | _LAYERS | _SOLVER
"""Tables by the name of their message."""
