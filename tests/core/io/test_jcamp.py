"""JCAMP-DX: every compression gives the same numbers, and whatever contradicts the header is refused."""

import re
from itertools import pairwise

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.jcamp import READER

SQUEEZED = "ihgfedcba@ABCDEFGHI"
DIFFERENCES = "rqponmlkj%JKLMNOPQR"
DUPLICATES = " STUVWXYZs"
VALUES = [0, 0, 7, -12, 98, 98, 98, 98, 1405, 1404, 1404, -3, 57, 57, 607, -50, 5, 1000000, 0, 5, 5, 5, -5, 17, 17]


def coded(value: int, letters: str) -> str:
    digits = str(abs(value))
    return letters[9 + (1 if value >= 0 else -1) * int(digits[0])] + digits[1:]


def plain(values: list[int]) -> str:
    return " ".join(["", *map(str, values)])


def packed(values: list[int]) -> str:
    return "".join(f"{value:+d}" for value in values)


def squeezed(values: list[int]) -> str:
    return "".join(coded(value, SQUEEZED) for value in values)


def squeezed_duplicates(values: list[int]) -> str:
    return with_duplicates([coded(value, SQUEEZED) for value in values])


def differences(values: list[int]) -> str:
    return coded(values[0], SQUEEZED) + "".join(coded(b - a, DIFFERENCES) for a, b in pairwise(values))


def difference_duplicates(values: list[int]) -> str:
    steps = [coded(b - a, DIFFERENCES) for a, b in pairwise(values)]
    return coded(values[0], SQUEEZED) + with_duplicates(steps)


def with_duplicates(tokens: list[str]) -> str:
    found = ""
    k = 0
    while k < len(tokens):
        count = 1
        while k + count < len(tokens) and tokens[k + count] == tokens[k]:
            count += 1
        found += tokens[k] + (coded(count, " " * 9 + DUPLICATES).strip() if count > 1 else "")
        k += count
    return found


FORMS = (plain, packed, squeezed, squeezed_duplicates, differences, difference_duplicates)


def table(form, values=VALUES, *, first=300.0, step=-0.5, per_line=7) -> str:
    rows = []
    repeats = form in (differences, difference_duplicates)
    for k in range(0, len(values), per_line):
        start = k - 1 if repeats and k else k
        rows.append(f"{first + start * step:g}{form(values[start : k + per_line])}")
    if repeats:
        rows.append(f"{first + (len(values) - 1) * step:g}{form(values[-1:])}")
    return "\n".join(rows)


def document(rows: str, *, form="(X++(Y..Y))", label="XYDATA", end="##END=\n", **changes: object) -> str:
    size = changes.pop("size", len(VALUES))
    header = {
        "TITLE": "perylene in toluene",
        "JCAMP-DX": "4.24 $$ by hand",
        "DATA TYPE": "UV/VIS SPECTRUM",
        "XUNITS": "NANOMETERS",
        "YUNITS": "ABSORBANCE",
        "XFACTOR": 1,
        "YFACTOR": 0.001,
        "FIRSTX": 300,
        "LASTX": 300 - 0.5 * (size - 1),
        "NPOINTS": size,
        **{key.replace("_", " "): value for key, value in changes.items()},
    }
    lines = [f"##{key}={value}" for key, value in header.items() if value is not None]
    return "\n".join([*lines, f"##{label}={form}", rows, end])


def parsed(text: str):
    return read_bytes(text.encode(), "a.jdx")


@pytest.mark.parametrize("form", FORMS)
def test_every_compression_gives_the_same_numbers(form):
    file = parsed(document(table(form)))
    assert file.reader == "JCAMP-DX"
    assert np.array_equal(file.columns[1].values, 0.001 * np.array(VALUES, float))
    assert np.allclose(file.columns[0].values, 300.0 - 0.5 * np.arange(len(VALUES)), rtol=0, atol=1e-12)
    assert (file.columns[0].name, file.columns[0].unit, file.columns[1].name) == ("wavelength", "nm", "absorbance")
    assert file.layout == "columns"
    assert file.warnings == ()
    assert ("DATA TYPE", "UV/VIS SPECTRUM") in file.metadata


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(5))
def test_random_values_survive_every_compression(form, seed):
    draw = np.random.default_rng(seed)
    values = draw.integers(-(10 ** (seed + 1)), 10 ** (seed + 1), 300)
    values[draw.random(300) < 0.5] = values[0]
    file = parsed(document(table(form, values.tolist()), size=300))
    assert np.array_equal(file.columns[1].values, 0.001 * values)


def test_the_difference_example_of_the_definition_is_decoded():
    rows = "4@VKT%TLkj%J%KLJ%njKjL%kL%jJULJ%kLK1%lLMNPNPRLJ0QTOJ1P\n56A28"
    y = parsed(document(rows, FIRSTX=4, LASTX=56, NPOINTS=53, YFACTOR=1)).columns[1].values
    expected = [0, 0, 0, 0, 2, 4, 4, 4, 7, 5, 4, 4, 5, 5, 7, 10, 11, 11, 6, 5, 7, 6, 9, 9, 7, 10, 10, 9, 10, 11, 12]
    expected += [15, 16, 16, 14, 17, 38, 38, 35, 38, 42, 47, 54, 59, 66, 75, 78, 88, 96, 104, 110, 121, 128]
    assert y.tolist() == expected


def test_e_after_the_abscissa_is_a_digit_and_no_exponent():
    y = parsed(document("300E607e12", size=2, YFACTOR=1)).columns[1].values
    assert y.tolist() == [5607.0, -512.0]


def test_e_with_a_sign_is_an_exponent_where_no_letters_are_digits():
    y = parsed(document("300 1.5E-03 -2.5e+01 3", size=3, YFACTOR=1)).columns[1].values
    assert y.tolist() == [0.0015, -25.0, 3.0]


def test_a_question_mark_is_a_missing_value():
    y = parsed(document("300 1 ? 3", size=3, YFACTOR=1)).columns[1].values
    assert np.array_equal(y, [1.0, np.nan, 3.0], equal_nan=True)


@pytest.mark.parametrize("form", FORMS)
def test_a_missing_line_is_refused(form):
    rows = table(form).split("\n")
    with pytest.raises(FileError, match=r"line begins (at x|with)|points"):
        parsed(document("\n".join(rows[:1] + rows[2:])))


@pytest.mark.parametrize("form", FORMS)
def test_too_many_points_are_refused(form):
    with pytest.raises(FileError, match=r"goes on after 20 points"):
        parsed(document(table(form), NPOINTS=20, LASTX=290.5))


def test_too_few_points_are_refused_with_both_numbers():
    with pytest.raises(FileError, match=r"line 10: the table has 25 points, but NPOINTS states 26"):
        parsed(document(table(plain), NPOINTS=26, LASTX=287.5))


def test_an_axis_that_contradicts_the_abscissas_is_refused():
    with pytest.raises(FileError, match=r"line begins at x = 296.5, but the values before it lead to 298.25"):
        parsed(document(table(plain), LASTX=294))


def test_abscissas_count_in_units_of_xfactor():
    rows = "600 1 2 3\n594 4 5 6"
    x = parsed(document(rows, size=6, FIRSTX=300, LASTX=295, XFACTOR=0.5)).columns[0].values
    assert x.tolist() == [300, 299, 298, 297, 296, 295]


def test_a_difference_line_that_does_not_repeat_the_last_value_is_refused_by_its_line():
    rows = table(differences).split("\n")
    rows[1] = re.sub("[A-I]", "B", rows[1], count=1)
    with pytest.raises(FileError, match=r"line 13: the line begins with the value"):
        parsed(document("\n".join(rows)))


def test_a_huge_duplicate_count_is_refused_without_filling_memory():
    with pytest.raises(FileError, match="goes on after"):
        parsed(document("300A1Z99999999999999999999", size=9))


@pytest.mark.parametrize("count", ["1e9", "0", "2.5", "-4", "many"])
def test_an_absurd_number_of_points_is_refused(count):
    with pytest.raises(FileError, match="NPOINTS"):
        parsed(document(table(plain), NPOINTS=count))


PAIRS = "274.9571,1.058566\n274.7790,1.091012\n274.6012,1.123460\n274.6012,1.2"
PAIR_HEADER = {"FIRSTX": 274.9571, "LASTX": 274.6012, "NPOINTS": 4, "YFACTOR": 1, "form": "(XY..XY)"}


@pytest.mark.parametrize("label", ["XYPOINTS", "XYDATA"])
def test_pairs_keep_their_own_abscissas_even_repeated_ones(label):
    file = parsed(document(PAIRS, label=label, **PAIR_HEADER))
    assert file.columns[0].values.tolist() == [274.9571, 274.7790, 274.6012, 274.6012]
    assert file.columns[1].values.tolist() == [1.058566, 1.091012, 1.123460, 1.2]
    assert list(file.lines) == [12, 13, 14, 15]


def test_decimal_commas_in_pairs_are_told_from_separators_by_the_number_of_points():
    rows = "176,36, 32822,795\n177,36, 31000\n178,36, 1,5"
    header = {**PAIR_HEADER, "FIRSTX": "176,36", "LASTX": "178,36", "NPOINTS": 3, "YFACTOR": "1,0"}
    file = parsed(document(rows, **header))
    assert file.columns[0].values.tolist() == [176.36, 177.36, 178.36]
    assert file.columns[1].values.tolist() == [32822.795, 31000.0, 1.5]


def test_commas_that_may_be_either_are_refused_where_nothing_tells():
    header = {**PAIR_HEADER, "FIRSTX": None, "LASTX": None, "NPOINTS": None}
    with pytest.raises(FileError, match="commas may separate numbers or be decimal marks"):
        parsed(document("176,36 100,5\n177,36 200,5", **header))


def test_commas_between_integers_separate_them():
    file = parsed(document("176,36; 177,30\n178,29", **{**PAIR_HEADER, "FIRSTX": 176, "LASTX": 178, "NPOINTS": 3}))
    assert file.columns[0].values.tolist() == [176.0, 177.0, 178.0]
    assert file.columns[1].values.tolist() == [36.0, 30.0, 29.0]


def test_decimal_commas_in_a_series_are_understood():
    rows = "300,0 1,5 2,5\n299,0 3,5"
    y = parsed(document(rows, size=3, FIRSTX="300,0", LASTX="299,0", YFACTOR="1,0")).columns[1].values
    assert y.tolist() == [1.5, 2.5, 3.5]


def test_pairs_that_end_elsewhere_than_the_header_says_are_refused():
    with pytest.raises(FileError, match="LASTX states 233"):
        parsed(document(PAIRS, **{**PAIR_HEADER, "LASTX": 233.8, "NPOINTS": None}))


def test_a_word_among_the_pairs_is_refused_by_its_line():
    with pytest.raises(FileError, match=r"line 13: 'l.091012' is no number"):
        parsed(document(PAIRS.replace("1.091012", "l.091012"), **PAIR_HEADER))


def test_a_first_value_unlike_firsty_is_said():
    file = parsed(document(table(plain), FIRSTY=7))
    assert file.warnings == ("FIRSTY states 7, but the values begin with 0; YFACTOR may be wrong",)


def test_a_deltax_that_contradicts_the_ends_is_said():
    file = parsed(document(table(plain), DELTAX=0.5))
    assert file.warnings == ("DELTAX states 0.5, but FIRSTX, LASTX and NPOINTS give -0.5, which is used",)


def test_a_missing_yfactor_is_said_and_a_factor_of_zero_refused():
    assert parsed(document(table(plain), YFACTOR=None)).warnings == ("YFACTOR isn't stated; 1 is used",)
    with pytest.raises(FileError, match="YFACTOR is zero"):
        parsed(document(table(plain), YFACTOR=0))


def test_a_maximum_unlike_the_one_in_the_header_is_no_fault():
    assert parsed(document(table(plain), MINY=-5, MAXY=7)).warnings == ()


def test_the_blocks_of_a_link_file_become_data_sets_with_their_titles():
    outer = "##TITLE=all three\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=3\n##OWNER=us\n"
    blocks = [document(table(plain)), document(table(differences), TITLE="second"), document(table(packed))]
    file = parsed(outer + "".join(blocks) + "##END=\n")
    assert [part.part for part in file.parts] == ["perylene in toluene", "second", "perylene in toluene (2)"]
    assert all(np.array_equal(part.columns[1].values, file.columns[1].values) for part in file.parts)
    assert file.metadata[:2] == (("LINK TITLE", "all three"), ("OWNER", "us"))


def test_a_link_file_without_its_last_block_is_refused():
    outer = "##TITLE=all\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=4\n"
    with pytest.raises(FileError, match="BLOCKS states 4, but there are 2"):
        parsed(outer + document(table(plain)) * 2 + "##END=\n")
    three = parsed(outer + document(table(plain)) * 3 + "##END=\n")
    assert three.warnings == ("BLOCKS states 4, the file has 3 besides the outer block; one may be missing",)
    with pytest.raises(FileError, match=r"##END= of the block 'all' is missing"):
        parsed(outer + document(table(plain)) * 3)


def test_a_value_after_a_difference_ends_the_differences():
    y = parsed(document("300A1J1B2T\n298C3", size=5, YFACTOR=1)).columns[1].values
    assert y.tolist() == [11.0, 22.0, 22.0, 22.0, 33.0]


def test_a_table_that_begins_with_a_difference_is_refused():
    with pytest.raises(FileError, match=r"begins with 'J5', no value"):
        parsed(document("300J5J5", size=2))


def test_a_value_that_moved_to_the_next_line_is_noticed_by_the_abscissa():
    with pytest.raises(FileError, match=r"line 13: the line begins at x = 298.5, but the values before it lead to 299"):
        parsed(document("300 1 2\n298.5 3 4 5", size=5))


def test_values_too_large_for_a_number_are_refused():
    with pytest.raises(FileError, match="line 13: a value is too large"):
        parsed(document("300 1 2\n299 1E+999", size=3))


@pytest.mark.parametrize("number", ["1e999", "-7E+400", "0.5e-999"])
def test_absurd_exponents_are_no_checkpoints(number):
    assert "FIRSTY" not in "".join(parsed(document(table(plain), FIRSTY="0e-999")).warnings)
    parsed(document(table(plain), FIRSTY=number))
    with pytest.raises(FileError, match="line begins at x"):
        parsed(document(f"300 1 2\n{number.upper().replace('E9', 'E+9')} 3", size=3))


def test_pairs_fewer_than_npoints_are_refused_though_the_ends_fit():
    rows = PAIRS.replace("274.7790,1.091012\n", "")
    with pytest.raises(FileError, match="3 points, but NPOINTS states 4"):
        parsed(document(rows, **PAIR_HEADER))


def test_pairs_without_npoints_need_an_end():
    header = {**PAIR_HEADER, "NPOINTS": None}
    assert "NPOINTS isn't stated" in parsed(document(PAIRS, **header)).warnings[0]
    with pytest.raises(FileError, match="neither NPOINTS nor ##END="):
        parsed(document(PAIRS, end="", **header) + "\n")


def test_a_block_with_a_table_is_no_outer_block_whatever_it_says():
    outer = "##TITLE=all\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=2\n"
    damaged = document(table(plain).replace("\n293", "\n##BLOCKS=2\n293"))
    with pytest.raises(FileError, match="14 points, but NPOINTS states 25"):
        parsed(outer + document(table(plain)) + damaged + "##END=\n")


def test_a_missing_end_is_said_where_npoints_shows_that_nothing_else_is():
    whole, cut = document(table(plain)), document(table(plain), end="")
    file = parsed(cut)
    assert np.array_equal(file.columns[1].values, parsed(whole).columns[1].values)
    assert "##END= is missing" in file.warnings[0]
    with pytest.raises(FileError, match=r"cut short"):
        parsed(cut.rstrip("\n"))


def test_a_peak_table_is_said_to_be_no_spectrum():
    file = parsed(document("43,260 44,533 51,220", label="PEAK TABLE", **{**PAIR_HEADER, "NPOINTS": 3, "FIRSTX": 0}))
    assert file.columns[1].values.tolist() == [260.0, 533.0, 220.0]
    assert file.warnings == ("the block holds a table of peaks, not a spectrum",)


@pytest.mark.parametrize(
    ("label", "what"), [("NTUPLES", "several variables"), ("PEAK ASSIGNMENTS", "peak assign"), ("RADATA", "interfero")]
)
def test_what_is_no_spectrum_is_refused_by_what_it_is(label, what):
    with pytest.raises(FileError, match=what):
        parsed(document("1 2 3", label=label, form="(X)"))


def test_one_page_of_several_variables_is_not_taken_for_the_spectrum():
    with pytest.raises(FileError, match="several variables"):
        parsed(document(table(plain), NTUPLES="KINETICS"))


def test_a_block_that_is_no_spectrum_is_said_beside_those_that_are():
    outer = "##TITLE=all\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=2\n"
    structure = "##TITLE=molecule\n##JCAMP-CS=3.7\n##ATOMLIST=\n1 C\n##END=\n"
    file = parsed(outer + structure + document(table(plain)) + "##END=\n")
    assert len(file.parts) == 1
    assert file.warnings == ("a block with a chemical structure (JCAMP-CS) was not read",)


@pytest.mark.parametrize(
    ("units", "data_type", "name", "unit"),
    [
        ("1/CM", "INFRARED SPECTRUM", "wavenumber", "cm-1"),
        ("1/CM", "RAMAN SPECTRUM", "raman_shift", "cm-1"),
        ("Raman Shift (cm-1)", "", "raman_shift", "cm-1"),
        ("MICROMETERS", "INFRARED SPECTRUM", "wavelength", "um"),
        ("Wavelength (nm)", "", "wavelength", "nm"),
        ("eV", "", "energy", "eV"),
        ("meV", "", "energy", "meV"),
        ("MILLISECONDS", "", "time", "ms"),
    ],
)
def test_the_axis_is_named_by_its_unit_and_the_kind_of_spectrum(units, data_type, name, unit):
    axis = parsed(document(table(plain), XUNITS=units, DATA_TYPE=data_type)).columns[0]
    assert (axis.name, axis.unit) == (name, unit)


def test_an_unknown_unit_of_the_axis_is_said():
    file = parsed(document(table(plain), XUNITS="HZ"))
    assert file.warnings == ("the unit of the axis, 'HZ', is not known here",)


def test_counts_are_frames_and_absorbance_is_a_column():
    file = parsed(document(table(plain), DATA_TYPE="RAMAN SPECTRUM", YUNITS="COUNTS"))
    assert (file.layout, file.columns[1].name, file.columns[1].unit) == ("frames", "counts", "counts")


@pytest.mark.parametrize("ending", ["\r", "\r\n"])
def test_other_line_ends_and_an_utf16_text_give_the_same_numbers(ending):
    text = document(table(difference_duplicates))
    expected = parsed(text).columns[1].values
    assert np.array_equal(read_bytes(text.replace("\n", ending).encode(), "a").columns[1].values, expected)
    assert np.array_equal(read_bytes(text.encode("utf-16"), "a").columns[1].values, expected)


@pytest.mark.parametrize("title", ["##TITLE=perylene in toluene\n", "##JCAMP-DX=4.24 $$ by hand\n"])
def test_a_file_without_its_first_label_goes_to_no_other_reader(title):
    text = document(table(plain)).replace(title, "")
    assert READER.recognises(text.encode())


def test_blanks_before_the_labels_change_nothing():
    text = document(table(difference_duplicates))
    indented = "".join(f" {line}\n" for line in text.splitlines())
    assert READER.recognises(indented.encode())
    assert np.array_equal(parsed(indented).columns[1].values, parsed(text).columns[1].values)


@pytest.mark.parametrize(
    "raw", [b"", b"#Acq. time=1\n##\n", b"##\xff\x00", b"# TITLE=x\n1 2\n", b"##TITLE=x\n##DATA TYPE=y\n1,2\n"]
)
def test_other_texts_are_not_claimed(raw):
    assert not READER.recognises(raw)


@pytest.mark.parametrize("form", [plain, squeezed_duplicates, difference_duplicates])
def test_damaged_copies_are_refused_or_whole(form):
    assert_survives_damage(READER, document(table(form)).encode(), seed=11, count=150)


def test_damaged_pairs_and_link_files_are_refused_or_whole():
    outer = "##TITLE=all\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=2\n"
    pairs = document(PAIRS, label="XYPOINTS", **PAIR_HEADER)
    assert_survives_damage(READER, (outer + pairs + document(table(packed)) + "##END=\n").encode(), seed=12, count=150)


def test_the_spectrum_of_toluene_has_its_published_numbers(instrument_files):
    file = read(instrument_files / "jcamp" / "uvvis_toluene.jdx")
    x, y = file.columns[0].values, file.columns[1].values
    assert (x.size, file.columns[0].unit, file.columns[1].header) == (335, "nm", "Logarithm epsilon")
    assert np.allclose([x[0], x[-1], y[0], y[-1]], [274.9571, 233.8172, 1.058566, 1.846718], rtol=2e-6)
    assert np.allclose([y.max(), x[np.argmax(y)]], [2.431453, 260.6471], rtol=2e-6)
    assert file.warnings == ()
