"""A background that slopes under the band is told where it matters, and only there."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.experiment import Condition, Curve, Experiment, frozen_array
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import BackgroundSettings

TOY = Toy(noise_counts=20.0)


def sloping(experiment: Experiment, per_nm: float) -> Experiment:
    """Add a straight line to every ASPL spectrum."""

    def changed(spectrum):
        if spectrum.kind != "aspl":
            return spectrum
        line = per_nm * (spectrum.wavelength_nm - spectrum.wavelength_nm[0])
        return replace(spectrum, counts=frozen_array(spectrum.counts + line))

    return replace(experiment, spectra=tuple(changed(s) for s in experiment.spectra))


def run(per_nm: float, **background: object) -> Results:
    document = Document(sloping(TOY.experiment(), per_nm))
    return analyse(document.with_settings(background=BackgroundSettings(**background)))  # type: ignore[arg-type]


def told(results: Results) -> list[str]:
    return [problem.message for problem in results.problems if problem.where == "background"]


def test_a_flat_background_is_not_told() -> None:
    assert told(run(0.0)) == []


@pytest.mark.parametrize("per_nm", [0.5, -0.5])
def test_a_sloping_background_under_aspl_is_told_with_its_effect_and_the_remedy(per_nm: float) -> None:
    results = run(per_nm)
    (message,) = told(results)
    assert "'line'" in message
    assert "ASPL" in message
    assert results.background_check is not None
    stacks = results.corrected.stacks  # type: ignore[union-attr]
    aspl = np.array([stack.kind == "aspl" for stack in stacks])
    shifted, flat = (np.abs(results.background_check.shift[mask]) for mask in (aspl, ~aspl))
    assert np.nanmax(flat) < np.nanmin(shifted)


def test_the_shift_is_what_the_slope_adds_to_the_intensity() -> None:
    plain, sloped = run(0.0), run(0.5)
    assert plain.emission is not None
    assert sloped.emission is not None
    assert sloped.background_check is not None
    stacks = sloped.corrected.stacks  # type: ignore[union-attr]
    aspl = np.array([stack.kind == "aspl" for stack in stacks])
    added = (sloped.emission.mean - plain.emission.mean)[aspl]
    count = sloped.corrected.present.sum(axis=1)  # type: ignore[union-attr]
    variance = sloped.emission.per_repeat.var(axis=1, ddof=1) / count
    valid, index = sloped.layout.valid, sloped.layout.index  # type: ignore[union-attr]
    variance[index[valid]] += np.einsum("tii->ti", sloped.emission.shared)[valid]
    np.testing.assert_allclose(sloped.background_check.shift[aspl] * np.sqrt(variance[aspl]), added, rtol=0.1)


def test_a_line_as_background_needs_no_warning() -> None:
    assert told(run(0.5, baseline="line")) == []


def test_missing_darks_are_named_where_the_response_makes_their_offset_slope() -> None:
    axis = np.linspace(380.0, 640.0, 27)
    curve = Curve("response", "r.csv", None, Condition(), wavelength_nm=axis, values=np.linspace(0.3, 1.0, 27))
    (message,) = told(analyse(Document(replace(sloping(TOY.experiment(), 0.5), curves=(curve,)))))
    assert "Some have no dark frame" in message
    assert not any("dark frame" in plain for plain in told(run(0.5)))
