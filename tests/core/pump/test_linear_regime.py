"""The mean number of excitations in a crystal: by hand, pulsed and continuous, and when it is told."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy

from asplab.core import Document, Results, analyse
from asplab.core.pump.linear_regime import excitations_per_photon_s, flux_per_nm2_s, kept
from asplab.core.settings import PumpSettings

TOY = Toy(repeats=3)
KNOWN = {"spot_um": 1.0, "absorption_cross_section_nm2": 2.0, "lifetime_ns": 5.0}


def analysed(**pump: object) -> Results:
    return analyse(Document(TOY.experiment()).with_settings(pump=PumpSettings(**pump)))


def warnings(results: Results) -> list[str]:
    return [p.message for p in results.problems if "⟨N⟩" in p.message]


def test_the_flux_at_the_centre_of_a_gaussian_spot_follows_by_hand() -> None:
    # 1 µW of 2.5 eV photons: 2.4966e12 photons/s; π w²/2 of w = 0.5 µm is 0.3927 µm² = 3.927e5 nm².
    assert float(flux_per_nm2_s(np.array(1.0), np.array(2500.0), 1.0)) == pytest.approx(2.4966e12 / 3.9270e5, rel=1e-4)


def test_pulses_far_apart_count_one_by_one_and_pulses_close_together_are_continuous() -> None:
    far = PumpSettings(lifetime_ns=5.0, repetition_mhz=0.1)
    assert excitations_per_photon_s(far) == pytest.approx(1e-5)
    assert excitations_per_photon_s(replace(far, lifetime_ns=None)) == pytest.approx(1e-5)
    close = PumpSettings(lifetime_ns=5.0, repetition_mhz=2e4)
    assert excitations_per_photon_s(close) == pytest.approx(5e-9, rel=0.01)
    assert excitations_per_photon_s(PumpSettings(lifetime_ns=5.0)) == pytest.approx(5e-9)


def test_the_number_of_a_continuous_pump_is_cross_section_times_flux_times_lifetime() -> None:
    found = analysed(**KNOWN).linear_regime
    assert found is not None
    energy = TOY.excitations_mev
    # The cross section is that of the Stokes excitation closest to the gap; below the gap it falls with absorption.
    section = 2.0 * TOY.absorptance(energy) / TOY.absorptance(energy[0])
    light = section * 50e-6 / (energy * 1.602176634e-22) / (np.pi / 2.0 * 500.0**2) * 5e-9
    order = np.argsort(TOY.excitations_mev)[::-1]
    stokes, anti = order[:4], order[4:]
    assert sorted(found.light[0]) == pytest.approx(sorted(light[np.concatenate([stokes, anti])]), rel=0.01)
    np.testing.assert_allclose(found.heat, 2.0 * found.light, rtol=1e-6)


def test_a_spot_of_its_own_counts_for_the_scans() -> None:
    same, wide = analysed(**KNOWN).linear_regime, analysed(**KNOWN, scan_spot_um=2.0).linear_regime
    assert same is not None
    assert wide is not None
    np.testing.assert_allclose(wide.heat, same.heat / 4.0)
    np.testing.assert_allclose(wide.light, same.light)


def test_a_strong_pump_and_one_that_differs_between_pl_and_pa_are_each_told_once() -> None:
    # 50 µW on 1 µm with 2 nm² and 5 ns is about 3 excitations; 20 µm makes that 0.008 and 0.016.
    told = warnings(analysed(**KNOWN))
    assert len(told) == 2
    assert "above 0.1" in told[0]
    assert "differ in ⟨N⟩" in told[1]
    assert "at 8 of 8 excitations" in told[1]
    assert warnings(analysed(**KNOWN | {"spot_um": 20.0})) == []


def test_equal_numbers_of_pl_and_pa_do_not_differ() -> None:
    told = warnings(analysed(**KNOWN, scan_spot_um=float(np.sqrt(2.0))))
    assert len(told) == 1
    assert "above 0.1" in told[0]


def test_without_the_numbers_it_is_silent_but_says_what_is_missing() -> None:
    results = analysed(spot_um=1.0)
    assert results.linear_regime is not None
    assert results.linear_regime.missing == ("cross section", "lifetime, or repetition rate")
    assert np.isnan(results.linear_regime.light).all()
    assert warnings(results) == []


def test_crystals_that_emit_once_lose_half_of_the_mean_number_to_first_order() -> None:
    np.testing.assert_allclose(kept(np.array([0.0, 1e-6, 0.02, 50.0])), [1.0, 1.0 - 5e-7, 0.990066, 0.02], rtol=1e-6)
    assert np.isnan(kept(np.array([np.nan]))).all()


def test_the_scatter_of_a_power_meter_is_no_difference() -> None:
    # 100 µW of the scans on 1.4 times the diameter: within a per cent of the 50 µW of the spectra.
    results = analysed(**KNOWN, scan_spot_um=1.42)
    assert not any("differ" in message for message in warnings(results))
