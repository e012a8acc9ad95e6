"""Rates against sums over the levels of the displaced oscillator, which share no formula with them."""

import json
from decimal import Decimal, localcontext
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import solve_banded
from scipy.special import digamma, gammaln, logsumexp

from asplab.core.polaron.rates import log_rate
from asplab.core.polaron.rates.kramers_heisenberg import amplitude_ratio, log_enhancement
from asplab.core.units import thermal_energy_mev

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "rates.json").read_text(encoding="utf-8"))["items"]
AMPLITUDES = [item for item in GOLDEN if item["id"].startswith("KH_")]
POINTS = [item for item in GOLDEN if item["id"].startswith("w_")]
HUANG_RHYS = [0.3, 3.08, 17.13, 40.0]
BROADENINGS = [1e-4, 0.02, 0.2, 2.0, 9.0]


def ratio(n: float, s: float, eps: float) -> complex:
    return complex(amplitude_ratio(np.array(float(n)), np.array(s), np.array(eps)))


def resonant_amplitude(n: int, s: float, eps: float) -> complex:
    """Return ħω ⟨N|0̃⟩⟨0̃|0⟩/(iζ)."""
    return complex((-1) ** n * np.exp(-s + 0.5 * n * np.log(s) - 0.5 * gammaln(n + 1.0)) / (1j * eps))


def resolvent_amplitudes(highest: int, s: float, eps: float) -> np.ndarray:
    """Return ħω ⟨N|(B†B + iε)⁻¹|0⟩ for N up to ``highest``: B†B is tridiagonal in the undisplaced levels."""
    levels = int(s + highest + 60 * np.sqrt(s) + 200)
    n = np.arange(levels)
    beside = np.sqrt(s * n)
    bands = np.array([beside, n + s + 1j * eps, np.append(beside[1:], 0.0)])
    first = np.zeros(levels, dtype=complex)
    first[0] = 1.0
    return np.asarray(solve_banded((1, 1), bands, first)[: highest + 1])


def exact_amplitude(n: int, s: float, eps: float) -> complex:
    """Return the same by elimination in decimals of 60 digits, from far above downwards."""
    with localcontext() as context:
        context.prec = 60
        big_s, big_eps, off = Decimal(s), Decimal(eps), []
        real, imaginary = Decimal(1), Decimal(0)
        for level in range(int(s + n + 40 * np.sqrt(s) + 150), -1, -1):
            size = real * real + imaginary * imaginary
            off.append((real / size, -imaginary / size))
            share = big_s * (level + 1)
            real, imaginary = level + big_s - share * real / size, big_eps + share * imaginary / size
        size = real * real + imaginary * imaginary
        x = (real / size, -imaginary / size)
        inverse = off[::-1]
        for level in range(n):
            step = -(big_s * (level + 1)).sqrt()
            a, b = inverse[level][0] * step, inverse[level][1] * step
            x = (x[0] * a - x[1] * b, x[0] * b + x[1] * a)
        return complex(float(x[0]), float(x[1]))


def overlap(m: int, n: int, s: float) -> Decimal:
    """Return ⟨m|ñ⟩ with a Laguerre polynomial, in decimals: its signs alternate."""
    low, high = min(m, n), max(m, n)
    big_s, order = Decimal(s), high - low
    before, polynomial = Decimal(0), Decimal(1)
    for k in range(low):
        before, polynomial = polynomial, ((2 * k + 1 + order - big_s) * polynomial - (k + order) * before) / (k + 1)
    sign = -1 if m > n and order % 2 else 1
    size = (-big_s / 2).exp() * (Decimal(factorial(low)) / Decimal(factorial(high)) * big_s**order).sqrt()
    return sign * size * polynomial


def direct_amplitude(n: int, s: float, eps: float) -> complex:
    """Return ħω Σₘ ⟨N|m̃⟩⟨m̃|0⟩/(m ħω + iζ), level by level."""
    with localcontext() as context:
        context.prec = 40
        real, imaginary = Decimal(0), Decimal(0)
        for m in range(int((np.sqrt(s) + np.sqrt(n) + 6.0) ** 2) + 30):
            share = overlap(n, m, s) * overlap(0, m, s) / (m * m + Decimal(eps) ** 2)
            real, imaginary = real + m * share, imaginary - Decimal(eps) * share
        return complex(float(real), float(imaginary))


@pytest.mark.parametrize("name", [str(item["id"]) for item in GOLDEN if item["id"].startswith("ov_")])
def test_the_overlaps_of_these_tests_are_the_independent_ones(name: str) -> None:
    item = next(item for item in GOLDEN if item["id"] == name)
    found = overlap(item["inputs"]["m"], item["inputs"]["n"], float(item["inputs"]["S"]))
    assert float(found) == pytest.approx(float(item["outputs"]["overlap"]), rel=1e-12)


@pytest.mark.parametrize("n", [0, 1, 4, 11])
def test_the_thermal_rate_is_the_sum_over_all_initial_levels(n: int) -> None:
    temperature, w, s = 130.0, 11.0, 2.3
    m = np.arange(n, n + 60)
    weights = np.array([float(overlap(int(k), int(k) - n, s)) ** 2 for k in m])
    quotient = float(w / thermal_energy_mev(temperature))
    total = np.sum(np.exp(-m * quotient) * weights) * -np.expm1(-quotient) / w
    found = log_rate("thermal", n * w, temperature, g_mev=w * np.sqrt(s), phonon_mev=w)
    assert float(found) == pytest.approx(np.log(total), rel=1e-12)


@pytest.mark.parametrize("item", AMPLITUDES, ids=lambda item: str(item["id"]))
def test_amplitudes_match_the_independent_ones(item: dict[str, Any]) -> None:
    n, s, eps = item["inputs"]["N"], float(item["inputs"]["S"]), float(item["inputs"]["eps"])
    found, wanted = ratio(n, s, eps), {key: float(value) for key, value in item["outputs"].items()}
    amplitude = found * resonant_amplitude(n, s, eps)
    assert abs(amplitude - complex(wanted["re"], wanted["im"])) < 1e-10 * abs(amplitude)
    assert abs(found) ** 2 == pytest.approx(wanted["ratio_to_resonant"], rel=1e-10)
    assert abs(amplitude) ** 2 == pytest.approx(wanted["abs2"], rel=1e-10)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
@pytest.mark.parametrize(("zeta", "key"), [(0.01, "kh_ratio_z001"), (1.0, "kh_ratio_z1")])
def test_the_rate_exceeds_the_resonant_one_by_the_independent_ratio(
    item: dict[str, Any], zeta: float, key: str
) -> None:
    given = {name: float(value) for name, value in item["inputs"].items()}
    both = [
        float(log_rate(m, given["dE"], given["T"], g_mev=given["g"], phonon_mev=given["w"], broadening_mev=zeta))
        for m in ("kramers-heisenberg", "resonant")
    ]
    assert np.exp(both[0] - both[1]) == pytest.approx(float(item["outputs"][key]), rel=1e-10)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
def test_the_first_order_in_the_broadening_is_c_n(item: dict[str, Any]) -> None:
    given = {name: float(value) for name, value in item["inputs"].items()}
    n, s = given["dE"] / given["w"], (given["g"] / given["w"]) ** 2
    k = np.arange(1, 400)
    series = np.exp(k * np.log(s) + gammaln(n + 1.0) - gammaln(n + k + 1.0)) / k
    c_n = float(np.sum(series) - digamma(n + 1.0) - np.euler_gamma)
    assert c_n == pytest.approx(float(item["outputs"]["C_N"]), rel=1e-12)
    assert ratio(n, s, 1e-9).imag / 1e-9 == pytest.approx(c_n, rel=1e-7)


@pytest.mark.parametrize("s", HUANG_RHYS)
@pytest.mark.parametrize("eps", BROADENINGS)
def test_the_closed_sum_agrees_with_a_tridiagonal_resolvent(s: float, eps: float) -> None:
    wanted = resolvent_amplitudes(60, s, eps)
    found = np.array([ratio(n, s, eps) * resonant_amplitude(n, s, eps) for n in range(61)])
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


@pytest.mark.parametrize("s", HUANG_RHYS)
@pytest.mark.parametrize("eps", BROADENINGS)
def test_the_closed_sum_agrees_with_the_direct_one_up_to_20_phonons(s: float, eps: float) -> None:
    for n in range(0, 21, 2):
        wanted = direct_amplitude(n, s, eps)
        assert abs(ratio(n, s, eps) * resonant_amplitude(n, s, eps) - wanted) < 1e-8 * abs(wanted), n


@pytest.mark.parametrize(("s", "n"), [(0.01, 3), (1.0, 40), (50.0, 150), (200.0, 0), (200.0, 150), (500.0, 60)])
@pytest.mark.parametrize("eps", [1e-6, 0.5, 10.0, 20.0])
def test_the_closed_sum_keeps_ten_digits_in_its_whole_range(s: float, n: int, eps: float) -> None:
    wanted = exact_amplitude(n, s, eps)
    resonant = -s + 0.5 * n * np.log(s) - 0.5 * np.log(float(factorial(n))) - np.log(eps)
    found = float(log_enhancement(np.array(float(n)), np.array(s), np.array(eps))) + 2.0 * resonant
    assert found == pytest.approx(2.0 * np.log(abs(wanted)), abs=1e-10)


@pytest.mark.parametrize(
    ("n", "s", "eps"), [(0.3, 3.08, 0.2), (4.45, 17.13, 0.19), (19.7, 17.13, 2.0), (0.85, 3.1, 5.0)]
)
def test_a_broken_number_of_phonons_follows_the_integral(n: float, s: float, eps: float) -> None:
    # u = e^(−t), with the pole of u^(s−1) at u = 0 taken out: s ∫ u^(s−1) du = 1
    def integrand(t: float, turn: Any) -> float:
        u = np.exp(-t)
        value = np.expm1(n * np.log1p(-u) + s * u) if u < 1.0 else -1.0
        return float(turn(eps * t) * value)

    parts = [
        sum(quad(integrand, a, b, args=(turn,), epsabs=1e-13, epsrel=1e-13, limit=500)[0] for a, b in ((0, 1), (1, 45)))
        for turn in (np.cos, np.sin)
    ]
    wanted = 1.0 + 1j * eps * complex(parts[0], -parts[1])
    assert abs(ratio(n, s, eps) - wanted) < 1e-9 * abs(wanted)


@pytest.mark.parametrize("eps", [1e-12, 1e-30, 1e-60])
def test_a_tiny_broadening_does_not_end_the_series_before_its_terms_have_grown(eps: float) -> None:
    k = np.arange(1, 600)
    log_c = float(logsumexp(k * np.log(200.0) - gammaln(k + 1.0) - np.log(k)))
    found = float(log_enhancement(np.array(0.0), np.array(200.0), np.array(eps)))
    assert found == pytest.approx(2.0 * (log_c + np.log(eps)), rel=1e-10)


def test_many_points_at_once_give_the_values_of_each() -> None:
    rng = np.random.default_rng(5)
    n, s, eps = rng.uniform(0, 80, 5000), rng.uniform(0.01, 60, 5000), 10.0 ** rng.uniform(-5, 1, 5000)
    together = log_enhancement(n, s, eps)
    for i in range(0, 5000, 500):
        alone = float(log_enhancement(n[i : i + 1], s[i : i + 1], eps[i : i + 1])[0])
        assert together[i] == pytest.approx(alone, rel=1e-13, abs=1e-13)


def test_a_broadening_of_nanoseconds_leaves_the_resonant_term_alone() -> None:
    points = np.array([33.0, 55.0, 102.0])
    arguments = {"g_mev": 21.4, "phonon_mev": 5.17, "broadening_mev": 1e-6}
    full, term = (log_rate(m, points, 80.0, **arguments) for m in ("kramers-heisenberg", "resonant"))
    np.testing.assert_allclose(full, term, atol=1e-6)


def test_a_strong_broadening_flattens_the_rate_at_small_detunings() -> None:
    points = np.array([20.0, 46.0, 102.0, 153.0])
    arguments = {"g_mev": 21.4, "phonon_mev": 5.17, "broadening_mev": 1.0}
    full, term = (log_rate(m, points, 80.0, **arguments) for m in ("kramers-heisenberg", "resonant"))
    np.testing.assert_allclose(np.exp(full - term), [2.3e4, 6.36, 0.964, 0.946], rtol=0.02)
