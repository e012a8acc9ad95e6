"""Renishaw WDF: single spectra, maps and series, stopped measurements, and files cut short."""

import struct

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.renishaw_wdf import READER

AXIS = np.linspace(1800.0, 100.0, 40)


def block(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<IQ", 0, 16 + len(content)) + content


def wdf(values, *, axis=AXIS, axis_unit=1, value_unit=6, laser=785.0, capacity=None, origins=()) -> bytes:
    values = np.asarray(values, "<f4")
    count, points = values.shape
    capacity = capacity or count
    head = bytearray(512)
    head[:16] = b"WDF1" + struct.pack("<IQ", 1, 512)
    struct.pack_into("<IQQ", head, 0x3C, points, capacity, count)
    struct.pack_into("<4I", head, 0x50, 3, 1, points, len(origins))
    head[0x60:0x64] = b"WiRE"
    struct.pack_into("<2I", head, 0x80, 1, 3 if count > 1 else 1)
    struct.pack_into("<Q", head, 0x88, 132_000_000_000_000_000)
    struct.pack_into("<If", head, 0x98, value_unit, 1e7 / laser)
    head[0xF0:0xF8] = b"my title"
    data = values.tobytes() + bytes(4 * points * (capacity - count))
    listed = b"".join(
        struct.pack("<II", kind, unit) + name.ljust(16, b"\0") + np.resize(numbers, capacity).astype(form).tobytes()
        for kind, unit, name, form, numbers in origins
    )
    return b"".join(
        [
            bytes(head),
            block(b"DATA", data),
            block(b"YLST", struct.pack("<IIf", 2, 6, 0.0)),
            block(b"XLST", struct.pack("<II", 1, axis_unit) + np.asarray(axis, "<f4").tobytes()),
            block(b"ORGN", struct.pack("<I", len(origins)) + listed),
            block(b"TEXT", b"a note"),
        ]
    )


def test_a_spectrum_keeps_its_descending_raman_shift():
    file = read_bytes(wdf([np.arange(40.0)]), "run.wdf")
    assert (file.layout, file.columns[0].name, file.columns[0].unit) == ("frames", "raman_shift", "cm-1")
    np.testing.assert_array_equal(file.columns[0].values, AXIS.astype("f4"))
    np.testing.assert_array_equal(file.columns[1].values, np.arange(40.0))
    assert (file.columns[1].unit, file.warnings) == ("counts", ())


@pytest.mark.parametrize(
    ("code", "name", "unit"),
    [(2, "wavenumber", "cm-1"), (3, "wavelength", "nm"), (4, "energy", "eV"), (16, "pixel", "pixel")],
)
def test_the_unit_of_the_axis_is_the_one_of_the_file(code, name, unit):
    axis = read_bytes(wdf([np.arange(40.0)], axis_unit=code), "run.wdf").columns[0]
    assert (axis.name, axis.unit) == (name, unit)


def test_a_unit_without_a_name_is_said_not_to_be_known():
    file = read_bytes(wdf([np.arange(40.0)], axis_unit=77, value_unit=88), "run.wdf")
    assert file.columns[0].unit == file.columns[1].unit == ""
    assert any("axis has the code 77" in text for text in file.warnings)
    assert any("values has the code 88" in text for text in file.warnings)


def test_a_laser_that_is_not_a_number_is_warned_about_and_left_out():
    file = read_bytes(wdf([np.arange(40.0)], laser=float("nan")), "run.wdf")
    assert "Laser (nm)" not in dict(file.metadata)
    assert any("no laser" in text for text in file.warnings)


def test_the_header_becomes_metadata():
    metadata = dict(read_bytes(wdf([np.arange(40.0)]), "run.wdf").metadata)
    assert metadata["Title"] == "my title"
    assert metadata["Laser (nm)"] == "785"
    assert metadata["Accumulations"] == "3"
    assert metadata["Start"].startswith("2019-04-17T")


def test_the_spectra_of_a_map_are_frames_with_their_positions():
    values = np.arange(120.0).reshape(3, 40)
    origins = [
        (0x80000003, 5, b"X", "<f8", [1.5, 2.5, 3.5]),
        (0x80000004, 5, b"Y", "<f8", [7.0, 7.0, 7.0]),
        (11, 24, b"Time", "<i8", [10**17, 10**17 + 20_000_000, 10**17 + 40_000_000]),
    ]
    file = read_bytes(wdf(values, origins=origins), "map.wdf")
    np.testing.assert_array_equal([column.values for column in file.columns[1:]], values)
    np.testing.assert_array_equal(file.frame_axis.values, [1.5, 2.5, 3.5])
    assert (file.frame_axis.name, file.frame_axis.unit) == ("x", "um")
    assert dict(file.metadata)["Y (um)"] == "7 7 7"


def test_a_series_without_positions_is_told_apart_by_its_times():
    origins = [(11, 24, b"Time", "<i8", [10**17, 10**17 + 25_000_000])]
    file = read_bytes(wdf(np.ones((2, 40)), origins=origins), "series.wdf")
    np.testing.assert_allclose(file.frame_axis.values, [0.0, 2.5])


def test_a_stopped_measurement_gives_the_recorded_spectra_and_says_so():
    file = read_bytes(wdf(np.ones((2, 40)), capacity=5), "map.wdf")
    assert len(file.columns) == 3
    assert any("2 of 5 spectra" in text for text in file.warnings)


@pytest.mark.parametrize("size", [600, 300, 700, 800])
def test_a_file_cut_anywhere_is_refused_as_truncated(size):
    with pytest.raises(FileError, match="truncated"):
        read_bytes(wdf([np.arange(40.0)])[:size], "run.wdf")


def test_an_axis_of_another_length_is_refused():
    raw = bytearray(wdf([np.arange(40.0)]))
    struct.pack_into("<I", raw, 0x58, 39)
    with pytest.raises(FileError, match="contradicts itself"):
        read_bytes(bytes(raw), "run.wdf")


def test_an_absurd_capacity_is_refused_before_anything_is_allocated():
    raw = bytearray(wdf([np.arange(40.0)]))
    struct.pack_into("<Q", raw, 0x40, 1 << 40)
    with pytest.raises(FileError, match="which no measurement has"):
        read_bytes(bytes(raw), "run.wdf")


def test_a_block_without_size_does_not_loop_for_ever():
    raw = bytearray(wdf([np.arange(40.0)]))
    struct.pack_into("<Q", raw, 512 + 8, 0)
    with pytest.raises(FileError, match="has 0 bytes"):
        read_bytes(bytes(raw), "run.wdf")


SAMPLES = (
    wdf([np.arange(40.0)]),
    wdf(np.arange(200.0).reshape(5, 40), origins=[(0x80000003, 5, b"X", "<f8", [1, 2, 3, 4, 5])], capacity=7),
)


@pytest.mark.parametrize("raw", SAMPLES)
def test_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=31, count=200)


@pytest.mark.slow
@pytest.mark.parametrize("raw", SAMPLES)
def test_much_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=32, count=6000)
