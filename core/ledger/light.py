"""Corrections of the intensity of a whole band: what the repeats and the power tell of the light itself."""

from collections.abc import Iterator

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.counting import counted
from asplab.core.drift.records import LightTrends
from asplab.core.ledger.step import Step, Switch, span
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

_DRIFT = Switch("drift", "correct_drift")
_TWO_PHOTON = Switch("pump", "subtract_two_photon")
_LEAK = Switch("pump", "subtract_leak")


def light_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of intensities; none where no spectrum was integrated."""
    if results.emission is not None and results.corrected is not None:
        yield _drift(results)
        yield _two_photon(results)
        yield _leak(results)


def light_factor(results: Results, name: str) -> FloatArray | None:
    """Return what a correction multiplies the intensity of each condition with, (n_stacks,); None where unknown.

    Of the drift that is known only while it is corrected, of the two-photon share always.
    """
    if name == "drift" and results.drift is not None and results.corrected is not None:
        return drift_factor(results.drift.light, results.corrected)
    if name == "two_photon" and results.two_photon is not None and results.layout is not None:
        assert results.corrected is not None
        factor, found = np.ones(len(results.corrected.stacks)), results.two_photon
        factor[results.layout.index[found.is_known]] = 1.0 - found.share[found.is_known]
        return factor
    if name == "leak" and results.responses is not None and results.layout is not None:
        return _without_leak(results)
    return None


def drift_factor(found: LightTrends, corrected: Corrected) -> FloatArray:
    """Return what the repeats of each condition are multiplied with on average, (n_stacks,)."""
    count = corrected.present.sum(axis=1)
    return np.asarray(np.where(corrected.present, found.gain, 0.0).sum(axis=1) / np.maximum(count, 1))


def _without_leak(results: Results) -> FloatArray:
    """Return what is left of each anti-Stokes intensity when the leak's share of the lowest Stokes one is gone."""
    layout, responses, pump = results.layout, results.responses, results.document.settings.pump
    assert results.corrected is not None
    assert layout is not None
    assert responses is not None
    leak, ns = 1e-6 * (pump.measured_leak_ppm or 0.0), responses.n_stokes
    factor = np.ones(len(results.corrected.stacks))
    for t in np.flatnonzero(responses.valid[:, :ns].any(axis=1)):
        lowest = int(np.argmin(np.where(responses.valid[t, :ns], responses.excitation_mev[t, :ns], np.inf)))
        columns = ns + np.flatnonzero(responses.valid[t, ns:])
        light, taken = responses.intensity[t, columns], leak * responses.intensity[t, lowest]
        with_it, without = (light, light + taken) if pump.subtract_leak else (light - taken, light)
        factor[layout.index[t, columns]] = with_it / without
    return factor


def _drift(results: Results) -> Step:
    step = Step("drift", "Trend over repeats", "condition", switch=_DRIFT)
    if results.drift is None:
        return step.found("no data", "not known", "No trend over the repeats could be found.")
    beyond = int(results.drift.light.is_beyond.sum())
    step = step.using(one.source for one in results.document.experiment.spectra_of(("reference",)))
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


def _leak(results: Results) -> Step:
    """Return what subtracts a measured leak of the laser; a rejection that is stated subtracts nothing."""
    pump = results.document.settings.pump
    told = pump.measured_leak_ppm
    step = Step("leak", "Measured laser leak", "condition", switch=_LEAK)
    if told is None:
        words = (
            "No leak of the laser above the gap is given as measured; one that may be there is bounded, not subtracted."
        )
        return step.found("no data", "none measured", words)
    factor = light_factor(results, "leak")
    if factor is None:
        return step.found("no data", "no responses", "There are no responses that the leak could be taken from.")
    acted = np.flatnonzero(factor != 1.0)
    size = f"{told:g} ± {pump.measured_leak_error_ppm:g} ppm"
    if not _LEAK.is_on(results.document):
        words = f"A leak of {size} was measured; it is left in, and counts as if it had not been measured."
        return step.found("off", f"{size} left in", words)
    if not acted.size:
        return step.found("not needed", size, f"A leak of {size} takes nothing from any anti-Stokes excitation.")
    many = counted(acted.size, "excitation")
    words = f"{size} of the Stokes excitation closest to the gap are taken from I and PA of {many}."
    return step.found("on", f"{size} taken away", words, acted)
