"""Quantum yields of an experiment's files: power series above the gap, integrating spheres, and all side by side."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.quantum_yield.comparison import YieldRow, compare_yields
from asplab.core.companion.quantum_yield.sphere_stage import SphereFindings, find_sphere_yields
from asplab.core.companion.quantum_yield.virtual import SphereTruth, virtual_dilute, virtual_sphere
from asplab.core.companion.reading import measured
from asplab.core.document import Exclusion, Exclusions
from asplab.core.experiment import Condition, Experiment, Table
from asplab.core.export.companion import companion
from asplab.core.export.companion.yields import YIELDS, compared_yields
from asplab.core.pipeline import Results
from asplab.core.settings import GroupingSettings, Settings, YieldSettings
from asplab.core.virtual import VirtualExperiment, simulate

EXPERIMENT = VirtualExperiment(
    temperatures_k=(250.0,),
    stokes_detuning_mev=(170.0, 320.0, 480.0),
    detuning_mev=(33.0, 77.0, 132.0),
    repeats=2,
    companions=("power", "abc", "sphere"),
)
EXACT = YieldSettings(response_error_percent=0.0)
TRUTH = SphereTruth(0.4, 0.87, reabsorbed=0.0)
DENSE = SphereTruth(0.4, 0.87, reabsorbed=0.1, edge_nm=505.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("yields") / "data", EXPERIMENT, seed=3).parent


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return core.analyse(core.Document(core.load_experiment(folder)))


# --- power series above the gap --------------------------------------------------------------------------
def test_a_series_above_the_gap_is_read_as_a_yield_and_not_as_photons(results: Results) -> None:
    assert results.abc_yields is not None
    assert results.power_dependence is not None
    (one,) = results.abc_yields.readings
    assert one.found is not None
    assert one.detuning_mev == pytest.approx(-320.0, abs=1.5)
    reading = one.found.peak_yield
    assert abs(reading.value - EXPERIMENT.quantum_yield) < 3.0 * reading.error
    assert len(results.power_dependence.readings) == len(EXPERIMENT.detuning_mev)
    assert all(one.detuning_mev > 0.0 for one in results.power_dependence.readings)


def test_a_series_above_the_gap_changes_nothing_of_eta(results: Results) -> None:
    experiment = results.document.experiment
    is_stokes = [record.kind == "power" and "abc" in record.source for record in experiment.kept]
    assert sum(is_stokes) == 1
    kept = tuple(record for record, leave in zip(experiment.kept, is_stokes, strict=True) if not leave)
    bare = core.analyse(replace(results.document, experiment=replace(experiment, kept=kept)))
    assert bare.efficiency is not None
    assert results.efficiency is not None
    np.testing.assert_array_equal(bare.efficiency.eta, results.efficiency.eta)
    np.testing.assert_array_equal(bare.efficiency.eta_covariance, results.efficiency.eta_covariance)
    assert bare.two_photon is not None
    assert results.two_photon is not None
    np.testing.assert_array_equal(bare.two_photon.share, results.two_photon.share)
    np.testing.assert_array_equal(bare.two_photon.is_known, results.two_photon.is_known)


def test_a_series_at_a_temperature_without_spectra_is_placed_by_the_nearest_gap(results: Results) -> None:
    found = core.analyse(_with_series(results, condition={"temperature_k": 295.0})).abc_yields
    assert found is not None
    (one,) = found.readings
    assert one.temperature is None
    assert np.isnan(one.detuning_mev)
    assert one.found is not None


def test_a_series_of_too_few_powers_is_a_problem_that_names_its_file(results: Results) -> None:
    changed = core.analyse(_with_series(results, rows=slice(0, 4)))
    assert changed.abc_yields is not None
    (one,) = changed.abc_yields.readings
    assert one.found is None
    (problem,) = [problem for problem in changed.abc_yields.problems if "ABC" in problem.message]
    assert "abc" in problem.where
    assert "4 powers" in problem.message
    assert changed.sphere_yields is not None
    assert changed.sphere_yields.readings[0].found is not None


def _with_series(
    results: Results, *, condition: dict[str, float] | None = None, rows: slice = slice(None)
) -> core.Document:
    experiment = results.document.experiment
    kept = tuple(
        replace(
            one,
            condition=replace(one.condition, **condition or {}),
            columns=tuple((name, values[rows]) for name, values in one.columns),
        )
        if isinstance(one, Table) and "abc" in one.source
        else one
        for one in experiment.kept
    )
    return replace(results.document, experiment=replace(experiment, kept=kept))


# --- integrating sphere ----------------------------------------------------------------------------------
def sphere_records(
    spectra: Sequence[tuple[str, np.ndarray]],
    axis: np.ndarray,
    *,
    header: str = "counts",
) -> tuple[Table, ...]:
    return tuple(
        Table(
            kind,
            f"{kind}.csv",
            1,
            Condition(excitation_nm=450.0),
            columns=(("wavelength_nm", axis), *((f"{header}_{k}", row) for k, row in enumerate(values))),
        )
        for kind, values in spectra
    )


def virtual_records(seed: int = 0, *, as_power: bool = False, header: str = "counts") -> tuple[Table, ...]:
    spectra = virtual_sphere(np.random.default_rng(seed), TRUTH, photons=2e6, as_power=as_power)
    named = (("sphere_blank", spectra.empty), ("sphere_out", spectra.beside), ("sphere_in", spectra.inside))
    return sphere_records(named, spectra.wavelength_nm, header=header)


def read(records: Sequence[Table], settings: YieldSettings = EXACT) -> SphereFindings:
    return find_sphere_yields(Experiment("x", kept=tuple(records)), Exclusions(), GroupingSettings(), settings)


def test_the_yield_of_a_sphere_has_pulls_of_unit_spread_with_windows_that_are_found() -> None:
    pulls = []
    for seed in range(40):
        (one,) = read(virtual_records(seed)).readings
        assert one.found is not None
        pulls.append((one.quantum_yield.value - TRUTH.quantum_yield) / one.quantum_yield.error)
    assert abs(np.mean(pulls)) < 0.5
    # Five repeats tell their errors roughly, and are widened for that.
    assert 0.55 < np.std(pulls) < 1.3


def test_windows_by_hand_take_the_place_of_those_that_are_found() -> None:
    (found,) = read(virtual_records()).readings
    assert found.laser_nm == (440.0, 460.0)
    settings = YieldSettings(laser_nm=((445.0, 455.0),), emission_nm=((498.0, 530.0),), response_error_percent=0.0)
    (one,) = read(virtual_records(), settings).readings
    assert (one.laser_nm, one.emission_nm) == ((445.0, 455.0), (498.0, 530.0))
    # Two standard deviations of the band to either side hold 95.4 % of it.
    assert one.quantum_yield.value == pytest.approx(0.954 * found.quantum_yield.value, rel=0.01)


def test_wings_of_the_laser_are_not_taken_for_weak_emission() -> None:
    weak = SphereTruth(0.4, 0.002, reabsorbed=0.0)
    spectra = virtual_sphere(np.random.default_rng(0), weak, photons=2e6)
    axis = spectra.wavelength_nm
    wing = np.exp(-np.abs(axis - 450.0) / 8.0)
    named = [
        (kind, rows + 5e3 * left * wing)
        for kind, rows, left in (
            ("sphere_blank", spectra.empty, 1.0),
            ("sphere_out", spectra.beside, 0.92),
            ("sphere_in", spectra.inside, 0.552),
        )
    ]
    (one,) = read(sphere_records(named, axis)).readings
    assert one.emission_nm is not None
    assert sum(one.emission_nm) / 2.0 == pytest.approx(514.0, abs=4.0)


@pytest.mark.parametrize(
    ("header", "unit", "is_true"),
    [("irradiance", "named", True), ("counts", "power", True), ("counts", "named", False)],
)
def test_power_is_counted_as_photons_where_header_or_setting_say_so(header: str, unit: str, is_true: bool) -> None:
    records = virtual_records(as_power=True, header=header)
    (one,) = read(records, YieldSettings(sphere_unit=unit, response_error_percent=0.0)).readings  # type: ignore[arg-type]
    assert one.spectra is not None
    assert one.spectra.unit == ("power" if is_true else "photons")
    wanted = TRUTH.quantum_yield * (1.0 if is_true else 450.0 / 514.0)
    assert one.quantum_yield.value == pytest.approx(wanted, rel=0.02)


def test_reabsorption_is_made_up_for_where_its_part_is_given() -> None:
    plain = read(virtual_records()).readings[0].quantum_yield
    settings = YieldSettings(reabsorbed_percent=20.0, reabsorbed_error_percent=3.0, response_error_percent=0.0)
    one = read(virtual_records(), settings).readings[0]
    assert one.reabsorbed is not None
    assert one.quantum_yield.value == pytest.approx(plain.value / (0.8 + 0.2 * plain.value), rel=1e-9)
    assert one.quantum_yield.error > 0.0


def test_a_dilute_spectrum_tells_what_is_absorbed_again_with_pulls_of_unit_spread() -> None:
    parts, pulls = [], []
    for seed in range(40):
        one = read(with_dilute(seed)).readings[0]
        assert one.reabsorbed is not None
        parts.append((one.reabsorbed.value - DENSE.reabsorbed) / one.reabsorbed.error)
        pulls.append((one.quantum_yield.value - DENSE.quantum_yield) / one.quantum_yield.error)
    for found in (parts, pulls):
        assert abs(np.mean(found)) < 0.6
        assert 0.5 < np.std(found) < 1.4
    seen = read(with_dilute(0)[:3]).readings[0]
    assert seen.reabsorbed is None
    assert seen.quantum_yield.value == pytest.approx(DENSE.observed_yield, abs=0.01)


def test_a_part_that_is_given_takes_the_place_of_the_dilute_spectrum() -> None:
    one = read(with_dilute(0), YieldSettings(reabsorbed_percent=30.0)).readings[0]
    assert one.reabsorbed is not None
    assert one.reabsorbed.value == pytest.approx(0.3)


def test_a_reference_with_less_blue_light_than_the_sphere_is_refused() -> None:
    records = with_dilute(0)
    axis = records[3].columns[0][1]
    cut = 1.0 / (1.0 + np.exp(-(axis - 508.0)))
    columns = tuple((name, values if name == "wavelength_nm" else values * cut) for name, values in records[3].columns)
    one = read((*records[:3], replace(records[3], columns=columns))).readings[0]
    assert "can't be" in one.reason
    assert one.found is None


def with_dilute(seed: int) -> tuple[Table, ...]:
    rng = np.random.default_rng(seed)
    spectra = virtual_sphere(rng, DENSE, photons=2e6)
    named = (
        ("sphere_blank", spectra.empty),
        ("sphere_out", spectra.beside),
        ("sphere_in", spectra.inside),
        ("sphere_dilute", virtual_dilute(rng, DENSE, photons=2e6)),
    )
    return sphere_records(named, spectra.wavelength_nm)


def test_exposures_that_all_files_tell_are_divided_out() -> None:
    records = virtual_records()
    longer = tuple(
        replace(
            one,
            condition=replace(one.condition, exposure_s=2.0 if one.kind == "sphere_in" else 1.0),
            columns=tuple(
                (name, 2.0 * values if one.kind == "sphere_in" and name != "wavelength_nm" else values)
                for name, values in one.columns
            ),
        )
        for one in records
    )
    assert read(longer).readings[0].quantum_yield == read(records).readings[0].quantum_yield
    half = (*longer[:2], replace(longer[2], condition=records[2].condition))
    assert "exposure_s" in read(half).readings[0].reason


def test_one_spectrum_of_each_needs_its_error() -> None:
    single = tuple(replace(one, columns=one.columns[:2]) for one in virtual_records())
    assert "tells no error" in read(single).readings[0].reason
    known = read(single, YieldSettings(sphere_error_percent=0.5)).readings[0]
    assert known.quantum_yield.is_determined


def test_a_sample_without_its_blank_is_a_problem_and_the_other_sample_is_read() -> None:
    records = virtual_records()
    lonely = replace(records[2], source="other.csv", condition=Condition(excitation_nm=405.0, sample="b"))
    found = read((*records, lonely))
    assert [one.found is not None for one in found.readings] == [True, False]
    (problem,) = found.problems
    assert "other.csv" in problem.where
    assert "sphere_blank" in problem.message
    assert "sphere_out" in problem.message


def test_spectra_on_another_axis_are_refused_by_name() -> None:
    records = virtual_records()
    moved = tuple((name, values + 0.3 if name == "wavelength_nm" else values) for name, values in records[0].columns)
    assert "sphere_blank.csv" in read((replace(records[0], columns=moved), *records[1:])).readings[0].reason


def test_a_laser_far_from_its_told_wavelength_is_doubted() -> None:
    records = tuple(replace(one, condition=Condition(excitation_nm=473.0)) for one in virtual_records())
    (problem,) = read(records).problems
    assert "450.0 nm" in problem.message


def test_an_excluded_file_takes_no_part() -> None:
    records = virtual_records()
    experiment = Experiment("x", kept=records)
    excluded = Exclusions((Exclusion("sphere_in.csv", "bubble"),))
    (one,) = find_sphere_yields(experiment, excluded, GroupingSettings(), YieldSettings()).readings
    assert "sphere_in" in one.reason


# --- all yields ------------------------------------------------------------------------------------------
def test_all_yields_stand_side_by_side_and_agree(results: Results) -> None:
    found = compared_yields(results)
    assert found is not None
    assert [one.method for one in found.rows] == ["R", "ABC law", "integrating sphere"]
    assert found.notes == ()


def test_a_yield_that_is_given_is_no_measurement_of_it(results: Results) -> None:
    settings = replace(
        Settings(), efficiency=replace(Settings().efficiency, quantum_yield="fixed", fixed_quantum_yield=0.5)
    )
    found = compared_yields(core.analyse(replace(results.document, settings=settings)))
    assert found is not None
    assert [one.method for one in found.rows] == ["ABC law", "integrating sphere"]


def test_of_yields_at_many_temperatures_the_nearest_is_held_beside_another_way() -> None:
    rows = [YieldRow("R", "film", float(t), measured(0.6 + t / 1000.0, 0.001)) for t in (100, 200, 300)]
    agreeing = compare_yields([*rows, YieldRow("integrating sphere", "film", 295.0, measured(0.9, 0.01))])
    assert agreeing.notes == ()
    contrary = compare_yields([*rows, YieldRow("integrating sphere", "suspension", 295.0, measured(0.7, 0.01))])
    (note,) = contrary.notes
    assert "R, film, 300 K" in note
    assert "medium and temperature" in note
    assert "The error of R is its statistical one." in note


def test_results_json_holds_all_yields_and_is_strict(results: Results) -> None:
    section = companion(results)["quantum_yields"]
    assert results.gathered is not None
    assert json.loads(json.dumps(section, allow_nan=False)) == section
    assert [row["method"] for row in section["yields"]] == ["R", "ABC law", "integrating sphere"]
    named = {row["sample"] for row in (*section["yields"], *section["abc_law"], *section["sphere"])}
    assert named == {results.gathered.stacks[0].sample}
    assert named != {""}
    (law,) = section["abc_law"]
    assert law["peak_yield"] == pytest.approx(section["yields"][1]["quantum_yield"])
    (sphere,) = section["sphere"]
    assert sphere["counted"] == "photons"
    assert abs(sphere["reabsorbed"] - 0.1) < 3.0 * sphere["reabsorbed_error"]
    assert sphere["corrected"] == pytest.approx(section["yields"][2]["quantum_yield"])
    assert sphere["laser_nm"] == [440.0, 460.0]


def test_the_report_tells_what_the_yields_rest_on(results: Results) -> None:
    text = " ".join(YIELDS.section(results))
    assert "21 powers" in text
    assert "440.0 to 460.0 nm" in text
    assert re.search(r"absorbed again: 0\.\d+ ± ", text)


def test_an_experiment_without_them_has_no_section(results: Results) -> None:
    kept = tuple(one for one in results.document.experiment.kept if "yields/" not in one.source)
    bare = core.analyse(replace(results.document, experiment=replace(results.document.experiment, kept=kept)))
    assert "quantum_yields" not in companion(bare)
    assert bare.sphere_yields is not None
    assert bare.sphere_yields.readings == ()
    assert bare.sphere_yields.problems == ()
