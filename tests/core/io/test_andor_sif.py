"""Andor SIF: spectra, kinetic series, images and step-and-glue, and files that are cut short or damaged."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.andor_sif import READER
from asplab.core.jobs.inspection import inspect_file

COEFFICIENTS = (500.0, 0.25, -1e-6, 0.0)


def sif(
    values,
    *,
    coefficients=COEFFICIENTS,
    frame_axis=b"Wavelength",
    data_type=b"Counts",
    version=65567,
    user_text=b"",
    raman=b"433",
    flag=b"0\n",
    area=None,
    tail=b"0\n0\n0\n",
    areas=1,
) -> bytes:
    values = np.asarray(values, dtype="<f4")
    frames, rows, pixels = values.shape
    left, binning = area or (1, 1)
    per_area = rows // areas
    layout = [f"65541 1 {rows} {pixels} 1 {frames} {areas} {values.size} {rows * pixels}"]
    layout += [
        f"65538 {left} {per_area * (k + 1)} {left + pixels * binning - 1} {per_area * k + 1} 1 {binning} 0"
        for k in range(areas)
    ]
    stamps = b"".join(b"         %d\n" % (k * 1000) for k in range(frames))
    return b"".join(
        [
            b"Andor Technology Multi-Channel File\n65538 1\n",
            b"%d 0 0 1 1615747824 -70 \0 \0 \0 \1 \n 0 0.1 0.143 0.144 5 \0 2.5 2e-05 0 1 20 0 0 \0\n" % version,
            b"DU420_OE \n 1024 255 12\nC:\\a run.sif \n65538 %d\n" % len(user_text),
            user_text + b"\n65538 \1 \3 \3 \0 0 0\n",
            b"65540 1 1 800 1 0 299.986 1200nm\n0 10\n0 KY193i\n65540 \2 \0 \x12 \0 \1 \0\n",
            " ".join(f"{one:.15g}" for one in coefficients).encode() + b"\n0 1 0 0\n0 1 0 0\n",
            raman + b"\n26\n26\n1\n",
            b"".join(b"%d\n%s" % (len(text), text) for text in (frame_axis, data_type, b"Pixel number")),
            "\n".join(layout).encode() + b"\n",
            stamps + flag + values.tobytes() + tail,
        ]
    )


def spectrum(count: int = 300) -> np.ndarray:
    return np.arange(count, dtype=float).reshape(1, 1, -1) * 3.0 + 7.0


def test_a_spectrum_has_the_wavelengths_of_its_polynomial_at_pixels_from_1():
    file = read_bytes(sif(spectrum()), "run.sif")
    pixel = np.arange(1.0, 301.0)
    assert (file.reader, file.layout, file.columns[0].unit) == ("Andor SIF", "frames", "nm")
    np.testing.assert_allclose(file.columns[0].values, 500.0 + 0.25 * pixel - 1e-6 * pixel**2, rtol=1e-14)
    np.testing.assert_array_equal(file.columns[1].values, spectrum()[0, 0])
    assert file.columns[1].unit == "counts"


def test_the_head_becomes_metadata_although_binary_bytes_in_it_look_like_line_ends():
    metadata = dict(read_bytes(sif(spectrum()), "run.sif").metadata)
    assert metadata["Exposure Time (secs)"] == "0.1"
    assert metadata["Number of Accumulations"] == "5"
    assert metadata["OriginalFilename"] == "C:\\a run.sif"
    assert metadata["Grating Groove Density (l/mm)"] == "299.986"
    assert metadata["Date"] == "2021-03-14T18:50:24+00:00"


def test_a_kinetic_series_keeps_its_frames_apart_with_their_times():
    values = np.arange(12.0).reshape(3, 1, 4)
    file = read_bytes(sif(values), "series.sif")
    assert [column.header for column in file.columns[1:]] == ["frame 1", "frame 2", "frame 3"]
    np.testing.assert_array_equal(file.columns[3].values, [8.0, 9.0, 10.0, 11.0])
    np.testing.assert_allclose(file.frame_axis.values, [0.0, 2.5, 5.0])
    assert file.frame_axis.unit == "s"


def test_an_image_over_pixel_numbers_is_an_image_whatever_its_calibration_says():
    values = np.arange(12.0).reshape(1, 3, 4)
    file = read_bytes(sif(values, coefficients=(0, 1, 0, 0), frame_axis=b"Pixel number"), "image.sif")
    assert file.layout == "image"
    np.testing.assert_array_equal(file.columns[0].values, [1, 2, 3, 4])
    np.testing.assert_array_equal(file.columns[2].values, [4, 5, 6, 7])
    assert any("no wavelength axis" in text for text in file.warnings)


def test_rows_over_wavelengths_are_frames_told_apart_by_their_row():
    file = read_bytes(sif(np.arange(12.0).reshape(1, 3, 4), areas=3), "tracks.sif")
    assert (file.layout, file.frame_axis.name) == ("frames", "row")
    assert any("3 rows" in text for text in file.warnings)


def test_a_series_of_images_gives_one_data_set_a_frame():
    values = np.arange(24.0).reshape(2, 3, 4)
    file = read_bytes(sif(values, coefficients=(0, 1, 0, 0)), "images.sif")
    assert [part.part for part in file.parts] == ["frame 1", "frame 2"]
    np.testing.assert_array_equal(file.others[0].columns[1].values, values[1, 0])


def test_frames_with_a_calibration_each_have_an_axis_each():
    text = b"Calibration data for frame 1: 400,0.5,0,0\nCalibration data for frame 2: 600,0.25,0,0\n"
    file = read_bytes(sif(np.ones((2, 1, 9)), user_text=text), "glued.sif")
    assert [part.columns[0].values[0] for part in file.parts] == [400.5, 600.25]


def test_a_glued_spectrum_is_wider_than_the_detector():
    file = read_bytes(sif(spectrum(4711)), "glued.sif")
    assert dict(file.metadata)["DetectorDimensions"] == "1024 x 255"
    assert file.columns[0].values.size == file.columns[1].values.size == 4711


def test_raman_shift_in_the_file_is_still_an_axis_of_wavelengths_and_said_so():
    file = read_bytes(sif(spectrum(), frame_axis=b"Raman shift", raman=b"455.5"), "raman.sif")
    assert (file.columns[0].name, file.columns[0].unit) == ("wavelength", "nm")
    assert any("relative to 455.5 nm; the axis here is the wavelength" in text for text in file.warnings)


def test_counts_per_second_after_background_correction_are_called_so():
    file = read_bytes(sif(-spectrum(), data_type=b"Counts (Bg corrected per second)"), "run.sif")
    assert file.columns[1].unit == "counts/s"
    assert any("subtracted a background" in text for text in file.warnings)
    assert file.columns[1].values.max() < 0.0


def test_a_binned_part_of_the_detector_is_warned_about():
    file = read_bytes(sif(spectrum(), area=(65, 2)), "run.sif")
    assert any("from column 65, binned by 2" in text for text in file.warnings)


@pytest.mark.parametrize("version", [65559, 65565, 65567])
@pytest.mark.parametrize(("flag", "frames"), [(b"", 1), (b"0\n", 1), (b"1\n   22\n", 1), (b"1\n   22\n  23\n", 2)])
def test_the_data_begin_behind_whatever_flags_a_version_writes(version, flag, frames):
    values = np.arange(frames * 5.0).reshape(frames, 1, 5) + 100.5
    file = read_bytes(sif(values, version=version, flag=flag), "run.sif")
    np.testing.assert_array_equal([column.values for column in file.columns[1:]], values[:, 0])


def test_data_whose_first_bytes_look_like_a_flag_are_not_shifted():
    first = np.frombuffer(b"0\n\x80@", "<f4")[0]
    values = np.array([[[first, 2.0, 3.0]]])
    file = read_bytes(sif(values, flag=b""), "run.sif")
    np.testing.assert_array_equal(file.columns[1].values, [first, 2.0, 3.0])


def test_inspect_describes_the_first_frame_and_images_as_a_whole(tmp_path):
    path = tmp_path / "run.sif"
    path.write_bytes(sif(np.arange(12.0).reshape(3, 1, 4)))
    entry = inspect_file(path)
    assert (entry["frames"], entry["values"]["last"], entry["values"]["max"]) == (3, 3.0, 3.0)
    rows = np.arange(24.0).reshape(2, 3, 4)
    rows[0, 1, 2] = 99.0
    path.write_bytes(sif(rows, coefficients=(0, 1, 0, 0)))
    entry = inspect_file(path)
    assert (entry["layout"], entry["frames"], entry["axis"]["unit"]) == ("image", 2, "pixel")
    assert entry["values"] == {"unit": "counts", "first": 0, "last": 11, "min": 0, "max": 99, "axis_at_max": 3}


def test_a_file_cut_in_its_data_is_refused_as_truncated():
    whole = sif(spectrum())
    with pytest.raises(FileError, match=r"run\.sif: the file is truncated: .* Copy it again"):
        read_bytes(whole[: len(whole) - 500], "run.sif")


@pytest.mark.parametrize("size", [36, 60, 120, 180, 300, 420])
def test_a_file_cut_in_its_head_is_refused_at_once(size):
    with pytest.raises(FileError, match=r"truncated|damaged"):
        read_bytes(sif(spectrum())[:size], "run.sif")


def test_a_head_that_contradicts_itself_is_refused():
    with pytest.raises(FileError, match="contradict"):
        read_bytes(sif(spectrum()).replace(b" 1 1 300 300\n", b" 1 1 300 299\n"), "run.sif")


def test_an_absurd_shape_is_refused_before_anything_is_allocated():
    with pytest.raises(FileError, match="which no measurement has"):
        read_bytes(sif(spectrum()).replace(b" 1 1 300 300\n", b" 99999999 1 29999999700 300\n"), "run.sif")


def test_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, sif(spectrum(200)), seed=11, count=240)


@pytest.mark.slow
@pytest.mark.parametrize("raw", [sif(spectrum()), sif(np.ones((3, 4, 20)), areas=4), sif(np.ones((4, 1, 50)))])
def test_much_damage_gives_an_error_or_a_whole_file(raw):
    assert_survives_damage(READER, raw, seed=12, count=5000)


@pytest.mark.parametrize(
    ("name", "first", "last", "values", "highest"),
    [
        ("raman1", 405.23317, 454.55334, (280099, 2923172, 280099, 3077877), (1018, 454.31513)),
        ("cli-0", 586.58948, 1008.57716, (20, 160, -80, 65080), (530, 807.8523)),
    ],
)
def test_real_files_have_their_known_contents(instrument_files, name, first, last, values, highest):
    file = read(instrument_files / "andor_sif" / f"{name}.sif")
    axis, counts = (column.values for column in file.columns)
    assert axis.size == 1024
    np.testing.assert_allclose([axis[0], axis[-1]], [first, last], rtol=2e-6)
    assert (counts[0], counts[-1], counts.min(), counts.max()) == values
    assert counts.argmax() == highest[0]
    np.testing.assert_allclose(axis[counts.argmax()], highest[1], rtol=2e-6)


def test_a_real_file_equals_its_text_twin(instrument_files):
    file = read(instrument_files / "andor_sif" / "cli-0.sif")
    twin = np.loadtxt(instrument_files / "andor_sif" / "cli-0.reference.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(np.transpose([column.values for column in file.columns]), twin, rtol=2e-6)


def test_a_real_file_cut_in_its_data_is_refused(instrument_files):
    with pytest.raises(FileError, match="truncated"):
        read(instrument_files / "malformed" / "raman1_truncated_in_data.sif")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["raman1", "cli-0"])
def test_real_files_survive_much_damage(instrument_files, name):
    raw = (instrument_files / "andor_sif" / f"{name}.sif").read_bytes()
    assert_survives_damage(READER, raw, seed=13, count=5000)
