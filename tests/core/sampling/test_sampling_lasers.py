"""Posteriors with lasers off by 0.1 to 0.3 nm, one error each at all temperatures, against profiles and truths."""

import numpy as np
import pytest
from laser_level import draw_with_lasers_off
from response_level import Truth
from sampling_level import analysed, holds

from asplab.core.pipeline import Results
from asplab.core.polaron.profiles import find_intervals
from asplab.core.sampling import sample

WARM, COLD = Truth(250.0, urbach_mev=28.0), Truth(120.0, urbach_mev=13.5)
THREE = tuple(
    Truth(t, urbach_mev=e, eta_at_23=h) for t, e, h in ((180.0, 20.0, 0.9), (220.0, 24.0, 0.93), (250.0, 28.0, 0.95))
)
N_COLUMNS = 19
TRUE = {"g_mev": WARM.g_mev, "phonon_mev": WARM.phonon_mev}


def with_lasers_off(truths: tuple[Truth, ...], error_nm: float, seed: int, *, noise: float = 2e-4) -> Results:
    rng = np.random.default_rng(seed)
    off = np.repeat(rng.standard_normal((1, N_COLUMNS)), len(truths), axis=0)
    return analysed(draw_with_lasers_off(truths, off, error_nm=error_nm, noise=noise, rng=rng))


@pytest.mark.parametrize(
    ("truths", "error_nm", "noise"),
    [((WARM,), 0.3, 2e-4), ((COLD,), 0.1, 1e-4), (THREE, 0.1, 2e-4)],
    ids=["250 K", "120 K", "three temperatures"],
)
def test_posteriors_are_as_wide_as_profiles_with_the_same_errors_of_wavelengths(
    truths: tuple[Truth, ...], error_nm: float, noise: float
) -> None:
    """With PA, ΔE and temperatures taken as independent they were narrower by 11, 31 and 37 %."""
    results = with_lasers_off(truths, error_nm, 2, noise=noise)
    found = sample(results, seed=1, steps=1000)
    assert results.polaron is not None
    row, profile = -1 if len(truths) > 1 else 0, find_intervals(results.polaron)
    for quantity, low, high in (
        (found.parameters["phonon_mev"], profile.phonon_low_mev[row], profile.phonon_high_mev[row]),
        (found.parameters["g_mev"], profile.g_low_mev[row], profile.g_high_mev[row]),
    ):
        assert quantity.high_68 - quantity.low_68 == pytest.approx(high - low, rel=0.07)
        assert quantity.low_68 == pytest.approx(low, abs=0.08 * (high - low))
        assert quantity.high_68 == pytest.approx(high, abs=0.08 * (high - low))
    assert not [problem for problem in found.problems if "wavelength" in problem.message]


def test_wavelengths_too_uncertain_for_first_order_are_told() -> None:
    told = [
        [p.message for p in sample(with_lasers_off((WARM,), error_nm, 1), walkers=16, steps=300).problems]
        for error_nm in (0.3, 0.6)
    ]
    assert not [message for message in told[0] if "first order" in message]
    assert len([message for message in told[1] if "blur ΔE by 2.8 meV" in message]) == 1


def test_medians_lie_as_far_from_the_truth_as_joint_posteriors_say_with_lasers_off() -> None:
    """Root mean square of the pull of 1/ħω in 20 draws of three temperatures: 1 ± 0.16; by independent errors 1.5."""
    pulls = []
    for seed in range(20):
        found = sample(with_lasers_off(THREE, 0.1, 100 + seed), seed=seed, walkers=22, steps=220)
        u = 1.0 / found.parameters["phonon_mev"].draws
        pulls.append((u.mean() - 1.0 / WARM.phonon_mev) / u.std())
    assert 0.6 < np.sqrt(np.mean(np.square(pulls))) < 1.35


@pytest.mark.slow
@pytest.mark.parametrize("error_nm", [0.1, 0.3])
@pytest.mark.parametrize(
    ("truths", "noise"), [((WARM,), 2e-4), ((COLD,), 1e-4), (THREE, 2e-4)], ids=["250 K", "120 K", "three temperatures"]
)
def test_coverage_with_lasers_off(truths: tuple[Truth, ...], noise: float, error_nm: float) -> None:
    """The table of the guide: 200 experiments, ±3.3 and ±1.5 % (one standard error)."""
    steps, inside = 1000 if len(truths) == 1 else 1200, []
    for i in range(200):
        results = with_lasers_off(truths, error_nm, 1000 + i, noise=noise)
        found = sample(results, seed=i + 1, walkers=32, steps=steps)
        known = ((found.quantum_yield, 0.84), *((found.parameters[name], value) for name, value in TRUE.items()))
        inside.append([holds(quantity, value).reshape(2, -1).mean(axis=1) for quantity, value in known])
    share = np.mean(inside, axis=0)
    print(len(truths), truths[-1].temperature_k, error_nm, np.round(100.0 * share, 1).tolist())
    assert np.all(np.abs(share[:, 0] - 0.683) < 0.1)
    assert np.all(share[:, 1] > 0.9)
