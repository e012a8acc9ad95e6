"""All conditions on one band shape: what their shifts and widths say together."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra

from asplab.core.companion.temperature.overlay import overlay, shape_statistics
from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.pipeline import analyse

TOY = Toy(noise_counts=4.0, detuning_mev=(33.0, 55.0, 77.0, 102.0), repeats=5)


def with_moved_aspl(nm: float) -> Experiment:
    """Return the toy's experiment with its anti-Stokes spectra moved to the red."""

    def changed(spectrum: Spectrum) -> Spectrum:
        if spectrum.kind != "aspl":
            return spectrum
        moved = np.interp(TOY.wavelength_nm - nm, TOY.wavelength_nm, np.asarray(spectrum.counts))
        return replace(spectrum, counts=frozen_array(moved))

    return change_spectra(TOY.experiment(), changed)


def test_conditions_of_one_shape_lie_on_each_other() -> None:
    results = analyse(Document(TOY.experiment()))
    assert results.bands is not None
    assert results.shape_test is not None
    found = overlay(results.bands, results.shape_test, temperature=0)
    assert len(found.curves) > 4
    assert {item.kind for item in found.curves} == {"pl", "aspl"}
    assert [item.excitation_nm for item in found.curves] == sorted(item.excitation_nm for item in found.curves)
    assert max(float(np.max(item.curve.resting)) for item in found.curves) == pytest.approx(1.0, abs=0.05)
    assert "have one shape" in found.shapes.sentence
    assert abs(found.shapes.shift.mean.value) < 3.0 * found.shapes.shift.mean.error


def test_conditions_that_moved_are_told_together() -> None:
    results = analyse(Document(with_moved_aspl(2.0)))
    assert results.bands is not None
    assert results.shape_test is not None
    found = overlay(results.bands, results.shape_test, temperature=0)
    assert "differ in shift" in found.shapes.sentence
    assert found.shapes.shift.mean.value < 0.0


def test_statistics_of_noise_are_those_of_chance() -> None:
    rng = np.random.default_rng(1)
    found = [shape_statistics(rng.normal(0.0, 0.5, 8), np.full(8, 0.5), rest=0.0, unit="meV") for _ in range(300)]
    assert np.mean([item.chance < 0.1 for item in found]) == pytest.approx(0.1, abs=0.055)
    pulls = [item.mean.value / item.mean.error for item in found]
    assert np.std(pulls) == pytest.approx(0.93, abs=0.12)


def test_conditions_that_tell_nothing_are_left_out_and_none_is_said() -> None:
    values = np.array([np.nan, 1.0, 0.0])
    assert shape_statistics(values, np.array([np.nan, 0.5, 0.0]), rest=0.0, unit="meV").n == 1
    nothing = shape_statistics(values[:1], values[:1], rest=0.0, unit="meV")
    assert not nothing.mean.is_determined
    assert "Expose longer" in nothing.mean.reason
