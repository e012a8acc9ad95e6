"""Filter curves: matched by path or cutoffs, divided out, and the range that they let through."""

from dataclasses import replace

import numpy as np
import pytest
from correction_level import SMALL, changed, corrected, curve, graph_of, misses, pulls, spectrum, spread
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core.corrections import Corrected
from asplab.core.document import Document
from asplab.core.emission.band import Bands
from asplab.core.experiment import Curve, Experiment, Spectrum
from asplab.core.pipeline import analyse
from asplab.core.settings import MovedCutoff, TransmissionSettings

SEEDS = 20
NOISE, LEVEL = 2.0, 60.0
CLEAN = replace(SMALL, dark_counts=0.0, noise_counts=1e-9)
VENDOR_NM = np.arange(380.0, 660.0, 0.25)
PLATEAU = {"pl": 0.96, "aspl": 0.88}


def transmission(kind: str, cutoff_nm: float) -> np.ndarray:
    """An edge 0.4 nm wide, a plateau with a ripple of 1 % and, 9 nm before the edge, a shoulder of a third."""
    sign = 1.0 if kind == "pl" else -1.0
    edge, foot = (1.0 / (1.0 + np.exp(-sign * (VENDOR_NM - at) / 0.4)) for at in (cutoff_nm, cutoff_nm - 9.0 * sign))
    ripple = 1.0 + 0.01 * np.sin(VENDOR_NM / 3.0)
    return np.asarray(PLATEAU[kind] * ripple * (2.0 * edge + foot) / 3.0)


def cutoff(s: Spectrum) -> float:
    return float(s.condition.longpass_nm if s.kind == "pl" else s.condition.shortpass_nm)


def filtered(toy: Toy, *, by: str = "path") -> Experiment:
    """Send the light of every spectrum through its filter, and list the curves."""
    rng = np.random.default_rng(500 + toy.seed)
    curves: dict[float, Curve] = {}

    def shown(s: Spectrum) -> np.ndarray:
        at = cutoff(s)
        values = transmission(s.kind, at)
        name = {"path": f"{s.kind} {at:.0f}"} if by == "path" else _cutoffs(s)
        curves.setdefault(at, curve("filter", f"filter_{at:.0f}.csv", VENDOR_NM, values, **name))
        # The toy's light ends at its cutoff; beyond, only a foot would be seen.
        return s.counts * np.interp(s.wavelength_nm, VENDOR_NM, values) + LEVEL + NOISE * rng.standard_normal(441)

    dirty = changed(toy.experiment(), shown)
    if by == "path":
        dirty = change_spectra(
            dirty,
            lambda s: with_condition(s, path=f"{s.kind} {cutoff(s):.0f}", longpass_nm=None, shortpass_nm=None),
        )
    darks = [
        spectrum("dark", f"dark{r}.csv", toy, LEVEL + NOISE * rng.standard_normal(441), exposure_s=2.0)
        for r in range(toy.repeats)
    ]
    return replace(dirty, spectra=(*dirty.spectra, *darks), curves=tuple(curves.values()))


def _cutoffs(s: Spectrum) -> dict[str, float]:
    return {"longpass_nm": cutoff(s)} if s.kind == "pl" else {"shortpass_nm": cutoff(s)}


@pytest.mark.parametrize("by", ["path", "cutoffs"])
def test_intensities_come_back_with_the_errors_they_state(by: str) -> None:
    toys = [replace(CLEAN, seed=seed) for seed in range(SEEDS)]
    found = [pulls(filtered(toy, by=by), toy) for toy in toys]
    assert spread(found) == pytest.approx(1.0, abs=0.17)


def test_without_the_correction_each_side_is_off_by_its_transmission() -> None:
    off = misses(filtered(CLEAN, by="cutoffs"), CLEAN, divide_by_filters=False)
    sides = [stack.kind for stack in corrected(filtered(CLEAN)).stacks]
    np.testing.assert_allclose(off, [PLATEAU[side] - 1.0 for side in sides], atol=0.012)


def told(found: Corrected, words: str) -> list[str]:
    return [problem.message for problem in found.problems if words in problem.message]


def test_a_clean_match_says_nothing_and_names_its_files() -> None:
    found = corrected(filtered(CLEAN))
    assert not found.problems
    assert all(len(treatment.filters) == 1 for treatment in found.treatments)


def test_the_range_begins_a_guard_above_half_of_the_maximum() -> None:
    bands = graph_of(filtered(CLEAN)).get(Bands)
    for stack, own in zip(bands.corrected.stacks, bands.transmitted_nm, strict=True):
        at = float(stack.members[0].condition.path.split()[1])
        low, high = (at + 6.0, 620.0) if stack.kind == "pl" else (400.0, at - 6.0)
        assert own == pytest.approx((low, high), abs=1.0)


def test_a_cutoff_moved_by_hand_wins_over_the_curve() -> None:
    experiment = filtered(CLEAN, by="cutoffs")
    nominal = min(cutoff(s) for s in experiment.spectra_of(("pl",)))
    moved = TransmissionSettings(moved_cutoffs=(MovedCutoff("longpass", nominal, nominal + 20.0),))
    bands = analyse(Document(experiment).with_settings(transmission=moved)).bands
    assert bands.transmitted_nm[0, 0] == pytest.approx(nominal + 26.0)


def test_two_filters_of_one_path_multiply() -> None:
    experiment = filtered(CLEAN)
    first = experiment.curves[0]
    second = curve("filter", "notch.csv", VENDOR_NM, np.full(VENDOR_NM.size, 0.5), path=first.condition.path,
                   longpass_nm=1.0)  # fmt: skip
    both = replace(experiment, curves=(*experiment.curves, second))
    single, double = (corrected(e).blocks[0].mean for e in (experiment, both))
    k = next(k for k, s in enumerate(corrected(both).stacks) if s.members[0].condition.path == first.condition.path)
    np.testing.assert_allclose(double[k], 2.0 * single[k])


def test_curves_of_one_side_only_divide_nothing_and_this_is_said() -> None:
    experiment = filtered(CLEAN, by="cutoffs")
    half = replace(experiment, curves=tuple(c for c in experiment.curves if c.condition.longpass_nm is not None))
    found = corrected(half)
    assert told(found, "4 of 8 conditions have a filter without a curve")
    assert not any(treatment.filters for treatment in found.treatments)


def test_a_curve_that_belongs_to_no_spectrum_is_said() -> None:
    experiment = filtered(CLEAN)
    stray = curve("filter", "stray.csv", VENDOR_NM, np.ones(VENDOR_NM.size), path="elsewhere")
    assert told(corrected(replace(experiment, curves=(*experiment.curves, stray))), "belong to no spectrum")


def test_a_second_curve_of_one_filter_is_said_and_not_used() -> None:
    experiment = filtered(CLEAN)
    again = replace(experiment.curves[0], source="again.csv")
    found = corrected(replace(experiment, curves=(*experiment.curves, again)))
    assert told(found, "is a curve of the same filter")
    assert not any("again.csv" in treatment.filters for treatment in found.treatments)


def test_an_edge_far_from_the_stated_cutoff_is_said() -> None:
    experiment = filtered(CLEAN)
    wrong = change_spectra(
        experiment, lambda s: with_condition(s, longpass_nm=s.condition.excitation_nm + 30.0) if s.kind == "pl" else s
    )
    assert told(corrected(wrong), "Check which filter was in the path")


def test_a_curve_that_ends_inside_the_spectra_is_said() -> None:
    experiment = filtered(CLEAN)
    kept = VENDOR_NM < 560.0
    short = tuple(replace(c, wavelength_nm=c.wavelength_nm[kept], values=c.values[kept]) for c in experiment.curves)
    assert told(corrected(replace(experiment, curves=short)), "the filter curve ends inside the spectra")
