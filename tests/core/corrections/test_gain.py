"""Neutral filters, electron gain and accumulated exposures: undone, each where all that is needed is known."""

from dataclasses import replace

import numpy as np
import pytest
from correction_level import SMALL, changed, corrected, misses, pulls, spectrum, spread
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core.corrections import Corrected
from asplab.core.experiment import Experiment, Spectrum, frozen_array

SEEDS = 20
OD, GAIN, SUM = 1.3, 50.0, 20
NOISE, LEVEL = 2.0, 60.0
CLEAN = replace(SMALL, dark_counts=0.0, noise_counts=1e-9, counts=4e6)
"""Light alone: noise and offset of the detector come after what multiplies the light."""


def detected(toy: Toy, factor: dict[str, float], exposures: dict[str, int]) -> Experiment:
    """Multiply the light of each kind; each exposure adds an offset and noise. Darks have as many exposures."""
    rng = np.random.default_rng(500 + toy.seed)

    def read(light: np.ndarray, n: int) -> np.ndarray:
        return np.asarray(light + n * LEVEL + NOISE * np.sqrt(n) * rng.standard_normal(light.size))

    def shown(s: Spectrum) -> np.ndarray:
        return read(factor[s.kind] * s.counts, exposures[s.kind])

    dirty = changed(toy.experiment(), shown)
    darks = [
        spectrum("dark", f"dark{n}_{r}.csv", toy, read(np.zeros(441), n), exposure_s=2.0, accumulations=n)
        for n in sorted(set(exposures.values()))
        for r in range(toy.repeats)
    ]
    return replace(dirty, spectra=(*dirty.spectra, *darks))


def stated(experiment: Experiment, kinds: tuple[str, ...], **condition: object) -> Experiment:
    return change_spectra(experiment, lambda s: with_condition(s, **condition) if s.kind in kinds else s)


def behind_a_neutral_filter(toy: Toy) -> Experiment:
    """PL went through OD 1.3."""
    return stated(detected(toy, {"pl": 10.0**-OD, "aspl": 1.0}, {"pl": 1, "aspl": 1}), ("pl",), nd_od=OD)


def with_electron_gain(toy: Toy) -> Experiment:
    """ASPL was taken with fifty times the gain of PL."""
    dirty = detected(toy, {"pl": 1.0, "aspl": GAIN}, {"pl": 1, "aspl": 1})
    return stated(stated(dirty, ("pl",), em_gain=1.0), ("aspl",), em_gain=GAIN)


def summed(toy: Toy) -> Experiment:
    """ASPL is the sum of twenty exposures."""
    return stated(detected(toy, {"pl": 1.0, "aspl": SUM}, {"pl": 1, "aspl": SUM}), ("aspl",), accumulations=SUM)


CASES = {
    "neutral filter": (behind_a_neutral_filter, "undo_neutral_density", "pl", 10.0**-OD),
    "electron gain": (with_electron_gain, "divide_by_em_gain", "aspl", GAIN),
    "accumulations": (summed, "divide_by_accumulations", "aspl", float(SUM)),
}


@pytest.mark.parametrize("case", CASES)
def test_intensities_come_back_with_the_errors_they_state(case: str) -> None:
    toys = [replace(CLEAN, seed=seed) for seed in range(SEEDS)]
    found = [pulls(CASES[case][0](toy), toy) for toy in toys]
    assert spread(found) == pytest.approx(1.0, abs=0.17)


@pytest.mark.parametrize("case", CASES)
def test_without_the_correction_one_side_is_off_by_the_whole_factor(case: str) -> None:
    simulate, switch, kind, factor = CASES[case]
    found = misses(simulate(CLEAN), CLEAN, **{switch: False}) + 1.0
    side = np.array([stack.kind == kind for stack in corrected(simulate(CLEAN)).stacks])
    np.testing.assert_allclose(found[side], factor, rtol=0.02)
    np.testing.assert_allclose(found[~side], 1.0, rtol=0.02)


def told(found: Corrected, words: str) -> list[tuple[str, str]]:
    return [(problem.severity, problem.message) for problem in found.problems if words in problem.message]


def test_a_neutral_filter_on_one_side_is_told_with_the_size_of_its_error() -> None:
    found = corrected(behind_a_neutral_filter(CLEAN))
    ((severity, message),) = told(found, "neutral filter")
    assert severity == "info"
    # 10^(0.05 · 1.3) − 1
    assert "16 % of the ratio" in message
    assert found.neutral_od.tolist() == [OD] * 4 + [0.0] * 4


def test_a_neutral_filter_on_both_sides_is_not_told() -> None:
    dirty = stated(detected(CLEAN, {"pl": 0.1, "aspl": 0.1}, {"pl": 1, "aspl": 1}), ("pl", "aspl"), nd_od=1.0)
    assert not told(corrected(dirty), "neutral filter")


def test_a_gain_that_some_spectra_do_not_carry_is_not_divided_out_and_said() -> None:
    dirty = detected(CLEAN, {"pl": 1.0, "aspl": GAIN}, {"pl": 1, "aspl": 1})
    found = corrected(stated(dirty, ("aspl",), em_gain=GAIN))
    ((severity, message),) = told(found, "em_gain is missing")
    assert severity == "warning"
    assert "4 of 8 conditions" in message
    assert all((treatment.em_gain == 1.0).all() for treatment in found.treatments)


def test_darks_of_another_gain_are_not_subtracted() -> None:
    dirty = stated(with_electron_gain(CLEAN), ("dark",), em_gain=1.0)
    found = corrected(dirty)
    assert [bool(t.darks) for t in found.treatments] == [True] * 4 + [False] * 4
    assert told(found, "no dark fits its wavelength axis and gain")


def test_darks_of_fewer_exposures_are_scaled() -> None:
    only_single = change_spectra(
        summed(CLEAN), lambda s: None if s.kind == "dark" and s.condition.accumulations == SUM else s
    )
    found = corrected(only_single)
    last = found.blocks[0].mean[-1, -20:].mean()
    # Twenty times the mean of five darks, per exposure, per 100 s µW, per half a nm.
    assert abs(last) < 5.0 * NOISE / np.sqrt(5.0 * 20.0) / 50.0
    assert not found.problems


def untold(spectrum: Spectrum) -> Spectrum | None:
    """Forget what tells of sums: the column, and the darks that were summed alike."""
    if spectrum.kind == "dark" and spectrum.condition.accumulations == SUM:
        return None
    return with_condition(spectrum, accumulations=None)


def test_sums_that_nothing_tells_are_named_with_how_many_exposures_they_are() -> None:
    found = corrected(change_spectra(summed(CLEAN), untold))
    (message,) = [problem.message for problem in found.problems if "exposures" in problem.message]
    assert f"all 4 ASPL conditions is {SUM} times that of their dark" in message
    assert f"fill accumulations with {SUM}" in message


def test_where_only_some_spectra_have_such_a_level_it_is_stray_light() -> None:
    def one_is_dark(spectrum: Spectrum) -> Spectrum | None:
        is_last = spectrum.kind == "aspl" and spectrum.condition.excitation_nm == last
        kept = untold(spectrum)
        if kept is None or not is_last:
            return kept
        return replace(kept, counts=frozen_array(kept.counts - 7.5 * LEVEL))

    experiment = summed(CLEAN)
    last = max(s.condition.excitation_nm for s in experiment.spectra if s.kind == "aspl")
    assert not told(corrected(change_spectra(experiment, one_is_dark)), "look like sums")
    assert not told(corrected(summed(CLEAN)), "look like sums")
