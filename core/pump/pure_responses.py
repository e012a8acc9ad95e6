"""Responses freed from light that is not up-conversion of one photon: a measured laser leak, two-photon emission."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_type_hints

import numpy as np

from asplab.core.counting import counted
from asplab.core.efficiency.stokes_line import fit_stokes_line, lowest_stokes
from asplab.core.problems import Problem, Severity, join_places
from asplab.core.pump.two_photon import VERIFIED_TO_MEV, TwoPhoton
from asplab.core.responses.stage import Responses
from asplab.core.settings import PumpSettings
from asplab.core.statistics.chance import told_from
from asplab.core.units import FloatArray

_NEAR_MEV = 10.0
"""Difference of ΔE up to which a series of another temperature tells what pairs may emit."""
_LEAK_MATTERS = 0.01
"""Part of the emission from which a measured leak that stays in is told."""
_SEEN = 3.0
"""Standard errors of the emission beyond which an unverified point is told."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredResponses:
    """Responses as measured, with the light that may have to be subtracted still in them."""

    responses: Responses


def as_measured(stage: Callable[..., Responses]) -> Callable[..., MeasuredResponses]:
    """Return a stage of the chain that makes responses as one that makes them `MeasuredResponses`."""

    def measure(*arguments: Any) -> MeasuredResponses:
        return MeasuredResponses(stage(*arguments))

    measure.__annotations__ = {**get_type_hints(stage), "return": MeasuredResponses}
    return measure


def no_power_series(measured: MeasuredResponses, settings: PumpSettings) -> TwoPhoton:
    """Return what tables tell of two-photon emission: nothing, for they hold no powers."""
    shape = measured.responses.valid.shape
    nothing = np.zeros(shape)
    return TwoPhoton(nothing, nothing, np.ones(shape), np.zeros(shape, dtype=bool), settings.subtract_two_photon)


def purify(measured: MeasuredResponses, two_photon: TwoPhoton, settings: PumpSettings) -> Responses:
    """Subtract the two-photon part and a measured leak from I and PA of the anti-Stokes excitations.

    What is subtracted follows the responses exactly; the errors of share and leak add to their covariance, those of a
    leak common to all excitations of a temperature, and one error at all temperatures (`Responses.leak_error`).
    """
    responses = measured.responses
    if two_photon.is_subtracted and two_photon.is_known.any():
        responses = _without_two_photon(responses, two_photon)
    leak_ppm = settings.subtracted_leak_ppm
    if leak_ppm is not None and leak_ppm + settings.measured_leak_error_ppm > 0.0:
        responses = _without_leak(responses, leak_ppm, settings.measured_leak_error_ppm)
    far = responses.valid & (responses.detuning_mev > VERIFIED_TO_MEV)
    far[:, : responses.n_stokes] = False
    unverified = far & ~two_photon.is_single
    pairs = _pairs_elsewhere(measured.responses, two_photon)
    told = (
        *_told_shares(responses, two_photon),
        *_told_unverified(responses, unverified, pairs),
        *_told_leak(measured.responses, settings),
    )
    return replace(responses, unverified=unverified, problems=(*responses.problems, *two_photon.problems, *told))


def _without_two_photon(responses: Responses, two_photon: TwoPhoton) -> Responses:
    """Take f I from I, and from PA the heat of as many pairs at the power of the scans."""
    n, columns = responses.valid.shape[1], np.arange(responses.valid.shape[1])
    line = fit_stokes_line(responses)
    heat_per_light = line.slope[:, None] * (2.0 * responses.excitation_mev - line.intercept_mev[:, None])
    # Without a Stokes line there is neither quantum yield nor η that the heat could change.
    heat_per_light = np.nan_to_num(heat_per_light) * two_photon.heat_ratio * two_photon.is_known
    transform = _identity(responses)
    transform[:, columns, columns] -= two_photon.share
    transform[:, n + columns, columns] -= heat_per_light * two_photon.share
    size = two_photon.error * responses.intensity
    added = np.zeros_like(transform)
    added[:, columns, columns] = size**2
    added[:, n + columns, n + columns] = (heat_per_light * size) ** 2
    added[:, n + columns, columns] = added[:, columns, n + columns] = heat_per_light * size**2
    return _transformed(responses, transform, added)


def _without_leak(responses: Responses, leak_ppm: float, error_ppm: float) -> Responses:
    """Take ε times I and PA of the Stokes excitation closest to the gap from every anti-Stokes excitation.

    The heat of a leak follows the pump power, also where the baseline is read: what that took of it is not in PA.
    """
    ns, n = responses.n_stokes, responses.valid.shape[1]
    rows, transform = np.arange(len(responses.valid)), _identity(responses)
    lowest, is_there = lowest_stokes(responses)
    if ns == 0:
        return responses
    anti = responses.valid[:, ns:] & is_there[:, None]
    # The error scales as the leak does, and a leak of 0 ± x has one too.
    pattern = np.zeros((len(rows), 2 * n))
    left = anti if responses.of_power is None else anti * responses.of_power[:, ns:]
    for begin, values, part in ((0, responses.intensity, anti), (n, responses.absorbed, left)):
        pattern[:, begin + ns : begin + n] = part * values[rows, lowest][:, None]
        transform[rows, begin + ns : begin + n, begin + lowest] -= 1e-6 * leak_ppm * part
    of_error = 1e-6 * error_ppm * pattern
    added = of_error[:, :, None] * of_error[:, None, :]
    return replace(_transformed(responses, transform, added), leak_error=of_error)


def _identity(responses: Responses) -> FloatArray:
    n = 2 * responses.valid.shape[1]
    return np.broadcast_to(np.eye(n), (len(responses.valid), n, n)).copy()


def _transformed(responses: Responses, transform: FloatArray, added: FloatArray) -> Responses:
    """Return responses under a linear map (n_temperatures, 2 n, 2 n), with a covariance ``added`` that lasts."""
    n = responses.valid.shape[1]
    both = np.concatenate([responses.intensity, responses.absorbed], axis=1)
    mapped = (transform @ both[:, :, None])[:, :, 0]
    back = transform.transpose(0, 2, 1)
    before = added * 0.0 if responses.lasting is None else responses.lasting
    return replace(
        responses,
        intensity=mapped[:, :n],
        absorbed=mapped[:, n:],
        covariance=transform @ responses.covariance @ back + added,
        lasting=transform @ before @ back + added,
    )


def _told_shares(responses: Responses, two_photon: TwoPhoton) -> list[Problem]:
    """Tell once how many excitations emit with two photons: of all that a series tells, beyond what chance makes."""
    known = two_photon.is_known & (two_photon.error > 0.0)
    pull = np.where(known, two_photon.share / np.where(known, two_photon.error, 1.0), 0.0)
    seen = pull > told_from(int(known.sum()))
    if not seen.any():
        return []
    t, c = np.unravel_index(int(np.argmax(np.where(seen, two_photon.share, -np.inf))), seen.shape)
    what = "It is subtracted." if two_photon.is_subtracted else "It is not subtracted (the setting is off)."
    message = (
        f"part of the emission takes two photons at {int(seen.sum())} of "
        f"{counted(int(known.sum()), 'excitation')} with a power series, most of all {two_photon.share[t, c]:.1%} ± "
        f"{two_photon.error[t, c]:.1%} at ΔE = {responses.detuning_mev[t, c]:.0f} meV, "
        f"{responses.temperatures_k[t]:.0f} K. {what}"
    )
    severity: Severity = "info" if two_photon.is_subtracted else "warning"
    places = [f"{responses.temperatures_k[row]:.0f} K" for row in np.flatnonzero(seen.any(axis=1))]
    return [Problem(severity, join_places(places), message)]


def _told_leak(measured: Responses, settings: PumpSettings) -> list[Problem]:
    """Tell how much of the weakest emission a leak makes that was measured and is not subtracted."""
    leak, ns = 1e-6 * (settings.measured_leak_ppm or 0.0), measured.n_stokes
    lowest, is_there = lowest_stokes(measured)
    if settings.subtract_leak or leak == 0.0 or ns == 0 or not is_there.any():
        return []
    light = measured.intensity[:, ns:]
    made = leak * measured.intensity[np.arange(len(lowest)), lowest][:, None]
    seen = measured.fitted[:, ns:] & is_there[:, None] & (light > 0.0)
    share = np.where(seen, np.minimum(made / np.where(seen, light, 1.0), 1.0), 0.0)
    if share.max(initial=0.0) < _LEAK_MATTERS:
        return []
    t, c = np.unravel_index(int(np.argmax(share)), share.shape)
    message = (
        f"the measured leak of the laser makes up to {share[t, c]:.0%} of the anti-Stokes emission (ΔE = "
        f"{measured.detuning_mev[t, ns + c]:.0f} meV) and is not subtracted (the setting is off): η is too high by "
        "up to that. Switch on the subtraction of the leak."
    )
    return [Problem("warning", f"{measured.temperatures_k[t]:.0f} K", message)]


def _pairs_elsewhere(measured: Responses, two_photon: TwoPhoton) -> FloatArray:
    """Return the emission of pairs that series of other temperatures tell at nearly the same ΔE; NaN without any.

    Absorption of pairs far below their gap hardly depends on temperature or photon energy, that of one photon does: it
    is the emission, not its share, that other temperatures have in common. The largest of several counts.
    """
    found = np.full(measured.valid.shape, np.nan)
    known = two_photon.is_known & measured.valid
    if not known.any():
        return found
    emitted = np.where(known, two_photon.share * measured.intensity, np.nan)
    detuning_mev = measured.detuning_mev
    for t, c in np.argwhere(measured.valid):
        near = known & (np.abs(detuning_mev - detuning_mev[t, c]) <= _NEAR_MEV)
        near[t] = False
        if near.any():
            found[t, c] = emitted[near].max()
    return found


def _told_unverified(responses: Responses, unverified: np.ndarray, pairs: FloatArray) -> list[Problem]:
    """Tell once where emission far below the gap is seen but not shown to take one photon, and what may be in it."""
    n = responses.valid.shape[1]
    noise = np.sqrt(np.einsum("tii->ti", responses.covariance)[:, :n])
    seen = unverified & responses.fitted & (responses.intensity > _SEEN * noise)
    if not seen.any():
        return []
    lowest, highest = responses.detuning_mev[seen].min(), responses.detuning_mev[seen].max()
    span = f"{lowest:.0f} meV" if highest - lowest < 1.0 else f"{lowest:.0f} to {highest:.0f} meV"
    message = (
        f"emission is seen at ΔE = {span}, where two photons at once may make it, and no power series shows that one "
        f"does. {_elsewhere(responses, seen, pairs)}Measure the emission against power there (kind power)."
    )
    return [Problem("info", "single photon", message)]


def _elsewhere(responses: Responses, seen: np.ndarray, pairs: FloatArray) -> str:
    """Say how much of what is seen would be that of pairs, did they emit there as at other temperatures."""
    known = seen & np.isfinite(pairs) & (pairs > 0.0)
    if not known.any():
        return ""
    part = np.where(known, pairs / np.where(known, responses.intensity, 1.0), 0.0)
    t, c = np.unravel_index(int(np.argmax(part)), part.shape)
    return (
        f"If pairs emit as much there as series of other temperatures tell, they make up to {min(part[t, c], 1.0):.0%} "
        f"of it ({responses.detuning_mev[t, c]:.0f} meV, {responses.temperatures_k[t]:.0f} K); nothing of that is "
        "subtracted. "
    )
