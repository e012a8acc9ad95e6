"""What is said of the photothermal scans of one temperature: how they were joined and paired, which baseline fits."""

import math

import numpy as np

from asplab.core.estimate import Estimate
from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.pipeline import Results
from asplab.core.scans import ScanSet
from asplab.core.scans.sets import Seam
from asplab.core.units import FloatArray, energy_from_wavelength
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import measured, plain

UNITS = {"volt": tr("independent of power"), "power": tr("proportional to power")}
_BETTER = 9.0
"""Difference of χ² from which one unit of the baseline is said to describe the scans better."""
_MICROVOLT = 1e6


def scan_words(results: Results, scans: ScanSet, t: int) -> tuple[str, ...]:
    """Return how many scans there are, with what they are paired and what was done to them; then in fewer words."""
    count = tr("{volts} scan{value}", volts=len(scans.volts), value="" if len(scans.volts) == 1 else "s")
    paired = "" if results.pairs is None else results.pairs.words(t)
    seams, ranges = len(scans.seams), len(scans.overloaded_nm)
    done = [tr("{seams} seam{value}", seams=seams, value="" if seams == 1 else "s")] if seams else []
    done += (
        [tr("{ranges} overloaded range{value} left out", ranges=ranges, value="" if ranges == 1 else "s")]
        if ranges
        else []
    )
    done += _trend_words(results, t)
    brief = paired.split(",")[0].split(" (")[0]
    texts = ((count, paired, *done), (count, brief, *done), (brief, *done), (brief,))
    return tuple(" · ".join(part for part in text if part) for text in texts)


def _trend_words(results: Results, t: int) -> list[str]:
    found = 0 if results.drift is None else int(results.drift.heat.is_beyond[t].sum())
    return (
        [tr("! PA of {found} excitation{value}", found=found, value=tr("s drift") if found > 1 else " drifts")]
        if found
        else []
    )


def baseline_words(results: Results, baseline: FittedBaseline | None) -> tuple[str, ...]:
    """Return the misfit of the baseline in both of its units and which is better, then in fewer words."""
    if baseline is None or math.isnan(baseline.chi2_volt) or math.isnan(baseline.chi2_power):
        return ("",)
    unit = results.document.settings.baseline.unit
    gain = baseline.gain_of_other(unit)
    verdict = tr("the scans don’t tell which")
    if abs(gain) > _BETTER:
        other = next(name for name in UNITS if name != unit)
        verdict = (
            tr("! {units} fits better", units=UNITS[other])
            if gain > 0
            else tr("{units} fits better", units=UNITS[unit])
        )
    volt, power = (f"χ² {plain(chi2, 1)}" for chi2 in (baseline.chi2_volt, baseline.chi2_power))
    return (
        tr(
            "baseline {units}: {volt}, {units2}: {power} ({dof} dof) · {verdict}",
            units=UNITS["volt"],
            volt=volt,
            units2=UNITS["power"],
            power=power,
            dof=baseline.dof,
            verdict=verdict,
        ),
        tr("independent of power {volt}, proportional {power} · {verdict}", volt=volt, power=power, verdict=verdict),
        tr("in volts {volt}, by power {power} · {verdict}", volt=volt, power=power, verdict=verdict),
        verdict,
    )


def mean_quadrature(scans: ScanSet) -> tuple[FloatArray, FloatArray] | None:
    """Return what is in quadrature after the rotation and its standard error, in volts; None without it."""
    if scans.quadrature_v is None:
        return None
    noise = np.zeros(scans.energy_mev.size) if scans.quadrature_noise is None else scans.quadrature_noise
    return scans.quadrature_v.mean(axis=0), np.sqrt(noise / len(scans.quadrature_v))


def reading_words(results: Results, k: int) -> str:
    """Return what a reading has in quadrature, in parts of it; nothing where it is hardly seen itself."""
    absorbed = results.absorbed
    if absorbed is None or not np.isfinite(absorbed.quadrature[k]) or not np.isfinite(absorbed.mean[k]):
        return ""
    mean, error = float(absorbed.mean[k]), float(absorbed.quadrature_error[k])
    if abs(mean) < 5.0 * error:
        return ""
    part = Estimate(100.0 * float(absorbed.quadrature[k]) / mean, 100.0 * error / abs(mean))
    return tr("{part} % of it in quadrature", part=measured(part))


def seam_tip(seam: Seam) -> str:
    """Return how two pieces of the scans were joined."""
    low, high = (plain(end, 1) for end in seam.overlap_nm)
    lines = [
        tr("<b>Pieces joined at {at_nm} nm</b>", at_nm=plain(seam.at_nm, 1)),
        tr("both measured {low} to {high} nm", low=low, high=high),
    ]
    if seam.factor_error > 0.0:
        lines.append(
            tr(
                "the further piece × {estimate} at equal power",
                estimate=measured(Estimate(seam.factor, seam.factor_error)),
            )
        )
    else:
        lines.append(tr("joined as they are"))
    if seam.offset_v != 0.0:
        offset = measured(Estimate(_MICROVOLT * seam.offset_v, _MICROVOLT * seam.offset_error_v))
        lines.append(tr("and {offset} µV added", offset=offset))
    if seam.dof:
        lines.append(tr("χ²/dof {chi2}", chi2=plain(seam.chi2 / seam.dof, 2)))
    return "<br>".join(lines)


def overload_tip(range_nm: tuple[float, float]) -> str:
    """Return what is said of a range that is left out."""
    low, high = (plain(end, 1) for end in range_nm)
    return tr("<b>{low} to {high} nm left out</b><br>the lock-in was at its full scale", low=low, high=high)


def energies_of(results: Results, scans: ScanSet, wavelength_nm: FloatArray) -> FloatArray:
    """Return the photon energies at which wavelengths of the scans are drawn."""
    medium = results.document.settings.energies.medium
    return np.asarray(energy_from_wavelength(wavelength_nm, medium=medium) + scans.shift_mev)


def fit_words(baseline: FittedBaseline | None) -> tuple[str, ...]:
    """Return what was fitted and how well, then the same in fewer words."""
    if baseline is None:
        return (tr("no baseline"),)
    if not np.isfinite(baseline.region_mev[0]):
        return (tr("nothing is fitted"),)
    words = [
        tr(
            "fitted {region_mev}–{region_mev2} meV",
            region_mev=plain(baseline.region_mev[0], 0),
            region_mev2=plain(baseline.region_mev[1], 0),
        )
    ]
    if baseline.dof > 0:
        words.append(tr("χ²/dof {chi2}", chi2=plain(baseline.chi2 / baseline.dof, 2)))
    if baseline.urbach_mev is None:
        return " · ".join(words), words[-1]
    energy = f"E<sub>U</sub> ≈ {plain(baseline.urbach_mev, 0)} meV"
    return " · ".join([*words, tr("Urbach tail {energy}", energy=energy)]), " · ".join([*words[1:], energy]), words[-1]
