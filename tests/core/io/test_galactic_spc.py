"""Galactic SPC: even and listed axes, integers and floats, several spectra, the log, and damage."""

import struct

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.galactic_spc import READER

LISTED, EACH, MULTIPLE, SHORT = 0x80, 0x40, 0x04, 0x01


def spc(
    values, *, axis=None, own=(), kind="f4", exponent=-128, x_code=3, ends=(500.0, 600.0), z=None, log=b""
) -> bytes:
    rows = [np.asarray(row) for row in values]
    flags = (LISTED if axis is not None or len(own) else 0) | (EACH if len(own) else 0) | (SHORT if kind == "i2" else 0)
    flags |= MULTIPLE if len(rows) > 1 else 0
    head = bytearray(512)
    body = b"" if axis is None else np.asarray(axis, "<f4").tobytes()
    for k, row in enumerate(rows):
        subheader = struct.pack(
            "<BbHfffII", 0, exponent, k, z[k] if z else 0.0, 0.0, 0.0, row.size if len(own) else 0, 1
        )
        body += subheader.ljust(32, b"\0")
        body += np.asarray(own[k], "<f4").tobytes() if len(own) else b""
        body += row.astype(f"<{kind}").tobytes()
    points = 512 + len(body) if len(own) else rows[0].size
    struct.pack_into("<3BbI2dI3B", head, 0, flags, 0x4B, 0, exponent, points, 500.0, 600.0, len(rows), x_code, 4, 4)
    struct.pack_into("<I", head, 32, 2021 << 20 | 3 << 16 | 4 << 11 | 15 << 6 | 30)
    head[88:97] = b"a comment"
    if log:
        struct.pack_into("<I", head, 248, 512 + len(body))
        body += struct.pack("<5I", 64 + len(log), 4096, 64, 0, 0).ljust(64, b"\0") + log
    return bytes(head) + body


def test_an_even_axis_runs_from_its_first_to_its_last_value():
    file = read_bytes(spc([np.arange(11.0)]), "run.spc")
    np.testing.assert_allclose(file.columns[0].values, np.linspace(500.0, 600.0, 11))
    np.testing.assert_array_equal(file.columns[1].values, np.arange(11.0))
    assert (file.reader, file.columns[0].unit, file.columns[1].unit) == ("Galactic SPC", "nm", "counts")
    assert dict(file.metadata)["date"] == "2021-03-04T15:30"
    assert dict(file.metadata)["comment"] == "a comment"


@pytest.mark.parametrize(
    ("code", "name", "unit"),
    [(1, "wavenumber", "cm-1"), (13, "raman_shift", "cm-1"), (14, "energy", "eV"), (7, "axis", "")],
)
def test_the_code_of_the_axis_gives_its_unit(code, name, unit):
    file = read_bytes(spc([np.arange(11.0)], x_code=code), "run.spc")
    assert (file.columns[0].name, file.columns[0].unit) == (name, unit)
    assert bool(file.warnings) == (unit == "")


def test_a_listed_axis_is_the_one_of_the_file():
    file = read_bytes(spc([np.arange(4.0)], axis=[900.0, 700.0, 650.0, 640.5]), "run.spc")
    np.testing.assert_array_equal(file.columns[0].values, [900.0, 700.0, 650.0, 640.5])


@pytest.mark.parametrize(("kind", "bits"), [("i2", 16), ("i4", 32)])
def test_integers_are_fractions_of_a_power_of_two(kind, bits):
    stored = np.array([1, -2, 3]) * 2 ** (bits - 4)
    file = read_bytes(spc([stored], kind=kind, exponent=6), "run.spc")
    np.testing.assert_array_equal(file.columns[1].values, [4.0, -8.0, 12.0])


def test_several_spectra_are_frames_with_their_z_values():
    file = read_bytes(spc(np.arange(12.0).reshape(3, 4), z=[0.0, 1.5, 3.0]), "series.spc")
    np.testing.assert_array_equal(file.columns[2].values, [4.0, 5.0, 6.0, 7.0])
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 1.5, 3.0])
    assert file.frame_axis.unit == "s"


def test_spectra_with_axes_of_their_own_are_data_sets():
    file = read_bytes(spc([[1.0, 2.0], [3.0, 4.0, 5.0]], own=[[500.0, 501.0], [600.0, 601.0, 602.0]]), "multi.spc")
    assert [part.part for part in file.parts] == ["spectrum 1", "spectrum 2"]
    np.testing.assert_array_equal(file.others[0].columns[0].values, [600.0, 601.0, 602.0])
    np.testing.assert_array_equal(file.others[0].columns[1].values, [3.0, 4.0, 5.0])


def test_the_log_becomes_metadata():
    file = read_bytes(spc([np.arange(4.0)], log=b"LASER = 532 nm\r\nnothing\r\n\0"), "run.spc")
    assert ("LASER", "532 nm") in file.metadata


@pytest.mark.parametrize("missing", [1, 16, 40])
def test_a_cut_file_is_refused_as_truncated(missing):
    with pytest.raises(FileError, match="truncated"):
        read_bytes(spc([np.arange(30.0)])[:-missing], "run.spc")


def test_bytes_that_are_missing_before_the_log_are_noticed():
    raw = spc([np.arange(30.0)], log=b"A = 1\0" + bytes(40))
    with pytest.raises(FileError, match="the log begins at byte"):
        READER.read(raw[:248] + struct.pack("<I", 660) + raw[252:], "run.spc")


def test_an_absurd_shape_is_refused():
    raw = bytearray(spc([np.arange(30.0)]))
    struct.pack_into("<I", raw, 24, 90_000_000)
    with pytest.raises(FileError, match="which no measurement has"):
        READER.read(bytes(raw), "run.spc")


SAMPLES = (
    spc([np.arange(60.0)], log=b"A = 1\0" + bytes(60)),
    spc(np.arange(60).reshape(3, 20), kind="i4", exponent=20, axis=np.arange(20.0)),
    spc(np.arange(60.0).reshape(3, 20), own=np.arange(60.0).reshape(3, 20)),
)


@pytest.mark.parametrize("raw", SAMPLES)
def test_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=81, count=120)


@pytest.mark.slow
@pytest.mark.parametrize("raw", SAMPLES)
def test_much_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=82, count=5000)
