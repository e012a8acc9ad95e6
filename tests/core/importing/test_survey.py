"""The check page: repeats, holes, laser lines, unused files, copies."""

import pytest
from importing_samples import frames, row_of, spectrum, table

from asplab.core.importing import edits
from asplab.core.importing.survey import survey


def folder(tmp_path, conditions):
    return table(tmp_path, **{name: spectrum(seed=k) for k, name in enumerate(conditions)})


def test_readbacks_of_one_set_point_are_one_group_and_other_conditions_are_not(tmp_path):
    names = ["pl_79.8K_450.05nm_r1", "pl_80.1K_450nm_r2", "pl_90K_450nm", "pl_80K_405nm", "aspl_80K_535nm"]
    groups = survey(folder(tmp_path, names)).groups
    assert sorted((group.kind, len(group.rows)) for group in groups) == [("aspl", 1), ("pl", 1), ("pl", 1), ("pl", 2)]
    pair = next(group for group in groups if len(group.rows) == 2)
    assert pair.temperature_k == pytest.approx(79.95)
    assert pair.label == "PL 79.95 K, 450 nm"


def test_wider_tolerances_join_more(tmp_path):
    names = ["pl_80K_450nm", "pl_83K_450nm"]
    assert len(survey(folder(tmp_path, names)).groups) == 2
    assert len(survey(folder(tmp_path, names), temperature_tolerance_k=5.0).groups) == 1


def test_a_hole_in_a_regular_grid_is_marked_and_named(tmp_path):
    names = [f"pl_{t}K_{e}nm" for t in (80, 100, 120) for e in (405, 450) if (t, e) != (100, 450)]
    found = survey(folder(tmp_path, [*names, "pa_80K", "pa_120K"]))
    grids = {grid.kind: grid for grid in found.grids}
    assert list(grids) == ["pl", "pa"]
    assert grids["pl"].counts.tolist() == [[1, 1], [1, 0], [1, 1]]
    assert grids["pl"].holes == ((1, 1),)
    assert grids["pl"].missing == ("100 K, 450 nm",)
    assert grids["pa"].excitations_nm == ()
    assert grids["pa"].missing == ("100 K",)
    assert ("PL", "not measured: 100 K, 450 nm.") in [(p.where, p.message) for p in found.problems]


def test_excitations_that_follow_the_gap_leave_no_holes(tmp_path):
    names = [f"aspl_80K_{e}nm" for e in (535, 540)] + [f"aspl_120K_{e}nm" for e in (531, 536)] + ["pl_100K_450nm"]
    grid = next(grid for grid in survey(folder(tmp_path, names)).grids if grid.kind == "aspl")
    assert not grid.is_regular
    assert grid.missing == ("100 K",)


def test_a_laser_line_at_the_excitation_is_flagged_and_a_band_there_is_not(tmp_path):
    found = table(
        tmp_path,
        aspl_80K_525nm_r1=spectrum(524.6, width_nm=0.6, seed=1),
        aspl_80K_525nm_r2=spectrum(524.6, width_nm=0.6, seed=2),
        aspl_90K_512nm=spectrum(511.0, width_nm=8.0, seed=3),
        dark_525nm=spectrum(524.6, width_nm=0.6, seed=4),
    )
    result = survey(found)
    assert {found.rows[k].file for k in result.laser_rows} == {"aspl_80K_525nm_r1.csv", "aspl_80K_525nm_r2.csv"}
    told = [p for p in result.problems if "laser" in p.message]
    assert [p.where for p in told] == ["aspl_80K_525nm_r1.csv (and 1 repeat)"]


def test_a_laser_line_that_a_stated_filter_keeps_out_is_not_flagged(tmp_path):
    found = table(
        tmp_path,
        aspl_80K_525nm_519SP=spectrum(524.6, width_nm=0.6, seed=1),
        aspl_90K_525nm_530SP=spectrum(524.6, width_nm=0.6, seed=2),
        pl_80K_525nm_530LP=spectrum(524.6, width_nm=0.6, seed=3),
    )
    assert [found.rows[k].file for k in survey(found).laser_rows] == ["aspl_90K_525nm_530SP.csv"]


@pytest.mark.parametrize(("choice", "repeats"), [("repeats", 5), ("mean", 1), ("sum", 1), ("1-2,5", 3)])
def test_the_frames_of_a_stack_count_as_repeats_unless_they_are_averaged(tmp_path, choice, repeats):
    found = table(tmp_path, pl_80K_450nm_r1=frames(5), pl_80K_450nm_r2=spectrum())
    found = edits.with_frames(found, [row_of(found, "pl_80K_450nm_r1.csv")], choice)
    result = survey(found)
    assert [group.repeats for group in result.groups] == [repeats + 1]
    assert result.grids[0].counts.tolist() == [[repeats + 1]]


def test_there_is_no_grid_without_temperatures(tmp_path):
    assert survey(folder(tmp_path / "a", ["pl_450nm", "pl_405nm"])).grids == ()
    grids = survey(folder(tmp_path / "b", ["pl_80K_450nm", "aspl_535nm"])).grids
    assert [grid.kind for grid in grids] == ["pl"]


def test_a_blank_cell_is_told_in_plain_words(tmp_path):
    told = [p.message for p in survey(folder(tmp_path, ["aspl_535nm"])).problems if p.severity == "error"]
    assert told == ["the temperature is blank, but ASPL needs it. Fill it in, or take the row out."]


def test_copies_and_files_that_nothing_uses_are_named(tmp_path):
    found = table(tmp_path, pl_80K_450nm_r1=spectrum(), pl_80K_450nm_r2=spectrum(), pa_80K=spectrum(seed=3))
    found = edits.included(found, [row_of(found, "pa_80K.csv")], False)
    result = survey(found)
    assert result.duplicates == (("pl_80K_450nm_r1.csv", "pl_80K_450nm_r2.csv"),)
    assert result.unused_files == ("pa_80K.csv",)
    assert any("same content" in p.message for p in result.problems)


def test_a_condition_that_was_measured_again_is_asked_about(tmp_path):
    names = ["pl_80K_450nm_r1", "pl_80.5K_450nm_r1", "pl_80K_450nm_r2", "pl_80K_405nm_r1", "dark_1s_r1", "dark_2s_r1"]
    told = [p for p in survey(folder(tmp_path, names)).problems if "measured again" in p.message]
    assert len(told) == 1
    assert "pl_80.5K_450nm_r1.csv, pl_80K_450nm_r1.csv" in told[0].message


def test_words_that_differ_from_file_to_file_are_doubted_as_samples(tmp_path):
    told = survey(folder(tmp_path / "a", [f"AB{k:02d}_PL_80K_450nm" for k in range(4)])).problems
    assert next(p.message for p in told if p.where == "sample").startswith("4 different samples for 4 files")
    told = survey(folder(tmp_path / "b", [f"CP{s}_PL_{t}K_450nm" for s in (1, 2, 3) for t in (80, 90)])).problems
    assert [p for p in told if p.where == "sample"] == []


def test_blanks_conflicts_unknown_kinds_and_failures_are_problems(plain):
    found = edits.typed(plain, row_of(plain, "T080/aspl_exc535nm_rep1.csv"), "temperature_k", "")
    told = {(p.severity, p.where) for p in survey(found).problems}
    assert ("error", "T080/aspl_exc535nm_rep1.csv") in told
    assert ("warning", "T080/pl_exc450nm_rep2.csv") in told
    assert ("warning", "film.csv") in told


def test_an_empty_table_has_an_empty_survey(plain):
    result = survey(edits.removed(plain, [file.name for file in plain.files]))
    assert (result.groups, result.grids, result.problems) == ((), (), ())


def test_a_doubt_about_the_kind_ends_once_somebody_says_the_kind(tmp_path):
    found = folder(tmp_path, ["background_80K_1", "background_80K_2"])

    def doubted(of):
        return [p.where for p in survey(of).problems if "shutter closed" in p.message]

    assert doubted(found) == ["background_80K_1.csv", "background_80K_2.csv"]
    first = row_of(found, "background_80K_1.csv")
    assert doubted(edits.with_kind(found, [first], "background")) == ["background_80K_2.csv"]
    assert doubted(edits.with_kind(found, [first], "dark")) == ["background_80K_2.csv"]
