"""Entering half-way: published responses or a table of η must give what the full chain would."""

from typing import Any

import numpy as np
import pytest
from response_level import DETUNING_MEV, STOKES_MEV, Truth, draw

from asplab.core.document import Document
from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.errors import InputError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.pipeline import analyse
from asplab.core.responses.halfway import fit_from_table, responses_from_tables
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings, EnergySettings, GivenEnergy, GroupingSettings
from asplab.core.units import HC_MEV_NM

TRUTH = Truth(250.0, urbach_mev=28.0)


def columns(truth: Truth = TRUTH, *, relative: float = 1e-3) -> dict[str, np.ndarray]:
    energy, light, heat = truth.means()
    return {
        "temperature_k": np.full(energy.size, truth.temperature_k),
        "excitation_nm": HC_MEV_NM / energy,
        "is_stokes": (np.arange(energy.size) < STOKES_MEV.size).astype(float),
        "intensity": light,
        "intensity_error": relative * light,
        "pa": heat,
        "pa_error": relative * np.abs(heat),
        "gap_mev": np.full(energy.size, truth.gap_mev),
    }


def table(kind: str, values: dict[str, np.ndarray], *, temperature_k: float | None = None) -> Table:
    named = tuple((name, frozen_array(column)) for name, column in values.items())
    return Table(kind, "table.csv", None, Condition(temperature_k=temperature_k), columns=named)


def responses(*tables: Table, **energies: Any) -> Responses:
    return responses_from_tables(Experiment("x", tables=tables), GroupingSettings(), EnergySettings(**energies))


def test_exact_responses_give_the_truth_through_the_whole_chain() -> None:
    results = analyse(Document(Experiment("x", tables=(table("responses", columns()),))))
    assert results.efficiency is not None
    assert results.polaron is not None
    assert results.efficiency.quantum_yield[0] == pytest.approx(0.84, rel=1e-9)
    np.testing.assert_allclose(results.efficiency.eta[0], TRUTH.eta, rtol=1e-8)
    np.testing.assert_allclose(results.efficiency.detuning_mev[0], DETUNING_MEV, rtol=1e-9)
    assert results.polaron.phonon_mev[0] == pytest.approx(23.4, rel=1e-4)
    assert results.polaron.g_mev[0] == pytest.approx(41.1, rel=1e-4)


@pytest.mark.parametrize("kind", ["responses", "efficiency"])
def test_the_error_of_the_reference_in_the_settings_is_common_to_all_temperatures(kind: str) -> None:
    given_reference = (GivenEnergy(250.0, 2440.0, 0.5),)
    if kind == "responses":
        found = fit_efficiency(
            responses(table(kind, columns()), reference_error_mev=2.0, given_reference=given_reference),
            EfficiencySettings(),
        )
    else:
        values = {"temperature_k": np.full(4, 250.0), "detuning_mev": DETUNING_MEV[:4], "eta": np.full(4, 0.5)}
        given = table(kind, values | {"eta_error": np.full(4, 0.01)})
        found = fit_from_table(
            Experiment("x", tables=(given,)), GroupingSettings(), EnergySettings(reference_error_mev=2.0)
        )
    assert found.common_reference_error_mev == 2.0
    assert found.reference_error_mev[0] == pytest.approx(np.hypot(2.0, 0.5) if kind == "responses" else 2.0)


def test_order_of_the_rows_does_not_matter() -> None:
    shuffled = np.random.default_rng(0).permutation(19)
    mixed = {name: column[shuffled] for name, column in columns().items()}
    plain, found = (fit_efficiency(responses(table("responses", c)), EfficiencySettings()) for c in (columns(), mixed))
    np.testing.assert_allclose(np.sort(found.eta[0]), np.sort(plain.eta[0]), rtol=1e-12)
    assert found.quantum_yield[0] == pytest.approx(plain.quantum_yield[0], rel=1e-12)


def test_the_gap_decides_the_side_where_the_table_does_not() -> None:
    values = columns()
    del values["is_stokes"]
    found = responses(table("responses", values))
    assert found.n_stokes == STOKES_MEV.size
    assert found.valid.all()


def test_errors_of_the_table_are_the_diagonal_of_the_covariance() -> None:
    found = responses(table("responses", columns(relative=0.01)))
    both = np.concatenate([found.intensity, found.absorbed], axis=1)
    np.testing.assert_allclose(found.covariance[0], np.diag((0.01 * both[0]) ** 2))


def test_two_tables_of_different_temperature_and_length_stay_apart() -> None:
    other = Truth(120.0, urbach_mev=13.5)
    short = {name: column[2:12] for name, column in columns(other).items()}
    found = fit_efficiency(responses(table("responses", columns()), table("responses", short)), EfficiencySettings())
    np.testing.assert_allclose(found.temperatures_k, [120.0, 250.0])
    np.testing.assert_allclose(found.eta[0, :5], other.eta[:5], rtol=1e-8)
    assert np.isnan(found.eta[0, 5:]).all()
    np.testing.assert_allclose(found.eta[1], TRUTH.eta, rtol=1e-8)


def test_a_temperature_of_the_manifest_serves_a_table_without_that_column() -> None:
    values = columns()
    del values["temperature_k"]
    found = responses(table("responses", values, temperature_k=250.0))
    np.testing.assert_allclose(found.temperatures_k, [250.0])


def test_mean_photon_energy_of_the_table_is_apart_from_its_gap() -> None:
    values = columns() | {"mean_photon_mev": np.full(19, 2430.0)}
    found = responses(table("responses", values), reference_offset_mev=5.0)
    assert found.mean_photon_mev[0] == 2430.0
    assert found.reference_mev[0] == TRUTH.gap_mev + 5.0


def test_a_given_reference_replaces_the_missing_gap() -> None:
    values = columns()
    del values["gap_mev"]
    found = responses(table("responses", values), given_reference=(GivenEnergy(250.0, 2441.0),))
    assert found.reference_mev[0] == 2441.0


def test_a_given_reference_of_another_temperature_changes_nothing() -> None:
    found = responses(table("responses", columns()), given_reference=(GivenEnergy(80.0, 2300.0),))
    assert found.reference_mev[0] == TRUTH.gap_mev


def test_a_given_mean_photon_energy_is_used_for_responses_too() -> None:
    found = responses(table("responses", columns()), given_mean_photon=(GivenEnergy(250.0, 2425.0, 2.0),))
    assert found.mean_photon_mev[0] == 2425.0
    assert found.mean_photon_error_mev[0] == 2.0


def test_a_missing_gap_says_what_to_do() -> None:
    values = columns()
    del values["gap_mev"]
    with pytest.raises(InputError, match="gap_mev"):
        responses(table("responses", values))


@pytest.mark.parametrize("name", ["intensity", "pa", "pa_error", "excitation_nm", "temperature_k"])
def test_a_missing_column_is_named(name: str) -> None:
    values = columns()
    del values[name]
    with pytest.raises(InputError, match=f"column {name} is missing"):
        responses(table("responses", values))


def eta_columns(**changes: np.ndarray) -> dict[str, np.ndarray]:
    n = DETUNING_MEV.size
    plain = {
        "temperature_k": np.full(n, 250.0),
        "detuning_mev": DETUNING_MEV,
        "eta": TRUTH.eta,
        "eta_error": 0.02 * TRUTH.eta,
    }
    return plain | changes


def from_table(*tables: Table) -> Any:
    return fit_from_table(Experiment("x", tables=tables), GroupingSettings(), EnergySettings())


def test_a_table_of_eta_is_taken_as_it_stands() -> None:
    found = from_table(table("efficiency", eta_columns()))
    np.testing.assert_array_equal(found.eta[0], TRUTH.eta)
    np.testing.assert_allclose(found.eta_error[0], 0.02 * TRUTH.eta)
    np.testing.assert_allclose(found.eta_low[0], 0.98 * TRUTH.eta)
    np.testing.assert_allclose(found.eta_covariance[0], np.diag((0.02 * TRUTH.eta) ** 2))


def test_a_table_of_eta_gives_g_and_the_phonon_energy_through_the_whole_chain() -> None:
    results = analyse(Document(Experiment("x", tables=(table("efficiency", eta_columns()),))))
    assert results.polaron is not None
    assert results.intervals is not None
    assert results.polaron.phonon_mev[0] == pytest.approx(23.4, rel=1e-4)
    assert results.intervals.identified[0]


def test_rows_of_eta_are_sorted_by_detuning() -> None:
    turned = {name: column[::-1] for name, column in eta_columns().items()}
    found = from_table(table("efficiency", turned))
    np.testing.assert_array_equal(found.detuning_mev[0], DETUNING_MEV)
    np.testing.assert_array_equal(found.eta[0], TRUTH.eta)


def test_tables_of_eta_of_different_length_leave_empty_places() -> None:
    short = {name: column[:4] for name, column in eta_columns(temperature_k=np.full(12, 80.0)).items()}
    found = from_table(table("efficiency", eta_columns()), table("efficiency", short))
    assert found.valid.sum(axis=1).tolist() == [4, 12]
    assert np.isnan(found.eta[0, 4:]).all()


def test_detunings_follow_from_excitation_and_gap() -> None:
    values = eta_columns(excitation_nm=HC_MEV_NM / (2440.0 - DETUNING_MEV), gap_mev=np.full(12, 2440.0))
    del values["detuning_mev"]
    np.testing.assert_allclose(from_table(table("efficiency", values)).detuning_mev[0], DETUNING_MEV, rtol=1e-9)


def test_eta_above_one_and_below_zero_are_kept_and_flagged() -> None:
    eta = TRUTH.eta.copy()
    eta[0], eta[-1] = 1.03, -0.01
    found = from_table(table("efficiency", eta_columns(eta=eta, eta_error=np.full(12, 0.02))))
    assert found.flags[0][0] == ("eta_above_1",)
    assert found.flags[0][-1] == ("eta_below_0",)
    assert found.eta[0, 0] == 1.03


@pytest.mark.parametrize("error", [0.0, -0.1, np.nan])
def test_an_error_of_eta_that_is_not_positive_names_its_row(error: float) -> None:
    errors = 0.02 * TRUTH.eta
    errors[3] = error
    with pytest.raises(InputError, match="row 4: eta_error"):
        from_table(table("efficiency", eta_columns(eta_error=errors)))


def test_responses_agree_with_those_drawn_at_response_level() -> None:
    drawn = draw(TRUTH, n=1, noise=1e-4, rng=np.random.default_rng(1))
    values = columns() | {"intensity": drawn.intensity[0], "pa": drawn.absorbed[0]}
    first = fit_efficiency(responses(table("responses", values)), EfficiencySettings())
    second = fit_efficiency(drawn, EfficiencySettings())
    np.testing.assert_allclose(first.eta, second.eta, rtol=0.05, atol=0.02)
