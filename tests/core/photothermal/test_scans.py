"""Photothermal scans: phase, sign, power, and reading at an excitation."""

from dataclasses import replace

import numpy as np
import pytest
import scan_level
from toy_experiment import Toy, change_scans

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Scan, frozen_array
from asplab.core.pipeline import Results, analyse
from asplab.core.scans import ScanSet, repeat_name
from asplab.core.settings import BaselineSettings, ScanSettings

TOY = Toy(tail_mev=15.0)
HC = 1239841.984332003


def run(experiment: Experiment, **settings: object) -> tuple[Results, ScanSet]:
    results = analyse(Document(experiment).with_settings(scans=ScanSettings(**settings)))  # type: ignore[arg-type]
    assert results.scans is not None
    assert results.scans.sets[0] is not None
    return results, results.scans.sets[0]


def heat(results: Results) -> np.ndarray:
    """Return the photothermal signals in the order of ``Toy.excitations_mev``, per µW."""
    assert results.absorbed is not None
    assert results.excitations is not None
    order = np.argsort(-results.excitations.energy_mev)
    wanted = np.argsort(-TOY.excitations_mev)
    found = np.empty(order.size)
    found[wanted] = results.absorbed.mean[order]
    return found


def wanted_heat(toy: Toy = TOY) -> np.ndarray:
    return toy.heat(toy.excitations_mev)


@pytest.mark.parametrize("phase", [0.0, 40.0, 90.0, 180.0, -135.0])
def test_a_lock_in_phase_is_found_and_turned_back(phase: float) -> None:
    results, found = run(replace(TOY, phase_deg=phase).experiment())
    assert np.rad2deg(found.phase_rad) % 360.0 == pytest.approx(phase % 360.0, abs=0.05) or phase == 0.0
    np.testing.assert_allclose(heat(results), wanted_heat(), rtol=5e-3, atol=2e-10)


def test_without_rotation_the_raw_in_phase_part_is_analysed() -> None:
    results, _ = run(replace(TOY, phase_deg=40.0).experiment(), rotate_phase=False)
    np.testing.assert_allclose(heat(results)[:4], np.cos(np.deg2rad(40.0)) * wanted_heat()[:4], rtol=1e-3)


def test_magnitude_free_scans_of_negative_sign_are_turned_with_a_warning() -> None:
    flipped = change_scans(
        TOY.experiment(), lambda s: replace(s, lockin_x_v=frozen_array(-s.lockin_x_v), lockin_y_v=None)
    )
    results, found = run(flipped)
    assert found.phase_rad == pytest.approx(np.pi)
    assert any("sign is turned" in problem.message for problem in results.problems)
    np.testing.assert_allclose(heat(results), wanted_heat(), rtol=5e-3, atol=2e-10)


def test_net_cooling_keeps_its_negative_sign_whatever_the_phase() -> None:
    toy = replace(TOY, quantum_yield=0.998, eta=(0.999,) * 4, phase_deg=180.0, detuning_mev=(25.0, 33.0, 45.0, 55.0))
    results = analyse(Document(toy.experiment()))
    assert results.responses is not None
    assert results.efficiency is not None
    assert results.responses.absorbed[0, 4] < 0.0
    np.testing.assert_allclose(results.efficiency.eta[0, :2], 0.999, atol=5e-3)
    assert "net_cooling" in results.efficiency.flags[0][0]


def test_power_that_varies_along_the_scan_is_divided_out() -> None:
    results, found = run(replace(TOY, power_slope=0.5).experiment())
    np.testing.assert_allclose(heat(results), wanted_heat(), rtol=5e-3, atol=2e-10)
    assert np.ptp(found.power_uw) > 20.0


def test_noise_of_the_power_meter_is_smoothed_away() -> None:
    rng = np.random.default_rng(0)

    def shake(scan: Scan) -> Scan:
        assert scan.power_uw is not None
        return replace(
            scan, power_uw=frozen_array(scan.power_uw * (1.0 + 0.01 * rng.standard_normal(scan.power_uw.size)))
        )

    _, found = run(change_scans(TOY.experiment(), shake))
    assert np.std(found.power_uw / 100.0) < 0.002


def test_power_that_only_some_scans_carry_is_divided_out_of_none_and_said() -> None:
    partly = change_scans(TOY.experiment(), lambda s: replace(s, power_uw=None) if s.condition.repeat == 1 else s)
    results, found = run(partly)
    assert np.all(found.power_uw == 1.0)
    assert any("power" in problem.message for problem in results.problems)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_local_polynomial_reads_a_polynomial_of_its_order_exactly(order: int) -> None:
    def replaced(scan: Scan) -> Scan:
        energy = 1239841.984332003 / scan.excitation_nm
        x = (energy - TOY.band_mev) / 300.0
        return replace(scan, lockin_x_v=frozen_array(100.0 * (2.0 + x) ** order), lockin_y_v=None)

    results, found = run(change_scans(TOY.experiment(), replaced), polynomial_order=order)
    assert results.excitations is not None
    wanted = (2.0 + (results.excitations.energy_mev[found.stacks] - TOY.band_mev) / 300.0) ** order
    np.testing.assert_allclose(found.weights @ found.volts[0], wanted, rtol=1e-8)


def test_a_mean_over_the_tail_would_be_biased_and_the_polynomial_is_not() -> None:
    quadratic, flat = (run(TOY.experiment(), polynomial_order=order)[0] for order in (2, 0))
    assert np.abs(heat(quadratic)[4:6] / wanted_heat()[4:6] - 1.0).max() < 3e-3
    assert np.abs(heat(flat)[4:6] / wanted_heat()[4:6] - 1.0).max() > 0.01


def test_an_excitation_beyond_the_scan_is_not_extrapolated_and_named() -> None:
    def cropped(scan: Scan) -> Scan:
        kept = scan.excitation_nm < 520.0
        assert scan.power_uw is not None
        assert scan.lockin_y_v is not None
        return replace(
            scan,
            excitation_nm=frozen_array(scan.excitation_nm[kept]),
            lockin_x_v=frozen_array(scan.lockin_x_v[kept]),
            lockin_y_v=frozen_array(scan.lockin_y_v[kept]),
            power_uw=frozen_array(scan.power_uw[kept]),
        )

    results, _ = run(change_scans(TOY.experiment(), cropped))
    assert results.absorbed is not None
    assert results.efficiency is not None
    assert np.isnan(results.absorbed.mean).sum() == 1
    assert any("is not extrapolated" in problem.message for problem in results.problems)
    assert np.isfinite(results.efficiency.eta[0, :3]).all()
    assert np.isnan(results.efficiency.eta[0, 3])


def test_coarse_steps_are_interpolated_and_said_once_with_the_conditions() -> None:
    toy = replace(TOY, scan_step_nm=3.0, temperatures_k=(120.0, 250.0))
    results, found = run(toy.experiment())
    assert results.absorbed is not None
    assert results.absorbed.interpolated.all()
    said = [problem.message for problem in results.problems if "interpolated between" in problem.message]
    assert len(said) == 1
    assert all(name in said[0] for name in ("120 K all 4 of PL", "120 K all 4 of ASPL", "250 K all 4 of ASPL"))
    tail = results.absorbed.mean[[4, 5, 6, 7]] / wanted_heat()[4:8]
    assert np.abs(tail - 1.0).max() < 0.02
    assert found.between.all()


def test_conditions_between_coarse_steps_are_named_by_their_wavelength_where_not_all_are() -> None:
    """Steps of 0.9 nm give the Stokes excitations five points within 20 meV; one of the others is hit."""
    toy = replace(TOY, scan_step_nm=0.9)
    at = HC / toy.excitations_mev[5]

    def shifted(scan: Scan) -> Scan:
        near = scan.excitation_nm[np.argmin(np.abs(scan.excitation_nm - at))]
        return replace(scan, excitation_nm=frozen_array(scan.excitation_nm + at - near))

    results, _ = run(change_scans(toy.experiment(), shifted))
    said = [problem.message for problem in results.problems if "interpolated between" in problem.message]
    others = ", ".join(f"{HC / energy:.1f}" for energy in toy.excitations_mev[[4, 6, 7]])
    assert len(said) == 1
    assert said[0].startswith(f"250 K ASPL {others} nm:")


def test_fine_steps_are_not_interpolated() -> None:
    results, found = run(TOY.experiment())
    assert results.absorbed is not None
    assert not results.absorbed.interpolated.any()
    assert not found.between.any()
    assert not any("interpolated between" in problem.message for problem in results.problems)


@pytest.mark.parametrize("step", [0.2, 3.0])
def test_noise_of_the_power_meter_is_in_the_covariance(step: float) -> None:
    """Nearly noiseless lock-in, 2 % of noise in each power reading: what scatters is the power alone."""
    toy = replace(
        TOY,
        scan_step_nm=step,
        noise_v=1e-13,
        detuning_mev=(60.0, 70.0, 80.0, 90.0),
        axis_nm=(400.0, 620.0, 276),
    )
    bench = scan_level.ScanBench(toy)
    means, predicted = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        scans = [scan_level.scan(toy, rng, repeat=r + 1, meter=0.02) for r in range(toy.repeats)]
        absorbed = bench.read(scans, baseline=BaselineSettings()).absorbed
        means.append(absorbed.mean[:7] / bench.truth[:7])
        predicted.append(np.diag(absorbed.shared[0])[:7] / bench.truth[:7] ** 2)
    scatter = np.std(means, axis=0)
    np.testing.assert_allclose(np.sqrt(np.mean(predicted, axis=0)), scatter, rtol=0.35)
    assert np.all(scatter > 5e-4)


def test_coarse_steps_that_hit_an_excitation_take_that_point() -> None:
    toy = replace(TOY, scan_step_nm=3.0)
    target = 1239841.984332003 / toy.excitations_mev[5]

    def shifted(scan: Scan) -> Scan:
        near = scan.excitation_nm[np.argmin(np.abs(scan.excitation_nm - target))]
        return replace(scan, excitation_nm=frozen_array(scan.excitation_nm + target - near))

    _, found = run(change_scans(toy.experiment(), shifted))
    assert any(np.count_nonzero(row) == 1 and row.max() == pytest.approx(0.01) for row in found.weights)


def test_noise_of_a_scan_is_its_scatter() -> None:
    _, found = run(replace(TOY, noise_v=3e-8, repeats=8, scan_drift=0.003).experiment())
    np.testing.assert_allclose(np.mean(found.noise), 9e-16, rtol=0.1)


def test_scans_on_other_steps_are_interpolated_and_said() -> None:
    def thinned(scan: Scan) -> Scan:
        if scan.condition.repeat != 2:
            return scan
        assert scan.power_uw is not None
        assert scan.lockin_y_v is not None
        step = slice(None, None, 2)
        return replace(
            scan,
            excitation_nm=frozen_array(scan.excitation_nm[step]),
            lockin_x_v=frozen_array(scan.lockin_x_v[step]),
            lockin_y_v=frozen_array(scan.lockin_y_v[step]),
            power_uw=frozen_array(scan.power_uw[step]),
        )

    results, found = run(change_scans(TOY.experiment(), thinned))
    assert found.volts.shape[0] == 4
    assert any("interpolated onto them" in problem.message for problem in results.problems)
    np.testing.assert_allclose(heat(results), wanted_heat(), rtol=1e-2, atol=2e-10)


def test_repeats_are_named_by_pair_then_number_then_place() -> None:
    assert repeat_name("7", 3, 0) == "pair 7"
    assert repeat_name("", 3, 0) == "repeat 3"
    assert repeat_name("", None, 2) == "repeat 3"


def test_a_temperature_without_scans_is_named_and_the_others_go_on() -> None:
    toy = replace(TOY, temperatures_k=(120.0, 250.0))
    half = change_scans(toy.experiment(), lambda s: None if s.condition.temperature_k == 120.0 else s)
    results = analyse(Document(half))
    assert any(p.where == "120 K" and "no photothermal scan" in p.message for p in results.problems)
    assert results.efficiency is not None
    np.testing.assert_allclose(results.efficiency.eta[1], 0.9, atol=0.01)
    assert np.isnan(results.efficiency.eta[0]).all()


def test_scans_without_any_spectrum_are_an_error_that_says_what_is_missing() -> None:
    results = analyse(Document(replace(TOY.experiment(), spectra=())))
    assert results.efficiency is None
    assert any(problem.severity == "error" for problem in results.problems)
