"""LabSpec XML: spectra, maps, units, settings, hostile XML and files cut short."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.labspec_xml import READER


def axis(label: str, unit: str, values=()) -> str:
    text = " ".join(map(str, values))
    return (
        f'<LSX Format="9"><LSX Format="7" ID="0x6D707974">{label}</LSX><LSX Format="7" ID="0x7C696E75">{unit}</LSX>'
        f'<LSX Format="6" ID="0x7D6CD4DB">{text}</LSX></LSX>'
    )


def labspec(rows, *, unit="nm", values="Cnt", spectral=(500, 500.5, 501.25), more="", head="") -> bytes:
    listed = "".join(f'<LSX_Row Format="5">{" ".join(map(str, row))}</LSX_Row>' for row in rows)
    axes = axis("Intens", values) + axis("Spectr", unit, spectral) + more
    setting = (
        '<LSX Format="9"><LSX Format="7" ID="0x6D6D616E">Laser (nm)</LSX>'
        '<LSX Format="7" ID="0x7D6C61DB">532.06</LSX></LSX>'
    )
    return (
        f'{head}<?xml version="1.0" encoding="utf-8"?><LSX_Data Format="9">'
        f'<LSX_Matrix Format="5">{listed}</LSX_Matrix>'
        f'<LSX_Tree Format="9">{setting}<LSX Format="9" ID="0x7B697861">{axes}</LSX></LSX_Tree></LSX_Data>'
    ).encode()


@pytest.mark.parametrize(
    ("unit", "name", "axis_unit"),
    [("nm", "wavelength", "nm"), ("eV", "energy", "eV"), ("1/cm", "raman_shift", "cm-1")],
)
def test_a_spectrum_has_the_axis_of_the_file(unit, name, axis_unit):
    file = read_bytes(labspec([[3, 5, 4]], unit=unit), "run.xml")
    assert (file.reader, file.columns[0].name, file.columns[0].unit) == ("Horiba LabSpec XML", name, axis_unit)
    np.testing.assert_array_equal(file.columns[0].values, [500, 500.5, 501.25])
    np.testing.assert_array_equal(file.columns[1].values, [3, 5, 4])
    assert ("Laser (nm)", "532.06") in file.metadata


def test_counts_per_second_and_unknown_units_are_told_apart():
    assert read_bytes(labspec([[3, 5, 4]], values="Cnt/sec"), "run.xml").columns[1].unit == "counts/s"
    file = read_bytes(labspec([[3, 5, 4]], values="V", unit="furlong"), "run.xml")
    assert any("'V'" in text for text in file.warnings)
    assert any("'furlong'" in text for text in file.warnings)


def test_the_rows_of_a_line_scan_are_frames_with_their_positions():
    more = axis("X", "\u00b5m", (1, 2)) + axis("Y", "\u00b5m", (7, 8))
    file = read_bytes(labspec([[1, 2, 3], [4, 5, 6]], more=more), "scan.xml")
    np.testing.assert_array_equal(file.columns[2].values, [4, 5, 6])
    np.testing.assert_array_equal(file.frame_axis.values, [1, 2])
    assert (file.frame_axis.name, file.frame_axis.unit) == ("x", "um")
    assert ("Y (um)", "7 8") in file.metadata


def test_rows_that_differ_in_length_are_refused():
    with pytest.raises(FileError, match="2 to 3 values"):
        read_bytes(labspec([[1, 2, 3], [4, 5]]), "run.xml")


def test_an_axis_of_another_length_is_refused():
    with pytest.raises(FileError, match="axis has 3 points, the spectra 2"):
        read_bytes(labspec([[1, 2]]), "run.xml")


def test_a_map_says_that_its_positions_are_a_grid():
    more = axis("X", "um", (1, 2)) + axis("Y", "um", (7, 8))
    file = read_bytes(labspec(np.arange(12).reshape(4, 3), more=more), "map.xml")
    assert file.frame_axis is None
    assert dict(file.metadata)["X (um)"] == "1 2"
    assert any("map of 4 spectra" in text for text in file.warnings)


def test_settings_without_data_are_refused():
    with pytest.raises(FileError, match="no LSX_Matrix"):
        read_bytes(b"<LSX_Data><LSX_Tree/></LSX_Data>", "run.xml")


def test_a_cut_file_is_refused_as_truncated():
    raw = labspec([[1, 2, 3]])
    with pytest.raises(FileError, match="truncated"):
        read_bytes(raw[:-5], "run.xml")


def test_entities_are_refused_not_expanded():
    bomb = b'<!DOCTYPE a [<!ENTITY b "1 2 3">]><LSX_Data><LSX_Matrix>&b;</LSX_Matrix></LSX_Data>'
    with pytest.raises(FileError, match="can't be read"):
        read_bytes(bomb, "run.xml")


def test_deep_nesting_ends_in_an_error_or_a_spectrum_not_in_a_crash():
    deep = labspec([[1, 2, 3]], more="<LSX>" * 3000 + "</LSX>" * 3000)
    assert read_bytes(deep, "deep.xml").columns[1].values.size == 3


def test_other_xml_is_not_claimed():
    assert not READER.recognises(b'<?xml version="1.0"?><html><LSX/></html>')


RAW = labspec(np.arange(60).reshape(4, 15), spectral=np.arange(15) + 500.25, more=axis("X", "um", (1, 2, 3, 4)))


def test_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, RAW, seed=41, count=200)


@pytest.mark.slow
def test_much_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, RAW, seed=42, count=10000)
