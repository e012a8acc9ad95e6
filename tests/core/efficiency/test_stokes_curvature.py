"""Curvature of the Stokes lines: quiet where they are straight, loud where the yield depends on photon energy."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import STOKES_MEV, Truth, draw

from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.efficiency.stokes_curvature import StokesCurvature, find_curvature
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings

TRUTH = Truth(250.0, urbach_mev=25.0)


def drawn(n: int, noise: float = 2e-4, seed: int = 1) -> Responses:
    return draw(TRUTH, n=n, noise=noise, rng=np.random.default_rng(seed))


def found(responses: Responses) -> StokesCurvature:
    return find_curvature(fit_efficiency(responses, EfficiencySettings()))


def with_yield_slope(responses: Responses, percent: float) -> Responses:
    """Return responses whose quantum yield changes by so much from the lowest Stokes excitation to the highest."""
    ns = STOKES_MEV.size
    change = 0.01 * percent * (STOKES_MEV - STOKES_MEV[0]) / np.ptp(STOKES_MEV)
    energy = responses.excitation_mev[:, :ns]
    # Of the heat hν − QY E the yield takes more: what is left is known from I, k = 2500 (see `Truth.means`).
    light, heat = responses.intensity.copy(), responses.absorbed.copy()
    heat[:, :ns] -= change * light[:, :ns] / 2500.0 * TRUTH.gap_mev
    light[:, :ns] *= 1.0 + change
    assert energy.shape == light[:, :ns].shape
    return replace(responses, intensity=light, absorbed=heat)


@pytest.mark.parametrize("name", ["curvature", "without_lowest", "without_highest"])
def test_straight_lines_have_pulls_of_unit_spread(name: str) -> None:
    deviation = getattr(found(drawn(400)), name)
    pulls = deviation.pull[:-1]
    assert abs(pulls.mean()) < 0.2
    assert 0.9 < pulls.std() < 1.1
    assert abs(deviation.pull[-1]) < 3.0


def test_straight_lines_are_not_told() -> None:
    assert found(drawn(11)).problems == ()


def test_the_curvature_of_a_yield_that_falls_is_the_one_known_from_its_formula() -> None:
    _, light, heat = TRUTH.means()
    exact_data = replace(drawn(1), intensity=light[None], absorbed=heat[None])
    bent = found(with_yield_slope(exact_data, -2.0))
    # q = s (hν/(1 + ε x) − hν₀) with ε = −0.02 over 310 meV.
    epsilon = -0.02 / 0.31
    energy = 1e-3 * (TRUTH.gap_mev + STOKES_MEV)
    above = energy - energy[0]
    exact = np.polynomial.polynomial.polyfit(above - above.mean(), energy / (1.0 + epsilon * above), 2)
    assert bent.curvature.value[0] == pytest.approx(exact[2] / exact[1], rel=0.1)


def test_eleven_temperatures_see_a_large_slope_of_the_yield_and_it_is_told_once() -> None:
    bent = found(with_yield_slope(drawn(11), -30.0))
    (told,) = bent.problems
    assert told.severity == "warning"
    assert "bend" in told.message
    assert abs(bent.curvature.pull[-1]) > 3.0
    assert abs(bent.without_lowest.pull[-1]) > 3.0


def test_two_stokes_excitations_can_not_bend() -> None:
    responses = drawn(3)
    fitted = responses.fitted.copy()
    fitted[:, 2 : STOKES_MEV.size] = False
    few = found(replace(responses, fitted=fitted))
    assert np.isnan(few.curvature.value).all()
    assert np.isnan(few.without_lowest.value).all()
    assert few.problems == ()
