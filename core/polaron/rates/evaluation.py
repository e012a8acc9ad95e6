"""Evaluate a rate model by name, for a single gap or averaged over an ensemble."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import ensemble
from asplab.core.polaron.rates.query import DEFAULT_BROADENING_MEV, Query, checked_query
from asplab.core.units import FloatArray, thermal_energy_mev

# Rates and η turn over no less than a phonon energy, or k_B T: energies are spaced by a fraction of twice the smallest.
_TURNS_PER_SCALE = 2.0
_NEGLIGIBLE_SHARE = -40.0
_TAIL = 12.0


def log_rate(
    model: str,
    detuning_mev: ArrayLike,
    temperature_k: ArrayLike,
    *,
    g_mev: ArrayLike | None = None,
    phonon_mev: ArrayLike | None = None,
    broadening_mev: ArrayLike = DEFAULT_BROADENING_MEV,
    inhomogeneous_mev: float = 0.0,
    urbach_mev: ArrayLike | None = None,
    slope_per_mev: ArrayLike | None = None,
    background_urbach_mev: ArrayLike | None = None,
) -> FloatArray:
    """Return the natural logarithm of the up-conversion rate of a model, up to its free scale.

    Parameters
    ----------
    model : str
        Name of the model, one of `MODELS`; its record tells equation, parameters and validity.
    detuning_mev : array_like
        ΔE of the excitation below the gap, in meV: above 0 for ``eq9``, 0 or more for the others.
    temperature_k : array_like
        Temperature in K, above 0; broadcasts against the detuning.
    g_mev, phonon_mev : array_like, optional
        Electron-phonon coupling g and phonon energy ħω in meV, above 0; they broadcast too. For the multi-mode models
        one number per mode instead.
    broadening_mev : array_like
        Broadening ζ of the intermediate level in meV, above 0, of the models that have one.
    inhomogeneous_mev : float
        Standard deviation σ of the gaps in meV. Above 0, the rate is averaged over the ensemble (see `ensemble`); the
        multi-mode models, sets of lines, need it.
    urbach_mev : array_like, optional
        Urbach energy in meV by which the laser selects within the ensemble, and that of the crystals in ``parasitic``.
    slope_per_mev, background_urbach_mev : array_like, optional
        Parameters of ``exponential`` (also of ``exponential-ratio``) and ``parasitic``.

    Returns
    -------
    FloatArray
        ln w_uc, with energies counted in meV, of the broadcast shape.

    Raises
    ------
    AnalysisError
        For an unknown model, a missing, impossible or superfluous argument, and a result that is not finite.
    """
    query = checked_query(
        model,
        detuning_mev,
        temperature_k,
        inhomogeneous_mev,
        g_mev=g_mev,
        phonon_mev=phonon_mev,
        broadening_mev=broadening_mev,
        urbach_mev=urbach_mev,
        slope_per_mev=slope_per_mev,
        background_urbach_mev=background_urbach_mev,
    )
    with np.errstate(all="ignore"):  # what is not finite is refused below, in words
        return _finite(query, _log_rate(query))


def upconversion_efficiency(
    model: str,
    detuning_mev: ArrayLike,
    temperature_k: ArrayLike,
    *,
    log_scale: float,
    g_mev: ArrayLike | None = None,
    phonon_mev: ArrayLike | None = None,
    broadening_mev: ArrayLike = DEFAULT_BROADENING_MEV,
    inhomogeneous_mev: float = 0.0,
    urbach_mev: ArrayLike | None = None,
    slope_per_mev: ArrayLike | None = None,
    background_urbach_mev: ArrayLike | None = None,
) -> FloatArray:
    """Return η of a model: A w/(1 + A w), or A w for the models whose ``link`` is "ratio".

    Over an ensemble it is η that is averaged, with η = 1 for the particles whose gap the laser reaches:
    η = ∫ ρ(E − ΔE) A(E) η(E) dE / ∫ ρ(E − ΔE) A(E) dE. The multi-mode models alone take η of the mean rate, σ being the
    width of their lines.

    Parameters
    ----------
    log_scale : float
        ln A, finite, with rates in meV units. The other parameters and the errors are those of `log_rate`.

    Returns
    -------
    FloatArray
        η of the broadcast shape.
    """
    if not np.isfinite(log_scale):
        raise AnalysisError(f"log_scale holds {log_scale:g}; η needs a finite one.")
    query = checked_query(
        model,
        detuning_mev,
        temperature_k,
        inhomogeneous_mev,
        g_mev=g_mev,
        phonon_mev=phonon_mev,
        broadening_mev=broadening_mev,
        urbach_mev=urbach_mev,
        slope_per_mev=slope_per_mev,
        background_urbach_mev=background_urbach_mev,
    )
    with np.errstate(all="ignore"):
        if query.sigma_mev == 0.0 or query.model.single_gap is None:
            log_eta = _log_efficiency(query, _finite(query, _log_rate(query)) + log_scale)
        else:
            log_eta = _finite(query, _mean_log_efficiency(query, log_scale))
        return _finite(query, np.exp(log_eta))


def _log_rate(query: Query) -> FloatArray:
    single_gap = query.model.single_gap
    if single_gap is None:
        return _mean_of_lines(query)
    if query.sigma_mev == 0.0:
        return single_gap(query.detuning_mev, query.temperature_k, **query.values)
    flat = query.flat()
    sides = [_integral(flat, 0.0, sign) for sign in ((1.0, -1.0) if query.model.releases_too else (1.0,))]
    return np.asarray(logsumexp(sides, axis=0) - _log_selected(flat)).reshape(query.shape)


def _mean_log_efficiency(query: Query, log_scale: float) -> FloatArray:
    flat = query.flat()
    reached = ensemble.log_above(flat.detuning_mev, sigma_mev=query.sigma_mev)
    total = np.logaddexp(_integral(flat, log_scale, 1.0, efficiency=True), reached)
    return np.asarray(total - _log_selected(flat)).reshape(query.shape)


def _integral(flat: Query, log_scale: float, sign: float, *, efficiency: bool = False) -> FloatArray:
    """Return ln ∫ ρ A w dE, or of η instead of w, over one half-line of E."""
    single_gap = flat.model.single_gap
    assert single_gap is not None

    def log_function(energy_mev: FloatArray, points: slice) -> FloatArray:
        values = {key: value[points, None] for key, value in flat.values.items()}
        rate = log_scale + single_gap(energy_mev, flat.temperature_k[points, None], **values)
        return _log_efficiency(flat, rate) if efficiency else rate

    return ensemble.log_mean(
        log_function,
        flat.detuning_mev,
        sigma_mev=flat.sigma_mev,
        urbach_mev=flat.selection_mev,
        scale_mev=_scale(flat),
        sign=sign,
    )


def _scale(flat: Query) -> FloatArray:
    shortest = np.minimum(thermal_energy_mev(flat.temperature_k), flat.values.get("phonon_mev", np.inf))
    return np.minimum(_TURNS_PER_SCALE * shortest, flat.sigma_mev)


def _log_selected(flat: Query) -> FloatArray:
    return ensemble.log_selected(flat.detuning_mev, sigma_mev=flat.sigma_mev, urbach_mev=flat.selection_mev)


def _log_efficiency(query: Query, log_odds: FloatArray) -> FloatArray:
    return log_odds if query.model.link == "ratio" else -np.logaddexp(0.0, -log_odds)


def _mean_of_lines(query: Query) -> FloatArray:
    flat, lines = query.flat(), query.model.lines
    assert lines is not None
    modes = {key: np.atleast_1d(query.values[key]) for key in ("g_mev", "phonon_mev")}
    others = {key: float(value) for key, value in query.values.items() if key not in modes}
    temperatures, which = np.unique(flat.temperature_k, return_inverse=True)
    result = np.empty_like(flat.detuning_mev)
    highest = (
        float(np.max(flat.detuning_mev, initial=0.0)) + _TAIL * query.sigma_mev + float(np.max(modes["phonon_mev"]))
    )
    while True:
        energy, weights = lines(temperatures, highest, **modes, **others)
        share = -np.inf
        for number, weight in enumerate(weights):
            mine = which == number
            result[mine], last = ensemble.log_mean_of_lines(
                energy, weight, flat.detuning_mev[mine], sigma_mev=query.sigma_mev, urbach_mev=query.selection_mev
            )
            share = max(share, float(np.max(last)))
        if not share > _NEGLIGIBLE_SHARE:
            return (result - _log_selected(flat)).reshape(query.shape)
        highest *= 1.5


def _finite(query: Query, result: FloatArray) -> FloatArray:
    """Return the result in its full shape; raises `AnalysisError` where it is no finite number."""
    full = np.broadcast_to(result, query.shape).copy()
    if np.all(np.isfinite(full)):
        return full
    worst = np.unravel_index(np.argmin(np.isfinite(full)), full.shape)
    arguments = {"detuning_mev": query.detuning_mev, "temperature_k": query.temperature_k, **query.values}
    told = [
        f"{key} {np.broadcast_to(value, query.shape)[worst]:.6g}" if query.model.lines is None else f"{key} {value}"
        for key, value in arguments.items()
    ]
    raise AnalysisError(
        f"rate model {query.model.name!r} has no finite value at {', '.join(told)}: the numbers leave the range of "
        "floating point. Take values nearer to a real sample's."
    )
