"""A file is there whole or as it was, and nothing is left beside it."""

import pytest

from texelnet.disk import write_whole


def test_a_file_is_put_in_its_place(tmp_path):
    write_whole(tmp_path / "a.bin", lambda file: file.write(b"new"))
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_what_goes_wrong_half_way_leaves_the_old_file_alone(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"old")

    def failing(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.bin", failing)
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
