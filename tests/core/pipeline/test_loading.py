"""Loading an experiment: records of every kind with true values, units, sources, and the virtual experiment."""

import hashlib
import json
import threading

import numpy as np
import pytest

from asplab.core.errors import Cancelled
from asplab.core.experiment import KINDS, Table
from asplab.core.loading import load_experiment
from asplab.core.progress import Progress
from asplab.core.units import wavelength_from_energy
from asplab.core.virtual import VirtualExperiment, simulate

WAVELENGTHS = 500.0 + np.arange(20)
COUNTS = 200.0 + np.arange(20) ** 2


def rows(*columns, header="", delimiter=","):
    lines = [delimiter.join(f"{value:.12g}" for value in row) for row in zip(*columns, strict=True)]
    return "\n".join([*([header] if header else []), *lines]) + "\n"


def load(folder, text, kind="pl", condition="80,450", name="a.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "manifest.csv").write_text(f"file,kind,temperature_k,excitation_nm\n{name},{kind},{condition}\n")
    return load_experiment(folder)


def only_problem(experiment):
    (problem,) = experiment.problems
    return problem


def test_a_spectrum_keeps_its_true_condition_and_numbers(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS, COUNTS), condition="79.83,535.03")
    (spectrum,) = experiment.spectra
    np.testing.assert_array_equal(spectrum.wavelength_nm, WAVELENGTHS)
    np.testing.assert_array_equal(spectrum.counts, COUNTS)
    assert (spectrum.condition.temperature_k, spectrum.condition.excitation_nm) == (79.83, 535.03)
    assert (spectrum.source, spectrum.line, spectrum.kind) == ("a.csv", 2, "pl")
    assert experiment.problems == ()


def test_the_experiment_is_named_after_its_folder_and_a_manifest_of_any_name_loads(tmp_path):
    folder = tmp_path / "CsPbBr3 monday"
    folder.mkdir()
    load(folder, rows(WAVELENGTHS, COUNTS))
    (folder / "manifest.csv").rename(folder / "other.csv")
    experiment = load_experiment(folder / "other.csv")
    assert experiment.name == "CsPbBr3 monday"
    assert len(experiment.spectra) == 1


def test_sources_hold_the_hash_of_the_manifest_and_of_each_file(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS, COUNTS))
    expected = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("manifest.csv", "a.csv")}
    assert {source.path: source.sha256 for source in experiment.sources} == expected


@pytest.mark.parametrize(
    ("header", "factor"), [("energy_ev,counts", 1e-3), ("Energy (meV),counts", 1.0), ("photon energy,counts", 1e-3)]
)
def test_an_energy_axis_named_as_such_is_converted_to_nm(tmp_path, header, factor):
    energy_mev = np.linspace(2200.0, 2500.0, 20)
    experiment = load(tmp_path, rows(energy_mev * factor, COUNTS, header=header))
    (spectrum,) = experiment.spectra
    np.testing.assert_allclose(spectrum.wavelength_nm, wavelength_from_energy(energy_mev)[::-1], rtol=1e-11)
    np.testing.assert_array_equal(spectrum.counts, COUNTS[::-1])
    assert only_problem(experiment).severity == "info"
    assert "converted to nm" in only_problem(experiment).message


def test_an_axis_in_micrometres_named_as_such_is_converted(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS / 1e3, COUNTS, header="wavelength (µm),counts"))
    np.testing.assert_allclose(experiment.spectra[0].wavelength_nm, WAVELENGTHS)


def test_a_descending_axis_is_reversed_and_told(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS[::-1], COUNTS[::-1]))
    np.testing.assert_array_equal(experiment.spectra[0].wavelength_nm, WAVELENGTHS)
    np.testing.assert_array_equal(experiment.spectra[0].counts, COUNTS)
    assert only_problem(experiment).severity == "info"
    assert "reversed" in only_problem(experiment).message


def test_columns_named_in_another_order_are_told_apart(tmp_path):
    experiment = load(tmp_path, rows(COUNTS, WAVELENGTHS, header="counts,wavelength_nm"))
    np.testing.assert_array_equal(experiment.spectra[0].counts, COUNTS)


def test_named_columns_are_found_among_others(tmp_path):
    text = rows(np.arange(20), WAVELENGTHS, COUNTS, header="pixel,Wavelength (nm),Intensity")
    np.testing.assert_array_equal(load(tmp_path, text).spectra[0].counts, COUNTS)


def test_metadata_of_manifest_and_file_are_kept(tmp_path):
    (tmp_path / "a.csv").write_text("# Model: DU888\n" + rows(WAVELENGTHS, COUNTS), encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind,operator\na.csv,dark,N.N.\n")
    (spectrum,) = load_experiment(tmp_path).spectra
    assert spectrum.metadata == (("operator", "N.N."), ("Model", "DU888"))


def test_a_scan_with_header_gives_volts_and_microwatts(tmp_path):
    text = rows(COUNTS, COUNTS * 2, WAVELENGTHS, COUNTS * 3, header="X (mV),Y (uV),excitation_nm,power (mW)")
    (scan,) = load(tmp_path, text, kind="pa").scans
    np.testing.assert_array_equal(scan.excitation_nm, WAVELENGTHS)
    np.testing.assert_allclose(scan.lockin_x_v, COUNTS * 1e-3)
    np.testing.assert_allclose(scan.lockin_y_v, COUNTS * 2e-6)
    np.testing.assert_allclose(scan.power_uw, COUNTS * 3e3)


def test_a_scan_of_two_columns_without_header_is_axis_and_x(tmp_path):
    (scan,) = load(tmp_path, rows(WAVELENGTHS, -COUNTS), kind="pa").scans
    np.testing.assert_array_equal(scan.lockin_x_v, -COUNTS)
    assert scan.lockin_y_v is None
    assert scan.power_uw is None


LOCKIN = 1e-6 * COUNTS


def test_a_plausible_power_in_a_scan_of_four_columns_without_header_is_taken_and_told(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS, LOCKIN, -LOCKIN, COUNTS), kind="pa")
    (scan,) = experiment.scans
    np.testing.assert_allclose(scan.lockin_y_v, -LOCKIN)
    np.testing.assert_array_equal(scan.power_uw, COUNTS)
    assert only_problem(experiment).severity == "warning"
    assert "taken as the pump power" in only_problem(experiment).message


def test_a_magnitude_behind_x_and_y_without_header_is_no_power(tmp_path):
    x, y = LOCKIN - 3e-4, 0.01 * LOCKIN
    experiment = load(tmp_path, rows(WAVELENGTHS, x, y, np.round(np.hypot(x, y), 8)), kind="pa")
    (scan,) = experiment.scans
    np.testing.assert_allclose(scan.lockin_x_v, x)
    np.testing.assert_allclose(scan.lockin_y_v, y)
    assert scan.power_uw is None
    assert only_problem(experiment).severity == "info"
    assert "√(X² + Y²)" in only_problem(experiment).message


@pytest.mark.parametrize(
    "fourth",
    [
        COUNTS - 300.0,
        0.1 * LOCKIN,
        COUNTS**5,
        1.0 + np.arange(20) / 10,
        np.full(20, 45.0),
    ],
    ids=["negative", "as small as the signal", "uneven", "a counter", "the phase"],
)
def test_a_fourth_column_without_header_that_is_no_power_is_refused(tmp_path, fourth):
    experiment = load(tmp_path, rows(WAVELENGTHS, LOCKIN, LOCKIN, fourth), kind="pa")
    assert not experiment.scans
    assert "four columns and no header" in experiment.problems[0].message


def test_a_descending_scan_turns_all_columns_round(tmp_path):
    (scan,) = load(tmp_path, rows(WAVELENGTHS[::-1], LOCKIN, -LOCKIN, COUNTS), kind="pa").scans
    np.testing.assert_allclose(scan.lockin_x_v, LOCKIN[::-1])
    np.testing.assert_array_equal(scan.power_uw, COUNTS[::-1])


@pytest.mark.parametrize("header", ["excitation_nm,R", "wavelength,magnitude (V)"])
def test_a_magnitude_loads_with_the_warning_that_net_cooling_is_invisible(tmp_path, header):
    experiment = load(tmp_path, rows(WAVELENGTHS, COUNTS, header=header), kind="pa")
    np.testing.assert_array_equal(experiment.scans[0].lockin_x_v, COUNTS)
    problem = experiment.problems[0]
    assert problem.severity == "warning"
    assert "net cooling" in problem.message


@pytest.mark.parametrize(("kind", "name"), [("response", "relative_response"), ("absorption", "absorbance")])
def test_response_and_absorption_become_curves(tmp_path, kind, name):
    (curve,) = load(tmp_path, rows(WAVELENGTHS, COUNTS / 300, header=f"wavelength_nm,{name}"), kind, ",").curves
    np.testing.assert_allclose(curve.values, COUNTS / 300, rtol=1e-11)
    assert curve.kind == kind


RESPONSES = (
    "temperature_k,excitation_nm,side,intensity,intensity_error,pa,pa_error,gap_mev\n"
    "250,450,pl,1000,5,2.0e-3,1e-5,2400\n"
    "250,535,ASPL,12,1,-1.0e-6,2e-6,\n"
)


def test_a_table_of_responses_enters_half_way(tmp_path):
    (table,) = load(tmp_path, RESPONSES, "responses", ",").tables
    np.testing.assert_array_equal(table.column("is_stokes"), [1.0, 0.0])
    np.testing.assert_array_equal(table.column("pa"), [2.0e-3, -1.0e-6])
    np.testing.assert_array_equal(table.column("gap_mev"), [2400.0, np.nan])


def test_the_manifest_gives_the_temperature_where_the_table_has_none(tmp_path):
    text = "detuning_mev;eta;eta_error\n23;0,75;0,02\n102;0,32;0,03\n"
    (table,) = load(tmp_path, text, "efficiency", "250,").tables
    np.testing.assert_array_equal(table.column("temperature_k"), [250.0, 250.0])
    np.testing.assert_array_equal(table.column("eta"), [0.75, 0.32])


def test_a_companion_measurement_is_kept_with_all_its_columns(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS, COUNTS), "irf", ",")
    (record,) = experiment.kept
    assert isinstance(record, Table)
    np.testing.assert_array_equal(record.columns[1][1], COUNTS)
    assert experiment.problems == ()


def test_particles_are_kept_by_their_areas_and_a_unit_that_is_not_stated_is_told(tmp_path):
    experiment = load(tmp_path, " \tLabel\tArea\n1\tx.tif\t12.5\n2\tx.tif\t13.5\n", "sizes", ",")
    (record,) = experiment.kept
    np.testing.assert_array_equal(record.column("area_nm2"), [12.5, 13.5])
    assert only_problem(experiment).severity == "info"
    assert "doesn't state the unit" in only_problem(experiment).message


def test_a_table_of_particles_without_areas_is_an_error_that_names_the_file(tmp_path):
    experiment = load(tmp_path, " \tLabel\tMean\n1\tx.tif\t12.5\n", "sizes", ",")
    assert experiment.kept == ()
    assert only_problem(experiment).severity == "error"
    assert "no column is called Area" in only_problem(experiment).message


def test_a_matrix_of_transients_is_kept_over_its_delays(tmp_path):
    experiment = load(tmp_path, "Time (ps)\t490\t495\t500\n-0.1\t1\t2\t3\n0\t4\t5\t6\n", "transient", ",")
    (record,) = experiment.kept
    assert [name for name, _ in record.columns] == ["delay (ps)", "490 nm", "495 nm", "500 nm"]
    np.testing.assert_array_equal(record.column("495 nm"), [2.0, 5.0])


def test_every_kind_of_the_contract_is_known():
    contract = (
        "pl aspl emission pa pa_blank absorption dark power transient irf response sizes sphere_blank sphere_out "
        "sphere_in background emission_blank filter lamp laser reference responses efficiency"
    )
    assert set(contract.split()) | {"ratios", "matched", "low_power", "sphere_dilute"} == set(KINDS)


def test_progress_is_told_for_each_file_and_ends_at_one(tmp_path):
    told = []
    load(tmp_path, rows(WAVELENGTHS, COUNTS))
    load_experiment(tmp_path, progress=Progress(lambda fraction, text: told.append((fraction, text))))
    assert told == [(0.0, "reading a.csv"), (1.0, "files read")]


def test_a_cancel_stops_the_loading(tmp_path):
    load(tmp_path, rows(WAVELENGTHS, COUNTS))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        load_experiment(tmp_path, progress=Progress(cancelled=stop))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("virtual") / "run"
    simulate(folder, VirtualExperiment(temperatures_k=(250.0,), repeats=2), seed=3)
    return folder


def test_the_virtual_experiment_loads_without_any_problem(simulated):
    experiment = load_experiment(simulated)
    assert experiment.problems == ()
    assert experiment.simulated
    assert {spectrum.kind for spectrum in experiment.spectra} == {"pl", "aspl", "dark"}
    assert len(experiment.scans) == 2
    assert {source.path for source in experiment.sources} == {
        path.relative_to(simulated).as_posix() for path in simulated.rglob("*.csv")
    }


def test_the_virtual_experiment_loads_every_number_as_written(simulated):
    experiment = load_experiment(simulated)
    for spectrum in experiment.spectra[::7]:
        written = np.loadtxt(simulated / spectrum.source, delimiter=",", skiprows=1)
        np.testing.assert_array_equal(np.column_stack([spectrum.wavelength_nm, spectrum.counts]), written)
    scan = experiment.scans[0]
    written = np.loadtxt(simulated / scan.source, delimiter=",", skiprows=1)
    found = np.column_stack([scan.excitation_nm, scan.lockin_x_v, scan.lockin_y_v, scan.power_uw])
    np.testing.assert_array_equal(found, written if written[0, 0] < written[-1, 0] else written[::-1])


def test_the_truth_beside_the_manifest_is_ignored(simulated):
    assert json.loads((simulated / "truth.json").read_text())
    assert "truth.json" not in {source.path for source in load_experiment(simulated).sources}


@pytest.mark.parametrize("kind", ["background", "emission_blank", "lamp", "laser", "reference"])
def test_spectra_beside_the_emission_load_as_spectra(tmp_path, kind):
    (spectrum,) = load(tmp_path, rows(WAVELENGTHS, COUNTS), kind, ",").spectra
    assert spectrum.kind == kind
    np.testing.assert_array_equal(spectrum.counts, COUNTS)


@pytest.mark.parametrize(
    ("header", "values"),
    [("wavelength_nm,transmission", 0.25), ("wavelength_nm,%T", 25.0), ("wavelength_nm,od", -np.log10(0.25))],
)
def test_a_filter_is_read_from_fractions_percent_and_optical_density(tmp_path, header, values):
    text = rows(WAVELENGTHS, np.full(WAVELENGTHS.size, values), header=header)
    (curve,) = load(tmp_path, text, "filter", ",").curves
    np.testing.assert_allclose(curve.values, 0.25, rtol=1e-5)


def test_a_filter_that_transmits_more_than_all_is_refused(tmp_path):
    experiment = load(tmp_path, rows(WAVELENGTHS, np.full(WAVELENGTHS.size, 250.0)), "filter", ",")
    assert "neither a fraction nor percent" in only_problem(experiment).message
