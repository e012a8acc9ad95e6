"""Text exports of Horiba LabSpec: spectra, series, maps, axes of every unit, Latin-1."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, LABSPEC, WAVELENGTHS, labspec, rows

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.horiba_labspec import READER


def parsed(text: str, encoding: str = "latin-1"):
    file = read_bytes(text.encode(encoding), "map.txt")
    assert file.reader == "Horiba LabSpec text"
    return file


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-16"])
def test_a_spectrum_has_its_settings_in_any_encoding(encoding):
    file = parsed(LABSPEC + rows(), encoding)
    np.testing.assert_array_equal(file.columns[0].values, WAVELENGTHS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert ("Detector temperature (°C)", "-75.4") in file.metadata
    assert ("Laser (nm)", "532") in file.metadata


@pytest.mark.parametrize(
    ("unit", "name", "read_as"),
    [
        ("nm", "wavelength", "nm"),
        ("1/cm", "raman_shift", "cm-1"),
        ("cm-1", "raman_shift", "cm-1"),
        ("cm-¹", "raman_shift", "cm-1"),
        ("eV", "energy", "eV"),
        ("furlong", "axis", ""),
    ],
)
def test_the_axis_has_the_unit_that_the_file_states(unit, name, read_as):
    file = parsed(LABSPEC.replace("#AxisUnit[1]=\tnm", f"#AxisUnit[1]=\t{unit}") + rows())
    assert (file.columns[0].name, file.columns[0].unit) == (name, read_as)
    assert bool(file.warnings) == (not read_as)


def test_the_range_tells_the_unit_where_no_axis_does():
    old = LABSPEC.partition("#AxisType")[0].replace("#Range (nm)", "#Range (cm-1)")
    assert parsed(old + rows()).columns[0].unit == "cm-1"


def test_counts_per_second_are_told_apart():
    assert parsed(LABSPEC.replace("=\tCnt", "=\tCnt/sec") + rows()).columns[1].unit == "counts/s"


SERIES = LABSPEC + "#AxisType[2]=\tTime\n#AxisUnit[2]=\ts\n" + "\t600\t601\t602\n0\t1\t2\t3\n0.5\t4\t5\t6\n"


def test_a_series_has_its_axis_in_the_first_row_and_times_in_the_first_column():
    file = parsed(SERIES)
    assert file.layout == "frames"
    np.testing.assert_array_equal(file.columns[0].values, [600, 601, 602])
    np.testing.assert_array_equal(file.columns[2].values, [4, 5, 6])
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 0.5])
    assert (file.frame_axis.name, file.frame_axis.unit) == ("time", "s")


def test_a_map_names_each_spectrum_by_its_position():
    file = parsed(LABSPEC + "#AxisType[2]=\tX\n#AxisType[3]=\tY\n\t\t600\t601\n-1\t2\t5\t6\n0\t2\t7\t8\n")
    assert [column.header for column in file.columns[1:]] == ["X -1, Y 2", "X 0, Y 2"]
    np.testing.assert_array_equal(file.columns[2].values, [7, 8])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SERIES.replace("4\t5\t6", "4\t5"), "no row of"),
        (SERIES.replace("\t600\t601\t602", "\t600\t601"), "the axis above them 2"),
        (LABSPEC + rows().replace("610.000\t", "610.000 x\t"), "no row of 2 numbers"),
        (LABSPEC + rows()[:-1], "may be cut"),
        (LABSPEC + rows().replace("610.000\t", "#x=\t1\n610.000\t"), "interrupts the rows"),
        (LABSPEC + rows().removeprefix("600.000"), "the axis above them 1"),
        (LABSPEC, "no rows of numbers"),
        (LABSPEC + "1\t2\t3\n4\t5\t6\n", "without an axis"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(text, said):
    with pytest.raises(FileError, match=said):
        read_bytes(text.encode("latin-1"), "map.txt")


def test_comments_of_other_programs_are_no_settings():
    assert not READER.recognises(b"# measured by hand\n# sample=2\n" + rows().encode())
    assert not READER.recognises(b"#a=\t1\n#b=\t2\n#c=\t3\n" + rows().encode())


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, labspec(), seed=2, count=150, cuts_show=False)


def test_the_real_headerless_file_is_read_as_text(instrument_files):
    file = read(instrument_files / "horiba_labspec" / "PST10_iR785_OP01_8000msx8.txt")
    axis, counts = file.columns
    assert (file.reader, axis.values.size) == ("text", 1024)
    np.testing.assert_array_equal(axis.values[[0, -1]], [168.216, 3281.89])
    assert (counts.values.max(), axis.values[np.argmax(counts.values)]) == (4867.43, 1006.29)


def test_a_first_row_that_was_joined_to_the_line_above_is_refused():
    text = LABSPEC + rows()
    with pytest.raises(FileError, match="damaged row") as caught:
        parsed(text.replace("nm\n600", "nm\x8a600"))
    assert caught.value.line == LABSPEC.count("\n")


@pytest.mark.parametrize(("last", "is_told"), [(59, False), (57, False), (50, True)])
def test_an_axis_that_ends_before_the_stated_range_does_is_told(last, is_told):
    lines = rows().splitlines(keepends=True)
    found = parsed(LABSPEC + "".join(lines[: last + 1])).warnings
    assert any("range from 600 to 659" in text for text in found) == is_told
