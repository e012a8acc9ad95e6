"""Data sets, frames and image rows of one file become records as the manifest says."""

import numpy as np
import pytest

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.selection import Selection, select
from asplab.core.loading import load_experiment

AXIS = 500.0 + np.arange(12)


def data_file(count, *, layout="frames", part="", others=()):
    columns = [Column("wavelength", "wavelength", "nm", frozen_array(AXIS))]
    columns += [Column(f"frame {k}", "counts", "counts", frozen_array(AXIS * k)) for k in range(1, count + 1)]
    return DataFile("a.spe", "test", "", tuple(columns), layout=layout, part=part, others=others)


def values(selected):
    return [piece.file.columns[1].values[0] / AXIS[0] for piece in selected]


def load(folder, text, *lines, columns="dataset,frames,rows"):
    (folder / "a.csv").write_text(text, encoding="utf-8")
    header = f"file,kind,temperature_k,excitation_nm,{columns}"
    (folder / "manifest.csv").write_text("\n".join([header, *lines]) + "\n")
    return load_experiment(folder)


def table(count, header=""):
    lines = [",".join(f"{value:.6g}" for value in (x, *(x * k for k in range(1, count + 1)))) for x in AXIS]
    return "\n".join([*([header] if header else []), *lines]) + "\n"


def test_one_frame_is_one_measurement_without_a_suffix():
    (only,) = select(data_file(1), Selection())
    assert (only.suffix, only.remarks, only.file.columns[1].values[0]) == ("", (), AXIS[0])


def test_frames_without_a_choice_are_repeats_and_told():
    found = select(data_file(3), Selection())
    assert values(found) == [1.0, 2.0, 3.0]
    assert [piece.suffix for piece in found] == [" #1", " #2", " #3"]
    assert [remark[0] for piece in found for remark in piece.remarks] == ["info"]


@pytest.mark.parametrize(("frames", "wanted"), [("mean", 2.0), ("sum", 6.0)])
def test_frames_are_combined_to_one(frames, wanted):
    assert values(select(data_file(3), Selection(frames=frames))) == [pytest.approx(wanted)]


def test_numbers_choose_frames_in_their_order():
    found = select(data_file(6), Selection(frames="5,1-3"))
    assert values(found) == [5.0, 1.0, 2.0, 3.0]
    assert [piece.suffix for piece in found] == [" #5", " #1", " #2", " #3"]


@pytest.mark.parametrize(
    ("frames", "said"), [("7", "6 frames"), ("3-2", "6 frames"), ("0", "6 frames"), ("1-3,2", "2 twice")]
)
def test_frames_that_are_not_there_are_named(frames, said):
    with pytest.raises(FileError, match=said):
        select(data_file(6), Selection(frames=frames))


def test_rows_of_an_image_are_summed():
    image = data_file(5, layout="image")
    assert values(select(image, Selection(rows="2-3"))) == [5.0]
    assert values(select(image, Selection(rows="all"))) == [15.0]


def test_an_image_needs_its_rows_and_a_spectrum_has_none():
    with pytest.raises(FileError, match="image of 5 rows"):
        select(data_file(5, layout="image"), Selection())
    with pytest.raises(FileError, match="no image"):
        select(data_file(2), Selection(rows="all"))


def test_the_first_data_set_is_read_with_a_warning_and_another_by_its_name():
    file = data_file(1, part="A", others=(data_file(2, part="B"),))
    (first,) = select(file, Selection())
    assert first.remarks[0][0] == "warning"
    assert "'A', 'B'" in first.remarks[0][1]
    second = select(file, Selection(dataset="B"))
    assert [piece.suffix for piece in second] == [" #B #1", " #B #2"]
    assert all(remark[0] == "info" for piece in second for remark in piece.remarks)


def test_a_missing_data_set_is_named_with_those_that_are_there():
    with pytest.raises(FileError, match=r"no data set 'C' \(found: 'A', 'B'\)"):
        select(data_file(1, part="A", others=(data_file(2, part="B"),)), Selection(dataset="C"))


@pytest.mark.parametrize(("column", "cell"), [("frames", "some"), ("rows", "top"), ("frames", "1-")])
def test_a_cell_that_means_nothing_is_refused_with_its_line(tmp_path, column, cell):
    cells = {"frames": "", "rows": ""} | {column: cell}
    experiment = load(tmp_path, table(1), f"a.csv,pl,80,450,,{cells['frames']},{cells['rows']}")
    (problem,) = [p for p in experiment.problems if p.severity == "error"]
    assert problem.where == "manifest.csv, line 2"
    assert repr(cell) in problem.message


def test_columns_of_a_table_become_repeats_by_choice_only(tmp_path):
    refused = load(tmp_path, table(3), "a.csv,pl,80,450,,,")
    assert not refused.spectra
    assert any("column frames" in problem.message for problem in refused.problems)
    experiment = load(tmp_path, table(3), "a.csv,pl,80,450,,repeats,")
    assert [spectrum.source for spectrum in experiment.spectra] == ["a.csv #1", "a.csv #2", "a.csv #3"]
    assert [spectrum.condition.repeat for spectrum in experiment.spectra] == [1, 2, 3]
    assert [source.path for source in experiment.sources] == ["manifest.csv", "a.csv"]


def test_columns_of_a_table_become_conditions_row_by_row(tmp_path):
    experiment = load(tmp_path, table(3), "a.csv,pl,80,450,,1-2,", "a.csv,pl,100,450,,3,")
    assert [s.condition.temperature_k for s in experiment.spectra] == [80.0, 80.0, 100.0]
    np.testing.assert_allclose([s.counts[0] / AXIS[0] for s in experiment.spectra], [1.0, 2.0, 3.0])


def test_a_frame_that_two_rows_name_is_loaded_once_and_told(tmp_path):
    experiment = load(tmp_path, table(3), "a.csv,pl,80,450,,1-2,", "a.csv,pl,100,450,,2-3,")
    assert [s.source for s in experiment.spectra] == ["a.csv #1", "a.csv #2", "a.csv #3"]
    assert [p.message for p in experiment.problems if p.severity == "warning"] == [
        "a.csv #2 is already listed in line 2; it was loaded once. Remove one row."
    ]


def test_the_repeats_of_several_files_of_a_row_are_numbered_on(tmp_path):
    (tmp_path / "b.csv").write_text(table(2), encoding="utf-8")
    experiment = load(tmp_path, table(2), "?.csv,pl,80,450,,repeats,")
    assert [s.condition.repeat for s in experiment.spectra] == [1, 2, 3, 4]


def scan_text(*runs):
    lines = [f"{x:.6g},{k + x * 1e-9:.12g}" for k, run in enumerate(runs) for x in run]
    return "\n".join(["excitation_nm,lockin_x_v", *lines]) + "\n"


@pytest.mark.parametrize("back", [False, True])
def test_a_scan_that_starts_again_falls_into_repeats(tmp_path, back):
    second = AXIS[::-1][1:] if back else AXIS
    experiment = load(tmp_path, scan_text(AXIS, second, AXIS[1:] if back else AXIS), "a.csv,pa,80,,,,")
    assert [scan.condition.repeat for scan in experiment.scans] == [1, 2, 3]
    np.testing.assert_allclose([scan.lockin_x_v.mean().round() for scan in experiment.scans], [0.0, 1.0, 2.0])
    assert all(np.all(np.diff(scan.excitation_nm) > 0.0) for scan in experiment.scans)
    assert any("starts again" in problem.message for problem in experiment.problems)


def test_an_axis_with_one_wrong_value_is_no_restart(tmp_path):
    wrong = AXIS.copy()
    wrong[5] = wrong[3] - 0.5
    experiment = load(tmp_path, scan_text(wrong), "a.csv,pa,80,,,,")
    assert not experiment.scans
    assert any("must increase" in problem.message for problem in experiment.problems)


def test_raman_shifts_count_from_the_laser(tmp_path):
    shift = np.linspace(100.0, 2000.0, 12)
    text = "\n".join(["Raman shift (cm-1),counts", *(f"{x:.8g},{x:.8g}" for x in shift)])
    (spectrum,) = load(tmp_path, text, "a.csv,pl,80,450,,,").spectra
    np.testing.assert_allclose(spectrum.wavelength_nm, 1e7 / (1e7 / 450.0 - shift), rtol=1e-7)


def test_absolute_wavenumbers_become_wavelengths(tmp_path):
    wavenumber = np.linspace(18000.0, 22000.0, 12)
    text = "\n".join(["wavenumber (cm-1),counts", *(f"{x:.8g},{x:.8g}" for x in wavenumber)])
    (spectrum,) = load(tmp_path, text, "a.csv,pl,80,450,,,").spectra
    np.testing.assert_allclose(spectrum.wavelength_nm[::-1], 1e7 / wavenumber, rtol=1e-7)
    assert spectrum.counts[0] == pytest.approx(22000.0)


def test_selected_frames_survive_a_project(tmp_path):
    from asplab.core.document import Document
    from asplab.core.pipeline import analyse
    from asplab.core.project.file import open_project, save_project

    experiment = load(tmp_path, table(3), "a.csv,dark,,,,repeats,")
    assert len(experiment.spectra) == 3
    save_project(analyse(Document(experiment)), tmp_path / "p.nxs")
    again = open_project(tmp_path / "p.nxs").experiment
    assert [s.source for s in again.spectra] == [s.source for s in experiment.spectra]
    np.testing.assert_array_equal(again.spectra[2].counts, experiment.spectra[2].counts)
