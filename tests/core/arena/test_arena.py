"""The arena: twins are not told apart, strangers are, and the noise of the draws is that of the data."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
import pytest
from response_level import DETUNING_MEV, STOKES_MEV, Truth, draw

from asplab.core.arena import Arena, Hypothesis, default_hypotheses, run_arena
from asplab.core.arena import worlds as worlds_module
from asplab.core.arena.points import Light, Points
from asplab.core.arena.records import share_interval
from asplab.core.document import Document
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError, AsplabError, Cancelled, SettingsError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.pipeline import analyse
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.progress import Progress
from asplab.core.settings import EfficiencySettings, ModelSettings, Settings, SystematicsSettings
from asplab.core.units import BOLTZMANN_MEV_PER_K

POLARON, LINE = Hypothesis("polaron", "eq9"), Hypothesis("line", "exponential")
FIXED = Hypothesis("fixed slope", "arrhenius")
TEN = np.linspace(20.0, 120.0, 10)


@dataclass(frozen=True, slots=True)
class Arrhenius(Truth):
    """One temperature's sample with a plain thermal activation."""

    def log_rate(self, detuning_mev: np.ndarray) -> np.ndarray:
        return -detuning_mev / (BOLTZMANN_MEV_PER_K * self.temperature_k)


def eta_of(truth: Truth, detuning_mev: np.ndarray) -> np.ndarray:
    pinned = np.log(truth.eta_at_23 / (1.0 - truth.eta_at_23)) - truth.log_rate(np.array(23.0))
    return 1.0 / (1.0 + np.exp(-(pinned + truth.log_rate(detuning_mev))))


def from_table(curves: dict[float, tuple[np.ndarray, np.ndarray]], relative_error: float) -> EfficiencyFit:
    """Return η of a table without scatter; curves by temperature are (ΔE, η)."""
    columns = {
        "temperature_k": np.concatenate([np.full(e.size, t) for t, (e, _) in curves.items()]),
        "detuning_mev": np.concatenate([e for e, _ in curves.values()]),
        "eta": np.concatenate([eta for _, eta in curves.values()]),
    }
    columns["eta_error"] = relative_error * columns["eta"]
    named = tuple((name, frozen_array(values)) for name, values in columns.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=named)
    found = analyse(Document(Experiment("table", tables=(table,)))).efficiency
    assert found is not None
    return found


STRONG = Truth(250.0, 58.7, 25.8, 0.75)


@pytest.fixture(scope="module")
def precise() -> EfficiencyFit:
    return from_table({250.0: (TEN, eta_of(STRONG, TEN)), 280.0: (TEN, eta_of(STRONG, TEN))}, 0.02)


@pytest.fixture(scope="module")
def contest(precise: EfficiencyFit) -> Arena:
    return run_arena(precise, (POLARON, LINE, FIXED), draws=60, seed=3, plan=False)


def test_two_names_for_one_curve_are_never_told_apart(precise: EfficiencyFit) -> None:
    twins = (LINE, Hypothesis("absorption", "parasitic"))
    found = run_arena(precise, twins, draws=40, seed=1, plan=False)
    for i, j in ((0, 1), (1, 0)):
        assert not found.power[:, i, j].any()
        assert not found.wrong[:, i, j].any()
    np.testing.assert_allclose(found.confusion, 0.5)
    assert (found.power_high[:, 0, 1] > 0.0).all()


def test_strangers_are_told_apart_always(contest: Arena) -> None:
    np.testing.assert_array_equal(contest.confusion[-1, 0], [1.0, 0.0, 0.0])
    assert (contest.power[-1, 0, 1:] == 1.0).all()
    assert (contest.power_low[-1, 0, 1:] > 0.97).all()
    assert contest.power[-1, 1, 2] == 1.0
    assert not contest.wrong[-1, 0, 1:].any()
    assert np.isnan(np.diagonal(contest.power[-1])).all()
    # A line is a polaron with one parameter less, so it is found, but never by much.
    assert contest.confusion[-1, 1, 1] > 0.8
    assert contest.told_apart()[0, 1] == 0.5 * (1.0 + contest.power[-1, 1, 0])
    # Two temperatures tell more than one.
    assert (contest.median_delta[-1, 0, 1:] > contest.median_delta[:2, 0, 1:].max(axis=0)).all()


def test_what_more_noise_hides_is_not_found(precise: EfficiencyFit) -> None:
    loud = replace(precise, covariance=100.0 * precise.covariance)
    found = run_arena(loud, (POLARON, FIXED), draws=40, seed=3, plan=False)
    assert found.power[-1, 0, 1] < 0.5


def test_a_seed_repeats_and_another_does_not(precise: EfficiencyFit, contest: Arena) -> None:
    again = run_arena(precise, (POLARON, LINE, FIXED), draws=60, seed=3, plan=False)
    np.testing.assert_array_equal(again.median_delta, contest.median_delta)
    assert again.record == contest.record
    other = run_arena(precise, (POLARON, LINE, FIXED), draws=60, seed=4, plan=False)
    assert np.abs(other.median_delta - contest.median_delta)[:, 0, 1].min() > 0.0


def test_hypotheses_are_the_versions_that_the_data_allow(precise: EfficiencyFit, contest: Arena) -> None:
    for one, hypothesis in zip(contest.fitted, (POLARON, LINE, FIXED), strict=True):
        fit = fit_model(precise, hypothesis.model)
        np.testing.assert_allclose(one.chi2[:2], fit.chi2[:2])
        assert one.chi2[2] == pytest.approx(one.chi2[:2].sum())
        assert one.dof[2] == 2 * (10 - fit.n_parameters[0])
        assert not one.size.any()
    assert contest.fitted[0].chi2[-1] < 1e-3
    assert [problem.where for problem in contest.problems] == ["line", "fixed slope"]
    assert "exclude" in contest.problems[0].message


def responses_level(truth: Truth, light: np.ndarray, heat: np.ndarray) -> EfficiencyFit:
    """Return η of three draws on a truth with light and heat added to the anti-Stokes excitations."""
    drawn = draw(truth, n=3, noise=2e-4, rng=np.random.default_rng(8))
    add = [np.concatenate([np.zeros(STOKES_MEV.size), part]) for part in (light, heat)]
    drawn = replace(drawn, intensity=drawn.intensity + add[0], absorbed=drawn.absorbed + add[1])
    return fit_efficiency(drawn, EfficiencySettings())


def test_a_leak_is_found_with_its_size() -> None:
    truth, size = Arrhenius(250.0, eta_at_23=0.7, urbach_mev=20.0), 2e-3
    _, light, heat = truth.means()
    one = np.ones(DETUNING_MEV.size)
    leaky = responses_level(truth, size * light[:7].mean() * one, size * heat[:7].mean() * one)
    leak = Hypothesis("leak", "arrhenius", light="leak")
    found = run_arena(leaky, (FIXED, leak, LINE), draws=20, seed=1, plan=False)
    np.testing.assert_allclose(found.fitted[1].size, size, rtol=0.1)
    assert [one.dof[-1] for one in found.fitted] == [3 * 11, 3 * 10, 3 * 10]
    assert found.fitted[1].p_value[-1] > 0.001
    assert found.fitted[0].p_value[-1] < 1e-6
    assert found.confusion[-1, 1, 1] == 1.0
    bounded = run_arena(leaky, (FIXED, replace(leak, largest=5e-4)), draws=20, seed=1, plan=False)
    np.testing.assert_allclose(bounded.fitted[1].size, 5e-4)


def test_a_two_photon_share_is_found_with_its_size() -> None:
    truth, size = Arrhenius(250.0, eta_at_23=0.7, urbach_mev=20.0), 2e-3
    energy, light, _ = truth.means()
    emission = size * light[:7].mean()
    heat = emission / (2500.0 * truth.quantum_yield) * (2.0 * energy[7:] - truth.quantum_yield * truth.gap_mev)
    pairs = responses_level(truth, np.full(DETUNING_MEV.size, emission), heat)
    two = Hypothesis("two-photon", "arrhenius", light="two-photon")
    found = run_arena(pairs, (FIXED, two), draws=20, seed=1, plan=False)
    np.testing.assert_allclose(found.fitted[1].size, size, rtol=0.1)
    assert found.fitted[1].p_value[-1] > 0.001
    assert found.fitted[0].p_value[-1] < 1e-6


def test_draws_scatter_as_the_data_do() -> None:
    efficiency = responses_level(Truth(250.0), np.zeros(12), np.zeros(12))
    own, common = 0.8, 1.5
    sensitivity = np.zeros((3, 24))
    sensitivity[:, 12:] = 0.02 * efficiency.denominator
    shared = sensitivity[:, :, None] * sensitivity[:, None, :]
    efficiency = replace(
        efficiency,
        detuning_error_mev=np.full((3, 12), own),
        reference_error_mev=np.full(3, common),
        shared_sensitivity=sensitivity,
        covariance=efficiency.covariance + shared,
    )
    points = Points.of(efficiency, (0.0, 1000.0))
    nothing = Light(np.zeros((3, 12)), np.zeros((3, 12)), None)
    world = worlds_module.build_world(points, POLARON, nothing)
    drawn = worlds_module.draw(world, 20000, np.random.default_rng(5))
    table = np.concatenate([drawn.numerator, drawn.denominator], axis=1).reshape(20000, 3, 24)
    mean = np.concatenate([world.points.numerator, world.points.denominator], axis=1)
    expected = efficiency.covariance.copy()
    slope = world.slope
    expected[:, :12, :12] += common**2 * slope[:, :, None] * slope[:, None, :]
    expected[:, :12, :12] += own**2 * slope[:, :, None] ** 2 * np.eye(12)
    size = np.sqrt(np.einsum("rii->ri", expected))
    np.testing.assert_allclose((table.mean(axis=0) - mean) / size, 0.0, atol=0.04)
    for row in range(3):
        off = (table[:, row] - mean[row]) / size[row]
        np.testing.assert_allclose(off.T @ off / 20000, expected[row] / np.outer(size[row], size[row]), atol=0.04)
    # A shared quantum yield moves all temperatures together.
    first, second = ((table[:, row, 12] - mean[row, 12]) / size[row, 12] for row in (0, 1))
    together = sensitivity[0, 12] * sensitivity[1, 12] / (size[0, 12] * size[1, 12])
    assert together > 0.3
    assert np.mean(first * second) == pytest.approx(together, abs=0.04)


def test_the_slope_of_a_world_is_that_of_its_curve() -> None:
    efficiency = responses_level(Truth(250.0), np.zeros(12), np.zeros(12))
    points = Points.of(efficiency, (0.0, 1000.0))
    nothing = Light(np.zeros((3, 12)), np.zeros((3, 12)), None)
    world = worlds_module.build_world(points, POLARON, nothing)
    energy = points.detuning_mev[0]
    eta = world.eta(0, energy)
    np.testing.assert_allclose(world.points.numerator[0], eta * world.points.denominator[0])
    quotient = (world.eta(0, energy + 0.01) - world.eta(0, energy - 0.01)) / 0.02
    np.testing.assert_allclose(world.slope[0], quotient * world.points.denominator[0], rtol=1e-4)
    # N and D of the world are the nearest ones on the curve, in the measure of the noise: their distance is χ².
    off = np.concatenate([points.numerator, points.denominator], axis=1) - np.concatenate(
        [world.points.numerator, world.points.denominator], axis=1
    )
    distance = np.einsum("ri,ri->r", off, np.linalg.solve(points.covariance, off[..., None])[..., 0])
    np.testing.assert_allclose(distance, world.fits.chi2, rtol=1e-6)
    # The projected data are what a fit to them calls perfect, with the same parameters.
    again = fit_model(world.points.as_efficiency(), "eq9", least_points=1000)
    np.testing.assert_allclose(again.chi2[:3], 0.0, atol=1e-6)
    np.testing.assert_allclose(again.values[:3], world.fits.fit.values[:3], rtol=1e-3)


def test_the_best_measurement_raises_the_power() -> None:
    six = np.array([23.0, 33.0, 46.0, 55.0, 65.0, 77.0])
    poor = from_table({250.0: (six, eta_of(STRONG, six)), 280.0: (six, eta_of(STRONG, six))}, 0.03)
    found = run_arena(poor, (POLARON, LINE), draws=60, seed=2)
    best = found.best_measurement
    assert best is not None
    assert best.pair == ("polaron", "line")
    assert best.power_now == (found.power[-1, 0, 1], found.power[-1, 1, 0])
    assert best.power_now[0] < 0.6
    assert best.detuning_mev in best.detuning_tried_mev
    assert best.gain == np.nanmax(best.gains) > 1.0
    assert best.gains.shape == (2, best.detuning_tried_mev.size)
    # What lies among the six points says nothing new; beyond them does.
    assert best.detuning_mev > 77.0
    assert best.power_after[0] > best.power_now[0] + 0.2
    assert best.power_after_low[0] < best.power_after[0] < best.power_after_high[0]
    assert best.advice.startswith(f"One more measurement, η at {best.temperature_k:.0f} K")
    useless = replace(best, power_after=best.power_now, power_after_low=best.power_now)
    assert useless.advice.startswith("No single measurement helps")


def test_the_gain_is_the_misfit_that_the_rival_takes_on() -> None:
    six = np.array([23.0, 33.0, 46.0, 55.0, 65.0, 77.0])
    poor = from_table({250.0: (six, eta_of(STRONG, six))}, 0.03)
    best = run_arena(poor, (POLARON, LINE), draws=20, seed=2).best_measurement
    assert best is not None
    k = int(np.nanargmax(best.gains[0]))
    more = np.append(six, best.detuning_tried_mev[k])
    richer = from_table({250.0: (more, eta_of(STRONG, more))}, 0.03)
    # The error foreseen is that of the nearest point.
    assert best.detuning_mev > 77.0
    error = 0.03 * eta_of(STRONG, six)[-1]
    assert best.eta_error == pytest.approx(error, rel=1e-6)
    covariance = richer.covariance.copy()
    covariance[0, 6, 6] = error**2
    richer = replace(richer, covariance=covariance)
    rise = fit_model(richer, "exponential").chi2[0] - fit_model(poor, "exponential").chi2[0]
    line = fit_model(poor, "exponential")
    there = np.exp(line.log_scale[0] - line.value("slope_per_mev")[0] * more)
    back = from_table({250.0: (more, there / (1.0 + there))}, 0.03)
    covariance = np.zeros_like(back.covariance)
    covariance[0, :7, :7] = np.diag(np.append(0.03 * eta_of(STRONG, six), error) ** 2)
    backward = fit_model(replace(back, covariance=covariance), "eq9").chi2[0]
    assert best.gain == pytest.approx(0.5 * (rise + backward), rel=0.02, abs=0.02)


def test_an_ensemble_can_take_part(precise: EfficiencyFit) -> None:
    one = replace(precise, covariance=precise.covariance)
    wide = Hypothesis("ensemble", "eq9", ModelOptions(inhomogeneous_mev=15.0, bounds={"g_mev": (30.0, 90.0)}))
    points = Points.of(one, (0.0, 1000.0)).rows(np.array([0]))
    nothing = Light(np.zeros((1, 10)), np.zeros((1, 10)), None)
    world = worlds_module.build_world(points, wide, nothing)
    assert np.isfinite(world.fits.chi2).all()
    fit = fit_model(precise, "eq9", wide.options, least_points=1000)
    assert world.fits.chi2[0] == pytest.approx(fit.chi2[0], rel=1e-6)
    np.testing.assert_allclose(world.points.numerator, world.eta(0, TEN)[None] * world.points.denominator)


def test_the_usual_hypotheses_follow_the_settings() -> None:
    names = [one.name for one in default_hypotheses(Settings())]
    assert names == ["polaron", "thermal", "ensemble", "parasitic", "leak", "two-photon"]
    assert [one.name for one in default_hypotheses(Settings(), has_stokes=False)] == names[:4]
    wide = Settings(models=ModelSettings(inhomogeneous_mev=22.0, selection_mev=15.0))
    ensemble = default_hypotheses(wide)[2].options
    assert (ensemble.inhomogeneous_mev, ensemble.selection_mev) == (22.0, 15.0)
    sharp = Settings(systematics=SystematicsSettings(ensemble_mev=0.0))
    assert "ensemble" not in [one.name for one in default_hypotheses(sharp)]


def test_a_temperature_with_too_few_points_stays_out() -> None:
    few = from_table({250.0: (TEN, eta_of(STRONG, TEN)), 280.0: (TEN[:4], eta_of(STRONG, TEN[:4]))}, 0.02)
    found = run_arena(few, (POLARON, FIXED), draws=20, seed=1, plan=False)
    np.testing.assert_array_equal(found.temperatures_k, [250.0])
    assert found.power.shape == (2, 2, 2)
    np.testing.assert_array_equal(found.power[0], found.power[1])
    assert found.problems[0].where == "280 K"
    assert "4 usable" in found.problems[0].message
    with pytest.raises(AnalysisError, match="no temperature has enough points"):
        run_arena(from_table({250.0: (TEN[:4], eta_of(STRONG, TEN[:4]))}, 0.02), (POLARON, FIXED), seed=1)


def test_chosen_temperatures_meet_alone(precise: EfficiencyFit) -> None:
    found = run_arena(precise, (POLARON, FIXED), draws=20, seed=1, plan=False, temperatures_k=(281.0,))
    np.testing.assert_array_equal(found.temperatures_k, [280.0])
    assert found.fitted[1].chi2[0] == pytest.approx(fit_model(precise, "arrhenius").chi2[1])


def test_a_share_has_an_interval_that_stays_within_0_and_1() -> None:
    low, high = share_interval(np.array([0.0, 50.0, 100.0]), 100)
    np.testing.assert_allclose(low, [0.0, 0.4502, 1.0 / 1.01], atol=1e-4)
    np.testing.assert_allclose(high, [1.0 / 101.0, 0.5498, 1.0], atol=1e-4)


def test_a_cancelled_contest_stops(precise: EfficiencyFit) -> None:
    stop, seen = Event(), []

    def report(fraction: float, _: str) -> None:
        seen.append(fraction)
        if fraction >= 0.2:
            stop.set()

    with pytest.raises(Cancelled, match="arena"):
        run_arena(precise, (POLARON, LINE), draws=1000, seed=1, progress=Progress(report, stop))
    assert seen[-1] < 0.4


def test_progress_only_rises(precise: EfficiencyFit) -> None:
    seen: list[float] = []
    run_arena(precise, (POLARON, LINE), draws=20, seed=1, progress=Progress(lambda f, _: seen.append(f)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda e: run_arena(e, (POLARON, LINE), draws=5, seed=1), SettingsError, "5 draws"),
        (lambda e: run_arena(e, (POLARON, LINE), seed=-1), SettingsError, "seed"),
        (lambda e: run_arena(e, (POLARON, LINE), seed=1, threshold=float("nan")), SettingsError, "threshold"),
        (lambda e: run_arena(e, (POLARON, LINE), seed=1, pair=("polaron", "x")), SettingsError, "pair"),
        (lambda e: run_arena(e, (POLARON, LINE), seed=1, temperatures_k=(250.0, 90.0)), SettingsError, "90 K"),
        (lambda e: run_arena(e, (POLARON, LINE), seed=1, temperatures_k=()), SettingsError, "no temperature"),
        (lambda e: run_arena(e, (POLARON,), seed=1), AnalysisError, "at least two"),
        (lambda e: run_arena(e, (POLARON, POLARON), seed=1), AnalysisError, "'polaron'"),
        (lambda e: run_arena(e, (POLARON, Hypothesis("x", "magic")), seed=1), AnalysisError, "magic"),
        (lambda e: run_arena(e, (POLARON, Hypothesis("x", "multimode")), seed=1), AnalysisError, "several modes"),
        (lambda e: run_arena(e, (POLARON, replace(FIXED, light="leak")), seed=1), AnalysisError, "Stokes responses"),
        (lambda e: run_arena(e, (POLARON, replace(FIXED, light="moon")), seed=1), AnalysisError, "moon"),
        (lambda e: run_arena(e, (POLARON, replace(FIXED, largest=0.0)), seed=1), AnalysisError, "above 0"),
        (
            lambda e: run_arena(
                e, (POLARON, replace(FIXED, options=ModelOptions(detuning_range_mev=(30.0, 90.0)))), seed=1
            ),
            AnalysisError,
            "ranges of ΔE",
        ),
    ],
)
def test_bad_input_is_refused(
    precise: EfficiencyFit, call: Callable[[EfficiencyFit], object], kind: type[AsplabError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        call(precise)
