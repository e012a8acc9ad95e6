"""Corrections of emission spectra, in the order in which they act."""

from collections.abc import Iterator

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.experiment import Spectrum
from asplab.core.grouping import Gathered, Stack
from asplab.core.ledger.step import Step, Switch, counted, files_of, span
from asplab.core.pipeline import Results

_FEWEST_REPEATS = 3
_NOTHING_HIDDEN = 0.999


def emission_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of spectra; none where there is no spectrum."""
    gathered, corrected = results.gathered, results.corrected
    if gathered is None or corrected is None:
        return
    yield _dark(results, gathered, corrected)
    yield _cosmic_rays(results, corrected)
    yield _exposure(results, corrected)
    yield _power(results, gathered, corrected)
    yield _response(results, gathered, corrected)


def hidden_part(results: Results) -> Iterator[Step]:
    """Yield what supplies the part of a band that the filters hide."""
    emission, corrected = results.emission, results.corrected
    if emission is None or corrected is None:
        return
    switch = Switch("integration", "correct_truncation")
    seen = np.asarray(emission.truncation, dtype=float)
    known = np.isfinite(seen) & (seen > 0.0)
    acted = np.flatnonzero(known & (seen < _NOTHING_HIDDEN)).tolist()
    step = Step("truncation", "Hidden part of the band", "condition", switch=switch)
    if not acted:
        yield step.found("not needed", "The filters hide nothing of any band inside the window.")
        return
    most = 100.0 * (1.0 - min(seen[acted]))
    if not switch.is_on(results.document):
        yield step.found("off", f"The filters hide up to {most:.0f} % of a band; it is left out.")
        return
    factors = [1.0 / float(value) for value in seen[acted]]
    words = f"The filters hide up to {most:.0f} %; intensities are multiplied by {span(factors, '', 4)}."
    yield step.found("on", words, acted)


def _dark(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    switch = Switch("corrections", "subtract_dark")
    files = files_of(dark.source for dark in gathered.darks)
    step = Step("dark", "Dark frames", "spectrum", switch=switch, sources=files)
    if not gathered.darks:
        return step.found("no data", "No dark frame (kind dark); the level beside the band takes the offset along.")
    if not switch.is_on(results.document):
        return step.found("off", f"{counted(len(gathered.darks), 'dark frame')} not used.")
    acted = np.flatnonzero(corrected.dark_group >= 0).tolist()
    if not acted:
        return step.found("no data", "No dark frame fits the wavelength axis of a spectrum.")
    level = float(np.mean([dark.counts.mean() for dark in gathered.darks]))
    frames = counted(len(gathered.darks), "frame")
    return step.found("on", f"Mean level {level:.1f} counts, from {frames}, {_of(acted, corrected)}.", acted)


def _cosmic_rays(results: Results, corrected: Corrected) -> Step:
    switch = Switch("corrections", "remove_cosmic_rays")
    step = Step("cosmic_rays", "Cosmic rays", "spectrum", switch=switch)
    if not any(len(stack.members) >= _FEWEST_REPEATS for stack in corrected.stacks):
        return step.found("no data", "Fewer than three repeats everywhere: nothing to compare a pixel with.")
    if not switch.is_on(results.document):
        return step.found("off", "Pixels that stand out in one repeat are kept.")
    replaced = corrected.replaced_pixels
    acted = np.flatnonzero(replaced > 0).tolist()
    pixels = counted(int(replaced.sum()), "pixel")
    words = f"{pixels} replaced, {_of(acted, corrected)}." if acted else "No pixel stands out."
    return step.found("on", words, acted)


def _exposure(results: Results, corrected: Corrected) -> Step:
    switch = Switch("corrections", "divide_by_exposure")
    step = Step("exposure", "Exposure", "spectrum", switch=switch, scale_unit="s")
    return _divided(results, corrected, step, "exposure_s")


def _power(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    switch = Switch("corrections", "divide_by_power")
    step = Step("power", "Pump power", "spectrum", switch=switch, scale_unit="µW")
    known = any(member.condition.power_uw is not None for member in _members(corrected.stacks))
    if known and not gathered.has_power:
        words = "Not known of every spectrum and scan: nothing is divided, PL and PA count as of equal power."
        return step.found("no data", words)
    return _divided(results, corrected, step, "power_uw")


def _divided(results: Results, corrected: Corrected, step: Step, column: str) -> Step:
    """Return a step that divides each repeat by a column of the manifest, where all spectra carry it."""
    stacks, unit = corrected.stacks, step.scale_unit
    values = [getattr(member.condition, column) for member in _members(stacks)]
    known = [float(value) for value in values if value is not None]
    if not known:
        return step.found("no data", f"No spectrum carries {column}.")
    if len(known) < len(values):
        return step.found("no data", f"{column} is known of {len(known)} of {len(values)} spectra: nothing is divided.")
    typical = float(np.median(known))
    if step.switch is not None and not step.switch.is_on(results.document):
        return step.found("off", f"Not divided by {span(known, unit)}.", scale=typical)
    return step.found("on", f"Divided by {span(known, unit)}.", range(len(stacks)), scale=typical)


def _response(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    switch = Switch("corrections", "divide_by_response")
    curves = [curve for curve in gathered.experiment.curves if curve.kind == "response"]
    step = Step("response", "Spectral response", "spectrum", switch=switch)
    if not curves:
        return step.found("no data", "No response curve (kind response): the detector counts all colours alike.")
    step = Step("response", "Spectral response", "spectrum", switch=switch, sources=(curves[0].source,))
    axis = corrected.blocks[0].wavelength_nm
    relative = np.interp(axis, curves[0].wavelength_nm, curves[0].values) / curves[0].values.max()
    reach = span([float(relative.min()), float(relative.max())], "of its maximum")
    if not switch.is_on(results.document):
        return step.found("off", f"Not divided by the curve, {reach}.")
    return step.found("on", f"Divided by {reach}.", range(len(corrected.stacks)))


def _members(stacks: tuple[Stack, ...]) -> Iterator[Spectrum]:
    return (member for stack in stacks for member in stack.members)


def _of(acted: list[int], corrected: Corrected) -> str:
    """Return how many conditions are meant."""
    return f"in {len(acted)} of {len(corrected.stacks)} conditions"
