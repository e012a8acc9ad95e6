"""Text exports of Andor Solis: description below or above, tabs or commas, series, images, and decays that are none."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, SOLIS, WAVELENGTHS, andor_ascii, becker_hickl, rows

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.andor_ascii import READER


def parsed(text: str):
    file = read_bytes(text.encode(), "run.asc")
    assert file.reader == "Andor Solis text"
    return file


@pytest.mark.parametrize(
    "text",
    [
        rows(end="\t\r\n") + "\r\n\r\n" + SOLIS,
        SOLIS + "\r\n" + rows(end="\t\r\n"),
        rows(",", end=",\r\n") + "\r\n\r\n" + SOLIS,
        SOLIS + "\r\n\r\n" + rows(",", end=",\r\n"),
        (rows(end="\t\r\n") + "\r\n\r\n" + SOLIS).replace("\r\n", "\n"),
    ],
    ids=["tab, below", "tab, above", "comma, below", "comma, above", "line feeds"],
)
def test_the_description_may_stand_above_or_below_the_numbers(text):
    file = parsed(text)
    np.testing.assert_array_equal(file.columns[0].values, WAVELENGTHS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert (file.layout, file.columns[0].unit, file.columns[1].unit) == ("frames", "nm", "counts")
    assert ("Exposure Time (secs)", "0.1") in file.metadata
    assert ("Model", "DU888_BV") in file.metadata


def test_exponents_are_numbers():
    file = parsed("629.5\t3.07788e+06\t\r\n630.5\t2.8e+06\t\r\n\r\n" + SOLIS)
    np.testing.assert_array_equal(file.columns[1].values, [3077880.0, 2800000.0])


def with_line(old: str, new: str) -> str:
    assert old in SOLIS
    return SOLIS.replace(old, new)


def test_counts_per_second_without_background_keep_their_unit_and_are_told():
    kind = with_line("Data Type:                    Counts", "Data Type: Counts (Bg corrected per second)")
    file = parsed("629.5\t-80\t\r\n630.5\t20\t\r\n\r\n" + kind)
    assert file.columns[1].unit == "counts/s"
    assert file.columns[1].values[0] == -80
    assert any("background" in text for text in file.warnings)


def test_without_a_data_type_the_unit_is_left_open_and_told():
    file = parsed(rows(end="\t\r\n") + "\r\n" + with_line("Data Type:                    Counts\r\n", ""))
    assert file.columns[1].unit == ""
    assert any("per second" in text for text in file.warnings)


def test_a_centre_outside_the_axis_leaves_its_unit_open():
    file = parsed(rows(end="\t\r\n") + "\r\n" + with_line("Wavelength (nm):              630", "Wavelength (nm): 900"))
    assert (file.columns[0].name, file.columns[0].unit) == ("axis", "")
    assert any("unit of its axis" in text for text in file.warnings)


def test_columns_of_a_binned_series_are_frames_with_their_times():
    text = "".join(f"{600 + k}\t{k}\t{10 * k}\t{100 * k}\t\r\n" for k in range(60))
    file = parsed(text + "\r\n" + SOLIS + "Kinetic Cycle Time (secs): 0.5\r\n")
    assert file.layout == "frames"
    assert [column.values[2] for column in file.columns[1:]] == [2, 20, 200]
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 0.5, 1.0])
    assert file.frame_axis.unit == "s"


def test_a_series_that_repeats_its_axis_becomes_frames():
    text = "".join(f"{600 + k}\t{100 * frame + k}\t\r\n" for frame in range(3) for k in range(60))
    file = parsed(text + "\r\n" + SOLIS)
    assert [column.values.size for column in file.columns] == [60] * 4
    assert [column.values[-1] for column in file.columns[1:]] == [59, 159, 259]


IMAGE = with_line("Full Vertical Binning", "Full Resolution Image")


def image(frames: int) -> str:
    return "".join(
        f"{x}\t" + "".join(f"{1000 * frame + 10 * x + row}\t" for row in range(3)) + "\r\n"
        for frame in range(frames)
        for x in range(1, 41)
    )


def test_an_image_has_pixels_and_the_rows_of_the_detector():
    file = parsed(image(1) + "\r\n" + IMAGE)
    assert (file.layout, file.columns[0].name) == ("image", "pixel")
    assert len(file.columns) == 4
    np.testing.assert_array_equal(file.columns[2].values, 10 * np.arange(1, 41) + 1)


def test_a_series_of_images_repeats_the_index_and_becomes_one_data_set_each():
    file = parsed(image(2) + "\r\n" + IMAGE)
    assert [part.part for part in file.parts] == ["frame 1", "frame 2"]
    assert [part.layout for part in file.parts] == ["image", "image"]
    assert file.others[0].columns[1].values[0] == 1010


def test_calibrations_of_the_frames_give_each_its_wavelengths():
    calibrations = (
        "Calibration data for frame 1 : 425, 0.05, 0, 0\r\nCalibration data for frame 2 : 464, 0.05, 0, 0\r\n"
    )
    file = parsed(image(2) + "\r\n" + IMAGE + calibrations)
    assert [part.columns[0].unit for part in file.parts] == ["nm", "nm"]
    assert [part.columns[0].values[0] for part in file.parts] == [425.05, 464.05]
    assert any("calculated" in text for text in file.warnings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rows(end="\t\r\n"), "describe the data are missing"),
        (SOLIS + "\r\n" + rows(end="\t\r\n")[:-6], "may be cut|cut short"),
        (SOLIS, "no rows"),
        (image(2)[: len(image(2)) * 2 // 3].rpartition("\r\n")[0] + "\r\n" + IMAGE, "aren't equally long"),
        (rows(end="\t\r\n").replace("610.000\t", "610.000\tx"), "no row of 2 numbers"),
        (rows(end="\t\r\n").replace("610.000\t", "510.000\t") + SOLIS, "axis jumps to 510"),
        (image(2).replace("\r\n1\t1010\t1011\t1012\t", "") + "\r\n" + IMAGE, "axis jumps to 2"),
        ("630\t\r\n631\t\r\n" + SOLIS, "a single number"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(text, said):
    with pytest.raises(FileError, match=said):
        READER.read(text.encode(), "run.asc")


def test_decays_of_becker_and_hickl_have_the_same_ending_and_another_reader():
    assert not READER.recognises(becker_hickl())
    assert not READER.recognises(rows().encode())


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, andor_ascii(), seed=1, count=150)


def test_the_real_file_has_its_known_contents(instrument_files):
    file = read(instrument_files / "andor_asc" / "raman1.asc")
    axis, counts = file.columns
    np.testing.assert_allclose(axis.values[[0, -1]], [405.23318, 454.55334], rtol=2e-6)
    assert (axis.values.size, counts.values[0], counts.values[-1]) == (1024, 280099, 2.92317e6)
    assert (counts.values.max(), axis.values[np.argmax(counts.values)]) == (3.07788e6, 454.31512)
    told = dict(file.metadata)
    assert (told["Exposure Time (secs)"], told["Number of Accumulations"], told["EM Gain level"]) == (
        "0.1",
        "500",
        "20",
    )
    assert (told["Model"], told["Wavelength (nm)"], told["Temperature (C)"]) == ("DU888_BV", "430", "-50")
    assert told["Grating Groove Density (l/mm)"] == "1200.75"


def test_an_empty_file_is_refused_as_empty(instrument_files):
    with pytest.raises(FileError, match="empty"):
        read(instrument_files / "malformed" / "zero_bytes.asc")


@pytest.mark.parametrize("place", [0, 59])
@pytest.mark.parametrize("damage", ["\x98t>", "\xff\xff", "x"])
def test_a_damaged_first_or_last_row_is_refused(place, damage):
    lines = rows(end="\t\r\n").splitlines()
    lines[place] = damage + lines[place]
    with pytest.raises(FileError, match="damaged row") as caught:
        parsed("\r\n".join([*lines, "", "", SOLIS]))
    assert caught.value.line == place + 1


@pytest.mark.parametrize("place", [10, 58])
def test_a_jump_below_blank_lines_names_its_line(place):
    lines = rows(end="\t\r\n").splitlines()
    lines[place:place] = ["", ""]
    lines[place + 2] = ".000\t200.00\t"
    with pytest.raises(FileError, match="the axis jumps to 0 here") as caught:
        parsed("\r\n".join([*lines, "", SOLIS]))
    assert caught.value.line == place + 3


def test_a_file_that_ends_between_cr_and_lf_is_refused():
    with pytest.raises(FileError, match="may be cut"):
        parsed((SOLIS + "\r\n" + rows(end="\t\r\n"))[:-1])
    carriage_returns = (SOLIS + "\r\n" + rows(end="\t\r\n")).replace("\r\n", "\r")
    np.testing.assert_array_equal(parsed(carriage_returns).columns[0].values, WAVELENGTHS)
