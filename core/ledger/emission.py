"""Corrections of emission spectra, in the order in which they act."""

from collections.abc import Iterator

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.corrections.inner_filter import cuvette_curves
from asplab.core.counting import counted
from asplab.core.emission.integration import Emission
from asplab.core.experiment import Spectrum
from asplab.core.grouping.stage import Gathered
from asplab.core.ledger.step import Step, Switch, manifest_of, span
from asplab.core.pipeline import Results

_FEWEST_REPEATS = 3
_NOTHING_HIDDEN = 0.999


def emission_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of spectra; none where there is no spectrum."""
    gathered, corrected = results.gathered, results.corrected
    if gathered is None or corrected is None:
        return
    yield _saturation(results, corrected)
    yield from _frames(results, gathered, corrected)
    yield _cosmic_rays(results, corrected)
    yield from _factors(results, gathered, corrected)
    yield _response(results, gathered, corrected)
    yield _filters(results, gathered, corrected)
    yield _inner_filter(results, gathered, corrected)
    yield _laser_line(results, corrected)


def hidden_part(results: Results) -> Iterator[Step]:
    """Yield what supplies the part of a band that the filters hide, and from which shape."""
    if results.emission is not None and results.corrected is not None:
        yield _supplied(results, results.emission)
        yield _moved_bands(results)


def _supplied(results: Results, emission: Emission) -> Step:
    step = Step(
        "truncation", "Hidden part of the band", "condition", switch=Switch("integration", "correct_truncation")
    )
    seen = np.asarray(emission.truncation, dtype=float)
    acted = np.flatnonzero((seen > 0.0) & (seen < _NOTHING_HIDDEN))
    if not acted.size:
        return step.found("not needed", "nothing hidden", "The filters hide nothing of any band inside the window.")
    most = f"up to {100.0 * (1.0 - seen[acted].min()):.0f} %"
    if not _is_on(results, step):
        return step.found("off", f"{most} left out", f"The filters hide {most} of a band; it is left out.")
    factors = span(1.0 / seen[acted], digits=4)
    words = f"The filters hide {most} of a band; intensities are multiplied by {factors}."
    return step.found("on", f"{most} added", words, acted)


def _moved_bands(results: Results) -> Step:
    """Return what follows the bands that the shape test found moved."""
    step = Step("moved_bands", "Moved bands", "condition", switch=Switch("integration", "follow_shape"))
    test, gathered = results.shape_test, results.gathered
    if test is None or gathered is None or not np.isfinite(test.significance).any():
        return step.found("no data", "no shape tested", "No spectrum could be compared with the shape of the band.")
    if not test.moved.shapes:
        words = "No ASPL is told to be moved or widened against the PL of its temperature."
        return step.found("not needed", "none moved", words)
    many = counted(len(test.moved.shapes), "band")
    size = span([shape.shift_mev for shape in test.moved.shapes], "meV", 2)
    if not results.document.settings.integration.correct_truncation:
        words = f"{many} moved by {size}; no hidden part is supplied, so there is nothing to follow."
        return step.found("not needed", f"{many} moved", words)
    if not _is_on(results, step):
        words = f"{many} moved by {size}; the hidden part is that of the PL all the same."
        return step.found("off", f"{many} not followed", words)
    places = {stack.key: k for k, stack in enumerate(gathered.stacks)}
    acted = [places[shape.key] for shape in test.moved.shapes if shape.key in places]
    words = f"{many} moved by {size}: the hidden part is that of the moved shape, with the difference in the error."
    return step.found("on", size, words, acted)


def _laser_line(results: Results, corrected: Corrected) -> Step:
    """Return what keeps the range of a spectrum before the line of its laser."""
    step = Step("laser_line", "Laser line in the range", "condition", switch=Switch("transmission", "keep_out_laser"))
    at = np.full(1, np.nan) if results.laser_lines is None else results.laser_lines.at_nm
    seen = np.flatnonzero(np.isfinite(at))
    if not seen.size:
        return step.found("not needed", "none seen", "No laser stands inside the range that its filters let through.")
    where, many = span(at[seen], "nm", 4), f"The line of the laser stands inside the range {_of(seen.size, corrected)}"
    if not _is_on(results, step):
        return step.found("off", f"{where} left in", f"{many}, at {where}; it counts as emission.")
    return step.found("on", f"{where} kept out", f"{many}, at {where}; the range ends before it.", seen)


def _saturation(results: Results, corrected: Corrected) -> Step:
    step = Step("saturation", "Saturated repeats", "spectrum", switch=Switch("corrections", "leave_out_saturated"))
    found = {k: (*done.left_out, *done.saturated) for k, done in enumerate(corrected.treatments)}
    hit = {k: files for k, files in found.items() if files}
    if not hit:
        return step.found("not needed", "none", "No spectrum is saturated where its filters transmit.")
    files = [file for k in hit for file in hit[k]]
    step, many = step.using(files), counted(len(files), "repeat")
    if not _is_on(results, step):
        return step.found("off", f"{many} kept", f"{many} saturated, {_of(len(hit), corrected)}; kept.")
    left = [k for k in hit if corrected.treatments[k].left_out]
    excluded = len(hit) - len(left)
    rest = f"; {counted(excluded, 'condition')} without another repeat taken out of the fits" if excluded else ""
    return step.found("on", f"{many} left out", f"{many} saturated, {_of(len(hit), corrected)}: left out{rest}.", hit)


# --- what is subtracted ----------------------------------------------------------------------------------
def _frames(results: Results, gathered: Gathered, corrected: Corrected) -> Iterator[Step]:
    for name, title, kind, attribute, without in (
        ("dark", "Dark frames", "dark", "dark", "the level beside the band takes the offset along"),
        ("background", "Pump off", "background", "background", "light that does not come from the pump stays in"),
        ("blank", "Bare substrate", "emission_blank", "blank", "light of the substrate and of Raman lines stays in"),
    ):
        step = Step(name, title, "spectrum", switch=Switch("corrections", f"subtract_{kind}"))
        spectra = gathered.experiment.spectra_of((kind,))
        if not spectra:
            yield step.found("no data", f"no file of kind {kind}", f"There is no file of kind {kind}: {without}.")
            continue
        yield _subtracted(results, corrected, step.using(one.source for one in spectra), attribute, len(spectra))


def _subtracted(results: Results, corrected: Corrected, step: Step, attribute: str, count: int) -> Step:
    """Return what was subtracted from which conditions."""
    if not _is_on(results, step):
        return step.found("off", f"{counted(count, 'file')} not used", f"{counted(count, 'file')} not used.")
    found = [(k, getattr(done, f"{attribute}_counts")) for k, done in enumerate(corrected.treatments)]
    levels = {k: float(np.mean(counts)) for k, counts in found if counts is not None}
    if not levels:
        return step.found("no data", "none fits", "None of the files fits the axis and conditions of a spectrum.")
    used = [source for done in corrected.treatments for source in getattr(done, f"{attribute}s")]
    step = step.using(used)
    level = span(levels.values(), "counts")
    words = (
        f"A mean of {level} is taken away, from {counted(len(step.sources), 'file')}, {_of(len(levels), corrected)}."
    )
    return step.found("on", level, words, levels)


def _cosmic_rays(results: Results, corrected: Corrected) -> Step:
    step = Step("cosmic_rays", "Cosmic rays", "spectrum", switch=Switch("corrections", "remove_cosmic_rays"))
    if not any(len(stack.members) >= _FEWEST_REPEATS for stack in corrected.stacks):
        words = "All conditions have fewer than three repeats: there is nothing to compare a pixel with."
        return step.found("no data", "fewer than 3 repeats", words)
    if not _is_on(results, step):
        return step.found("off", "not looked for", "Pixels that stand out in one repeat are kept.")
    acted = np.flatnonzero(corrected.replaced_pixels > 0)
    pixels = counted(int(corrected.replaced_pixels.sum()), "pixel")
    words = f"{pixels} replaced, {_of(acted.size, corrected)}." if acted.size else "No pixel stands out."
    return step.found("on", pixels, words, acted)


# --- what counts are divided by --------------------------------------------------------------------------
_FACTORS = (
    ("neutral", "Neutral filters", "undo_neutral_density", "nd_od", "neutral_factor", ""),
    ("gain", "EM gain", "divide_by_em_gain", "em_gain", "em_gain", ""),
    ("accumulations", "Accumulations", "divide_by_accumulations", "accumulations", "accumulations", ""),
    ("exposure", "Exposure", "divide_by_exposure", "exposure_s", "exposure_s", "s"),
    ("power", "Pump power", "divide_by_power", "power_uw", "power_uw", "µW"),
)
"""Name, title, setting, column of the manifest, field of `Treatment`, unit."""


def _factors(results: Results, gathered: Gathered, corrected: Corrected) -> Iterator[Step]:
    for name, title, setting, column, attribute, unit in _FACTORS:
        step = Step(name, title, "spectrum", switch=Switch("corrections", setting), scale_unit=unit)
        values = [getattr(member.condition, column) for member in _members(corrected)]
        known = [float(value) for value in values if value is not None]
        if not known:
            yield step.found("no data", f"no {column} known", f"No spectrum carries {column}.")
            continue
        step = step.using(manifest_of(gathered.experiment))
        yield _factor(results, gathered, corrected, step, known, attribute, column)


def _factor(
    results: Results,
    gathered: Gathered,
    corrected: Corrected,
    step: Step,
    known: list[float],
    attribute: str,
    column: str,
) -> Step:
    """Return what the counts were multiplied with or divided by."""
    of_filter = step.name == "neutral"
    size = span(10.0 ** np.array(known) if of_filter else known, step.scale_unit)
    done_words, typical = f"{'multiplied' if of_filter else 'divided'} by {size}", _scale(known, step.name)
    if not _is_on(results, step):
        return step.found("off", f"not {done_words}", f"Counts are not {done_words}.", scale=typical)
    factors = [np.asarray(getattr(done, attribute), dtype=float) for done in corrected.treatments]
    acted = [k for k, found in enumerate(factors) if np.any(found != 1.0)]
    if not acted and any(value != _NEUTRAL[step.name] for value in known):
        total = sum(len(stack.members) for stack in corrected.stacks)
        return step.found("no data", f"{column} not known of all", _why_not(gathered, column, len(known), total))
    return step.found("on", done_words, f"Counts are {done_words}.", acted, scale=typical)


_NEUTRAL = {"neutral": 0.0, "gain": 1.0, "accumulations": 1.0, "exposure": 1.0, "power": 1.0}
"""Values that change nothing."""


def _scale(known: list[float], name: str) -> float:
    """Return the typical divisor."""
    typical = float(np.median(known))
    return float(10.0**-typical) if name == "neutral" else typical


def _why_not(gathered: Gathered, column: str, known: int, total: int) -> str:
    if column == "power_uw" and known == total and not gathered.has_power:
        return "The power of the photothermal scans is not known, so PL and PA count as of equal power."
    return f"{column} is known of {known} of {total} spectra only, so nothing is divided by it. Fill it in for all."


def _response(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    step = Step("response", "Spectral response", "spectrum", switch=Switch("corrections", "divide_by_response"))
    curves = [curve for curve in gathered.experiment.curves if curve.kind == "response"]
    if not curves:
        words = "There is no file of kind response: the detector counts as equally sensitive at all wavelengths."
        return step.found("no data", "no file of kind response", words)
    step = step.using([curves[0].source])
    axis = corrected.blocks[0].wavelength_nm
    relative = np.interp(axis, curves[0].wavelength_nm, curves[0].values) / curves[0].values.max()
    reach = span([float(relative.min()), float(relative.max())], digits=2)
    if not _is_on(results, step):
        return step.found("off", f"not divided by {reach}", f"Spectra are not divided by the curve, {reach}.")
    words = f"Spectra are divided by the curve, {reach} of its maximum over their range."
    return step.found("on", f"divided by {reach}", words, range(len(corrected.stacks)))


def _filters(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    step = Step("filters", "Filter curves", "spectrum", switch=Switch("corrections", "divide_by_filters"))
    curves = [curve.source for curve in gathered.experiment.curves if curve.kind == "filter"]
    if not curves:
        words = (
            "There is no file of kind filter: every filter counts as an ideal edge that lets all light through. That "
            "paths may differ is in the systematic error."
        )
        return step.found("no data", "no file of kind filter", words)
    step = step.using(curves)
    if not _is_on(results, step):
        return step.found("off", f"{counted(len(curves), 'curve')} not used", "Filters count as ideal edges.")
    acted = [k for k, done in enumerate(corrected.treatments) if done.filters]
    if not acted:
        words = "Not every condition with a filter has its curve, so none is divided: the problems say which."
        return step.found("no data", "not for all filters", words)
    step = step.using(file for k in acted for file in corrected.treatments[k].filters)
    many = counted(len(step.sources), "curve")
    words = f"Spectra are divided by the transmission of {many}, {_of(len(acted), corrected)}."
    return step.found("on", f"divided by {many}", words, acted)


def _inner_filter(results: Results, gathered: Gathered, corrected: Corrected) -> Step:
    switch = Switch("corrections", "inner_filter", "cuvette", "none")
    step = Step("inner_filter", "Inner filter", "condition", switch=switch)
    curves = [curve.source for curve in cuvette_curves(gathered.experiment)]
    if not curves:
        words = "There is no file of kind absorption of a cuvette, so what it absorbs on the way is not known."
        return step.found("no data", "no file of kind absorption", words)
    step = step.using(curves)
    factors = np.array([done.inner_filter for done in corrected.treatments])
    is_on = _is_on(results, step)
    if np.all((factors if is_on else corrected.inner_filter) == 1.0):
        words = "The absorption curves do not cover every excitation and band, so nothing is multiplied."
        return step.found("no data", "curve too short", words)
    if not is_on:
        size = span(corrected.inner_filter)
        words = f"What the sample itself absorbs of the light is left as it is: in a cuvette it would ask for {size}."
        return step.found("off", f"not multiplied by {size}", words)
    size = span(factors)
    words = f"Intensities are multiplied by {size} for what a cuvette of sample absorbs on both ways."
    return step.found("on", f"multiplied by {size}", words, np.flatnonzero(factors != 1.0))


def _is_on(results: Results, step: Step) -> bool:
    return step.switch is not None and step.switch.is_on(results.document)


def _members(corrected: Corrected) -> Iterator[Spectrum]:
    return (member for stack in corrected.stacks for member in stack.members)


def _of(count: int, corrected: Corrected) -> str:
    """Return how many conditions are meant."""
    return f"in {count} of {len(corrected.stacks)} conditions"
