"""From the table to a manifest and an experiment, and back."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from importing_samples import frames, row_of, spectrum, table, values

from asplab.core.errors import InputError
from asplab.core.importing import edits
from asplab.core.importing.columns import ColumnMap, MappedFiles, mapped
from asplab.core.importing.manifest_cells import with_manifest
from asplab.core.importing.scan import scan
from asplab.core.importing.table import table_of
from asplab.core.importing.write import experiment_of, manifest_of, manifest_text, save_manifest
from asplab.core.io import read_bytes
from asplab.core.io.manifest import read_manifest
from asplab.core.loading import load_experiment


@pytest.fixture
def full(tmp_path):
    """A table that uses most columns, and names that are hard to write."""
    found = table(
        tmp_path,
        **{
            "T080__pl_exc450nm_r1": spectrum(seed=1),
            "T080__pl_exc450nm_r2": spectrum(seed=2),
            "T080__aspl, 535nm": frames(3),
            "#1 aspl_80K_540nm": spectrum(seed=4),
            "it's [x] aspl_80K_545nm": spectrum(seed=5),
            "dark": spectrum(seed=6),
        },
    )
    found = edits.with_frames(found, [row_of(found, "T080/aspl, 535nm.csv")], "1-2,3")
    found = edits.typed(found, 0, "note", 'a "quoted", note; with marks')
    found = edits.typed(found, row_of(found, "dark.csv"), "exposure_s", "200 ms")
    found = edits.typed(found, row_of(found, "T080/pl_exc450nm_r1.csv"), "power_uw", "0p5 mW")
    return edits.with_kind(found, [row_of(found, "dark.csv")], "dark")


def test_a_written_manifest_reads_back_equal(full):
    path = save_manifest(full)
    read, meant = read_manifest(path), manifest_of(full)
    assert read.faults == ()
    assert read.rows == meant.rows
    assert len(read.rows) == 6
    assert [row.pattern for row in read.rows] == [row.file for row in full.rows]


def test_a_written_manifest_fills_a_fresh_table_the_same(full):
    save_manifest(full)
    fresh, problems = with_manifest(table_of(scan([full.root])), full.root / "manifest.csv")
    assert problems == ()
    assert [values(fresh, k) for k in range(len(fresh.rows))] == [values(full, k) for k in range(len(full.rows))]
    assert fresh.cell(0, "kind").source == "manifest"


def test_the_experiment_without_a_file_equals_the_one_with_it(full):
    direct = experiment_of(full)
    save_manifest(full)
    loaded = load_experiment(full.root)
    assert [s.condition for s in direct.spectra] == [s.condition for s in loaded.spectra]
    assert [s.source for s in direct.spectra] == [s.source for s in loaded.spectra]
    assert len(direct.spectra) == 8
    for one, other in zip(direct.spectra, loaded.spectra, strict=True):
        np.testing.assert_array_equal(one.counts, other.counts)


def test_an_experiment_without_a_manifest_names_no_line_of_one(full):
    (full.root / "dark.csv").unlink()
    (full.root / "#1 aspl_80K_540nm.csv").write_text("wavelength_nm,counts\n500,1\n")
    experiment = experiment_of(full)
    assert {record.line for record in experiment.spectra} == {None}
    places = [problem.where for problem in experiment.problems]
    assert "dark.csv" in places
    assert any(place.startswith("#1 aspl_80K_540nm.csv") for place in places)
    assert not any("manifest" in place for place in places)


def test_rows_that_are_out_or_of_unknown_kind_are_not_written(plain):
    found = edits.included(plain, [row_of(plain, "T080/aspl_exc535nm_rep1.csv")], False)
    listed = [row["file"] for row in csv.DictReader(manifest_text(found).splitlines())]
    assert listed == ["T080/pl_exc450nm_rep1.csv", "T080/pl_exc450nm_rep2.csv"]


def test_an_experiment_names_what_was_left_out_and_what_differs(plain):
    told = {p.where: p.message for p in experiment_of(plain).problems if p.severity == "warning"}
    assert "its kind isn't known" in told["film.csv"]
    assert "sources differ" in told["T080/pl_exc450nm_rep2.csv"]


def test_a_row_that_lacks_what_its_kind_needs_is_an_error_with_its_name(plain):
    found = edits.with_kind(plain, [row_of(plain, "film.csv")], "pl")
    assert [(fault.where, "temperature_k" in fault.text) for fault in manifest_of(found).faults] == [("film.csv", True)]


def test_a_draft_says_what_has_to_be_filled_in_and_how_many_conflicts_it_does_not_list(tmp_path):
    odd = {f"pl_450nm_r{k}": spectrum(seed=k, header="# Laser (nm): 405\n") for k in range(1, 34)}
    text = manifest_text(table(tmp_path, film=spectrum(), **odd), is_draft=True)
    comments = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("#")]
    assert "blank: kind of 1 row: film.csv" in comments
    names = "pl_450nm_r1.csv, pl_450nm_r2.csv, pl_450nm_r3.csv"
    assert f"blank: temperature_k of 33 rows: {names} and 30 more" in comments
    assert "sources differ: in 3 further cells" in comments


def test_a_draft_shows_blanks_doubts_failures_and_conflicts(tmp_path):
    found = table(
        tmp_path,
        film_5_9K=spectrum(),
        **{"film_5-9K": spectrum(), "broken": "", "pl_450nm": spectrum(header="# Laser (nm): 405\n")},
    )
    text = manifest_text(found, is_draft=True)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert {row["file"] for row in rows} == {"film_5_9K.csv", "film_5-9K.csv", "pl_450nm.csv"}
    assert "temperature_k" in rows[0]
    for part in ("not read: broken.csv", "'5-9K' is a range", "sources differ: pl_450nm.csv"):
        assert any(part in comment for comment in comments)


def test_an_earlier_manifest_is_kept(full):
    (full.root / "manifest.csv").write_text("file,kind\nold.csv,pl\n", encoding="utf-8")
    save_manifest(full)
    assert "old.csv" in (full.root / "manifest.bak.csv").read_text(encoding="utf-8")


def test_a_manifest_elsewhere_or_without_rows_is_refused(full, plain, tmp_path):
    with pytest.raises(InputError, match="belongs into"):
        save_manifest(full, full.root.parent / "manifest.csv")
    nothing = edits.included(plain, range(len(plain.rows)), False)
    with pytest.raises(InputError, match="no row has a kind"):
        save_manifest(nothing)


def manifest(folder, text):
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_cells_of_a_manifest_go_before_names_and_leave_blanks_to_them(plain):
    path = manifest(plain.root, "file,kind,power_uw,mark\nT080/pl_*.csv,emission,160,x\nfilm.csv,dark,,\n")
    found, problems = with_manifest(plain, path)
    assert problems == ()
    k = row_of(found, "T080/pl_exc450nm_rep2.csv")
    assert (found.value(k, "kind"), found.value(k, "power_uw"), found.value(k, "mark")) == ("emission", "160", "x")
    assert (found.value(k, "temperature_k"), found.value(k, "repeat")) == ("80", "2")
    assert found.cell(k, "kind").origin == "manifest: line 2"
    assert found.value(row_of(found, "film.csv"), "kind") == "dark"
    assert "mark" in found.columns
    assert "mark" in manifest_text(found).splitlines()[0]


def test_a_row_of_a_manifest_holds_for_the_data_set_that_it_names(plain):
    k = row_of(plain, "film.csv")
    parts = tuple(replace(plain.rows[k], dataset=name) for name in ("S1", "S2"))
    both = replace(plain, rows=parts)
    found, _ = with_manifest(
        both, manifest(plain.root, "file,kind,dataset,note\nfilm.csv,pl,S2,x\nfilm.csv,dark,S1,\n")
    )
    assert [(row.dataset, found.value(k, "kind"), found.value(k, "note")) for k, row in enumerate(found.rows)] == [
        ("S1", "dark", ""),
        ("S2", "pl", "x"),
    ]
    assert manifest_text(found).splitlines()[0].startswith("file,dataset,kind")


def test_a_table_of_texts_that_a_manifest_lists_is_loaded(tmp_path):
    columns = "side,temperature_k,excitation_nm,intensity,intensity_error,pa,pa_error,gap_mev\n"
    rows = "".join(
        f"{side},80,{e},{10 + k},0.1,1,0.01,2430\n" for k, (side, e) in enumerate((("pl", 450), ("aspl", 535)) * 3)
    )
    (tmp_path / "mine.csv").write_text(columns + rows, encoding="utf-8")
    (tmp_path / "notes.csv").write_text("hello\n", encoding="utf-8")
    found, problems = with_manifest(table_of(scan([tmp_path])), manifest(tmp_path, "file,kind\nmine.csv,responses\n"))
    assert problems == ()
    assert len(table_of(scan([tmp_path])).failures) == 2
    assert [file.name for file in found.failures] == ["notes.csv"]
    assert [record.kind for record in experiment_of(found).tables] == ["responses"]


def test_one_repeat_for_several_files_is_a_fault(plain):
    _, problems = with_manifest(plain, manifest(plain.root, "file,kind,repeat\nT080/pl_*.csv,pl,1\n"))
    assert "one repeat is given for 2 files" in problems[0].message


def test_faults_of_a_manifest_are_told_with_their_line(plain):
    path = manifest(plain.root, "file,kind\ngone.csv,pl\nfilm.csv,spectrum\n../x.csv,pl\n,pl\n")
    _, problems = with_manifest(plain, path)
    assert [problem.where for problem in problems] == [f"manifest.csv, line {line}" for line in (2, 3, 4, 5)]


def test_a_manifest_of_simulated_data_keeps_saying_so(plain):
    path = manifest(plain.root, "# simulated by hand\nfile,kind\nT080/pl_*.csv,pl\n")
    found, _ = with_manifest(plain, path)
    assert manifest_of(found).simulated
    save_manifest(found)
    assert read_manifest(path).simulated


def test_columns_that_a_map_names_are_loaded_by_it(tmp_path):
    axis = np.linspace(2.2, 2.6, 41)
    text = "".join(f"{k},{e:.4f},{100 + k}\n" for k, e in enumerate(axis))
    (tmp_path / "pl_80K_450nm.csv").write_text(text, encoding="utf-8")
    files = MappedFiles(maps=(ColumnMap(("", "", ""), ("", "energy_ev", "counts")),))
    found = table_of(scan([tmp_path], read=files.read))
    assert found.rows[0].part.axis == "2.2 to 2.6 eV"
    experiment = experiment_of(found, memory=files)
    assert experiment.spectra[0].wavelength_nm[-1] == pytest.approx(1239.841984 / 2.2, rel=1e-6)
    assert experiment.spectra[0].counts[-1] == 100.0


def test_a_map_names_the_columns_of_files_with_its_header_alone_and_puts_the_axis_first():
    one = ColumnMap(("a", "b", "c"), ("counts", "wavelength_nm", "counts"))
    rows = "".join(f"{k},{500 + k},{2 * k}\n" for k in range(20))
    file = mapped(read_bytes(f"a,b,c\n{rows}".encode(), "x"), [one])
    assert [column.header for column in file.columns] == ["wavelength_nm", "counts", "counts"]
    assert file.columns[0].values[0] == 500.0
    assert file.layout == "frames"
    other = read_bytes(f"a,b,d\n{rows}".encode(), "x")
    assert mapped(other, [one]) is other


@pytest.mark.parametrize(
    ("headers", "roles", "message"),
    [
        (("", ""), ("counts",), "1 roles"),
        (("", ""), ("counts", "counts"), "exactly one column"),
        (("", ""), ("wavelength_nm", ""), "no column is a measured"),
        (("", ""), ("wavelength_nm", "light"), "'light' is no role"),
    ],
)
def test_a_map_of_columns_without_sense_is_refused(headers, roles, message):
    with pytest.raises(InputError, match=message):
        ColumnMap(headers, roles)
