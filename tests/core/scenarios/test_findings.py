"""Results of scenarios side by side: the same numbers as alone, matched by what they belong to, with their shifts."""

from dataclasses import replace

import numpy as np
import pytest

from asplab.core.document import Document, Exclusions
from asplab.core.errors import Cancelled
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.core.scenarios import State
from asplab.core.scenarios.findings import find_results, result_rows
from asplab.core.settings import Settings
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("scenarios") / "small"
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4), seed=3)
    return Document(load_experiment(folder))


@pytest.fixture(scope="module")
def states(document: Document) -> tuple[State, ...]:
    """As it comes; one anti-Stokes condition left out; only small ΔE; only ΔE that were not measured."""
    base = Settings()
    small = replace(base, polaron=replace(base.polaron, detuning_range_mev=(0.0, 90.0)))
    none = replace(base, polaron=replace(base.polaron, detuning_range_mev=(900.0, 950.0)))
    results = analyse(document)
    assert results.efficiency is not None
    key = results.efficiency.keys[0][0]
    left_out = document.excluding(key, "bubble").exclusions
    return ((base, Exclusions()), (base, left_out), (small, Exclusions()), (none, Exclusions()))


@pytest.fixture(scope="module")
def found(document: Document, states: tuple[State, ...]) -> tuple[Results, ...]:
    return find_results(document.experiment, states)


def test_each_state_finds_what_it_finds_alone(
    document: Document, states: tuple[State, ...], found: tuple[Results, ...]
) -> None:
    for state, results in zip(states, found, strict=True):
        alone = analyse(Document(document.experiment, *state))
        assert (results.document.settings, results.document.exclusions) == state
        assert results.efficiency is not None
        assert alone.efficiency is not None
        assert results.polaron is not None
        assert alone.polaron is not None
        np.testing.assert_array_equal(results.efficiency.eta, alone.efficiency.eta)
        np.testing.assert_array_equal(results.polaron.phonon_mev, alone.polaron.phonon_mev)
        assert results.corrected is None


def test_a_shift_is_the_change_in_errors_of_the_reference(found: tuple[Results, ...]) -> None:
    rows = result_rows(found[:3], None)
    phonon = next(row for row in rows if row.quantity == "phonon_mev")
    before, after = phonon.values[0], phonon.values[2]
    assert before is not None
    assert after is not None
    assert phonon.shifts_sigma[0] == 0.0
    assert phonon.shifts_sigma[2] == pytest.approx((after.value - before.value) / before.error)
    assert phonon.shifts_sigma[2] != 0.0
    turned = next(row for row in result_rows(found[:3], None, reference=2) if row.quantity == "phonon_mev")
    assert turned.shifts_sigma[0] == pytest.approx((before.value - after.value) / after.error)


def test_rows_are_the_joint_fit_then_those_of_the_temperature(found: tuple[Results, ...]) -> None:
    rows = result_rows(found[:3], 120.4)
    fit = ["g_mev", "phonon_mev", "polaron_energy_mev", "chi2"]
    names = [row.quantity for row in rows]
    assert names[: 2 * len(fit) + 1] == [*fit, "quantum_yield", *fit]
    assert set(names[2 * len(fit) + 1 :]) == {"eta"}
    assert [row.temperature_k for row in rows[:5]] == [None] * 4 + [120.4]
    detunings = [row.detuning_mev for row in rows if row.quantity == "eta"]
    assert detunings == sorted(detunings)
    assert len(detunings) >= 6


def test_points_that_a_state_leaves_out_of_its_fit_are_marked(found: tuple[Results, ...]) -> None:
    eta = [row for row in result_rows(found[:3], 120.0) if row.quantity == "eta"]
    assert [row.is_fitted for row in eta[:2]] == [(True, False, True), (True, True, True)]
    assert [row.is_fitted[2] for row in eta] == [row.detuning_mev <= 90.0 for row in eta]
    assert all(row.is_fitted == () for row in result_rows(found[:3], 120.0) if row.quantity != "eta")


def test_a_fit_that_was_not_possible_has_no_numbers(found: tuple[Results, ...]) -> None:
    rows = {row.quantity: row for row in result_rows((found[0], found[3]), None)}
    assert rows["g_mev"].values[1] is None
    assert np.isnan(rows["g_mev"].shifts_sigma[1])
    assert rows["chi2"].dofs[1] is None
    assert rows["chi2"].values[0] is not None


def test_a_state_that_is_not_analysed_yet_leaves_its_column_empty(found: tuple[Results, ...]) -> None:
    rows = result_rows((found[0], None), 120.0)
    assert all(row.values[1] is None for row in rows)
    assert result_rows((None, None), 120.0) == ()


def test_a_temperature_that_was_not_measured_leaves_the_joint_fit(found: tuple[Results, ...]) -> None:
    assert {row.temperature_k for row in result_rows(found[:2], 180.0)} == {None}


def test_a_cancelled_comparison_stops(document: Document, states: tuple[State, ...]) -> None:
    progress = Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        find_results(document.experiment, states, progress=progress)
