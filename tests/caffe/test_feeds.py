"""What data layers give is a function of the batch's number and the seed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net
from texelnet.caffe.encode import run as field
from texelnet.caffe.encode import whole
from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.feeds.database import decoded
from texelnet.errors import PrototxtError
from texelnet.picture import Picture, write_picture

PICTURES = np.random.default_rng(2).integers(0, 256, (5, 3, 6, 7)).astype(np.float32)


def feed(folder, layer, training=False):
    path = folder / "net.prototxt"
    reader = 'layer { name: "s" type: "Silence" bottom: "data" bottom: "label" }'
    path.write_text(f'layer {{ name: "d" top: "data" top: "label" {layer} }}\n{reader}')
    net = read_net(path, training=True)
    return FEEDS[net.layers[0].type](net.layers[0], training)


def listed(folder, count=5):
    for index in range(count):
        picture = Picture(PICTURES[index] / 255)
        write_picture(picture, folder / f"{index}.png")
    (folder / "list.txt").write_text("".join(f"{i}.png {i}\n" for i in range(count)))


def database(folder):
    lmdb = pytest.importorskip("lmdb")
    with lmdb.open(str(folder / "db")) as environment, environment.begin(write=True) as into:
        for index, picture in enumerate(PICTURES):
            sizes = [
                piece for n, size in enumerate(picture.shape, 1) for piece in whole(n, size)
            ]
            content = field(4, [picture.astype(np.uint8).tobytes()])
            into.put(f"{index:08}".encode(), b"".join([*sizes, *content, *whole(5, index)]))


IMAGES = 'type: "ImageData" image_data_param { source: "list.txt" batch_size: 2 %s }'
DATA = 'type: "Data" data_param { source: "db" batch_size: 2 backend: LMDB }'


def test_pictures_are_read_in_order_and_round_again(tmp_path):
    listed(tmp_path)
    pictures = feed(tmp_path, IMAGES % "")
    assert pictures.shapes == ((2, 3, 6, 7), (2,))
    assert [pictures.batch(n, 0)[1].tolist() for n in range(3)] == [[0, 1], [2, 3], [4, 0]]
    np.testing.assert_allclose(pictures.batch(0, 0)[0], PICTURES[:2, ::-1], atol=1e-4)


def test_shuffled_pictures_are_each_seen_once_a_turn(tmp_path):
    listed(tmp_path)
    pictures = feed(tmp_path, IMAGES % "shuffle: true")
    labels = [label for n in range(5) for label in pictures.batch(n, 3)[1].tolist()]
    assert sorted(labels[:5]) == sorted(labels[5:]) == [0, 1, 2, 3, 4]
    assert labels[:5] != labels[5:]
    np.testing.assert_array_equal(pictures.batch(1, 3)[0], pictures.batch(1, 3)[0])


def test_a_database_gives_the_pictures_that_are_in_it(tmp_path):
    database(tmp_path)
    pictures, labels = feed(tmp_path, DATA).batch(1, 0)
    np.testing.assert_array_equal(pictures, PICTURES[2:4])
    assert labels.tolist() == [2, 3]


def test_a_datum_may_be_a_picture_file(tmp_path):
    write_picture(Picture(PICTURES[0] / 255), tmp_path / "a.png")
    content = field(4, [(tmp_path / "a.png").read_bytes()])
    picture, label = decoded(b"".join([*content, *whole(5, 3), *whole(7, 1)]), "datum")
    np.testing.assert_allclose(picture, PICTURES[0, ::-1], atol=1e-4)
    assert label == 3


def test_a_database_feeds_training_and_tests_at_once(tmp_path):
    database(tmp_path)
    one, two = feed(tmp_path, DATA, training=True), feed(tmp_path, DATA)
    np.testing.assert_array_equal(one.batch(0, 0)[0], two.batch(0, 0)[0])


def test_the_transform_cuts_subtracts_and_scales(tmp_path):
    database(tmp_path)
    words = (
        "transform_param { crop_size: 4 mean_value: 1 mean_value: 2 mean_value: 3 scale: .5 }"
    )
    pictures, _ = feed(tmp_path, DATA + words).batch(0, 0)
    mean = np.array([1, 2, 3]).reshape(3, 1, 1)
    np.testing.assert_allclose(pictures, (PICTURES[:2, :, 1:5, 1:5] - mean) / 2)


def test_in_training_windows_are_cut_at_random_but_the_same_for_a_seed(tmp_path):
    database(tmp_path)
    cut = feed(tmp_path, DATA + "transform_param { crop_size: 2 mirror: true }", training=True)
    one, again, other = (cut.batch(0, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_dummies_are_drawn_anew_for_each_batch(tmp_path):
    words = (
        'type: "DummyData" dummy_data_param { shape { dim: 2 dim: 3 } shape { dim: 2 } '
        'data_filler { type: "gaussian" } data_filler { type: "constant" value: 4 } }'
    )
    dummies = feed(tmp_path, words)
    first, second = dummies.batch(0, 0), dummies.batch(1, 0)
    assert [array.shape for array in first] == [(2, 3), (2,)]
    assert not np.array_equal(first[0], second[0])
    assert first[1].tolist() == second[1].tolist() == [4, 4]


def refused(folder, layer):
    return str(refusal(PrototxtError, lambda: feed(folder, layer))).replace(str(folder), "~")


def test_what_cannot_be_read_is_told(tmp_path):
    assert refused(tmp_path, IMAGES % "") == (
        '~/net.prototxt:1 (layer "d"): the list ~/list.txt can\'t be read '
        "(No such file or directory)\n  try: a text file that names a file on each line"
    )
    (tmp_path / "list.txt").write_text("a.png\n")
    assert refused(tmp_path, IMAGES % "") == (
        '~/net.prototxt:1 (layer "d"): "a.png" is no picture and label\n'
        "  try: one a line: folder/picture.png 3"
    )
    assert refused(tmp_path, DATA.replace("LMDB", "LEVELDB")) == (
        '~/net.prototxt:1 (layer "d"): the database is a LEVELDB, which no maintained library '
        "reads\n  try: convert it to LMDB, and write backend: LMDB"
    )
    listed(tmp_path)
    words = IMAGES % "" + "transform_param { crop_size: 9 }"
    assert refused(tmp_path, words) == (
        '~/net.prototxt:1 (layer "d"): crop_size is 9, the pictures are 6 x 7\n'
        "  try: a smaller window"
    )


OLD = {
    "V1": """layers { name: "d" type: IMAGE_DATA top: "data" top: "label"
        image_data_param { source: "list.txt" batch_size: 2 scale: 0.5 crop_size: 4 } }
        layers { name: "s" type: SILENCE bottom: "data" bottom: "label" }""",
    "V0": """layers { layer { name: "d" type: "images" source: "list.txt" batchsize: 2
        scale: 0.5 cropsize: 4 } top: "data" top: "label" }
        layers { layer { name: "f" type: "flatten" } bottom: "data" top: "flat" }""",
}


@pytest.mark.parametrize("text", OLD.values(), ids=OLD)
def test_old_data_layers_transform_their_pictures_as_they_say(tmp_path, text):
    listed(tmp_path)
    path = tmp_path / "net.prototxt"
    path.write_text(text)
    layer = read_net(path, training=True).layers[0]
    pictures, labels = FEEDS[layer.type](layer, False).batch(0, 0)
    window = PICTURES[:2, ::-1, 1:5, 1:5]
    np.testing.assert_allclose(pictures, window / 2, atol=1e-4)
    assert labels.tolist() == [0, 1]


def test_rows_take_no_transform(tmp_path):
    layer = 'type: "HDF5Data" hdf5_data_param { source: "x" batch_size: 1 } transform_param {}'
    error = refusal(PrototxtError, lambda: feed(tmp_path, layer))
    assert str(error) == (
        f'{tmp_path}/net.prototxt:1 (layer "d"): HDF5Data takes no transform_param\n'
        "  try: scale the numbers in the files"
    )
