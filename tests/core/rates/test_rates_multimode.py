"""Several phonon modes: recursion and convolution against Fourier transforms, sums over all combinations, one mode."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import log_rate, upconversion_efficiency
from asplab.core.polaron.rates.multimode import lattice_step_mev, poisson_comb, thermal_lines, vacuum_lines
from asplab.core.units import thermal_energy_mev

GOLDEN = next(
    item
    for item in json.loads((Path(__file__).parents[2] / "golden" / "rates.json").read_text(encoding="utf-8"))["items"]
    if item["id"] == "multimode"
)
MODES = np.array([5.0, 9.5, 18.5])
HUANG_RHYS = np.array([2.0, 0.8, 1.2])
COUPLING = MODES * np.sqrt(HUANG_RHYS)
DETUNING = np.array([0.0, 23.0, 55.0, 102.0, 240.0])


def gaussian(energy: np.ndarray, sigma: float) -> np.ndarray:
    """Return ln of a normal density."""
    return np.asarray(-0.5 * (energy / sigma) ** 2 - np.log(sigma * np.sqrt(2.0 * np.pi)))


def test_the_comb_matches_the_independent_values() -> None:
    energy, log_weight = poisson_comb(MODES, HUANG_RHYS, step_mev=0.5, highest_mev=200.0)
    weight = np.exp(log_weight)
    for key, value in (("P_0", 0.0), ("P_18p5", 18.5), ("P_23p5", 23.5), ("P_102", 102.0)):
        assert weight[energy == value] == pytest.approx(float(GOLDEN["outputs"][key]), rel=1e-10), key
    assert weight[energy < 160.0].sum() == pytest.approx(float(GOLDEN["outputs"]["cum_160"]), rel=1e-10)


def test_the_recursion_agrees_with_a_fourier_transform() -> None:
    n = 4096
    turns = np.exp(-2j * np.pi * np.outer(MODES / 0.5, np.arange(n)) / n)
    transformed = np.fft.ifft(np.exp(HUANG_RHYS @ (turns - 1.0))).real
    _, log_weight = poisson_comb(MODES, HUANG_RHYS, step_mev=0.5, highest_mev=400.0)
    weight = np.exp(log_weight)
    seen = weight > 1e-6
    np.testing.assert_allclose(transformed[: len(weight)][seen], weight[seen], rtol=1e-9)
    np.testing.assert_allclose(transformed[: len(weight)], weight, atol=1e-15)


def test_the_recursion_counts_every_combination_of_phonons_far_down_its_tail() -> None:
    energy, log_weight = poisson_comb(MODES, HUANG_RHYS, step_mev=0.5, highest_mev=401.0)
    terms = []
    for n in itertools.product(range(82), range(44), range(23)):
        if abs(np.dot(n, MODES) - 400.0) < 1e-9:
            terms.append(float(np.sum(np.array(n) * np.log(HUANG_RHYS) - gammaln(np.array(n) + 1.0) - HUANG_RHYS)))
    assert log_weight[energy == 400.0] == pytest.approx(float(logsumexp(terms)), rel=1e-12)
    assert np.exp(log_weight[energy == 400.0]) < 1e-15


def test_energies_that_no_phonons_add_up_to_have_no_line() -> None:
    energy, log_weight = poisson_comb(np.array([5.0, 9.5]), np.array([1.0, 1.0]), step_mev=0.5, highest_mev=20.0)
    found = energy[np.isfinite(log_weight)]
    assert found.tolist() == [0.0, 5.0, 9.5, 10.0, 14.5, 15.0, 19.0, 19.5, 20.0]


def test_strong_coupling_neither_over_nor_underflows() -> None:
    strong = np.array([200.0, 200.0, 200.0])
    _, log_weight = poisson_comb(MODES, strong, step_mev=0.5, highest_mev=20000.0)
    assert np.isfinite(log_weight[-1])
    assert logsumexp(log_weight) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("temperature", [4.0, 80.0, 300.0])
def test_the_thermal_lines_agree_with_a_fourier_transform(temperature: float) -> None:
    quanta = 1.0 / np.expm1(MODES / thermal_energy_mev(temperature))
    n, step = 8192, 0.5
    turns = np.exp(-2j * np.pi * np.outer(MODES / step, np.arange(n)) / n)
    exponent = (HUANG_RHYS * quanta) @ (turns - 1.0) + (HUANG_RHYS * (quanta + 1.0)) @ (turns.conj() - 1.0)
    transformed = np.fft.ifft(np.exp(exponent)).real
    energy, log_weight = thermal_lines(np.array([temperature]), 400.0, g_mev=COUPLING, phonon_mev=MODES)
    weight = np.exp(log_weight[0])
    wanted = transformed[np.round(energy / step).astype(int) % n]
    seen = weight > 1e-6
    np.testing.assert_allclose(weight[seen], wanted[seen], rtol=1e-9)
    np.testing.assert_allclose(weight, wanted, atol=1e-14)


@pytest.mark.parametrize("temperature", [80.0, 300.0])
def test_the_thermal_lines_have_unit_area_and_the_known_mean_and_balance(temperature: float) -> None:
    energy, log_weight = thermal_lines(np.array([temperature]), 600.0, g_mev=COUPLING, phonon_mev=MODES)
    weight = np.exp(log_weight[0])
    assert weight.sum() == pytest.approx(1.0, rel=1e-12)
    assert weight @ energy == pytest.approx(-float(HUANG_RHYS @ MODES), rel=1e-10)
    at = {float(e): float(w) for e, w in zip(energy, log_weight[0], strict=True)}
    for e in (5.0, 42.5, 102.0, 200.0):
        assert at[e] - at[-e] == pytest.approx(-e / float(thermal_energy_mev(temperature)), rel=1e-10)


def test_the_thermal_lines_are_the_others_at_low_temperature() -> None:
    released, log_thermal = thermal_lines(np.array([1.0]), 0.0, g_mev=COUPLING, phonon_mev=MODES)
    energy, log_weight = poisson_comb(MODES, HUANG_RHYS, step_mev=0.5, highest_mev=100.0)
    at = {float(e): float(w) for e, w in zip(-released, log_thermal[0], strict=True)}
    # At 1 K a phonon of the lowest mode is excited with e^(−58).
    for e, weight in zip(energy, log_weight, strict=True):
        if np.isfinite(weight):
            assert at[float(e)] == pytest.approx(float(weight), rel=1e-12)


def test_a_single_mode_has_the_lines_of_the_resonant_rate() -> None:
    mode, coupling = np.array([23.4]), np.array([41.1])
    energy, log_weight = vacuum_lines(np.array([250.0]), 200.0, g_mev=coupling, phonon_mev=mode, broadening_mev=2.0)
    rate = log_rate("resonant", energy, 250.0, g_mev=41.1, phonon_mev=23.4, broadening_mev=2.0)
    np.testing.assert_allclose(log_weight[0], rate + np.log(23.4), rtol=1e-12)


@pytest.mark.parametrize("sigma", [0.7, 6.0, 30.0])
def test_a_single_thermal_mode_is_the_sum_over_its_lines(sigma: float) -> None:
    n = np.arange(-60, 90)
    absorbed = np.abs(n) * 11.0
    lines = log_rate("thermal", absorbed, 130.0, g_mev=15.0, phonon_mev=11.0) + np.log(11.0)
    lines = lines + np.where(n < 0, absorbed / thermal_energy_mev(130.0), 0.0)
    wanted = logsumexp(lines + gaussian(n * 11.0 - DETUNING[:, None], sigma), axis=1)
    found = log_rate("multimode-thermal", DETUNING, 130.0, g_mev=[15.0], phonon_mev=[11.0], inhomogeneous_mev=sigma)
    np.testing.assert_allclose(found, wanted, rtol=1e-11)


@pytest.mark.parametrize("urbach", [None, 15.0])
def test_the_rate_of_three_modes_is_the_sum_over_all_combinations(urbach: float | None) -> None:
    temperature, sigma, zeta = 120.0, 8.0, 0.3
    kt = float(thermal_energy_mev(temperature))
    n = np.array(list(itertools.product(range(45), range(25), range(15))))
    energy = n @ MODES
    overlap = np.sum(n * np.log(HUANG_RHYS) - gammaln(n + 1.0) - HUANG_RHYS, axis=1)
    lines = overlap - HUANG_RHYS.sum() - energy / kt + np.log(-np.expm1(-MODES / kt)).sum() - 2.0 * np.log(zeta)
    selected = lines - (0.0 if urbach is None else energy / urbach)
    points = DETUNING[:4]
    x = np.linspace(-12.0, 12.0, 200_001) * sigma
    absorbed = np.array([np.mean(np.exp(gaussian(x, sigma) - np.maximum(d + x, 0) / (urbach or 1e99))) for d in points])
    wanted = logsumexp(selected + gaussian(energy - points[:, None], sigma), axis=1) - np.log(absorbed * 24.0 * sigma)
    found = log_rate(
        "multimode",
        points,
        temperature,
        g_mev=COUPLING,
        phonon_mev=MODES,
        broadening_mev=zeta,
        inhomogeneous_mev=sigma,
        urbach_mev=urbach,
    )
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_particles_above_the_gap_absorb_alike_in_the_thermal_sum() -> None:
    n = np.arange(-60, 90)
    absorbed = np.abs(n) * 11.0
    lines = log_rate("thermal", absorbed, 130.0, g_mev=15.0, phonon_mev=11.0) + np.log(11.0)
    lines = lines + np.where(n < 0, absorbed / thermal_energy_mev(130.0), 0.0)
    x = np.linspace(-12.0, 12.0, 200_001) * 30.0
    norm = np.array([np.mean(np.exp(gaussian(x, 30.0) - np.maximum(d + x, 0) / 20.0)) * 720.0 for d in DETUNING])
    selected = lines - np.maximum(n * 11.0, 0.0) / 20.0
    wanted = logsumexp(selected + gaussian(n * 11.0 - DETUNING[:, None], 30.0), axis=1) - np.log(norm)
    given: dict[str, Any] = {"g_mev": [15.0], "phonon_mev": [11.0], "inhomogeneous_mev": 30.0, "urbach_mev": 20.0}
    np.testing.assert_allclose(log_rate("multimode-thermal", DETUNING, 130.0, **given), wanted, atol=1e-4)


@pytest.mark.parametrize("sigma", [10.0, 30.0, 60.0])
def test_the_lines_go_as_far_as_strong_coupling_reaches(sigma: float) -> None:
    n, s, kt = np.arange(3000), 500.0, float(thermal_energy_mev(300.0))
    lines = n * np.log(s) - gammaln(n + 1.0) - 2.0 * s - 2.0 * n / kt + np.log(-np.expm1(-2.0 / kt))
    wanted = logsumexp(lines + gaussian(2.0 * n - 20.0, sigma))
    found = log_rate("multimode", 20.0, 300.0, g_mev=2.0 * np.sqrt(s), phonon_mev=2.0, inhomogeneous_mev=sigma)
    assert float(found) == pytest.approx(float(wanted), rel=1e-11)


@pytest.mark.parametrize("model", ["multimode", "multimode-thermal"])
def test_a_wide_average_does_not_see_single_lines(model: str) -> None:
    # Sums over lines and integrals over a continuous N differ by e^(−2π²σ²/ħω²) only, but for the edge at N = 0.
    smooth = "resonant" if model == "multimode" else "thermal"
    given: dict[str, Any] = {"g_mev": 20.0, "phonon_mev": 9.0, "inhomogeneous_mev": 15.0}
    lines, integral = (log_rate(name, [102.0, 153.0], 250.0, **given) for name in (model, smooth))
    np.testing.assert_allclose(lines, integral, atol=1e-5)


@pytest.mark.parametrize("model", ["multimode", "multimode-thermal"])
def test_the_laser_selects_among_the_lines(model: str) -> None:
    given: dict[str, Any] = {"g_mev": COUPLING, "phonon_mev": MODES, "inhomogeneous_mev": 12.0}
    flat, selected = (log_rate(model, [400.0], 250.0, urbach_mev=urbach, **given) for urbach in (1e9, 20.0))
    # Far below the gap all lines that count lie in the exponential tail: the average moves by σ²/E_U.
    moved = log_rate(model, [400.0 - 144.0 / 20.0], 250.0, **given)
    np.testing.assert_allclose(flat, log_rate(model, [400.0], 250.0, **given), atol=1e-6)
    np.testing.assert_allclose(selected, moved, atol=1e-9)


def test_modes_sum_in_any_order_and_temperatures_may_differ_from_point_to_point() -> None:
    temperature = np.array([80.0, 250.0, 80.0, 120.0, 250.0])
    for model in ("multimode", "multimode-thermal"):
        given: dict[str, Any] = {"inhomogeneous_mev": 5.0}
        found = log_rate(model, DETUNING, temperature, g_mev=COUPLING, phonon_mev=MODES, **given)
        turned = log_rate(model, DETUNING, temperature, g_mev=COUPLING[::-1], phonon_mev=MODES[::-1], **given)
        np.testing.assert_allclose(found, turned, rtol=1e-12)
        for i in range(5):
            alone = log_rate(model, DETUNING[i], temperature[i], g_mev=COUPLING, phonon_mev=MODES, **given)
            assert found[i] == pytest.approx(float(alone), rel=1e-11)


def test_the_broadening_scales_the_rate_by_its_inverse_square() -> None:
    given: dict[str, Any] = {"g_mev": COUPLING, "phonon_mev": MODES, "inhomogeneous_mev": 5.0}
    one, three = (log_rate("multimode", 55.0, 80.0, broadening_mev=z, **given) for z in (1.0, 3.0))
    assert float(three - one) == pytest.approx(-2.0 * np.log(3.0), rel=1e-12)


def test_the_efficiency_of_several_modes_is_that_of_their_mean_rate() -> None:
    given: dict[str, Any] = {"g_mev": COUPLING, "phonon_mev": MODES, "inhomogeneous_mev": 5.0}
    odds = np.exp(4.0 + log_rate("multimode-thermal", DETUNING, 80.0, **given))
    found = upconversion_efficiency("multimode-thermal", DETUNING, 80.0, log_scale=4.0, **given)
    np.testing.assert_allclose(found, odds / (1.0 + odds), rtol=1e-12)


@pytest.mark.parametrize(
    ("modes", "step"),
    [([5.0, 9.5, 18.5], 0.5), ([5.17], 5.17), ([5.2, 9.5, 18.5], 0.1), ([4.0, 6.0], 2.0), ([5.17, 23.4], 0.01)],
)
def test_the_lattice_step_divides_all_modes(modes: list[float], step: float) -> None:
    assert lattice_step_mev(np.array(modes)) == pytest.approx(step, rel=1e-12)


# --- refusals


def test_sharp_lines_are_refused() -> None:
    with pytest.raises(AnalysisError, match="'multimode' is a set of sharp lines; give inhomogeneous_mev above 0"):
        log_rate("multimode", 23.0, 80.0, g_mev=COUPLING, phonon_mev=MODES)


def test_a_mode_beside_the_lattice_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"phonon_mev holds 9.503; .*two decimals"):
        log_rate("multimode", 23.0, 80.0, g_mev=[5.0, 5.0], phonon_mev=[5.0, 9.503], inhomogeneous_mev=3.0)


def test_modes_and_couplings_of_different_number_are_refused() -> None:
    with pytest.raises(
        AnalysisError, match=r"one number of g_mev and phonon_mev per mode; found g_mev \(3,\), phonon_mev \(2,\)"
    ):
        log_rate("multimode", 23.0, 80.0, g_mev=COUPLING, phonon_mev=MODES[:2], inhomogeneous_mev=3.0)


def test_several_broadenings_are_refused() -> None:
    with pytest.raises(AnalysisError, match="'multimode' has one broadening"):
        log_rate("multimode", 23.0, 80.0, g_mev=5.0, phonon_mev=5.0, broadening_mev=[1.0, 2.0], inhomogeneous_mev=3.0)


@pytest.mark.parametrize("model", ["multimode", "multimode-thermal"])
def test_a_lattice_without_end_is_refused(model: str) -> None:
    with pytest.raises(AnalysisError, match="lattice energies, more than 400000"):
        log_rate(model, 23.0, 300.0, g_mev=[900.0, 5.0], phonon_mev=[5.17, 23.4], inhomogeneous_mev=500.0)
