"""η at matched intensities of an experiment's files, beside the photothermal one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.matched.stage import MatchedReading
from asplab.core.companion.matched.tables import read_matched
from asplab.core.errors import InputError
from asplab.core.experiment import Condition, Table
from asplab.core.export.companion import companion
from asplab.core.export.companion.matched import MATCHED
from asplab.core.export.tables import make_tables
from asplab.core.inference import appraised
from asplab.core.pipeline import Results
from asplab.core.settings import MatchedSettings, Settings
from asplab.core.units import air_index
from asplab.core.virtual import VirtualExperiment, simulate

EXPERIMENT = VirtualExperiment(
    temperatures_k=(250.0,),
    stokes_detuning_mev=(170.0, 320.0, 480.0),
    detuning_mev=(23.0, 46.0, 65.0, 90.0),
    repeats=3,
    companions=("matched",),
)
SCATTERED = 0.004


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = simulate(tmp_path_factory.mktemp("matched") / "data", EXPERIMENT, seed=4).parent
    return core.analyse(core.Document(core.load_experiment(folder)))


def reading(results: Results) -> MatchedReading:
    assert results.matched is not None
    (one,) = results.matched.readings
    return one


def table_of(results: Results) -> Table:
    (record,) = [record for record in results.document.experiment.kept if record.kind == "matched"]
    assert isinstance(record, Table)
    return record


def with_table(results: Results, *tables: Table) -> core.Document:
    return replace(results.document, experiment=replace(results.document.experiment, kept=tables))


def changed(table: Table, **columns: np.ndarray) -> Table:
    return replace(table, columns=tuple((name, columns.get(name, values)) for name, values in table.columns))


def test_scattering_explains_why_eta_of_absorptances_is_lower(results: Results) -> None:
    one = reading(results)
    assert one.comparison is not None
    assert one.below_gap is not None
    assert one.detuning_mev == pytest.approx(EXPERIMENT.detuning_mev, abs=2.0)
    assert np.all(one.comparison.difference < 0.0)
    assert one.comparison.chance < 0.01
    for found in (one.comparison.scattering, one.below_gap):
        assert abs(found.value - SCATTERED) < 3.0 * found.error
    assert "explains it" in one.comparison.sentence
    assert "photothermal η is its statistical one" in one.comparison.sentence


def test_with_systematic_errors_the_difference_is_less_sure_and_says_what_it_holds(results: Results) -> None:
    found = appraised(results)
    inferred = companion(found)["matched"][0]
    total, one = inferred["with_systematic_errors"], reading(results)
    assert one.comparison is not None
    assert total["chance"] > one.comparison.chance
    assert abs(total["scattering_at_stokes"] - SCATTERED) < 3.0 * total["scattering_at_stokes_error"]
    assert "statistical" not in total["says"]
    assert companion(results)["matched"][0]["with_systematic_errors"] is None
    assert "With the systematic errors of photothermal η" in " ".join(MATCHED.section(found))


@pytest.mark.parametrize("seed", [5, 6])
def test_the_scattering_is_found_again(tmp_path: Path, seed: int) -> None:
    folder = simulate(tmp_path / "data", EXPERIMENT, seed=seed).parent
    one = reading(core.analyse(core.Document(core.load_experiment(folder))))
    assert one.comparison is not None
    assert abs(one.comparison.scattering.value - SCATTERED) < 3.0 * one.comparison.scattering.error


def test_an_excitation_without_photothermal_eta_keeps_its_own(results: Results) -> None:
    table = table_of(results)
    wavelength = np.array(dict(table.columns)["excitation_nm"])
    wavelength[1] += 1.0
    one = reading(core.analyse(with_table(results, changed(table, excitation_nm=wavelength))))
    assert one.found is not None
    assert one.found.eta.size == 4
    assert one.shared.size == 3
    assert one.comparison is not None


def test_where_no_photothermal_eta_is_known_the_reason_is_told(results: Results) -> None:
    moved = replace(table_of(results), condition=Condition(temperature_k=100.0))
    found = core.analyse(with_table(results, moved)).matched
    assert found is not None
    (one,) = found.readings
    assert one.temperature is None
    assert one.found is not None
    assert one.comparison is None
    (problem,) = found.problems
    assert "no photothermal η" in problem.message
    assert "100 K" in problem.where


def test_a_bad_table_is_a_problem_and_the_other_is_read(results: Results) -> None:
    good = table_of(results)
    bad = replace(
        good, source="bad.csv", columns=tuple(pair for pair in good.columns if pair[0] != "absorptance_error")
    )
    found = core.analyse(with_table(results, bad, good)).matched
    assert found is not None
    assert len(found.readings) == 1
    (problem,) = found.problems
    assert "bad.csv" in problem.where
    assert "absorptance_error" in problem.message


def test_an_absorbance_is_not_taken_for_an_absorptance(results: Results) -> None:
    table = table_of(results)
    columns = tuple((name.replace("absorptance", "absorbance"), values) for name, values in table.columns)
    with pytest.raises(InputError, match=r"An absorbance is no absorptance"):
        read_matched(replace(table, columns=columns), medium="vacuum", transparent_from_nm=None, tolerance_k=2.0)


def test_rows_from_the_transparent_wavelength_on_tell_scattering(results: Results) -> None:
    settings = replace(Settings(), matched=MatchedSettings(transparent_from_nm=700.0))
    table = table_of(results)
    columns = dict(table.columns)
    with_light = {
        name: np.where(np.isfinite(columns[name]), columns[name], 1.0)
        for name in ("power_uw", "power_error_uw", "intensity", "intensity_error")
    }
    (one,) = read_matched(changed(table, **with_light), medium="vacuum", transparent_from_nm=700.0, tolerance_k=2.0)
    assert one.clear_nm.min() == pytest.approx(700.0)
    assert one.clear_nm.size == 11
    fewer = reading(core.analyse(replace(results.document, settings=settings)))
    assert fewer.table.clear_nm.size == 11
    assert fewer.comparison is not None


def test_one_file_may_hold_several_temperatures_and_wavelengths_in_air(results: Results) -> None:
    table = table_of(results)
    twice = tuple((name, np.concatenate([values, values])) for name, values in table.columns)
    half = len(table.columns[0][1])
    kelvin = np.repeat([250.0, 100.0], half) + 0.1 * np.tile([-1.0, 1.0], half)
    found = read_matched(
        replace(table, columns=(("temperature_k", kelvin), *twice)),
        medium="air",
        transparent_from_nm=None,
        tolerance_k=2.0,
    )
    assert [one.temperature_k for one in found] == pytest.approx([100.0, 250.0], abs=0.05)
    np.testing.assert_allclose(found[0].anti.wavelength_nm, found[0].told_nm * air_index(found[0].told_nm), rtol=1e-9)


def test_an_excitation_that_was_measured_twice_counts_twice(results: Results) -> None:
    table = table_of(results)
    twice = replace(table, columns=tuple((name, np.append(values, values[2])) for name, values in table.columns))
    one = reading(core.analyse(with_table(results, twice)))
    assert one.shared.size == 5
    assert one.comparison is not None
    assert abs(one.comparison.scattering.value - SCATTERED) < 3.0 * one.comparison.scattering.error


def test_exponent_and_common_baseline_are_those_of_the_settings(results: Results) -> None:
    usual = reading(results).comparison
    assert usual is not None
    settings = replace(Settings(), matched=MatchedSettings(scattering_exponent=0.0, baseline_error_percent=0.1))
    other = reading(core.analyse(replace(results.document, settings=settings))).comparison
    assert other is not None
    assert other.exponent == 0.0
    assert other.scattering.error > 1.5 * usual.scattering.error


def test_results_json_and_table_hold_every_excitation(results: Results) -> None:
    section = companion(results)["matched"]
    assert json.loads(json.dumps(section, allow_nan=False)) == section
    (row,) = section
    assert len(row["excitations"]) == len(EXPERIMENT.detuning_mev)
    assert row["says"]
    first = row["excitations"][0]
    assert first["difference"] == pytest.approx(first["eta"] - first["eta_photothermal"])
    (table,) = [one for one in make_tables(results) if one.name == "matched"]
    assert len(table.rows) == len(EXPERIMENT.detuning_mev)


def test_an_experiment_without_a_table_has_no_section(results: Results) -> None:
    bare = core.analyse(with_table(results))
    assert "matched" not in companion(bare)
    assert bare.matched is not None
    assert bare.matched.problems == ()


def test_a_table_of_another_sample_is_not_held_against_photothermal_eta(results: Results) -> None:
    own = table_of(results)
    other = replace(own, condition=replace(own.condition, sample="sample B"))
    found = core.analyse(with_table(results, other))
    one = reading(found)
    assert one.found is not None
    assert one.comparison is None
    assert not one.shared.size
    assert "this table is of sample 'sample B'" in one.reason
    (row,) = companion(found)["matched"]
    assert row["sample"] == "sample B"
    assert {excitation["eta_photothermal"] for excitation in row["excitations"]} == {None}
