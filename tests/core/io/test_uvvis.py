"""Exports of Cary, Shimadzu and JASCO spectrometers, built like the files that the instruments write."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.cary import READER as CARY
from asplab.core.io.jasco import READER as JASCO
from asplab.core.io.shimadzu import READER as SHIMADZU
from asplab.core.io.text import READER as TEXT


def log(sample: str, stop: float) -> str:
    return (
        f"{sample},\n{sample}\nCollection Time: 5/10/2018 5:14:12 PM\nOperator Name  :\nInstrument"
        f"                        Cary 50\nStart (nm)                        800.0\nStop (nm)"
        f"                         {stop:.1f}\nNIR SAT Changed: 5/10/2018 5:12:38 PM, Old:0.1000, New:0.0125\n"
        "End Method Modifications\n<Current Wavelength> , 240.0\n"
    )


ROWS = {
    "film": [(800.05, 0.0288), (795.06, 0.0310), (790.07, 0.0330)],
    "filter": [(650.05, 93.92), (649.03, 94.08), (648.0, 94.10), (647.0, 94.2), (646.0, 94.3)],
    "substrate": [(750.0, 80.8), (749.0, 80.4)],
}
MODES = {"film": "Abs", "filter": "%T", "substrate": "%T"}


def cary(rows=ROWS, *, with_log: bool = True, names=None) -> str:
    names = names or list(rows)
    columns = list(rows.values())
    lines = [",,".join(names) + ",", ",".join(f"Wavelength (nm),{MODES[sample]}" for sample in rows) + ","]
    for k in range(max(map(len, columns))):
        cells = [f"{c[k][0]},{c[k][1]}" if k < len(c) else "," for c in columns]
        lines.append(",".join(cells) + ",")
    logs = [log(name, column[-1][0]) for name, column in zip(names, columns, strict=True)] if with_log else []
    return "\n".join([*lines, "", *logs]) + "\n"


def parsed(text: str):
    return read_bytes(text.encode(), "a.csv")


def test_each_pair_of_columns_is_a_sample_of_its_own_length_and_mode():
    file = parsed(cary())
    assert file.reader == "Cary"
    assert [part.part for part in file.parts] == list(ROWS)
    for part, (name, points) in zip(file.parts, ROWS.items(), strict=True):
        assert list(zip(*(column.values for column in part.columns), strict=True)) == points
        assert part.columns[1].header == MODES[name]
        assert part.layout == "columns"
    assert (file.columns[0].name, file.columns[0].unit, file.columns[1].name) == ("wavelength", "nm", "absorbance")
    assert (file.others[0].columns[1].name, file.others[0].columns[1].unit) == ("transmittance", "%")
    assert file.warnings == ()


def test_the_log_goes_to_its_sample_though_it_holds_commas_and_numbers():
    file = parsed(cary())
    assert ("Stop (nm)", "646.0") in file.others[0].metadata
    assert ("Instrument", "Cary 50") in file.metadata
    assert ("Current Wavelength", "240.0") in file.metadata
    assert ("NIR SAT Changed", "5/10/2018 5:12:38 PM, Old:0.1000, New:0.0125") in file.metadata


def test_a_single_sample_needs_no_name():
    file = parsed(cary({"film": ROWS["film"]}))
    assert file.part == ""
    assert file.columns[0].values.tolist() == [800.05, 795.06, 790.07]
    assert list(file.lines) == [3, 4, 5]


def test_a_baseline_is_no_default_and_two_samples_of_one_name_are_told_apart():
    file = parsed(cary(names=["Baseline 100%T", "filter", "filter"]))
    assert [part.part for part in file.parts] == ["filter", "Baseline 100%T", "filter (2)"]
    assert "baseline of the instrument" in file.others[0].warnings[0]


def test_semicolons_and_decimal_commas_give_the_same_numbers():
    text = cary().replace(",", ";").replace(".", ",")
    file = parsed(text)
    assert np.array_equal(file.others[0].columns[1].values, parsed(cary()).others[0].columns[1].values)


def test_a_scan_that_ends_before_its_stop_is_said():
    file = parsed(cary().replace("Stop (nm)                         646.0", "Stop (nm)                         450.0"))
    assert file.others[0].warnings == ("the points of 'filter' end at 646, the log says 450.0: was the scan stopped?",)


def test_a_table_without_its_log_is_said_to_be_perhaps_incomplete():
    assert "missing end" in parsed(cary(with_log=False)).warnings[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("649.03,94.08", "649.03,", r"line 4: sample 'filter' has one number of the two"),
        ("649.03,94.08", ",", r"line 4: sample 'filter' has no numbers here, but goes on"),
        ("649.03,94.08", "649.03,94.o8", r"line 4: '94.o8' stands among the numbers"),
        ("749.0,80.4,", "749.0,80.4,7,7", r"line 4: 7 stands right of the 6 columns"),
        ("790.07", "\n790.07", r"line 6: rows of numbers go on here"),
        ("795.06", "garbage\n795.06", r"line 4: 'garbage' stands among the numbers"),
    ],
)
def test_a_damaged_row_is_refused_by_its_line(old, new, message):
    with pytest.raises(FileError, match=message):
        parsed(cary().replace(old, new))


@pytest.mark.parametrize("cut", [20, 1, 9])
def test_a_table_cut_within_a_row_is_refused(cut):
    with pytest.raises(FileError, match=r"cells|may be cut"):
        CARY.read(cary(with_log=False).rstrip("\n")[:-cut].encode(), "a.csv")


def test_a_last_row_without_its_last_cells_is_refused():
    rows = {"substrate": ROWS["substrate"], "filter": ROWS["filter"][:2]}
    text = cary(rows, with_log=False).strip("\n").removesuffix("649.03,94.08,") + "\n"
    with pytest.raises(FileError, match=r"line 4: the last row has 3 of 5 cells"):
        parsed(text)


SHIMADZU_TEXT = '"CSZnO1 - RawData"\n"Wavelength nm.","Abs."\n' + "".join(
    f"{900 - k:.2f},{0.03 + 0.001 * k:.4f}\n" for k in range(40)
)


def test_a_shimadzu_export_has_its_title_and_descending_axis():
    file = parsed(SHIMADZU_TEXT)
    assert file.reader == "Shimadzu UVProbe"
    assert file.metadata == (("title", "CSZnO1 - RawData"),)
    assert file.columns[0].values.tolist() == [900.0 - k for k in range(40)]
    assert [(c.name, c.unit) for c in file.columns] == [("wavelength", "nm"), ("absorbance", "")]
    assert np.allclose(file.columns[1].values, 0.03 + 0.001 * np.arange(40), rtol=0, atol=1e-9)


def test_several_columns_of_shimadzu_share_one_axis():
    text = '"a","b"\n"Wavelength nm.";"Abs.";"T%"\n500,0;0,5;31,6\n499,5;0,6;25,1\n'
    file = parsed(text)
    assert file.layout == "columns"
    assert [column.values.tolist() for column in file.columns] == [[500.0, 499.5], [0.5, 0.6], [31.6, 25.1]]
    assert (file.columns[2].name, file.columns[2].unit) == ("transmittance", "%")


def test_rows_behind_empty_lines_and_garbage_are_noticed():
    with pytest.raises(FileError, match=r"line 10: rows of numbers go on here, though line 6 ended the table"):
        parsed(SHIMADZU_TEXT.replace("897.00,", "\n\n\n\x1b7.00,"))


def test_decimal_commas_between_commas_are_refused_with_the_reason():
    with pytest.raises(FileError, match=r"line 2: the row has 4 numbers, the header 2 columns.*decimal commas"):
        parsed('"Wavelength nm.","Abs."\n500,0,0,5\n')


def test_a_table_of_absurd_length_is_refused(monkeypatch):
    monkeypatch.setattr("asplab.core.io.rows.ROWS_LIMIT", 39)
    with pytest.raises(FileError, match="more than 39 rows"):
        parsed(SHIMADZU_TEXT)


JASCO_HEADER = {
    "TITLE": "PbSe, batch 4",
    "DATA TYPE": "",
    "ORIGIN": "JASCO",
    "DATE": "12/02/21",
    "SPECTROMETER/DATA SYSTEM": "JASCO Corp., V-570, Rev. 1.00",
    "DELTAX": "-1",
    "XUNITS": "NANOMETERS",
    "YUNITS": "ABSORBANCE",
    "FIRSTX": "2000.0000",
    "LASTX": "1961.0000",
    "NPOINTS": "40",
    "FIRSTY": "0.02884",
}
JASCO_LOG = "\n##### Extended Information\n[Measurement Information]\nData interval\t-1 nm\nResponse\tFast\n"


def jasco(*, rows=None, tail: str = JASCO_LOG, **changes: str) -> str:
    header = {**JASCO_HEADER, **{key.replace("_", " "): value for key, value in changes.items()}}
    rows = rows or [f"{2000 - k:.4f}\t{0.02884 + 1e-4 * k:.5g}" for k in range(40)]
    return "\n".join([*(f"{key}\t{value}" for key, value in header.items()), "XYDATA", *rows]) + "\n" + tail


def test_a_jasco_export_has_its_numbers_units_and_both_headers():
    file = parsed(jasco())
    assert file.reader == "JASCO"
    assert file.columns[0].values.tolist() == [2000.0 - k for k in range(40)]
    assert [(c.name, c.unit) for c in file.columns] == [("wavelength", "nm"), ("absorbance", "")]
    assert ("TITLE", "PbSe, batch 4") in file.metadata
    assert ("Data interval", "-1 nm") in file.metadata
    assert file.layout == "columns"
    assert list(file.lines[:2]) == [14, 15]


def test_the_same_with_commas_decimal_commas_or_nothing_behind_it():
    expected = parsed(jasco()).columns[1].values
    assert np.array_equal(parsed(jasco(tail="")).columns[1].values, expected)
    assert np.array_equal(parsed(jasco().replace("\t", ",")).columns[1].values, expected)
    european = jasco(
        FIRSTX="2000,0000", LASTX="1961,0000", rows=jasco().split("XYDATA\n")[1].replace(".", ",").split("\n")[:40]
    )
    assert np.array_equal(parsed(european).columns[1].values, expected)


def test_a_circular_dichroism_export_has_two_quantities():
    rows = [f"{300 - k}.0000\t{-0.1 * k:.4f}\t{314 + k}" for k in range(3)]
    file = parsed(jasco(rows=rows, NPOINTS="3", FIRSTX="300", LASTX="298", YUNITS="CD[mdeg]", Y2UNITS="HT[V]"))
    assert [column.header for column in file.columns] == ["NANOMETERS", "CD[mdeg]", "HT[V]"]
    assert (file.layout, file.columns[2].name, file.columns[2].unit) == ("columns", "ht", "V")


def test_a_raman_export_is_a_frame_over_the_raman_shift():
    file = parsed(jasco(DATA_TYPE="RAMAN SPECTRUM", XUNITS="1/CM", YUNITS="INTENSITY"))
    assert (file.layout, file.columns[0].name, file.columns[1].name) == ("frames", "raman_shift", "counts")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1980.0000\t", "198O.0000\t", r"'198O.0000' stands among the numbers"),
        ("\n1980.0000", "\n\n1980.0000", r"rows of numbers go on"),
        ("1980.0000\t0.03084\n", "", r"39 rows, but NPOINTS states 40"),
        ("1980.0000\t", "1980.0000\t1\t", r"line 34: the row has 3 numbers, the header 2"),
        ("NPOINTS\t40", "NPOINTS\tforty", r"NPOINTS is 'forty'"),
        ("FIRSTX\t2000", "FIRSTX\t2100", r"FIRSTX states 2100, but the table has 2000"),
        ("LASTX\t1961", "LASTX\t1900", r"LASTX states 1900, but the table has 1961"),
    ],
)
def test_a_jasco_table_that_contradicts_its_header_is_refused(old, new, message):
    text = jasco()
    assert old in text
    with pytest.raises(FileError, match=message):
        parsed(text.replace(old, new))


def test_a_number_cut_at_the_end_of_the_file_is_refused():
    with pytest.raises(FileError, match="last number may be cut"):
        parsed(jasco(tail="").rstrip("\n")[:-1])


@pytest.mark.parametrize("key", ["TITLE", "XYDATA", "NPOINTS"])
def test_a_jasco_export_that_lost_a_key_goes_to_no_other_reader(key):
    lines = [line for line in jasco().split("\n") if not line.startswith(key)]
    assert JASCO.recognises("\n".join(lines).encode())


def test_pairs_of_columns_under_damaged_names_are_refused():
    with pytest.raises(FileError, match="don't name a sample"):
        parsed(cary().replace("film,,", "film,x,", 1))


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("title", ["# tungsten lamp; NIST traceable, 2023", "tungsten lamp", "# lamp"])
def test_a_title_above_two_columns_is_no_export_of_cary(title, delimiter):
    text = f"{title}\nwavelength [nm]{delimiter}response\n"
    text += "".join(f"{398 + 2 * k}.0{delimiter}0.{22 + k}\n" for k in range(9))
    file = read_bytes(text.encode(), "response.txt")
    assert (file.reader, file.warnings) == ("text", ())
    assert [column.name for column in file.columns] == ["wavelength", "response"]


@pytest.mark.parametrize("text", [cary(), SHIMADZU_TEXT, jasco()])
def test_each_is_recognised_by_its_own_reader_only(text):
    claims = [reader.name for reader in (CARY, SHIMADZU, JASCO) if reader.recognises(text.encode())]
    assert len(claims) == 1
    assert claims == [reader.name for reader in (CARY, SHIMADZU, JASCO) if reader.recognises(text.encode("utf-16"))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wavelength,counts\n500,1\n",
        "TITLE\tx\nXYDATA\n1\t2\n",
        "a,,b\nWavelength (nm),1\n",
        "Wavelength (nm),Abs\n500,1\n",
    ],
)
def test_plain_tables_are_left_to_the_text_reader(text):
    assert not any(reader.recognises(text.encode()) for reader in (CARY, SHIMADZU, JASCO))
    assert TEXT.recognises(text.encode())


@pytest.mark.parametrize(
    ("reader", "text", "cuts_show"), [(CARY, cary(), False), (SHIMADZU, SHIMADZU_TEXT, False), (JASCO, jasco(), True)]
)
def test_damaged_copies_are_refused_or_keep_the_contract(reader, text, cuts_show):
    assert_survives_damage(reader, text.encode(), seed=21, count=200, cuts_show=cuts_show)
