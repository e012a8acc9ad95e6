"""Edits of an import's table: each returns a new one."""

from dataclasses import replace

import pytest
from importing_samples import row_of, spectrum, values, write

from asplab.core.errors import InputError
from asplab.core.experiment import frozen_array
from asplab.core.importing import edits
from asplab.core.importing.scan import scan
from asplab.core.importing.template import compile_template
from asplab.core.io.datafile import Column

PL_1 = "T080/pl_exc450nm_rep1.csv"


def test_typing_understands_units_and_leaves_the_old_table_alone(plain):
    k = row_of(plain, PL_1)
    found = edits.typed(plain, k, "temperature_k", "-193 C")
    assert found.value(k, "temperature_k") == "80.15"
    assert found.cell(k, "temperature_k").origin == "typed by hand: -193 C"
    assert plain.value(k, "temperature_k") == "80"


def test_a_typed_blank_hides_what_the_name_says_until_it_is_cleared(plain):
    k = row_of(plain, PL_1)
    found = edits.typed(plain, k, "temperature_k", "")
    assert found.value(k, "temperature_k") == ""
    assert edits.cleared(found, [k], "temperature_k").value(k, "temperature_k") == "80"


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("temperature_k", "5-9K", "range"),
        ("kind", "spectrum", "Choose from"),
        ("frames", "2", "beyond"),
        ("rows", "all", "no image"),
    ],
)
def test_a_text_that_is_no_value_names_its_cell(plain, column, text, message):
    with pytest.raises(edits.CellError, match=message) as caught:
        edits.typed(plain, 2, column, text)
    assert (caught.value.row, caught.value.column) == (2, column)


def test_fill_down_takes_the_value_of_the_first_row(plain):
    found = edits.fill_down(edits.typed(plain, 3, "power_uw", "1 mW"), [3, 0, 1], "power_uw")
    assert [found.value(k, "power_uw") for k in range(4)] == ["1000", "1000", "", "1000"]
    assert edits.fill_down(plain, [], "power_uw") is plain


def test_a_block_of_a_spreadsheet_fills_the_cells_to_the_right_and_below(plain):
    shown = ["kind", "temperature_k", "power_uw"]
    found = edits.pasted(plain, 1, "temperature_k", "81\t0,5 mW\r\n82\t20uW\r\n", columns=shown)
    assert [(found.value(k, "temperature_k"), found.value(k, "power_uw")) for k in (1, 2)] == [
        ("81", "500"),
        ("82", "20"),
    ]
    assert values(found, 0) == values(plain, 0)


def test_a_block_follows_the_order_that_is_shown(plain):
    found = edits.pasted(plain, 3, "note", "first\nsecond", rows=[3, 0, 1, 2])
    assert (found.value(3, "note"), found.value(0, "note")) == ("first", "second")


def test_a_single_cell_fills_the_whole_selection(plain):
    found = edits.pasted(plain, 0, "kind", "pl", rows=[0, 2, 3])
    assert [found.value(k, "kind") for k in (0, 2, 3)] == ["pl"] * 3


@pytest.mark.parametrize("block", ["1\n2\n3", "80\tx", "a\tb\tc"])
def test_a_block_that_does_not_fit_changes_nothing(plain, block):
    with pytest.raises(edits.CellError):
        edits.pasted(plain, 2, "temperature_k", block, columns=["kind", "temperature_k", "power_uw"])


def test_one_kind_is_set_for_several_rows(plain):
    found = edits.with_kind(plain, [0, 3], "emission")
    assert [found.value(k, "kind") for k in (0, 3)] == ["emission"] * 2


def test_rows_are_taken_out_and_back_in(plain):
    out = edits.included(plain, [1], False)
    assert [row.is_included for row in out.rows] == [True, False, True, True]
    assert edits.included(out, [1], True).rows[1].is_included


def test_frames_within_the_file_are_chosen(kinetic):
    k = row_of(kinetic, "pl_80K_450nm.csv")
    assert edits.with_frames(kinetic, [k], "1-2, 3").value(k, "frames") == "1-2,3"
    with pytest.raises(edits.CellError, match="1 to 3"):
        edits.with_frames(kinetic, [k], "1-4")


def with_axis(table, k):
    axis = Column("Temperature", "temperature", "K", frozen_array([80.0, 90.5, 100.0]))
    row = replace(table.rows[k], part=replace(table.rows[k].part, frame_axis=axis))
    return replace(table, rows=(*table.rows[:k], row, *table.rows[k + 1 :]))


def test_frames_become_rows_of_their_own_with_what_tells_them_apart(kinetic):
    k = row_of(kinetic, "pl_80K_450nm.csv")
    found = edits.split_frames(with_axis(kinetic, k), k, "temperature_k")
    split = [row for row in found.rows if row.file == "pl_80K_450nm.csv"]
    places = [found.rows.index(row) for row in split]
    assert [found.value(j, "temperature_k") for j in places] == ["80", "90.5", "100"]
    assert [found.value(j, "frames") for j in places] == ["1", "2", "3"]
    assert found.cell(places[1], "temperature_k").origin == "frame axis: Temperature = 90.5 K"
    assert found.conflicts == ()
    assert len({row.key for row in found.rows}) == len(found.rows)
    kept = edits.with_template(found, compile_template("{kind}_*"))
    assert kept.value(places[1], "temperature_k") == "90.5"
    joined = edits.joined_frames(found, places[2])
    assert [row.key for row in joined.rows] == [row.key for row in kinetic.rows]
    assert joined.value(k, "frames") == ""


def test_frames_that_nothing_tells_apart_are_not_split(kinetic):
    with pytest.raises(edits.CellError, match="nothing that tells its frames apart"):
        edits.split_frames(kinetic, row_of(kinetic, "pl_80K_450nm.csv"), "temperature_k")


def test_a_frame_axis_in_another_unit_is_refused(kinetic):
    k = row_of(kinetic, "pl_80K_450nm.csv")
    with pytest.raises(edits.CellError, match="can't be in"):
        edits.split_frames(with_axis(kinetic, k), k, "power_uw")


def test_further_files_are_added_and_known_ones_stay_as_edited(plain):
    typed = edits.typed(plain, 0, "note", "mine")
    write(plain.root, T090__pl_exc450nm_rep1=spectrum(seed=9))
    found = edits.added(typed, scan([plain.root], root=plain.root))
    assert len(found.rows) == 5
    assert found.value(0, "note") == "mine"
    assert found.value(row_of(found, "T090/pl_exc450nm_rep1.csv"), "temperature_k") == "90"


def test_files_of_another_folder_are_not_mixed_in(plain, tmp_path_factory):
    other = write(tmp_path_factory.mktemp("other"), a=spectrum())
    with pytest.raises(InputError, match="Import it by itself"):
        edits.added(plain, scan([other]))


def test_files_are_removed_from_the_table(plain):
    found = edits.removed(plain, ["film.csv"])
    assert "film.csv" not in {row.file for row in found.rows} | {file.name for file in found.files}
