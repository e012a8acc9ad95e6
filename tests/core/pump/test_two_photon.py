"""Two-photon emission: told by a power series, subtracted with its error, and flagged where nobody looked."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from response_level import DETUNING_MEV, STOKES_MEV, Truth, draw
from toy_experiment import Toy, with_condition

from asplab.core import Document, Results, analyse
from asplab.core.appraisal.more_repeats import _Parts
from asplab.core.bootstrap import bootstrap
from asplab.core.efficiency.stage import FLAGS, fit_efficiency
from asplab.core.experiment import Condition, Experiment, Spectrum, Table, frozen_array
from asplab.core.pump.power_law import fit_power_law
from asplab.core.pump.pure_responses import MeasuredResponses, purify
from asplab.core.pump.two_photon import TwoPhoton
from asplab.core.settings import BaselineSettings, EfficiencySettings, PumpSettings
from asplab.core.systematics import eta_budget
from asplab.core.units import HC_MEV_NM

PAIRS = 8e-5
"""Absorbed pairs per µW, in the unit in which `Toy.absorptance` is the absorbed part."""
TOY_BAND_NM = HC_MEV_NM / Toy().band_mev
UNVERIFIED = FLAGS.index("single_photon_not_verified")


# --- the power law ---------------------------------------------------------------------------------------
def test_both_coefficients_are_found_and_the_share_follows_by_hand() -> None:
    power = np.geomspace(1.0, 100.0, 8)
    law = fit_power_law(power, 3.0 * power + 0.02 * power**2)
    assert law is not None
    assert law.linear == pytest.approx(3.0, rel=1e-9)
    assert law.quadratic == pytest.approx(0.02, rel=1e-9)
    assert law.share(50.0)[0] == pytest.approx(1.0 / 4.0, rel=1e-9)
    assert law.crossover_uw == pytest.approx(150.0, rel=1e-9)


@pytest.mark.parametrize("given", [True, False])
def test_the_share_has_pulls_of_unit_spread(given: bool) -> None:
    rng, power = np.random.default_rng(4), np.geomspace(2.0, 100.0, 12)
    truth = 2.0 * power + 0.01 * power**2
    pulls = []
    for _ in range(300):
        error = 0.03 * truth
        law = fit_power_law(power, truth + error * rng.standard_normal(power.size), error if given else None)
        assert law is not None
        share, sigma = law.share(80.0)
        pulls.append((share - 0.8 / 2.8) / sigma)
    assert abs(np.mean(pulls)) < 0.25
    assert 0.85 < np.std(pulls) < 1.15


def test_neither_part_comes_out_below_zero() -> None:
    rng, power = np.random.default_rng(2), np.geomspace(2.0, 100.0, 10)
    for true in (power, power**2):
        laws = [fit_power_law(power, true * (1.0 + 0.05 * rng.standard_normal(10))) for _ in range(50)]
        shares = np.array([law.share(50.0) for law in laws if law is not None])
        assert len(shares) == 50
        assert np.all((shares[:, 0] >= 0.0) & (shares[:, 0] <= 1.0))
        assert np.all(shares[:, 1] > 0.0)


@pytest.mark.parametrize("power", [[10.0, 20.0], [10.0, 12.0, 15.0], [10.0, 10.0, 10.1, 40.0], [0.0, 1.0, 5.0]])
def test_too_few_or_too_close_powers_tell_nothing(power: list[float]) -> None:
    assert fit_power_law(np.array(power), np.array(power)) is None


# --- from raw data ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Pairs(Toy):
    """A toy whose sample also absorbs pairs of photons at every anti-Stokes excitation."""

    def light(self, energy_mev: np.ndarray) -> np.ndarray:
        energy = np.asarray(energy_mev)
        pairs = np.where(energy < self.band_mev, PAIRS * (self.powers_uw or 1.0), 0.0)
        single = self.absorptance(energy) * self.efficiency(energy)
        return self.counts * (single + pairs) * self.band_mev / energy * self.quantum_yield / 100.0

    def heat(self, energy_mev: np.ndarray) -> np.ndarray:
        energy, emitted = np.asarray(energy_mev), self.quantum_yield * self.band_mev
        pairs = np.where(energy < self.band_mev, PAIRS * 100.0, 0.0)
        single = self.absorptance(energy) * (energy - self.efficiency(energy) * emitted)
        return 1e-6 * (single + pairs * (2.0 * energy - emitted)) / energy


TOY = Pairs(detuning_mev=(20.0, 55.0, 130.0, 150.0), eta=(0.9, 0.7, 0.5, 0.4), tail_mev=40.0, repeats=3)
PLAIN = BaselineSettings(shape="none")


def series(toy: Toy, detuning_mev: float, *, noise: float = 0.0, unit: str = "power_uw") -> Table:
    """Return a power series of an excitation as a table in a unit of its own."""
    energy = np.array([toy.band_mev - detuning_mev])
    power = np.geomspace(5.0, 100.0, 9)
    emitted = np.array([float(replace(toy, powers_uw=float(p)).light(energy)[0] * p) for p in power])
    emitted = emitted * (1.0 + noise * np.random.default_rng(7).standard_normal(power.size))
    condition = Condition(temperature_k=250.4, excitation_nm=HC_MEV_NM / float(energy[0]) + 0.05)
    shown = power * {"power_uw": 1.0, "Power (mW)": 1e-3}[unit]
    columns = ((unit, frozen_array(shown)), ("intensity", frozen_array(1e-3 * emitted)))
    return Table("power", "power/series.csv", None, condition, columns=columns)


def analysed(experiment: Experiment, baseline: BaselineSettings = PLAIN, **pump: object) -> Results:
    return analyse(Document(experiment).with_settings(pump=PumpSettings(**pump), baseline=baseline))


@cache
def raw() -> Experiment:
    return TOY.experiment()


def both_series(noise: float = 0.0, unit: str = "power_uw") -> Experiment:
    return replace(raw(), kept=(series(TOY, 130.0, noise=noise, unit=unit), series(TOY, 150.0, noise=noise, unit=unit)))


def flagged(results: Results) -> list[bool]:
    assert results.efficiency is not None
    found: list[bool] = results.efficiency.flag_table[0, :, UNVERIFIED].tolist()
    return found


def share_at(detuning_mev: float, eta: float) -> float:
    """Return the two-photon part of the emission at 50 µW."""
    single = np.exp(-detuning_mev / 40.0) * eta
    return float(PAIRS * 50.0 / (single + PAIRS * 50.0))


@pytest.mark.parametrize("unit", ["power_uw", "Power (mW)"])
def test_a_power_series_frees_eta_from_pairs_and_from_their_heat(unit: str) -> None:
    results = analysed(both_series(unit=unit))
    assert results.efficiency is not None
    assert results.two_photon is not None
    assert results.two_photon.share[0, -2] == pytest.approx(share_at(130.0, 0.5), rel=1e-6)
    np.testing.assert_allclose(results.efficiency.eta[0, -2:], [0.5, 0.4], rtol=0.01)
    (told,) = [p.message for p in results.problems if "takes two photons" in p.message]
    assert "at 2 of 2 excitations with a power series" in told
    assert not any(flagged(results))


def test_what_pairs_of_another_temperature_would_make_is_told_and_not_subtracted() -> None:
    warm = replace(TOY, temperatures_k=(250.0, 290.0))
    found = analysed(replace(warm.experiment(), kept=(series(TOY, 150.0),)))
    assert found.two_photon is not None
    assert found.two_photon.share[1].max() == 0.0
    (message,) = [p.message for p in found.problems if "no power series shows" in p.message]
    # The toy's pairs emit alike at both temperatures, so what is told is what is there.
    assert f"they make up to {share_at(150.0, 0.4):.0%} of it (148 meV, 290 K); nothing of that is" in message
    alone = analysed(warm.experiment())
    assert not any("If pairs emit" in p.message for p in alone.problems)


def test_without_the_subtraction_eta_is_off_by_what_pairs_do() -> None:
    results = analysed(both_series(), subtract_two_photon=False)
    assert results.efficiency is not None
    for j, (detuning, eta) in enumerate([(130.0, 0.5), (150.0, 0.4)], start=2):
        absorbed = np.exp(-detuning / 40.0)
        # N counts the pairs' light at 50 µW; D the heat of those of the scans at 100 µW, and that light.
        photon = TOY.band_mev - detuning
        emitted = TOY.quantum_yield * TOY.band_mev
        numerator = absorbed * eta + PAIRS * 50.0
        denominator = absorbed + (PAIRS * 100.0 * (2.0 * photon - emitted) + PAIRS * 50.0 * emitted) / photon
        assert results.efficiency.eta[0, j] == pytest.approx(numerator / denominator, rel=0.01)
    assert flagged(results) == [False, False, True, True]
    assert any(p.severity == "warning" and "is not subtracted" in p.message for p in results.problems)


def test_a_fitted_baseline_takes_the_heat_of_pairs_away_and_only_their_light_is_subtracted() -> None:
    toy = replace(TOY, tail_mev=25.0, detuning_mev=(20.0, 55.0, 90.0, 125.0))
    experiment = replace(toy.experiment(), kept=(series(toy, 125.0),))
    results = analysed(experiment, BaselineSettings(shape="urbach"))
    assert results.two_photon is not None
    assert results.efficiency is not None
    assert not results.two_photon.heat_ratio.any()
    share = results.two_photon.share[0, -1]
    assert share > 0.5
    error = results.efficiency.eta_error[0, -1]
    assert results.efficiency.eta[0, -1] == pytest.approx(0.4, abs=3.0 * error + 0.02)


def test_the_error_of_the_share_is_in_that_of_eta() -> None:
    sharp, blurred = analysed(both_series(noise=1e-6)), analysed(both_series(noise=0.03))
    assert sharp.efficiency is not None
    assert blurred.efficiency is not None
    assert blurred.two_photon is not None
    assert blurred.responses is not None
    assert blurred.responses.lasting is not None
    f, df = blurred.two_photon.share[0, -1], blurred.two_photon.error[0, -1]
    eta, error = blurred.efficiency.eta[0, -1], blurred.efficiency.eta_error[0, -1]
    photon, emitted = TOY.band_mev - 150.0, TOY.quantum_yield * TOY.band_mev
    # N loses f of it, D the light of the pairs and twice their heat, for the scans had twice the power.
    both = -1.0 + eta * (2.0 * (2.0 * photon - emitted) + emitted) / photon
    added = np.sqrt(error**2 - sharp.efficiency.eta_error[0, -1] ** 2)
    assert added == pytest.approx(abs(both) * eta * df / (1.0 - f), rel=0.1)
    assert abs(eta - 0.4) < 3.0 * error


def test_repeats_at_several_powers_are_a_series_of_their_own() -> None:
    powers = (10.0, 30.0, 90.0)
    parts = [replace(TOY, powers_uw=p, repeats=1).experiment().spectra for p in powers]
    spectra = tuple(with_condition(spectrum, repeat=r + 1) for r, part in enumerate(parts) for spectrum in part)
    named = tuple(replace(s, source=f"{s.condition.repeat}/{s.source}") for s in spectra)
    results = analysed(replace(raw(), spectra=named))
    assert results.two_photon is not None
    assert results.efficiency is not None
    assert results.two_photon.is_known[0, 4:].all()
    np.testing.assert_allclose(results.efficiency.eta[0, -2:], [0.5, 0.4], rtol=0.02)


def test_spectra_of_kind_power_are_integrated_to_a_series() -> None:
    results = analysed(replace(raw(), kept=tuple(_spectra_of_powers(dirty=False))))
    assert results.two_photon is not None
    assert results.two_photon.share[0, -2] == pytest.approx(share_at(130.0, 0.5), abs=0.01)
    assert flagged(results) == [False, False, False, True]


def _spectra_of_powers(dirty: bool) -> list[Table]:
    """Return spectra at four powers; dirty ones have OD 0.5 and other camera settings at the upper two."""
    kept = []
    for power in (10.0, 20.0, 40.0, 80.0):
        (spectrum,) = [
            s
            for s in replace(TOY, powers_uw=power, repeats=1, noise_counts=0.0).experiment().spectra
            if abs(HC_MEV_NM / (s.condition.excitation_nm or 1.0) - TOY.band_mev + 130.0) < 1e-6
        ]
        strong = dirty and power > 30.0
        if dirty:
            spectrum = with_condition(
                spectrum,
                nd_od=0.5 if strong else None,
                em_gain=2.0 if strong else 1.0,
                accumulations=3 if strong else 1,
            )
        factor = 10.0**-0.5 * 2.0 * 3.0 if strong else 1.0
        kept.append(_table_of(replace(spectrum, counts=frozen_array(spectrum.counts * factor))))
    return kept


def test_neutral_filter_gain_and_accumulations_of_power_spectra_are_undone() -> None:
    clean, dirty = (analysed(replace(raw(), kept=tuple(_spectra_of_powers(is_dirty)))) for is_dirty in (False, True))
    assert clean.two_photon is not None
    assert dirty.two_photon is not None
    share = dirty.two_photon.share[0, -2]
    assert share == pytest.approx(share_at(130.0, 0.5), abs=0.01)
    assert share == pytest.approx(clean.two_photon.share[0, -2], abs=1e-3)


def test_a_nominal_od_within_a_series_blurs_its_share() -> None:
    clean, dirty = (analysed(replace(raw(), kept=tuple(_spectra_of_powers(is_dirty)))) for is_dirty in (False, True))
    assert clean.two_photon is not None
    assert dirty.two_photon is not None
    # 5 % of OD 0.5 are 6 % of the light at the upper two powers.
    powers = np.array([10.0, 20.0, 40.0, 80.0])
    light = powers + PAIRS / (0.5 * np.exp(-130.0 / 40.0)) * powers**2
    shares = [fit_power_law(powers, light * np.array([1, 1, f, f])) for f in (1.0, 10.0**0.025, 10.0**-0.025)]
    at = [law.share(50.0)[0] for law in shares if law is not None]
    assert dirty.two_photon.error[0, -2] == pytest.approx(max(abs(at[1] - at[0]), abs(at[2] - at[0])), rel=0.2)
    assert clean.two_photon.error[0, -2] < 0.01


def test_a_series_of_spectra_that_can_not_be_compared_is_refused_with_the_column() -> None:
    kept = _spectra_of_powers(dirty=True)
    kept[0] = replace(kept[0], condition=replace(kept[0].condition, em_gain=None))
    results = analysed(replace(raw(), kept=tuple(kept)))
    assert results.two_photon is not None
    assert not results.two_photon.is_known.any()
    assert any("em_gain differs within the power series" in p.message for p in results.problems)
    assert flagged(results) == [False, False, True, True]


def test_the_dark_frame_of_a_power_spectrum_is_subtracted() -> None:
    (spectrum,) = [s for s in raw().spectra if s.kind == "pl"][:1]
    bump = 500.0 * np.exp(-0.5 * ((spectrum.wavelength_nm - TOY_BAND_NM) / 5.0) ** 2)
    dark = replace(
        spectrum, kind="dark", source="dark.csv", counts=frozen_array(bump), condition=Condition(exposure_s=77.0)
    )
    kept = []
    for table in _spectra_of_powers(dirty=False):
        (axis, counts) = (values for _, values in table.columns)
        # Another exposure than that of the emission, so that only these spectra take this dark.
        scale = 77.0 / (table.condition.exposure_s or 1.0)
        columns = (("wavelength_nm", axis), ("counts", frozen_array(scale * counts + bump)))
        kept.append(replace(table, columns=columns, condition=replace(table.condition, exposure_s=77.0)))
    bare = replace(spectrum, kind="dark", source="bare.csv", counts=frozen_array(0.0 * bump))
    experiment = replace(raw(), kept=tuple(kept), spectra=(*raw().spectra, dark, bare))
    found = analysed(experiment).two_photon
    assert found is not None
    assert found.share[0, -2] == pytest.approx(share_at(130.0, 0.5), abs=0.01)


def test_a_share_that_is_hardly_known_verifies_no_single_photon() -> None:
    shape = (1, 3)
    share, known = np.array([[0.0, 0.0, 0.3]]), np.ones(shape, dtype=bool)
    error = np.array([[0.05, 0.48, 0.05]])
    for is_subtracted, expected in ((True, [True, False, True]), (False, [True, False, False])):
        found = TwoPhoton(share, error, np.ones(shape), known, is_subtracted)
        assert found.is_single[0].tolist() == expected


def test_of_many_shares_only_those_beyond_chance_are_told() -> None:
    responses = draw(Truth(250.0, urbach_mev=25.0), n=20, noise=1e-4, rng=np.random.default_rng(3))
    known = np.zeros(responses.valid.shape, dtype=bool)
    known[:, STOKES_MEV.size :] = True
    chance = np.where(known, 0.01 * np.abs(np.random.default_rng(8).standard_normal(known.shape)), 0.0)
    assert (chance > 0.02).sum() > 3
    error = np.where(known, 0.01, 0.0)
    quiet = TwoPhoton(chance, error, np.zeros(known.shape), known, True)
    loud = replace(quiet, share=np.where(known & (np.arange(20) == 4)[:, None], 0.3, chance))
    for two_photon, expected in ((quiet, 0), (loud, 1)):
        pure = purify(MeasuredResponses(responses), two_photon, PumpSettings())
        told = [p.message for p in pure.problems if "takes two photons" in p.message]
        assert len(told) == expected
    assert f"{DETUNING_MEV.size} of {known.sum()} excitations" in told[0]
    assert "30.0% ± 1.0%" in told[0]


def test_a_series_where_nothing_was_measured_is_told_once() -> None:
    kept = [series(TOY, 130.0), series(TOY, 150.0)]
    far = tuple(replace(one, condition=replace(one.condition, temperature_k=200.0)) for one in kept)
    (told,) = [p for p in analysed(replace(raw(), kept=far)).problems if "no spectra were measured" in p.message]
    assert told.severity == "info"
    assert "2 power series were" in told.message
    assert "at 200 K" in told.message


def _table_of(spectrum: Spectrum) -> Table:
    columns = (("wavelength_nm", spectrum.wavelength_nm), ("counts", spectrum.counts))
    source = f"power/{spectrum.condition.power_uw:g}.csv"
    return Table("power", source, None, spectrum.condition, columns=columns)


# --- flags -----------------------------------------------------------------------------------------------
def test_far_below_the_gap_a_single_photon_is_not_verified_without_a_series_and_that_is_no_warning() -> None:
    results = analysed(raw())
    assert flagged(results) == [False, False, True, True]
    (told,) = [p for p in results.problems if "two photons at once" in p.message]
    assert told.severity == "info"
    assert "128 to 148 meV" in told.message


def test_spectra_without_power_leave_the_share_unknown_and_say_so() -> None:
    spectra = tuple(with_condition(s, power_uw=None) for s in raw().spectra)
    results = analysed(replace(both_series(), spectra=spectra))
    assert results.two_photon is not None
    assert not results.two_photon.is_known.any()
    told = [p for p in results.problems if "carry no pump power" in p.message]
    labels = {stack.label for stack in results.corrected.stacks}
    assert told
    assert all(p.where in labels for p in told)
    assert flagged(results) == [False, False, True, True]


def test_a_series_that_spans_too_little_is_refused_with_what_was_found() -> None:
    short = replace(
        series(TOY, 130.0), columns=(("power_uw", frozen_array([10, 11, 12])), ("intensity", frozen_array([1, 2, 3])))
    )
    results = analysed(replace(raw(), kept=(short,)))
    assert any("10 to 12 µW" in p.message for p in results.problems)
    assert flagged(results) == [False, False, True, True]


# --- pulls -----------------------------------------------------------------------------------------------
def test_eta_has_pulls_of_unit_spread_with_the_subtraction_and_a_bias_without() -> None:
    truth, rng, n = Truth(250.0, urbach_mev=25.0), np.random.default_rng(5), 300
    noise, share, sigma = 1e-4, 0.2, 0.03
    clean = draw(truth, n=n, noise=noise, rng=rng)
    at = STOKES_MEV.size + int(np.argmin(np.abs(DETUNING_MEV - 102.0)))
    light = clean.intensity.copy()
    light[:, at] += share / (1.0 - share) * truth.means()[1][at]
    responses = replace(clean, intensity=light)
    known = np.zeros(light.shape, dtype=bool)
    known[:, at] = True
    read = np.where(known, share + sigma * rng.standard_normal((n, 1)), 0.0)
    two_photon = TwoPhoton(read, np.where(known, sigma, 0.0), np.zeros(light.shape), known, True)
    pulls = []
    for subtracted in (True, False):
        one = replace(two_photon, is_subtracted=subtracted)
        fit = fit_efficiency(purify(MeasuredResponses(responses), one, PumpSettings()), EfficiencySettings())
        j = at - STOKES_MEV.size
        pulls.append((fit.eta[:, j] - truth.eta[j]) / fit.eta_error[:, j])
    assert abs(pulls[0].mean()) < 0.25
    assert 0.85 < pulls[0].std() < 1.15
    assert pulls[1].mean() > 3.0


def test_what_was_subtracted_has_its_share_of_the_budget_and_stays_with_more_repeats() -> None:
    results = analysed(both_series(noise=0.03))
    assert results.efficiency is not None
    stages = (results.corrected, results.layout, results.emission, results.absorbed)
    budget = eta_budget(results.efficiency, *stages, 0, 2)  # type: ignore[arg-type]
    assert budget is not None
    shares = dict(budget.shares)
    assert shares["subtracted_light"] > 0.5
    assert sum(shares.values()) == pytest.approx(1.0)
    assert results.responses is not None
    lasting = _Parts.of(results).lasting
    assert results.responses.lasting is not None
    assert np.all(np.diagonal(lasting[0]) >= np.diagonal(results.responses.lasting[0]))
    assert np.diagonal(results.responses.lasting[0])[6] > 0.0


def test_the_bootstrap_draws_the_error_of_the_share() -> None:
    sharp, blurred = (bootstrap(analysed(both_series(noise=noise)), draws=400, seed=3) for noise in (1e-6, 0.03))
    spread = blurred.eta.spread[0, -2] / sharp.eta.spread[0, -2]
    results = [analysed(both_series(noise=noise)).efficiency for noise in (1e-6, 0.03)]
    assert results[0] is not None
    assert results[1] is not None
    assert spread == pytest.approx(results[1].eta_error[0, -2] / results[0].eta_error[0, -2], rel=0.35)
