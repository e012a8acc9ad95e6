"""What the sample absorbs of pump and emission: told where it matters, made up for on request."""

from dataclasses import replace

import numpy as np
import pytest
from correction_level import SMALL, changed, corrected, curve, misses, pulls, spectrum, spread
from toy_experiment import Toy

from asplab.core.corrections import Corrected
from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum
from asplab.core.pipeline import analyse
from asplab.core.settings import CorrectionSettings
from asplab.core.systematics import prepare, shift, systematic_errors

SEEDS = 20
NOISE, LEVEL = 2.0, 60.0
CLEAN = replace(SMALL, dark_counts=0.0, noise_counts=1e-9)
AXIS_NM = np.linspace(380.0, 640.0, 521)


def density(wavelength_nm: np.ndarray | float, bluest: float) -> np.ndarray:
    """Optical density of the sample: ``bluest`` at 420 nm, falling to nothing behind the band."""
    return np.asarray(bluest * np.exp(-(np.asarray(wavelength_nm) - 420.0) / 40.0))


def dimmed(toy: Toy, bluest: float) -> Experiment:
    """Weaken pump and emission by half of the sample's width, then detect; the absorption curve is listed."""
    rng = np.random.default_rng(500 + toy.seed)

    def shown(s: Spectrum) -> np.ndarray:
        both = density(s.condition.excitation_nm, bluest) + density(s.wavelength_nm, bluest)
        return s.counts * 10.0 ** (-0.5 * both) + LEVEL + NOISE * rng.standard_normal(441)

    dirty = changed(toy.experiment(), shown)
    darks = [
        spectrum("dark", f"dark{r}.csv", toy, LEVEL + NOISE * rng.standard_normal(441), exposure_s=2.0)
        for r in range(toy.repeats)
    ]
    curves = (curve("absorption", "absorption.csv", AXIS_NM, density(AXIS_NM, bluest)),)
    return replace(dirty, spectra=(*dirty.spectra, *darks), curves=curves)


def told(found: Corrected) -> list[str]:
    return [problem.message for problem in found.problems if "optical density" in problem.message]


def test_intensities_come_back_with_the_errors_they_state() -> None:
    """Where the density hardly changes over the band, its mean is as good as the density at each wavelength."""
    toys = [replace(CLEAN, counts=4e4, seed=seed) for seed in range(SEEDS)]
    found = [pulls(dimmed(toy, 0.3), toy, inner_filter="cuvette") for toy in toys]
    assert spread(found) == pytest.approx(1.0, abs=0.17)


def test_without_the_correction_intensities_miss_what_the_sample_takes() -> None:
    off = misses(dimmed(CLEAN, 0.5), CLEAN)
    excitation = np.array([stack.excitation_nm for stack in corrected(dimmed(CLEAN, 0.5)).stacks])
    both = density(excitation, 0.5) + density(CLEAN.band_nm, 0.5)
    np.testing.assert_allclose(off, 10.0 ** (-0.5 * both) - 1.0, atol=0.01)


def test_the_factors_are_told_for_each_condition() -> None:
    found = corrected(dimmed(CLEAN, 0.5), inner_filter="cuvette")
    for stack, treatment in zip(found.stacks, found.treatments, strict=True):
        both = density(stack.excitation_nm, 0.5) + density(CLEAN.band_nm, 0.5)
        assert treatment.inner_filter == pytest.approx(10.0 ** (0.5 * both), rel=0.01)
        assert treatment.absorption == "absorption.csv"
    assert not told(found)


def test_a_dense_sample_is_told_with_the_size_of_the_effect() -> None:
    (message,) = told(corrected(dimmed(CLEAN, 0.5)))
    excitation = [stack.excitation_nm for stack in corrected(dimmed(CLEAN, 0.5)).stacks]
    bluest, reddest = density(min(excitation), 0.5), density(max(excitation), 0.5)
    assert f"{100.0 * (10.0 ** (0.5 * (bluest - reddest)) - 1.0):.0f} % too small" in message


def test_a_thin_sample_is_not_told() -> None:
    assert not told(corrected(dimmed(CLEAN, 0.15)))


def test_a_sample_too_dense_for_the_formula_is_told_although_corrected() -> None:
    (message,) = told(corrected(dimmed(CLEAN, 1.5), inner_filter="cuvette"))
    assert "extrapolation" in message


def test_a_curve_that_does_not_reach_the_band_corrects_nothing_and_is_said() -> None:
    experiment = dimmed(CLEAN, 0.5)
    short = curve("absorption", "absorption.csv", AXIS_NM[:200], density(AXIS_NM[:200], 0.5))
    found = corrected(replace(experiment, curves=(short,)), inner_filter="cuvette")
    assert all(treatment.inner_filter == 1.0 for treatment in found.treatments)
    assert any("do not cover" in problem.message for problem in found.problems)


def test_a_correction_without_any_absorption_curve_is_said() -> None:
    experiment = replace(dimmed(CLEAN, 0.5), curves=())
    (problem,) = corrected(experiment, inner_filter="cuvette").problems
    assert problem.severity == "warning"
    assert "no absorption curve" in problem.message
    assert not corrected(experiment).problems


def test_of_q_only_the_density_at_the_excitation_remains() -> None:
    """A factor common to all intensities leaves quantum yield and η alone: emission that is lost on its way out."""
    experiment = CLEAN.experiment()
    dim = changed(experiment, lambda s: 0.7 * s.counts)
    found = [analyse(Document(e)).efficiency for e in (experiment, dim)]
    np.testing.assert_allclose(found[1].eta, found[0].eta, rtol=1e-6)
    np.testing.assert_allclose(found[1].quantum_yield, found[0].quantum_yield, rtol=1e-6)
    by_excitation = analyse(
        Document(dimmed(CLEAN, 0.5)).with_settings(corrections=CorrectionSettings(inner_filter="none"))
    ).efficiency
    assert np.abs(by_excitation.quantum_yield - found[0].quantum_yield).max() > 0.02


def test_added_to_clear_data_the_whole_effect_is_what_a_dense_sample_shows() -> None:
    clear, dense = (analyse(Document(e)) for e in (CLEAN.experiment(), dimmed(CLEAN, 0.3)))
    assert clear.responses is not None
    assert dense.responses is not None
    moved = shift(clear.responses, {"inner_filter_part": 1.0}, prepare(dense).context)
    np.testing.assert_allclose(moved.intensity, dense.responses.intensity, rtol=0.01)


def test_an_inner_filter_that_is_not_made_up_for_stands_in_the_systematic_errors() -> None:
    clear, dense = (analyse(Document(e)) for e in (CLEAN.experiment(), dimmed(CLEAN, 0.3)))
    errors = systematic_errors(dense)
    k = errors.names.index("inner_filter_part")
    off = dense.efficiency.quantum_yield[0] - clear.efficiency.quantum_yield[0]
    # The prior is seven tenths of the whole effect, which bends.
    assert 0.7 < off / errors.minus.quantum_yield[0] < 2.0
    assert -errors.down.quantum_yield[k][0] == pytest.approx(0.7 * off, rel=0.4)


def test_a_corrected_inner_filter_and_a_sample_without_curve_have_none() -> None:
    document = Document(dimmed(CLEAN, 0.3)).with_settings(corrections=CorrectionSettings(inner_filter="cuvette"))
    for results in (analyse(document), analyse(Document(CLEAN.experiment()))):
        assert "no absorption" in dict(prepare(results).left_out)["inner_filter_part"]
