"""The absorption maximum of each temperature, from curves of absorption or from photothermal scans."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.absorption_top import first_top
from asplab.core.companion.temperature.absorption_top_noise import point_noise
from asplab.core.companion.temperature.band import checked
from asplab.core.efficiency.stokes_line import StokesLine, fit_stokes_line
from asplab.core.energies.references import SAME_TEMPERATURE_K
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.experiment import Curve, Experiment
from asplab.core.grouping.medium import main_part
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.responses.stage import Responses
from asplab.core.scans import Scans
from asplab.core.settings import EnergySettings, TrendSettings
from asplab.core.units import FloatArray, Medium, energy_from_wavelength

Source = Literal["curves", "scans", "none"]
_BELOW_PEAK_MEV = 60.0
"""From here on upwards the heat of a scan is that of the quantum yield, and noise is small."""
_LEAST_POINTS = 12


@dataclass(frozen=True, slots=True, eq=False)
class AbsorptionTops:
    """Energy of the first absorption maximum at each temperature of the experiment, and where it comes from."""

    temperatures_k: FloatArray
    tops: tuple[Reading, ...]
    source: Source


def find_absorption_tops(
    experiment: Experiment,
    energies: Energies,
    scans: Scans,
    absorbed: Absorbed,
    responses: Responses,
    settings: TrendSettings,
    given: EnergySettings,
) -> AbsorptionTops:
    """Find the maxima; one source serves all temperatures, for their definitions differ.

    The signal of a scan per power is absorption times the heat of a photon, which grows with its energy and would move
    the maximum by 10 meV and more; it is divided out with the yield of the Stokes line.
    """
    places, line = range(len(energies.temperatures_k)), fit_stokes_line(responses)
    found: dict[Source, tuple[Reading, ...]] = {}
    if settings.absorption != "scans":
        found["curves"] = tuple(_of_curves(experiment, float(energies.temperatures_k[t]), given) for t in places)
    if settings.absorption != "curves":
        found["scans"] = tuple(_of_scans(scans, absorbed, energies, line, t) for t in places)
    source: Source = max(found, key=lambda name: sum(one.is_determined for one in found[name]))
    tops = found[source]
    return AbsorptionTops(energies.temperatures_k, tops, source if any(t.is_determined for t in tops) else "none")


def _of_curves(experiment: Experiment, temperature_k: float, settings: EnergySettings) -> Reading:
    for known in settings.given_absorption:
        if abs(known.temperature_k - temperature_k) <= SAME_TEMPERATURE_K and known.error_mev > 0.0:
            return measured(known.energy_mev, known.error_mev, "meV")
    for curve in main_part(experiment).curves:
        own = curve.condition.temperature_k
        if curve.kind == "absorption" and own is not None and abs(own - temperature_k) <= SAME_TEMPERATURE_K:
            return _of_curve(curve, settings.medium)
    return undetermined("There is no absorption curve at this temperature. Add one with its temperature_k.", "meV")


def _of_curve(curve: Curve, medium: Medium) -> Reading:
    energy = energy_from_wavelength(curve.wavelength_nm, medium=medium)
    return _top(energy, curve.values, np.zeros_like(energy))


def _of_scans(scans: Scans, absorbed: Absorbed, energies: Energies, line: StokesLine, t: int) -> Reading:
    scan_set, baseline = scans.sets[t], absorbed.baselines[t]
    if scan_set is None or baseline is None:
        return undetermined("There is no photothermal scan at this temperature.", "meV")
    heat_from, error_mev = float(line.intercept_mev[t]), float(np.sqrt(line.covariance[t, 1, 1]))
    if not np.isfinite(heat_from) or not np.isfinite(error_mev):
        return undetermined("Without a quantum yield the heat of a photon is unknown. Add Stokes excitations.", "meV")
    energy = scan_set.energy_mev
    near = energy > max(float(energies.peak_mev[t]) - _BELOW_PEAK_MEV, heat_from + error_mev)
    energy, power = energy[near], scan_set.power_uw[near]
    signal = (scan_set.volts.mean(axis=0) - baseline.volts)[near] / power
    noise = np.sqrt(scan_set.noise[near] / len(scan_set.volts)) / power

    def read(zero_mev: float) -> Reading:
        heat = 1.0 - zero_mev / energy
        return _top(energy, signal / heat, noise / heat)

    found, moved = read(heat_from), read(heat_from + error_mev)
    if not found.is_determined or not moved.is_determined:
        return found
    return measured(found.value, float(np.hypot(found.error, moved.value - found.value)), "meV")


def _top(energy: FloatArray, values: FloatArray, noise: FloatArray) -> Reading:
    if energy.size < _LEAST_POINTS:
        return undetermined("Too few points lie about the absorption edge. Extend or refine the spectrum.", "meV")
    order = np.argsort(energy)
    try:
        return first_top(checked(energy[order], values[order], np.maximum(noise[order], point_noise(values[order]))))
    except AsplabError as lack:
        return undetermined(str(lack), "meV")
