"""What a laser leak could do to η of each anti-Stokes condition."""

from dataclasses import replace

import numpy as np

from asplab.core.appraisal.measured_health import UNKNOWN, Found, by_stack, found, unknown
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.pipeline import Results
from asplab.core.pump.purity import TYPICAL_OD, PurityBound, allowed_share
from asplab.core.units import FloatArray

_LEAK = (
    "Part of η that a laser leak of the stated rejection could be. Told from the standard error of η on, or from half "
    "of η where that is less."
)
_REQUIRED = (
    "Out-of-band rejection of the laser that keeps a leak below the standard error of η, or half of it. More than "
    f"{TYPICAL_OD:g} OD are more than a bare tunable filter reaches."
)
_STOKES = "it does not apply to Stokes excitations"
_NOT_STATED = "no rejection of the laser is stated"
_SUBTRACTED = "the measured leak is subtracted; its error is in η"
_UNDETERMINED = "η is not determined"


def leak(results: Results) -> Found:
    """Return the largest part of each η that can be a leak's, in units of that η."""
    bound, fit = _bound(results)
    if bound is None or fit is None:
        return unknown(results, _LEAK, "η was not bounded")
    if bound.leak is None:
        pump = results.document.settings.pump
        is_measured = pump.subtracted_leak_ppm is not None
        return unknown(
            results,
            _LEAK,
            "the measured leak is subtracted; its error is in η"
            if is_measured
            else "no rejection of the laser is stated",
        )
    positive = np.where(fit.eta > 0.0, fit.eta, np.nan)
    value = by_stack(results, _wide(results, bound.leak_share / positive))
    return found(
        value,
        _LEAK,
        why=_why(results),
        beyond=by_stack(results, _wide(results, bound.is_possible.astype(float))) == 1.0,
        limit=by_stack(results, _wide(results, allowed_share(fit.eta_error, fit.eta) / positive)),
    )


def required_od(results: Results) -> Found:
    """Return the rejection from which a leak can do no harm to η; 0 where any leak is harmless."""
    bound, fit = _bound(results)
    if bound is None or fit is None:
        return unknown(results, _REQUIRED, "η was not bounded")
    value = by_stack(results, _wide(results, np.maximum(bound.required_od, 0.0)))
    nowhere = np.zeros(value.size, dtype=bool)
    # Neither fine nor flagged: what the laser really rejects is not known.
    return replace(
        found(value, _REQUIRED, why=_why(results), beyond=nowhere, limit=np.nan), level=np.full(value.size, UNKNOWN)
    )


def _bound(results: Results) -> tuple[PurityBound | None, EfficiencyFit | None]:
    bound, fit, layout = results.purity, results.efficiency, results.layout
    if bound is None or fit is None or layout is None or bound.leak_share.shape != fit.eta.shape:
        return None, None
    # By the ratio lines and by components alike, the places of η are those of the layout.
    return (bound, fit) if fit.eta.shape[1] + layout.n_stokes == layout.index.shape[1] else (None, None)


def _wide(results: Results, cells: FloatArray) -> FloatArray:
    """Return anti-Stokes values in the places of the layout, NaN for Stokes ones."""
    n_stokes = 0 if results.layout is None else results.layout.n_stokes
    return np.concatenate([np.full((len(cells), n_stokes), np.nan), cells], axis=1)


def _why(results: Results) -> list[str]:
    stacks = () if results.corrected is None else results.corrected.stacks
    return [_STOKES if stack.kind == "pl" else _UNDETERMINED for stack in stacks]
