"""The table of an import: sources and conflicts of its cells."""

from dataclasses import replace

import numpy as np
import pytest
from importing_samples import row_of, spectrum, table, values

from asplab.core.companion.sizes.virtual import results_table
from asplab.core.importing import edits
from asplab.core.importing.findings import SOURCES, Finding
from asplab.core.importing.headers import HeaderKey
from asplab.core.importing.scan import scan
from asplab.core.importing.table import Default, is_conflicting, table_of
from asplab.core.importing.template import compile_template

ASPL, PL_2 = "T080/aspl_exc535nm_rep1.csv", "T080/pl_exc450nm_rep2.csv"


def test_headers_folders_and_names_fill_the_cells_and_each_says_who(plain):
    k = row_of(plain, ASPL)
    assert values(plain, k) == {
        "kind": "aspl",
        "temperature_k": "80",
        "excitation_nm": "535",
        "exposure_s": "0.1",
        "repeat": "1",
    }
    assert plain.cell(k, "temperature_k").origin == "folder name: T080"
    assert plain.cell(k, "excitation_nm").origin == "file name: exc535nm"
    assert plain.cell(k, "exposure_s").origin == "file header: Exposure Time (secs) = 0.1"


def test_the_stronger_source_shows_and_the_conflict_is_told(plain):
    k = row_of(plain, PL_2)
    cell = plain.cell(k, "excitation_nm")
    assert (cell.value, cell.source) == ("450", "file name")
    assert is_conflicting("excitation_nm", cell)
    assert [conflict.row for conflict in plain.conflicts] == [k]
    assert plain.conflicts[0].text == (
        "excitation_nm: 450 (file name: exc450nm), 405 (file header: Excitation wavelength (nm) = 405)"
    )
    assert [origin.split()[0] for origin in cell.all_origins] == ["450", "405"]


def test_readings_of_one_set_point_are_no_conflict(tmp_path):
    found = table(tmp_path, pl_80K_450nm=spectrum(header="# Sample temperature (K): 79.6\n# Laser (nm): 450.1\n"))
    assert found.conflicts == ()
    assert len(found.cell(0, "temperature_k").candidates) == 2


def test_a_conflict_ends_when_it_is_confirmed_or_typed_over(plain):
    k = row_of(plain, PL_2)
    assert edits.confirmed(plain, [k], "excitation_nm").conflicts == ()
    assert edits.typed(plain, k, "excitation_nm", "405").conflicts == ()
    again = edits.cleared(edits.confirmed(plain, [k], "excitation_nm"), [k], "excitation_nm")
    assert again.conflicts == plain.conflicts
    assert edits.included(plain, [k], False).conflicts == ()
    assert len(plain.conflicts) == 1


@pytest.mark.parametrize("stronger", range(1, len(SOURCES)))
def test_sources_rank_in_their_order(plain, stronger):
    weak, strong = SOURCES[stronger - 1], SOURCES[stronger]
    row = replace(plain.rows[0], findings=()).with_findings(
        Finding("note", "strong", strong, ""), Finding("note", "weak", weak, "")
    )
    assert replace(plain, rows=(row,)).value(0, "note") == "strong"


def test_blank_cells_that_a_kind_needs_are_missing(plain):
    assert plain.missing == ((row_of(plain, "film.csv"), "kind"),)
    typed = edits.typed(plain, row_of(plain, "film.csv"), "kind", "PL")
    assert {column for _, column in typed.missing} == {"temperature_k", "excitation_nm"}


def test_columns_without_names_need_a_choice_and_files_of_one_spectrum_do_not(kinetic):
    assert kinetic.missing == ((row_of(kinetic, "pl_80K_450nm.csv"), "frames"),)
    assert edits.with_frames(kinetic, [kinetic.missing[0][0]], "mean").missing == ()


def test_a_default_holds_for_its_kind_where_nothing_else_is_said(plain):
    found = edits.with_defaults(plain, [Default("pl", "longpass_nm", "458"), Default("", "exposure_s", "2")])
    assert found.cell(row_of(plain, PL_2), "longpass_nm").source == "preset"
    assert found.value(row_of(plain, ASPL), "longpass_nm") == ""
    assert found.value(row_of(plain, ASPL), "exposure_s") == "0.1"
    assert found.value(row_of(plain, PL_2), "exposure_s") == "2"
    assert found.conflicts == plain.conflicts


def test_a_template_reads_the_names_it_fits_and_leaves_folders_and_others_to_plain_words(plain):
    found = edits.with_template(plain, compile_template("{kind}_exc{any}_rep{rep}"))
    assert found.matched == "3 of 4 matched"
    k = row_of(found, PL_2)
    assert (found.value(k, "kind"), found.value(k, "temperature_k")) == ("pl", "80")
    assert found.cell(k, "excitation_nm").source == "file header"
    assert found.rows[row_of(found, "film.csv")].is_matched is False
    again = edits.with_template(found, None)
    assert again.value(k, "excitation_nm") == "450"
    assert again.matched == ""


def test_what_was_typed_survives_another_template(plain):
    k = row_of(plain, PL_2)
    found = edits.typed(plain, k, "temperature_k", "81.5")
    assert edits.with_template(found, compile_template("{kind}_*")).value(k, "temperature_k") == "81.5"


def test_keys_of_headers_that_the_user_explained_are_read(tmp_path):
    table(tmp_path, a=spectrum(header="# Detector kelvin: 80\n"))
    found = table_of(scan([tmp_path]), header_keys=[HeaderKey("Detector kelvin", "temperature_k")])
    assert found.value(0, "temperature_k") == "80"


def test_a_row_stands_for_each_data_set_of_a_file(tmp_path):
    from asplab.core.importing.scan import Scan
    from asplab.core.importing.scanned import ScannedFile, scanned_part
    from asplab.core.io import read_bytes

    file = read_bytes(spectrum().encode(), "a.csv")
    parts = tuple(replace(scanned_part(file), part=name) for name in ("S1", "S2"))
    found = table_of(Scan(tmp_path, (ScannedFile("pl_80K_450nm.csv", tmp_path / "a", 1, "x", parts),)))
    assert [row.label for row in found.rows] == ["pl_80K_450nm.csv [S1]", "pl_80K_450nm.csv [S2]"]
    assert [row.dataset for row in found.rows] == ["S1", "S2"]


def test_files_that_cannot_be_read_are_listed_and_have_no_rows(tmp_path):
    found = table(tmp_path, good=spectrum(), empty="")
    assert [file.name for file in found.failures] == ["empty.csv"]
    assert [row.file for row in found.rows] == ["good.csv"]


def test_formats_that_hold_one_kind_alone_say_it(tmp_path):
    (tmp_path / "grid3.csv").write_bytes(results_table(np.array([40.0, 42.5]), delimiter=","))
    (tmp_path / "run_250K_530nm.csv").write_text("Time (ps),490,495,500\n-0.1,1,2,3\n0,3,4,5\n0.1,5,6,7\n")
    found = table_of(scan([tmp_path]))
    assert [found.value(k, "kind") for k in range(2)] == ["sizes", "transient"]
    assert found.cell(0, "kind").origin == "file header: ImageJ results"
    assert found.missing == ()
