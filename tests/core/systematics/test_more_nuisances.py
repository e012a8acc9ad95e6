"""Neutral filters, bandwidth and drift as systematic effects, and the rejection that stands for the leak."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from measured_tables import OFF, without_effects
from response_level import DETUNING_MEV, STOKES_MEV, Truth, draw
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core import Document, Results, Settings, analyse
from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Spectrum
from asplab.core.settings import CorrectionSettings, EfficiencySettings, PumpSettings
from asplab.core.systematics import Context, prepare, prior_sizes, shift, systematic_errors, under

TOY = Toy(detuning_mev=(20.0, 33.0, 55.0, 77.0, 95.0), eta=(0.9, 0.85, 0.8, 0.7, 0.6), repeats=3)


@cache
def toy() -> Results:
    """Return a toy whose Stokes spectra went through a neutral filter, one condition measured after the other."""
    names = sorted({s.source.rsplit("_", 1)[0] for s in TOY.experiment().spectra})

    def told(spectrum: Spectrum) -> Spectrum:
        place = names.index(spectrum.source.rsplit("_", 1)[0])
        od = 2.0 if spectrum.kind == "pl" else None
        return with_condition(spectrum, nd_od=od, time=f"{600.0 * place:g}")

    return analyse(Document(change_spectra(TOY.experiment(), told)))


def test_a_neutral_filter_on_the_stokes_side_scales_its_emission() -> None:
    results = toy()
    subject = prepare(results)
    assert subject.context.neutral_od is not None
    np.testing.assert_array_equal(subject.context.neutral_od[0], [2.0] * 4 + [0.0] * 5)
    assert results.responses is not None
    moved = shift(results.responses, {"nd_percent": 3.0}, subject.context)
    np.testing.assert_allclose(moved.intensity[0, :4], results.responses.intensity[0, :4] * 10.0**0.06)
    np.testing.assert_array_equal(moved.intensity[0, 4:], results.responses.intensity[0, 4:])


def test_a_neutral_filter_in_front_of_everything_moves_nothing() -> None:
    results = toy()
    assert results.responses is not None
    assert results.efficiency is not None
    everywhere = Context(neutral_od=np.ones(results.responses.valid.shape))
    moved = fit_efficiency(shift(results.responses, {"nd_percent": 30.0}, everywhere), EfficiencySettings())
    np.testing.assert_allclose(moved.eta, results.efficiency.eta, rtol=1e-5)
    np.testing.assert_allclose(moved.quantum_yield, results.efficiency.quantum_yield, rtol=1e-5)


def test_the_error_of_a_neutral_filter_is_the_one_that_the_user_is_told() -> None:
    results = toy()
    (told,) = [problem.message for problem in results.problems if "neutral filters" in problem.message]
    assert "known to 5 %" in told
    percent = int(told.split("that is ")[1].split(" %")[0])
    subject = prepare(results)
    assert results.responses is not None
    moved = shift(results.responses, {"nd_percent": subject.prior["nd_percent"]}, subject.context)
    ratio = moved.intensity[0] / results.responses.intensity[0]
    assert percent == round(100.0 * (ratio[0] / ratio[-1] - 1.0)) == 26


def test_a_neutral_filter_that_is_not_undone_or_is_the_same_for_all_has_no_error() -> None:
    alike = change_spectra(TOY.experiment(), lambda spectrum: with_condition(spectrum, nd_od=1.0))
    assert "nd_percent" in dict(prepare(analyse(Document(alike))).left_out)
    assert "nd_percent" in prepare(toy()).prior
    off = analyse(toy().document.with_settings(corrections=CorrectionSettings(undo_neutral_density=False)))
    assert "nd_percent" in dict(prepare(off).left_out)


def test_an_electron_gain_scales_the_emission_by_where_its_logarithm_lies() -> None:
    gains = {"pl": 20.0, "aspl": 80.0}

    def told(spectrum: Spectrum) -> Spectrum:
        return replace(spectrum, condition=replace(spectrum.condition, em_gain=gains.get(spectrum.kind)))

    results = analyse(Document(change_spectra(TOY.experiment(), told)))
    subject = prepare(results)
    assert subject.prior["em_gain_percent"] == 5.0
    assert results.responses is not None
    moved = shift(results.responses, {"em_gain_percent": 4.0}, subject.context)
    ratio = moved.intensity[0] / results.responses.intensity[0]
    np.testing.assert_allclose(ratio, [1.0] * 4 + [1.04] * 5)
    between = Context(electron_gain=np.full(results.responses.valid.shape, 0.5))
    moved = shift(results.responses, {"em_gain_percent": 4.0}, between)
    np.testing.assert_allclose(moved.intensity, results.responses.intensity * np.sqrt(1.04))
    off = analyse(results.document.with_settings(corrections=CorrectionSettings(divide_by_em_gain=False)))
    assert "different electron gains" in dict(prepare(off).left_out)["em_gain_percent"]
    found = systematic_errors(subject)
    assert found.variance("eta")[found.names.index("em_gain_percent")].max() > 0.0


def test_equal_electron_gains_have_no_error() -> None:
    alike = change_spectra(TOY.experiment(), lambda s: replace(s, condition=replace(s.condition, em_gain=50.0)))
    assert "em_gain_percent" in dict(prepare(analyse(Document(alike))).left_out)


def test_a_drift_grows_with_the_time_of_each_condition() -> None:
    results = toy()
    context = prepare(results).context
    assert context.age is not None
    assert results.responses is not None
    assert context.age.min() == 0.0
    assert context.age.max() == 1.0
    moved = shift(results.responses, {"drift_percent": 4.0}, context)
    np.testing.assert_allclose(moved.intensity, results.responses.intensity * (1.0 + 0.04 * context.age))


def test_a_line_of_finite_width_is_absorbed_where_it_is_integrated_to_be() -> None:
    truth, width = Truth(250.0, urbach_mev=20.0), 25.0
    sigma = width / np.sqrt(8.0 * np.log(2.0))
    responses = draw(truth, n=1, noise=1e-9, rng=np.random.default_rng(1))
    moved = shift(responses, {"bandwidth_mev": width}, Context(tail_mev=np.array([20.0])))
    # Mean absorbed energy of a Gaussian line on the tail, by quadrature.
    x = np.linspace(-8.0, 8.0, 4001) * sigma
    weight = np.exp(-0.5 * (x / sigma) ** 2 + x / 20.0)
    absorbed = np.sum(weight * x) / weight.sum()
    ns = STOKES_MEV.size
    np.testing.assert_allclose(moved.detuning_mev[0, ns:] - DETUNING_MEV, absorbed, rtol=1e-6)
    np.testing.assert_allclose(moved.detuning_mev[0, :ns], responses.detuning_mev[0, :ns])


def test_effects_that_the_data_can_not_show_are_left_out_with_the_reason() -> None:
    left = dict(prepare(without_effects()).left_out)
    assert "neutral filter" in left["nd_percent"]
    assert "times" in left["drift_percent"]
    assert "bandwidth_mev" not in left
    responses = without_effects().responses
    assert responses is not None
    for name, what in (("nd_percent", "neutral filter"), ("drift_percent", "times"), ("bandwidth_mev", "absorption")):
        with pytest.raises(AnalysisError, match=what):
            shift(responses, {name: 1.0})


def test_impossible_sizes_are_refused() -> None:
    results = toy()
    assert results.responses is not None
    context = prepare(results).context
    with pytest.raises(AnalysisError, match="lose all"):
        shift(results.responses, {"drift_percent": -100.0}, context)
    with pytest.raises(AnalysisError, match="photon energy"):
        shift(results.responses, {"bandwidth_mev": 1e4}, context)


def test_a_bandwidth_has_one_side_and_all_three_make_errors() -> None:
    found = systematic_errors(toy())
    for name in ("nd_percent", "drift_percent", "bandwidth_mev"):
        k = found.names.index(name)
        assert bool(found.is_one_sided[k]) == (name == "bandwidth_mev")
    for name in ("nd_percent", "drift_percent"):
        assert np.abs(found.up.eta[found.names.index(name)]).max() > 1e-4


# --- the leak has one prior ------------------------------------------------------------------------------
def test_a_stated_rejection_takes_the_place_of_the_prior_of_the_leak() -> None:
    assert prior_sizes(Settings())["leak_ppm"] == Settings().systematics.leak_ppm
    stated = Settings(pump=PumpSettings(rejection_od=4.5))
    assert prior_sizes(stated)["leak_ppm"] == pytest.approx(31.6228, rel=1e-5)
    assert prior_sizes(replace(stated, systematics=OFF))["leak_ppm"] == 0.0
    results = without_effects()
    moved = analyse(results.document.with_settings(pump=PumpSettings(rejection_od=7.0)))
    assert prepare(moved).prior["leak_ppm"] == pytest.approx(0.1)


def test_a_measured_leak_is_no_systematic_effect_any_more() -> None:
    results = analyse(without_effects().document.with_settings(pump=PumpSettings(measured_leak_ppm=5.0)))
    assert "measured leak" in dict(prepare(results).left_out)["leak_ppm"]


def test_no_effect_of_size_zero_moves_anything() -> None:
    results = toy()
    assert results.efficiency is not None
    none = under(results, {"nd_percent": 0.0, "drift_percent": 0.0, "bandwidth_mev": 0.0})
    np.testing.assert_array_equal(none.eta, results.efficiency.eta)
