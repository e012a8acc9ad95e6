"""An emission that saturates at the power of its spectra is told, and counts as no single photon."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy

from asplab.core import Document, Results, analyse
from asplab.core.efficiency.stage import FLAGS
from asplab.core.experiment import Condition, Table, frozen_array
from asplab.core.pump.power_series import PowerSeries
from asplab.core.pump.saturation import slope_at
from asplab.core.settings import BaselineSettings
from asplab.core.units import HC_MEV_NM

TOY = Toy(detuning_mev=(20.0, 55.0, 130.0, 150.0), eta=(0.9, 0.7, 0.5, 0.4), tail_mev=40.0, repeats=2)
UNVERIFIED = FLAGS.index("single_photon_not_verified")
POWER = np.geomspace(5.0, 500.0, 12)


def measured(light: np.ndarray, error: np.ndarray | None, *, neutral_od: np.ndarray | None = None) -> PowerSeries:
    od = np.zeros(light.size) if neutral_od is None else neutral_od
    return PowerSeries(250.0, 520.0, "series.csv", None, POWER, light, error, od)


@pytest.mark.parametrize("power_uw", [10.0, 100.0, 300.0])
def test_the_slope_at_a_power_is_that_of_the_law(power_uw: float) -> None:
    """log I against log P of a saturation that starts late is close to a parabola."""
    found = slope_at(measured(POWER**0.9 * np.exp(-0.02 * np.log(POWER) ** 2), None), power_uw)
    assert found is not None
    assert found.slope == pytest.approx(0.9 - 0.04 * np.log(power_uw), abs=1e-6)


@pytest.mark.parametrize("given", [True, False])
def test_emission_in_proportion_is_called_saturated_as_seldom_as_stated(given: bool) -> None:
    rng, called = np.random.default_rng(1), 0
    for _ in range(2000):
        light = POWER * (1.0 + 0.03 * rng.standard_normal(POWER.size))
        found = slope_at(measured(light, 0.03 * light if given else None), 60.0)
        assert found is not None
        called += found.chance < 0.01
    assert 0.004 < called / 2000 < 0.02


def test_filters_of_nominal_density_leave_room_for_a_slope_below_one() -> None:
    bright = POWER > 60.0
    light = POWER * np.where(bright, 0.93, 1.0)
    exact, nominal = (
        slope_at(measured(light, 0.005 * light, neutral_od=density), 60.0)
        for density in (None, np.where(bright, 1.0, 0.0))
    )
    assert exact is not None
    assert nominal is not None
    assert exact.chance < 1e-3 < nominal.chance


def test_too_few_points_above_their_noise_tell_no_slope() -> None:
    assert slope_at(measured(POWER, np.where(POWER > 400.0, 1.0, 1e3)), 60.0) is None


# --- the main chain --------------------------------------------------------------------------------------
def bent(detuning_mev: float, half_uw: float) -> Table:
    """Return the series of one photon whose emission has fallen to half of proportion at a power."""
    noise = 0.01 * np.random.default_rng(3).standard_normal(POWER.size)
    light = POWER / (1.0 + POWER / half_uw) * (1.0 + noise)
    columns = (("power_uw", frozen_array(POWER)), ("intensity", frozen_array(light)))
    condition = Condition(temperature_k=250.0, excitation_nm=HC_MEV_NM / (TOY.band_mev - detuning_mev))
    return Table("power", f"power/{detuning_mev:g}.csv", None, condition, columns=columns)


def told(half_uw: float) -> tuple[Results, list[tuple[str, str]]]:
    experiment = replace(TOY.experiment(), kept=(bent(130.0, half_uw), bent(150.0, 1e9)))
    results = analyse(Document(experiment).with_settings(baseline=BaselineSettings(shape="none")))
    return results, [(p.where, p.message) for p in results.problems if "emission saturates" in p.message]


def test_an_excitation_that_saturates_at_the_power_of_its_spectra_is_warned_of_and_stays_unverified() -> None:
    results, ((where, message),) = told(150.0)
    # The spectra were taken at 50 µW, where the emission grows as P^(1/(1 + 50/150)).
    assert "at the pump power of the spectra: it grows as P^0.7" in message
    assert "Take the spectra at lower power" in message
    assert f"{HC_MEV_NM / (TOY.band_mev - 130.0):.1f}" in where
    assert results.efficiency is not None
    assert results.efficiency.flag_table[0, :, UNVERIFIED].tolist() == [False, False, True, False]


def test_one_that_saturates_far_above_that_power_only_is_left_alone() -> None:
    results, messages = told(1e5)
    assert messages == []
    assert results.efficiency is not None
    assert not results.efficiency.flag_table[0, :, UNVERIFIED].any()
