"""What is said of companion measurements whose files, or whose main analysis, do not suffice."""

from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.experiment import Condition, Table
from asplab.core.pump.power_series import columns_missing

FILES = {
    "power": ("power_uw,intensity\n1,10\n2,20\n4,41\n8,80\n", 250, 530),
    "absorption": ("wavelength_nm,absorbance\n500,0.9\n505,0.8\n510,0.6\n515,0.4\n520,0.2\n", 250, ""),
    "matched": (
        "excitation_nm,power_uw,intensity,intensity_error,absorptance,absorptance_error\n"
        "490,1,100,1,0.4,0.01\n530,1,10,1,0.1,0.01\n535,1,8,1,0.05,0.01\n",
        250,
        "",
    ),
}


def analysed(folder: Path, kind: str, text: str) -> core.Results:
    _, kelvin, excitation = FILES.get(kind, ("", 250, 530))
    (folder / "one.csv").write_text(text)
    (folder / "manifest.csv").write_text(
        f"file,kind,temperature_k,excitation_nm\none.csv,{kind},{kelvin},{excitation}\n"
    )
    return core.analyse(core.Document(core.load_experiment(folder)))


@pytest.mark.parametrize("kind", FILES)
def test_files_of_which_nothing_came_without_emission_are_told(tmp_path: Path, kind: str) -> None:
    problems = analysed(tmp_path, kind, FILES[kind][0]).problems
    (told,) = (one.message for one in problems if f"1 file of kind {kind} (one.csv)" in one.message)
    assert "List " in told


def test_an_error_does_not_name_the_experiment_twice(tmp_path: Path) -> None:
    (error,) = (one for one in analysed(tmp_path, "power", FILES["power"][0]).problems if one.severity == "error")
    assert error.where == tmp_path.name
    assert not error.message.startswith(tmp_path.name)


def test_a_power_series_with_an_empty_column_is_told_that_its_cells_are_empty(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("power_uw,intensity,intensity_error\n1,,\n2,,\n4,,\n8,,\n")
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k,excitation_nm\none.csv,power,250,530\n")
    (record,) = core.load_experiment(tmp_path).kept
    (told,) = columns_missing(record)
    assert "'power_uw,intensity,intensity_error'" in told.message
    assert "fill in the empty cells" in told.message
    (other,) = columns_missing(Table("power", "two.csv", None, Condition(), columns=(("power_uw", np.ones(3)),)))
    assert "found 'power_uw'. Name them in the header." in other.message


@pytest.mark.parametrize("kind", ["transient", "matched"])
def test_a_cell_that_is_no_number_is_told_with_its_line_of_the_file(tmp_path: Path, kind: str) -> None:
    text = "delay_fs,signal\n0,1\n10,2\n20,#REF!\n30,4\n"
    messages = [one.message for one in analysed(tmp_path, kind, text).problems]
    assert any("line 4 of the file: column 2 holds '#REF!'" in message for message in messages)
    assert not any("no column holds delays" in message for message in messages)
