"""ASCII traces of Becker & Hickl, which share their file ending with Andor's."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, becker_hickl

from asplab.core.io import FileError, read_bytes
from asplab.core.io.becker_hickl import READER


def test_a_decay_has_photons_over_time():
    file = read_bytes(becker_hickl(), "a.asc")
    assert (file.reader, file.columns[0].name, file.columns[0].unit) == ("Becker & Hickl text", "time", "ns")
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert ("Title", "film") in file.metadata


def test_photons_alone_stand_over_their_channel_and_blocks_are_data_sets():
    file = read_bytes(b"*BLOCK 1 Decay\n5\n7\n6\n*END\n*BLOCK 2 Decay\n1\n2\n*END\n", "a.asc")
    assert [part.part for part in file.parts] == ["block 1", "block 2"]
    np.testing.assert_array_equal(file.columns[0].values, [1, 2, 3])
    np.testing.assert_array_equal(file.others[0].columns[1].values, [1, 2])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (becker_hickl()[:-5], "no \\*END"),
        (b"*BLOCK 1 Decay\n*END\n", "no rows"),
        (b"*BLOCK 1 Decay\n1 2\n3\n4 5\n*END\n", "no row of 2 numbers"),
        (b"*BLOCK 1 Decay\n1 2 3\n4 5 6\n*END\n", "not time and photons"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(raw, said):
    with pytest.raises(FileError, match=said):
        READER.read(raw, "a.asc")


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, becker_hickl(), seed=8, count=150)


def test_rows_behind_the_end_of_a_block_are_refused():
    raw = becker_hickl().replace(b"4.000000", b"*END\n4.000000")
    with pytest.raises(FileError, match=r"follow the \*END") as caught:
        READER.read(raw, "a.asc")
    assert caught.value.line == raw[: raw.index(b"4.000000")].count(b"\n") + 1


@pytest.mark.parametrize("damage", [b"\0\0\xc0\x7f", b"\xff\xff", b")\2"])
def test_a_first_row_that_was_joined_to_the_line_above_is_refused(damage):
    raw = becker_hickl().replace(b" )\n", damage)
    assert raw.count(b"\n") == becker_hickl().count(b"\n") - 1
    with pytest.raises(FileError, match="lacks its end"):
        READER.read(raw, "a.asc")
