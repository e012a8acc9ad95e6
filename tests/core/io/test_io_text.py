"""Reading text files: delimiters, decimal marks, headers, encodings, line ends, and damaged files."""

import hashlib

import numpy as np
import pytest

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.headers import column_name

WAVELENGTHS = np.linspace(500.0, 540.5, 28)
COUNTS = np.arange(28) * 37.0 + 201.0


def table(delimiter: str = ",", decimal: str = ".", header: str = "", end: str = "\n", tail: str = "") -> str:
    rows = [f"{w:.4f}{delimiter}{c:.1f}".replace(".", decimal) + tail for w, c in zip(WAVELENGTHS, COUNTS, strict=True)]
    return end.join([*([header] if header else []), *rows]) + end


def assert_is_the_table(raw: bytes) -> None:
    file = read_bytes(raw, "run.csv")
    assert len(file.columns) == 2
    np.testing.assert_allclose(file.columns[0].values, WAVELENGTHS, atol=5.1e-5)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)


@pytest.mark.parametrize(
    ("delimiter", "decimal"),
    [(",", "."), (";", "."), ("\t", "."), (" ", "."), ("   ", "."), (", ", "."), (";", ","), ("\t", ","), (" ", ",")],
)
@pytest.mark.parametrize("header", ["", "wavelength_nm{}counts"])
def test_every_delimiter_and_decimal_mark_gives_the_same_numbers(delimiter, decimal, header):
    assert_is_the_table(table(delimiter, decimal, header.format(delimiter)).encode())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(end):
    assert_is_the_table(table(end=end).encode())


def test_mixed_line_ends_in_one_file_are_understood():
    lines = table().splitlines()
    mixed = "".join(line + ("\r\n", "\r", "\n")[k % 3] for k, line in enumerate(lines))
    assert_is_the_table(mixed.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_every_usual_encoding_is_understood(encoding):
    raw = table(header="Wellenlänge (nm),Zähler").encode(encoding)
    assert_is_the_table(raw)
    file = read_bytes(raw, "run.csv")
    assert [column.name for column in file.columns] == ["wellenlänge", "zähler"]
    assert file.columns[0].unit == "nm"


def test_a_delimiter_at_the_end_of_each_row_makes_no_column():
    assert_is_the_table(table("\t", tail="\t", end="\r\n").encode())


def test_text_above_and_below_the_numbers_becomes_metadata():
    text = "Model: DU888\nExposure (s):\t0.1\n\n" + table() + "\nOperator, A. Nother\n"
    file = read_bytes(text.encode(), "run.asc")
    assert ("Model", "DU888") in file.metadata
    assert ("Operator", "A. Nother") in file.metadata
    assert file.lines[0] == 4


@pytest.mark.parametrize("mark", ["#", "%", "!", ";"])
def test_comment_lines_are_no_data_wherever_they_stand(mark):
    rows = table().splitlines()
    text = "\n".join([f"{mark} made by hand", *rows[:9], f"{mark} lamp drifted here", *rows[9:], f"{mark} end"])
    assert_is_the_table(text.encode())
    file = read_bytes(text.encode(), "run.csv")
    assert file.lines[9] == 12


def test_blank_lines_among_the_rows_do_not_shift_the_line_numbers():
    rows = table().splitlines()
    file = read_bytes("\n".join([*rows[:9], "", "", *rows[9:]]).encode(), "run.csv")
    assert file.columns[0].values.size == 28
    assert (file.lines[8], file.lines[9]) == (9, 12)


def test_a_commented_header_names_the_columns():
    file = read_bytes(table(" ", header="# wavelength_nm counts").encode(), "run.txt")
    assert [(column.name, column.unit) for column in file.columns] == [("wavelength", "nm"), ("counts", "")]


def test_a_row_of_units_below_the_names_is_understood():
    file = read_bytes(table("\t", header="Wavelength\tIntensity\nnm\tcounts").encode(), "run.txt")
    assert [(column.name, column.unit) for column in file.columns] == [("wavelength", "nm"), ("intensity", "counts")]


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("wavelength", "wavelength", ""),
        ("Wavelength (nm)", "wavelength", "nm"),
        ("WAVELENGTH_NM", "wavelength", "nm"),
        ("wavelength [µm]", "wavelength", "um"),
        ("lambda / nm", "lambda", "nm"),
        ("nm", "wavelength", "nm"),
        ("Energy (eV)", "energy", "eV"),
        ("photon_energy_mev", "photon_energy", "meV"),
        ("lockin_x_v", "lockin_x", "V"),
        ("X", "x", ""),
        ("X (mV)", "x", "mV"),
        ("power_uw", "power", "uW"),
        ("Power / µW", "power", "uW"),
        ("counts", "counts", ""),
    ],
)
def test_header_cells_fall_into_name_and_unit(header, name, unit):
    assert column_name(header) == (name, unit)


def test_metadata_lines_of_numbers_above_the_table_are_told_not_read():
    file = read_bytes(("785\n" + table()).encode(), "run.csv")
    assert file.columns[0].values.size == 28
    assert "line 1" in file.warnings[0]


def test_a_decimal_comma_is_not_taken_for_a_delimiter_where_integers_are_among_the_numbers():
    rows = [f"{500 + k},5;{k}" if k % 4 else f"{500 + k};{k}" for k in range(20)]
    file = read_bytes("\n".join(rows).encode(), "run.csv")
    np.testing.assert_array_equal(file.columns[0].values[:3], [500.0, 501.5, 502.5])
    assert len(file.columns) == 2


def test_a_table_of_two_rows_is_read_below_a_long_header():
    file = read_bytes(b"\n".join([b"key: some text"] * 12 + [b"nm,counts", b"500.0,7", b"501.0,9"]), "run.csv")
    np.testing.assert_array_equal(file.columns[1].values, [7.0, 9.0])


def test_large_counts_stay_exact():
    rows = "\n".join(f"{500 + k},{2**53 - k}" for k in range(12))
    values = read_bytes(rows.encode(), "run.csv").columns[1].values
    assert [int(value) for value in values] == [2**53 - k for k in range(12)]


def test_a_few_nul_bytes_in_a_header_make_no_binary_file():
    raw = b"Serial\x00\x00: 1234\n" + table().encode()
    assert_is_the_table(raw)


def test_read_gives_the_hash_of_the_bytes_and_the_name_of_the_reader(tmp_path):
    path = tmp_path / "run.csv"
    path.write_bytes(table().encode())
    file = read(path)
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.reader == "text"


def test_columns_are_read_only():
    file = read_bytes(table().encode(), "run.csv")
    with pytest.raises(ValueError, match="read-only"):
        file.columns[0].values[0] = 1.0


def spoiled(index: int, row: str) -> bytes:
    rows = table(header="wavelength_nm,counts").splitlines()
    rows[index - 1] = row
    return "\n".join(rows).encode()


@pytest.mark.parametrize(
    ("line", "row", "said"),
    [
        (15, "520.1,abc", "'abc'"),
        (15, "520.1,", "1 of 2 columns"),
        (15, ",300", "''"),
        (15, "520.1", "1 of 2 columns"),
        (15, "520.1,3,4", "3 of 2 columns"),
        (2, "500.0,x", "'x'"),
        (29, "540.5,x", "'x'"),
        (29, "?540.5,220", "'\\?540.5'"),
        (2, "|500.0,201", "'.500.0'"),
        (29, "540.5", "cut short"),
        (15, "here the lamp was changed", "interrupts"),
    ],
)
def test_a_damaged_row_is_refused_with_its_line_and_content(line, row, said):
    with pytest.raises(FileError, match=said) as caught:
        read_bytes(spoiled(line, row), "run.csv")
    assert caught.value.where == f"run.csv, line {line}"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<!DOCTYPE html>\n<html>1,2\n3,4\n</html>", "web page"),
        (b"\x89PNG\r\n\x1a\n....", "PNG image"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"PK\x03\x04....", "zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12\n", "Git LFS"),
        (bytes(range(32)) * 40, "binary"),
        (b"only words\nand more words\n", "no rows of numbers"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_with_its_name_and_reason(raw, said):
    with pytest.raises(FileError, match=said) as caught:
        read_bytes(raw, "run.csv")
    assert str(caught.value).startswith("run.csv")


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(FileError, match=r"nothing\.csv"):
        read(tmp_path / "nothing.csv")
