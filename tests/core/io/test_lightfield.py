"""CSV exports of LightField: one line per pixel becomes frames, regions and images."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, WAVELENGTHS, lightfield

from asplab.core.io import FileError, read_bytes
from asplab.core.io.lightfield import READER


def parsed(text: str):
    file = read_bytes(text.encode(), "a.csv")
    assert file.reader == "LightField CSV"
    return file


def test_lines_of_two_frames_become_two_frames():
    file = read_bytes(lightfield(), "a.csv")
    assert (file.layout, len(file.columns)) == ("frames", 3)
    np.testing.assert_array_equal(file.columns[0].values, np.round(WAVELENGTHS, 4))
    np.testing.assert_array_equal(file.columns[2].values, COUNTS + 2)


def lines(names: str, *, rois=(1,), frames=(1,), rows=(1,), columns=range(1, 4)) -> str:
    keys = names.split(",")
    found = []
    for roi in rois:
        for frame in frames:
            for row in rows:
                for column in columns:
                    known = {"ROI": roi, "Frame": frame, "Row": row, "Column": column, "Wavelength": 500 + column}
                    known |= {"Intensity": 1000 * roi + 100 * frame + 10 * row + column, "Time": "10:00:01"}
                    found.append(",".join(str(known[key]) for key in keys))
    return "\n".join([names, *found]) + "\n"


def test_rows_without_wavelengths_are_an_image():
    file = parsed(lines("Frame,Row,Column,Intensity", rows=(1, 2)))
    assert (file.layout, file.columns[0].name) == ("image", "pixel")
    np.testing.assert_array_equal(file.columns[2].values, [1121, 1122, 1123])


def test_rows_with_wavelengths_are_spectra_of_the_detector_rows():
    file = parsed(lines("Frame,Row,Column,Wavelength,Intensity", rows=(1, 2)))
    assert (file.layout, file.columns[0].unit, len(file.columns)) == ("frames", "nm", 3)


def test_regions_are_data_sets_of_their_own():
    file = parsed(lines("ROI,Frame,Row,Wavelength,Intensity", rois=(1, 2)))
    assert [part.part for part in file.parts] == ["ROI 1", "ROI 2"]
    assert file.others[0].columns[1].values[0] == 2111


def test_columns_that_are_no_numbers_are_passed_over():
    assert parsed(lines("Time,Frame,Row,Wavelength,Intensity")).columns[1].values[0] == 1111


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lightfield().decode()[:-1], "may be cut"),
        ("\n".join(lightfield().decode().splitlines()[:-5]) + "\n", "aren't equally long"),
        (lightfield().decode().replace("610.0000,", "x,"), "no line of 6 cells"),
        ("Frame,Row,Intensity\n1,1,5\n", "no column and no wavelength"),
        ("Frame,Row,Wavelength,Intensity\n", "no lines follow"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(text, said):
    with pytest.raises(FileError, match=said):
        parsed(text)


def test_a_table_that_only_names_an_intensity_is_none():
    assert not READER.recognises(b"Wavelength,Intensity\n500,3\n501,4\n")
    assert not READER.recognises(b"wavelength,frame,counts\n500,3,1\n501,4,1\n")


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, lightfield(), seed=7, count=150, cuts_show=False)


@pytest.mark.parametrize("frame", [1, 2])
def test_one_damaged_wavelength_is_refused_instead_of_splitting_the_frames(frame):
    text = lightfield().decode()
    damaged = text.replace(f"1,{frame},1,8,607.0000", f"1,{frame},1,8,647.0000")
    assert damaged != text
    with pytest.raises(FileError, match=r"647|607") as caught:
        parsed(damaged)
    assert caught.value.line == 1 + 60 + 8


def test_frames_whose_axes_differ_throughout_are_data_sets_of_their_own():
    text = lightfield().decode()
    for wavelength in WAVELENGTHS:
        text = text.replace(f",{wavelength:.4f},", f",{wavelength + 0.5:.4f},", 1)
    assert [len(part.columns) for part in parsed(text).parts] == [2, 2]
