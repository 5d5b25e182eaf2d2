"""Picture files: what is written is read, to the bit; what is damaged is told."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageCms, ImageOps

from texelnet.errors import PictureError
from texelnet.picture import Picture, files, png, read_picture, write_picture

rng = np.random.default_rng(3)
shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def noise(channels=3, bits=8, height=5, width=7):
    top = 2**bits - 1
    return rng.integers(0, top, (height, width, channels), f"u{bits // 8}", endpoint=True)


def picture_of(samples):
    """The picture that samples (height, width, channels) are."""
    bits = samples.dtype.itemsize * 8
    planes = (samples / (2**bits - 1)).astype(np.float32).transpose(2, 0, 1)
    colours = 3 if len(planes) > 2 else 1
    alpha = planes[colours] if len(planes) > colours else None
    return Picture(planes[:colours], alpha, bits)


def assert_same(got, wanted):
    np.testing.assert_array_equal(got.colour, wanted.colour)
    assert (got.alpha is None) == (wanted.alpha is None)
    if got.alpha is not None:
        np.testing.assert_array_equal(got.alpha, wanted.alpha)


def told(path):
    with pytest.raises(PictureError) as error:
        read_picture(path)
    return str(error.value).replace(str(path), "FILE")


def chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def raw_png(width, height, depth, kind, rows, *chunks, interlaced=0):
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    body = [
        chunk(b"IHDR", head),
        *chunks,
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    ]
    return png.SIGNATURE + b"".join(body)


# --- there and back ---------------------------------------------------------------------------


@same_folder
@given(st.sampled_from([np.uint8, np.uint16]).flatmap(lambda kind: hnp.arrays(kind, shapes)))
def test_a_png_comes_back_to_the_bit(tmp_path, samples):
    path, picture = tmp_path / "a.png", picture_of(samples)
    write_picture(picture, path)
    back = read_picture(path)
    assert_same(back, picture)
    assert back.bits == picture.bits


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pillow_reads_the_same_from_what_we_write(tmp_path, channels):
    samples = noise(channels, 8, 300, 211)
    samples[:100] //= 64
    samples[100:200] = np.arange(211)[:, None]
    write_picture(picture_of(samples), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), samples.squeeze())


def test_every_filter_is_used_and_undone(tmp_path):
    """Rows made so that each filter is the cheapest somewhere; a block ends between them."""
    smooth = np.cumsum(np.cumsum(noise(3, 16, 64, 64).astype(np.uint32) % 7, 0), 1)
    samples = (smooth.astype(np.uint16) * 3 + noise(3, 16, 64, 64) % 5).astype(np.uint16)
    samples[:8], samples[8:12] = samples[8], noise(3, 16, 4, 64)
    file = b"".join(png.write(samples))
    np.testing.assert_array_equal(png.read(file)[0], samples)


def test_blocks_do_not_show(monkeypatch):
    samples = noise(3, 16, 40, 31)
    whole = b"".join(png.write(samples))
    monkeypatch.setattr(png, "_BLOCK", 500)
    pieces = b"".join(png.write(samples))
    assert len(pieces) > len(whole)
    np.testing.assert_array_equal(png.read(pieces)[0], png.read(whole)[0])


def test_a_jpeg_comes_back_nearly(tmp_path):
    ramp = np.linspace(0, 1, 64, dtype=np.float32) * np.ones((3, 32, 1), np.float32)
    write_picture(Picture(ramp), tmp_path / "a.jpg")
    assert np.abs(read_picture(tmp_path / "a.jpg").colour - ramp).max() < 0.02


def test_grey_stays_grey_in_a_jpeg(tmp_path):
    write_picture(Picture(np.full((1, 8, 8), 0.5, np.float32)), tmp_path / "a.JPEG")
    assert read_picture(tmp_path / "a.JPEG").colour.shape == (1, 8, 8)


def test_what_overshoots_is_clipped_and_rounded_to_the_nearest(tmp_path):
    values = np.array([-0.1, 0.4 / 255, 0.6 / 255, 1.3], np.float32).reshape(1, 1, 4)
    write_picture(Picture(values), tmp_path / "a.png")
    back = read_picture(tmp_path / "a.png").colour
    np.testing.assert_array_equal(np.round(back * 255).ravel(), [0, 0, 1, 255])


# --- what other programs write ----------------------------------------------------------------


def test_a_palette_is_looked_up(tmp_path):
    image = Image.fromarray(noise(3)).quantize(8)
    image.save(tmp_path / "a.png")
    wanted = np.asarray(image.convert("RGB"))
    assert_same(read_picture(tmp_path / "a.png"), picture_of(wanted))


def test_a_transparent_palette_has_alpha(tmp_path):
    image = Image.fromarray(noise(3)).quantize(8)
    image.save(tmp_path / "a.png", transparency=2)
    alpha = np.where(np.asarray(image) == 2, 0, 255)[..., None].astype(np.uint8)
    wanted = np.concatenate([np.asarray(image.convert("RGB")), alpha], 2)
    assert_same(read_picture(tmp_path / "a.png"), picture_of(wanted))


# depth, kind, key as the file has it, two pixels a row, and their samples with alpha
KEYS = [
    (8, 0, (7,), b"\0\x07\x09", [[7, 0], [9, 255]]),
    (8, 2, (1, 2, 3), b"\0\1\2\3\1\2\4", [[1, 2, 3, 0], [1, 2, 4, 255]]),
    (16, 0, (258,), b"\0\1\2\1\3", [[258, 0], [259, 65535]]),
    (16, 2, (1, 2, 259), b"\0\0\1\0\2\1\3\0\1\0\2\1\4", [[1, 2, 259, 0], [1, 2, 260, 65535]]),
    (2, 0, (2,), b"\0\x90", [[170, 0], [85, 255]]),
    (1, 0, (1,), b"\0\x80", [[255, 0], [0, 255]]),
]


@pytest.mark.parametrize(("depth", "kind", "key", "row", "wanted"), KEYS)
def test_a_transparent_colour_becomes_alpha(tmp_path, depth, kind, key, row, wanted):
    transparent = chunk(b"tRNS", struct.pack(f">{len(key)}H", *key))
    (tmp_path / "a.png").write_bytes(raw_png(2, 1, depth, kind, row, transparent))
    samples = np.array([wanted], np.uint16 if depth == 16 else np.uint8)
    assert_same(read_picture(tmp_path / "a.png"), picture_of(samples))


# first row, first column, rows apart, columns apart
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bit_interlaced_is_read(tmp_path, channels):
    """Adam7: seven small pictures in a row."""
    samples, rows = noise(channels, 16, 9, 11), b""
    for top, left, down, right in ADAM7:
        small = samples[top::down, left::right].astype(">u2")
        rows += b"".join(b"\0" + row.tobytes() for row in small)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    (tmp_path / "a.png").write_bytes(raw_png(11, 9, 16, kind, rows, interlaced=1))
    assert_same(read_picture(tmp_path / "a.png"), picture_of(samples))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_pictures_are_turned_as_exif_says(tmp_path, orientation, ending):
    image = Image.fromarray(noise(3, 8, 16, 24))
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(tmp_path / f"a.{ending}", exif=exif)
    with Image.open(tmp_path / f"a.{ending}") as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened))
    assert_same(read_picture(tmp_path / f"a.{ending}"), picture_of(wanted))


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_the_colour_profile_is_kept(tmp_path, ending):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / f"a.{ending}"
    write_picture(Picture(np.zeros((3, 4, 4), np.float32), icc=icc), path)
    assert read_picture(path).icc == icc


def test_a_profile_of_other_channels_is_left_out(tmp_path):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    write_picture(Picture(np.zeros((1, 4, 4), np.float32), icc=icc), tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").icc is None


# --- what can't be read or written ------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path):
    assert told(tmp_path / "a.png") == "FILE: no such file or directory"


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "a.png").write_text("hello")
    wanted = "FILE: this is neither a PNG nor a JPEG\n  try: convert it to PNG"
    assert told(tmp_path / "a.png") == wanted


def test_a_bomb_is_told_by_its_size_before_it_is_opened(tmp_path):
    (tmp_path / "a.png").write_bytes(raw_png(60000, 50000, 16, 6, b""))
    fact = "60000x50000 pixels; at most 100 million are read"
    assert told(tmp_path / "a.png") == f"FILE: {fact}\n  try: cut it into pieces"


def test_a_picture_without_pixels(tmp_path):
    (tmp_path / "a.png").write_bytes(raw_png(0, 5, 8, 0, b""))
    assert told(tmp_path / "a.png") == "FILE: a picture of 0x5 has no pixels"


def test_a_jpeg_for_printing(tmp_path):
    Image.new("CMYK", (8, 8)).save(tmp_path / "a.jpg")
    fact = "a JPEG of CMYK is made for printing"
    assert told(tmp_path / "a.jpg") == f"FILE: {fact}\n  try: convert it to RGB"


def test_a_damaged_chunk_is_told_by_its_place(tmp_path):
    file = bytearray(b"".join(png.write(noise())))
    file[60] ^= 1
    (tmp_path / "a.png").write_bytes(file)
    fact = "the picture is damaged: chunk IDAT at byte 47 is damaged"
    assert told(tmp_path / "a.png") == f"FILE: {fact}\n  try: take another copy of the file"


def test_a_truncated_png(tmp_path):
    (tmp_path / "a.png").write_bytes(b"".join(png.write(noise()))[:90])
    fact = "the picture is damaged: the file ends after 90 bytes, before its last chunk does"
    assert told(tmp_path / "a.png") == f"FILE: {fact}\n  try: take another copy of the file"


def test_a_filter_that_does_not_exist(tmp_path):
    (tmp_path / "a.png").write_bytes(raw_png(4, 4, 16, 2, (b"\x09" + b"\0" * 24) * 4))
    assert told(tmp_path / "a.png").startswith("FILE: the picture is damaged: ")


def test_a_truncated_jpeg(tmp_path):
    file = io.BytesIO()
    Image.fromarray(noise(3, 8, 64, 64)).save(file, "JPEG")
    (tmp_path / "a.jpg").write_bytes(file.getvalue()[:-500])
    assert told(tmp_path / "a.jpg").startswith("FILE: the picture is damaged: ")


def sound_files():
    jpeg = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(3, 8, 9, 9)).save(jpeg, "JPEG", exif=exif)
    return [jpeg.getvalue(), *(b"".join(png.write(noise(c, 16))) for c in (2, 3))]


@same_folder
@given(
    which=st.integers(0, 2),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    kept=st.floats(0, 1) | st.just(1.0),
    sums_made_good=st.booleans(),
)
def test_a_spoiled_file_is_read_or_told_but_never_crashes(
    tmp_path, which, places, kept, sums_made_good
):
    file = bytearray(SOUND[which])
    for place, value in places:
        file[int(place * (len(file) - 1))] = value
    file = file[: int(kept * len(file))]
    (tmp_path / "a").write_bytes(with_good_sums(file) if sums_made_good else file)
    try:
        read_picture(tmp_path / "a")
    except PictureError as error:
        assert str(error).startswith(f"{tmp_path / 'a'}: ")  # noqa: PT017


SOUND = sound_files()


def with_good_sums(file):
    """So that damage reaches what lies behind the checksums."""
    at = 8
    while file.startswith(png.SIGNATURE) and at + 12 <= len(file):
        end = at + 12 + int.from_bytes(file[at : at + 4])
        if end > len(file):
            break
        file[end - 4 : end] = zlib.crc32(file[at + 4 : end - 4]).to_bytes(4)
        at = end
    return file


ENDINGS = "try: a name that ends in .png, .jpg or .jpeg"
NOT_FINITE = "the picture holds numbers that are not finite"
WRONG = [
    ("a.gif", {}, f'pictures are not written as ".gif"\n  {ENDINGS}'),
    ("a.jpg", {"alpha": np.ones((2, 2))}, "a JPEG can't hold alpha\n  try: write a .png"),
    ("a.png", {"colour": np.full((1, 2, 2), np.nan)}, NOT_FINITE),
    ("none/a.png", {}, "no such file or directory"),
]


@pytest.mark.parametrize(("name", "change", "wanted"), WRONG)
def test_what_can_not_be_written_is_told(tmp_path, name, change, wanted):
    picture = Picture(**({"colour": np.zeros((1, 2, 2), np.float32)} | change))
    with pytest.raises(PictureError) as error:
        write_picture(picture, tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: {wanted}"
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_stays_whole_when_writing_fails(tmp_path, monkeypatch):
    def breaks_off(samples, icc):
        yield png.SIGNATURE
        raise OSError(28, "No space left on device")

    path, picture = tmp_path / "a.png", picture_of(noise())
    write_picture(picture, path)
    monkeypatch.setattr(files.png, "write", breaks_off)
    with pytest.raises(PictureError) as error:
        write_picture(picture_of(noise()), path)
    assert str(error.value) == f"{path}: no space left on device"
    assert_same(read_picture(path), picture)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"colour": np.zeros((2, 3, 3))}, "colour is (2, 3, 3), not (1 or 3, height, width)"),
        ({"alpha": np.zeros((2, 3))}, "alpha is (2, 3), colour (3, 3)"),
        ({"bits": 12}, "12 bits\n  try: 8 or 16"),
    ],
)
def test_a_picture_fits_together(fields, wanted):
    with pytest.raises(PictureError) as error:
        Picture(**({"colour": np.zeros((1, 3, 3))} | fields))
    assert str(error.value) == f"picture: {wanted}"
