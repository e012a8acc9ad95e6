"""Files of Ocean Optics: mixed line ends, languages, decimal commas, promised pixels, and the laser at the maximum."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, OCEAN, WAVELENGTHS, ocean, rows

from asplab.core.io import FileError, read_bytes
from asplab.core.io.ocean_optics import READER


def parsed(text: str, encoding: str = "utf-8"):
    file = read_bytes(text.encode(encoding), "a.txt")
    assert file.reader == "Ocean Optics text"
    return file


def test_line_ends_of_three_kinds_in_one_file_lose_no_row():
    file = read_bytes(ocean(), "a.txt")
    np.testing.assert_array_equal(file.columns[0].values, WAVELENGTHS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert (file.layout, file.columns[0].unit) == ("frames", "nm")
    assert ("Integration Time (sec)", "1.000000E-1") in file.metadata


def test_the_name_of_the_data_tells_what_they_are():
    file = read_bytes(ocean(), "a.txt")
    assert file.columns[1].name == "irradiance"
    assert ("comment", "Data from film_AbsoluteIrradiance__1__17-26-26-809.txt Node") in file.metadata
    plain = parsed(OCEAN.replace("_AbsoluteIrradiance", "") + rows())
    assert (plain.columns[1].name, plain.columns[1].unit) == ("counts", "counts")


SPANISH = (
    "Datos del archivo película.txt\n\nFecha: mar mar 05 17:26:26 CET 2019\nUsuario: lab\nEspectrómetro: FLMS01234\n"
    "Tiempo de integración (seg): 1,000000E-1\nModo de eje X: Longitudes de onda\n"
    "Número de píxeles en el espectro: 2\n>>>>>Comienzo de los datos espectrales<<<<<\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_spanish_file_with_decimal_commas_and_exponents_is_read(encoding):
    file = parsed(SPANISH + "339,954\t21,141E2\n340,326\t-1,5E-1\n", encoding)
    np.testing.assert_array_equal(file.columns[0].values, [339.954, 340.326])
    np.testing.assert_array_equal(file.columns[1].values, [2114.1, -0.15])
    assert ("Tiempo de integración (seg)", "1,000000E-1") in file.metadata


def test_pixels_that_a_spanish_header_promises_must_be_there():
    with pytest.raises(FileError, match="promises 2 pixels, the file holds 1"):
        parsed(SPANISH + "339,954\t21,141E2\n")


def test_points_and_exponents_are_read_too():
    file = parsed(OCEAN.replace("Spectrum: 60", "Spectrum: 2") + "3.4539E2\t21.141E2\n3.4561E2\t2.3E0\n")
    np.testing.assert_array_equal(file.columns[1].values, [2114.1, 2.3])


OLD = (
    "SpectraSuite Data File\n++++++++++++++++++++++++++++++++++++\nDate: Mon Jun 11 14:59:44 CEST 2012\nUser: lab\n"
    "Integration Time (usec): 60000 (USB4F06998)\n>>>>>Begin Processed Spectral Data<<<<<\n"
)
END = ">>>>>End Processed Spectral Data<<<<<\n"


def test_a_file_of_the_older_programs_ends_with_its_end_line():
    np.testing.assert_array_equal(parsed(OLD + rows() + END).columns[1].values, COUNTS)
    with pytest.raises(FileError, match="End"):
        parsed(OLD + rows())


@pytest.mark.parametrize(
    ("mode", "name", "unit"),
    [
        ("Wavelengths", "wavelength", "nm"),
        ("Raman Shifts", "raman_shift", "cm-1"),
        ("Pixels", "pixel", "pixel"),
        ("Something else", "axis", ""),
    ],
)
def test_the_axis_is_what_the_header_says(mode, name, unit):
    file = parsed(OCEAN.replace("mode: Wavelengths", f"mode: {mode}") + rows())
    assert (file.columns[0].name, file.columns[0].unit) == (name, unit)
    assert bool(file.warnings) == (not unit)


def test_a_fast_series_has_one_spectrum_per_row_behind_its_time():
    head = OCEAN.replace("Spectrum: 60", "Spectrum: 3")
    text = "600.1\t600.5\t601\n2019-03-05 17:26:26\t1551803186\t5\t6\t7\n2019-03-05 17:26:27\t1551803187\t8\t9\t10\n"
    file = parsed(head + text)
    np.testing.assert_array_equal(file.columns[0].values, [600.1, 600.5, 601])
    np.testing.assert_array_equal(file.columns[2].values, [8, 9, 10])


def test_a_maximum_that_stands_alone_is_told_as_a_possible_laser():
    axis = np.linspace(380.0, 700.0, 1000)
    spectrum = 484.55 * np.exp(-(((axis - 404.95) / 0.6) ** 2)) + 1.09 * np.exp(-(((axis - 520.0) / 9.0) ** 2))
    text = "".join(f"{a:.4f}\t{b:.5f}\n" for a, b in zip(axis, spectrum, strict=True))
    file = parsed(OCEAN.replace("Spectrum: 60", "Spectrum: 1000") + text)
    assert any("404.9" in warning and "laser" in warning for warning in file.warnings)


def test_a_band_is_not_taken_for_the_laser():
    assert read_bytes(ocean(), "a.txt").warnings == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OCEAN + rows()[:-40], "cut short"),
        (OCEAN + "\n".join(rows().splitlines()[:-3]) + "\n", "promises 60 pixels, the file holds 57"),
        (OCEAN + rows() + rows(), "Header and data don't belong together"),
        (OLD + rows() + END + rows(), "lines follow the end"),
        (OCEAN + rows().replace("610.000\t", "610.000\t-\t"), "no row of 2 numbers"),
        (OCEAN, "no rows of numbers"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(text, said):
    with pytest.raises(FileError, match=said):
        parsed(text)


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, ocean(), seed=3, count=150)
