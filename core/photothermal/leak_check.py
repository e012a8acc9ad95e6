"""Lock-in signal in quadrature with the heat of the sample: a leak or a second source of heat shows there."""

import numpy as np

from asplab.core.energies.stage import Energies, Excitations
from asplab.core.photothermal.baseline_region import baseline_region, end_signal
from asplab.core.problems import Problem
from asplab.core.scans import Scans
from asplab.core.settings import BaselineSettings
from asplab.core.units import FloatArray

_SIGNIFICANT = 5.0
_MATTERS = 0.03
"""Part of the in-phase signal: what turns with the phase by less than that changes PA by less than 0.05 %."""
_SCALE_MEV = 100.0


def quadrature_readings(
    quadrature_v: FloatArray,
    noise: FloatArray,
    detuning_mev: FloatArray,
    weights: FloatArray,
    settings: BaselineSettings,
) -> tuple[FloatArray, FloatArray]:
    """Read the quadrature at every excitation above a line through the baseline region, with errors from noise.

    A pick-up with a phase of its own is a line there, as in phase, and does no harm. Where the scan has no such
    region, what is in quadrature at its end is an error of all readings.

    Parameters
    ----------
    quadrature_v, noise : ndarray, shape (n_scans, n_points) and (n_points,)
        Of single scans, and the variance of one of them.
    """
    _, chosen = baseline_region(detuning_mev, settings, "", [])
    mean = quadrature_v.mean(axis=0)
    if not chosen.any():
        hidden = end_signal(detuning_mev, mean, noise / len(quadrature_v)) * weights.sum(axis=1)
        return weights @ mean, np.sqrt(weights**2 @ noise / len(quadrature_v) + hidden**2)
    x = (detuning_mev - np.mean(detuning_mev[chosen])) / _SCALE_MEV
    line = np.column_stack([np.ones_like(x), x])
    hat = np.zeros((2, x.size))
    hat[:, chosen] = np.linalg.pinv(line[chosen])
    net = weights - (weights @ line) @ hat
    variance = net**2 @ noise / len(quadrature_v)
    return net @ mean, np.sqrt(variance)


def leak_problems(
    energies: Energies,
    excitations: Excitations,
    scans: Scans,
    heat: FloatArray,
    quadrature: FloatArray,
    error: FloatArray,
    *,
    remedy: str,
) -> list[Problem]:
    """Say once at which excitations the quadrature is more than noise and phase explain, and matters beside PA."""
    size = np.abs(quadrature)
    seen = (size > _SIGNIFICANT * error) & (size > _MATTERS * np.abs(heat))
    places, largest = [], 0.0
    for t, found in enumerate(scans.sets):
        if found is None or not seen[found.stacks].any():
            continue
        mine = found.stacks[seen[found.stacks]]
        detuning = energies.reference_mev[t] - excitations.energy_mev[mine]
        low, high = f"{detuning.min():.0f}", f"{detuning.max():.0f}"
        places.append(f"{energies.temperatures_k[t]:.0f} K at ΔE {low if low == high else f'{low} to {high}'} meV")
        largest = max(largest, float(np.max(size[mine] / np.maximum(np.abs(heat[mine]), 1e-3 * size[mine]))))
    if not places:
        return []
    shown = places if len(places) <= 4 else [*places[:4], f"and {len(places) - 4} more temperatures"]
    part = f"{100 * largest:.0f} %" if largest < 10.0 else "many times"
    message = (
        f"{'; '.join(shown)}: the lock-in shows a signal in quadrature with the heat of the sample, up to {part} of "
        "PA, beyond noise and the error of the phase. A leak or a second source of heat (substrate, scatter) with "
        f"another delay is there, and part of it lies in PA. {remedy}"
    )
    return [Problem("warning", "photothermal scans", message)]


def blank_remedy(*, has_blank: bool, is_used: bool) -> str:
    """Return what to do about a signal that is not of the sample."""
    if is_used:
        return "The blank takes away what it shares in phase; look whether it shows the same, and check the probe path."
    if has_blank:
        return "Choose the measured blank as baseline, or check the probe path."
    return "Record a blank (kind pa_blank), or check the probe path."
