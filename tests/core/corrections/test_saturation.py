"""Saturated repeats: found, left out where the band suffers, named where it is the laser line."""

from dataclasses import replace

import numpy as np
import pytest
from correction_level import graph_of
from toy_experiment import Toy, change_spectra

from asplab.core.corrections.saturation import REASON, Saturated
from asplab.core.corrections.transmitted import Transmitted
from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.pipeline import Analysis, Results, analyse
from asplab.core.settings import CorrectionSettings, MovedCutoff, TransmissionSettings

TOY = Toy(repeats=4)
STOKES = "t0/e1_"
TOP = 800.0
"""Counts at which the detector is taken to saturate; the band of `STOKES` is higher."""


def clipped(experiment: Experiment, chosen: str, top: float) -> Experiment:
    """Cut spectra whose file name begins with ``chosen`` off at ``top`` counts."""
    return change_spectra(
        experiment,
        lambda s: replace(s, counts=frozen_array(np.minimum(s.counts, top))) if s.source.startswith(chosen) else s,
    )


def with_line(experiment: Experiment, chosen: str, height: float, at_nm: float | None = None) -> Experiment:
    """Add a line 1 nm wide that saturates the detector, by default at the excitation."""

    def add(s: Spectrum) -> Spectrum:
        if not s.source.startswith(chosen):
            return s
        place = s.condition.excitation_nm if at_nm is None else at_nm
        return replace(s, counts=frozen_array(np.where(np.abs(s.wavelength_nm - place) <= 1.0, height, s.counts)))

    return change_spectra(experiment, add)


def run(experiment: Experiment, **settings: object) -> Results:
    return analyse(Document(experiment).with_settings(corrections=CorrectionSettings(**settings)))  # type: ignore[arg-type]


def about(results: Results) -> list[tuple[str, str]]:
    return [(p.severity, p.message) for p in results.problems if "saturat" in p.message]


def place(results: Results, chosen: str) -> int:
    stacks = results.gathered.stacks
    return next(k for k, stack in enumerate(stacks) if stack.members[0].source.startswith(chosen))


def test_a_saturated_repeat_is_left_out_and_said() -> None:
    results = run(clipped(TOY.experiment(), STOKES + "r2", TOP))
    k = place(results, STOKES)
    assert [member.source for member in results.corrected.stacks[k].members] == [f"{STOKES}r{r}.csv" for r in (1, 3, 4)]
    assert results.corrected.treatments[k].left_out == (f"{STOKES}r2.csv",)
    assert results.corrected.present[k].sum() == 3
    ((severity, message),) = about(results)
    assert severity == "warning"
    assert "in 1 of 4 repeats" in message
    assert "800 counts" in message


def test_without_the_saturated_repeat_the_intensity_is_that_of_the_others() -> None:
    experiment = TOY.experiment()
    results, whole = run(clipped(experiment, STOKES + "r2", TOP)), run(experiment)
    k = place(results, STOKES)
    assert results.emission.mean[k] == pytest.approx(whole.emission.mean[k], rel=1e-3)


def test_one_switch_brings_the_repeat_back() -> None:
    results = run(clipped(TOY.experiment(), STOKES + "r2", TOP), leave_out_saturated=False)
    k = place(results, STOKES)
    assert len(results.corrected.stacks[k].members) == 4
    assert results.corrected.treatments[k].saturated == (f"{STOKES}r2.csv",)
    assert [message for _, message in about(results) if "stay in" in message]


def test_a_condition_with_nothing_but_saturated_repeats_stays_out_of_the_fits() -> None:
    experiment = TOY.experiment()
    results, whole = run(clipped(experiment, STOKES, TOP)), run(experiment)
    k = place(results, STOKES)
    assert results.corrected.stacks[k].excluded == REASON
    assert len(results.corrected.stacks[k].members) == 4
    assert results.emission.mean[k] < 0.9 * whole.emission.mean[k]
    ((severity, message),) = about(results)
    assert severity == "error"
    assert "lower limit" in message
    # The line through the other three is as true as before.
    np.testing.assert_allclose(results.efficiency.quantum_yield, TOY.quantum_yield, atol=0.01)


def test_a_saturated_laser_line_outside_the_cutoffs_excludes_nothing() -> None:
    results = run(with_line(TOY.experiment(), "t0/", 65535.0))
    assert not about(results)
    assert results.corrected.present.all()


def test_a_saturated_laser_line_between_the_cutoffs_is_named() -> None:
    experiment = with_line(TOY.experiment(), STOKES, 65535.0)
    open_to_all = Transmitted(np.tile([400.0, 620.0], (8, 1)))
    (problem,) = graph_of(experiment).put(open_to_all).get(Saturated).problems
    assert problem.severity == "error"
    assert problem.message.startswith("the laser line saturates")
    assert "cutoff" in problem.message


def test_a_band_that_is_saturated_beside_a_saturated_laser_line_is_found() -> None:
    """Both read the same highest value; the longer run is not the only one."""
    flat = with_line(clipped(TOY.experiment(), STOKES + "r3", TOP), STOKES + "r3", TOP)
    assert run(flat).corrected.treatments[place(run(flat), STOKES)].left_out == (f"{STOKES}r3.csv",)


def full_pixel(experiment: Experiment, source: str, *, width_nm: float) -> Experiment:
    """Put one pixel at 65535 counts on top of a peak of this width, or of a cosmic ray."""

    def put(s: Spectrum) -> Spectrum:
        if s.source != source:
            return s
        peak = 65535.0 * np.exp(-0.5 * ((s.wavelength_nm - TOY.band_nm) / width_nm) ** 2)
        return replace(s, counts=frozen_array(np.minimum(np.maximum(s.counts, np.round(peak)), 65535.0)))

    return change_spectra(experiment, put)


def test_a_cosmic_ray_at_full_scale_is_no_saturation() -> None:
    results = run(full_pixel(TOY.experiment(), STOKES + "r2.csv", width_nm=0.1))
    assert not about(results)
    assert results.corrected.replaced_pixels[place(results, STOKES)] > 0


def test_a_band_whose_peak_reaches_full_scale_is_saturated() -> None:
    experiment = full_pixel(TOY.experiment(), STOKES + "r2.csv", width_nm=6.0)
    found = run(experiment)
    assert found.corrected.treatments[place(found, STOKES)].left_out == (f"{STOKES}r2.csv",)
    assert not about(run(experiment, full_scale_counts=0.0))


def test_counts_summed_over_exposures_saturate_at_as_many_full_scales() -> None:
    def summed(s: Spectrum) -> Spectrum:
        if not s.source.startswith(STOKES):
            return s
        peak = np.exp(-0.5 * ((s.wavelength_nm - TOY.band_nm) / 6.0) ** 2)
        counts = np.where(peak == peak.max(), 196605.0, s.counts + 190000.0 * peak)
        return replace(s, counts=frozen_array(counts), condition=replace(s.condition, accumulations=3))

    assert about(run(change_spectra(TOY.experiment(), summed)))
    assert not about(run(change_spectra(TOY.experiment(), summed), divide_by_accumulations=False))


def test_a_moved_cutoff_corrects_nothing_anew() -> None:
    """Corrections are upstream of what a dragged cutoff changes, unless it makes a flat top matter."""
    analysis, document = Analysis(), Document(clipped(TOY.experiment(), STOKES + "r2", TOP))
    nominal = next(s.condition.longpass_nm for s in document.experiment.spectra if s.source == STOKES + "r1.csv")
    first = analysis.update(document, intervals=False)
    nearby, beyond = (
        TransmissionSettings(moved_cutoffs=(MovedCutoff("longpass", nominal, at),)) for at in (nominal + 5.0, 530.0)
    )
    assert analysis.update(document.with_settings(transmission=nearby), intervals=False).corrected is first.corrected
    hidden = analysis.update(document.with_settings(transmission=beyond), intervals=False)
    assert hidden.corrected.present.all()
