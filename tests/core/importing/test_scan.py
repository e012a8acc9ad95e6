"""Finding and reading files: order, failures, cancel, thumbnails."""

import numpy as np
import pytest
from importing_samples import frames, spectrum, write

from asplab.core.errors import Cancelled, InputError
from asplab.core.importing.scan import is_data_name, scan
from asplab.core.importing.scanned import scanned_part, thumbnail
from asplab.core.io import read_bytes
from asplab.core.progress import Progress


def test_files_come_in_natural_order_with_shape_and_axis(tmp_path):
    found = scan([write(tmp_path, T10__a=spectrum(), T2__b10=frames(3), T2__b9=spectrum(seed=2))])
    assert [file.name for file in found.files] == ["T2/b9.csv", "T2/b10.csv", "T10/a.csv"]
    assert [file.shape for file in found.files] == ["1 x 161", "3 columns x 81", "1 x 161"]
    assert found.files[0].parts[0].axis == "480 to 560 nm"
    assert found.files[0].parts[0].peak_nm == 510.0
    assert found.files[0].sha256


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path):
    write(tmp_path, a=spectrum(), b="", c="hello world", d=spectrum(seed=4))
    found = scan([tmp_path])
    assert [bool(file.parts) for file in found.files] == [True, False, False, True]
    assert "empty" in found.failures[0].error
    assert found.failures[1].error
    assert not any(failure.name in failure.error for failure in found.failures)


def test_a_file_that_vanished_is_a_failure(tmp_path):
    write(tmp_path, a=spectrum())
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    assert [file.name for file in scan([tmp_path]).failures] == ["b.csv"]


def test_hidden_files_manifests_notes_and_results_are_not_data(tmp_path):
    write(tmp_path, a=spectrum(), manifest="file,kind\n", out__tables__eta="1,2\n3,4\n")
    (tmp_path / "out" / "results.json").write_text("{}", encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text("1,2\n", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.csv").write_text("1,2\n", encoding="utf-8")
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    assert [file.name for file in scan([tmp_path]).files] == ["a.csv"]
    assert not is_data_name("~$book.xlsx")


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path):
    write(tmp_path, manifest=spectrum())
    assert len(scan([tmp_path / "manifest.csv"]).files) == 1


def test_names_are_relative_to_the_common_folder(tmp_path):
    write(tmp_path, one__a=spectrum(), two__b=spectrum())
    found = scan([tmp_path / "one" / "a.csv", tmp_path / "two"])
    assert found.root == tmp_path
    assert [file.name for file in found.files] == ["one/a.csv", "two/b.csv"]


def test_files_outside_the_root_and_paths_that_are_not_there_are_refused(tmp_path):
    write(tmp_path, one__a=spectrum(), two__b=spectrum())
    with pytest.raises(InputError, match="outside"):
        scan([tmp_path / "one"], root=tmp_path / "two")
    with pytest.raises(InputError, match="no such file"):
        scan([tmp_path / "three"])


def test_the_number_of_files_is_bounded_and_told(tmp_path):
    write(tmp_path, a=spectrum(), b=spectrum(), c=spectrum())
    found = scan([tmp_path], most=2)
    assert (len(found.files), found.left_out) == (2, 1)


def test_a_scan_reports_and_can_be_cancelled(tmp_path):
    write(tmp_path, a=spectrum(), b=spectrum(), c=spectrum())
    told = []
    progress = Progress(lambda fraction, text: told.append(text))
    scan([tmp_path], progress=progress)
    assert told == ["reading a.csv", "reading b.csv", "reading c.csv", "files read"]

    def stop(fraction, text):
        if "b.csv" in text:
            stopping.cancelled.set()

    stopping = Progress(stop)
    with pytest.raises(Cancelled):
        scan([tmp_path], progress=stopping)


def test_a_thumbnail_keeps_every_peak_in_few_points():
    axis = np.linspace(400.0, 700.0, 5000)
    values = np.zeros(5000)
    values[1234], values[4321] = 7.0, -3.0
    small = thumbnail(axis, values)
    assert small.shape[0] == 2
    assert small.shape[1] <= 64
    assert small[1].max() == 7.0
    assert small[1].min() == -3.0
    assert np.all(np.diff(small[0]) >= 0.0)
    np.testing.assert_array_equal(thumbnail(axis[:50], values[:50])[1], values[:50])


def test_a_thumbnail_of_nothing_finite_is_empty():
    assert thumbnail(np.arange(100.0), np.full(100, np.nan)).shape == (2, 0)


def test_energies_have_a_peak_in_nm_and_raman_shifts_have_none():
    rows = "".join(f"{2.2 + 0.01 * k:.3f},{100 - (k - 20) ** 2}\n" for k in range(41))
    energy = scanned_part(read_bytes(f"energy_ev,counts\n{rows}".encode(), "a"))
    assert energy.peak_nm == pytest.approx(1239.841984 / 2.4, rel=1e-6)
    shift = "".join(f"{100 + k},{k}\n" for k in range(41))
    assert np.isnan(scanned_part(read_bytes(f"Raman shift,counts\n{shift}".encode(), "b")).peak_nm)
