"""Posteriors: against what is known in closed form, against profiles, against truths; refusals, seeds, cancelling."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import Truth, draw
from sampling_level import CASES, QUANTITIES, analysed, experiment, held, stacked

from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.errors import AnalysisError, AsplabError, Cancelled, SettingsError
from asplab.core.pipeline import Results
from asplab.core.polaron.profiles import find_intervals
from asplab.core.progress import Progress
from asplab.core.sampling import Posterior, sample
from asplab.core.sampling.diagnostics import Pile, follows, interval, split_rhat
from asplab.core.sampling.setup import prepare
from asplab.core.settings import (
    EfficiencySettings,
    ModelSettings,
    ParameterLimit,
    ParameterPrior,
    PolaronSettings,
)

ROUGH = {"walkers": 24, "steps": 400}


@pytest.fixture(scope="module")
def warm() -> Results:
    return experiment("250 K")


@pytest.fixture(scope="module")
def posterior(warm: Results) -> Posterior:
    return sample(warm, seed=3)


@pytest.fixture(scope="module")
def three() -> Results:
    truths = [
        Truth(t, urbach_mev=e, eta_at_23=h)
        for t, e, h in ((180.0, 20.0, 0.9), (220.0, 24.0, 0.93), (250.0, 28.0, 0.95))
    ]
    return analysed(stacked(truths, noise=4e-4, seed=1))


# What the numbers are


def test_a_posterior_of_sharp_data_is_the_normal_one_of_the_whole_model() -> None:
    """Covariance of (QY, κ, u) from the Fisher information of all unknowns, the true intensities among them."""
    truth = Truth(250.0, urbach_mev=28.0)
    results = analysed(draw(truth, n=1, noise=4e-5, rng=np.random.default_rng(2)))
    found = sample(results, seed=5)
    chain = np.column_stack([found.quantum_yield.draws[:, 0], found.chain[:, 3:5]])
    expected = fisher_covariance(truth, results)
    scale = np.sqrt(np.diag(expected))
    # 24000 correlated draws, at least 3000 independent ones: a variance to 2.6 %, a correlation to 0.02.
    np.testing.assert_allclose(np.cov(chain.T) / np.outer(scale, scale), expected / np.outer(scale, scale), atol=0.08)
    assert results.polaron is not None
    best = results.polaron.parameters[0, 1:]
    assert np.all(np.abs(chain[:, 1:].mean(axis=0) - best) < 0.3 * scale[1:])


def fisher_covariance(truth: Truth, results: Results) -> np.ndarray:
    """Return the covariance (3, 3) of (QY, κ, u) with all D_k, s, hν₀ and L unknown; derivatives by differences."""
    responses, polaron = results.responses, results.polaron
    assert responses is not None
    assert polaron is not None
    energy, light, _ = truth.means()
    detuning = responses.detuning_mev[0, 7:]
    slope = 1.0 / (2500.0 * truth.quantum_yield)
    u = 1.0 / truth.phonon_mev
    step = detuning - 50.0
    logit = np.log(truth.eta / (1.0 - truth.eta))
    absorbed = light * energy / np.concatenate([np.ones(7), truth.eta])

    def mean(x: np.ndarray) -> np.ndarray:
        line = x[1] + x[2] * step + x[3] * (step - detuning * np.log(detuning / 50.0))
        eta = np.concatenate([np.ones(7), 1.0 / (1.0 + np.exp(-(logit + line)))])
        s, d = slope * np.exp(x[4]), absorbed * np.exp(x[5:])
        return np.concatenate([eta * d / energy, s * (1.0 - eta * (truth.quantum_yield + x[0]) * 2440.0 / energy) * d])

    n = 5 + energy.size
    jacobian = np.array([(mean(h) - mean(-h)) / 2e-5 for h in 1e-5 * np.eye(n)]).T
    assert u > 0.0
    full = np.linalg.inv(jacobian.T @ np.linalg.solve(responses.covariance[0], jacobian))
    kept = [0, 2, 3]
    return full[np.ix_(kept, kept)]


@pytest.mark.parametrize("case", ["250 K", "250 K, noisy", "120 K"])
def test_intervals_agree_with_profiles_where_the_data_determine_all(case: str) -> None:
    results = experiment(case, seed=4)
    assert results.polaron is not None
    profile, found = find_intervals(results.polaron), sample(results, seed=2, steps=1000)
    for name, low, high in (
        ("phonon_mev", profile.phonon_low_mev[0], profile.phonon_high_mev[0]),
        ("g_mev", profile.g_low_mev[0], profile.g_high_mev[0]),
    ):
        quantity = found.parameters[name]
        assert quantity.low_68 == pytest.approx(low, abs=0.1 * (high - low))
        assert quantity.high_68 == pytest.approx(high, abs=0.1 * (high - low))


def test_derived_quantities_follow_draw_by_draw(posterior: Posterior) -> None:
    g, phonon = (posterior.parameters[name].draws for name in ("g_mev", "phonon_mev"))
    assert posterior.polaron_energy_mev is not None
    assert posterior.huang_rhys is not None
    np.testing.assert_allclose(posterior.polaron_energy_mev.draws, g**2 / phonon)
    np.testing.assert_allclose(posterior.huang_rhys.draws, (g / phonon) ** 2)
    place = posterior.correlation_names.index
    assert posterior.correlation[place("g_mev"), place("phonon_mev")] > 0.9
    assert np.allclose(np.diag(posterior.correlation), 1.0)


def test_the_posterior_of_eta_is_narrower_than_single_points(warm: Results, posterior: Posterior) -> None:
    assert warm.efficiency is not None
    apart = np.abs(np.median(posterior.eta.draws, axis=0) - warm.efficiency.eta) / warm.efficiency.eta_error
    assert apart.max() < 3.5
    assert np.all(posterior.eta.spread < warm.efficiency.eta_error)


def test_unidentified_data_leave_the_phonon_energy_open() -> None:
    """At 80 K with four times the noise the data say ħω > x, and no more."""
    truth = CASES["80 K, 250 K set"][0]
    results = analysed(draw(truth, n=1, noise=4e-4, rng=np.random.default_rng(1)))
    found = sample(results, seed=1, steps=1000)
    phonon, g = found.parameters["phonon_mev"], found.parameters["g_mev"]
    assert np.isnan([phonon.high_68, phonon.high_95, g.high_68, g.high_95]).all()
    assert phonon.low_68 < truth.phonon_mev * 1.5
    assert np.isfinite(phonon.low_95)
    assert found.at_bound["phonon_mev"][1] > 0.02
    assert found.at_bound["phonon_mev"][0] == 0.0
    assert any("phonon_mev >" in problem.message and problem.where == "80 K" for problem in found.problems)
    assert np.isfinite([found.quantum_yield.low_95, found.quantum_yield.high_95]).all()


def test_data_that_are_buried_throughout_leave_every_end_open() -> None:
    """With a hundred times the noise any η of 1 all along will do, and the volume of the prior is no limit."""
    results = analysed(draw(CASES["250 K"][0], n=1, noise=3e-2, rng=np.random.default_rng(1)))
    found = sample(results, seed=1, steps=800)
    assert found.polaron_energy_mev is not None
    for quantity in (found.parameters["phonon_mev"], found.parameters["g_mev"], found.polaron_energy_mev):
        assert np.isnan([quantity.low_68, quantity.high_68, quantity.low_95, quantity.high_95]).all()
    assert any("at 68 % the data say nothing" in problem.message for problem in found.problems)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Forty rough posteriors: 68 % ± 7 % and 95 % ± 3.5 % (one standard error); η averages over its points."""
    truth, noise = CASES["250 K, noisy"]
    rng, found = np.random.default_rng(8), []
    for i in range(40):
        results = analysed(draw(truth, n=1, noise=noise, rng=rng))
        found.append(held(sample(results, seed=i, walkers=24, steps=280), truth))
    share = dict(zip(QUANTITIES, np.mean(found, axis=0), strict=True))
    for name, (at_68, at_95) in share.items():
        assert 0.68 - 0.19 < at_68 < 0.68 + 0.19, name
        assert at_95 > 0.84, name


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize(
    ("absorption", "flat_in"), [("reference", "line"), ("flat", "line"), ("reference", "logarithm")], ids=str
)
def test_coverage_of_long_chains(case: str, absorption: str, flat_in: str) -> None:
    """The table of the guide: 200 experiments, ±3.3 and ±1.5 % (one standard error)."""
    truth, noise = CASES[case]
    rng, found = np.random.default_rng(23), []
    for i in range(200):
        results = analysed(draw(truth, n=1, noise=noise, rng=rng))
        chosen = {"absorption": absorption, "flat_in": flat_in}
        found.append(held(sample(results, seed=i + 1, walkers=32, steps=1000, **chosen), truth))  # type: ignore[arg-type]
    share = np.mean(found, axis=0)
    print(case, absorption, flat_in, dict(zip(QUANTITIES, np.round(100.0 * share), strict=True)))
    if absorption == "reference" and flat_in == "line":
        assert np.all(np.abs(share[:, 0] - 0.683) < 0.1)
        assert np.all(share[:, 1] > 0.9)


# Several temperatures


def test_the_joint_posterior_agrees_with_the_joint_profile(three: Results) -> None:
    assert three.polaron is not None
    profile, found = find_intervals(three.polaron), sample(three, seed=2, steps=1500)
    phonon = found.parameters["phonon_mev"]
    low, high = profile.phonon_low_mev[-1], profile.phonon_high_mev[-1]
    assert phonon.low_68 == pytest.approx(low, abs=0.15 * (high - low))
    assert phonon.high_68 == pytest.approx(high, abs=0.15 * (high - low))
    assert found.quantum_yield.draws.shape[1] == 3
    assert found.eta.draws.shape[1:] == (3, 12)
    assert found.record.joint


def test_one_scale_and_one_quantum_yield_take_fewer_coordinates(three: Results) -> None:
    settings = {"efficiency": EfficiencySettings(quantum_yield="shared")}
    assert three.responses is not None
    results = analysed(three.responses, polaron=PolaronSettings(joint_scale="shared"), **settings)
    found = sample(results, seed=1, **ROUGH)
    assert found.chain.shape[1] == 3 + 1 + 1 + 2
    yields = found.quantum_yield
    assert np.all(yields.draws == yields.draws[:, :1])
    alone = sample(three, temperature_index=0, seed=1, **ROUGH)
    assert np.all(yields.spread < 0.75 * alone.quantum_yield.spread)


def test_a_temperature_with_too_few_points_is_left_out_and_told(three: Results) -> None:
    assert three.responses is not None
    keep = three.responses.fitted.copy()
    keep[1, 9:] = False
    results = analysed(replace(three.responses, fitted=keep))
    found = sample(results, temperature_index="joint", seed=1, **ROUGH)
    np.testing.assert_array_equal(found.rows, [0, 2])
    assert any(p.where == "220 K" and "left out" in p.message for p in found.problems)
    with pytest.raises(AnalysisError, match="220 K: 7 Stokes and 2 anti-Stokes"):
        sample(results, temperature_index=1)


# Priors, limits, errors of the energies


def test_a_sharp_prior_takes_over_and_a_loose_one_does_not_matter(posterior: Posterior) -> None:
    noisy = experiment("120 K", seed=4)
    free = sample(noisy, seed=1, steps=800).parameters["phonon_mev"]
    sharp, loose = (
        sample(noisy, seed=1, steps=800, priors=[ParameterPrior("phonon_mev", 22.0, error)]).parameters["phonon_mev"]
        for error in (0.1, 500.0)
    )
    assert np.median(sharp.draws) == pytest.approx(22.0, abs=0.1)
    assert sharp.spread == pytest.approx(0.1, rel=0.1)
    assert loose.spread == pytest.approx(free.spread, rel=0.1)


def test_priors_and_limits_of_the_settings_are_used(warm: Results) -> None:
    models = ModelSettings(
        limits=(ParameterLimit("phonon_mev", 20.0, 20.0), ParameterLimit("slope_per_mev", 0.0, 1.0)),
        priors=(ParameterPrior("g_mev", 37.0, 0.5, "a table"),),
    )
    assert warm.responses is not None
    found = sample(analysed(warm.responses, models=models), seed=1, **ROUGH)
    assert list(found.parameters) == ["g_mev"]
    assert "phonon_mev fixed at 20" in found.record.prior
    assert "g_mev normal 37 ± 0.5 (a table)" in found.record.prior
    assert found.huang_rhys is not None
    np.testing.assert_allclose(found.huang_rhys.draws, (found.parameters["g_mev"].draws / 20.0) ** 2)


def test_flat_logarithms_weigh_large_phonon_energies_more() -> None:
    """The density in (κ, u) gains u⁻²: medians move up by about twice the relative variance of ħω."""
    results = experiment("120 K", seed=4)
    line, logarithm = (
        sample(results, seed=1, steps=1200, flat_in=flat).parameters["phonon_mev"].draws
        for flat in ("line", "logarithm")
    )
    relative = np.var(np.log(line))
    assert np.log(np.median(logarithm) / np.median(line)) == pytest.approx(2.0 * relative, rel=0.4)


def test_a_common_error_of_the_reference_widens_the_posterior_as_the_profile(warm: Results) -> None:
    assert warm.responses is not None
    results = analysed(replace(warm.responses, reference_error_mev=np.array([3.0])))
    assert results.polaron is not None
    profile, found = find_intervals(results.polaron), sample(results, seed=1, steps=1000)
    phonon = found.parameters["phonon_mev"]
    assert "offset_mev" in found.convergence.names
    assert phonon.low_68 == pytest.approx(profile.phonon_low_mev[0], rel=0.02)
    assert phonon.high_68 == pytest.approx(profile.phonon_high_mev[0], rel=0.02)
    offset = found.chain[:, found.convergence.names.index("offset_mev")]
    assert 2.0 < offset.std() < 3.2


def test_an_error_of_the_reference_of_all_temperatures_is_one_offset_of_the_joint_posterior() -> None:
    truths = [Truth(180.0, urbach_mev=20.0, eta_at_23=0.9), Truth(250.0, urbach_mev=28.0, eta_at_23=0.95)]
    error = {"reference_error_mev": np.full(2, 2.5), "common_reference_error_mev": 2.0}
    results = analysed(replace(stacked(truths, noise=4e-4, seed=1), **error))
    space = prepare(
        results, "eq9", temperature_index="joint", priors=None, limits=None, flat_in=None, absorption="reference"
    ).space
    assert space.names[-1] == "offset_mev"
    assert space.offset_error_mev == 2.0
    np.testing.assert_allclose(space.likelihood.data.reference_error_mev, 1.5)
    assert results.polaron is not None
    profile, found = find_intervals(results.polaron), sample(results, seed=2, walkers=22)
    assert found.record.steps == 2 * 300 * space.size
    assert found.convergence.converged
    phonon = found.parameters["phonon_mev"]
    assert phonon.high_68 - phonon.low_68 == pytest.approx(
        profile.phonon_high_mev[-1] - profile.phonon_low_mev[-1], rel=0.12
    )


def test_errors_of_single_photon_energies_widen_the_posterior(warm: Results) -> None:
    assert warm.responses is not None
    blurred = replace(warm.responses, excitation_error_mev=np.full(warm.responses.excitation_mev.shape, 1.0))
    results = analysed(blurred)
    assert results.polaron is not None
    profile, found = find_intervals(results.polaron), sample(results, seed=1, steps=1000)
    phonon, width = found.parameters["phonon_mev"], profile.phonon_high_mev[0] - profile.phonon_low_mev[0]
    assert width > 3.0 * sample(warm, seed=1, steps=1000).parameters["phonon_mev"].spread
    assert 2.0 * phonon.spread == pytest.approx(width, rel=0.2)


def test_a_fixed_quantum_yield_is_fixed_or_normal(warm: Results) -> None:
    assert warm.responses is not None
    sharp, loose = (
        sample(
            analysed(
                warm.responses,
                efficiency=EfficiencySettings(
                    quantum_yield="fixed", fixed_quantum_yield=0.838, fixed_quantum_yield_error=error
                ),
            ),
            seed=1,
            **ROUGH,
        )
        for error in (0.0, 0.0005)
    )
    assert np.all(sharp.quantum_yield.draws == 0.838)
    assert sharp.chain.shape[1] == 4
    assert loose.quantum_yield.spread[0] == pytest.approx(0.0005, rel=0.15)


def test_the_error_of_the_mean_photon_energy_enters_the_quantum_yield(warm: Results, posterior: Posterior) -> None:
    assert warm.responses is not None
    results = analysed(replace(warm.responses, mean_photon_error_mev=np.array([10.0])))
    found = sample(results, seed=3, steps=1000)
    expected = np.hypot(posterior.quantum_yield.spread[0], 0.837 * 10.0 / 2440.0)
    assert found.quantum_yield.spread[0] == pytest.approx(expected, rel=0.08)


# Other models


@pytest.mark.parametrize("model", ["resonant", "thermal", "kramers-heisenberg", "arrhenius-ratio", "parasitic"])
def test_other_models_are_sampled_about_their_best_fit(warm: Results, model: str) -> None:
    found = sample(warm, model, seed=1, walkers=16, steps=300)
    assert np.isfinite(found.eta.draws).all()
    assert found.convergence.acceptance > 0.1
    assert found.record.model == model
    assert set(found.parameters) <= {"g_mev", "phonon_mev", "urbach_mev"}


def test_the_width_of_the_ensemble_can_be_free(warm: Results) -> None:
    prior = ParameterPrior("inhomogeneous_mev", 8.0, 2.0, "sizes")
    found = sample(warm, seed=1, walkers=16, steps=300, priors=[prior])
    width = found.parameters["inhomogeneous_mev"]
    assert 4.0 < np.median(width.draws) < 12.0
    sharp = sample(warm, seed=1, **ROUGH)
    # A narrower single-gap ħω explains the same curve, so that the ensemble's is smaller and less certain.
    assert np.median(found.parameters["phonon_mev"].draws) < np.median(sharp.parameters["phonon_mev"].draws)
    assert found.parameters["phonon_mev"].spread > 1.3 * sharp.parameters["phonon_mev"].spread


# How it was made


def test_a_seed_gives_the_same_numbers_again(warm: Results) -> None:
    first, again, other = (sample(warm, seed=seed, **ROUGH) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.chain, again.chain)
    assert first.record == again.record
    # Another chain may be thinned otherwise.
    assert np.any(first.chain[0] != other.chain[0])


def test_the_record_tells_how_it_was_made(posterior: Posterior) -> None:
    record, judged = posterior.record, posterior.convergence
    assert (record.model, record.joint, record.seed, record.walkers) == ("eq9", False, 3, 64)
    assert (record.steps, record.burn_in) == (2000, 500)
    assert record.sampler.startswith("emcee 3.")
    assert "flat in κ and 1/ħω" in record.prior
    assert posterior.chain.shape[0] == 64 * len(range(0, 1500, record.thin))
    assert judged.converged
    assert posterior.problems == ()
    assert np.all(judged.effective_draws > 2000)
    assert np.all((judged.split_rhat > 0.99) & (judged.split_rhat < 1.1))
    assert 0.2 < judged.acceptance < 0.6


def test_short_chains_are_told_to_be_too_short(warm: Results) -> None:
    found = sample(warm, seed=1, **ROUGH)
    assert not found.convergence.converged
    assert [p.severity for p in found.problems] == ["warning"]
    assert found.problems[0].where == "250 K"
    assert "have not converged: 300 steps hold" in found.problems[0].message


def test_it_stops_when_asked_to_and_reports_until_then(warm: Results) -> None:
    told: list[float] = []
    progress = Progress(report=lambda fraction, text: told.append(fraction))

    def stop_half_way(fraction: float, text: str) -> None:
        told.append(fraction)
        if fraction > 0.5:
            progress.cancelled.set()

    object.__setattr__(progress, "report", stop_half_way)
    with pytest.raises(Cancelled, match="sampling: step"):
        sample(warm, progress=progress, **ROUGH)
    assert 0.5 < told[-1] < 0.7
    assert told == sorted(told)


# Refusals


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"walkers": 8}, "8 walkers for 5 coordinates"),
        ({"walkers": 25}, "25 walkers"),
        ({"steps": 100}, "100 steps of which 25 are left out; at least 200"),
        ({"burn_in": -1}, "of which -1"),
        ({"steps": 400, "burn_in": 300}, "no more than half"),
        ({"seed": -1}, "the seed of the sampler is -1"),
        ({"model": "eq10"}, "'eq10' is not known"),
        ({"model": "multimode"}, "a set of lines"),
        ({"model": "thermal", "flat_in": "line"}, "this is thermal"),
        ({"temperature_index": 3}, "temperature_index is 3"),
        ({"temperature_index": "joint"}, "needs two temperatures"),
        ({"priors": [ParameterPrior("slope_per_mev", 0.1, 0.1)]}, "has no slope_per_mev"),
        ({"priors": [ParameterPrior("phonon_mev", 900.0, 1.0)]}, "its range 0.5 to 500"),
        ({"priors": [ParameterPrior("quantum_yield", 3.0, 1.0)]}, "its range is 0 to 2"),
        (
            {"priors": [ParameterPrior("phonon_mev", 20.0, 1.0)], "limits": [ParameterLimit("phonon_mev", 20.0, 20.0)]},
            "phonon_mev",
        ),
        (
            {
                "priors": [ParameterPrior("inhomogeneous_mev", 5.0, 1.0)],
                "limits": [ParameterLimit("inhomogeneous_mev", 5.0, 5.0)],
            },
            "inhomogeneous_mev is fixed",
        ),
        ({"limits": [ParameterLimit("inhomogeneous_mev", -1.0, 5.0)]}, "range of inhomogeneous_mev"),
        ({"limits": [ParameterLimit("quantum_yield", 0.1, 0.9)]}, "no limits"),
    ],
)
def test_what_can_not_be_sampled_is_refused_in_words(warm: Results, arguments: dict, message: str) -> None:
    with pytest.raises(AsplabError, match=message):
        sample(warm, **arguments)


def test_results_without_responses_or_with_other_estimators_are_refused(warm: Results, three: Results) -> None:
    assert warm.efficiency is not None
    with pytest.raises(AnalysisError, match="has not reached"):
        sample(replace(warm, efficiency=None))
    assert warm.responses is not None
    silent = replace(warm.responses, covariance=np.zeros_like(warm.responses.covariance))
    with pytest.raises(AnalysisError, match="degenerate"):
        sample(replace(warm, efficiency=fit_efficiency(silent, EfficiencySettings())))
    with pytest.raises(AnalysisError, match="gives η itself"):
        sample(replace(warm, efficiency=replace(warm.efficiency, responses=None)))
    ratio = warm.document.with_settings(efficiency=EfficiencySettings(estimator="ratio"))
    with pytest.raises(SettingsError, match="R lines"):
        sample(replace(warm, document=ratio))
    shared = three.document.with_settings(efficiency=EfficiencySettings(quantum_yield="shared"))
    with pytest.raises(SettingsError, match="shared by all temperatures"):
        sample(replace(three, document=shared), temperature_index=0)


# Diagnostics


def test_split_rhat_sees_chains_that_differ_and_chains_that_drift() -> None:
    rng = np.random.default_rng(1)
    still = rng.standard_normal((1000, 8, 3))
    still[:, :4, 1] += 1.0
    still[:, :, 2] += np.linspace(0.0, 3.0, 1000)[:, None]
    found = split_rhat(still)
    assert found[0] == pytest.approx(1.0, abs=0.005)
    assert np.all(found[1:] > 1.1)
    assert np.isinf(split_rhat(np.zeros((10, 4, 1))))


def test_draws_against_a_bound_open_the_end_at_that_side() -> None:
    rng = np.random.default_rng(2)
    away, half = rng.standard_normal(20_000) + 6.0, np.abs(rng.standard_normal(20_000))
    tail = -np.sqrt(2.0) + rng.standard_normal(60_000)
    assert not Pile.of(away, 0.0, 20.0).open_ends().any()
    np.testing.assert_array_equal(Pile.of(half, 0.0, 20.0).open_ends(), [[True, False], [True, False]])
    # A normal density cut 1.4 standard deviations above its mode has fallen to 0.37: 68 % closed, 95 % open.
    cut = tail[tail < 0.0]
    np.testing.assert_array_equal(Pile.of(cut, -30.0, 0.0).open_ends(), [[False, False], [False, True]])
    found = interval(half, Pile.of(half, 0.0, 20.0).open_ends())
    assert np.isnan([found.low_68, found.low_95]).all()
    assert found.high_95 == pytest.approx(2.24, abs=0.06)


def test_an_open_end_is_passed_on_to_what_follows_it_and_to_nothing_else() -> None:
    rng = np.random.default_rng(3)
    phonon = rng.standard_normal(5000)
    ends = np.array([[False, True], [False, True]])
    np.testing.assert_array_equal(follows(phonon**3, phonon, ends), ends)
    np.testing.assert_array_equal(follows(-phonon, phonon, ends), ends[:, ::-1])
    assert not follows(rng.standard_normal(5000), phonon, ends).any()


def test_an_error_of_the_temperatures_in_the_settings_is_told_to_be_left_out(warm: Results) -> None:
    models = ModelSettings(priors=(ParameterPrior("temperature_offset_k", 0.0, 2.0),))
    told = replace(warm, document=warm.document.with_settings(models=models))
    found = sample(told, seed=1, walkers=16, steps=300)
    assert any("temperature_offset_k does not take part" in problem.message for problem in found.problems)


def test_nuisances_of_the_settings_are_told_to_be_left_out(warm: Results) -> None:
    told = replace(warm, document=warm.document.with_settings(models=ModelSettings(nuisances=True)))
    found = sample(told, seed=1, walkers=16, steps=300)
    assert any("leaves out the nuisances" in problem.message for problem in found.problems)
