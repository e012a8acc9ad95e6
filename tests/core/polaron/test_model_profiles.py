"""Profiles of any rate model, against plain minimisation and against the intervals of Eq. 9."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import Truth, draw
from scipy.optimize import minimize
from scipy.stats import chi2 as chi2_distribution

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.polaron.comparison import ModelFit, ModelOptions, fit_model, profile, profile_plane
from asplab.core.polaron.comparison.profiles import PLANE_RISES, RISES
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.profiles import find_intervals
from asplab.core.progress import Progress
from asplab.core.settings import EfficiencySettings, ParameterPrior, PolaronSettings

TRUTHS = (
    Truth(180.0, urbach_mev=20.0, eta_at_23=0.9),
    Truth(220.0, urbach_mev=24.0, eta_at_23=0.93),
    Truth(250.0, urbach_mev=28.0),
)


def drawn(truths: tuple[Truth, ...] = TRUTHS, *, noise: float = 3e-4, seed: int = 3) -> EfficiencyFit:
    rng = np.random.default_rng(seed)
    parts = [draw(truth, n=1, noise=noise, rng=rng) for truth in truths]
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    responses = replace(parts[0], **stacked, keys=parts[0].keys * len(parts))
    return fit_efficiency(responses, EfficiencySettings())


def least_chi2(fit: ModelFit, row: int, held: dict[str, float]) -> float:
    """Return the smallest χ² with parameters held, by a general minimiser on χ² alone."""
    joint = row == len(fit.temperatures_k)
    assert fit.objective is not None
    assert fit.joint is not None
    objective = fit.joint.objective if joint else fit.objective.lanes(np.array([row]))
    best = fit.joint.parameters if joint else fit.parameters[row]
    first = best.size - len(fit.names)
    columns = [first + fit.names.index(name) for name in held]
    free = [i for i in range(best.size) if i not in columns]

    def cost(p: np.ndarray) -> float:
        full = best.copy()
        full[columns], full[free] = np.log(list(held.values())), p
        value = float(objective(full[None])[0][0])
        return value if np.isfinite(value) else 1e9

    begin = best[free]
    for method, options in (("Nelder-Mead", {"maxfev": 4000, "adaptive": True}), ("BFGS", {"gtol": 1e-6})):
        begin = minimize(cost, begin, method=method, options=options).x
    return cost(begin)


def test_levels_are_those_of_the_chi_squared_distribution() -> None:
    assert chi2_distribution.cdf(RISES, 1) == pytest.approx([0.682689492, 0.95])
    assert chi2_distribution.cdf(PLANE_RISES, 2) == pytest.approx([0.682689492, 0.95])


@pytest.mark.parametrize("name", ["phonon_mev", "g_mev"])
def test_profiles_of_eq9_end_where_the_intervals_of_the_chain_do(name: str) -> None:
    efficiency = drawn()
    intervals = find_intervals(fit_polaron(efficiency, PolaronSettings()))
    found = profile(fit_model(efficiency, "eq9"), name)
    low, high = (
        (intervals.phonon_low_mev, intervals.phonon_high_mev)
        if name == "phonon_mev"
        else (intervals.g_low_mev, intervals.g_high_mev)
    )
    np.testing.assert_allclose(found.low_68, low, rtol=1e-5)
    np.testing.assert_allclose(found.high_68, high, rtol=1e-5)
    assert np.all((found.low_95 < found.low_68) & (found.high_68 < found.high_95))
    assert found.problems == ()


@pytest.mark.parametrize("model", ["eq9", "thermal", "kramers-heisenberg"])
@pytest.mark.parametrize("row", [0, 3])
def test_ends_lie_where_a_general_minimiser_finds_the_rise(model: str, row: int) -> None:
    fit = fit_model(drawn(noise=1e-4), model)
    found = profile(fit, "phonon_mev", points=5)
    ends = [found.low_68[row], found.high_68[row], found.low_95[row], found.high_95[row]]
    base = (fit.chi2 + fit.prior_chi2)[row]
    known = 0
    for end, rise in zip(ends, np.repeat(RISES, 2), strict=True):
        if np.isfinite(end):
            known += 1
            assert least_chi2(fit, row, {"phonon_mev": end}) - base == pytest.approx(rise, abs=2e-3)
    assert known >= 2


def test_the_curve_passes_through_the_best_value_and_the_ends() -> None:
    fit = fit_model(drawn(), "resonant")
    found = profile(fit, "phonon_mev")
    middle = found.values.shape[1] // 2
    np.testing.assert_allclose(found.values[:, middle], fit.value("phonon_mev"))
    np.testing.assert_allclose(found.delta_chi2[:, middle], 0.0, atol=1e-9)
    assert np.all(np.diff(found.values, axis=1) > 0.0)
    for row in range(4):
        for end, rise in ((found.low_95[row], RISES[1]), (found.high_95[row], RISES[1])):
            if np.isfinite(end):
                assert np.interp(end, found.values[row], found.delta_chi2[row]) == pytest.approx(rise, rel=0.02)


def test_a_parameter_without_a_limit_has_an_open_end() -> None:
    """Small detunings only: any large ħω does."""
    efficiency = drawn(TRUTHS[2:], noise=4e-3, seed=5)
    fit = fit_model(efficiency, "eq9", ModelOptions(detuning_range_mev=(0.0, 60.0)))
    found = profile(fit, "phonon_mev")
    assert 0.5 < found.low_95[0] < found.low_68[0] < found.best[0]
    assert np.isnan(found.high_68[0])
    assert np.isnan(found.high_95[0])
    assert np.isnan(found.best[1])
    assert np.isnan(found.delta_chi2[1]).all()


def test_a_range_ends_a_profile() -> None:
    free = profile(fit_model(drawn(), "eq9"), "phonon_mev")
    low, high = free.low_68[0] + 0.1, free.high_68[0] + 5.0
    found = profile(fit_model(drawn(), "eq9", ModelOptions(bounds={"phonon_mev": (low, high)})), "phonon_mev")
    assert np.isnan(found.low_68[0])
    assert found.high_68[0] == pytest.approx(free.high_68[0], rel=1e-5)
    assert found.values[0].min() >= low * (1.0 - 1e-12)


def test_a_prior_narrows_a_profile() -> None:
    prior = ParameterPrior("phonon_mev", 23.0, 0.3)
    free = profile(fit_model(drawn(), "eq9"), "phonon_mev")
    found = profile(fit_model(drawn(), "eq9", ModelOptions(priors=(prior,))), "phonon_mev")
    assert found.high_68[0] - found.low_68[0] < min(0.6, free.high_68[0] - free.low_68[0])


@pytest.mark.parametrize("row", [0, -1])
def test_the_plane_agrees_with_a_general_minimiser(row: int) -> None:
    fit = fit_model(drawn(), "eq9")
    found = profile_plane(fit, row=row, points=(7, 7))
    assert found.delta_chi2.shape == (7, 7)
    base = (fit.chi2 + fit.prior_chi2)[row]
    for i, j in ((3, 3), (2, 4), (5, 3), (1, 1)):
        held = {"phonon_mev": found.x[j], "g_mev": found.y[i]}
        expected = least_chi2(fit, row % 4, held) - base
        assert found.delta_chi2[i, j] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert found.delta_chi2[3, 3] == pytest.approx(0.0, abs=1e-6)
    assert found.best == pytest.approx((fit.value("phonon_mev")[row], fit.value("g_mev")[row]))
    assert found.place == ("joint fit" if row == -1 else "180 K")


def test_the_smallest_values_of_a_plane_follow_the_profile() -> None:
    fit = fit_model(drawn(), "eq9")
    plane, line = profile_plane(fit, row=1, points=(21, 201)), profile(fit, "phonon_mev", points=101)
    least = plane.delta_chi2.min(axis=0)
    expected = np.interp(plane.x, line.values[1], line.delta_chi2[1])
    inside = (plane.x > line.values[1, 0]) & (plane.x < line.values[1, -1])
    np.testing.assert_allclose(least[inside], expected[inside], atol=0.05)
    # The contour of both together reaches beyond the interval of either.
    assert plane.x[least < PLANE_RISES[1]].max() > line.high_95[1]


def test_profiles_are_cancelled_and_report() -> None:
    fit, seen = fit_model(drawn(), "eq9"), []
    profile(fit, "g_mev", points=11, progress=Progress(lambda done, text: seen.append((done, text))))
    fractions = [done for done, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in seen} == {"profile of g_mev"}
    for work in (lambda p: profile(fit, "g_mev", progress=p), lambda p: profile_plane(fit, progress=p)):
        stop = Progress()
        stop.cancelled.set()
        with pytest.raises(Cancelled):
            work(stop)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda fit: profile(fit, "broadening_mev"), "not a free parameter of"),
        (lambda fit: profile(fit, "g_mev", points=10), "odd number"),
        (lambda fit: profile(fit, "g_mev", points=3), "at least 5"),
        (lambda fit: profile_plane(fit, ("g_mev", "g_mev")), "named twice"),
        (lambda fit: profile_plane(fit, row=1), r"has no joint fit, which row=1 \(or row=-1, the default\) stands for"),
        (lambda fit: profile_plane(fit), "Give row=0 for the first temperature"),
    ],
)
def test_profiles_that_cannot_be_are_refused_in_words(call, words: str) -> None:
    fit = fit_model(drawn(TRUTHS[:1]), "eq9")
    with pytest.raises(AnalysisError, match=words):
        call(fit)


def test_a_fit_without_enough_points_cannot_be_profiled() -> None:
    fit = fit_model(drawn(TRUTHS[:1]), "eq9", ModelOptions(detuning_range_mev=(20.0, 24.0)))
    with pytest.raises(AnalysisError, match="fitted at no temperature"):
        profile(fit, "g_mev")
