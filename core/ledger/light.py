"""Corrections of the intensity of a whole band: what the repeats and the power tell of the light itself."""

from collections.abc import Iterator

import numpy as np

from asplab.core.ledger.step import Step, Switch, counted, span
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

_DRIFT = Switch("drift", "correct_drift")
_TWO_PHOTON = Switch("pump", "subtract_two_photon")


def light_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of intensities; none where no spectrum was integrated."""
    if results.emission is not None and results.corrected is not None:
        yield _drift(results)
        yield _two_photon(results)


def light_factor(results: Results, name: str) -> FloatArray | None:
    """Return what a correction multiplies the intensity of each condition with, (n_stacks,); None where unknown.

    Of the drift that is known only while it is corrected, of the two-photon share always.
    """
    if name == "drift" and results.drift is not None:
        return np.asarray(results.drift.light.gain.mean(axis=1))
    if name == "two_photon" and results.two_photon is not None and results.layout is not None:
        assert results.corrected is not None
        factor, found = np.ones(len(results.corrected.stacks)), results.two_photon
        factor[results.layout.index[found.is_known]] = 1.0 - found.share[found.is_known]
        return factor
    return None


def _drift(results: Results) -> Step:
    step = Step("drift", "Trend over repeats", "condition", switch=_DRIFT)
    if results.drift is None:
        return step.found("no data", "not known", "No trend over the repeats could be found.")
    beyond = int(results.drift.light.is_beyond.sum())
    if not _DRIFT.is_on(results.document):
        return step.found("off", f"{beyond} beyond 3 σ", _left(results, beyond))
    gain = results.drift.light.gain
    acted = np.flatnonzero(np.any(gain != 1.0, axis=1))
    if not acted.size:
        return step.found("not needed", "no trend", "No condition has repeats enough for a trend.")
    size = span([float(gain[acted].min()), float(gain[acted].max())])
    words = f"Repeats are multiplied by {size}, so that all are like the first; {beyond} trends lie beyond 3 σ."
    return step.found("on", f"multiplied by {size}", words, acted)


def _left(results: Results, beyond: int) -> str:
    """Say what becomes of trends that are not corrected."""
    assert results.drift is not None
    by_reference = results.drift.light.together is not None
    if not beyond and not by_reference:
        return "No condition has a trend beyond 3 σ by itself, and no reference changes beyond that."
    found = f"{counted(beyond, 'condition')} with a trend beyond 3 σ" if beyond else ""
    found += " and " * bool(beyond and by_reference) + "a reference that changes" * by_reference
    is_widened = results.document.settings.drift.widen
    effect = "what it shifts is added to the errors" if is_widened else "it is in no error (Widen for drift is off)"
    return f"{found[0].upper()}{found[1:]}: nothing is divided, {effect}."


def _two_photon(results: Results) -> Step:
    step = Step("two_photon", "Two-photon emission", "condition", switch=_TWO_PHOTON)
    factor, found = light_factor(results, "two_photon"), results.two_photon
    if factor is None or found is None or not found.is_known.any():
        words = "No power series (kind power) tells how much of the emission needs two photons."
        return step.found("no data", "no power series", words)
    kept = results.document.experiment.kept
    step = step.using(record.source for record in kept if record.kind == "power")
    size = f"up to {100.0 * float(found.share[found.is_known].max()):.2g} %"
    if not _TWO_PHOTON.is_on(results.document):
        return step.found("off", f"{size} left in", f"A share of {size} needs two photons; it is left in.")
    acted = np.flatnonzero(factor != 1.0)
    words = f"A share of {size} needs two photons and is taken away, as the power series tell."
    return step.found("on", f"{size} taken away", words, acted)
