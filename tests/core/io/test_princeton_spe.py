"""SPE files of WinSpec and LightField: frames, regions, images, calibrations, and damage."""

import struct

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.princeton_spe import READER
from asplab.core.jobs.inspection import inspect_file

KINDS = {0: "<f4", 1: "<i4", 2: "<i2", 3: "<u2", 5: "<f8", 6: "<u1", 8: "<u4"}
COEFFICIENTS = (600.0, 0.1, -1e-6, 0.0, 0.0, 0.0)


def header(*, version, kind, pixels, rows, frames, xml=0) -> bytearray:
    head = bytearray(4100)
    struct.pack_into("<H", head, 42, pixels)
    struct.pack_into("<h", head, 108, kind)
    struct.pack_into("<H", head, 656, rows)
    struct.pack_into("<Q", head, 678, xml)
    struct.pack_into("<i", head, 1446, frames)
    struct.pack_into("<f", head, 1992, version)
    head[2996:3000] = b"\x67\x45\x23\x01"
    head[4098:4100] = b"\x55\x55"
    return head


def version_2(values, *, kind=3, unit=4, shown=4, valid=1, order=2, regions=(), exposure=0.0) -> bytes:
    values = np.asarray(values)
    frames, rows, pixels = values.shape
    head = header(version=2.5, kind=kind, pixels=pixels, rows=rows, frames=frames)
    struct.pack_into("<f", head, 10, exposure)
    head[20:29] = b"15Mar2017"
    head[172:178] = b"182836"
    head[200:210] = b"a comment\0"
    struct.pack_into("<h", head, 1510, len(regions))
    for k, region in enumerate(regions):
        struct.pack_into("<6H", head, 1512 + 12 * k, *region)
    head[3016] = shown
    struct.pack_into("<5b", head, 3098, valid, unit, unit, order, 2)
    struct.pack_into("<6d", head, 3263, *COEFFICIENTS)
    struct.pack_into("<d", head, 3311, 636.3)
    return bytes(head) + values.astype(KINDS[kind]).tobytes()


def version_3(values, *, regions, wavelengths=None, extra=b"", stamps=0, spoil=lambda xml: xml) -> bytes:
    """Build a LightField file; ``values`` (frames, points) is cut into ``regions`` of (pixels, rows)."""
    values = np.asarray(values, "<u2")
    size, stride = 2 * values.shape[1], 2 * values.shape[1] + stamps
    blocks = "".join(
        f'<DataBlock type="Region" count="1" width="{w}" height="{h}" size="{2 * w * h}" stride="{2 * w * h}" '
        f'calibrations="{10 + k},{20 + k}"/>'
        for k, (w, h) in enumerate(regions)
    )
    listed = "".join(
        f'<WavelengthMapping id="{10 + k}"><Wavelength xml:space="preserve">{text}</Wavelength></WavelengthMapping>'
        for k, text in enumerate(wavelengths or ())
    )
    xml = (
        '<SpeFormat version="3.0" xmlns="http://www.princetoninstruments.com/spe/2009"><DataFormat>'
        f'<DataBlock type="Frame" count="{len(values)}" pixelFormat="MonochromeUnsigned16" size="{size}" '
        f'stride="{stride}">{blocks}</DataBlock></DataFormat><Calibrations>{listed}{extra.decode()}</Calibrations>'
        '<DataHistories><DataHistory id="1"><Origin created="2021-03-04T10:00:00"><Experiment><Devices><Cameras>'
        '<Camera model="PIXIS"><ShutterTiming><ExposureTime type="Double">250</ExposureTime></ShutterTiming></Camera>'
        "</Cameras></Devices></Experiment></Origin></DataHistory></DataHistories></SpeFormat>"
    )
    data = b"".join(row.tobytes() + bytes(stamps) for row in values)
    head = header(version=3.0, kind=3, pixels=values.shape[1], rows=1, frames=len(values), xml=4100 + len(data))
    return bytes(head) + data + spoil(xml).encode()


def listed(start: float, count: int) -> str:
    return ",".join(str(start + 0.5 * k) for k in range(count))


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_number_is_read(kind):
    values = np.arange(12).reshape(3, 1, 4) + 100
    file = read_bytes(version_2(values, kind=kind), "run.spe")
    np.testing.assert_array_equal([column.values for column in file.columns[1:]], values[:, 0])


def test_the_calibration_of_version_2_counts_pixels_from_1():
    file = read_bytes(version_2(np.ones((1, 1, 50))), "run.spe")
    pixel = np.arange(1.0, 51.0)
    np.testing.assert_allclose(file.columns[0].values, 600.0 + 0.1 * pixel - 1e-6 * pixel**2, rtol=1e-14)
    assert (file.columns[0].unit, file.warnings) == ("nm", ())


@pytest.mark.parametrize(
    ("unit", "name", "axis_unit"), [(4, "wavelength", "nm"), (5, "wavenumber", "cm-1"), (6, "raman_shift", "cm-1")]
)
def test_the_unit_of_the_calibration_names_the_axis(unit, name, axis_unit):
    axis = read_bytes(version_2(np.ones((1, 1, 50)), unit=unit), "run.spe").columns[0]
    assert (axis.name, axis.unit) == (name, axis_unit)


def test_an_axis_that_winspec_shows_as_raman_shift_is_said_to_be_the_wavelength():
    file = read_bytes(version_2(np.ones((1, 1, 50)), shown=6), "run.spe")
    assert file.columns[0].unit == "nm"
    assert any("Raman shift from 636.3 nm" in text for text in file.warnings)


def test_without_a_valid_calibration_the_axis_counts_pixels():
    file = read_bytes(version_2(np.ones((1, 1, 50)), valid=0), "run.spe")
    assert (file.columns[0].unit, file.columns[0].values[0]) == ("pixel", 1.0)
    assert any("no wavelength calibration" in text for text in file.warnings)


def test_an_exposure_without_unit_is_doubted():
    file = read_bytes(version_2(np.ones((1, 1, 50)), exposure=30.0), "run.spe")
    assert ("exposure", "30") in file.metadata
    assert any("as s or as ms" in text for text in file.warnings)


def test_the_header_of_version_2_becomes_metadata():
    metadata = dict(read_bytes(version_2(np.ones((1, 1, 50))), "run.spe").metadata)
    assert metadata["date"] == "15Mar2017"
    assert metadata["time"] == "18:28:36"
    assert metadata["comment 1"] == "a comment"
    assert metadata["laser position"] == "636.3"


def test_regions_of_version_2_are_data_sets_with_their_part_of_the_calibration():
    values = np.arange(20).reshape(2, 1, 10)
    file = read_bytes(version_2(values, regions=[(1, 4, 1, 1, 1, 1), (11, 16, 1, 1, 1, 1)]), "run.spe")
    assert [part.part for part in file.parts] == ["region 1", "region 2"]
    np.testing.assert_array_equal(file.others[0].columns[2].values, [14, 15, 16, 17, 18, 19])
    np.testing.assert_allclose(file.others[0].columns[0].values[0], 600.0 + 1.1 - 1e-6 * 121)


def test_regions_that_do_not_add_up_are_refused():
    with pytest.raises(FileError, match="don't add up"):
        read_bytes(version_2(np.ones((2, 1, 10)), regions=[(1, 4, 1, 1, 1, 1), (11, 15, 1, 1, 1, 1)]), "run.spe")


def test_binned_columns_take_the_calibration_at_their_middle():
    file = read_bytes(version_2(np.ones((1, 1, 10)), regions=[(101, 120, 2, 1, 1, 1)], order=1), "run.spe")
    np.testing.assert_allclose(file.columns[0].values[:2], [600.0 + 0.1 * 101.5, 600.0 + 0.1 * 103.5])
    assert any("from column 101, binned by 2" in text for text in file.warnings)


def test_an_image_without_calibration_is_an_image():
    file = read_bytes(version_2(np.arange(12).reshape(1, 3, 4), valid=0), "run.spe")
    assert file.layout == "image"
    np.testing.assert_array_equal(file.columns[3].values, [8, 9, 10, 11])


def test_a_region_of_version_3_has_its_wavelengths_and_the_exposure_in_the_metadata():
    file = read_bytes(version_3([[5, 6, 7], [8, 9, 10]], regions=[(3, 1)], wavelengths=[listed(700, 3)]), "run.spe")
    np.testing.assert_array_equal(file.columns[0].values, [700, 700.5, 701])
    np.testing.assert_array_equal(file.columns[2].values, [8, 9, 10])
    assert any(key.endswith("Camera/ShutterTiming/ExposureTime") and value == "250" for key, value in file.metadata)


def test_several_regions_of_version_3_are_data_sets():
    values = np.arange(14).reshape(2, 7)
    raw = version_3(values, regions=[(3, 1), (2, 2)], wavelengths=[listed(500, 3), listed(800, 2)], stamps=16)
    file = read_bytes(raw, "run.spe")
    assert [part.part for part in file.parts] == ["region 1", "region 2 frame 1", "region 2 frame 2"]
    np.testing.assert_array_equal(file.columns[2].values, [7, 8, 9])
    np.testing.assert_array_equal(file.others[1].columns[2].values, [12, 13])
    assert file.others[0].columns[0].values[0] == 800.0


def test_time_stamps_of_version_3_tell_the_frames_apart():
    meta = (
        '<MetaFormat><MetaBlock id="1"><TimeStamp event="ExposureStarted" type="Int64" bitDepth="64" '
        'resolution="1000"/><TimeStamp event="ExposureEnded" type="Int64" bitDepth="64" resolution="1000"/>'
        "</MetaBlock></MetaFormat><DataHistories>"
    )
    values = np.arange(9).reshape(3, 3)
    raw = bytearray(
        version_3(values, regions=[(3, 1)], stamps=16, spoil=lambda xml: xml.replace("<DataHistories>", meta))
    )
    for k, milliseconds in enumerate((5000, 6500, 8000)):
        struct.pack_into("<q", raw, 4100 + 22 * k + 6, milliseconds)
    file = read_bytes(bytes(raw), "series.spe")
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 1.5, 3.0])
    np.testing.assert_array_equal(file.columns[3].values, [6, 7, 8])


def test_wavelengths_of_the_whole_sensor_are_cut_to_the_region_and_binned():
    extra = b'<SensorMapping id="20" x="2" y="0" width="6" height="1" xBinning="2" yBinning="1"/>'
    raw = version_3([[1, 2, 3]], regions=[(3, 1)], wavelengths=[listed(700, 20)], extra=extra)
    np.testing.assert_array_equal(read_bytes(raw, "run.spe").columns[0].values, [701.25, 702.25, 703.25])


def test_wavelengths_that_do_not_match_their_region_are_refused():
    with pytest.raises(FileError, match="lists 4 wavelengths for a region of 3 points"):
        read_bytes(version_3([[1, 2, 3]], regions=[(3, 1)], wavelengths=[listed(700, 4)]), "run.spe")


def test_an_entity_in_the_description_is_refused():
    raw = version_3([[1, 2]], regions=[(2, 1)], spoil=lambda xml: '<!DOCTYPE a [<!ENTITY b "c">]>' + xml)
    with pytest.raises(FileError, match="can't be read"):
        read_bytes(raw, "run.spe")


@pytest.mark.parametrize("missing", [1, 30, 2500])
def test_a_file_of_version_2_that_is_cut_is_refused_as_truncated(missing):
    with pytest.raises(FileError, match=r"truncated.*Copy it again"):
        read_bytes(version_2(np.ones((2, 1, 600)))[:-missing], "run.spe")


def test_a_file_of_version_3_without_its_description_is_refused():
    raw = version_3(np.ones((2, 300)), regions=[(300, 1)])
    with pytest.raises(FileError, match="truncated"):
        read_bytes(raw[:5200], "run.spe")


def test_an_absurd_number_of_frames_is_refused():
    raw = bytearray(version_2(np.ones((2, 1, 6))))
    struct.pack_into("<i", raw, 1446, 2_000_000_000)
    with pytest.raises(FileError, match="which no measurement has"):
        read_bytes(bytes(raw), "run.spe")


SAMPLES = (
    version_2(np.arange(900).reshape(3, 1, 300), regions=[(1, 300, 1, 1, 1, 1)], exposure=3.0),
    version_3(
        np.arange(700).reshape(2, 350), regions=[(150, 1), (100, 2)], wavelengths=[listed(500, 150), listed(9, 100)]
    ),
)


@pytest.mark.parametrize("raw", SAMPLES)
def test_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=21, count=150)


@pytest.mark.slow
@pytest.mark.parametrize("raw", SAMPLES)
def test_much_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=22, count=6000)


def test_the_real_file_has_its_known_contents(instrument_files):
    file = read(instrument_files / "princeton_spe" / "Testfile_Single_SPE2.SPE")
    axis, frames = file.columns[0].values, np.array([column.values for column in file.columns[1:]])
    assert frames.shape == (35, 1340)
    np.testing.assert_allclose([axis[0], axis[-1]], [627.1822929, 759.0392447], rtol=2e-6)
    assert (frames[0, 0], frames[0, -1], frames[0].max(), frames[0].argmax()) == (193, 223, 742, 89)
    assert np.unravel_index(frames.argmax(), frames.shape) == (11, 387)
    np.testing.assert_allclose(axis[387], 665.7605107, rtol=2e-6)
    assert dict(file.metadata)["laser position"] == "636.3"


def test_the_counts_of_the_real_file_equal_those_of_its_text_twin(instrument_files):
    folder = instrument_files / "princeton_spe"
    file = read(folder / "Testfile_Single_SPE2.SPE")
    lines = (folder / "Testfile_Single_SPE2.reference.txt").read_text(encoding="utf-8").splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("Wavelength\t")) + 1
    twin = np.array([[float(cell) for cell in line.split()] for line in lines[start:] if line.strip()])
    np.testing.assert_array_equal(twin[:, 1:], np.transpose([column.values for column in file.columns[1:]]))


def test_nobody_is_told_to_write_a_header_row_into_a_binary_file(tmp_path):
    values = np.zeros((1, 1, 4)) + np.arange(4.0)
    (tmp_path / "a.spe").write_bytes(version_2(values, unit=0, shown=0))
    told = [text for text in inspect_file(tmp_path / "a.spe")["warnings"] if "unit of its axis" in text]
    assert len(told) == 1
    assert "export the data as text" in told[0]
    assert "Name it in a header row" not in told[0]
