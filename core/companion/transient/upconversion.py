"""The rates of up-conversion and of loss at the excitation of every transient, with the η of the main analysis."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.transient.rates import UpconversionRates, find_rates
from asplab.core.companion.transient.stage import TransientReading, Transients
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.energies.stage import Energies
from asplab.core.grouping.layout import Layout
from asplab.core.settings import TransientSettings
from asplab.core.units import energy_from_wavelength


@dataclass(frozen=True, slots=True, eq=False)
class Upconversion:
    """One transient with its place among the excitations, and the rates.

    Attributes
    ----------
    reading : TransientReading
    temperature : int or None
        Index of the temperature of the main analysis; None where there is none within the tolerance.
    detuning_mev : float
        E_g − E_exc; NaN where the gap is not known.
    eta_detuning_mev : float
        Where η was measured; NaN without one.
    rates : UpconversionRates or None
    reason : str
        Why there are no rates, and what would help; empty where there are.
    """

    reading: TransientReading
    temperature: int | None
    detuning_mev: float
    eta_detuning_mev: float
    rates: UpconversionRates | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Upconversions:
    """Every transient with its rates, in the order of `Transients`."""

    rows: tuple[Upconversion, ...]


def find_upconversion(
    transients: Transients, energies: Energies, efficiency: EfficiencyFit, layout: Layout, settings: TransientSettings
) -> Upconversions:
    """Give every transient the η of the nearest excitation at the nearest temperature, and the rates that follow.

    Both must lie within the tolerances of the settings, and be of the sample of the transient; else η is not available
    there, and nothing is interpolated.
    """
    return Upconversions(tuple(_row(one, energies, efficiency, layout, settings) for one in transients.readings))


def _row(
    one: TransientReading, energies: Energies, efficiency: EfficiencyFit, layout: Layout, settings: TransientSettings
) -> Upconversion:
    t, why = _temperature(one, energies, settings)
    if t is not None and layout.is_other_sample(t, one.sample):
        why = (
            f"η is not available: this transient is of sample {one.sample!r}, and the main analysis of another one, "
            f"{layout.sample_names(t)}. Check the column sample."
        )
        t = None
    detuning = math.nan
    if t is not None and one.excitation_nm is not None:
        detuning = float(energies.reference_mev[t]) - float(energy_from_wavelength(one.excitation_nm))
    if one.fit is None:
        return Upconversion(one, t, detuning, math.nan, None, one.reason)
    if t is None:
        return Upconversion(one, None, math.nan, math.nan, None, why)
    if not math.isfinite(detuning):
        return Upconversion(one, t, detuning, math.nan, None, "ΔE is not known. Fill in excitation_nm in the manifest.")
    known = _known(efficiency, layout, t, one.sample)
    place, why = _nearest_eta(t, detuning, known, efficiency, settings)
    if place is None:
        return Upconversion(one, t, detuning, math.nan, None, why)
    away = detuning - float(efficiency.detuning_mev[t, place])
    error = math.hypot(float(efficiency.eta_error[t, place]), _slope(efficiency, t, place, known) * away)
    rates = find_rates(one.fit.rise_fs, detuning_mev=detuning, eta=float(efficiency.eta[t, place]), eta_error=error)
    return Upconversion(one, t, detuning, float(efficiency.detuning_mev[t, place]), rates)


def _temperature(one: TransientReading, energies: Energies, settings: TransientSettings) -> tuple[int | None, str]:
    """Return the nearest temperature of the main analysis, or why there is none."""
    if one.temperature_k is None:
        return None, "the temperature is not known. Fill in temperature_k in the manifest."
    kelvin = energies.temperatures_k
    t = int(np.argmin(np.abs(kelvin - one.temperature_k)))
    if abs(kelvin[t] - one.temperature_k) <= settings.eta_within_k:
        return t, ""
    return None, (
        f"η is not available at {one.temperature_k:.1f} K: the nearest temperature of the main analysis is "
        f"{kelvin[t]:.1f} K, not within {settings.eta_within_k:g} K. Measure η there."
    )


def _known(efficiency: EfficiencyFit, layout: Layout, t: int, sample: str) -> np.ndarray:
    """Return the places of a temperature and a sample whose η is a number with an error."""
    return np.flatnonzero(
        layout.of_sample(t, sample)[layout.n_stokes :]
        & efficiency.valid[t]
        & np.isfinite(efficiency.eta[t])
        & np.isfinite(efficiency.eta_error[t])
        & ~efficiency.flag_table[t, :, FLAGS.index("not_determined")]
        & ~efficiency.flag_table[t, :, FLAGS.index("excluded")]
    )


def _nearest_eta(
    t: int, detuning_mev: float, known: np.ndarray, efficiency: EfficiencyFit, settings: TransientSettings
) -> tuple[int | None, str]:
    kelvin = f"{efficiency.temperatures_k[t]:.0f} K"
    if not known.size:
        return None, f"η is not available: none is determined at {kelvin}."
    away = np.abs(efficiency.detuning_mev[t, known] - detuning_mev)
    place = int(known[np.argmin(away)])
    if away.min() <= settings.eta_within_mev:
        return place, ""
    return None, (
        f"η is not available at {detuning_mev:.1f} meV: the nearest at {kelvin} is at "
        f"{efficiency.detuning_mev[t, place]:.1f} meV, not within {settings.eta_within_mev:g} meV. Measure η there."
    )


def _slope(efficiency: EfficiencyFit, t: int, place: int, known: np.ndarray) -> float:
    """Return how η changes with ΔE between a place and its nearest neighbour, per meV; 0 where there is none."""
    others = known[known != place]
    if not others.size:
        return 0.0
    apart = efficiency.detuning_mev[t, others] - efficiency.detuning_mev[t, place]
    nearest = int(np.argmin(np.abs(apart)))
    step = float(efficiency.eta[t, others[nearest]] - efficiency.eta[t, place])
    return step / float(apart[nearest]) if apart[nearest] else 0.0
