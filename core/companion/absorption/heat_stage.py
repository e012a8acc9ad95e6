"""The absorption that photothermal scans tell, with the yields of the main analysis."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from asplab.core.companion.absorption.spectra import Heating, absorption_of_heat, emission_of
from asplab.core.companion.absorption.tail import Sample, Tail, read_tail
from asplab.core.companion.reading import measured
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.emission.band import BandShapes
from asplab.core.energies.stage import Energies
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.scans import Scans, ScanSet
from asplab.core.settings import EnergySettings, TailSettings
from asplab.core.units import FloatArray

PHOTOTHERMAL = "PA"
"""Source of an absorption spectrum that was read off its heat."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatFindings:
    """The absorption of each temperature that has scans, emission and η."""

    tails: tuple[Tail, ...]


def find_heat_tails(
    scans: Scans,
    absorbed: Absorbed,
    energies: Energies,
    shapes: BandShapes,
    efficiency: EfficiencyFit,
    axis: EnergySettings,
    settings: TailSettings,
) -> HeatFindings:
    """Read the absorption of every temperature off its scans, and what it says beside the emission."""
    tails = []
    for t, (scan, baseline, template) in enumerate(zip(scans.sets, absorbed.baselines, shapes.templates, strict=True)):
        reference = float(energies.reference_mev[t])
        if scan is None or baseline is None or template is None or not np.isfinite(efficiency.quantum_yield[t]):
            continue
        heating = _heating(scan, baseline, efficiency, t, reference, float(energies.mean_photon_mev[t]))
        emitting = emission_of(
            template, reference_mev=reference, mean_mev=float(energies.mean_photon_mev[t]), medium=axis.medium
        )
        sample = Sample(
            source=PHOTOTHERMAL,
            medium=_medium(scan),
            temperature_k=float(energies.temperatures_k[t]),
            temperature_error_k=_temperature_error(scan, settings),
            temperature=t,
        )
        absorbing = absorption_of_heat(scan.energy_mev, heating)
        order = np.argsort(scan.energy_mev)
        warm = scan.energy_mev[order], _sorted(heating, order)
        moved = absorption_of_heat(scan.energy_mev, _brighter(heating))
        tails.append(read_tail(sample, absorbing, emitting=emitting, heating=warm, settings=settings, moved=moved))
    return HeatFindings(tuple(tails))


def _heating(
    scan: ScanSet, baseline: FittedBaseline, fit: EfficiencyFit, t: int, reference_mev: float, emission_mev: float
) -> Heating:
    power = scan.power_uw
    quantum_yield = measured(float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t]))
    return Heating(
        signal=(scan.volts.mean(axis=0) - baseline.volts) / power,
        error=np.sqrt(scan.noise / len(scan.volts)) / power,
        photon_yield=quantum_yield.value * _eta_along(reference_mev - scan.energy_mev, fit, t),
        quantum_yield=quantum_yield,
        emission_mev=emission_mev,
    )


def _brighter(heating: Heating) -> Heating:
    """Return the heating with a quantum yield one standard error larger."""
    part = 1.0 + heating.quantum_yield.error / heating.quantum_yield.value
    return replace(heating, photon_yield=heating.photon_yield * part)


def _eta_along(detuning_mev: FloatArray, fit: EfficiencyFit, t: int) -> FloatArray:
    """Return η at detunings (n,): 1 above the gap, a monotone cubic between measured ones, NaN beyond the last."""
    use = fit.fitted[t] & np.isfinite(fit.eta[t]) & (fit.detuning_mev[t] > 0.0)
    order = np.argsort(fit.detuning_mev[t][use])
    x = np.concatenate(([0.0], fit.detuning_mev[t][use][order]))
    y = np.concatenate(([1.0], fit.eta[t][use][order]))
    found = PchipInterpolator(x, y, extrapolate=False)(np.maximum(detuning_mev, 0.0)) if x.size > 1 else np.nan
    return np.where(detuning_mev <= 0.0, 1.0, found)


def _sorted(heating: Heating, order: np.ndarray) -> Heating:
    return replace(
        heating,
        signal=heating.signal[order],
        error=heating.error[order],
        photon_yield=heating.photon_yield[order],
    )


def _medium(scan: ScanSet) -> str:
    return scan.members[0].condition.medium if scan.members else ""


def _temperature_error(scan: ScanSet, settings: TailSettings) -> float:
    told = [one.condition.temperature_error_k for one in scan.members if one.condition.temperature_error_k is not None]
    return max(told, default=settings.temperature_error_k)
