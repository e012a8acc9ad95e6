"""A laser leak above the gap: what it fakes, what could be one, and what is left once it is measured."""

from dataclasses import replace

import numpy as np
import pytest
from measured_tables import analysed, measured
from response_level import DETUNING_MEV, STOKES_MEV, Truth, draw

from asplab.core import Results, analyse
from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.pump.pure_responses import MeasuredResponses, no_power_series, purify
from asplab.core.settings import EfficiencySettings, PumpSettings
from asplab.core.units import HC_MEV_NM

GAP_MEV, YIELD, URBACH_MEV, ABOVE = 2440.0, 0.84, 9.0, 2.04
"""``ABOVE``: absorption where the leak is absorbed, in units of that at the gap."""


def leaking(leak: float, *, eta: float = 0.3, leak_mev: float = GAP_MEV) -> Results:
    """Return the analysis of a sample of one η whose pump leaks, from heat and light per absorbed photon."""
    energy = GAP_MEV + np.concatenate([[leak_mev - GAP_MEV], STOKES_MEV, -DETUNING_MEV])
    side = np.arange(energy.size) <= STOKES_MEV.size
    absorbed = np.where(side, ABOVE, np.exp(-(GAP_MEV - energy) / URBACH_MEV)) / energy
    efficiency = np.where(side, 1.0, eta)
    light = absorbed * YIELD * efficiency
    heat = absorbed * (energy - efficiency * YIELD * GAP_MEV)
    # The leaked part is pump power: its photons are as many as it brings energy for.
    light, heat = (np.where(side, x, x + leak * x[0]) for x in (light, heat))
    same = np.ones(energy.size)
    columns = {
        "temperature_k": 80.0 * same,
        "excitation_nm": HC_MEV_NM / energy,
        "is_stokes": side.astype(float),
        "intensity": light,
        "intensity_error": 1e-4 * light,
        "pa": heat,
        "pa_error": 1e-4 * np.abs(heat),
        "gap_mev": GAP_MEV * same,
        "mean_photon_mev": GAP_MEV * same,
    }
    return analysed([columns])


def with_pump(results: Results, **pump: object) -> Results:
    return analyse(results.document.with_settings(pump=PumpSettings(**pump)))


def test_a_leak_of_one_in_ten_thousand_fakes_what_is_known_of_it() -> None:
    fit = leaking(1e-4).efficiency
    assert fit is not None
    for detuning, faked in ((77.0, 0.66), (102.0, 0.96)):
        j = int(np.argmin(np.abs(DETUNING_MEV - detuning)))
        leaked = 1e-4 * ABOVE * np.exp(detuning / URBACH_MEV)
        assert (0.3 + leaked) / (1.0 + leaked) == pytest.approx(faked, abs=0.005)
        # Those numbers count photons; here a part of the power leaks, in fewer photons of more energy.
        fewer = (GAP_MEV - detuning) / GAP_MEV
        assert fit.eta[0, j] == pytest.approx((0.3 + leaked * fewer) / (1.0 + leaked), rel=1e-6)


def test_the_bound_takes_exactly_the_leak_out_that_is_there() -> None:
    found = with_pump(leaking(1e-4), rejection_od=4.0)
    assert found.efficiency is not None
    assert found.purity is not None
    np.testing.assert_allclose(found.efficiency.eta[0] - found.purity.leak_share[0], 0.3, rtol=1e-6)


def test_the_hatched_curve_is_what_a_leak_shows_where_nothing_is_up_converted() -> None:
    dark, found = leaking(1e-4, eta=0.0).efficiency, with_pump(leaking(0.0), rejection_od=4.0).purity
    assert dark is not None
    assert found is not None
    curve = np.interp(DETUNING_MEV, found.curve_mev, found.curve_eta[0])
    np.testing.assert_allclose(curve, dark.eta[0], atol=0.02)


def test_points_within_the_reach_of_the_leak_are_flagged_and_told_once() -> None:
    found = with_pump(leaking(0.0), rejection_od=5.0)
    assert found.purity is not None
    assert found.efficiency is not None
    possible = found.purity.is_possible[0]
    assert possible[DETUNING_MEV > 60.0].all()
    assert not possible[DETUNING_MEV < 25.0].any() or found.efficiency.eta_error[0, 0] < 1e-4
    (told,) = [p for p in found.problems if "laser leak" in p.message]
    assert told.severity == "warning"
    assert "OD 5" in told.message


def test_a_rejection_just_above_the_needed_one_clears_a_point_and_one_just_below_does_not() -> None:
    plain = leaking(0.0)
    assert plain.purity is not None
    needed = plain.purity.required_od[0]
    for j in range(needed.size):
        enough = with_pump(plain, rejection_od=float(needed[j]) + 0.01).purity
        short = with_pump(plain, rejection_od=float(needed[j]) - 0.01).purity
        assert enough is not None
        assert short is not None
        assert not enough.is_possible[0, j]
        assert short.is_possible[0, j]
    assert np.all(np.diff(needed) > 0.0)
    assert plain.purity.needs == f"needs OD > {needed[-1]:.1f} at 153 meV, 80 K"


def test_without_a_stated_rejection_nothing_is_flagged_or_told() -> None:
    found = leaking(1e-4)
    assert found.purity is not None
    assert not found.purity.is_possible.any()
    assert np.isnan(found.purity.leak_share).all()
    assert not [p for p in found.problems if "leak" in p.message]


def test_a_pump_as_pure_as_it_can_be_has_no_bound() -> None:
    found = with_pump(leaking(0.0), rejection_od=12.0)
    assert found.purity is not None
    assert not found.purity.is_possible.any()
    assert not [p for p in found.problems if "leak" in p.message]


def test_a_table_of_responses_without_stokes_line_has_no_bound_and_no_failure() -> None:
    columns = measured(Truth(250.0))
    few = {name: values[6:] for name, values in columns.items()}
    found = analysed([few], pump=PumpSettings(rejection_od=4.0))
    assert found.efficiency is None or found.purity is not None


# --- a measured leak -------------------------------------------------------------------------------------
def test_a_measured_leak_is_taken_out_of_emission_and_heat() -> None:
    found = with_pump(leaking(1e-4), measured_leak_ppm=100.0)
    assert found.efficiency is not None
    np.testing.assert_allclose(found.efficiency.eta[0], 0.3, rtol=1e-6)
    assert found.purity is not None
    assert found.purity.leak is None


def test_the_error_of_a_measured_leak_gives_pulls_of_unit_spread_and_no_subtraction_a_bias() -> None:
    truth, rng, leak, sigma = Truth(80.0, urbach_mev=9.0), np.random.default_rng(6), 50.0, 10.0
    _, light, heat = truth.means()
    anti = np.arange(light.size) >= STOKES_MEV.size
    j = int(np.argmin(np.abs(DETUNING_MEV - 65.0)))
    pulls = []
    for _ in range(200):
        clean = draw(truth, n=1, noise=1e-5, rng=rng)
        leaking = replace(
            clean,
            intensity=clean.intensity + 1e-6 * leak * anti * light[0],
            absorbed=clean.absorbed + 1e-6 * leak * anti * heat[0],
        )
        read = leak + sigma * rng.standard_normal()
        for pump in (PumpSettings(measured_leak_ppm=read, measured_leak_error_ppm=sigma), PumpSettings()):
            measured_responses = MeasuredResponses(leaking)
            pure = purify(measured_responses, no_power_series(measured_responses, pump), pump)
            fit = fit_efficiency(pure, EfficiencySettings())
            pulls.append((fit.eta[0, j] - truth.eta[j]) / fit.eta_error[0, j])
    with_it, without = np.array(pulls).reshape(-1, 2).T
    assert abs(with_it.mean()) < 0.25
    assert 0.85 < with_it.std() < 1.15
    assert abs(without.mean()) > 3.0
