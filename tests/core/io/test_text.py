"""What instruments do to text files beyond delimiters and encodings: headers that number frames, traps, restarts."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.selection import WHOLE_FILE, select
from asplab.core.io.text import READER
from asplab.core.jobs.inspection import inspect_file


def parsed(text: str, name: str = "run.txt"):
    return read_bytes(text.encode(), name)


def numbers(count: int = 30, width: int = 3, start: float = 500.0, delimiter: str = "\t") -> str:
    return "".join(
        delimiter.join([f"{start + k:.2f}", *(f"{100 * column + k}" for column in range(1, width))]) + "\n"
        for k in range(count)
    )


@pytest.mark.parametrize("word", ["Frame", "Spectrum", "Intensity", "counts_", "Acc."])
def test_columns_that_a_header_numbers_are_frames(word):
    file = parsed(f"Wavelength\t{word} 1\t{word} 2\n" + numbers())
    assert (file.layout, [column.name for column in file.columns]) == ("frames", ["wavelength", "counts", "counts"])
    assert file.columns[2].header == f"{word} 2"


@pytest.mark.parametrize("header", ["Wavelength\tX1\tY1", "Wavelength\tSample 1\tSample 2", "Wavelength\tPL\tASPL 2"])
def test_columns_that_are_merely_called_alike_stay_columns(header):
    assert parsed(f"{header}\n" + numbers()).layout == "columns"


@pytest.mark.parametrize("first", ["wavelength", "Wavelength (nm)", "nm", "Energy (eV)", ""])
def test_numbers_in_the_header_tell_frames_apart(first):
    file = parsed(f"{first}\t0.0\t0.5\n" + numbers())
    assert file.layout == "frames"
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 0.5])
    assert file.columns[0].values.size == 30
    assert file.lines[0] == 2


def test_a_row_that_lacks_its_axis_below_names_is_damage_not_a_header():
    with pytest.raises(FileError, match="column 1 holds ''"):
        parsed("wavelength\tx\ty\n\t3\t4\n" + numbers())


def test_settings_with_numbers_right_above_the_table_are_metadata_and_name_no_column():
    head = "DeviceSN\t11111\nLaserWavelength_nm\t785\nExposure_ms\t111\nLaserPower_mW\t11.1\nTags\t\n"
    file = parsed(head + numbers(width=2))
    np.testing.assert_array_equal(file.columns[0].values, 500.0 + np.arange(30))
    assert not file.has_header
    assert ("LaserWavelength_nm", "785") in file.metadata
    assert file.warnings == ()


def test_a_header_with_a_blank_cell_still_names_what_it_knows():
    file = parsed("\tIntensity\n" + numbers(width=2))
    assert [column.name for column in file.columns] == ["", "intensity"]


def test_units_in_brackets_below_the_names_are_units():
    file = parsed("Wave\tSample\n[nm]\t[counts]\n" + numbers(width=2))
    assert [column.unit for column in file.columns] == ["nm", "counts"]


def test_many_columns_without_names_are_kept_in_order_and_offered_as_frames(tmp_path):
    path = tmp_path / "matrix.txt"
    path.write_text(numbers(width=8))
    file = read(path)
    assert (file.layout, len(file.columns), file.has_header) == ("columns", 8, False)
    assert file.columns[7].values[3] == 703.0
    assert inspect_file(path)["frames"] == 7


def test_two_columns_of_one_name_are_both_kept_and_told():
    file = parsed("X\tY\tY\n" + numbers())
    assert [column.header for column in file.columns] == ["X", "Y", "Y"]
    assert [column.values[0] for column in file.columns] == [500.0, 100.0, 200.0]
    assert any("columns 2 and 3" in text for text in file.warnings)


def test_repeats_that_were_written_one_after_the_other_are_all_read_and_split_where_the_axis_starts_again():
    file = parsed("X\tY\n" + numbers(width=2) * 3)
    assert file.columns[0].values.size == 90
    pieces = select(file, WHOLE_FILE)
    assert [piece.file.columns[1].values.size for piece in pieces] == [30, 30, 30]
    assert [piece.file.lines[0] for piece in pieces] == [2, 32, 62]


def test_blank_cells_are_refused_where_dropping_them_would_shift_a_column():
    rows = numbers(delimiter=";").replace("505.00;105;", "   ;105;")
    with pytest.raises(FileError, match="column 1 holds ''") as caught:
        parsed(rows)
    assert caught.value.line == 6


@pytest.mark.parametrize(("text", "value"), [("21.141E2", 2114.1), ("2.1e-1", 0.21), ("-3", -3.0), ("+4.", 4.0)])
def test_exponents_and_signs_are_numbers(text, value):
    assert parsed(numbers(width=2) + f"540.00\t{text}\n").columns[1].values[-1] == value


@pytest.mark.parametrize("cut", [1, 2])
def test_a_last_number_that_was_cut_is_refused_where_all_others_have_more_decimals(cut):
    text = "".join(f"{500 + k}.25\t{10 + k}.125\n" for k in range(40))
    assert parsed(text[:-1]).columns[1].values[-1] == 49.125
    with pytest.raises(FileError, match="cut short") as caught:
        parsed(text[: -1 - cut])
    assert caught.value.line == 40


def test_a_last_row_that_lacks_the_delimiter_all_others_end_with_is_refused():
    text = "".join(f"{500 + k}.5\t{10 + k}\t\n" for k in range(40))
    with pytest.raises(FileError, match="cut short"):
        parsed(text[:-3])


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        (1, "500.\0\0\0\0\t100"),
        (30, "529.\x7f\x7f129"),
        (30, "\x01\x02.00\t129"),
        (30, "x7Qq529.00\t129"),
        (1, "~Tq!500.00\t100"),
    ],
)
def test_a_first_or_last_row_that_was_overwritten_is_refused(line, damage):
    rows = numbers(width=2).splitlines()
    rows[line - 1] = damage
    with pytest.raises(FileError) as caught:
        parsed("\n".join(rows) + "\n")
    assert caught.value.line == line


@pytest.mark.parametrize("line", [1, 12, 30])
def test_a_row_that_is_marked_as_a_comment_is_left_out_and_told(line):
    rows = numbers(width=2).splitlines()
    rows[line - 1] = f"#{rows[line - 1]}"
    file = parsed("\n".join(rows) + "\n")
    assert file.columns[0].values.size == 29
    assert any(f"line {line}: a row of numbers is marked" in text for text in file.warnings)


def test_rows_of_another_width_below_the_table_are_told():
    file = parsed(numbers(width=2) + "\nanalysis of peaks\n510.00\t3\t4\n511.00\t3\t4\n")
    assert file.columns[0].values.size == 30
    assert any("line 33" in text and "below" in text for text in file.warnings)


def test_a_file_that_is_nowhere_regular_is_read_as_a_regular_one():
    regular = numbers(width=2)
    odd = regular.replace("510.00\t110", "510.00\t+110").replace("520.00\t120", " 520.00 \t1.2e2")
    np.testing.assert_array_equal(parsed(odd).columns[1].values, parsed(regular).columns[1].values)


@pytest.mark.parametrize("head", ["", "# made by hand\nwavelength_nm,counts\n", "Wellenlänge (nm),Zähler\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_fast_way_and_the_slow_way_make_the_same_file(head, end):
    text = (head + numbers(width=2, delimiter=",")).replace("\n", end)
    fast = read_bytes(text.encode("latin-1"), "run.csv")
    slow = read_bytes((text + end + "end of file" + end).encode("latin-1"), "run.csv")
    assert list(fast.lines) == list(slow.lines)
    assert fast.warnings == slow.warnings == ()
    for mine, yours in zip(fast.columns, slow.columns, strict=True):
        assert (mine.header, mine.name, mine.unit) == (yours.header, yours.name, yours.unit)
        np.testing.assert_array_equal(mine.values, yours.values)


def test_a_first_row_of_another_form_is_not_lost():
    text = "499\t99\n" + numbers(width=2)
    assert parsed(text).columns[0].values[0] == 499.0


@pytest.mark.parametrize("raw", [numbers().encode(), ("a\tb\n" + numbers(width=2) + "note\n").encode("utf-16")])
def test_damage_is_refused_or_harmless(raw):
    assert_survives_damage(READER, raw, seed=9, count=150, cuts_show=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_much_damage_is_refused_or_harmless(seed):
    assert_survives_damage(READER, ("X\tY\n" + numbers()).encode(), seed=seed, count=5000, cuts_show=False)


def test_the_real_csv_without_header_has_its_known_contents(instrument_files):
    (path,) = (instrument_files / "generic_csv").glob("MS5*.csv")
    axis, counts = read(path).columns
    np.testing.assert_array_equal(axis.values[[0, -1]], [495.72971, 920.49084])
    assert (axis.values.size, counts.values[0], counts.values[-1]) == (1024, 2230, 6769)
    assert (counts.values.max(), axis.values[np.argmax(counts.values)]) == (919683, 644.88605)


def test_the_real_tab_table_has_its_known_contents(instrument_files):
    (path,) = (instrument_files / "generic_csv").glob("Brunold*.txt")
    axis, counts = read(path).columns
    np.testing.assert_array_equal(axis.values[[0, -1]], [786.04325, 2059.0301])
    assert (axis.values.size, counts.values.min()) == (1340, -1095.1)
    assert (counts.values.max(), axis.values[np.argmax(counts.values)]) == (33197.8, 1535.0387)


def test_the_real_table_of_frames_has_its_known_contents(instrument_files):
    (path,) = (instrument_files / "princeton_spe").glob("*.reference.txt")
    file = read(path)
    axis, *frames = file.columns
    assert (file.layout, len(frames), axis.values.size, axis.name) == ("frames", 35, 1340, "wavelength")
    np.testing.assert_allclose(axis.values[[0, -1]], [627.1822929, 759.0392447], rtol=2e-6)
    assert (frames[0].values[0], frames[0].values[-1], frames[0].values.max()) == (193, 223, 742)
    assert (frames[11].values.max(), np.argmax(frames[11].values)) == (1369, 387)
    assert ("Laser Wavelength (nm)", "636.3") in file.metadata


def test_the_real_table_of_two_names_has_its_known_contents(instrument_files):
    axis, counts = read(instrument_files / "andor_sif" / "cli-0.reference.csv").columns
    assert (axis.name, counts.name, axis.values.size) == ("wavelength", "counts", 1024)
    assert (axis.values[0], counts.values[0], counts.values[-1]) == (586.58948, 20, 160)
    assert (counts.values.min(), counts.values.max(), np.argmax(counts.values)) == (-80, 65080, 530)


def test_a_web_page_with_numbers_is_refused(instrument_files):
    with pytest.raises(FileError, match="web page"):
        read(instrument_files / "malformed" / "html_error_saved_as.csv")


def test_a_first_row_whose_cells_were_joined_is_refused():
    lines = numbers(width=2).splitlines()
    assert lines[0].startswith("500.00\t")
    with pytest.raises(FileError, match="1 of 2 columns") as caught:
        read_bytes(("\n".join([lines[0].replace("\t", "ÿÿ"), *lines[1:]]) + "\n").encode("latin-1"), "run.txt")
    assert caught.value.line == 1


@pytest.mark.parametrize("head", ["532 nm excitation", "2024-03-05", "1. sample", "80 K"])
def test_a_header_that_begins_with_a_number_is_none_of_the_rows(head):
    assert parsed(head + "\n" + numbers(width=2)).columns[0].values.size == 30


def test_a_row_that_damage_turned_into_a_comment_is_told():
    lines = numbers(width=2).splitlines()
    lines[11] = "%@þö" + lines[11]
    file = parsed("\n".join(lines) + "\n")
    assert any("line 12: a row of numbers is marked" in text for text in file.warnings)


def test_a_comment_that_ends_with_a_number_is_no_row():
    assert parsed("# temperature\t300\n" + numbers(width=2)).warnings == ()


def test_a_last_number_of_few_rows_that_may_be_cut_is_told_and_refused_where_it_ends_with_its_mark():
    text = "".join(f"{500 + k}.25\t{10 + k}.125\n" for k in range(8))
    assert parsed(text[:-1]).warnings == ()
    assert any("looks cut short" in warning for warning in parsed(text[:-2]).warnings)
    assert parsed(text[:-2]).columns[1].values[-1] == 17.12
    with pytest.raises(FileError, match="cut short"):
        parsed(text[:-4])
